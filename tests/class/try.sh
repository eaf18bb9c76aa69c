#!/bin/bash
# tests/class/try.sh LAB ANSWER [TEST]: `make lab-LAB`: builds the step with the learner's files, which are
# in ANSWER, and grades it.
#
# There is a copy of the workbook for it, build/lab-LAB, in which the learner's files stand in the
# place of ours. So ours stay as they are, and the next answer finds all else compiled. SUDO is what
# makes root of a user. What the grading printed is kept for `make hint-LAB` in build/lab-LAB/graded.
#
# WHERE=vm grades in the virtual machine: with cgroup v2 alone, and where nothing can be broken. By default,
# the virtual machine grades what this machine cannot for want of cgroup v2, when all else is right. WHERE=here
# does without it.
set -u -o pipefail
. tests/class/lab.sh
lab_find "$1" || exit
answer=$2 tree=build/lab-$lab where=${WHERE:-here}

# worth_nothing: what does not compile has no points. Its text is on standard input.
worth_nothing() {
	{ cat && echo "lab-$lab: 0 of $all_points points (does not compile)"; } | tee "$tree/graded"
	exit 1
}

# grade [TEST]
grade() {
	case $where in
	here) ${SUDO:-} "$tree/tests/grade.sh" "$lab" "$answer" "$@" ;;
	vm) tests/vm/run.sh -t 7200 env SLOWER=4 GRADE_SECONDS=200 "$tree/tests/grade.sh" "$lab" "$answer" "$@" ;;
	*) echo "lab-$lab: WHERE is vm, here, or not given" >&2 && return 1 ;;
	esac
}

if [ -n "${3:-}" ] && ! lab_tests "$lab_dir" | grep -qx -- "$3"; then
	printf 'lab-%s has no test %s. It has these:\n%s\n' "$lab" "$3" "$(lab_tests "$lab_dir")" >&2
	exit 1
fi
mkdir -p "$tree" && exec 9<"$tree" && flock 9 && lab_copy "$tree" || exit
missing=$(lab_missing "$answer")
[ -z "$missing" ] || worth_nothing <<<"$missing"
lab_put "$tree" "$answer" || exit
if ! lab_compile "$tree" "$answer" >"$tree/compiled"; then
	worth_nothing <"$tree/compiled"
fi
cat "$tree/compiled" >&2 # warnings
if [ -n "${3:-}" ]; then
	grade "$3"
	exit
fi
grade | tee "$tree/graded" || exit

# merge HERE VM: prints the points that only the second grading could judge, and the sum. Both are files.
merge() {
	awk -v lab="lab-$lab" '
		FNR == 1 { file++ }
		/^ ?[-0-9]+ +of +[0-9]+ / {
			tests = $0
			sub(/^ ?[-0-9]+ +of +[0-9]+ +/, "", tests)
			sub(/ \(.*/, "", tests)
			if ($1 == "-") { missing[tests] = file; next }
			if (file == 2 && missing[tests] != 1) next
			delete missing[tests]
			if (file == 2) print
			got += $1
			all += $3
		}
		END { print lab ": " got " of " all " points" }' "$@"
}

needs_v2() { grep -q '_in_v2.*(not judged here' "$tree/graded"; }

if [ -z "${WHERE:-}" ] && needs_v2 && command -v qemu-system-x86_64 >/dev/null; then
	echo "lab-$lab: the virtual machine judges what this machine cannot, for it has cgroup v2 (WHERE=here: not) ..."
	mv "$tree/graded" "$tree/graded.here"
	where=vm
	grade >"$tree/graded.vm"
	status=$?
	if ! grep -q "^lab-$lab: " "$tree/graded.vm"; then
		mv "$tree/graded.here" "$tree/graded"
		echo "lab-$lab: no virtual machine can be had here, so the rest is not judged"
		exit 0
	fi
	{
		merge "$tree/graded.here" "$tree/graded.vm"
		grep -E '^(The first|Hint:|What it said|    )' "$tree/graded.vm"
		sed -n 's/ TEST=/ WHERE=vm&/p' "$tree/graded.vm"
	} | tee "$tree/graded"
	exit $status
fi
