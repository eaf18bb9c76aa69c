#!/bin/sh
# tests/hygiene.sh: nothing is at the top that does not belong there, each chapter says what it teaches
# and ends with questions, and no step's main.c is longer than 130 lines. Warns of other files that are
# longer than 400 lines, which may hold more than one idea.
cd "$(dirname "$0")/.." || exit 1
wrong=0
for file in $(git ls-files | cut -d/ -f1 | sort -u); do
	case $file in
	Makefile | README.md | NOTES.md | steps | common | tests | rootfs | .*) continue ;;
	esac
	echo "$file does not belong at the top"
	wrong=1
done
for file in steps/*/README.md; do
	for part in '- **Afterwards you can**' '- **You need to know**' '- **Time**' '## Lab' '## Three questions'; do
		grep -qF -e "$part" "$file" || { echo "$file: has no line that begins with: $part" && wrong=1; }
	done
done
for file in $(git ls-files); do
	lines=$(wc -l <"$file")
	case $file in
	*.svg | tests/data/*) ;; # not written by hand
	steps/*/main.c)
		[ "$lines" -le 130 ] || { echo "$file is too long: $lines lines" && wrong=1; }
		;;
	*) [ "$lines" -le 400 ] || echo "warning: $file has $lines lines" ;;
	esac
done
exit $wrong
