/* --volume: what of the host appears inside, where, and with which rights. */
#include "test_03.h"

static void a_directory_of_the_host_is_readable_and_writable(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "mkdir $d/v; echo $1 >$d/v/in\n"
				    "./step-03 --rootfs $r --volume $d/v:/mnt sh -ec "
				    "'test $(cat /mnt/in) = $0; echo $0 >/mnt/out' $1\n"
				    "test $(cat $d/v/out) = $1; ls $r/mnt; echo both",
			     random_name()),
		      "both\n");
}

static void a_file_of_the_host_is_readable_and_writable(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS
			     "echo $1 >$d/f; ./step-03 --rootfs $r -v $d/f:/etc/passwd sh -ec "
			     "'test $(cat /etc/passwd) = $0; echo more >>/etc/passwd' $1\n"
			     "grep -c . $d/f; grep -c $1 $r/etc/passwd || true",
			     random_name()),
		      "2\n0\n");
}

static void a_read_only_volume_is_so_with_all_that_is_mounted_below_it(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS HELD
			     "mkdir -p $d/v/sub; mount -t tmpfs none $d/v/sub; : >$d/v/sub/f\n"
			     "hold ./step-03 --rootfs $r -v $d/v:/mnt:ro -v $d/v:/home\n"
			     "root=/proc/$pid/root; ls $root/mnt/sub\n"
			     "for file in x sub/x sub/f; do touch $root/mnt/$file 2>&1 | "
			     "grep -o 'Read-only file system'; done\n"
			     "touch $root/home/sub/inside $d/v/sub/host; ls $d/v/sub\n"
			     "umount $d/v/sub",
			     NULL),
		      "f\nRead-only file system\nRead-only file system\nRead-only file system\n"
		      "f\nhost\ninside\n");
}

static void a_file_can_be_read_only_too(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "echo $1 >$d/f; ./step-03 --rootfs $r -v $d/f:/mnt/f:ro sh -c "
				    "'echo more >>/mnt/f' 2>&1 | grep -o 'Read-only file system'\n"
				    "test $(cat $d/f) = $1",
			     random_name()),
		      "Read-only file system\n");
}

static void a_mount_below_the_source_comes_along(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS MINE
			     "mkdir -p $d/v/sub; $mine 'mount -t tmpfs none $0/v/sub\n"
			     "echo $1 >$0/v/sub/f; ./step-03 --rootfs $0/r -v $0/v:/mnt "
			     "cat /mnt/sub/f | grep -c $1' $d $1",
			     random_name()),
		      "1\n");
}

static void what_is_mounted_inside_stays_inside(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "mkdir $d/v; ./step-03 --rootfs $r -v $d/v:/mnt sh -ec "
				    "'mount -t tmpfs none /mnt; : >/mnt/x'; ls $d/v; echo empty",
			     NULL),
		      "empty\n");
}

static void a_relative_source_is_in_the_callers_directory(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "here=$PWD; mkdir $d/v $d/w; echo $1 >$d/v/f; cd $d/w\n"
				    "for source in ../v ./../v . ../w/../v; do\n"
				    "$here/step-03 --rootfs $r -v $source:/mnt ls /mnt; done",
			     random_name()),
		      "f\nf\nf\n");
}

static void a_link_as_source_stands_for_what_it_leads_to(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS
			     "mkdir $d/v; echo $1 >$d/v/f; ln -s v $d/l; ln -s l/f $d/m\n"
			     "./step-03 --rootfs $r -v $d/l:/mnt -v $d/m:/etc/m sh -ec "
			     "'test $(cat /mnt/f) = $0; test $(cat /etc/m) = $0; echo $0' $1 |"
			     "grep -c $1",
			     random_name()),
		      "1\n");
}

static void a_source_below_a_directory_that_is_closed_to_others_works(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "mkdir -p $d/home/v; : >$d/home/v/f; chmod 0700 $d/home\n"
				    "chown -R 1000:1000 $d/home\n"
				    "./step-03 --rootfs $r -v $d/home/v:/mnt ls /mnt",
			     NULL),
		      "f\n");
}

static void a_source_may_be_or_hold_the_root_file_system_itself(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS
			     "mkdir $r/a $r/b $r/c; : >$r/c/f; ls $r >$d/list\n"
			     "./step-03 --rootfs $r -v $r:/a -v $d:/b -v $r/c:/mnt sh -ec '\n"
			     "ls /a | diff /b/list -; ls /b/r | diff /b/list -; ls /mnt\n"
			     "ls /a/proc /b/r/etc/../dev'",
			     NULL),
		      "f\n/a/proc:\n\n/b/r/etc/../dev:\n");
}

static void a_missing_source_is_told(void **state)
{
	const char *name = random_name();
	const struct result *result = script("./step-03 -v /$1:/mnt true", name);

	(void)state;
	assert_refused(result, 125, "open_tree /t");
	assert_contains(result->err, name);
	assert_contains(result->err, "ENOENT No such file or directory; a source must exist");
}

static void a_directory_and_a_file_do_not_go_on_each_other(void **state)
{
	static const char hint[] = "EINVAL Invalid argument; a directory goes on a directory";

	(void)state;
	assert_refused(run("./step-03", "-v", "/etc:/etc/passwd", "true"), 125,
		       "move_mount /etc/passwd");
	assert_contains(run("./step-03", "-v", "/etc:/etc/passwd", "true")->err, hint);
	assert_refused(run("./step-03", "-v", "/etc/passwd:/mnt", "true"), 125, "move_mount /mnt");
	assert_contains(run("./step-03", "-v", "/etc/passwd:/mnt", "true")->err, hint);
}

static void a_volume_of_the_wrong_form_is_told(void **state)
{
	static const char *const wrong[] = { "/tmp", ":/mnt",  "/tmp:",	   "/tmp:mnt",
					     "",     "/tmp:/", "/tmp://.", "/tmp:/..",
					     ":",    "::",     "/tmp::ro" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_refused(run("./step-03", "--volume", wrong[i], "true"), 125,
			       "must be SOURCE:TARGET[:ro], TARGET a path below /");
}

static void an_unknown_option_is_told(void **state)
{
	(void)state;
	assert_refused(run("./step-03", "-v", "/tmp:/mnt:rx", "true"), 125,
		       "--volume /tmp:/mnt:rx: unknown option \"rx\"");
	assert_refused(run("./step-03", "-v", "/tmp:/mnt:ro,size=1m", "true"), 125,
		       "unknown option \"size=1m\"");
	assert_refused(run("./step-03", "-v", "/tmp:/mnt:", "true"), 125, "unknown option \"\"");
}

static void a_missing_target_is_made(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "mkdir $d/v; : >$d/v/f; umask 077\n"
				    "./step-03 --rootfs $r -v $d/v:/new/er/dir -v $d/v/f:/new/file "
				    "-v $d/v:/trailing// sh -ec 'ls /new/er/dir /trailing; test -f "
				    "/new/file; stat -c %a /new /new/er'",
			     NULL),
		      "/new/er/dir:\nf\n\n/trailing:\nf\n755\n755\n");
}

static void sixty_volumes_are_mounted_in_their_order(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "set --; i=0; while [ $i -lt 60 ]; do mkdir -p $d/v$i\n"
				    "echo $i >$d/v$i/n; set -- \"$@\" -v $d/v$i:/v/$((i % 30))\n"
				    "i=$((i + 1)); done; ./step-03 --rootfs $r \"$@\" sh -c "
				    "'cat /v/*/n | sort -n | tr \"\\n\" \" \"; ls /v | wc -l'",
			     NULL),
		      "30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 "
		      "54 55 56 57 58 59 30\n");
}

static void a_volume_lies_over_a_tmpfs_that_was_given_before(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "mkdir $d/v; : >$d/v/f; ./step-03 --rootfs $r --tmpfs /mnt "
				    "-v $d/v:/mnt/below ls /mnt /mnt/below\n"
				    "./step-03 --rootfs $r -v $d/v:/mnt --tmpfs /mnt ls /mnt\n"
				    "./step-03 --rootfs $r --tmpfs /mnt -v $d/v:/mnt ls /mnt\n"
				    "ls $r/mnt",
			     NULL),
		      "/mnt:\nbelow\n\n/mnt/below:\nf\nf\n");
}

static void a_volume_may_cover_what_every_container_gets(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "mkdir $d/v; echo $1 >$d/v/f; ./step-03 --rootfs $r "
				    "-v $d/v:/dev/shm -v $d/v/f:/etc/hosts sh -ec "
				    "'test $(cat /etc/hosts) = $0; ls /dev/shm' $1",
			     random_name()),
		      "f\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_directory_of_the_host_is_readable_and_writable),
		host_test(a_file_of_the_host_is_readable_and_writable),
		host_test(a_read_only_volume_is_so_with_all_that_is_mounted_below_it),
		host_test(a_file_can_be_read_only_too),
		host_test(a_mount_below_the_source_comes_along),
		host_test(what_is_mounted_inside_stays_inside),
		host_test(a_relative_source_is_in_the_callers_directory),
		host_test(a_link_as_source_stands_for_what_it_leads_to),
		host_test(a_source_below_a_directory_that_is_closed_to_others_works),
		host_test(a_source_may_be_or_hold_the_root_file_system_itself),
		host_test(a_missing_source_is_told),
		host_test(a_directory_and_a_file_do_not_go_on_each_other),
		host_test(a_volume_of_the_wrong_form_is_told),
		host_test(an_unknown_option_is_told),
		host_test(a_missing_target_is_made),
		host_test(sixty_volumes_are_mounted_in_their_order),
		host_test(a_volume_lies_over_a_tmpfs_that_was_given_before),
		host_test(a_volume_may_cover_what_every_container_gets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
