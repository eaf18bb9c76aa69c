/* Step 06, engine: COPY and ADD of a Containerfile. */
#include "test_06_build.h"

/* fchownat(2) would take 4294967295 for "leave the owner as it is", which is root. */
static void an_owner_of_copy_is_a_number_that_a_user_can_have(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"for owner in -1 4294967295 4294967296 2147483648 +1 0x1 7: :7 7:-1 7:4294967295 "
		"7:8:9; do\n"
		" printf 'FROM busybox\\nCOPY --chown=%s . /c/\\n' $owner | file\n"
		" refuses 125 \"COPY --chown=$owner: \" e build $c; done\n"
		"for owner in 7 7:0 0007:0 2147483647:2147483647; do\n"
		" printf 'FROM busybox\\nCOPY --chown=%s . /c/\\n' $owner | file; build\n"
		" r --rm $id stat -c %u:%g /c; done >$d/out\n"
		"is \"$(xargs <$d/out)\" '7:7 7:0 7:0 2147483647:2147483647'; whole"));
}

static void stages_are_copied_from(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT "echo $t >$c/token; file <<'END'\n"
			"FROM busybox AS one\n"
			"COPY token /made\n"
			"RUN mkdir /dir && echo 1 >/dir/f && ln -s /made /link && ln -s f /dir/l\n"
			"FROM scratch AS two\n"
			"COPY --from=one /made /dir /x/\n"
			"FROM one AS three\n"
			"RUN echo three >>/made\n"
			"FROM busybox\n"
			"COPY --from=one /dir /zero\n"
			"COPY --from=two /x/made /two\n"
			"COPY --from=three /made /three\n"
			"END\n"
			"build; is \"$(inside cat /zero/f /two /three)\" \"$(echo 1; echo $t; echo "
			"$t; echo three)\"; inside test ! -e /made\n"
			"echo 'FROM busybox' | file; build; echo 'COPY --from=none /x /y' "
			">>$c/Containerfile\n"
			"bad 'from=none'"));
}

static void a_link_that_is_named_is_followed(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT "echo $t >$c/token; ln -s token $c/link; mkdir $c/dir; ln -s token "
			"$c/dir/in; file <<'END'\n"
			"FROM busybox AS one\n"
			"COPY link /file\n"
			"RUN ln -s file /l\n"
			"FROM busybox\n"
			"COPY --from=one /l /file\n"
			"COPY dir /dir\n"
			"END\n"
			"build; is \"$(inside cat /file)\" $t; inside test -h /dir/in"));
}

static void stages_have_numbers_as_well(void **state)
{
	(void)state;
	assert_prints(engine_script(CONTEXT "file <<'END'\n"
					    "FROM busybox AS one\n"
					    "RUN echo 1 >/f\n"
					    "FROM busybox\n"
					    "RUN echo 2 >/f\n"
					    "FROM busybox\n"
					    "COPY --from=0 /f /zero\n"
					    "COPY --from=1 /f /one\n"
					    "END\n"
					    "build; inside cat /zero /one"),
		      "1\n2\n");
}

static void an_image_is_copied_from(void **state)
{
	(void)state;
	assert_success(engine_script(CONTEXT
				     "printf 'FROM scratch\\nCOPY --from=busybox / /\\n' | file\n"
				     "build; inside test -e /etc/passwd"));
}

static void a_slash_may_follow_a_directory(void **state)
{
	(void)state;
	assert_prints(engine_script(CONTEXT "mkdir -p $c/dir/sub; echo 1 >$c/dir/f; echo 2 "
					    ">$c/dir/sub/g; file <<'END'\n"
					    "FROM busybox\n"
					    "COPY dir/ /x/\n"
					    "COPY dir/sub/ dir/f /y/\n"
					    "COPY ./ /z/\n"
					    "COPY dir/. /w\n"
					    "END\n"
					    "build; inside sh -c 'cd /; echo x/* y/* z/* w/*'"),
		      "x/f x/sub y/f y/g z/Containerfile z/dir w/f w/sub\n");
}

static void an_archive_is_unpacked_at_the_top(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"tar -C rootfs/busybox -czf $c/root.tar.gz .; mkdir $d/t; echo $t >$d/t/token; ln "
		"-s token $d/t/l\n"
		"tar -C $d/t -cf $c/t.tar .; tar -C $d/t -cJf $c/t.tar.xz .; file <<'END'\n"
		"FROM scratch\n"
		"ADD root.tar.gz /\n"
		"ADD t.tar /\n"
		"RUN cat /l >/made\n"
		"COPY t.tar /kept/\n"
		"END\n"
		"build; is $(inside cat /made) $t; inside tar -tf /kept/t.tar | grep -q token; "
		"inside ls /etc/passwd >/dev/null; whole\n"
		"printf 'FROM busybox\\nADD t.tar.xz /\\nCMD cat /l' | file; build; is $(r --rm "
		"$id) $t\n"
		"printf 'FROM busybox\\nADD t.tar /sub\\n' | file; bad 'at /'\n"
		"echo text >$c/t.tar; printf 'FROM busybox\\nADD t.tar /\\n' | file; bad :"));
}

static void patterns_name_several_files(void **state)
{
	(void)state;
	assert_prints(
		engine_script(CONTEXT
			      "mkdir $c/sub; echo 1 >$c/a1; echo 2 >$c/a2; echo 3 >$c/b; echo 4 "
			      ">$c/sub/a4; echo 5 >'$c/x' || true; echo 6 >\"$c/two words\"\n"
			      "file <<'END'\n"
			      "FROM busybox\n"
			      "COPY a* /p/\n"
			      "COPY s?b/a[0-9] /q/\n"
			      "COPY [\"two words\", \"/r s/\"]\n"
			      "COPY \"two words\" b /t/\n"
			      "END\n"
			      "build; inside sh -c 'echo /p/* /q/* /r*/* /t/*'\n"
			      "printf 'FROM busybox\\nCOPY z* /p/\\n' | file; bad 'z*'"),
		"/p/a1 /p/a2 /q/a4 /r s/two words /t/b /t/two words\n");
}

static void a_directory_that_is_there_keeps_its_attributes(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"mkdir $c/etc; echo 1 >$c/f; echo 2 >$c/etc/g; chmod 700 $c $c/etc; mkdir $c/new; "
		"chmod 750 $c/new\n"
		"printf 'FROM busybox\\nRUN chmod 1777 /tmp; mkdir -p /etc; chmod 755 /etc "
		"/\\nCOPY . /tmp/\\nCOPY --chown=7:8 . /\\nCOPY new /fresh\\n' | file; build\n"
		"is \"$(inside stat -c '%a %u' /tmp /etc / /new /fresh | tr '\\n' ,)\" '1777 0,755 "
		"0,755 0,750 7,750 0,'; is $(inside cat /etc/g) 2; whole\n"));
}

static void a_source_above_is_the_context_itself(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"mkdir $c/dir; echo 1 >$c/dir/f; echo $t >$d/beside\n"
		"printf 'FROM busybox\\nCOPY .. /x\\nCOPY dir/.. /y\\nCOPY ../.. /z/\\n' | file; "
		"build; one=$id\n"
		"is \"$(inside sh -c 'echo /x/* /y/* /z/*')\" '/x/Containerfile /x/dir "
		"/y/Containerfile /y/dir /z/Containerfile /z/dir'\n"
		"echo 2 >$d/beside; build; is $id $one; echo 3 >$c/dir/f; build; [ $id != $one ]\n"
		"e create --name box busybox >/dev/null; e cp $c/dir/.. box:/tmp; e cp "
		"box:/tmp/dir/f $d/got; is $(cat $d/got) 3\n"
		"e cp box:/ $d/all; [ -e $d/all/etc ]; whole\n"));
}

static void a_pattern_follows_the_links_of_a_stage(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT "file <<'END'\n"
			"FROM busybox AS one\n"
			"RUN mkdir -p /real/sub; echo in >/real/sub/f1; echo 2 >/real/f2; ln -s "
			"/real /abs; ln -s /etc /conf; echo mine >/etc/only-here\n"
			"FROM scratch\n"
			"COPY --from=one /abs/s*/f* /abs/f? /x/\n"
			"COPY --from=one /conf/only* /y/\n"
			"COPY --from=one /bin /bin\n"
			"COPY --from=one /re*/*/../f2 /z/\n"
			"END\n"
			"build; is \"$(inside sh -c 'cat /x/f1 /x/f2 /y/only-here /z/f2')\" "
			"\"$(printf 'in\\n2\\nmine\\n2')\"\n"));
}

static void an_archive_keeps_the_links_below(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT "mkdir -p $d/t/lib/sub $d/t/etc; echo $t >$d/t/lib/sub/new; echo 1 "
			">$d/t/etc/.wh.passwd; echo own >$d/t/etc/own; chown 7:8 $d/t/etc/own\n"
			"tar -C $d/t -cf $c/t.tar .; file <<'END'\n"
			"FROM busybox\n"
			"RUN rm -rf /lib; mkdir -p /usr/lib /etc; echo old >/usr/lib/old; ln -s "
			"usr/lib /lib; touch /etc/passwd\n"
			"ADD t.tar /\n"
			"END\n"
			"build; is \"$(inside sh -c 'readlink /lib; cat /usr/lib/sub/new /lib/old; "
			"ls /etc/passwd; stat -c %u:%g /etc/own')\" \"$(printf "
			"'usr/lib\\n%s\\nold\\n/etc/passwd\\n7:8' $t)\"\n"
			"whole\n"));
}

static void copies_keep_capabilities_and_attributes(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"echo 1 >$c/f; setfattr -n user.mine -v yes $c/f && setfattr -n "
		"security.capability -v 0x0100000200040000000000000000000000000000 $c/f || exit 0\n"
		"printf 'FROM busybox\\nCOPY f /f\\n' | file; build; e create --name box $id "
		">/dev/null\n"
		"l=$(inspect $id '.RootFS.Layers[-1]' | cut -d : -f 2); [ -e $s/layers/$l/f ] || "
		"l=$(jq -r '.rootfs.diff_ids[-1][7:]' $s/blobs/sha256/${id#sha256:})\n"
		"getfattr -d -m - $s/layers/$l/f 2>/dev/null | grep -q security.capability\n"
		"getfattr -d -m - $s/layers/$l/f 2>/dev/null | grep -q user.mine\n"));
}

static void nothing_outside_of_the_context_is_copied(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT "echo $t >$d/secret; mkdir $d/out; echo $t >$d/out/f; ln -s ../secret "
			"$c/up; ln -s $d/secret $c/abs\n"
			"ln -s $d/out $c/dir; ln -s /proc/self/root$d/out $c/magic; mkdir $c/in; "
			"ln -s ../../out $c/in/l\n"
			"for from in ../secret /../secret in/../../secret $d/secret "
			"/proc/self/root$d/secret dir/f dir/ dir/. magic/f 'dir/*' '../*' "
			"'../secre?' '/proc/self/cwd' in/l/f 'in/l/*'; do\n"
			" printf 'FROM busybox\\nCOPY %s /x/\\n' \"$from\" | file\n"
			" e build --network none -t leak $c >$d/o 2>&1 || { grep -q secret.*No "
			"$d/o || true; continue; }\n"
			" no r --rm leak grep -r $t /x 2>/dev/null; e rmi leak >/dev/null; done\n"
			/* The links themselves may be copied: there they lead into the image. */
			"for from in up abs dir in .; do printf 'FROM busybox\\nCOPY %s /x/\\n' "
			"$from | file\n"
			" e build --network none -t leak $c >$d/o 2>&1 || continue\n"
			" no r --rm leak grep -rs $t /x; e rmi leak >/dev/null; done; whole"));
}

static void a_stage_does_not_lead_out_either(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"echo $t >$d/secret; file <<END\n"
		"FROM busybox AS one\n"
		"RUN ln -s $d/secret /abs; ln -s ../../../..$d /up; ln -s /proc/self/root /magic\n"
		"END\n"
		"for from in /abs /up/secret /magic$d/secret ../../..$d/secret '/up/secre*'; do\n"
		" (cat $c/Containerfile; echo 'FROM busybox'; echo \"COPY --from=one $from /x/\") "
		">$d/f\n"
		" e build --network none -t leak -f $d/f $c >$d/o 2>&1 || continue\n"
		" no r --rm leak grep -rs $t /x; e rmi leak >/dev/null; done\n"
		/* The target of a COPY does not lead there either. */
		"mkdir $d/host; echo $t >$c/evil; file <<END\n"
		"FROM busybox\n"
		"RUN ln -s $d/host /out; ln -s ../../../..$d/host /up\n"
		"COPY evil /out/\n"
		"COPY evil /up/evil\n"
		"COPY evil /../../../..$d/host/evil\n"
		"WORKDIR /out/made\n"
		"END\n"
		"e build --network none $c >$d/o 2>&1 || true; [ -z \"$(ls $d/host)\" ]"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(an_owner_of_copy_is_a_number_that_a_user_can_have),
		host_test(stages_are_copied_from),
		host_test(a_link_that_is_named_is_followed),
		host_test(stages_have_numbers_as_well),
		host_test(an_image_is_copied_from),
		host_test(a_slash_may_follow_a_directory),
		host_test(an_archive_is_unpacked_at_the_top),
		host_test(patterns_name_several_files),
		host_test(a_directory_that_is_there_keeps_its_attributes),
		host_test(a_source_above_is_the_context_itself),
		host_test(a_pattern_follows_the_links_of_a_stage),
		host_test(an_archive_keeps_the_links_below),
		host_test(copies_keep_capabilities_and_attributes),
		host_test(nothing_outside_of_the_context_is_copied),
		host_test(a_stage_does_not_lead_out_either),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
