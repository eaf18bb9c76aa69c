/* Step 03 as a learner runs it: what the command finds around it, and what stays of it. */
#include "test_03.h"

static void the_default_root_is_the_busybox_beside_the_program(void **state)
{
	(void)state;
	assert_prints(script(SCRATCH "here=$PWD; ln -s $here/step-03 $d/link\n"
				     "wanted=$(stat -c %d:%i rootfs/busybox)\n"
				     "same() { test $(\"$@\" stat -c %d:%i /) = $wanted; }\n"
				     "same ./step-03; cd $d; same $here/step-03; same ./link\n"
				     "PATH=$here:$PATH; same step-03; cd $here/rootfs\n"
				     "same ../step-03; cd /; same .$here/step-03; echo all",
			     NULL),
		      "all\n");
}

static void the_command_sees_the_root_file_system_alone(void **state)
{
	const char *name = random_name();

	(void)state;
	assert_prints(script(ROOTFS "echo inside >$r/$1; echo outside >$d/$1\n"
				    "./step-03 --rootfs $r cat /$1 /../$1\n"
				    "no ./step-03 --rootfs $r test -e $d/$1",
			     name),
		      "inside\ninside\n");
}

static void the_command_starts_in_the_new_root(void **state)
{
	(void)state;
	assert_prints(script("./step-03 pwd; ./step-03 readlink /proc/self/cwd;"
			     "cd /usr; $OLDPWD/step-03 /bin/pwd",
			     NULL),
		      "/\n/\n/\n");
}

static void no_mount_but_its_own_is_in_the_namespace(void **state)
{
	(void)state;
	assert_prints(script(SCRATCH HELD "hold ./step-03\n"
					  "build/probe all-mounts $pid | cut -d ' ' -f 1 | sort",
			     NULL),
		      "/\n/dev\n/dev/mqueue\n/dev/pts\n/dev/shm\n/etc/hostname\n/etc/hosts\n"
		      "/etc/resolv.conf\n/proc\n/sys\n");
}

static void no_descriptor_of_the_caller_is_open(void **state)
{
	(void)state;
	assert_prints(script("exec 7</ 9</etc/passwd; ./step-03 probe fds\n"
			     "./step-03 --chroot probe fds; ./step-03 --init probe fds\n"
			     "no ./step-03 ls /proc/self/fd/7/ 2>/dev/null\n"
			     "no ./step-03 sh -c 'cat <&9' 2>/dev/null",
			     NULL),
		      "open 0\nopen 0\nopen 0\n");
}

static void an_init_holds_no_descriptor_at_all(void **state)
{
	(void)state;
	/* The init closes its descriptors when the command has begun. */
	assert_prints(script("exec 7</; ./step-03 --init sh -c 'for i in $(seq 500); do\n"
			     "[ \"$(ls /proc/1/fd)\" ] || break; sleep 0.01; done; ls /proc/1/fd'",
			     NULL),
		      "");
}

static void the_root_file_system_stays_as_it_was(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "list() { find $r -printf '%p %M %i %s %T@ %C@ %l\\n'; }\n"
				    "list >$d/before; ./step-03 --rootfs $r true\n"
				    "./step-03 --rootfs $r -v $d:/mnt --tmpfs /tmp touch /tmp/x\n"
				    "list | diff $d/before - && echo same",
			     NULL),
		      "same\n");
}

static void the_status_is_the_commands_own(void **state)
{
	(void)state;
	assert_int_equal(run("./step-03", "sh", "-c", "exit 42")->status, 42);
	assert_int_equal(run("./step-03", "probe", "raise", "KILL")->status, 1);
	assert_int_equal(run("./step-03", "--init", "probe", "raise", "KILL")->status, 128 + 9);
}

static void a_command_that_is_not_there_is_127(void **state)
{
	const char *name = random_name();
	const struct result *result = run("./step-03", name);

	(void)state;
	assert_refused(result, 127, "execve");
	assert_contains(result->err, name);
	assert_contains(result->err, "ENOENT");
	assert_refused(run("./step-03", "--init", name), 127, name);
}

static void a_script_without_its_interpreter_is_127_with_a_hint(void **state)
{
	(void)state;
	assert_refused(script(ROOTFS "printf '#!/no/such\\n' >$r/s; chmod +x $r/s;"
				     "./step-03 --rootfs $r /s",
			      NULL),
		       127,
		       "execve /s: ENOENT No such file or directory; is it there, with the "
		       "interpreter or libraries that it names?");
}

static void a_program_of_the_host_lacks_its_libraries_inside(void **state)
{
	(void)state;
	assert_refused(script(ROOTFS "cp /usr/bin/env $r/e; ./step-03 --rootfs $r /e", NULL), 127,
		       "with the interpreter or libraries");
}

static void a_file_that_is_no_program_is_126(void **state)
{
	(void)state;
	assert_refused(run("./step-03", "/etc/passwd"), 126, "execve /etc/passwd: EACCES");
	assert_refused(run("./step-03", "/etc"), 126, "execve /etc: EACCES");
}

static void who_is_not_root_is_told_to_use_sudo(void **state)
{
	const struct result *result = run("setpriv", "--reuid", "1000", "--regid", "1000",
					  "--clear-groups", "./step-03", "true");

	(void)state;
	assert_refused(result, 125, "clone3");
	assert_contains(result->err, "EPERM Operation not permitted");
	assert_contains(result->err, "use sudo");
}

static void closed_descriptors_do_no_harm(void **state)
{
	(void)state;
	assert_prints(
		script("./step-03 echo works <&-; ./step-03 true >&-; ./step-03 true 2>&-\n"
		       "./step-03 probe fds <&- 2>&-; ./step-03 sh -c 'exit 7' <&- >&- 2>&- ||"
		       "echo $?; ./step-03 sh -c 'ls /proc/self/fd/0' <&- 2>/dev/null ||"
		       "echo closed",
		       NULL),
		"works\nopen 0\n7\nclosed\n");
}

static void verbose_tells_the_operations_in_their_order(void **state)
{
	static const char *const told[] = {
		"[host] clone3",
		"[container] mount / MS_REC|MS_PRIVATE",
		"[container] open_tree",
		"[container] move_mount /etc/hosts",
		"[container] fsopen proc",
		"[container] move_mount /proc",
		"[container] fsopen tmpfs mode=755",
		"[container] move_mount /dev/pts",
		"[container] move_mount /sys",
		"[container] mknodat null 1:3",
		"[container] pivot_root . .",
		"[container] umount2 . MNT_DETACH",
		"[container] execve true",
		NULL,
	};
	const struct result *result = run("./step-03", "--verbose", "true");
	const char *rest = result->err;

	(void)state;
	assert_int_equal(result->status, 0);
	for (size_t i = 0; rest && told[i]; i++) {
		rest = strstr(rest, told[i]);
		if (!rest)
			fail_msg("\"%s\" is missing, or not in its place, in:\n%s", told[i],
				 result->err);
	}
	assert_string_equal(run("./step-03", "true")->err, "");
}

static void what_verbose_tells_is_whole_lines_with_their_side(void **state)
{
	(void)state;
	assert_prints(script("./step-03 --verbose true 2>&1 |"
			     "grep -vE '^\\[(host|container)\\] [^[]+$' || echo none",
			     NULL),
		      "none\n");
}

static void twenty_at_once_share_a_root_file_system(void **state)
{
	enum { COUNT = 20 };
	const struct result *made = run("mktemp", "-d");
	char directory[64], volume[96];
	pid_t pids[COUNT];

	(void)state;
	snprintf(directory, sizeof(directory), "%.*s", (int)strcspn(made->out, "\n"), made->out);
	snprintf(volume, sizeof(volume), "%s:/mnt", directory);
	for (int i = 0; i < COUNT; i++)
		/* Each container waits for the last one, so that all run at the same time. */
		pids[i] = start(
			"./step-03", "--volume", volume, "--hostname", random_name(), "sh", "-ec",
			"name=$(hostname); echo $name >/etc/hosts; : >/mnt/$name\n"
			"n=0; until [ $(ls /mnt | wc -l) = 20 ]; do n=$((n + 1))\n"
			"test $n -lt 2000; usleep 5000; done\n"
			"test $(cat /etc/hosts) = $name; test $(cat /etc/hostname) = $name");
	for (int i = 0; i < COUNT; i++)
		assert_int_equal(finish(pids[i]), 0);
	assert_success(run("rm", "-r", directory));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_default_root_is_the_busybox_beside_the_program),
		host_test(the_command_sees_the_root_file_system_alone),
		host_test(the_command_starts_in_the_new_root),
		host_test(no_mount_but_its_own_is_in_the_namespace),
		host_test(no_descriptor_of_the_caller_is_open),
		host_test(an_init_holds_no_descriptor_at_all),
		host_test(the_root_file_system_stays_as_it_was),
		host_test(the_status_is_the_commands_own),
		host_test(a_command_that_is_not_there_is_127),
		host_test(a_script_without_its_interpreter_is_127_with_a_hint),
		host_test(a_program_of_the_host_lacks_its_libraries_inside),
		host_test(a_file_that_is_no_program_is_126),
		host_test(who_is_not_root_is_told_to_use_sudo),
		host_test(closed_descriptors_do_no_harm),
		host_test(verbose_tells_the_operations_in_their_order),
		host_test(what_verbose_tells_is_whole_lines_with_their_side),
		host_test(twenty_at_once_share_a_root_file_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
