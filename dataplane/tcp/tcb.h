// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The insides of a stack, for the files of this folder and their tests.
#pragma once

#include <assert.h>

#include "base/pool.h"
#include "base/slab.h"
#include "base/wheel.h"
#include "dataplane/tcp/seq.h"
#include "dataplane/tcp/table.h"
#include "dataplane/tcp/tcp.h"

#define TCP_NONE UINT32_MAX // no connection, no record

enum {
	TCP_MSS_DEFAULT = 536, // RFC 9293 3.7.1, when the peer says nothing
	TCP_MSS_FLOOR = 64,    // a peer that asks for less makes us work, not itself
	TCP_TS_OPTION_SIZE = 12,
	TCP_PIECES_MAX = 8,	  // out-of-order pieces of one connection
	TCP_PIECE_BYTES = 16384,  // and their bytes
	TCP_LISTENERS_MAX = 64,
	TCP_SYN_TRIES = 4, // SYN-ACKs of one handshake, 1, 2, 4 and 8 times the initial RTO apart
	TCP_SYN_SHARE = 16, // a source may have this part of the SYN cache
	TCP_SYN_SHARE_MIN = 4,
	TCP_REPLIES_MAX = 128,
	TCP_CWND_MAX = 1 << 20,
	TCP_DUPACKS_LOST = 3, // RFC 5681 3.2, DupThresh of RFC 6675
	TCP_CACHE_LINE = 64,
	TCP_CHALLENGES_MAX = 10, // of one connection in one second (RFC 5961 10)
};

enum tcb_flag {
	TCB_TIMESTAMPS = 0x0001,
	TCB_SACK = 0x0002,
	TCB_CLOSING = 0x0004,	    // FIN goes out after the queue
	TCB_WANT_WRITE = 0x0008,    // a write was refused
	TCB_RECOVERY = 0x0010,	    // RFC 6582 fast recovery, until snd_una passes `recover`
	TCB_SEND_HEAD = 0x0020,	    // retransmit from snd_una at once
	TCB_SEND_PROBE = 0x0040,    // a byte beyond the window
	TCB_SEND_KEEPALIVE = 0x0080,
	TCB_SEND_SYN = 0x0100,
	TCB_FORCE = 0x0200,	    // send a small segment the window allows (RFC 9293 3.8.6.2.1)
	TCB_RTT_TIMING = 0x0400,    // rtt_seq and rtt_us measure a round trip
	TCB_ON_OUTPUT = 0x0800,	    // in the output list
	TCB_ON_EVENTS = 0x1000,	    // in the event list
	TCB_RTT_VALID = 0x2000,	    // srtt_us holds a measurement
	TCB_UNDELIVERED = 0x4000,   // it ended with bytes in its send queue
	TCB_TRUSTED = 0x8000,	    // the application knows who it is
};

// Sent and unsent bytes: a list in sequence order. A segment never spans two blocks, so that a
// block is what SACK marks. The bytes follow the header in the same slab block.
struct send_block {
	struct send_block *next;
	uint32_t seq;
	uint16_t len;
	uint16_t room; // bytes this block could hold
	bool sacked;
	bool resent; // in this recovery
	uint8_t bytes[];
};

// Bytes received out of order: a list in sequence order, without overlaps.
struct recv_piece {
	struct recv_piece *next;
	uint32_t seq;
	uint16_t len; // 0 for a FIN alone
	bool fin;     // the peer's FIN follows
	uint8_t bytes[];
};

// Times in _ms are the low 32 bits of the stack's clock in milliseconds; as deadlines 0 means none.
struct tcb {
	// line 0 -- every segment
	uint32_t snd_una;     // RFC 9293 3.3.1
	uint32_t snd_nxt;     // goes back to snd_una on a retransmission timeout
	uint32_t snd_max;     // the farthest it ever was
	uint32_t snd_end;     // after the last byte queued; our FIN has this number
	uint32_t snd_wnd;     // scaled
	uint32_t snd_wnd_max; // the largest ever seen
	uint32_t snd_wl1;
	uint32_t snd_wl2;
	uint32_t rcv_nxt;
	uint32_t rcv_adv;     // right edge of the window advertised; never moves back
	uint32_t last_ack;    // RFC 7323 Last.ACK.sent
	uint32_t ts_recent;   // RFC 7323 TS.Recent
	uint32_t ts_offset;   // of our timestamp clock
	uint32_t heard_ms;    // last acceptable segment
	uint16_t mss;	      // payload of a segment we send, the timestamp option taken off
	uint16_t flags;	      // enum tcb_flag
	uint8_t state;	      // enum tcp_state
	uint8_t snd_scale : 4; // 0 to 14 (RFC 7323 2.3)
	uint8_t rcv_scale : 4;
	uint8_t agreed; // enum tcp_option_bit: what both sides' SYNs carried
	uint8_t acks_owed;
	// line 1 -- every ACK
	uint32_t srtt_us; // RFC 6298
	uint32_t rttvar_us;
	uint32_t rto_us;
	uint32_t rtt_seq; // an ACK of this number ends the measurement
	uint32_t rtt_us;  // when it began, low 32 bits
	uint32_t cwnd;	  // RFC 5681
	uint32_t ssthresh;
	uint32_t recover;     // RFC 6582
	uint32_t stalled_ms;  // when progress ended: first timeout in a row
	uint32_t resend_ms;   // deadline: RTO, or window probe
	uint32_t ack_ms;      // deadline: delayed ACK
	uint32_t idle_ms;     // deadline: keepalive, or FIN-WAIT-2
	uint8_t dupacks;
	uint8_t backoff;
	uint8_t keepalives; // unanswered
	uint8_t challenges; // in this second
	uint8_t challenge_s; // low 8 bits of the second
	uint8_t pieces_count;
	uint8_t events; // enum tcp_event_bit, not fetched
	uint8_t reason; // enum tcp_reason
	uint32_t user;
	uint32_t piece_last; // the piece that came last, to be told first (RFC 2018 4)
	// line 2 -- queues and lists
	struct wheel_node timer;
	struct send_block *send_head;
	struct send_block *send_tail;
	uint32_t output_next;
	uint32_t output_prev;
	uint32_t event_next;
	uint32_t recv_len; // unread
	// line 3 -- receive queue and names
	struct recv_piece *pieces;
	uint8_t *recv_block; // NULL when nothing is unread
	uint32_t recv_off;
	uint32_t sent_ms; // when a segment with bytes or FIN was sent last
	struct endpoint local;
	struct endpoint remote;
};
static_assert(sizeof(struct tcb) <= 256, "four lines");

static_assert(sizeof(struct tcb) + 2 * sizeof(struct tcp_slot) + 8 <= TCP_CONN_BYTES,
	"with its pool slot (8) and two table slots");

// What both sides agreed on in the SYNs.
struct tcp_agreed {
	uint32_t ts_recent;
	uint16_t mss; // of the peer, already bounded
	uint16_t wnd; // unscaled
	uint8_t snd_scale;
	uint8_t options; // enum tcp_option_bit, of both
};

// A passive handshake under way. No connection block before the third packet.
struct syn_record {
	struct endpoint local;
	struct endpoint remote;
	uint32_t iss;
	uint32_t irs;
	struct tcp_agreed agreed;
	uint32_t due_ms; // next SYN-ACK, or the end
	uint32_t next;	 // in the FIFO of its try, or the free list
	uint32_t prev;
	uint32_t tag;
	uint32_t user;
	uint32_t source; // which of the cache's sources[]
	uint8_t tries;	 // SYN-ACKs sent, less 1: which FIFO
};
static_assert(sizeof(struct syn_record) <= 96, "a handshake under way");

struct syn_fifo {
	uint32_t head;
	uint32_t tail;
};

struct syn_cache {
	struct syn_record *records;
	struct tcp_table table;
	// Handshakes of each source address, as many counters as the table has slots. Sources whose
	// hashes meet share one: at worst they get a cookie sooner.
	uint32_t *sources;
	uint32_t capacity;
	uint32_t free;
	uint32_t used;
	struct syn_fifo fifos[TCP_SYN_TRIES];
};

// RFC 9293 TIME-WAIT. The 64-bit keyed hash stands for the endpoints: they come with the segment.
struct time_wait {
	uint64_t hash; // 0: given up before its time
	uint32_t snd_nxt;
	uint32_t rcv_nxt;
	uint32_t ts_recent;
	uint32_t due_ms;
	uint16_t wnd;
	bool timestamps;
};
static_assert(sizeof(struct time_wait) == 32, "TIME_WAIT is small");

// All wait equally long, so a ring is sorted by time.
struct time_waits {
	struct time_wait *records;
	struct tcp_table table;
	uint32_t capacity;
	uint32_t head; // of the oldest
	uint32_t count;
	uint32_t live;
};

struct tcp_listener {
	struct endpoint local;
	uint32_t user;
};

// Tokens of one second (RFC 5961 10).
struct tcp_limit {
	uint64_t second;
	uint32_t left;
};

// RFC 6675 4: what SACK tells about the bytes sent.
struct sack_view {
	uint32_t pipe;		 // bytes that are still in the network
	struct send_block *lost; // the first block that is lost and was not resent in this recovery
	struct send_block *hole; // the first that is missing, lost or not, and was not resent
};

struct tcb_list {
	uint32_t head;
	uint32_t tail;
};

struct tcp_stack {
	struct tcp_config config;
	struct siphash_key key;
	struct pool conns;
	struct tcp_table table;
	struct slab slab;
	struct wheel wheel;
	struct syn_cache syns;
	struct time_waits waits;
	struct tcp_listener listeners[TCP_LISTENERS_MAX];
	uint32_t nlisteners;
	struct tcb_list output; // doubly linked
	struct tcb_list events; // singly linked
	struct tcp_segment replies[TCP_REPLIES_MAX]; // segments that belong to no connection block
	uint32_t replies_head;
	uint32_t replies_count;
	struct tcb *borrower; // its unread bytes lie in the segment being processed
	const uint8_t *borrowed;
	uint32_t piece_bytes; // out of order, all connections
	struct sack_view view; // of the connection being composed, when it recovers by SACK
	struct tcp_limit challenge_limit;
	struct tcp_limit reset_limit;
	uint64_t cookies_until_us; // no SYN cookie sent so far is good after this time
	struct tcp_counters counters;
};

// The segment being processed; trimmed on the way through input.c.
struct arrival {
	const struct tcp_segment *seg;
	uint64_t now_us;
	uint32_t seq;
	const uint8_t *payload;
	uint32_t len;
	uint8_t flags;
	bool new_sack; // it told of bytes not yet known to have arrived
};

static inline uint32_t tcp_ms(uint64_t now_us)
{
	return (uint32_t)(now_us / 1000);
}

// Never 0, which means none; at worst one millisecond late.
static inline uint32_t tcp_deadline(uint64_t now_us, uint32_t delay_ms)
{
	uint32_t ms = tcp_ms(now_us) + delay_ms;

	return ms == 0 ? 1 : ms;
}

// Buffers for what may wait: bytes to send, and bytes out of order. The last quarter of the slabs
// is left to bytes in order, so that reading goes on whatever the peers do, and with it everything
// else; the quarter before it, to connections that are trusted.
static inline uint32_t tcp_kept_chunks(const struct tcp_stack *stack, const struct tcb *tcb)
{
	return tcb->flags & TCB_TRUSTED ? stack->slab.nchunks / 4 : stack->slab.nchunks / 2;
}

static inline void *tcp_spare_block(struct tcp_stack *stack, const struct tcb *tcb, size_t n)
{
	return slab_take_sparing(&stack->slab, n, tcp_kept_chunks(stack, tcb));
}

static inline struct tcb *tcb_at(const struct tcp_stack *stack, uint32_t index)
{
	return (struct tcb *)(stack->conns.objects + (size_t)index * stack->conns.object_size);
}

static inline void tcb_prefetch(const struct tcb *tcb)
{
	for (size_t at = 0; at < sizeof(*tcb); at += TCP_CACHE_LINE)
		__builtin_prefetch((const char *)tcb + at);
}

static inline uint32_t tcb_index(const struct tcp_stack *stack, const struct tcb *tcb)
{
	return (uint32_t)((size_t)((const uint8_t *)tcb - stack->conns.objects) /
		stack->conns.object_size);
}

static inline bool tcb_has(const struct tcb *tcb, unsigned flag)
{
	return (tcb->flags & flag) != 0;
}

static inline void tcb_set(struct tcb *tcb, unsigned flag)
{
	tcb->flags = (uint16_t)(tcb->flags | flag);
}

static inline void tcb_clear(struct tcb *tcb, unsigned flag)
{
	tcb->flags = (uint16_t)(tcb->flags & ~flag);
}

// We have sent a SYN that is not acknowledged.
static inline bool tcb_opening(const struct tcb *tcb)
{
	return tcb->state == TCP_STATE_SYN_SENT || tcb->state == TCP_STATE_SYN_RECEIVED;
}

static inline bool tcb_fin_sent(const struct tcb *tcb)
{
	return tcb_has(tcb, TCB_CLOSING) && seq_gt(tcb->snd_max, tcb->snd_end);
}

// isn.c -- keyed hashes of the four-tuple
uint64_t tcp_hash(const struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote);
// RFC 6528: a clock of 4 us plus a keyed hash.
uint32_t tcp_isn(const struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote, uint64_t now_us);
// RFC 7323 5.4: where the connection's timestamp clock starts.
uint32_t tcp_ts_offset(const struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote);
uint64_t tcp_cookie_hash(const struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote, uint64_t epoch, uint64_t rest);
// One value for all that may be one attacker's: an IPv4 address, an IPv6 /64.
uint32_t tcp_source_hash(const struct tcp_stack *stack, const struct addr *source);

// conn.c -- connection blocks, their lists and events
struct tcb *tcb_find(const struct tcp_stack *stack, uint64_t hash, const struct endpoint *local,
	const struct endpoint *remote);
struct tcb *tcb_new(struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote, uint32_t user, uint64_t now_us);
void tcb_agree(struct tcp_stack *stack, struct tcb *tcb, const struct tcp_agreed *agreed);
// The connection is open, and our SYN had to be sent more than once (RFC 5681 3.1, RFC 6298 5.7).
void tcb_syn_lost(struct tcp_stack *stack, struct tcb *tcb);
void tcb_event(struct tcp_stack *stack, struct tcb *tcb, uint8_t events);
void tcb_output(struct tcp_stack *stack, struct tcb *tcb);
void tcb_output_done(struct tcp_stack *stack, struct tcb *tcb);
void tcb_kill(struct tcp_stack *stack, struct tcb *tcb, enum tcp_reason reason);
void tcb_kill_with_reset(struct tcp_stack *stack, struct tcb *tcb, enum tcp_reason reason);
// CLOSED is due when the connection is over and nothing is unread.
void tcb_recv_emptied(struct tcp_stack *stack, struct tcb *tcb);

// listen.c -- listeners, the SYN cache
const struct tcp_listener *tcp_listener_find(const struct tcp_stack *stack,
	const struct endpoint *local);
// The window in our SYN and SYN-ACK.
uint32_t tcp_first_window(const struct tcp_stack *stack);
struct tcp_agreed tcp_agree(const struct tcp_stack *stack, const struct tcp_segment *seg);
int syn_cache_init(struct syn_cache *cache, uint32_t capacity);
void syn_cache_fini(struct syn_cache *cache);
bool syn_known(const struct tcp_stack *stack, uint64_t hash, const struct endpoint *local,
	const struct endpoint *remote);
void syn_ack_send(struct tcp_stack *stack, const struct syn_record *record, uint32_t ts_value);
// The connection that the third packet completes; NULL, and a reset sent, when there is no block
// for it.
struct tcb *syn_open(struct tcp_stack *stack, const struct syn_record *record,
	const struct tcp_segment *seg, uint64_t now_us);
// A SYN for a listener; the initial sequence number will be above iss_floor when that is not NULL.
enum tcp_verdict syn_arrived(struct tcp_stack *stack, const struct tcp_listener *listener,
	const struct tcp_segment *seg, const uint32_t *iss_floor, uint64_t now_us);
// A segment for a handshake under way. On TCP_OK with *tcb set the handshake is complete and the
// connection has to see the segment too. TCP_NO_CONN: there is no such handshake.
enum tcp_verdict syn_input(struct tcp_stack *stack, const struct tcp_segment *seg, uint64_t hash,
	uint64_t now_us, struct tcb **tcb);
// At most `budget` handshakes. True when more are due, as far as there is room for what they send.
bool syn_expire(struct tcp_stack *stack, uint64_t now_us, uint32_t budget);
bool syn_next(const struct tcp_stack *stack, uint32_t *due_ms);

// cookie.c -- handshakes without a record
enum tcp_verdict cookie_send(struct tcp_stack *stack, const struct tcp_segment *seg,
	uint64_t now_us);
// A segment without connection or handshake. On TCP_OK its cookie has opened *tcb, which has to see
// the segment too. TCP_NO_CONN: there is nothing of ours in it.
enum tcp_verdict cookie_input(struct tcp_stack *stack, const struct tcp_segment *seg,
	uint64_t now_us, struct tcb **tcb);

// timewait.c
int time_wait_init(struct time_waits *waits, uint32_t capacity);
void time_wait_fini(struct time_waits *waits);
void time_wait_enter(struct tcp_stack *stack, const struct tcb *tcb, uint64_t now_us);
struct time_wait *time_wait_find(const struct tcp_stack *stack, uint64_t hash);
enum tcp_verdict time_wait_input(struct tcp_stack *stack, struct time_wait *wait,
	const struct tcp_segment *seg, uint64_t now_us);
// At most `budget` records. True when more are due.
bool time_wait_expire(struct tcp_stack *stack, uint64_t now_us, uint32_t budget);
bool time_wait_next(const struct tcp_stack *stack, uint32_t *due_ms);

// ack.c -- what an acknowledgement means for our sending side. Steps of input.c: TCP_OK goes on,
// anything else ends the segment.
enum tcp_verdict check_ack(struct tcp_stack *stack, struct tcb *tcb, struct arrival *in);
enum tcp_verdict process_ack(struct tcp_stack *stack, struct tcb *tcb, struct arrival *in);
enum tcp_verdict update_window(struct tcp_stack *stack, struct tcb *tcb, struct arrival *in);

// sendq.c
int sendq_append(struct tcp_stack *stack, struct tcb *tcb, const uint8_t *bytes, size_t n);
void sendq_acked(struct tcp_stack *stack, struct tcb *tcb, uint32_t ack);
// The MSS became smaller: no block may be larger. Where memory lacks blocks stay and go in parts.
void sendq_cut(struct tcp_stack *stack, struct tcb *tcb);
void sendq_drop(struct tcp_stack *stack, struct tcb *tcb);
struct send_block *sendq_find(const struct tcb *tcb, uint32_t seq);
// True when the blocks told of something new.
bool sendq_mark(struct tcb *tcb, const struct tcp_options *options);
void sendq_unmark(struct tcb *tcb, bool sacked);
struct sack_view sendq_view(const struct tcb *tcb);
// The block at snd_una is lost.
bool sendq_head_lost(const struct tcb *tcb);

// recvq.c
// In-order bytes. False when there is no buffer for them.
bool recvq_take(struct tcp_stack *stack, struct tcb *tcb, const uint8_t *bytes, uint32_t n);
void recvq_settle(struct tcp_stack *stack);
void recvq_drop(struct tcp_stack *stack, struct tcb *tcb);
void recvq_consume(struct tcp_stack *stack, struct tcb *tcb, uint32_t n);
void pieces_keep(struct tcp_stack *stack, struct tcb *tcb, uint32_t seq, const uint8_t *bytes,
	uint32_t n, bool fin);
// Takes the pieces that are in order now. True when the peer's FIN is next.
bool pieces_join(struct tcp_stack *stack, struct tcb *tcb);
void pieces_drop(struct tcp_stack *stack, struct tcb *tcb);
uint32_t pieces_bytes(const struct tcb *tcb);
// Up to `max` SACK blocks, the latest first. Returns how many.
uint8_t pieces_sacks(const struct tcb *tcb, struct tcp_sack *sacks, uint8_t max);

// rto.c -- RFC 6298
void rto_init(struct tcb *tcb, const struct tcp_config *config);
void rto_sample(struct tcb *tcb, const struct tcp_config *config, uint32_t rtt_us);
void rto_compute(struct tcb *tcb, const struct tcp_config *config);
void rto_back_off(struct tcb *tcb, const struct tcp_config *config);
void rto_restart(struct tcb *tcb, const struct tcp_config *config);

// cc.c -- RFC 5681, 6582, 6675, 6928, 3042
void cc_init(struct tcb *tcb);
void cc_idle(struct tcb *tcb);
void cc_acked(struct tcb *tcb, uint32_t bytes);
// A duplicate ACK, and whether SACK shows the first segment lost; true when it starts fast
// recovery.
bool cc_duplicate(struct tcb *tcb, bool lost);
void cc_partial(struct tcb *tcb, uint32_t bytes);
void cc_recovered(struct tcb *tcb);
void cc_timeout(struct tcb *tcb);
uint32_t cc_window(const struct tcb *tcb);

// limit.c -- RFC 5961 10. True takes a token of this second; false is counted.
bool tcp_challenge_allowed(struct tcp_stack *stack, uint64_t now_us);
bool tcp_reset_allowed(struct tcp_stack *stack, uint64_t now_us);
// The limit of one connection, TCP_CHALLENGES_MAX a second; not counted.
bool tcb_challenge_allowed(struct tcb *tcb, uint64_t now_us);
// RFC 5961: an ACK that makes an honest peer tell what is wrong.
void tcp_challenge(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us);

// output.c
void tcp_reply(struct tcp_stack *stack, const struct tcp_segment *seg);
// RFC 9293 3.10.7.1: the answer to a segment that finds no connection.
void tcp_reply_reset(struct tcp_stack *stack, const struct tcp_segment *seg, uint64_t now_us);
void tcp_reset_conn(struct tcp_stack *stack, const struct tcb *tcb);
// At least one ACK at the next output.
void tcb_ack(struct tcp_stack *stack, struct tcb *tcb);
// One more: each segment out of order or sent twice is answered by its own duplicate ACK (RFC 5681
// 4.2).
void tcb_ack_again(struct tcp_stack *stack, struct tcb *tcb);
// The window to advertise, in bytes, and the room there is.
uint32_t tcp_receive_window(const struct tcp_stack *stack, const struct tcb *tcb);
uint32_t tcp_receive_space(const struct tcp_stack *stack, const struct tcb *tcb);

// timer.c
void timer_update(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us);
