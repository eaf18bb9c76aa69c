#!/bin/bash
# tests/class/learner.sh reset|solution|hint|handin LAB ANSWER: what a learner asks for beside the grade.
# ANSWER is the directory of the learner's files. What takes something away, or gives something away,
# is asked for on a terminal, or wants YES=1; otherwise nothing happens.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/class/lab.sh
answer=$3
lab_find "$2" || exit
work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT

# ask QUESTION: ends the script unless the reply is yes
ask() {
	local reply

	[ "${YES:-}" != 1 ] || return 0
	if [ ! -t 0 ]; then
		echo "$1 There is no terminal to ask at: nothing was done. YES=1 says yes." >&2
		exit 1
	fi
	read -r -p "$1 [y/N] " reply
	[[ $reply == [yY]* ]] || { echo 'Nothing was done.' && exit 1; }
}

do_reset() {
	local file changed=() kept

	for file in "${files[@]}"; do
		mkdir -p "$(dirname "$work/skeleton/$file")" && lab_skeleton "$file" >"$work/skeleton/$file" || exit
		cmp -s "$work/skeleton/$file" "$answer/$file" || changed+=("$file")
	done
	if [ ${#changed[@]} -eq 0 ]; then
		echo "lab-$lab: nothing to do: $answer has the skeleton."
		return
	fi
	ask "Put back to the skeleton: ${changed[*]}? A copy of yours is kept."
	for file in "${changed[@]}"; do
		mkdir -p "$(dirname "$answer/$file")" &&
			cp --verbose --backup=numbered "$work/skeleton/$file" "$answer/$file" >"$work/said" || exit
		kept=$(sed -n "s/.*backup: '\\(.*\\)')$/Yours is in \\1./p" "$work/said")
		echo "lab-$lab: $answer/$file is the skeleton again. $kept"
	done
}

do_solution() {
	local file color=never

	for file in "${files[@]}"; do
		if [ "$lab_dir/$file" -ef "$home/$file" ] || [ ! -f "$home/$file" ]; then # as class_copy.py makes it
			echo "lab-$lab: this copy of the workbook has no solution. Your teacher has it." >&2
			exit 1
		fi
	done
	ask "Show our solution of lab-$lab beside yours?"
	[ ! -t 1 ] || color=always
	for file in "${files[@]}"; do
		[ -f "$answer/$file" ] || echo "You have no $file. Ours is $home/$file."
		[ ! -f "$answer/$file" ] || diff --color=$color -u "$answer/$file" "$home/$file"
	done
	return 0
}

# The last grading is in build/lab-LAB/graded; build/lab-LAB/hint has the test, and the number of the hint that
# was shown last.
do_hint() {
	local graded=build/lab-$lab/graded shown=build/lab-$lab/hint test number='' before='' solution=''

	if [ ! -f "$graded" ]; then
		echo "lab-$lab has not been graded yet: make lab-$lab" >&2
		exit 1
	fi
	if grep -q '(does not compile)$' "$graded"; then
		echo "It does not compile. The first error is the one to begin with:"
		grep -m 1 -E 'error|undefined|missing' "$graded"
		return
	fi
	test=$(sed -n 's/^The first that failed: *\([a-z0-9_]*\).*/\1/p' "$graded")
	if [ -z "$test" ]; then
		sed -n "s/^lab-$lab: .*points.*/&: there is nothing to hint at./p" "$graded"
		return
	fi
	[ ! -f "$shown" ] || read -r before number <"$shown"
	[ "$before" = "$test" ] || number=0
	[ "$number" -ge 3 ] || number=$((number + 1))
	echo "$test $number" >"$shown"
	echo "$test, hint $number of 3:"
	lab_hints "$lab_dir" "$test" | sed -n "${number}p" | fmt -w 100
	if [ "$number" -lt 3 ]; then
		echo "(once more for the next hint: make hint-$lab)"
	else
		[ -f "$home/${files[0]}" ] && [ ! "$lab_dir/${files[0]}" -ef "$home/${files[0]}" ] &&
			solution="; make solution-$lab shows our solution"
		echo "(that was the last hint$solution)"
	fi
}

do_handin() {
	local file packed=() archive=build/handin-$lab.tar.gz

	mkdir -p build "$work/lab-$lab"
	for file in "${files[@]}"; do
		if [ ! -f "$answer/$file" ]; then
			echo "missing: $answer/$file. Without it nothing compiles, and there are no points."
			continue
		fi
		! lab_is_skeleton "$file" <"$answer/$file" || echo "unchanged: $answer/$file is still the skeleton."
		mkdir -p "$(dirname "$work/lab-$lab/$file")" && cp -- "$answer/$file" "$work/lab-$lab/$file" || exit
		packed+=("$file")
	done
	[ ${#packed[@]} -gt 0 ] || { echo "lab-$lab: there is nothing to hand in." >&2 && exit 1; }
	(cd "$work/lab-$lab" && sha256sum -- "${packed[@]}" >SHA256SUMS) &&
		tar -C "$work" --sort=name --mtime=@0 --owner=root:0 --group=root:0 --mode=u=rwX,go=rX \
			-cf - "lab-$lab" | gzip -n >"$archive" || exit
	echo "hand in: $archive"
	echo "its SHA-256: $(sha256sum <"$archive" | cut -d ' ' -f 1)"
}

"do_$1"
