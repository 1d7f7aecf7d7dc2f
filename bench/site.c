// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/site.h"

#include <stdio.h>
#include <stdlib.h>

static void head_write(FILE *out, const struct site *site)
{
	fprintf(out,
		"interface FastEthernet0/0\n"
		" ip address %s 255.255.255.0\n"
		"ip route 0.0.0.0 0.0.0.0 %s\n"
		"voice service voip\n"
		" no cti shutdown\n"
		" cti csta mode basic\n"
		"telephony-service\n"
		" max-ephones 100000\n"
		" max-dn 100000\n"
		" keepalive %u\n"
		" ip source-address %s port 2000\n",
		site->address, site->gateway, site->keepalive_s, site->address);
}

static void phone_write(FILE *out, const struct site *site, uint32_t i)
{
	uint32_t mac = site->first_mac + i;

	fprintf(out,
		"ephone-dn %u\n"
		" number %u\n"
		" name Phone %u\n"
		" cti watch\n"
		"ephone %u\n"
		" mac-address 0000.%04x.%04x\n"
		" button 1:%u\n",
		i + 1, site->first_number + i, i + 1, i + 1, mac >> 16, mac & 0xffff, i + 1);
}

char *site_text(const struct site *site)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	head_write(out, site);
	for (uint32_t i = 0; i < site->phones; i++)
		phone_write(out, site, i);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
