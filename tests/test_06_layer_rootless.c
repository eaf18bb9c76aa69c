/* Chapter 6, engine: layers are unpacked by a user who is root of a user namespace alone. */
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "layers.h"
#include "test_03.h"

/* A user becomes root of a user namespace. */
static void enter_user_namespace(void)
{
	check(setresgid(1000, 1000, 1000) == 0 && setresuid(1000, 1000, 1000) == 0);
	/* A process that changed its user may not open its own files in /proc. */
	check(prctl(PR_SET_DUMPABLE, 1) == 0);
	check(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0);
	check(file_write(AT_FDCWD, "/proc/self/setgroups", "deny") == 0);
	check(file_write(AT_FDCWD, "/proc/self/uid_map", "0 1000 1") == 0);
	check(file_write(AT_FDCWD, "/proc/self/gid_map", "0 1000 1") == 0);
}

/* The kernel takes the marks for what they mean. */
static void mount_userxattr(void)
{
	check(mkdir("work", 0755) == 0 && mkdir("work/at", 0755) == 0);
	check(mkdir("work/lower", 0755) == 0 && mkdir("work/lower/d", 0755) == 0);
	check(file_write(AT_FDCWD, "work/lower/gone", "") == 0);
	check(file_write(AT_FDCWD, "work/lower/d/gone", "") == 0);
	check(file_write(AT_FDCWD, "work/lower/kept", "") == 0);
	check(mount("overlay", "work/at", "overlay", 0, "userxattr,lowerdir=layer:work/lower") ==
	      0);
	check(access("work/at/kept", F_OK) == 0 && access("work/at/gone", F_OK) < 0);
	check(access("work/at/d", F_OK) == 0 && access("work/at/d/gone", F_OK) < 0);
}

static int unpack_without_root(void)
{
	struct layer_use use = layers_use;
	struct tar tar = { 0 };

	use.userxattr = true;
	use.skip_devices = true;
	enter_user_namespace();
	tar_add(&tar, .name = "null", .type = '3', .major = 1, .minor = 3);
	tar_add(&tar, .name = "zero", .type = '3', .major = 1, .minor = 5);
	tar_add(&tar, .name = "fifo", .type = '6');
	tar_add(&tar, .name = ".wh.gone");
	tar_add(&tar, .name = "d/.wh..wh..opq");
	check(layers_unpack_tar(&tar, &use) == 0);
	check(access("layer/null", F_OK) < 0 && access("layer/fifo", F_OK) == 0);
	check(strcmp(layers_warnings(),
		     "the layer's device node null is left out, and others like "
		     "it: making one needs root of the machine\n") == 0);
	mount_userxattr();
	tar_add(&tar, .name = "other", .uid = 5);
	check(layers_unpack_tar(&tar, &use) < 0);
	check(strstr(fail_get()->text, "fchownat other to 5:0, which the user namespace does not"));
	return 0;
}

static void a_user_needs_no_root(void **state)
{
	(void)state;
	assert_prints(run_shell("chown 1000:1000 . layer"), "");
	assert_int_equal(run_function(unpack_without_root), 0);
}

static void a_device_without_the_right_is_told(void **state)
{
	struct layer_use use = layers_use;
	struct tar tar = { 0 };

	(void)state;
	tar_add(&tar, .name = "null", .type = '3', .major = 1, .minor = 3);
	tar_add(&tar, .name = "disk", .type = '4', .major = 8, .minor = 17, .mode = 0660, .gid = 6);
	assert_int_equal(layers_unpack_tar(&tar, &layers_use), 0);
	assert_prints(
		run_shell("cd layer; stat -c '%n %F %t:%T %a %g' *"),
		"disk block special file 8:11 660 6\nnull character special file 1:3 644 0\n");
	use.skip_devices = true;
	tar_add(&tar, .name = "null", .type = '3', .major = 1, .minor = 3);
	assert_int_equal(layers_unpack_tar(&tar, &use), 0);
	assert_prints(run_shell("ls layer"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		layer_test(a_user_needs_no_root),
		layer_test(a_device_without_the_right_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
