/* Step 06, engine: cp to and from containers that run, and with volumes and mounts. */
#include "test_06_engine.h"

static void files_go_into_a_container_that_runs(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING
		"running box --tmpfs /mem busybox sh -c 'until [ -e /go ]; do sleep 0.05; done; "
		"cat "
		"/in/f /mem/g; stat -c \"%a %u:%g\" /in/f; sleep 1000'\n"
		"mkdir $d/in; echo one >$d/in/f; echo two >$d/g; chmod 604 $d/in/f; chown 9:9 "
		"$d/in/f\n"
		"wait_for e cp $d/in box:/; e cp $d/g box:/mem; e cp $d/g box:/go\n"
		"wait_for eval '[ \"$(cat $d/running.out | xargs)\" = \"one two 604 0:0\" ]'\n"
		"e cp -a $d/in box:/kept; e cp -a box:/kept $d/kept; [ $(stat -c %u:%g "
		"$d/kept/f) = 9:9 ]\n"
		"e cp box:/mem/g $d/out; cmp $d/g $d/out; e diff box | grep -qx 'A /in/f'\n"
		"up box; kill_all; wait_for down box; e cp box:/in/f $d/f; cmp $d/f $d/in/f\n"
		"e rm box >/dev/null; whole"));
}

static void a_container_that_runs_with_users_of_its_own_gets_files(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING
		"running box --userns auto busybox sh -c 'until [ -e /go ]; do sleep 0.05; done; "
		"stat -c \"%u:%g\" /in /in/f; echo more >>/in/f; sleep 1000'\n"
		"mkdir $d/in; echo one >$d/in/f; chmod 600 $d/in/f; wait_for e cp $d/in box:/\n"
		"e cp $d/in/f box:/go; wait_for eval '[ \"$(cat $d/running.out | xargs)\" = \"0:0 "
		"0:0\" ]'\n"
		"wait_for eval 'e cp box:/in/f $d/f; [ $(wc -l <$d/f) = 2 ]'; [ $(stat -c %u $d/f) "
		"= "
		"0 ]\n"
		"refuses 125 'users of its own' e cp -a $d/in box:/\n"
		"kill_all; wait_for down box; e rm box >/dev/null; whole"));
}

/* `volumes`: what a container with a volume, a bind mount, and a read-only one is asked. */
#define VOLUMES                                                                                    \
	"mkdir $d/bind $d/fixed; echo b >$d/bind/b; echo f >$d/fixed/f; echo new >$d/new\n"        \
	"e commit -c 'VOLUME /vol' $(e create busybox sh) img >/dev/null\n"                        \
	"here=$PWD\n"                                                                              \
	"copies() { e cp box:/bind/b $d/o; cmp $d/bind/b $d/o; e cp box:/fixed/f $d/o\n"           \
	" cmp $d/o $d/fixed/f; e cp $d/new box:/bind/new; cmp $d/new $d/bind/new\n"                \
	" e cp $d/new box:/vol/$1; e cp box:/vol/$1 $d/o; cmp $d/new $d/o\n"                       \
	" refuses 125 EROFS e cp $d/new box:/fixed/new; [ \"$(ls $d/fixed)\" = f ]\n"              \
	" e diff box >$d/diff; no grep -q new $d/diff; rm $d/bind/new; }\n"

static void volumes_and_mounts_of_a_running_container_are_reached(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING VOLUMES
		"running box -v $d/bind:/bind -v $d/fixed:/fixed:ro img sleep 1000\n"
		"wait_for e cp box:/bind/b $d/o; copies one; up box; kill_all; wait_for down box\n"
		"copies two; e cp box:/vol/one $d/o; e rm box >/dev/null; whole"));
}

static void so_are_those_of_one_that_has_ended(void **state)
{
	(void)state;
	assert_success(engine_script(
		VOLUMES
		"(cd $d && $here/step-06 create --network none --name box -v ./bind:/bind --mount "
		"type=bind,source=$d/fixed,target=/fixed,readonly img ls /vol >/dev/null)\n"
		"e cp $d/new box:/vol/first; copies one; is \"$(e start -a box | xargs)\" 'first "
		"one'; copies two\n"
		"cat /proc/self/mountinfo >$d/m; no grep -q \"$s\" $d/m; is \"$(e start -a box | "
		"xargs)\" 'first one two'\n"
		"rm -r $d/bind; refuses 125 ENOENT e cp box:/etc/passwd $d/o; e rm box >/dev/null; "
		"whole"));
}

/* A link in the container leads to a path of the container, also while it runs. */
static void links_of_a_running_container_do_not_lead_out(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING
		"mkdir $d/host; echo secret >$d/host/secret; echo evil >$d/evil\n"
		"running box busybox sh -c \"ln -s $d/host /dir; ln -s ../../../../../..$d/host "
		"/up; ln -s $d/host/secret /file; ln -s /proc/1/root$d/host /magic; ln -s "
		"/proc/self/cwd /cwd; mkdir /tree; ln -s $d/host /tree/sub; echo >/ready; sleep "
		"1000\"\n"
		"wait_for e cp box:/ready $d/ready\n"
		"for to in /dir /dir/ /dir/evil /up/evil /magic/evil /cwd/evil /file /dir/. "
		"/../../../../..$d/host/evil /tree/sub/evil /tree/sub; do e cp $d/evil box:$to "
		"2>/dev/null || true\n"
		" [ \"$(ls $d/host)\" = secret ] && [ $(cat $d/host/secret) = secret ] || problem "
		"cp to $to\n"
		"done; mkdir $d/out\n"
		"for from in /dir/secret /dir/ /dir/. /up/secret /up/. /file /magic/secret "
		"/magic/. ../..$d/host/secret; do\n"
		" rm -rf $d/out; mkdir $d/out; e cp box:$from $d/out/x 2>/dev/null || true\n"
		" for f in $d/out/x $d/out/x/*; do [ -h $f ] || [ ! -f $f ] || no grep -q secret "
		"$f; done; done\n"
		"kill_all; wait_for down box; e rm box >/dev/null; whole"));
}

/*
 * CVE-2018-15664: a program of the container replaces a directory by a link to a path of the host,
 * again and again, while files are copied through it.
 */
static void a_race_in_the_container_leads_nowhere(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING
		"mkdir $d/host; echo secret >$d/host/file; echo evil >$d/evil\n"
		"running box busybox sh -c \"mkdir -p /a$d; ln -s $d/host /b; mkdir /c; echo own "
		">/c/file; echo >/ready; while :; do mv -T /c /a$d/d; mv -T /b /c; mv -T /c /b; mv "
		"-T /a$d/d /c; done\"\n"
		"wait_for e cp box:/ready $d/ready; for i in $(seq 150); do\n"
		" rm -f $d/o; e cp box:/c/file $d/o 2>/dev/null || true\n"
		" [ ! -e $d/o ] || no grep -q secret $d/o\n"
		" e cp $d/evil box:/c/evil 2>/dev/null || true; e cp $d/evil box:/c/file "
		"2>/dev/null || true\n"
		"done; is \"$(cd $d/host && ls && cat file)\" \"$(printf 'file\\nsecret')\"\n"
		"kill_all; wait_for down box; e rm box >/dev/null; whole"));
}

/* The file becomes a node that the container may make, but not open: the host's may not be read. */
static void a_node_in_the_place_of_a_file_is_not_opened(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING
		"running box busybox sh -c 'echo own >/f; mknod /n c 1 5; mkfifo /p; echo >/ready; "
		"while :; do mv /f /g; mv /n /f; mv /f /n; mv /p /f; mv /f /p; mv /g /f; done'\n"
		"wait_for e cp box:/ready $d/ready; for i in $(seq 200); do rm -f $d/o\n"
		" timeout 10 ./step-06 cp box:/f $d/o 2>/dev/null || [ $? -eq 125 ]\n"
		" [ ! -f $d/o ] || [ \"$(cat $d/o)\" = own ]; done\n"
		"kill_all; wait_for down box; e rm box >/dev/null; whole"));
}

/* A file of a terabyte with a few bytes in it takes no space in the container, and none outside. */
static void holes_stay_holes(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING
		"running box --tmpfs /mem busybox sh -c 'cd /mem; truncate -s 1024G hole; truncate "
		"-s "
		"1024G f; "
		"echo one | dd of=f conv=notrunc 2>/dev/null; echo two | dd of=f bs=1M seek=500000 "
		"conv=notrunc 2>/dev/null; echo end | dd of=g bs=1M seek=500000 2>/dev/null; "
		"echo >/ready; sleep 1000'\n"
		"wait_for e cp box:/ready $d/ready; mkdir $d/o\n"
		"for f in f g hole; do timeout 20 ./step-06 cp box:/mem/$f $d/o/; "
		"timeout 20 ./step-06 cp $d/o/$f box:/mem/back; e cp box:/mem/back $d/o/$f.back\n"
		"for copy in $f $f.back; do echo $(stat -c %s $d/o/$copy) "
		"$(dd if=$d/o/$copy bs=4 count=1 2>/dev/null | tr -d '\\0') "
		"$(dd if=$d/o/$copy bs=1M skip=500000 count=1 2>/dev/null | tr -d '\\0'); "
		"[ $(stat -c %b $d/o/$copy) -lt 999 ]; done; done >$d/out\n"
		"is \"$(xargs <$d/out)\" '1099511627776 one two 1099511627776 one two 524288000004 "
		"end "
		"524288000004 end 1099511627776 1099511627776'\n"
		"e cp box:/sys/kernel/mm/transparent_hugepage/enabled $d/o/ || true\n"
		"no grep -aqP '\\x00' $d/o/enabled\n"
		"kill_all; wait_for down box; e rm box >/dev/null; whole"));
}

/* A container that is just about to run still has the host's root. */
static void the_root_of_the_host_is_never_taken(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; touch $d/host; for i in $(seq 30); do\n"
		" r --rm --name box$i busybox sleep 0.2 & until e cp box$i:$d/host $d/o 2>$d/err; "
		"do\n"
		"  if grep -q ENOENT $d/err; then break; fi; kill -0 $! || break; done\n"
		" [ ! -e $d/o ]; wait; done; whole"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(files_go_into_a_container_that_runs),
		host_test(a_container_that_runs_with_users_of_its_own_gets_files),
		host_test(volumes_and_mounts_of_a_running_container_are_reached),
		host_test(so_are_those_of_one_that_has_ended),
		host_test(links_of_a_running_container_do_not_lead_out),
		host_test(a_race_in_the_container_leads_nowhere),
		host_test(a_node_in_the_place_of_a_file_is_not_opened),
		host_test(holes_stay_holes),
		host_test(the_root_of_the_host_is_never_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
