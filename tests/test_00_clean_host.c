/* `make clean-host` removes or reports what killed steps have left, and keeps what is in use. */
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "harness.h"

/*
 * Functions for scripts. `begin STEP [OPTION...]` starts a step ($pid) with a command that sleeps.
 * The command of `begin_user` changes its user, and so outlives a step that is killed. `crash`
 * kills the step. The leases are in a new /run, not in the host's.
 */
static const char functions[] =
	"mount -t tmpfs none /run; ip link set lo up; d=$(mktemp -d); mkfifo $d/on\n"
	"begin() { \"$@\" sh -c 'echo on; exec sleep 60' >$d/on & pid=$!; read word <$d/on; }\n"
	"begin_user() {\n"
	"	\"$@\" $as_user -c 'echo on; exec sleep 60' >$d/on & pid=$!\n"
	"	read word <$d/on; until pgrep -x sleep >$d/said; do :; done\n"
	"}\n"
	"crash() { kill -KILL $pid; wait $pid; } 2>/dev/null\n"
	"as_user='su -s /bin/sh nobody'\n"
	"clean() { common/clean-host.sh; echo $?; }\n"
	"trap 'rm -r $d' EXIT\n";

/* Runs a script in new mount and network namespaces. */
static const struct result *with_steps(const char *script)
{
	autofree char *text = NULL;

	assert_true(asprintf(&text, "%s%s", functions, script) > 0);
	return run("unshare", "--mount", "--propagation", "private", "--net", "sh", "-c", text);
}

static void a_clean_host_is_told(void **state)
{
	const struct result *result;

	(void)state;
	result = with_steps("clean");
	assert_string_equal(result->out, "clean-host: nothing is left on this host\n0\n");
	assert_string_equal(result->err, "");
}

static void who_is_not_root_is_told(void **state)
{
	(void)state;
	assert_int_equal(run("setpriv", "--reuid=65534", "common/clean-host.sh")->status, 1);
	assert_contains(run("setpriv", "--reuid=65534", "common/clean-host.sh")->err, "use sudo\n");
}

static void a_network_that_was_left_is_removed(void **state)
{
	const struct result *result;

	(void)state;
	result = with_steps("begin ./step-04; crash; ip -o link show type bridge | wc -l\n"
			    "clean | sed 's/net-[0-9]*/net-NUMBER/'; ls /run; nft list ruleset; ip "
			    "-o link show type bridge");
	assert_string_equal(result->out,
			    "1\nclean-host: killed steps have left these; a new one removes them:\n"
			    "    /run/steps-net-NUMBER/st0a580000-24=10.88.0.2\n"
			    "clean-host: nothing is left on this host\n0\n");
	assert_string_equal(result->err, "");
}

static void a_cgroup_that_was_left_is_removed_with_its_processes(void **state)
{
	const struct result *result;

	(void)state;
	result = with_steps("begin_user ./step-05 --network none; crash; pgrep -c -x sleep\n"
			    "clean >$d/said; sed -n '1p;$p' $d/said; pgrep -c -x sleep");
	assert_string_equal(result->err, "");
	if (strstr(result->out, "devices can be used"))
		skip_because("no cgroup can be written to");
	assert_string_equal(result->out,
			    "1\nclean-host: killed steps have left these; a new one removes them:\n"
			    "0\n0\n");
}

/*
 * Other programs run two things that clean-host must leave alone: a process in cgroups whose names
 * only begin like a step's, and a container without a step.
 */
static void what_others_run_is_left_alone(void **state)
{
	const struct result *result;

	(void)state;
	result = with_steps(
		"for h in $(findmnt -n -l -t cgroup,cgroup2 -o TARGET); do\n"
		"	mkdir $h/step-$$ 2>/dev/null || continue\n"
		"	for f in cpuset.cpus cpuset.mems; do\n"
		"		[ ! -f $h/step-$$/$f ] || cat $h/$f >$h/step-$$/$f\n"
		"	done\n"
		"	made=\"$made $h/step-$$\"\n"
		"done\n"
		"sleep 60 & other=$!; for c in $made; do echo $other >$c/cgroup.procs; done\n"
		"unshare --uts --pid --mount --ipc --net --cgroup --fork sleep 60 & manager=$!\n"
		"until pgrep -P $manager >$d/said; do :; done\n"
		"./step-05 --network none true; kill -0 $other && echo alive; clean\n"
		"kill -0 $other && kill -0 $manager && echo alive\n"
		"kill -9 $(cat $d/said) $other; while kill -0 $other; do wait $other; done "
		"2>/dev/null\n"
		"for c in $made; do until rmdir $c; do :; done 2>/dev/null; done");
	if (strstr(result->err, "devices can be used"))
		skip_because("no cgroup can be written to");
	assert_string_equal(result->out,
			    "alive\nclean-host: nothing is left on this host\n0\nalive\n");
}

/* `step-06-oci run -d` has ended, so the parent of this container is no process of the workbook. */
static void containers_of_the_runtime_are_left_alone(void **state)
{
	(void)state;
	assert_string_equal(
		with_steps("cp -ax rootfs/busybox $d/rootfs; ./step-06-oci spec --bundle $d\n"
			   "jq '.process.terminal = false | .process.args = [\"sleep\", \"60\"]' "
			   "<$d/config.json >$d/new; mv $d/new $d/config.json\n"
			   "./step-06-oci run -d --bundle $d left >$d/said && clean\n"
			   "./step-06-oci delete --force left")
			->out,
		"clean-host: nothing is left on this host\n0\n");
}

static void steps_that_run_are_left_alone(void **state)
{
	const struct result *result;

	(void)state;
	result = with_steps("begin ./step-05; first=$pid; begin ./step-01; second=$pid\n"
			    "begin ./step-04; crash; clean | tail -n 2\n"
			    "kill $first $second; wait $first; echo $?; wait $second; echo $?");
	assert_string_equal(result->out, "clean-host: nothing is left on this host\n0\n143\n143\n");
}

static void processes_that_were_left_are_told(void **state)
{
	static const char *const steps[] = { "./step-01", "./step-02", "./step-03", "./step-04",
					     "./step-04 --network none" };

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		char script[512];
		const struct result *result;

		/* Steps 01 and 02 show the host's programs, which have setpriv(1). */
		snprintf(script, sizeof(script),
			 "test %zu -gt 1 || as_user='setpriv --reuid=65534 --clear-groups sh'\n"
			 "begin_user %s; crash; clean >$d/said; grep -o 'sudo kill.*' $d/said\n"
			 "tail -n 1 $d/said; sed -n 's/ *sudo \\(kill.*\\) *#.*/\\1/p' $d/said | "
			 "sh\n"
			 "while pgrep -x sleep >/dev/null; do sleep 0.01; done; clean",
			 i, steps[i]);
		result = with_steps(script);
		assert_contains(result->out, "sudo kill -9 ");
		assert_contains(result->out, " # sleep 60 \n1\n");
		assert_contains(result->out, "clean-host: nothing is left on this host\n0\n");
	}
}

/* The leases are gone, as after /run was emptied. */
static void what_nobody_knows_any_more_is_told(void **state)
{
	const struct result *result;

	(void)state;
	result = with_steps(
		"nft 'add table inet mine; add chain inet mine drops "
		"{ type filter hook forward priority 10; policy drop; }'\n"
		"begin ./step-04; crash; rm -r /run/steps-net-*; sleep 0.1; clean | tee $d/said\n"
		"sed -n 's/^ *sudo//p' $d/said | sh; nft delete table inet mine; clean");
	assert_string_equal(result->out,
			    "clean-host: these have the names of ours, but no step knows them:\n"
			    "    sudo ip link delete st0a580000-24\n"
			    "    sudo nft delete rule inet mine drops handle 3\n"
			    "    sudo nft delete rule inet mine drops handle 2\n"
			    "    sudo nft delete table ip st0a580000-24\n"
			    "1\n"
			    "clean-host: nothing is left on this host\n0\n");
}

static void filters_that_were_kept_are_removed(void **state)
{
	(void)state;
	assert_string_equal(with_steps("mkdir -m 700 /run/step-06-seccomp\n"
				       "touch /run/step-06-seccomp/filter; clean; ls /run")
				    ->out,
			    "clean-host: removed /run/step-06-seccomp\n"
			    "clean-host: nothing is left on this host\n0\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_clean_host_is_told),
		host_test(who_is_not_root_is_told),
		host_test(a_network_that_was_left_is_removed),
		host_test(a_cgroup_that_was_left_is_removed_with_its_processes),
		host_test(what_others_run_is_left_alone),
		host_test(containers_of_the_runtime_are_left_alone),
		host_test(steps_that_run_are_left_alone),
		host_test(processes_that_were_left_are_told),
		host_test(filters_that_were_kept_are_removed),
		host_test(what_nobody_knows_any_more_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
