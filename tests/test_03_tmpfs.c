/* --tmpfs and --read-only: what the command may write, and how much. */
#include "test_03.h"

static void a_tmpfs_is_writable_by_all_and_gone_afterwards(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS
			     "./step-03 --rootfs $r --tmpfs /mnt sh -ec "
			     "'echo x >/mnt/x; stat -c %a /mnt; probe mounts | grep \" tmpfs \" | "
			     "grep -c \"^/mnt tmpfs rw,nosuid,nodev,noexec,relatime \"'\n"
			     "ls $r/mnt; ./step-03 --rootfs $r --tmpfs /mnt ls /mnt",
			     NULL),
		      "1777\n1\n");
}

static void a_tmpfs_is_as_big_as_its_size_says(void **state)
{
	const struct result *result =
		run("./step-03", "--tmpfs", "/tmp:size=1m", "sh", "-c",
		    "dd if=/dev/zero of=/tmp/x bs=64k count=17; stat -c %s /tmp/x");

	(void)state;
	assert_contains(result->err, "No space left on device");
	assert_string_equal(result->out, "1048576\n");
}

static void a_tmpfs_has_the_mode_that_is_wanted(void **state)
{
	(void)state;
	assert_prints(script("./step-03 --tmpfs /tmp:mode=0710 stat -c %a /tmp\n"
			     "./step-03 --tmpfs /tmp:size=1m,mode=755,exec stat -c %a /tmp",
			     NULL),
		      "710\n755\n");
}

static void a_tmpfs_runs_programs_only_with_exec(void **state)
{
	static const char copy[] = "cp /bin/busybox /tmp/true && /tmp/true && echo ran";

	(void)state;
	assert_prints(run("./step-03", "--tmpfs", "/tmp:exec", "sh", "-c", copy), "ran\n");
	assert_contains(run("./step-03", "--tmpfs", "/tmp", "sh", "-c", copy)->err,
			"Permission denied");
	assert_contains(run("./step-03", "--tmpfs", "/tmp:exec,noexec", "sh", "-c", copy)->err,
			"Permission denied");
}

static void a_tmpfs_has_devices_and_setuid_only_when_wanted(void **state)
{
	(void)state;
	assert_prints(script("node='mknod /tmp/n c 1 3; chmod 666 /tmp/n; cat /tmp/n'\n"
			     "no ./step-03 --tmpfs /tmp sh -c \"$node\" 2>/dev/null\n"
			     "./step-03 --tmpfs /tmp:dev sh -c \"$node\" && echo device\n"
			     "./step-03 --tmpfs /tmp:suid probe mounts | grep -c "
			     "'^/tmp tmpfs rw,nodev,noexec,relatime '",
			     NULL),
		      "device\n1\n");
}

static void a_tmpfs_may_be_read_only(void **state)
{
	(void)state;
	assert_contains(run("./step-03", "--tmpfs", "/tmp:ro", "touch", "/tmp/x")->err,
			"Read-only file system");
	assert_success(run("./step-03", "--tmpfs", "/tmp:ro,rw", "touch", "/tmp/x"));
}

static void a_tmpfs_without_options_after_its_colon_is_fine(void **state)
{
	(void)state;
	assert_success(run("./step-03", "--tmpfs", "/tmp:", "touch", "/tmp/x"));
	assert_success(run("./step-03", "--tmpfs", "/tmp:,size=1m,", "touch", "/tmp/x"));
}

static void a_bad_tmpfs_is_told_with_the_kernels_own_words(void **state)
{
	(void)state;
	assert_refused(run("./step-03", "--tmpfs", "/tmp:size=much", "true"), 125,
		       "fsconfig tmpfs size (tmpfs: Bad value for 'size'): EINVAL");
	assert_refused(run("./step-03", "--tmpfs", "/tmp:colour=red", "true"), 125,
		       "fsconfig tmpfs colour (tmpfs: Unknown parameter 'colour'): EINVAL");
	assert_refused(run("./step-03", "--tmpfs", "/tmp:mode=rwx", "true"), 125,
		       "fsconfig tmpfs mode (tmpfs: Bad value for 'mode'): EINVAL");
	assert_refused(run("./step-03", "--tmpfs", "/tmp:size", "true"), 125,
		       "fsconfig tmpfs size");
}

static void a_tmpfs_needs_a_target_inside(void **state)
{
	static const char *const wrong[] = { "", "tmp", ":size=1m", "/", "/..", "//:size=1m" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_refused(run("./step-03", "--tmpfs", wrong[i], "true"), 125,
			       "TARGET must be a path below /");
}

static void a_missing_target_of_a_tmpfs_is_made(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS
			     "./step-03 --rootfs $r --tmpfs /a/b touch /a/b/x; cd $r; find a",
			     NULL),
		      "a\na/b\n");
}

static void read_only_is_the_root_and_only_the_root(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS HELD
			     "mkdir $d/v\n"
			     "hold ./step-03 --rootfs $r --read-only --tmpfs /tmp "
			     "-v $d/v:/mnt; root=/proc/$pid/root\n"
			     "for where in . etc usr/bin home; do "
			     "touch $root/$where/x 2>&1 | grep -o Read-only; done\n"
			     "for where in dev/shm tmp mnt dev; do touch $root/$where/x; done\n"
			     "echo written; ls $d/v; find $r -name x",
			     NULL),
		      "Read-only\nRead-only\nRead-only\nRead-only\nwritten\nx\n");
}

static void read_only_leaves_the_root_file_system_writable_for_others(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS MINE
			     "mkfifo $d/go $d/end; ./step-03 --rootfs $r --read-only "
			     "-v $d:/mnt sh -c 'echo >/mnt/go; read x </mnt/end' &\n"
			     "read line <$d/go; touch $r/host\n"
			     "./step-03 --rootfs $r touch /another; echo >$d/end; wait\n"
			     "ls $r | grep -e host -e another",
			     NULL),
		      "another\nhost\n");
}

static void a_volume_for_a_missing_target_is_made_before_the_root_is_read_only(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "mkdir $d/v; ./step-03 --rootfs $r --read-only -v $d/v:/a/b "
				    "sh -c 'touch /a/b/x; touch /a/x' 2>/dev/null || ls $d/v",
			     NULL),
		      "x\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_tmpfs_is_writable_by_all_and_gone_afterwards),
		host_test(a_tmpfs_is_as_big_as_its_size_says),
		host_test(a_tmpfs_has_the_mode_that_is_wanted),
		host_test(a_tmpfs_runs_programs_only_with_exec),
		host_test(a_tmpfs_has_devices_and_setuid_only_when_wanted),
		host_test(a_tmpfs_may_be_read_only),
		host_test(a_tmpfs_without_options_after_its_colon_is_fine),
		host_test(a_bad_tmpfs_is_told_with_the_kernels_own_words),
		host_test(a_tmpfs_needs_a_target_inside),
		host_test(a_missing_target_of_a_tmpfs_is_made),
		host_test(read_only_is_the_root_and_only_the_root),
		host_test(read_only_leaves_the_root_file_system_writable_for_others),
		host_test(a_volume_for_a_missing_target_is_made_before_the_root_is_read_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
