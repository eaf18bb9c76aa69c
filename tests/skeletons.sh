#!/bin/bash
# tests/skeletons.sh [--write]: checks that the labs fit our modules: each skeleton differs from its module
# only at the TODOs, its checksum is in the list by which `make reset-NN` knows it, the list of the calls that
# belong to a TODO is true (--write writes both lists), each test has three hints, and each mutant's patch
# applies. `make check` runs it and compiles the skeletons; tests/labs.sh proves the grades.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/class/lab.sh
failed=0
list=tests/class/skeletons.sha256 calls=tests/class/calls

sums() { find steps/*/lab steps/*/lab-* -name '*.c' 2>/dev/null | LC_ALL=C sort | xargs sha256sum; }
# Prints LAB CALL TODO...: grade.sh hints at the TODO whose call has failed.
list_calls() {
	local lab

	for lab in steps/*/lab steps/*/lab-*; do
		[ ! -d "$lab" ] || tests/class/todos.py "$lab" calls | sed "s/^/$(lab_name "$lab") /"
	done
}
[ "${1:-}" != --write ] || { sums >$list && list_calls >$calls && exit; }
list_calls | diff $calls - || { echo "$calls: not the calls of the TODOs: tests/skeletons.sh --write" && failed=1; }
sums | diff $list - || { echo "$list: not the skeletons that are here: tests/skeletons.sh --write" && failed=1; }

# differences LAB: prints the hunks that have no TODO in them, if there are any
differences() {
	local file
	(cd "$1" && find . -name '*.c') | while read -r file; do
		diff -U 1 "${1%/*}/$file" "$1/$file" | sed 1,2d
	done | awk 'function check() { if (hunk && hunk !~ /TODO/) print hunk }
		/^@@/ { check(); hunk = "" } { hunk = hunk "\n" $0 } END { check() }'
}

for lab in steps/*/lab steps/*/lab-*; do
	[ -d "$lab" ] || continue
	difference=$(differences "$lab")
	if [ -n "$difference" ]; then
		echo "$lab: differs from our modules not at its TODOs alone:$difference"
		failed=1
	fi
	for test in $(lab_tests "$lab"); do
		[ "$(lab_hints "$lab" "$test" | wc -l)" -eq 3 ] && continue
		echo "$lab/hints: not three hints for $test"
		failed=1
	done
	for mutant in "$lab"/mutants/*.patch; do
		patch --dry-run --quiet --strip=3 --directory="${lab%/*}" <"$mutant" && continue
		echo "$mutant: does not apply"
		failed=1
	done
done
exit $failed
