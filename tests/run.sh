#!/bin/sh
# tests/run.sh [PREFIX|README.md...]: runs the test programs whose names begin with PREFIX, and
# the console blocks of those chapters. Each one's time is bounded. Ends with a summary; the exit
# status is 0 only if nothing failed and something ran.
#
# All of it happens in namespaces of its own, which stand for the host: what runs elsewhere on the
# machine does not disturb it, and nothing that a test leaves behind outlives it. "/" is shared
# there, as systemd has it: then a mount that a step forgets to keep to itself shows. /run is empty:
# the leases of the machine's own containers belong to its own network.
set -u
trap 'exit 130' INT TERM # PID 1 would ignore them
cd "$(dirname "$0")/.." || exit 1
if [ "${OUTER_NAMESPACE:-}" != entered ]; then
	# shellcheck disable=SC2016  # the inner shell expands them
	# Private first: mounts that are shared already would stay shared with the real host's.
	OUTER_NAMESPACE=entered exec unshare --mount --propagation private --uts --ipc --net \
		--pid --fork --kill-child --mount-proc sh -c \
		'tests/empty-run.sh && mount --make-rshared / &&
		 ip link set lo up && exec "$0" "$@"' "$0" "$@"
fi

# SLOWER=N: for a machine that takes N times as long
passed=0 failed=''
one() {
	leaks='' cgroups=ours
	case $2 in # they make none: those that are there belong to tests that run beside them
	*/test_0[1-4]_*) cgroups=others ;;
	esac
	case $2 in # with sanitizers: the runtime leaves to the kernel what it has read, and ends
	*/test_06_config* | */test_06_oci*) leaks=:detect_leaks=0 ;;
	esac
	if CGROUPS=$cgroups ASAN_OPTIONS=${ASAN_OPTIONS:-}$leaks timeout --kill-after=10 $(($1 * ${SLOWER:-1})) "$2" ${3:+"$3"}; then
		passed=$((passed + 1))
	else
		failed="$failed ${3:-$2}"
	fi
}
for what in "$@"; do
	case $what in
	*.md) one 300 tests/transcript.sh "$what" ;;
	*) for program in build/tests/"$what"*; do
		case $program in *.*) ;; *) one 600 "$program" ;; esac
	done ;;
	esac
done
# What the chapters' commands have made as root belongs to who called sudo.
[ -z "${SUDO_UID:-}" ] || chown -Rh "$SUDO_UID:${SUDO_GID:-0}" build step-*
echo "tests: $passed programs and chapters passed${failed:+; FAILED:$failed}"
[ -z "$failed" ] && [ "$passed" -gt 0 ]
