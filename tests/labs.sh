#!/bin/bash
# tests/labs.sh [--todos] [LAB...]: proves the labs' grades, all or those of these labs (01, layers). The untouched
# skeleton compiles without a warning and earns nothing. Each mutant, a typical mistake kept as a
# patch against our module, loses just the points that the patch's first line names; "_in_v1" and "_in_v2" are
# left out, since a machine may be able to judge only one of both. The chapters' pages, which are tests as
# well, show that our own modules earn full points. Each proof prints a line. The labs run side by side.
# With MUTANTS=0 to 5, only that sixth of the mutants is tried.
#
# With --todos it proves instead that every TODO pays off: what our modules have at the TODOs goes into the
# skeleton, one TODO after another. The points must rise each time, up to all of them.
#
# shellcheck disable=SC2317 # prove() calls the functions that it is given
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/class/lab.sh
export WHERE=here # tests/class/test.sh proves what the virtual machine adds
failed=0 proof=prove_lab
if [ "${1:-}" = --todos ]; then
	proof=prove_todos && shift
	[ -z "${TODOS:-}" ] || echo "SKIP the TODOs of other labs: other commits' shares"
elif [ -n "${MUTANTS:-}" ]; then
	echo "SKIP five sixths of the mutants: other commits' shares"
fi
make -s rootfs || exit 1

# prove WHAT COMMAND...: prints whether the command succeeded, and its output if it failed
prove() {
	local what=$1 began=$SECONDS
	shift
	if "$@" >"$work/log" 2>&1; then
		printf 'proved: %s (%d s)\n' "$what" $((SECONDS - began))
	else
		printf 'FAILED: %s (%d s)\n' "$what" $((SECONDS - began))
		sed 's/^/    /' "$work/log"
		failed=1
	fi
}

# Prints the names of the lab's files.
files() { (cd "$lab" && find . -name '*.c'); }

# answer_ours PATCH: copies the workbook's modules to the answer, and applies the patch to them
answer_ours() {
	local file
	mkdir -p "$answer"
	for file in $(files); do
		(cd "${lab%/*}" && cp --parents "$file" "$answer") || return 1
	done
	patch --quiet --strip=3 --directory="$answer" <"$1"
}

# grade ANSWER: grades it; fails if the grading does not end. $total is "N of M", $lost the tests.
grade() {
	make -s "lab-$n" ANSWER="$1" TEST= >"$work/grade" 2>&1
	cat "$work/grade"
	total=$(sed -n "s/^lab-$n: \(.*\) points$/\1/p" "$work/grade")
	lost=$(sed -n 's/^ 0 of .[0-9]  \([a-z0-9_]*\).*/\1/p' "$work/grade" | sed 's/_in_v[12]$//' | uniq | xargs)
	[ -n "$total" ]
}

skeleton() { grade "$lab" && ! grep warning: "$work/grade" && [ "${total% of *}" = 0 ]; }

mutant() { answer_ours "$1" && grade "$answer" && echo "lost: $lost" && [ "$lost" = "$2" ]; }

# not_judged NUMBER: this machine can run none of the tests of this TODO
not_judged() {
	local name names

	names=$(sed -n "s/^[0-9]* \([^ +]*\).* TODO[^:]*\b$1\b[^:]*:.*/\1/p" "$lab/points")
	for name in $names; do
		grep -q "^ -  of .*$name" "$work/grade" || return
	done
	[ -n "$names" ]
}

# todo NUMBER: with it the answer has more points than before; with the last one all of them
todo() {
	local had=$got

	rm -rf "$answer" && tests/class/todos.py "$lab" "$1" "$answer" && grade "$answer" && got=${total% of *} &&
		echo "TODO $1: $had, then $total points" && { [ "$got" -gt "$had" ] || not_judged "$1"; } &&
		{ [ "$1" -ne "$last" ] || [ "$got" = "${total#* of }" ]; }
}

prove_todos() {
	local todos last number got=0

	todos=$(tests/class/todos.py "$lab" all) || return 1
	last=${todos##* }
	for number in $todos; do
		prove "$n: TODO $number of $last pays off" todo "$number"
		echo "$n: $got points up to TODO $number"
	done
	return $failed
}

prove_lab() {
	local number=0

	prove "$n: the skeleton earns nothing" skeleton
	for patch in "$lab"/mutants/*.patch; do
		number=$((number + 1))
		[ $((number % 6)) -eq "${MUTANTS:-$((number % 6))}" ] || continue
		loses=$(sed -n '1s/# loses: *//p' "$patch")
		prove "$n: $(basename "$patch" .patch) loses $loses" mutant "$patch" "$loses"
	done
	return $failed
}

labs=()
for lab in steps/*/lab steps/*/lab-*; do
	[ -d "$lab" ] || continue
	n=$(lab_name "$lab")
	case " ${*:-$n} " in *" $n "*) ;; *) continue ;; esac
	{ work=$(mktemp -d) && answer=$work/answer && trap 'rm -rf "$work"' EXIT && $proof; } &
	labs+=($!)
done
for process in "${labs[@]}"; do
	wait "$process" || failed=1
done
[ $failed -eq 0 ] && [ ${#labs[@]} -gt 0 ]
