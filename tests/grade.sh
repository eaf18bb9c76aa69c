#!/bin/sh
# tests/grade.sh LAB ANSWER [TEST]: grades the step that `make lab-LAB` has made of the learner's files in
# ANSWER; with TEST it runs that test alone, and shows all that it prints. Runs in build/lab-LAB, the
# copy of the workbook with those files. `tests/grade.sh LAB` names the test programs that are needed.
#
# LAB is a chapter's number, or the name of one of chapter 6's further labs. The file "points" in the
# lab's directory lists the tests that are graded, one a line; of tests that are joined by "+",
# all must pass. A line with a test that this machine cannot run is left out of the total. A test may
# take GRADE_SECONDS (40); after two that took longer the rest is not tried. The exit status is 0 only
# with full points.
set -u
cd "$(dirname "$0")/.." || exit 1
lab=$1 answer=${2:-} only=${3:-} seconds=${GRADE_SECONDS:-40} timeouts=''
case $lab in
0[1-6]) n=$lab directory=$(echo steps/"$lab"-*/lab) ;;
*) n=06 directory=$(echo steps/06-*/lab-"$lab") ;;
esac
points=$(grep -v '^#' "$directory/points")
programs=build/tests
[ ! -e "tests/judge/stubs_$lab.c" ] || programs=build/judge

# Prints the program of a test: one of the chapter's, or else one of a later chapter.
program() {
	found=$(grep -l "host_test($1)" tests/test_"$n"_*.c tests/test_*.c | head -n 1)
	[ -n "$found" ] || { echo "grade.sh: there is no test $1" >&2 && return 1; }
	basename "$found" .c
}

if [ -z "$answer" ]; then
	for test in $(echo "$points" | cut -d ' ' -f 2 | tr + ' '); do
		echo "$programs/$(program "$test")"
	done | sort -u
	exit
fi

# An unfinished step may work on the host's own files. So while it is graded the files are read-only,
# except for this directory, and /tmp is an empty one. The cgroups of all tests are below that of the
# grading.
if [ "${GRADE_NAMESPACE:-}" != entered ]; then
	GRADE_NAMESPACE=entered exec tests/own-cgroups.sh unshare --mount --propagation private \
		tests/grade.sh "$@"
fi
export CGROUPS=machine JUDGED=yes
mounts=$(findmnt --raw --noheadings --output TARGET | grep -Ev '^/(proc|sys|dev)(/|$)')
mount --bind "$PWD" "$PWD" && cd "$PWD" || exit 1
for mount in $mounts; do
	mount -o remount,bind,ro "$mount" 2>/dev/null # none of root's business: a user's FUSE mount
done
mount -t tmpfs -o mode=1777 tmp /tmp && mkdir -p "$PWD" && mount -c --bind . "$PWD" && cd "$PWD" ||
	exit 1
log=$(mktemp) passed=' ' skipped=''

# Prints a checksum of what grades.
sum_judge() { sha256sum tests/* tests/judge/* build/probe build/judge/* "$programs"/test_* 2>/dev/null | sha256sum; }
sum=$(sum_judge)

# Runs one test for at most so many seconds. Processes that hang end with the namespaces of run.sh. For a
# test that is skipped, sets $skipped to the reason.
passes() {
	case $passed in *" $1 "*) return 0 ;; esac
	TEST=$1 timeout --kill-after=5 "$seconds" tests/run.sh "$programs/$(program "$1")" >"$log" 2>&1 </dev/null
	status=$?
	[ "$status" -lt 124 ] || { timeouts="$timeouts $1" && echo "It had not ended after $seconds s." >>"$log"; }
	[ "$status" -eq 0 ] || return 1
	grep -q "^\[       OK \] $1\$" "$log" && passed="$passed$1 " && return
	grep -q "^\[  SKIPPED \] $1\$" "$log" && skipped=$(sed -n 's/^SKIP [a-z0-9_]*: //p' "$log")
}

if [ -n "$only" ]; then
	passes "$only" && result=0 || result=1
	cat "$log"
	exit "$result"
fi

unset TMPDIR OUTER_NAMESPACE # the latter: run.sh makes one a test
got=0 all=0 failed=''
while read -r worth names hint; do
	earned=$worth skipped=''
	for test in $(echo "$names" | tr + ' '); do
		[ -z "$skipped" ] || break
		[ "$(echo "$timeouts" | wc -w)" -lt 2 ] && passes "$test" && continue
		earned=0
		[ -n "$failed" ] || { failed=$test why=$hint && cp "$log" "$log.first"; }
		break
	done
	title=$(echo "$names" | sed 's/+/ + /g')
	if [ -n "$skipped" ] && [ "$earned" -gt 0 ]; then
		printf ' -  of %2d  %s (not judged here: %s)\n' "$worth" "$title" "$skipped"
		continue
	fi
	printf '%2d of %2d  %s\n' "$earned" "$worth" "$title"
	got=$((got + earned)) all=$((all + worth))
done <<END
$points
END
if [ "$(sum_judge)" != "$sum" ]; then
	rm -rf build
	echo "lab-$lab: 0 of $all points"
	echo 'The program with your files has changed the files that grade it.'
	exit 1
fi
echo "lab-$lab: $got of $all points"
# grade.py reads this line.
[ -z "$timeouts" ] || echo "Not ended after $seconds s:$timeouts. After two of these the rest is not tried."
[ -n "$failed" ] || exit 0
printf '\nThe first that failed: %s\nHint: %s\nWhat it said (what came != what was to come):\n' "$failed" "$why"
sed -n '/^\[ RUN /,/^\[  FAILED /{/^\[ RUN /d; /^\[  FAILED /d; s/^/    /p}' "$log.first"
[ "$answer" = "$directory" ] && answer='' || answer=" ANSWER=$answer"
echo "Alone, with all that it prints: make lab-$lab$answer TEST=$failed"
exit 1
