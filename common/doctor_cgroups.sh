# shellcheck shell=sh disable=SC2154
# The part of `make doctor` about cgroups. doctor.sh sources this file, which uses its functions.

# For step 05 on: prints a line for each mount of cgroups (version, mount point, its root, options).
cgroup_mounts() {
	awk '{ for (i = 7; $i != "-"; i++); }
		$(i + 1) == "cgroup" { print 1, $5, $4, $(i + 3) }
		$(i + 1) == "cgroup2" { print 2, $5, $4, "" }' /proc/self/mountinfo
}

# ours VERSION POINT ROOT: prints the topmost cgroup, on the path to this process's own, that this
# user or sudo may write to; nothing if there is none. Only in v2 can a user be given a cgroup.
ours() {
	if [ -w "$2/cgroup.procs" ]; then
		echo "$2"
	elif [ "$(id -u)" -ne 0 ] && [ -z "$alone" ]; then
		read_only "$2" || echo "$2"
	elif [ "$1" = 2 ]; then
		own=$(sed -n 's/^0:://p' /proc/self/cgroup) path=$2
		[ "$3" = / ] || own=${own#"$3"}
		for name in $(echo "$own" | tr / ' '); do
			path=$path/$name
			[ ! -w "$path/cgroup.procs" ] || { echo "$path" && return; }
		done
	fi
}

check_cgroups() {
	versions='' available='' top=''
	while read -r version point root options; do
		case $(stat -fc %T "$point" 2>/dev/null) in cgroup*) ;; *) continue ;; esac # another mount covers it
		directory=$(ours "$version" "$point" "$root")
		[ -n "$directory" ] || continue
		if [ "$version" = 2 ]; then
			top=$directory
			options=$(tr ' ' , <"$top/cgroup.controllers")
			ok "cgroup v2 at $top: ${options:-without controllers}"
		fi
		versions="$versions $version" available="$available,$options"
	done <<-END
		$(cgroup_mounts)
	END
	case $versions in
	'') [ -n "$alone" ] || note 'no cgroup can be written to: mount -t cgroup2 none /sys/fs/cgroup; in a container, use --privileged'
		verdict "$(from 05)" 'runs without any limit: no cgroup can be written to'
		return ;;
	*1*2* | *2*1*) ok 'cgroup v1 beside v2 (hybrid): limits go where their controllers are' ;;
	*1*) ok 'cgroup v1' ;;
	esac
	lacks=''
	for controller in memory cpu cpuset pids io; do
		case ,$available, in
		*,$controller,* | *,blk$controller,*) ;;
		*) lacks="$lacks $controller" ;;
		esac
	done
	if [ -n "$lacks" ]; then
		note "no cgroup controller for:$lacks (see /proc/cgroups, and cgroup_ on the kernel's command line)"
		verdict "$(from 05)" "runs without limits for:$lacks"
	else
		ok 'cgroup controllers: memory cpu cpuset pids io'
	fi
	[ -z "$top" ] || check_cgroup_v2 "$top"
}

check_cgroup_v2() {
	if [ -z "$alone" ]; then
		in_kernel cgroup_bpf cgroup_bpf_prog_attach || problem "$(from 05)" \
			'this kernel has no CONFIG_CGROUP_BPF' "use a distribution's kernel"
	fi
	# Only the root of all cgroups has no type. In others, no processes may be where limits begin.
	if [ -e "$1/cgroup.type" ] && [ -n "$(head -n 1 "$1/cgroup.procs")" ]; then
		lacks=''
		for controller in memory cpu cpuset pids io; do
			grep -qw "$controller" "$1/cgroup.controllers" || continue
			grep -qw "$controller" "$1/cgroup.subtree_control" || lacks="$lacks $controller"
		done
		[ -n "$lacks" ] || return
		note "in $1 are processes, so that nothing can be enabled below:$lacks: move them down"
		verdict "$(from 05)" "runs without limits for:$lacks (processes are where they would begin)"
	fi
}
