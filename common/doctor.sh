#!/bin/sh
# `make doctor`: says what this machine can run, and what to do where it cannot. It only looks: it
# changes nothing and needs no root. Exit status 0: every step runs here.
#
# Each check prints one line: ok, note (worth knowing), or PROBLEM with its remedy, which blocks
# the steps that it is about. The last lines give the verdict, step by step.
set -u
cd "$(dirname "$0")/.." || exit 1
PATH=$PATH:/usr/sbin:/sbin
steps='01 02 03'
verdicts='' # lines: a step, and what is to say of it

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
# field NAME: its value in /proc/self/status
field() { sed -n "s/^$1:[[:space:]]*//p" /proc/self/status; }
# has NUMBER: is that capability among ours, or among those that sudo can give?
has() { [ $((0x$capabilities >> $1 & 1)) -eq 1 ]; }
missing() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null || printf ' %s' "$tool"
	done
}

check_kernel() {
	release=$(uname -r)
	major=${release%%.*} minor=${release#*.}
	minor=${minor%%[!0-9]*}
	if [ $((major * 1000 + minor)) -ge 5015 ]; then
		ok "Linux $release"
	else
		problem "$steps" "Linux $release is older than 5.15" 'use a newer distribution'
	fi
}

check_root() {
	capabilities=$(field CapBnd)
	if [ "$(id -u)" -eq 0 ]; then
		capabilities=$(field CapEff)
		ok 'you are root'
	elif [ "$(field NoNewPrivs)" = 1 ]; then
		problem "$steps" 'sudo has no effect (no_new_privs is set)' 'use another shell'
	elif ! command -v sudo >/dev/null; then
		problem "$steps" 'you are not root, and sudo is not installed' 'become root (su)'
	elif sudo -n -l true >/dev/null 2>&1 </dev/null; then
		ok 'sudo makes you root, without a password'
	else
		case " $(id -nG) " in
		*' sudo '* | *' wheel '* | *' admin '*) ok 'sudo makes you root, with your password' ;;
		*) problem "$steps" 'you are not root, and in no group that sudo usually trusts' \
			'become root, or have yourself added to the group sudo' ;;
		esac
	fi
	has 21 || problem "$steps" 'root has no CAP_SYS_ADMIN here' \
		'you are in a container; start it with --privileged, or use a virtual machine'
	has 27 || problem 03 'root has no CAP_MKNOD here' 'start the container with --privileged'
	if ! has 18; then
		note 'root has no CAP_SYS_CHROOT here'
		verdict 03 'runs without --chroot'
	fi
}

check_namespaces() {
	for kind in uts pid mnt ipc; do
		[ "$(cat "/proc/sys/user/max_${kind}_namespaces" 2>/dev/null)" = 0 ] || continue
		problem "$([ $kind = uts ] && echo "$steps" || echo 02 03)" "no new $kind namespaces are allowed" \
			"sysctl user.max_${kind}_namespaces=1000"
	done
	read -r inside outside length </proc/self/uid_map
	if [ "$inside $outside $length" != '0 0 4294967295' ]; then
		problem 03 'you are in a user namespace, where no device can be made' \
			'start it outside of it (a rootless container?), as the real root'
		# Whether what covers parts of /proc can be taken away is told by no file: try it, in
		# namespaces that end at once.
		unshare --mount --pid --fork --mount-proc true 2>/dev/null ||
			problem 02 'no new /proc may be mounted here (mount too revealing)' \
				'start it outside of this container'
	fi
	for limit in user/max_user_namespaces=0 kernel/unprivileged_userns_clone=0 \
		kernel/apparmor_restrict_unprivileged_userns=1; do
		[ "$(cat "/proc/sys/${limit%=*}" 2>/dev/null)" != "${limit#*=}" ] ||
			note "user namespaces are restricted ($limit); no step needs them so far"
	done
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
	'' | chroot) problem '02 03' 'you are in a chroot, whose / is no mount point' \
		'enter the tree with systemd-nspawn, or use a virtual machine' ;;
	*' - rootfs '*) problem 03 'the root is an initramfs, which pivot_root cannot change' \
		'switch to a real root file system (switch_root)' ;;
	chroot*' shared:'*) problem 03 'you are in a chroot, on a shared mount' \
		'enter the tree with systemd-nspawn, or use a virtual machine' ;;
	*' shared:'*) ok '/ is a shared mount, as systemd has it' ;;
	*) ok '/ is a mount point, not shared' ;;
	esac
	if [ -e /.dockerenv ] || [ -e /run/.containerenv ] || [ -e /run/systemd/container ]; then
		note 'this looks like a container: if a step cannot run, start it with --privileged'
	fi
}

check_tools() {
	tools=$(missing make gcc ar readelf)
	static_c=$(gcc -print-file-name=libc.a 2>/dev/null)
	[ -e "${static_c:-none}" ] || tools="$tools libc.a"
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
		problem 03 'no static busybox for the root file system' 'make deps'
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
check_tools

status=0
for step in $steps; do
	# The first of the reasons why it cannot run; else what it runs without.
	verdict=$(printf '%s' "$verdicts" | sed -n "s/^$step //p" | sort -s -k 1,1 | head -n 1)
	echo "step-$step  ${verdict:-runs here}"
	case $verdict in cannot*) status=1 ;; esac
done
exit $status
