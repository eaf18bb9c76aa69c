#!/bin/bash
# tests/vm/matrix.sh [ROW...]: the tests on several kinds of machines, a row for each (default: those
# in $rows). Build first. Two rows run side by side, as each machine uses one processor. What they
# print is in build/vm/ROW.log, and here as well if the row is red; then comes a summary. A row is
# red if something failed, if nothing passed, or if a test was skipped that expected-skips does not
# name for it.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck disable=SC1091 # the system's own file
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
rows='v2 newer-kernel systemd scopes slices user no-user-namespaces no-memory no-nftables old-kernel'

# The rows: options of run.sh, and the command. Without hardware virtualization a test takes ten times
# as long, so each row runs the tests of what differs on its machine.
row() {
	case $1 in
	v2) machine -a host=plain tests/vm/tests.sh test_00_spawn test_04_modes \
		test_05_{hierarchy,inside,memory} test_06_{oci_cgroup,oci_waits,overlay} ;;
	newer-kernel) machine -k "linux-image-amd64/$release-backports" \
		tests/vm/tests.sh test_02_mount test_05_{hierarchy,inside} ;;
	slices) machine -a controllers=memory,pids tests/vm/tests.sh test_02_mount \
		test_05_{hierarchy,memory} ;;
	systemd) machine -s tests/vm/tests.sh test_04_resolver test_05_{hierarchy,inside} test_06_oci_labels ;;
	scopes) machine -s tests/vm/systemd.sh ;;
	user) machine tests/vm/user.sh ;;
	no-user-namespaces) machine sh -c 'echo 0 >/proc/sys/user/max_user_namespaces
		tests/vm/tests.sh && setpriv --reuid=54321 --regid=54322 --clear-groups tests/doctor.sh' ;;
	no-memory) machine -a cgroup_disable=memory tests/vm/tests.sh ;;
	no-nftables) machine -a module_blacklist=nf_tables tests/vm/tests.sh ;;
	old-kernel) machine -k linux-image-amd64/bullseye tests/vm/tests.sh ;; # 5.10
	no-pids) machine -a "host=plain cgroup_disable=pids" tests/vm/tests.sh test_05_hierarchy ;;
	broken-*) machine -a host=plain "build/vm/$1/tests/vm/tests.sh" ;;
	here) make test ;;
	all) machine -t 7200 env SLOWER=4 tests/run.sh test_ README.md steps/*/README.md ;;
	*) echo "[  ERROR   ] there is no row $1" && false ;;
	esac
}

machine() { tests/vm/run.sh -t "${SECONDS_A_ROW:-900}" "$@"; }

# summary ROW STATUS SECONDS: prints the row's summary from its log; exit status 1: the row is red
summary() {
	local log=build/vm/$1.log passed failed skipped unexpected

	passed=$(grep -ac '^\[       OK \]' "$log")
	failed=$(grep -aE '^\[  FAILED  \] [a-z]|^\[  ERROR   \] [a-z]|tests: .*FAILED:|^vm: |^FAIL: ' "$log" | sort -u)
	skipped=$(grep -a '^SKIP ' "$log" | sort -u)
	unexpected=$(printf '%s\n' "$skipped" |
		grep -vxF "$(sed -n "s/^\([^ ]*,\)*$1\(,[^ ]*\)* /SKIP /p" tests/vm/expected-skips)" | grep .)
	if [ "$2" -eq 77 ] && grep -q "^SKIP: " "$log"; then
		printf 'row %s: not tried: %s: green\n' "$1" "$(sed -n 's/^SKIP: //p' "$log")"
		return
	fi
	[ "$2" -eq 0 ] || failed="exit status $2
$failed"
	[ "$passed" -gt 0 ] || failed="no test passed
$failed"
	printf 'row %s: %s passed, %s failed, %s skipped (%s of them unexpected), %s s: %s\n' "$1" "$passed" \
		"$(grep -aEc '^\[  FAILED  \] [a-z]|^\[  ERROR   \] [a-z]' <<<"$failed")" \
		"$(grep -c . <<<"$skipped")" "$(grep -c . <<<"$unexpected")" "$3" \
		"$([ -z "$failed$unexpected" ] && echo green || echo RED)"
	{
		printf '%s\n' "$failed" "$skipped"
		[ -z "$unexpected" ] || printf 'not expected:\n%s\n' "$unexpected"
	} | sed -n 's/./    &/p'
	[ -z "$failed$unexpected" ]
}

one() {
	local began=$SECONDS log=build/vm/$1.log status

	row "$1" >"$log" 2>&1 </dev/null
	status=$?
	if ! summary "$1" $status $((SECONDS - began)) >"$log.summary" || [ "$1" = here ]; then
		cat "$log"
	fi
	cat "$log.summary"
}

# Each row has a process group of its own, so that this script can end it.
set -m
# shellcheck disable=SC2154 # job
trap 'trap "" TERM; for job in $(jobs -p); do kill -- -"$job"; done; wait; exit 130' INT TERM
mkdir -p build/vm
# shellcheck disable=SC2086 # words
[ $# -gt 0 ] || set -- $rows
for name; do
	rm -f "build/vm/$name.log.summary"
	while [ "$(jobs -rp | wc -l)" -ge "${ROWS_AT_ONCE:-2}" ]; do wait -n; done
	one "$name" &
done
wait
all=0
printf '\n==== The matrix, %s s\n' "$SECONDS"
for name; do
	head -n 1 "build/vm/$name.log.summary"
	head -n 1 "build/vm/$name.log.summary" | grep -q ': green$' || all=1
done
exit $all
