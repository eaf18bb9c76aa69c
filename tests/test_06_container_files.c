/* Step 06, engine: the files of a container: diff, export, commit and cp. */
#include "test_06_engine.h"

/* ---- diff, export, commit ---- */

static void changes_are_told(void **state)
{
	(void)state;
	assert_prints(
		engine_script(
			"mkdir $d/tree; cp -a rootfs/busybox/. $d/tree; cd $d/tree; mkdir -p "
			"a/deep repl/s mv/in same gone/x; echo 1 >a/deep/file; echo 1 >repl/old; "
			"echo 1 >repl/s/t; echo 1 >mv/in/f\n"
			"echo 1 >same/f; echo 1 >mode; echo 1 >touched; ln -s a link; cd $OLDPWD\n"
			"tar -C $d/tree -cf $d/a.tar .; e import $d/a.tar base >/dev/null\n"
			"r --name box base sh -c 'echo 2 >>/a/deep/file; rm -r /repl; mkdir /repl; "
			"echo n >/repl/new; mv /mv /moved; rm -r /gone; chmod 600 /mode; echo x "
			">/t; rm /t; echo y >/added; mkdir -p /newdir/sub; rm /link; ln -s same "
			"/link; cat /same/f >/dev/null'\n"
			"e diff box | grep -vx 'C /a\\(/deep\\)*' | sort"),
		"A /added\nA /moved\nA /moved/in\nA /moved/in/f\nA /newdir\nA /newdir/sub\nA "
		"/repl/new\n"
		"C /a/deep/file\nC /link\nC /mode\nC /repl\n"
		"D /gone\nD /mv\nD /repl/old\nD /repl/s\n");
}

static void a_file_in_place_of_a_directory_is_a_change(void **state)
{
	(void)state;
	assert_prints(
		engine_script(
			"r --name one busybox sh -c 'echo >/file'; e commit one base >/dev/null\n"
			"r --name box base sh -c 'rm -r /home; echo >/home; rm /file; mkdir /file; "
			"echo >/file/in'\n"
			"e diff box | sort; e commit box two >/dev/null\n"
			"r --rm two sh -c '[ -f /home ] && [ -f /file/in ]'; whole"),
		"A /file/in\nC /file\nC /home\n");
}

static void nothing_has_changed_in_a_container_that_only_read(void **state)
{
	(void)state;
	assert_prints(engine_script("r --name box busybox cat /etc/passwd >/dev/null; e diff box\n"
				    "e create --name dd busybox sh >/dev/null; e diff dd"),
		      "");
}

/* $d/prints.sh: prints all that a container's files are. */
#define PRINTS                                                                                     \
	"prints='cd / && find . -path ./proc -prune -o -path ./sys -prune -o -path ./dev -prune "  \
	"-o -path ./etc/hosts -o -path ./etc/hostname -o -path ./etc/resolv.conf -o -type d "      \
	"-exec stat -c \"%n %F %a %u:%g\" {} + -o -exec stat -c \"%n %F %a %u:%g %s %Y %h %N\" "   \
	"{} + | sort; find . -xdev -type f -path \"./d*\" -exec md5sum {} + | sort'\n"

static void what_is_exported_is_imported_as_it_was(void **state)
{
	(void)state;
	assert_success(engine_script(
		PRINTS "r --name box busybox sh -c 'mkdir /d; echo 1 >/d/a; ln /d/a /d/hard; ln -s "
		       "a /d/soft; mkfifo /d/fifo; chmod 4755 /d/a; chown 5:6 /d/soft /d/fifo; rm "
		       "-r /home; mv /root /d/root; touch -d 2001-02-03 /d/old; echo x "
		       ">/d/$(printf \"n l\\tx\"); chmod 1777 /d'\n"
		       "e export box >$d/e.tar; e export -o $d/f.tar box; cmp $d/e.tar $d/f.tar\n"
		       "tar -tf $d/e.tar >$d/names; no grep -q 'wh\\.' $d/names\n"
		       "e commit box committed >/dev/null; e import $d/e.tar again >/dev/null; r "
		       "--rm committed sh -c \"$prints\" >$d/one; r --rm again sh -c \"$prints\" "
		       ">$d/two; diff $d/one $d/two\n"
		       "grep -q ./d/hard $d/one; refuses 125 ENOSPC sh -c './step-06 export box "
		       ">/dev/full'; whole\n"
		       "refuses 125 ENOENT e export -o $d/no/f box; [ -z \"$(ls $s/work)\" ]"));
}

static void a_commit_has_the_changes_and_a_history(void **state)
{
	(void)state;
	assert_success(engine_script(
		PRINTS
		"t=t$$; r --name box busybox sh -c 'mkdir /d; echo 1 >/d/a; ln /d/a /d/h; rm -r "
		"/home; mkdir /home; echo x >/home/x; mv /root /d/root; chmod 700 /mnt; chown 3:4 "
		"/tmp'\n"
		"before=$(e inspect box | jq -r '.[0].Image')\n"
		"id=$(e commit -m \"a $t\" -a 'Me <m@e>' -c 'CMD [\"cat\", \"/d/a\"]' -c 'ENV A=b' "
		"box host:1/made:x)\n"
		"[ $(inspect host:1/made:x .Id) = $id ]; [ $(r --rm host:1/made:x) = 1 ]\n"
		"inspect $id '.Config.Env[]' | grep -qx A=b; [ $(inspect $id '.RootFS.diff_ids | "
		"length' 2>/dev/null || inspect $id '.RootFS | .diff_ids | length') -eq 2 ]\n"
		"config=$s/blobs/sha256/${id#sha256:}\n"
		"jq -e --arg m \"a $t\" '.author == \"Me <m@e>\" and (.history[-1] | .comment == "
		"$m and .author == \"Me <m@e>\")' $config >/dev/null\n"
		"e export box | tar -x -C $(mktemp -d -p $d) --to-stdout >/dev/null\n"
		"[ $(e inspect box | jq -r '.[0].Image') = $before ]; [ $(r --rm $id sh -c 'ls -A "
		"/home') = x ]\n"
		"r --rm $id sh -c '[ ! -e /root ] && [ $(stat -c %a /mnt) = 700 ] && [ $(stat -c "
		"%u:%g /tmp) = 3:4 ] && [ $(stat -c %h /d/a) = 2 ]'\n"
		"bare=$(e commit box); inspect $bare '.RepoTags | length' | grep -qx 0\n"
		"keeps refuses 125 'no name of an image' e commit box Bad\n"
		"keeps refuses 125 'unknown instruction' e commit -c 'FROM x' box x; whole\n"
		"e rm box >/dev/null; [ $(r --rm $id) = 1 ]; whole"));
}

static void many_commits_are_many_layers(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e tag busybox chain; for i in $(seq 12); do\n"
		" r --name box chain sh -c \"echo $i >/n$i; rm -f /n$((i - 2)); echo $i >/last\"\n"
		" e commit box chain >/dev/null; e rm box >/dev/null; done\n"
		"[ \"$(r --rm chain sh -c 'cat /last; echo /n*')\" = \"$(printf '12\\n/n11 "
		"/n12')\" ]\n"
		"e save -o $d/s chain; export STEP_STORE=$d/o; s=$STEP_STORE; e load -q -i $d/s "
		">/dev/null\n"
		"[ \"$(r --rm chain sh -c 'echo /n*')\" = '/n11 /n12' ]; whole"));
}

static void commits_without_a_change_have_equal_layers(void **state)
{
	(void)state;
	assert_prints(engine_script("e tag busybox chain; for i in 1 2 3; do\n"
				    " r --name box chain true; e commit box chain >/dev/null; e rm "
				    "box >/dev/null\n"
				    "done; r --rm chain echo runs; whole"),
		      "runs\n");
}

static void a_running_container_is_committed_and_copied_from(void **state)
{
	(void)state;
	assert_success(engine_script(
		RUNNING
		"running box busybox sh -c 'echo before >/file; sleep 1000'\n"
		"wait_for e cp box:/file $d/file; [ $(cat $d/file) = before ]\n"
		"e commit box two >/dev/null; [ $(r --rm two cat /file) = before ]; up box\n"
		"e diff box | grep -qx 'A /file'; e export box | tar -xO file | grep -qx before\n"
		"kill_all; wait_for down box; e rm box >/dev/null; whole"));
}

/* ---- cp ---- */

static void files_are_copied_out(void **state)
{
	(void)state;
	assert_success(engine_script(
		"r --name box busybox sh -c 'mkdir -p /x/sub; echo 1 >/x/f; echo 2 >/x/sub/g; ln "
		"-s f /x/l; chown 7:8 /x/f; chmod 640 /x/f; touch -d 2001-02-03 /x/f'\n"
		"cd_=$d/out; mkdir $cd_; e cp box:/x/f $cd_; e cp box:/x/f $cd_/named; cmp $cd_/f "
		"$cd_/named\n"
		"[ \"$(stat -c '%a %u:%g %y' $cd_/f | cut -c1-18)\" = '640 0:0 2001-02-03' ]\n"
		"e cp -a box:/x/f $cd_/kept; [ $(stat -c %u:%g $cd_/kept) = 7:8 ]\n"
		"e cp box:/x $cd_; [ $(cat $cd_/x/sub/g) = 2 ]; [ $(readlink $cd_/x/l) = f ]\n"
		"e cp box:/x $cd_/new; [ $(cat $cd_/new/sub/g) = 2 ]; [ ! -e $cd_/new/x ]\n"
		"mkdir $cd_/e; e cp box:/x/. $cd_/e; [ $(cat $cd_/e/sub/g) = 2 ]; e cp box:x/f "
		"$cd_/relative\n"
		"e cp box:/x/. $cd_/made; [ $(cat $cd_/made/f) = 1 ]\n"
		"e cp box:/x/sub/ $cd_/slash; [ $(cat $cd_/slash/g) = 2 ]\n"
		"refuses 125 ENOENT e cp box:/nothing $cd_; refuses 125 ENOENT e cp box:/x/f "
		"$cd_/no/where\n"
		"refuses 125 : e cp box:/x/f $cd_/nodir/; refuses 125 : e cp box:/x $cd_/f\n"
		"refuses 125 'CONTAINER:PATH' e cp $cd_/f $cd_/g; refuses 125 : e cp box:/x/f/. "
		"$cd_/e\n"
		"refuses 125 'no such container' e cp nothing:/x $cd_; whole"));
}

static void files_are_copied_in(void **state)
{
	(void)state;
	assert_success(engine_script(
		"c=$(e create --network none --name box busybox sh -c 'cat /in/f; stat -c \"%a "
		"%u:%g\" /in/f; find /in /etc/in /tmp/named | sort; cat /etc/hostnam')\n"
		"mkdir -p $d/in/sub; echo 1 >$d/in/f; echo 2 >$d/in/sub/g; chmod 604 $d/in/f; "
		"chown 9:9 $d/in/f\n"
		"ln -s /etc/passwd $d/in/l; e cp $d/in box:/; e cp $d/in box:/etc; e cp $d/in/f "
		"box:/tmp/named\n"
		"e cp $d/in/. box:/tmp; echo here >$d/h; e cp $d/h box:etc/hostnam; whole\n"
		"e start -a box >$d/out; cat >$d/want <<'END'\n1\n604 "
		"0:0\n/etc/in\n/etc/in/f\n/etc/in/l\n/etc/in/sub\n"
		"/etc/in/sub/g\n/in\n/in/f\n/in/l\n/in/sub\n/in/sub/g\n/tmp/named\nhere\nEND\n"
		"diff $d/want $d/out; e cp box:/tmp/l $d/l; [ $(readlink $d/l) = /etc/passwd ]\n"
		"e cp -a $d/in/f box:/kept; e commit box two >/dev/null; [ $(r --rm two stat -c "
		"%u:%g /kept) = 9:9 ]\n"
		"refuses 125 ENOENT e cp $d/nothing box:/; refuses 125 ENOENT e cp $d/h "
		"box:/no/where\n"
		"refuses 125 : e cp $d/in box:/etc/passwd; e diff box | grep -qx 'A /in/f'\n"
		"r --rm busybox sh -c '[ ! -e /in ]'; whole"));
}

static void links_in_a_container_do_not_lead_out(void **state)
{
	(void)state;
	assert_success(engine_script(
		"mkdir $d/host; echo secret >$d/host/secret\n"
		"r --name box busybox sh -c \"ln -s $d/host /dir; ln -s ../../../../../..$d/host "
		"/up; ln -s $d/host/secret /file; ln -s /proc/1/root$d/host /magic; ln -s "
		"/proc/self/cwd /cwd; mkdir /tree; ln -s $d/host /tree/sub\"\n"
		"echo evil >$d/evil; for to in /dir /dir/ /dir/evil /up/evil /magic/evil /cwd/evil "
		"/file /dir/. /../../../../..$d/host/evil /tree/sub/evil /tree/sub; do e cp "
		"$d/evil box:$to 2>/dev/null || true\n"
		" [ \"$(ls $d/host)\" = secret ] && [ $(cat $d/host/secret) = secret ] || problem "
		"cp to $to\n"
		"done; mkdir -p $d/t/sub; echo evil >$d/t/sub/secret; e cp $d/t/. box:/tree "
		"2>/dev/null || true\n"
		"[ $(cat $d/host/secret) = secret ]; [ ! -e ./evil ]; mkdir $d/out\n"
		"for from in /dir/secret /dir/ /dir/. /up/secret /up/. /file /magic/secret "
		"/magic/. ../..$d/host/secret; do\n"
		" rm -rf $d/out; mkdir $d/out; e cp box:$from $d/out/x 2>/dev/null || true\n"
		" for f in $d/out/x $d/out/x/*; do [ -h $f ] || [ ! -f $f ] || no grep -q secret "
		"$f; done; done\n"
		/* A link on the host's side is followed only if the caller names it, not in a copy.
		 */
		"rm -rf $d/out; mkdir $d/out; ln -s $d/host/secret $d/out/f; r --name other "
		"busybox sh -c 'mkdir /o; echo evil >/o/f'; e cp other:/o/. $d/out 2>/dev/null || "
		"true\n"
		"[ $(cat $d/host/secret) = secret ]; whole"));
}

static void devices_and_hard_links_are_copied_as_such(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e create --name box busybox sh >/dev/null; mkdir $d/t; mknod $d/t/null c 1 3; "
		"mkfifo $d/t/fifo\n"
		"echo 1 >$d/t/a; ln $d/t/a $d/t/b; timeout 10 ./step-06 cp $d/t box:/t\n"
		"refuses 125 'device node' e cp box:/t $d/u; rm -r $d/u\n"
		"timeout 10 ./step-06 cp -a box:/t $d/u; [ -c $d/u/null ]; [ -p $d/u/fifo ]; cmp "
		"$d/u/a $d/u/b; whole"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(changes_are_told),
		host_test(a_file_in_place_of_a_directory_is_a_change),
		host_test(nothing_has_changed_in_a_container_that_only_read),
		host_test(what_is_exported_is_imported_as_it_was),
		host_test(a_commit_has_the_changes_and_a_history),
		host_test(many_commits_are_many_layers),
		host_test(commits_without_a_change_have_equal_layers),
		host_test(a_running_container_is_committed_and_copied_from),
		host_test(files_are_copied_out),
		host_test(files_are_copied_in),
		host_test(links_in_a_container_do_not_lead_out),
		host_test(devices_and_hard_links_are_copied_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
