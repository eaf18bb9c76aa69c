#!/bin/bash
# tests/vm/broken.sh: proves that a row of the matrix can be red. Each patch in tests/vm/broken makes a
# mistake in chapter 5's part for cgroup v2; and one machine lacks a controller, so that tests are
# skipped which must run. Each of these rows must be red, and not because its machine did not start.
# Build first.
set -u
cd "$(dirname "$0")/../.." || exit 1
rows=no-pids
for patch in tests/vm/broken/*.patch; do
	name=broken-$(basename "$patch" .patch) copy=build/vm/$name
	rm -rf "$copy" && mkdir -p "$copy/build" &&
		cp -pr Makefile common steps rootfs tests step-* "$copy" &&
		cp -pr build/{common,steps,common.a,flags,seccomp_precompiled.h,precompile,probe,rootfs.made} "$copy/build" &&
		patch -s -p 1 -d "$copy" <"$patch" && make -s -C "$copy" step-05 step-06 || exit 1
	rows="$rows $name"
done
# shellcheck disable=SC2086 # words
tests/vm/matrix.sh $rows >build/vm/broken.log 2>&1 && echo 'the matrix is green' && exit 1
rm -rf build/vm/broken-*/
wrong=0
for row in $rows; do
	line=$(grep -a "^row $row: " build/vm/broken.log | tail -n 1)
	case $line in
	"row $row: 0 passed"* | *green) echo "it should be red by its tests: $line" && wrong=1 ;;
	*RED) echo "red, as it should be: $line" ;;
	*) echo "there is no row $row" && wrong=1 ;;
	esac
done
exit $wrong
