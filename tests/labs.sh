#!/bin/bash
# tests/labs.sh [NN...]: proves the labs' grades, all or those of these chapters. Our own modules
# earn full points. The untouched skeleton compiles without a warning and earns nothing. Each mutant,
# a typical mistake kept as a patch against our module, loses just the points that the patch's first
# line names. A line a proof; the chapters side by side, but for chapter 5: the cgroups that its
# mistakes leave are the machine's, which the others look at.
#
# shellcheck disable=SC2317 # what prove() is given to call is called
set -u
cd "$(dirname "$0")/.." || exit 1
failed=0
make -s rootfs || exit 1

# prove WHAT COMMAND...: says whether the command succeeded, and if not, what it printed
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

# The names of the lab's files.
files() { (cd "$lab" && find . -name '*.c'); }

# Makes our modules the answer, with a patch applied.
answer_ours() {
	local file
	mkdir -p "$answer"
	for file in $(files); do
		(cd "${lab%/lab}" && cp --parents "$file" "$answer") || return 1
	done
	[ $# -eq 0 ] || patch --quiet --strip=3 --directory="$answer" <"$1"
}

# grade ANSWER: fails if that does not come to its end. $total is "N of M", $lost the tests.
grade() {
	make -s "lab-$n" ANSWER="$1" TEST= >"$work/grade" 2>&1
	cat "$work/grade"
	total=$(sed -n "s/^lab-$n: \(.*\) points$/\1/p" "$work/grade")
	lost=$(sed -n 's/^ 0 of .[0-9]  \([a-z0-9_]*\).*/\1/p' "$work/grade" | xargs)
	[ -n "$total" ]
}

ours() { answer_ours && grade "$answer" && [ "${total% of *}" = "${total#* of }" ]; }

skeleton() { grade "$lab" && ! grep warning: "$work/grade" && [ "${total% of *}" = 0 ]; }

mutant() { answer_ours "$1" && grade "$answer" && echo "lost: $lost" && [ "$lost" = "$2" ]; }

chapter() {
	work=$(mktemp -d) && answer=$work/answer || return 1
	trap 'rm -rf "$work"' EXIT
	prove "$n: the skeleton earns nothing" skeleton
	for patch in "$lab"/mutants/*.patch; do
		loses=$(sed -n '1s/# loses: *//p' "$patch")
		prove "$n: $(basename "$patch" .patch) loses $loses" mutant "$patch" "$loses"
		[ "$n" != 05 ] || make -s clean-host >"$work/log" 2>&1
	done
	prove "$n: our modules earn all points" ours
	return $failed
}

chapters=() alone=''
for lab in steps/*/lab; do
	n=${lab#steps/} n=${n%%-*}
	case " ${*:-$n} " in *" $n "*) ;; *) continue ;; esac
	[ "$n" != 05 ] || { alone=$lab && continue; }
	chapter &
	chapters+=($!)
done
for chapter in "${chapters[@]}"; do
	wait "$chapter" || failed=1
done
if [ -n "$alone" ]; then
	n=05 lab=$alone
	(chapter) || failed=1
fi
[ $failed -eq 0 ] && [ -n "$alone${chapters[*]}" ]
