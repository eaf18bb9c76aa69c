#!/bin/bash
# tests/own-cgroups.sh COMMAND [ARG...]: runs a command whose topmost cgroup is its own, in each
# hierarchy: a cgroup made for it, a cgroup namespace, and the hierarchies mounted anew from there.
# So a run of tests neither sees the cgroups of another run nor those of the machine's containers,
# and what the run leaves is removed with it. Needs root; a hierarchy in which no cgroup can be made
# stays as it is.
#
# CGROUP_LIMITS, words such as memory.max=1073741824 pids.max=4000, are the limits of all that the command
# starts, in the names of v2. They are set on a cgroup above the topmost one, where the command does not
# see them. A controller that the machine lacks sets no limit.
#
# The command's own processes are in the cgroup "leaf" below the topmost one: on v2 a cgroup that has
# processes gives no controllers to others.
set -u
prefix=tests.

# Prints "TYPE MOUNTPOINT NAMES" for each hierarchy; mount(8) finds one of v1 by its NAMES.
list_hierarchies() {
	awk '{
		for (i = 7; $i != "-"; i++)
			;
		if ($(i + 1) !~ /^cgroup2?$/)
			next
		count = split($(i + 3), options, ",")
		names = ""
		for (n = 1; $(i + 1) == "cgroup" && n <= count; n++)
			if (options[n] !~ /^(r[wo]|xattr|noprefix|clone_children|release_agent=.*)$/)
				names = names "," options[n]
		print $(i + 1), $5, substr(names, 2)
	}' /proc/self/mountinfo
}

# make_cgroups DIRECTORY...: makes cgroups; on v1 they get the parent's processors.
make_cgroups() {
	local cgroup list

	mkdir "$@" || return
	for cgroup; do
		[ -f "$cgroup/cgroup.clone_children" ] || continue
		for list in cpuset.cpus cpuset.mems; do
			[ ! -f "$cgroup/$list" ] || echo "$(<"${cgroup%/*}/$list")" >"$cgroup/$list" || return
		done
	done
}

# enter CGROUP...: moves this process, on v1 by the file "tasks", which does not wait for all
# processors as "cgroup.procs" does.
enter() {
	local cgroup file

	for cgroup; do
		file=cgroup.procs
		[ ! -f "$cgroup/tasks" ] || file=tasks
		echo 0 >"$cgroup/$file" || return
	done
}

# Kills all processes in these cgroups and below them, frozen ones too, and removes the cgroups.
remove() {
	local cgroup pid try

	for try in {1..100}; do
		find "$@" -depth -type d -delete 2>/dev/null # also where a path is longer than PATH_MAX
		[ -n "$(ls -d "$@" 2>/dev/null)" ] || return 0
		find "$@" -depth -type d 2>/dev/null | while read -r cgroup; do
			[ ! -f "$cgroup/freezer.state" ] || echo THAWED >"$cgroup/freezer.state"
			[ ! -f "$cgroup/cgroup.freeze" ] || echo 0 >"$cgroup/cgroup.freeze"
			while read -r pid; do kill -9 "$pid"; done <"$cgroup/cgroup.procs"
		done 2>/dev/null
		[ "$try" -eq 1 ] || sleep 0.05
	done
	echo "own-cgroups.sh: these cannot be removed: $*" >&2
}

hierarchies=$(list_hierarchies)

# Runs in the new cgroup namespace and in a new mount namespace.
if [ -n "${OWN_CGROUPS:-}" ]; then
	while read -r type mountpoint names; do
		[ -d "$mountpoint/$OWN_CGROUPS" ] || continue
		umount "$mountpoint" &&
			mount -t "$type" ${names:+-o "$names"} none "$mountpoint" &&
			make_cgroups "$mountpoint/leaf" && enter "$mountpoint/leaf" || exit
	done <<<"$hierarchies"
	unset OWN_CGROUPS CGROUP_LIMITS
	exec "$@"
fi

# The locks are in the first hierarchy. The cgroups of a run that was killed have a lock that no
# process holds. A run that is just beginning locks a file of the topmost cgroup.
read -r _ first _ <<<"$hierarchies"
exec {beginning}<"${first:-/proc/self}/${first:+cgroup.procs}" && flock "$beginning" || exit
for left in "$first/$prefix"*; do
	[ ! -d "$left" ] || ! flock --nonblock "$left" true || remove "${first%/*}"/*/"${left##*/}"
done

# limit CGROUP: sets the limits
limit() {
	local setting file

	for setting in ${CGROUP_LIMITS:-}; do
		file=${setting%%=*}
		case $file in
		memory.max) [ -f "$1/$file" ] || file=memory.limit_in_bytes ;;
		memory.swap.max) [ -f "$1/$file" ] || continue ;;
		esac
		[ ! -f "$1/$file" ] || echo "${setting#*=}" >"$1/$file" || return
	done
}

# give CGROUP: on v2 it hands down its controllers
give() {
	[ ! -f "$1/cgroup.controllers" ] || sed 's/[^ ]\+/+&/g' "$1/cgroup.controllers" >"$1/cgroup.subtree_control"
}

own=$prefix$$-$EPOCHREALTIME made=() topmost=() lock=0 top=''
[ -z "${CGROUP_LIMITS:-}" ] || top=/topmost
while read -r _ mountpoint _; do
	make_cgroups "$mountpoint/$own" 2>/dev/null || continue
	made+=("$mountpoint/$own")
	[ "$lock" -ne 0 ] || { exec {lock}<"$mountpoint/$own" && flock "$lock"; }
	give "$mountpoint"
	limit "$mountpoint/$own" || exit
	topmost+=("$mountpoint/$own$top")
	[ -z "$top" ] || { make_cgroups "$mountpoint/$own$top" && give "$mountpoint/$own"; } || exit
done <<<"$hierarchies"
exec {beginning}<&-
(
	[ "$lock" -eq 0 ] || exec {lock}<&-
	enter "${topmost[@]}" || exit
	OWN_CGROUPS=$own$top exec setpriv --pdeathsig KILL unshare --cgroup --mount --propagation private "$0" "$@"
)
status=$?
[ ${#made[@]} -eq 0 ] || remove "${made[@]}"
exit "$status"
