// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// hold-thread TID SECONDS: keeps one thread of another process from running for that long.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	pid_t tid;

	if (argc != 3) {
		fprintf(stderr, "usage: hold-thread TID SECONDS\n");
		return 2;
	}
	tid = (pid_t)strtol(argv[1], NULL, 10);
	if (ptrace(PTRACE_ATTACH, tid, NULL, NULL) < 0 || waitpid(tid, NULL, __WALL) != tid) {
		fprintf(stderr, "hold-thread: %s\n", strerror(errno));
		return 1;
	}
	sleep((unsigned)strtoul(argv[2], NULL, 10));
	return ptrace(PTRACE_DETACH, tid, NULL, NULL) < 0;
}
