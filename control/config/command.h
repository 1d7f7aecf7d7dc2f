// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What the handlers of configuration commands share. For this folder alone.
#pragma once

#include <stdlib.h>

#include "control/config/edit.h"
#include "control/config/index.h"
#include "control/config/object.h"

struct rules {
	const struct rule *list;
	unsigned count;
};

// The commands of each mode, in the file of its subject.
extern const struct rules global_commands;
extern const struct rules voice_service_commands;
extern const struct rules voice_sip_commands;
extern const struct rules voice_register_commands;
extern const struct rules session_server_commands;
extern const struct rules logout_profile_commands;
extern const struct rules user_profile_commands;
extern const struct rules interface_commands;
extern const struct rules telephony_commands;
extern const struct rules dn_commands;
extern const struct rules dn_template_commands;
extern const struct rules ephone_commands;

// Global commands of subjects of their own.
int set_enable_password(void *ctx, struct args *args);
int set_enable_password_level(void *ctx, struct args *args);
int set_enable_secret(void *ctx, struct args *args);
int set_enable_secret_level(void *ctx, struct args *args);
int enter_interface(void *ctx, struct args *args);
int set_route(void *ctx, struct args *args);
int set_interface_route(void *ctx, struct args *args);

#define RULES_OF(array) \
	{ \
		(array), sizeof(array) / sizeof((array)[0]) \
	}

void edit_enter(struct edit *edit, enum config_mode mode, void *object, enum config_place place);
void edit_note(struct edit *edit, enum config_note kind, struct span at, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void edit_touch(struct edit *edit, enum touch what, unsigned tag);
// Remarks that the running engine goes on as it was started.
void edit_waits(struct edit *edit, const struct args *args);
// Frees the object once whoever is told of the change has been.
void edit_bury(struct edit *edit, void *object, void (*free)(void *object));

enum requirement_flags {
	REQUIREMENT_WARNS = 1, // only a warning
	REQUIREMENT_LASTS = 2, // a later line of the file may undo it
};

// What a line may name. X(enumerator, whether it is met, flags, complaint)
#define REQUIREMENTS(X) \
	X(REQUIRE_DN, has_dn, 0, "there is no such ephone-dn") \
	X(REQUIRE_LOGOUT_PROFILE, has_logout_profile, 0, "there is no such voice logout-profile") \
	X(REQUIRE_MAX_DN, fits_max_dn, 0, "the tag is beyond max-dn") \
	X(REQUIRE_MAX_EPHONES, fits_max_ephones, 0, "the tag is beyond max-ephones") \
	X(REQUIRE_BUTTON, has_button, 0, "the phone's type has no such button") \
	X(REQUIRE_INTERFACE, has_interface, REQUIREMENT_LASTS | REQUIREMENT_WARNS, \
		"no interface with a port that is up has this address") \
	X(REQUIRE_SUBNET, has_subnet, REQUIREMENT_LASTS, "overlaps with another interface") \
	X(REQUIRE_OWN_PORT, has_own_port, 0, "phones and applications cannot share a port") \
	X(REQUIRE_NUMBER, has_number, REQUIREMENT_WARNS, "no ephone-dn has this number")

enum requirement {
#define X(name, met, flags, text) name,
	REQUIREMENTS(X)
#undef X
};

// The line names object `value` (for REQUIRE_BUTTON, of the phone `ephone`): 0 when it is there or,
// while loading, may still come; else args_fail_at() about the word. `value`: a tag, for
// REQUIRE_BUTTON a position, for REQUIRE_INTERFACE an address in network order, for REQUIRE_SUBNET
// an interface's place; for REQUIRE_NUMBER and REQUIRE_OWN_PORT nothing.
int edit_require(struct edit *edit, struct args *args, struct span word, enum requirement kind,
	uint32_t value, const struct config_ephone *ephone);

// The address (argument 0) and port (argument 1) to listen on, which are *source already: an
// interface must have the one, and no other service the other.
int edit_require_source(struct edit *edit, struct args *args, const struct endpoint *source);

// The device name of a phone by its address H.H.H. False: it is none.
bool device_name(struct span mac, char name[CONFIG_DEVICE_NAME_SIZE]);

// Buttons of a phone of this type with these modules.
unsigned ephone_buttons(const struct config_ephone *ephone);

// Replaces a text of the heap, or takes it away (a span without bytes whose p is NULL). -ENOMEM.
int text_set(char **text, struct span value);

// True when `text` is `whole` or its first words.
bool is_start_of(struct span text, struct span whole);

// Keeps or, for the `no` form, drops the line among an object's own.
int keep_line(struct config_lines *lines, struct args *args);
// Drops the lines that begin with these words.
void drop_lines(struct config_lines *lines, struct span words);

// Global lines of a router that mean nothing here. False when the line is none of those known.
bool section_keep(struct edit *edit, const struct words *line);
// A line for the section that is being edited. False when it does not belong there; `force` takes
// any.
bool section_line(struct edit *edit, const struct words *line, bool force);
// What counts of the lines of a section `line`. False: this one should, and is not understood.
bool line_is_sound(const char *head, struct span line);
// It says the same as the old one, otherwise.
bool line_replaces(const char *head, struct span line, struct span old);
// A line of the banner that is being edited, as it was written. -ENOMEM.
int banner_line(struct edit *edit, struct span line);
// Ends a banner whose author went away.
void banner_end(struct edit *edit);
// Would a reader in this mode, or in the section with this head, take an unindented line for its
// own?
bool mode_takes(enum config_mode mode, struct span line);
bool section_takes(const char *head, struct span line);
// An indented line of an interface that means nothing here.
bool interface_line(struct edit *edit, const struct words *line);

// The DN has no template any more.
void dn_template_drop(struct config_dn *dn);

// Taking objects out, with all that names them.
void remove_dn(struct edit *edit, struct config_dn *dn);
void remove_ephone(struct edit *edit, struct config_ephone *ephone);
void remove_logout_profile(struct edit *edit, struct config_profile *profile);
void remove_user_profile(struct edit *edit, struct config_profile *profile);
