# shellcheck shell=sh disable=SC2154 # who sources it sets $work and $runtime
# What the engines' tests share; to be sourced. A check that fails is counted, and the next goes on.
failed=0

# check WHAT EXPECTED COMMAND...: runs it, and compares what it prints, and a line with its exit
# status if that is not 0
check() {
	what=$1 expected=$2
	shift 2
	got=$("$@" 2>"$work/stderr" </dev/null) || got="${got:+$got
}status $?"
	if [ "$got" = "$expected" ]; then
		echo "ok      $what"
	else
		printf 'FAILED  %s\n--- expected\n%s\n--- got\n%s\n--- on standard error\n%s\n' \
			"$what" "$expected" "$got" "$(tail -5 "$work/stderr")"
		failed=$((failed + 1))
	fi
}

# until_true COMMAND...: tries it again for at most 20 s
until_true() {
	tries=200
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || { echo "waited in vain: $*" >&2 && return 1; }
		sleep 0.1
	done
}

# terminal COMMAND...: runs it at a terminal of its own
terminal() {
	script -qec "$*" /dev/null </dev/null | tr -d '\r\000' | sed 's/^^@//'
}

# finish: the exit status of the script
finish() {
	[ "$failed" -eq 0 ]
}
