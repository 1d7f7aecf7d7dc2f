#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# tshark as the judge of the encoder: it must take every packet of the capture for Skinny, with the
# message, length and call that were meant, nothing malformed, no unknown message.
# usage: tshark_test.sh PCAP-PROGRAM. 77: no tshark here.
set -eu

command -v tshark >/dev/null || exit 77
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$1" "$dir/all.pcap" >"$dir/expected"

# One pass: a line a packet, fields divided by '|'.
tshark -r "$dir/all.pcap" -d tcp.port==2000,skinny -o skinny.desegment:TRUE -T fields -E separator='|' \
	-e frame.number -e skinny.messageId -e skinny.data_length -e skinny.callReference -e _ws.col.Info -e _ws.malformed \
	-e _ws.expert.message >"$dir/seen" 2>"$dir/stderr" || {
	cat "$dir/stderr"
	exit 1
}

cut -d' ' -f1-4 "$dir/expected" >"$dir/want"
while IFS='|' read -r number id length call rest; do
	echo "$number $((id)) $length ${call:--}"
done <"$dir/seen" >"$dir/got"
if ! diff "$dir/want" "$dir/got" >"$dir/diff"; then
	echo "tshark found other messages (< sent, > seen):"
	head -20 "$dir/diff"
	exit 1
fi

# Neither a malformed mark, nor an expert's remark, nor an id without a name.
if grep -v -E '^([^|]*\|){5}\|$' "$dir/seen" >"$dir/bad" ||
	grep -E '\|Unknown|\(Unknown|Dissector bug' "$dir/seen" "$dir/stderr" >"$dir/bad"; then
	echo "tshark complains about $(wc -l <"$dir/bad") packets:"
	head -20 "$dir/bad"
	exit 1
fi
echo "$(wc -l <"$dir/want") packets, all understood"
