#include "shared_pids.h"

#include "descriptor.h"
#include "exec.h"
#include "self_exe.h"
#include "spawn.h"
#include "sync.h"

int shared_pids_leave(const struct container *container)
{
	/*
	 * Without root, the host side may enter the maker's namespaces only if it may look at the
	 * maker (self_exe_dumpable()). No other container can see the maker.
	 */
	if (container->rootless && self_exe_dumpable() < 0)
		return -1;
	if (sync_reached(container->child) < 0)
		return -1;
	for (size_t i = 0; i < container->config.mounts.count; i++)
		if (mounts_is_late(&container->config.mounts.list[i]) &&
		    descriptor_send(container->child->socket,
				    container->config.mounts.list[i].mount.opened) < 0)
			return -1;
	return child_await_release(container->child);
}

/* Receives the mounts that mounts_finish() is to change. */
static int receive_mounts(struct mounts *mounts, const struct child *maker)
{
	for (size_t i = 0; i < mounts->count; i++) {
		struct mounts_entry *entry = &mounts->list[i];

		if (!mounts_is_late(entry))
			continue;
		entry->mount.opened = descriptor_receive(maker->socket);
		if (entry->mount.opened < 0)
			return -1;
	}
	return 0;
}

int shared_pids_spawn(struct container *container, struct child *maker)
{
	struct child *child = container->child;
	struct exec exec = { .container = container, .pids = container->config.joined.pids };

	if (sync_expect(child) < 0)
		return -1;
	*maker = *child;
	child->pid = 0;
	child->pidfd = child->socket = -1;
	if (receive_mounts(&container->config.mounts, maker) < 0)
		return -1;
	exec.pidfd = maker->pidfd;
	exec.pid = maker->pid;
	return exec_spawn_first(&exec, child);
}
