/* /etc/hosts, resolv.conf and hostname: they name the container, and are its own. */
#include "test_03.h"

static void the_files_say_the_name_inside(void **state)
{
	const char *name = random_name();
	char wanted[256];

	(void)state;
	snprintf(wanted, sizeof(wanted),
		 "%s\n127.0.0.1\tlocalhost\n::1\tlocalhost\n127.0.1.1\t%s\n", name, name);
	assert_prints(script("./step-03 --hostname $1 cat /etc/hostname /etc/hosts", name), wanted);
}

static void the_root_is_a_mount_and_its_files_of_etc_are_on_a_tmpfs(void **state)
{
	const char *name = random_name();
	char wanted[128];

	(void)state;
	snprintf(wanted, sizeof(wanted), "same\n3\n%s\nuntouched\n", name);
	assert_prints(script(ROOTFS HELD
			     "hold ./step-03 --rootfs $r --hostname $1\n"
			     "root=/proc/$pid/root; mounts=$(build/probe mounts $pid)\n"
			     "echo \"$mounts\" | grep -q '^/ '\n"
			     "test $(stat -Lc %d:%i $root) = $(stat -c %d:%i $r); echo same\n"
			     "echo \"$mounts\" | grep -c '^/etc/.* tmpfs .*mode=700'\n"
			     "cat $root/etc/hostname; echo $1 >$root/etc/hosts\n"
			     "grep $1 $r/etc/hosts || echo untouched",
			     name),
		      wanted);
}

static void without_a_name_of_its_own_it_is_the_hosts(void **state)
{
	(void)state;
	assert_prints(script("test $(./step-03 cat /etc/hostname) = $(uname -n); echo same", NULL),
		      "same\n");
}

static void a_name_of_64_bytes_is_whole_in_the_files(void **state)
{
	(void)state;
	assert_prints(
		script("name=$1.$(printf %048d 0).abcdef; test ${#name} = 65; name=${name%f}\n"
		       "./step-03 --hostname $name sh -ec 'test $(cat /etc/hostname) = $0\n"
		       "grep -qw $0 /etc/hosts; echo whole' $name",
		       random_name()),
		"whole\n");
}

static void the_resolver_is_a_copy_of_the_hosts(void **state)
{
	(void)state;
	assert_prints(script(SCRATCH MINE
			     "echo nameserver $1 >$d/resolv\n"
			     "$mine 'mount --bind $0 /etc/resolv.conf\n"
			     "./step-03 cat /etc/resolv.conf | diff $0 - && echo same' $d/resolv",
			     random_name()),
		      "same\n");
}

static void a_host_without_a_resolver_gives_an_empty_one(void **state)
{
	(void)state;
	assert_prints(script(MINE "$mine 'mount -t tmpfs none /etc\n"
				  "./step-03 stat -c \"%s %F\" /etc/resolv.conf'",
			     NULL),
		      "0 regular empty file\n");
}

static void a_resolver_that_cannot_be_read_is_told(void **state)
{
	(void)state;
	assert_refused(script(MINE "$mine 'mount -t tmpfs none /etc; mkdir /etc/resolv.conf\n"
				   "./step-03 true'",
			      NULL),
		       125, "read /etc/resolv.conf: EISDIR");
}

static void writing_them_changes_neither_root_file_system_nor_another_container(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS
			     "echo theirs >$r/etc/hosts; echo theirs >$r/etc/hostname\n"
			     "rm $r/etc/resolv.conf; echo theirs >$r/etc/resolv.conf\n"
			     "mkfifo $d/written $d/end\n"
			     "./step-03 --rootfs $r -v $d:/mnt sh -ec 'cd /etc\n"
			     "for f in hosts hostname resolv.conf; do echo $0 >$f; done\n"
			     "test \"$(cat hosts hostname resolv.conf | sort -u)\" = $0\n"
			     "echo >/mnt/written; read line </mnt/end' $1 &\n"
			     "read line <$d/written\n"
			     "./step-03 --rootfs $r grep -rl $1 /etc || echo another: none\n"
			     "echo >$d/end; wait $!; cd $r/etc; cat hosts hostname resolv.conf",
			     random_name()),
		      "another: none\ntheirs\ntheirs\ntheirs\n");
}

static void everyone_may_read_them_whatever_the_umask(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "rm -r $r/etc; umask 077; ./step-03 --rootfs $r sh -c "
				    "'stat -c %a /etc /etc/hosts /etc/hostname /etc/resolv.conf'",
			     NULL),
		      "755\n644\n644\n644\n");
}

static void a_root_file_system_without_etc_gets_one(void **state)
{
	const char *name = random_name();

	(void)state;
	assert_contains(script(ROOTFS "rm -r $r/etc; ./step-03 --rootfs $r --hostname $1 "
				      "cat /etc/hostname /etc/hosts /etc/resolv.conf",
			       name)
				->out,
			name);
}

static void a_link_that_leads_nowhere_is_followed_inside(void **state)
{
	const char *name = random_name();

	(void)state;
	/* Fedora and Ubuntu have this link. Its directory, which systemd would make, is missing. */
	assert_prints(script(ROOTFS MINE
			     "echo nameserver $1 >$d/resolv; cd $r/etc; rm resolv.conf\n"
			     "ln -s ../run/systemd/resolve/stub-resolv.conf resolv.conf\n"
			     "cd $OLDPWD; $mine 'mount --bind $0/resolv /etc/resolv.conf\n"
			     "./step-03 --rootfs $0/r cat /etc/resolv.conf' $d |\n"
			     "diff $d/resolv - && echo same\n"
			     "stat -c %s $r/run/systemd/resolve/stub-resolv.conf",
			     name),
		      "same\n0\n");
}

static void links_that_lead_out_of_the_root_file_system_end_inside(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS
			     "mkdir $d/out; echo outside >$d/out/hosts; mkdir -p $r$d/out\n"
			     "rm $r/etc/hosts $r/etc/hostname; ln -s $d/out/hosts $r/etc/hosts\n"
			     "ln -s ../../../../../../../..$d/out/name $r/etc/hostname\n"
			     "./step-03 --rootfs $r --hostname $1 grep -c $1 /etc/hosts\n"
			     "./step-03 --rootfs $r --hostname $1 grep -c $1 /etc/hostname\n"
			     "cat $d/out/hosts; ls $d/out; cat $r$d/out/hosts; ls $r$d/out",
			     random_name()),
		      "1\n1\noutside\nhosts\nhosts\nname\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_files_say_the_name_inside),
		host_test(the_root_is_a_mount_and_its_files_of_etc_are_on_a_tmpfs),
		host_test(without_a_name_of_its_own_it_is_the_hosts),
		host_test(a_name_of_64_bytes_is_whole_in_the_files),
		host_test(the_resolver_is_a_copy_of_the_hosts),
		host_test(a_host_without_a_resolver_gives_an_empty_one),
		host_test(a_resolver_that_cannot_be_read_is_told),
		host_test(writing_them_changes_neither_root_file_system_nor_another_container),
		host_test(everyone_may_read_them_whatever_the_umask),
		host_test(a_root_file_system_without_etc_gets_one),
		host_test(a_link_that_leads_nowhere_is_followed_inside),
		host_test(links_that_lead_out_of_the_root_file_system_end_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
