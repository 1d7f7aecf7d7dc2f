// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Defaults and ends of the configured objects, for this folder alone.
#pragma once

#include "control/config/config.h"

void voice_service_defaults(struct config_voice_service *service);
void voice_register_defaults(struct config_voice_register *reg);
void session_server_defaults(struct config_session_server *server);
void telephony_defaults(struct config_telephony *telephony);

// Frees what the object holds and sets its defaults: as if it had never been configured.
void voice_service_clear(struct config_voice_service *service);
void voice_register_clear(struct config_voice_register *reg);
void session_server_clear(struct config_session_server *server);
void telephony_clear(struct config_telephony *telephony);
void dn_template_clear(struct config_dn_template *template);

// The settings' own forwarding, all of it unset at first; NULL without memory.
struct config_forward *settings_forward(
	struct config_dn_settings *settings, enum config_forward_kind kind);

void config_dn_free(struct config_dn *dn);
void config_ephone_free(struct config_ephone *ephone);
void config_profile_free(struct config_profile *profile);
