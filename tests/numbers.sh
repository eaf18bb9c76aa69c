#!/bin/bash
# tests/numbers.sh [--write]: checks the numbers of lines in the pages; --write corrects them.
#
# On a chapter's page, a table whose header ends with "N lines" lists source files: the first cell of
# a row names files or folders, in backquotes, the last cell has their lines, and N is the sum. The
# tables of a page together name all files of the chapter; the first is headed "read these".
# On the cover, the last two cells of a chapter's row have the lines that are to be read, and those
# of all other files. If the chapter's page has no such table, all files are to be read.
#
# All lines that are not blank count, to the nearest ten, in .c files. The programs themselves
# (main.c), the options, the labs and what only the build runs do not count.
# shellcheck disable=SC2016 # the backquotes are those of the pages
set -u
cd "$(dirname "$0")/.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong=0

# sources PLACE...: prints the files that count, of these names and in folders of these names
sources() {
	find "$@" -name '*.c' ! -name main.c ! -name '*_options.c' ! -path '*/lab*/*' ! -path '*/precompile/*' | sort
}

# lines <FILES: prints how many lines the listed files have
lines() {
	echo $((($(xargs -r cat | grep -c .) + 5) / 10 * 10))
}

# chapter FOLDER: prints its page with true numbers. $work/named then lists all files that the
# tables name, $work/read those that are to be read.
chapter() {
	local header='' row i
	local -a text names

	mapfile -t text <"$1/README.md"
	: >"$work/named"
	sources "$1" >"$work/read"
	for i in "${!text[@]}"; do
		row=${text[i]}
		case $row in
		'| '*' lines |')
			header=$i
			: >"$work/table"
			;;
		'| --- '*) ;;
		'| '*)
			[ -n "$header" ] || continue
			mapfile -t names < <(cut -d '|' -f 2 <<<"$row" | grep -o '`[^`]*`' | tr -d '`')
			sources "${names[@]/#/$1/}" >"$work/row"
			cat "$work/row" >>"$work/table"
			text[i]="${row% | *} | $(lines <"$work/row") |"
			;;
		*)
			[ -n "$header" ] || continue
			text[header]="${text[header]% | *} | $(lines <"$work/table") lines |"
			cat "$work/table" >>"$work/named"
			[[ ${text[header]} != '| read these '* ]] || cp "$work/table" "$work/read"
			header=''
			;;
		esac
	done
	printf '%s\n' "${text[@]}"
}

# compare PAGE <ITS TRUE TEXT: shows what differs, or corrects it
compare() {
	cat >"$work/true"
	if [ -n "$write" ]; then
		cmp -s "$1" "$work/true" || cat "$work/true" >"$1"
	elif ! diff -U 0 "$1" "$work/true"; then
		wrong=1
	fi
}

write=${1:-}
cover=$(<README.md)
for folder in steps/*; do
	chapter "$folder" >"$work/page"
	compare "$folder/README.md" <"$work/page"
	sources "$folder" >"$work/all"
	if [ -s "$work/named" ] && grep -v -x -F -f "$work/named" "$work/all"; then
		echo "are in no table of $folder/README.md"
		wrong=1
	fi
	row=$(grep -F "]($folder/README.md)" <<<"$cover")
	later=$(grep -v -x -F -f "$work/read" "$work/all" | lines)
	cover=${cover/"$row"/"${row% | * | *} | $(lines <"$work/read") | $later |"}
done
compare README.md <<<"$cover"
[ "$wrong" -eq 0 ] || echo 'tests/numbers.sh --write corrects numbers'
exit $wrong
