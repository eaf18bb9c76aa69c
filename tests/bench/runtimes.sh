#!/bin/sh
# Compares ./step-06-oci with Debian's crun: the same bundle, from start to exit of `true`, and peak
# memory. First it checks that both isolate alike. The machine must have crun
# (`make test-engines` installs it).
#
# crun 1.8.1 runs no container where cgroups are hybrid, and needs CAP_SYS_RESOURCE for the program
# for devices of a v2 cgroup. So both see only v2, and make no cgroup. In the last row only
# step-06-oci makes a cgroup, so it has more to do.
set -eu
cd "$(dirname "$0")/../.."
[ "${BENCH_NAMESPACE:-}" = entered ] ||
	BENCH_NAMESPACE=entered exec unshare --mount --propagation private "$0" "$@"
command -v crun >/dev/null || { echo 'step-06-oci: no crun to compare with' && exit 0; }
[ ! -d /sys/fs/cgroup/unified ] || mount --bind /sys/fs/cgroup/unified /sys/fs/cgroup
rounds=${ROUNDS:-5} runs=${RUNS:-100}
work=$(mktemp -d)
trap 'umount "$work"; rmdir "$work"' EXIT
mount -t tmpfs states "$work" # the states are on one, as in /run, where both have them by default
ours="./step-06-oci --root $work/ours --cgroup-manager disabled run --bundle $work --config $work"
peer="crun --root $work/theirs --cgroup-manager disabled run --bundle $work --config $work"

. tests/bench/configs.sh
write_configs "$work"

# isolation COMMAND CONFIG: prints the kinds of new namespaces, and how system calls are filtered
isolation() {
	jq '.process.args = ["/bin/sh", "-c", "probe namespaces; grep -e ^Seccomp: -e ^NoNew -e ^CapEff /proc/self/status"]' \
		"$work/$2" >"$work/probe"
	# shellcheck disable=SC2086 # the command is divided into words
	$1/probe one | sort >"$work/inside"
	rootfs/busybox/bin/probe namespaces | grep -vxFf - "$work/inside" | grep -v _for_children |
		sed 's/ [0-9]*$//'
}

# compare NAME CONFIG
compare() {
	a=$(isolation "$ours" "$2") b=$(isolation "$peer" "$2")
	[ "$a" = "$b" ] || { printf '%s: not comparable\n%s\n--\n%s\n' "$1" "$a" "$b" >&2 && exit 1; }
	rm -f "$work"/*.times
	for round in $(seq "$rounds"); do
		hyperfine --shell none --style none --warmup 5 --runs "$runs" \
			--export-json "$work/$round.times" "$ours/$2 one" "$peer/$2 one"
	done >/dev/null 2>&1
	# shellcheck disable=SC2086 # the command is divided into words
	memory=$(command time -f %M $ours/$2 one 2>&1 | tail -1)
	jq -rs --arg name "$1" --arg memory "$memory" '
		def median: sort | .[length / 2 | floor] * 1e6 | floor;
		([.[].results[0].times[]] | median) as $ours | ([.[].results[1].times[]] | median) as $theirs |
		"\($name) \($ours) \($theirs) \($ours * 100 / $theirs | floor / 100) \($memory)"' "$work"/*.times
}

printf '%-24s %8s %8s %6s %9s\n' 'step-06-oci run' 'us' 'crun us' ratio 'peak KiB'
{
	compare without_a_filter plain
	compare with_Dockers_filter filtered
	ours="./step-06-oci --root $work/ours run --bundle $work --config $work"
	compare and_a_cgroup_of_ours devices
} | while read -r name us theirs ratio memory; do
	printf '%-24s %8s %8s %6s %9s\n' "$(echo "$name" | tr _ ' ')" "$us" "$theirs" "$ratio" "$memory"
done
