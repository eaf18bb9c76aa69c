#!/bin/sh
# `make doctor`: says what this machine can run, and what to do where it cannot. The script only
# looks: it changes nothing and needs no root. Exit status 0: every step runs here.
#
# Each check prints one line: ok, note (worth knowing), or PROBLEM with its remedy, which blocks
# the steps that it is about. The last lines give the verdict, step by step: by sudo, or as root.
set -u
cd "$(dirname "$0")/.." || exit 1
PATH=$PATH:/usr/sbin:/sbin
steps='01 02 03 04 05 06'
rooted='01 02 03 04 05' # those that always need root
verdicts='' # lines: a step, and what is to say of it

# shellcheck disable=SC1091 # checked by itself
. common/doctor_cgroups.sh

ok() { printf 'ok       %s\n' "$*"; }
note() { printf 'note     %s\n' "$*"; }
# problem STEPS REASON REMEDY
problem() {
	printf 'PROBLEM  %s: %s\n' "$2" "$3"
	verdict "$1" "cannot run: $2"
}
# verdict STEPS TEXT
verdict() {
	for step in $1; do
		verdicts="$verdicts$step $2
"
	done
}
# from STEP: prints that step and all that follow
from() {
	for step in $steps; do
		[ "$step" -lt "$1" ] || printf '%s ' "$step"
	done
}
# field NAME: prints its value in /proc/self/status
field() { sed -n "s/^$1:[[:space:]]*//p" /proc/self/status; }
# has NUMBER: succeeds if this process has that capability, or if sudo can give it
has() { [ $((0x$capabilities >> $1 & 1)) -eq 1 ]; }
# value FILE: prints what /proc/sys/FILE says; nothing if the file is not there
value() { cat "/proc/sys/$1" 2>/dev/null; }
# read_only DIRECTORY: succeeds if it is on a mount that cannot be written to
read_only() { findmnt --noheadings --output OPTIONS --target "$1" | grep -qE '(^|,)ro(,|$)'; }
# in_kernel MODULE FUNCTION: succeeds if the kernel has it, built in or as a module that can be loaded
in_kernel() {
	modules=/lib/modules/$(uname -r)
	[ -e "/sys/module/$1" ] || grep -qsE "/$1\.ko" "$modules/modules.builtin" ||
		{ [ "$(value kernel/modules_disabled)" != 1 ] &&
			! grep -qE "module_blacklist=([^ ]*,)?$1([, ]|\$)" /proc/cmdline && grep -qsE "/$1\.ko" "$modules/modules.dep"; } ||
		grep -qsw "$2" /proc/kallsyms || ! grep -qsm 1 . /proc/kallsyms # then nobody knows
}
missing() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null || printf ' %s' "$tool"
	done
}

check_kernel() {
	release=$(uname -r)
	major=${release%%.*} minor=${release#*.}
	minor=${minor%%[!0-9]*}
	version=$((major * 1000 + minor))
	if [ $version -ge 5015 ]; then
		ok "Linux $release"
	elif [ $version -lt 5010 ]; then
		problem "$steps" "Linux $release is older than 5.15" 'use a newer distribution'
	else
		note "Linux $release is older than 5.15: use a newer distribution"
		[ $version -lt 5012 ] || return
		verdict '03 04 05' 'runs without --read-only, and volumes that are (Linux 5.12 has mount_setattr)'
		verdict 06 'cannot run: Linux 5.12 or later is needed (mount_setattr)'
	fi
}

check_root() {
	capabilities=$(field CapBnd) alone=''
	if [ "$(id -u)" -eq 0 ]; then
		capabilities=$(field CapEff)
		ok 'you are root'
	elif [ "$(field NoNewPrivs)" = 1 ]; then
		alone='sudo has no effect (no_new_privs is set)'
		problem "$rooted" "$alone" 'use another shell'
	elif ! command -v sudo >/dev/null; then
		alone='you are not root, and sudo is not installed'
		problem "$rooted" "$alone" 'become root (su)'
	elif sudo -n -l true >/dev/null 2>&1 </dev/null; then
		ok 'sudo makes you root, without a password'
	else
		case " $(id -nG) " in
		*' sudo '* | *' wheel '* | *' admin '*) ok 'sudo makes you root, with your password' ;;
		*) alone='you are not root, and in no group that sudo usually trusts'
			problem "$rooted" "$alone" 'become root, or have yourself added to the group sudo' ;;
		esac
	fi
	[ -z "$alone" ] || return
	has 21 || problem "$steps" 'root has no CAP_SYS_ADMIN here' \
		'you are in a container; start it with --privileged, or use a virtual machine'
	has 27 || problem "$(from 03)" 'root has no CAP_MKNOD here' 'start the container with --privileged'
	if ! has 18; then
		note 'root has no CAP_SYS_CHROOT here'
		verdict '03 04 05' 'runs without --chroot'
	fi
	has 12 || problem "$(from 04)" 'root has no CAP_NET_ADMIN here' 'start the container with --privileged'
	# The capabilities that step 06 gives to a command, as article 2 lists them.
	[ $((0x$capabilities & 0xa80425fb)) -eq $((0xa80425fb)) ] ||
		problem 06 'root lacks some of the capabilities that containers usually have' \
			'start the container with --privileged, or use --cap-drop for each that is told'
}

check_namespaces() {
	for kind in uts:01 pid:02 mnt:02 ipc:02 net:04 cgroup:05; do
		since=${kind#*:} kind=${kind%:*}
		[ -e "/proc/self/ns/$kind" ] || problem "$(from "$since")" "this kernel has no $kind namespaces" \
			'use the kernel of a distribution'
		[ "$(value "user/max_${kind}_namespaces")" != 0 ] || problem "$(from "$since")" \
			"no new $kind namespaces are allowed" "sysctl user.max_${kind}_namespaces=1000"
	done
	read -r inside outside length </proc/self/uid_map
	if [ "$inside $outside $length" != '0 0 4294967295' ]; then
		problem "$(from 03)" 'you are in a user namespace, where no device can be made' \
			'start it outside of it (a rootless container?), as the real root'
		# No file says whether a new /proc would uncover a part of /proc that is covered here. So
		# try to mount one, in namespaces that end at once.
		unshare --mount --pid --fork --mount-proc true 2>/dev/null ||
			problem 02 'no new /proc may be mounted here (mount too revealing)' \
				'start it outside of this container'
	fi
	[ "$(field Seccomp)" = 2 ] || return
	if [ -x step-01 ] && ./step-01 true 2>&1 | grep -q 'clone3.*ENOSYS'; then
		problem "$steps" 'a seccomp filter hides clone3' \
			'start the container with --security-opt seccomp=unconfined'
	else
		note 'a seccomp filter is on (a container?), which may refuse system calls'
	fi
}

check_root_directory() {
	# Mount points that this process can reach: without "/" among them this is a chroot.
	root=$(awk '$5 == "/" { line = $0 } END { print line }' /proc/self/mountinfo)
	chroot=''
	if [ "$(readlink /proc/1/ns/mnt)" = "$(readlink /proc/self/ns/mnt)" ]; then # root can tell
		[ "$(stat -Lc %d:%i /)" = "$(stat -Lc %d:%i /proc/1/root)" ] || chroot=chroot
	fi
	case $chroot$root in
	'' | chroot) problem "$(from 02)" 'you are in a chroot, whose / is no mount point' \
		'enter the tree with systemd-nspawn, or use a virtual machine' ;;
	*' - rootfs '*) problem "$(from 03)" 'the root is an initramfs, which pivot_root cannot change' \
		'switch to a real root file system (switch_root)' ;;
	chroot*' shared:'*) problem "$(from 03)" 'you are in a chroot, on a shared mount' \
		'enter the tree with systemd-nspawn, or use a virtual machine' ;;
	*' shared:'*) ok '/ is a shared mount, as systemd has it' ;;
	*) ok '/ is a mount point, not shared' ;;
	esac
	if grep -qi microsoft /proc/version; then
		note 'this is WSL: see below what its cgroups can do'
	fi
	if [ -e /.dockerenv ] || [ -e /run/.containerenv ] || [ -e /run/systemd/container ]; then
		note 'this looks like a container: if a step cannot run, start it with --privileged'
	fi
}

# Step 04 on: what a bridge needs. Without it there are still --network none and host.
check_network() {
	no_bridge=''
	if [ -x /usr/sbin/nft ] || command -v nft >/dev/null; then
		ok 'nft, the program'
	else
		problem '' 'nft, the program, is not there' 'make deps'
		no_bridge='nft is not there'
	fi
	lacks=''
	for part in bridge:br_dev_setup veth:veth_newlink nf_tables:nft_do_chain nft_nat:nft_nat_eval \
		nft_masq:nft_masq_eval nft_fib_ipv4:nft_fib4_eval nft_ct:nft_ct_get_eval; do
		in_kernel "${part%:*}" "${part#*:}" || lacks="$lacks ${part%:*}"
	done
	if [ -n "$lacks" ]; then
		problem '' "the kernel lacks:$lacks" "modprobe them, or use a distribution's kernel"
		no_bridge="the kernel lacks:$lacks"
	else
		ok 'the kernel has bridges, veth pairs and nftables'
	fi
	if in_kernel overlay ovl_fill_super; then
		ok 'overlayfs'
	else
		note 'the kernel lacks overlayfs, which shows the layers of an image as one: no step needs it yet'
	fi
	if [ ! -d /run ] || read_only /run; then
		problem '' '/run cannot be written to' 'mount -t tmpfs tmpfs /run'
		no_bridge='/run cannot be written to'
	fi
	if read_only /proc/sys/net; then
		problem '' '/proc/sys cannot be written to' 'start the container with --privileged'
		no_bridge='/proc/sys cannot be written to'
	fi
	[ -z "$no_bridge" ] || verdict "$(from 04)" "needs --network none, or host: $no_bridge"
	if ! in_kernel sch_tbf tbf_enqueue; then
		note 'the kernel lacks sch_tbf'
		verdict "$(from 04)" 'runs without --network-rate'
	fi
	if [ "$(value net/ipv4/ip_forward)" = 0 ]; then
		note 'nothing is forwarded here (ip_forward=0): step 04 changes that for its bridge, while it runs'
	fi
	awk '$2 == "00000000" { found = 1 } END { exit !found }' /proc/net/route 2>/dev/null ||
		note 'there is no default route: containers reach nothing outside'
	check_firewall
}

# Only root may list the rules. Tables that are not in use are not asked for: that would load modules.
check_firewall() {
	[ "$(id -u)" -eq 0 ] || { note 'whether a firewall drops what is forwarded, root alone sees' && return; }
	if [ -e /sys/module/nf_tables ] && command -v nft >/dev/null; then
		chains=$(nft list chains 2>/dev/null)
		case $chains in
		*'chain DOCKER-USER {'*) note 'Docker is here: step 04 puts its rules into DOCKER-USER' ;;
		*'hook forward'*'policy drop'*) note 'a firewall drops what is forwarded: step 04 puts rules into it' ;;
		esac
		case $chains in
		*'table inet firewalld'*) note 'firewalld is here: it may refuse what containers send to others' ;;
		esac
	fi
	if grep -qsx filter /proc/net/ip_tables_names && command -v iptables-legacy >/dev/null &&
		iptables-legacy -S FORWARD | grep -qx -e '-P FORWARD DROP'; then
		note 'iptables-legacy drops what is forwarded: iptables-legacy -I FORWARD -i st+ -j ACCEPT, and -o st+'
	fi
}

# Step 06: users and system calls.
check_rights() {
	if [ -e /proc/sys/kernel/seccomp/actions_avail ]; then
		ok 'seccomp filters'
	else
		problem 06 'this kernel has no seccomp filters' "use a distribution's kernel, or --security-opt seccomp=unconfined"
	fi
	if [ ! -e /proc/self/ns/user ] || [ "$(value user/max_user_namespaces)" = 0 ]; then
		note 'no new user namespaces are allowed (user.max_user_namespaces=0), or the kernel has none'
		verdict 06 'runs without --userns'
		[ -z "$alone" ] || verdict 06 "cannot run: $alone, and there are no user namespaces"
		return
	fi
	# Settings that keep user namespaces from users who are not root.
	for limit in kernel/unprivileged_userns_clone=0 kernel/apparmor_restrict_unprivileged_userns=1; do
		[ "$(value "${limit%=*}")" = "${limit#*=}" ] || continue
		limit=$(echo "$limit" | tr / .)
		note "step 06 cannot run without root: user namespaces are root's alone ($limit)"
		[ -z "$alone" ] || verdict 06 "cannot run: $alone, and user namespaces are restricted ($limit)"
		return
	done
	# The kernel refuses a user's own /proc that would uncover a part of /proc which is covered
	# here. (A mount on an empty directory that is there to be mounted on hides nothing.)
	covered=$(awk '$5 ~ "^/proc/" && $5 !~ "^/proc/sys/fs/binfmt_misc" { print $5; exit }' /proc/self/mountinfo)
	if [ -n "$covered" ]; then
		note "$covered is a mount, so that no user namespace can have a /proc of its own (mount too revealing)"
		verdict 06 'runs without --userns'
		[ -z "$alone" ] || verdict 06 "cannot run: $alone, and $covered is covered by a mount"
		return
	fi
	[ -z "$alone" ] || verdict 06 'runs without root: with no network but its own'
	if [ -z "$alone" ] && [ -d rootfs/busybox ]; then
		type=$(stat -fc %T rootfs/busybox)
		case $type:$((version < 6003)) in
		overlay* | nfs:* | v9fs:* | fuse* | smb2:* | cifs:* | tmpfs:1)
			note "rootfs/busybox is on $type, which has no idmapped mounts: for --userns use another --rootfs"
			verdict 06 'runs without --userns (for the default --rootfs)' ;;
		esac
	fi
	[ "$(id -u)" -ne 0 ] || return
	if [ -z "$(missing newuidmap newgidmap)" ] && has_ids /etc/subuid && has_ids /etc/subgid; then
		ok 'step 06 without root: it can use the ids that /etc/subuid gives you'
	else
		note 'step 06 without root: it has one user; for more, newuidmap (package uidmap) and /etc/subuid'
	fi
}

# Reports what killed steps have left: cgroups and leases of addresses that no process has locked.
check_leftovers() {
	left=$(find /sys/fs/cgroup /run/steps-net-* -maxdepth 3 \( -name 'step-*' -o -name '*=*' \) 2>/dev/null |
		while read -r path; do
			flock --shared --nonblock "$path" true 2>/dev/null && echo "$path"
		done | head -n 1)
	[ -z "$left" ] || note "a killed step has left $left, maybe more: make clean-host"
}

has_ids() { grep -qsE "^($(id -un)|$(id -u)):" "$1"; }

check_tools() {
	tools=$(missing make gcc ar readelf)
	static_c=$(gcc -print-file-name=libc.a 2>/dev/null)
	[ -e "${static_c:-none}" ] || tools="$tools libc.a"
	for header in netlink/netlink.h seccomp.h; do
		gcc -E -x c -isystem /usr/include/libnl3 -include $header /dev/null >/dev/null 2>&1 ||
			tools="$tools $header"
	done
	gcc -E -x c -include sys/pidfd.h /dev/null >/dev/null 2>&1 || tools="$tools glibc-2.36"
	not_built=$(for step in $steps; do [ -x "step-$step" ] || echo "$step"; done)
	if [ -z "$tools" ]; then
		ok 'all is here to build the steps'
	elif [ -n "$not_built" ]; then
		problem "$not_built" "missing to build the steps:$tools" 'make deps'
	else
		note "missing to build the steps:$tools: make deps"
	fi
	busybox=$(command -v busybox)
	if [ -x rootfs/busybox/bin/sh ]; then
		ok 'the root file system is built'
	elif [ -n "$busybox" ] && ! grep -aq '/ld-' "$busybox"; then # names no dynamic loader
		ok "make rootfs can use $busybox"
	else
		problem "$(from 03)" 'no static busybox for the root file system' 'make deps'
	fi
	tools=$(missing clitest strace ip tc nft pgrep unshare setpriv)
	cmocka=$(gcc -print-file-name=libcmocka.so 2>/dev/null)
	[ -e "${cmocka:-none}" ] || tools="$tools cmocka"
	[ -z "$tools" ] || note "missing to test:$tools: make deps"
}

[ -r /proc/self/mountinfo ] || {
	echo 'PROBLEM  /proc is not mounted, so nothing can be seen: mount -t proc proc /proc'
	exit 1
}
check_kernel
check_root
check_namespaces
check_root_directory
[ -z "$alone" ] || steps=$rooted # a bridge is for root
check_network
steps="$rooted 06"
check_cgroups
check_rights
check_leftovers
check_tools

status=0
for step in $steps; do
	# The first reason why the step cannot run; else what it needs, and all that it runs without.
	verdict=$(printf '%s' "$verdicts" | sed -n "s/^$step //p" | sort -s -k 1,1)
	case $verdict in
	cannot*) verdict=$(echo "$verdict" | head -n 1) ;;
	*) verdict=$(echo "$verdict" | paste -s -d ';' | sed 's/;/; /g') ;;
	esac
	echo "step-$step  ${verdict:-runs here}"
	case $verdict in cannot* | needs*) status=1 ;; esac
done
exit $status
