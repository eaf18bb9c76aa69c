#!/bin/sh
# tests/doctor.sh: checks whether `make doctor` is right about this machine. It runs each step, with
# and without the options that doctor says it needs, and compares. Doctor's output goes to stderr,
# and a line for each comparison, in cmocka's format, to stdout. Exit status 1: doctor was wrong; 77:
# the caller may not read the workbook. Run it from the top directory.
set -u
{ test -x step-01 && test -r rootfs/busybox; } || exit 77
said=$(common/doctor.sh 2>&1) && status=0 || status=$?
printf '%s\n' "$said" >&2
wrong=0 fit=0

# compare WHAT SAID FOUND
compare() {
	if [ "$2" = "$3" ]; then
		printf '[       OK ] doctor: %s: %s\n' "$1" "$2"
	else
		printf '[  ERROR   ] doctor: %s: it said %s, but it was: %s\n' "$1" "$2" "$3"
		wrong=1
	fi
}

# works OPTION...: succeeds if the step runs with these options
works() {
	if [ "$step" = 06 ]; then
		./step-06 run "$@" /bin/true </dev/null >/dev/null 2>&1
	else
		"./step-$step" "$@" true </dev/null >/dev/null 2>&1
	fi && echo runs || echo fails
}

# without SINCE WORD OPTION...: checks that the step fails with the options if doctor names the word
without() {
	since=$1 word=$2
	shift 2
	[ "$step" -ge "$since" ] || return
	case $verdict in
	*"without any limit"*) [ "$since" -ne 5 ] || word=limit ;;
	esac
	expected=runs
	! echo "$verdict" | grep -qw -e "$word" || expected=fails
	compare "step-$step $*" $expected "$(works "$@")"
}

options() {
	alone='' bridge='--network bridge'
	[ "$step" -lt 4 ] || alone='--network none'
	case $verdict in
	*'no network but its own'*) bridge='' ;;
	needs*) bridge='' ;;
	esac
	# shellcheck disable=SC2086 # words, or none
	{
		without 3 chroot $alone --chroot
		without 3 read-only $alone --read-only
		[ -z "$bridge" ] || without 4 network-rate $bridge --network-rate 1mbit
		without 5 memory $alone --memory 64m
		without 5 cpu $alone --cpus 0.5
		without 5 cpuset $alone --cpuset-cpus 0
		without 5 pids $alone --pids-limit 20
		for disk in /dev/vda /dev/sda /dev/nvme0n1; do
			[ -b $disk ] && without 5 io $alone --device-read-bps $disk:1mb && break
		done
		without 6 userns $alone --userns auto
	}
}

for step in 01 02 03 04 05 06; do
	verdict=$(printf '%s\n' "$said" | sed -n "s/^step-$step  //p")
	case $verdict in
	runs*) compare "step-$step" runs "$(works)" ;;
	needs*) fit=1
		compare "step-$step" fails "$(works)"
		compare "step-$step --network none" runs "$(works --network none)" ;;
	cannot*) fit=1
		compare "step-$step" fails "$(works)" ;;
	*) compare "step-$step" 'something of it' nothing ;;
	esac
	case $verdict in cannot*) ;; *) options ;; esac
done
compare 'its exit status' $fit "$status"
exit $wrong
