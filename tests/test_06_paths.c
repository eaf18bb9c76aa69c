/* Chapter 6's module masked_paths: masked and read-only paths. */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "file.h"
#include "masked_paths.h"
#include "test_03.h"

#define STEP "./step-06 run --network none "

#define MASKED                                                                                     \
	"/proc/kcore /sys/firmware /proc/acpi /proc/asound /proc/interrupts /proc/keys "           \
	"/proc/latency_stats /proc/sched_debug /proc/scsi /proc/timer_list /proc/timer_stats "     \
	"/sys/devices/virtual/powercap "

static void masked_paths_are_empty(void **state)
{
	(void)state;
	/* The masked paths that this kernel has: at least two files and one directory. */
	assert_prints(script(STEP
			     "/bin/sh -c 'for path in " MASKED "\n"
			     "do test -e $path || continue\n"
			     "if test -d $path; then ls -A $path; echo directory >>/dev/shm/seen\n"
			     "else cat $path; echo file >>/dev/shm/seen; fi; done\n"
			     "sort -u /dev/shm/seen'",
			     NULL),
		      "directory\nfile\n");
	assert_success(script("grep -q . /proc/interrupts; test -n \"$(ls /sys/firmware)\"", NULL));
}

static void they_exist_if_the_host_has_them(void **state)
{
	(void)state;
	assert_success(script("list() { for p in " MASKED "; do test ! -e $p || echo $p; done; }\n"
			      "theirs=$(" STEP "/bin/sh -c 'for p in " MASKED
			      "; do test ! -e $p || echo $p; done')\n"
			      "test \"$(list)\" = \"$theirs\"",
			      NULL));
}

static void masked_directories_cannot_be_written(void **state)
{
	(void)state;
	assert_refused(
		run("./step-06", "run", "--network", "none", "/bin/touch", "/sys/firmware/x"), 1,
		"Read-only file system");
	assert_prints(script(STEP "/bin/sh -c 'umount /sys/firmware 2>/dev/null || echo stays\n"
				  "mount -o remount,rw /sys/firmware 2>/dev/null || echo stays\n"
				  "umount /proc/interrupts 2>/dev/null || echo stays; wc -c "
				  "</proc/interrupts'",
			     NULL),
		      "stays\nstays\nstays\n0\n");
}

/* All masked directories show one tmpfs. */
static void masked_directories_share_a_file_system(void **state)
{
	(void)state;
	assert_success(script(STEP
			      "/bin/sh -c 'for path in " MASKED "\n"
			      "do test ! -d $path || stat -c %d $path; done | sort -u | wc -l' | "
			      "grep -x 1",
			      NULL));
}

static void read_only_paths_cannot_be_written(void **state)
{
	(void)state;
	assert_prints(script(STEP
			     "/bin/sh -c '"
			     "(echo core >/proc/sys/kernel/core_pattern) 2>&1 | grep -o Read.*\n"
			     "(echo 1 >/proc/irq/default_smp_affinity) 2>&1 | grep -o Read.*\n"
			     "cat /proc/sys/kernel/ostype'",
			     NULL),
		      "Read-only file system\nRead-only file system\nLinux\n");
	if (access("/proc/sysrq-trigger", F_OK) == 0)
		assert_refused(script(STEP "/bin/sh -c 'echo h >/proc/sysrq-trigger'", NULL), 1,
			       "Read-only file system");
}

/* /proc itself stays writable, and so do the directories of processes: runC tests the same. */
static void the_rest_of_proc_can_be_written(void **state)
{
	(void)state;
	assert_prints(script(STEP
			     "/bin/sh -c 'echo 5 >/proc/self/oom_score_adj; "
			     "cat /proc/self/oom_score_adj; echo name >/proc/self/comm && echo ok'",
			     NULL),
		      "5\nok\n");
}

static void the_flags_of_proc_stay(void **state)
{
	(void)state;
	assert_prints(
		script(STEP
		       "/bin/grep -c -E '^[a-z]+ (/proc/(sys|irq|bus|fs|sysrq-trigger)|"
		       "/sys/firmware|/proc/acpi) [a-z]+ ro,nosuid,nodev,noexec,' /proc/mounts",
		       NULL),
		run_shell("n=1; for p in /proc/sys /proc/irq /proc/bus /proc/fs "
			  "/proc/sysrq-trigger /proc/acpi; do test ! -e $p || n=$((n + 1)); done; "
			  "test -d /sys/firmware || n=$((n - 1)); echo $n")
			->out);
}

static void they_can_be_left_as_they_are(void **state)
{
	(void)state;
	assert_prints(script(STEP "--security-opt systempaths=unconfined /bin/sh -c '"
				  "grep -e \" /proc/\" -e /sys/firmware /proc/mounts || echo none\n"
				  "grep -q . /proc/interrupts && echo there'",
			     NULL),
		      "none\nthere\n");
}

static void another_user_sees_no_more(void **state)
{
	(void)state;
	assert_prints(script(STEP "-u user /bin/sh -c 'cat /proc/interrupts /proc/keys | wc -c; "
				  "ls /sys/firmware | wc -l'",
			     NULL),
		      "0\n0\n");
}

/* A container whose /dev/null is another file would show it in all masked places. */
static void only_the_null_device_is_shown(void **state)
{
	(void)state;
	assert_refused(script(SCRATCH "echo secret >$d/file\n" STEP
				      "-v $d/file:/dev/null /bin/true",
			      NULL),
		       125, "/dev/null in the container is not the null device");
	assert_refused(script(STEP "-v /dev/zero:/dev/null /bin/true", NULL), 125,
		       "/dev/null in the container is not the null device");
	assert_success(script(STEP "-v /dev/null:/dev/null /bin/true", NULL));
	assert_refused(script(SCRATCH
			      "mkdir $d/dev; ln -s /proc/sys/kernel/core_pattern $d/dev/null\n" STEP
			      "-v $d/dev:/dev /bin/true",
			      NULL),
		       125, "/dev/null in the container is not the null device");
}

/* CVE-2019-19921 and CVE-2023-27561: /proc is a link. */
static void a_link_in_the_place_of_proc_is_refused(void **state)
{
	(void)state;
	assert_refused(script(ROOTFS
			      "rmdir $r/proc; mkdir $r/elsewhere; ln -s elsewhere $r/proc\n" STEP
			      "--rootfs $r /bin/true",
			      NULL),
		       125, "\"proc\" must be mounted on ordinary directory");
}

/* A volume may have a /proc of its own, which is masked as well. */
static void a_volume_in_the_place_of_proc_is_covered(void **state)
{
	(void)state;
	assert_prints(script(SCRATCH
			     "mkdir $d/sys $d/fs; echo text >$d/interrupts; echo a >$d/sys/a\n" STEP
			     "-v $d:/proc /bin/sh -c 'wc -c </proc/interrupts\n"
			     "(echo b >/proc/sys/a) 2>&1 | grep -o Read.*'; cat $d/sys/a",
			     NULL),
		      "0\nRead-only file system\na\n");
}

/* Mounts a small tree on /mnt, and returns a descriptor of it. */
static int make_root(void)
{
	check(mount("none", "/mnt", "tmpfs", 0, NULL) == 0);
	check(system("cd /mnt; mkdir -p dev a/b c; mknod dev/null c 1 3; echo text >a/file\n"
		     "echo text >a/b/file; echo text >c/file; ln -s /a/file link; ln -s ../../.. "
		     "up\n"
		     "mount -t tmpfs none c; echo below >c/file") == 0);
	return file_open_directory("/mnt");
}

static void cover_a_file(const char *argument)
{
	const char *masked[] = { "/a/file", "/no" };
	const struct masked_paths paths = { masked, 2, NULL, 0, NULL, 0, NULL };
	int root = make_root();

	(void)argument;
	check(masked_paths_cover(&paths, root) == 0);
	check(system("cd /mnt; test ! -s a/file && test -c a/file && test -s a/b/file") == 0);
	check(umount("/mnt/a/file") == 0);
	check(system("test -s /mnt/a/file") == 0);
}

static void a_masked_file_is_empty(void **state)
{
	(void)state;
	in_own_mounts(cover_a_file, NULL);
}

static void cover_some(const char *argument)
{
	const char *masked[] = {
		"/a/file", "/a/b", "/no", "/a/file/no", "/no/a", "/c", "/a/b/file"
	};
	const char *read_only[] = { "/a", "/missing" };
	const struct masked_paths paths = { masked, 7, read_only, 2, NULL, 0, NULL };
	int root = make_root();

	(void)argument;
	check(masked_paths_cover(&paths, root) == 0);
	check(system("cd /mnt; test ! -s a/file && test -c a/file && test -z \"$(ls -A a/b)$(ls -A "
		     "c)\" &&\n"
		     "! touch a/x 2>/dev/null && ! touch a/b/x 2>/dev/null && touch x &&\n"
		     "! touch c/x 2>/dev/null") == 0);
}

static void any_list_will_do(void **state)
{
	(void)state;
	in_own_mounts(cover_some, NULL);
}

static void cover_through_links(const char *argument)
{
	const char *masked[] = { "/link", "/up/a/b" };
	const struct masked_paths paths = { masked, 2, NULL, 0, NULL, 0, NULL };
	int root = make_root();

	(void)argument;
	check(masked_paths_cover(&paths, root) == 0);
	check(system("cd /mnt; test ! -s a/file && test -z \"$(ls -A a/b)\"") == 0);
}

static void links_do_not_lead_out_of_the_root(void **state)
{
	(void)state;
	in_own_mounts(cover_through_links, NULL);
}

static void read_only_with_what_is_below(const char *argument)
{
	const char *read_only[] = { "/a" };
	const struct masked_paths paths = { NULL, 0, read_only, 1, NULL, 0, NULL };
	int root = make_root(), before = file_open_directory("/mnt/a");

	(void)argument;
	check(system("mount -t tmpfs none /mnt/a/b; touch /mnt/a/b/below") == 0);
	check(masked_paths_cover(&paths, root) == 0);
	check(faccessat(root, "a/b/below", F_OK, 0) == 0);
	check(openat(root, "a/x", O_WRONLY | O_CREAT, 0600) == -1 && errno == EROFS);
	check(openat(root, "a/b/x", O_WRONLY | O_CREAT, 0600) == -1 && errno == EROFS);
	/* The original mount is still writable. */
	check(openat(before, "x", O_WRONLY | O_CREAT, 0600) >= 0);
	check(openat(root, "x", O_WRONLY | O_CREAT, 0600) >= 0);
}

static void what_is_mounted_below_is_read_only_as_well(void **state)
{
	(void)state;
	in_own_mounts(read_only_with_what_is_below, NULL);
}

/* A mount on "/" would have no effect, so the root's own mount becomes read-only. */
static void read_only_root(const char *name)
{
	const struct masked_paths paths = { NULL, 0, &name, 1, NULL, 0, NULL };
	int root = make_root();

	check(symlinkat("../", root, "a/top") == 0);
	check(masked_paths_cover(&paths, root) == 0);
	check(openat(root, "x", O_WRONLY | O_CREAT, 0600) == -1 && errno == EROFS);
	check(openat(root, "a/x", O_WRONLY | O_CREAT, 0600) == -1 && errno == EROFS);
	check(openat(root, "c/x", O_WRONLY | O_CREAT, 0600) >= 0);
	check(system("grep -cE ' /mnt(/[ac][^ ]*)? ' /proc/self/mountinfo | grep -qx 2") == 0);
}

static void the_root_can_be_read_only(void **state)
{
	(void)state;
	in_own_mounts(read_only_root, "/");
	in_own_mounts(read_only_root, "/./");
	in_own_mounts(read_only_root, "/up");
	in_own_mounts(read_only_root, "/a/top");
	in_own_mounts(read_only_root, "/c/..");
}

static void mask_root(const char *name)
{
	const struct masked_paths paths = { &name, 1, NULL, 0, NULL, 0, NULL };
	int root = make_root();

	check(masked_paths_cover(&paths, root) == -1);
	check(strstr(fail_get()->text, "is the root, which cannot be masked"));
	check(strstr(fail_get()->text, name));
	fail_report();
}

static void the_root_cannot_be_masked(void **state)
{
	(void)state;
	in_own_mounts(mask_root, "/");
	in_own_mounts(mask_root, "/up");
	in_own_mounts(mask_root, "a/b/../..");
}

static void cover_twice(const char *argument)
{
	const char *masked[] = { "/a/file", "/c", "/link", "/a/b", "/c/", "/a/b/.", "/a/b" };
	const char *read_only[] = { "/a", "/a/", "/a/b/..", "/c" };
	const struct masked_paths paths = { masked, 7, read_only, 4, NULL, 0, NULL };
	int root = make_root();

	(void)argument;
	check(root >= 0 && masked_paths_cover(&paths, root) == 0);
	/* The mounts are the root, /c, /a, and a mask on each of three paths. */
	check(system("grep -cE ' /mnt(/[ac][^ ]*)? ' /proc/self/mountinfo | grep -qx 6") == 0);
}

static void what_is_named_twice_is_covered_once(void **state)
{
	(void)state;
	in_own_mounts(cover_twice, NULL);
}

static void without_null(const char *argument)
{
	const char *masked[] = { "/a/file" };
	const struct masked_paths paths = { masked, 1, NULL, 0, NULL, 0, NULL }, none = { 0 };
	int root = make_root();

	(void)argument;
	check(unlinkat(root, "dev/null", 0) == 0);
	check(masked_paths_cover(&none, root) == 0);
	check(masked_paths_cover(&paths, root) == -1);
	check(strncmp(fail_get()->text, "openat2 /dev/null in the root file system: ENOENT", 49) ==
	      0);
	fail_report();
	check(mknodat(root, "dev/null", S_IFBLK | 0666, makedev(1, 3)) == 0);
	check(masked_paths_cover(&paths, root) == -1);
	check(strstr(fail_get()->text, "is not the null device"));
	fail_report();
}

static void a_mask_needs_the_null_device(void **state)
{
	(void)state;
	in_own_mounts(without_null, NULL);
}

static void writable_again(const char *argument)
{
	const char *writable[] = { "/c", "/missing" };
	const struct masked_paths paths = { NULL, 0, NULL, 0, writable, 2, NULL };
	int root = make_root();

	(void)argument;
	check(system("cd /mnt; mkdir c/d; mount -t tmpfs -o ro none c/d; mount -o remount,bind,ro "
		     "c\n"
		     "! touch c/x 2>/dev/null") == 0);
	check(masked_paths_cover(&paths, root) == 0);
	check(system("cd /mnt; touch c/x && mount | grep 'c/d .*[(]ro' | wc -l | grep -q 1") == 0);
}

static void read_only_mounts_can_be_made_writable(void **state)
{
	(void)state;
	in_own_mounts(writable_again, NULL);
}

/* In this /sys a processor is missing (offline, or in no socket), another has no sensor. */
static void each_processor_is_hidden(const char *argument)
{
	struct masked_paths paths = { 0 };

	(void)argument;
	check(mount("none", "/sys", "tmpfs", 0, NULL) == 0);
	check(system("for n in 0 2 10; do "
		     "mkdir -p /sys/devices/system/cpu/cpu$n/thermal_throttle; done\n"
		     "cd /sys/devices/system/cpu; mkdir cpu3 cpufreq cpu cpu1x") == 0);
	check(masked_paths_default(&paths) == 0);
	check(paths.masked_count == 16);
	check(strcmp(paths.masked[15], "/sys/devices/system/cpu/cpu10/thermal_throttle") == 0);
	check(strcmp(paths.masked[0], "/proc/kcore") == 0);
	check(paths.read_only_count == 5);
}

static void the_heat_of_processors_is_hidden(void **state)
{
	(void)state;
	in_own_mounts(each_processor_is_hidden, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(masked_paths_are_empty),
		host_test(they_exist_if_the_host_has_them),
		host_test(masked_directories_cannot_be_written),
		host_test(masked_directories_share_a_file_system),
		host_test(read_only_paths_cannot_be_written),
		host_test(the_rest_of_proc_can_be_written),
		host_test(the_flags_of_proc_stay),
		host_test(they_can_be_left_as_they_are),
		host_test(another_user_sees_no_more),
		host_test(only_the_null_device_is_shown),
		host_test(a_link_in_the_place_of_proc_is_refused),
		host_test(a_volume_in_the_place_of_proc_is_covered),
		host_test(a_masked_file_is_empty),
		host_test(any_list_will_do),
		host_test(links_do_not_lead_out_of_the_root),
		host_test(what_is_mounted_below_is_read_only_as_well),
		host_test(the_root_can_be_read_only),
		host_test(the_root_cannot_be_masked),
		host_test(what_is_named_twice_is_covered_once),
		host_test(a_mask_needs_the_null_device),
		host_test(read_only_mounts_can_be_made_writable),
		host_test(the_heat_of_processors_is_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
