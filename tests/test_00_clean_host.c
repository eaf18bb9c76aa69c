/* `make clean-host`: what killed steps have left is removed or told, and what is in use is not. */
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "harness.h"

/*
 * For scripts: `begin STEP [OPTION...]` starts a step ($pid) with a command that sleeps,
 * `begin_user` with one that changes its user, and so outlives a step that is killed; `crash` kills
 * the step. The directory of the leases is not the host's.
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

/* In namespaces of its own for mounts and network. */
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

		/* Steps 01 and 02 have the programs of the host. */
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

/* As after somebody has emptied /run. */
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
		host_test(steps_that_run_are_left_alone),
		host_test(processes_that_were_left_are_told),
		host_test(filters_that_were_kept_are_removed),
		host_test(what_nobody_knows_any_more_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
