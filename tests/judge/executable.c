#include "executable.h"

#include <errno.h>
#include <fcntl.h>
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

bool executable_is_probe(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	return is_probe(path);
}

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

/* ---- Which programs are executed ---- */

/* Reads a text from the memory of a process. */
static void read_text(pid_t pid, uint64_t address, char *text, size_t size)
{
	char path[64];
	autofd int memory = -1;
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	memory = open(path, O_RDONLY | O_CLOEXEC);
	/* A read stops at the end of a page, if the next one is not there. */
	length = memory < 0 ? -1 : pread(memory, text, size - 1, (off_t)address);
	text[length < 0 ? 0 : length] = '\0';
}

/* Opens a file as the process sees it. Returns a descriptor, or -1 with errno. */
static int open_seen(pid_t pid, const char *path)
{
	const struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
				      .resolve = RESOLVE_IN_ROOT };
	char begin[64];
	autofd int directory = -1;

	snprintf(begin, sizeof(begin), "/proc/%d/%s", pid, *path == '/' ? "root" : "cwd");
	directory = open(begin, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return -1;
	return (int)syscall(SYS_openat2, directory, path, &how, sizeof(how));
}

/* True if this is the host's nft(8), with which a bridge's rules are made. */
static bool is_nft(int fd)
{
	struct stat ours, theirs;

	return stat("/usr/sbin/nft", &ours) == 0 && fstat(fd, &theirs) == 0 &&
		ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

int executable_judge(const char *step, bool may_be_probe, const struct seccomp_notif *call,
		     char *path, size_t size)
{
	char name[64];
	autofd int fd = -1;

	if (call->data.nr != SYS_execve) {
		snprintf(path, size, "a program by execveat(2)");
		return EPERM;
	}
	read_text((pid_t)call->pid, call->data.args[0], path, size);
	if (strcmp(path, step) == 0)
		return 0;
	fd = open_seen((pid_t)call->pid, path);
	if (fd < 0)
		return errno == ENOENT ? ENOENT : EPERM;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return is_nft(fd) || (may_be_probe && is_probe(name)) ? 0 : EPERM;
}
