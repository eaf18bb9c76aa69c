/* Step 06 with --userns, as root: root inside is nobody outside. */
#include <signal.h>

#include "test_03.h"

#define RUN  "./step-06", "run", "--network", "none"
#define AUTO RUN, "--userns", "auto"
/* `$run` in a script starts a container without a network. */
#define SCRIPT_RUN "run=\"./step-06 run --network none\"; "
/* A root file system on the file system of the default one. */
#define HERE "export TMPDIR=$PWD/rootfs; " ROOTFS
/* Hides the files that give out IDs: then the default range is used. */
#define NO_SUBUID                                                                                  \
	"for f in /etc/subuid /etc/subgid; do [ ! -e $f ] || mount --bind /dev/null $f; done\n"

/* A root file system of the host's root is shown by an idmapped mount in a user namespace. */
#define need_idmapped_mounts()                                                                     \
	do {                                                                                       \
		if (strstr(run(AUTO, "/bin/true")->err, "MOUNT_ATTR_IDMAP"))                       \
			skip_because("the file system of this directory has no idmapped mounts");  \
	} while (0)

static void root_inside_is_another_outside(void **state)
{
	const char *token = random_name();

	(void)state;
	need_idmapped_mounts();
	assert_prints(script(MINE "$mine '" NO_SUBUID SCRIPT_RUN
				  "$run --userns auto /bin/sh -c \"id -u; id -g; cat "
				  "/proc/self/uid_map /proc/self/gid_map\" | tr -s \" \"'",
			     NULL),
		      "0\n0\n 0 1879048192 65536\n 0 1879048192 65536\n");
	assert_prints(script(SCRIPT_RUN
			     "$run --userns 654321:5 /bin/probe sleep 60 $1 &\n"
			     "until pid=$(pgrep -f \"^/bin/probe sleep 60 $1\"); do :; done\n"
			     "stat -c %u:%g /proc/$pid; kill $!; wait $! || echo $?",
			     token, NULL),
		      "654321:654321\n143\n");
}

static void its_namespaces_are_new(void **state)
{
	(void)state;
	need_idmapped_mounts();
	assert_new_namespaces("cgroup ipc mnt net pid user uts ", AUTO, "/bin/probe", "namespaces");
	assert_new_namespaces("cgroup ipc mnt net pid uts ", RUN, "--userns", "host", "/bin/probe",
			      "namespaces");
	assert_new_namespaces("cgroup ipc mnt net pid uts ", RUN, "/bin/probe", "namespaces");
}

/* The attack succeeds without a user namespace, and fails with one. */
static void roots_files_are_closed_to_it(void **state)
{
	(void)state;
	need_idmapped_mounts();
	assert_prints(script(SCRATCH SCRIPT_RUN
			     "chmod 755 $d; echo secret >$d/f; chmod 600 $d/f\n"
			     "$run -v $d:/mnt /bin/cat /mnt/f\n"
			     "no $run --userns auto -v $d:/mnt /bin/cat /mnt/f 2>/dev/null\n"
			     "no $run --userns auto -v $d:/mnt /bin/touch /mnt/new 2>/dev/null\n"
			     "$run --userns auto -v $d:/mnt /bin/stat -c %u:%g /mnt/f",
			     NULL),
		      "secret\n65534:65534\n");
}

static void its_own_files_are_its_own(void **state)
{
	(void)state;
	need_idmapped_mounts();
	assert_prints(
		script(HERE SCRIPT_RUN
		       "chown 1000:100 $r/home/user\n"
		       "$run --userns auto --rootfs $r /bin/sh -ec 'stat -c %u:%g / /bin/busybox "
		       "/home/user; echo mine >/new; chown 7:8 /new; stat -c %u:%g /new'\n"
		       "stat -c %u:%g $r/new",
		       NULL),
		"0:0\n0:0\n1000:100\n7:8\n7:8\n");
}

/* No idmapped mount is needed, so the root may be on any file system. */
static void a_root_made_for_its_ids_is_shown_as_it_is(void **state)
{
	(void)state;
	assert_prints(
		script(ROOTFS SCRIPT_RUN
		       "chown -hR 654321:654321 $r\n"
		       "$run --userns 654321 --rootfs $r /bin/sh -ec 'stat -c %u:%g /; echo x "
		       ">/new; grep -c idmapped /proc/mounts || :'\n"
		       "stat -c %u:%g $r/new",
		       NULL),
		"0:0\n0\n654321:654321\n");
}

/* `make rootfs` makes such a root for a user: the owner of its directory is root inside. */
static void a_root_of_a_users_is_roots_inside(void **state)
{
	(void)state;
	need_idmapped_mounts();
	assert_prints(
		script(HERE SCRIPT_RUN
		       "chown -hR 1000:1001 $r\n"
		       "for ids in auto 654321:1000; do\n"
		       "$run --userns $ids --rootfs $r /bin/sh -ec 'stat -c %u:%g / /bin/busybox; "
		       "rm "
		       "-f /new; echo mine >/new; chown 7:8 /new; stat -c %u:%g /new; touch "
		       "/tmp/x'\n"
		       "stat -c %u:%g $r/new $r/tmp/x; done\n"
		       "$run --userns auto --rootfs $r --user 1000:1001 /bin/sh -ec 'touch /tmp/y; "
		       "stat -c %u:%g /tmp/y'",
		       NULL),
		"0:0\n0:0\n7:8\n7:8\n1000:1001\n0:0\n0:0\n7:8\n7:8\n1000:1001\n1000:1001\n");
}

static void the_way_to_the_root_may_be_closed_to_it(void **state)
{
	(void)state;
	need_idmapped_mounts();
	assert_prints(script(HERE SCRIPT_RUN
			     "mkdir $d/v; echo in >$d/v/f; chown 1000 $d; chmod 700 $d\n"
			     "$run --userns auto --rootfs $r -v $d/v:/mnt /bin/cat /mnt/f",
			     NULL),
		      "in\n");
}

static void what_has_no_id_inside_cannot_be_had(void **state)
{
	(void)state;
	need_idmapped_mounts();
	assert_prints(
		script(SCRIPT_RUN
		       "$run --userns 654321:10 --tmpfs /tmp /bin/sh -c 'touch /tmp/x; chown 9 "
		       "/tmp/x && stat -c %u /tmp/x; chown 10 /tmp/x 2>/dev/null || echo no'",
		       NULL),
		"9\nno\n");
}

static void devices_do_their_work(void **state)
{
	(void)state;
	need_idmapped_mounts();
	assert_prints(
		script(SCRIPT_RUN "$run --userns auto /bin/sh -ec 'cd /dev; echo x >null\n"
				  "head -c 3 zero | od -An -tx1; head -c 8 random | wc -c\n"
				  "head -c 8 urandom | wc -c; (echo x >full) 2>/dev/null || "
				  "echo full; ls -1'",
		       NULL),
		" 00 00 00\n8\n8\nfull\nfd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\n"
		"stdin\nstdout\ntty\nurandom\nzero\n");
	assert_prints(run(AUTO, "/bin/sh", "-c", "mknod /tmp/x c 1 3 2>&1 | grep -o 'Op.*'"),
		      "Operation not permitted\n");
}

static void devices_that_are_asked_for_are_there(void **state)
{
	(void)state;
	need_idmapped_mounts();
	assert_prints(run(AUTO, "--device", "/dev/kmsg", "/bin/stat", "-c", "%t:%T", "/dev/kmsg"),
		      "1:b\n");
}

/* Lists the mount points except those below /dev, /proc and /sys. */
static void no_mount_of_the_host_is_in_view(void **state)
{
	static const char *const networks[] = { "none", "host", "bridge" };

	(void)state;
	need_idmapped_mounts();
	for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++)
		assert_prints(
			script("./step-06 run --userns auto --network $1 /usr/bin/cut -d ' ' -f 5 "
			       "/proc/self/mountinfo | grep -v '^/dev\\|^/sys/\\|^/proc/' | sort",
			       networks[i], NULL),
			"/\n/etc/hostname\n/etc/hosts\n/etc/resolv.conf\n/proc\n/sys\n");
}

static void the_hosts_sys_is_read_only(void **state)
{
	(void)state;
	need_idmapped_mounts();
	assert_prints(script("./step-06 run --userns auto --network host /bin/sh -c '"
			     "awk \"\\$2 ~ /^\\\\/sys/ && \\$4 !~ /^ro,/\" /proc/mounts; "
			     "test -e /sys/class/net/lo && echo there'",
			     NULL),
		      "there\n");
}

static void it_has_each_kind_of_network(void **state)
{
	(void)state;
	need_idmapped_mounts();
	assert_prints(script("for n in none bridge; do ./step-06 run --userns auto --network $n "
			     "/bin/sh -c 'ip -o addr | grep -c \"inet \"; ping -c 1 -w 5 127.0.0.1 "
			     ">/dev/null && echo up'; done",
			     NULL),
		      "1\nup\n2\nup\n");
}

static void all_else_works_as_without(void **state)
{
	const char *name = random_name();
	char wanted[256];

	(void)state;
	need_idmapped_mounts();
	snprintf(wanted, sizeof(wanted), "%s\n%s\nread-only\n", name, name);
	assert_prints(run(AUTO, "--cap-add", "SYS_ADMIN", "--hostname", name, "--read-only",
			  "--tmpfs", "/tmp:size=1m", "--init", "/bin/sh", "-ec",
			  "hostname; cat /etc/hostname; touch /x 2>/dev/null || echo read-only; "
			  "touch /tmp/x; mount -t tmpfs none /mnt"),
		      wanted);
	assert_prints(run(AUTO, "-t", "/bin/stat", "-c", "%u %g %a", "/dev/pts/0"), "0 5 620\r\n");
	assert_prints(
		run(AUTO, "--memory", "64m", "/usr/bin/cut", "-d:", "-f", "3", "/proc/1/cgroup"),
		run("sh", "-c", "sed s:.*:/: /proc/1/cgroup")->out);
}

/* Root of the container could not have made this node, so it may not use it. */
static void a_device_in_the_root_is_none(void **state)
{
	(void)state;
	need_idmapped_mounts();
	for (int own_users = 0; own_users <= 1; own_users++)
		assert_prints(script(HERE SCRIPT_RUN
				     "mknod $r/device c 1 5; chmod 600 $r/device\n"
				     "$run $1 --rootfs $r /bin/sh -c 'stat -c %u /device; "
				     "head -c 1 /device | wc -c' 2>/dev/null",
				     own_users ? "--userns=auto" : "--userns=host", NULL),
			      own_users ? "0\n0\n" : "0\n1\n");
}

static void ids_are_those_that_were_given(void **state)
{
	(void)state;
	need_idmapped_mounts();
	assert_prints(
		script(SCRATCH MINE
		       "echo someone:100000:65536 >$d/ids\n"
		       "for i in -1:10 5:-1 4294967295:1 0:0 +5:1 0x5:1 5 5:1:1 "
		       "a:1; do echo root:$i >>$d/ids; done; echo root:300000:10 >>$d/ids\n"
		       "touch /etc/subuid /etc/subgid\n"
		       "$mine 'for f in /etc/subuid /etc/subgid; do mount --bind $0/ids $f; done\n"
		       "./step-06 run --network none --userns auto /bin/cat /proc/self/uid_map | "
		       "tr -s \" \"' $d",
		       NULL),
		" 0 300000 10\n");
}

static void what_is_no_range_is_refused(void **state)
{
	static const char *const wrong[] = { "",
					     "x",
					     "-1",
					     "1:",
					     ":1",
					     "1:0",
					     "1:2:3",
					     "4294967295",
					     "1:4294967295",
					     "0x10",
					     " 1",
					     "1 ",
					     "auto:1",
					     "99999999999999999999",
					     "00000000000000000000000000000000000000000000000001" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_refused(run(RUN, "--userns", wrong[i], "/bin/true"), 125,
			       "must be auto, host or UID[:SIZE]");
	need_idmapped_mounts();
	assert_int_equal(run(RUN, "--userns", "4294967294:1", "/bin/true")->status, 0);
}

static void a_file_system_without_idmapped_mounts_is_told(void **state)
{
	(void)state;
	assert_refused(
		script(ROOTFS MINE
		       "mkdir $d/u $d/w $d/m; $mine 'mount -t overlay none -o lowerdir=$0/r,"
		       "upperdir=$0/u,workdir=$0/w $0/m\n"
		       "./step-06 run --network none --userns auto --rootfs $0/m /bin/true' $d",
		       NULL),
		125, "; this file system has no idmapped mounts; ext4, xfs and btrfs do");
}

static void a_chroot_has_no_user_namespaces(void **state)
{
	(void)state;
	assert_refused(script(SCRATCH MINE
			      "mkdir $d/t; $mine 'mount --rbind / $0/t; here=$PWD\n"
			      "exec chroot $0/t sh -c \"cd $here && "
			      "exec ./step-06 run --network none --userns auto /bin/true\"' $d",
			      NULL),
		       125, "EPERM Operation not permitted; user namespaces are switched off");
}

static void it_dies_with_the_step(void **state)
{
	(void)state;
	need_idmapped_mounts();
	kill_at_random_moments(SIGKILL, AUTO, "/bin/probe", "sleep", "60", random_name());
	kill_at_random_moments(SIGTERM, AUTO, "/bin/probe", "sleep", "60", random_name());
	/* The killed steps may all have ended too early to remove what another has left. */
	assert_success(run(AUTO, "/bin/true"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(root_inside_is_another_outside),
		host_test(its_namespaces_are_new),
		host_test(roots_files_are_closed_to_it),
		host_test(its_own_files_are_its_own),
		host_test(a_root_made_for_its_ids_is_shown_as_it_is),
		host_test(a_root_of_a_users_is_roots_inside),
		host_test(the_way_to_the_root_may_be_closed_to_it),
		host_test(what_has_no_id_inside_cannot_be_had),
		host_test(devices_do_their_work),
		host_test(devices_that_are_asked_for_are_there),
		host_test(no_mount_of_the_host_is_in_view),
		host_test(the_hosts_sys_is_read_only),
		host_test(it_has_each_kind_of_network),
		host_test(all_else_works_as_without),
		host_test(a_device_in_the_root_is_none),
		host_test(ids_are_those_that_were_given),
		host_test(what_is_no_range_is_refused),
		host_test(a_file_system_without_idmapped_mounts_is_told),
		host_test(a_chroot_has_no_user_namespaces),
		host_test(it_dies_with_the_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
