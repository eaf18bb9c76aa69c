#!/bin/bash
# tests/bench/engines.sh [DIRECTORY]: how long images and containers take with this workbook, with Docker and
# with Podman: import, save, load and commit of a tree (default: /usr/share/doc), and `run --rm IMAGE true`,
# without a network and with a bridge. First it checks that the containers of all three are isolated alike.
#
# The three take turns, ROUNDS times; the medians are shown, in milliseconds, and our time as a part of
# each of the others'. All three keep their images on the file system of the workbook, with overlayfs. The
# engines run in new namespaces, which end their processes and mounts, and their cgroups are below that of
# the run. Both have runc as their runtime: crun refuses a machine with both versions of cgroups. Needs root.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
command -v dockerd podman >/dev/null || { echo 'engines.sh: no Docker and Podman to compare with' && exit 0; }
if [ -z "${BENCH_WORK:-}" ]; then
	work=$(mktemp -d "$PWD/build/engines-XXXXXX") || exit
	BENCH_WORK=$work tests/own-cgroups.sh unshare --mount --propagation private --net --pid --fork --kill-child \
		--mount-proc "$0" "$@"
	status=$?
	rm -rf "$work"
	exit $status
fi
tree=${1:-/usr/share/doc} rounds=${ROUNDS:-5} work=$BENCH_WORK
mkdir "$work/bin"
mount -t tmpfs -o mode=755 run /run
ip link set lo up

# Each engine is a command with Docker's verbs. Podman gets Docker's capabilities, and limits of resources that
# a machine without CAP_SYS_RESOURCE can set.
cat >"$work/bin/ours" <<END
#!/bin/sh
STEP_STORE=$work/ours exec $PWD/step-06 "\$@"
END
cat >"$work/bin/docker" <<END
#!/bin/sh
exec $(command -v docker) --host unix://$work/socket "\$@"
END
cat >"$work/bin/podman" <<END
#!/bin/sh
[ "\$1" != run ] || { shift && set -- run --cgroupns private "\$@"; }
CONTAINERS_CONF=$work/containers.conf exec $(command -v podman) --root $work/podman --runroot /run/podman \\
	--tmpdir /run/podman-tmp --storage-driver overlay --cgroup-manager cgroupfs --events-backend none "\$@"
END
cat >"$work/containers.conf" <<END
[containers]
default_capabilities = [ $(printf '"%s", ' AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD \
	NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT) ]
default_ulimits = [ "nofile=1024:1024", "nproc=1000:1000" ]
[engine]
runtime = "runc"
END
chmod +x "$work"/bin/*
PATH=$work/bin:$PATH
dockerd --host "unix://$work/socket" --data-root "$work/docker" --exec-root /run/docker --pidfile "$work/pid" \
	--storage-driver overlay2 --default-cgroupns-mode private >"$work/log" 2>&1 &
for _ in {1..200}; do
	! docker info >/dev/null 2>&1 || break
	sleep 0.1
done

engines='ours docker podman'
tar -C "$tree" -cf "$work/tree.tar" . 2>/dev/null
tar -C rootfs/busybox -cf "$work/box.tar" .
for engine in $engines; do
	$engine import "$work/box.tar" box && $engine import "$work/tree.tar" tree &&
		$engine save -o "$work/$engine.saved" tree || exit
done >"$work/out" 2>&1 || { tail -3 "$work/out" >&2 && exit 1; }

# isolation ENGINE: prints the kinds of new namespaces, the filter of system calls and the capabilities
isolation() {
	$1 run --rm --network none box sh -c 'probe namespaces; grep -e ^Seccomp: -e ^CapEff: -e ^CapBnd: /proc/self/status' |
		sort >"$work/inside" || return
	rootfs/busybox/bin/probe namespaces | grep -vxFf - "$work/inside" | grep -v _for_children | sed 's/ [0-9]*$//'
}
for engine in $engines; do
	isolation "$engine" >"$work/isolation-$engine"
	diff "$work/isolation-ours" "$work/isolation-$engine" >&2 ||
		{ echo "engines.sh: not comparable: ours and $engine" >&2 && exit 1; }
done

# milliseconds BEFORE COMMAND: how long the command takes, after BEFORE
milliseconds() {
	local began
	[ -z "$1" ] || bash -c "$1" >/dev/null 2>&1
	sync -f "$work"
	began=$EPOCHREALTIME
	bash -c "$2" >"$work/out" 2>&1 || { echo "engines.sh: failed: $2: $(tail -1 "$work/out")" >&2 && return 1; }
	echo $(((${EPOCHREALTIME/./} - ${began/./}) / 100))
}

median() { sort -n "$1" | sed -n "$(((rounds + 1) / 2))p"; }

# row NAME BEFORE COMMAND: in both, ENGINE stands for the engine
row() {
	local i engine
	rm -f "$work"/times-*
	for ((i = 0; i < rounds; i++)); do
		for engine in $engines; do
			milliseconds "${2//ENGINE/$engine}" "${3//ENGINE/$engine}" >>"$work/times-$engine" || exit
		done
	done
	awk -v name="$1" -v ours="$(median "$work/times-ours")" -v docker="$(median "$work/times-docker")" \
		-v podman="$(median "$work/times-podman")" 'BEGIN { printf "%-20s %8.1f %8.1f %6.3f %8.1f %6.3f\n",
			name, ours / 10, docker / 10, ours / docker, podman / 10, ours / podman }'
}

echo "tree: $tree, $(du -m "$work/tree.tar" | cut -f 1) MiB, $(tar -tf "$work/tree.tar" | wc -l) entries"
printf '%-20s %8s %8s %6s %8s %6s\n' 'ms' ours Docker ratio Podman ratio
# Before each run, the engine runs once, and what goes on in the background ends. Otherwise an engine would pay
# for what the one before has left: a network namespace that the kernel still removes, and changes of the
# firewall, after which ours makes all its rules again.
settle='ENGINE run --rm box true; sleep 1'
row 'run, no network' "$settle" 'ENGINE run --rm --network none box true'
row 'run, a bridge' "$settle" 'ENGINE run --rm box true'
# Docker keeps its bridge. Ours and Podman's are there while another container is.
ours run --name other box sleep 1000 &
other=$!
for engine in docker podman; do
	$engine run -d --init --name other box sleep 1000
done >/dev/null
row 'run, beside another' "$settle" 'ENGINE run --rm box true'
for engine in $engines; do
	$engine rm --force other
done >/dev/null
wait "$other"
row import 'ENGINE rmi again' "ENGINE import $work/tree.tar again"
row save "rm -f $work/ENGINE.tar" "ENGINE save -o $work/ENGINE.tar tree"
row load 'ENGINE rmi again tree' "ENGINE load -i $work/ENGINE.saved"
row commit 'ENGINE rm changed; ENGINE rmi again; ENGINE run --network none --name changed box sh -c "cp -r /bin /copy"' \
	'ENGINE commit changed again'
