// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Runs a fuzz target over its seeds, whole and cut short: what found a fault once is tried in every test run,
// also where there is no fuzzer. Arguments: files and folders.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SEED_MAX = 1 << 20, CUTS = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static unsigned tried;

// A copy of just that size, so that a sanitizer sees every read beyond it.
static void try_bytes(const uint8_t *bytes, size_t n)
{
	uint8_t *copy = malloc(n + (n == 0));

	if (copy == NULL)
		abort();
	memcpy(copy, bytes, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
	tried++;
}

static int try_file(const char *path)
{
	static uint8_t bytes[SEED_MAX];
	FILE *file = fopen(path, "rb");
	size_t n;

	if (file == NULL) {
		perror(path);
		return 1;
	}
	n = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	for (size_t i = 0; i <= CUTS; i++)
		try_bytes(bytes, n * i / CUTS);
	return 0;
}

static int try_path(const char *path)
{
	struct dirent *entry;
	struct stat st;
	int failed = 0;
	DIR *dir;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return try_file(path);
	dir = opendir(path);
	if (dir == NULL)
		return 1;
	while ((entry = readdir(dir)) != NULL) {
		char name[4096];

		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.')
			failed |= try_file(name);
	}
	closedir(dir);
	return failed;
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (LLVMFuzzerInitialize != NULL)
		LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++)
		failed |= try_path(argv[i]);
	printf("%u inputs\n", tried);
	return failed != 0 || tried == 0;
}
