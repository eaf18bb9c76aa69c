#!/bin/sh
# tests/specification.sh: checks that each test exists which the page on the specification names, and
# that each row names a test, or says what is refused or done otherwise. A word with "_" in
# backquotes is the name of a test. A page that names no test is wrong, too.
# shellcheck disable=SC2016 # the backquotes are those of the page
cd "$(dirname "$0")/.." || exit 1
page=steps/06-full/specification.md
names=$(mktemp)
trap 'rm -f "$names"' EXIT
grep '^|' $page | grep -o '`[a-z0-9]*_[a-z0-9_]*`' | tr -d '`' | sort -u >"$names"
wrong=0
[ -s "$names" ] || { echo "$page: no test is named" && wrong=1; }
while read -r name; do
	grep -q "test[a-z_]*(${name}[,)]" tests/test_*.c && continue
	echo "$page: there is no test $name"
	wrong=1
done <"$names"
if grep '^|' $page | grep -v -e '^| --- ' -e '^| section ' -e '^| option ' | sed 's/ |$//; s/.* | //' |
	grep -v -e '`.*_.*`' -e '\*' -e ignored; then
	echo "$page: that is what these rows have in the place of a test"
	wrong=1
fi
[ $wrong -eq 0 ] && echo "$page: $(wc -l <"$names") tests are named, and are there"
exit $wrong
