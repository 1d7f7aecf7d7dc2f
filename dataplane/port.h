// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// An Ethernet port: what it is and can do, how it is set up, and the queue of frames to send. The
// engine is written for a port without offloads; what is offered is used.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_ether.h>

#include "dataplane/dataplane.h"

struct home;
struct rte_eth_conf;
struct rte_eth_dev_info;
struct rte_mbuf;
struct rte_mempool;
struct worker;

enum {
	PORT_BURST = 32,
	PORT_TX_QUEUE = 64,     // frames kept until the end of the turn
	PORT_DESCRIPTORS = 512, // of each direction
	PORT_FRAME_BYTES =
		4096, // data room of a packet buffer: af_packet joins fragments before us
};

// Read-only once started.
struct port {
	const struct dataplane_interface *interface;
	uint16_t id;       // DPDK's
	bool up;           // there is such a port
	bool rx_checksums; // the port checks what it receives
	bool tx_checksums; // the port fills in IPv4, UDP and TCP checksums
	bool hashes;       // it brings flows to their home by our key
	uint16_t rx_queues;
	uint16_t tx_queues; // those of the first so many workers
	uint16_t mtu;       // bytes of an IP packet
	uint32_t addr;     // network order, as all below
	uint32_t mask;
	struct rte_ether_addr mac;
	char device[64];
};

// Frames of one worker that wait to be sent by one port.
struct port_queue {
	struct rte_mbuf *frames[PORT_TX_QUEUE];
	unsigned n;
};

// Queues, hashing and checksums as a port of such abilities can do them for so many workers: fills
// `conf` and the port's members. A port that hashes by our key gets a queue for each worker; one
// that spreads packets by some rule of its own over a few queues has all of them polled.
void port_plan(struct port *port, const struct rte_eth_dev_info *info, const struct home *home,
	struct rte_eth_conf *conf);

// Configures port `id` for the interface. Returns 0 or -errno with `error` set.
int port_init(struct port *port, const struct dataplane_interface *interface, uint16_t id,
	const struct home *home, struct rte_mempool *pool, char *error, size_t error_size);
int port_start(struct port *port, const struct home *home, char *error, size_t error_size);
void port_stop(struct port *port);
void port_describe(const struct port *port, struct dataplane_port *out);

// Sends the frame at the end of the turn, through another worker when this one has no transmit queue, or at once when the queue is full. The frame is taken.
void port_send(struct worker *worker, unsigned port, struct rte_mbuf *frame);
// What waits goes out; what the port refuses is dropped and counted.
void port_flush(struct worker *worker, unsigned port);
