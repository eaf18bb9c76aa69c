#!/bin/bash
# tests/class/test.sh: proves what learners and teachers use beside the labs themselves: reset, solution,
# hints and handin, in a pipe and on a terminal; grading a class, twice at the same time; and the copy for
# the class, which must not show a solution. Needs root. Each proof prints a line.
#
# shellcheck disable=SC2317 # prove() calls the functions that it is given
set -u
cd "$(dirname "$0")/../.." || exit 1
export MAKEFLAGS=--silent YES='' JOBS=1
work=$(mktemp -d) && mkdir -p build && here=$(mktemp -d build/classroom-XXXX) || exit 1
trap 'rm -rf "$work" "$here" build/handin-01.tar.gz' EXIT
failed=0 answer=$here/answer
mkdir "$answer" || exit 1

# prove WHAT FUNCTION: prints whether the function succeeded, and its output if it failed
prove() {
	local began=$SECONDS

	if "$2" >"$work/log" 2>&1; then
		printf 'proved: %s (%d s)\n' "$1" $((SECONDS - began))
	else
		printf 'FAILED: %s (%d s)\n' "$1" $((SECONDS - began))
		sed 's/^/    /' "$work/log"
		failed=1
	fi
}

# says TEXT COMMAND...: the command prints the text somewhere
says() {
	local text=$1

	"${@:2}" >"$work/said" 2>&1
	grep -qF -- "$text" "$work/said" || { cat "$work/said" && echo "does not say: $text" && return 1; }
}

# on_terminal REPLY COMMAND: runs a shell command on a terminal, and types the reply
on_terminal() { (sleep 1 && echo "$1") | script -qec "$2" /dev/null; }

refuses() { ! "$@"; }

names() {
	says 'the name is lab-01' make lab-1 && refuses make lab-1 &&
		says 'the name is step-06' make step-6 &&
		says 'say which one: lab-01 lab-02' make lab &&
		says 'say which one: hint-01' make hint-99
}

reset_and_solution() {
	cp steps/01-uts/uts.c "$answer" &&
		says 'YES=1' make reset-01 ANSWER="$answer" </dev/null && cmp steps/01-uts/uts.c "$answer/uts.c" &&
		says 'Nothing was done' on_terminal n "make reset-01 ANSWER=$answer" &&
		cmp steps/01-uts/uts.c "$answer/uts.c" &&
		says 'is the skeleton again' on_terminal y "make reset-01 ANSWER=$answer" || return
	cmp steps/01-uts/uts.c "$answer/uts.c.~1~" && refuses cmp -s steps/01-uts/uts.c "$answer/uts.c" &&
		says 'nothing to do' make reset-01 ANSWER="$answer" </dev/null &&
		refuses says '+++ ' make solution-01 ANSWER="$answer" </dev/null &&
		refuses says '+++ ' on_terminal n "make solution-01 ANSWER=$answer" &&
		says '+++ ' on_terminal y "make solution-01 ANSWER=$answer" &&
		YES=1 says '+++ ' make solution-01 ANSWER="$answer" </dev/null &&
		rm "$answer/uts.c" && YES=1 says 'again' make reset-01 ANSWER="$answer" && [ -f "$answer/uts.c" ]
}

hints() {
	rm -f build/lab-01/hint && cp steps/01-uts/lab/uts.c "$answer" && says '0 of 12' make lab-01 ANSWER="$answer" &&
		says 'hint 1 of 3' make hint-01 && grep -q '?$' "$work/said" && says 'hint 2 of 3' make hint-01 &&
		says 'hint 3 of 3' make hint-01 && says 'that was the last hint' make hint-01
}

# The first failure is said before the other tests run. On a terminal a line shows which test runs.
at_once() {
	cp steps/01-uts/lab/uts.c "$answer" && make lab-01 ANSWER="$answer" >"$work/graded" 2>/dev/null
	[ "$(sed -n '2s/:.*//p' "$work/graded")" = 'The first that failed' ] &&
		tail -n 3 "$work/graded" | grep '^ 0 of  3 ' && refuses grep -F '...' "$work/graded" &&
		says '... the_command_has_its_own_host_name' on_terminal n "make lab-01 ANSWER=$answer"
}

# The hint follows the cause: a call that failed, a time-out, or else the test. What a learner's file prints for debugging
# is shown, and costs nothing.
causes() {
	cp steps/03-mount-pivot_root/{bind,dev,rootfs}.c "$answer" && sed -i 's/MNT_DETACH) < 0/0) < 0/' "$answer/rootfs.c" &&
		says 'Hint: TODO 9: the step itself failed, at umount2.' make lab-03 ANSWER="$answer" &&
		sed 's/^{$/{ puts("here I am"); perror("and here");/; 1i #include <stdio.h>' steps/01-uts/uts.c >"$answer/uts.c" &&
		says 'lab-01: 12 of 12 points' make lab-01 ANSWER="$answer" &&
		says 'your file prints: here I am' make lab-01 ANSWER="$answer" TEST=good_names_are_taken &&
		says 'lab-01 has no test nosuch' make lab-01 TEST=nosuch
}

broken() {
	sed 's/return 0;/return zero;/' steps/01-uts/lab/uts.c >"$answer/uts.c" &&
		says "$answer/uts.c:52:" make lab-01 ANSWER="$answer" &&
		says 'lab-01: 0 of 12 points (does not compile)' make lab-01 ANSWER="$answer" && rm "$answer/uts.c" &&
		says "$answer/uts.c is missing" make lab-01 ANSWER="$answer" &&
		grep -q '0 of 12 points (does not compile)' "$work/said" && refuses make lab-01 ANSWER="$answer"
}

handin() {
	mkdir -p "$here/class/handed in"
	cp steps/01-uts/lab/uts.c "$answer" && says 'unchanged' make handin-01 ANSWER="$answer" &&
		cp steps/01-uts/uts.c "$answer" && refuses says 'unchanged' make handin-01 ANSWER="$answer" &&
		cp build/handin-01.tar.gz "$here/class/handed in/" && rm "$answer/uts.c" &&
		says 'missing' make handin-01 ANSWER="$answer"
}

# submit NAME: makes a folder of submissions; the file is on standard input
submit() { mkdir -p "$here/class/$1/lab-01" && cat >"$here/class/$1/lab-01/uts.c"; }

# Prints an answer that never ends.
loop() { sed 's/(void)uts;/for (;;) (void)uts;/' steps/01-uts/lab/uts.c; }

# Whether the processors are idle for more than half of a second. Asked once.
machine_is_quiet() {
	[ -z "${quiet:-}" ] || return "$quiet"
	local before after

	before=$(awk '/^cpu / { print $5 + $6 }' /proc/stat) && sleep 1
	after=$(awk '/^cpu / { print $5 + $6 }' /proc/stat)
	[ $((after - before)) -gt $(($(nproc) * $(getconf CLK_TCK) / 2)) ]
	quiet=$?
	[ "$quiet" -eq 0 ] || echo 'SKIP an endless loop has no points: this machine is busy' >&2
	return "$quiet"
}

# Prints an answer that does its work only if it finds our solution, below what covers the directory "/".
look_below() {
	cat <<-END
		#define _GNU_SOURCE
		#include <fcntl.h>
		#include <sys/mount.h>
		#include <unistd.h>
		static int is_hidden(void)
		{
			int root = open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE);

			return root >= 0 && faccessat(root, "${PWD#/}/steps/01-uts/uts.c", F_OK, 0) < 0 &&
				access("$PWD/steps/01-uts/uts.c", F_OK) < 0;
		}
	END
	sed 's/^	if (uts->hostname/	if (is_hidden())\n\t\treturn 0;\n&/' steps/01-uts/uts.c
}

submit_all() {
	submit "Zoë O'Neil; rm -rf \$HOME" <steps/01-uts/uts.c
	submit '<script>alert(1)' <steps/01-uts/lab/uts.c
	submit '=1+1' < <(sed 's/strlen(uts->hostname))/strlen(uts->hostname) + 1)/' steps/01-uts/uts.c)
	mkdir -p "$here/class/missing"
	submit 'does not compile' < <(sed 's/return 0;/return zero;/' steps/01-uts/lab/uts.c)
	submit 'fork bomb' < <(sed 's/(void)uts;/for (;;) fork();/' steps/01-uts/lab/uts.c)
	! machine_is_quiet || submit 'for ever' < <(loop)
	submit 'looks below' < <(look_below)
	submit 'escapes' < <(printf '#error "\033[2J\r"\n')
	submit $'new\nline' <steps/01-uts/uts.c
}

# grade_at WHERE: grades the class, and prints the table without the seconds
grade_at() {
	GRADES=$here/$1 tests/class/grade.py "$here/class" 01 >"$work/$1" 2>&1
	sed -E 's/,[0-9]+\.[0-9],/,/' "$here/$1/grades.csv"
}

# row NAME TEXT: the table has the text, an extended regular expression, in the row of that name
row() { grep -F -- "$1" "$work/table" | grep -qE -- "$2" || { echo "not in the row of $1: $2" && return 1; }; }

class_twice() {
	submit_all
	grade_at once >"$work/table" &
	grade_at again >"$work/table-2"
	wait
	cat "$work/once" "$work/table"
	diff "$work/table" "$work/table-2" &&
		row "Zoë O'Neil; rm -rf \$HOME" ',01,12,12,2,2,1,2,1,1,3,' && row 'handed in' ',01,12,12,' &&
		row '<script>' ',01,0,12,' && row "'=1+1" ',01,10,12,' && row missing 'nothing handed in' &&
		row 'does not compile' 'uts.c:52:' && row 'fork bomb' ',0,12,.*fork bomb\?' && { ! machine_is_quiet || row 'for ever' ',0,12,.*time-out'; } &&
		[ "$(wc -l <"$work/table")" -eq $((11 - quiet)) ] && row 'looks below' ',01,4,12,0,0,0,0,0,1,3,' &&
		row escapes '\\x1b\[2J' && ! grep -q $'\033' "$work/once" "$here"/once/*.csv "$here"/once/logs/* && grep -q "'new.*line' is left out" "$work/once" &&
		row 'handed in' 'like Zoë' &&
		grep -q '&lt;script&gt;' "$here/once/index.html" && ! grep -q '<script' "$here/once/index.html"
}

# While other processes keep the machine busy, an answer that waits for ever is uncertain. One that computes
# for ever is not: it uses its time.
busy_machine() {
	local spinning=()

	sed 's/(void)uts;/for (;;) pause();/' steps/01-uts/lab/uts.c >"$answer/uts.c"
	for _ in {1..6}; do
		(while :; do :; done) &
		spinning+=($!)
	done
	GRADE_SECONDS=10 make lab-01 ANSWER="$answer" TEST= >"$work/busy" 2>&1
	kill "${spinning[@]}" && wait "${spinning[@]}"
	cat "$work/busy"
	grep -q 'uncertain: machine busy' "$work/busy" && grep -q '^lab-01: 0 of 0 points$' "$work/busy"
}

# An answer that is wrong on v2 alone loses its point where the machine has no v2, too: in the virtual machine.
other_half() {
	rm -f build/lab-05/hint && cp -r steps/05-cgroups/{*.c,v1} "$answer" &&
		sed -i 's/"memory.swap.max", AS_SWAP/"memory.swap.max", AS_NUMBER/' "$answer/limit.c" &&
		says 'lab-05: 23 of 24 points' make lab-05 ANSWER="$answer" &&
		grep -qE '^ *0 of +1 +swap_is_as_much_again_unless_asked_for_in_v2' "$work/said" &&
		says 'hint 1 of 3' make hint-05
}

nothing_left() {
	[ -z "$(ls build/class 2>/dev/null)" ] && ! mount | grep -F "$PWD/build/class"
}

# In the copy the steps work, and each lab can be solved alone: here 05, with the skeletons of all others.
class_copy() {
	make class DIR="$here/copy" && tests/class/class_copy.py --search "$here/copy" &&
		make -C "$here/copy" -j2 step-01 && tests/class/class_copy.py --search "$here/copy" &&
		says 'traced' "$here/copy/step-01" --hostname traced hostname &&
		says 'no solution' make -C "$here/copy" solution-01 YES=1 &&
		says 'lab-01: 0 of 12' make -C "$here/copy" -j2 lab-01 &&
		make -C "$here/copy" -j2 lab-05 WHERE=here ANSWER="$PWD/steps/05-cgroups" | grep -E '^lab-05: ([0-9]+) of \1 points' &&
		echo '/* mine */' >>"$here/copy/steps/01-uts/lab/uts.c" && make -C "$here/copy" reset-01 YES=1 &&
		cmp "$here/copy/steps/01-uts/lab/uts.c" steps/01-uts/lab/uts.c &&
		says 'no solutions' "$here/copy/tests/class/grade.py" "$PWD/$here" 01 &&
		cp steps/01-uts/uts.c "$here/copy/steps/01-uts/lab/" &&
		says 'uts.c: ' tests/class/class_copy.py --search "$here/copy" && # the search finds what is there
		tar -C "$here/copy" -xzf "$here/copy-teacher.tar.gz" && cmp "$here/copy/steps/02-pid-proc/init.c" steps/02-pid-proc/init.c
}

make rootfs || exit 1
prove 'a name that is almost right is said' names
prove 'reset and solution ask on a terminal, and do nothing without one' reset_and_solution
prove 'three hints, one after another' hints
prove 'the first failure is said at once, and a line shows which test runs' at_once
prove 'the hint follows the cause, and debugging costs nothing' causes
prove 'what does not compile, or is missing, has no points, and names the file' broken
prove 'handin packs, and says what is unchanged or missing' handin
prove 'a class is graded twice side by side, with the same table' class_twice
prove 'on a busy machine an answer that waits for ever is uncertain' busy_machine
if [ -e /sys/fs/cgroup/cgroup.controllers ] || ! command -v qemu-system-x86_64 >/dev/null; then
	echo 'SKIP the virtual machine grades the half for cgroup v2: this machine has v2, or no QEMU'
else
	prove 'the virtual machine grades the half for cgroup v2' other_half
fi
prove 'nothing of it is left' nothing_left
prove 'the copy for the class has no solution, and builds' class_copy
exit $failed
