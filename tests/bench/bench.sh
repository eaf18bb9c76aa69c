#!/bin/sh
# Compares the steps with Debian's unshare and bwrap: time from start to exit of `true`, and peak
# memory; and step 04's network alone. First it checks that both sides have the same new namespaces
# and filters for system calls, or they could not be compared.
#
# Both sides of a pair take turns, ROUNDS times, so that a change of the machine's speed affects
# both alike. The medians of all runs are shown. Source of the numbers: hyperfine.
set -eu
cd "$(dirname "$0")/../.."
rounds=${ROUNDS:-5} runs=${RUNS:-100}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
host=$PWD/rootfs/busybox/bin
build/precompile bare >"$work/filter"

# isolation BIN COMMAND...: prints the kinds of new namespaces that BIN/probe is in when the command
# runs it, and how its system calls are filtered.
isolation() {
	bin=$1
	shift
	"$@" "$bin/probe" namespaces <"$work/filter" >"$work/inside"
	"$host/probe" namespaces | grep -vxFf - "$work/inside" | grep -v _for_children | cut -d ' ' -f 1 |
		sort | tr '\n' ' '
	"$@" "$bin/cat" /proc/self/status <"$work/filter" | grep '^Seccomp:' | tr '\n' ' '
}

# compare NAME OURS PEER BIN [KIND]: OURS and PEER are commands that run another command. BIN is the
# directory of `true` and the probe, which are those of our root file system for all. KIND is a
# namespace that only OURS makes, if the chapter adds it.
compare() {
	name=$1 ours=$2 peer=$3 bin=$4 more=${5:+$5 }
	# shellcheck disable=SC2086  # the commands are divided into words
	a=$(isolation "$bin" $ours) b="$more$(isolation "$bin" $peer)"
	if [ "$a" != "$b" ]; then
		echo "$name: not comparable: '$ours' has $a, '$peer' has $b" >&2
		exit 1
	fi
	# bwrap reads its filter from a descriptor, which a shell opens: so a shell starts both sides.
	shell=none input=
	case $peer in *--seccomp*) shell=/bin/sh input="<$work/filter" ;; esac
	rm -f "$work"/*.json
	for round in $(seq "$rounds"); do
		hyperfine --shell "$shell" --style none --warmup 5 --runs "$runs" \
			--export-json "$work/$round.json" "$ours $bin/true $input" "$peer $bin/true $input"
	done >/dev/null 2>&1
	# shellcheck disable=SC2086
	memory=$(command time -f %M $ours "$bin/probe" exit 0 2>&1)
	jq -rs --arg name "$name" --arg peer "${peer%% *}" --arg memory "$memory" '
		def median: sort | .[length / 2 | floor] * 1e6 | floor;
		([.[].results[0].times[]] | median) as $ours |
		([.[].results[1].times[]] | median) as $theirs |
		"\($name) \($ours) \($peer) \($theirs) \($ours * 100 / $theirs | floor / 100) \($memory)"' \
		"$work"/*.json >>"$work/rows"
}

compare step-01 './step-01' 'unshare --uts' "$host"
compare step-02 './step-02' 'unshare --uts --ipc --pid --fork --mount-proc' "$host"
compare step-03 './step-03' \
	'unshare --uts --ipc --pid --fork --mount-proc --root=rootfs/busybox' /bin
compare step-03 './step-03' \
	'bwrap --unshare-uts --unshare-ipc --unshare-pid --bind rootfs/busybox / --proc /proc --dev /dev' \
	/bin
compare step-04 './step-04 --network none' \
	'unshare --uts --ipc --pid --net --fork --mount-proc --root=rootfs/busybox' /bin
compare step-05 './step-05 --network none' './step-04 --network none' /bin cgroup
compare step-05+ './step-05 --network none --memory 64m --cpus 1 --pids-limit 100' \
	'./step-04 --network none' /bin cgroup
capabilities=$(printf ' --cap-add CAP_%s' AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD \
	NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT)
compare step-06 './step-06 run --network none' "bwrap --unshare-uts --unshare-ipc --unshare-pid \
	--unshare-net --unshare-cgroup --hostname testing --new-session --die-with-parent \
	--bind rootfs/busybox / --proc /proc --dev /dev --mqueue /dev/mqueue --ro-bind /sys /sys \
	--cap-drop ALL$capabilities --seccomp 0" /bin

# With a bridge: the time from the start to the command's first line, and the time to remove the
# network. A new network namespace keeps the machine's own network out. The second row is a container
# beside another one, which has made the bridge.
# shellcheck disable=SC2016 # the inner shell expands them
network=$(unshare --net --mount sh -euc '
	ip link set lo up
	first=$(tests/bench/ready.sh "$1" "./step-04 --network none echo" "./step-04 echo")
	./step-04 sh -c "echo; exec probe sleep 600" >"$2/other" & other=$!
	until [ -s "$2/other" ]; do sleep 0.1; done
	second=$(tests/bench/ready.sh "$1" "./step-04 echo")
	kill $other; wait $other || true
	echo "$first $second"' sh "$runs" "$work")

printf '%-8s %8s  %-8s %8s %6s %12s\n' step us peer us ratio 'peak KiB'
while read -r name us peer theirs ratio memory; do
	printf '%-8s %8s  %-8s %8s %6s %12s\n' "$name" "$us" "$peer" "$theirs" "$ratio" "$memory"
done <"$work/rows"

printf '\n%-22s %9s %9s\n' 'step-04 --network' 'ready us' 'down us'
# shellcheck disable=SC2086
set -- $network
printf '%-22s %9s %9s\n' none "$1" "$2" bridge "$3" "$4" 'bridge that is there' "$5" "$6"
