#!/bin/sh
# Prints what a step must leave as it was on the host, for a comparison before and after.
# Runs in the namespaces of its caller; what cannot be looked at here (no nft) prints nothing.
set -u
export LC_ALL=C

section() { printf '== %s\n' "$1"; }

section names
uname -n
cat /proc/sys/kernel/domainname
section mounts
cut -d ' ' -f 3- /proc/self/mountinfo
section network
ip -o link show
ip -o addr show
ip route show table all
ip -6 route show table all
ip rule show
tc qdisc show
nft list ruleset 2>/dev/null
section sysctls
for name in net/ipv4/ip_forward net/ipv4/conf/all/forwarding net/ipv6/conf/all/forwarding; do
	printf '%s %s\n' "$name" "$(cat "/proc/sys/$name" 2>/dev/null)"
done
for setting in forwarding route_localnet; do
	grep -H . /proc/sys/net/ipv4/conf/*/$setting 2>/dev/null
done
section cgroups
find /sys/fs/cgroup -type d -name '*step*' 2>/dev/null | sort
section processes
pgrep -a '^step-'
section files
find /run/step* /dev/shm /dev/mqueue -mindepth 0 2>/dev/null | sort
find rootfs/busybox -printf '%p %M %u %g %s %t %l\n' | sort
exit 0
