/* Step 06, engine: images into the store, their names, and out of it again. */
#include "pty.h"
#include "test_06_engine.h"

/* ---- import ---- */

static void an_archive_becomes_an_image_however_it_is_compressed(void **state)
{
	(void)state;
	assert_success(engine_script(
		TREE "tar -C $d/tree -cf $d/plain . && export SOURCE_DATE_EPOCH=1\n"
		     "gzip <$d/plain >$d/gzip; zstd -q <$d/plain >$d/zstd; xz -0 <$d/plain >$d/xz\n"
		     "for one in plain gzip zstd xz; do\n"
		     " id=$(e import -m same $d/$one from-$one)\n"
		     " [ $(r --rm from-$one cat /token) = $t ]\n"
		     " [ $(e import -m same - stdin-$one:1 <$d/$one) = $id ]\n"
		     " [ $(cat $d/$one | e import -m same -) = $id ]\n"
		     " [ $(r --rm stdin-$one:1 cat /token) = $t ]; echo $id >>$d/ids; done\n"
		     /* The ID is that of the files, however the archive was compressed. */
		     "[ $(sort -u $d/ids | wc -l) -eq 1 ]; whole"));
}

static void changes_of_an_import_are_in_the_image(void **state)
{
	(void)state;
	assert_prints(
		engine_script(
			TREE
			"tar -C $d/tree -cf $d/a.tar .\n"
			"e import -c 'ENV A=1 B=\"x y\"' -c 'env OLD the value' -c \"LABEL l=$t\" "
			"\\\n"
			"  -c 'CMD [\"echo\", \"two words\"]' -c 'USER 7:8' -c 'WORKDIR /tmp' \\\n"
			"  -c 'WORKDIR below' -c 'EXPOSE 80 53/udp' -c 'VOLUME /v' \\\n"
			"  -c 'STOPSIGNAL SIGUSR1' -c 'ENTRYPOINT [\"/bin/sh\"]' -c 'CMD -c' \\\n"
			"  $d/a.tar changed >/dev/null\n"
			"e image inspect changed >$d/i; jq -c '.[0].Config | .Env, .User, "
			".WorkingDir, "
			".ExposedPorts, .Volumes, .StopSignal, .Entrypoint, .Cmd' $d/i\n"
			"[ $(jq -r '.[0].Config.Labels.l' $d/i) = $t ]"),
		"[\"A=1\",\"B=x y\",\"OLD=the value\"]\n\"7:8\"\n\"/tmp/below\"\n"
		"{\"80/tcp\":{},\"53/udp\":{}}\n{\"/v\":{}}\n\"SIGUSR1\"\n"
		"[\"/bin/sh\"]\n[\"/bin/sh\",\"-c\",\"-c\"]\n");
}

static void wrong_instructions_are_refused_and_nothing_is_left(void **state)
{
	(void)state;
	assert_success(engine_script(
		"tar -C rootfs/busybox -cf $d/a.tar .; e images >/dev/null\n"
		"keeps refuses 125 'FLY high: unknown instruction' e import -c 'FLY high' $d/a.tar "
		"a\n"
		"keeps refuses 125 'must be NAME=VALUE' e import -c 'ENV =1' $d/a.tar a\n"
		"keeps refuses 125 'ENV' e import -c 'ENV' $d/a.tar a\n"
		"keeps refuses 125 'quote' e import -c 'LABEL x=\"y' $d/a.tar a\n"
		"keeps refuses 125 'EXPOSE' e import -c 'EXPOSE [80]' $d/a.tar a\n"
		"keeps refuses 125 'RUN' e import -c 'RUN true' $d/a.tar a\n"
		"keeps refuses 125 'Name' e import $d/a.tar Name\n"
		"whole"));
}

static void ports_and_signals_must_be_such(void **state)
{
	(void)state;
	assert_success(engine_script(
		"tar -C rootfs/busybox -cf $d/a.tar .; e images >/dev/null\n"
		"for change in 'EXPOSE http' 'EXPOSE 70000' 'EXPOSE 80/x' 'STOPSIGNAL NOPE' \\\n"
		" 'STOPSIGNAL 99'; do\n"
		" keeps refuses 125 \"$change\" e import -c \"$change\" $d/a.tar a; done"));
}

static void what_is_no_archive_is_no_image(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; echo 'no archive' >$d/text; : >$d/empty\n"
		"head -c 1000000 /dev/urandom >$d/noise\n"
		"tar -C rootfs/busybox -cf - . | head -c 1000000 >$d/half\n"
		"gzip <$d/half | head -c 100000 >$d/half.gz; mkfifo $d/fifo\n"
		"for file in text empty noise half half.gz; do\n"
		" keeps refuses 125 : e import $d/$file x\n"
		" keeps refuses 125 : e load -i $d/$file\n"
		" keeps refuses 125 : sh -c \"./step-06 import - x <$d/$file\"; done\n"
		"keeps refuses 125 EISDIR e import $d x\n"
		"keeps refuses 125 ENOENT e import $d/nowhere x\n"
		"keeps refuses 125 : sh -c './step-06 import - </dev/null'\n"
		"keeps refuses 125 : sh -c './step-06 import - <&-'\n"
		"keeps refuses 125 : sh -c './step-06 load <&-'\n"
		"whole"));
}

static void a_directory_is_no_archive(void **state)
{
	(void)state;
	assert_success(engine_script("e images >/dev/null\n"
				     "keeps refuses 125 EISDIR e import $d x\n"
				     "keeps refuses 125 EISDIR e load -i $d\n"));
}

static void a_terminal_is_no_archive(void **state)
{
	static const char *const commands[][4] = { { "./step-06", "import", "-" },
						   { "./step-06", "load" } };
	struct pty pty;

	(void)state;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		pty_start(&pty, commands[i]);
		pty_expect(&pty, "standard input is a terminal");
		assert_int_equal(pty_finish(&pty), 125);
	}
	pty_start(&pty, (const char *const[]){ "./step-06", "save", "busybox", NULL });
	pty_expect(&pty, "standard output is a terminal");
	assert_int_equal(pty_finish(&pty), 125);
}

static void limits_bound_what_an_archive_may_have(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; tar -C rootfs/busybox -cf $d/a.tar .; e save busybox -o "
		"$d/s\n"
		"keeps refuses 125 limits e import --limit-bytes 100k $d/a.tar\n"
		"keeps refuses 125 limits e import --limit-entries 3 $d/a.tar\n"
		"keeps refuses 125 limit e import --limit-bytes -1 $d/a.tar\n"
		"keeps refuses 125 limit e load --limit-bytes 100k -i $d/s\n"
		"whole"));
}

/* ---- images ---- */

static void images_are_listed(void **state)
{
	(void)state;
	assert_prints(
		engine_script(
			TREE
			"tar -C $d/tree -cf $d/a.tar .; id=$(e import $d/a.tar host:5000/a/b:tag)\n"
			"bare=$(e import $d/a.tar)\n"
			"e images | head -1 | tr -s ' '\n"
			"e images | tail -n +2 | awk '{ print $1, $2 }' | sort\n"
			"[ $(e images -q | wc -l) -eq 3 ] && ! e images -q | grep -vxE "
			"'[0-9a-f]{12}'\n"
			"e images -q --no-trunc | grep -qx $id\n"
			"e images --no-trunc | grep -q ${bare#sha256:}\n"
			"e images --format json | jq -r '.Repository + \" \" + .Tag' | sort\n"
			"e images --format json | jq -r 'select(.Tag == \"tag\").Id' | grep -qx "
			"$id\n"
			"e images --format json | jq -e -s '.[] | select(.Tag == \"tag\") | .Size "
			"> 100000 "
			"and "
			"(.Created | fromdate? // (.[:19] + \"Z\" | fromdate)) > now - 100'\n"
			"refuses 125 'must be table, json or' e images --format yaml\n"
			"e image ls -q | wc -l"),
		"REPOSITORY TAG IMAGE ID CREATED SIZE\n"
		"<none> <none>\nbusybox latest\nhost:5000/a/b tag\n"
		"<none> <none>\nbusybox latest\nhost:5000/a/b tag\ntrue\n3\n");
}

static void busybox_is_made_once_and_again_when_it_is_asked_for(void **state)
{
	(void)state;
	assert_prints(
		engine_script("e images --format json | jq -r .Repository\n"
			      "e rmi busybox >/dev/null; e images -q; whole\n"
			      "r --rm busybox echo again; e images --format json | jq -r .Tag\n"
			      "whole"),
		"busybox\nagain\nlatest\n");
}

/* ---- Names ---- */

static void an_image_is_found_by_all_forms_of_its_name(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e tag busybox host:5000/a/b:tag; e tag busybox localhost/x; e tag busybox "
		"me/y:1.0\n"
		"e tag busybox xn.example/a__b/c-d.e:_T-1.\n"
		"id() { e image inspect $1 | jq -r '.[0].Id'; }; id=$(id busybox)\n"
		"for name in docker.io/library/busybox docker.io/busybox library/busybox:latest "
		"\\\n"
		" index.docker.io/library/busybox busybox:latest host:5000/a/b:tag localhost/x \\\n"
		" localhost/x:latest docker.io/me/y:1.0 me/y:1.0 xn.example/a__b/c-d.e:_T-1. \\\n"
		" $id ${id#sha256:} $(echo ${id#sha256:} | cut -c1-6) $(echo $id | cut -c1-20); "
		"do\n"
		" [ $(id $name) = $id ]; [ $(r --rm $name echo hello) = hello ]; done\n"
		"e images --format json | jq -r .Repository | grep -cx busybox | grep -qx 1\n"
		"for name in Busybox me/Y a//b a/ /a a:b:c a: :a a..b a-  a/-b 'a b' a:-x '' "
		". \\\n"
		" \"$(printf 'a\\nb')\" \"$(printf 'a\\033b')\" \"$(printf %0300d 0)\" \\\n"
		" a:$(printf %0129d 0); do\n"
		" keeps refuses 125 'no name of an image' e tag busybox \"$name\"; done\n"
		"keeps refuses 125 'no such image' e tag nothing name\n"
		"keeps refuses 125 'do you mean busybox?' e tag busibox name\n"
		"whole"));
}

static void the_host_in_a_name_is_no_path(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; for name in ../x ./x -/x .a/x a./x [/x :/x a:b:c/x; do\n"
		" keeps refuses 125 'no name of an image' e tag busybox -- \"$name\"; done"));
}

static void the_digest_of_a_manifest_is_a_name(void **state)
{
	(void)state;
	assert_success(engine_script("m=$(e image inspect busybox | jq -r '.[0].Digest')\n"
				     "[ $(r --rm busybox@$m echo hello) = hello ]; [ $(r --rm $m "
				     "echo hello) = hello ]"));
}

static void a_new_image_takes_the_name_of_an_old_one(void **state)
{
	(void)state;
	assert_prints(
		engine_script(TREE
			      "tar -C $d/tree -cf $d/a.tar .; old=$(e import $d/a.tar one)\n"
			      "new=$(e import $d/a.tar one); [ $old != $new ]\n"
			      "[ $(e image inspect one | jq -r '.[0].Id') = $new ]\n"
			      "e image inspect $old | jq -c '.[0].RepoTags'\n"
			      "e tag $old one; e image inspect $new | jq -c '.[0].RepoTags'\n"
			      "e image inspect $old | jq -c '.[0].RepoTags'; whole\n"
			      "e tag one one:latest; e image inspect $old | jq -c '.[0].RepoTags'\n"
			      "whole"),
		"[]\n[]\n[\"one:latest\"]\n[\"one:latest\"]\n");
}

static void the_history_of_an_image_is_told(void **state)
{
	(void)state;
	assert_success(engine_script(
		TREE
		"tar -C $d/tree -cf $d/a.tar .; e import -m \"made of $t\" $d/a.tar one "
		">/dev/null\n"
		"e history one | grep -q \"made of $t\"; e history one | head -1 | grep -q "
		"CREATED\n"
		"e run --network none --name $t one touch /a-file >/dev/null\n"
		"e commit -m second $t two >/dev/null\n"
		"[ $(e history two | wc -l) -eq 3 ]; e history two | sed -n 2p | grep -q touch\n"
		"e history --no-trunc two | sed -n 3p | grep -q \"made of $t\"\n"
		"refuses 125 'do you mean two?' e history twwo; whole"));
}

/* ---- rmi, prune ---- */

static void an_image_goes_with_its_last_name(void **state)
{
	(void)state;
	assert_success(engine_script(
		TREE
		"tar -C $d/tree -cf $d/a.tar .; id=$(e import $d/a.tar one); e tag one two\n"
		"keeps refuses 125 '2 names' e rmi $id\n"
		"e rmi one | grep -qx 'Untagged: one:latest'; [ $(r --rm two cat /token) = $t ]\n"
		"no e image inspect one >/dev/null 2>&1; whole\n"
		"e rmi two | grep -qx \"Deleted: $id\"; whole; no e image inspect $id 2>/dev/null\n"
		"[ $(ls $s/layers | wc -l) -eq 1 ]\n"
		"id=$(e import $d/a.tar one); e tag one two; e rmi -f $id >/dev/null; whole\n"
		"id=$(e import $d/a.tar); e rmi $(echo ${id#sha256:} | cut -c1-12) >/dev/null; "
		"whole\n"
		"e import $d/a.tar a >/dev/null; e import $d/a.tar b >/dev/null\n"
		"refuses 125 'nothing: no such image' e rmi a nothing b; whole\n"
		"[ \"$(e images --format json | jq -r .Repository)\" = busybox ]"));
}

static void a_name_of_hexadecimal_digits_is_no_id(void **state)
{
	(void)state;
	assert_prints(
		engine_script(
			"e tag busybox cafe; e tag busybox other; e rmi cafe >/dev/null; whole\n"
			"e images --format json | jq -r .Repository | sort"),
		"busybox\nother\n");
}

static void an_image_that_a_container_uses_stays(void **state)
{
	(void)state;
	assert_success(engine_script(
		TREE
		"tar -C $d/tree -cf $d/a.tar .; id=$(e import $d/a.tar one)\n"
		"c=$(e create --network none one cat /token)\n"
		"keeps refuses 125 'take --force' e rmi one\n"
		"keeps refuses 125 'take --force' e rmi $id\n"
		"e tag one two; e rmi one >/dev/null; e tag two one; e rmi two >/dev/null\n"
		"e rmi -f one >/dev/null; no e image inspect $id 2>/dev/null; whole\n"
		"[ $(e start -a $c) = $t ]; whole; e diff $c; e export $c | tar -xO token >$d/o\n"
		"grep -qx $t $d/o; [ $(ls $s/layers | wc -l) -eq 2 ]\n"
		"e rm $c >/dev/null; e image prune >/dev/null; whole; [ $(ls $s/layers | wc -l) "
		"-eq 1 ]"));
}

static void a_removed_container_lets_its_removed_image_go(void **state)
{
	(void)state;
	assert_success(engine_script(
		TREE "tar -C $d/tree -cf $d/a.tar .; e import $d/a.tar one >/dev/null\n"
		     "c=$(e create one sh); e rmi -f one >/dev/null; e rm $c >/dev/null; whole"));
}

static void images_without_a_name_are_pruned(void **state)
{
	(void)state;
	assert_prints(
		engine_script(
			TREE
			"tar -C $d/tree -cf $d/a.tar .; id=$(e import $d/a.tar)\n"
			"used=$(e import $d/a.tar); e import $d/a.tar named >/dev/null\n"
			"c=$(e create $used sh); e image prune -f | tail -1 | grep -q reclaimed\n"
			"whole; no e image inspect $id 2>/dev/null\n"
			"e images --format json | jq -r .Repository | sort\n"
			"e image prune -a >/dev/null; whole\n"
			"e images --format json | jq -r .Repository; e rm $c >/dev/null\n"
			"e image prune -a >/dev/null; whole; e images -q"),
		"<none>\nbusybox\nnamed\n<none>\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(an_archive_becomes_an_image_however_it_is_compressed),
		host_test(changes_of_an_import_are_in_the_image),
		host_test(wrong_instructions_are_refused_and_nothing_is_left),
		host_test(ports_and_signals_must_be_such),
		host_test(what_is_no_archive_is_no_image),
		host_test(a_directory_is_no_archive),
		host_test(a_terminal_is_no_archive),
		host_test(limits_bound_what_an_archive_may_have),
		host_test(images_are_listed),
		host_test(busybox_is_made_once_and_again_when_it_is_asked_for),
		host_test(an_image_is_found_by_all_forms_of_its_name),
		host_test(the_host_in_a_name_is_no_path),
		host_test(the_digest_of_a_manifest_is_a_name),
		host_test(a_new_image_takes_the_name_of_an_old_one),
		host_test(the_history_of_an_image_is_told),
		host_test(an_image_goes_with_its_last_name),
		host_test(a_name_of_hexadecimal_digits_is_no_id),
		host_test(an_image_that_a_container_uses_stays),
		host_test(a_removed_container_lets_its_removed_image_go),
		host_test(images_without_a_name_are_pruned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
