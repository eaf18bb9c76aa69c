#!/bin/sh
# tests/engines/podman.sh DIRECTORY RUNTIME: Podman's containers, run by our runtime.
# shellcheck disable=SC2016 # the containers' shells expand them
set -u
work=$1 runtime=$2
# shellcheck source=tests/engines/checks.sh
. tests/engines/checks.sh

cat >"$work/podman" <<END
#!/bin/sh
exec $(command -v podman) --root $work/root --runroot $work/run --tmpdir $work/tmp --storage-driver vfs \\
	--cgroup-manager cgroupfs --events-backend file --runtime $runtime "\$@"
END
chmod +x "$work/podman"
PATH=$work:$PATH

# Without CAP_SYS_RESOURCE, Podman asks for higher limits than it may set.
run() {
	podman run --cgroup-parent oci-tests --network none --ulimit nofile=1024:1024 --ulimit nproc=1000:1000 "$@"
}

tar -C rootfs/busybox -c . | podman import - $image >/dev/null 2>&1 || exit 1
check 'the runtime is ours' "$runtime" podman info -f '{{.Host.OCIRuntime.Path}}'
check_run
check 'user namespace' '0 100000 1000' run --rm --uidmap 0:100000:1000 --gidmap 0:100000:1000 $image \
	sh -c 'echo $(cat /proc/self/uid_map)'
check 'terminal' '/dev/pts/0' terminal podman run --rm -it --network none --ulimit nofile=1024:1024 \
	--ulimit nproc=1000:1000 $image tty

run -d --name one $image sh -c 'echo started; trap "echo term; exit 3" TERM; while :; do sleep 0.1; done' >/dev/null
check 'logs' 'started' podman logs one
check 'exec' 'sh 7' podman exec one sh -c 'echo $(cat /proc/1/comm) $(expr 3 + 4)'
check 'exec, its exit status' 'status 5' podman exec one sh -c 'exit 5'
check 'exec, no such command' 'status 127' podman exec one nope
check 'exec with a terminal' '/dev/pts/0' terminal podman exec -it one tty
check 'exec as a user' '1000' podman exec --user 1000 one id -u
check 'top' 'PID
1' sh -c 'podman top one pid | head -2'
check 'pause' 'one' podman pause one
check 'it is paused' 'paused' podman inspect -f '{{.State.Status}}' one
check 'unpause' 'one' podman unpause one
podman update --memory 100m one >/dev/null 2>&1
check 'update' '104857600' podman exec one \
	sh -c 'cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes 2>/dev/null || cat memory.max'
check 'stats' 'one' podman stats --no-stream --format '{{.Name}}' one
check 'stop' 'one' podman stop -t 5 one
check 'status after stop' '3' podman inspect -f '{{.State.ExitCode}}' one
check 'start again' 'one' podman start one
check 'restart' 'one' podman restart -t 1 one
check 'kill' 'one' podman kill one
until_true sh -c "podman inspect -f '{{.State.Status}}' one | grep -x exited"
check 'status after kill' '137' podman inspect -f '{{.State.ExitCode}}' one
podman rm -f one >/dev/null 2>&1
check 'nothing is left' '' podman ps -aq
finish
