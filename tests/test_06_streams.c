/* Chapter 6's module console: the owner of the standard streams that a container inherits. */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "test_06_oci.h"

/* A command that opens all three streams anew. */
#define OPEN_ALL                                                                                   \
	"args sh -c 'cat /dev/stdin; echo out >/dev/stdout; echo err >/dev/stderr'\n"              \
	"config '.process.user = {uid: 1, gid: 2}'\n"

#define USERS "config '" USERS_OF_ITS_OWN "'; chmod 755 $d\n"

static void pipes_are_the_users(void **state)
{
	static const char *const variants[] = { "", USERS };

	(void)state;
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		assert_prints(oci_script(OPEN_ALL
					 "eval \"$2\"\n"
					 "echo in | oci run $id 2>&1 | cat\n"
					 "jq '.process' config.json >p.json\n"
					 "args sleep 1000; oci run -d $id >/dev/null 2>&1\n"
					 "echo in | oci exec --process p.json $id 2>&1 | cat\n",
					 variants[i]),
			      "in\nout\nerr\nin\nout\nerr\n");
	assert_prints(script("for users in host auto; do echo in | ./step-06 run --network none "
			     "--userns $users -i -u daemon /bin/sh -c 'cat /dev/stdin; "
			     "echo out >/dev/stdout; echo err >/dev/stderr' 2>&1 | cat; done",
			     NULL),
		      "in\nout\nerr\nin\nout\nerr\n");
}

/* Files, named pipes, devices and sockets have names, by which others can open them. */
static void what_others_can_open_stays_as_it_is(void **state)
{
	static const char *const variants[] = { "", USERS };

	(void)state;
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		assert_prints(
			oci_script(OPEN_ALL
				   "eval \"$2\"\n"
				   "owners() { stat -c '%u:%g %a' /dev/null /dev/zero /dev/full "
				   "file fifo; }\n"
				   "touch file; mkfifo fifo; exec 8<>fifo; owners >before\n"
				   "args true\n"
				   "oci run $id </dev/null >/dev/null 2>&1\n"
				   "oci run $id </dev/zero >/dev/full 2>/dev/zero\n"
				   "oci run $id <file >file 2>>file\n"
				   "oci run $id <&8 >&8 2>&8\n"
				   "oci run $id <&- >&- 2>&-\n"
				   "args sleep 1000; oci run -d $id </dev/null >/dev/null 2>&1\n"
				   "oci exec --user 5 $id true </dev/null >/dev/null 2>file\n"
				   "owners | cmp - before\n",
				   variants[i]),
			"");
}

/*
 * Runs the runtime with `slave` as its three streams, in a session of its own; with
 * `is_controlling` it is the session's controlling terminal as well.
 */
static void run_on_terminal(const char *bundle, int slave, bool is_controlling)
{
	char path[64];
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		setsid();
		if (is_controlling && ioctl(slave, TIOCSCTTY, 0) < 0)
			_exit(99);
		for (int fd = 0; fd <= 2; fd++)
			dup2(slave, fd);
		snprintf(path, sizeof(path), "%s/run", bundle);
		execl("./step-06-oci", "step-06-oci", "--root", path, "run", "--bundle", bundle,
		      random_name(), NULL);
		_exit(98);
	}
	assert_int_equal(finish(pid), 0);
}

/* Returns the owner of a new terminal after a container of user 1 has had it. */
static uid_t owner_after(const char *bundle, bool is_controlling, uid_t before)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;
	struct stat status;

	assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(slave >= 0 && fchown(slave, before, (gid_t)-1) == 0);
	run_on_terminal(bundle, slave, is_controlling);
	assert_int_equal(fstat(slave, &status), 0);
	close(slave);
	close(master);
	return status.st_uid;
}

static void a_terminal_is_the_users_unless_somebody_sits_at_it(void **state)
{
	char *bundle = strdup(
		script("d=$(mktemp -d); ./step-06-oci spec --bundle $d; cp -ax rootfs/busybox "
		       "$d/rootfs\n"
		       "jq '.process |= (.terminal = false | .args = [\"true\"] | .user.uid = 1)' "
		       "$d/config.json >$d/new; mv $d/new $d/config.json; printf %s $d",
		       NULL)
			->out);
	uid_t engines = owner_after(bundle, false, 0), sessions = owner_after(bundle, true, 0),
	      users = owner_after(bundle, false, 1234);

	(void)state;
	assert_success(run("rm", "-rf", "--one-file-system", bundle));
	free(bundle);
	assert_int_equal(engines, 1);
	assert_int_equal(sessions, 0);
	assert_int_equal(users, 1234);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(pipes_are_the_users),
		host_test(what_others_can_open_stays_as_it_is),
		host_test(a_terminal_is_the_users_unless_somebody_sits_at_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
