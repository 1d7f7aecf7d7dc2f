// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// offhookctl: the operator's hand on a running engine.
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/ctl/link.h"
#include "control/ctl/socket_path.h"
#include "control/ctl/terminal.h"

enum {
	EXIT_GOOD = 0,
	EXIT_WRONG = 1,   // a command was wrong or could not be done
	EXIT_TROUBLE = 2, // no engine, or not called rightly
	LINE_SIZE = 16384,
	WAIT_DEFAULT_S = 10,
	WAIT_MAX_S = 3600,
};

static const char usage[] =
	"NAME\n"
	"    offhookctl - operate a running offhook engine\n"
	"\n"
	"SYNOPSIS\n"
	"    offhookctl [-s SOCKET] COMMAND...    one command\n"
	"    offhookctl [-s SOCKET] -f FILE       the commands of a file, - for standard input\n"
	"    offhookctl [-s SOCKET] [-e]          an interactive shell, or commands from a pipe\n"
	"\n"
	"OPTIONS\n"
	"    -s, --socket SOCKET   the engine's control socket (" CTL_SOCKET_DEFAULT ")\n"
	"    -e, --enable          begin the interactive shell with privileged commands\n"
	"    -f, --file FILE       run the lines of a file; stop at the first wrong one\n"
	"    -w, --wait SECONDS    how long the engine may take to answer (10; 1 to 3600)\n"
	"    -h, --help            this text\n"
	"    -V, --version         the version\n"
	"\n"
	"COMMANDS\n"
	"    Those of IOS, abbreviated as you like: show cti session, show ephone registered,\n"
	"    show running-config, clear cti session id 3, debug cti all, configure terminal, "
	"write.\n"
	"    In the interactive shell ? shows what may follow, and Tab completes.\n"
	"    Output of show may go through | include, exclude, begin or count.\n"
	"    A single debug command shows traces until it is interrupted.\n"
	"    With an enable password or enable secret configured the interactive shell asks for "
	"it;\n"
	"    commands of root, and of the user who runs the engine, need none otherwise, and those "
	"of\n"
	"    other users stay unprivileged.\n"
	"\n"
	"EXIT STATUS\n"
	"    0 done; 1 a command was wrong, could not be done, or its output not be written;\n"
	"    2 no engine, one that does not answer or hung up, or wrong usage\n";

static volatile bool interrupted;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted = true;
}

// Blocked until link_follow waits.
static void catch_interrupt(void)
{
	struct sigaction action = { .sa_handler = on_interrupt };
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int trouble(const char *what, int error)
{
	fprintf(stderr, "offhookctl: %s: %s\n", what, strerror(-error));
	return EXIT_TROUBLE;
}

static int lost(int error)
{
	return trouble(
		error == -ETIMEDOUT ? "the engine does not answer" : "the engine hung up", error);
}

// Output that was not all written is no success: who saves a configuration has to know.
static int output_end(int status)
{
	bool failed = ferror(stdout) != 0;

	if (fflush(stdout) == 0 && !failed)
		return status;
	fputs("offhookctl: standard output: not all could be written\n", stderr);
	return status == EXIT_GOOD ? EXIT_WRONG : status;
}

// Shows what the engine says by itself until a signal ends it.
static int follow(struct link *link)
{
	int error;

	catch_interrupt();
	error = link_follow(link, &interrupted, stdout);
	return error < 0 && !ferror(stdout) ? lost(error) : EXIT_GOOD;
}

// `debug` or an abbreviation that stands for nothing else.
static bool is_debug(const char *line)
{
	size_t n;

	line += strspn(line, " \t");
	n = strcspn(line, " \t");
	return n >= 2 && n <= strlen("debug") && strncasecmp(line, "debug", n) == 0;
}

static int run_line(struct link *link, const char *line)
{
	int status = link_run(link, line, stdout);

	if (status < 0)
		return lost(status);
	return status == 1 ? EXIT_GOOD : EXIT_WRONG;
}

static int run_words(struct link *link, int count, char **words)
{
	char line[LINE_SIZE] = "";
	size_t used = 0;
	int status;

	for (int i = 0; i < count; i++) {
		used += (size_t)snprintf(
			line + used, sizeof(line) - used, "%s%s", i == 0 ? "" : " ", words[i]);
		if (used >= sizeof(line))
			return trouble("command", -E2BIG);
	}
	if (strchr(line, '\n') != NULL)
		return trouble("command of several lines", -EINVAL);
	status = run_line(link, line);
	return status == EXIT_GOOD && is_debug(line) ? follow(link) : status;
}

static int run_stream(struct link *link, FILE *script, const char *name)
{
	char *line = NULL;
	size_t size = 0;
	unsigned number = 0;
	int status = EXIT_GOOD;

	while (status == EXIT_GOOD && getline(&line, &size, script) >= 0) {
		number++;
		line[strcspn(line, "\r\n")] = '\0';
		status = run_line(link, line);
		if (status == EXIT_WRONG)
			fprintf(stderr, "offhookctl: %s:%u: %s\n", name, number, line);
	}
	free(line);
	return status;
}

static int run_file(struct link *link, const char *name)
{
	FILE *script;
	int status;

	if (strcmp(name, "-") == 0)
		return run_stream(link, stdin, "standard input");
	script = fopen(name, "re");
	if (script == NULL)
		return trouble(name, -errno);
	status = run_stream(link, script, name);
	fclose(script);
	return status;
}

struct options {
	const char *socket;
	const char *file;
	bool enable;
	unsigned wait_s;
};

static bool seconds_read(const char *text, unsigned *seconds)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	*seconds = (unsigned)number;
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && number >= 1 &&
	       number <= WAIT_MAX_S;
}

// Returns 0, or the exit status plus one.
static int parse(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "file", required_argument, NULL, 'f' },
		{ "enable", no_argument, NULL, 'e' },
		{ "wait", required_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	// '+': words of the command that begin with a dash are not ours.
	while ((option = getopt_long(argc, argv, "+s:f:ew:hV", longs, NULL)) != -1) {
		switch (option) {
		case 's':
			options->socket = optarg;
			break;
		case 'f':
			options->file = optarg;
			break;
		case 'e':
			options->enable = true;
			break;
		case 'w':
			if (!seconds_read(optarg, &options->wait_s)) {
				fprintf(stderr,
					"offhookctl: --wait %s: not a number from 1 to %d\n",
					optarg, WAIT_MAX_S);
				return EXIT_TROUBLE + 1;
			}
			break;
		case 'V':
			puts("offhookctl " OFFHOOK_VERSION);
			return EXIT_GOOD + 1;
		default:
			fputs(usage, option == 'h' ? stdout : stderr);
			return (option == 'h' ? EXIT_GOOD : EXIT_TROUBLE) + 1;
		}
	}
	if (options->file != NULL && optind < argc) {
		fputs(usage, stderr);
		return EXIT_TROUBLE + 1;
	}
	return 0;
}

static int run(const struct options *options, int count, char **words)
{
	struct link link;
	int status = link_open(&link, options->socket, options->wait_s);

	if (status < 0)
		return trouble(options->socket, status);
	if (count == 0 && options->file == NULL && isatty(STDIN_FILENO)) {
		status = terminal_run(link.fd, options->enable);
		status = status < 0 ? trouble("terminal", status) : EXIT_GOOD;
	} else if ((status = link_begin(&link, stderr)) < 0) {
		status = trouble(options->socket, status);
	} else if (count > 0) {
		status = run_words(&link, count, words);
	} else {
		status = run_file(&link, options->file == NULL ? "-" : options->file);
	}
	link_close(&link);
	return status;
}

int main(int argc, char **argv)
{
	struct options options = { .socket = CTL_SOCKET_DEFAULT, .wait_s = WAIT_DEFAULT_S };
	int status = parse(argc, argv, &options);

	if (status != 0)
		return status - 1;
	return output_end(run(&options, argc - optind, argv + optind));
}
