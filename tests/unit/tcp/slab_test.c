// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/slab.h"

static void sizes_have_their_class(void **state)
{
	static const size_t rows[][2] = { { 0, 128 }, { 1, 128 }, { 128, 128 }, { 129, 512 },
		{ 512, 512 }, { 513, 2048 }, { 2049, 8192 }, { 8193, 65536 }, { 65536, 65536 } };
	struct slab slab;

	(void)state;
	assert_int_equal(slab_init(&slab, SLAB_CHUNK_SIZE - 1), -EINVAL);
	assert_int_equal(slab_init(&slab, 2 * SLAB_CHUNK_SIZE), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		void *block = slab_take(&slab, rows[i][0]);

		assert_non_null(block);
		assert_int_equal((uintptr_t)block % 64, 0);
		assert_int_equal(slab_block_size(&slab, block), rows[i][1]);
		assert_int_equal(slab.used_bytes, rows[i][1]);
		slab_give(&slab, block);
		assert_int_equal(slab.used_bytes, 0);
	}
	assert_null(slab_take(&slab, SLAB_MAX + 1));
	slab_give(&slab, NULL);
	slab_fini(&slab);
}

static void arena_serves_every_size_in_turn(void **state)
{
	static const size_t sizes[] = { 128, 512, 2048, 8192, 65536, 128 };
	static void *blocks[4 * 512];
	struct slab slab;

	(void)state;
	assert_int_equal(slab_init(&slab, 4 * SLAB_CHUNK_SIZE), 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t n = 4 * SLAB_CHUNK_SIZE / sizes[i];

		for (size_t k = 0; k < n; k++) {
			blocks[k] = slab_take(&slab, sizes[i]);
			assert_non_null(blocks[k]);
			memset(blocks[k], (int)k, sizes[i]);
		}
		assert_null(slab_take(&slab, 1));
		for (size_t k = 0; k < n; k++) {
			assert_int_equal(*((uint8_t *)blocks[k] + sizes[i] - 1), (uint8_t)k);
			slab_give(&slab, blocks[k]);
		}
		assert_int_equal(slab.nfree, 4);
	}
	slab_fini(&slab);
}

static void the_sparing_leave_room(void **state)
{
	void *spare[1025], *last;
	struct slab slab;
	int n = 0;

	(void)state;
	assert_int_equal(slab_init(&slab, 3 * SLAB_CHUNK_SIZE), 0);
	while ((spare[n] = slab_take_sparing(&slab, 128, 1)) != NULL)
		n++;
	assert_int_equal(n, 2 * 512);
	last = slab_take(&slab, SLAB_MAX);
	assert_non_null(last);
	slab_give(&slab, spare[--n]);
	assert_non_null(slab_take_sparing(&slab, 128, 1)); // a chunk already cut
	slab_fini(&slab);
}

static void blocks_never_overlap(void **state)
{
	enum { N = 300 };
	static uint8_t *blocks[N];
	static size_t sizes[N];
	struct slab slab;
	uint64_t rng = 7;

	(void)state;
	assert_int_equal(slab_init(&slab, 20 * SLAB_CHUNK_SIZE), 0);
	for (int turn = 0; turn < 50000; turn++) {
		uint32_t i;

		rng = rng * 6364136223846793005u + 1442695040888963407u;
		i = (uint32_t)(rng >> 33) % N;
		if (blocks[i] != NULL) {
			assert_int_equal(blocks[i][0], (uint8_t)i);
			assert_int_equal(blocks[i][sizes[i] - 1], (uint8_t)i);
			slab_give(&slab, blocks[i]);
			blocks[i] = NULL;
			continue;
		}
		sizes[i] = (size_t)1 << (rng >> 50) % 14;
		blocks[i] = slab_take(&slab, sizes[i]);
		if (blocks[i] == NULL)
			continue;
		blocks[i][0] = (uint8_t)i;
		blocks[i][sizes[i] - 1] = (uint8_t)i;
	}
	for (int i = 0; i < N; i++)
		slab_give(&slab, blocks[i]);
	assert_int_equal(slab.used_bytes, 0);
	assert_int_equal(slab.nfree, 20);
	slab_fini(&slab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_have_their_class),
		cmocka_unit_test(arena_serves_every_size_in_turn),
		cmocka_unit_test(the_sparing_leave_room),
		cmocka_unit_test(blocks_never_overlap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
