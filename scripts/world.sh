# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# Sourced, not run: a small world for one engine. Namespace NAME holds the clients' side of a veth pair,
# NAME-engine the engine's; neither has any other interface nor a default route. The engine answers on its
# configuration's own address; the clients' side has another of the same subnet: WORLD_CLIENT, or the next one.
# The engine has WORLD_WORKERS workers (default 1), each with a queue of the port. WORLD_PORT is af_packet
# (default) or af_xdp: the latter has one queue, and sees fragments as the wire carries them.
#
#   world_up NAME             make it
#   world_middle NAME CMD …   put a program between the two sides; two interfaces are its last words
#   world_engine NAME CFG …   start the engine in it and wait until it is ready; more words are its options.
#                             $world_address is then its address, $world_client the clients'
#   world_exec NAME CMD …     run a command on the clients' side
#   world_spawn NAME CMD …    the same in the background; its process is $world_pid
#   world_capture NAME FILE   capture what the clients' side of the wire sees
#   world_capture_end NAME    until here; succeeds when the capture is whole
#   world_down NAME           stop the engine, remove everything
# State lies in /run/offhook/NAME: engine.log, engine.pid, ctl.sock, pages.

WORLD_BUILD=${BUILD_DIR:-build}

world_dir() { echo "/run/offhook/$1"; }
world_if() { echo "$1" | cksum | cut -d' ' -f1 | sed 's/^/oh/'; } # interface names: at most 15 letters

world_up() {
	local name=$1 dir if ns
	dir=$(world_dir "$name") if=$(world_if "$name")
	mkdir -p "$dir"
	ip netns add "$name"
	ip netns add "$name-engine"
	for ns in "$name" "$name-engine"; do
		ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
			net.ipv6.conf.default.disable_ipv6=1
	done
	ip link add "${if}e" netns "$name-engine" type veth peer name "${if}c" netns "$name"
	ip -n "$name" link set lo up
	ip -n "$name" link set "${if}c" up
	ip -n "$name-engine" link set "${if}e" up
	# Real checksums and frames no longer than the MTU: the engine's port sees what a wire would carry.
	ip netns exec "$name" ethtool -K "${if}c" tx off >/dev/null
}

# Cuts the wire and has the program join the ends, in a namespace of its own, until world_down.
world_middle() {
	local name=$1 dir if i
	shift
	dir=$(world_dir "$name") if=$(world_if "$name")
	ip netns add "$name-middle"
	ip -n "$name" link del "${if}c"
	for i in c e; do
		ip link add "${if}${i}m" netns "$name-middle" type veth peer name "${if}$i" \
			netns "$name$([[ $i == c ]] || echo -engine)"
		ip netns exec "$name-middle" ethtool -K "${if}${i}m" tx off >/dev/null
		ip netns exec "$name-middle" sysctl -qw "net.ipv6.conf.${if}${i}m.disable_ipv6=1"
		ip -n "$name-middle" link set "${if}${i}m" up
	done
	ip -n "$name" link set "${if}c" up
	ip netns exec "$name" ethtool -K "${if}c" tx off >/dev/null
	ip -n "$name-engine" link set "${if}e" up
	ip netns exec "$name-middle" "$@" "${if}cm" "${if}em" >"$dir/middle.log" 2>&1 &
	echo $! >"$dir/middle.pid"
	for _ in $(seq 100); do
		grep -q '^ready' "$dir/middle.log" && return 0
		sleep 0.05
	done
	cat "$dir/middle.log" >&2
	return 1
}

world_pages=/proc/sys/vm/nr_hugepages

pages_free() { awk '/^HugePages_Free/ { n = $2 } END { print n + 0 }' /proc/meminfo; }

# Has the kernel reserve what is missing of so many free huge pages, and notes how many came. False when
# there are too few all the same.
pages_take() { # NAME HOW_MANY
	local had missing
	missing=$(($2 - $(pages_free)))
	if ((missing > 0)) && [[ -w $world_pages ]]; then
		had=$(cat $world_pages)
		echo $((had + missing)) >$world_pages
		echo $(($(cat $world_pages) - had)) >>"$(world_dir "$1")/pages"
	fi
	(($(pages_free) >= $2))
}

pages_give_back() { # NAME
	local noted left
	noted=$(world_dir "$1")/pages
	[[ -s $noted ]] || return 0
	left=$(($(cat $world_pages) - $(awk '{ n += $1 } END { print n }' "$noted")))
	echo $((left > 0 ? left : 0)) >$world_pages
}

# Memory for the packet engine: huge pages when the kernel gives them, ordinary ones otherwise.
world_memory() { # NAME
	if [[ ${WORLD_HUGE:-yes} == yes ]] && pages_take "$1" 256; then
		echo "--in-memory"
	else
		echo "--no-huge -m 512"
	fi
}

# One worker leaves CPU 0 to control and the clients; several are dealt out over the CPUs from 0 on.
world_cores() {
	local n=${WORLD_WORKERS:-1} cpus list= i
	cpus=$(nproc)
	if ((n == 1)); then
		echo "-l $((cpus > 1 ? 1 : 0))"
		return
	fi
	for ((i = 0; i < n; i++)); do
		list+=",$i@$((i % cpus))"
	done
	echo "--lcores ${list#,}"
}

world_port() { # INTERFACE
	if [[ ${WORLD_PORT:-af_packet} == af_xdp ]]; then
		echo "net_af_xdp0,iface=$1"
	else
		echo "net_af_packet0,iface=$1,framesz=4096,blocksz=8192,qpairs=${WORLD_WORKERS:-1}"
	fi
}

# From `show running-config`: the address of the first interface that is up, a neighbour of it, and the bits
# of their subnet. Nothing when it has no neighbour.
world_addresses() {
	awk '
		function number(address,    part) {
			split(address, part, ".")
			return ((part[1] * 256 + part[2]) * 256 + part[3]) * 256 + part[4]
		}
		function dotted(n) {
			return sprintf("%d.%d.%d.%d", n / 16777216, n / 65536 % 256, n / 256 % 256, n % 256)
		}
		function neighbour(n, size) {
			if (size == 2)
				return n % 2 ? n - 1 : n + 1
			return n % size == size - 2 ? n - 1 : n + 1
		}
		/^interface / { address = "" }
		/^ ip address [0-9.]+ [0-9.]+$/ { address = $3; size = 4294967296 - number($4) }
		/^ shutdown$/ { address = "" }
		/^!/ && address != "" {
			for (bits = 32; 2 ^ (32 - bits) < size; bits--)
				;
			if (size > 1)
				print address, dotted(neighbour(number(address), size)), bits
			exit
		}'
}

# The clients' side moves into the engine's subnet.
world_join() {
	local name=$1 neighbour bits if
	if=$(world_if "$name")
	read -r world_address neighbour bits < <(world_ctl "$name" show running-config | world_addresses) || {
		echo "no address for the clients is left in the engine's subnet" >&2
		return 1
	}
	world_client=${WORLD_CLIENT:-$neighbour}
	ip -n "$name" addr flush dev "${if}c"
	ip -n "$name" addr add "$world_client/$bits" dev "${if}c"
}

world_engine() {
	local name=$1 config=$2 dir if pid
	shift 2
	dir=$(world_dir "$name") if=$(world_if "$name")
	: >"$dir/engine.log" # no word of an engine before this one
	# shellcheck disable=SC2046
	ip netns exec "$name-engine" "$WORLD_BUILD/control/daemon/offhookd" $(world_cores) --no-pci $(world_memory "$name") \
		--iova-mode=va --file-prefix="$name" --log-level=error --vdev="$(world_port "${if}e")" \
		-- -c "$config" --socket "$dir/ctl.sock" "$@" >>"$dir/engine.log" 2>&1 &
	pid=$!
	echo "$pid" >"$dir/engine.pid"
	for _ in $(seq 300); do
		if grep -q '^offhookd: ready' "$dir/engine.log"; then
			world_join "$name"
			return
		fi
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	echo "the engine did not start:" >&2
	cat "$dir/engine.log" >&2
	return 1
}

# Asks the engine to end; succeeds when it exited with 0 in time.
world_engine_stop() {
	local name=$1 dir pid status=0
	dir=$(world_dir "$name")
	[[ -s $dir/engine.pid ]] || return 0
	pid=$(cat "$dir/engine.pid")
	rm -f "$dir/engine.pid"
	kill -TERM "$pid" 2>/dev/null || return 1
	for _ in $(seq 100); do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	if kill -0 "$pid" 2>/dev/null; then
		kill -KILL "$pid"
		status=1
	fi
	wait "$pid" 2>/dev/null || status=$?
	[[ $status == 127 ]] && status=0 # started by another shell: its exit status is not ours to read
	return "$status"
}

world_exec() {
	local name=$1
	shift
	ip netns exec "$name" "$@"
}

# The same in the background: world_pid is the command itself, so that it can be stopped.
world_spawn() {
	local name=$1
	shift
	ip netns exec "$name" "$@" &
	world_pid=$!
}

world_capture() {
	local name=$1 log
	log=$(world_dir "$name")/capture.log
	: >"$log"
	world_spawn "$name" tshark -q -i "$(world_if "$name")c" -w "$2" 2>"$log"
	echo "$world_pid" >"$(world_dir "$name")/capture.pid"
	for _ in $(seq 100); do
		grep -q '^Capturing on' "$log" && [[ -s $2 ]] && return 0
		sleep 0.1
	done
	cat "$log" >&2
	return 1
}

world_capture_end() {
	local dir pid
	dir=$(world_dir "$1")
	[[ -s $dir/capture.pid ]] || return 0
	pid=$(cat "$dir/capture.pid")
	rm -f "$dir/capture.pid"
	sleep 1 # it is written in blocks
	kill -TERM "$pid"
	wait "$pid" && return 0
	cat "$dir/capture.log" >&2
	return 1
}

world_ctl() {
	local name=$1
	shift
	"$WORLD_BUILD/control/ctl/offhookctl" -s "$(world_dir "$name")/ctl.sock" "$@"
}

world_down() {
	local name=$1 status=0
	world_capture_end "$name" || status=$?
	world_engine_stop "$name" || status=$?
	if [[ -s $(world_dir "$name")/middle.pid ]]; then
		kill "$(cat "$(world_dir "$name")/middle.pid")" 2>/dev/null || true
	fi
	ip netns del "$name-middle" 2>/dev/null || true
	ip netns del "$name" 2>/dev/null || true
	ip netns del "$name-engine" 2>/dev/null || true
	pages_give_back "$name"
	rm -rf "$(world_dir "$name")"
	return "$status"
}
