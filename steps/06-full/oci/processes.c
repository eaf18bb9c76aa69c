#include "processes.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cgroup_path.h"
#include "cleanup.h"
#include "fail.h"

/* The number of a process's PID namespace; 0: it has ended, or is not ours to look at. */
static ino_t namespace_of(const char *pid)
{
	char path[280];
	struct stat status;

	snprintf(path, sizeof(path), "/proc/%s/ns/pid", pid);
	return stat(path, &status) == 0 ? status.st_ino : 0;
}

/* Not those in a PID namespace below it, which end with their own first process. */
static int each_in_namespace(const struct state *state, void (*each)(pid_t pid, void *data),
			     void *data)
{
	autodir DIR *proc = opendir("/proc");
	char first[16];
	ino_t theirs;

	if (!proc)
		return fail("opendir /proc");
	snprintf(first, sizeof(first), "%d", state->pid);
	theirs = state->status == STATUS_STOPPED ? 0 : namespace_of(first);
	if (theirs && theirs == namespace_of("self"))
		return fail_input("container %s has no cgroup and no PID namespace of its own, by "
				  "which its processes could be known",
				  state->id);
	for (struct dirent *entry; theirs && (entry = readdir(proc));)
		if (atoi(entry->d_name) > 0 && namespace_of(entry->d_name) == theirs)
			each(atoi(entry->d_name), data);
	return 0;
}

int processes_each(const struct state *state, void (*each)(pid_t pid, void *data), void *data)
{
	return *state->cgroup ? cgroup_path_each(state->cgroup, each, data)
			      : each_in_namespace(state, each, data);
}

static void send_signal(pid_t pid, void *data)
{
	kill(pid, *(int *)data);
}

int processes_signal(const struct state *state, int signal)
{
	return *state->cgroup ? cgroup_path_signal(state->cgroup, signal)
			      : each_in_namespace(state, send_signal, &signal);
}
