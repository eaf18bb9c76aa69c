/*
 * step-06-oci: hooks: their order, the state that they get, and the container's end if one fails.
 */
#include "test_06_oci.h"

/*
 * `hook KIND SCRIPT [TIMEOUT]` adds a hook, a shell script, which has the state in $state; `say
 * TEXT` in it writes to $d/log.
 */
#define HOOKS                                                                                      \
	"hook() { config --arg kind $1 --arg script \"state=\\$(cat); d=$d; say() { echo "         \
	"\\\"\\$*\\\" >>$d/log; }; $2\" \\\n"                                                      \
	"  --argjson timeout ${3:-null} '.hooks[$kind] += [{path: \"/bin/sh\", timeout: "          \
	"$timeout,\n"                                                                              \
	"  args: [\"sh\", \"-c\", $script], env: [\"PATH=/usr/sbin:/usr/bin:/sbin:/bin\"]} |\n"    \
	"  if .timeout then . else del(.timeout) end]'; }\n"                                       \
	"tell='say $(echo $state | jq -r .status)'\n"

#define hooks_script(text) oci_script(HOOKS text)

static void they_run_in_the_order_of_the_specification(void **state)
{
	(void)state;
	assert_prints(
		hooks_script(
			"args sh -c 'echo command >>/log'\n"
			"mkdir -p rootfs/bin; touch log\n"
			"for kind in prestart createRuntime poststart poststop; do\n"
			"  hook $kind \"say $kind; $tell\"; done\n"
			"hook prestart 'say second'\n"
			"hook createContainer 'say createContainer'\n"
			"config '.mounts += [{destination: \"/log\", type: \"none\", source: $l,\n"
			"  options: [\"bind\"]}]' --arg l $d/log\n"
			"config '.hooks.startContainer = [{path: \"/bin/sh\",\n"
			"  args: [\"sh\", \"-c\", \"echo startContainer >>/log\"]}]'\n"
			"oci create $id; echo = >>log; oci start $id; wait_for is $id stopped\n"
			"wait_for grep -q poststart log; echo = >>log; oci delete $id; cat log\n"),
		"prestart\ncreating\nsecond\ncreateRuntime\ncreating\ncreateContainer\n=\n"
		"startContainer\ncommand\npoststart\nrunning\n=\npoststop\nstopped\n");
}

static void they_get_the_state_of_the_container(void **state)
{
	(void)state;
	assert_prints(hooks_script("config '.annotations = {\"a.b\": \"c\"}'; args true\n"
				   "hook createRuntime 'say $state'; oci create $id\n"
				   "oci state $id | jq -cS '.status = \"creating\"' >state\n"
				   "jq -cS . log | cmp - state\n"
				   "jq -r '.id, .bundle, .annotations[\"a.b\"]' log | sed "
				   "\"s|$id|ID|;s|$d|DIR|\"\n"
				   "[ -e /proc/$(jq .pid log)/ns/net ]\n"),
		      "ID\nDIR\nc\n");
}

static void create_container_hooks_are_in_its_namespaces(void **state)
{
	(void)state;
	assert_prints(
		hooks_script("hook createContainer 'say $(hostname) $(echo $state | jq .pid)'\n"
			     "hook createRuntime '[ $(hostname) != testing ]'\n"
			     "oci create $id; cat log\n"),
		"testing 1\n");
}

static void hooks_in_the_container_get_its_view_of_the_state(void **state)
{
	(void)state;
	assert_prints(
		hooks_script("hook createContainer 'say $(echo $state | jq -r .status,.pid)'\n"
			     "config '.hooks.startContainer = [{path: \"/bin/cat\"}]'; args true\n"
			     "oci create $id; cat log; oci run x | jq -r .status,.pid\n"),
		"creating 1\ncreated\n1\n");
}

static void a_failure_before_the_start_ends_it(void **state)
{
	(void)state;
	assert_prints(
		hooks_script(
			"args true\nfor kind in prestart createRuntime createContainer; do\n"
			"  cp config.json good; hook $kind 'exit 3'\n"
			"  no oci create $id 2>&1 | sed 's/.*: //'; ls run; mv good config.json\n"
			"done\n"
			"config '.hooks.startContainer = [{path: \"/bin/false\"}]'\n"
			"hook poststop \"$tell\"; oci create $id\n"
			"no oci start $id 2>&1 | sed 's/.*: //'; ls run; cat log\n"),
		"exit status 3\nexit status 3\nexit status 3\nexit status 1\nstopped\n");
}

/* The last hooks undo what the first ones may have made. */
static void a_failure_of_the_first_is_followed_by_the_last(void **state)
{
	(void)state;
	assert_prints(hooks_script("args true; hook poststop \"say poststop; $tell\"\n"
				   "hook createRuntime 'say createRuntime; exit 3'\n"
				   "no oci create $id 2>/dev/null; no oci run $id 2>/dev/null; cat "
				   "log; ls run\n"),
		      "createRuntime\npoststop\nstopped\ncreateRuntime\npoststop\nstopped\n");
}

static void a_failure_after_the_start_deletes_it(void **state)
{
	(void)state;
	assert_prints(
		hooks_script("args sleep 100; hook poststart 'exit 3'; hook poststart 'say never'\n"
			     "hook poststop 'say poststop'; oci create $id; pid=$(oci state $id | "
			     "jq .pid)\n"
			     "no oci start $id 2>&1 | sed 's/.*: //'; ls run; no kill -0 $pid "
			     "2>/dev/null\n"
			     "no oci run --pid-file pid $id 2>&1 | sed 's/.*: //'\n"
			     "no oci run -d --pid-file pid $id 2>/dev/null; no [ -e pid ]\n"
			     "cat log; ls run\n"),
		"exit status 3\nexit status 3\npoststop\npoststop\npoststop\n");
}

/*
 * `start` removes the pid-file that `create` wrote, from any working directory, and only that file.
 */
static void and_its_pid_file_unless_that_is_another_one(void **state)
{
	(void)state;
	assert_prints(
		hooks_script(
			"args sleep 100; hook poststart 'exit 3'; mkdir other\n"
			"try() { oci create --pid-file pid $id; eval \"$1\"\n"
			"  (cd other; no oci start $id 2>/dev/null); ls -d pid* 2>/dev/null | wc "
			"-l; rm -f "
			"pid*; "
			"}\n"
			"try true; try 'echo 1 >pid'; try 'cp pid pid2; mv pid2 pid'\n"
			"try 'mv pid pid2; ln -s pid2 pid'; try 'rm pid; mkfifo pid'; ls run\n"),
		"0\n1\n1\n2\n1\n");
}

static void a_failure_after_the_end_is_a_warning(void **state)
{
	(void)state;
	assert_prints(
		hooks_script("args true; hook poststop 'exit 4'; hook poststop 'say poststop'\n"
			     "oci run $id 2>&1 | grep -o 'warning: .*'; ls run; cat log\n"),
		"warning: error running hook: poststop /bin/sh: exit status 4\npoststop\n");
}

static void one_that_takes_too_long_is_ended(void **state)
{
	(void)state;
	assert_prints(hooks_script("args true; hook prestart 'sleep 1000; say late' 1\n"
				   "no oci create $id 2>&1 | sed 's/.*: //'\n"
				   "no pgrep -xf 'sleep 1000'; ls run; no [ -e log ]\n"),
		      "had not ended after 1 s\n");
}

/* env(1) shows the variables that the hook got, and those that /bin/sh adds, such as PWD. */
static void they_have_our_environment_or_one_of_their_own(void **state)
{
	(void)state;
	assert_prints(oci_script("args /usr/bin/env; export SAID=by-the-caller\n"
				 "hook() { config --argjson env \"$1\" '.hooks.prestart = [{path: "
				 "\"/usr/bin/env\"} +\n"
				 "  (if $env then {env: $env} else {} end)]'; oci create $id; oci "
				 "delete $id; }\n"
				 "hook null | grep SAID; hook '[]'; hook '[\"A=b\"]'\n"
				 "config '.hooks = {startContainer: [{path: \"/usr/bin/env\"}]} | "
				 ".process.env = [\"IN=side\"]'\n"
				 "oci run $id | grep -v HOME\n"),
		      "SAID=by-the-caller\nA=b\nIN=side\nIN=side\n");
}

static void one_that_is_not_there_is_named(void **state)
{
	(void)state;
	assert_prints(hooks_script("config '.hooks.prestart = [{path: \"/no/hook\"}]'\n"
				   "no oci create $id 2>&1 | grep -o '/no/hook: ENOENT'\n"),
		      "/no/hook: ENOENT\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(they_run_in_the_order_of_the_specification),
		host_test(they_get_the_state_of_the_container),
		host_test(create_container_hooks_are_in_its_namespaces),
		host_test(hooks_in_the_container_get_its_view_of_the_state),
		host_test(a_failure_before_the_start_ends_it),
		host_test(a_failure_of_the_first_is_followed_by_the_last),
		host_test(a_failure_after_the_start_deletes_it),
		host_test(and_its_pid_file_unless_that_is_another_one),
		host_test(a_failure_after_the_end_is_a_warning),
		host_test(one_that_takes_too_long_is_ended),
		host_test(they_have_our_environment_or_one_of_their_own),
		host_test(one_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
