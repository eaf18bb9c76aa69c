/* The file systems that every container of step 03 gets: where, with which flags, and working. */
#include "test_03.h"

/*
 * The mounts that the second article lists: mount point, type, the flags as mountinfo shows them
 * (no relatime is strictatime), and options that each mount must have.
 */
static const struct {
	const char *target, *type, *flags, *options[4];
} wanted[] = {
	{ "/proc", "proc", "rw,nosuid,nodev,noexec,relatime", { "rw" } },
	{ "/dev", "tmpfs", "rw,nosuid", { "mode=755" } },
	{ "/dev/pts",
	  "devpts",
	  "rw,nosuid,noexec,relatime",
	  { "gid=5", "mode=620", "ptmxmode=666" } },
	{ "/dev/shm", "tmpfs", "rw,nosuid,nodev,noexec,relatime", { "size=65536k" } },
	{ "/dev/mqueue", "mqueue", "rw,nosuid,nodev,noexec,relatime", { "rw" } },
	{ "/sys", "sysfs", "ro,nosuid,nodev,noexec,relatime", { "rw" } },
};

/*
 * Finds the line of `target` in the output of `probe mounts`, and fills `fields`. The test fails if
 * there is no such line.
 */
static void find_mount(const char *mounts, const char *target, char fields[4][256])
{
	for (const char *line = mounts; *line; line = strchr(line, '\n') + 1) {
		char place[256];

		if (sscanf(line, "%255s %255s %255s %255s %255s", place, fields[0], fields[1],
			   fields[2], fields[3]) == 5 &&
		    strcmp(place, target) == 0)
			return;
	}
	fail_msg("%s is not in:\n%s", target, mounts);
}

static void assert_has_option(const char *options, const char *option)
{
	char all[300], one[300];

	snprintf(all, sizeof(all), ",%s,", options);
	snprintf(one, sizeof(one), ",%s,", option);
	assert_contains(all, one);
}

static void the_mounts_have_the_flags_of_the_article(void **state)
{
	const struct result *result =
		script(SCRATCH HELD "hold ./step-03; build/probe mounts $pid", NULL);
	char fields[4][256];

	(void)state;
	assert_success(result);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		find_mount(result->out, wanted[i].target, fields);
		assert_string_equal(fields[0], wanted[i].type);
		assert_string_equal(fields[1], wanted[i].flags);
		for (size_t j = 0; wanted[i].options[j]; j++)
			assert_has_option(fields[2], wanted[i].options[j]);
	}
}

static void every_mount_is_private(void **state)
{
	(void)state;
	assert_prints(script("./step-03 probe mounts | grep -v ' private$' || echo all", NULL),
		      "all\n");
}

static void a_shared_host_sees_none_of_the_mounts_while_the_command_runs(void **state)
{
	(void)state;
	assert_prints(script("findmnt -no PROPAGATION /", NULL), "shared\n");
	assert_prints(script(SCRATCH
			     "cat /proc/self/mountinfo >$d/before; mkfifo $d/go $d/end\n"
			     "./step-03 -v $d:/mnt sh -c 'echo >/mnt/go; read x </mnt/end' &\n"
			     "read line <$d/go; cat /proc/self/mountinfo >$d/during\n"
			     "echo >$d/end; wait $!; diff $d/before $d/during && echo same",
			     NULL),
		      "same\n");
}

static void the_hosts_sysfs_stays_writable(void **state)
{
	(void)state;
	if (run("test", "-w", "/sys/kernel")->status != 0)
		skip_because("/sys is read-only here already");
	assert_prints(script("./step-03 mkdir /sys/x 2>&1 | grep -o 'Read-only file system'\n"
			     "test -w /sys/kernel && echo writable outside",
			     NULL),
		      "Read-only file system\nwritable outside\n");
}

static void proc_shows_the_commands_processes_alone(void **state)
{
	(void)state;
	assert_prints(script("./step-03 sh -c 'echo /proc/[0-9]*'", NULL), "/proc/1\n");
}

static void the_device_nodes_are_for_everyone_whatever_the_umask(void **state)
{
	(void)state;
	assert_prints(script("umask 077\n"
			     "./step-03 sh -c 'cd /dev; stat -c \"%n %F %t:%T %a\" null zero full "
			     "random urandom tty; stat -c \"%n %a\" /dev shm mqueue pts'",
			     NULL),
		      "null character special file 1:3 666\nzero character special file 1:5 666\n"
		      "full character special file 1:7 666\nrandom character special file 1:8 666\n"
		      "urandom character special file 1:9 666\ntty character special file 5:0 666\n"
		      "/dev 755\nshm 1777\nmqueue 1777\npts 755\n");
}

static void the_device_nodes_do_their_work(void **state)
{
	(void)state;
	assert_prints(
		script("./step-03 sh -ec '\n"
		       "test $(head -c 100 /dev/zero | tr -d \"\\0\" | wc -c) = 0\n"
		       "test $(head -c 100 /dev/zero | wc -c) = 100\n"
		       "echo text >/dev/null; test -z \"$(cat /dev/null)\"\n"
		       "echo text 2>&1 >/dev/full | grep -q \"No space left\"\n"
		       "test \"$(head -c 16 /dev/random)\" != \"$(head -c 16 /dev/random)\"\n"
		       "test \"$(head -c 16 /dev/urandom)\" != \"$(head -c 16 /dev/urandom)\"'\n"
		       "echo all",
		       NULL),
		"all\n");
}

static void the_links_in_dev_lead_to_the_commands_own(void **state)
{
	(void)state;
	assert_prints(script("test $(echo $1 | ./step-03 cat /dev/stdin) = $1\n"
			     "./step-03 sh -c 'echo e >/dev/stderr' 2>&1 >/dev/null | cat\n"
			     "./step-03 sh -c 'echo o >/dev/stdout' | cat\n"
			     "./step-03 sh -c 'exec 3>&1; echo 3 >/dev/fd/3' | cat\n"
			     "./step-03 readlink /dev/ptmx; ./step-03 readlink /dev/fd",
			     random_name()),
		      "e\no\n3\npts/ptmx\n/proc/self/fd\n");
}

static void terminals_are_an_instance_of_their_own(void **state)
{
	(void)state;
	/* A terminal is open on the host, so number 0 inside cannot be a number of the host's. */
	assert_prints(script("exec 4<>/dev/ptmx\n"
			     "./step-03 sh -c 'ls /dev/pts; exec 3<>/dev/ptmx; ls /dev/pts'",
			     NULL),
		      "ptmx\n0\nptmx\n");
}

static void a_terminal_can_be_opened_and_used(void **state)
{
	(void)state;
	if (run("test", "-x", "/usr/bin/script")->status != 0)
		skip_because("there is no /usr/bin/script, which opens one");
	assert_prints(
		script(ROOTFS
		       "mkdir -p $r/lib $r/lib64\n"
		       "./step-03 --rootfs $r -v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro "
		       "/usr/bin/script -qec 'test -t 0 && tty' /dev/null | tr -d '\\r'",
		       NULL),
		"/dev/pts/0\n");
}

static void the_shared_memory_ends_at_64_mib(void **state)
{
	const struct result *result =
		run("./step-03", "sh", "-c",
		    "dd if=/dev/zero of=/dev/shm/x bs=1M count=70; stat -c %s /dev/shm/x");

	(void)state;
	assert_contains(result->err, "No space left on device");
	assert_string_equal(result->out, "67108864\n");
}

static void shared_memory_is_the_containers_own(void **state)
{
	(void)state;
	assert_prints(script("test $(./step-03 sh -c \"echo x >/dev/shm/$1; ls /dev/shm\") = $1\n"
			     "no test -e /dev/shm/$1; ./step-03 ls /dev/shm; echo own",
			     random_name()),
		      "own\n");
}

static void message_queues_are_the_containers_own(void **state)
{
	const char *name = random_name();
	const struct result *result = script("build/probe mqueue create /$1", name);

	(void)state;
	if (result->status == 77 || strstr(result->err, "ENOSYS"))
		skip_because("this kernel has no POSIX message queues");
	assert_success(result);
	result = script("./step-03 probe mqueue see /$1 || true\n"
			"./step-03 sh -c \"probe mqueue create /$1; ls /dev/mqueue\"\n"
			"build/probe mqueue see /$1; build/probe mqueue remove /$1",
			name);
	assert_success(result);
	assert_contains(result->out, "no\ncreated\n");
	assert_contains(result->out, name);
	assert_contains(result->out, "\nyes\nremoved\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_mounts_have_the_flags_of_the_article),
		host_test(every_mount_is_private),
		host_test(a_shared_host_sees_none_of_the_mounts_while_the_command_runs),
		host_test(the_hosts_sysfs_stays_writable),
		host_test(proc_shows_the_commands_processes_alone),
		host_test(the_device_nodes_are_for_everyone_whatever_the_umask),
		host_test(the_device_nodes_do_their_work),
		host_test(the_links_in_dev_lead_to_the_commands_own),
		host_test(terminals_are_an_instance_of_their_own),
		host_test(a_terminal_can_be_opened_and_used),
		host_test(the_shared_memory_ends_at_64_mib),
		host_test(shared_memory_is_the_containers_own),
		host_test(message_queues_are_the_containers_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
