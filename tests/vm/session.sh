#!/bin/sh
# tests/vm/session.sh: runs in the virtual machine after init.sh, as PID 1 or by systemd. It runs the
# command in a session of its own, reports its exit status, and switches the machine off.
#
# From the kernel's command line: $workbook and $run, paths; $host, see init.sh; $terminal, the size
# of the caller's, if there is one. ttyS1 is the output, ttyS2 the exit status.
# shellcheck disable=SC2154
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# shellcheck disable=SC2013 # words
for word in $(cat /proc/cmdline); do # systemd keeps them to itself
	case $word in *=*) eval "${word%%=*}=\${word#*=}" 2>/dev/null ;; esac
done
cd "$workbook" || exit
case ${host:-} in
systemd) enter='systemd-run --quiet --scope --slice=user-0.slice --' ;;
plain) enter='' ;;
*) mount --make-rshared /
	enter="sh -c 'echo \$\$ >/sys/fs/cgroup/user.slice/user-0.slice/session-1.scope/cgroup.procs; exec \"\$@\"' sh" ;;
esac

# in_session [-c]: runs the command; -c gives it the terminal. The command gets no other variables.
in_session() {
	eval "$enter"' env -i "PATH=$PATH" HOME=/root "TERM=${TERM:-dumb}" setsid "$@" bash "$run/command"'
}

stty -F /dev/ttyS2 raw -echo
if [ -n "${terminal:-}" ]; then
	exec 3<>/dev/ttyS1 # with the last descriptor the size would go
	stty -F /dev/ttyS1 sane rows "${terminal%x*}" cols "${terminal#*x}"
	in_session -c <>/dev/ttyS1 >&0 2>&1
	echo $? >/dev/ttyS2
else
	stty -F /dev/ttyS1 raw -echo
	mkfifo /run/output
	cat /run/output >/dev/ttyS1 &
	cat=$!
	in_session </dev/null >/run/output 2>&1
	echo $? >/dev/ttyS2
	# Waits for the end of the output only for a while: a process that is left may keep it open.
	(sleep 2 && kill $cat) &
	wait $cat
fi
poweroff -f
