#include "cgroup_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cgroup_version.h"
#include "cleanup.h"
#include "fail.h"
#include "file.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
enum { ALL_MILLISECONDS = 30000, PAUSE_MIN = 1000, PAUSE_MAX = 100000 };

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int64_t cgroup_deadline(void)
{
	return now() + ALL_MILLISECONDS;
}

static bool is_late(int64_t deadline)
{
	return now() > deadline;
}

/* ---- Visiting ---- */

/*
 * The tasks that the visit still has, the next one last. "NAME" is a cgroup to enter; "/NAME" is a
 * cgroup to leave, which the visit has entered before. Each entry ends with a zero byte.
 */
struct stack {
	char *text;
	size_t used, size;
};

static int push(struct stack *stack, const char *mark, const char *name)
{
	size_t length = strlen(mark) + strlen(name) + 1;

	if (stack->used + length > stack->size) {
		size_t size = 2 * (stack->size + length);
		char *grown = realloc(stack->text, size);

		if (!grown)
			return fail("realloc");
		stack->text = grown;
		stack->size = size;
	}
	stpcpy(stpcpy(stack->text + stack->used, mark), name);
	stack->used += length;
	return 0;
}

/* Takes the last entry off. Returns it, valid until the next push(), or NULL. */
static const char *pop(struct stack *stack)
{
	char *before;

	if (!stack->used)
		return NULL;
	before = memrchr(stack->text, '\0', stack->used - 1);
	stack->used = before ? (size_t)(before - stack->text) + 1 : 0;
	return stack->text + stack->used;
}

static int push_children(struct stack *stack, int directory)
{
	int fd = openat(directory, ".", DIRECTORY);
	autodir DIR *entries = fd < 0 ? NULL : fdopendir(fd);

	if (!entries && errno == ENOENT)
		return 0; /* the cgroup has been removed meanwhile */
	if (!entries)
		return fail("open a cgroup");
	for (struct dirent *entry; (entry = readdir(entries));)
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
		    push(stack, "", entry->d_name) < 0)
			return -1;
	return 0;
}

/* Replaces the directory *place by its entry `name`. Returns 1, 0 if the entry has gone, or -1. */
static int go(int *place, const char *name)
{
	int next = openat(*place, name, DIRECTORY);

	if (next < 0)
		return errno == ENOENT || errno == ENODEV ? 0 : fail("open the cgroup %s", name);
	close(*place);
	*place = next;
	return 1;
}

static int enter(struct stack *stack, int *place, const char *name,
		 const struct cgroup_visitor *visitor)
{
	char mark[NAME_MAX + 1];
	int result = go(place, strcpy(mark, name));

	if (result <= 0)
		return result;
	if (push(stack, "/", mark) < 0)
		return -1;
	result = visitor->enter ? visitor->enter(*place, visitor->data) : 0;
	return result ? result : push_children(stack, *place);
}

static int leave(int *place, const char *name, const struct cgroup_visitor *visitor)
{
	if (go(place, "..") <= 0)
		return fail("open the cgroup above %s", name);
	return visitor->leave ? visitor->leave(*place, name, visitor->data) : 0;
}

int cgroup_visit(int directory, const struct cgroup_visitor *visitor, int64_t deadline)
{
	struct stack stack = { 0 };
	autofd int place = openat(directory, ".", DIRECTORY);
	int result = place < 0 ? fail("open a cgroup") : 0;

	if (result == 0 && visitor->enter)
		result = visitor->enter(place, visitor->data);
	if (result == 0)
		result = push_children(&stack, place);
	for (const char *next; result == 0 && (next = pop(&stack));) {
		result = *next == '/' ? leave(&place, next + 1, visitor)
				      : enter(&stack, &place, next, visitor);
		if (result == 0 && is_late(deadline))
			result = fail_input("%d s are not enough for all cgroups and processes",
					    ALL_MILLISECONDS / 1000);
	}
	free(stack.text);
	return result;
}

struct processes {
	void (*each)(int pid, void *data);
	void *data;
};

/* Each line of cgroup.procs is a PID, or 0 for a process that this PID namespace does not show. */
static int list_processes(int directory, void *data)
{
	const struct processes *processes = data;
	autofree char *list = file_read_at(directory, "cgroup.procs");
	char *rest = list;

	/* `list` is NULL if the cgroup has been removed meanwhile, or is a threaded one. */
	for (const char *line; (line = strsep(&rest, "\n"));)
		if (atoi(line) > 0)
			processes->each(atoi(line), processes->data);
	return 0;
}

int cgroup_each_process(int directory, void (*each)(int pid, void *data), void *data,
			int64_t deadline)
{
	struct processes processes = { each, data };
	const struct cgroup_visitor visitor = { .enter = list_processes, .data = &processes };

	return cgroup_visit(directory, &visitor, deadline);
}

/* ---- Removing ---- */

/* A cgroup that cannot be removed yet is tried again by the next visit. */
static int remove_one(int parent, const char *name, void *data)
{
	(void)data;
	unlinkat(parent, name, AT_REMOVEDIR);
	return 0;
}

int cgroup_remove_tree(const struct hierarchy *hierarchy, int parent, const char *name,
		       int64_t deadline)
{
	const struct cgroup_visitor remover = { .leave = remove_one };
	useconds_t pause = PAUSE_MIN;

	while (unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT) {
		autofd int directory = -1;

		if (errno != EBUSY)
			return fail("rmdir the cgroup %s (v%d %s)", name, hierarchy->version,
				    hierarchy->name);
		directory = openat(parent, name, DIRECTORY);
		if (directory < 0)
			return errno == ENOENT ? 0 : fail("open the cgroup %s", name);
		version_of(hierarchy)->kill(directory, deadline);
		if (cgroup_visit(directory, &remover, deadline) < 0 && !is_late(deadline))
			return -1;
		if (unlinkat(parent, name, AT_REMOVEDIR) == 0)
			break;
		if (is_late(deadline))
			return fail_input("the cgroup %s (v%d %s) is not removed: after %d s there "
					  "are still processes or cgroups in it",
					  name, hierarchy->version, hierarchy->name,
					  ALL_MILLISECONDS / 1000);
		/* A killed process may take a moment to go. */
		usleep(pause);
		pause = 2 * pause < PAUSE_MAX ? 2 * pause : PAUSE_MAX;
	}
	return 0;
}

void cgroup_try_remove_tree(const struct hierarchy *hierarchy, int parent, const char *name,
			    int64_t deadline)
{
	const struct failure before = *fail_get();

	fail_forget();
	if (cgroup_remove_tree(hierarchy, parent, name, deadline) < 0)
		fail_warn("%s", fail_get()->text);
	fail_forget();
	if (*before.text)
		fail_set(&before);
}
