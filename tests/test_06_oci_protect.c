/* step-06-oci: what a container could reach of the host through the runtime itself. */
#include "test_06_oci.h"

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
		host_test(nor_as_the_first_process),
		host_test(nobody_in_there_may_look_at_it_before_it_is_the_command),
		host_test(descriptors_of_the_caller_are_not_inherited),
		host_test(those_that_are_asked_for_are),
		host_test(no_descriptor_leads_out_as_the_working_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
