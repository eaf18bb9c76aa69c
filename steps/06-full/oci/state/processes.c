#include "processes.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cgroup_path.h"
#include "cleanup.h"
#include "fail.h"
#include "narrate.h"

/* Returns the inode of a process's PID namespace; 0: the process has ended, or may not be read. */
static ino_t namespace_of(const char *pid)
{
	char path[280];
	struct stat status;

	snprintf(path, sizeof(path), "/proc/%s/ns/pid", pid);
	return stat(path, &status) == 0 ? status.st_ino : 0;
}

/* Leaves out processes in PID namespaces below it, which end with their own first process. */
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

/*
 * True if the cgroup has to show the container's processes, false if the PID namespace has to. A
 * cgroup that cannot be seen from here is a failure, for the caller to return, if the runtime is in
 * the same PID namespace.
 */
static bool has_cgroup(struct state *state)
{
	char first[16];

	snprintf(first, sizeof(first), "%d", state->pid);
	if (!*state->cgroup)
		return false;
	if (state_find_cgroup(state) == 0 || namespace_of(first) == namespace_of("self"))
		return true;
	narrate("%s", fail_get()->text);
	fail_forget();
	state->cgroup = "";
	return false;
}

int processes_each(struct state *state, void (*each)(pid_t pid, void *data), void *data)
{
	if (!has_cgroup(state))
		return each_in_namespace(state, each, data);
	return *fail_get()->text ? -1
				 : cgroup_path_each(state->cgroup, &state->directories, each, data);
}

struct sending {
	int signal;
	size_t count;
};

static void send_signal(pid_t pid, void *data)
{
	struct sending *sending = data;

	sending->count += kill(pid, sending->signal) == 0;
}

int processes_signal(struct state *state, int signal)
{
	struct sending sending = { .signal = signal };

	if (processes_each(state, send_signal, &sending) < 0)
		return -1;
	if (!sending.count)
		return fail_input("cannot kill: container not running: there are no processes");
	if (signal != SIGKILL || !*state->cgroup)
		return 0;
	return cgroup_path_signal(state->cgroup, &state->directories, signal);
}
