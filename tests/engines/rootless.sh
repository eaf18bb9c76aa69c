#!/bin/sh
# tests/engines/rootless.sh DIRECTORY RUNTIME: a user's containers, by Podman and our runtime. The
# user has no special rights, only the IDs that /etc/subuid gives.
# shellcheck disable=SC2016 # the containers' shells expand them
set -u
work=$1 runtime=$2
# shellcheck source=tests/engines/checks.sh
. tests/engines/checks.sh

echo tester:200000:65536 | tee "$work/subuid" >"$work/subgid"
{ cat /etc/passwd && echo "tester:x:54321:54321::$work/home:/bin/sh"; } >"$work/passwd"
{ cat /etc/group && echo tester:x:54321:; } >"$work/group"
for file in passwd group subuid subgid; do
	touch /etc/$file && mount --bind "$work/$file" /etc/$file || exit 1
done
chmod 755 "$work" && mkdir "$work/home" && mkdir -m 700 "$work/session" && chown 54321:54321 "$work/home" "$work/session"

cat >"$work/podman" <<END
#!/bin/sh
exec setpriv --reuid 54321 --regid 54321 --clear-groups env -i PATH="$PATH" HOME=$work/home XDG_RUNTIME_DIR=$work/session \\
	$(command -v podman) --storage-driver vfs --cgroup-manager cgroupfs --events-backend file --runtime $runtime "\$@"
END
chmod +x "$work/podman"
PATH=$work:$PATH

run() {
	podman run --network none --ulimit nofile=1024:1024 --ulimit nproc=1000:1000 "$@"
}

tar -C rootfs/busybox --mode=a+rX -c . | podman import - $image >/dev/null 2>&1 || exit 1
check 'the runtime is ours' "true $runtime" podman info -f '{{.Host.Security.Rootless}} {{.Host.OCIRuntime.Path}}'
check 'run' '0 boxed' run --rm --hostname boxed $image sh -c 'echo $(id -u) $(hostname)'
check 'its exit status' 'status 42' run --rm $image sh -c 'exit 42'
check 'no such command' 'status 127' run --rm $image nope
check 'ids' '0 54321 1 1 200000 65536' run --rm $image sh -c 'echo $(cat /proc/self/uid_map)'
check 'user and groups' '33 34 7' run --rm --user 33:34 --group-add 7 $image sh -c 'echo $(id -u) $(id -g) $(id -G | grep -o 7)'
check 'the own user inside' '54321' run --rm --userns keep-id $image id -u
check 'seccomp' '2' run --rm $image sh -c 'grep Seccomp: /proc/self/status | cut -f2'
check 'read-only root, and a tmpfs' 'status 1' run --rm --read-only --tmpfs /t $image sh -c 'touch /t/x && touch /x'
check 'the network of the host' "$(ls /sys/class/net)" podman run --rm --network host --ulimit nofile=1024:1024 \
	--ulimit nproc=1000:1000 $image ls /sys/class/net
check 'the processes of the host' 'conmon' run --rm --pid host $image sh -c 'ps -o comm | grep -xm 1 conmon'
check 'terminal' '/dev/pts/0' terminal podman run --rm -it --network none --ulimit nofile=1024:1024 \
	--ulimit nproc=1000:1000 $image tty
run -d --name one $image sh -c 'echo started; trap "exit 3" TERM; while :; do sleep 0.1; done' >/dev/null
check 'logs' 'started' podman logs one
check 'exec' 'sh 7' podman exec one sh -c 'echo $(cat /proc/1/comm) $(expr 3 + 4)'
check 'exec with a terminal' '/dev/pts/0' terminal podman exec -it one tty
check 'the state is in the session' '1' sh -c "ls $work/session/step-06 | wc -l"
check 'stop' 'one' podman stop -t 5 one
check 'status after stop' '3' podman inspect -f '{{.State.ExitCode}}' one
check 'start again' 'one' podman start one
check 'kill' 'one' podman kill one
until_true sh -c "podman inspect -f '{{.State.Status}}' one | grep -x exited"
podman rm -f one >/dev/null 2>&1
check 'nothing is left' '0' sh -c "podman ps -aq; ls $work/session/step-06 | wc -l"
finish
