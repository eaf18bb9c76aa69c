/* step-06-oci: a container's cgroups that others have made before, or share. */
#include "test_05.h"
#include "test_06_oci.h"

/*
 * `tops` prints the mount points of the hierarchies with controllers. `each PROGRAM...` runs a
 * program with the container's directory in each of them as its last word. $g is the cgroup's name.
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

/* Engines make the parent cgroup of a pod by mkdir(2). On v1 a new cgroup has no CPUs. */
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
			"say many:/ 'unknown controller many'; say pids:sub:x 'must be PATH or'\n"
			"say 'pids:sub --cgroup sub' 'needs CONTROLLER:'\n"
			"say 'pids:sub --cgroup pids:sub' 'already named'\n"),
		"/sub\n/sub\n/\n1 /sub\n .. is not a sub cgroup path\nnot a sub cgroup\n"
		"/none/cgroup.procs: no such file\nno such file\nunknown controller many\n"
		"must be PATH or\nneeds CONTROLLER:\nalready named\n");
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

/* systemd in a container moves to a cgroup below, and enables the controllers for it. */
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

/*
 * Makes the cgroups that a container can make if it may write to its own: the tree of each
 * hierarchy is deeper than the number of descriptors that a verb may open. All verbs must find
 * their way.
 */
static void a_tree_a_thousand_deep_is_removed(void **state)
{
	(void)state;
	assert_prints(
		cgroup_script(
			"asked; args sleep 1000; oci run -d $id; pid=$(oci state $id | jq .pid)\n"
			"deep() { mkdir -p $1/$(printf 'd/%.0s' $(seq ${deep:-1000})); deep=200; "
			"}\n"
			"each deep; ulimit -n 64; [ $(oci ps --format json $id) = [$pid] ]\n"
			"oci kill --all $id CONT; oci delete --force $id; echo $?; ls $d/run\n"
			"each ls -d 2>/dev/null || true\n"),
		"0\n");
}

/* Each process makes another and ends, faster than they can be killed one by one. */
static void processes_that_make_others_are_ended(void **state)
{
	(void)state;
	need_controller("pids");
	assert_prints(
		cgroup_script(
			"asked; config '.linux.resources.pids.limit = 50 |\n"
			" del(.linux.namespaces[] | select(.type == \"pid\"))'\n"
			"args probe chains 8\n"
			"many() { [ $(oci ps --format json $id | tr , '\\n' | wc -l) -gt 3 ]; }\n"
			"none() { [ $(oci ps --format json $id) = '[]' ]; }\n"
			"oci run -d $id >/dev/null 2>&1; wait_for many; oci kill --all $id KILL\n"
			"wait_for none; oci delete $id\n"
			"oci run -d $id >/dev/null 2>&1; wait_for many; oci delete --force $id\n"
			"each ls -d 2>/dev/null || true; ls $d/run\n"),
		"");
}

/* The path is longer than 4096 bytes, the most that one call of the kernel takes. */
static void a_path_may_be_as_long_as_it_wants(void **state)
{
	(void)state;
	assert_prints(
		cgroup_script(
			"name=$(printf 'n%.0s' $(seq 200)); path=/$g$(printf \"/$name%.0s\" $(seq "
			"25))\n"
			"config --arg path $path '.linux.cgroupsPath = $path'; args sleep 1000\n"
			"oci run -d $id; [ $(oci ps --format json $id) = [$(oci state $id | jq "
			".pid)] ]\n"
			"oci exec $id echo in; oci delete --force $id; echo $?\n"
			"count() { (cd -P $1; i=0; while cd -P n* 2>/dev/null; do i=$((i+1)); "
			"done; echo $i; "
			"while [ $i -gt 0 ]; do cd -P ..; rmdir n*; i=$((i-1)); done); rmdir $1; "
			"}\n"
			"each count | sort -u\n"),
		"in\n0\n24\n");
}

/* On machines with v1: a hierarchy without controllers, which has only a name, as systemd's. */
static void a_hierarchy_with_a_name_is_the_containers_too(void **state)
{
	(void)state;
	if (run_shell("grep -q '^[^ ]* [^ ]* cgroup [^ ]*,name=' /proc/mounts && "
		      "grep -q '^[^ ]* [^ ]* cgroup [^ ]*[,]freezer' /proc/mounts")
		    ->status)
		skip_because("no hierarchy of v1 with a name is mounted beside others here");
	assert_prints(
		oci_script(
			"m=$(awk '$3 == \"cgroup\" && $4 ~ /,name=/ { print $2; exit }' "
			"/proc/mounts)\n"
			"cp config.json plain; args sh -c 'cd /sys/fs/cgroup/$0; mkdir below; echo "
			"$$ >../$0/tasks; read p <tasks; echo $p; sleep 1000' ${m##*/}\n"
			"config '.mounts += [{destination: \"/sys/fs/cgroup\", type: \"cgroup\", "
			"source: \"cgroup\", options: [\"rw\"]}]'; cp config.json with\n"
			"for namespace in cgroup none; do cp with config.json\n"
			"config --arg n $namespace '.linux.namespaces |= map(select(.type != "
			"\"cgroup\")) | if $n == \"cgroup\" then .linux.namespaces += [{type: $n}] "
			"else . end'; oci run -d $id >out; wait_for [ -s out ]; cat out\n"
			"ls -d $m/$id/below | wc -l; grep -c . $m/$id/tasks\n"
			"oci exec $id sh -c 'echo $$ >/sys/fs/cgroup/$0/below/tasks; grep -o "
			"below /proc/self/cgroup' ${m##*/}\n"
			"oci delete --force $id; [ ! -e $m/$id ]; done\n"
			/*
			 * Without such a mount, another owner's cgroup of the same path stays as it
			 * is.
			 */
			"cp plain config.json; args sleep 1000; oci run -d $id; [ ! -e $m/$id ]\n"
			"mkdir $m/$id; oci exec $id true; oci update --pids-limit 9 $id\n"
			"oci delete --force $id; rmdir $m/$id\n"),
		"1\n1\n1\nbelow\n1\n1\n1\nbelow\n");
}

/*
 * On v2 alone: the files that /sys/kernel/cgroup/delegate names belong to the user, limits never
 * do.
 */
static void one_that_is_mounted_writable_is_the_users(void **state)
{
	(void)state;
	if (access("/sys/fs/cgroup/cgroup.controllers", F_OK) < 0)
		skip_because("cgroups are not of v2 alone here");
	assert_prints(
		oci_script(
			"chmod 755 $d; config '.mounts += [{destination: \"/sys/fs/cgroup\", type: "
			"\"cgroup\", source: \"cgroup\", options: [\"nosuid\"]}]'\n"
			"args sh -c 'cd /sys/fs/cgroup; echo $(stat -c %u . cgroup.procs "
			"cgroup.subtree_control cgroup.threads cgroup.max.depth); mkdir x && rmdir "
			"x "
			"&& echo made'\n"
			"try() { cp config.json good; config \"$1\"; oci run $id 2>&1; mv good "
			"config.json; }\n"
			"user='.process.user = {uid: 1000, gid: 1000}'\n"
			"users='" USERS_OF_ITS_OWN "'\n"
			"try \"$user\"; try \"$users\"; try \"$user | $users\"\n"
			"try \"$user | .mounts[-1].options += [\\\"ro\\\"]\" | head -1\n"
			"try \"$user | .linux.namespaces |= map(select(.type != "
			"\\\"cgroup\\\"))\" | head -1\n"),
		"1000 1000 1000 1000 0\nmade\n0 0 0 0 65534\nmade\n"
		"1000 1000 1000 1000 65534\nmade\n0 0 0 0 0\n0 0 0 0 0\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(one_that_is_mounted_writable_is_the_users),
		host_test(without_a_path_it_has_the_containers_name),
		host_test(others_have_that_name_for_themselves),
		host_test(who_shares_one_is_warned_and_does_no_harm),
		host_test(a_frozen_one_is_refused),
		host_test(the_one_above_may_be_made_by_mkdir),
		host_test(one_more_process_may_be_put_below),
		host_test(all_controllers_work_in_it),
		host_test(one_more_process_goes_where_the_first_has_gone),
		host_test(a_tree_a_thousand_deep_is_removed),
		host_test(processes_that_make_others_are_ended),
		host_test(a_path_may_be_as_long_as_it_wants),
		host_test(a_hierarchy_with_a_name_is_the_containers_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
