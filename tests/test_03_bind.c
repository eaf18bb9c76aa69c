/* Chapter 3's module bind: bind mounts, and what may be done through them. */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "bind.h"
#include "cleanup.h"
#include "file.h"
#include "test_03.h"

/* A tmpfs over /mnt, with a file in it, and a second tmpfs with one on /mnt/sub. */
static void make_tree(void)
{
	check(mount("none", "/mnt", "tmpfs", 0, NULL) == 0);
	check(mkdir("/mnt/sub", 0755) == 0);
	check(mount("none", "/mnt/sub", "tmpfs", 0, NULL) == 0);
	check(mknod("/mnt/file", S_IFREG | 0644, 0) == 0);
	check(mknod("/mnt/sub/file", S_IFREG | 0644, 0) == 0);
}

/* Returns true if `path` below `mount` can be opened for writing. Sets errno otherwise. */
static bool is_writable(int mount, const char *path)
{
	autofd int fd = openat(mount, path, O_WRONLY | O_CLOEXEC);

	return fd >= 0;
}

static void bind_a_directory(const char *token)
{
	autofree char *before = NULL, *after = NULL;
	int mount;

	make_tree();
	before = file_read("/proc/self/mountinfo");
	mount = bind_create(AT_FDCWD, "/mnt");
	check(mount >= 0);
	check(fcntl(mount, F_GETFD) == FD_CLOEXEC);
	check(mkdirat(mount, token, 0755) == 0);
	check(chdir("/mnt") == 0 && access(token, F_OK) == 0);
	after = file_read("/proc/self/mountinfo");
	check(before && after && strcmp(before, after) == 0);
}

static void a_bind_mount_shows_the_same_files_and_is_attached_nowhere(void **state)
{
	(void)state;
	in_own_mounts(bind_a_directory, random_name());
}

static void bind_below_a_descriptor(const char *argument)
{
	autofd int directory = -1, mount = -1, file = -1;
	struct stat one, other;

	(void)argument;
	make_tree();
	directory = file_open_directory("/mnt");
	mount = bind_create(directory, "sub");
	file = bind_create(directory, "file");
	check(mount >= 0 && file >= 0);
	check(fstat(mount, &one) == 0 && stat("/mnt/sub", &other) == 0);
	check(file_is_same(&one, &other));
	check(fstat(file, &one) == 0 && S_ISREG(one.st_mode));
}

static void a_source_is_looked_up_below_the_descriptor(void **state)
{
	(void)state;
	in_own_mounts(bind_below_a_descriptor, NULL);
}

static void bind_with_submount(const char *argument)
{
	int mount;

	(void)argument;
	make_tree();
	mount = bind_create(AT_FDCWD, "/mnt");
	check(mount >= 0 && faccessat(mount, "sub/file", F_OK, 0) == 0);
}

static void what_is_mounted_below_is_bound_as_well(void **state)
{
	(void)state;
	in_own_mounts(bind_with_submount, NULL);
}

static void restrict_one(const char *argument)
{
	int mount;

	(void)argument;
	make_tree();
	mount = bind_create(AT_FDCWD, "/mnt");
	check(bind_restrict(mount, MOUNT_ATTR_RDONLY, 0) == 0);
	check(!is_writable(mount, "file") && errno == EROFS);
	check(is_writable(mount, "sub/file"));
	check(is_writable(AT_FDCWD, "/mnt/file"));
}

static void a_restriction_is_for_that_mount_alone(void **state)
{
	(void)state;
	in_own_mounts(restrict_one, NULL);
}

static void restrict_all(const char *argument)
{
	int mount;

	(void)argument;
	make_tree();
	mount = bind_create(AT_FDCWD, "/mnt");
	check(bind_restrict(mount, MOUNT_ATTR_RDONLY, AT_RECURSIVE) == 0);
	check(!is_writable(mount, "file") && errno == EROFS);
	check(!is_writable(mount, "sub/file") && errno == EROFS);
	check(is_writable(AT_FDCWD, "/mnt/sub/file"));
}

static void a_recursive_restriction_is_for_all_below_too(void **state)
{
	(void)state;
	in_own_mounts(restrict_all, NULL);
}

static void restrict_twice(const char *argument)
{
	int mount;

	(void)argument;
	make_tree();
	check(mknod("/mnt/null", S_IFCHR | 0666, 1 << 8 | 3) == 0);
	mount = bind_create(AT_FDCWD, "/mnt");
	check(is_writable(mount, "null"));
	check(bind_restrict(mount, MOUNT_ATTR_RDONLY, 0) == 0);
	check(bind_restrict(mount, MOUNT_ATTR_NODEV, 0) == 0);
	check(!is_writable(mount, "null") && errno == EACCES);
	check(!is_writable(mount, "file") && errno == EROFS);
}

static void restrictions_add_up(void **state)
{
	(void)state;
	in_own_mounts(restrict_twice, NULL);
}

static void fail_both(const char *name)
{
	char wanted[64];
	int mount;

	make_tree();
	mount = bind_create(AT_FDCWD, "/mnt");
	check(mount >= 0 && bind_restrict(mount, MOUNT_ATTR_RDONLY, 0) == 0);
	check(!is_writable(mount, "file") && errno == EROFS);
	check(chdir("/") == 0 && bind_create(AT_FDCWD, name) == -1 && errno == ENOENT);
	snprintf(wanted, sizeof(wanted), "open_tree %s: ENOENT", name);
	check(strncmp(fail_get()->text, wanted, strlen(wanted)) == 0);
	fail_report();
	check(bind_restrict(-1, MOUNT_ATTR_RDONLY, 0) == -1 && errno == EBADF);
	check(strncmp(fail_get()->text, "mount_setattr: EBADF", 20) == 0);
	check(fail_get()->status == STATUS_FAILED);
}

static void failures_name_the_call(void **state)
{
	(void)state;
	in_own_mounts(fail_both, random_name());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_bind_mount_shows_the_same_files_and_is_attached_nowhere),
		host_test(a_source_is_looked_up_below_the_descriptor),
		host_test(what_is_mounted_below_is_bound_as_well),
		host_test(a_restriction_is_for_that_mount_alone),
		host_test(a_recursive_restriction_is_for_all_below_too),
		host_test(restrictions_add_up),
		host_test(failures_name_the_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
