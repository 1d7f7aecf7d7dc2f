// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/port.h"

#include <stdio.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "dataplane/worker.h"

enum {
	PORT_QUEUES_OWN = HANDLE_WORKERS_MAX, // no more than somebody made on purpose
	RSS_KEY_USUAL = 40,
};

static const uint64_t rx_wanted =
	RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM;
static const uint64_t rss_wanted = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_FRAG_IPV4 |
				   RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_NONFRAG_IPV4_UDP;
static const uint64_t tx_wanted =
	RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM;

static int port_fail(
	const struct port *port, const char *what, int status, char *error, size_t size)
{
	snprintf(error, size, "interface %s: port %u (%s): %s: %s", port->interface->name, port->id,
		port->device, what, rte_strerror(-status));
	return status;
}

// The flow's hash is worth something only when it says the same as ours (home.h).
static bool can_hash(const struct rte_eth_dev_info *info, const struct home *home)
{
	return home->workers > 1 && info->max_rx_queues >= home->workers &&
	       (info->flow_type_rss_offloads & RTE_ETH_RSS_NONFRAG_IPV4_TCP) != 0 &&
	       info->hash_key_size <= HOME_KEY_BYTES && info->reta_size >= HOME_BUCKETS &&
	       info->reta_size <= RTE_ETH_RSS_RETA_SIZE_512 && info->reta_size % HOME_BUCKETS == 0;
}

static uint16_t rx_queues(
	const struct port *port, const struct rte_eth_dev_info *info, const struct home *home)
{
	uint16_t workers = (uint16_t)home->workers;

	if (!port->hashes && info->flow_type_rss_offloads == 0 &&
		info->max_rx_queues <= PORT_QUEUES_OWN)
		return info->max_rx_queues;
	return RTE_MIN(workers, info->max_rx_queues);
}

void port_plan(struct port *port, const struct rte_eth_dev_info *info, const struct home *home,
	struct rte_eth_conf *conf)
{
	*conf = (struct rte_eth_conf){ 0 };
	port->hashes = can_hash(info, home);
	port->rx_queues = rx_queues(port, info, home);
	port->tx_queues = RTE_MIN((uint16_t)home->workers, info->max_tx_queues);
	// All three checksums or none: a packet path with one question instead of three.
	port->rx_checksums = (info->rx_offload_capa & rx_wanted) == rx_wanted;
	port->tx_checksums = (info->tx_offload_capa & tx_wanted) == tx_wanted;
	if (port->rx_checksums)
		conf->rxmode.offloads |= rx_wanted;
	if (port->tx_checksums)
		conf->txmode.offloads |= tx_wanted;
	if (!port->hashes)
		return;
	conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
	conf->rx_adv_conf.rss_conf = (struct rte_eth_rss_conf){
		.rss_key = (uint8_t *)(uintptr_t)home->key,
		.rss_key_len = info->hash_key_size == 0 ? RSS_KEY_USUAL : info->hash_key_size,
		.rss_hf = info->flow_type_rss_offloads & rss_wanted,
	};
}

static int queue_setup(struct port *port, struct rte_mempool *pool, uint16_t rx, uint16_t tx,
	char *error, size_t size)
{
	unsigned socket = (unsigned)rte_eth_dev_socket_id(port->id);
	int status = 0;

	for (uint16_t i = 0; i < port->rx_queues && status == 0; i++)
		status = rte_eth_rx_queue_setup(port->id, i, rx, socket, NULL, pool);
	if (status == -ENOMEM)
		return port_fail(
			port, "its frames are larger than a packet buffer", status, error, size);
	if (status < 0)
		return port_fail(port, "receive queue", status, error, size);
	for (uint16_t i = 0; i < port->tx_queues && status == 0; i++)
		status = rte_eth_tx_queue_setup(port->id, i, tx, socket, NULL);
	if (status < 0)
		return port_fail(port, "transmit queue", status, error, size);
	return 0;
}

static int port_queues(struct port *port, struct rte_mempool *pool, char *error, size_t size)
{
	uint16_t rx = PORT_DESCRIPTORS;
	uint16_t tx = PORT_DESCRIPTORS;
	int status = rte_eth_dev_adjust_nb_rx_tx_desc(port->id, &rx, &tx);

	if (status < 0)
		return port_fail(port, "descriptors", status, error, size);
	return queue_setup(port, pool, rx, tx, error, size);
}

// A port that cannot change its MTU keeps the one it has when that is large enough.
static int port_set_mtu(struct port *port, char *error, size_t size)
{
	int status = rte_eth_dev_get_mtu(port->id, &port->mtu);

	if (status < 0)
		return port_fail(port, "MTU", status, error, size);
	if (port->interface->mtu == 0 || port->interface->mtu == port->mtu)
		return 0;
	status = rte_eth_dev_set_mtu(port->id, port->interface->mtu);
	if (status < 0 && port->mtu < port->interface->mtu)
		return port_fail(port, "MTU", status, error, size);
	port->mtu = port->interface->mtu;
	return 0;
}

int port_init(struct port *port, const struct dataplane_interface *interface, uint16_t id,
	const struct home *home, struct rte_mempool *pool, char *error, size_t error_size)
{
	struct rte_eth_dev_info info;
	struct rte_eth_conf conf;
	int status;

	*port = (struct port){
		.interface = interface,
		.id = id,
		.addr = interface->addr_net,
		.mask = prefix_mask(interface->prefix),
	};
	if (rte_eth_dev_get_name_by_port(id, port->device) < 0)
		snprintf(port->device, sizeof(port->device), "%u", id);
	status = rte_eth_dev_info_get(id, &info);
	if (status < 0)
		return port_fail(port, "information", status, error, error_size);
	port_plan(port, &info, home, &conf);
	status = rte_eth_dev_configure(id, port->rx_queues, port->tx_queues, &conf);
	if (status < 0)
		return port_fail(port, "configuration", status, error, error_size);
	status = port_set_mtu(port, error, error_size);
	if (status < 0)
		return status;
	status = port_queues(port, pool, error, error_size);
	if (status < 0)
		return status;
	status = rte_eth_macaddr_get(id, &port->mac);
	if (status < 0)
		return port_fail(port, "MAC address", status, error, error_size);
	port->up = true;
	return 0;
}

// Tells the port which queue polls for the worker where a bucket's flows are at home. One that does
// not take it spreads packets otherwise: they are handed over.
static bool buckets_set(const struct port *port, const struct home *home)
{
	struct rte_eth_rss_reta_entry64 table[RTE_ETH_RSS_RETA_SIZE_512 / RTE_ETH_RETA_GROUP_SIZE];
	struct rte_eth_dev_info info;

	if (rte_eth_dev_info_get(port->id, &info) < 0)
		return false;
	for (uint32_t i = 0; i < info.reta_size; i++) {
		table[i / RTE_ETH_RETA_GROUP_SIZE].mask = UINT64_MAX;
		table[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE] =
			(uint16_t)home_of_bucket(home, i);
	}
	return rte_eth_dev_rss_reta_update(port->id, table, info.reta_size) == 0;
}

int port_start(struct port *port, const struct home *home, char *error, size_t error_size)
{
	int status = rte_eth_dev_start(port->id);

	if (status < 0)
		return port_fail(port, "start", status, error, error_size);
	if (port->hashes)
		port->hashes = buckets_set(port, home);
	// Frames to our own address come without it too; a port that cannot do it is no fault.
	(void)rte_eth_promiscuous_enable(port->id);
	return 0;
}

void port_stop(struct port *port)
{
	if (port->up)
		(void)rte_eth_dev_stop(port->id);
}

void port_describe(const struct port *port, struct dataplane_port *out)
{
	struct rte_eth_link link = { 0 };

	*out = (struct dataplane_port){
		.name = port->interface->name, .up = port->up, .device = ""
	};
	if (!port->up)
		return;
	out->device = port->device;
	out->mtu = port->mtu;
	out->hashes = port->hashes;
	out->rx_queues = port->rx_queues;
	out->tx_queues = port->tx_queues;
	out->checksum_offload = port->rx_checksums && port->tx_checksums;
	memcpy(out->mac, port->mac.addr_bytes, sizeof(out->mac));
	if (rte_eth_link_get_nowait(port->id, &link) < 0)
		return;
	out->link = link.link_status == RTE_ETH_LINK_UP;
	out->speed_mbps = link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? 0 : link.link_speed;
}

void port_flush(struct worker *worker, unsigned index)
{
	struct port_queue *queue = &worker->queues[index];
	uint16_t sent;

	if (queue->n == 0)
		return;
	sent = rte_eth_tx_burst(
		worker->ports[index].id, worker->index, queue->frames, (uint16_t)queue->n);
	if (sent < queue->n) {
		worker->drops[DROP_TX_FULL] += queue->n - sent;
		rte_pktmbuf_free_bulk(&queue->frames[sent], queue->n - sent);
	}
	queue->n = 0;
}

void port_send(struct worker *worker, unsigned index, struct rte_mbuf *frame)
{
	struct port_queue *queue = &worker->queues[index];
	uint16_t tx_queues = worker->ports[index].tx_queues;

	if (worker->index >= tx_queues) {
		relay_frame(worker, worker->index % tx_queues, index, frame);
		return;
	}
	worker->n.frames_out++;
	worker->n.bytes_out += rte_pktmbuf_pkt_len(frame);
	queue->frames[queue->n++] = frame;
	if (queue->n == PORT_TX_QUEUE)
		port_flush(worker, index);
}
