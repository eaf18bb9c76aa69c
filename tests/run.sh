#!/bin/bash
# tests/run.sh [PREFIX|build/tests/NAME|PAGE.md...]: runs the test programs whose names begin with
# PREFIX, that one program, and the console blocks of those pages. Each one's time is bounded. Ends
# with a summary; the exit status is 0 only if nothing failed and something ran.
#
# Each program, and each page, runs in namespaces of its own, which stand for the host: neither the
# rest of the machine nor another test disturbs it, and nothing that it leaves behind outlives it. "/"
# is shared there, as systemd makes it, so that a mount which a step does not keep private is seen. /run is
# empty: the leases of the machine's own containers belong to its own network. The topmost cgroups are
# the test's own (own-cgroups.sh). A program has a copy of rootfs/busybox, since what runs in containers
# of other tests and pages may write there; pages have the file system itself, which they may build.
#
# JOBS programs run at once (default: one a processor). The output of each is shown when it has ended.
# The pages run one after another beside them, because they build the workbook.
# SLOWER=N: for a machine that takes N times as long. CGROUPS=machine, for a virtual machine: the
# topmost cgroups are the machine's. OUTER_NAMESPACE=entered: the caller stands for the host.
set -u
cd "$(dirname "$0")/.." || exit 1
alone=' test_04_rate test_05_cpu test_05_io ' # these measure what others would take from them

# prepare PROGRAM|PAGE.md: sets $command, which runs it
prepare() {
	command=(timeout --kill-after=10)
	case $1 in
	*.md) command+=($((300 * ${SLOWER:-1})) tests/transcript.sh "$1") ;;
	*)
		# With sanitizers: the runtime does not free what it has read, since it ends.
		if grep -qs 'step-06-oci\|test_06_build\.h\|test_06_engine\.h\|test_06_lab\.h\|test_06_oci\.h\|test_06_rootless\.h\|config_load' "tests/${1##*/}.c"; then
			export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
		fi
		command+=($((600 * ${SLOWER:-1})) "$1")
		;;
	esac
}

# in_place PROGRAM|PAGE.md
in_place() {
	local command

	prepare "$1" && "${command[@]}"
}

# apart PROGRAM|PAGE.md: runs it in new namespaces
apart() {
	local command own=tests/own-cgroups.sh rootfs=build/rootfs-of-${1##*/} status

	case $1 in
	*.md) rootfs=rootfs/busybox ;;
	*) rm -rf "$rootfs" && cp -a rootfs/busybox "$rootfs" || return ;;
	esac
	[ "${CGROUPS:-}" != machine ] || own=''
	prepare "$1"
	$own build/host apart "$rootfs" "${command[@]}"
	status=$?
	[ "$rootfs" = rootfs/busybox ] || rm -rf "$rootfs"
	return $status
}

case ${OUTER_NAMESPACE:-} in
entered) JOBS=1 run=in_place ;;
*) run=apart ;;
esac

work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT
set -m # each job is a process group, which can be ended with all that is in it
# shellcheck disable=SC2154 # job
trap 'trap "" TERM; for job in $(jobs -p); do kill -- -"$job"; done; wait; exit 130' INT TERM

# one PROGRAM|PAGE.md: runs it, and adds a line to $work/passed or to $work/failed
one() {
	local began=$SECONDS name=${1##*/test_} status

	name=${name//\//:}
	if [ "$count" -eq 1 ]; then
		$run "$1"
		status=$?
	else
		$run "$1" >"$work/$name.log" 2>&1
		status=$?
		flock "$work" cat "$work/$name.log"
		echo "${1#build/tests/}: $((SECONDS - began)) s"
	fi
	if [ $status -eq 0 ]; then echo >>"$work/passed"; else echo "$1" >>"$work/failed"; fi
}

pages=() programs=() last=()
declare -A listed # a program may have several of the prefixes

# list PROGRAM...: lists them to be run, but for files that belong to a program
list() {
	local program

	for program; do
		case ${listed[$program]:-}$program in yes* | *.*) continue ;; esac
		listed[$program]=yes
		case $alone in
		*" ${program##*/} "*) last+=("$program") ;;
		*) programs+=("$program") ;;
		esac
	done
}

for what; do
	case $what in
	*.md) pages+=("$what") ;;
	build/tests/* | build/judge/*) list "$what" ;;
	*) list build/tests/"$what"* ;;
	esac
done
count=$((${#pages[@]} + ${#programs[@]} + ${#last[@]}))
[ "${CGROUPS:-}" != machine ] || JOBS=1
: "${JOBS:=$(nproc)}"

for page in "${pages[@]}"; do one "$page"; done </dev/null &
for program in "${programs[@]}"; do
	while [ "$(jobs -rp | wc -l)" -ge "$JOBS" ]; do wait -n; done
	one "$program" </dev/null &
done
wait
for program in "${last[@]}"; do
	one "$program" </dev/null &
	wait
done

# The caller of sudo gets the files that the chapters' commands have made as root.
[ -z "${SUDO_UID:-}" ] || chown -Rh "$SUDO_UID:${SUDO_GID:-0}" build step-*
passed=$(wc -l 2>/dev/null <"$work/passed")
failed=$(sort "$work/failed" 2>/dev/null | xargs)
echo "tests: ${passed:-0} programs and chapters passed${failed:+; FAILED: $failed}"
[ -z "$failed" ] && [ "${passed:-0}" -gt 0 ]
