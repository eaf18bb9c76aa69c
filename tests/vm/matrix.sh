#!/bin/bash
# tests/vm/matrix.sh [ROW...]: all tests in virtual machines, a row for each kind of machine (default:
# all rows). Build first. Two machines a row share the tests, as each uses one processor. What they
# print is in build/vm/ROW.log; here comes a summary. A row is red if a test failed, if none passed,
# or if one was skipped that expected-skips does not name.
set -u
cd "$(dirname "$0")/../.." || exit 1

# What there is: a row's name, and the options of run.sh. Tabs are between them.
rows() {
	cat <<-'END'
		v2	-c 2
		v2-newer-kernel	-k linux-image-amd64/bookworm-backports
		v2-some-controllers	-a controllers=memory,pids
	END
}

# The tests in turns, so that both machines have as much to do.
share() {
	local names=(README.md steps/*/README.md) program

	for program in build/tests/test_*; do
		case $program in *.*) ;; *) names+=("${program##*/}") ;; esac
	done
	printf '%s\n' "${names[@]}" | sed -n "$1~2p"
}

# row NAME OPTION...: exit status 1 if it is red
row() {
	local name=$1 log=build/vm/$1.log machines=() half machine passed failed skipped unexpected red=''
	shift
	for half in 1 2; do
		# shellcheck disable=SC2046 # words
		tests/vm/run.sh -t "$seconds" "$@" tests/run.sh $(share $half) >"$log.$half" 2>&1 &
		machines+=($!)
	done
	for machine in "${machines[@]}"; do
		wait "$machine" || red=red
	done
	cat "$log.1" "$log.2" >"$log"
	rm "$log.1" "$log.2"
	passed=$(grep -ac '^\[       OK \]' "$log")
	failed=$(grep -aE '^\[  ERROR   \]|tests: .*FAILED:|^vm: ' "$log")
	skipped=$(grep -a '^SKIP ' "$log")
	unexpected=$(printf '%s\n' "$skipped" | grep -vE -f tests/vm/expected-skips)
	[ "$passed" -gt 0 ] && [ -z "$unexpected" ] || red=red
	printf 'row %s: %s tests passed, %s lines of failures, %s skipped: %s\n' "$name" "$passed" \
		"$(printf %s "$failed" | grep -c '')" "$(printf %s "$skipped" | grep -c '')" "${red:-green}"
	printf '%s\n%s\n' "$failed" "$skipped" | sed -n 's/./    &/p'
	[ -z "$red" ]
}

seconds=${SECONDS_A_ROW:-1500} all=0
while IFS=$'\t' read -r name options <&3; do
	[ $# -eq 0 ] || [[ " $* " = *" $name "* ]] || continue
	# shellcheck disable=SC2086 # words
	row "$name" $options || all=1
done 3< <(rows)
exit $all
