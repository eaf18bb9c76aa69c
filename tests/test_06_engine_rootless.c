/* Step 06, engine: the store and the containers of a user without root. */
#include "test_06_engine.h"
#include "test_06_rootless.h"

/* `e` is a user's. */
#define AS_USER                                                                                    \
	IN_USER "chmod 755 $d; chown 54321:54322 $d\n"                                             \
		"e() { $as env STEP_STORE=$s ./step-06 \"$@\"; }\n" BACKGROUND

static void a_running_container_is_stopped_and_copied_from(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_success(engine_script(
		AS_USER
		"$as mkdir $d/volume\n"
		"background box -v $d/volume:/v busybox sh -c 'trap \"exit 7\" TERM; echo mine "
		">/f; echo ready; "
		"while :; do sleep 0.05; done'\n"
		"asked box; e cp box:/f $d/out; is \"$(cat $d/out)\" mine\n"
		"is $(stat -c %u $d/out) 54321; is \"$(e diff box | xargs)\" 'A /f A /v'\n"
		"e cp $d/out box:/g; e cp $d/out box:/v; is \"$(e diff box | xargs)\" 'A /f A /g A "
		"/v'\n"
		"is \"$($as cat $d/volume/out)\" mine; e cp box:/v/out $d/back; cmp $d/out "
		"$d/back\n"
		"refuses 125 'is running' e rm box; e stop box >/dev/null; wait; is $(cat $d/box) "
		"7\n"
		"e cp $d/out box:/h; e commit box img >/dev/null; e rm box >/dev/null\n"
		"is \"$(e run --rm --network none img cat /f /g /h | xargs)\" 'mine mine mine'\n"
		"e rmi img >/dev/null; is \"$(e ps -aq)\" ''"));
}

static void a_running_container_is_removed_by_force(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_success(engine_script(
		AS_USER
		"background box busybox sleep 1000\n"
		"e rm --force box >/dev/null; wait; is $(cat $d/box) 137; is \"$(e ps -aq)\" ''\n"
		"is \"$(ls $s/containers)\" ''"));
}

static void a_container_is_exported_and_imported(void **state)
{
	(void)state;
	need_user_namespaces();
	assert_success(engine_script(
		AS_USER
		"id=$(e create busybox true); e export $id >$d/root.tar; e rm $id >/dev/null\n"
		"e import $d/root.tar again >/dev/null\n"
		"is \"$(e run --rm --network none again cat /etc/passwd | head -1 | cut -d: -f1)\" "
		"root\n"
		"e save -o $d/saved.tar again; e rmi again >/dev/null; e load -i $d/saved.tar "
		">/dev/null\n"
		"is \"$(e run --rm --network none again echo loaded)\" loaded"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_running_container_is_stopped_and_copied_from),
		host_test(a_running_container_is_removed_by_force),
		host_test(a_container_is_exported_and_imported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
