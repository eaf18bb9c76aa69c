/* Step 06, engine: the store, when commands run at once, find no room, or find it damaged. */
#include "test_06_engine.h"

/* ---- Commands at once ---- */

static void several_loads_of_an_image_do_not_disturb_each_other(void **state)
{
	(void)state;
	assert_success(
		engine_script(BIG "for round in 1 2 3 4 5; do\n"
				  " ./step-06 load -q -i $d/big.tar >$d/1 & one=$!\n"
				  " ./step-06 load -q -i $d/big.tar >$d/2 & two=$!\n"
				  " ./step-06 load -q -i $d/big.tar >$d/3; wait $one; wait $two\n"
				  " cmp $d/1 $d/2; whole; [ $(r --rm big cat /many3/9) = 9 ]; e "
				  "rmi big >/dev/null; whole; done"));
}

static void a_load_beside_a_removal_is_whole(void **state)
{
	(void)state;
	assert_success(engine_script(
		BIG
		"(set +e; while [ ! -e $d/end ]; do ./step-06 rmi big >/dev/null 2>>$d/rmi; done) "
		"& other=$!\n"
		"for i in $(seq 15); do e load -q -i $d/big.tar >/dev/null || touch $d/failed; "
		"done\n"
		"touch $d/end; wait $other || :; whole; no grep -v 'big: no such image' $d/rmi\n"
		"e load -q -i $d/big.tar >/dev/null; [ $(r --rm big cat /many3/9) = 9 ]; whole"));
}

static void a_build_beside_a_prune_is_whole(void **state)
{
	(void)state;
	assert_success(engine_script(
		"mkdir $d/c; printf 'FROM busybox\\nRUN echo 1 >/f\\nCOPY Containerfile /\\nRUN "
		"echo 2 >>/f\\n' >$d/c/Containerfile; e images >/dev/null; keep=$(e create busybox "
		"sh)\n"
		"(set +e; while [ ! -e $d/end ]; do ./step-06 image prune -a -f 2>&1; done) "
		">$d/prune & other=$!\n"
		"for i in $(seq 12); do e build --network none $d/c >/dev/null || touch $d/failed; "
		"done\n"
		"touch $d/end; wait $other || :; whole; no grep '^step-06: [^w]' $d/prune"));
}

static void runs_beside_a_prune_find_their_image(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; (set +e; while [ ! -e $d/end ]; do\n"
		" ./step-06 image prune -f; ./step-06 container prune -f; done >$d/prune 2>&1) & "
		"other=$!\n"
		"for i in $(seq 15); do is \"$(r --rm busybox echo $i)\" $i; done; touch $d/end\n"
		"wait $other || :; whole; no grep '^step-06: [^w]' $d/prune"));
}

static void many_containers_run_at_once(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; for i in $(seq 12); do\n"
		" ./step-06 run --network none --rm busybox sh -c \"echo $i >/f; cat /f\" "
		">$d/out$i & echo $! >>$d/pids; done\n"
		"for pid in $(cat $d/pids); do wait $pid; done\n"
		"for i in $(seq 12); do is \"$(cat $d/out$i)\" $i; done; whole; named"));
}

static void a_name_is_given_once(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; for i in $(seq 10); do\n"
		" ./step-06 create --name same busybox sh >>$d/ids 2>>$d/err &\n"
		"done; wait; is $(wc -l <$d/ids) 1; is $(grep -c 'the name same' $d/err) 9\n"
		"whole; named"));
}

static void a_container_is_started_once(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e create --network none --name box busybox sh -c 'echo x >>/f; cat /f; sleep 1' "
		">/dev/null\n"
		"for i in $(seq 6); do ./step-06 start -a box >$d/out$i 2>$d/err$i & done; wait\n"
		"is \"$(cat $d/out*)\" x; is $(cat $d/err* | grep -c 'is running') 5; is $(cat "
		"$d/err* | wc -l) 5\n"
		"whole"));
}

static void a_new_store_has_one_busybox(void **state)
{
	(void)state;
	assert_success(engine_script(
		"for i in 1 2 3 4; do\n"
		" ./step-06 run --network none --rm busybox echo hello >$d/out$i &\n"
		" echo $! >>$d/pids; done; for pid in $(cat $d/pids); do wait $pid; done\n"
		"cat $d/out* | sort -u | grep -qx hello; whole; is $(e images -q | wc -l) 1"));
}

static void tags_at_once_are_all_there(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; for i in $(seq 20); do ./step-06 tag busybox t:$i &\n"
		"done; wait; is $(e images -q | wc -l) 21; whole"));
}

static void an_image_in_use_stays_and_a_removed_one_still_runs(void **state)
{
	(void)state;
	assert_success(engine_script(
		BIG "e load -i $d/big.tar >/dev/null; mkfifo $d/fifo\n"
		    "./step-06 run --network none -i --name box big sh -c 'read x; cat /many3/* | "
		    "wc -l; ls /big1' >$d/out <$d/fifo & pid=$!\n"
		    "exec 9>$d/fifo; wait_for sh -c './step-06 ps | grep -q box'\n"
		    "refuses 125 'take --force' e rmi big; e rmi --force big >/dev/null\n"
		    "no e image inspect big 2>/dev/null; e image prune -a >/dev/null; echo >&9; "
		    "wait $pid\n"
		    "is \"$(cat $d/out)\" \"$(printf '50\\n/big1')\"; whole; e rm box >/dev/null"));
}

/* ---- No room ---- */

/* The store is on a file system of its own. `fill SIZE` leaves no more than SIZE free. */
#define SMALL                                                                                      \
	"mkdir $d/small; mount -t tmpfs -o size=20m none $d/small\n"                               \
	"trap 'umount $d/small; finish' EXIT; export STEP_STORE=$d/small/store; s=$STEP_STORE\n"   \
	"fill() { rm -f $d/small/filler; fallocate -l $(($(stat -f -c '%f * %S' $d/small) - $1)) " \
	"$d/small/filler; }\n"                                                                     \
	"e images >/dev/null\n"

static void without_room_there_is_one_message_and_nothing_is_left(void **state)
{
	(void)state;
	assert_success(engine_script(
		BIG
		"mkdir $d/t; head -c 8000000 /dev/urandom >$d/t/f; tar -C $d/t -cf $d/t.tar "
		".\n" SMALL "mkdir $d/c; cp $d/t/f $d/c; fill 4000000\n"
		"keeps refuses 125 ENOSPC e import $d/t.tar x\n"
		"keeps refuses 125 ENOSPC sh -c \"gzip <$d/t.tar | ./step-06 import - x\"\n"
		"printf 'FROM busybox\\nCOPY f /f\\n' >$d/c/Containerfile\n"
		"keeps refuses 125 ENOSPC e build $d/c\n"
		"printf 'FROM busybox\\nADD a.tar /\\n' >$d/c/Containerfile; mv $d/t.tar "
		"$d/c/a.tar\n"
		"keeps refuses 125 ENOSPC e build $d/c\n"
		"printf 'FROM busybox\\nRUN head -c 9000000 /dev/zero >/f\\n' >$d/c/Containerfile\n"
		"no e build --network none $d/c >$d/o 2>&1; no grep ^sha256 $d/o; whole\n"
		"no r --rm busybox sh -c 'head -c 9000000 /dev/zero >/f' 2>/dev/null; whole\n"
		"is $(r --rm busybox echo works) works; whole; named"));
}

static void a_load_without_room_leaves_nothing(void **state)
{
	(void)state;
	assert_success(engine_script(BIG SMALL
				     "for size in 10000 100000 1000000 2000000 3000000; do\n"
				     " fill $size; keeps refuses 125 ENOSPC e load -i $d/big.tar\n"
				     " rm $d/small/filler; is $(r --rm busybox echo works) works\n"
				     " whole; done; e load -i $d/big.tar >/dev/null; whole"));
}

static void a_commit_without_room_leaves_nothing(void **state)
{
	(void)state;
	assert_success(engine_script(
		SMALL "r --name box busybox sh -c 'head -c 3000000 /dev/urandom >/f'\n"
		      "for size in 10000 1000000 4000000; do fill $size\n"
		      " keeps refuses 125 ENOSPC e commit box x; e diff box | grep -qx 'A /f'\n"
		      " rm $d/small/filler; done; whole; e commit box x >/dev/null; e rm box "
		      ">/dev/null; whole"));
}

static void a_run_without_room_leaves_nothing(void **state)
{
	(void)state;
	assert_success(engine_script(
		SMALL
		"r --name box busybox true; fill 0; keeps refuses 125 ENOSPC r --rm busybox true\n"
		"keeps refuses 125 ENOSPC e create busybox sh; keeps refuses 125 ENOSPC e rename "
		"box other\n"
		"e tag busybox x; e rmi x >/dev/null; e images >/dev/null; e rm box\n"
		"whole; named"));
}

static void removing_needs_no_room(void **state)
{
	(void)state;
	assert_success(engine_script(
		BIG SMALL "e load -i $d/big.tar >/dev/null; r --name box big true; fill 0\n"
			  "e rm box >/dev/null; e rmi big >/dev/null; whole"));
}

static void a_store_without_room_for_busybox_says_so(void **state)
{
	(void)state;
	assert_success(engine_script(
		SMALL "rm -r $s; fill 500000; e images >$d/out 2>$d/err\n"
		      "grep -q 'no image busybox.*ENOSPC' $d/err; is $(wc -l <$d/err) 1; whole\n"
		      "refuses 125 ENOSPC r --rm busybox true; whole; rm $d/small/filler\n"
		      "is $(r --rm busybox echo works) works; whole"));
}

static void a_store_without_inodes_says_so(void **state)
{
	(void)state;
	assert_success(engine_script(
		"mkdir $d/small; mount -t tmpfs -o nr_inodes=700 none $d/small\n"
		"trap 'umount $d/small; finish' EXIT; export STEP_STORE=$d/small/store; "
		"s=$STEP_STORE\n"
		"e images >/dev/null; i=0; while touch $d/small/$i 2>/dev/null; do i=$((i + 1)); "
		"done\n"
		"rm $d/small/0 $d/small/1 $d/small/2\n"
		"tar -C rootfs/busybox -cf $d/a.tar .; keeps refuses 125 ENOSPC e import $d/a.tar\n"
		"keeps refuses 125 ENOSPC e create busybox sh; keeps refuses 125 ENOSPC r --rm "
		"busybox true\n"
		"rm $d/small/[0-9]*; is $(r --rm busybox echo works) works; whole; named"));
}

/* ---- Places ---- */

static void a_store_may_have_any_path(void **state)
{
	(void)state;
	assert_success(engine_script(
		"long=$d; for i in $(seq 18); do long=$long/$(printf %0150d $i); done\n"
		"mkdir $d/c; printf 'FROM busybox\\nCOPY Containerfile /\\nRUN echo hello >/f\\n' "
		">$d/c/Containerfile; mkdir $d/target; ln -s target $d/link\n"
		"for place in 'a:b c' 'x,lowerdir=/,y' 'back\\slash\\' \"tab\tnew\nline\" "
		"'quo\"te' \"$long\" -dash 'ü' link; do\n"
		" case $place in /*) ;; *) place=$d/$place;; esac; s=$place; export "
		"STEP_STORE=\"$place\"\n"
		" r --name box busybox sh -c 'rm -r /home; echo 1 >/f'; e commit box two "
		">/dev/null\n"
		" [ $(r --rm two cat /f) = 1 ]; id=$(e build --network none $d/c); [ $(r --rm $id "
		"cat /f) = hello ]\n"
		" e cp box:/f $d/f; e cp $d/f box:/g; [ $(e start -a box >/dev/null 2>&1; e diff "
		"box | grep -c 'A /g') = 1 ]; e save two | e load >/dev/null; e export box "
		">/dev/null; e rm box >/dev/null; whole; done"));
}

static void the_option_store_is_stronger_than_the_variable(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e tag busybox here; e images --store $d/other --format json | jq -r .Repository "
		">$d/o\n"
		"is $(cat $d/o) busybox; [ -d $d/other/blobs ]; r --rm --store $d/other busybox "
		"true\n"
		"refuses 125 'no such image' r --rm --pull never --store $d/other here true\n"
		"(cd $d && $OLDPWD/step-06 tag --store other busybox there && STEP_STORE=other "
		"$OLDPWD/step-06 run --network none --rm there true); s=$d/other; whole; names | "
		"grep -qx here:latest || :\n"
		"refuses 125 ENOTDIR e images --store /etc/passwd; refuses 125 : e images --store "
		"/proc/x\n"
		"refuses 125 ENOTDIR e images --store /etc/passwd/x"));
}

static void a_store_that_is_read_only_is_listed(void **state)
{
	(void)state;
	assert_success(engine_script(
		"r --name box busybox touch /f; mount --bind $s $s; mount -o remount,bind,ro $s\n"
		"trap 'umount $s; finish' EXIT\n"
		"e images -q >/dev/null; e ps -a >/dev/null; e inspect box >/dev/null; e image "
		"inspect busybox >/dev/null; e history busybox >/dev/null; e save busybox "
		">/dev/null; e diff box | grep -qx 'A /f'\n"
		"e export box >/dev/null; e cp box:/f $d/f; e system df >/dev/null\n"
		"for verb in 'rmi busybox' 'tag busybox x' 'rm box' 'create busybox sh' 'rename "
		"box other' 'commit box x' 'image prune' 'start -a box'; do keeps refuses 125 "
		"EROFS e $verb; done\n"
		"keeps refuses 125 EROFS r --rm busybox true"));
}

static void the_store_of_root_is_closed_to_others(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; chmod 755 $d; cp step-06 $d/; cd $d; stat -c %a $s | grep "
		"-qx 700\n"
		"as() { setpriv --reuid 1000 --regid 1000 --clear-groups \"$@\"; }\n"
		"for verb in images 'ps -a' 'image inspect busybox' 'rmi busybox' 'create busybox "
		"sh'; do\n"
		" keeps refuses 125 EACCES as ./step-06 $verb; done\n"
		"keeps refuses 125 EACCES as ./step-06 run --network none busybox true"));
}

/* ---- Damage ---- */

static void a_damaged_image_does_not_hold_up_the_others(void **state)
{
	(void)state;
	assert_success(engine_script(
		BIG
		"e load -i $d/big.tar >/dev/null; m=$(inspect big '.Digest[7:]')\n"
		"echo damaged >$s/blobs/sha256/$m; e images 2>$d/err | grep -q busybox; grep -q "
		"big $d/err\n"
		"[ $(r --rm busybox echo hello) = hello ]; refuses 125 damaged r --rm big true\n"
		"e tag busybox other; e rmi other >/dev/null; tar -C rootfs/busybox -cf $d/a.tar "
		".\n"
		"e import $d/a.tar three >/dev/null; e rmi three >/dev/null\n"
		"e rmi -f big >/dev/null; whole; [ $(r --rm busybox echo hello) = hello ]"));
}

static void a_damaged_image_and_a_killed_command_can_be_cleaned_up(void **state)
{
	(void)state;
	assert_success(engine_script(
		BIG "e load -i $d/big.tar >/dev/null; m=$(inspect big '.Digest[7:]')\n"
		    "echo damaged >$s/blobs/sha256/$m; mkdir $s/work/0123456789abcdef\n"
		    "e images >/dev/null 2>&1 || wrong images; [ \"$(r --rm busybox echo hello)\" "
		    "= hello ] || wrong run\n"
		    "e rmi -f big >/dev/null || wrong rmi; whole"));
}

static void a_missing_blob_is_loaded_again(void **state)
{
	(void)state;
	assert_success(engine_script(
		BIG "e load -i $d/big.tar >/dev/null; blob=$(ls -S $s/blobs/sha256 | head -1)\n"
		    "rm $s/blobs/sha256/$blob; e load -i $d/big.tar >/dev/null; whole\n"
		    "rm -r $s/layers/$(jq -r '.rootfs.diff_ids[3][7:]' $s/blobs/sha256/$(inspect "
		    "big '.Id[7:]'))\n"
		    "refuses 125 layer r --rm big true; e load -i $d/big.tar >/dev/null; whole\n"
		    "is $(r --rm big cat /many3/9) 9"));
}

static void a_damaged_list_is_named(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; cp $s/index.json $d/i; for text in '' '[' '[]' '{}' "
		"'{\"manifests\": 7}' '{\"manifests\": [7]}' '{\"manifests\": [{\"digest\": "
		"\"sha256:../x\"}]}'; do\n"
		" echo \"$text\" >$s/index.json; [ \"$text\" = '{}' ] || refuses 125 index.json e "
		"images -q\n"
		" refuses 125 : r --rm --pull never busybox true; done; cp $d/i $s/index.json; "
		"whole\n"
		"e create --name box busybox sh >/dev/null; r=$(echo $s/containers/*/record.json); "
		"cp $r $d/r\n"
		"for text in '' '[' '[]' '{}' '{\"State\": {}}'; do echo \"$text\" >$r\n"
		" e ps -a >$d/o 2>&1; refuses 125 : e start -a box; [ ${#text} -gt 5 ] || refuses "
		"125 : e inspect box; done\n"
		"cp $d/r $r; e rm box >/dev/null; whole"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(several_loads_of_an_image_do_not_disturb_each_other),
		host_test(a_load_beside_a_removal_is_whole),
		host_test(a_build_beside_a_prune_is_whole),
		host_test(runs_beside_a_prune_find_their_image),
		host_test(many_containers_run_at_once),
		host_test(a_name_is_given_once),
		host_test(a_container_is_started_once),
		host_test(a_new_store_has_one_busybox),
		host_test(tags_at_once_are_all_there),
		host_test(an_image_in_use_stays_and_a_removed_one_still_runs),
		host_test(without_room_there_is_one_message_and_nothing_is_left),
		host_test(a_load_without_room_leaves_nothing),
		host_test(a_commit_without_room_leaves_nothing),
		host_test(a_run_without_room_leaves_nothing),
		host_test(removing_needs_no_room),
		host_test(a_store_without_room_for_busybox_says_so),
		host_test(a_store_without_inodes_says_so),
		host_test(a_store_may_have_any_path),
		host_test(the_option_store_is_stronger_than_the_variable),
		host_test(a_store_that_is_read_only_is_listed),
		host_test(the_store_of_root_is_closed_to_others),
		host_test(a_damaged_image_does_not_hold_up_the_others),
		host_test(a_damaged_image_and_a_killed_command_can_be_cleaned_up),
		host_test(a_missing_blob_is_loaded_again),
		host_test(a_damaged_list_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
