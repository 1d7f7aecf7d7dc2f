// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The way to the engine, under two hands: a DPDK port with a TCP of our own on it (wire_port.c),
// and the kernel's sockets (wire_kernel.c). One thread, no blocking: everything happens in
// wire_poll().
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct wire;

// Who hears of it. `user` is what was given to wire_connect(). All are called from wire_poll()
// alone.
struct wire_hearer {
	void *ctx;
	void (*opened)(void *ctx, uint32_t user);
	// Bytes that are there, from the first that was not taken. Returns how many it takes.
	size_t (*bytes)(void *ctx, uint32_t user, const uint8_t *p, size_t n);
	// The last word about a connection. `why` is for people.
	void (*closed)(void *ctx, uint32_t user, const char *why);
	void (*datagram)(void *ctx, const uint8_t *p, size_t n);
};

struct wire_counters {
	uint64_t frames_in; // kernel: reads
	uint64_t frames_out;
	uint64_t bytes_in;
	uint64_t bytes_out;
	uint64_t bad;  // checksums that were wrong, what nobody waits for
	uint64_t full; // times that the port had no room: what was to go waited
	uint64_t retransmitted;
	uint64_t reassembled; // datagrams that came in pieces; the kernel does not tell of them
};

struct wire_ops {
	// Names an open connection or one that opens in *conn. Returns 0 or -errno.
	int (*connect)(struct wire *wire, const struct endpoint *local,
		const struct endpoint *remote, uint32_t user, uint64_t *conn);
	int (*write)(struct wire *wire, uint64_t conn, const void *p, size_t n);
	void (*close)(struct wire *wire, uint64_t conn, bool reset);
	int (*datagram)(struct wire *wire, const struct endpoint *to, const void *p, size_t n);
	unsigned (*poll)(struct wire *wire, uint64_t now_us);
	void (*flush)(struct wire *wire, uint64_t now_us);
	void (*free)(struct wire *wire);
};

struct wire {
	const struct wire_ops *ops;
	struct wire_hearer hearer;
	struct wire_counters n;
	struct endpoint udp; // our end of datagrams
	bool ready;          // the engine's address is known
};

// Opens a connection from `local`; a family of ADDR_NONE leaves address and port to the wire.
// opened() or closed() will be told. Returns 0 or -errno.
static inline int wire_connect(struct wire *wire, const struct endpoint *local,
	const struct endpoint *remote, uint32_t user, uint64_t *conn)
{
	return wire->ops->connect(wire, local, remote, user, conn);
}

// All or nothing. Goes out at the next wire_flush(), together with what was written before. Returns
// 0, -ENOTCONN or -ENOBUFS.
static inline int wire_write(struct wire *wire, uint64_t conn, const void *p, size_t n)
{
	return wire->ops->write(wire, conn, p, n);
}

// closed() will still be told.
static inline void wire_close(struct wire *wire, uint64_t conn, bool reset)
{
	wire->ops->close(wire, conn, reset);
}

// From wire->udp, in pieces when it is longer than a packet. Returns 0 or -errno.
static inline int wire_datagram(
	struct wire *wire, const struct endpoint *to, const void *p, size_t n)
{
	return wire->ops->datagram(wire, to, p, n);
}

// Takes some of what came. Returns how much it was.
static inline unsigned wire_poll(struct wire *wire, uint64_t now_us)
{
	return wire->ops->poll(wire, now_us);
}

static inline void wire_flush(struct wire *wire, uint64_t now_us)
{
	wire->ops->flush(wire, now_us);
}

static inline void wire_free(struct wire *wire)
{
	if (wire != NULL)
		wire->ops->free(wire);
}

// A DPDK port as a router in front of any number of addresses: it answers ARP for `station` alone,
// so the engine needs a route to the others by way of it.
struct wire_port_config {
	uint16_t port;        // DPDK's id, not yet configured
	uint32_t station_net; // network order, as the next
	uint32_t engine_net;
	uint32_t connections; // at a time
	uint16_t udp_port;
};

// Configures and starts the port. EAL is running. Returns 0 or -errno with one line in `error`.
int wire_port_new(struct wire **wire, const struct wire_port_config *config, uint64_t now_us,
	char *error, size_t size);

// Sockets of the kernel: at most so many connections at a time. Returns 0 or -errno.
int wire_kernel_new(struct wire **wire, const struct endpoint *engine, uint32_t connections);
