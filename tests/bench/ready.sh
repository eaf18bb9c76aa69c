#!/bin/bash
# tests/bench/ready.sh RUNS COMMAND...: prints the time from a step's start to its command's first
# line ("ready"), and from there to the step's end: medians in microseconds, on one line. Each
# COMMAND is one argument, which is divided into words; the commands take turns.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
runs=$1
shift

median() {
	cut -d ' ' -f "$1" "$work/$2" | sort -n | sed -n "$(((runs + 1) / 2))p"
}

for ((i = 0; i < runs; i++)); do
	n=0
	for command in "$@"; do
		start=${EPOCHREALTIME/./}
		# shellcheck disable=SC2086
		exec 7< <(exec $command)
		read -r _ <&7
		ready=${EPOCHREALTIME/./}
		wait $!
		end=${EPOCHREALTIME/./}
		exec 7<&-
		echo "$((ready - start)) $((end - ready))" >>"$work/$n"
		n=$((n + 1))
	done
done
for ((n = 0; n < $#; n++)); do
	printf '%s %s ' "$(median 1 $n)" "$(median 2 $n)"
done
echo
