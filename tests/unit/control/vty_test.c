// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The operator's shell: keys, prompts and help; transcripts of commands; traces; the socket; and
// offhookctl in front of it all.
#include "tests/unit/control/operator.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>

static void assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("'%s' is not in:\n%s", part, text);
}

static void assert_ends(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	if (n < m || strcmp(text + n - m, end) != 0)
		fail_msg("'%s' does not end:\n%s", end, text);
}

// --- a place for files
// ----------------------------------------------------------------------------

struct place {
	char directory[64];
	char socket[96];
	char config[96];
	struct shell_setup setup;
};

static void place_make(struct place *place, struct office *office)
{
	strcpy(place->directory, "/tmp/offhook-vty-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	snprintf(place->socket, sizeof(place->socket), "%s/ctl.sock", place->directory);
	snprintf(place->config, sizeof(place->config), "%s/startup.cfg", place->directory);
	place->setup = (struct shell_setup){ .engine = &office->rig->engine,
		.config_path = place->config };
}

static void place_remove(struct place *place)
{
	unlink(place->config);
	unlink(place->socket);
	assert_int_equal(rmdir(place->directory), 0);
}

// --- keys ----------------------------------------------------------------------------------------

static void test_levels(void **state)
{
	struct operator* op = operator_new(*state);

	assert_ends(operator_type(op, ""), "offhook> ");
	assert_has(operator_type(op, "show running-config\n"), "% word 'running-config': expected");
	assert_ends(operator_type(op, "en\n"), "\noffhook# ");
	assert_has(operator_type(op, "show running-config\n"), "\nephone 5\n");
	assert_ends(operator_type(op, "conf t\n"), "offhook(config)# ");
	assert_ends(operator_type(op, "hostname here\n"), "here(config)# ");
	assert_ends(operator_type(op, "Voice Service voip\n"), "here(config-voi-serv)# ");
	assert_ends(operator_type(op, "sip\n"), "here(config-voi-sip)# ");
	assert_ends(operator_type(op, "\x04"), "here(config-voi-serv)# "); // Ctrl-D
	assert_ends(operator_type(op, "ephone-dn 1\n"), "here(config-ephone-dn)# ");
	assert_ends(operator_type(op, "exit\n"), "here(config)# ");
	assert_ends(operator_type(op, "ephone 1\n"), "here(config-ephone)# ");
	assert_ends(operator_type(op, "\x1a"), "here# "); // Ctrl-Z
	assert_ends(operator_type(op, "configure terminal\n\x04"), "here# ");
	assert_ends(operator_type(op, "configure terminal\n"), "here(config)# ");
	assert_ends(operator_type(op, "ephone 1\n"), "here(config-ephone)# ");
	assert_ends(operator_type(op, "end\n"), "here# ");
	assert_ends(operator_type(op, "disable\n"), "here> ");
	assert_has(operator_type(op, "clear cti session 1\n"), "unknown command");
	operator_type(op, "exit\n");
	assert_true(op->gone);
	operator_free(op);
}

static void test_prompts(void **state)
{
	static const char *const modes[][2] = {
		{ "voice register global", "voice-register-global" },
		{ "voice register session-server 1", "config-register-fs" },
		{ "telephony-service", "config-telephony" },
		{ "ephone-dn-template 1", "config-ephone-dn-template" },
		{ "voice user-profile 1", "config-user-profile" },
		{ "voice logout-profile 1", "config-logout-profile" },
		{ "interface lo1", "config-if" },
	};
	struct operator* op = operator_new(*state);
	char prompt[64];

	operator_type(op, "en\nconf t\n");
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		snprintf(prompt, sizeof(prompt), "offhook(%s)# ", modes[i][1]);
		operator_type(op, modes[i][0]);
		assert_ends(operator_type(op, "\n"), prompt);
	}
	operator_free(op);
}

static void test_help(void **state)
{
	struct operator* op = operator_new(*state);
	const char *said;

	said = operator_type(op, "?");
	assert_has(said, "\n  enable ");
	assert_null(strstr(said, "clear"));
	operator_type(op, "enable\n");
	said = operator_type(op, "show cti ?");
	assert_has(said, "\n  session ");
	assert_has(said, "\n  line-node ");
	assert_ends(said, "# show cti ");
	assert_ends(operator_type(op, "gc\t"), "gcid ");
	assert_has(operator_type(op, "\n"), "no active GCID");
	operator_type(op, "configure terminal\nephone 1\n");
	said = operator_type(op, "keepalive ?");
	assert_has(said, "\n  <10-65535>  keepalive interval, seconds\n");
	operator_type(op, "\x15"); // Ctrl-U
	said = operator_type(op, "no ?");
	assert_has(said, "\n  button ");
	assert_has(operator_type(op, "\x15mac-address ?"), "\n  <cr>");
	assert_ends(operator_type(op, "\x15"
				      "do show ephone-d\t"),
		"ephone-dn ");
	operator_free(op);
}

// The word that is wrong is pointed at.
static void test_complaint(void **state)
{
	struct operator* op = operator_new(*state);
	const char *said;

	operator_type(op, "enable\nconfigure terminal\nephone 1\n");
	said = operator_type(op, "button 1:1 2:77\n");
	assert_string_equal(said, "button 1:1 2:77\n"
				  "                                     ^\n"
				  "% word '77': there is no such ephone-dn\n"
				  "offhook(config-ephone)# ");
	said = operator_type(op, "keepalive\n");
	assert_has(said, "% the line is incomplete, a number from 10 to 65535 is missing\n");
	operator_free(op);
}

static void test_history(void **state)
{
	struct operator* op = operator_new(*state);

	operator_type(op, "enable\nshow cti gcid\n");
	assert_has(operator_type(op, "\x1b[A\n"), "no active GCID"); // cursor up
	assert_has(operator_type(op, "show history\n"), "\n  show cti gcid\n");
	operator_free(op);
}

// One session at a time changes the configuration.
static void test_one_configures(void **state)
{
	struct operator* first = operator_new(*state), *second = operator_new(*state);

	operator_batch(first);
	operator_batch(second);
	assert_true(operator_run(first, "configure terminal"));
	assert_true(operator_run(first, "banner motd ^C"));
	assert_false(operator_run(second, "configure terminal"));
	assert_has(second->text, "% Another session is changing the configuration");
	operator_free(first);
	assert_true(operator_run(second, "show running-config | include \\^C"));
	assert_string_equal(second->text, "banner motd ^C\n^C\n"); // ended, not left open
	assert_true(operator_run(second, "configure terminal"));
	assert_false(operator_run(second, "cti watch")); // it began in global mode
	operator_free(second);
}

// --- programs ------------------------------------------------------------------------------------

// Lines may come in pieces, and many at once.
static void test_batch_pieces(void **state)
{
	struct operator* op = operator_new(*state);

	operator_batch(op);
	assert_string_equal(operator_type(op, "show cti "), "");
	assert_string_equal(operator_type(op, "gcid | include no\nnonsense\n! comment\n\nshow"),
		"no active GCID\n\x1e"
		"0\n% word 'nonsense': unknown command\n\x1e"
		"1\n\x1e"
		"0\n\x1e"
		"0\n");
	assert_ends(operator_type(op, " cti session\n"), "no active CTI session\n\x1e"
							 "0\n");
	operator_type(op, "exit\n");
	assert_true(op->gone);
	operator_free(op);
}

static void *send_end(void *arg)
{
	const struct operator* op = arg;

	send(op->fd, "terminal batch", 14, MSG_NOSIGNAL);
	send(op->fd, "\n", 1, MSG_NOSIGNAL);
	return NULL;
}

// The end of a line may come at any moment, even while the line before it is looked at.
static void test_batch_late_end(void **state)
{
	enum { SESSIONS = 3000 };

	for (unsigned i = 0; i < SESSIONS; i++) {
		struct operator* op = operator_new(*state);
		pthread_t sender;

		operator_type(op, "");
		assert_int_equal(pthread_create(&sender, NULL, send_end, op), 0);
		while (strchr(operator_type(op, ""), '\x1e') == NULL) {
			assert_false(op->gone);
			assert_null(strstr(op->text, "Unknown command"));
		}
		pthread_join(sender, NULL);
		operator_free(op);
	}
}

// Who does not listen is not served: commands wait until the output of those before them is taken.
static void test_batch_slow_reader(void **state)
{
	enum { COMMANDS = 2000 };
	static const char command[] = "show running-config\n";
	static char commands[COMMANDS * sizeof(command)];
	struct operator* op = operator_new(*state);
	unsigned marks = 0;
	size_t before;

	for (unsigned i = 0; i < COMMANDS; i++)
		memcpy(commands + i * (sizeof(command) - 1), command, sizeof(command));
	operator_batch(op);
	assert_int_equal(send(op->fd, commands, strlen(commands), MSG_NOSIGNAL),
		COMMANDS * (sizeof(command) - 1));
	before = talloc_total_size(tall_vty_ctx);
	shell_pump();
	assert_true(talloc_total_size(tall_vty_ctx) < before + 64 * 1024);
	for (unsigned quiet = 0; quiet < 100 && marks < COMMANDS; quiet++) {
		op->size = 0;
		operator_type(op, "");
		for (size_t i = 0; i < op->size; i++)
			marks += op->text[i] == '\x1e';
		if (op->size > 0)
			quiet = 0;
	}
	assert_int_equal(marks, COMMANDS);
	operator_free(op);
}

static void test_batch_endless_line(void **state)
{
	struct operator* op = operator_new(*state);
	char *line = malloc(100 * 1024 + 1);

	memset(line, 'x', 100 * 1024);
	line[100 * 1024] = '\0';
	operator_batch(op);
	operator_type(op, line);
	assert_true(op->gone);
	free(line);
	operator_free(op);
}

static int is_transcript(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot != NULL && strcmp(dot, ".transcript") == 0;
}

static void test_transcripts(void **state)
{
	struct dirent **names;
	int count = scandir(TRANSCRIPTS_DIR, &names, is_transcript, alphasort);

	(void)state;
	assert_true(count > 0);
	for (int i = 0; i < count; i++) {
		char path[512];
		void *office;

		snprintf(path, sizeof(path), "%s/%s", TRANSCRIPTS_DIR, names[i]->d_name);
		operator_office_open(&office);
		operator_play(office, path);
		operator_office_close(&office);
		free(names[i]);
	}
	free(names);
}

// The configuration of the example, typed line by line.
static void test_typed_example(void **state)
{
	struct operator* op = operator_new(*state);
	char line[1024];
	FILE *file = fopen(CONFIGS_DIR "/moc-client.cfg", "re");

	assert_non_null(file);
	operator_batch(op);
	assert_true(operator_run(op, "configure terminal"));
	assert_true(operator_run(op, "no telephony-service"));
	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (!operator_run(op, line))
			fail_msg("%s\n%s", line, op->text);
	}
	fclose(file);
	assert_true(operator_run(op, "do show ephone-dn summary | count 50/0"));
	assert_string_equal(op->text, "Number of lines: 4\n");
	assert_true(operator_run(op, "do show running-config | include user204"));
	assert_string_equal(op->text, " user user204 password psswr\n");
	operator_free(op);
}

// A client's bytes neither steer the terminal nor end the answer, whatever they are.
static void test_peers_controls(void **state)
{
	struct operator* op = operator_new(*state);
	struct office *office = *state;

	strcpy(office->ca.open.from_uri, "sip:a\x1e"
					 "1\n\x1b[2J\x9b\xc2\x9bJ\xc3\x9brg\xff\t@x");
	client_open(&office->ca);
	client_ask(&office->ca, "<MonitorStart><monitorObject><deviceObject>tel:201;x=&#10;&#x9b;"
				"</deviceObject></monitorObject></MonitorStart>");
	operator_batch(op);
	assert_true(operator_run(op, "show cti session"));
	assert_has(op->text, " user sip:a.1..[2J...J\xc3\x9brg.\t@x\n");
	assert_has(op->text, " of tel:201;x=..., 0 events\n");
	assert_true(operator_run(op, "show callmon subscription"));
	assert_has(op->text, " device tel:201;x=... ");
	assert_true(operator_run(op, "debug cti all"));
	client_bye(&office->ca);
	client_open(&office->ca);
	assert_has(operator_type(op, ""), "sip:a.1..[2J...J\xc3\x9brg.");
	operator_free(op);
}

// What was saved elsewhere may end its lines otherwise.
static void test_saved_elsewhere(void **state)
{
	struct operator* op = operator_new(*state);
	struct place place;
	FILE *file;

	place_make(&place, *state);
	file = fopen(place.config, "we");
	assert_non_null(file);
	fputs("hostname a\r\n!\x1b[2J\r\n", file);
	fclose(file);
	assert_int_equal(vty_server_open(&place.setup, place.socket), 0);
	operator_batch(op);
	operator_run(op, "show startup-config");
	assert_string_equal(op->text, "hostname a\r\n!.[2J\r\n");
	operator_free(op);
	unlink(place.socket);
	place_remove(&place);
}

// --- traces --------------------------------------------------------------------------------------

static void test_traces(void **state)
{
	struct operator* op = operator_new(*state), *other = operator_new(*state);
	struct office *office = *state;

	operator_batch(op);
	operator_batch(other);
	assert_int_equal(debug_wanted, 0);
	assert_true(operator_run(op, "debug cti session"));
	assert_string_equal(op->text, "Session CTI debug flags are on\n");
	assert_int_equal(debug_wanted, 1u << DEBUG_CTI_SESSION);
	client_open(&office->ca);
	assert_has(operator_type(op, ""), ": //CTI/SM: session ");
	assert_string_equal(operator_type(other, ""), "");
	assert_true(operator_run(op, "show debugging"));
	assert_has(op->text, "CTI session ");
	assert_true(operator_run(other, "show debugging"));
	assert_string_equal(other->text, "");
	assert_true(operator_run(op, "no debug cti session"));
	assert_int_equal(debug_wanted, 0);
	assert_true(operator_run(op, "debug cti line"));
	assert_int_equal(debug_wanted, 1u << DEBUG_CTI_LM);
	assert_true(operator_run(op, "debug ephone all"));
	assert_true(operator_run(op, "undebug all"));
	assert_int_equal(debug_wanted, 0);
	assert_true(operator_run(op, "debug cti all"));
	operator_free(op); // takes what it wanted with it
	assert_int_equal(debug_wanted, 0);
	client_bye(&office->ca);
	operator_free(other);
}

// A session that does not read loses lines, is told how many, and holds nobody up.
static void test_slow_session(void **state)
{
	struct operator* op = operator_new(*state);
	unsigned lines = 0, lost = 0;
	bool marked = false;

	operator_batch(op);
	assert_true(operator_run(op, "debug cti core"));
	op->size = 0;
	for (unsigned i = 0; i < 20000; i++)
		debug_print(DEBUG_CTI_CORE, "line %u", i);
	for (unsigned round = 0; round < 100; round++) {
		char *p, *save = NULL;

		op->size = 0;
		operator_type(op, "");
		debug_print(DEBUG_CTI_CORE, "another");
		for (p = strtok_r(op->text, "\n", &save); p != NULL;
			p = strtok_r(NULL, "\n", &save)) {
			if (strncmp(p, "lost ", 5) == 0) {
				marked = true;
				lost += (unsigned)strtoul(p + 5, NULL, 10);
			} else if (strstr(p, ": line ") != NULL) {
				lines++;
			}
		}
	}
	assert_true(marked);
	assert_int_equal(lines + lost, 20000);
	assert_true(lines > 100);
	operator_free(op);
}

static void test_long_trace(void **state)
{
	struct operator* op = operator_new(*state);
	char *text = malloc(3 * DEBUG_LINE_SIZE);

	memset(text, 'y', 3 * DEBUG_LINE_SIZE);
	text[3 * DEBUG_LINE_SIZE - 1] = '\0';
	operator_batch(op);
	assert_true(operator_run(op, "debug cti core"));
	debug_print(DEBUG_CTI_CORE, "%s", text);
	operator_type(op, "");
	assert_ends(op->text, "yyyy\n");
	assert_true(strlen(op->text) < DEBUG_LINE_SIZE);
	free(text);
	operator_free(op);
}

// --- idle sessions -------------------------------------------------------------------------------

// Passes time in which nobody types.
static bool is_over_after(struct operator* op, unsigned seconds)
{
	rig_wait(op->office->rig, seconds);
	operator_type(op, "");
	return op->gone;
}

// Ten minutes after the last key, whatever was typed before.
static void test_idle_ends(void **state)
{
	struct operator* op = operator_new(*state), *program = operator_new(*state);

	operator_batch(program);
	assert_false(is_over_after(op, 500));
	operator_type(op, "en\nconfigure terminal\n");
	assert_false(is_over_after(op, 599));
	assert_false(operator_run(program, "configure terminal"));
	assert_true(is_over_after(op, 1));
	assert_ends(op->text, "\n% Line timeout expired\n");
	operator_free(op);
	assert_false(is_over_after(program, 3600));
	assert_true(operator_run(program, "configure terminal"));
	operator_free(program);
}

static void test_idle_looks_on(void **state)
{
	struct operator* op = operator_new(*state);

	operator_type(op, "enable\ndebug cti core\n");
	assert_false(is_over_after(op, 3600));
	operator_type(op, "undebug all\n");
	assert_false(is_over_after(op, 599));
	assert_true(is_over_after(op, 1));
	operator_free(op);
}

// What an operator changes counts for all, from the moments on at which they typed last.
static void test_idle_configured(void **state)
{
	struct operator* op = operator_new(*state), *program = operator_new(*state);

	operator_batch(program);
	assert_true(operator_run(program, "configure terminal"));
	assert_true(operator_run(program, "line con 0"));
	assert_true(operator_run(program, "exec-timeout 0 0"));
	assert_false(is_over_after(op, 3600));
	assert_true(operator_run(program, "exec-timeout x"));
	assert_has(program->text, "% Warning: kept, but not understood: without effect\n");
	assert_true(operator_run(program, "no exec-timeout"));
	assert_false(is_over_after(op, 3600));
	operator_type(op, "\n");
	assert_true(operator_run(program, "exec-timeout 70 30"));
	assert_true(operator_run(program, "line vty 0 4"));
	assert_true(operator_run(program, "exec-timeout 1"));
	assert_true(operator_run(program, "do show running-config | include exec"));
	assert_string_equal(program->text, " exec-timeout 70 30\n exec-timeout 1\n");
	operator_type(op, "\n");
	assert_false(is_over_after(op, 70 * 60 + 29));
	operator_type(op, "\n");
	assert_false(is_over_after(op, 70 * 60 + 29));
	assert_true(operator_run(program, "no line con 0"));
	assert_true(is_over_after(op, 1));
	operator_free(op);
	operator_free(program);
}

// --- the socket ----------------------------------------------------------------------------------

static void test_too_many(void **state)
{
	struct operator* ops[VTY_SESSIONS_MAX + 1];

	for (unsigned i = 0; i < VTY_SESSIONS_MAX; i++) {
		ops[i] = operator_new(*state);
		assert_ends(operator_type(ops[i], ""), "offhook> ");
	}
	ops[VTY_SESSIONS_MAX] = operator_new(*state);
	assert_string_equal(operator_type(ops[VTY_SESSIONS_MAX], ""), "% Too many sessions\n");
	assert_true(ops[VTY_SESSIONS_MAX]->gone);
	for (unsigned i = 0; i <= VTY_SESSIONS_MAX; i++)
		operator_free(ops[i]);
	ops[0] = operator_new(*state);
	assert_false(ops[0]->gone);
	operator_free(ops[0]);
}

static void test_socket_file(void **state)
{
	struct place place;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat st;
	int fd;

	place_make(&place, *state);
	// One that its owner left behind is replaced.
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	strcpy(address.sun_path, place.socket);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	assert_int_equal(vty_server_open(&place.setup, place.socket), 0);
	assert_int_equal(stat(place.socket, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	vty_server_stop();
	assert_int_equal(stat(place.socket, &st), -1);
	// One that is served is not.
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(vty_server_open(&place.setup, place.socket), -EADDRINUSE);
	close(fd);
	place_remove(&place);
}

// Its directory is made, but not what is above.
static void test_socket_directory(void **state)
{
	struct place place;
	char directory[sizeof(place.directory) + 8], socket[sizeof(directory) + 16];
	struct stat st;

	place_make(&place, *state);
	snprintf(directory, sizeof(directory), "%s/made", place.directory);
	snprintf(socket, sizeof(socket), "%s/ctl.sock", directory);
	assert_int_equal(vty_server_open(&place.setup, socket), 0);
	assert_int_equal(stat(directory, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);
	vty_server_stop();
	assert_int_equal(rmdir(directory), 0);
	snprintf(socket, sizeof(socket), "%s/above/ctl.sock", directory);
	assert_int_equal(vty_server_open(&place.setup, socket), -ENOENT);
	place_remove(&place);
}

// What is no socket stays as it is, a link to one too.
static void test_socket_slip(void **state)
{
	struct place place;
	FILE *file;
	struct stat st;

	place_make(&place, *state);
	file = fopen(place.config, "we");
	assert_non_null(file);
	fputs("hostname kept\n", file);
	fclose(file);
	assert_int_equal(vty_server_open(&place.setup, place.config), -EEXIST);
	assert_int_equal(stat(place.config, &st), 0);
	assert_int_equal(st.st_size, strlen("hostname kept\n"));
	assert_int_equal(symlink("/nonexistent/socket", place.socket), 0);
	assert_int_equal(vty_server_open(&place.setup, place.socket), -EEXIST);
	assert_int_equal(lstat(place.socket, &st), 0);
	place_remove(&place);
}

// --- offhookctl ----------------------------------------------------------------------------------

struct ctl {
	int status;
	char out[65536];
};

// Lets the child work with the shell until it ends. A child that hangs ends the test.
static int serve(pid_t child)
{
	int status = 0;

	for (unsigned i = 0; i < 20000; i++) {
		osmo_select_main(1);
		if (waitpid(child, &status, WNOHANG) == child)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		usleep(500);
	}
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return -1;
}

static pid_t spawn(char *const *argv, const char *input, FILE *out)
{
	pid_t child = fork();
	FILE *in;

	if (child != 0)
		return child;
	in = tmpfile();
	fputs(input, in);
	rewind(in);
	dup2(fileno(in), STDIN_FILENO);
	dup2(fileno(out), STDOUT_FILENO);
	dup2(fileno(out), STDERR_FILENO);
	execv(OFFHOOKCTL, argv);
	_exit(99);
}

#define CTL(ctl, input, ...) run_ctl(ctl, input, (char *[]){ "offhookctl", __VA_ARGS__, NULL })

static int run_ctl(struct ctl *ctl, const char *input, char *const *argv)
{
	FILE *out = tmpfile();
	size_t n;

	ctl->status = serve(spawn(argv, input, out));
	rewind(out);
	n = fread(ctl->out, 1, sizeof(ctl->out) - 1, out);
	ctl->out[n] = '\0';
	fclose(out);
	return ctl->status;
}

static void test_ctl(void **state)
{
	struct place place;
	struct ctl *ctl = calloc(1, sizeof(*ctl));
	char *const s = place.socket;
	struct stat st;

	place_make(&place, *state);
	assert_int_equal(CTL(ctl, "", "-s", s, "show", "version"), 2);
	assert_int_equal(vty_server_open(&place.setup, s), 0);
	assert_int_equal(CTL(ctl, "", "-s", s, "show", "cti", "session"), 0);
	assert_string_equal(ctl->out, "no active CTI session\n");
	assert_int_equal(CTL(ctl, "", "-s", s, "show cti session"), 0);
	assert_int_equal(CTL(ctl, "", "-s", s, "show", "nonsense"), 1);
	assert_has(ctl->out, "% word 'nonsense': ");
	assert_int_equal(CTL(ctl, "", "-s", s, "clear", "cti", "session", "id", "77"), 1);
	assert_int_equal(CTL(ctl, "", "-x"), 2);
	assert_int_equal(CTL(ctl, "", "--help"), 0);
	assert_has(ctl->out, "SYNOPSIS");
	assert_int_equal(CTL(ctl, "", "--version"), 0);
	assert_int_equal(CTL(ctl, "", "-s", s, "write"), 0);
	assert_int_equal(stat(place.config, &st), 0);
	// A pipe and a file: the first wrong line ends both.
	assert_int_equal(
		CTL(ctl, "configure terminal\nhostname piped\nend\nshow run | include host\n", "-s",
			s),
		0);
	assert_string_equal(ctl->out, "hostname piped\n");
	assert_int_equal(CTL(ctl, "show cti gcid\nbad\nshow version\n", "-s", s, "-f", "-"), 1);
	assert_has(ctl->out, "standard input:2: bad\n");
	assert_null(strstr(ctl->out, "offhook 0"));
	assert_int_equal(CTL(ctl, "", "-s", s, "-f", "/nonexistent/file"), 2);
	assert_int_equal(CTL(ctl, "", "-s", s, "-f", place.config), 1); // no mode for hostname
	vty_server_stop();
	place_remove(&place);
	free(ctl);
}

// A saved configuration that is not whole must not look like one.
static void test_ctl_output_lost(void **state)
{
	struct place place;
	FILE *full = fopen("/dev/full", "we");

	assert_non_null(full);
	place_make(&place, *state);
	assert_int_equal(vty_server_open(&place.setup, place.socket), 0);
	assert_int_equal(serve(spawn((char *[]){ "offhookctl", "-s", place.socket, "show",
					     "running-config", NULL },
				 "", full)),
		1);
	vty_server_stop();
	place_remove(&place);
	fclose(full);
}

// Who is sent away is told why.
static void test_ctl_too_many(void **state)
{
	struct operator* ops[VTY_SESSIONS_MAX];
	struct place place;
	struct ctl *ctl = calloc(1, sizeof(*ctl));

	place_make(&place, *state);
	assert_int_equal(vty_server_open(&place.setup, place.socket), 0);
	for (unsigned i = 0; i < VTY_SESSIONS_MAX; i++)
		ops[i] = operator_new(*state);
	assert_int_equal(CTL(ctl, "", "-s", place.socket, "show", "version"), 2);
	assert_has(ctl->out, "% Too many sessions\r\n");
	assert_has(ctl->out, ": Connection refused\n");
	for (unsigned i = 0; i < VTY_SESSIONS_MAX; i++)
		operator_free(ops[i]);
	assert_int_equal(CTL(ctl, "", "-s", place.socket, "show", "version"), 0);
	vty_server_stop();
	place_remove(&place);
	free(ctl);
}

// Nobody waits for an engine that stands still longer than they said.
static void test_ctl_no_answer(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct place place;
	struct ctl *ctl = calloc(1, sizeof(*ctl));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	place_make(&place, *state);
	strcpy(address.sun_path, place.socket);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(CTL(ctl, "", "-s", place.socket, "-w", "1", "show", "version"), 2);
	assert_has(ctl->out, ": Connection timed out\n");
	assert_int_equal(CTL(ctl, "", "-s", place.socket, "--wait", "0", "show", "version"), 2);
	assert_has(ctl->out, "--wait 0: not a number from 1 to 3600\n");
	close(fd);
	place_remove(&place);
	free(ctl);
}

// offhookctl on its way: it asked for traces, and gets them.
static pid_t spawn_debug(const struct place *place, FILE *out)
{
	pid_t child = spawn((char *[]){ "offhookctl", "-s", (char *)place->socket, "debug", "cti",
				    "core", NULL },
		"", out);

	for (unsigned i = 0; i < 20000 && !debug_on(DEBUG_CTI_CORE); i++) {
		osmo_select_main(1);
		usleep(500);
	}
	return child;
}

// Traces that the engine's end ended are not all there were to be.
static void test_ctl_debug_engine_gone(void **state)
{
	struct place place;
	FILE *out = tmpfile();
	pid_t child;

	place_make(&place, *state);
	assert_int_equal(vty_server_open(&place.setup, place.socket), 0);
	child = spawn_debug(&place, out);
	shell_pump();
	vty_server_stop();
	assert_int_equal(serve(child), 2);
	place_remove(&place);
	fclose(out);
}

// `debug` goes on until it is interrupted.
static void test_ctl_debug(void **state)
{
	struct place place;
	FILE *out = tmpfile();
	char *text = calloc(1, 65536);
	pid_t child;

	place_make(&place, *state);
	assert_int_equal(vty_server_open(&place.setup, place.socket), 0);
	child = spawn_debug(&place, out);
	debug_print(DEBUG_CTI_CORE, "here it is");
	for (unsigned i = 0; i < 20000 && strstr(text, "here it is") == NULL; i++) {
		osmo_select_main(1);
		usleep(500);
		text[pread(fileno(out), text, 65535, 0)] = '\0';
	}
	assert_has(text, "Core CTI debug flags are on\n");
	assert_has(text, "//CTI/CORE: here it is");
	kill(child, SIGINT);
	assert_int_equal(serve(child), 0);
	vty_server_stop();
	place_remove(&place);
	fclose(out);
	free(text);
}

// Types at a terminal, and waits until it shows the text.
static void type_until(int terminal, const char *keys, const char *shown)
{
	char *text = calloc(1, 65536);
	size_t size = 0;

	assert_int_equal(write(terminal, keys, strlen(keys)), (ssize_t)strlen(keys));
	for (unsigned i = 0; i < 20000 && strstr(text, shown) == NULL; i++) {
		ssize_t count;

		osmo_select_main(1);
		count = read(terminal, text + size, 65535 - size);
		if (count > 0)
			size += (size_t)count;
		else
			usleep(500);
	}
	assert_has(text, shown);
	free(text);
}

static void test_ctl_terminal(void **state)
{
	struct place place;
	struct winsize size = { .ws_row = 40, .ws_col = 100 };
	int terminal;
	pid_t child;

	place_make(&place, *state);
	assert_int_equal(vty_server_open(&place.setup, place.socket), 0);
	child = forkpty(&terminal, NULL, NULL, &size);
	if (child == 0) {
		execl(OFFHOOKCTL, "offhookctl", "-s", place.socket, "-e", NULL);
		_exit(99);
	}
	assert_int_equal(fcntl(terminal, F_SETFL, O_NONBLOCK), 0);
	type_until(terminal, "", "offhook# ");
	type_until(terminal, "show cti ?", "line-node");
	type_until(terminal, "ses\t\r", "no active CTI session");
	type_until(terminal, "configure terminal\r", "offhook(config)# ");
	type_until(terminal, "\x1a", "offhook# ");
	assert_int_equal(write(terminal, "exit\r", 5), 5);
	assert_int_equal(serve(child), 0);
	close(terminal);
	vty_server_stop();
	place_remove(&place);
}

#define IN_OFFICE(test) \
	cmocka_unit_test_setup_teardown(test, operator_office_open, operator_office_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_OFFICE(test_levels),
		IN_OFFICE(test_prompts),
		IN_OFFICE(test_help),
		IN_OFFICE(test_complaint),
		IN_OFFICE(test_history),
		IN_OFFICE(test_one_configures),
		IN_OFFICE(test_batch_pieces),
		IN_OFFICE(test_batch_late_end),
		IN_OFFICE(test_batch_slow_reader),
		IN_OFFICE(test_batch_endless_line),
		cmocka_unit_test(test_transcripts),
		IN_OFFICE(test_typed_example),
		IN_OFFICE(test_peers_controls),
		IN_OFFICE(test_saved_elsewhere),
		IN_OFFICE(test_traces),
		IN_OFFICE(test_slow_session),
		IN_OFFICE(test_long_trace),
		IN_OFFICE(test_idle_ends),
		IN_OFFICE(test_idle_looks_on),
		IN_OFFICE(test_idle_configured),
		IN_OFFICE(test_too_many),
		IN_OFFICE(test_socket_file),
		IN_OFFICE(test_socket_directory),
		IN_OFFICE(test_socket_slip),
		IN_OFFICE(test_ctl),
		IN_OFFICE(test_ctl_output_lost),
		IN_OFFICE(test_ctl_too_many),
		IN_OFFICE(test_ctl_no_answer),
		IN_OFFICE(test_ctl_debug_engine_gone),
		IN_OFFICE(test_ctl_debug),
		IN_OFFICE(test_ctl_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
