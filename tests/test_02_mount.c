/*
 * steps/02-pid-proc/mount.c and proc.c. They are called in a mount namespace that ends with the
 * process.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "harness.h"
#include "mount.h"
#include "proc.h"

enum { WRONG = 99 };

/* The directory in which the tests mount. */
static char top[64];

static int make_directory(void **state)
{
	(void)state;
	snprintf(top, sizeof(top), "/tmp/%s", random_name());
	return mkdir(top, 0755);
}

static int remove_directory(void **state)
{
	(void)state;
	return run("rm", "-r", top)->status;
}

static int mount_tmpfs(void)
{
	autofd int root = -1;
	autofd int mount = -1;
	struct stat mode;
	struct statvfs tmpfs;

	if (unshare(CLONE_NEWNS) < 0 || mount_private() < 0)
		return WRONG;
	mount = mount_create("tmpfs", MOUNT_ATTR_NOEXEC, "mode=751,size=64k,,nr_inodes=7");
	root = file_open_directory(top);
	if (mount < 0 || root < 0 || mount_attach(mount, root, "/../b/c", S_IFDIR) < 0)
		return WRONG;
	if (chdir(top) < 0 || stat("b/c", &mode) < 0 || statvfs("b/c", &tmpfs) < 0)
		return WRONG;
	return (mode.st_mode & 07777) == 0751 && tmpfs.f_files == 7 &&
			tmpfs.f_blocks * tmpfs.f_frsize == 64 * 1024 && tmpfs.f_flag & ST_NOEXEC &&
			!(tmpfs.f_flag & ST_NODEV)
		? 0
		: WRONG;
}

static void a_tmpfs_has_its_options_and_attributes(void **state)
{
	(void)state;
	assert_int_equal(run_function(mount_tmpfs), 0);
	assert_null(strstr(run("cat", "/proc/self/mounts")->out, top));
}

static int bad_options(void)
{
	static const struct {
		const char *options, *message;
	} bad[] = {
		{ "nonsense=1",
		  "fsconfig tmpfs nonsense (tmpfs: Unknown parameter 'nonsense'): "
		  "EINVAL Invalid argument" },
		{ "mode=rwx",
		  "fsconfig tmpfs mode (tmpfs: Bad value for 'mode'): EINVAL Invalid "
		  "argument" },
		{ "size=64k,nr_inodes",
		  "fsconfig tmpfs nr_inodes (tmpfs: Bad value for "
		  "'nr_inodes'): EINVAL Invalid argument" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		forget_failure();
		if (mount_create("tmpfs", 0, bad[i].options) != -1)
			return WRONG;
		if (strcmp(fail_get()->text, bad[i].message) != 0) {
			print_error("%s\nis not\n%s\n", fail_get()->text, bad[i].message);
			return WRONG;
		}
	}
	return 0;
}

static void a_bad_option_is_told_in_the_kernels_words(void **state)
{
	(void)state;
	assert_int_equal(run_function(bad_options), 0);
}

static int mount_proc_below_directory(void)
{
	autofd int root = -1;

	if (unshare(CLONE_NEWNS) < 0 || mount_private() < 0)
		return WRONG;
	root = file_open_directory(top);
	if (root < 0 || proc_mount(root) < 0)
		return WRONG;
	return chdir(top) == 0 && access("proc/self/mountinfo", R_OK) == 0 ? 0 : WRONG;
}

static void proc_is_mounted_below_the_root_that_is_given(void **state)
{
	(void)state;
	assert_int_equal(run_function(mount_proc_below_directory), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_tmpfs_has_its_options_and_attributes),
		host_test(a_bad_option_is_told_in_the_kernels_words),
		host_test(proc_is_mounted_below_the_root_that_is_given),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
