#!/bin/bash
# tests/class/one.sh WORK LAB ANSWER HIDDEN: compiles and grades one answer of a class, in namespaces and a cgroup
# that grade.py has made for it. What it prints up to the line "== grading" is the compiler's, each line after
# a bar. The tree for the answer is an overlay: what is written goes to a file system of its own, whose size is
# bounded. The workbook, and HIDDEN, where the other answers are, are covered by empty directories, and all
# other files are read-only.
set -u -o pipefail
. tests/class/lab.sh
lab_find "$2" || exit
top=$PWD answer=$3 hidden=$4 run=$PWD/$1/run

# The overlay covers the file system that it writes to. Its paths are relative, since a colon or a comma would end
# one.
mkdir -p "$run" && mount -t tmpfs -o size=512m,mode=755 run "$run" && mkdir "$run/upper" "$run/work" &&
	mount -t overlay -o "lowerdir=$1/$lab,upperdir=$1/run/upper,workdir=$1/run/work" lab "$run" &&
	lab_put "$run" "$answer" && cd "$run" || exit
findmnt --raw --noheadings --output TARGET | grep -Ev '^/(proc|sys|dev)(/|$)' | while read -r mount; do
	mount=$(printf %b "$mount")
	[ "$mount" = "$run" ] || mount -o remount,bind,ro "$mount" 2>/dev/null
done
# What covers these directories may cover the copy as well, so that is bound again on top of it.
for covered in "$hidden" "$top" /tmp; do
	[ ! -d "$covered" ] || mount -t tmpfs -o mode=1777 covered "$covered" && mkdir -p "$run" &&
		mount -c --bind . "$run" && cd "$run" || exit
done
export TMPDIR=/tmp CCACHE_DISABLE=1 HOME=/tmp
lab_compile . "lab-$lab" 2>&1 | head -c 200000 | sed 's/^/| /'
if [ "${PIPESTATUS[0]}" -ne 0 ]; then
	printf '\n== does not compile\n' # the last line of what the compiler says may have been cut
	exit 1
fi
unset TMPDIR
echo '== grading'
GRADE_NAMESPACE=entered exec tests/grade.sh "$lab" answer
