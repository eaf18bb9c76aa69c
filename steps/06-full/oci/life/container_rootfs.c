#include "container_rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "container_network.h"
#include "fail.h"
#include "file.h"
#include "nodes.h"
#include "root.h"
#include "shift.h"
#include "shared_pids_proc.h"

/* ---- On the host, if the host side may ---- */

/* With engine_messages, says in runC's words that the root is missing. Returns -1. */
static int explain_root(const struct config *config)
{
	int error = errno;

	if (!config->engine_messages || (error != ENOENT && error != ENOTDIR))
		return -1;
	fail_forget();
	errno = error;
	return fail("open root.path %s", config->rootfs.path);
}

static int open_trees(struct container *container)
{
	struct config *config = &container->config;
	bool is_new = config->namespaces & CLONE_NEWUSER;
	/*
	 * A device node in it would belong to the container's root, which could not have made it.
	 */
	uint64_t set =
		is_new && config->userns.shift && !container->rootless ? MOUNT_ATTR_NODEV : 0;

	if (config->overlay.layer_count) {
		if (shift_layers(&config->userns, &config->overlay) < 0)
			return -1;
		config->rootfs.tree = overlay_mount(&config->overlay);
		if (config->rootfs.tree < 0)
			return -1;
	}
	if (root_clone(&config->rootfs, config->propagation, set) < 0)
		return explain_root(config);
	if (container->hosts_users)
		return 0;
	return nodes_open(&container->node_binds, &config->cgroup.devices,
			  is_new ? &config->userns : NULL, &config->mounts);
}

/*
 * Forgets the last failure if it was EPERM: without root, only the container may mount, in its own
 * mount namespace, and it tries again. Returns 0 or -1.
 */
static int leave_to_container(void)
{
	if (errno != EPERM)
		return -1;
	fail_forget();
	return 0;
}

int container_open_rootfs(struct container *container)
{
	struct config *config = &container->config;

	root_choose_propagation(&config->mounts, config->propagation);
	config->mounts.on_host =
		config_has_users(config) || namespaces_join(&config->joined, CLONE_NEWNS);
	if (open_trees(container) == 0 && mounts_open(&config->mounts) == 0)
		return 0;
	return leave_to_container();
}

int container_open_cgroup(struct container *container)
{
	container->view.cgroup = &container->config.cgroup;
	container->view.label = container->config.mounts.label;
	container->view.is_new = container->config.namespaces & CLONE_NEWCGROUP;
	if (mounts_view_open(&container->view) == 0)
		return 0;
	return leave_to_container();
}

/* ---- In the container ---- */

/* Opens what the host side was not allowed to open. */
static int open_rest(struct container *container)
{
	struct mounts *mounts = &container->config.mounts;

	if (container->config.rootfs.tree > 0)
		return 0;
	if (open_trees(container) < 0)
		return -1;
	return mounts->sources_first ? mounts_open(mounts) : 0;
}

/* Makes the working directory below the root, like all else, if it is missing. */
static int make_workdir(const struct config *config, int root)
{
	const char *path = config->command.workdir;
	autofd int place = path ? file_open_in_root(root, path, O_PATH) : -1;

	if (!config->workdir_by_root || !path || place >= 0 || errno != ENOENT)
		return 0; /* chdir(2) will report any other error */
	place = file_make_in_root(root, path, S_IFDIR);
	return place < 0 ? -1 : 0;
}

/*
 * A sysfs shows the network namespace of the process that mounts it. The host side may still be
 * making that namespace, so the mounts before the sysfs are attached first.
 */
static int attach_mounts(struct container *container, int root)
{
	struct mounts *mounts = &container->config.mounts;
	const size_t sysfs = mounts_find(mounts, "sysfs");

	if (mounts_attach(mounts, 0, sysfs, &container->view, root) < 0)
		return -1;
	if (container_enter_network(container) < 0)
		return -1;
	return mounts_attach(mounts, sysfs, mounts->count, &container->view, root);
}

/*
 * Makes the nodes and the links in /dev, unless /dev is a bind mount: then it stays as it is on the
 * host, as with runC.
 */
static int make_nodes(struct container *container, int root)
{
	const struct mounts *mounts = &container->config.mounts;
	const size_t dev = mounts_find_target(mounts, "/dev");

	if (dev < mounts->count && mounts->list[dev].bind)
		return 0;
	return nodes_make(&container->config.cgroup.devices, mounts, &container->node_binds, root);
}

int rootfs_build(struct container *container)
{
	struct config *config = &container->config;
	int root;

	if (open_rest(container) < 0)
		return -1;
	if (config->joined.pids >= 0 && shared_pids_proc_open(container, config->rootfs.tree) < 0)
		return -1;
	root = root_attach(&config->rootfs, &config->mounts);
	if (root < 0)
		return -1;
	if (attach_mounts(container, root) < 0)
		return -1;
	if (make_nodes(container, root) < 0)
		return -1;
	return make_workdir(config, root) < 0 ? -1 : root;
}
