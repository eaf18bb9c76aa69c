/*
 * common/hints.c: each errno that this machine can produce, with its hint. The hints of execve are
 * in test_00_command.c, the hints of openat2, mkdirat and mknodat in test_00_file.c; chapter 3
 * tests its own.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "command.h"
#include "fail.h"
#include "harness.h"
#include "mount.h"
#include "uts.h"

enum { WRONG = 99, NOBODY = 65534 };

/* A directory that every user may read, with copies of the steps. */
static char top[64];

static int copy_steps(void **state)
{
	(void)state;
	snprintf(top, sizeof(top), "/tmp/%s", random_name());
	return run("install", "-D", "-m", "755", "-t", top, "step-01", "step-02", "build/probe")
		->status;
}

static int remove_steps(void **state)
{
	(void)state;
	return run("rm", "-r", top)->status;
}

/*
 * Runs a script in that directory. The leak checker of SANITIZE=1 is off: it needs threads, which
 * are denied here.
 */
static const struct result *run_there(const char *script)
{
	static char whole[1024];

	snprintf(whole, sizeof(whole), "export ASAN_OPTIONS=detect_leaks=0; cd %s && %s", top,
		 script);
	return run_shell(whole);
}

static void clone3_needs_root(void **state)
{
	(void)state;
	assert_refused(run_there("setpriv --reuid=65534 --clear-groups ./step-01 ./probe exit 0"),
		       125, "EPERM Operation not permitted; new namespaces need root: use sudo");
}

/* A new user namespace has its own values in /proc/sys/user. */
static void namespaces_have_a_limit(void **state)
{
	const struct result *result = run_there(
		"unshare --user --map-root-user sh -c "
		"'echo 0 >/proc/sys/user/max_uts_namespaces && ./step-01 ./probe exit 0'");

	(void)state;
	assert_refused(result, 125,
		       "clone3 CLONE_NEWUTS: ENOSPC No space left on device; "
		       "the limit in /proc/sys/user/max_*_namespaces is reached");
}

/* The limit holds for root of a user namespace; the host's root has none. */
static void processes_have_a_limit(void **state)
{
	const struct result *result;

	(void)state;
	if (run("setpriv", "--reuid=65534", "--clear-groups", "unshare", "--user", "true")->status)
		skip_because("only root may make user namespaces here");
	result = run_there("setpriv --reuid=65534 --clear-groups unshare --user --map-root-user "
			   "prlimit --nproc=1 ./step-01 ./probe exit 0");
	assert_refused(result, 125,
		       "clone3 CLONE_NEWUTS: EAGAIN Resource temporarily unavailable; "
		       "the limit of processes is reached (ulimit -u, pids cgroup)");
}

/* Makes `call` fail with ENOSYS in this process, as the filter of an old container engine does. */
static bool hide(unsigned int call)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 4, .filter = filter };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static int hide_clone3(void)
{
	if (!hide(SYS_clone3))
		return WRONG;
	return strcmp(run("./step-01", "true")->err,
		      "step-01: clone3 CLONE_NEWUTS: ENOSYS Function not implemented; Linux 5.3 or "
		      "later is needed, or a seccomp filter hides the call\n")
		? WRONG
		: 0;
}

static int hide_openat2(void)
{
	if (!hide(SYS_openat2))
		return WRONG;
	return strcmp(run("./step-02", "true")->err,
		      "step-02: openat2 /proc in the root file system: ENOSYS Function not "
		      "implemented; Linux 5.6 or later is needed, or a seccomp filter hides the "
		      "call\n")
		? WRONG
		: 0;
}

static void a_seccomp_filter_may_hide_calls(void **state)
{
	(void)state;
	assert_int_equal(run_function(hide_clone3), 0);
	assert_int_equal(run_function(hide_openat2), 0);
}

/* Another user, who has more rights, has covered parts of /proc, as in most containers. */
static void a_covered_proc_cannot_be_mounted_anew(void **state)
{
	const struct result *result =
		run_there("unshare --mount sh -c 'mount -t tmpfs none /proc/sys/kernel && "
			  "unshare --user --map-root-user ./step-02 ./probe exit 0'");

	(void)state;
	assert_refused(result, 125,
		       "fsmount proc: EPERM Operation not permitted; in a user namespace, /proc "
		       "and /sys can be mounted only while old ones with nothing hidden are in "
		       "view (mount too revealing)");
}

static void a_chroots_root_is_no_mount(void **state)
{
	const struct result *result = run_there(
		"mkdir -p r/usr r/dev r/proc && cp step-02 r && "
		"for d in bin lib lib64; do ln -s usr/$d r/$d; done && "
		"unshare --mount sh -c 'mount --bind /usr r/usr && mount --bind /dev r/dev && "
		"mount --rbind /proc r/proc && "
		"exec chroot r /step-02 true'");

	(void)state;
	assert_refused(result, 125,
		       "step-02: mount / MS_REC|MS_PRIVATE: EINVAL Invalid argument; "
		       "inside a chroot \"/\" is no mount point");
}

/* Returns 0 if the kept failure begins with `text`. */
static int is_kept(const char *text)
{
	return strncmp(fail_get()->text, text, strlen(text)) == 0 ? 0 : WRONG;
}

static int go_nowhere(void)
{
	static char name[] = "true";
	char *argv[] = { name, NULL };
	const struct command command = { .argv = argv, .workdir = "/none" };

	command_exec(&command);
	return is_kept("chdir /none: ENOENT No such file or directory; the directory must exist in "
		       "the container");
}

static int mount_as_nobody(void)
{
	if (setresuid(NOBODY, NOBODY, NOBODY) < 0 || mount_create("tmpfs", 0, NULL) != -1)
		return WRONG;
	return is_kept(
		"fsopen tmpfs: EPERM Operation not permitted; mounting needs root: use sudo");
}

static int mount_nonsense(void)
{
	if (mount_create("nonsensefs", 0, NULL) != -1)
		return WRONG;
	return is_kept(
		"fsopen nonsensefs: ENODEV No such device; this kernel was built without that "
		"file system");
}

static int name_as_nobody(void)
{
	const struct uts uts = { .hostname = "never" };

	if (unshare(CLONE_NEWUTS) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0 ||
	    uts_set(&uts) != -1)
		return WRONG;
	return is_kept("sethostname never: EPERM Operation not permitted; needs root: use sudo");
}

static void calls_of_the_modules_have_hints(void **state)
{
	(void)state;
	assert_int_equal(run_function(go_nowhere), 0);
	assert_int_equal(run_function(mount_as_nobody), 0);
	assert_int_equal(run_function(mount_nonsense), 0);
	assert_int_equal(run_function(name_as_nobody), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(clone3_needs_root),
		host_test(namespaces_have_a_limit),
		host_test(processes_have_a_limit),
		host_test(a_seccomp_filter_may_hide_calls),
		host_test(a_covered_proc_cannot_be_mounted_anew),
		host_test(a_chroots_root_is_no_mount),
		host_test(calls_of_the_modules_have_hints),
	};

	return cmocka_run_group_tests(tests, copy_steps, remove_steps);
}
