#include "seccomp_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "cleanup.h"
#include "narrate.h"

enum { FILES_MAX = 64, FORM = 1 };

/* The beginning of a file. The text of `source` follows, then the instructions. */
struct head {
	char magic[8];
	uint32_t form, libseccomp, architecture; /* with other values the program could differ */
	uint32_t source_length, instructions;
};

static struct head head_of(const struct seccomp *filter)
{
	const struct scmp_version *version = seccomp_version();
	struct head head = {
		.magic = "seccomp",
		.form = FORM,
		.architecture = seccomp_arch_native(),
		.source_length = (uint32_t)strlen(filter->source),
	};

	if (version)
		head.libseccomp = version->major << 16 | version->minor << 8 | version->micro;
	return head;
}

/* FNV-1a. The hash only names the file: the text in it is compared. */
static uint64_t hash(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash;
}

/*
 * Opens the directory, which must belong to this user alone. Returns -1, without a message, if it
 * does not or if there is none.
 */
static int open_directory(void)
{
	const char *runtime = geteuid() == 0 ? "/run" : getenv("XDG_RUNTIME_DIR");
	autofree char *path = NULL;
	struct stat status;
	int directory;

	if (!runtime || asprintf(&path, "%s/step-06-seccomp", runtime) < 0)
		return -1;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -1;
	directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (directory >= 0 &&
	    (fstat(directory, &status) < 0 || status.st_uid != geteuid() || status.st_mode & 077)) {
		close(directory);
		return -1;
	}
	return directory;
}

/* Reads the program, if the file is whole and has the same head and text. */
static bool load(int directory, const char *name, struct seccomp *filter)
{
	autofd int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct head wanted = head_of(filter), found;
	autofree char *source = NULL;
	autofree struct sock_filter *code = NULL;
	size_t size;

	if (fd < 0 || read(fd, &found, sizeof(found)) != sizeof(found))
		return false;
	wanted.instructions = found.instructions;
	if (memcmp(&wanted, &found, sizeof(found)) != 0 || !found.instructions ||
	    found.instructions > BPF_MAXINSNS)
		return false;
	source = malloc(found.source_length + 1);
	size = found.instructions * sizeof(*code);
	code = malloc(size);
	if (!source || !code || read(fd, source, found.source_length) != found.source_length ||
	    memcmp(source, filter->source, found.source_length) != 0 ||
	    read(fd, code, size) != (ssize_t)size)
		return false;
	filter->program = (struct sock_fprog){ (unsigned short)found.instructions, code };
	code = NULL;
	return true;
}

/*
 * Removes programs if there are more than FILES_MAX: a caller that sends ever new lists must not
 * fill the memory.
 */
static void bound(int directory)
{
	int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autodir DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	int count = 0;

	for (struct dirent *entry; entries && (entry = readdir(entries));)
		if (entry->d_type == DT_REG && ++count > FILES_MAX)
			unlinkat(directory, entry->d_name, 0);
}

/*
 * Stores the program. Writes it under another name first, so that a reader never finds a part of
 * it. A failure does no harm: the filter is compiled again next time.
 */
static void store(int directory, const char *name, const struct seccomp *filter)
{
	struct head head = head_of(filter);
	const struct iovec parts[] = {
		{ &head, sizeof(head) },
		{ (void *)filter->source, head.source_length },
		{ filter->program.filter, filter->program.len * sizeof(struct sock_filter) },
	};
	size_t size = parts[0].iov_len + parts[1].iov_len + parts[2].iov_len;
	autofd int fd = -1;
	char aside[64];

	bound(directory);
	head.instructions = filter->program.len;
	snprintf(aside, sizeof(aside), "%s.%d", name, getpid());
	fd = openat(directory, aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (writev(fd, parts, 3) != (ssize_t)size ||
	    renameat(directory, aside, directory, name) < 0)
		unlinkat(directory, aside, 0);
}

int seccomp_compile_once(struct seccomp *filter)
{
	autofd int directory = filter->source ? open_directory() : -1;
	char name[32];

	if (!filter->rules || filter->program.len > 0)
		return 0;
	if (directory < 0)
		return seccomp_compile(filter);
	snprintf(name, sizeof(name), "%016jx", (uintmax_t)hash(filter->source));
	if (load(directory, name, filter)) {
		narrate("seccomp: the filter was compiled before");
		return 0;
	}
	if (seccomp_compile(filter) < 0)
		return -1;
	store(directory, name, filter);
	return 0;
}
