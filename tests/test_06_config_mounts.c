/* config.json's mounts, as a container has them. */
#include "test_06_oci.h"

/* Adds a mount: `add DESTINATION TYPE SOURCE [OPTION...]`. */
#define ADD                                                                                        \
	"add() { to=$1 type=$2 from=$3; shift 3\n"                                                 \
	"  config --arg to $to --arg type $type --arg from $from '.mounts += [{destination: $to, " \
	"type: $type, source: $from, options: $ARGS.positional}]' --args \"$@\"; }\n"              \
	"inside() { args sh -c \"$1\"; oci run $id; }\n"

static void each_option_of_a_mount_is_set(void **state)
{
	(void)state;
	assert_prints(
		oci_script(ADD
			   "for i in ro rw nosuid nodev noexec noatime strictatime nodiratime "
			   "nosymfollow rnosuid rro defaults; do add /m/$i tmpfs tmpfs $i; done\n"
			   "add /m/later tmpfs tmpfs ro nosuid rw noatime relatime dev\n"
			   "inside \"awk '\\$5 ~ /^.m./ { print \\$5, \\$6 }' "
			   "/proc/self/mountinfo\"\n"),
		"/m/ro ro,relatime\n/m/rw rw,relatime\n/m/nosuid rw,nosuid,relatime\n"
		"/m/nodev rw,nodev,relatime\n/m/noexec rw,noexec,relatime\n/m/noatime rw,noatime\n"
		"/m/strictatime rw\n/m/nodiratime rw,nodiratime,relatime\n"
		"/m/nosymfollow rw,relatime,nosymfollow\n/m/rnosuid rw,nosuid,relatime\n"
		"/m/rro ro,relatime\n/m/defaults rw,relatime\n/m/later rw,nosuid,relatime\n");
}

static void options_of_the_file_system(void **state)
{
	(void)state;
	assert_prints(
		oci_script(ADD "add /mnt tmpfs tmpfs size=64k mode=1750 sync uid=7\n"
			       "inside 'stat -c \"%a %u\" /mnt; df -k /mnt | tail -1 | "
			       "tr -s \" \" | cut -d \" \" -f 2; grep -o rw,sync /proc/mounts'\n"),
		"1750 7\n64\nrw,sync\n");
	assert_contains(oci_script(ADD "add /mnt tmpfs tmpfs size=much; no oci run $id\n")->err,
			"fsconfig tmpfs size (tmpfs: Bad value for 'size')");
	assert_contains(oci_script(ADD "add /mnt tmpfs tmpfs iversion; no oci run $id\n")->err,
			"fsconfig tmpfs iversion");
	assert_contains(oci_script(ADD "add /mnt nofs nofs; no oci run $id\n")->err,
			"fsopen nofs: ENODEV");
	/* A bind mount has its file system already. */
	assert_prints(oci_script(ADD "mkdir -m 711 v; add /v bind v mode=700 size=1k shared\n"
				     "inside 'stat -c %a /v'; stat -c %a v\n"),
		      "711\n711\n");
}

static void a_file_system_has_the_source_that_was_given(void **state)
{
	(void)state;
	assert_prints(oci_script(ADD "add /m tmpfs some-name size=64k; add /n tmpfs x\n"
				     "config 'del(.mounts[-1].source)'\n"
				     "add /o tmpfs a,b\n"
				     "inside 'grep -o \"^[a-z,-]* /[mno]\" /proc/mounts'\n"),
		      "some-name /m\ntmpfs /n\na,b /o\n");
}

static void a_tmpfs_has_the_mode_of_what_it_covers(void **state)
{
	(void)state;
	assert_prints(oci_script(ADD "mkdir -m 2751 rootfs/there; add /there tmpfs tmpfs size=64k\n"
				     "add /there/other tmpfs tmpfs mode=700; add /new tmpfs tmpfs\n"
				     "inside 'stat -c %a /there /there/other /new'\n"),
		      "2751\n700\n1777\n");
}

static void files_and_directories_are_bound(void **state)
{
	(void)state;
	/* The source is looked for in the bundle; what is missing inside is made. */
	assert_prints(oci_script(ADD "mkdir v; echo one >v/f; echo two >w\n"
				     "add /a/b/c bind v; add /x/y bind w ro; add z none w bind\n"
				     "inside 'cat /a/b/c/f /x/y /z; echo new >/a/b/c/g; "
				     "echo no 2>&- >/x/y || echo read-only'; cat v/g\n"),
		      "one\ntwo\ntwo\nread-only\nnew\n");
}

/* A directory $d/v with a tmpfs in $d/v/sub, in mounts of the script's own. */
#define NESTED                                                                                     \
	ADD "mkdir -p v/sub; mount -t tmpfs tmpfs v/sub; trap 'umount $d/v/sub; oci delete "       \
	    "--force "                                                                             \
	    "$id || true; rm -rf --one-file-system $d' EXIT\n"

static void what_is_below_is_bound_only_if_asked_for(void **state)
{
	(void)state;
	assert_prints(oci_script(NESTED
				 "touch v/sub/below; add /b bind v bind; add /r bind v rbind\n"
				 "inside 'ls /b/sub /r/sub'\n"),
		      "/b/sub:\n\n/r/sub:\nbelow\n");
}

static void attributes_for_all_below(void **state)
{
	(void)state;
	assert_prints(
		oci_script(NESTED
			   "add /one bind v rbind ro nosuid; add /all bind v rbind rro rnodev\n"
			   "add /mixed bind v rbind rro rw\n"
			   "inside 'for i in one one/sub all all/sub mixed mixed/sub; do "
			   "grep \" /$i \" /proc/self/mountinfo | cut -d \" \" -f 5,6; done'\n"),
		"/one ro,nosuid,relatime\n/one/sub rw,relatime\n"
		"/all ro,nodev,relatime\n/all/sub ro,nodev,relatime\n"
		"/mixed rw,relatime\n/mixed/sub ro,relatime\n");
}

static void propagation_is_as_asked_for(void **state)
{
	(void)state;
	/* The host's "/" is shared here. A volume is the host's slave, unless it is told otherwise.
	 */
	assert_prints(oci_script(ADD "mkdir v; add /none bind v; add /private bind v private\n"
				     "add /shared bind v rshared; add /slave bind v rslave\n"
				     "add /unbindable bind v unbindable\n"
				     "inside 'for i in none private shared slave unbindable; do "
				     "grep \" /$i \" /proc/self/mountinfo | cut -d \" \" -f 7 | "
				     "sed \"s/:.*//\"; done'\n"),
		      "master\n-\nshared\nmaster\nunbindable\n");
}

static void a_mount_of_the_host_appears_in_a_slave(void **state)
{
	(void)state;
	assert_prints(
		oci_script(ADD "mkdir -p v/sub; add /slave bind v rslave; add /private bind v "
			       "rprivate\n"
			       "args sh -c 'while [ ! -e /slave/sub/there ]; do sleep 0.05; done; "
			       "ls /private/sub /slave/sub'\n"
			       "(wait_for is $id running; mount -t tmpfs tmpfs v/sub; touch "
			       "v/sub/there) & oci run $id; wait; umount v/sub\n"),
		"/private/sub:\n\n/slave/sub:\nthere\n");
}

static void a_mount_inside_appears_on_the_host_only_if_shared(void **state)
{
	(void)state;
	assert_prints(oci_script(ADD "config '.process.capabilities[] += [\"CAP_SYS_ADMIN\"]'\n"
				     "mkdir -p s/sub p/sub; add /s bind s rshared; add /p bind p\n"
				     "inside 'mount -t tmpfs t /s/sub; mount -t tmpfs t /p/sub'\n"
				     "grep -c $d/s/sub /proc/self/mountinfo; grep -c $d/p/sub "
				     "/proc/self/mountinfo || true; umount s/sub\n"),
		      "1\n0\n");
}

static void the_root_has_a_propagation_too(void **state)
{
	(void)state;
	assert_prints(oci_script(ADD
				 "for i in private shared unbindable; do\n"
				 "config --arg p $i '.linux.rootfsPropagation = $p'\n"
				 "inside \"awk '\\$5 == \\\"/\\\" { sub(/:.*/, \\\"\\\", \\$7); "
				 "print \\$7 }' /proc/self/mountinfo\"; done\n"),
		      "-\nshared\nunbindable\n");
	assert_contains(
		oci_script(ADD "config '.linux.rootfsPropagation = \"x\"'; no oci run $id\n")->err,
		"linux.rootfsPropagation: must be shared, slave, private or unbindable");
}

static void a_tmpfs_may_begin_with_what_it_covers(void **state)
{
	(void)state;
	assert_prints(
		oci_script(ADD
			   "cd rootfs; mkdir -m 1750 c; echo x >c/f; chown "
			   "5:6 c/f; chmod 4711 c/f; mkdir c/d; ln -s f c/l; mkfifo c/p; cd ..\n"
			   "add /c tmpfs tmpfs tmpcopyup ro\n"
			   "inside 'cd /c; stat -c \"%a %u %g %F %n\" . d f l p; cat l; "
			   "echo >n 2>&- || echo read-only'; ls rootfs/c\n"),
		"1750 0 0 directory .\n755 0 0 directory d\n4711 5 6 regular file f\n"
		"777 0 0 symbolic link l\n644 0 0 fifo p\nx\nread-only\nd\nf\nl\np\n");
}

static void links_in_the_root_do_not_lead_out(void **state)
{
	(void)state;
	assert_prints(
		oci_script(ADD
			   "mkdir v out; ln -s /out rootfs/absolute; ln -s ../../../out "
			   "rootfs/relative; ln -s $d/out rootfs/far; ln -s / rootfs/top\n"
			   "for i in absolute relative far top/t ../../up; do add /$i/x bind v; "
			   "done; args true; oci run $id\n"
			   "find out; ls -d rootfs/out/x rootfs/t/x rootfs/up/x; ls -d "
			   "rootfs$d/out/x | "
			   "sed s,$d,D,\n"),
		"out\nrootfs/out/x\nrootfs/t/x\nrootfs/up/x\nrootfsD/out/x\n");
}

static void they_are_mounted_in_order(void **state)
{
	(void)state;
	assert_prints(oci_script(ADD "mkdir v; echo v >v/f; add /m bind v; add /m tmpfs tmpfs; add "
				     "/m/w bind v; inside 'ls /m; cat /m/w/f'\n"),
		      "w\nv\n");
}

static void a_mount_may_be_changed_later(void **state)
{
	(void)state;
	assert_prints(oci_script(ADD "add /dev/shm none none remount ro; inside 'grep -o "
				     "shm.tmpfs.ro,[a-z,]* /proc/mounts'\n"),
		      "shm tmpfs ro,nosuid,nodev,noexec,relatime,size\n");
}

static void owners_are_shown_with_other_ids(void **state)
{
	const struct result *result = oci_script(
		ADD "mkdir v; touch v/f; chown 1000:1001 v/f\n"
		    "add /m bind v\n"
		    "config '.mounts[-1].uidMappings = [{containerID: 1000, hostID: 0, size: 1}] | "
		    ".mounts[-1].gidMappings = [{containerID: 1001, hostID: 5, size: 1}]'\n"
		    "inside 'stat -c \"%u %g\" /m/f'; stat -c '%u %g' v/f\n");

	(void)state;
	if (strstr(result->err, "this file system has no idmapped mounts"))
		skip_because("the file system here has no idmapped mounts");
	assert_prints(result, "0 5\n1000 1001\n");
}

static void the_cgroups_are_shown(void **state)
{
	(void)state;
	/* In a cgroup namespace, and without; read-only, and writable. */
	assert_prints(
		oci_script(
			ADD
			"config '.linux.resources.pids.limit = 77'\n"
			"add /sys/fs/cgroup cgroup cgroup ro nosuid; cp config.json ro\n"
			"look='cat $(find /sys/fs/cgroup -name pids.max | head -1); "
			"cd $(find /sys/fs/cgroup -name cgroup.procs | head -1 | xargs dirname); "
			"mkdir x 2>&- || echo read-only; rmdir x 2>&- || true'\n"
			"inside \"$look\"\n"
			"config '.linux.namespaces |= map(select(.type != \"cgroup\"))'\n"
			"inside \"$look\"; cp ro config.json\n"
			"config '.mounts[-1].options = [\"nosuid\"]'; inside \"$look\"\n"),
		"77\nread-only\n77\nread-only\n77\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(each_option_of_a_mount_is_set),
		host_test(options_of_the_file_system),
		host_test(a_file_system_has_the_source_that_was_given),
		host_test(a_tmpfs_has_the_mode_of_what_it_covers),
		host_test(files_and_directories_are_bound),
		host_test(what_is_below_is_bound_only_if_asked_for),
		host_test(attributes_for_all_below),
		host_test(propagation_is_as_asked_for),
		host_test(a_mount_of_the_host_appears_in_a_slave),
		host_test(a_mount_inside_appears_on_the_host_only_if_shared),
		host_test(the_root_has_a_propagation_too),
		host_test(a_tmpfs_may_begin_with_what_it_covers),
		host_test(links_in_the_root_do_not_lead_out),
		host_test(they_are_mounted_in_order),
		host_test(a_mount_may_be_changed_later),
		host_test(owners_are_shown_with_other_ids),
		host_test(the_cgroups_are_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
