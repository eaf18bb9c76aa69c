#!/bin/sh
# `make clean-host`: removes what killed steps have left on the host; needs root.
#
# The next step removes what killed steps from 04 on have left (bridges, rules, settings; cgroups,
# with the processes in them). A step knows by locks what is still in use. So this script starts
# one. The script only reports what no step can know to be its own, with the command that removes
# it: only the user knows whose it is. Exit status 1: there is something of this kind.
#
# - Processes of steps without a cgroup. They have the namespaces of a step (a UTS of their own
#   alone, or PID, mount and IPC too, maybe network and cgroup; the rest are the host's), and no
#   process above them is a living step or another program that runs containers. Containers that
#   step-06-oci knows are not left over: `step-06-oci delete` ends them.
# - Bridges and firewall rules with a step's names, when the record of them (in /run) is lost.
set -u
cd "$(dirname "$0")/.." || exit 1
leases=/run/steps-net-$(stat -Lc %i /proc/self/ns/net)

if [ "$(id -u)" -ne 0 ]; then
	echo 'clean-host: root alone can see the namespaces of all processes; use sudo' >&2
	exit 1
fi

# unlocked PATH...: prints those paths that no living step has locked
unlocked() {
	for path; do
		if [ -e "$path" ] && flock --nonblock "$path" true; then
			echo "$path"
		fi
	done
}

# Prints what crashed steps have left: leases of addresses (BRIDGE=ADDRESS), the record of changed
# settings, and cgroups.
crashed() {
	unlocked "$leases"/*=*
	if [ -e "$leases/forwarding" ] && ! ls "$leases"/*=* >/dev/null 2>&1; then
		echo "$leases/forwarding"
	fi
	find /sys/fs/cgroup -maxdepth 3 -type d -regex '.*/step-[0-9]+-[0-9]+' 2>/dev/null | while read -r directory; do
		unlocked "$directory"
	done
}

namespaces() {
	find /proc/[0-9]*/ns -type l -printf 'ns %h %f %l\n' 2>/dev/null || true # some end meanwhile
}

# The first processes of the containers that step-06-oci knows
known() { grep -hos '"pid":[0-9]*' /run/step-06/*/state.json | sed 's/.*:/known /'; }

processes() {
	{ ps -e -o pid=,ppid=,comm=; known; namespaces; } | awk -v ours=$$ '
		$1 == "known" { known[$2]; next }
		$1 != "ns" { step[$1] = $3 ~ /^step-/; name[$1] = $3; parent[$1] = $2; next }
		{ sub("/proc/", "", $2); sub("/ns", "", $2); ns[$2, $3] = $4 }
		function own(pid, kind) { # neither that of PID 1 nor ours
			return ns[pid, kind] != ns[1, kind] && ns[pid, kind] != ns[ours, kind]
		}
		function orphaned(pid, first) { # nobody but init has adopted it, or the first of its kind
			for (first = pid; ns[pid, "uts"] == ns[first, "uts"] && pid > 1;)
				pid = parent[pid]
			return pid <= 1 || name[pid] == "systemd"
		}
		END {
			for (pid in parent)
				if (step[parent[pid]] || (pid in known))
					living[ns[pid, "uts"]] = 1
			for (pid in parent) {
				count = own(pid, "pid") + own(pid, "mnt") + own(pid, "ipc")
				if (ns[pid, "uts"] && own(pid, "uts") && !(ns[pid, "uts"] in living) &&
				    (count == 3 || count == 0 && !own(pid, "net")) && !own(pid, "user") &&
				    orphaned(pid))
					print pid
			}
		}' | sort -n
}

# Prints what has a step's name, but no lease: "device NAME", "table NAME", "rule FAMILY TABLE CHAIN HANDLE"
nobodys() {
	{
		ip -o link show type bridge 2>/dev/null |
			sed -n 's/^[0-9]*: \(st[0-9a-f]\{8\}-[0-9]*\):.*/device \1 \1/p'
		nft --handle list ruleset 2>/dev/null | awk '
			$1 == "table" { table = $2 " " $3 }
			$1 == "table" && $3 ~ /^st[0-9a-f]+-[0-9]+$/ { print "table", $3, table }
			$1 == "chain" { chain = $2 }
			match($0, /comment "st[0-9a-f]+-[0-9]+"/) {
				print "rule", substr($0, RSTART + 9, RLENGTH - 10), table, chain, "handle", $NF
			}'
	} | while read -r kind bridge what; do
		ls "$leases/$bridge"=* >/dev/null 2>&1 || echo "$kind $what"
	done
}

found=$(crashed)
if [ -n "$found" ]; then
	echo 'clean-host: killed steps have left these; a new one removes them:'
	printf '%s\n' "$found" | sed 's/^/    /'
	./step-05 true || echo 'clean-host: it failed, but may have done so'
fi
# Seccomp filters that step-06-oci has compiled and kept, for the next container that wants the same.
if [ -d /run/step-06-seccomp ]; then
	rm -r /run/step-06-seccomp && echo 'clean-host: removed /run/step-06-seccomp'
fi
left=$(crashed) pids=$(processes) other=$(nobodys)
if [ -z "$left$pids$other" ]; then
	echo 'clean-host: nothing is left on this host'
	exit
fi
[ -z "$left" ] || printf 'clean-host: this could not be removed:\n%s\n' "$left"
[ -z "$pids" ] ||
	echo 'clean-host: these processes may be what a killed step has left; end those that are yours:'
for pid in $pids; do
	printf '    sudo kill -9 %-8s # %s\n' "$pid" "$(tr '\0' ' ' <"/proc/$pid/cmdline")"
done
[ -z "$other" ] || echo 'clean-host: these have the names of ours, but no step knows them:'
printf '%s\n' "$other" | sed -n 's/^device/    sudo ip link delete/p; s/^table/    sudo nft delete table/p
	s/^rule/    sudo nft delete rule/p'
exit 1
