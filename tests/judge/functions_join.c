/* Lab join: namespaces.c, stage.c and exec.c. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "exec.h"
#include "flat_join.h"
#include "subject.h"

static struct joined joined;

static int open_joined(struct flat_paths *flat)
{
	static char paths[NAMESPACE_KINDS][PATH_BYTES];

	memcpy(paths, flat->paths, sizeof(paths));
	for (int i = 0; i < NAMESPACE_KINDS; i++)
		joined.paths[i] = *paths[i] ? paths[i] : NULL;
	return namespaces_open(&joined);
}

static int enter_joined(void)
{
	return namespaces_enter(&joined);
}

/*
 * Returns the pid of a process that joins, and waits for its release. The process that has called
 * this one has more of the host open than it needs.
 */
static int join(pid_t pid, int pidfd, int pids, const struct flat_config *flat, int v1)
{
	static struct container container;
	static struct child child;
	struct exec exec = { .container = &container, .pid = pid, .pids = pids, .pidfd = pidfd };

	memfd_create("the host's", 0);
	open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	child = CHILD_NONE;
	container.config.console.socket = -1;
	container.config.seccomp.listener.childs = -1;
	container.exec_fifo.go = container.exec_fifo.result = -1;
	container.config.has_personality = flat->has_personality;
	container.config.personality = flat->personality;
	container.config.cgroup.hierarchies[0] =
		(struct hierarchy){ .version = 1, .directory = v1 };
	container.config.cgroup.hierarchy_count = v1 >= 0;
	return exec_spawn(&exec, &child) < 0 ? -1 : child.pid;
}

const struct function functions[] = {
	FUNCTION(namespaces_by_name),
	FUNCTION(namespaces_flag),
	FUNCTION(namespaces_find_other),
	FUNCTION(open_joined),
	FUNCTION(enter_joined),
	FUNCTION(join),
	{ 0 },
};
