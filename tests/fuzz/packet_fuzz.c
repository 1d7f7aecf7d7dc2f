// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Frames into a whole engine, with control played by the target. An input is a row of steps:
//	kind (1 byte), length (2 bytes, big-endian), that many bytes.
// In SIP, PLACEHOLDER stands for the engine's tag of the dialog opened last.
// kind % 4 says what the bytes are: 0 a raw frame; 1 an IPv4 packet whose lengths, addresses and
// header checksum are put right; 2 the payload of a SIP datagram; 3 flags, port and payload of a
// TCP segment whose numbers follow what the engine sent. kind / 4 milliseconds pass before the
// step.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_arp.h>
#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <rte_mbuf.h>
#include <rte_ring.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "base/cursor.h"
#include "dataplane/private.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum {
	ETH = 14,
	IP = 20,
	FRAME = 65535,
	STEPS = 200,
	PEER_PORTS = 4,
};

static struct {
	struct dataplane *dp;
	struct worker *worker;
	struct rte_ring *out;
	uint64_t now_us;
	uint32_t engine;
	uint32_t peer;
	uint32_t seq[PEER_PORTS][2]; // what the engine expects of us, on its two ports
	uint32_t ack[PEER_PORTS][2]; // what we expect of it
	char tag[TOKEN_SIZE];        // of the dialog that the engine opened last
} fuzz;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char *args[] = { "fuzz", "--no-pci", "--no-huge", "-m", "64", "--no-shconf",
		"--no-telemetry", "--log-level=critical", "-l", "0", NULL };
	static struct dataplane_config config;
	struct rte_ring *in;
	char error[200];

	(void)argc;
	(void)argv;
	if (rte_eal_init(10, args) < 0)
		abort();
	in = rte_ring_create("in", 64, SOCKET_ID_ANY, 0);
	fuzz.out = rte_ring_create("out", 1024, SOCKET_ID_ANY, 0);
	if (rte_eth_from_rings("wire", &in, 1, &fuzz.out, 1, SOCKET_ID_ANY) < 0)
		abort();
	fuzz.engine = inet_addr("10.0.0.1");
	fuzz.peer = inet_addr("10.0.0.2");
	config = (struct dataplane_config){
		.interfaces = { { "wire", fuzz.engine, 24, 0 } },
		.ninterfaces = 1,
		.phones = 32,
		.sip_conns = 8,
		.sessions = 32,
		.event_cells = 2048,
		.mbufs = 4095,
		.key_given = true,
	};
	fuzz.now_us = 1000000;
	if (dataplane_init(&fuzz.dp, &config, fuzz.now_us, error, sizeof(error)) < 0 ||
		dataplane_start(fuzz.dp, error, sizeof(error)) < 0)
		abort();
	fuzz.worker = fuzz.dp->workers[0];
	return 0;
}

// --- frames
// -----------------------------------------------------------------------------------------

static unsigned side_of(uint16_t port)
{
	return port == 2000 ? 0 : 1;
}

// What the engine says of its numbers is remembered, so that the next segment can be right.
static void numbers_note(const uint8_t *frame, size_t n)
{
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)(frame + ETH);
	const struct rte_tcp_hdr *tcp = (const struct rte_tcp_hdr *)(ip + 1);
	unsigned peer;
	unsigned side;
	uint32_t payload;

	if (n < ETH + IP + sizeof(*tcp) || frame[12] != 8 || frame[13] != 0 ||
		ip->next_proto_id != IPPROTO_TCP)
		return;
	peer = ntohs(tcp->dst_port) % PEER_PORTS;
	side = side_of(ntohs(tcp->src_port));
	payload = ntohs(ip->total_length) - (uint32_t)IP - (tcp->data_off >> 4) * 4u;
	fuzz.seq[peer][side] = ntohl(tcp->recv_ack);
	fuzz.ack[peer][side] = ntohl(tcp->sent_seq) + payload +
			       ((tcp->tcp_flags & RTE_TCP_SYN_FLAG) != 0) +
			       ((tcp->tcp_flags & RTE_TCP_FIN_FLAG) != 0);
}

#define PLACEHOLDER "oooooooooooooooooooooooooooo"

// The tag that the engine put into a To field.
static void tag_note(const uint8_t *frame, size_t n)
{
	const uint8_t *to = memmem(frame, n, "\r\nTo:", 5);
	const uint8_t *tag;

	if (to == NULL)
		return;
	tag = memmem(to, n - (size_t)(to - frame), ";tag=", 5);
	if (tag != NULL && n - (size_t)(tag - frame) > 5 + sizeof(PLACEHOLDER))
		memcpy(fuzz.tag, tag + 5, sizeof(PLACEHOLDER) - 1);
}

static void tag_put(uint8_t *bytes, size_t n)
{
	uint8_t *at = memmem(bytes, n, PLACEHOLDER, sizeof(PLACEHOLDER) - 1);

	if (at != NULL && fuzz.tag[0] != '\0')
		memcpy(at, fuzz.tag, sizeof(PLACEHOLDER) - 1);
}

// Every address in reach is answered for, or nothing would leave the engine but questions.
static void arp_answer(const uint8_t *frame, size_t n)
{
	struct rte_arp_hdr arp;
	uint8_t answer[ETH + sizeof(arp)] = { [6] = 2, [12] = 8, [13] = 6 };
	uint32_t asked;

	if (n < sizeof(answer) || frame[12] != 8 || frame[13] != 6)
		return;
	memcpy(&arp, frame + ETH, sizeof(arp));
	asked = arp.arp_data.arp_tip;
	if (arp.arp_opcode != htons(RTE_ARP_OP_REQUEST) || asked == fuzz.engine)
		return;
	memcpy(answer, fuzz.worker->ports[0].mac.addr_bytes, 6);
	arp.arp_opcode = htons(RTE_ARP_OP_REPLY);
	arp.arp_data.arp_tha = arp.arp_data.arp_sha;
	memcpy(&arp.arp_data.arp_sha, answer + 6, 6);
	arp.arp_data.arp_tip = arp.arp_data.arp_sip;
	arp.arp_data.arp_sip = asked;
	memcpy(answer + ETH, &arp, sizeof(arp));
	worker_frame(fuzz.worker, 0, answer, sizeof(answer), 0);
}

static void turn(void)
{
	struct rte_mbuf *m;

	do {
		worker_turn(fuzz.worker, fuzz.now_us);
		while (rte_ring_dequeue(fuzz.out, (void **)&m) == 0) {
			const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);

			numbers_note(frame, rte_pktmbuf_data_len(m));
			tag_note(frame, rte_pktmbuf_data_len(m));
			arp_answer(frame, rte_pktmbuf_data_len(m));
			rte_pktmbuf_free(m);
		}
	} while (fuzz.worker->queues[0].n > 0);
}

// In a block of just that size, so that a sanitizer sees what is read beyond it.
static void frame_give(const uint8_t *frame, size_t n)
{
	uint8_t *copy = malloc(n + (n == 0));

	if (copy == NULL)
		abort();
	memcpy(copy, frame, n);
	fuzz.worker->now_us = fuzz.now_us;
	worker_frame(fuzz.worker, 0, copy, n, 0);
	free(copy);
	turn();
}

static void ip4_give(uint8_t *frame, size_t n)
{
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(frame + ETH);

	memset(frame, 0, ETH);
	memcpy(frame, fuzz.worker->ports[0].mac.addr_bytes, 6);
	frame[11] = 2;
	frame[12] = 8;
	if (n >= ETH + IP) {
		if (rte_ipv4_hdr_len(ip) < IP || rte_ipv4_hdr_len(ip) > n - ETH)
			ip->version_ihl = RTE_IPV4_VHL_DEF;
		ip->version_ihl = (uint8_t)(0x40 | (ip->version_ihl & 15));
		ip->total_length = htons((uint16_t)(n - ETH));
		ip->src_addr = fuzz.peer;
		ip->dst_addr = fuzz.engine;
		ip->hdr_checksum = 0;
		ip->hdr_checksum = rte_ipv4_cksum(ip);
	}
	frame_give(frame, n);
}

static void udp_give(uint8_t *frame, const uint8_t *bytes, size_t n)
{
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(frame + ETH);
	struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(ip + 1);

	*ip = (struct rte_ipv4_hdr){ .version_ihl = RTE_IPV4_VHL_DEF,
		.next_proto_id = IPPROTO_UDP };
	*udp = (struct rte_udp_hdr){
		.src_port = htons(5060),
		.dst_port = htons(5060),
		.dgram_len = htons((uint16_t)(sizeof(*udp) + n)),
	};
	memcpy(udp + 1, bytes, n);
	tag_put((uint8_t *)(udp + 1), n);
	ip4_give(frame, ETH + IP + sizeof(*udp) + n);
}

static void tcp_give(uint8_t *frame, struct reader *in)
{
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(frame + ETH);
	struct rte_tcp_hdr *tcp = (struct rte_tcp_hdr *)(ip + 1);
	uint8_t flags = reader_u8(in);
	uint8_t ports = reader_u8(in);
	uint16_t port = ports % 2 == 0 ? 2000 : 5060;
	unsigned peer = ports / 2 % PEER_PORTS;
	size_t n = reader_left(in) < 60000 ? reader_left(in) : 60000;

	*ip = (struct rte_ipv4_hdr){
		.version_ihl = RTE_IPV4_VHL_DEF,
		.next_proto_id = IPPROTO_TCP,
		.total_length = htons((uint16_t)(IP + sizeof(*tcp) + n)),
		.src_addr = fuzz.peer,
		.dst_addr = fuzz.engine,
	};
	*tcp = (struct rte_tcp_hdr){
		.src_port = htons((uint16_t)(40000 + peer)),
		.dst_port = htons(port),
		.sent_seq = htonl(fuzz.seq[peer][side_of(port)]),
		.recv_ack = htonl(fuzz.ack[peer][side_of(port)]),
		.data_off = sizeof(*tcp) / 4 << 4,
		.tcp_flags = flags,
		.rx_win = htons(30000),
	};
	memcpy(tcp + 1, in->p, n);
	tag_put((uint8_t *)(tcp + 1), n);
	tcp->cksum = rte_ipv4_udptcp_cksum(ip, tcp);
	// The engine need not acknowledge at once; when it does, its word holds.
	fuzz.seq[peer][side_of(port)] +=
		(uint32_t)n + ((flags & RTE_TCP_SYN_FLAG) != 0) + ((flags & RTE_TCP_FIN_FLAG) != 0);
	ip4_give(frame, ETH + IP + sizeof(*tcp) + n);
}

// --- control
// ----------------------------------------------------------------------------------------

static void csta_answer(const struct event *event)
{
	static struct command command;
	const struct event_csta_request *request = &event->csta_request;

	command = (struct command){ .type = COMMAND_CSTA_RESPONSE, .handle = event->handle };
	command.csta_response.transaction = request->transaction;
	csta_error_set(&command.csta_response.csta, CSTA_ERROR_UNSPECIFIED, 0);
	command.csta_response.csta.ns = request->csta.ns;
	dataplane_push_command(fuzz.dp, &command);
}

// Also a refresh of ours, which the peer may answer.
static void request_answer(const struct event *event)
{
	static struct command command;

	csta_answer(event);
	command = (struct command){ .type = COMMAND_SESSION_REFRESH, .handle = event->handle };
	command.session_refresh = (struct command_session_refresh){ 600, 90 };
	dataplane_push_command(fuzz.dp, &command);
}

static void session_answer(const struct event *event, handle_t transaction)
{
	static struct command command;

	command = (struct command){ .type = COMMAND_SESSION_ACCEPT, .handle = event->handle };
	command.session_accept.transaction = transaction;
	command.session_accept.session_expires_s = 90;
	command.session_accept.refresher = REFRESHER_UAC;
	csta_msg_init(&command.session_accept.csta, CSTA_NONE);
	dataplane_push_command(fuzz.dp, &command);
}

static void phone_answer(const struct event *event)
{
	static struct command command;

	command = (struct command){ .type = COMMAND_SCCP, .handle = event->handle };
	sccp_msg_init(&command.sccp, SCCP_REGISTER_ACK);
	command.sccp.register_ack.version = (uint8_t)event->sccp.size; // any
	dataplane_push_command(fuzz.dp, &command);
}

static void control_turn(void)
{
	static struct event event;

	while (dataplane_pop_event(fuzz.dp, 0, &event)) {
		if (event.type == EVENT_SESSION_OPEN)
			session_answer(&event, event.session_open.transaction);
		else if (event.type == EVENT_SESSION_REFRESH)
			session_answer(&event, event.session_refresh.transaction);
		else if (event.type == EVENT_CSTA_REQUEST)
			request_answer(&event);
		else if (event.type == EVENT_SCCP)
			phone_answer(&event);
	}
	turn();
}

static void step(struct reader *in)
{
	static uint8_t frame[FRAME + 200];
	uint8_t kind = reader_u8(in);
	size_t n = reader_be16(in);
	struct reader part;

	if (n > reader_left(in))
		n = reader_left(in);
	part = reader_of(reader_take(in, n), n);
	fuzz.now_us += (uint64_t)(kind / 4) * 1000;
	if (kind % 4 == 0) {
		frame_give(part.p, n);
	} else if (kind % 4 == 1) {
		n = n < FRAME ? n : FRAME;
		memcpy(frame + ETH, part.p, n);
		ip4_give(frame, ETH + n);
	} else if (kind % 4 == 2) {
		udp_give(frame, part.p, n < 65000 ? n : 65000);
	} else {
		tcp_give(frame, &part);
	}
	control_turn();
}

// Minutes pass until whatever an input began has run into its timers. Connections do not: their
// peer comes back from the dead with a reset.
static void rest(void)
{
	static uint8_t frame[200];

	for (uint8_t ports = 0; ports < 2 * PEER_PORTS; ports++) {
		uint8_t reset[] = { RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG, ports };
		struct reader in = reader_of(reset, sizeof(reset));

		tcp_give(frame, &in);
	}
	for (int i = 0; i < 40; i++) {
		fuzz.now_us += 5000000;
		control_turn();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct reader in = reader_of(bytes, n);

	for (int i = 0; i < STEPS && reader_left(&in) > 2; i++)
		step(&in);
	rest();
	if (fuzz.worker->events.gaps != 0 || fuzz.worker->commands.gaps != 0 ||
		fuzz.worker->drops[DROP_EVENT_LOST] != 0 || fuzz.worker->drops[DROP_NO_MBUF] != 0 ||
		rte_mempool_in_use_count(fuzz.dp->pool) != 0)
		abort();
	return 0;
}
