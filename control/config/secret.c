// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/config/secret.h"

#include <crypt.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
	MD5_SALT_MAX = 8,
	MD5_HASH = 22,
	MASK_SIZE = 53,
};

static const char md5_mark[] = "$1$";
// The key of type 7, which is no secret.
static const char mask[] = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";

// --- MD5 -----------------------------------------------------------------------------------------

static bool is_md5(struct span text)
{
	struct span salt;

	if (!span_eq(span_head(text, sizeof(md5_mark) - 1), span_str(md5_mark)))
		return false;
	text = span_from(text, sizeof(md5_mark) - 1);
	salt = span_head(text, span_find(text, '$'));
	return salt.n > 0 && salt.n <= MD5_SALT_MAX && text.n == salt.n + 1 + MD5_HASH;
}

// The hash in *data, or NULL.
static const char *md5_hash(const char *password, const char *salt, struct crypt_data *data)
{
	// Not crypt_r(), which AddressSanitizer takes for itself and then does not find.
	const char *hash = crypt_rn(password, salt, data, sizeof(*data));

	return hash != NULL && is_md5(span_str(hash)) ? hash : NULL;
}

static int md5_make(struct span password, char **text)
{
	static const char alphabet[] =
		"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	char salt[sizeof(md5_mark) + MD5_SALT_MAX], plain[SECRET_PASSWORD_SIZE];
	struct crypt_data *data = calloc(1, sizeof(*data));
	unsigned char random[MD5_SALT_MAX];
	const char *hash = NULL;

	strcpy(salt, md5_mark);
	if (data != NULL && span_copy(password, plain, sizeof(plain)) &&
		getrandom(random, sizeof(random), 0) == sizeof(random)) {
		for (size_t i = 0; i < MD5_SALT_MAX; i++)
			salt[sizeof(md5_mark) - 1 + i] = alphabet[random[i] % 64];
		salt[sizeof(salt) - 1] = '\0';
		hash = md5_hash(plain, salt, data);
	}
	*text = hash == NULL ? NULL : strdup(hash);
	explicit_bzero(plain, sizeof(plain));
	free(data);
	return *text == NULL ? -EIO : 0;
}

static bool md5_matches(const char *text, const char *password)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *hash = data == NULL ? NULL : md5_hash(password, text, data);
	bool matches = hash != NULL && strcmp(hash, text) == 0;

	free(data);
	return matches;
}

// --- masked --------------------------------------------------------------------------------------

static unsigned hex(char c)
{
	return (unsigned)(isdigit((unsigned char)c) ? c - '0'
						    : (tolower((unsigned char)c) - 'a') + 10);
}

static unsigned mask_start(const char *p)
{
	return (unsigned)((p[0] - '0') * 10 + (p[1] - '0'));
}

// Two digits of where in the key it begins, then the bytes.
static bool is_masked(struct span text)
{
	if (text.n < 4 || text.n % 2 != 0 || text.n / 2 > SECRET_PASSWORD_SIZE)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (!(i < 2 ? isdigit((unsigned char)text.p[i])
			    : isxdigit((unsigned char)text.p[i])))
			return false;
	return mask_start(text.p) < MASK_SIZE;
}

static bool masked_matches(const char *text, const char *password)
{
	size_t n = strlen(text) / 2 - 1;
	unsigned start = mask_start(text);
	bool matches = strlen(password) == n;

	for (size_t i = 0; matches && i < n; i++) {
		unsigned byte = hex(text[2 * i + 2]) << 4 | hex(text[2 * i + 3]);

		matches = (byte ^ (unsigned char)mask[(start + i) % MASK_SIZE]) ==
			  (unsigned char)password[i];
	}
	return matches;
}

// --- any -----------------------------------------------------------------------------------------

bool secret_is_sound(int type, struct span text)
{
	switch (type) {
	case SECRET_PLAIN:
		return text.n > 0 && text.n < SECRET_PASSWORD_SIZE;
	case SECRET_MD5:
		return is_md5(text);
	case SECRET_MASKED:
		return is_masked(text);
	default:
		return text.n > 0;
	}
}

void secret_clear(struct config_secret *secret)
{
	free(secret->text);
	*secret = (struct config_secret){ 0 };
}

int secret_set(struct config_secret *secret, int type, struct span text, bool hide)
{
	char *copy = NULL;
	int error = 0;

	if (hide && type == SECRET_PLAIN) {
		error = md5_make(text, &copy);
		type = SECRET_MD5;
	} else {
		copy = strndup(text.p, text.n);
	}
	if (copy == NULL)
		return error < 0 ? error : -ENOMEM;
	free(secret->text);
	*secret = (struct config_secret){ copy, type };
	return 0;
}

bool secret_matches(const struct config_secret *secret, const char *password)
{
	if (secret->text == NULL)
		return false;
	switch (secret->type) {
	case SECRET_PLAIN:
		return strcmp(secret->text, password) == 0;
	case SECRET_MD5:
		return md5_matches(secret->text, password);
	case SECRET_MASKED:
		return masked_matches(secret->text, password);
	default:
		return false;
	}
}
