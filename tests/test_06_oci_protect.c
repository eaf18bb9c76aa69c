/* step-06-oci: what a container could reach of the host through the runtime itself. */
#include "test_06_rootless.h"

/*
 * CVE-2019-5736. Our program is executed in the container, and held there: it reads a FIFO. The
 * attacker keeps it open, ends it, for a program that runs cannot be written to, and writes.
 */
#define ATTACK                                                                                     \
	"mkdir -p rootfs/r/x; mkfifo rootfs/r/x/state.json; sum=$(sha256sum <$h/step-06-oci)\n"    \
	"cat >rootfs/attack <<'END'\n"                                                             \
	"pid=; until [ $pid ]; do for p in /proc/[0-9]*; do\n"                                     \
	"  if grep -q self/exe $p/cmdline; then pid=${p#/proc/}; fi; done; sleep 0.02; done\n"     \
	"exec 9</proc/$pid/exe && kill -9 $pid\n"                                                  \
	"for i in 1 2 3 4 5 6 7 8 9 10; do\n"                                                      \
	"  if echo broken 2>/dev/null >/proc/self/fd/9; then echo written; exit; fi; sleep 0.02\n" \
	"done; echo broken >/proc/self/fd/9\n"                                                     \
	"END\n"                                                                                    \
	"args sh -c 'sh /attack 2>&1; sleep 1000'; oci create $id >out; oci start $id\n"

/* The attacker in the container has no libraries of the host's. */
static void need_static_program(void)
{
#ifdef __SANITIZE_ADDRESS__
	skip_because("with sanitizers the program is not static");
#endif
}

static void its_program_cannot_be_overwritten_by_exec(void **state)
{
	(void)state;
	need_static_program();
	assert_prints(oci_script(ATTACK "oci exec $id /proc/self/exe --root /r state x || true\n"
					"wait_for [ -s out ]; grep -o 'Read-only.*' out\n"
					"[ \"$(sha256sum <$h/step-06-oci)\" = \"$sum\" ]\n"),
		      "Read-only file system\n");
}

/* Where we may not mount, it is a sealed copy in memory: as at the first two open_tree(2), ... */
static void nor_where_it_could_not_be_mounted(void **state)
{
	(void)state;
	need_static_program();
	assert_prints(oci_script(ATTACK "strace -o calls -e trace=open_tree,memfd_create \\\n"
					"  -e inject=open_tree:error=EPERM:when=1..2 "
					"$h/step-06-oci --root $d/run \\\n"
					"  exec $id /proc/self/exe --root /r state x || true\n"
					"wait_for [ -s out ]; grep -o 'Operation not.*' out\n"
					"[ \"$(sha256sum <$h/step-06-oci)\" = \"$sum\" ]\n"
					"grep -o '^[a-z_]*' calls | sed '/memfd/q'\n"),
		      "Operation not permitted\nopen_tree\nopen_tree\nmemfd_create\n");
}

/* ... and without root. */
static void nor_by_root_of_a_users_container(void **state)
{
	(void)state;
	need_static_program();
	need_user_namespaces();
	assert_prints(rootless_script(ATTACK
				      "oci exec $id /proc/self/exe --root /r state x || true\n"
				      "wait_for [ -s out ]; grep -o 'Operation not.*' out\n"),
		      "Operation not permitted\n");
}

static void nor_as_the_first_process(void **state)
{
	(void)state;
	need_static_program();
	assert_prints(oci_script("mkdir -p rootfs/r/x; mkfifo rootfs/r/x/state.json\n"
				 "sum=$(sha256sum <$h/step-06-oci)\n"
				 "args /proc/self/exe --root /r state x; oci run -d $id\n"
				 "oci exec $id sh -c 'exec 9</proc/1/exe; echo broken "
				 ">/proc/self/fd/9' 2>&1 |\n"
				 "  grep -oE 'Read-only.*|Text file busy'\n"
				 "[ \"$(sha256sum <$h/step-06-oci)\" = \"$sum\" ]\n"),
		      "Read-only file system\n");
}

/*
 * step-06 does without. Nobody in the container may look at its init; who may, because we gave the
 * right, finds a program that runs, for it does on the host's side.
 */
static void step_06_cannot_be_overwritten_as_long_as_a_container_lives(void **state)
{
	(void)state;
	assert_prints(
		script(SCRATCH
		       "cp step-06 $d; sum=$(sha256sum <$d/step-06)\n"
		       "for option in '' --cap-add=SYS_PTRACE; do\n"
		       "  $d/step-06 run --network none --init $option --rootfs rootfs/busybox \\\n"
		       "    /bin/sh -c '(echo broken >/proc/1/exe) 2>&1 | sed \"s/.*: //\"'\n"
		       "done; [ \"$(sha256sum <$d/step-06)\" = \"$sum\" ]\n",
		       NULL),
		"Permission denied\nText file busy\n");
}

static void nobody_in_there_may_look_at_it_before_it_is_the_command(void **state)
{
	(void)state;
	assert_prints(
		oci_script("oci create $id; oci exec $id readlink /proc/1/exe || echo denied\n"
			   "oci exec $id sh -c 'readlink /proc/1/fd/0 || echo denied'\n"),
		"denied\ndenied\n");
}

static void descriptors_of_the_caller_are_not_inherited(void **state)
{
	(void)state;
	assert_prints(
		oci_script("exec 7</ 8<config.json; args ls /proc/self/fd; oci run $id\n"
			   "args sleep 1000; oci run -d $id; oci exec $id ls /proc/self/fd\n"),
		"0\n1\n2\n3\n0\n1\n2\n3\n");
}

static void those_that_are_asked_for_are(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"echo three >3; echo four >4; echo five >5\n"
			"args sh -c 'cat <&5'\n"
			"no oci run --preserve-fds 2 $id 3<3 4<4 5<5 2>/dev/null\n"
			"args sh -c 'cat <&3; cat <&4'; oci run --preserve-fds 2 $id 3<3 4<4 5<5\n"
			"args sleep 1000; oci run -d $id\n"
			"oci exec --preserve-fds 1 $id cat /proc/self/fd/3 3<3\n"),
		"three\nfour\nthree\n");
}

/* systemd starts a service with its sockets from 3 on. */
static void so_are_sockets_that_systemd_gives(void **state)
{
	(void)state;
	assert_prints(
		oci_script("for i in 3 4 5; do echo $i >$i; done\n"
			   "as_service() { pid=$1; shift; sh -c 'exec env LISTEN_FDS=2 "
			   "LISTEN_PID='$pid' "
			   "LISTEN_FDNAMES=a:b \"$@\"' \\\n"
			   "  sh $h/step-06-oci --root $d/run run \"$@\" $id 3<3 4<4 5<5; }\n"
			   "args sh -c 'echo $LISTEN_FDS $LISTEN_PID $LISTEN_FDNAMES\n"
			   "  for i in 3 4 5; do test ! -f /proc/self/fd/$i || cat <&$i; done'\n"
			   "as_service '$$'; as_service '$$' --preserve-fds=1\n"
			   "echo not for us:; as_service '$PPID'; as_service '$PPID' "
			   "--preserve-fds=1\n"
			   "echo no pid:; LISTEN_FDS=1 oci run $id 3<3 4<4\n"
			   "config '.linux.namespaces |= map(select(.type != \"pid\"))'\n"
			   "args sh -c '[ $LISTEN_PID = $$ ]'; as_service '$$'\n"),
		"2 1 a:b\n3\n4\n2 1 a:b\n3\n4\n5\nnot for us:\n\n\n3\nno pid:\n1 1\n3\n");
}

static void no_descriptor_leads_out_as_the_working_directory(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args sleep 1000; oci run -d $id; exec 7</\n"
			   "for fd in $(seq 3 2 37); do\n"
			   "  oci exec --cwd /proc/self/fd/$fd $id sh -c 'pwd; ls' && echo in $fd\n"
			   "done 2>/dev/null; oci delete --force $id\n"
			   "for fd in $(seq 3 2 37); do\n"
			   "  config \".process.cwd = \\\"/proc/self/fd/$fd\\\"\"\n"
			   "  args ls; oci run $id && echo in $fd\n"
			   "done 2>/dev/null\ntrue\n"),
		"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(its_program_cannot_be_overwritten_by_exec),
		host_test(nor_where_it_could_not_be_mounted),
		host_test(nor_by_root_of_a_users_container),
		host_test(nor_as_the_first_process),
		host_test(step_06_cannot_be_overwritten_as_long_as_a_container_lives),
		host_test(nobody_in_there_may_look_at_it_before_it_is_the_command),
		host_test(descriptors_of_the_caller_are_not_inherited),
		host_test(those_that_are_asked_for_are),
		host_test(so_are_sockets_that_systemd_gives),
		host_test(no_descriptor_leads_out_as_the_working_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
