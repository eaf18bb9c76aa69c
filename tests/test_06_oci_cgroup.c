/* step-06-oci: the cgroups of a container, which others may have made before, or share. */
#include "test_05.h"
#include "test_06_oci.h"

/*
 * `tops` prints where the hierarchies are mounted that have controllers; `each PROGRAM...` runs it
 * with the container's directory in each of them as the last word. The cgroup is called $g.
 */
#define CGROUP                                                                                     \
	"g=t$id; tops() { awk '$3 ~ /^cgroup2?$/ && $4 !~ /name=/ { print $2 }' "                  \
	"/proc/self/mounts; }\n"                                                                   \
	"each() { for top in $(tops); do \"$@\" $top/$g; done; }\n"                                \
	"asked() { config --arg path /$g '.linux.cgroupsPath = $path'; }\n"

#define cgroup_script(text) oci_script(CGROUP text)

static void without_a_path_it_has_the_containers_name(void **state)
{
	(void)state;
	assert_prints(cgroup_script("args sleep 1000; g=$id; oci run -d $id\n"
				    "each ls -d | wc -l | grep -cx $(tops | wc -l)\n"
				    "for top in $(tops); do grep -cx $(oci state $id | jq .pid) "
				    "$top/$g/cgroup.procs; done | sort -u\n"
				    "oci delete --force $id; each ls -d 2>/dev/null || true\n"),
		      "1\n1\n");
}

static void others_have_that_name_for_themselves(void **state)
{
	(void)state;
	assert_prints(cgroup_script("args true; g=$id; top=$(tops | head -1); mkdir $top/$g\n"
				    "sleep 1000 & other=$!; echo $other >$top/$g/cgroup.procs\n"
				    "no oci run $id 2>&1 | grep -o 'is in use by others'\n"
				    "kill -0 $other; grep -cx $other $top/$g/cgroup.procs\n"
				    "kill $other; wait $other || true; oci run $id; echo $?\n"
				    "each ls -d 2>/dev/null || true\n"),
		      "is in use by others\n1\n0\n");
}

static void who_shares_one_is_warned_and_does_no_harm(void **state)
{
	(void)state;
	assert_prints(cgroup_script("asked; args sleep 1000; oci run -d $id-1; args nope\n"
				    "no oci create $id-2 2>err; grep -o 'cgroup is not empty' err\n"
				    "grep -o 'not found' err; status $id-1\n"
				    "args true; oci create $id-2 2>/dev/null; status $id-2\n"
				    "oci delete --force $id-2; wait_for is $id-1 stopped\n"
				    "oci delete --force $id-1; each ls -d 2>/dev/null || true\n"),
		      "cgroup is not empty\nnot found\nrunning\ncreated\n");
}

static void a_frozen_one_is_refused(void **state)
{
	(void)state;
	assert_prints(
		cgroup_script("asked; args true; each mkdir\n"
			      "freeze() { [ ! -e $1/$2 ] || echo $3 >$1/$2; }\n"
			      "both() { freeze $2 cgroup.freeze ${1#*=}; freeze $2 freezer.state "
			      "${1%=*}; }\n"
			      "each both FROZEN=1\n"
			      "no oci run $id 2>&1 | grep -o 'unexpectedly frozen'\n"
			      "no oci create $id 2>&1 | grep -o 'unexpectedly frozen'\n"
			      "each both THAWED=0; oci run $id; each ls -d 2>/dev/null || true\n"),
		"unexpectedly frozen\nunexpectedly frozen\n");
}

/* As engines do for a pod. On v1 a new cgroup has no CPUs. */
static void the_one_above_may_be_made_by_mkdir(void **state)
{
	(void)state;
	assert_prints(cgroup_script("each mkdir; args grep Cpus_allowed: /proc/self/status\n"
				    "config --arg path /$g/below '.linux.cgroupsPath = $path'\n"
				    "[ \"$(oci run $id)\" = \"$(grep Cpus_allowed: "
				    "/proc/self/status)\" ]; each rmdir\n"),
		      "");
}

static void one_more_process_may_be_put_below(void **state)
{
	(void)state;
	need_controller("pids");
	assert_prints(
		cgroup_script(
			"asked; args sleep 1000; oci run -d $id; sub() { mkdir $1/sub; "
			"[ ! -e $1/sub/cpuset.cpus ] ||\n"
			"  for f in cpus mems; do cat $1/cpuset.$f >$1/sub/cpuset.$f; done; }; "
			"each "
			"sub\n"
			"where() { oci exec \"$@\" $id cat /proc/self/cgroup | grep -v name= | "
			"cut -d: -f3 | sort | uniq -c | sed 's/^ *//'; }\n"
			"where --cgroup sub | cut -d' ' -f2; where --cgroup /sub/ | cut -d' ' -f2\n"
			"where --cgroup / | cut -d' ' -f2; where --cgroup pids:sub | grep sub\n"
			"say() { no oci exec --cgroup $1 $id true 2>&1 | grep -o \"$2\"; }\n"
			"say .. ' .. is not a sub cgroup path'; say a/../.. 'not a sub cgroup'\n"
			"say none '/none/cgroup.procs: no such file'; say pids:none 'no such "
			"file'\n"
			"say many:/ 'unknown controller many'\n"),
		"/sub\n/sub\n/\n1 /sub\n .. is not a sub cgroup path\nnot a sub cgroup\n"
		"/none/cgroup.procs: no such file\nno such file\nunknown controller many\n");
}

static void all_controllers_work_in_it(void **state)
{
	(void)state;
	if (!is_in_v2("memory"))
		skip_because("the controller memory is not in v2 here");
	assert_prints(
		cgroup_script("asked; args sleep 1000; oci run -d $id\n"
			      "cmp $(tops)/cgroup.controllers $(tops)/$g/cgroup.controllers\n"),
		"");
}

/* What systemd does in a container: it moves to a cgroup below, and gives out the controllers. */
static void one_more_process_goes_where_the_first_has_gone(void **state)
{
	(void)state;
	if (!is_in_v2("memory"))
		skip_because("the controller memory is not in v2 here");
	assert_prints(
		cgroup_script("asked; args sleep 1000; oci run -d $id; c=$(tops)/$g\n"
			      "where() { oci exec \"$@\" $id cat /proc/self/cgroup; }\n"
			      "mkdir $c/sub; oci state $id | jq .pid >$c/sub/cgroup.procs; where\n"
			      "echo +memory >$c/cgroup.subtree_control; where\n"
			      "where --cgroup sub\n"
			      "no where --cgroup / 2>&1 | grep -o 'device or resource busy'\n"),
		"0::/\n0::/sub\n0::/sub\ndevice or resource busy\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(without_a_path_it_has_the_containers_name),
		host_test(others_have_that_name_for_themselves),
		host_test(who_shares_one_is_warned_and_does_no_harm),
		host_test(a_frozen_one_is_refused),
		host_test(the_one_above_may_be_made_by_mkdir),
		host_test(one_more_process_may_be_put_below),
		host_test(all_controllers_work_in_it),
		host_test(one_more_process_goes_where_the_first_has_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
