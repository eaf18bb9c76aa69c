#!/bin/sh
# tests/host-state.sh: prints the state of the host that a step must not change, for a comparison
# before and after. Runs in the caller's namespaces; what cannot be read here (no nft) is left out.
set -u
export LC_ALL=C

section() { printf '== %s\n' "$1"; }

section names
cat /proc/sys/kernel/hostname /proc/sys/kernel/domainname
section mounts
cut -d ' ' -f 3- /proc/self/mountinfo
section network
ip -o -batch - <<'END'
link show
addr show
route show table all
rule show
END
ip -6 route show table all
tc qdisc show
nft list ruleset 2>/dev/null
section sysctls
cd /proc/sys/net && grep . ipv4/ip_forward ipv4/conf/*/forwarding ipv4/conf/*/route_localnet \
	ipv6/conf/all/forwarding 2>/dev/null
cd "$OLDPWD" || exit
section cgroups
find /sys/fs/cgroup -type d -name 'step-*' 2>/dev/null | sort
section processes
pgrep -a '^step-'
section files
# Compiled seccomp filters may stay: they are kept for the next container.
find /run/step* /dev/shm /dev/mqueue -mindepth 0 ! -path '/run/step-06-seccomp*' 2>/dev/null | sort
# Numbers are printed, since names and dates take ten times as long. A symbolic link cannot be changed,
# only made anew.
find rootfs/busybox -printf '%p %M %U %G %s %T@\n' | sort
exit 0
