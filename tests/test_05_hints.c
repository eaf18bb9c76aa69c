/*
 * The errno atlas (common/hints.c), chapter 5's rows: each cause is brought about for real. The
 * rows for processes, CPUs, disks and the topmost cgroup are in the tests of these.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "cgroup.h"
#include "spawn.h"
#include "test_05.h"

/*
 * Makes a cgroup of v2 with a child `a`, and runs the script in it. Returns a descriptor of `a`;
 * `path` gets the path of the cgroup.
 */
static int make_cgroup(char path[160], const char *script_text)
{
	char script[512];
	int fd;

	snprintf(script, sizeof(script),
		 "c=$(awk '$3 == \"cgroup2\" { print $2; exit }' /proc/self/mounts)/%s\n"
		 "mkdir $c $c/a && cd $c && { %s; } && printf %%s $c",
		 random_name(), script_text);
	assert_int_equal(sscanf(run_shell(script)->out, "%159s", path), 1);
	snprintf(script, sizeof(script), "%s/a", path);
	fd = open(script, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static int do_nothing(void *argument)
{
	(void)argument;
	return -1;
}

/* Fails unless a child in that cgroup is refused with this message. */
static void assert_no_child(int directory, const char *message)
{
	struct child child = CHILD_NONE;

	child.cgroup = directory;
	assert_int_equal(child_spawn(&child, 0, do_nothing, NULL), -1);
	assert_string_equal(fail_get()->text, message);
	forget_failure();
	sigprocmask(SIG_SETMASK, &child.job.callers_mask, NULL);
	child_cleanup(&child);
	close(directory);
}

static void a_cgroup_beside_threaded_ones_takes_no_process(void **state)
{
	char path[160];

	(void)state;
	if (!is_mounted("cgroup2"))
		skip_because("cgroup v2 is not mounted here");
	assert_no_child(make_cgroup(path, "mkdir b; echo threaded >b/cgroup.type"),
			"clone3 CLONE_INTO_CGROUP: EOPNOTSUPP Operation not supported; a "
			"cgroup beside threaded ones takes no process (\"domain invalid\")");
	assert_success(script("rmdir $1/a $1/b $1", path));
}

static void a_cgroup_that_gives_controllers_takes_no_process(void **state)
{
	char path[160];

	(void)state;
	if (!is_in_v2("memory"))
		skip_because("the controller memory is not in v2 here");
	assert_no_child(make_cgroup(path,
				    "echo +memory >../cgroup.subtree_control; echo +memory "
				    ">cgroup.subtree_control; mkdir a/b; echo +memory "
				    ">a/cgroup.subtree_control"),
			"clone3 CLONE_INTO_CGROUP: EBUSY Device or resource busy; a cgroup whose "
			"children have controllers has no processes of its own");
	assert_success(script("rmdir $1/a/b $1/a $1", path));
}

/* Without root the kernel refuses even to load the program, before the cgroup is used. */
static void become_nobody(const char *argument)
{
	struct devices devices = { 0 };

	(void)argument;
	check(setgid(65534) == 0 && setuid(65534) == 0);
	check(device_attach(&devices, -1) == -1);
	check(strcmp(fail_get()->text,
		     "bpf BPF_PROG_LOAD: EPERM Operation not permitted; devices need root in the "
		     "initial user namespace") == 0);
}

static void a_program_for_devices_needs_root(void **state)
{
	(void)state;
	in_own_mounts(become_nobody, NULL);
}

/* A kernel that does not count swap has no such files. They are missing in /tmp as well. */
static void swap_that_is_not_counted_is_told(void **state)
{
	static const char *const names[] = { "memory.swap.max", "memory.memsw.limit_in_bytes" };
	int directory = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	for (int i = 0; i < 2; i++) {
		char wanted[160];

		snprintf(
			wanted, sizeof(wanted),
			"open %s: ENOENT No such file or directory; swap is not counted: boot with "
			"swapaccount=1",
			names[i]);
		assert_int_equal(cgroup_write(directory, names[i], "0"), -1);
		assert_string_equal(fail_get()->text, wanted);
		forget_failure();
	}
	close(directory);
}

static void enter_without_a_namespace(const char *limit)
{
	FILE *file;

	check(unshare(CLONE_NEWUSER) == 0);
	file = fopen("/proc/sys/user/max_cgroup_namespaces", "we");
	check(file && fputs(limit, file) >= 0 && fclose(file) == 0);
	check(cgroup_unshare() < 0);
	check(strcmp(fail_get()->text,
		     "unshare CLONE_NEWCGROUP: ENOSPC No space left on device; the limit in "
		     "/proc/sys/user/max_cgroup_namespaces is reached") == 0);
}

/* In a new user namespace, the files in /proc/sys/user are its own. */
static void cgroup_namespaces_have_a_limit(void **state)
{
	(void)state;
	in_own_mounts(enter_without_a_namespace, "0");
}

/* Only v2 has these limits. */
static void cgroups_have_limits(void **state)
{
	char path[160];
	int fd;

	(void)state;
	if (!is_mounted("cgroup2"))
		skip_because("cgroup v2 is not mounted here");
	fd = make_cgroup(path, "echo 1 >cgroup.max.descendants");
	assert_true(mkdirat(fd, "b", 0755) < 0);
	fail("mkdirat b");
	assert_string_equal(
		fail_get()->text,
		"mkdirat b: EAGAIN Resource temporarily unavailable; a cgroup above has "
		"as many below it as its cgroup.max.descendants or cgroup.max.depth "
		"allows");
	forget_failure();
	close(fd);
	assert_success(script("rmdir $1/a $1", path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(cgroup_namespaces_have_a_limit),
		host_test(cgroups_have_limits),
		host_test(a_cgroup_beside_threaded_ones_takes_no_process),
		host_test(a_program_for_devices_needs_root),
		host_test(swap_that_is_not_counted_is_told),
		host_test(a_cgroup_that_gives_controllers_takes_no_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
