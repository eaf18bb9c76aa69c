#!/bin/sh
# `make clean-host`: looks for what killed steps have left on the host, and says how to remove it.
#
# Steps 01 to 03 make nothing outside their own namespaces, which end with their last process. So
# processes are all that can be left: those that the command of step 01 had started, as it has no
# PID namespace. They have the namespaces of a step (a UTS of their own alone, or PID, mount and IPC
# too; the rest are the host's) and no living step. Nothing is killed: only you know what is yours.
# Exit status 1: there are some.
set -eu

if [ "$(id -u)" -ne 0 ]; then
	echo 'clean-host: root alone can see the namespaces of all processes; use sudo' >&2
	exit 1
fi

namespaces() {
	find /proc/[0-9]*/ns -type l -printf 'ns %h %f %l\n' 2>/dev/null || true # some end meanwhile
}

leftovers=$({ ps -e -o pid=,ppid=,comm= && namespaces; } | awk -v ours=$$ '
	$1 != "ns" { step[$1] = $3 ~ /^step-/; parent[$1] = $2; next }
	{ sub("/proc/", "", $2); sub("/ns", "", $2); ns[$2, $3] = $4 }
	function own(pid, kind) { # neither that of PID 1 nor ours
		return ns[pid, kind] != ns[1, kind] && ns[pid, kind] != ns[ours, kind]
	}
	END {
		for (pid in parent)
			if (step[parent[pid]])
				living[ns[pid, "uts"]] = 1
		for (pid in parent) {
			count = own(pid, "pid") + own(pid, "mnt") + own(pid, "ipc")
			if (ns[pid, "uts"] && own(pid, "uts") && !(ns[pid, "uts"] in living) &&
			    (count == 0 || count == 3) &&
			    !own(pid, "net") && !own(pid, "user") && !own(pid, "cgroup"))
				print pid
		}
	}' | sort -n)
if [ -z "$leftovers" ]; then
	echo 'clean-host: nothing is left on this host'
	exit
fi
echo 'clean-host: these processes may be what a killed step has left; end those that are yours:'
for pid in $leftovers; do
	printf '    sudo kill -9 %-8s # %s\n' "$pid" "$(tr '\0' ' ' <"/proc/$pid/cmdline")"
done
exit 1
