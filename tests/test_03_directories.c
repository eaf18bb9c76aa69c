/* --rootfs: which directories can be a root, and the messages for those that cannot. */
#include "test_03.h"

static void a_missing_directory_is_told_with_what_to_do(void **state)
{
	const char *name = random_name();
	const struct result *result = script("./step-03 --rootfs /$1", name);

	(void)state;
	assert_refused(result, 125, "open rootfs /t");
	assert_contains(result->err, name);
	assert_contains(result->err, "ENOENT No such file or directory; `make rootfs` builds it");
	assert_refused(run("./step-03", "--rootfs", "", "true"), 125, "ENOENT");
}

static void a_missing_default_is_told_with_what_to_do(void **state)
{
	const struct result *result = script(SCRATCH "cp step-03 $d; cd $d; ./step-03", NULL);

	(void)state;
	assert_refused(result, 125, "/rootfs/busybox: ENOENT");
	assert_contains(result->err, "`make rootfs` builds it");
}

static void a_file_is_told(void **state)
{
	(void)state;
	assert_refused(run("./step-03", "--rootfs", "/etc/passwd", "true"), 125,
		       "open rootfs /etc/passwd: ENOTDIR Not a directory; it must be a directory");
}

static void the_root_that_we_have_is_told(void **state)
{
	static const char *const same[] = { "/", "//", "/..", "/proc/self/root" };

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_refused(run("./step-03", "--rootfs", same[i], "true"), 125,
			       "is the root that we have already");
}

static void an_empty_directory_lacks_the_command(void **state)
{
	(void)state;
	assert_refused(script(SCRATCH "mkdir $d/r; ./step-03 --rootfs $d/r", NULL), 127,
		       "execve /bin/sh: ENOENT");
}

static void a_static_program_is_enough_the_mount_points_are_made(void **state)
{
	(void)state;
	assert_prints(
		script(SCRATCH "mkdir $d/r; cp build/probe $d/r; umask 077\n"
			       "./step-03 --rootfs $d/r /probe mounts | cut -d ' ' -f 1 | sort |"
			       "tr '\\n' ' '; cd $d/r; stat -c '%n %a' *",
		       NULL),
		"/ /dev /dev/mqueue /dev/pts /dev/shm /etc/hostname /etc/hosts "
		"/etc/resolv.conf /proc /sys dev 755\netc 755\nprobe 755\nproc 755\nsys 755\n");
}

static void a_link_to_a_directory_stands_for_it(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "echo $1 >$r/f; ln -s r $d/l; ln -s $d/l $d/m\n"
				    "./step-03 --rootfs $d/m cat /f | grep -c $1",
			     random_name()),
		      "1\n");
}

static void a_relative_path_begins_in_the_callers_directory(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS
			     "echo $1 >$r/f; step=$PWD/step-03; cd $d\n"
			     "$step --rootfs r grep -c $1 /f; $step --rootfs ./r/../r/ cat /f |"
			     "grep -c $1; cd r; $step --rootfs . grep -c $1 /f; cd bin\n"
			     "$step --rootfs .. grep -c $1 /f",
			     random_name()),
		      "1\n1\n1\n1\n");
}

static void the_caller_may_stand_within_it(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "step=$PWD/step-03; cd $r/tmp; $step --rootfs $r pwd; pwd |"
				    "grep -c /r/tmp",
			     NULL),
		      "/\n1\n");
}

static void any_character_may_be_in_its_path(void **state)
{
	(void)state;
	assert_prints(
		script(ROOTFS
		       "mkdir \"$d/a b:c,d=%s\\\\e\n\xc3\xa9\"; cd $d/a*; mv $r r; cd $OLDPWD\n"
		       "./step-03 --rootfs $d/a*/r -v $d:/mnt sh -c "
		       "'cd /mnt/a*/r/bin && test -x sh && echo works'; mv $d/a*/r $r",
		       NULL),
		"works\n");
}

static void its_path_may_be_as_long_as_the_kernel_takes(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS
			     "name=$(printf %0200d 0); cd $d; step=$OLDPWD/step-03; i=0\n"
			     "while [ $i -lt 19 ]; do mkdir $name; cd $name; i=$((i + 1)); done\n"
			     "mv $r .; here=$(pwd); test ${#here} -gt 3800\n"
			     "$step --rootfs $here/r echo long; $step --rootfs r echo short",
			     NULL),
		      "long\nshort\n");
}

static void a_path_that_is_too_long_is_told(void **state)
{
	(void)state;
	assert_refused(script("./step-03 --rootfs /$(printf %0300d 0)", NULL), 125, "ENAMETOOLONG");
	assert_refused(script("./step-03 --rootfs /$(printf %05000d 0)", NULL), 125, "rootfs /000");
}

static void it_may_lie_on_a_shared_mount(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS
			     "unshare --mount --propagation private sh -euc '\n"
			     "mount --bind $0 $0; mount --make-shared $0\n"
			     "before=$(cat /proc/self/mountinfo)\n"
			     "./step-03 --rootfs $0/r sh -c \"mount -t tmpfs none /mnt; echo in\"\n"
			     "test \"$before\" = \"$(cat /proc/self/mountinfo)\"' $d",
			     NULL),
		      "in\n");
}

static void it_may_be_a_mount_point_itself(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS MINE
			     "$mine 'mount --bind $0 $0; ./step-03 --rootfs $0 echo bind\n"
			     "mount --make-shared $0; ./step-03 --rootfs $0 echo shared\n"
			     "mount --bind rootfs/busybox $0; mount --bind $0 $0\n"
			     "./step-03 --rootfs $0 echo stacked' $r",
			     NULL),
		      "bind\nshared\nstacked\n");
}

static void it_may_be_a_tmpfs(void **state)
{
	(void)state;
	assert_prints(script(SCRATCH MINE
			     "$mine 'mount -t tmpfs none $0; cp -ax rootfs/busybox/. $0\n"
			     "./step-03 --rootfs $0 probe mounts' $d | grep -c '^/ tmpfs '",
			     NULL),
		      "1\n");
}

static void what_is_mounted_below_it_comes_along(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS MINE "$mine 'mount -t tmpfs none $0/mnt; echo $1 >$0/mnt/f\n"
					 "./step-03 --rootfs $0 sh -c \"\n"
					 "grep -c $1 /mnt/f; probe mounts | grep -c ^/mnt\"' $r $1",
			     random_name()),
		      "1\n1\n");
}

static void a_read_only_one_works_if_the_mount_points_are_there(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS MINE "$mine 'mount --bind $0 $0; mount -o remount,bind,ro $0\n"
					 "./step-03 --rootfs $0/r --tmpfs /tmp sh -c \"touch /x; "
					 "touch /tmp/x && echo runs\"' $d 2>&1",
			     NULL),
		      "touch: /x: Read-only file system\nruns\n");
}

static void a_read_only_file_system_that_lacks_mount_points_is_told(void **state)
{
	static const char hint[] = "the mount point is missing, and the root file system is "
				   "read-only";
	const struct result *result =
		script(ROOTFS MINE "rmdir $r/proc; $mine 'mount --bind $0 $0\n"
				   "mount -o remount,bind,ro $0; ./step-03 --rootfs $0/r' $d",
		       NULL);

	(void)state;
	assert_refused(result, 125, "mkdirat /proc in the root file system: EROFS");
	assert_contains(result->err, hint);
	result = script(ROOTFS MINE "rm $r/etc/hosts; $mine 'mount --bind $0 $0\n"
				    "mount -o remount,bind,ro $0; ./step-03 --rootfs $0/r' $d",
			NULL);
	assert_refused(result, 125, "mknodat /etc/hosts in the root file system: EROFS");
	assert_contains(result->err, hint);
}

static void it_may_lie_below_a_home_that_is_closed_to_others(void **state)
{
	(void)state;
	assert_prints(script(SCRATCH "mkdir -p $d/home; cp -ax rootfs/busybox $d/home/r\n"
				     "chown -R 1000:1000 $d/home; chmod 700 $d/home $d/home/r\n"
				     "./step-03 --rootfs $d/home/r stat -c '%u %a' /",
			     NULL),
		      "1000 700\n");
}

static void a_file_in_the_place_of_a_mount_point_is_told(void **state)
{
	(void)state;
	assert_refused(script(ROOTFS "rmdir $r/sys; : >$r/sys; ./step-03 --rootfs $r true", NULL),
		       125, "move_mount /sys: EINVAL");
	assert_refused(script(ROOTFS "rm -r $r/etc; : >$r/etc; ./step-03 --rootfs $r true", NULL),
		       125, "/etc/hostname in the root file system: ENOTDIR");
	assert_refused(script(ROOTFS "rm $r/etc/hosts; mkdir $r/etc/hosts;"
				     "./step-03 --rootfs $r true",
			      NULL),
		       125, "move_mount /etc/hosts: EINVAL");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_missing_directory_is_told_with_what_to_do),
		host_test(a_missing_default_is_told_with_what_to_do),
		host_test(a_file_is_told),
		host_test(the_root_that_we_have_is_told),
		host_test(an_empty_directory_lacks_the_command),
		host_test(a_static_program_is_enough_the_mount_points_are_made),
		host_test(a_link_to_a_directory_stands_for_it),
		host_test(a_relative_path_begins_in_the_callers_directory),
		host_test(the_caller_may_stand_within_it),
		host_test(any_character_may_be_in_its_path),
		host_test(its_path_may_be_as_long_as_the_kernel_takes),
		host_test(a_path_that_is_too_long_is_told),
		host_test(it_may_lie_on_a_shared_mount),
		host_test(it_may_be_a_mount_point_itself),
		host_test(it_may_be_a_tmpfs),
		host_test(what_is_mounted_below_it_comes_along),
		host_test(a_read_only_one_works_if_the_mount_points_are_there),
		host_test(a_read_only_file_system_that_lacks_mount_points_is_told),
		host_test(it_may_lie_below_a_home_that_is_closed_to_others),
		host_test(a_file_in_the_place_of_a_mount_point_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
