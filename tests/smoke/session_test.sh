#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# Session timers (RFC 4028) with SIPp, at the least interval of 90 s: clients of which one lets the engine refresh,
# one knows no timers and refuses the UPDATE, and two are gone after their INVITE, over UDP and over TCP. When
# those who stay are refreshed the second time, those who left must have ended.
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"

# client FILE TIMERS...: the header lines of its INVITE, and what it does with an UPDATE; none: it leaves at once.
client() { # FILE TIMER_LINES UPDATE_REGEXP STATUS
	local n
	sed '/<!-- ask -->/,$d' tests/smoke/sipp/csta.xml | sed "0,/^      Supported: timer/s//$2/;/^      Supported: timer/d" >"$1"
	if [[ -z ${3:-} ]]; then
		printf '  <Reference variables="status"/>\n</scenario>\n' >>"$1"
		return
	fi
	for n in 1 2; do
		cat >>"$1" <<X
  <recv request="UPDATE" timeout="60000">
    <action>
      <ereg regexp="$3" search_in="msg" check_it="true" assign_to="event"/>
    </action>
  </recv>
  <send>
    <![CDATA[
      SIP/2.0 $4
      [last_Via:]
      [last_From:]
      [last_To:]
      [last_Call-ID:]
      [last_CSeq:]
      $5
      Content-Length: 0

    ]]>
  </send>
X
	done
	sed -n '/<!-- leave -->/,$p' tests/smoke/sipp/csta.xml | sed '/^      Supported: timer/d;s/status,all,event/status,event/' >>"$1"
}

client "$work/served.xml" 'Supported: timer\n      Session-Expires: 90;refresher=uas' \
	'Session-Expires: 90;refresher=uac' '200 OK' 'Session-Expires: 90;refresher=uac'
# The interval of a client that knows no timers is one that a proxy named.
client "$work/old.xml" 'Session-Expires: 90' 'Contact: .sip:' '501 Not Implemented' 'Allow: INVITE, ACK, BYE, INFO'
client "$work/gone.xml" 'Session-Expires: 90'

sessions() { ctl show cti session | grep -c ' ACTIVE '; }

world_up "$world"
engine_start "$config"
cat >"$work/phones.script" <<'S'
phone 201 SEP001E4A34A35F 7961
phone 202 SEP000F8FC7B681 7960
register all
serve 200
S
phones_start "$work/phones.script" "$work/phones"

sipp_run u1 "$work/gone.xml" 1
sipp_run t1 "$work/gone.xml" 1
[[ $(sessions) == 2 ]] || fail "$(sessions) sessions instead of two"
for name in served old; do
	sipp_run u1 "$work/$name.xml" 1 "$name" &
	pids+=($!)
done
for _ in $(seq 50); do
	[[ $(sessions) == 4 ]] && break
	sleep 0.1
done
[[ $(sessions) == 4 ]] || fail "$(sessions) sessions instead of four"

for pid in "${pids[@]}"; do
	wait "$pid" || fail "a client that stays was not refreshed"
done
[[ $(sessions) == 0 ]] || { ctl show cti session; fail "a client that left still has a session"; }
phones_stop
expect_all_over
engine_stop
