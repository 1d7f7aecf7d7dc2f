#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# SIPp asks for the services of sipp/services, one after the other, in session after session: hold, consultation,
# alternate, reconnect, transfer, deflect, single step transfer, the features; over UDP, then over TCP.
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"
sessions=${SESSIONS:-20}
scenario=$work/services.xml

# INFO and its answer as csta.xml has them, for each line of the list.
asks() {
	local body wanted name block namespace='xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed3"'
	block=$(sed -n '/<!-- ask -->/,/<!-- \/ask -->/p' tests/smoke/sipp/csta.xml)
	while IFS='|' read -r body wanted name; do
		[[ -z $body || $body == \#* ]] && continue
		body=$(sed -E -e "s#>#  $namespace>#" -e 's#<c>([0-9]+)</c>#<callID>[$c1]</callID><deviceID>tel:\1</deviceID>#g' \
			-e 's#<d>([0-9]+)</d>#<callID>[$c2]</callID><deviceID>tel:\1</deviceID>#g' <<<"$body")
		[[ -z $name ]] || wanted="$wanted.*callID.([0-9A-Za-z_]+)"
		BODY=$body WANTED=$wanted NAMES=event${name:+,$name} awk '
			/<MonitorStart/ { print "      " ENVIRON["BODY"]; next }
			/<ereg/ { printf "      <ereg regexp=\"%s\" search_in=\"body\" check_it=\"true\" assign_to=\"%s\"/>\n", ENVIRON["WANTED"], ENVIRON["NAMES"]; next }
			{ print }' <<<"$block"
	done <tests/smoke/sipp/services
}

{
	sed '/<!-- ask -->/,$d' tests/smoke/sipp/csta.xml
	asks
	sed -n '/<!-- leave -->/,$p' tests/smoke/sipp/csta.xml | sed 's/status,all,event/status,event/'
} >"$scenario"

sed 's/^ephone-dn *[0-9]*/& dual-line/' "$config" >"$work/office.cfg"
world_up "$world"
engine_start "$work/office.cfg"
cat >"$work/phones.script" <<'S'
phone 201 SEP001E4A34A35F 7961
phone 202 SEP000F8FC7B681 7960
phone 203 SEP0019E7FF1E30 7961
register all
serve 60
S
phones_start "$work/phones.script" "$work/phones" 3

for transport in u1 t1; do
	sipp_run "$transport" "$scenario" "$sessions"
done
phones_stop
expect_empty
engine_stop
