#!/bin/sh
# tests/vm/user.sh: the row without root, for a user who cannot become root. Everything that user
# namespaces make possible works. Everything that needs root is refused with one line that says so.
set -u
cd "$(dirname "$0")/../.." || exit 1
wrong=0
if [ "$(id -u)" -eq 0 ]; then
	as_user='setpriv --reuid=54321 --regid=54322 --clear-groups --bounding-set=-all'
	$as_user "$0" || wrong=1
	# A second user was given a cgroup, and is in one below it, as in a session of systemd --user.
	given=/sys/fs/cgroup/user.slice/user-0.slice/given
	mkdir -p $given/shell && chown -R 54321:54322 $given
	# shellcheck disable=SC2086 # words
	for script in tests/doctor.sh tests/vm/user_oci.sh; do
		sh -c 'echo $$ >"$0/shell/cgroup.procs"; exec env GIVEN="$0" "$@"' $given $as_user $script || wrong=1
	done
	exit $wrong
fi

# told WHAT RIGHT: prints the line of a test's result
told() {
	if [ "$2" = yes ]; then
		printf '[       OK ] user: %s\n' "$1"
	else
		printf '[  ERROR   ] user: %s: exit status %s:\n%s\n' "$1" "$status" "$output"
		wrong=1
	fi
}

# refused PART COMMAND...: checks for exit status 125 and one line with PART
refused() {
	part=$1 right=no
	shift
	output=$("$@" 2>&1 </dev/null) && status=0 || status=$?
	case $status$output in
	*'
'*) ;;
	125*"$part"*) right=yes ;;
	esac
	told "it is told why this cannot be: $*" $right
}

# prints TEXT OPTION-OR-COMMAND...: checks that step 06 prints the text
prints() {
	text=$1 right=no
	shift
	output=$(./step-06 run "$@" 2>&1 </dev/null) && status=0 || status=$?
	[ "$status$output" != "0$text" ] || right=yes
	told "step-06 run $*" $right
}

tests/doctor.sh || wrong=1
tests/vm/user_oci.sh || wrong=1
for step in 01 02 03; do
	refused 'new namespaces need root: use sudo' ./step-$step true
done
for step in 04 05; do
	refused 'a bridge needs root: use sudo' ./step-$step true
	refused 'new namespaces need root: use sudo' ./step-$step --network none true
	refused 'new namespaces need root: use sudo' ./step-$step --network host true
done
prints 0 /bin/sh -c 'id -u'
prints 1 /bin/sh -c 'echo $$'
prints away --hostname away /bin/hostname
prints no --read-only /bin/sh -c 'touch /x 2>/dev/null || echo no'
prints yes --tmpfs /tmp /bin/sh -c 'touch /tmp/x && echo yes'
prints mine --init --volume "$PWD/tests/vm:/mnt" /bin/sh -c 'test -e /mnt/user.sh && echo mine'
prints '1 packets received' /bin/sh -c 'ping -c 1 127.0.0.1 | grep -o "1 packets received"'
prints yes --network host /bin/sh -c 'grep -q eth0 /proc/net/dev && echo yes'
prints 0000000000000000 --cap-drop ALL /bin/sh -c 'sed -n "s/CapEff:.//p" /proc/self/status'
prints 1 --security-opt no-new-privileges /bin/sh -c 'sed -n "s/NoNewPrivs:.//p" /proc/self/status'
prints 99 --ulimit nofile=99 /bin/sh -c 'ulimit -n'
prints terminal -t /bin/sh -c 'tty >/dev/null && printf terminal'
refused 'a bridge needs root' ./step-06 run --network bridge /bin/true
refused 'memory: no cgroup hierarchy here has' ./step-06 run --memory 64m /bin/true
refused 'pids-limit: no cgroup hierarchy here has' ./step-06 run --pids-limit 9 /bin/true
refused 'newuidmap: ' ./step-06 run --userns 1000:10 /bin/true
refused 'the user namespace does not have this group' ./step-06 run --user 1000 /bin/true
refused 'above our own hard limit' ./step-06 run --ulimit nofile=99999999 /bin/true
OUTER_NAMESPACE=entered SLOWER=4 tests/run.sh test_00_fail test_00_narrate test_00_signals || wrong=1
exit $wrong
