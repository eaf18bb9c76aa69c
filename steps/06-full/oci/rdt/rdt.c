#include "rdt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "narrate.h"
#include "rdt_schemata.h"

static int refuse(void)
{
	autofree char *known = file_read("/proc/filesystems");

	if (known && strstr(known, "\tresctrl\n"))
		return fail_input("linux.intelRdt: no resctrl is mounted; "
				  "mount -t resctrl resctrl /sys/fs/resctrl does it");
	return fail_input("linux.intelRdt: this kernel has no resctrl, or this processor no RDT");
}

char *rdt_find(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *entry;
	char *found = NULL;

	while (mounts && !found && (entry = getmntent(mounts)))
		if (strcmp(entry->mnt_type, "resctrl") == 0)
			found = strdup(entry->mnt_dir);
	if (mounts)
		endmntent(mounts);
	if (!found)
		refuse();
	return found;
}

/* The directory of the class; the caller frees it. NULL: no memory. */
static char *class_of(const struct rdt *rdt, const char *root, const char *id)
{
	const char *class = rdt->class ? rdt->class : id;
	char *path = NULL;

	if (strcmp(class, "/") == 0)
		path = strdup(root);
	else if (asprintf(&path, "%s/%s", root, class) < 0)
		path = NULL;
	if (!path)
		fail("asprintf");
	return path;
}

/* The directory of the monitoring group of a class; the caller frees it. NULL: no memory. */
static char *group_of(const char *class, const char *id)
{
	char *path;

	if (asprintf(&path, "%s/mon_groups/%s", class, id) >= 0)
		return path;
	fail("asprintf");
	return NULL;
}

/* Returns 1 if the directory was made, 0 if it existed already, or -1. */
static int make_directory(const char *path)
{
	narrate("mkdir %s", path);
	if (mkdir(path, 0755) == 0)
		return 1;
	if (errno == EEXIST)
		return 0;
	return fail("linux.intelRdt: mkdir %s%s", path,
		    errno == ENOSPC ? ": the processor has no more classes or groups" : "");
}

/*
 * Writes a file of the directory `path`. After a failure, the kernel says in info/last_cmd_status
 * what was wrong. Returns 0 or -1.
 */
static int write_file(const char *path, const char *name, const char *text)
{
	autofree char *file = NULL;
	autofd int fd = -1;

	if (asprintf(&file, "%s/%s", path, name) < 0)
		return fail("asprintf");
	narrate("write %s", file);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return fail("open %s", file);
	if (write(fd, text, strlen(text)) < 0)
		return fail("linux.intelRdt: write %s", file);
	return 0;
}

static int write_lines(const char *class, const char *lines)
{
	autofree char *text = NULL;

	if (!lines)
		return 0;
	if (asprintf(&text, "%s\n", lines) < 0)
		return fail("asprintf");
	return write_file(class, "schemata", text);
}

static int add_task(const char *path, pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d\n", pid);
	return write_file(path, "tasks", text);
}

/* Reads the schemata of a class. The caller frees the text. NULL: failed, with a message. */
static char *read_schemata(const char *class)
{
	autofree char *file = NULL;
	char *text = NULL;

	if (asprintf(&file, "%s/schemata", class) < 0)
		fail("asprintf");
	else if (!(text = file_read(file)))
		fail("read %s", file);
	return text;
}

/*
 * A class that existed before may be used by others as well: it must have the values that are
 * wanted. Returns 0 or -1.
 */
static int compare(const struct rdt *rdt, const char *class)
{
	autofree char *there = NULL;

	if (!rdt->caches)
		return 0;
	there = read_schemata(class);
	if (!there)
		return -1;
	return rdt_schemata_agree(rdt->caches, there)
		? 0
		: fail_input("linux.intelRdt: %s is there with other values than l3CacheSchema "
			     "and memBwSchema",
			     class);
}

/*
 * Finds or makes the class. A class that was made for the container, with its ID as the name, is
 * removed with it; no other class is. Returns 0 or -1.
 */
static int open_class(const struct rdt *rdt, struct rdt_place *place)
{
	bool is_there = access(place->class, F_OK) == 0;
	int made;

	if (rdt->class && is_there)
		return compare(rdt, place->class);
	if (rdt->class && !rdt->caches && !rdt->schemata)
		return fail_input("linux.intelRdt.closID: there is no class %s, and no schemata to "
				  "make it with",
				  rdt->class);
	made = make_directory(place->class);
	if (made < 0)
		return -1;
	if (made && !rdt->class)
		place->made = strdup(place->class);
	return write_lines(place->class, rdt->caches);
}

int rdt_apply(const struct rdt *rdt, const char *root, const char *id, pid_t pid,
	      struct rdt_place *place)
{
	place->class = class_of(rdt, root, id);
	if (!place->class || open_class(rdt, place) < 0)
		return -1;
	if (write_lines(place->class, rdt->schemata) < 0)
		return -1;
	if (!rdt->monitoring)
		return rdt_join(place->class, "", pid);
	place->group = group_of(place->class, id);
	if (!place->group || make_directory(place->group) < 0)
		return -1;
	/* The kernel removes a class together with the groups in it. */
	if (!place->made)
		place->made = strdup(place->group);
	return rdt_join(place->class, place->group, pid);
}

int rdt_join(const char *class, const char *group, pid_t pid)
{
	/* The class first: a process that changes it leaves its monitoring group. */
	if (add_task(class, pid) < 0)
		return -1;
	return *group ? add_task(group, pid) : 0;
}

/* Opens the file `tasks` of a class. Returns a descriptor or -1. */
static int open_tasks(const char *class)
{
	autofree char *file = NULL;
	int fd;

	if (asprintf(&file, "%s/tasks", class) < 0)
		return fail("asprintf");
	fd = open(file, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? fail("open %s", file) : fd;
}

int rdt_move(const char *class, pid_t pid)
{
	autofd int tasks = open_tasks(class);
	char path[32];
	autodir DIR *threads = NULL;
	int count = 0;

	if (tasks < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	threads = opendir(path);
	for (struct dirent *entry; threads && (entry = readdir(threads));) {
		if (*entry->d_name == '.')
			continue;
		if (write(tasks, entry->d_name, strlen(entry->d_name)) >= 0)
			count++;
		else if (errno != ESRCH) /* this thread has ended meanwhile */
			return fail("linux.intelRdt: write %s/tasks", class);
	}
	return count;
}

int rdt_limit(const char *class, const char *lines, char **before)
{
	*before = read_schemata(class);
	if (!*before)
		return -1;
	/* write_lines() adds a newline at the end, and the kernel refuses an empty line. */
	if (**before && (*before)[strlen(*before) - 1] == '\n')
		(*before)[strlen(*before) - 1] = '\0';
	return write_lines(class, lines);
}

void rdt_remove(const char *made, const struct directory_ids *ids)
{
	autofd int directory = open(made, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory >= 0 && !directory_ids_has(ids, directory)) {
		fail_warn("%s is left: it is not the container's, another one has been made there",
			  made);
		return;
	}
	narrate("rmdir %s", made);
	if (rmdir(made) < 0 && errno != ENOENT)
		fail_warn("rmdir %s: %s", made, strerror(errno));
}
