// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include <stdlib.h>

#include "control/csta/csta.h"
#include "tests/unit/control/client.h"

static const char config[] = "voice service voip\n"
			     " no cti shutdown\n"
			     " cti csta mode basic\n"
			     "telephony-service\n"
			     " max-ephones 10\n"
			     " max-dn 20\n"
			     " ip source-address 10.0.0.1 port 2000\n"
			     " dialplan-pattern 1 40855502.. extension-length 3\n"
			     "ephone-dn 1\n"
			     " number 201\n"
			     " cti watch\n"
			     "ephone-dn 2 dual-line\n"
			     " number 202 secondary 302\n"
			     " cti watch\n"
			     "ephone-dn 3\n"
			     " number 203\n"
			     "ephone-dn 4\n"
			     " number 204\n"
			     " cti watch\n"
			     "ephone-dn 5\n"
			     " number 205\n"
			     " cti watch\n"
			     " cti notify\n"
			     "ephone-dn 6\n"
			     " number 206\n"
			     " cti watch\n"
			     " call-forward noan 203 timeout 10\n"
			     "ephone-dn 7\n"
			     " number 207\n"
			     " cti watch\n"
			     " call-forward all 203\n"
			     "ephone 1\n"
			     " mac-address 0000.0000.0201\n"
			     " button 1:1\n"
			     "ephone 2\n"
			     " mac-address 0000.0000.0202\n"
			     " button 1:2\n"
			     "ephone 3\n"
			     " mac-address 0000.0000.0203\n"
			     " button 1:3\n"
			     "ephone 4\n"
			     " mac-address 0000.0000.0204\n"
			     " button 1:4\n"
			     "ephone 5\n"
			     " mac-address 0000.0000.0205\n"
			     " button 1:6 2:7\n";

int office_open(void **state)
{
	struct office *o = calloc(1, sizeof(*o));

	o->rig = rig_new(config);
	o->rig->engine.report = monitors_report;
	o->rig->engine.notify = monitors_notify;
	o->a = sim_new(o->rig, "SEP000000000201");
	o->b = sim_new(o->rig, "SEP000000000202");
	o->c = sim_new(o->rig, "SEP000000000203");
	o->d = sim_new(o->rig, "SEP000000000205");
	rig_start(o->rig);
	client_init(&o->ca, o->rig, &o->names, 1, "sip:201@10.0.0.1");
	client_init(&o->cb, o->rig, &o->names, 2, "sip:202@10.0.0.1");
	client_init(&o->cc, o->rig, &o->names, 3, "sip:201@10.0.0.1");
	*state = o;
	return 0;
}

int office_close(void **state)
{
	struct office *o = *state;
	struct engine *engine = &o->rig->engine;

	client_bye(&o->ca);
	client_bye(&o->cb);
	client_bye(&o->cc);
	assert_int_equal(engine->sessions.used, 0);
	assert_int_equal(engine->monitors.used, 0);
	sim_on_hook(o->a);
	sim_on_hook(o->b);
	sim_on_hook(o->c);
	sim_on_hook(o->d);
	rig_is_idle(o->rig);
	client_fini(&o->ca);
	client_fini(&o->cb);
	client_fini(&o->cc);
	rig_free(o->rig);
	free(o);
	return 0;
}

void office_monitor(struct office *o)
{
	client_open(&o->ca);
	client_open(&o->cb);
	assert_string_equal(client_ask(&o->ca, "<MonitorStart><monitorObject><deviceObject>tel:201"
					       "</deviceObject></monitorObject></MonitorStart>"),
		"MonitorStartResponse M1 monitorExistingCalls=true");
	assert_string_equal(client_ask(&o->cb, "<MonitorStart><monitorObject><deviceObject>tel:202"
					       "</deviceObject></monitorObject></MonitorStart>"),
		"MonitorStartResponse M2 monitorExistingCalls=true");
	client_told(&o->ca, "");
	client_told(&o->cb, "");
}

void office_talk(struct office *o)
{
	sim_off_hook(o->a);
	sim_digits(o->a, "202");
	sim_off_hook(o->b);
	o->ca.seen = o->cb.seen = o->cc.seen = o->rig->command_count;
	assert_non_null(sim_call_in(o->a, SCCP_CALL_STATE_CONNECTED));
	assert_non_null(sim_call_in(o->b, SCCP_CALL_STATE_CONNECTED));
}
