#include "processes.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup_find.h"
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
 * Returns 1 if the cgroup has to show the container's processes, 0 if the PID namespace has to; or
 * -1: the runtime is in the same PID namespace, and the cgroup cannot be seen from here.
 */
static int has_cgroup(struct state *state)
{
	char first[16];

	if (!*state->cgroup)
		return 0;
	if (state_find_cgroup(state) == 0)
		return 1;
	snprintf(first, sizeof(first), "%d", state->pid);
	if (namespace_of(first) == namespace_of("self"))
		return -1;
	narrate("%s", fail_get()->text);
	fail_forget();
	state->cgroup = "";
	return 0;
}

struct listing {
	void (*each)(pid_t pid, void *data);
	void *data;
	pid_t first;
	bool has_first;
};

static void list(pid_t pid, void *data)
{
	struct listing *listing = data;

	listing->has_first |= pid == listing->first;
	listing->each(pid, listing->data);
}

/* Another program may have moved the first process out of the cgroup. */
static int each_in_cgroup(const struct state *state, void (*each)(pid_t pid, void *data),
			  void *data)
{
	struct listing listing = { each, data, state->pid, false };

	if (cgroup_path_each(state->cgroup, &state->directories, list, &listing) < 0)
		return -1;
	if (!listing.has_first && state->status != STATUS_STOPPED && state_is_alive(state) > 0)
		each(state->pid, data);
	return 0;
}

int processes_each(struct state *state, void (*each)(pid_t pid, void *data), void *data)
{
	int in_cgroup = has_cgroup(state);

	if (in_cgroup < 0)
		return -1;
	return in_cgroup ? each_in_cgroup(state, each, data) : each_in_namespace(state, each, data);
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
	if (cgroup_path_kill(state->cgroup, &state->directories) < 0)
		return -1;
	processes_kill_frozen(state);
	return 0;
}

static void kill_frozen(pid_t pid, void *freezer)
{
	cgroup_find_kill_frozen(freezer, pid);
}

void processes_kill_frozen(struct state *state)
{
	struct hierarchy freezer;

	if (!cgroup_find_freezer_v1(&freezer))
		return;
	/* Only the cgroup shows the PID namespaces below; only /proc shows what has left it. */
	each_in_cgroup(state, kill_frozen, &freezer);
	each_in_namespace(state, kill_frozen, &freezer);
	fail_forget();
	close(freezer.top);
}
