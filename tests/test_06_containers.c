/* Step 06, engine: containers of images, while they run and when they have ended. */
#include <signal.h>

#include "pty.h"
#include "test_06_engine.h"

/* The image "told": a configuration with something in each field; $t is a random token. */
#define TOLD                                                                                       \
	"t=$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')\n"                                          \
	"cp -a rootfs/busybox $d/tree; mkdir -m 777 $d/tree/place; cat >$d/tree/entry <<'END'\n"   \
	"#!/bin/sh\n"                                                                              \
	"echo \"$# $* $(pwd) $(id -u):$(id -g) $TOKEN $HOME\"\n"                                   \
	"END\n"                                                                                    \
	"chmod 755 $d/tree/entry; tar -C $d/tree -cf $d/a.tar .\n"                                 \
	"e import -c \"ENV TOKEN=$t\" -c 'WORKDIR /place' -c 'USER 12:34' \\\n"                    \
	" -c 'ENTRYPOINT [\"/entry\", \"a b\"]' -c 'CMD [\"c\", \"d\"]' $d/a.tar told "            \
	">/dev/null\n"

/* ---- run ---- */

static void the_image_says_how_it_is_run(void **state)
{
	(void)state;
	assert_success(engine_script(
		TOLD "is \"$(r --rm told)\" \"3 a b c d /place 12:34 $t /\"\n"
		     "is \"$(r --rm told x)\" \"2 a b x /place 12:34 $t /\"\n"
		     "is \"$(r --rm -w /tmp -u 0:0 -e TOKEN=mine told)\" \"3 a b c d /tmp 0:0 mine "
		     "/root\"\n"
		     "is \"$(r --rm --entrypoint /entry told)\" \"0  /place 12:34 $t /\"\n"
		     "is \"$(r --rm --entrypoint /bin/echo told x y)\" 'x y'\n"
		     "is \"$(r --rm --entrypoint '' told echo x y)\" 'x y'\n"
		     "is \"$(r --rm --entrypoint pwd told)\" /place\n"
		     "is \"$(r --rm -e HOME=/h told)\" \"3 a b c d /place 12:34 $t /h\"\n"
		     "is \"$(r --rm -w /new/place told)\" \"3 a b c d /new/place 12:34 $t /\"\n"
		     "refuses 125 'no command' r --rm --entrypoint '' told; whole"));
}

static void a_user_and_group_of_the_image_may_be_names(void **state)
{
	(void)state;
	assert_prints(
		engine_script(
			TOLD
			"tail -1 $d/tree/etc/passwd >/dev/null\n"
			"echo 'me:x:77:78::/home/me:/bin/sh' >>$d/tree/etc/passwd\n"
			"echo 'grp:x:99:me' >>$d/tree/etc/group\n"
			"tar -C $d/tree -cf $d/a.tar .\n"
			"for user in me me:grp 77:grp me:5; do\n"
			" e import -c \"USER $user\" -c 'CMD echo $(id -u):$(id -g) $HOME' "
			"$d/a.tar named >/dev/null\n"
			" r --rm named; done\n"
			"e import -c 'USER nobody-here' -c 'CMD true' $d/a.tar named >/dev/null\n"
			"refuses 125 nobody-here r --rm named"),
		"77:78 /home/me\n77:99 /home/me\n77:99 /home/me\n77:5 /home/me\n");
}

static void variables_come_from_files_as_well(void **state)
{
	(void)state;
	assert_prints(
		engine_script(
			TOLD
			"printf '# a comment\\n\\n A=1\\nB=two "
			"words\\nCALLER\\nTOKEN=file\\r\\nGONE\\n"
			"E=\"q\"' >$d/env; export CALLER=here; unset GONE\n"
			"show='echo \"$A|$B|$CALLER|$TOKEN|${GONE-none}|$E\"'\n"
			"r --rm --env-file $d/env --entrypoint /bin/sh told -c \"$show\"\n"
			"r --rm -e A=2 --env-file $d/env --entrypoint /bin/sh told -c \"$show\"\n"
			"echo '=x' >$d/bad; refuses 125 'without a name' r --env-file $d/bad told\n"
			"refuses 125 ENOENT r --env-file $d/nothing told; [ -z \"$(e ps -a -q)\" "
			"]"),
		"1|two words|here|file|none|\"q\"\n2|two words|here|file|none|\"q\"\n");
}

static void the_image_stays_clean(void **state)
{
	(void)state;
	assert_success(
		engine_script("e images >/dev/null; (cd $s/layers && find . -printf '%p %m %U %s "
			      "%T@\\n' | sort) >$d/b\n"
			      "r --rm busybox sh -c 'echo x >/new; rm /etc/passwd; chmod 700 /bin; "
			      "mkdir /etc/a; mv /root /moved; rm -r /home; mkdir /home'\n"
			      "(cd $s/layers && find . -printf '%p %m %U %s %T@\\n' | sort) >$d/a; "
			      "diff $d/b $d/a\n"
			      "r --rm busybox sh -c '[ ! -e /new ] && [ -e /etc/passwd ] && [ -d "
			      "/root ]'; whole\n"
			      "[ -z \"$(e ps -a -q)\" ]"));
}

static void the_umask_of_the_caller_does_not_count(void **state)
{
	(void)state;
	assert_success(
		engine_script("umask 077; show='stat -c \"%a %n\" / /etc /tmp'\n"
			      "is \"$(r --rm -u 5:5 busybox sh -c \"$show\")\" \"$(printf '755 "
			      "/\\n755 /etc\\n1777 /tmp')\"\n"
			      "r --name box busybox true; e commit box two >/dev/null; umask 022\n"
			      "is \"$(r --rm -u 5:5 two stat -c %a /)\" 755; umask 077; mkdir "
			      "$d/c; echo x >$d/c/f\n"
			      "chmod 644 $d/c/f; printf 'FROM busybox\\nCOPY f /new/deep/f\\n' "
			      ">$d/c/Containerfile\n"
			      "id=$(e build $d/c); is \"$(r --rm -u 5:5 $id stat -c %a / /new "
			      "/new/deep | xargs)\" '755 755 755'\n"
			      "is \"$(r --rm -u 5:5 $id cat /new/deep/f)\" x; whole"));
}

/* A container with CAP_SYS_PTRACE may read what belongs to the init, which is this program. */
static void the_init_shows_nothing_of_the_callers_environment(void **state)
{
	(void)state;
	assert_prints(
		engine_script("export HOST=SECRET NAMED=kept\n"
			      "r --rm --init --cap-add SYS_PTRACE -e NAMED -e OWN=set busybox sh "
			      "-c 'wc -c </proc/1/environ | grep -c ^0\n"
			      "grep -ac SECRET /proc/1/environ; echo $NAMED $OWN $PATH'"),
		"0\n0\nkept set "
		"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n");
}

static void the_exit_status_is_that_of_the_command(void **state)
{
	(void)state;
	assert_success(engine_script(

		"status() { want=$1; shift; got=0; r --rm \"$@\" 2>$d/err || got=$?\n"
		" [ $got -eq $want ] || wrong \"$*: $got, not $want: $(cat $d/err)\"; }\n"
		"status 0 busybox true; status 1 busybox false; status 42 busybox sh -c 'exit 42'\n"
		"status 127 busybox /nowhere; status 127 busybox nowhere; status 126 busybox "
		"/etc/passwd\n"
		"status 126 busybox /etc\n"
		"status 143 busybox sh -c 'sh -c \"kill -TERM \\$\\$\"; exit $?'\n"
		"status 137 busybox sh -c 'sh -c \"kill -KILL \\$\\$\"; exit $?'\n"
		"status 137 --init busybox sh -c 'kill -KILL $$'\n"
		"status 125 --nope busybox true; status 125 -m x busybox true\n"
		"status 127 -v $d:/x busybox /x/no\n"
		"status 125 --name ' ' busybox true; status 125 --label =x busybox true; whole\n"
		"for s_ in 0 3 127 137; do n=$(($s_ + 100)); got=0\n"
		" r --name c$n busybox sh -c \"exit $s_\" || got=$?\n"
		" [ $got -eq $s_ ]; [ $(e inspect c$n | jq '.[0].State.ExitCode') -eq $s_ ]; done\n"
		"no r --name none busybox nowhere 2>/dev/null\n"
		"e inspect none | jq -e '.[0].State.ExitCode == 127' >/dev/null\n"
		"e ps -a | grep -q 'Exited (137)'; whole"));
}

static void names_labels_and_ids_are_noted(void **state)
{
	(void)state;
	assert_success(engine_script(
		"t=t$$; r --name $t --label a=b=c -l d --label e= --cidfile $d/id busybox true\n"
		"id=$(cat $d/id); [ ${#id} -eq 64 ]\n"
		"e inspect $t | jq -e --arg id $id '.[0] | .Id == $id and .Labels == {a: \"b=c\", "
		"d: \"\", e: \"\"}' >/dev/null\n"
		"e ps -a --format json | jq -e '.Labels.a == \"b=c\"' >/dev/null; e ps -a -q "
		"--no-trunc | grep -qx $id; whole\n"
		"keeps refuses 125 \"the name $t belongs\" r --name $t busybox true\n"
		"keeps refuses 125 \"the name $t belongs\" e create --name $t busybox true\n"

		"for name in a -a .a a/b ../x 'a b' 'a\n' '' \"$(printf %0300d 0)\" _a $(printf "
		"'a\\377'); do\n"
		" keeps refuses 125 'no name for a container' r --name \"$name\" busybox true; "
		"done\n"
		"[ \"$(cat $d/id)\" = $id ]; whole"));
}

static void a_file_for_the_id_must_be_new(void **state)
{
	(void)state;
	assert_success(
		engine_script("e images >/dev/null; echo here >$d/id\n"
			      "keeps refuses 125 EEXIST r --cidfile $d/id busybox true\n"
			      "keeps refuses 125 EEXIST r --rm --cidfile $d/id busybox true\n"
			      "keeps refuses 125 EEXIST e create --cidfile $d/id busybox true\n"
			      "keeps refuses 125 ENOENT r --rm --cidfile $d/no/id busybox true\n"
			      "is $(cat $d/id) here; whole; named"));
}

static void a_failed_create_leaves_nothing(void **state)
{
	(void)state;
	assert_success(engine_script(
		TOLD
		"e import $d/a.tar bare >/dev/null\n"
		"keeps refuses 125 'no command' e create bare\n"
		"keeps refuses 125 'no such image' e create --pull never nothing sh\n"
		"keeps refuses 125 : e create --label \"$(printf 'a\\377=b')\" busybox sh\n"
		"keeps refuses 125 : e create busybox \"$(printf 'a\\377')\"\n"
		"[ \"$(r --rm busybox echo \"$(printf 'a\\377')\")\" = \"$(printf 'a\\377')\" ]\n"
		"whole"));
}

static void a_run_without_a_command_leaves_nothing(void **state)
{
	(void)state;
	assert_success(engine_script(
		TOLD
		"e import $d/a.tar bare >/dev/null; keeps refuses 125 'no command' r bare; whole"));
}

/* ---- create, start ---- */

static void a_created_container_is_started_as_it_was_asked(void **state)
{
	(void)state;
	assert_success(engine_script(
		TOLD
		"c=$(e create -i --network none --name $t -e X=y --hostname host -w /tmp "
		"--entrypoint sh told -c 'echo $X $(hostname) $(pwd) >>/tmp/out; cat /tmp/out; "
		"cat')\n"
		"[ ${#c} -eq 64 ]; [ \"$(e ps -q)\" = '' ]; e ps -a | grep -q Created\n"
		"e inspect $t | jq -e '.[0].State.Status == \"created\"' >/dev/null\n"
		"is \"$(echo in | e start -a -i $t)\" \"$(printf 'y host /tmp\\nin')\"\n"
		"is \"$(echo in | e start -a $c)\" \"$(printf 'y host /tmp\\ny host /tmp')\"\n"
		"e ps -a | grep -q 'Exited (0)'\n"
		"refuses 125 'take -a' e start $t; refuses 125 'no such container' e start -a "
		"no$t\n"
		"e rmi -f told >/dev/null; e start -a $(echo $c | cut -c1-12) >/dev/null "
		"</dev/null; whole\n"
		"c=$(e create --network none --rm busybox echo once); [ $(e start -a $c) = once ]\n"
		"refuses 125 'no such container' e start -a $c; whole\n"
		"c=$(e create --network none busybox sh -c 'exit 5'); got=0; e start -a $c || "
		"got=$?\n"
		"[ $got -eq 5 ]; whole"));
}

static void a_container_starts_with_what_it_was_created_with(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; echo A=1 >$d/env; mkdir $d/v; echo in >$d/v/f\n"
		"c=$(e create --network none --env-file $d/env busybox sh -c 'echo $A'); echo A=2 "
		">$d/env\n"
		"is \"$(e start -a $c)\" 1; rm $d/env; is \"$(e start -a $c 2>&1)\" 1\n"
		"c=$(B=then e create --network none -e B busybox sh -c 'echo $B')\n"
		"is \"$(B=now e start -a $c)\" then\n"
		"c=$(cd $d && $OLDPWD/step-06 create --network none -v ./v:/v busybox cat /v/f)\n"
		"is \"$(e start -a $c 2>&1)\" in"));
}

static void short_options_may_be_joined(void **state)
{
	(void)state;
	assert_prints(engine_script("e create -i --network none --name box busybox cat >/dev/null\n"
				    "[ $(e ps -aq | wc -l) -eq 1 ]; echo hello | e start -ai box\n"
				    "e container prune -f >/dev/null; e images -q >/dev/null"),
		      "hello\n");
}

static void a_running_container_is_left_alone(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING
		"running box busybox sleep 1000; id=$(e inspect box | jq -r '.[0].Id')\n"
		"refuses 125 'is running' e start -a box; refuses 125 'is running' e rm box\n"
		"refuses 125 'is running' e rm $id; e container prune -f; up box\n"
		"[ $(e ps -q) = $(echo $id | cut -c1-12) ]; e ps | grep -q ' Up '\n"
		"refuses 125 'the container' e rmi busybox; refuses 125 'belongs' r --name box "
		"busybox true\n"
		"e rename box other; up other; e inspect other | jq -e '.[0].State.Running' "
		">/dev/null\n"
		"kill_all; wait_for down other; e rm other; whole"));
}

/* ---- ps, rm, rename, inspect ---- */

static void containers_are_listed(void **state)
{
	(void)state;
	assert_prints(
		engine_script(RUNNING
			      "r --name one busybox true; e create --name two busybox sh -c 'a  b' "
			      ">/dev/null\n"
			      "running three -l x=y busybox sleep 1000\n"
			      "e ps | head -1 | tr -s ' '; e ps | wc -l; e ps -a | wc -l; e ps -q "
			      "| wc -l\n"
			      "e ps -a -q | grep -cxE '[0-9a-f]{12}'; e ps -a -q --no-trunc | grep "
			      "-cxE '[0-9a-f]{64}'\n"
			      "e ps -a --format json | jq -r '.Names + \" \" + .Image + \" \" + "
			      ".Command + \" \" + (.Status | split(\" \")[0])' | sort\n"
			      "e ps --format json | jq -r .Names; e container ls -a -q | wc -l\n"
			      "refuses 125 'table, json or' e ps --format x\n"
			      "[ \"$(e ps -a --format json | jq -r .Names | tr '\\n' ' ')\" = "
			      "'three two one ' ]"),
		"CONTAINER ID IMAGE COMMAND CREATED STATUS NAMES\n2\n4\n1\n3\n3\n"
		"one busybox true Exited\nthree busybox sleep 1000 Up\ntwo busybox sh -c a  b "
		"Created\n"
		"three\n3\n");
}

static void what_is_listed_gives_a_terminal_no_orders(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e create --name other busybox \"$(printf 'a\\033[31m\\nb')\" >/dev/null\n"
		"e create --name yy --label \"$(printf '\\033k=\\033')\" busybox \"$(printf "
		"'\\302\\233')\" >/dev/null\n"
		"[ $(e ps -a | wc -l) -eq 3 ]\n"
		"no grep -q \"$(printf '\\033')\" <<END\n$(e ps -a)\nEND\n"
		"no grep -q \"$(printf '\\302\\233')\" <<END\n$(e ps -a)\nEND\n"));
}

static void containers_are_renamed_and_removed(void **state)
{
	(void)state;
	assert_success(engine_script(
		"for c in one two three; do e create --name $c busybox sh >/dev/null; done\n"
		"id=$(e inspect one | jq -r '.[0].Id'); e rename one uno; whole; named\n"
		"[ $(e inspect uno | jq -r '.[0].Id') = $id ]; [ $(e inspect $id | jq -r "
		"'.[0].Name') = uno ]\n"
		"refuses 125 'do you mean uno?' e inspect unno\n"
		"keeps refuses 125 'belongs to' e rename uno two\n"
		"keeps refuses 125 'no name' e rename uno ../x\n"
		"keeps refuses 125 'no such container' e rename one four\n"
		"e rename uno uno 2>/dev/null || true; whole; e inspect uno >/dev/null\n"
		"e create --name one busybox sh >/dev/null; whole\n"
		"refuses 125 'nothing: no such container' e rm uno nothing one; whole\n"
		"[ $(cat $d/refuses.out | wc -l) -eq 2 ]; e rm two three >/dev/null\n"
		"[ -z \"$(ls $s/containers $s/names | grep -v :)\" ]; whole; named"));
}

static void the_nearest_container_is_named(void **state)
{
	(void)state;
	assert_success(engine_script(
		"for c in database webserver cache; do e create --name $c busybox sh >/dev/null; "
		"done\n"
		"refuses 125 'databse: no such container; do you mean database?' e rm databse\n"
		"refuses 125 'do you mean webserver?' e start -a websrver\n"
		"refuses 125 'do you mean cache?' e cp cahce:/etc/passwd $d\n"
		"refuses 125 'do you mean cache?' e diff Cache\n"
		"refuses 125 'do you mean cache?' e commit cachee\n"
		"refuses 125 'ps -a' e export quite-another"));
}

static void a_running_container_keeps_its_new_name(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; mkfifo $d/fifo\n"
		"./step-06 run --network none -i --name box busybox cat <$d/fifo & pid=$!\n"
		"exec 9>$d/fifo; wait_for sh -c './step-06 ps | grep -q box$'; e rename box other\n"
		"e inspect other | jq -e '.[0].State.Running' >/dev/null; exec 9>&-; wait $pid; "
		"whole\n"
		"is $(e inspect other | jq -r '.[0].Name') other; no e inspect box 2>/dev/null; "
		"named\n"
		"e rm other >/dev/null; whole; named"));
}

/* As a disk that was full, or a machine that lost its power, may leave a record. */
static void a_damaged_record_hides_no_other_and_goes_by_force(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING
		"damage() {\n"
		" case $1 in empty) : ;; half) head -c 99 $2 ;; list) echo '[]' ;; esac >$d/new\n"
		" rm $2; if [ $1 = directory ]; then mkdir $2; else mv $d/new $2; fi; }\n"
		"e create --name good busybox true >/dev/null\n"
		"for kind in empty half list directory; do\n"
		" id=$(e create --name bad busybox true); damage $kind "
		"$s/containers/$id/record.json\n"
		" is \"$(e ps -a --format json 2>$d/err | jq -r .Names)\" good; grep -q $id "
		"$d/err\n"
		" keeps refuses 125 \"the record of the container $id\" e rm $id\n"
		" is $(e rm -f $id) $id; whole; named; done\n"
		"running bad busybox sleep 1000; id=$(e inspect bad | jq -r '.[0].Id')\n"
		"damage half $s/containers/$id/record.json\n"
		"e rm -f $id >/dev/null; rm $d/pids; wait || true; whole; named\n"
		"is \"$(e ps -a --format json | jq -r .Names)\" good"));
}

/* ---- The end ---- */

static void ended_containers_are_pruned(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING "r busybox true; no r busybox false; e create busybox sh >/dev/null\n"
			"running box busybox sleep 1000\n"
			"e container prune -f >$d/out; [ $(wc -l <$d/out) -eq 3 ]; [ $(e ps -a -q "
			"| wc -l) -eq 1 ]; up box\n"
			"kill_all; wait_for down box; e container prune >/dev/null\n"
			"[ -z \"$(e ps -a -q)\" ]; whole; e container prune; whole"));
}

static void the_store_says_how_large_it_is(void **state)
{
	(void)state;
	assert_success(engine_script(
		"r --name box busybox sh -c 'head -c 3000000 /dev/urandom >/large'; e system df "
		">$d/df\n"
		"awk '/^Images/ { i = $3 } /^Layers/ { l = $3 } /^Containers/ { c = $2; m = $3 }\n"
		" END { exit !(i == 1 && l == 1 && c == 1 && m ~ /^3\\.[0-9]*MB$/) }' $d/df || { "
		"cat $d/df\n"
		" exit 9; }; refuses 125 'unknown verb' e system fd"));
}

static void a_killed_container_is_told_and_cleaned_up(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING
		"running box busybox sh -c 'echo kept >/kept; sleep 1000'; running gone --rm "
		"busybox sleep 1000\n"
		"wait_for e cp box:/kept $d/k; kill_all; wait_for down box\n"
		"e ps -a | grep -q Killed; e ps -a --format json | jq -e '.Names == \"box\"' "
		">/dev/null\n"
		"[ \"$(state box)\" = killed ]; [ -z \"$(ls $s/work)\" ]; whole\n"
		"[ -z \"$(e ps -q)\" ]; no pgrep -x sleep\n"
		"./step-06 start -a box >/dev/null 2>&1 & echo $! >>$d/pids; wait_for up box\n"
		"e cp box:/kept $d/again; cmp $d/k $d/again; kill_all; wait_for down box\n"
		"e rm box >/dev/null; whole"));
}

static void the_name_of_a_killed_container_goes_with_it(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING "running gone --rm busybox sleep 1000; kill_all; wait_for down gone\n"
			"e ps -a >/dev/null; whole; named"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_image_says_how_it_is_run),
		host_test(a_user_and_group_of_the_image_may_be_names),
		host_test(variables_come_from_files_as_well),
		host_test(the_image_stays_clean),
		host_test(the_umask_of_the_caller_does_not_count),
		host_test(the_init_shows_nothing_of_the_callers_environment),
		host_test(the_exit_status_is_that_of_the_command),
		host_test(names_labels_and_ids_are_noted),
		host_test(a_file_for_the_id_must_be_new),
		host_test(a_failed_create_leaves_nothing),
		host_test(a_run_without_a_command_leaves_nothing),
		host_test(a_created_container_is_started_as_it_was_asked),
		host_test(a_container_starts_with_what_it_was_created_with),
		host_test(short_options_may_be_joined),
		host_test(a_running_container_is_left_alone),
		host_test(containers_are_listed),
		host_test(what_is_listed_gives_a_terminal_no_orders),
		host_test(containers_are_renamed_and_removed),
		host_test(the_nearest_container_is_named),
		host_test(a_running_container_keeps_its_new_name),
		host_test(a_damaged_record_hides_no_other_and_goes_by_force),
		host_test(ended_containers_are_pruned),
		host_test(the_store_says_how_large_it_is),
		host_test(a_killed_container_is_told_and_cleaned_up),
		host_test(the_name_of_a_killed_container_goes_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
