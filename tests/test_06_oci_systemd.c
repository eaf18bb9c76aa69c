/*
 * step-06-oci: cgroups that systemd makes, or no cgroups. These tests need the machine's own
 * systemd: in the virtual machine that has it, they run outside of the namespaces that stand for
 * the host.
 */
#include "test_06_oci.h"

static bool systemd_runs(void)
{
	return run("busctl", "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
		   "org.freedesktop.DBus.Peer", "Ping")
		       ->status == 0;
}

#define need_systemd()                                                                             \
	do {                                                                                       \
		if (!systemd_runs())                                                               \
			skip_because("systemd does not run here");                                 \
	} while (0)

/*
 * In a script that begins with this, `os` is the runtime, as engines call it on a machine with
 * systemd. The container is the scope $u in the slice w-b.slice. `property NAME` prints a property
 * of the unit, `file NAME` a file of its cgroup.
 */
#define SCOPE                                                                                      \
	"oci() { $h/step-06-oci --root $d/run \"$@\"; }\n"                                         \
	"os() { oci --systemd-cgroup \"$@\"; }\n"                                                  \
	"u=pre-$id.scope; c=/sys/fs/cgroup/w.slice/w-b.slice/$u\n"                                 \
	"property() { systemctl show -p $1 --value $u; }\n"                                        \
	"file() { cat $c/$1; }\n"                                                                  \
	"gone() { [ \"$(property LoadState)$(ls -d $c 2>/dev/null)\" = not-found ]; }\n"           \
	"config --arg path w-b.slice:pre:$id '.linux.cgroupsPath = $path'\n"                       \
	"args sleep 1000\n"

#define scope_script(...)	 scope_script_(__VA_ARGS__, NULL)
#define scope_script_(text, ...) script(BUNDLE SCOPE text, "", __VA_ARGS__)

static void it_is_a_scope_in_its_slice(void **state)
{
	(void)state;
	need_systemd();
	assert_prints(scope_script("os create $id; status $id; property Slice; property Delegate\n"
				   "[ $(property ControlGroup) = ${c#/sys/fs/cgroup} ]\n"
				   "[ $(file cgroup.procs) = $(oci state $id | jq .pid) ]\n"
				   "[ $(cut -d: -f3 /proc/$(file cgroup.procs)/cgroup) = "
				   "${c#/sys/fs/cgroup} ]\n"
				   "oci start $id; oci exec $id sleep 900 & \n"
				   "wait_for sh -c \"[ \\$(wc -l <$c/cgroup.procs) = 2 ]\"\n"
				   "oci delete --force $id; gone; ls $d/run\n"),
		      "created\nw-b.slice\nyes\n");
}

static void without_a_path_it_has_the_name_of_the_container(void **state)
{
	(void)state;
	need_systemd();
	assert_prints(scope_script("config 'del(.linux.cgroupsPath)'; u=oci-$id.scope\n"
				   "os run -d $id; property Slice; property ActiveState\n"
				   "oci delete --force $id; property LoadState\n"
				   "config --arg path :x:$id '.linux.cgroupsPath = $path'\n"
				   "u=x-$id.scope; oci --cgroup-manager systemd run -d $id\n"
				   "property Slice; oci delete --force $id; property LoadState\n"),
		      "system.slice\nactive\nnot-found\nsystem.slice\nnot-found\n");
}

static void limits_stay_when_systemd_is_reloaded(void **state)
{
	(void)state;
	need_systemd();
	assert_prints(
		scope_script(
			"config '.linux.resources = {devices: [{allow: false, access: \"rwm\"}],\n"
			" memory: {limit: 33554432}, pids: {limit: 20},\n"
			" cpu: {shares: 2048, quota: 50000, period: 200000, cpus: \"0\"}}'\n"
			"denied() { no oci exec $id head -c 1 /dev/x 2>&1 | grep -o 'not "
			"permitted'; }\n"
			"show() { property MemoryMax; property TasksMax; property "
			"CPUQuotaPerSecUSec\n"
			"  file memory.max; file pids.max; file cpu.max; file cpuset.cpus; }\n"
			"os run -d $id; show >before; w=$(file cpu.weight); cat before\n"
			"[ $(property CPUWeight) = $w ]; property AllowedCPUs\n"
			"oci exec $id mknod /dev/x b 7 0; denied\n"
			"systemctl daemon-reload; sleep 1; show | diff before -; denied\n"
			"[ $(file cpu.weight) = $w ]; oci update --memory 67108864 --pids-limit 30 "
			"$id\n"
			"echo '{\"cpu\": {\"period\": 100000}}' | oci update --resources - $id\n"
			"show; systemctl daemon-reload; sleep 1; show | tail -n 4\n"),
		"33554432\n20\n250ms\n33554432\n20\n50000 200000\n0\n0\n"
		"not permitted\nnot permitted\n"
		"67108864\n30\n500ms\n67108864\n30\n50000 100000\n0\n"
		"67108864\n30\n50000 100000\n0\n");
}

/* Fails unless all files of the cgroup are the same after a reload. */
#define SAME                                                                                       \
	"show() { (cd $c && grep -s . memory.max memory.high memory.low memory.min "               \
	"memory.swap.max pids.max cpu.max cpu.weight cpu.idle cpuset.cpus cpuset.mems io.weight "  \
	"io.bfq.weight || :); }\n"                                                                 \
	"same() { show >before; systemctl daemon-reload; sleep 0.5; show | diff before -; }\n"     \
	"up() { echo \"$1\" | oci update -r - $id; same; }\n"

/* The values are written in every form that the kernel reads. */
static void the_files_of_create_are_the_same_after_a_reload(void **state)
{
	(void)state;
	need_systemd();
	assert_prints(scope_script(SAME
				   "config '.linux.resources = {unified: {\"memory.max\": \"64M\", "
				   "\"memory.high\": \"0x3000000\", "
				   "\"memory.low\": \"1M\", \"memory.min\": \"010000000\", "
				   "\"memory.swap.max\": \"32M\", \"pids.max\": \"0x20\", "
				   "\"cpu.max\": \"3000 200000\", \"cpu.weight\": \"0x32\", "
				   "\"cpuset.cpus\": \"0-1:1/2\", \"cpuset.mems\": \"0\"}}'\n"
				   "os run -d $id; file memory.max; file pids.max; same\n"
				   "oci update --cpu-quota 50000 $id; same; file cpu.max\n"
				   "oci update --cpu-period 50000 $id; same\n"
				   "oci update --cpu-quota 1700 $id; same\n"),
		      "67108864\n32\n50000 200000\n");
}

static void the_files_of_update_are_the_same_after_a_reload(void **state)
{
	(void)state;
	need_systemd();
	assert_prints(
		scope_script(SAME "os run -d $id; up '{\"cpu\": {\"quota\": -1}}'\n"
				  "up '{\"unified\": {\"memory.max\": \"1G\", \"memory.high\": "
				  "\"max\"}}'\n"
				  "up '{\"cpu\": {\"shares\": 300}}'\n"
				  "up '{\"cpu\": {\"idle\": 1}}'; up '{\"cpu\": {\"idle\": 0}}'\n"),
		"");
}

static void so_they_are_after_one_that_was_refused(void **state)
{
	(void)state;
	need_systemd();
	assert_prints(scope_script(SAME
				   "os run -d $id; up '{\"pids\": {\"limit\": -1}}'\n"
				   "up '{\"memory\": {\"limit\": 1073741824, \"reservation\": "
				   "5000000}}'\n"
				   "up '{\"unified\": {\"cpu.weight.nice\": \"-3\"}}'\n"
				   "property MemoryMax; no oci update --memory 100m --cpuset-cpus "
				   "900 $id 2>/dev/null; same; property MemoryMax\n"
				   "kill -0 $(oci state $id | jq .pid)\n"),
		      "1073741824\n1073741824\n");
}

static void memory_is_limited_and_nothing_is_left(void **state)
{
	(void)state;
	need_systemd();
	/* The limit is one process. The placeholder of the scope must not take its place. */
	assert_prints(
		scope_script(
			"config '.linux.resources = {memory: {limit: 16777216, swap: 16777216},\n"
			" pids: {limit: 1}}'; args tail -c 64m /dev/zero\n"
			"os run --keep $id >/dev/null || echo status $?\n"
			"status $id; oci delete $id; gone\n"),
		"status 137\nstopped\n");
}

static void annotations_are_properties(void **state)
{
	(void)state;
	need_systemd();
	assert_prints(
		scope_script("config '.annotations = {\"org.systemd.property.TimeoutStopSec\": "
			     "\"uint64 7\", \"org.systemd.property.Description\": \"\\u0027it "
			     "is\\u0027\","
			     " \"org.systemd.property.After\": \"[\\u0027basic.target\\u0027]\"}'\n"
			     "os run -d $id; property TimeoutStopUSec; property Description\n"
			     "property After | grep -o basic.target; oci delete --force $id\n"
			     "config '.annotations = {\"org.systemd.property.NoSuch\": \"1\"}'\n"
			     "no os run -d $id 2>err; wc -l <err; grep -o 'NoSuch' err; gone\n"),
		"7s\nit is\nbasic.target\n1\nNoSuch\n");
}

static void systemd_can_stop_it(void **state)
{
	(void)state;
	need_systemd();
	assert_prints(
		scope_script("args sh -c 'trap \"exit 0\" TERM; while :; do sleep 0.1; done'\n"
			     "os run -d $id; systemctl stop $u; status $id; oci delete $id\n"
			     "gone; ls run\n"),
		"stopped\n");
}

static void all_processes_are_ended(void **state)
{
	(void)state;
	need_systemd();
	assert_prints(
		scope_script(
			"config 'del(.linux.namespaces[] | select(.type == \"pid\"))'\n"
			"args sh -c 'sleep 900 & sleep 901 & wait'\n"
			"os run -d $id; wait_for sh -c \"[ \\$(wc -l <$c/cgroup.procs) = 3 ]\"\n"
			"oci kill --all $id KILL; wait_for is $id stopped\n"
			"wait_for gone; oci delete $id; gone\n"
			"os run -d $id; oci pause $id; status $id; oci delete --force $id; gone\n"),
		"paused\n");
}

static void what_fails_leaves_no_unit(void **state)
{
	(void)state;
	need_systemd();
	assert_prints(scope_script("args nope; no os create $id 2>err; wc -l <err; gone; ls run\n"
				   "args sleep 1000; config '.linux.resources.cpu.cpus = \"900\"'\n"
				   "no os create $id 2>err; wc -l <err; gone; ls run\n"),
		      "1\n1\n");
}

static void a_unit_that_failed_is_in_nobodys_way(void **state)
{
	(void)state;
	need_systemd();
	assert_prints(
		scope_script(
			"failed() { [ $(property ActiveState) = failed ]; }\n"
			"systemd-run --quiet --scope --unit $u -p RuntimeMaxSec=1 sleep 100 || "
			"true\n"
			"wait_for failed; os run -d $id; property ActiveState\n"
			"no os run -d other 2>err; grep -c \"$u\" err; property ActiveState\n"
			"for i in 1 2 3 4; do oci delete --force $id; gone; os run -d $id; done\n"
			"property ActiveState\n"),
		"active\n1\nactive\nactive\n");
}

/* The slice has room for one process, and the placeholder takes it. */
static void a_slice_without_room_is_told(void **state)
{
	(void)state;
	need_systemd();
	assert_prints(
		scope_script("s=t$$.slice; trap 'oci delete --force --regex . || true; systemctl "
			     "stop $s; rm -rf --one-file-system $d' EXIT\n"
			     "config --arg path $s:pre:$id '.linux.cgroupsPath = $path'\n"
			     "systemctl start $s; systemctl set-property --runtime $s TasksMax=1\n"
			     "no os run -d $id 2>&1 | grep -o \"$s takes no more.*allow two\" | "
			     "cut -d' ' -f2-\n"
			     "oci list -q; property LoadState\n"
			     "systemctl set-property --runtime $s TasksMax=2\n"
			     "os run -d $id; status $id; oci delete --force $id\n"),
		"takes no more processes: TasksMax of it or of a slice above has to allow two\n"
		"not-found\nrunning\n");
}

/* systemd has no TasksMax=0. With one process in the scope, 1 lets no more begin. */
static void no_process_more_stays_so_after_a_reload(void **state)
{
	(void)state;
	need_systemd();
	assert_prints(scope_script("config '.linux.resources.pids = {limit: 0}'\n"
				   "os run -d $id; file pids.max; property TasksMax\n"
				   "systemctl daemon-reload; file pids.max; status $id\n"
				   "no oci exec $id true 2>/dev/null\n"),
		      "1\n1\n1\nrunning\n");
}

/* A warning of busctl is read to its end, also with a unit's name of 255 bytes in it. */
static void a_long_name_brings_no_false_warning(void **state)
{
	(void)state;
	need_systemd();
	assert_prints(
		scope_script("long=$(printf 'n%.0s' $(seq 240)); "
			     "config --arg path w-b.slice:p:$long '.linux.cgroupsPath = $path'\n"
			     "os run -d $id; oci delete --force $id 2>&1\n"),
		"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(it_is_a_scope_in_its_slice),
		host_test(without_a_path_it_has_the_name_of_the_container),
		host_test(limits_stay_when_systemd_is_reloaded),
		host_test(the_files_of_create_are_the_same_after_a_reload),
		host_test(the_files_of_update_are_the_same_after_a_reload),
		host_test(so_they_are_after_one_that_was_refused),
		host_test(memory_is_limited_and_nothing_is_left),
		host_test(annotations_are_properties),
		host_test(systemd_can_stop_it),
		host_test(all_processes_are_ended),
		host_test(what_fails_leaves_no_unit),
		host_test(a_unit_that_failed_is_in_nobodys_way),
		host_test(a_slice_without_room_is_told),
		host_test(no_process_more_stays_so_after_a_reload),
		host_test(a_long_name_brings_no_false_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
