/* --env and --workdir: the command's environment and where it starts. */
#include "test_03.h"

#define DEFAULTS "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOME=/root\n"

static void the_environment_is_path_home_and_term_alone(void **state)
{
	(void)state;
	assert_prints(run("env", "-i", "TERM=vt7", "SECRET=x", "PATH=/nowhere", "HOME=/home/x",
			  "LD_PRELOAD=/x.so", "./step-03", "probe", "env"),
		      DEFAULTS "TERM=vt7\n");
	assert_prints(run("env", "-i", "SECRET=x", "./step-03", "probe", "env"), DEFAULTS);
}

static void a_variable_is_given_with_its_value(void **state)
{
	const char *value = random_name();
	char wanted[256];

	(void)state;
	snprintf(wanted, sizeof(wanted), DEFAULTS "A=%s\nB=x=y z\n", value);
	assert_prints(script("exec env -i ./step-03 --env A=$1 -e 'B=x=y z' probe env", value),
		      wanted);
}

static void a_variable_without_value_is_taken_from_ours(void **state)
{
	const char *value = random_name();
	char wanted[256];

	(void)state;
	snprintf(wanted, sizeof(wanted), DEFAULTS "A=%s\n", value);
	assert_prints(script("exec env -i A=$1 AA=x ./step-03 -e A -e NOT_SET probe env", value),
		      wanted);
}

static void an_empty_value_is_a_value(void **state)
{
	(void)state;
	assert_prints(run("env", "-i", "./step-03", "-e", "EMPTY=", "probe", "env"),
		      DEFAULTS "EMPTY=\n");
	assert_prints(run("env", "-i", "OURS=", "./step-03", "-e", "OURS", "probe", "env"),
		      DEFAULTS "OURS=\n");
}

static void the_last_value_of_a_variable_counts(void **state)
{
	(void)state;
	assert_prints(run("env", "-i", "A=ours", "./step-03", "-e", "AB=2", "-e", "A=1", "-e",
			  "AB=4", "-e", "A=3", "-e", "HOME=/x", "probe", "env"),
		      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOME=/x\n"
		      "AB=4\nA=3\n");
	assert_prints(
		run("env", "-i", "A=ours", "./step-03", "-e", "A=1", "-e", "A", "probe", "env"),
		DEFAULTS "A=ours\n");
}

static void many_variables_all_arrive(void **state)
{
	(void)state;
	assert_prints(script("set --; i=0; while [ $i -lt 500 ]; do set -- \"$@\" -e V$i=$i\n"
			     "i=$((i + 1)); done; ./step-03 \"$@\" probe env | grep -c "
			     "'^V\\([0-9]*\\)=\\1$'",
			     NULL),
		      "500\n");
}

static void the_command_is_looked_for_in_the_path_inside(void **state)
{
	const char *name = random_name();

	(void)state;
	assert_prints(script(ROOTFS "mkdir $r/own; printf '#!/bin/sh\\necho found' >$r/own/$1\n"
				    "chmod +x $r/own/$1; ./step-03 --rootfs $r -e PATH=/x:/own $1",
			     name),
		      "found\n");
	assert_refused(script("PATH=$PATH:$PWD/build ./step-03 -e PATH=/x probe env", NULL), 127,
		       "execve probe: ENOENT");
}

static void a_variable_without_a_name_is_refused(void **state)
{
	(void)state;
	assert_refused(run("./step-03", "--env", "", "true"), 125, "--env : needs a name");
	assert_refused(run("./step-03", "--env", "=x", "true"), 125, "--env =x: needs a name");
	assert_refused(run("./step-03", "-e", "=", "true"), 125, "--env =: needs a name");
}

static void the_command_starts_in_the_wanted_directory(void **state)
{
	(void)state;
	assert_prints(script("./step-03 --workdir /usr/bin pwd; ./step-03 -w /var/../var/tmp/ pwd\n"
			     "./step-03 --init -w /proc/self readlink /proc/self/cwd\n"
			     "./step-03 --chroot --workdir /tmp pwd; ./step-03 -w /etc -w /bin pwd",
			     NULL),
		      "/usr/bin\n/var/tmp\n/proc/2\n/tmp\n/bin\n");
}

static void the_wanted_directory_may_be_on_a_volume(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "mkdir -p $d/v/in; ./step-03 --rootfs $r -v $d/v:/mnt "
				    "--workdir /mnt/in pwd",
			     NULL),
		      "/mnt/in\n");
}

static void a_directory_of_the_host_alone_is_no_directory_inside(void **state)
{
	const struct result *result = script(SCRATCH "./step-03 --workdir $d true", NULL);

	(void)state;
	assert_refused(result, 125, "chdir /tmp/");
	assert_contains(result->err,
			"ENOENT No such file or directory; the directory must exist in "
			"the container");
}

static void a_directory_to_start_in_must_be_one(void **state)
{
	(void)state;
	assert_refused(run("./step-03", "--workdir", "/etc/passwd", "true"), 125,
		       "chdir /etc/passwd: ENOTDIR");
	assert_refused(run("./step-03", "--workdir", "tmp", "true"), 125,
		       "--workdir tmp: must begin with /");
	assert_refused(run("./step-03", "--workdir", "", "true"), 125, "must begin with /");
}

static void nothing_runs_when_the_directory_is_missing(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS "./step-03 --rootfs $r --workdir /no touch /ran 2>/dev/null || "
				    "test -e $r/ran || echo none",
			     NULL),
		      "none\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_environment_is_path_home_and_term_alone),
		host_test(a_variable_is_given_with_its_value),
		host_test(a_variable_without_value_is_taken_from_ours),
		host_test(an_empty_value_is_a_value),
		host_test(the_last_value_of_a_variable_counts),
		host_test(many_variables_all_arrive),
		host_test(the_command_is_looked_for_in_the_path_inside),
		host_test(a_variable_without_a_name_is_refused),
		host_test(the_command_starts_in_the_wanted_directory),
		host_test(the_wanted_directory_may_be_on_a_volume),
		host_test(a_directory_of_the_host_alone_is_no_directory_inside),
		host_test(a_directory_to_start_in_must_be_one),
		host_test(nothing_runs_when_the_directory_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
