#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# Who is called wrongly says in one line which option it was, what it was given and what it takes; exit status 2.
# usage: options_test.sh OFFHOOKD LOAD-PROGRAM...
set -eu
said=$(mktemp)
trap 'rm -f "$said"' EXIT

# wrong TEXT PROGRAM ARGS...
wrong() {
	text=$1
	shift
	status=0
	"$@" >"$said" 2>&1 || status=$?
	[ "$status" = 2 ] && [ "$(wc -l <"$said")" = 1 ] && grep -qF -e "$text" "$said" && return
	echo "status $status of: $*; expected: $text; but said:"
	cat "$said"
	exit 1
}

offhookd=$1
shift
wrong '--poll x: not adaptive or busy' "$offhookd" -c none --poll x
wrong '--control 99999: not the number of a CPU here' "$offhookd" -c none --control 99999
wrong 'word here: not an option' "$offhookd" -c none here
wrong '--config is missing' "$offhookd"
for load in "$@"; do
	wrong '--answered 150: not a number from 0 to 100' "$load" -s 10.0.0.1 --answered 150
	wrong '--monitors 9: not a number from 1 to 8' "$load" -s 10.0.0.1 -m 9
	wrong '--calls abc: not a number, which may have a fraction' "$load" -s 10.0.0.1 -c abc
	wrong '--services foo: not a list of' "$load" -s 10.0.0.1 --services foo
	wrong '--server nosuch: not an IPv4 address' "$load" -s nosuch
	wrong '--first-mac xyz: not a number of 32 bits in hexadecimal' "$load" -s 10.0.0.1 --first-mac xyz
	wrong '--call-count -1: not a number' "$load" -s 10.0.0.1 --call-count -1
	wrong '--sessions 2 --monitors 1 --watchers 1: more than --phones 1' "$load" -s 10.0.0.1 -n 1 -S 2
	wrong '--csta-calls: there are no two phones' "$load" -s 10.0.0.1 -n 2 -S 2 --watchers 2 --csta-calls
	wrong 'unrecognized option' "$load" -s 10.0.0.1 --nosuch
	wrong '--server is missing' "$load"
	wrong '--phones 0 --sessions 0: nobody to make a load' "$load" -s 10.0.0.1 -n 0 -S 0
	wrong 'here: no option' "$load" -s 10.0.0.1 here
	"$load" --help >"$said" && grep -q 'usage: ' "$said"
done
