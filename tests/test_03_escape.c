/*
 * The classic ways out of a container: chroot(2) does not hold root, pivot_root(2) does. Each
 * attack tries to read a file of the host that has a random token in it.
 */
#include "test_03.h"

/* $secret is a file that no root file system has; its content is the token $1. */
#define SECRET ROOTFS "secret=$d/secret; echo $1 >$secret; "

static void root_escapes_from_a_chroot(void **state)
{
	const char *token = random_name();
	char wanted[64];

	(void)state;
	snprintf(wanted, sizeof(wanted), "escaped: %s\n", token);
	assert_prints(script(SECRET "./step-03 --rootfs $r --chroot probe escape $secret", token),
		      wanted);
}

static void root_does_not_escape_from_pivot_root(void **state)
{
	(void)state;
	assert_prints(
		script(SECRET
		       "./step-03 --rootfs $r probe escape $secret || true\n"
		       "./step-03 --rootfs $r --tmpfs /tmp probe escape $secret || true\n"
		       "./step-03 --rootfs $r --read-only --init probe escape $secret || true",
		       random_name()),
		"contained: ENOENT\ncontained: ENOENT\ncontained: ENOENT\n");
}

static void no_path_leads_to_the_host(void **state)
{
	(void)state;
	assert_prints(
		script(SECRET
		       "./step-03 --rootfs $r sh -c 'for there in /.. /../../../.. /proc/1/root "
		       "/proc/1/root/.. /proc/1/cwd /proc/1/cwd/../.. /proc/self/root/.. "
		       "/proc/self/cwd/.. /proc/self/fd/0/.. /proc/1/task/1/root/.. "
		       "/dev/fd/../../../.. /sys/.. /proc/1/map_files/..; do\n"
		       "test -e $there$0 && echo $there; done; cd ..; cd ../..\n"
		       "test -e .$0 && echo dots; echo done' $secret",
		       random_name()),
		"done\n");
}

static void below_what_can_be_unmounted_there_is_no_host(void **state)
{
	(void)state;
	assert_prints(
		script(SECRET
		       "./step-03 --rootfs $r sh -c 'for m in /sys /dev/mqueue /dev/shm /dev/pts "
		       "/dev /etc/hosts /etc/hostname /etc/resolv.conf; do umount $m; done\n"
		       "test -e $0 && echo there; probe mounts | cut -d \" \" -f 1' $secret",
		       random_name()),
		"/\n/proc\n");
}

static void below_the_root_there_is_no_host(void **state)
{
	(void)state;
	assert_prints(script(SECRET
			     "./step-03 --rootfs $r sh -c 'umount / 2>/dev/null && echo busy\n"
			     "umount -l /; test -e $0 && echo there; cd /..; test -e .$0 && "
			     "echo above; echo done' $secret",
			     random_name()),
		      "done\n");
}

static void the_old_root_cannot_be_mounted_again_by_pivoting_back(void **state)
{
	(void)state;
	assert_prints(script(SECRET
			     "./step-03 --rootfs $r --tmpfs /mnt sh -c 'mkdir /mnt/new /mnt/old\n"
			     "mount -t tmpfs none /mnt/new; mkdir /mnt/new/old; cd /mnt/new\n"
			     "pivot_root . old && find / -xdev -path \"*$0\"\n"
			     "find /old -xdev -name secret 2>/dev/null; /old/bin/busybox echo end' "
			     "$secret",
			     random_name()),
		      "end\n");
}

/* As in runC's leak, CVE-2024-21626. The step's own descriptors are tried as well. */
static void the_command_does_not_start_in_a_directory_that_the_caller_has_open(void **state)
{
	(void)state;
	assert_prints(script(SECRET
			     "exec 7<$d 8</; for fd in 3 4 5 6 7 8 9; do\n"
			     "dir=/proc/self/fd/$fd; ./step-03 --rootfs $r -w $dir sh -c "
			     "'cat secret .$0 ../secret ..$0; :' $secret; done 2>$d/log || true\n"
			     "grep -c 'chdir /proc/self/fd/[78]: ENOENT' $d/log",
			     random_name()),
		      "2\n");
}

static void the_command_is_no_program_that_the_caller_has_open(void **state)
{
	(void)state;
	assert_refused(script("exec 7<build; exec ./step-03 /proc/self/fd/7/probe env", NULL), 127,
		       "execve /proc/self/fd/7/probe: ENOENT");
	assert_refused(script("exec 7<build/probe; exec ./step-03 /proc/self/fd/7 env", NULL), 127,
		       "execve /proc/self/fd/7: ENOENT");
	assert_refused(script(ROOTFS "printf '#!/proc/self/fd/7 env\n' >$r/s; chmod +x $r/s\n"
				     "exec 7<build/probe; ./step-03 --rootfs $r /s",
			      NULL),
		       127, "execve /s: ENOENT");
}

static void with_an_init_the_hosts_files_are_in_no_descriptor_either(void **state)
{
	(void)state;
	assert_prints(script(SECRET
			     "exec 7<$d 8</\n"
			     "./step-03 --rootfs $r --init sh -c 'for fd in /proc/1/fd/* "
			     "/proc/self/fd/*; do\n"
			     "test -e $fd/secret && echo $fd; test -e $fd$0 && echo $fd; done\n"
			     "ls /proc/1/fd; test -e /proc/1/cwd$0 && echo cwd\n"
			     "test -e /proc/1/root$0 && echo root; echo done' $secret",
			     random_name()),
		      "done\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(root_escapes_from_a_chroot),
		host_test(root_does_not_escape_from_pivot_root),
		host_test(no_path_leads_to_the_host),
		host_test(below_what_can_be_unmounted_there_is_no_host),
		host_test(below_the_root_there_is_no_host),
		host_test(the_old_root_cannot_be_mounted_again_by_pivoting_back),
		host_test(the_command_does_not_start_in_a_directory_that_the_caller_has_open),
		host_test(the_command_is_no_program_that_the_caller_has_open),
		host_test(with_an_init_the_hosts_files_are_in_no_descriptor_either),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
