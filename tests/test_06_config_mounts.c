/* config.json's mounts, as a container has them. */
#include "test_06_oci.h"

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
	assert_told(oci_script(ADD "add /mnt tmpfs tmpfs size=much; no oci run $id\n"),
		    "fsconfig tmpfs size (tmpfs: Bad value for 'size')");
	assert_told(oci_script(ADD "add /mnt tmpfs tmpfs nonsense; no oci run $id\n"),
		    "fsconfig tmpfs nonsense");
	assert_told(oci_script(ADD "add /mnt nofs nofs; no oci run $id\n"), "fsopen nofs: ENODEV");
	/*
	 * Options of a file system are ignored for a bind mount, whose file system is mounted
	 * already.
	 */
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
	/* A relative source is below the bundle; a missing mount point is made. */
	assert_prints(oci_script(ADD "mkdir v; echo one >v/f; echo two >w\n"
				     "add /a/b/c bind v; add /x/y bind w ro; add z none w bind\n"
				     "inside 'cat /a/b/c/f /x/y /z; echo new >/a/b/c/g; "
				     "echo no 2>&- >/x/y || echo read-only'; cat v/g\n"),
		      "one\ntwo\ntwo\nread-only\nnew\n");
}

/*
 * A script that begins with NESTED runs in a new mount namespace, where $d/v has a tmpfs in
 * $d/v/sub.
 */
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

static void a_source_may_be_what_an_earlier_one_has_made(void **state)
{
	(void)state;
	/* In the container, the host's path of its root file system shows what is mounted there. */
	assert_prints(
		oci_script(ADD
			   "mkdir -p v/here; touch v/f; add /a tmpfs tmpfs; add /b bind "
			   "rootfs/a; add /c/d bind v; add /e bind rootfs/c/d/here; add /g bind "
			   "rootfs/c; add /h bind rootfs/c/d/f\n"
			   "inside 'echo x >/a/x; cat /b/x; touch /e/made; ls /c/d/here /g; test "
			   "-f /h && echo file'; ls v/here rootfs/a\n"),
		"x\n/c/d/here:\nmade\n\n/g:\nd\nfile\nrootfs/a:\n\nv/here:\nmade\n");
	assert_told(oci_script(ADD "add /b bind rootfs/a; add /a tmpfs tmpfs; no oci run "
				   "$id\n"),
		    "/rootfs/a: ENOENT");
}

static void they_stand_in_their_order(void **state)
{
	(void)state;
	assert_prints(oci_script(ADD "mkdir v; for i in 1 2 3 4 5 6; do add /m$i bind v; add /t$i "
				     "tmpfs tmpfs; done\n"
				     "inside 'cut -d \" \" -f 5 /proc/self/mountinfo | grep "
				     "\"^/[mt][0-9]\" | tr \"\\n\" \" \"'\n"),
		      "/m1 /t1 /m2 /t2 /m3 /t3 /m4 /t4 /m5 /t5 /m6 /t6 ");
}

static void sources_that_only_root_or_the_caller_finds(void **state)
{
	(void)state;
	/*
	 * The source is below a directory of root's, or a descriptor that the caller passes on;
	 * with and without a user namespace, whose root may not look it up there.
	 */
	assert_prints(oci_script(ADD
				 "mkdir -p top/v fd; echo secret >top/v/f; chmod 700 top; echo fd "
				 ">fd/f\n"
				 "chmod 755 $d; add /v bind top/v; add /fd bind /proc/self/fd/3\n"
				 "args cat /v/f /fd/f; config '.process.user = {uid: 7, gid: 7}'\n"
				 "oci run --preserve-fds 1 $id 3<fd\n"
				 "config '" USERS_OF_ITS_OWN "'\n"
				 "oci run --preserve-fds 1 $id 3<fd\n"),
		      "secret\nfd\nsecret\nfd\n");
}

/* CVE-2024-21626 led to the host by such a path. Only the caller's own descriptors are allowed. */
static void no_source_is_a_descriptor_of_ours(void **state)
{
	(void)state;
	assert_prints(
		oci_script(ADD "args true; cp config.json plain; ln -s /proc/self/fd link; n=3\n"
			       "while [ $n -lt 40 ]; do\n"
			       "for p in /proc/self/fd/$n /proc/thread-self/fd/$n/.. link/$n; do\n"
			       "cp plain config.json; add /x bind $p\n"
			       "no oci run $id 2>&1 | grep -qE 'open_tree .*: E|passed on' ||\n"
			       "echo $p; done; n=$((n + ($n < 10 ? 1 : 5))); done\n"),
		"");
}

static void nor_is_another_path_of_the_configuration(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"args echo begun; cp config.json plain\n"
			"uts() { config --arg p $1 '.hostname = null | .linux.namespaces |= "
			"map(if .type == \"uts\" then .path = $p else . end)'; }\n"
			"for n in 3 4 5 6 7 8; do\n"
			"cp plain config.json; config \".root.path = "
			"\\\"/proc/self/fd/$n/..\\\"\"\n"
			"no oci run $id 2>&1 | grep -qE 'root.path .*: E|passed on' || echo $n\n"
			"cp plain config.json; uts /proc/self/fd/$n\n"
			"no oci run $id 2>&1 | grep -qE 'open .*: E|passed on' || echo $n; done\n"
			"cp plain config.json; config '.root.path = \"/proc/self/fd/3\"'\n"
			"oci run --preserve-fds 1 $id 3<rootfs; cp plain config.json\n"
			"uts /proc/self/fd/3; oci run --preserve-fds 1 $id 3</proc/self/ns/uts\n"
			"uts /proc/self/ns/uts; oci run $id\n"),
		"begun\nbegun\nbegun\n");
}

static void a_mount_over_the_root_becomes_the_root(void **state)
{
	(void)state;
	assert_prints(
		oci_script(ADD
			   "cp -ax rootfs other; echo other >other/which; echo first "
			   ">rootfs/which; ln -s . rootfs/top\n"
			   "cp config.json plain; for to in / /top /mnt/..; do\n"
			   "cp plain config.json; config '.root.readonly = true'\n"
			   "config --arg to $to '.mounts |= [{destination: $to, type: \"bind\", "
			   "source: \"other\"}] + .'\n"
			   "inside 'cat /which; touch /x || ls -d /proc/self'; done\n"
			   "cp plain config.json; config '.mounts |= [{destination: \"/\", type: "
			   "\"tmpfs\"}] + .'; for i in bin sbin usr; do add /$i bind other/$i; "
			   "done; inside 'ls /; touch /x'; find rootfs other -name x\n"
			   "add / cgroup cgroup; no oci run $id\n"),
		"other\n/proc/self\nother\n/proc/self\nother\n/proc/self\nbin\ndev\nproc\nsbin\n"
		"sys\nusr\n");
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
	/* With and without a cgroup namespace, read-only and writable. */
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
		host_test(a_tmpfs_may_begin_with_what_it_covers),
		host_test(links_in_the_root_do_not_lead_out),
		host_test(they_are_mounted_in_order),
		host_test(a_source_may_be_what_an_earlier_one_has_made),
		host_test(they_stand_in_their_order),
		host_test(sources_that_only_root_or_the_caller_finds),
		host_test(no_source_is_a_descriptor_of_ours),
		host_test(nor_is_another_path_of_the_configuration),
		host_test(a_mount_over_the_root_becomes_the_root),
		host_test(a_mount_may_be_changed_later),
		host_test(owners_are_shown_with_other_ids),
		host_test(the_cgroups_are_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
