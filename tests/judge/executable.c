#include "executable.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "probe_request.h"

/* ---- Which programs are ours ---- */

struct file {
	const void *bytes; /* NULL: it cannot be read */
	size_t size;
};

static struct file map(const char *path)
{
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct file file = { 0 };
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0 || status.st_size == 0)
		return file;
	file.size = (size_t)status.st_size;
	file.bytes = mmap(NULL, file.size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (file.bytes == MAP_FAILED)
		file.bytes = NULL;
	return file;
}

static void unmap(const struct file *file)
{
	if (file->bytes)
		munmap((void *)file->bytes, file->size);
}

static bool is_probe(const char *path)
{
	const struct file ours = map("build/probe"), theirs = map(path);
	bool same = ours.bytes && theirs.bytes && theirs.size == ours.size &&
		memcmp(theirs.bytes, ours.bytes, ours.size) == 0;

	unmap(&ours);
	unmap(&theirs);
	return same;
}

static bool is_same(const struct stat *one, const struct stat *other)
{
	return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

static bool is_nft(const struct stat *file)
{
	struct stat nft;

	return stat("/usr/sbin/nft", &nft) == 0 && is_same(file, &nft);
}

/* Writes the path of a file of /proc/PID, and returns it. */
static const char *name_file(char path[64], pid_t pid, const char *name)
{
	snprintf(path, 64, "/proc/%d/%s", pid, name);
	return path;
}

int executable_status(pid_t pid, const char *field)
{
	char path[64], line[256];
	size_t length = strlen(field);
	FILE *status = fopen(name_file(path, pid, "status"), "re");
	int number = 0;

	while (status && fgets(line, sizeof(line), status))
		if (strncmp(line, field, length) == 0 && line[length] == ':')
			number = atoi(line + length + 1);
	if (status)
		fclose(status);
	return number;
}

bool executable_is_probe(pid_t pid)
{
	char path[64];

	return is_probe(name_file(path, pid, "exe"));
}

bool executable_is_file(pid_t pid, int fd)
{
	struct stat program, file;
	char path[64];

	return stat(name_file(path, pid, "exe"), &program) == 0 && fstat(fd, &file) == 0 &&
		is_same(&program, &file);
}

bool executable_is_nft(pid_t pid)
{
	struct stat program;
	char path[64];

	return stat(name_file(path, pid, "exe"), &program) == 0 && is_nft(&program);
}

/* ---- Our own programs, which a command has to equal ---- */

static int open_file(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0 || !S_ISREG(status.st_mode))
		return -1;
	return open(path, O_RDONLY | O_CLOEXEC);
}

int executable_open(bool has_rootfs, const char *name)
{
	char path[PATH_MAX], copy[PATH_MAX];
	const char *next = getenv("PATH");

	snprintf(copy, sizeof(copy), "%s", name);
	if (has_rootfs) {
		snprintf(path, sizeof(path), "rootfs/busybox/bin/%s", basename(copy));
		return open_file(path);
	}
	if (strchr(name, '/'))
		return open_file(name);
	for (; next && *next; next += strcspn(next, ":"), next += *next == ':') {
		snprintf(path, sizeof(path), "%.*s/%s", (int)strcspn(next, ":"), next, name);
		if (access(path, X_OK) == 0)
			return open_file(path);
	}
	return -1;
}

/* ---- The memory of a process ---- */

/* Reads at most `size` bytes at an address. Returns how many, or -1. */
static ssize_t read_memory(pid_t pid, uint64_t address, void *bytes, size_t size)
{
	char path[64];
	autofd int memory = open(name_file(path, pid, "mem"), O_RDONLY | O_CLOEXEC);

	/* A read stops at the end of a page, if the next one is not there. */
	return memory < 0 ? -1 : pread(memory, bytes, size, (off_t)address);
}

/* True if one of these descriptors, /proc/PID/task/TID/fd, is a process's memory. */
static bool has_memory(const char *fds)
{
	DIR *directory = opendir(fds);
	char text[PATH_MAX];
	bool found = false;

	for (struct dirent *entry; !found && directory && (entry = readdir(directory));) {
		ssize_t length = readlinkat(dirfd(directory), entry->d_name, text, sizeof(text));

		found = length > 4 && memcmp(text + length - 4, "/mem", 4) == 0;
	}
	if (directory)
		closedir(directory);
	return found;
}

/* True if any process here holds the memory of a process open. */
static bool memory_is_held(void)
{
	glob_t threads;
	bool held = false;

	if (glob("/proc/[1-9]*/task/*/fd", GLOB_NOSORT, NULL, &threads) != 0)
		return true;
	for (size_t i = 0; !held && i < threads.gl_pathc; i++)
		held = has_memory(threads.gl_pathv[i]);
	globfree(&threads);
	return held;
}

int executable_take_socket(pid_t pid)
{
	autofd int process = (int)syscall(SYS_pidfd_open, pid, 0);
	int fd;

	if (process < 0 || !executable_is_probe(pid) || memory_is_held() ||
	    read_memory(pid, (uint64_t)PROBE_REQUEST_PAGE, &fd, sizeof(fd)) != sizeof(fd))
		return -1;
	return (int)syscall(SYS_pidfd_getfd, process, fd, 0);
}

/* ---- Which program a process wants to execute ---- */

/* Opens a file as the process sees it. Returns a descriptor, or -1 with errno. */
static int open_seen(pid_t pid, const char *path)
{
	const struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
				      .resolve = RESOLVE_IN_ROOT };
	char begin[64];
	autofd int directory = open(name_file(begin, pid, *path == '/' ? "root" : "cwd"),
				    O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (directory < 0)
		return -1;
	return (int)syscall(SYS_openat2, directory, path, &how, sizeof(how));
}

int executable_judge(int step, bool may_be_probe, const struct seccomp_notif *call, char *path,
		     size_t size)
{
	char name[64];
	struct stat wanted, ours;
	autofd int fd = -1;
	ssize_t length;

	if (call->data.nr != SYS_execve) {
		snprintf(path, size, "a program by execveat(2)");
		return EPERM;
	}
	length = read_memory((pid_t)call->pid, call->data.args[0], path, size - 1);
	path[length < 0 ? 0 : length] = '\0';
	fd = open_seen((pid_t)call->pid, path);
	if (fd < 0)
		return errno == ENOENT ? ENOENT : EPERM;
	if (fstat(fd, &wanted) == 0 && fstat(step, &ours) == 0 &&
	    (is_same(&wanted, &ours) || is_nft(&wanted)))
		return 0;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return may_be_probe && is_probe(name) ? 0 : EPERM;
}
