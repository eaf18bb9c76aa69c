/* Step 06 without root: what works, and the one-line messages for what does not. */
#include <signal.h>

#include "pty.h"
#include "test_06_rootless.h"

#define RUN USER, "./step-06", "run"
/* A script that begins with MY_ROOTFS has a root file system $r that belongs to the user. */
#define MY_ROOTFS ROOTFS IN_USER "chown -hR 54321:54322 $d; "

static void a_user_becomes_root_inside(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_prints(script(IN_USER "$as ./step-06 run /bin/sh -c 'id -u; id -g; cat "
				     "/proc/self/uid_map /proc/self/gid_map; echo $$' | tr -s ' '",
			     NULL),
		      "0\n0\n 0 54321 1\n 0 54322 1\n1\n");
}

static void its_namespaces_are_new(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_new_namespaces("cgroup ipc mnt net pid user uts ", RUN, "/bin/probe", "namespaces");
	assert_new_namespaces("cgroup ipc mnt pid user uts ", RUN, "--network", "host",
			      "/bin/probe", "namespaces");
}

static void what_needs_no_root_works(void **state)
{
	const char *name = random_name();
	char wanted[256];

	(void)state;
	need_user_namespaces();
	snprintf(wanted, sizeof(wanted), "%s\n%s\nup\nread-only\nno device\n", name, name);
	assert_prints(run(RUN, "--cap-add", "SYS_ADMIN", "--hostname", name, "--tmpfs",
			  "/tmp:size=1m", "--read-only", "--init", "/bin/sh", "-ec",
			  "hostname; cat /etc/hostname; ping -c 1 127.0.0.1 >/dev/null && echo up\n"
			  "touch /x 2>/dev/null || echo read-only; touch /tmp/x\n"
			  "mknod /tmp/n c 1 3 2>/dev/null || echo no device\n"
			  "echo x >/dev/null; mount -t tmpfs none /mnt; test -d /sys/kernel"),
		      wanted);
}

static void his_files_are_roots_inside(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_prints(
		script(MY_ROOTFS
		       "mkdir $d/v; echo mine >$d/v/f; chown -R 54321:54322 $d/v; chmod 700 $d\n"
		       "$as ./step-06 run --rootfs $r -v $d/v:/mnt /bin/sh -ec 'stat -c %u:%g / "
		       "/mnt/f; cat /mnt/f; echo new >/mnt/new'\n"
		       "stat -c %u:%g $d/v/new",
		       NULL),
		"0:0\n0:0\nmine\n54321:54322\n");
}

static void others_files_stay_others(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_prints(script(SCRATCH IN_USER
			     "chmod 755 $d; echo secret >$d/f; chmod 600 $d/f\n"
			     "no $as ./step-06 run -v $d:/mnt /bin/cat /mnt/f 2>/dev/null\n"
			     "$as ./step-06 run -v $d:/mnt /bin/stat -c %u:%g /mnt/f",
			     NULL),
		      "65534:65534\n");
}

static void he_has_a_terminal(void **state)
{
	struct pty pty;

	(void)state;
	need_user_namespaces();
	pty_start(&pty, (const char *const[]){ RUN, "-ti", "/bin/sh", NULL });
	pty_expect(&pty, "# ");
	pty_type(&pty, "tty; probe tty; exit 3\n");
	pty_expect(&pty,
		   "/dev/pts/0\r\nstdin yes\r\nstdout yes\r\nstderr yes\r\ncontrolling yes\r\n"
		   "foreground yes\r\nrows 24\r\ncolumns 80\r\n");
	assert_int_equal(pty_finish(&pty), 3);
}

static void the_hosts_network_can_be_used(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_prints(script(IN_USER "diff /proc/net/dev - >/dev/null <<END && echo same\n"
				     "$($as ./step-06 run --network host /bin/cat /proc/net/dev)\n"
				     "END",
			     NULL),
		      "same\n");
	assert_int_equal(run(RUN, "--network", "host", "/bin/touch", "/sys/kernel/x")->status, 1);
}

static void what_needs_root_is_told(void **state)
{
	(void)state;
	assert_refused(run(RUN, "--network", "bridge", "/bin/true"), 125,
		       "EACCES Permission denied; a bridge needs root: use sudo; step 06 "
		       "runs without, with --network none");
	assert_refused(run(RUN, "--userns", "host", "/bin/true"), 125,
		       "EPERM Operation not permitted; new namespaces need root: use sudo");
	need_user_namespaces();
	assert_refused(run(RUN, "--memory", "64m", "/bin/true"), 125,
		       "step-06: memory: no cgroup hierarchy here");
	assert_refused(run(RUN, "--hostname", "x", "--tmpfs", "/tmp:uid=7", "/bin/true"), 125,
		       "step-06: fsconfig tmpfs uid");
}

static void he_may_have_more_ids(void **state)
{
	(void)state;
	need_user_namespaces();
	if (run("test", "-u", "/usr/bin/newuidmap")->status != 0)
		skip_because("newuidmap (package uidmap) is not installed");
	assert_prints(
		script(SCRATCH IN_USER MINE IDS
		       "export as; chmod 755 $d\n"
		       "$mine \"$cover\"'\n"
		       "$as ./step-06 run --tmpfs /tmp /bin/sh -ec \"cat /proc/self/uid_map; "
		       "touch /tmp/x; chown 1000 /tmp/x; stat -c %u:%g /dev/pts/ptmx /tmp/x\"' "
		       "$d | tr -s ' '",
		       NULL),
		" 0 54321 1\n 1 200000 1000\n0:0\n1000:0\n");
	assert_refused(run(RUN, "--userns", "5000:10", "/bin/true"), 125,
		       "step-06: newuidmap: Cannot determine your user name.");
}

/*
 * Ranges by name and by number. A range that is given twice counts once; one that is invalid does
 * not count.
 */
static void all_ranges_of_his_are_his(void **state)
{
	(void)state;
	need_user_namespaces();
	if (run("test", "-u", "/usr/bin/newuidmap")->status != 0)
		skip_because("newuidmap (package uidmap) is not installed");
	assert_prints(
		script(SCRATCH IN_USER MINE IDS
		       "export as; chmod 755 $d\n"
		       "printf '%s\\n' other:700000:9 54321:300000:5 54321:200500:1000 "
		       "tester:54321:1 "
		       "tester:-5:3 tester:9:x tester:400000:2 tester:400000:2 >>$d/ids\n"
		       "$mine \"$cover\"'\n"
		       "$as ./step-06 run /bin/cat /proc/self/uid_map /proc/self/gid_map' $d | "
		       "tr -s ' '",
		       NULL),
		" 0 54321 1\n 1 200000 1000\n 1001 300000 5\n 1006 201000 500\n 1506 400000 2\n"
		" 0 54322 1\n 1 200000 1000\n 1001 300000 5\n 1006 201000 500\n 1506 54321 1\n"
		" 1507 400000 2\n");
}

/* newuidmap was installed with the right to write a map, and has lost it. */
static void why_newuidmap_cannot_is_told(void **state)
{
	static const struct {
		const char *cover, *reason;
	} cases[] = {
		{ "mount --bind $p $p; mount -o remount,bind,nosuid $p",
		  "it is on a nosuid mount, so it has no rights" },
		{ "as=\"$as --no-new-privs\"", "no_new_privs is set here, so it has no rights" },
		{ "cp $p $0/n; chmod 755 $0/n; mount --bind $0/n $p",
		  "it is neither set-user-ID nor has capabilities: reinstall the package uidmap" },
	};

	(void)state;
	need_user_namespaces();
	if (run("test", "-u", "/usr/bin/newuidmap")->status != 0)
		skip_because("newuidmap (package uidmap) is not installed");
	assert_refused(
		script(SCRATCH IN_USER MINE IDS
		       "export as; chmod 755 $d\n"
		       "$mine \"$cover\"'\nexec $as ./step-06 run --userns 5000:10 /bin/true' $d",
		       NULL),
		125, "not allowed; subuid(5) tells how to allow it");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_refused(script(SCRATCH IN_USER MINE IDS
				      "export as; chmod 755 $d\n"
				      "$mine \"$cover\"\"\np=/usr/bin/newuidmap; $1\n\"'\n"
				      "exec $as ./step-06 run /bin/true' $d",
				      cases[i].cover, NULL),
			       125, cases[i].reason);
}

static void without_newuidmap_he_is_told_to_install_it(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_refused(script(SCRATCH IN_USER MINE
			      "export as\n"
			      "$mine 'test ! -e /usr/bin/newuidmap || "
			      "{ mkdir -p $0/o $0/w; mount -t overlay none -o "
			      "lowerdir=/usr/bin,upperdir=$0/o,workdir=$0/w /usr/bin; "
			      "rm -f /usr/bin/newuidmap; }\n"
			      "$as ./step-06 run --userns 5000:10 /bin/true' $d",
			      NULL),
		       125,
		       "ENOENT No such file or directory; to have more than one user needs root");
	if (run("test", "-u", "/usr/bin/newgidmap")->status != 0)
		return;
	assert_refused(script(SCRATCH IN_USER MINE IDS
			      "export as; chmod 755 $d\n"
			      "$mine \"$cover\"'\nmkdir -p $0/o $0/w; mount -t overlay none -o "
			      "lowerdir=/usr/bin,upperdir=$0/o,workdir=$0/w /usr/bin; "
			      "rm -f /usr/bin/newgidmap\n"
			      "$as ./step-06 run --userns 200000:10 /bin/true' $d",
			      NULL),
		       125, "to have more than one group needs root, or the package uidmap");
}

static void it_dies_with_the_step(void **state)
{
	(void)state;
	need_user_namespaces();
	kill_at_random_moments(SIGKILL, RUN, "/bin/probe", "sleep", "60", random_name());
	kill_at_random_moments(SIGTERM, RUN, "/bin/probe", "sleep", "60", random_name());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_user_becomes_root_inside),
		host_test(its_namespaces_are_new),
		host_test(what_needs_no_root_works),
		host_test(his_files_are_roots_inside),
		host_test(others_files_stay_others),
		host_test(he_has_a_terminal),
		host_test(the_hosts_network_can_be_used),
		host_test(what_needs_root_is_told),
		host_test(he_may_have_more_ids),
		host_test(all_ranges_of_his_are_his),
		host_test(why_newuidmap_cannot_is_told),
		host_test(without_newuidmap_he_is_told_to_install_it),
		host_test(it_dies_with_the_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
