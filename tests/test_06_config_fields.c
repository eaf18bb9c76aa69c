/* config.json: how names of fields are read, and the fields of version 1.3. */
#include "test_06_oci.h"

/* `wrong` prints what the configuration is refused for. */
#define WRONG "wrong() { no oci run $id 2>&1 | sed 's/.*config.json: //'; }\n"

static void a_name_may_be_written_in_capitals(void **state)
{
	(void)state;
	/*
	 * If a field is given twice, the last one counts, as in Go; null is the same as no field.
	 */
	assert_prints(
		oci_script(
			"config '.PROCESS = (.process | with_entries(.key |= ascii_upcase)) | "
			"del(.process) |\n"
			"  .Linux = .linux | del(.linux) | .Linux.NAMESPACES = .Linux.namespaces "
			"|\n"
			"  del(.Linux.namespaces) | .HostName = \"other\" | .HOSTNAME = null |\n"
			"  .PROCESS.args = [\"sh\", \"-c\", \"hostname; echo $$\"]'\n"
			"oci run $id\n"
			"jq '.PROCESS | {Args: [\"id\", \"-u\"], CWD, ENV, User: {UID: 7}}' \\\n"
			"  <config.json >p.json; config '.PROCESS.args = [\"sleep\", \"1000\"]'\n"
			"oci run --detach $id; oci exec --process p.json $id\n"
			"echo '{\"Pids\": {\"LIMIT\": 77}}' | oci update --resources - $id\n"),
		"other\n1\n7\n");
}

static void keys_that_are_not_the_specifications_are_two(void **state)
{
	(void)state;
	assert_prints(oci_script("config '.annotations = {a: \"1\", A: \"2\"}'; args sleep 1000\n"
				 "oci run --detach $id; oci state $id | jq -c .annotations\n"),
		      "{\"a\":\"1\",\"A\":\"2\"}\n");
}

static void the_domain_is_named_once(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			WRONG
			"config '.domainname = \"d.x\" | .linux.sysctl = {\"kernel.domainname\":\n"
			"  \"d.x\"}'; inside 'cat /proc/sys/kernel/domainname'\n"
			"config '.linux.sysctl = {\"kernel/domainname\": \"e.x\"}'; wrong\n"
			"config '.linux.sysctl = {\"kernel.hostname\": \"x\"}'; wrong\n"),
		"d.x\n"
		"linux.sysctl.kernel/domainname: conflicts with the field domainname, \"d.x\"\n"
		"linux.sysctl.kernel.hostname: is set by the field hostname\n");
}

static void the_callers_cpus_are_not_the_containers(void **state)
{
	const struct result *result;

	(void)state;
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		skip_because("there is one processor alone");
	/* An exec has all CPUs, too, unless the configuration says otherwise. */
	result = oci_script(
		"all=$(nproc); bound() { taskset -c 0 $h/step-06-oci --root $d/run \"$@\"; }\n"
		"args nproc; [ $(bound run $id) = $all ]; args sleep 1000\n"
		"bound run --detach $id; [ $(bound exec $id nproc) = $all ]\n"
		"jq '.process | .args = [\"nproc\"] | .execCPUAffinity = {initial: \"0\",\n"
		"  final: \"\"}' config.json >p.json; oci exec --process p.json $id\n"
		"jq '.execCPUAffinity = {final: \"0\"}' p.json >q.json\n"
		"oci exec --process q.json $id\n");
	assert_prints(result, "1\n1\n");
}

static void a_policy_for_memory(void **state)
{
	if (access("/proc/self/numa_maps", R_OK) < 0)
		skip_because("this kernel has no NUMA");
	(void)state;
	/* The container's first process has the policy, and each process that exec adds. */
	assert_prints(
		oci_script("policy() { config --argjson p \"$1\" '.linux.memoryPolicy = $p'; }\n"
			   "policed() { policy \"$1\"; inside 'head -1 /proc/self/numa_maps | cut "
			   "-d\" \" "
			   "-f2'; }\n"
			   "policed '{\"mode\": \"MPOL_BIND\", \"nodes\": \"0\"}'; policed "
			   "'{\"mode\": "
			   "\"MPOL_LOCAL\"}'\n"
			   "policed '{\"mode\": \"MPOL_DEFAULT\"}'\n"
			   "policed '{\"mode\": \"MPOL_INTERLEAVE\", \"nodes\": \"0-0,0\"}'\n"
			   "policed '{\"mode\": \"MPOL_PREFERRED\", \"nodes\": \"0\",\n"
			   "  \"flags\": [\"MPOL_F_STATIC_NODES\"]}'\n"
			   "args sleep 1000; oci run --detach $id\n"
			   "oci exec $id head -1 /proc/self/numa_maps | cut -d' ' -f2\n"),
		"bind:0\nlocal\ndefault\ninterleave:0\nprefer=static:0\nprefer=static:0\n");
}

static void a_policy_that_cannot_be_is_refused_by_name(void **state)
{
	(void)state;
	assert_prints(oci_script(WRONG
				 "policy() { config --argjson p \"$1\" '.linux.memoryPolicy = $p'; "
				 "wrong; }\n"
				 "policy '{}'; policy '{\"mode\": \"MPOL_WORST\"}'\n"
				 "policy '{\"mode\": \"MPOL_BIND\"}'\n"
				 "policy '{\"mode\": \"MPOL_LOCAL\", \"nodes\": \"0\"}'\n"
				 "policy '{\"mode\": \"MPOL_BIND\", \"nodes\": \"0-\"}'\n"
				 "policy '{\"mode\": \"MPOL_BIND\", \"nodes\": \"0\", \"flags\": "
				 "[\"MPOL_F\"]}'\n"
				 "policy '{\"mode\": \"MPOL_BIND\", \"nodes\": \"0\", \"flags\":\n"
				 "  [\"MPOL_F_STATIC_NODES\", \"MPOL_F_RELATIVE_NODES\"]}'\n"),
		      "linux.memoryPolicy.mode: must be there\n"
		      "linux.memoryPolicy.mode: unknown: \"MPOL_WORST\"\n"
		      "linux.memoryPolicy.nodes: MPOL_BIND needs them\n"
		      "linux.memoryPolicy.nodes: MPOL_LOCAL takes none\n"
		      "linux.memoryPolicy.nodes: must be a list of memory nodes, as in \"0-3,7\"\n"
		      "linux.memoryPolicy.flags[0]: unknown: \"MPOL_F\"\n"
		      "linux.memoryPolicy.flags: nodes are either static or relative\n");
}

/* Each value that `features` lists is tried in a configuration. */
static void what_features_tells_is_known(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"oci features >f; try() { config --arg x \"$1\" \"$2\"\n"
			"  if oci run $id 2>&1 | grep -q 'unknown\\|SECCOMP'; then\n"
			"    echo \"$1 is unknown\"; fi; }\n"
			"each() { for i in $(jq -r \"$1[]\" f); do try $i \"$2\"; done; jq \"$1 | "
			"length > 0\" f; }\n"
			"args true; each .linux.memoryPolicy.modes '.linux.memoryPolicy = {mode: "
			"$x}'\n"
			"each .linux.memoryPolicy.flags '.linux.memoryPolicy = {mode: "
			"\"MPOL_BIND\",\n"
			"  nodes: \"0\", flags: [$x]}'; config 'del(.linux.memoryPolicy)'\n"
			"each .linux.seccomp.archs '.linux.seccomp = {defaultAction:\n"
			"  \"SCMP_ACT_ALLOW\", architectures: [$x]}'\n"
			"each .linux.seccomp.supportedFlags '.linux.seccomp = {defaultAction:\n"
			"  \"SCMP_ACT_ALLOW\", flags: [$x]}'\n"
			"config 'del(.linux.seccomp) | .mounts += [{destination: \"/t\", type:\n"
			"  \"tmpfs\", source: \"t\", options: $f[0].mountOptions[:12]}]' "
			"--slurpfile f f\n"
			"oci run $id; jq -c '.mountOptions[0], .mountOptions[11]' f\n"
			"jq -c '[.ociVersionMax, .linux.netDevices, .linux.intelRdt,\n"
			"  .linux.mountExtensions.idmap.enabled, .linux.cgroup.rdma,\n"
			"  (.annotations | keys), .potentiallyUnsafeConfigAnnotations]' f\n"),
		"true\ntrue\ntrue\ntrue\n\"defaults\"\n\"loud\"\n"
		"[\"1.3.0\",{\"enabled\":true},{\"enabled\":true,\"schemata\":true,"
		"\"monitoring\":true},true,true,[\"io.github.seccomp.libseccomp.version\"],"
		"[\"run.oci.keep_original_groups\",\"org.systemd.property.\"]]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_name_may_be_written_in_capitals),
		host_test(keys_that_are_not_the_specifications_are_two),
		host_test(the_domain_is_named_once),
		host_test(the_callers_cpus_are_not_the_containers),
		host_test(a_policy_for_memory),
		host_test(a_policy_that_cannot_be_is_refused_by_name),
		host_test(what_features_tells_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
