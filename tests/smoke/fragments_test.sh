#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# Datagrams of 60 KB in pieces, both ways, with the kernel and SIPp at the other end; two workers behind a port
# that has one queue, so that the second works through the first.
WORLD_WORKERS=2
WORLD_PORT=af_xdp
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"

world_up "$world"
engine_start "$config"
for size in 8000 30000 65507; do
	world_exec "$world" ping -c 2 -i 0.2 -W 2 -s "$size" "$engine" >"$work/ping" || {
		cat "$work/ping"
		fail "echo of $size bytes"
	}
done

# A request whose top Via is long, which every answer repeats.
long() { head -c "$1" /dev/zero | tr '\0' "$2"; }
printf 'OPTIONS sip:201@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s:5062;rport;branch=z9hG4bK1;filler=%s\r\n' \
	"$engine" "$world_client" "$(long 58000 v)" >"$work/options"
printf 'From: <sip:a@b>;tag=1\r\nTo: <sip:201@%s>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n' \
	"$engine" >>"$work/options"
# dd writes a block as one datagram, and reads one.
# shellcheck disable=SC2016
world_exec "$world" timeout 5 bash -c 'exec 3<>"/dev/udp/$1/5060"
	dd if="$2/options" bs=65507 count=1 >&3 && dd bs=65535 count=1 of="$2/answer" <&3' - "$engine" "$work" 2>"$work/dd" || {
	cat "$work/dd"
	fail "no answer to a long request"
}
grep -q '^SIP/2.0 200 ' "$work/answer" || fail "the long answer is not 200"
(($(tr -cd v <"$work/answer" | wc -c) >= 58000)) || fail "the long answer is cut"

printf 'phone 201 SEP001E4A34A35F 7961\nphone 202 SEP000F8FC7B681 7960\nregister all\nserve 600\n' >"$work/phones.script"
phones_start "$work/phones.script" "$work/phones"

# A session in which an INFO has a long body.
cat >"$work/session.xml" <<X
<?xml version="1.0" encoding="UTF-8"?>
<scenario name="long bodies">
  <send retrans="500"><![CDATA[
      INVITE sip:201@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:sipp@[local_ip]>;tag=[call_number]
      To: <sip:201@[remote_ip]>
      Call-ID: [call_id]
      CSeq: 2 INVITE
      Contact: <sip:sipp@[local_ip]:[local_port]>
      Max-Forwards: 70
      Content-Type: application/csta+xml
      Content-Length: [len]

      <RequestSystemStatus xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed3"/>
  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
      ACK [next_url] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:sipp@[local_ip]>;tag=[call_number]
      To: <sip:201@[remote_ip]>[peer_tag_param]
      Call-ID: [call_id]
      CSeq: 2 ACK
      Max-Forwards: 70
      Content-Length: 0

  ]]></send>
  <send retrans="500"><![CDATA[
      INFO [next_url] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:sipp@[local_ip]>;tag=[call_number]
      To: <sip:201@[remote_ip]>[peer_tag_param]
      Call-ID: [call_id]
      CSeq: 3 INFO
      Max-Forwards: 70
      Content-Type: application/csta+xml
      Content-Length: [len]

      <RequestSystemStatus xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed3"><!--$(long 58000 b)--></RequestSystemStatus>
  ]]></send>
  <recv response="200">
    <action>
      <ereg regexp="systemStatus.normal" search_in="body" check_it="true" assign_to="status"/>
    </action>
  </recv>
  <send retrans="500"><![CDATA[
      BYE [next_url] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:sipp@[local_ip]>;tag=[call_number]
      To: <sip:201@[remote_ip]>[peer_tag_param]
      Call-ID: [call_id]
      CSeq: 4 BYE
      Max-Forwards: 70
      Content-Length: 0

  ]]></send>
  <recv response="200"/>
  <Reference variables="status"/>
</scenario>
X
world_exec "$world" sipp "$engine:5060" -t u1 -i "$world_client" -sf "$work/session.xml" \
	-m 5 -l 1 -r 100 -nostdin -timeout 60s -recv_timeout 5000 -trace_err -error_file "$work/sipp.err" \
	>"$work/sipp.out" 2>&1 || {
	tail -40 "$work/sipp.out"
	cut -c 1-300 "$work/sipp.err" 2>/dev/null | head -20
	fail "SIPp"
}
phones_stop
sleep 0.2 # numbers are published ten times a second
(($(dataplane_number reassembled) >= 12)) || fail "the port does not show fragments"
expect_empty
engine_stop

# The load generator's requests, and their answers: by the kernel, then with a port of its own.
site 20 >"$work/site.cfg"
engine_start "$work/site.cfg"
mbufs_at_start=$((mbufs_at_start + 32)) # what net_af_xdp has sent it gives back as it sends more
long_load() { # HOW [OPTION...]
	local before
	before=$(dataplane_number reassembled)
	world_exec "$world" "$BUILD_DIR/bench/load/offhook-sccp-load" "${@:2}" -s "$engine" -n 20 -c 50 --call-count 20 \
		-S 20 -u --filler 20000 -q -j "$work/pieces.json" || fail "long messages $1"
	expect_empty
	sleep 0.2
	# An INVITE, a MonitorStart and a BYE of each session, at least.
	(($(dataplane_number reassembled) >= before + 60)) ||
		fail "the engine saw pieces of $(($(dataplane_number reassembled) - before)) datagrams $1"
}
long_load "by the kernel"
long_load "by a port" -l 0 --no-pci --no-huge -m 128 --no-shconf --no-telemetry --log-level=error \
	--vdev="net_af_xdp0,iface=$(world_if "$world")c" -- --station 10.0.0.3
grep -Eq '"reassembled": [1-9][0-9]' "$work/pieces.json" || fail "the load saw no pieces"
engine_stop
