// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// From a configuration to what the packet engine is given, and what is said about the rest.
#include "tests/unit/control/config_rig.h"

#include "control/daemon/plan.h"

struct heard {
	unsigned count;
	char text[4096];
};

static void hear(void *ctx, const char *what, const char *why)
{
	struct heard *heard = ctx;
	size_t used = strlen(heard->text);

	heard->count++;
	snprintf(heard->text + used, sizeof(heard->text) - used, "%s: %s\n", what, why);
}

static int plan_text(const char *text, struct dataplane_config *plan, struct heard *heard)
{
	const struct plan_listener listener = { hear, heard };
	struct load_report report;
	struct config *config = load(text, &report);
	char error[256] = "";
	int status;

	load_report_fini(&report);
	assert_non_null(config);
	*heard = (struct heard){ 0 };
	status = plan_from_config(config, 2, &listener, plan, error, sizeof(error));
	assert_int_equal(status != 0, error[0] != '\0');
	if (status != 0)
		hear(heard, "error", error);
	config_free(config);
	return status;
}

static void expect_heard(const struct heard *heard, const char *text)
{
	if (strstr(heard->text, text) == NULL)
		fail_msg("not told: %s\ntold: %s", text, heard->text);
}

static void test_interfaces(void **state)
{
	struct dataplane_config plan;
	struct heard heard;

	(void)state;
	assert_int_equal(
		plan_text("interface Loopback0\n ip address 1.1.1.1 255.255.255.255\n"
			  "interface Tu1\n ip address 1.1.2.1 255.255.255.0\n"
			  "interface Gi0/0\n ip address 10.0.0.1 255.255.255.0\n mtu 1400\n"
			  "interface Gi0/0.5\n encapsulation dot1Q 5\n"
			  " ip address 10.0.5.1 255.255.255.0\n"
			  "interface Gi0/1\n ip address 10.0.1.1 255.255.255.0\n shutdown\n"
			  "interface Gi0/2\n ip address 10.0.2.1 255.255.255.0\n mtu 1500\n"
			  " ip mtu 1300\n"
			  "interface Lucent0\n ip address 11.0.0.1 255.0.0.0\n mtu 64\n",
			&plan, &heard),
		0);
	assert_int_equal(plan.ninterfaces, 3);
	assert_string_equal(plan.interfaces[0].name, "Gi0/0");
	assert_int_equal(plan.interfaces[0].prefix, 24);
	assert_int_equal(plan.interfaces[0].mtu, 1400);
	assert_string_equal(plan.interfaces[1].name, "Gi0/2");
	assert_int_equal(plan.interfaces[1].mtu, 1300);
	assert_string_equal(plan.interfaces[2].name, "Lucent0");
	assert_int_equal(plan.interfaces[2].mtu, 68);
	assert_int_equal(heard.count, 3);
	expect_heard(&heard, "Loopback0: no port stands for it");
	expect_heard(&heard, "Tu1: no port");
	expect_heard(&heard, "Gi0/0.5: no port");
}

// The first eight are up, phones are not told to come to the ninth.
static void test_many_interfaces(void **state)
{
	struct dataplane_config plan;
	struct heard heard;
	char text[2048] = "";

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			"interface Gi0/%u\n ip address 10.0.%u.1 255.255.255.0\n", i, i);
	assert_int_equal(plan_text(text, &plan, &heard), 0);
	assert_int_equal(plan.ninterfaces, DATAPLANE_INTERFACES_MAX);
	assert_int_equal(heard.count, 2);
	expect_heard(&heard, "Gi0/8: it is down");
	expect_heard(&heard, "Gi0/9: it is down");
	strcat(text, "telephony-service\n ip source-address 10.0.8.1\n");
	assert_true(plan_text(text, &plan, &heard) < 0);
	expect_heard(&heard, "error: ip source-address 10.0.8.1: no interface");
	assert_true(plan_text("hostname x\n", &plan, &heard) < 0);
}

static void test_routes(void **state)
{
	struct dataplane_config plan;
	struct heard heard;

	(void)state;
	assert_int_equal(plan_text("interface Gi0/0\n ip address 10.0.0.1 255.255.255.0\n"
				   "interface Gi0/1\n ip address 10.0.1.1 255.255.255.0\n"
				   "ip route 0.0.0.0 0.0.0.0 10.0.0.2 250 name x\n"
				   "ip route 1.0.0.0 255.0.0.0 10.0.1.2\n"
				   "ip route 2.0.0.0 255.0.0.0 10.0.2.2\n"
				   "ip route 3.0.0.0 255.0.0.0 gi0/0 10.0.0.3\n"
				   "ip route 4.0.0.0 255.0.0.0 Gi0/1 10.0.0.3\n"
				   "ip route 5.0.0.0 255.0.0.0 Null0\n",
				 &plan, &heard),
		0);
	assert_int_equal(plan.nroutes, 3);
	assert_int_equal(plan.routes_left_out, 3);
	assert_int_equal(plan.routes[0].prefix, 0);
	assert_int_equal(plan.routes[0].distance, 250);
	assert_int_equal(plan.routes[1].prefix, 8);
	assert_int_equal(plan.routes[1].distance, 1);
	assert_int_equal(plan.routes[2].gateway_net, inet_addr("10.0.0.3"));
	assert_int_equal(heard.count, 3);
	expect_heard(&heard, "ip route 2.0.0.0 255.0.0.0 10.0.2.2: left out, its gateway is in no");
	expect_heard(
		&heard, "ip route 4.0.0.0 255.0.0.0 Gi0/1 10.0.0.3: left out, its gateway is not");
	expect_heard(&heard, "ip route 5.0.0.0 255.0.0.0 Null0: left out, it has no gateway");
}

static void test_many_routes(void **state)
{
	struct dataplane_config plan;
	struct heard heard;
	char text[8192] = INTERFACE;

	(void)state;
	for (unsigned i = 0; i < DATAPLANE_ROUTES_MAX + 2; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			"ip route 20.0.%u.0 255.255.255.0 10.0.0.2\n", i);
	assert_int_equal(plan_text(text, &plan, &heard), 0);
	assert_int_equal(plan.nroutes, DATAPLANE_ROUTES_MAX);
	assert_int_equal(plan.routes_left_out, 2);
	assert_int_equal(heard.count, 2);
	expect_heard(
		&heard, "ip route 20.0.64.0 255.255.255.0 10.0.0.2: left out, there are too many");
}

// The examples: the port of the second interface may be missing, a gateway is in nobody's subnet.
static void test_examples(void **state)
{
	static const char *const names[] = { "moc-client.cfg", "session-manager.cfg" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct load_report report;
		struct config *config = load_example(names[i], &report);
		struct heard heard = { 0 };
		const struct plan_listener listener = { hear, &heard };
		struct dataplane_config plan;
		char error[256];

		assert_int_equal(
			plan_from_config(config, 1, &listener, &plan, error, sizeof(error)), 0);
		assert_int_equal(plan.ninterfaces, 2);
		assert_int_equal(plan.nroutes, 1);
		assert_int_equal(heard.count, 1);
		expect_heard(&heard, "ip route 0.0.0.0 0.0.0.0 10.1.43.254: left out");
		load_report_fini(&report);
		config_free(config);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_many_interfaces),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_many_routes),
		cmocka_unit_test(test_examples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
