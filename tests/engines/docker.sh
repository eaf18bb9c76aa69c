#!/bin/sh
# tests/engines/docker.sh DIRECTORY RUNTIME: Docker's containers, run by our runtime.
# shellcheck disable=SC2016 # the containers' shells expand them
set -u
work=$1 runtime=$2
# shellcheck source=tests/engines/checks.sh
. tests/engines/checks.sh
# shellcheck source=tests/engines/dockerd.sh
. tests/engines/dockerd.sh
start_dockerd || exit 1

run() {
	docker run --cgroup-parent /oci-tests --network none "$@"
}

check 'the runtime is ours' "ours $runtime" docker info -f '{{.DefaultRuntime}} {{(index .Runtimes "ours").Path}}'
check_run
check 'seccomp, off' '0' run --rm --security-opt seccomp=unconfined $image \
	sh -c 'grep Seccomp: /proc/self/status | cut -f2'
check 'limit of descriptors' '512' run --rm --ulimit nofile=512:512 $image sh -c 'ulimit -n'
check 'a device' 'c' run --rm --device /dev/null:/dev/other $image sh -c 'ls -l /dev/other | cut -c1'
check 'a device that is not allowed' 'status 1' run --rm --cap-add MKNOD $image \
	sh -c 'mknod /dev/kmsg2 c 1 11 && head -c 1 /dev/kmsg2'
check 'an init' 'docker-init' run --rm --init $image cat /proc/1/comm
check 'terminal' '/dev/pts/0' terminal docker run --rm -it --network none $image tty

run -d --name one $image sh -c 'echo started; trap "echo term; exit 3" TERM; while :; do sleep 0.1; done' >/dev/null
check 'logs' 'started' docker logs one
check 'exec' 'sh 7' docker exec one sh -c 'echo $(cat /proc/1/comm) $(expr 3 + 4)'
check 'exec, its exit status' 'status 5' docker exec one sh -c 'exit 5'
check 'exec with a terminal' '/dev/pts/0' terminal docker exec -it one tty
check 'exec as a user' '1000' docker exec --user 1000 one id -u
check 'top' '2' sh -c 'docker top one -o pid,comm | grep -cE "PID|sh"'
check 'pause' 'one' docker pause one
check 'it is paused' 'paused' docker inspect -f '{{.State.Status}}' one
check 'unpause' 'one' docker unpause one
docker update --memory 100m --memory-swap 200m one >/dev/null 2>&1
check 'update' '104857600' docker exec one \
	sh -c 'cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes 2>/dev/null || cat memory.max'
check 'stats' 'one' docker stats --no-stream --format '{{.Name}}' one
check 'stop' 'one' docker stop -t 5 one
check 'status after stop' '3' docker inspect -f '{{.State.ExitCode}}' one
check 'start again' 'one' docker start one
check 'restart' 'one' docker restart -t 1 one
check 'kill' 'one' docker kill one
until_true sh -c "docker inspect -f '{{.State.Status}}' one | grep -x exited"
check 'status after kill' '137' docker inspect -f '{{.State.ExitCode}}' one
docker rm -f one >/dev/null
run -d --name two --restart on-failure:2 $image sh -c 'exit 1' >/dev/null
until_true sh -c "docker inspect -f '{{.RestartCount}} {{.State.Status}}' two | grep -x '2 exited'"
check 'restarted' '2' docker inspect -f '{{.RestartCount}}' two
docker rm -f two >/dev/null
check 'nothing is left' '' docker ps -aq
stop_dockerd
finish
