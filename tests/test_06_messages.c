/* Values of config.json and of the verbs' options, and how they are refused: one rule for both. */
#include "test_06_oci.h"

/* Fails unless `run` refuses the configuration that `change`, a jq program, makes. */
static void assert_config_refused(const char *change, const char *message)
{
	assert_refused(oci_script("config \"$2\"; oci run $id", change), 1, message);
}

static void a_missing_root_is_the_bundles(void **state)
{
	const struct result *result = oci_script("config '.root.path = \"none\"'; no oci run $id");

	(void)state;
	assert_contains(result->err, "open root.path ");
	assert_contains(result->err, "/none: ENOENT");
	assert_null(strstr(result->err, "--rootfs"));
	assert_null(strstr(result->err, "make rootfs"));
}

static void clocks_are_named(void **state)
{
	(void)state;
	assert_config_refused(".linux.namespaces += [{type: \"time\"}] | .linux.timeOffsets = "
			      "{realtime: {secs: 1}, \"a\\nb\": {}}",
			      "linux.timeOffsets.realtime: unknown clock; there are monotonic and "
			      "boottime; linux.timeOffsets.a b: unknown clock");
	assert_config_refused(".linux.namespaces += [{type: \"time\"}] | .linux.timeOffsets = "
			      "{monotonic: {secs: -1000000000000}}",
			      "write /proc/self/timens_offsets monotonic -1000000000000 0: E");
	assert_prints(oci_script("config '.linux.namespaces += [{type: \"time\"}] | "
				 ".linux.timeOffsets = {}'; args echo ran; oci run $id"),
		      "ran\n");
}

/*
 * A message quotes the configuration without its control characters, which a terminal would obey.
 */
static void control_characters_are_not_printed(void **state)
{
	static const char *const hostile[] = {
		".linux.namespaces += [{type: \"\\u001b]0;x\\u0007\\nroot# \"}]",
		".process.cwd = \"\\u001b[2J\\r\\n\"",
		".process.args = [\"\\u001b[2J\\n\\u009b2J\\u007f\"]",
		".root.path = \"\\u001b[2J\\n\"",
		".mounts += [{destination: \"/\\u001b\\n\", type: \"\\u001b\\n\", source: \"x\"}]",
		".process.capabilities.bounding = [\"\\u001b[2J\\n\"] | .process.args = [\"true\"]",
		".process.env = [\"\\u001b[2J\\n\"]",
		".linux.sysctl = {\"\\u001b[2J\\n\": \"1\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++)
		assert_prints(oci_script("config \"$2\"; oci run $id 2>&1 | tee all | wc -l\n"
					 "LC_ALL=C tr -d '\\n' <all | LC_ALL=C grep -c "
					 "'[[:cntrl:]]' || true\n"
					 "LC_ALL=C grep -c \"$(printf '\\302\\233')\" all || true\n"
					 "oci --debug run $id 2>&1 | LC_ALL=C tr -d '\\n' | "
					 "LC_ALL=C grep -c "
					 "'[[:cntrl:]]' || true\n",
					 hostile[i]),
			      "1\n0\n0\n0\n");
}

static void an_empty_name_is_none(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args sh -c 'hostname; cat /proc/sys/kernel/domainname'\n"
			   "config '.hostname = \"\" | .domainname = \"\"'; oci run $id >got\n"
			   "cat /proc/sys/kernel/hostname /proc/sys/kernel/domainname | cmp - got"
			   "\n"),
		"");
}

static void a_variable_has_a_name_and_a_value(void **state)
{
	static const char *const wrong[] = { "NOTHING", "", "=", "=value" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char message[64];

		snprintf(message, sizeof(message), "env[1]: must be NAME=VALUE, not \"%s\"",
			 wrong[i]);
		assert_prints(
			oci_script("args sleep 1000; oci run -d $id\n"
				   "config --arg v \"$2\" '.process.env = [\"A=b\", $v]'\n"
				   "jq .process config.json >p.json\n"
				   "no oci run $id-2 2>&1 | grep -oF \"process.$3\"\n"
				   "no oci exec --process p.json $id 2>&1 | grep -oF \": $3\"\n"
				   "no oci exec --env \"$2\" $id true 2>&1 | grep -o "
				   "'exec --env .*: must be NAME=VALUE'\n",
				   wrong[i], message),
			script("printf 'process.%s\\n: %s\\nexec --env %s: must be "
			       "NAME=VALUE\\n' \"$2\" \"$2\" \"$1\"",
			       wrong[i], message)
				->out);
	}
}

/*
 * The shell's only child lives on: the SIGCHLD of a child that ends would be taken for the signal
 * that `kill` sends.
 */
static void signals_have_all_their_names(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"for s in CLD IOT SIGIOT sigcld IO POLL UNUSED SYS STKFLT PWR "
			"rtmin+3 SIGRTMAX-2 RTMIN RTMAX 34 64; do\n"
			"  args sh -c \"trap 'echo got; exit' $(case ${s#SIG} in "
			"CLD|cld|sigcld) echo CHLD;; IOT) echo ABRT;; IO|POLL) echo 29;; UNUSED) "
			"echo SYS;; STKFLT) echo 16;; rtmin+3) echo 37;; RTMAX-2) echo 62;; RTMIN) "
			"echo 34;; RTMAX) echo 64;; *) echo $s;; esac); echo ready >/r; sleep "
			"1000 & while :; do wait; done\"\n"
			"  rm -f rootfs/r; oci run -d $id >out; wait_for [ -s rootfs/r ]\n"
			"  oci kill $id $s; wait_for is $id stopped; grep -q got out || echo \"not "
			"$s\"\n"
			"  oci delete $id; done\n"
			"args sleep 1000; oci run -d $id\n"
			"for s in RTMIN3 RTMIN-1 RTMIN+31 RTMAX+1 RTMAX-31 RTMIN+ 65 +9 ' 9' "
			"SIG9 SIGSIGHUP '' CLDX; do no oci kill $id \"$s\" 2>&1 | grep -q -e "
			"'there "
			"is no signal' -e takes || echo \"taken: $s\"; done\n"),
		"");
}

/* Podman writes the mode as stat(2) returns it. */
static void a_devices_mode_may_have_its_type(void **state)
{
	(void)state;
	assert_prints(
		oci_script("config '.linux.devices = ["
			   "{path: \"/dev/a\", type: \"c\", major: 1, minor: 5, fileMode: 8630},\n"
			   "{path: \"/dev/b\", type: \"b\", major: 7, minor: 0, fileMode: 25008},\n"
			   "{path: \"/dev/u\", type: \"u\", major: 1, minor: 5, fileMode: 8576},\n"
			   "{path: \"/dev/p\", type: \"p\", fileMode: 4516},\n"
			   "{path: \"/dev/n\", type: \"c\", major: 1, minor: 3, fileMode: 384}]'\n"
			   "args stat -c '%n %F %a' /dev/a /dev/b /dev/u /dev/p /dev/n; oci run "
			   "$id\n"),
		"/dev/a character special file 666\n/dev/b block special file 660\n"
		"/dev/u character special file 600\n/dev/p fifo 644\n"
		"/dev/n character special file 600\n");
	assert_config_refused(
		".linux.devices = [{path: \"/dev/a\", type: \"c\", major: 1, minor: 5, "
		"fileMode: 25014}]",
		"linux.devices[0].fileMode: is the mode of another type than \"c\"");
	assert_config_refused(
		".linux.devices = [{path: \"/dev/a\", type: \"c\", major: 1, minor: 5, "
		"fileMode: 65536}]",
		"linux.devices[0].fileMode: must be at most 65535");
}

/*
 * The ambient set is for users other than root. The message names a set that the kernel would
 * refuse.
 */
static void ambient_capabilities_of_exec(void **state)
{
	(void)state;
	assert_prints(
		oci_script("sets() { oci exec \"$@\" $id probe caps | grep -e inh -e amb; }\n"
			   "config '.process.noNewPrivileges = false'\n"
			   "args sleep 1000; oci run -d $id; sets --cap CAP_KILL\n"
			   "oci delete --force $id; config '.process.capabilities.inheritable = "
			   "[\"CAP_KILL\", \"CAP_CHOWN\"] | .process.capabilities.ambient = "
			   "[\"CAP_CHOWN\"]'; oci run -d $id\n"
			   "sets; sets --cap CAP_KILL; sets --cap CAP_SYS_TIME 2>&1 | sed "
			   "'s/.*warn/warn/'\n"
			   "oci exec --user 1000 --cap CAP_KILL $id probe caps | grep eff\n"),
		"inheritable none\nambient none\n"
		"inheritable CAP_CHOWN CAP_KILL\nambient CAP_CHOWN\n"
		"inheritable CAP_CHOWN CAP_KILL\nambient CAP_CHOWN CAP_KILL\n"
		"warning: capabilities: CAP_SYS_TIME cannot be ambient: not permitted and "
		"inheritable\ninheritable CAP_CHOWN CAP_KILL\nambient CAP_CHOWN\n"
		"effective CAP_CHOWN CAP_KILL\n");
	assert_told(oci_script("config '.process.capabilities.ambient = [\"CAP_KILL\"]'; "
			       "args true; oci run $id"),
		    "warning: capabilities: CAP_KILL cannot be ambient: not permitted and "
		    "inheritable");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_missing_root_is_the_bundles),
		host_test(clocks_are_named),
		host_test(control_characters_are_not_printed),
		host_test(an_empty_name_is_none),
		host_test(a_variable_has_a_name_and_a_value),
		host_test(signals_have_all_their_names),
		host_test(a_devices_mode_may_have_its_type),
		host_test(ambient_capabilities_of_exec),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
