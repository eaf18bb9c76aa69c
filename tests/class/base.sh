#!/bin/bash
# tests/class/base.sh WORK LAB: makes WORK/LAB, the copy of the workbook in which answers to a lab are
# compiled and graded: all is compiled in it but what depends on the answer. What would show our solution is not
# in it: our files, what was made of them, the mutants, and the chapters' pages.
set -eu
cd "$(dirname "$0")/../.."
. tests/class/lab.sh
lab_find "$2"
base=$1/$lab programs=$(tests/grade.sh "$lab")
rm -rf "$base"
lab_copy "$base"
lab_put "$base" "$home"
lab_compile "$base" ours
touch "$base/stamp"
sleep 0.02 # the files' times are coarse
lab_put "$base" "$home"
lab_compile "$base" ours
find "$base" -newer "$base/stamp" -type f ! -name '*.mk' -delete
find "$base/build" -name '*.d' -delete # make would read hundreds of them for each answer
for object in "$base"/build/tests/test_*.o; do
	grep -q "/$(basename "$object" .o)\$" <<<"$programs" || rm -f "$object" "${object%o}d"
done
for file in "${files[@]}"; do
	rm -f "$base/$home/$file" "$base/build/$home/${file%c}"[od]
done
# The judge is linked with our other modules, which are in an archive.
touch -r "$base/build/modules.a" "$base/stamp"
for file in "${files[@]}"; do
	ar d "$base/build/modules.a" "$(basename "$file" .c).o"
done
touch -r "$base/stamp" "$base/build/modules.a"
rm -rf "$base"/steps/*/lab*/mutants "$base"/steps/*/*.md "$base/tests/class/objects"
