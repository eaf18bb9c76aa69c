#!/bin/sh
# tests/engines/containerd.sh DIRECTORY RUNTIME: containerd's containers, which are Kubernetes' as well,
# run by our runtime. ctr(8) starts them.
set -u
work=$1 runtime=$2
# shellcheck source=tests/engines/checks.sh
. tests/engines/checks.sh
image=docker.io/workbook/busybox:1

cat >"$work/config.toml" <<END
version = 2
root = "$work/root"
state = "$work/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "$work/socket"
END
containerd --config "$work/config.toml" >"$work/log" 2>&1 &
containerd=$!
cat >"$work/ctr" <<END
#!/bin/sh
exec $(command -v ctr) --address $work/socket "\$@"
END
chmod +x "$work/ctr"
PATH=$work:$PATH
until_true ctr version || { tail -5 "$work/log" && exit 1; }

# The image has the form in which `docker save` writes one, made by hand: containerd builds none.
mkdir -p "$work/image/layer"
tar -C rootfs/busybox -cf "$work/image/layer/layer.tar" .
layer=$(sha256sum <"$work/image/layer/layer.tar" | cut -d' ' -f1)
echo "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Cmd\":[\"/bin/sh\"]},
	\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:$layer\"]}}" >"$work/image/config.json"
echo "[{\"Config\":\"config.json\",\"RepoTags\":[\"$image\"],\"Layers\":[\"layer/layer.tar\"]}]" \
	>"$work/image/manifest.json"
tar -C "$work/image" -cf "$work/image.tar" .
ctr image import --snapshotter native "$work/image.tar" >/dev/null || exit 1

run() {
	ctr run --runc-binary "$runtime" --snapshotter native "$@"
}

check 'run' 'hello' run --rm $image one echo hello
check 'its exit status' 'status 42' run --rm $image one sh -c 'exit 42'
check 'no such command' 'status 1' run --rm $image one nope
check 'mounts' 'from-the-host' run --rm --mount "type=bind,src=$work/image,dst=/v,options=rbind:ro" $image one \
	sh -c 'test -f /v/manifest.json && echo from-the-host'
check 'seccomp' '2' run --rm --seccomp $image one sh -c 'grep Seccomp: /proc/self/status | cut -f2'
check 'memory limit' '67108864' run --rm --memory-limit 67108864 --mount \
	type=cgroup,src=cgroup,dst=/sys/fs/cgroup,options=ro $image one \
	sh -c 'cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes 2>/dev/null || cat memory.max'
check 'terminal' '/dev/pts/0' terminal "script -qec '$work/ctr run --runc-binary $runtime --snapshotter native \
	--rm -t $image one tty' /dev/null"

run -d $image one sh -c 'trap "exit 3" TERM; while :; do sleep 0.1; done'
check 'it runs' 'RUNNING' sh -c "ctr task ls | awk '/^one/ { print \$3 }'"
check 'exec' 'sh' ctr task exec --exec-id e1 one cat /proc/1/comm
check 'exec, its exit status' 'status 5' ctr task exec --exec-id e2 one sh -c 'exit 5'
check 'ps' '1' sh -c "ctr task ps one | grep -c '^[0-9]' | sed 's/[12]/1/'"
check 'pause' '' ctr task pause one
check 'it is paused' 'PAUSED' sh -c "ctr task ls | awk '/^one/ { print \$3 }'"
check 'resume' '' ctr task resume one
check 'metrics' 'one' sh -c "ctr task metrics one | awk '/^one/ { print \$1 }'"
check 'kill' '' ctr task kill --signal TERM one
until_true sh -c "ctr task ls | grep 'one.*STOPPED'"
check 'it has stopped' 'STOPPED' sh -c "ctr task ls | awk '/^one/ { print \$3 }'"
check 'delete, with its status' 'exit code 3' sh -c "ctr task delete one 2>&1 | grep -o 'exit code 3'"
check 'delete the container' '' ctr container delete one
check 'nothing is left' '' ctr container ls -q
kill "$containerd"
wait "$containerd"
finish
