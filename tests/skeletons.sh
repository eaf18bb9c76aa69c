#!/bin/bash
# tests/skeletons.sh: checks that the labs fit our modules: each skeleton differs from its module only
# at the TODOs, and each mutant's patch applies. `make check` runs it and compiles the
# skeletons; tests/labs.sh proves the grades.
set -u
cd "$(dirname "$0")/.." || exit 1
failed=0

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
	for mutant in "$lab"/mutants/*.patch; do
		patch --dry-run --quiet --strip=3 --directory="${lab%/*}" <"$mutant" && continue
		echo "$mutant: does not apply"
		failed=1
	done
done
exit $failed
