// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What the operator configured: plain objects, built by the loader (load.h) or changed by the
// operator one command at a time (edit.h), written back by the writer (write.h). Objects keep their
// address for as long as they are configured. Times are in seconds unless the name says otherwise.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/span.h"
#include "control/config/secret.h"

enum {
	CONFIG_NUMBER_SIZE = 17,      // `number`: at most 16 characters
	CONFIG_NAME_SIZE = 64,        // host names, labels
	CONFIG_USER_SIZE = 16,        // `user` of a profile: at most 15 characters
	CONFIG_DEVICE_NAME_SIZE = 16, // SEP and twelve hexadecimal digits
	CONFIG_OVERLAY_MAX = 25,      // DNs on one button
	CONFIG_CHANNELS_MAX = 8,      // of an octo-line
	CONFIG_BUTTON_MAX = 56,       // button positions: base unit of 8 and two modules of 24
	CONFIG_SESSION_SERVERS = 8,
	CONFIG_DN_TEMPLATES = 15,
	CONFIG_DIALPLAN_PATTERNS = 10,
	CONFIG_LOGOUT_TIMES = 3,
	CONFIG_TAG_MAX = 1000000, // of ephones, DNs and profiles, whatever max-dn says
};

// A setting that a template may give: what the object says itself wins.
enum config_setting {
	SETTING_UNSET,
	SETTING_OFF,
	SETTING_ON,
};

// Lines that mean nothing here and are shown again as they were written.
struct config_lines {
	char **text;
	uint32_t count;
};

// Objects by tag, 1 and up.
struct config_table {
	void **slot; // slot[tag], NULL where there is none
	unsigned size;
	unsigned count;
};

// Objects by name: open hashing, no order.
struct config_index {
	struct config_index_entry **bucket;
	unsigned bits;
	unsigned count;
};

// --- voice service voip --------------------------------------------------------------------------

struct config_registrar {
	bool on;
	uint32_t max;
	uint32_t min;
};

struct config_voice_service {
	bool present;
	bool allow_h323_to_h323;
	bool allow_h323_to_sip;
	bool allow_sip_to_h323;
	bool allow_sip_to_sip;
	bool handle_replaces;
	bool moved_temporarily; // off: forwarding is done here, no 302 is sent
	bool refer;             // off: transfers are done here, no REFER is passed on
	bool cti_shutdown;      // true unless `no cti shutdown`
	bool callmonitor;
	bool gcid;
	bool cti_basic_mode;
	bool suppress_conversion;
	uint32_t make_call_prompt; // `cti timeout make-call-prompt`; 0: not set
	bool sip_present;
	struct config_registrar registrar;
	struct config_lines sip_kept; // of the sip mode
	struct config_lines kept;
};

// --- voice register ------------------------------------------------------------------------------

enum config_register_mode {
	REGISTER_MODE_NONE,
	REGISTER_MODE_CME,
	REGISTER_MODE_CME_APP,
	REGISTER_MODE_ESRST,
};

struct config_voice_register {
	bool present;
	enum config_register_mode mode;
	struct endpoint source; // port 5060 by default
	struct addr secondary;
	uint32_t keepalive; // 120 by default
	struct config_lines kept;
};

struct config_session_server {
	bool present;
	uint32_t keepalive; // 300 by default
	bool cti_aware;
	char register_id[31];
	struct config_lines kept;
};

// --- telephony-service ---------------------------------------------------------------------------

enum config_transfer_system {
	TRANSFER_FULL_CONSULT,
	TRANSFER_FULL_CONSULT_DSS,
	TRANSFER_FULL_BLIND,
	TRANSFER_BLIND,
	TRANSFER_LOCAL_CONSULT,
};

// X(enumerator, keyword): what a phone asks a web server for.
#define CONFIG_URLS(X) \
	X(URL_AUTHENTICATION, "authentication") \
	X(URL_DIRECTORIES, "directories") \
	X(URL_IDLE, "idle") \
	X(URL_INFORMATION, "information") \
	X(URL_MESSAGES, "messages") \
	X(URL_PROXY_SERVER, "proxy-server") \
	X(URL_SERVICES, "services")

enum config_url {
#define X(name, keyword) name,
	CONFIG_URLS(X)
#undef X
		URL_KINDS,
};

struct config_dialplan_pattern {
	char *pattern; // NULL: this tag is not configured
	char *extension_pattern;
	uint8_t extension_length;
	bool no_reg;
	bool demote;
};

struct config_telephony {
	bool present;
	uint32_t max_ephones;
	uint32_t max_dn;
	uint8_t dn_preference;
	struct endpoint source; // where phones register; family ADDR_NONE: they cannot. Port 2000
				// by default
	struct addr secondary;
	uint32_t rehome;
	char *source_match;  // "any-match", "strict-match" or NULL
	char *max_dn_no_reg; // "primary", "both" or NULL
	uint32_t keepalive;
	uint32_t timeout_interdigit;
	uint32_t timeout_ringing;
	uint32_t timeout_busy;
	uint32_t timeout_transfer_recall; // 0: off
	uint32_t timeout_night_service_bell;
	uint8_t time_format; // 12 or 24
	char *date_format;   // NULL: mm-dd-yy
	uint8_t transfer_system;
	uint32_t max_conferences; // 0: not set
	int8_t conference_gain;   // dB
	uint8_t em_logout_count;
	uint16_t em_logout[CONFIG_LOGOUT_TIMES]; // minutes after midnight
	bool em_external;
	bool em_keep_history;
	uint32_t max_redirect;
	char *cnf_location;                    // NULL: system memory
	char *cnf_option;                      // "perphone", "perphonetype" or NULL
	char *cnf_stamp;                       // of `create cnf-files`; NULL: not built
	char *voicemail;                       // whom the Messages key calls; NULL: nobody
	char *url[URL_KINDS];                  // the words after the keyword
	struct config_lines xml_users;         // the words after `xml user`
	struct config_lines transfer_patterns; // the words after the keyword
	struct config_dialplan_pattern dialplan[CONFIG_DIALPLAN_PATTERNS]; // [0] is tag 1
	struct config_lines kept;
};

// --- ephone-dn -----------------------------------------------------------------------------------

enum config_line_mode {
	LINE_SINGLE,
	LINE_DUAL,
	LINE_OCTO,
};

// X(enumerator, keyword after `call-forward`)
#define CONFIG_FORWARDS(X) \
	X(FORWARD_ALL, "all") \
	X(FORWARD_BUSY, "busy") \
	X(FORWARD_NOAN, "noan") \
	X(FORWARD_NIGHT, "night-service")

enum config_forward_kind {
#define X(name, keyword) name,
	CONFIG_FORWARDS(X)
#undef X
		FORWARD_KINDS,
};

struct config_forward {
	char number[CONFIG_NUMBER_SIZE * 2]; // empty: none was ever given
	bool off; // switched off by its user: the number is remembered, the template's is not used
	uint32_t timeout;                    // no answer only
	char option[32]; // what followed: "primary", "secondary", "dialplan-pattern"
};

// `transfer-mode`: what the DN's user does instead of what `transfer-system` says.
enum config_transfer_mode {
	TRANSFER_MODE_UNSET,
	TRANSFER_MODE_BLIND,
	TRANSFER_MODE_CONSULT,
};

// What both an ephone-dn and an ephone-dn-template may say.
struct config_dn_settings {
	uint8_t cti_watch;        // enum config_setting
	uint8_t cti_notify;       // enum config_setting
	uint8_t allow_watch;      // enum config_setting
	uint8_t huntstop;         // enum config_setting; on by default
	uint8_t huntstop_channel; // channels open to calls that come in; 0: not set
	uint8_t transfer_mode;    // enum config_transfer_mode
	uint8_t session_server_count;
	uint8_t session_servers[CONFIG_SESSION_SERVERS];
	bool has_forward_max_length;
	uint8_t forward_max_length;
	uint32_t transfer_recall; // 0: not set
	struct config_forward *forward; // FORWARD_KINDS of them; NULL: most DNs forward nothing
	struct config_lines kept;
};

struct config_dn {
	unsigned tag;
	uint8_t line_mode; // enum config_line_mode
	uint8_t template;  // tag, 0: none
	uint8_t preference;
	uint8_t secondary_preference;    // 9 by default
	char *no_reg;                    // what followed `no-reg`, "" for nothing; NULL: not given
	char number[CONFIG_NUMBER_SIZE]; // empty: none yet
	char secondary[CONFIG_NUMBER_SIZE];
	char *name;
	char *label;
	char *description;
	struct config_dn_settings own;
};

struct config_dn_template {
	bool present;
	struct config_dn_settings own;
};

// --- ephone --------------------------------------------------------------------------------------

struct phone_model;

struct config_button {
	uint8_t position; // 1 is the first
	char separator;   // one of ":sbfmwocx"
	uint8_t overlay;  // of an 'x' button: the position of the overlay button it widens
	uint8_t dn_count;
	uint32_t *dn; // tags, the primary one first
};

struct config_ephone {
	unsigned tag;
	bool has_mac;
	uint8_t mac[6];
	char name[CONFIG_DEVICE_NAME_SIZE]; // SEP001E4A34A35F; empty: no mac-address
	char *type;                         // as written; NULL: not given
	char *addon;                        // the words after `addon`; NULL: none
	const struct phone_model *model;    // NULL: not given, or the operator's own type
	uint32_t logout_profile;            // tag; 0: not enabled for extension mobility
	uint32_t keepalive;                 // 0: the system's
	char *username;
	char *password;
	char *pin;
	char *description;
	struct config_button *buttons; // by position, and behind them the tags of all
	uint8_t button_count;
	struct config_lines kept;
};

// --- extension mobility --------------------------------------------------------------------------

// X(enumerator, keyword, separator of the like button): in the order in which buttons are filled.
#define CONFIG_NUMBER_TYPES(X) \
	X(NUMBER_NORMAL, "normal", ':') \
	X(NUMBER_SILENT_RING, "silent-ring", 's') \
	X(NUMBER_BEEP_RING, "beep-ring", 'b') \
	X(NUMBER_FEATURE_RING, "feature-ring", 'f') \
	X(NUMBER_MONITOR_RING, "monitor-ring", 'm') \
	X(NUMBER_OVERLAY, "overlay", 'o') \
	X(NUMBER_CW_OVERLAY, "cw-overlay", 'c')

enum config_number_type {
#define X(name, keyword, separator) name,
	CONFIG_NUMBER_TYPES(X)
#undef X
		NUMBER_TYPES,
};

struct config_profile_number {
	uint8_t type; // enum config_number_type
	uint8_t count;
	char (*numbers)[CONFIG_NUMBER_SIZE]; // count of them; more than one for overlays only
};

struct config_profile {
	unsigned tag;
	bool is_user; // voice user-profile; else voice logout-profile
	bool reset;   // phones must be told: set by `reset`, cleared by whoever does it
	bool privacy_button;
	char user[CONFIG_USER_SIZE]; // empty: none
	char *password;
	char *pin;
	uint32_t max_idle_min; // minutes; 0: none
	struct config_profile_number *numbers;
	unsigned number_count;
	struct config_lines kept; // speed dials
};

// --- the router ----------------------------------------------------------------------------------

struct config_interface {
	char name[CONFIG_NAME_SIZE];
	struct addr address; // family ADDR_NONE: `no ip address`
	struct addr mask;
	bool shutdown;
	uint32_t mtu;    // bytes of a packet; 0: the port's own
	uint32_t ip_mtu; // the same, of IP alone: goes before; 0: mtu's
	struct config_lines kept;
};

struct config_route {
	struct addr network;
	struct addr mask;
	struct addr gateway;              // family ADDR_NONE: by the interface alone
	char interface[CONFIG_NAME_SIZE]; // empty: not given
	uint8_t distance;                 // 0: not given
	uint32_t tag;                     // 0: not given
	uint32_t track;                   // 0: not given
	bool permanent;
	char name[CONFIG_NAME_SIZE]; // empty: none
};

// Where a kept line belongs in the written configuration: after these objects.
// X(enumerator), in the order in which they are written.
#define CONFIG_PLACES(X) \
	X(PLACE_START) \
	X(PLACE_HOSTNAME) \
	X(PLACE_ENABLE) \
	X(PLACE_VOICE_SERVICE) \
	X(PLACE_VOICE_REGISTER) \
	X(PLACE_SESSION_SERVER) \
	X(PLACE_LOGOUT_PROFILE) \
	X(PLACE_USER_PROFILE) \
	X(PLACE_INTERFACE) \
	X(PLACE_ROUTE) \
	X(PLACE_TELEPHONY) \
	X(PLACE_DN_TEMPLATE) \
	X(PLACE_DN) \
	X(PLACE_EPHONE)

enum config_place {
#define X(name) name,
	CONFIG_PLACES(X)
#undef X
		PLACES,
};

// A line of global configuration that means nothing here, and the lines of the mode it opened.
struct config_section {
	char *head;
	bool verbatim;             // the text of a banner: its lines are as they were written
	struct config_lines lines; // else each with one blank more for every level below the first
};

struct config_sections {
	struct config_section *section;
	unsigned count;
};

struct config {
	char hostname[CONFIG_NAME_SIZE]; // empty: none given
	struct config_secret enable_password;
	struct config_secret enable_secret; // goes before the other
	struct config_voice_service voice_service;
	struct config_voice_register voice_register;
	struct config_session_server session_servers[CONFIG_SESSION_SERVERS]; // [0] is tag 1
	struct config_telephony telephony;
	struct config_dn_template dn_templates[CONFIG_DN_TEMPLATES]; // [0] is tag 1
	struct config_table dns;
	struct config_table ephones;
	struct config_table logout_profiles;
	struct config_table user_profiles;
	struct config_index dn_by_number; // primary and secondary numbers
	struct config_index ephone_by_name;
	struct config_index profile_by_user;
	struct config_interface *interfaces;
	unsigned interface_count;
	struct config_route *routes;
	unsigned route_count;
	struct config_sections kept[PLACES];
};

// What a change concerns; `tag` is that of the object.
enum touch {
	TOUCH_CTI, // what holds for every CSTA session
	TOUCH_DN,
	TOUCH_EPHONE,
	TOUCH_PROFILE, // any voice user-profile or logout-profile
	// No changes, but what the operator wants done: phones read their lines again, or boot.
	TOUCH_RESTART,     // an ephone
	TOUCH_RESET,       // the same
	TOUCH_RESTART_ALL, // one after the other, `tag` seconds apart
	TOUCH_RESET_ALL,   // the same
	TOUCH_RESET_EACH,  // the same, each when the one before it is back
	TOUCH_RESET_NONE,  // no more of those
	TOUCHES,
};

// An empty configuration with every default; NULL without memory.
struct config *config_new(void);
void config_free(struct config *config);

struct config_dn *config_dn_get(const struct config *config, unsigned tag);
struct config_ephone *config_ephone_get(const struct config *config, unsigned tag);
struct config_profile *config_logout_profile_get(const struct config *config, unsigned tag);
struct config_profile *config_user_profile_get(const struct config *config, unsigned tag);

// The next in tag order after `tag`, NULL at the end: begin with 0.
struct config_dn *config_dn_next(const struct config *config, unsigned tag);
struct config_ephone *config_ephone_next(const struct config *config, unsigned tag);
struct config_profile *config_logout_profile_next(const struct config *config, unsigned tag);
struct config_profile *config_user_profile_next(const struct config *config, unsigned tag);

// Of two DNs that have this number: do calls go to a before b? By preference, then by tag.
bool config_dn_before(const struct config_dn *a, const struct config_dn *b, const char *number);

// By primary or secondary number, of several the first; by device name (SEP...); by `user`, of
// either kind of profile.
struct config_dn *config_dn_by_number(const struct config *config, const char *number);
struct config_ephone *config_ephone_by_name(const struct config *config, const char *name);
struct config_profile *config_profile_by_user(const struct config *config, const char *user);

// What holds for a DN: its own setting, else its template's, else the default.
bool config_cti_watch(const struct config *config, const struct config_dn *dn);
bool config_cti_notify(const struct config *config, const struct config_dn *dn);
bool config_allow_watch(const struct config *config, const struct config_dn *dn);
bool config_huntstop(const struct config *config, const struct config_dn *dn);
// Never NULL; an empty number where the DN is not forwarded.
const struct config_forward *config_forward(const struct config *config, const struct config_dn *dn,
	enum config_forward_kind kind);
// The same, or what the DN was forwarded to before that was switched off.
const struct config_forward *config_forward_last(const struct config *config,
	const struct config_dn *dn, enum config_forward_kind kind);
// What the DN or the template says itself.
const struct config_forward *config_forward_own(
	const struct config_dn_settings *settings, enum config_forward_kind kind);

// What an operator has to know for privileged commands; NULL: nothing.
const struct config_secret *config_enable_secret(const struct config *config);

// Seconds after which an idle interactive session of theirs ends: exec-timeout of `line con 0`. 0: never.
uint32_t config_exec_timeout(const struct config *config);

// Calls at a time: 1, 2 or 8.
unsigned config_dn_channels(const struct config_dn *dn);

// Those of them that calls which come in may take: the others are left to its user.
unsigned config_open_channels(const struct config *config, const struct config_dn *dn);

// The DN's user transfers calls without consultation.
bool config_transfers_blind(const struct config *config, const struct config_dn *dn);
// To this number everybody does.
bool config_number_is_blind(const struct config *config, const char *number);

// The phone user or a client forwards the DN; `timeout` counts for FORWARD_NOAN alone. 0, -EINVAL
// when the number is too long, or -ENOMEM.
int config_forward_set(struct config_dn *dn, enum config_forward_kind kind, const char *number,
	uint32_t timeout);
// ... or ends it, also what the template says. The number stays for the next time.
int config_forward_end(struct config_dn *dn, enum config_forward_kind kind);

// How many digits a phone's user may forward to; 0: the key is switched off.
unsigned config_forward_max_length(const struct config *config, const struct config_dn *dn);

// The keepalive that holds for a phone.
uint32_t config_ephone_keepalive(const struct config *config, const struct config_ephone *ephone);

// In a pattern '.' stands for any digit, and 'T' at its end for any digits that follow.
bool config_pattern_matches(struct span pattern, const char *number);

// Of a kind that a port stands for: no loopback or tunnel, and no part of another interface.
bool config_interface_is_physical(const struct config_interface *interface);
// Has an address and is not shut down.
bool config_interface_is_up(const struct config_interface *interface);
// The interface that is up and has this address; NULL: none.
const struct config_interface *config_interface_at(
	const struct config *config, const struct addr *address);
// The first other interface that is up, of the first `n`, whose subnet holds one of this one's
// addresses, when this one is up too; NULL: none.
const struct config_interface *config_interface_overlap(
	const struct config *config, const struct config_interface *interface, unsigned n);
