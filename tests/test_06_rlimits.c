/* Chapter 6's module rlimits: --ulimit, and the effect of the limits. */
#include <signal.h>
#include <sys/resource.h>

#include "rlimits.h"
#include "test_03.h"

#define STEP "./step-06 run --network none "

static void the_articles_limit_is_the_default(void **state)
{
	(void)state;
	assert_prints(script(STEP "/bin/sh -c 'ulimit -Sn; ulimit -Hn'", NULL), "1025\n1025\n");
	assert_prints(script(STEP "--ulimit nofile=99 /bin/sh -c 'ulimit -Sn; ulimit -Hn'", NULL),
		      "99\n99\n");
}

static void a_lower_limit_of_our_own_stays(void **state)
{
	(void)state;
	assert_prints(script("ulimit -n 200; " STEP "/bin/sh -c 'ulimit -Sn; ulimit -Hn'", NULL),
		      "200\n200\n");
}

/* Limits that are not named are the caller's. */
static void no_other_limit_is_touched(void **state)
{
	(void)state;
	assert_prints(script("ulimit -f 4711; ulimit -t 4712; ours=$(grep -v 'open files' "
			     "/proc/self/limits)\n"
			     "theirs=$(" STEP "/bin/cat /proc/self/limits | grep -v 'open files')\n"
			     "test \"$ours\" = \"$theirs\" && echo \"$theirs\" | grep -c -e 4712 "
			     "-e 2412032",
			     NULL),
		      "2\n");
}

static void each_kind_of_limit_is_set(void **state)
{
	static const struct {
		const char *option, *line;
	} kinds[] = {
		{ "as=104857600:209715200", "Max address space 104857600 209715200" },
		{ "core=0", "Max core file size 0 0" },
		{ "cpu=10:20", "Max cpu time 10 20" },
		{ "data=1048576000:-1", "Max data size 1048576000 unlimited" },
		{ "fsize=4096:8192", "Max file size 4096 8192" },
		{ "locks=3:4", "Max file locks 3 4" },
		{ "memlock=4096:8192", "Max locked memory 4096 8192" },
		{ "msgqueue=5:6", "Max msgqueue size 5 6" },
		{ "nice=0", "Max nice priority 0 0" },
		{ "nofile=64:65", "Max open files 64 65" },
		{ "nproc=100:101", "Max processes 100 101" },
		{ "rss=1000000:-1", "Max resident set 1000000 unlimited" },
		{ "rtprio=0", "Max realtime priority 0 0" },
		{ "rttime=1000:2000", "Max realtime timeout 1000 2000" },
		{ "sigpending=7:8", "Max pending signals 7 8" },
		{ "stack=8388608:-1", "Max stack size 8388608 unlimited" },
		{ "RLIMIT_STACK=4194304", "Max stack size 4194304 4194304" },
		{ "NOFILE=64", "Max open files 64 64" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		assert_success(script(STEP "--ulimit $1 /bin/cat /proc/self/limits | tr -s ' ' | "
					   "grep \"^$2 \"",
				      kinds[i].option, kinds[i].line));
}

static void several_are_set_and_the_last_one_counts(void **state)
{
	(void)state;
	assert_prints(script(STEP "--ulimit fsize=1 --ulimit nofile=50 --ulimit fsize=1024 "
				  "/bin/sh -c 'ulimit -n; ulimit -f'",
			     NULL),
		      "50\n2\n"); /* blocks of 512 bytes */
}

static void what_is_wrong_is_refused(void **state)
{
	static const struct {
		const char *value, *message;
	} wrong[] = {
		{ "nofile", "must be NAME=SOFT[:HARD], as in nofile=1024:2048" },
		{ "nofile=", "must be NAME=SOFT[:HARD]" },
		{ "nofile=1:", "must be NAME=SOFT[:HARD]" },
		{ "nofile=:1", "must be NAME=SOFT[:HARD]" },
		{ "nofile=1:2:3", "must be NAME=SOFT[:HARD]" },
		{ "nofile=-2", "must be NAME=SOFT[:HARD]" },
		{ "nofile= 1", "must be NAME=SOFT[:HARD]" },
		{ "nofile=1k", "must be NAME=SOFT[:HARD]" },
		{ "nofile=99999999999999999999", "must be NAME=SOFT[:HARD]" },
		{ "files=1", "no limit is called \"files\"" },
		{ "=1", "no limit is called \"\"" },
		{ "rlimit_core=1", "no limit is called \"rlimit_core\"" },
		{ "nofile=2:1", "the soft limit is above the hard one" },
		{ "nofile=-1:1", "the soft limit is above the hard one" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char message[128];

		snprintf(message, sizeof(message), "--ulimit %s: %s", wrong[i].value,
			 wrong[i].message);
		assert_refused(run("./step-06", "run", "--ulimit", wrong[i].value, "/bin/true"),
			       125, message);
	}
}

static void a_limit_above_our_own_needs_a_right(void **state)
{
	static const char without[] =
		"setpriv --bounding-set=-sys_resource --inh-caps=-sys_resource ";

	(void)state;
	assert_refused(
		script("ulimit -f 10; $1 " STEP "--ulimit fsize=10240:10241 /bin/true", without),
		125,
		"setrlimit RLIMIT_FSIZE 10240:10241: EPERM Operation not permitted; it is above "
		"our own hard limit: that needs CAP_SYS_RESOURCE");
	assert_refused(
		script("ulimit -n 50; $1 " STEP "--ulimit nofile=10:60 /bin/true", without), 125,
		"setrlimit RLIMIT_NOFILE 10:60: EPERM Operation not permitted; it is above our "
		"own hard limit (that needs CAP_SYS_RESOURCE), or above /proc/sys/fs/nr_open");
	assert_success(script("ulimit -Sn 50; $1 " STEP "--ulimit nofile=60 /bin/true", without));
}

static void with_that_right_it_is_raised(void **state)
{
	(void)state;
	if (!strstr(run("rootfs/busybox/bin/probe", "caps")->out, "CAP_SYS_RESOURCE"))
		skip_because("we do not have CAP_SYS_RESOURCE");
	assert_prints(
		script("ulimit -n 50; " STEP "--ulimit nofile=60 /bin/sh -c 'ulimit -Hn'", NULL),
		"60\n");
}

static void open_files_are_limited(void **state)
{
	(void)state;
	assert_prints(script(STEP "--ulimit nofile=10 /bin/sh -c '"
				  "(exec 8</dev/null 9</dev/null) && echo nine\n"
				  "(exec 10</dev/null) 2>/dev/null || echo no more'",
			     NULL),
		      "nine\nno more\n");
}

static void the_size_of_files_is_limited(void **state)
{
	/* SIGXFSZ */
	(void)state;
	assert_prints(script(STEP "--ulimit fsize=4096 /bin/sh -c '"
				  "dd if=/dev/zero of=/dev/shm/f bs=8192 count=2 2>/dev/null\n"
				  "echo $?; wc -c </dev/shm/f'",
			     NULL),
		      "153\n4096\n");
}

/* The kernel counts the processes of a user in all containers and test runs of the machine. */
static void processes_of_a_user_are_limited(void **state)
{
	char uid[16], option[32];
	pid_t pid;

	(void)state;
	snprintf(uid, sizeof(uid), "%u", random_number(100000, 1000000000));
	snprintf(option, sizeof(option), "--reuid=%s", uid);
	pid = start("setpriv", option, "sh", "-c", "sleep 100; true");
	wait_until(strstr(run("pgrep", "-c", "-u", uid)->out, "2\n"));
	assert_refused(
		script(STEP "-u $1 --ulimit nproc=1 /bin/true", uid), 126,
		"execve /bin/true: EAGAIN Resource temporarily unavailable; the user has more "
		"processes than --ulimit nproc allows");
	kill(-pid, SIGTERM); /* the step's session */
	finish(pid);
	assert_success(script(STEP "-u $1 --ulimit nproc=1 /bin/true", uid));
}

static void limits_hold_for_init_and_for_users(void **state)
{
	(void)state;
	assert_prints(script(STEP "--init --ulimit nofile=77 -u user /bin/sh -c '"
				  "ulimit -n; grep -h \"open files\" /proc/1/limits | tr -s \" \"'",
			     NULL),
		      "77\nMax open files 77 77 files \n");
}

static void the_module(const char *argument)
{
	struct rlimits rlimits = { 0 };
	struct rlimit limit;

	(void)argument;
	check(rlimits_by_name("RLIMIT_NOFILE") == RLIMIT_NOFILE);
	check(rlimits_by_name("core") == RLIMIT_CORE);
	check(rlimits_by_name("") == -1 && rlimits_by_name("RLIMIT_") == -1);
	check(rlimits_set(&rlimits) == 0);
	check(rlimits_add(&rlimits, RLIMIT_CORE, 5, 10) == 0);
	check(rlimits_add(&rlimits, RLIMIT_NOFILE, 7, 8) == 0);
	check(rlimits_add(&rlimits, RLIMIT_CORE, 6, 11) == 0);
	check(rlimits.count == 2);
	check(rlimits_set(&rlimits) == 0);
	check(getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 6 && limit.rlim_max == 11);
	check(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == 7 && limit.rlim_max == 8);
	check(rlimits_add(&rlimits, RLIMIT_CORE, 12, 11) == 0);
	check(rlimits_set(&rlimits) == -1);
	check(strncmp(fail_get()->text, "setrlimit RLIMIT_CORE 12:11: EINVAL", 35) == 0);
	fail_report();
	check(rlimits_add(&rlimits, RLIMIT_CORE, 0, RLIM_INFINITY) == 0);
	check(setgid(1) == 0 && setuid(1) == 0);
	check(rlimits_set(&rlimits) == -1);
	check(strncmp(fail_get()->text, "setrlimit RLIMIT_CORE 0:-1: EPERM", 33) == 0);
	fail_report();
}

static void the_module_sets_them_in_order(void **state)
{
	(void)state;
	in_own_mounts(the_module, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_articles_limit_is_the_default),
		host_test(a_lower_limit_of_our_own_stays),
		host_test(no_other_limit_is_touched),
		host_test(each_kind_of_limit_is_set),
		host_test(several_are_set_and_the_last_one_counts),
		host_test(what_is_wrong_is_refused),
		host_test(a_limit_above_our_own_needs_a_right),
		host_test(with_that_right_it_is_raised),
		host_test(open_files_are_limited),
		host_test(the_size_of_files_is_limited),
		host_test(processes_of_a_user_are_limited),
		host_test(limits_hold_for_init_and_for_users),
		host_test(the_module_sets_them_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
