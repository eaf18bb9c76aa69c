#include "hints.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define NO_ROOT "without root set XDG_RUNTIME_DIR, where a user's states are, or take --root"

/*
 * hint_for() chooses the row whose `call` is the longest that the message begins with. Tests
 * reproduce the rows: test_00_hints.c, test_03_hints.c, test_05_hints.c.
 */
static const struct {
	const char *call;
	int error;
	const char *hint;
} hints[] = {
	{ "clone3", EPERM, "new namespaces need root: use sudo" },
	{ "clone3 CLONE_NEWUSER", EPERM,
	  "user namespaces are switched off (kernel.unprivileged_userns_clone), or this is a "
	  "chroot" },
	{ "clone3", ENOSPC, "the limit in /proc/sys/user/max_*_namespaces is reached" },
	{ "clone3", EINVAL, "this kernel lacks one of these namespaces" },
	{ "clone3", ENOSYS, "Linux 5.3 or later is needed, or a seccomp filter hides the call" },
	{ "clone3", EAGAIN, "the limit of processes is reached (ulimit -u, pids cgroup)" },
	{ "clone3", EBUSY, "a cgroup whose children have controllers has no processes of its own" },
	{ "clone3", EOPNOTSUPP,
	  "a cgroup beside threaded ones takes no process (\"domain invalid\")" },
	{ "fork", EAGAIN, "the limit of processes is reached (--pids-limit, ulimit -u)" },
	{ "execve", EAGAIN, "the user has more processes than --ulimit nproc allows" },
	{ "execve /usr/bin/newuidmap", ENOENT,
	  "to have more than one user needs root, or the package uidmap" },
	{ "execve /usr/bin/newgidmap", ENOENT,
	  "to have more than one group needs root, or the package uidmap" },
	{ "execve", ENOENT, "is it there, with the interpreter or libraries that it names?" },
	{ "execve", EACCES, "it must be an executable file (chmod +x), not on a noexec mount" },
	{ "execve", ENOEXEC, "it is no program for this machine" },
	{ "stat /dev/", ENOENT, "is it there, under this name, and its driver loaded?" },
	{ "unshare CLONE_NEWNET", EPERM, "new namespaces need root: use sudo" },
	{ "unshare CLONE_NEWNET", ENOSPC,
	  "the limit in /proc/sys/user/max_net_namespaces is reached" },
	{ "unshare CLONE_NEWCGROUP", ENOSPC,
	  "the limit in /proc/sys/user/max_cgroup_namespaces is reached" },
	{ "unshare CLONE_NEWTIME", ENOSPC,
	  "the limit in /proc/sys/user/max_time_namespaces is reached" },
	{ "unshare CLONE_NEWNET", EINVAL, "this kernel lacks network namespaces" },
	{ "unshare CLONE_NEWTIME", EPERM, "a new time namespace needs root: use sudo" },
	{ "chdir", ENOENT, "the directory must exist in the container" },
	{ "chdir", EACCES, "the user must be allowed to enter it" },
	{ "fsopen", EPERM, "mounting needs root: use sudo" },
	{ "fsopen", ENODEV, "this kernel was built without that file system" },
	{ "fsmount", EPERM,
	  "in a user namespace, /proc and /sys can be mounted only while old "
	  "ones with nothing hidden are in view (mount too revealing)" },
	{ "memfd_create MFD_EXEC", EACCES,
	  "vm.memfd_noexec=2 lets nothing be executed from memory, and without the right to mount "
	  "there is no other place that the container cannot write to" },
	{ "mount / MS_REC", EINVAL, "inside a chroot \"/\" is no mount point: use systemd-nspawn" },
	{ "mount_setattr MOUNT_ATTR_IDMAP", EINVAL,
	  "this file system has no idmapped mounts; ext4, xfs and btrfs do" },
	{ "mount_setattr MOUNT_ATTR_IDMAP", EPERM,
	  "only root of the machine may give other owners to its file systems" },
	{ "fsconfig mqueue", EPERM, "needs an IPC namespace of the container's own" },
	{ "mkdir /run/steps-net", EACCES,
	  "a bridge needs root: use sudo; step 06 runs without, with --network none" },
	{ "open /run/steps-net", EACCES,
	  "a bridge needs root: use sudo; step 06 runs without, with --network none" },
	{ "mkdir /run/step-06", EACCES, NO_ROOT },
	{ "open /run/step-06", EACCES, NO_ROOT },
	{ "scandir /run/step-06", EACCES, NO_ROOT },
	{ "mkdirat", EROFS, "the mount point is missing, and the root file system is read-only" },
	{ "mkdirat", EAGAIN,
	  "a cgroup above has as many below it as its cgroup.max.descendants or cgroup.max.depth "
	  "allows" },
	{ "mknodat", EROFS, "the mount point is missing, and the root file system is read-only" },
	{ "mknodat", EPERM, "making a device needs CAP_MKNOD, in the initial user namespace" },
	{ "open rootfs", ENOENT, "`make rootfs` builds it, --rootfs names another" },
	{ "open root.path", ENOENT, "the bundle has no such directory; root.path names it" },
	{ "open root.path", ENOTDIR, "it must be a directory" },
	{ "open rootfs", ENOTDIR, "it must be a directory" },
	{ "open_tree", ENOENT, "a source must exist" },
	{ "open_tree", EINVAL,
	  "in a user namespace it comes with all that is mounted below it: rbind, not bind" },
	{ "move_mount", EINVAL, "a directory goes on a directory, a file on a file" },
	{ "openat2", ELOOP, "a symbolic link leads in a circle, or into /proc" },
	{ "openat2", ENOSYS, "Linux 5.6 or later is needed, or a seccomp filter hides the call" },
	{ "pivot_root", EINVAL, "inside a chroot, or on an initramfs, the root cannot be changed" },
	{ "pivot_root", EPERM, "needs root in the mount namespace's own user namespace" },
	{ "bpf", EPERM, "devices need root in the initial user namespace" },
	{ "open memory.swap.max", ENOENT, "swap is not counted: boot with swapaccount=1" },
	{ "open memory.memsw", ENOENT, "swap is not counted: boot with swapaccount=1" },
	{ "write cgroup.subtree_control", EBUSY,
	  "processes are in this cgroup, not in one below it: nobody else may be where limits "
	  "begin" },
	{ "write cpuset.cpus", EINVAL, "these CPUs are not there, or not for us" },
	{ "write cpuset.cpus", ERANGE, "these CPUs are not there, or not for us" },
	{ "write cpuset.mems", EINVAL, "these memory nodes are not there, or not for us" },
	{ "write cpuset.mems", ERANGE, "these memory nodes are not there, or not for us" },
	{ "write io.max", ENODEV, "a rate is for a whole disk, not for a part of it" },
	{ "write blkio.throttle", ENODEV, "a rate is for a whole disk, not for a part of it" },
	{ "setrlimit", EPERM, "it is above our own hard limit: that needs CAP_SYS_RESOURCE" },
	{ "setrlimit RLIMIT_NOFILE", EPERM,
	  "it is above our own hard limit (that needs CAP_SYS_RESOURCE), or above "
	  "/proc/sys/fs/nr_open" },
	{ "setgroups", EPERM, "needs CAP_SETGID" },
	{ "setgroups", EINVAL, "the user namespace does not have one of these groups" },
	{ "setresgid", EINVAL, "the user namespace does not have this group" },
	{ "setresuid", EINVAL, "the user namespace does not have this user" },
	{ "keyctl KEYCTL_JOIN_SESSION_KEYRING", EDQUOT,
	  "the user has as many keys as /proc/sys/kernel/keys/maxkeys allows; step-06-oci "
	  "run --no-new-keyring does without one" },
	{ "write /proc/sys/net/ipv4/ping_group_range", EINVAL,
	  "FIRST LAST, two groups that the container's user namespace has" },
	{ "capset", EPERM,
	  "effective ones must be permitted, inheritable ones be in the bounding set" },
	{ "prctl PR_CAPBSET_DROP", EPERM, "needs CAP_SETPCAP" },
	{ "prctl PR_CAP_AMBIENT_RAISE", EPERM, "it must be permitted and inheritable, too" },
	{ "seccomp", EACCES, "needs CAP_SYS_ADMIN, or no-new-privileges" },
	{ "bind", EADDRINUSE, "a program or another container has this port: take another" },
	{ "bind", EADDRNOTAVAIL, "no device of the host has this address" },
	{ "mkdir /run/steps-net", EROFS, "/run is read-only: use --network none or host" },
	{ "ioctl SIOCSIFFLAGS", EPERM, "needs the right to configure networks, CAP_NET_ADMIN" },
	{ "RTM_NEWLINK", EPERM, "needs the right to configure networks, CAP_NET_ADMIN" },
	{ "sethostname", EPERM, "needs root: use sudo" },
};

const char *hint_for(const char *what, int error)
{
	const char *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		size_t length = strlen(hints[i].call);

		if (hints[i].error == error && length > longest &&
		    strncmp(what, hints[i].call, length) == 0) {
			best = hints[i].hint;
			longest = length;
		}
	}
	return best;
}
