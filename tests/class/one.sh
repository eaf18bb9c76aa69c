#!/bin/bash
# tests/class/one.sh WORK LAB ANSWER: compiles and grades one answer of a class, in namespaces and a cgroup that
# grade.py has made for it. What it prints up to the line "== grading" is the compiler's, each line after a bar.
#
# The answer has a root file system of its own, with the machine's programs and no one's files: neither the workbook
# nor other answers are below a mount in it. The tree for the answer is an overlay: what is written goes to a file
# system of its own, whose size is bounded. All other files are read-only.
set -u -o pipefail
. tests/class/lab.sh
lab_find "$2" || exit
work=$PWD/$1 answer=$3
root=$work/root run=$work/run

# The overlay covers the file system that it writes to. Its paths are relative, since a colon or a comma would end
# one.
mkdir -p "$run" "$root" && mount -t tmpfs -o size=512m,mode=755 run "$run" && mkdir "$run/upper" "$run/work" &&
	mount -t overlay -o "lowerdir=$1/$lab,upperdir=$1/run/upper,workdir=$1/run/work" lab "$run" &&
	lab_put "$run" "$answer" && mount -t tmpfs -o size=64m,mode=755 root "$root" || exit
for item in /bin /sbin /lib* /usr /etc /proc /sys /dev; do
	if [ -L "$item" ]; then
		cp -P "$item" "$root$item"
	else
		mkdir "$root$item" && mount --rbind "$item" "$root$item"
	fi || exit
done
mkdir -p "$root"/{run,root,home,mnt,var/lib,var/tmp,tmp} "$root$run" && chmod 1777 "$root"/{tmp,var/tmp} &&
	mount --bind "$run" "$root$run" && cd "$root" && pivot_root . . && umount --lazy . && cd "$run" || exit
findmnt --raw --noheadings --output TARGET | grep -Ev '^/(proc|sys|dev)(/|$)' | while read -r mount; do
	mount=$(printf %b "$mount")
	[ "$mount" = "$run" ] || mount -o remount,bind,ro "$mount" 2>/dev/null
done
mount -t tmpfs -o mode=1777 tmp /tmp && mkdir -p "$run" && { [ -e "$run/tests" ] || mount -c --bind . "$run"; } &&
	cd "$run" || exit
export TMPDIR=/tmp CCACHE_DISABLE=1 HOME=/tmp
lab_compile . "lab-$lab" 2>&1 | head -c 200000 | sed 's/^/| /'
if [ "${PIPESTATUS[0]}" -ne 0 ]; then
	printf '\n== does not compile\n' # the last line of what the compiler says may have been cut
	exit 1
fi
unset TMPDIR
echo '== grading'
GRADE_NAMESPACE=entered exec tests/grade.sh "$lab" answer
