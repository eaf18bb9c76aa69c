/* Step 02 as a learner runs it: processes, mounts, IPC. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "harness.h"

static void the_command_is_pid_1(void **state)
{
	(void)state;
	assert_string_equal(run("./step-02", "sh", "-c", "echo $$ $PPID")->out, "1 0\n");
	assert_string_equal(run("./step-02", "--init", "sh", "-c", "echo $$ $PPID")->out, "2 1\n");
}

static void ps_shows_only_its_own_processes(void **state)
{
	(void)state;
	assert_string_equal(run("./step-02", "ps", "-e", "-o", "pid=,comm=")->out, "      1 ps\n");
	assert_string_equal(run_shell("./step-02 sh -c 'ls /proc; :' | grep '^[0-9]'")->out,
			    "1\n2\n");
}

/* The chapter's attack. */
static void a_process_of_the_host_cannot_be_killed(void **state)
{
	char pid[32];
	const char *token = random_name();
	pid_t victim = start("build/probe", "sleep", "60", token);

	(void)state;
	snprintf(pid, sizeof(pid), "%d", victim);
	wait_until(count_processes(token) == 1);
	assert_int_not_equal(run("./step-02", "kill", "-9", pid)->status, 0);
	assert_int_equal(run("./step-02", "sh", "-c", "kill -9 -1; echo $?; :")->status, 0);
	assert_int_equal(count_processes(token), 1);
	kill(victim, SIGKILL);
	assert_int_equal(finish(victim), 128 + SIGKILL);
}

static void four_namespaces_are_new_and_no_others(void **state)
{
	(void)state;
	assert_new_namespaces("ipc mnt pid uts ", "./step-02", "build/probe", "namespaces");
	assert_new_namespaces("ipc mnt pid uts ", "./step-02", "--init", "build/probe",
			      "namespaces");
}

/* Returns the line of the topmost mount on `mountpoint` in the output of `probe mounts`. */
static const char *mount_line(const char *text, const char *mountpoint)
{
	static char line[512];
	autofree char *copy = strdup(text);
	char *next = copy;
	size_t length = strlen(mountpoint);

	line[0] = '\0';
	for (char *word; (word = strsep(&next, "\n"));)
		if (strncmp(word, mountpoint, length) == 0 && word[length] == ' ')
			snprintf(line, sizeof(line), "%s", word);
	return line;
}

static void its_proc_has_nosuid_nodev_and_noexec(void **state)
{
	const char *line = mount_line(run("./step-02", "build/probe", "mounts")->out, "/proc");

	(void)state;
	assert_contains(line, "/proc proc ");
	assert_contains(line, "nosuid");
	assert_contains(line, "nodev");
	assert_contains(line, "noexec");
}

static void no_mount_of_it_is_shared_with_the_host(void **state)
{
	autofree char *inside = strdup(run("./step-02", "build/probe", "mounts")->out);

	(void)state;
	/* tests/run.sh makes "/" shared, as systemd does. */
	assert_contains(mount_line(run("build/probe", "mounts")->out, "/"), " shared");
	assert_contains(mount_line(inside, "/"), " private");
	assert_null(strstr(inside, " shared"));
	assert_null(strstr(inside, " slave"));
}

static void what_is_mounted_inside_does_not_appear_outside(void **state)
{
	const char *name = random_name();
	char script[256], path[64];

	(void)state;
	snprintf(path, sizeof(path), "/tmp/%s", name);
	snprintf(script, sizeof(script),
		 "mkdir /tmp/%s && mount -t tmpfs %s /tmp/%s && touch /tmp/%s/inside && "
		 "grep -c %s /proc/self/mounts",
		 name, name, name, name, name);
	assert_string_equal(run("./step-02", "sh", "-c", script)->out, "1\n");
	assert_null(strstr(run("cat", "/proc/self/mounts")->out, name));
	assert_string_equal(run("ls", path)->out, "");
	assert_int_equal(run("rmdir", path)->status, 0);
}

/*
 * If the mount namespace's "/" stayed shared, the container's mount of proc would appear on the
 * host.
 */
static void the_hosts_proc_is_right_afterwards(void **state)
{
	char ours[32];

	(void)state;
	assert_int_equal(run("./step-02", "true")->status, 0);
	snprintf(ours, sizeof(ours), "%d\n", getpid());
	assert_string_equal(run("sh", "-c", "echo $PPID")->out, ours);
	snprintf(ours, sizeof(ours), "/proc/%d/status", getpid());
	assert_int_equal(run("test", "-e", ours)->status, 0);
}

static void a_mount_of_the_host_is_unmounted_inside_only(void **state)
{
	const char *name = random_name();
	char path[64], script[128];

	(void)state;
	snprintf(path, sizeof(path), "/tmp/%s", name);
	assert_int_equal(run("sh", "-c", "mkdir $0 && mount -t tmpfs $1 $0", path, name)->status,
			 0);
	snprintf(script, sizeof(script), "umount %s && ! grep %s /proc/self/mounts", path, name);
	assert_int_equal(run("./step-02", "sh", "-c", script)->status, 0);
	assert_contains(run("cat", "/proc/self/mounts")->out, name);
	assert_int_equal(run("sh", "-c", "umount $0 && rmdir $0", path)->status, 0);
}

/*
 * Fails unless an object of `kind` (sysv, mqueue) that is made on one side is hidden from the
 * other.
 */
static void assert_separate(const char *kind, const char *name)
{
	char script[256];

	assert_string_equal(run("build/probe", kind, "create", name)->out, "created\n");
	assert_string_equal(run("./step-02", "build/probe", kind, "see", name)->out, "no\n");
	assert_int_equal(run("build/probe", kind, "see", name)->status, 0);
	snprintf(script, sizeof(script), "build/probe %s create %s; build/probe %s see %s", kind,
		 name, kind, name);
	assert_string_equal(run("./step-02", "sh", "-c", script)->out, "created\nyes\n");
	assert_string_equal(run("build/probe", kind, "remove", name)->out, "removed\n");
	assert_string_equal(run("./step-02", "sh", "-c", script)->out, "created\nyes\n");
	assert_int_equal(run("build/probe", kind, "see", name)->status, 1);
}

static void sysv_ipc_is_separate(void **state)
{
	char key[16];

	(void)state;
	if (run("build/probe", "sysv", "see", "1")->status == 77)
		skip_because("this kernel has no SysV IPC");
	snprintf(key, sizeof(key), "%ld", 1 + strtol(random_name() + 1, NULL, 16) % 0x7ffffff);
	assert_separate("sysv", key);
}

static void posix_message_queues_are_separate(void **state)
{
	char name[32];

	(void)state;
	if (run("build/probe", "mqueue", "see", "/none")->status == 77)
		skip_because("this kernel has no POSIX message queues");
	snprintf(name, sizeof(name), "/%s", random_name());
	assert_separate("mqueue", name);
}

static void the_options_of_chapter_1_work_too(void **state)
{
	const char *name = random_name();

	(void)state;
	assert_contains(run("./step-02", "--hostname", name, "uname", "-n")->out, name);
	assert_refused(run("./step-02", "--hostname", "a_b", "true"), 125, "only letters");
}

static void verbose_tells_the_order_of_things(void **state)
{
	const char *text = run("./step-02", "--verbose", "--init", "-h", "a", "true")->err;
	static const char *const order[] = {
		"CLONE_NEWUTS|CLONE_NEWPID|CLONE_NEWNS|CLONE_NEWIPC: process ",
		"[container] mount / MS_REC|MS_PRIVATE\n",
		"[container] sethostname a\n",
		"[container] fsopen proc",
		"[container] move_mount /proc\n",
		"[container] fork: PID 1 stays as init\n",
		"[container] execve ",
	};

	(void)state;
	assert_contains(text, "[host] clone3 CLONE_NEWUTS|");
	/* Two processes write these lines. The host side's line may come a little later. */
	assert_contains(text, order[0]);
	for (size_t i = 1; i < sizeof(order) / sizeof(order[0]); i++) {
		assert_contains(text, order[i]);
		text = strstr(text, order[i]);
	}
}

static void who_is_not_root_is_told_so(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "/tmp/%s", random_name());
	assert_int_equal(run("install", "-D", "-m", "755", "-t", path, "step-02")->status, 0);
	assert_refused(
		run("sh", "-c", "exec setpriv --reuid=65534 --clear-groups $0/step-02 true", path),
		125, "EPERM Operation not permitted; new namespaces need root: use sudo\n");
	assert_int_equal(run("rm", "-r", path)->status, 0);
}

static void twenty_run_side_by_side(void **state)
{
	pid_t pids[20];

	(void)state;
	for (size_t i = 0; i < 20; i++)
		pids[i] =
			start("./step-02", "sh", "-c", "[ $$ = 1 ] && ps -e | grep -c . && exit 5");
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(finish(pids[i]), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_command_is_pid_1),
		host_test(ps_shows_only_its_own_processes),
		host_test(a_process_of_the_host_cannot_be_killed),
		host_test(four_namespaces_are_new_and_no_others),
		host_test(its_proc_has_nosuid_nodev_and_noexec),
		host_test(no_mount_of_it_is_shared_with_the_host),
		host_test(what_is_mounted_inside_does_not_appear_outside),
		host_test(the_hosts_proc_is_right_afterwards),
		host_test(a_mount_of_the_host_is_unmounted_inside_only),
		host_test(sysv_ipc_is_separate),
		host_test(posix_message_queues_are_separate),
		host_test(the_options_of_chapter_1_work_too),
		host_test(verbose_tells_the_order_of_things),
		host_test(who_is_not_root_is_told_so),
		host_test(twenty_run_side_by_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
