# shellcheck shell=sh disable=SC2154,SC2016 # the script that sources it sets $work and $runtime
# Functions of the engines' tests, which source this file. A check that fails is counted, and the
# others follow.
image=workbook/busybox:1
failed=0

# check WHAT EXPECTED COMMAND...: runs the command and compares its output, with a line for its exit
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

# until_true COMMAND...: repeats the command until it succeeds, for at most 20 s
until_true() {
	tries=200
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || { echo "waited in vain: $*" >&2 && return 1; }
		sleep 0.1
	done
}

# check_run: checks `run OPTION... $image COMMAND...`, with either engine
check_run() {
	check 'run' 'hello' run --rm $image echo hello
	check 'its exit status' 'status 42' run --rm $image sh -c 'exit 42'
	check 'no such command' 'status 127' run --rm $image nope
	check 'a directory as the command' 'status 126' run --rm $image /etc
	check 'host name' 'boxed' run --rm --hostname boxed $image hostname
	check 'user' '1000:29' run --rm --user 1000:29 $image sh -c 'echo $(id -u):$(id -g)'
	check 'environment and directory' 'y /tmp' run --rm -e X=y -w /tmp $image sh -c 'echo $X $PWD'
	mkdir -p "$work/volume" && echo from-the-host >"$work/volume/file"
	check 'volume' 'from-the-host' run --rm -v "$work/volume:/v" $image cat /v/file
	check 'volume, read-only' 'status 1' run --rm -v "$work/volume:/v:ro" $image sh -c 'echo x >/v/file'
	check 'tmpfs' 'tmpfs' run --rm --tmpfs /t $image sh -c "grep ' /t ' /proc/mounts | cut -d' ' -f3"
	check 'read-only root' 'status 1' run --rm --read-only $image touch /file
	check 'sysctl' '12345' run --rm --sysctl kernel.msgmax=12345 $image cat /proc/sys/kernel/msgmax
	check 'seccomp' '2' run --rm $image sh -c 'grep Seccomp: /proc/self/status | cut -f2'
	check 'capabilities' 'CapEff:	0000000000000000' run --rm --cap-drop ALL $image grep CapEff /proc/self/status
	check 'one capability' 'CapEff:	0000000000000001' run --rm --cap-drop ALL --cap-add CHOWN $image \
		grep CapEff /proc/self/status
	check 'memory limit' '67108864' run --rm --memory 64m $image \
		sh -c 'cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes 2>/dev/null || cat memory.max'
}

# terminal COMMAND...: runs it at a new terminal. Its input stays open: at the end of the input
# script(1) would type an end-of-file, perhaps before the command is ready
terminal() {
	[ -p "$work/keyboard" ] || mkfifo "$work/keyboard"
	script -qec "$*" /dev/null <>"$work/keyboard" | tr -d '\r'
}

# finish: ends the script with its exit status
finish() {
	[ "$failed" -eq 0 ]
}
