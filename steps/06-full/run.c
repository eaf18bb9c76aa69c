#include "run.h"

#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>

#include "container_network.h"
#include "container_spawn.h"
#include "fail.h"
#include "nodes.h"
#include "resolver.h"
#include "running.h"
#include "spawn.h"
#include "sync.h"

/* The group "tty": programs with this group, such as write(1), may write to all terminals. */
enum { TTY_GROUP = 5 };

enum { USUAL_ATTRIBUTES = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC };

/* ---- The mounts, as config.json would list them ---- */

/* Without a type, the entry is a bind mount, with all that is mounted below its source. */
static int add_mount(struct mounts *mounts, const struct rootfs_mount *mount)
{
	const struct mounts_entry entry = {
		.mount = *mount,
		.bind = !mount->type,
		.with_below = !mount->type,
	};

	return mounts_add(mounts, entry);
}

/* /proc, and chapter 3's default mounts. */
static int add_defaults(struct config *config)
{
	const struct rootfs_mount proc = { .type = "proc",
					   .target = "/proc",
					   .attributes = USUAL_ATTRIBUTES };
	size_t count;
	const struct rootfs_mount *defaults = rootfs_defaults(&count);
	const bool has_users = config->userns.mode == USERNS_MAPPED;
	const int has_group =
		has_users ? userns_has_gid(&config->userns, TTY_GROUP) : userns_maps_gid(TTY_GROUP);

	if (has_group < 0 || add_mount(&config->mounts, &proc) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct rootfs_mount mount = defaults[i];

		/*
		 * Only root of the network namespace may mount its sysfs. Others get a read-only
		 * bind mount of the host's /sys.
		 */
		if (has_users && !(config->namespaces & CLONE_NEWNET) &&
		    strcmp(mount.type, "sysfs") == 0) {
			mount.type = NULL;
			mount.source = "/sys";
		} else if (!has_group && strcmp(mount.type, "devpts") == 0)
			mount.options = "newinstance,ptmxmode=0666,mode=0620";
		if (add_mount(&config->mounts, &mount) < 0)
			return -1;
	}
	return 0;
}

/* The container sees its own cgroups, if it has some, and may not write to them. */
static int add_cgroup(struct config *config)
{
	const struct rootfs_mount entry = {
		.type = "cgroup",
		.source = "cgroup",
		.target = "/sys/fs/cgroup",
		.attributes = USUAL_ATTRIBUTES | MOUNT_ATTR_RDONLY,
	};

	for (int i = 0; i < config->cgroup.hierarchy_count; i++)
		if (config->cgroup.hierarchies[i].directory >= 0)
			return add_mount(&config->mounts, &entry);
	return 0;
}

/* Chapter 3's files in /etc. */
static int add_etc(struct config *config)
{
	struct etc_file files[ETC_FILES] = { 0 };

	if (etc_write(&config->rootfs.etc, config->uts.hostname, files) < 0)
		return -1;
	for (int i = 0; i < ETC_FILES; i++) {
		const struct mounts_entry entry = { .mount.target = files[i].path,
						    .text = files[i].text };

		if (mounts_add(&config->mounts, entry) < 0)
			return -1;
	}
	return 0;
}

static int add_mounts(struct config *config)
{
	config->propagation = MS_PRIVATE | MS_REC;
	config->mounts.sources_first = true; /* the root may be in a source, or a source in it */
	if (add_defaults(config) < 0)
		return -1;
	if (add_cgroup(config) < 0)
		return -1;
	if (add_etc(config) < 0)
		return -1;
	for (size_t i = 0; i < config->rootfs.mount_count; i++)
		if (add_mount(&config->mounts, &config->rootfs.mounts[i]) < 0)
			return -1;
	config->rootfs.mount_count = 0; /* config->mounts has them now */
	return nodes_add_defaults(&config->cgroup.devices);
}

/* ---- The network ---- */

static void choose_namespaces(struct run *run)
{
	struct config *config = &run->container.config;

	config->namespaces =
		CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWCGROUP;
	if (run->net.mode != NET_HOST)
		config->namespaces |= CLONE_NEWNET;
	config->network_is_given = run->net.mode == NET_BRIDGE;
}

/*
 * Returns the container's network namespace, which the container has made if it belongs to its
 * users; 0 if net_connect() is to make one; or -1.
 */
static int open_namespace(const struct container *container)
{
	return container->config.namespaces & CLONE_NEWNET
		? namespaces_open_of(container->child->pid, "net")
		: 0;
}

static int connect_network(struct run *run)
{
	const struct container *container = &run->container;

	if (run->net.mode != NET_BRIDGE)
		return container_hand_over_network(container);
	run->net.namespace = open_namespace(container);
	return run->net.namespace < 0 ? -1 : net_connect(&run->net, container->child);
}

/* If the child has ended, its failure is the cause, and replaces the host side's. Returns -1. */
static int explain_end(struct child *child)
{
	struct pollfd end = { .fd = child->pidfd, .events = POLLIN };
	const struct failure failure = *fail_get();

	if (poll(&end, 1, 0) <= 0)
		return -1;
	fail_forget();
	return sync_expect(child) < 0 ? -1 : fail_set(&failure);
}

/* ---- The container ---- */

int run_container(struct run *run)
{
	struct container *container = &run->container;
	struct config *config = &container->config;
	autonet struct net *net = &run->net;
	autocgroup struct cgroup *cgroup = &config->cgroup;
	autochild struct child child = CHILD_NONE;
	int status;

	config->keep_cpus = true;
	choose_namespaces(run);
	if (container_prepare(container, &child) < 0)
		return -1;
	if (net_prepare(net) < 0)
		return -1;
	if (resolver_describe(net, &config->rootfs.etc) < 0)
		return -1;
	if (cgroup_create(cgroup) < 0)
		return -1;
	if (add_mounts(config) < 0)
		return -1;
	if (container_open(container) < 0)
		return -1;
	if (container_spawn(container) < 0)
		return -1;
	if (run->work > 0 && running_note(run->work, child.pid) < 0)
		return -1;
	if (child_release(&child) < 0)
		return -1;
	if (connect_network(run) < 0)
		return explain_end(&child);
	if (child_release(&child) < 0)
		return -1;
	status = child_wait(&child);
	if (status < 0 || cgroup_report(cgroup, !child.unexecuted) < 0)
		return -1;
	return status;
}
