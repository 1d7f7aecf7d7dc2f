// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A bad wire between two interfaces: passes every frame on, but loses some of those that carry TCP
// and holds others back until later ones have passed, both ways, by a seeded generator. Says on
// SIGTERM how many.
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	FRAME = 2048,
	HELD = 64,       // frames held back at a time, each way
	HOLD_PASSED = 3, // until so many others passed
	HOLD_MS = 20,    // or so much time
	TCP_AT = ETH_HLEN + 9,
};

struct held {
	uint64_t until_ms;
	unsigned passed;
	size_t n;
	uint8_t bytes[FRAME];
};

struct way {
	int from;
	int to;
	unsigned nheld;
	struct held held[HELD];
	unsigned passed, lost, late;
};

static struct way ways[2];
static uint64_t rng;
static uint32_t loss, late; // in 100
static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static bool chance(uint32_t percent)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (rng >> 20) % 100 < percent;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int port_open(const char *name)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	struct packet_mreq all = { .mr_type = PACKET_MR_PROMISC };
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)), on = 1;

	at.sll_ifindex = all.mr_ifindex = (int)if_nametoindex(name);
	if (fd < 0 || at.sll_ifindex == 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
		setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) < 0 ||
		setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) < 0) {
		fprintf(stderr, "lossy: %s: %s\n", name, strerror(errno));
		exit(2);
	}
	return fd;
}

static void frame_send(struct way *way, const uint8_t *bytes, size_t n)
{
	if (send(way->to, bytes, n, 0) < 0)
		way->lost++; // as a full wire would
	else
		way->passed++;
}

// Those whose time has come, or behind whom enough have passed.
static void held_release(struct way *way, bool another_passed)
{
	uint64_t now = now_ms();

	for (unsigned i = 0; i < way->nheld;) {
		struct held *held = &way->held[i];

		held->passed += another_passed;
		if (held->passed < HOLD_PASSED && now < held->until_ms) {
			i++;
			continue;
		}
		frame_send(way, held->bytes, held->n);
		*held = way->held[--way->nheld];
	}
}

static void frame_pass(struct way *way, const uint8_t *bytes, size_t n)
{
	bool tcp = n > TCP_AT && bytes[12] == 0x08 && bytes[13] == 0x00 &&
		bytes[TCP_AT] == IPPROTO_TCP;

	if (tcp && chance(loss)) {
		way->lost++;
		return;
	}
	if (tcp && way->nheld < HELD && chance(late)) {
		struct held *held = &way->held[way->nheld++];

		held->until_ms = now_ms() + HOLD_MS;
		held->passed = 0;
		held->n = n;
		memcpy(held->bytes, bytes, n);
		way->late++;
		return;
	}
	frame_send(way, bytes, n);
	held_release(way, true);
}

static void way_run(struct way *way)
{
	uint8_t bytes[FRAME];
	ssize_t n;

	while ((n = recv(way->from, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		frame_pass(way, bytes, (size_t)n);
	held_release(way, false);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };

	if (argc != 6) {
		fprintf(stderr, "usage: lossy SEED LOSS%% LATE%% INTERFACE INTERFACE\n");
		return 2;
	}
	rng = strtoull(argv[1], NULL, 10) * 0x9e3779b97f4a7c15 + 1;
	loss = (uint32_t)strtoul(argv[2], NULL, 10);
	late = (uint32_t)strtoul(argv[3], NULL, 10);
	ways[0].from = ways[1].to = port_open(argv[4]);
	ways[1].from = ways[0].to = port_open(argv[5]);
	sigaction(SIGTERM, &action, NULL);
	puts("ready");
	fflush(stdout);
	while (!stopped) {
		struct pollfd fds[2] = { { ways[0].from, POLLIN, 0 }, { ways[1].from, POLLIN, 0 } };
		bool holds = ways[0].nheld + ways[1].nheld > 0;

		poll(fds, 2, holds ? 1 : 1000);
		way_run(&ways[0]);
		way_run(&ways[1]);
	}
	for (int i = 0; i < 2; i++)
		printf("passed %u lost %u late %u\n", ways[i].passed, ways[i].lost, ways[i].late);
	return 0;
}
