#!/bin/sh
# tests/grade.sh LAB ANSWER [TEST]: grades the step that `make lab-LAB` has made of the learner's files in
# ANSWER; with TEST it runs that test alone, and shows all that it prints. Runs in build/lab-LAB, the
# copy of the workbook with those files. `tests/grade.sh LAB` names the test programs that are needed.
#
# LAB is a chapter's number, or the name of one of chapter 6's further labs. The file "points" in the
# lab's directory lists the tests that are graded, one a line; of tests that are joined by "+",
# all must pass. A line with a test that this machine cannot run is left out of the total. A test may
# take GRADE_SECONDS (40); after two that took longer, or one fork bomb, the rest is not tried. What the
# first failure said and a hint are printed at once; on a terminal a line shows which test runs. The exit
# status is 0 only with full points.
#
# A test that takes longer is tried once more (GRADE_TRIES=1: not), unless its processes have used the half of
# that time of a processor: such a program is at fault, and not the machine. If it takes too long again and other
# processes keep the machine busy, its line says "uncertain: machine busy", and is left out of the total.
set -u
cd "$(dirname "$0")/.." || exit 1
lab=$1 answer=${2:-} only=${3:-} seconds=${GRADE_SECONDS:-40} timeouts='' timed_out=0 computing='' uncertain=''
case $lab in
0[1-6]) n=$lab directory=$(echo steps/"$lab"-*/lab) ;;
*) n=06 directory=$(echo steps/06-*/lab-"$lab") ;;
esac
points=$(grep -v '^#' "$directory/points")
programs=build/tests
[ ! -e "tests/judge/stubs_$lab.c" ] || programs=build/judge

# All lines "tests/PROGRAM.c:host_test(NAME)": those of the chapter come first, those of later chapters follow.
listed=$(LC_ALL=C grep -o 'host_test([a-z0-9_]*)' tests/test_"$n"_*.c tests/test_*.c)

# find_program TEST: sets $program
find_program() {
	program=${listed%%":host_test($1)"*}
	[ "$program" != "$listed" ] || { echo "grade.sh: there is no test $1" >&2 && exit 1; }
	program=${program##*/} && program=$programs/${program%.c}
}

if [ -z "$answer" ]; then
	for test in $(echo "$points" | cut -d ' ' -f 2 | tr + ' '); do
		find_program "$test" && echo "$program"
	done | sort -u
	exit
fi

# An unfinished step may work on the host's own files. So while it is graded the files are read-only,
# except for this directory, and /tmp is an empty one. The cgroups of all tests are below that of the
# grading, which limits memory and processes as `make grade` does.
if [ "${GRADE_NAMESPACE:-}" != entered ]; then
	CGROUP_LIMITS=${CGROUP_LIMITS:-memory.max=1073741824 memory.swap.max=0 pids.max=2000} \
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
passed=' ' skipped='' busy='uncertain: machine busy'

# The program that is graded can reach no file of this shell's but those that have a name.
file=$(mktemp) && exec 8<>"$file" && rm "$file" && log=/proc/$$/fd/8 || exit

# Prints what changes when a file is written to or replaced. Nobody can set the time of the change (%z).
judge_state() { stat --format='%n %i %z' tests/*.sh step-* build/host build/probe build/judge/* "$programs"/test_* 2>/dev/null; }
state=$(judge_state)

# Steps 01 and 02 have no root file system.
case $n in
01 | 02) rootfs=rootfs/busybox ;;
*) rootfs=copy ;;
esac

# Runs one test for at most so many seconds, and sets $status. All its processes end with the namespace.
run_test() {
	find_program "$1"
	[ ! -t 2 ] || printf '\r\033[K... %s' "$1" >&2
	TEST=$1 timeout --signal=KILL "$seconds" build/host apart "$rootfs" "$program" >"$log" 2>&1 </dev/null
	status=$?
	[ ! -t 2 ] || printf '\r\033[K' >&2
}

# Sets $used, how many microseconds of the processors this grading has used. No process can write to the file.
usage=$(findmnt --raw --noheadings --types cgroup2 --output TARGET | head -n 1)/cpu.stat
look_at_usage() { read -r _ used <"$usage"; }

# Prints the idle time of the processors, and all their time.
idle_and_all() { awk '/^cpu / { print $5 + $6, $2 + $3 + $4 + $5 + $6 + $7 + $8 + $9 }' /proc/stat; }

# True if the processors are busy for three quarters of the next second. No process of the answer is
# left then, so the answer cannot make it true.
machine_is_busy() {
	before=$(idle_and_all) && sleep 1 &&
		echo "$before $(idle_and_all)" | awk '{ exit !(($3 - $1) * 4 < $4 - $2) }'
}

# Runs one test. For a test that is skipped, or whose result is uncertain, sets $skipped to the reason.
passes() {
	case $passed in *" $1 "*) return 0 ;; esac
	look_at_usage && before=$used
	run_test "$1"
	look_at_usage
	if [ "$status" -ge 124 ] && [ $((used - before)) -ge $((seconds * 500000)) ]; then
		computing="$computing $1"
	elif [ "$status" -ge 124 ]; then
		[ "${GRADE_TRIES:-2}" -lt 2 ] || run_test "$1"
		[ "$status" -lt 124 ] || ! machine_is_busy || skipped=$busy
	fi
	if [ "$status" -ge 124 ]; then
		echo "It had not ended after $seconds s." >>"$log"
		timeouts="$timeouts $1" timed_out=$((timed_out + 1))
		[ -n "$skipped" ]
		return
	fi
	if [ "$status" -ne 0 ]; then
		! grep -q 'a program has started more than' "$log" || timed_out=2 stopped=yes
		return 1
	fi
	grep -q "^\[       OK \] $1\$" "$log" && passed="$passed$1 " && return
	grep -q "^\[  SKIPPED \] $1\$" "$log" && skipped=$(sed -n 's/^SKIP [a-z0-9_]*: //p' "$log")
}

# hint LINE: prints the hint for $failed: by the cause, or else that of the line. If the step itself
# was not to fail, the cause is the call that failed.
hint() {
	call='' todo='' waits='Which call waits for what never comes, or which loop has no end? strace -f shows it.'
	if grep -q 'exit status 125' "$log"; then
		call=$(sed -n "s/^step-$n: \([a-z_0-9]*\) .*: E[A-Z0-9]* .*/\1/p" "$log" | head -n 1)
		todo=$(sed -n "s/^$lab $call //p" tests/class/calls)
	fi
	case " $timeouts " in
	*" $failed "*) echo "It did not end in time. $waits" && return ;;
	esac
	if grep -q 'a program has printed more than' "$log"; then
		echo 'Which loop prints without end?'
	elif grep -q 'a program has started more than' "$log"; then
		echo 'Who calls fork(2) again and again?'
	elif grep -q '^a program had not ended after' "$log"; then
		echo "A step did not end. $waits"
	elif [ -n "$todo" ]; then
		echo "$todo: the step itself failed, at $call."
	else
		echo "$1"
	fi
}

# explain LINE: prints why $failed has failed, as its log says, with a hint. LINE is that of the points.
explain() {
	said=$(tr -d '\001\002' <"$log" | sed -n '/^\[ RUN /,/^\[  FAILED /{/^\[ RUN /d; /^\[  FAILED /d; s/^/    /p}')
	printf 'The first that failed: %s\nHint: %s\n' "$failed" "$(hint "$1")"
	case $said in
	*' != '*) echo 'What it said (what came != what was to come):' ;;
	*) echo 'What it said:' ;;
	esac
	printf '%s\n' "$said"
}

if [ -n "$only" ]; then
	passes "$only" && [ "$skipped" != "$busy" ] && result=0 || result=1
	tr -d '\001\002' <"$log"
	exit "$result"
fi

unset TMPDIR
got=0 all=0 failed='' left=0 stopped=''
while read -r worth names hint; do
	earned=$worth skipped='' first=''
	for test in $(echo "$names" | tr + ' '); do
		[ -z "$skipped" ] || break
		if [ "$timed_out" -lt 2 ]; then
			passes "$test" && continue
		elif [ -n "$uncertain" ]; then
			skipped=$busy && continue
		fi
		earned=0 first=$([ -n "$failed" ] || echo "$test")
		break
	done
	title=$(echo "$names" | sed 's/+/ + /g')
	if [ -n "$skipped" ] && [ "$earned" -gt 0 ]; then
		case $skipped in
		"$busy") uncertain="$uncertain $names" ;;
		*) skipped="not judged here: $skipped" left=$((left + worth)) ;;
		esac
		printf ' -  of %2d  %s (%s)\n' "$worth" "$title" "$skipped"
		continue
	fi
	printf '%2d of %2d  %s\n' "$earned" "$worth" "$title"
	got=$((got + earned)) all=$((all + worth))
	[ -z "$first" ] || { failed=$first && explain "$hint"; }
done <<END
$points
END
if [ "$(judge_state)" != "$state" ]; then
	rm -rf build
	echo "lab-$lab: 0 of $all points"
	echo 'The program with your files has changed the files that grade it.'
	exit 1
fi
[ "$left" -eq 0 ] || echo "Not judged here: $left points, which the sum leaves out."
echo "lab-$lab: $got of $all points"
[ -z "$stopped" ] || echo "It started too many processes. The rest is not tried."
# grade.py reads these two lines.
[ -z "$computing" ] || echo "Used the processor all the time:$computing"
[ -z "$timeouts" ] || echo "Not ended after $seconds s:$timeouts. After two of these the rest is not tried."
[ -z "$uncertain" ] || echo 'Uncertain, since the machine was busy. Grade again when it is quiet.'
[ -n "$failed" ] || { [ -z "$uncertain" ] && exit 0 || exit 1; }
[ "$answer" = "$directory" ] && answer='' || answer=" ANSWER=$answer"
echo "Alone, with all that this test prints: make lab-$lab$answer TEST=$failed"
exit 1
