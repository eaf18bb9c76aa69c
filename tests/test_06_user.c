/*
 * Chapter 6's module user: --user, --group-add, HOME, and names that are looked up in the
 * container.
 */
#include <grp.h>
#include <signal.h>
#include <sys/stat.h>

#include "test_03.h"
#include "user.h"

#define STEP "./step-06 run --network none "

/* Prints the users and groups of a process: `probe ids`. */
#define IDS "/bin/probe ids | sed -n 's/^[eu]*[ug]*id //p; s/^groups//p' | tr '\\n' ' '"

/* Fails unless the command of a step with these options has the IDs "uid euid gid egid groups". */
static void assert_ids(const char *options, const char *ids)
{
	assert_prints(script(STEP "$1 " IDS, options), ids);
}

static void without_a_user_it_is_root(void **state)
{
	(void)state;
	/* The caller's groups are not kept. */
	assert_prints(script("setpriv --groups 4,24 " STEP IDS, NULL), "0 0 0 0  0 ");
}

static void users_and_groups_by_name_and_by_number(void **state)
{
	static const struct {
		const char *options, *ids;
	} cases[] = {
		{ "--user user", "1000 1000 1000 1000  29 100 1000 " },
		{ "-u 1000", "1000 1000 1000 1000  29 100 1000 " },
		{ "-u user:audio", "1000 1000 29 29  29 " },
		{ "-u 1000:7", "1000 1000 7 7  7 " },
		{ "-u user:user", "1000 1000 1000 1000  1000 " },
		{ "-u 4711", "4711 4711 0 0  0 " },
		{ "-u 4711:4712", "4711 4711 4712 4712  4712 " },
		{ "-u 4711:users", "4711 4711 100 100  100 " },
		{ "-u 0:5", "0 0 5 5  5 " },
		{ "-u daemon", "1 1 1 1  1 " },
		{ "-u 2147483647:2147483647",
		  "2147483647 2147483647 2147483647 2147483647  2147483647 " },
		{ "-u daemon --group-add audio --group-add 4711 --group-add 29",
		  "1 1 1 1  1 29 4711 " },
		{ "--group-add users", "0 0 0 0  0 100 " },
		{ "-u nobody -u user:daemon", "1000 1000 1 1  1 " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_ids(cases[i].options, cases[i].ids);
}

static void what_is_not_there_is_refused(void **state)
{
	static const struct {
		const char *user, *message;
	} cases[] = {
		{ "nobody1", "user nobody1: not in /etc/passwd of the container" },
		{ "user:no", "group no: not in /etc/group of the container" },
		{ "2147483648", "user 2147483648: not in /etc/passwd" },
		{ "-1", "user -1: not in /etc/passwd" },
		{ "user:2147483648", "group 2147483648: not in /etc/group" },
		{ "0x3e8", "user 0x3e8: not in /etc/passwd" },
		{ "1000 ", "user 1000 : not in /etc/passwd" },
		{ "", "--user : must be USER or USER:GROUP" },
		{ ":users", "--user :users: must be USER or USER:GROUP" },
		{ "user:", "--user user:: must be USER or USER:GROUP" },
		{ "user:users:audio", "--user user:users:audio: must be USER or USER:GROUP" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_refused(run("./step-06", "run", "--network", "none", "--user", cases[i].user,
				   "/bin/true"),
			       125, cases[i].message);
	assert_refused(
		run("./step-06", "run", "--network", "none", "--group-add", "no", "/bin/true"), 125,
		"group no: not in /etc/group of the container");
	assert_refused(run("./step-06", "run", "--network", "none", "--group-add", "", "/bin/true"),
		       125, "--group-add: needs a group");
}

static void names_are_those_of_the_container(void **state)
{
	(void)state;
	/* The container has another name for root, and a user that the host does not have. */
	assert_prints(script(ROOTFS
			     "n=$1; echo \"$n:x:4242:4243::/home/$n:/bin/sh\" >$r/etc/passwd\n"
			     "printf 'a:x:7:x,%s\\nb:x:8:%s2\\nc:x:9:%s,x\\n' $n $n $n "
			     ">$r/etc/group\n" STEP
			     "--rootfs $r -u $n /bin/sh -c \"echo \\$HOME; " IDS "\"",
			     "zoe"),
		      "/home/zoe\n4242 4242 4243 4243  7 9 4243 ");
}

static void broken_lines_are_left_out(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS
			     "{ echo; echo '# a comment'; echo user; echo user:x; echo user:x:\n"
			     "echo user:x:y:7; echo :x:5:5::/:; head -c 100000 /dev/zero | tr "
			     "'\\0' x; echo\n"
			     "echo user:x:12; echo user:x:6:-1::/:; echo user:x:6:x::/:; "
			     "echo user:x:-1:6::/:; echo user:x:4294967296:6::/:; printf "
			     "'user:x:77:78:Some One:/srv:/bin/sh'; } "
			     ">$r/etc/passwd\n" STEP
			     "--rootfs $r -u user /bin/sh -c \"echo \\$HOME; " IDS "\"",
			     NULL),
		      "/srv\n77 77 78 78  29 78 100 ");
}

static void without_the_files_numbers_do(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "rm $r/etc/passwd $r/etc/group\n" STEP
				    "--rootfs $r -u 7:8 /bin/sh -c \"echo \\$HOME; " IDS "\"",
			     NULL),
		      "/\n7 7 8 8  8 ");
	assert_refused(
		script(ROOTFS "rm $r/etc/passwd\n" STEP "--rootfs $r -u user /bin/true", NULL), 125,
		"user user: not in /etc/passwd of the container");
}

static void hostile_files_do_no_harm(void **state)
{
	(void)state;
	/* /etc/passwd is a link, which does not lead to the host's file, where this user is. */
	assert_refused(script(ROOTFS
			      "rm $r/etc/passwd; ln -s ../../../../../../etc/passwd $r/etc/\n"
			      "grep -q ^games: /etc/passwd\n" STEP "--rootfs $r -u games /bin/true",
			      NULL),
		       125, "open /etc/passwd: ELOOP");
	assert_refused(script(ROOTFS "rm $r/etc/passwd; mkfifo $r/etc/passwd\n" STEP
				     "--rootfs $r -u user /bin/true",
			      NULL),
		       125, "/etc/passwd in the container is no regular file");
	assert_refused(script(ROOTFS "rm $r/etc/group; ln -s /dev/zero $r/etc/group\n" STEP
				     "--rootfs $r -u user /bin/true",
			      NULL),
		       125, "/etc/group in the container is no regular file");
}

/* The null device hides the users if it is mounted over the file; other devices are refused. */
static void the_null_device_is_an_empty_file(void **state)
{
	(void)state;
	assert_prints(script(STEP "-v /dev/null:/etc/passwd -v /dev/null:/etc/group -u 1000:7 "
				  "--group-add 8 " IDS,
			     NULL),
		      "1000 1000 7 7  7 8 ");
	assert_prints(script(STEP "-v /dev/null:/etc/passwd:ro -u 1000 " IDS, NULL),
		      "1000 1000 0 0  0 ");
	assert_prints(script(STEP "-v /dev/null:/etc/group:ro -u user " IDS, NULL),
		      "1000 1000 1000 1000  1000 ");
	assert_prints(script(ROOTFS
			     "ln -sf /dev/null $r/etc/passwd; ln -sf /dev/null $r/etc/group\n" STEP
			     "--rootfs $r -u 1000 " IDS,
			     NULL),
		      "1000 1000 0 0  0 ");
	assert_refused(script(STEP "-v /dev/null:/etc/passwd -u user /bin/true", NULL), 125,
		       "user user: not in /etc/passwd of the container");
	assert_refused(script(STEP "-v /dev/null:/etc/group -u user:user /bin/true", NULL), 125,
		       "group user: not in /etc/group of the container");
	for (const char *const *device = (const char *const[]){ "zero", "full", "tty", NULL };
	     *device; device++)
		assert_refused(script(STEP "-v /dev/$1:/etc/passwd -u user /bin/true", *device),
			       125, "/etc/passwd in the container is no regular file");
}

/*
 * A sparse file, one without a newline, one with a line that is too long, one with too many lines.
 */
static void huge_files_are_refused(void **state)
{
	static const struct {
		const char *make, *message;
	} cases[] = {
		{ "truncate -s 3G", "has 3221225472 bytes, more than 16777216" },
		{ "truncate -s 2M", "has a line of more than 1048576 bytes" },
		{ "head -c 1048577 /dev/zero | tr '\\0' x >",
		  "has a line of more than 1048576 bytes" },
		{ "yes x:x:1:1:: | head -c 16777217 >", "has 16777217 bytes, more than 16777216" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (const char *const *name = (const char *const[]){ "passwd", "group", NULL };
		     *name; name++) {
			char message[128];

			snprintf(message, sizeof(message), "/etc/%s in the container %s", *name,
				 cases[i].message);
			assert_refused(script(ROOTFS "rm $r/etc/$1; eval \"$2 $r/etc/$1\"\n" STEP
						     "--memory 8m --rootfs $r -u user /bin/true",
					      *name, cases[i].make),
				       125, message);
		}
	}
	/* A file of the largest size is read, and a group may have many members. */
	assert_prints(script(ROOTFS
			     "{ head -c 1048576 /dev/zero | tr '\\0' x; echo; "
			     "echo user:x:77:78::/srv:/bin/sh; } >$r/etc/passwd\n"
			     "{ printf many:x:9:; yes abcdefgh, | head -100000 | tr -d '\\n'; "
			     "echo user; } >$r/etc/group\n" STEP "--rootfs $r -u user " IDS,
			     NULL),
		      "77 77 78 78  9 78 ");
}

static void home_is_the_users_own(void **state)
{
	(void)state;
	assert_prints(script(STEP "-u user /bin/sh -c 'echo $HOME'", NULL), "/home/user\n");
	assert_prints(script(STEP "-u 4711 /bin/sh -c 'echo $HOME'", NULL), "/\n");
	assert_prints(script(STEP "/bin/sh -c 'echo $HOME'", NULL), "/root\n");
	assert_prints(script(STEP "-u user -e HOME=/root /bin/sh -c 'echo $HOME'", NULL),
		      "/root\n");
	assert_prints(script("HOME=/x " STEP "-e HOME -u user /bin/sh -c 'echo $HOME'", NULL),
		      "/x\n");
	assert_prints(script(STEP "-u user -e HOMER=1 /bin/sh -c 'echo $HOME $HOMER'", NULL),
		      "/home/user 1\n");
}

static void the_user_has_no_more_than_his_own_rights(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "chmod 700 $r/root\n" STEP "--rootfs $r -u user /bin/sh -c '"
				    "ls /root 2>/dev/null || echo not /root\n"
				    "cd /; touch here 2>/dev/null || echo not /\n"
				    "cd /tmp; touch t; stat -c %u:%g:%a t; rm t; umask\n"
				    "kill -0 1 && echo PID 1 is mine'",
			     NULL),
		      "not /root\nnot /\n1000:1000:644\n0022\nPID 1 is mine\n");
	assert_refused(script(ROOTFS "chmod 700 $r/bin/probe; chown 0 $r/bin/probe\n" STEP
				     "--rootfs $r -u user /bin/probe ids",
			      NULL),
		       126, "execve /bin/probe: EACCES");
	assert_refused(script(ROOTFS "chmod 700 $r/root\n" STEP
				     "--rootfs $r -u user -w /root /bin/true",
			      NULL),
		       125, "chdir /root: EACCES");
}

static void the_init_is_the_user_as_well(void **state)
{
	(void)state;
	assert_prints(script(STEP "--init -u user /bin/sh -c "
				  "'stat -c %u /proc/1; id -u; grep -h CapPrm /proc/1/status'",
			     NULL),
		      "1000\n1000\nCapPrm:\t0000000000000000\n");
}

static void the_umask_is_the_usual_one(void **state)
{
	(void)state;
	assert_prints(script("umask 077; " STEP "/bin/sh -c umask", NULL), "0022\n");
}

/* The command has lost root's rights, so PR_SET_PDEATHSIG must have been set again. */
static void another_user_does_not_outlive_the_step(void **state)
{
	const char *token = random_name();
	pid_t pid = start("./step-06", "run", "--network", "none", "-u", "user", "/bin/sh", "-c",
			  "sleep 1000; true", token);

	(void)state;
	wait_until(count_processes(token) == 2);
	kill(pid, SIGKILL);
	assert_int_equal(finish(pid), 128 + SIGKILL);
	wait_until(count_processes(token) == 0);
	run("./step-06", "run", "--network", "none", "/bin/true"); /* removes its cgroup */
}

/* config.json has numbers, and the groups beside them. */
static void numbers_are_taken_as_they_are(const char *argument)
{
	gid_t groups[] = { 11, 12 }, got[8];
	struct user user = {
		.uid = 1000, .gid = 5, .groups = groups, .group_count = 2, .umask = 027
	};
	struct command command = { 0 };

	(void)argument;
	check(chroot("rootfs/busybox") == 0 && chdir("/") == 0);
	check(user_resolve(&user) == 0);
	check(user.uid == 1000 && user.gid == 5 && user.group_count == 2);
	check(strcmp(user.home, "/home/user") == 0);
	check(user_set_home(&user, &command) == 0 && !command.environment);
	check(user_become(&user) == 0);
	check(getuid() == 1000 && geteuid() == 1000 && getgid() == 5 && getegid() == 5);
	check(getgroups(8, got) == 2 && got[0] == 11 && got[1] == 12);
	check(umask(0) == 027);
	check(setuid(0) == -1);
}

static void the_structure_can_say_it_in_numbers(void **state)
{
	(void)state;
	in_own_mounts(numbers_are_taken_as_they_are, NULL);
}

static void an_environment_without_home(const char *argument)
{
	struct user user = { .home = strdup("/there") };
	char *variables[] = { strdup("A=1"), NULL };
	struct command command = { .environment = calloc(2, sizeof(char *)) };

	(void)argument;
	command.environment[0] = variables[0];
	check(user_set_home(&user, &command) == 0);
	check(strcmp(command.environment[0], "A=1") == 0);
	check(strcmp(command.environment[1], "HOME=/there") == 0 && !command.environment[2]);
	command.home_asked = true;
	user.home = strdup("/elsewhere");
	check(user_set_home(&user, &command) == 0);
	check(strcmp(command.environment[1], "HOME=/there") == 0);
}

static void home_is_added_where_there_is_none(void **state)
{
	(void)state;
	in_own_mounts(an_environment_without_home, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(without_a_user_it_is_root),
		host_test(users_and_groups_by_name_and_by_number),
		host_test(what_is_not_there_is_refused),
		host_test(names_are_those_of_the_container),
		host_test(broken_lines_are_left_out),
		host_test(without_the_files_numbers_do),
		host_test(hostile_files_do_no_harm),
		host_test(the_null_device_is_an_empty_file),
		host_test(huge_files_are_refused),
		host_test(home_is_the_users_own),
		host_test(the_user_has_no_more_than_his_own_rights),
		host_test(the_init_is_the_user_as_well),
		host_test(the_umask_is_the_usual_one),
		host_test(another_user_does_not_outlive_the_step),
		host_test(the_structure_can_say_it_in_numbers),
		host_test(home_is_added_where_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
