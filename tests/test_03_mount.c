/* Chapter 2's module mount, as chapter 3 uses it: file systems made, and attached below a root. */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "cleanup.h"
#include "file.h"
#include "test_03.h"

#define NOEXEC MOUNT_ATTR_NOEXEC
#define NODEV  MOUNT_ATTR_NODEV
#define NOSUID MOUNT_ATTR_NOSUID

/* Covers /mnt with a tmpfs that stands for a root, and returns it. */
static int make_root(void)
{
	check(mount("none", "/mnt", "tmpfs", 0, NULL) == 0);
	return file_open_directory("/mnt");
}

static void mount_on(const char *target)
{
	check(mkdir(target, 0755) == 0 && mount("none", target, "tmpfs", 0, NULL) == 0);
}

static void nothing_comes_out_of_private_mounts(void **state)
{
	const char *name = random_name();
	char target[64];
	pid_t pid;

	(void)state;
	assert_prints(script("findmnt -no PROPAGATION /", NULL), "shared\n");
	snprintf(target, sizeof(target), "/tmp/%s", name);
	in_own_mounts(mount_on, target);
	assert_int_equal(run("mountpoint", "-q", target)->status, 32);
	/* Without mount_private() such a mount does come out, or this test would show nothing. */
	pid = start("unshare", "--mount", "--propagation", "unchanged", "mount", "-t", "tmpfs",
		    "none", target);
	assert_int_equal(finish(pid), 0);
	assert_int_equal(run("mountpoint", "-q", target)->status, 0);
	assert_int_equal(umount(target), 0);
	assert_int_equal(rmdir(target), 0);
}

static void create(const char *argument)
{
	autofree char *before = file_read("/proc/self/mountinfo"), *after = NULL;
	int mount = mount_create("tmpfs", NOSUID | NODEV | NOEXEC | MOUNT_ATTR_RDONLY, NULL);
	struct statvfs info;

	(void)argument;
	check(mount >= 0 && fcntl(mount, F_GETFD) == FD_CLOEXEC);
	check(fstatvfs(mount, &info) == 0);
	check(info.f_flag & ST_NOSUID && info.f_flag & ST_NODEV && info.f_flag & ST_NOEXEC);
	check(mkdirat(mount, "x", 0755) < 0 && errno == EROFS);
	after = file_read("/proc/self/mountinfo");
	check(before && after && strcmp(before, after) == 0);
}

static void a_new_file_system_is_attached_nowhere(void **state)
{
	(void)state;
	in_own_mounts(create, NULL);
}

static void create_with_options(const char *argument)
{
	int mount = mount_create("tmpfs", 0, "mode=0751,size=12k");
	struct statvfs info;
	struct stat status;

	(void)argument;
	check(mount >= 0);
	check(fstat(mount, &status) == 0 && status.st_mode == (S_IFDIR | 0751));
	check(fstatvfs(mount, &info) == 0 && info.f_blocks * info.f_frsize == 12288);
}

static void a_new_file_system_has_its_options(void **state)
{
	(void)state;
	in_own_mounts(create_with_options, NULL);
}

/* "source=" is the name that /proc/mounts shows. Between quotation marks a comma is a part of it.
 */
static void create_named(const char *argument)
{
	autofree char *mounts = NULL;
	int mount = mount_create("tmpfs", 0, "source=\"one,two\",size=12k");

	(void)argument;
	check(mount >= 0);
	check(move_mount(mount, "", AT_FDCWD, "/mnt", MOVE_MOUNT_F_EMPTY_PATH) == 0);
	mounts = file_read("/proc/self/mountinfo");
	check(mounts && strstr(mounts, " - tmpfs one,two rw,size=12k"));
}

static void a_source_may_be_named(void **state)
{
	(void)state;
	in_own_mounts(create_named, NULL);
}

static void create_odd(const char *argument)
{
	struct stat status;
	int mount = mount_create("tmpfs", 0, ",,mode=700,,nr_inodes=9,");

	(void)argument;
	check(mount >= 0 && fstat(mount, &status) == 0 && (status.st_mode & 0777) == 0700);
	check(mount_create("tmpfs", 0, "") >= 0);
	check(mount_create("proc", 0, NULL) >= 0);
}

static void empty_options_do_no_harm(void **state)
{
	(void)state;
	in_own_mounts(create_odd, NULL);
}

static void create_wrong(const char *name)
{
	char wanted[128];

	check(mount_create(name, 0, NULL) == -1 && errno == ENODEV);
	snprintf(wanted, sizeof(wanted), "fsopen %s: ENODEV", name);
	check(strncmp(fail_get()->text, wanted, strlen(wanted)) == 0);
	fail_report();
	snprintf(wanted, sizeof(wanted),
		 "fsconfig tmpfs %s (tmpfs: Unknown parameter '%s'): EINVAL", name, name);
	check(mount_create("tmpfs", 0, name) == -1 && errno == EINVAL);
	check(strncmp(fail_get()->text, wanted, strlen(wanted)) == 0);
	fail_report();
	check(mount_create("tmpfs", 0, "mode=755,size=a lot") == -1);
	check(strncmp(fail_get()->text, "fsconfig tmpfs size (tmpfs: Bad value for 'size')", 49) ==
	      0);
	fail_report();
	check(mount_create("tmpfs", 0x7000, NULL) == -1 && errno == EINVAL);
	check(strncmp(fail_get()->text, "fsmount tmpfs: EINVAL", 21) == 0);
}

static void what_the_kernel_refuses_is_told_with_its_words(void **state)
{
	(void)state;
	in_own_mounts(create_wrong, random_name());
}

static void attach(const char *name)
{
	int root = make_root();
	autofd int directory = mount_create("tmpfs", 0, "mode=711");
	autofd int file = -1;
	char target[64];
	struct stat status;

	umask(0);
	snprintf(target, sizeof(target), "/%s/../%s/below/here", name, name);
	check(mkdirat(directory, "mark", 0755) == 0);
	check(mount_attach(directory, root, target, S_IFDIR) == 0);
	check(chdir("/mnt") == 0 && chdir(name) == 0);
	check(stat(".", &status) == 0 && status.st_mode == (S_IFDIR | 0755));
	check(stat("below/here", &status) == 0 && status.st_mode == (S_IFDIR | 0711));
	check(access("below/here/mark", F_OK) == 0);

	file = open_tree(AT_FDCWD, "/etc/passwd", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	snprintf(target, sizeof(target), "/%s/file", name);
	check(mount_attach(file, root, target, S_IFREG) == 0);
	check(stat("file", &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0);
	check(umount2("file", MNT_DETACH) == 0);
	check(stat("file", &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0);
}

static void a_missing_mount_point_is_made_with_its_directories(void **state)
{
	(void)state;
	in_own_mounts(attach, random_name());
}

static void attach_wrong(const char *argument)
{
	int root = make_root();
	int mount = mount_create("tmpfs", 0, NULL);

	(void)argument;
	check(mknodat(root, "file", S_IFREG | 0644, 0) == 0);
	check(mount_attach(mount, root, "/file", S_IFDIR) == -1 && errno == EINVAL);
	check(strncmp(fail_get()->text, "move_mount /file: EINVAL", 24) == 0);
	fail_report();
	check(mount_attach(mount, root, "/file/x", S_IFDIR) == -1 && errno == ENOTDIR);
	check(strncmp(fail_get()->text, "openat2 /file/x in the root", 27) == 0);
	fail_report();
	check(mount_attach(-1, root, "/x", S_IFDIR) == -1 && errno == EBADF);
	fail_report();
	check(mount_attach(mount, root, "/x", S_IFDIR) == 0);
}

static void what_cannot_be_attached_is_told(void **state)
{
	(void)state;
	in_own_mounts(attach_wrong, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(nothing_comes_out_of_private_mounts),
		host_test(a_new_file_system_is_attached_nowhere),
		host_test(a_new_file_system_has_its_options),
		host_test(a_source_may_be_named),
		host_test(empty_options_do_no_harm),
		host_test(what_the_kernel_refuses_is_told_with_its_words),
		host_test(a_missing_mount_point_is_made_with_its_directories),
		host_test(what_cannot_be_attached_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
