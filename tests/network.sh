#!/bin/sh
# tests/network.sh: the beginning of the scripts of chapter 4's tests (tests/network.h). They run in
# a network namespace that stands for the host: its device "uplink", 198.51.100.1, leads to the
# namespace "outside", 198.51.100.2, which is the host's default gateway and a test host.
#
# A script has a directory $d of its own and three ports that are probably free: $port, $second,
# $third. The programs that it has begun end with it.
# shellcheck disable=SC2034,SC2154 # variables are for the scripts, and from them

out='nsenter --net=/run/netns/outside'
host=198.51.100.1 alias=198.51.100.3 far=198.51.100.2
ping=rootfs/busybox/bin/ping
begun=''

leave() {
	status=$?
	trap - EXIT
	if [ "$status" -ne 0 ]; then
		for file in "$d"/*.out; do
			[ ! -s "$file" ] || printf -- '-- %s:\n%s\n' "${file##*/}" "$(cat "$file")"
		done
	fi
	for pid in $begun; do
		kill "$pid" 2>/dev/null || true
	done
	wait
	rm -rf "$d"
	exit "$status"
}

# The test takes too long: show what the programs have printed.
trap 'exit 124' TERM

# begin NAME COMMAND...: starts a command; expect NAME LINE: waits at most 10 s for that line of its
# output; status NAME: waits for its end and prints its exit status
begin() {
	name=$1
	shift
	: >"$d/$name.out"
	"$@" >"$d/$name.out" 2>&1 &
	begun="$begun $!"
	eval "pid_$name=$!"
}

expect() {
	tries=2000
	eval "pid=\$pid_$1"
	until grep -q -x -e "$2" "$d/$1.out"; do
		kill -0 "$pid" 2>/dev/null || tries=$((tries < 2 ? tries : 2)) # it has ended: once more
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || { echo "$1 did not print: $2" && exit 9; }
		sleep 0.005
	done
}

status() {
	code=0
	eval "wait \$pid_$1" || code=$?
	echo "$code"
}

# serve NAME COMMAND...: begins a `probe listen`, and waits until it is ready
serve() {
	begin "$@"
	expect "$1" 'ready [0-9]*'
}

# heard NAME: prints what the server heard, without the client's port
heard() {
	expect "$1" 'from .*'
	sed -n 's/^\(from .*\):[0-9]*: /\1: /p' "$d/$1.out"
}

# address NAME: prints the container's address; its command must be `ip -4 addr show eth0`
address() {
	expect "$1" '.* inet .*'
	sed -n 's,.* inet \([0-9.]*\)/.*,\1,p' "$d/$1.out"
}

# within TOKEN COMMAND...: runs a command of the host in the network of the container whose command has
# become `probe sleep 60 TOKEN`; fails if this is the host's network
within() {
	tries=2000
	until pid=$(pgrep -x -f "probe sleep 60 $1"); do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || { echo "no process: probe sleep 60 $1" && exit 9; }
		sleep 0.005
	done
	shift
	[ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/self/ns/net)" ] || exit 9
	nsenter --net="/proc/$pid/ns/net" "$@"
}

# Gives the host that the test program stands for its own network.
make_host() {
	echo 0 >/proc/sys/net/ipv4/ip_forward
	ip netns add outside
	ip -batch - <<-END
		link set lo up
		link add uplink type veth peer name eth0 netns outside
		link set uplink addrgenmode none
		addr add $host/24 dev uplink
		addr add $alias/24 dev uplink
		link set uplink up
	END
	ip -netns outside -batch - <<-END
		link set lo up
		addr add $far/24 dev eth0
		link set eth0 up
	END
	ip route add default via $far
	# The kernel notices a moment later that both ends are up.
	until ip -o link show uplink | grep -q 'state UP'; do sleep 0.005; done
}

d=$(mktemp -d)
trap leave EXIT
port=$(shuf -n 1 -i 2000-30000)
second=$((port + 1)) third=$((port + 2))
