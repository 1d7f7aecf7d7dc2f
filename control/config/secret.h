// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Passwords as IOS writes them: a digit that says how the text hides it.
#pragma once

#include <stdbool.h>

#include "base/span.h"

enum { SECRET_PASSWORD_SIZE = 256 }; // of a password with its end

enum secret_type {
	SECRET_PLAIN = 0,
	SECRET_MD5 = 5,    // crypt(3), $1$
	SECRET_MASKED = 7, // hexadecimal, to be read by everybody who knows how
};

struct config_secret {
	char *text; // of the heap; NULL: none
	int type;   // enum secret_type, or another of IOS, which nobody knows the password of
};

// The text can be one of that type; of a type that is not known, always.
bool secret_is_sound(int type, struct span text);

// Takes a copy. With `hide` a plain text becomes an MD5 one. -ENOMEM, or -errno of who makes salt
// and hash.
int secret_set(struct config_secret *secret, int type, struct span text, bool hide);
void secret_clear(struct config_secret *secret);

// The password is this one. False when there is no secret.
bool secret_matches(const struct config_secret *secret, const char *password);
