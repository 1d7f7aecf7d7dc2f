// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What is the host's as a router: interfaces and routes.
#include <ctype.h>
#include <errno.h>
#include <strings.h>

#include "control/config/command.h"

static struct config_interface *interface_find(struct config *config, const char *name)
{
	for (unsigned i = 0; i < config->interface_count; i++)
		if (strcasecmp(config->interfaces[i].name, name) == 0)
			return &config->interfaces[i];
	return NULL;
}

static void interface_remove(struct config *config, struct config_interface *interface)
{
	struct config_interface *end = config->interfaces + config->interface_count;

	lines_free(&interface->kept);
	memmove(interface, interface + 1, (size_t)(end - interface - 1) * sizeof(*interface));
	config->interface_count--;
}

int enter_interface(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config *config = edit->config;
	struct config_interface *interface, *grown;
	char name[CONFIG_NAME_SIZE];

	if (!arg_given(args, 0))
		return args_fail(args, 0, "the name is missing");
	if (!span_copy(args->value[0], name, sizeof(name)))
		return args_fail(args, 0, "longer than %d characters", CONFIG_NAME_SIZE - 1);
	interface = interface_find(config, name);
	if (args->negated) {
		if (interface == NULL)
			return args_fail(args, 0, "there is no such interface");
		if (config_interface_is_up(interface))
			edit_waits(edit, args);
		interface_remove(config, interface);
		return 0;
	}
	if (interface == NULL) {
		grown = realloc(config->interfaces, (config->interface_count + 1) * sizeof(*grown));
		if (grown == NULL)
			return -ENOMEM;
		config->interfaces = grown;
		interface = &grown[config->interface_count++];
		*interface = (struct config_interface){ 0 };
		strcpy(interface->name, name);
	}
	edit_enter(edit, MODE_INTERFACE, interface, PLACE_INTERFACE);
	return 0;
}

// A mask is ones, then zeros.
static bool is_mask(struct addr mask)
{
	uint32_t hosts = ~ntohl(addr_ipv4_net(&mask));

	return (hosts & (hosts + 1)) == 0;
}

// Bits of a mask.
static unsigned mask_bits(struct addr mask)
{
	return (unsigned)__builtin_popcount(addr_ipv4_net(&mask));
}

// A host's address, and neither the first nor the last of its subnet (RFC 1122 3.2.1.3), which
// point-to-point links do without (RFC 3021).
static int address_check(struct args *args)
{
	struct addr address = arg_addr(args, 0), mask = arg_addr(args, 1);
	uint32_t hosts = ~ntohl(addr_ipv4_net(&mask));
	uint32_t host = ntohl(addr_ipv4_net(&address)) & hosts;

	if (!is_mask(mask))
		return args_fail(args, 1, "a mask is ones followed by zeros");
	if (!addr_is_host(&address))
		return args_fail(
			args, 0, "Not a valid host address - %.*s", SPAN_FMT(args->value[0]));
	if (hosts == UINT32_MAX || (hosts > 1 && (host == 0 || host == hosts)))
		return args_fail(args, 1, "Bad mask /%u for address %.*s", mask_bits(mask),
			SPAN_FMT(args->value[0]));
	return 0;
}

// What phones or applications were told to come to is no longer there.
static void note_source(struct edit *edit, const struct args *args, const struct addr *was,
	const struct addr *source, const char *command)
{
	if (was->family != ADDR_NONE && addr_eq(was, source) &&
		config_interface_at(edit->config, was) == NULL)
		edit_note(edit, NOTE_WARNING, args->words->word[0],
			"no interface has the address of `%s` any more", command);
}

// The interface, or nothing of it, becomes `as`.
static int interface_change(
	struct edit *edit, struct args *args, struct span word, const struct config_interface *as)
{
	struct config *config = edit->config;
	struct config_interface *interface = edit->object, was = *interface;
	int error;

	*interface = *as;
	error = edit_require(
		edit, args, word, REQUIRE_SUBNET, (uint32_t)(interface - config->interfaces), NULL);
	if (error < 0) {
		*interface = was;
		return error;
	}
	if (config_interface_is_up(&was) != config_interface_is_up(as) ||
		(config_interface_is_up(as) &&
			!(addr_eq(&was.address, &as->address) && addr_eq(&was.mask, &as->mask))))
		edit_waits(edit, args);
	if (edit->loading)
		return 0;
	note_source(edit, args, &was.address, &config->telephony.source.addr, "ip source-address");
	note_source(
		edit, args, &was.address, &config->voice_register.source.addr, "source-address");
	return 0;
}

static int interface_address(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_interface *interface = edit->object, as = *interface;
	int error;

	as.address = as.mask = (struct addr){ 0 };
	if (!args->negated) {
		error = address_check(args);
		if (error < 0)
			return error;
		as.address = arg_addr(args, 0);
		as.mask = arg_addr(args, 1);
	}
	error = interface_change(edit, args, args->value[0], &as);
	if (error < 0)
		return error;
	if (!args->negated)
		drop_lines(&interface->kept, SPAN("ip address dhcp"));
	else if (!arg_given(args, 0))
		drop_lines(&interface->kept, SPAN("ip address"));
	return 0;
}

static int interface_keep(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_interface *interface = edit->object;

	return keep_line(&interface->kept, args);
}

// This host has one address on each interface, and fetches none.
static int interface_other_address(void *ctx, struct args *args)
{
	if (!args->negated)
		edit_note(ctx, NOTE_WARNING, args->words->word[0],
			"kept, but the interface does not get this address");
	return interface_keep(ctx, args);
}

static int mtu_set(struct edit *edit, const struct args *args, uint32_t *mtu)
{
	uint32_t was = *mtu;

	*mtu = args->negated ? 0 : arg_u32(args, 0, 0);
	if (*mtu != was && config_interface_is_up(edit->object))
		edit_waits(edit, args);
	return 0;
}

static int interface_mtu(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_interface *interface = edit->object;

	return mtu_set(edit, args, &interface->mtu);
}

static int interface_ip_mtu(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_interface *interface = edit->object;

	return mtu_set(edit, args, &interface->ip_mtu);
}

// Frames carry no tags here.
static int interface_encapsulation(void *ctx, struct args *args)
{
	if (!args->negated)
		edit_note(ctx, NOTE_WARNING, args->words->word[0],
			"kept, but frames leave and come without a tag");
	return interface_keep(ctx, args);
}

static int interface_shutdown(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_interface as = *(struct config_interface *)edit->object;

	as.shutdown = !args->negated;
	return interface_change(edit, args, args->words->word[args->negated], &as);
}

// --- routes --------------------------------------------------------------------------------------

static bool route_eq(const struct config_route *a, const struct config_route *b)
{
	return addr_eq(&a->network, &b->network) && addr_eq(&a->mask, &b->mask) &&
	       addr_eq(&a->gateway, &b->gateway) && strcasecmp(a->interface, b->interface) == 0;
}

static bool is_name(struct span word, const char *what)
{
	return span_ieq(word, span_str(what));
}

// The number after `tag` or `track`.
static int option_number(struct args *args, struct span *rest, uint32_t max, uint32_t *number)
{
	struct span word = text_word(rest);

	if (!span_u32(word, number) || *number == 0 || *number > max)
		return args_fail_at(args, word, "expected a number from 1 to %u", max);
	return 0;
}

static int option_name(struct args *args, struct span *rest, char name[CONFIG_NAME_SIZE])
{
	struct span word = text_word(rest);

	if (word.n == 0)
		return args_fail_at(args, word, "the line is incomplete, NAME is missing");
	if (!span_copy(word, name, CONFIG_NAME_SIZE))
		return args_fail_at(args, word, "longer than %d characters", CONFIG_NAME_SIZE - 1);
	return 0;
}

// What follows the gateway, in any order, as IOS takes it.
static int route_options(struct args *args, struct span rest, struct config_route *route)
{
	enum { TRACKED_MAX = 1000 };
	int error = 0;

	for (struct span word; error == 0 && (word = text_word(&rest)).n > 0;) {
		uint32_t distance = 0;

		if (is_name(word, "name"))
			error = option_name(args, &rest, route->name);
		else if (is_name(word, "permanent"))
			route->permanent = true;
		else if (is_name(word, "tag"))
			error = option_number(args, &rest, UINT32_MAX, &route->tag);
		else if (is_name(word, "track"))
			error = option_number(args, &rest, TRACKED_MAX, &route->track);
		else if (route->distance == 0 && span_u32(word, &distance) && distance > 0 &&
			 distance <= UINT8_MAX)
			route->distance = (uint8_t)distance;
		else
			error = args_fail_at(args, word,
				"expected a number from 1 to 255, name, permanent, tag or track");
	}
	return error;
}

static int route_remove(struct edit *edit, struct args *args, unsigned i)
{
	struct config *config = edit->config;

	if (i == config->route_count)
		return args_fail(args, 0, "there is no such route");
	edit_waits(edit, args);
	config->route_count--;
	memmove(&config->routes[i], &config->routes[i + 1],
		(config->route_count - i) * sizeof(*config->routes));
	return 0;
}

// What is taken and does nothing here.
static void route_notes(
	struct edit *edit, const struct args *args, const struct config_route *route)
{
	if (route->gateway.family == ADDR_NONE)
		edit_note(edit, NOTE_WARNING, args->value[2],
			"kept, but a route without a gateway's address is not used");
	if (route->track != 0)
		edit_note(edit, NOTE_WARNING, args->words->word[0],
			"kept, but nothing is tracked: the route is always there");
}

static int route_put(struct edit *edit, struct args *args, const struct config_route *route)
{
	struct config *config = edit->config;
	struct config_route *grown;
	unsigned i = 0;

	edit->place = PLACE_ROUTE;
	edit->mode = MODE_GLOBAL;
	while (i < config->route_count && !route_eq(&config->routes[i], route))
		i++;
	if (args->negated)
		return route_remove(edit, args, i);
	if (i == config->route_count) {
		grown = realloc(config->routes, (config->route_count + 1) * sizeof(*grown));
		if (grown == NULL)
			return -ENOMEM;
		config->routes = grown;
		config->route_count++;
		edit_waits(edit, args);
	} else if (config->routes[i].distance != route->distance) {
		edit_waits(edit, args);
	}
	config->routes[i] = *route;
	route_notes(edit, args, route);
	return 0;
}

static int route_read(
	struct edit *edit, struct args *args, struct config_route *route, struct span options)
{
	int error;

	route->network = arg_addr(args, 0);
	route->mask = arg_addr(args, 1);
	if (!is_mask(route->mask))
		return args_fail(args, 1, "a mask is ones followed by zeros");
	error = route_options(args, options, route);
	return error < 0 ? error : route_put(edit, args, route);
}

int set_route(void *ctx, struct args *args)
{
	struct config_route route = { .gateway = arg_addr(args, 2) };

	return route_read(ctx, args, &route, args->value[3]);
}

// `FastEthernet 0/0` is FastEthernet0/0: a name without its number has it in the next word.
static bool route_interface(struct span *rest, char name[CONFIG_NAME_SIZE])
{
	struct span word = text_word(rest);
	size_t n = 0;

	if (!isalpha((unsigned char)word.p[0]) || !span_copy(word, name, CONFIG_NAME_SIZE))
		return false;
	while (n < word.n && !isdigit((unsigned char)word.p[n]))
		n++;
	return n < word.n || span_copy(text_word(rest), name + n, CONFIG_NAME_SIZE - n);
}

int set_interface_route(void *ctx, struct args *args)
{
	struct config_route route = { 0 };
	struct span rest = args->value[2], after;
	char text[ADDR_TEXT_SIZE];
	struct in_addr gateway;

	if (!arg_given(args, 2))
		return args_fail(args, 2, "the gateway is missing");
	if (!route_interface(&rest, route.interface))
		return args_fail_at(args, span_head(args->value[2], span_find(args->value[2], ' ')),
			"expected an address A.B.C.D or an interface");
	after = rest;
	if (span_copy(text_word(&after), text, sizeof(text)) &&
		inet_pton(AF_INET, text, &gateway) == 1) {
		route.gateway = addr_ipv4(gateway.s_addr);
		rest = after;
	}
	return route_read(ctx, args, &route, rest);
}

static const struct rule interface_list[] = {
	{ "ip address A.B.C.D A.B.C.D", "address and mask", interface_address, RULE_NO, NULL },
	{ "ip address A.B.C.D A.B.C.D secondary", "kept", interface_other_address, RULE_NO, NULL },
	{ "ip address (dhcp|negotiated|pool) [.TEXT]", "kept", interface_other_address, RULE_NO,
		NULL },
	{ "shutdown", "the interface is off", interface_shutdown, RULE_NO, NULL },
	{ "description .TEXT", "what it is for", interface_keep, RULE_NO, NULL },
	{ "duplex (auto|full|half)", "duplex", interface_keep, RULE_NO, NULL },
	{ "speed WORD", "speed", interface_keep, RULE_NO, NULL },
	{ "bandwidth .KBPS", "bandwidth for routing", interface_keep, RULE_NO, NULL },
	{ "mtu <64-18000>", "largest packet", interface_mtu, RULE_NO, NULL },
	{ "ip mtu <68-18000>", "largest IP packet", interface_ip_mtu, RULE_NO, NULL },
	{ "encapsulation .TEXT", "encapsulation", interface_encapsulation, RULE_NO, NULL },
	{ "media-type .TEXT", "media type", interface_keep, RULE_NO, NULL },
	{ "load-interval .SECONDS", "interval of load figures", interface_keep, RULE_NO, NULL },
	{ "service-policy .TEXT", "quality of service", interface_keep, RULE_NO, NULL },
	{ "service-module .TEXT", "the module in the slot", interface_keep, RULE_NO, NULL },
	{ "ip (access-group|helper-address|nbar|ospf|pim|policy|unnumbered|virtual-reassembly) "
	  "[.TEXT]",
		"what else an interface may have", interface_keep, RULE_NO, NULL },
	{ "ip nat (inside|outside)", "address translation", interface_keep, RULE_NO, NULL },
};

const struct rules interface_commands = RULES_OF(interface_list);
