#include "bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bundle_nodes.h"
#include "bundle_root.h"
#include "cgroup_path.h"
#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "seccomp_cache.h"
#include "mounts_proc.h"
#include "narrate.h"
#include "preserve_fds.h"

/* The specification's "Dev symbolic links", and ptmx, a link to the one that belongs to the pts. */
static const struct {
	const char *name, *target;
} links[] = {
	{ "fd", "/proc/self/fd" },	 { "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" }, { "stderr", "/proc/self/fd/2" },
	{ "ptmx", "pts/ptmx" },
};

/* What a mount namespace may pass on to others is a property of each mount. */
static int change_propagation(int tree, uint64_t propagation, unsigned int flags)
{
	struct mount_attr change = { .propagation = propagation };

	if (mount_setattr(tree, "", AT_EMPTY_PATH | flags, &change, sizeof(change)) < 0)
		return fail("mount_setattr to change the propagation of the root");
	return 0;
}

/*
 * What is mounted in the root file system is not to appear on the host. What the host mounts below
 * it appears inside where the bind mount has a part of it; everywhere, if the root is to be a
 * slave. The root is shared only when it has been entered: pivot_root(2) wants that.
 */
static int make_slave(int tree, uint64_t wanted)
{
	uint64_t word = wanted & ~(uint64_t)MS_REC;

	if (change_propagation(tree, MS_SLAVE, AT_RECURSIVE) < 0)
		return -1;
	if (wanted & MS_REC && word != MS_UNBINDABLE &&
	    change_propagation(tree, word, AT_RECURSIVE) < 0)
		return -1;
	return word == MS_SLAVE ? 0 : change_propagation(tree, MS_PRIVATE, 0);
}

/* What is for all mounts is for those of the list that have no word of their own. */
static void choose_propagation(struct mounts *mounts, uint64_t wanted)
{
	uint64_t word = wanted & ~(uint64_t)MS_REC;

	mounts->peers = word == MS_SHARED;
	mounts->propagation = wanted & MS_REC && word != MS_UNBINDABLE ? word : 0;
}

/* Nothing can be bind mounted from an unbindable mount: where that is for all, it comes last. */
static int change_last(uint64_t wanted)
{
	uint64_t word = wanted & ~(uint64_t)MS_REC;
	uint64_t flags = word == MS_UNBINDABLE ? wanted : word;

	narrate("mount / propagation %#jx", (uintmax_t)flags);
	if (flags && mount(NULL, "/", NULL, flags, NULL) < 0)
		return fail("mount / to change its propagation");
	return 0;
}

/*
 * The session keyring of who started us would be the container's, and with it the keys in it. A
 * kernel without keys, or a filter that denies them, is no reason to end.
 */
static int keyring_new(void)
{
	narrate("keyctl KEYCTL_JOIN_SESSION_KEYRING");
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS &&
	    errno != EPERM)
		return fail("keyctl KEYCTL_JOIN_SESSION_KEYRING");
	return 0;
}

/* What is missing is the configuration's root.path, not what the steps call --rootfs. */
static int clone_root(struct rootfs *rootfs)
{
	int error;

	if (preserve_fds_check("root.path", rootfs->path) < 0)
		return -1;
	if (rootfs_clone(rootfs) == 0)
		return 0;
	error = errno;
	if (error != ENOENT && error != ENOTDIR)
		return -1;
	fail_forget();
	errno = error;
	return fail("open root.path %s", rootfs->path);
}

static int open_trees(struct container *container)
{
	struct rootfs *rootfs = &container->rootfs;

	if (clone_root(rootfs) < 0)
		return -1;
	if (make_slave(rootfs->tree, container->propagation) < 0)
		return -1;
	return bundle_nodes_open(container);
}

/* Without root, who has the rights to mount is the container, in its own mount namespace. */
static int leave_to_container(void)
{
	if (errno != EPERM)
		return -1;
	fail_forget();
	return 0;
}

int bundle_open(struct container *container)
{
	container->rootfs.etc.as_it_is = true;
	if (seccomp_compile_once(&container->seccomp) < 0)
		return -1;
	if (seccomp_notify_prepare(&container->seccomp.listener) < 0)
		return -1;
	if (namespaces_open(&container->joined) < 0)
		return -1;
	choose_propagation(&container->mounts, container->propagation);
	container->mounts.on_host = container->namespaces & CLONE_NEWUSER ||
		namespaces_join(&container->joined, CLONE_NEWUSER) ||
		namespaces_join(&container->joined, CLONE_NEWNS);
	if (open_trees(container) == 0 && mounts_open(&container->mounts) == 0)
		return 0;
	return leave_to_container();
}

int bundle_open_cgroup(struct container *container)
{
	container->view.cgroup = &container->cgroup;
	container->view.label = container->mounts.label;
	container->view.is_new = container->namespaces & CLONE_NEWCGROUP;
	if (mounts_view_open(&container->view) == 0)
		return 0;
	return leave_to_container();
}

bool bundle_needs_stage(const struct container *container)
{
	for (int kind = 0; kind < NAMESPACE_KINDS; kind++)
		if (container->joined.paths[kind])
			return true;
	return container->namespaces & CLONE_NEWTIME;
}

int bundle_enter_stage(void *argument)
{
	struct container *container = argument;

	if (cgroup_path_enter(&container->cgroup) < 0)
		return -1;
	if (container->namespaces & CLONE_NEWTIME && namespaces_new_time(&container->joined) < 0)
		return -1;
	return namespaces_enter(&container->joined);
}

int bundle_begin(struct container *container)
{
	if (lsm_set(&container->lsm) < 0)
		return -1;
	if (container->has_personality) {
		narrate("personality %#lx", container->personality);
		if (personality(container->personality) < 0)
			return fail("personality");
	}
	return container->keep_keyring ? 0 : keyring_new();
}

/* The directory to start in is made where it is missing, below the root like all else. */
static int make_workdir(const struct container *container, int root)
{
	const char *path = container->command.workdir;
	autofd int place = path ? file_open_in_root(root, path, O_PATH) : -1;

	if (!path || place >= 0 || errno != ENOENT)
		return 0; /* what is wrong with it, chdir(2) will say */
	place = file_make_in_root(root, path, S_IFDIR);
	return place < 0 ? -1 : 0;
}

/* Unlike chapter 3's /dev, this one may have been there before, with links of its own. */
static int make_links(int root)
{
	autofd int dev = file_make_in_root(root, "/dev", S_IFDIR);

	if (dev < 0)
		return -1;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlinkat(links[i].target, dev, links[i].name) < 0 && errno != EEXIST)
			return fail("symlinkat /dev/%s", links[i].name);
	return 0;
}

/* A sysfs shows the network of who mounts it: until then, that may be in the making. */
static int attach_mounts(struct container *container, int root)
{
	struct mounts before = container->mounts, after = container->mounts;

	before.count = mounts_find(&container->mounts, "sysfs");
	after.list += before.count;
	after.count -= before.count;
	if (mounts_attach(&before, &container->view, root) < 0)
		return -1;
	if (container_enter_network(container) < 0)
		return -1;
	return mounts_attach(&after, &container->view, root);
}

static int fill_root(struct container *container, int root)
{
	if (attach_mounts(container, root) < 0)
		return -1;
	if (bundle_nodes_make(container, root) < 0)
		return -1;
	if (make_links(root) < 0)
		return -1;
	return make_workdir(container, root);
}

int bundle_leave_peers(void)
{
	narrate("mount / MS_REC|MS_SLAVE");
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return fail("mount / MS_REC|MS_SLAVE");
	return 0;
}

int bundle_enter(struct container *container)
{
	autofd int root = -1;

	if (container->rootfs.tree <= 0 && open_trees(container) < 0)
		return -1;
	if (container->joined.pids >= 0 && mounts_proc_open(container, container->rootfs.tree) < 0)
		return -1;
	root = bundle_root_attach(&container->rootfs);
	if (root < 0)
		return -1;
	if (fill_root(container, root) < 0)
		return -1;
	if (fchdir(root) < 0) /* where hooks find themselves, as with runC */
		return fail("fchdir to the new root");
	if (container_run_hooks(container) < 0)
		return -1;
	/* The root may become read-only here, and hooks may mount and write there. */
	if (masked_paths_cover(&container->masked_paths, root) < 0)
		return -1;
	if (bundle_root_enter(&container->rootfs, root) < 0)
		return -1;
	return change_last(container->propagation);
}
