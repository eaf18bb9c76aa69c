/* step-06-oci: exec, and the verbs that show or change a running container. */
#include "test_06_oci.h"

static void it_is_in_the_container(void **state)
{
	(void)state;
	assert_prints(oci_script("args sleep 1000; oci run -d $id; pid=$(oci state $id | jq .pid)\n"
				 "oci exec $id sh -c 'hostname; [ $$ -gt 1 ]; cat /proc/1/comm'\n"
				 "oci exec $id probe namespaces | grep -v _for_ | sort >inside\n"
				 "for kind in cgroup ipc mnt net pid uts; do\n"
				 "  grep -q \"$(readlink /proc/$pid/ns/$kind | tr -dc 0-9)\" "
				 "inside || echo other $kind\n"
				 "done\n"
				 "oci exec $id cat /proc/self/cgroup | grep -v name= | grep -v "
				 "':/$' || true\n"),
		      "testing\nsleep\n");
}

/* The `run` that waits for the container does not keep other verbs from it. */
static void a_container_in_the_foreground_can_be_entered(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args sleep 1000; oci run $id & run=$!; wait_for is $id running\n"
			   "entered() { timeout 20 $h/step-06-oci --root $d/run \"$@\"; }\n"
			   "entered exec $id cat /proc/1/comm; entered pause $id\n"
			   "entered resume $id; entered delete --force $id; wait $run || echo "
			   "$?; ls run\n"),
		"sleep\n137\n");
}

static void it_has_its_own_exit_status(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"args sleep 1000; oci run -d $id\n"
			"try() { oci exec \"$@\" 2>/dev/null || echo $?; }\n"
			"try $id true; try $id sh -c 'exit 42'; try $id sh -c 'kill -9 $$'\n"
			"try $id nope; try $id /etc; try none true; try --frob $id true; try $id\n"
			"oci pause $id; try $id true; oci resume $id; try $id true\n"),
		"42\n137\n255\n255\n255\n255\n255\n255\n");
}

static void it_gives_up_the_same_rights(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args sleep 1000; oci run -d $id\n"
			   "first() { grep -E \"$1\" /proc/$(oci state $id | jq .pid)/status; }\n"
			   "first 'Cap|NoNewPrivs|Seccomp:' >a\n"
			   "oci exec $id grep -E 'Cap|NoNewPrivs|Seccomp:' /proc/self/status >b; "
			   "cmp a b\n"
			   "oci exec $id sh -c 'ulimit -n'\n"
			   "oci exec --cap CAP_SYS_TIME $id probe caps | grep -c SYS_TIME\n"
			   "oci exec --cap CAP_NOPE $id true 2>&1 | grep -o 'warning.*'\n"
			   "oci exec -u 1000:29 -g 4711 $id id\n"
			   "oci exec -e A=b -e C=d -w /tmp $id sh -c 'echo $A $C; pwd'\n"
			   "oci exec -e HOME=/here -e PATH=/usr/bin $id env | sort | grep -e HOME "
			   "-e PATH\n"
			   "oci exec -e NOTHING $id true 2>&1 | grep -o 'must be NAME=VALUE'\n"),
		"1025\n3\nwarning: exec --cap CAP_NOPE: unknown capability\nuid=1000(user) "
		"gid=29(audio) groups=4711\nb d\n/tmp\nHOME=/here\nPATH=/usr/bin\nmust be "
		"NAME=VALUE\n");
}

/* The C library's functions that read numbers would make each of these 0. */
static void what_is_no_id_is_refused(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			"args sleep 1000; oci run -d $id\n"
			"for user in -1 4294967295 4294967296 2147483648 18446744073709551616 "
			"1000:-1 -1:1000 1000:abc abc 1000: :5 1000:5:5 '' ' 5' '5 ' +5 0x5 5,6 "
			"1e3 00000000005; do\n"
			"  no oci exec --user \"$user\" $id echo in 2>&1 | grep -q "
			"'exec --user .*: must be UID or UID:GID' || echo \"not $user\"; done\n"
			"for group in -1 4294967295 4294967296 2147483648 abc '' ' 5' +5 0x5; do\n"
			"  no oci exec --additional-gids \"$group\" $id echo in 2>&1 | grep -q "
			"'exec --additional-gids .*: must be the number' || echo \"not $group\"; "
			"done\n"
			"oci exec --user 2147483647:5 -g 2147483647 $id id\n"),
		"uid=2147483647 gid=5 groups=2147483647\n");
}

/* Podman sets this annotation for `--group-add keep-groups`. */
static void our_groups_stay_if_that_is_wanted(void **state)
{
	(void)state;
	assert_prints(
		oci_script("in_groups() { setpriv --groups $1 $h/step-06-oci --root run $2 $id "
			   "${3:-}; }\n"
			   "args id -G; in_groups 4,24 run\n"
			   "config '.annotations[\"run.oci.keep_original_groups\"] = \"1\"'\n"
			   "in_groups 4,24 run; args sleep 1000; oci run -d $id\n"
			   "in_groups 5,26 exec 'id -G'\n"),
		"0\n0 4 24\n0 5 26\n");
}

static void a_file_says_all_of_it(void **state)
{
	(void)state;
	assert_prints(oci_script("args sleep 1000; oci run -d $id\n"
				 "echo '{\"args\": [\"sh\", \"-c\", \"pwd; echo $X; id -u; exit "
				 "5\"], \"cwd\": \"/tmp\",\n"
				 "  \"env\": [\"X=y\", \"PATH=/bin:/usr/bin\"], \"user\": "
				 "{\"uid\": 7, \"gid\": 8}}' >process\n"
				 "oci exec --process process $id || echo $?\n"
				 "oci exec --detach --pid-file pid --process process $id >out\n"
				 "wait_for grep -q 7 out; cat pid | grep -c '^[0-9]*$'\n"),
		      "/tmp\ny\n7\n5\n1\n");
}

static void detached_it_goes_on(void **state)
{
	(void)state;
	assert_prints(oci_script("args sleep 1000; oci run -d $id\n"
				 "oci exec -d --pid-file pid $id sleep 2000; kill -0 $(cat pid)\n"
				 "oci ps --format json $id | jq length\n"
				 "oci ps --format json $id | jq \"index($(cat pid)) != null\"\n"
				 "oci ps $id | grep -c 'sleep [12]000'; oci ps $id -o pid,comm | "
				 "tail -1 | grep -o sleep\n"),
		      "2\ntrue\n2\nsleep\n");
}

static void a_terminal_is_its_own(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args sleep 1000; oci run -d $id\n"
			   "cat >receive.py <<'END'\n"
			   "import array, os, socket, sys\n"
			   "s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(1)\n"
			   "c, _ = s.accept(); m, a, _, _ = c.recvmsg(4096, 64)\n"
			   "fd = array.array('i', a[0][2])[0]\n"
			   "text = b''\n"
			   "while True:\n"
			   "    try: got = os.read(fd, 4096)\n"
			   "    except OSError: break\n"
			   "    if not got: break\n"
			   "    text += got\n"
			   "sys.stdout.write(text.decode().replace('\\r', ''))\n"
			   "END\n"
			   "python3 receive.py $d/s >out & wait_for [ -S s ]\n"
			   "oci exec -d -t --console-socket $d/s $id sh -c 'tty; probe tty'\n"
			   "wait $!; grep -E '^/dev|controlling' out; rm s\n"
			   "config '.process.terminal = true'; args sh -c 'tty; ls /dev/console'\n"
			   "no oci create $id-2 2>&1 | grep -o 'use --console-socket'\n"
			   "python3 receive.py $d/s >out & wait_for [ -S s ]\n"
			   "oci create --console-socket $d/s $id-2; oci start $id-2; wait $!; cat "
			   "out\n"),
		"/dev/pts/0\ncontrolling yes\nuse --console-socket\n/dev/pts/0\n/dev/console\n");
}

static void all_processes_can_be_signalled(void **state)
{
	(void)state;
	assert_prints(
		oci_script("args sleep 1000; oci run -d $id; oci exec -d $id sleep 2000\n"
			   "has() { [ $(oci ps --format json $id | jq length) = $1 ]; }; has 2\n"
			   "oci kill --all $id TERM; wait_for has 1\n"
			   "oci kill --all $id KILL; wait_for is $id stopped; status $id\n"),
		"stopped\n");
}

static void limits_can_be_changed(void **state)
{
	(void)state;
	assert_prints(oci_script("args sleep 1000; oci run -d $id\n"
				 "oci events --stats $id | jq -r '.type, .id == $i' --arg i $id\n"
				 "oci update --pids-limit 5 $id\n"
				 "oci exec $id sh -c 'for i in 1 2 3 4 5 6 7; do sleep 9 & done' "
				 ">said 2>&1 || true\n"
				 "grep -m1 -o fork said\n"
				 "oci events --stats $id | jq .data.pids.limit\n"
				 "echo '{\"pids\": {\"limit\": 50}}' | oci update -r - $id\n"
				 "oci events --stats $id | jq .data.pids.limit\n"
				 "no oci update --pids-limit many $id 2>/dev/null\n"
				 "no oci update none 2>/dev/null\n"),
		      "stats\ntrue\nfork\n5\n50\n");
}

static void there_is_a_list_of_containers(void **state)
{
	(void)state;
	assert_prints(
		oci_script("oci list -q; args sleep 1000; oci create b; oci run -d a; oci list -q\n"
			   "oci list --format json | jq -r '.[] | .id + \" \" + .status'\n"
			   "oci list | sed 's/  */ /g' | cut -d' ' -f1,3; no oci list --format xml "
			   "2>/dev/null\n"
			   "oci delete --force --regex '^[ab]$'; oci list -q\n"),
		"a\nb\na running\nb created\nID STATUS\na running\nb created\n");
}

static void its_features_are_listed(void **state)
{
	(void)state;
	assert_prints(
		oci_script("oci features | jq -r '.ociVersionMax, (.hooks | length),\n"
			   "  (.mountOptions | index(\"rro\") != null), .linux.seccomp.enabled'\n"),
		"1.3.0\n6\ntrue\ntrue\n");
}

static void the_usual_configuration_is_the_articles(void **state)
{
	(void)state;
	assert_prints(oci_script("mkdir x; cd x; oci spec\n"
				 "jq -r '.hostname, (.mounts | length), .process.args[0],\n"
				 "  (.process.capabilities.bounding | length), "
				 ".process.rlimits[0].hard' config.json\n"
				 "no oci spec 2>&1 | grep -o EEXIST\n"),
		      "testing\n6\n/bin/sh\n14\n1025\nEEXIST\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(it_is_in_the_container),
		host_test(a_container_in_the_foreground_can_be_entered),
		host_test(it_has_its_own_exit_status),
		host_test(it_gives_up_the_same_rights),
		host_test(what_is_no_id_is_refused),
		host_test(our_groups_stay_if_that_is_wanted),
		host_test(a_file_says_all_of_it),
		host_test(detached_it_goes_on),
		host_test(a_terminal_is_its_own),
		host_test(all_processes_can_be_signalled),
		host_test(limits_can_be_changed),
		host_test(there_is_a_list_of_containers),
		cmocka_unit_test(its_features_are_listed),
		cmocka_unit_test(the_usual_configuration_is_the_articles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
