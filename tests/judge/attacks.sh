#!/bin/bash
# tests/judge/attacks.sh [NAME...]: the labs' grades cannot be forged. Each file in tests/judge/attacks/LAB/
# stands in the place of a lab's first file: it contains the skeleton, and an attempt to get points
# without the work. Each has to earn nothing; then our own modules have to earn full points. With ATTACKS=0
# to 2, only that third is tried.
set -u
cd "$(dirname "$0")/../.." || exit 1
export WHERE=here
failed=0 number=0
[ -z "${ATTACKS:-}" ] || echo "SKIP two thirds of the forgeries: other commits' shares"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# attack LAB FILE
attack() {
	local lab name first total
	name=$(basename "$2" .c)
	case $1 in
	0[1-6]) lab=$(echo steps/"$1"-*/lab) ;;
	*) lab=$(echo steps/06-*/lab-"$1") ;;
	esac
	rm -rf "$work/answer" && mkdir "$work/answer" || return
	(cd "$lab" && find . -name '*.c' -exec cp --parents {} "$work/answer" \;)
	first=$(cd "$work/answer" && find . -name '*.c' | sort | head -n 1)
	cp "$2" "$work/answer/$first" || return
	make -s "lab-$1" ANSWER="$work/answer" >"$work/log" 2>&1
	total=$(sed -n "s/^lab-$1: \(.*\) points$/\1/p" "$work/log")
	if [ "${total% of *}" = 0 ]; then
		echo "earns nothing: $1 $name"
	else
		echo "FAILED: $1 $name: ${total:-no grade}"
		sed 's/^/    /' "$work/log"
		failed=1
	fi
}

make -s rootfs || exit 1
for file in tests/judge/attacks/*/*.c; do
	number=$((number + 1))
	[ $((number % 3)) -eq "${ATTACKS:-$((number % 3))}" ] || continue
	name=$(basename "$file" .c) lab=${file#tests/judge/attacks/}
	case " ${*:-$name} " in *" $name "*) attack "${lab%%/*}" "$file" ;; esac
done
make -s lab-01 ANSWER=steps/01-uts >"$work/log" 2>&1 || { cat "$work/log" && failed=1; }
exit $failed
