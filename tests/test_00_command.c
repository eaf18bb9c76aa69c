/* common/command.c: the command is executed, or the message says why not. On step 01. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

/* The test's own directory for files to execute. */
static char top[64];

static int make_directory(void **state)
{
	(void)state;
	snprintf(top, sizeof(top), "/tmp/%s", random_name());
	return mkdir(top, 0755);
}

static int remove_directory(void **state)
{
	(void)state;
	return run("rm", "-r", top)->status;
}

/* Makes a file with this text. Returns its path, which is valid until the next call. */
static const char *make_file(const char *text, const char *mode)
{
	static char path[96];

	snprintf(path, sizeof(path), "%s/%s", top, random_name());
	assert_int_equal(
		run("sh", "-c", "printf '%b' \"$1\" >$0 && chmod $2 $0", path, text, mode)->status,
		0);
	return path;
}

static void without_a_command_it_is_a_shell(void **state)
{
	const struct result *result = run_with("echo $0 $((6 * 7))\nexit 5\n",
					       (const char *const[]){ "./step-01", NULL });

	(void)state;
	assert_string_equal(result->out, "/bin/sh 42\n");
	assert_int_equal(result->status, 5);
	assert_int_equal(
		run_with("exit 6", (const char *const[]){ "./step-01", "-hx", "--", NULL })->status,
		6);
}

static void what_is_not_there_is_127(void **state)
{
	char message[128];
	const char *name = random_name();

	(void)state;
	snprintf(message, sizeof(message), "step-01: execve %s: ENOENT No such file or directory; ",
		 name);
	assert_refused(run("./step-01", name), 127, message);
	assert_refused(run("./step-01", "/none/at/all", "x"), 127, "execve /none/at/all: ENOENT ");
	assert_refused(run("./step-01", "./none"), 127, "execve ./none: ENOENT ");
	assert_refused(run("./step-01", ""), 127, "execve : ENOENT ");
}

static void a_missing_interpreter_is_127_with_a_hint(void **state)
{
	const char *path = make_file("#!/none/interpreter\\n", "755");

	(void)state;
	assert_refused(run("./step-01", path), 127, "the interpreter or libraries that it names?");
}

static void what_cannot_be_executed_is_126(void **state)
{
	(void)state;
	assert_refused(run("./step-01", make_file("x", "644")), 126,
		       ": EACCES Permission denied; it must be an executable file (chmod +x)");
	assert_refused(run("./step-01", "/"), 126, "execve /: EACCES ");
	assert_refused(run("./step-01", top), 126, ": EACCES ");
	assert_refused(run("./step-01", "/etc/passwd/x"), 126, ": ENOTDIR ");
}

/*
 * execvp(3) gives a file that the kernel cannot execute to /bin/sh, so /bin/sh must not be
 * executable either.
 */
static void a_shell_of_another_machine_is_126(void **state)
{
	(void)state;
	assert_refused(run("unshare", "--mount", "sh", "-c", "mount --bind $0 /bin/sh && ./step-01",
			   make_file("x", "755")),
		       126, ": ENOEXEC Exec format error; it is no program for this machine");
}

static void a_program_on_a_noexec_mount_is_126(void **state)
{
	(void)state;
	assert_refused(run("unshare", "--mount", "sh", "-c",
			   "mount -t tmpfs -o noexec none $0 && cp build/probe $0 && "
			   "./step-01 $0/probe exit 0",
			   top),
		       126, ": EACCES Permission denied; ");
}

static void a_script_without_an_interpreter_line_is_the_shells(void **state)
{
	const char *path = make_file("echo $0 $1", "755");
	char wanted[128];

	(void)state;
	snprintf(wanted, sizeof(wanted), "%s one\n", path);
	assert_string_equal(run("./step-01", path, "one")->out, wanted);
}

static void the_arguments_arrive_as_they_were(void **state)
{
	(void)state;
	assert_string_equal(
		run("./step-01", "sh", "-c", "tr '\\0' '|' </proc/$$/cmdline; :", "a b", "")->out,
		"sh|-c|tr '\\0' '|' </proc/$$/cmdline; :|a b||");
}

static void the_command_is_looked_for_in_path(void **state)
{
	const char *path = make_file("echo found", "755");
	const char *name = strrchr(path, '/') + 1;
	char variable[128];

	(void)state;
	snprintf(variable, sizeof(variable), "PATH=%s", top);
	assert_string_equal(run("env", variable, "./step-01", name)->out, "found\n");
	assert_refused(run("env", "PATH=/none", "./step-01", "ls"), 127, "execve ls: ENOENT");
}

static void the_environment_and_directory_are_the_callers(void **state)
{
	const char *token = random_name();
	char variable[64], wanted[96];

	(void)state;
	snprintf(variable, sizeof(variable), "TOKEN=%s", token);
	snprintf(wanted, sizeof(wanted), "%s\n", variable);
	assert_string_equal(run("env", "-i", variable, "./step-01", "build/probe", "env")->out,
			    wanted);
	snprintf(wanted, sizeof(wanted), "%s\n", top);
	assert_string_equal(run("sh", "-c", "step=$PWD/step-01; cd $0 && $step pwd", top)->out,
			    wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_command_it_is_a_shell),
		cmocka_unit_test(what_is_not_there_is_127),
		cmocka_unit_test(a_missing_interpreter_is_127_with_a_hint),
		cmocka_unit_test(what_cannot_be_executed_is_126),
		cmocka_unit_test(a_shell_of_another_machine_is_126),
		cmocka_unit_test(a_program_on_a_noexec_mount_is_126),
		cmocka_unit_test(a_script_without_an_interpreter_line_is_the_shells),
		cmocka_unit_test(the_arguments_arrive_as_they_were),
		cmocka_unit_test(the_command_is_looked_for_in_path),
		cmocka_unit_test(the_environment_and_directory_are_the_callers),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
