#!/bin/bash
# tests/class/one.sh WORK LAB ANSWER HIDDEN: compiles and grades one answer of a class, in namespaces and a cgroup
# that grade.py has made for it. What it prints up to the line "== grading" is the compiler's, each line after
# a bar. The tree for the answer is a copy in a file system of its own, whose size is bounded; the
# workbook, and HIDDEN, where the other answers are, are covered by empty directories, and all other files are
# read-only.
set -u -o pipefail
. tests/class/lab.sh
lab_find "$2" || exit
top=$PWD base=$PWD/$1/$2 answer=$3 hidden=$4 run=$PWD/$1/run

mkdir -p "$run" && mount -t tmpfs -o size=512m,mode=755 run "$run" && mkdir "$run/lab" &&
	cp -a "$base/." "$run/lab" && lab_put "$run/lab" "$answer" && cd "$run" || exit
findmnt --raw --noheadings --output TARGET | grep -Ev '^/(proc|sys|dev)(/|$)' | while read -r mount; do
	mount=$(printf %b "$mount")
	[ "$mount" = "$run" ] || mount -o remount,bind,ro "$mount" 2>/dev/null
done
# What covers these directories may cover the copy as well, so that is bound again on top of it.
for covered in "$hidden" "$top" /tmp; do
	[ ! -d "$covered" ] || mount -t tmpfs -o mode=1777 covered "$covered" && mkdir -p "$run" &&
		mount -c --bind . "$run" && cd "$run" || exit
done
cd lab || exit
export TMPDIR=/tmp CCACHE_DISABLE=1 HOME=/tmp
lab_compile . "lab-$lab" 2>&1 | head -c 200000 | sed 's/^/| /'
if [ "${PIPESTATUS[0]}" -ne 0 ]; then
	printf '\n== does not compile\n' # the last line of what the compiler says may have been cut
	exit 1
fi
unset TMPDIR
echo '== grading'
exec tests/grade.sh "$lab" "answer"
