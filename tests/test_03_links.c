/*
 * Mount points whose path would lead out of the root file system, by ".." or by links: the mounts
 * are made inside, and nothing of the host changes. In each script, $d/out is such a place outside.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>

#include "cleanup.h"
#include "file.h"
#include "test_03.h"

#define OUT ROOTFS "mkdir $d/out $d/v; : >$d/out/theirs; echo $1 >$d/v/f; cd $r; "

/*
 * Mounts the volume $d/v at $2. Inside, its file must be found below $3; nothing may appear in
 * $d/out.
 */
#define STAYS                                                                                      \
	"cd $OLDPWD; ./step-03 --rootfs $r -v $d/v:$2 sh -ec 'test $(cat $0/f) = $1' $3 $1\n"      \
	"ls $d/out"

static void assert_stays(const struct result *result)
{
	assert_prints(result, "theirs\n");
}

static void dots_end_at_the_new_root(void **state)
{
	(void)state;
	assert_stays(script(OUT STAYS, random_name(), "/../../../../../../../../mnt", "/mnt"));
	assert_stays(script(OUT STAYS, random_name(), "/mnt/../../../../../../new", "/new"));
	assert_stays(script(OUT STAYS, random_name(), "/a/../b/../../../../../c/d", "/c/d"));
}

static void an_absolute_link_begins_at_the_new_root(void **state)
{
	(void)state;
	assert_stays(script(OUT
			    "mkdir -p $r$d/out; ln -s $d/out evil; set -- $1 /evil $d/out;" STAYS,
			    random_name()));
	assert_stays(script(OUT "ln -s /etc evil;" STAYS, random_name(), "/evil", "/etc"));
}

static void a_link_of_many_dots_ends_at_the_new_root(void **state)
{
	(void)state;
	assert_stays(script(OUT "mkdir -p $r$d/out; ln -s ../../../../../../../../..$d/out evil\n"
				"set -- $1 /evil $d/out;" STAYS,
			    random_name()));
}

static void a_link_in_the_middle_of_the_path_stays_inside(void **state)
{
	(void)state;
	assert_stays(script(OUT "mkdir -p $r$d/out; ln -s $d mnt/evil\n"
				"set -- $1 /mnt/evil/out/new $d/out/new;" STAYS,
			    random_name()));
	assert_stays(script(OUT "ln -s ../../.. mnt/evil;" STAYS, random_name(), "/mnt/evil/etc",
			    "/etc"));
}

static void a_link_that_leads_nowhere_is_completed_inside(void **state)
{
	(void)state;
	/* On the host this link leads to an existing directory. */
	assert_stays(script(OUT "ln -s $d/out evil; set -- $1 /evil $d/out;" STAYS, random_name()));
	assert_stays(script(OUT "ln -s $d/out evil; set -- $1 /evil/new $d/out/new;" STAYS,
			    random_name()));
	assert_stays(script(OUT "ln -s two one; ln -s three/four two;" STAYS, random_name(),
			    "/one/five", "/three/four/five"));
}

static void a_file_behind_such_a_link_is_made_inside(void **state)
{
	(void)state;
	assert_prints(script(OUT "ln -s ../../../../../../../../$d/out/f etc/evil; cd $OLDPWD\n"
				 "./step-03 --rootfs $r -v $d/v/f:/etc/evil grep -c $1 $d/out/f\n"
				 "ls $d/out; stat -c '%s %a' $r$d/out/f",
			     random_name()),
		      "1\ntheirs\n0 644\n");
}

static void links_in_a_circle_are_told(void **state)
{
	(void)state;
	assert_refused(script(OUT "ln -s b a; ln -s a b; cd $OLDPWD\n"
				  "./step-03 --rootfs $r -v $d/v:/a true",
			      random_name()),
		       125, "openat2 /a in the root file system: ELOOP");
	assert_refused(script(OUT "ln -s missing/../a a; cd $OLDPWD\n"
				  "./step-03 --rootfs $r -v $d/v:/a/b true",
			      random_name()),
		       125,
		       "ELOOP Too many levels of symbolic links; a symbolic link leads in a "
		       "circle, or into /proc");
}

static void the_links_of_proc_are_not_followed(void **state)
{
	(void)state;
	assert_refused(script(OUT
			      "cd $OLDPWD; ./step-03 --rootfs $r -v $d/v:/proc/self/root/mnt true",
			      random_name()),
		       125, "or into /proc");
	assert_refused(script(OUT "ln -s proc/self/cwd evil; cd $OLDPWD\n"
				  "./step-03 --rootfs $r -v $d/v:/evil/mnt true",
			      random_name()),
		       125, "or into /proc");
	assert_refused(script(OUT "cd $OLDPWD\n"
				  "./step-03 --rootfs $r -v $d/v:/dev/fd/0 true <$d/out",
			      random_name()),
		       125, "openat2 /dev/fd/0 in the root file system: ELOOP");
}

static void a_tmpfs_behind_a_link_lies_inside(void **state)
{
	(void)state;
	assert_prints(script(OUT
			     "ln -s $d/out evil; cd $OLDPWD\n"
			     "./step-03 --rootfs $r --tmpfs /evil sh -c ': >$0/new; ls $0' $d/out\n"
			     "ls $d/out",
			     random_name()),
		      "new\ntheirs\n");
}

static void proc_dev_and_sys_behind_links_lie_inside(void **state)
{
	(void)state;
	assert_prints(script(OUT "rmdir proc dev sys; ln -s $d/out/proc proc\n"
				 "ln -s ../../../../../../..$d/out/dev dev; ln -s /etc/sys sys\n"
				 "cd $OLDPWD; ./step-03 --rootfs $r sh -ec 'echo text >/dev/null\n"
				 "test $(cat /proc/1/comm) = sh; test -d /sys/kernel'; ls $d/out",
			     random_name()),
		      "theirs\n");
}

static void a_file_in_the_middle_of_the_path_is_told(void **state)
{
	(void)state;
	assert_refused(script(OUT "cd $OLDPWD; ./step-03 --rootfs $r -v $d/v:/etc/passwd/x true",
			      random_name()),
		       125, "openat2 /etc/passwd/x in the root file system: ENOTDIR");
}

/* Renames one file again and again, until the test ends. */
static _Noreturn void rename_all_the_time(const char *directory)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (chdir(directory) == 0 && rename("one", "other") == 0 && rename("other", "one") == 0)
		;
	_exit(1);
}

static void renames_elsewhere_do_not_disturb_a_path_with_dots(void **state)
{
	char directory[] = "/tmp/links-XXXXXX", path[64];
	autofd int root = -1;
	int failures = 0;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/one", directory);
	assert_int_equal(close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)), 0);
	root = file_open_directory("rootfs/busybox");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		rename_all_the_time(directory);
	/* The kernel refuses some of these calls with EAGAIN: openat2(2). */
	for (int i = 0; i < 5000; i++) {
		autofd int fd = file_open_in_root(root, "etc/../usr/../var/../etc", O_PATH);

		failures += fd < 0;
	}
	kill(pid, SIGKILL);
	assert_int_equal(finish(pid), 128 + SIGKILL);
	assert_success(run("rm", "-r", directory));
	assert_int_equal(failures, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(dots_end_at_the_new_root),
		host_test(an_absolute_link_begins_at_the_new_root),
		host_test(a_link_of_many_dots_ends_at_the_new_root),
		host_test(a_link_in_the_middle_of_the_path_stays_inside),
		host_test(a_link_that_leads_nowhere_is_completed_inside),
		host_test(a_file_behind_such_a_link_is_made_inside),
		host_test(links_in_a_circle_are_told),
		host_test(the_links_of_proc_are_not_followed),
		host_test(a_tmpfs_behind_a_link_lies_inside),
		host_test(proc_dev_and_sys_behind_links_lie_inside),
		host_test(a_file_in_the_middle_of_the_path_is_told),
		host_test(renames_elsewhere_do_not_disturb_a_path_with_dots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
