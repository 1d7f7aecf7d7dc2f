// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// TCP as a pure core: segments, application calls and the time go in; segments and connection
// events come out. No clock, no I/O, no global. One stack per worker; only that worker's thread
// touches it.
//
// The shell's turn, for each segment received:
//	tcp_parse() -> tcp_input() -> while tcp_event_next(): peek, consume, write, close
//	-> tcp_input_done()
// and once per burst, and after tcp_expire():
//	while tcp_output_next(): tcp_segment_write() into a fresh packet buffer.
//
// Nothing here calls back. Events are bits of the connection, queued by an intrusive list that
// cannot overflow: what is not fetched waits. Stop fetching when there is no credit for what it may
// cause.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/handle.h"
#include "base/siphash.h"
#include "base/span.h"

struct tcp_stack;

// RFC 9293 3.3.2. LISTEN and TIME-WAIT have no connection block and so no handle; SYN-RECEIVED has
// one only when both sides opened at once.
#define TCP_STATES(X)                                                                              \
	X(CLOSED, "closed")                                                                        \
	X(SYN_SENT, "syn-sent")                                                                    \
	X(SYN_RECEIVED, "syn-received")                                                            \
	X(ESTABLISHED, "established")                                                              \
	X(FIN_WAIT_1, "fin-wait-1")                                                                \
	X(FIN_WAIT_2, "fin-wait-2")                                                                \
	X(CLOSE_WAIT, "close-wait")                                                                \
	X(CLOSING, "closing")                                                                      \
	X(LAST_ACK, "last-ack")

enum tcp_state {
#define X(name, text) TCP_STATE_##name,
	TCP_STATES(X)
#undef X
	TCP_NSTATES,
};

// Why a connection ended.
#define TCP_REASONS(X)                                                                             \
	X(NORMAL, "closed")                                                                        \
	X(RESET, "reset by peer")                                                                  \
	X(REFUSED, "refused by peer")                                                              \
	X(TIMEOUT, "peer does not answer")                                                         \
	X(STALLED, "peer does not read")                                                           \
	X(KEEPALIVE, "keepalive not answered")                                                     \
	X(ABORT, "aborted")

enum tcp_reason {
#define X(name, text) TCP_REASON_##name,
	TCP_REASONS(X)
#undef X
	TCP_NREASONS,
};

enum tcp_verdict {
#define VERDICT(name, text) TCP_##name,
#include "dataplane/tcp/verdicts.def"
#undef VERDICT
	TCP_NVERDICTS,
};

struct tcp_counters {
#define COUNTER(name, text) uint64_t name;
#include "dataplane/tcp/counters.def"
#undef COUNTER
	uint64_t verdicts[TCP_NVERDICTS];
};

// The members of struct tcp_counters before verdicts[], in order, for whoever prints them.
struct tcp_counter_text {
	const char *name;
	const char *text;
	size_t offset; // of the uint64_t in struct tcp_counters
};

extern const struct tcp_counter_text tcp_counter_texts[];
extern const size_t tcp_ncounters;

const char *tcp_state_text(enum tcp_state state);
const char *tcp_reason_text(enum tcp_reason reason);
const char *tcp_verdict_text(enum tcp_verdict verdict);

enum { TCP_CONN_BYTES = 280 }; // of memory, for a connection that holds no bytes

struct tcp_config {
	uint32_t connections;	       // blocks of 256 bytes
	uint32_t receive_cap;	       // unread bytes a connection may hold; at most 65536
	uint32_t send_cap;	       // unacknowledged and unsent bytes a connection may hold
	uint64_t buffer_bytes;	       // all receive and send buffers together
	uint32_t out_of_order_bytes;   // all connections together
	uint32_t syn_cache;	       // handshakes under way
	uint32_t time_wait_records;    // of 32 bytes
	uint16_t mss;		       // payload of a segment without options; <= 8000
	uint8_t window_scale;	       // offered to peers, 0 to 14
	uint32_t rto_initial_ms;       // RFC 6298
	uint32_t rto_min_ms;
	uint32_t rto_max_ms;
	uint32_t open_ms;	       // for the answer to our SYN (RFC 9293 3.8.3: three minutes)
	uint32_t give_up_ms;	       // without any progress on sent data (RFC 9293 3.8.3, R2)
	uint32_t stalled_ms;	       // without an open window (RFC 9293 3.8.6.1)
	uint32_t fin_wait_ms;	       // for the peer's FIN after ours was acknowledged
	uint32_t time_wait_ms;	       // 2 MSL
	uint32_t delayed_ack_ms;       // RFC 9293 3.8.6.3: less than 500
	uint32_t keepalive_idle_ms;    // 0: no keepalives (RFC 9293 3.8.4)
	uint32_t keepalive_interval_ms;
	uint8_t keepalive_count;
	uint32_t challenge_per_second; // challenge ACKs (RFC 5961 10)
	uint32_t resets_per_second;    // to who speaks of a connection that there is not
};

// 100,000 connections of the kind this engine serves.
struct tcp_config tcp_config_default(void);

// A stack for one worker. The key should be drawn fresh at every start: it guards table slots and
// sequence numbers. Returns 0, -EINVAL for a configuration that makes no sense, or -ENOMEM.
int tcp_stack_init(struct tcp_stack **stack, const struct tcp_config *config, uint8_t worker,
	const struct siphash_key *key, uint64_t now_us);
// Frees everything, sends nothing. NULL is fine.
void tcp_stack_fini(struct tcp_stack *stack);

// Accepts connections to this endpoint; family ADDR_NONE stands for any address. `user` is reported
// with every connection made. Returns 0, -EADDRINUSE or -ENOSPC (there is room for 64).
int tcp_listen(struct tcp_stack *stack, const struct endpoint *local, uint32_t user);
// No new connections; those that exist stay. Returns 0 or -ENOENT.
int tcp_unlisten(struct tcp_stack *stack, const struct endpoint *local);

// Active open (RFC 9293 3.10.1). OPENED or CLOSED will be told. The caller chooses the local port,
// so that the answer reaches this worker. Returns 0, -EADDRINUSE or -ENOBUFS.
int tcp_connect(struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote, uint32_t user, uint64_t now_us, handle_t *h);

// --- segments ------------------------------------------------------------------------------------

enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
};

enum tcp_option_bit {
	TCP_OPT_MSS = 1,
	TCP_OPT_WSCALE = 2,
	TCP_OPT_SACK_OK = 4,
	TCP_OPT_TIMESTAMP = 8,
};

enum { TCP_HEADER_MIN = 20, TCP_HEADER_MAX = 60, TCP_SACK_MAX = 4 };

struct tcp_sack {
	uint32_t left;
	uint32_t right; // one past the last byte
};

struct tcp_options {
	uint8_t present; // enum tcp_option_bit
	uint8_t wscale;	 // as received; may exceed 14
	uint16_t mss;
	uint32_t ts_value; // RFC 7323 TSval
	uint32_t ts_echo;  // RFC 7323 TSecr
	uint8_t nsacks;
	struct tcp_sack sacks[TCP_SACK_MAX];
};

// A segment seen from our side, in or out. Numbers in host order; wnd as on the wire, unscaled.
struct tcp_segment {
	struct endpoint local;
	struct endpoint remote;
	uint32_t seq;
	uint32_t ack;
	uint16_t wnd;
	uint8_t flags; // enum tcp_flag
	struct tcp_options options;
	const uint8_t *payload; // borrowed
	uint16_t len;
};

// Reads a TCP header and its options from the n bytes that IP carries; the checksum is the
// caller's. On TCP_OK seg->payload points into l4. Unknown options are skipped (RFC 9293 3.1, RFC
// 7323, RFC 2018).
enum tcp_verdict tcp_parse(const uint8_t *l4, size_t n, const struct addr *local,
	const struct addr *remote, struct tcp_segment *seg);

// Bytes that tcp_segment_write() will write: header, options, payload.
size_t tcp_segment_size(const struct tcp_segment *seg);
// Writes header, options and payload with a zero checksum. Returns the size, or 0 when it exceeds
// `size`.
size_t tcp_segment_write(const struct tcp_segment *seg, uint8_t *buf, size_t size);

// --- the shell's calls ---------------------------------------------------------------------------

// RFC 9293 3.10.7. The payload must stay readable until tcp_input_done(): in-order bytes that find
// an empty receive queue are read in place. The verdict is already counted.
enum tcp_verdict tcp_input(struct tcp_stack *stack, const struct tcp_segment *seg, uint64_t now_us);

// Segments of these connections are about to come: brings what tcp_input() will look at into the caches. In
// three steps, so that a burst waits for memory together and not one by one: with the addresses of each, for
// its tag; with the tag of each, for its block, TCP_EXPECT_NONE when there is none; with the block of each, for
// its user word.
#define TCP_EXPECT_NONE UINT32_MAX
uint32_t tcp_expect(const struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote);
uint32_t tcp_expect_block(const struct tcp_stack *stack, uint32_t tag);
uint32_t tcp_expect_links(const struct tcp_stack *stack, uint32_t block);

// The last segment's payload is about to go away: its unread part is copied. Cheap when there is
// none; tcp_input() does it for the segment before.
void tcp_input_done(struct tcp_stack *stack);

// Counts a segment that tcp_parse() refused.
void tcp_count_verdict(struct tcp_stack *stack, enum tcp_verdict verdict);

// ICMP says that a segment of ours, from sequence number `seq`, was too long for its path and had
// to be dropped (RFC 1191, RFC 8201); mtu is the largest IP packet that passes, 0 when it was not
// said. Only believed of bytes that are under way (RFC 5927). The MSS becomes smaller, never
// larger, and the bytes under way go again. Returns true when that was done.
bool tcp_path_mtu(struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote, uint32_t seq, uint32_t mtu);

// Runs what is due. Call about every 10 ms, or when tcp_next_us() has passed.
void tcp_expire(struct tcp_stack *stack, uint64_t now_us);
// The same for at most `budget` connections, as many handshakes and as many TIME_WAIT records: for
// a caller with other work when thousands are due at once. True when more is due already.
bool tcp_expire_some(struct tcp_stack *stack, uint64_t now_us, uint32_t budget);
// Nothing is due before this time; UINT64_MAX when nothing waits.
uint64_t tcp_next_us(const struct tcp_stack *stack, uint64_t now_us);

// The next segment to transmit, or false when there is none for now. seg->payload is borrowed until
// the next call on this stack. Replies to what was read coalesce when this is called once per
// burst.
bool tcp_output_next(struct tcp_stack *stack, uint64_t now_us, struct tcp_segment *seg);

enum tcp_event_bit {
	TCP_EVENT_OPENED = 1,	// handshake complete
	TCP_EVENT_READABLE = 2, // new bytes to peek at
	TCP_EVENT_WRITABLE = 4, // room again after a write was refused
	TCP_EVENT_EOF = 8,	// the peer will send no more; unread bytes remain
	TCP_EVENT_CLOSED = 16,	// the end: the last event, the handle is stale from now on
};

struct tcp_event {
	handle_t conn;
	uint32_t user;
	uint8_t events; // enum tcp_event_bit, one or several
	uint8_t reason; // enum tcp_reason, with CLOSED
	bool undelivered; // with CLOSED: the peer did not acknowledge all that was written
	struct endpoint local;
	struct endpoint remote;
};

// Fetches one connection with news; false when there are none. Every connection that was OPENED or
// made by tcp_connect() ends with exactly one CLOSED. After a regular close CLOSED waits until all
// bytes that came are consumed; in every other case unread bytes are dropped.
bool tcp_event_next(struct tcp_stack *stack, struct tcp_event *event);

// --- the application's calls, by handle; a stale handle is refused -------------------------------

// The unread in-order bytes, contiguous; empty when there are none or the handle is stale. Borrowed
// until the next tcp_input(), tcp_input_done(), tcp_consume(), tcp_abort() or tcp_event_next().
struct span tcp_peek(const struct tcp_stack *stack, handle_t h);

// The first n unread bytes are done with; the window opens. Returns 0, -EINVAL when there are
// fewer, or -ENOTCONN for a stale handle.
int tcp_consume(struct tcp_stack *stack, handle_t h, size_t n);

// Puts READABLE back when there are unread bytes: for a reader that stopped for lack of credit.
void tcp_read_again(struct tcp_stack *stack, handle_t h);

// Appends a copy to the send queue; nothing goes out before tcp_output_next(), nor before the
// connection is open. All or nothing: 0, -ENOBUFS (WRITABLE will be told), -EMSGSIZE for more than
// send_cap, or -ENOTCONN: closed for writing, or stale. A connection may queue up to send_cap, and
// no more than an eighth of the memory that nobody has taken: peers that do not read leave room
// for those that do.
int tcp_write(struct tcp_stack *stack, handle_t h, const void *bytes, size_t n, uint64_t now_us);

// The application knows who is at the other end. A quarter of the memory is for such connections
// alone, so that strangers who do not read, or send out of order, cannot take it from them.
void tcp_trust(struct tcp_stack *stack, handle_t h);
// Bytes that wait in the send queue, unacknowledged ones included; 0 for a stale handle.
uint32_t tcp_queued(const struct tcp_stack *stack, handle_t h);
// And bytes that a write would take besides; 0 likewise.
uint32_t tcp_room(const struct tcp_stack *stack, handle_t h);
// WRITABLE will be told when the peer has acknowledged so much that no more than half of send_cap
// waits, and soon when nothing waits at all. Never at once.
void tcp_want_room(struct tcp_stack *stack, handle_t h, uint64_t now_us);

// RFC 9293 3.10.4: FIN after what is queued. What the peer still sends can be read. Returns 0 or
// -ENOTCONN.
int tcp_close(struct tcp_stack *stack, handle_t h);

// RFC 9293 3.10.5: reset, queues dropped. CLOSED will still be told. Returns 0 or -ENOTCONN.
int tcp_abort(struct tcp_stack *stack, handle_t h);

// 0 or -ENOTCONN.
int tcp_remote(const struct tcp_stack *stack, handle_t h, struct endpoint *remote);
int tcp_local(const struct tcp_stack *stack, handle_t h, struct endpoint *local);
int tcp_user(const struct tcp_stack *stack, handle_t h, uint32_t *user);
int tcp_set_user(struct tcp_stack *stack, handle_t h, uint32_t user);

// --- for the operator ----------------------------------------------------------------------------

struct tcp_info {
	handle_t conn;
	struct endpoint local;
	struct endpoint remote;
	enum tcp_state state;
	uint32_t user;
	uint32_t unread_bytes;
	uint32_t out_of_order_bytes;
	uint32_t unacked_bytes;
	uint32_t unsent_bytes;
	uint32_t send_window;
	uint32_t receive_window;
	uint32_t cwnd;
	uint32_t ssthresh;
	uint32_t srtt_us;
	uint32_t rto_us;
	uint16_t mss;
	uint8_t retransmits; // in a row
	bool timestamps;
	bool sack;
};

// 0 or -ENOTCONN.
int tcp_info(const struct tcp_stack *stack, handle_t h, struct tcp_info *info);
// Walks the connections: start with *cursor = 0; false at the end.
bool tcp_info_next(const struct tcp_stack *stack, uint32_t *cursor, struct tcp_info *info);

struct tcp_usage {
	uint32_t connections;
	uint32_t connections_max;
	uint32_t half_open;
	uint32_t time_wait;
	uint32_t out_of_order_bytes;
	uint64_t buffer_bytes; // whole blocks in use
	uint64_t buffer_cap;
};

void tcp_usage(const struct tcp_stack *stack, struct tcp_usage *usage);
const struct tcp_counters *tcp_counters(const struct tcp_stack *stack);
