# shellcheck shell=bash disable=SC2034 # the scripts that read this file use its variables
# tests/class/lab.sh: what the scripts here know of a lab. They read this file and call lab_find.

# lab_find LAB: sets $n, the lab's chapter; $home, the chapter's directory; $lab_dir, the lab's; and
# $files, the learner's files as paths below both. They are listed with the checksums
# of the skeletons, since the learner may have removed one.
lab_find() {
	lab=$1 n=06
	case $lab in
	0[1-6]) n=$lab lab_dir=$(echo steps/"$lab"-*/lab) ;;
	*) lab_dir=$(echo steps/06-*/lab-"$lab") ;;
	esac
	[ -d "$lab_dir" ] || { echo "There is no lab $lab." >&2 && return 1; }
	home=${lab_dir%/*}
	mapfile -t files <<<"$(sed -n "s|^.*  $lab_dir/||p" tests/class/skeletons.sha256)"
	all_points=$(awk '!/^#/ && NF { sum += $1 } END { print sum }' "$lab_dir/points")
}

# lab_name DIRECTORY: prints the lab's name, 01 or layers. DIRECTORY is steps/NN-*/lab or steps/06-*/lab-NAME.
lab_name() {
	local name=${1##*/lab-}

	[ "$name" != "$1" ] || { name=${1#steps/} && name=${name%%-*}; }
	echo "$name"
}

# lab_tests DIRECTORY: prints the names of the tests that are graded, one a line.
lab_tests() { grep -v '^#' "$1/points" | cut -d ' ' -f 2 | tr + '\n'; }

# lab_hints DIRECTORY TEST: prints the test's hints, one a line. In the file they follow, each after a tab, on a
# line with the names of the tests that they are for, without _in_v1 and _in_v2.
lab_hints() {
	awk -v test="${2%_in_v[12]}" '/^#/ { next } /^\t/ { if (on) print substr($0, 2); next }
		{ on = 0; for (i = 1; i <= NF; i++) on = on || $i == test }' "$1/hints"
}

# lab_is_skeleton FILE <TEXT: whether the text is the file as the workbook brings it.
lab_is_skeleton() {
	grep -q "^$(sha256sum | cut -d ' ' -f 1)  $lab_dir/$1\$" tests/class/skeletons.sha256
}

# lab_skeleton FILE: prints the skeleton. It is what the learner has not changed, or in a class copy what class_copy.py
# has put beside this script, or a version that git knows.
lab_skeleton() {
	local file commit

	for file in "$lab_dir/$1" "tests/class/skeletons/$lab_dir/$1"; do
		[ ! -f "$file" ] || { lab_is_skeleton "$1" <"$file" && cat "$file" && return; }
	done
	for commit in $(git rev-list HEAD -- "$lab_dir/$1" 2>/dev/null); do
		git show "$commit:./$lab_dir/$1" 2>/dev/null | lab_is_skeleton "$1" &&
			git show "$commit:./$lab_dir/$1" && return
	done
	echo "$lab_dir/$1: git's history has no skeleton of it. Take the file from where the workbook is from." >&2
	return 1
}

# lab_copy TREE: a copy of the workbook, with all that is compiled. cp -p keeps the times, so that
# nothing of it is compiled again. What TREE has compiled already stays.
lab_copy() {
	local item

	mkdir -p "$1" && for item in Makefile common steps rootfs tests; do
		rm -rf "${1:?}/$item" && cp -pr "$item" "$1" || return
	done
	[ -d "$1/build" ] || {
		mkdir "$1/build" "$1/build/tests" && for item in build/common build/steps build/tests/*.[od] build/tests/judge \
			build/*.a build/flags build/precompile build/seccomp_precompiled.h build/host build/probe build/rootfs.made; do
			[ ! -e "$item" ] || cp -pr "$item" "$1/${item%/*}" || return
		done
	}
}

# lab_missing ANSWER: prints which of the files the answer has not.
lab_missing() {
	local file

	for file in "${files[@]}"; do
		[ -f "$1/$file" ] || echo "$1/$file is missing"
	done
}

# lab_put TREE ANSWER: puts the answer's files where lab_compile finds them, in TREE/answer.
lab_put() {
	local file place=$1/answer

	rm -rf "$place"
	for file in "${files[@]}"; do
		mkdir -p "$(dirname "$place/$file")" && cp -- "$2/$file" "$place/$file" || return
	done
}

# lab_compile TREE NAME: compiles the step and its tests. What the compiler and the linker say names the
# answer's files as NAME/FILE. The exit status is that of make.
lab_compile() {
	local file script answer top status all=(01 02 03 04 05 06)

	answer=$(printf '%s' "$2" | sed 's/[#&\\]/\\&/g') # as a replacement
	top=$(printf '%s/' "$(cd "$1" && pwd)" | sed 's/[#*.^$\\[]/\\&/g') # as a pattern
	script="/^make/d;s#$top##g;"
	for file in "${files[@]}"; do
		script+="s#\\(^\\|[^[:alnum:]/]\\)answer/$file#\\1$answer/$file#g;"
	done
	# shellcheck disable=SC2046 # words
	make -s --no-print-directory -C "$1" STEPS="${all[*]:0:10#$n}" LAB="$lab" ANSWER=answer judge build/host \
		build/probe $(tests/grade.sh "$lab") 2>&1 | sed "$script"
	status=${PIPESTATUS[0]}
	return "$status"
}
