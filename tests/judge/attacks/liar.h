/* What several forgeries of lab 01 have in common. They know the name that the test wants. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* Returns the name, or NULL if the test wants none. */
static inline char *find_name(int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], "--hostname") == 0 || strcmp(argv[i], "--domainname") == 0)
			return argv[i + 1];
	return NULL;
}

static inline void write_name(const char *name)
{
	int file = open("/run/name", O_WRONLY | O_CREAT | O_TRUNC, 0644);

	dprintf(file, "%s\n", name);
	close(file);
}

/* Mounts this program over uname(1) and cat(1). */
static inline void mount_liars(const char *name)
{
	write_name(name);
	mount("/proc/self/exe", "/usr/bin/uname", NULL, MS_BIND, NULL);
	mount("/proc/self/exe", "/usr/bin/cat", NULL, MS_BIND, NULL);
}

/* If this program is executed as uname(1) or cat(1), prints the name and ends. */
static inline void lie(void)
{
	char name[100];
	int file;

	if (strcmp(program_invocation_short_name, "uname") != 0 &&
	    strcmp(program_invocation_short_name, "cat") != 0)
		return;
	file = open("/run/name", O_RDONLY);
	_exit(write(STDOUT_FILENO, name, (size_t)read(file, name, sizeof(name))) < 0);
}

/* Puts this program in the place of a file of a directory. The file is kept as FILE.kept. */
static inline void replace(int directory, const char *file)
{
	char bytes[65536], kept[PATH_MAX];
	int own = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), copy;
	ssize_t length;

	snprintf(kept, sizeof(kept), "%s.kept", file);
	if (faccessat(directory, kept, F_OK, 0) == 0 ||
	    renameat(directory, file, directory, kept) < 0)
		return;
	copy = openat(directory, file, O_WRONLY | O_CREAT | O_EXCL, 0755);
	while ((length = read(own, bytes, sizeof(bytes))) > 0)
		if (write(copy, bytes, (size_t)length) < 0)
			break;
	close(copy);
	close(own);
}
