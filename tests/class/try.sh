#!/bin/bash
# tests/class/try.sh LAB ANSWER [TEST]: `make lab-LAB`: builds the step with the learner's files, which are
# in ANSWER, and grades it.
#
# There is a copy of the workbook for it, build/lab-LAB, in which the learner's files stand in the
# place of ours. So ours stay as they are, and the next answer finds all else compiled. SUDO is what
# makes root of a user. WHERE=vm grades in the virtual machine: with cgroup v2 alone, and where nothing
# can be broken. What the grading printed is kept for `make hint-LAB` in build/lab-LAB/graded.
set -u -o pipefail
. tests/class/lab.sh
lab_find "$1" || exit
answer=$2 tree=build/lab-$lab

# worth_nothing: what does not compile has no points. Its text is on standard input.
worth_nothing() {
	{ cat && echo "lab-$lab: 0 of $all_points points (does not compile)"; } | tee "$tree/graded"
	exit 1
}

# grade [TEST]
grade() {
	case ${WHERE:-here} in
	here) ${SUDO:-} "$tree/tests/grade.sh" "$lab" "$answer" "$@" ;;
	vm) tests/vm/run.sh -t 7200 env SLOWER=4 GRADE_SECONDS=200 "$tree/tests/grade.sh" "$lab" "$answer" "$@" ;;
	*) echo "lab-$lab: WHERE is vm, or not given" >&2 && return 1 ;;
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
grade | tee "$tree/graded"
