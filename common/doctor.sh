#!/bin/sh
# `make doctor`: says what this machine can run, and what to do where it cannot. It only looks: it
# changes nothing and needs no root. Exit status 0: every step runs here.
#
# Each check prints one line: ok, note (worth knowing, no step fails), or PROBLEM with its remedy.
# A problem blocks the steps that it names; the last lines give the verdict, step by step.
set -u
cd "$(dirname "$0")/.." || exit 1
PATH=$PATH:/usr/sbin:/sbin
steps='01 02 03'
blocked='' # lines "NN reason"
without='' # lines "NN what"

ok() { printf 'ok       %s\n' "$*"; }
note() { printf 'note     %s\n' "$*"; }
# problem STEPS REASON REMEDY
problem() {
	printf 'PROBLEM  %s: %s\n' "$2" "$3"
	for step in $1; do
		blocked="$blocked$step $2
"
	done
}
# field FILE NAME: the value after "NAME:" in a file like /proc/self/status
field() { sed -n "s/^$2:[[:space:]]*//p" "$1"; }
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
	if [ "$major" -gt 5 ] || { [ "$major" -eq 5 ] && [ "$minor" -ge 15 ]; }; then
		ok "Linux $release"
	else
		problem "$steps" "Linux $release is older than 5.15" 'use a newer distribution'
	fi
}

check_root() {
	capabilities=$(field /proc/self/status CapBnd)
	if [ "$(id -u)" -eq 0 ]; then
		capabilities=$(field /proc/self/status CapEff)
		ok 'you are root'
	elif [ "$(field /proc/self/status NoNewPrivs)" = 1 ]; then
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
	has 18 || { note 'root has no CAP_SYS_CHROOT here' && without="${without}03 --chroot
"; }
}

check_namespaces() {
	for kind in uts pid mnt ipc; do
		[ "$(cat "/proc/sys/user/max_${kind}_namespaces" 2>/dev/null)" = 0 ] || continue
		[ $kind = uts ] && fails=$steps || fails='02 03'
		problem "$fails" "no new $kind namespaces are allowed" \
			"sysctl user.max_${kind}_namespaces=1000"
	done
	read -r inside outside length </proc/self/uid_map
	if [ "$inside $outside $length" != '0 0 4294967295' ]; then
		problem 03 'you are in a user namespace, where no device can be made' \
			'start it outside of it (a rootless container?), as the real root'
		! grep -q '^[^ ]* [^ ]* [^ ]* [^ ]* /proc/' /proc/self/mountinfo ||
			problem 02 'parts of /proc are covered, so that no new one can be mounted' \
				'start it outside of this container'
	elif [ "$(cat /proc/sys/user/max_user_namespaces)" = 0 ] ||
		[ "$(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null)" = 0 ] ||
		[ "$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null)" = 1 ]; then
		note 'user namespaces are restricted (no step needs them so far)'
	fi
	[ "$(field /proc/self/status Seccomp)" = 2 ] || return
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
	for step in $steps; do
		[ -z "$tools" ] || [ -x "step-$step" ] ||
			problem "$step" "step-$step is not built, and to build it is missing:$tools" 'make deps'
	done
	[ -n "$tools" ] || ok 'all is here to build the steps'
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
	reason=$(printf '%s' "$blocked" | sed -n "s/^$step //p" | head -n 1)
	lacks=$(printf '%s' "$without" | sed -n "s/^$step / /p" | tr '\n' ',')
	if [ -n "$reason" ]; then
		echo "step-$step  cannot run: $reason"
		status=1
	elif [ -n "$lacks" ]; then
		echo "step-$step  runs without${lacks%,}"
	else
		echo "step-$step  runs here"
	fi
done
exit $status
