#!/bin/bash
# tests/graded.sh: checks that no page prints what a lab asks for. A skeleton differs from our module
# in the functions and tables that are graded (tests/skeletons.sh). A page shows too much of one of
# them if half of its missing lines are in the page's code blocks.
set -u
cd "$(dirname "$0")/.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# missing MODULE SKELETON: prints "MODULE NAME<TAB>LINE" for each line that the skeleton lacks, where
# NAME is the function or table around the line. Lines that say nothing (braces, `return 0;`) are
# left out.
missing() {
	diff -U 10000 "$1" "$2" | sed 1,3d | awk -v module="$1" '
		/^[-+ ][a-z].*[[(]/ { name = substr($0, 2); sub(/[[(].*/, "", name); sub(/.*[ *]/, "", name) }
		/^-/ { line = substr($0, 2); gsub(/[ \t]/, "", line)
			if (length(line) > 4 && line !~ /^return(0|-1|NULL);$/ && line !~ /^(\/?\*|#include)/)
				print module " " name "\t" line }'
}

# shown PAGE: prints the names of which the page's code blocks have half of the missing lines
shown() {
	awk '/^ *```/ { inside = !inside; next } inside || /^    / { gsub(/[ \t]/, ""); print }' "$1" |
		awk -F '\t' 'NR == FNR { on_page[$0] = 1; next }
			{ all[$1]++; if ($2 in on_page) some[$1]++ }
			END { for (name in all) if (2 * some[name] >= all[name]) print name }' - "$work/missing"
}

for lab in steps/*/lab steps/*/lab-*; do
	[ -d "$lab" ] || continue
	(cd "$lab" && find . -name '*.c') | while read -r file; do
		missing "${lab%/*}/${file#./}" "$lab/$file"
	done
done >"$work/missing"

# A page that prints all of our modules must be found to print all that is graded.
(echo '```'; cut -f 2 "$work/missing"; echo '```') >"$work/all.md"
graded=$(cut -f 1 "$work/missing" | sort -u)
if [ -z "$graded" ] || [ "$(shown "$work/all.md" | sort)" != "$graded" ]; then
	echo "tests/graded.sh does not find what it looks for"
	exit 1
fi

failed=0
for page in README.md NOTES.md steps/*/*.md; do
	names=$(shown "$page" | sort)
	[ -n "$names" ] || continue
	echo "$page prints what a lab asks for:"
	printf '%s\n' "$names"
	failed=1
done
exit $failed
