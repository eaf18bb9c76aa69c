/* Step 06, engine: images from a Containerfile. */
#include "test_06_build.h"

/* ---- Instructions ---- */

static void each_instruction_does_what_it_says(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"mkdir -p $c/dir/sub; echo 1 >$c/dir/f; echo 2 >$c/dir/sub/g; echo $t >$c/token\n"
		"chmod 640 $c/token; file <<'END'\n"
		"# a comment\n"
		"FROM busybox\n"
		"LABEL one=1 two=\"2 words\"\n"
		"ENV A=1 B=\"b b\"\n"
		"env OLD the old form\n"
		"WORKDIR /work\n"
		"WORKDIR below\n"
		"RUN echo $A-$B >made && \\\n"
		"    # a comment between\n"
		"    pwd >>made\n"
		"RUN [\"/bin/sh\", \"-c\", \"echo exec form >>made\"]\n"
		"COPY token /copied\n"
		"COPY --chown=7:8 token owned\n"
		"COPY dir /dir/\n"
		"ADD dir/f token /two/\n"
		"EXPOSE 80 53/udp\n"
		"VOLUME [\"/data\"]\n"
		"USER 5:6\n"
		"STOPSIGNAL SIGINT\n"
		"ENTRYPOINT [\"/bin/sh\", \"-c\"]\n"
		"CMD [\"cat made /copied; id -u\"]\n"
		"MAINTAINER Me\n"
		"END\n"
		"build -t made:1\n"
		"is \"$(r --rm -u 5:0 made:1)\" \"$(printf '1-b b\\n/work/below\\nexec form\\n'; "
		"echo $t; echo 5)\"\n"
		"is \"$(inspect made:1 .Id)\" $id\n"
		"is \"$(inspect $id '.Config | [.User, .WorkingDir, .StopSignal, .Labels.two] | "
		"@csv')\" '\"5:6\",\"/work/below\",\"SIGINT\",\"2 words\"'\n"
		"is \"$(inspect $id '.Config | [.ExposedPorts, .Volumes, .Env] | tojson')\" "
		"'[{\"80/tcp\":{},\"53/udp\":{}},{\"/data\":{}},[\"A=1\",\"B=b b\",\"OLD=the old "
		"form\"]]'\n"
		"is \"$(r --rm -u 0 $id 'stat -c \"%a %u:%g\" owned /copied; cat /dir/f /dir/sub/g "
		"/two/f /two/token')\" \"$(printf '640 7:8\\n640 0:0\\n1\\n2\\n1\\n'; echo $t)\"\n"
		"e history made:1 | grep -q 'RUN echo'; whole"));
}

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

static void names_of_instructions_may_be_small_and_lines_end_as_on_windows(void **state)
{
	(void)state;
	assert_prints(engine_script(CONTEXT "printf 'from busybox\\r\\nrun echo small >/f\\r\\n"
					    "Cmd [\"cat\", \"/f\"]\\r\\n' >$c/Dockerfile\n"
					    "build; r --rm $id"),
		      "small\n");
}

static void a_comment_may_be_the_last_line(void **state)
{
	(void)state;
	assert_prints(
		engine_script(CONTEXT
			      "printf 'FROM busybox\\nRUN echo x >/f\\n# end' >$c/Containerfile\n"
			      "build; inside cat /f\n"
			      "printf 'FROM busybox\\nRUN echo y >/f\\n   ' >$c/Containerfile\n"
			      "build; inside cat /f\n"
			      "printf 'FROM busybox\\nRUN echo z >/f' >$c/Containerfile\n"
			      "build; inside cat /f"),
		"x\ny\nz\n");
}

static void variables_are_replaced(void **state)
{
	(void)state;
	assert_prints(engine_script(CONTEXT "echo 1 >$c/one; file <<'END'\n"
					    "FROM busybox\n"
					    "ENV A=a EMPTY=\n"
					    "ARG B=b\n"
					    "ARG A=not-this\n"
					    "ENV "
					    "C=$A-${B}-${NONE:-default}-${A:-no}-${A:+yes}-${NONE:+"
					    "no}-\\$A-$A_-${EMPTY:-e}\n"
					    "ENV D=$C$\n"
					    "WORKDIR /$A/$B\n"
					    "COPY ${NONE:-one} $B\n"
					    "LABEL l=$B\n"
					    "CMD echo \"$C\" $(pwd) $D ${B-unset} \"$(cat b)\"\n"
					    "END\n"
					    "build; r --rm $id; inspect $id .Config.Labels.l; "
					    "inspect $id '.Config.Env | length'"),
		      "a-b-default-a-yes--$A--e /a/b a-b-default-a-yes--$A--e$ unset 1\nb\n4\n");
}

static void arguments_are_given_before_and_after_from(void **state)
{
	(void)state;
	assert_prints(
		engine_script(
			CONTEXT
			"file <<'END'\n"
			"ARG BASE=nothing\n"
			"ARG SHARED=outer\n"
			"FROM ${BASE} AS first\n"
			"ARG SHARED\n"
			"ARG X\n"
			"ARG Y=default\n"
			"RUN echo \"$SHARED|$X|$Y|${BASE-none}\" >/f\n"
			"FROM first\n"
			"RUN echo \"${SHARED-none}|${X-none}\" >>/f\n"
			"END\n"
			"build --build-arg BASE=busybox --build-arg X=x; inside cat /f\n"
			"inside sh -c 'echo ${X-none}'; one=$id\n"
			"build --build-arg BASE=busybox --build-arg X=x2; inside cat /f; two=$id\n"
			"[ $one != $two ]; build --build-arg BASE=busybox --build-arg X=x; is $id "
			"$one\n"
			"export X=env; build --build-arg BASE=busybox --build-arg X --build-arg "
			"Y=; inside cat /f\n"
			"refuses 125 NAME=VALUE e build --build-arg =x $c; refuses 125 nothing e "
			"build $c; whole"),
		"outer|x|default|none\nnone|none\nnone\nouter|x2|default|none\nnone|none\n"
		"outer|env||none\nnone|none\n");
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

static void the_image_of_a_from_lends_its_configuration(void **state)
{
	(void)state;
	assert_prints(engine_script(CONTEXT "file <<'END'\n"
					    "FROM busybox\n"
					    "ENV A=1\n"
					    "WORKDIR /w\n"
					    "CMD [\"echo\", \"cmd\"]\n"
					    "END\n"
					    "build -t base; file <<'END'\n"
					    "FROM base\n"
					    "RUN echo $A $(pwd) >/f\n"
					    "END\n"
					    "build; inside cat /f; r --rm $id; file <<'END'\n"
					    "FROM base\n"
					    "ENTRYPOINT [\"echo\", \"entry\"]\n"
					    "END\n"
					    "build; r --rm $id"),
		      "1 /w\ncmd\nentry\n");
}

static void an_image_from_scratch_has_only_what_was_copied(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT "cp rootfs/busybox/bin/busybox $c/; file <<'END'\n"
			"FROM scratch\n"
			"COPY busybox /bin/\n"
			"WORKDIR /bin\n"
			"RUN [\"/bin/busybox\", \"touch\", \"/made\"]\n"
			"CMD [\"/bin/busybox\", \"ls\", \"/made\"]\n"
			"END\n"
			"build; is \"$(r --rm $id)\" /made; e create --name box $id >/dev/null\n"
			"e export box | tar -t >$d/names; no grep -q passwd $d/names\n"
			"printf 'FROM scratch\\nRUN true\\n' | file; bad 'no files yet'; whole"));
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

static void a_variable_wins_over_an_argument(void **state)
{
	(void)state;
	assert_success(engine_script(CONTEXT
				     "printf 'FROM busybox\\nENV A=env\\nARG A=arg\\nARG "
				     "B=arg\\nRUN echo $A $B >/f\\n' | file\n"
				     "build; is \"$(inside cat /f)\" 'env arg'; build --build-arg "
				     "A=given; is \"$(inside cat /f)\" 'env arg' \n"));
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

static void a_run_that_is_not_utf8_is_refused(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT "printf 'FROM busybox\\nRUN echo \\377 >/f\\n' | file; bad UTF-8\n"
			"printf 'FROM busybox\\nENV A=1\\n' | file\n"
			"for epoch in x 1x '' 99999999999999999999 9999999999999; do "
			"SOURCE_DATE_EPOCH=$epoch bad SOURCE_DATE_EPOCH; done\n"
			"e create --name box busybox >/dev/null; refuses 125 UTF-8 e commit -m "
			"\"$(printf '\\377')\" box x\n"));
}

static void a_value_stays_one_word(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"mkdir \"$c/a b\"; echo 1 >\"$c/a b/f\"; file <<'END'\n"
		"FROM busybox\n"
		"ARG P=\"a b\" Q=q R='$P'\n"
		"ENV B=\"x y\"\n"
		"ENV C=$B D=\"$B\" E='$B' F=\\$B G=\"it's $B\" H=${B}-${NONE:-\"d e\"}\n"
		"ENV OLD $B \"z\"\n"
		"LABEL l=$B m=\"$P\"\n"
		"COPY $P /to\\ here/\n"
		"COPY [\"$P/f\", \"/$Q/\"]\n"
		"WORKDIR \"/a b\"\n"
		"WORKDIR $P\n"
		"USER \"5\"\n"
		"STOPSIGNAL \"SIGINT\"\n"
		"RUN echo \"$P|$Q|$R\" >/tmp/f\n"
		"END\n"
		"build; is \"$(inspect $id '.Config.Env | tojson')\" '[\"B=x y\",\"C=x y\",\"D=x "
		"y\",\"E=$B\",\"F=$B\",\"G=it'\"'\"'s x y\",\"H=x y-d e\",\"OLD=x y z\"]'\n"
		"is \"$(inspect $id '.Config | [.User, .WorkingDir, .StopSignal, .Labels.l, "
		".Labels.m] | tojson')\" '[\"5\",\"/a b/a b\",\"SIGINT\",\"x y\",\"a b\"]'\n"
		"is \"$(inside cat /tmp/f '/to here/f' /q/f)\" \"$(printf 'a b|q|$P\\n1\\n1')\"; "
		"whole\n"));
}

static void a_command_before_the_entry_point_stays(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT "printf 'FROM busybox\\nCMD [\"cmd\"]\\nENTRYPOINT [\"echo\", "
			"\"entry\"]\\n' | file; build -t both; is \"$(r --rm $id)\" 'entry cmd'\n"
			"build; is \"$(r --rm $id)\" 'entry cmd'; printf 'FROM both\\nENTRYPOINT "
			"[\"echo\", \"other\"]\\n' | file; build; is \"$(r --rm $id)\" other\n"
			"printf 'FROM both\\nENTRYPOINT [\"echo\", \"other\"]\\nCMD [\"new\"]\\n' "
			"| file; build; is \"$(r --rm $id)\" 'other new' \n"));
}

static void text_that_is_not_utf8_is_refused(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT "for text in 'ENV A=\\377' 'ENV A \\377' 'LABEL a=\\377' 'LABEL \\377=a' "
			"'WORKDIR /\\377' 'USER \\377' 'COPY \\377 /x' 'ARG A=\\377' 'CMD \\377' "
			"'EXPOSE \\377' 'VOLUME /\\377' 'MAINTAINER \\377'; do\n"
			"printf \"FROM busybox\\n$text\\n\" | file; bad UTF-8; done\n"
			"echo 'FROM busybox' | file; refuses 125 UTF-8 e build --network none "
			"--build-arg A=\"$(printf '\\377')\" $c\n"));
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

/* ---- The cache ---- */

static void a_second_build_is_the_first_one(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"mkdir $c/dir; echo 1 >$c/dir/f; echo 1 >$c/g; file <<'END'\n"
		"FROM busybox\n"
		"ARG X\n"
		"ENV A=1\n"
		"COPY dir /dir\n"
		"RUN sleep 2; od -An -N8 -tx8 /dev/urandom >/random\n"
		"COPY g /g\n"
		"USER 5\n"
		"END\n"
		"build; one=$id; random=$(inside cat /random)\n"
		"began=$(date +%s%N); build -t again; took=$((($(date +%s%N) - began) / 1000000))\n"
		"is $id $one; [ $took -lt 1500 ] || wrong \"took $took ms\"; whole\n"
		/* The times of files do not count, nor does the place of the context. */
		"touch -d 2001-01-01 $c/dir/f $c/g; cp -r $c $d/other; (c=$d/other; build; is $id "
		"$one)\n"
		/* What comes after a changed file is done anew, what comes before is not. */
		"echo 2 >$c/g; build; [ $id != $one ]; is \"$(inside cat /random)\" \"$random\"\n"
		"is $(inside cat /g) 2\n"
		"echo 2 >$c/dir/f; build; [ \"$(inside cat /random)\" != \"$random\" ] || wrong "
		"cached\n"
		"is $(inside cat /dir/f) 2; echo 1 >$c/g; echo 1 >$c/dir/f; build; is $id $one\n"
		"chmod 755 $c/g; build; is $(inside stat -c %a /g) 755; chmod 644 $c/g; mv "
		"$c/dir/f $c/dir/h\n"
		"build; inside test ! -e /dir/f -a -e /dir/h; whole"));
}

static void all_stages_of_a_second_build_are_the_first_ones(void **state)
{
	(void)state;
	assert_success(engine_script(CONTEXT "file <<'END'\n"
					     "FROM busybox AS first\n"
					     "RUN od -An -N8 -tx8 /dev/urandom >/random\n"
					     "FROM busybox\n"
					     "COPY --from=first /random /copied\n"
					     "END\n"
					     "build; one=$id; build; is $id $one"));
}

static void nothing_of_a_stage_lies_about(void **state)
{
	(void)state;
	assert_success(engine_script(CONTEXT "file <<'END'\n"
					     "FROM busybox AS first\n"
					     "RUN echo 1 >/f\n"
					     "FROM busybox\n"
					     "COPY --from=first /f /copied\n"
					     "END\n"
					     "build; whole"));
}

static void without_a_cache_all_is_done_anew(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT "file <<'END'\n"
			"FROM busybox\n"
			"RUN od -An -N8 -tx8 /dev/urandom >/random\n"
			"END\n"
			"build; one=$id; random=$(inside cat /random); build; is $id $one\n"
			"build --no-cache; [ $id != $one ]; [ \"$(inside cat /random)\" != "
			"\"$random\" ]; whole\n"
			"build -t x; whole; e image prune -f >/dev/null; whole; build -t y; [ "
			"\"$(inspect x .Id)\" = $(inspect y .Id) ]"));
}

static void another_base_is_no_cache(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"printf 'FROM busybox\\nRUN echo one >/f\\n' | file; build -t base\n"
		"printf 'FROM base\\nRUN cat /f >/g\\n' | file; build; is $(inside cat /g) one\n"
		"printf 'FROM busybox\\nRUN echo two >/f\\n' | file; build -t base\n"
		"printf 'FROM base\\nRUN cat /f >/g\\n' | file; build; is $(inside cat /g) two\n"
		"printf 'FROM busybox\\nENV A=1\\nRUN echo $A >/g\\n' | file; build; is $(inside "
		"cat /g) 1\n"
		"printf 'FROM busybox\\nENV A=2\\nRUN echo $A >/g\\n' | file; build; is $(inside "
		"cat /g) 2\n"
		"printf 'FROM busybox\\nUSER 5\\nRUN id -u >/tmp/g\\n' | file; build; is $(inside "
		"cat /tmp/g) 5\n"
		"printf 'FROM busybox\\nUSER 6\\nRUN id -u >/tmp/g\\n' | file; build; is $(inside "
		"cat /tmp/g) 6\n"
		"whole"));
}

static void the_author_does_not_spoil_the_cache(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT "printf 'FROM busybox\\nMAINTAINER Me\\nRUN true\\n' | file; build; "
			"one=$id; sleep 1\n"
			"build; is $id $one; printf 'FROM busybox\\nMAINTAINER You\\nRUN true\\n' "
			"| file; build\n"
			"[ \"$(jq -r .author $s/blobs/sha256/${id#sha256:})\" = You ]"));
}

static void an_image_that_was_loaded_is_no_cache(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"printf 'FROM busybox\\nRUN od -An -N8 -tx8 /dev/urandom >/random\\n' | file\n"
		"build -t made; random=$(inside cat /random); e save -o $d/saved busybox made\n"
		"export STEP_STORE=$d/other; e load -i $d/saved >/dev/null; is \"$(r --rm made cat "
		"/random)\" \"$random\"\n"
		"build; [ \"$(inside cat /random)\" != \"$random\" ]\n"
		"built=$id; build; is $id $built\n"
		"printf 'FROM made\\nRUN true\\n' | file; build\n"
		"printf 'FROM busybox\\nRUN od -An -N8 -tx8 /dev/urandom >/random\\n' | file; "
		"build; is $id $built\n"));
}

static void a_base_with_another_configuration_is_no_cache(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT "tar -C rootfs/busybox -cf $d/root.tar .; export SOURCE_DATE_EPOCH=1000\n"
			"for a in 1 2; do e import -c \"ENV A=$a\" $d/root.tar base$a >/dev/null\n"
			"printf 'FROM base%s\\nRUN echo $A >/f\\n' $a | file; build; is \"$(inside "
			"cat /f)\" $a; done; whole\n"));
}

static void a_run_leaves_no_descriptor_open(void **state)
{
	(void)state;
	assert_success(engine_script(CONTEXT "{ echo 'FROM busybox'; for i in $(seq 30); do echo "
					     "\"RUN true $i\"; done; } | file\n"
					     "(ulimit -n 80; build); whole\n"));
}

/* ---- RUN that fails ---- */

static void a_step_that_fails_keeps_those_before_it(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"file <<'END'\n"
		"FROM busybox\n"
		"RUN od -An -N8 -tx8 /dev/urandom >/random\n"
		"ENV A=1\n"
		"RUN echo half >/half; exit 42\n"
		"END\n"
		"refuses 125 'status 42' e build --network none -t made $c; whole\n"
		"no e image inspect made 2>/dev/null; images=$(e images -q | wc -l)\n"
		"refuses 125 'status 42' e build --network none -t made $c; whole\n"
		"is $(e images -q | wc -l) $images\n"
		"sed -i 's/exit 42/true/' $c/Containerfile; sed '$d' $c/Containerfile >$d/short\n"
		"build -f $d/short; random=$(inside cat /random); build\n"
		"is \"$(inside cat /random)\" \"$random\"; whole\n"
		"[ -z \"$(ls -A $s/work $s/containers | grep -v :)\" ]; whole"));
}

static void a_command_that_is_missing_is_named(void **state)
{
	(void)state;
	assert_success(engine_script(CONTEXT "printf 'FROM busybox\\nRUN [\"nothing\"]\\n' | file\n"
					     "refuses 127 nothing e build --network none $c\n"
					     "whole"));
}

/* ---- Bad files ---- */

static void bad_files_are_refused(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"echo x >$c/f; try() { printf \"$2\" >$c/Containerfile; bad \"$1\"; }\n"
		"try 'FLY: this instruction is not known' 'FROM busybox\\nFLY high\\n'\n"
		"try 'unknown instruction' 'FROM busybox\\nAVERYLONGNAMEOFANINSTRUCTION\\n'\n"
		"try 'must be FROM' 'RUN true\\n'; try 'must be FROM' 'ENV A=b\\nFROM busybox\\n'\n"
		"try 'no FROM' 'ARG A=b\\n'; try 'no instruction' ''; try 'no instruction' '# only "
		"this\\n'\n"
		"try FROM 'FROM\\n'; try FROM 'FROM busybox AS\\n';\n"
		"try no-such-image 'FROM no-such-image-here:1\\n'\n"
		"try 'do you mean' 'FROM busybok\\n'\n"
		"try nothing 'FROM busybox\\nCOPY nothing /x\\n'; try COPY 'FROM busybox\\nCOPY "
		"f\\n'\n"
		"try COPY 'FROM busybox\\nCOPY\\n'; try --nope 'FROM busybox\\nCOPY --nope f "
		"/x\\n'\n"
		"try 'no addresses' 'FROM busybox\\nADD http://x/y /x\\n'\n"
		"try quote 'FROM busybox\\nENV A=\"b\\n'\n"
		"try '{A' 'FROM busybox\\nENV A=${A\\n'; try '{' 'FROM busybox\\nENV A=${A!x}\\n'\n"
		"try CMD 'FROM busybox\\nCMD\\n'\n"
		"try WORKDIR 'FROM busybox\\nWORKDIR\\n'\n"
		"try ENOTDIR 'FROM busybox\\nCOPY f /etc/passwd/x\\n'\n"
		"rm $c/Containerfile; bad 'neither a Containerfile nor a Dockerfile'\n"
		"refuses 125 ENOENT e build $d/nowhere; refuses 125 ENOENT e build -f $d/no $c\n"
		"refuses 125 ENOTDIR e build $c/f; refuses 125 'no name' e build -t Bad $c\n"
		"mkdir $c/Containerfile; bad EISDIR; whole"));
}

static void the_line_of_a_mistake_is_named(void **state)
{
	(void)state;
	assert_success(engine_script(CONTEXT "printf 'FROM busybox\\n\\n# x\\nENV A=b \\\\\\n  "
					     "C=d\\nFLY x\\n' | file; bad 'line 6'"));
}

static void an_instruction_needs_its_text(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT "for text in RUN ARG 'ENV A' 'LABEL' 'COPY' 'EXPOSE' 'USER'; do\n"
			" printf 'FROM busybox\\n%s\\n' \"$text\" | file\n"
			" bad ${text% *}; done"));
}

static void from_takes_no_other_word_than_as(void **state)
{
	(void)state;
	assert_success(
		engine_script(CONTEXT "echo 'FROM busybox TO x' | file; bad 'FROM IMAGE AS NAME'"));
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
		/* Nor does the target. */
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

/* ---- Options ---- */

static void options_choose_file_names_and_arguments(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT "echo $t >$c/token; echo 'FROM nothing' >$c/Dockerfile\n"
			"id=$(printf 'FROM busybox\\nCOPY token /\\n' | e build -q -f - -t one -t "
			"host:1/two:x $c)\n"
			"is $(inspect one .Id) $id; is $(inspect host:1/two:x .Id) $id; is "
			"$(inside cat /token) $t\n"
			"printf 'FROM busybox\\nCOPY token /b\\n' >$d/file; build -f $d/file -t "
			"one; inside test -e /b\n"
			"no [ $(inspect one .Id) = $(inspect host:1/two:x .Id) ]; whole\n"
			"echo 'FROM busybox' >$c/Containerfile; build; [ $(inspect $id .Id) = "
			"$(inspect busybox .Id) ]\n"
			"(cd $c && $OLDPWD/step-06 build -q . >/dev/null); whole"));
}

static void the_id_is_the_last_line_of_the_output(void **state)
{
	(void)state;
	assert_success(engine_script(CONTEXT "printf 'FROM busybox\\nRUN echo noise\\n' | file\n"
					     "e build --network none $c >$d/out 2>$d/err\n"
					     "tail -1 $d/out | grep -qxE 'sha256:[0-9a-f]{64}'"));
}

static void a_quiet_build_prints_only_the_id(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT "printf 'FROM busybox\\nRUN echo noise\\n' | file\n"
			"e build -q --no-cache --network none $c >$d/out\n"
			"grep -qxE 'sha256:[0-9a-f]{64}' $d/out; is $(wc -l <$d/out) 1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(each_instruction_does_what_it_says),
		host_test(an_owner_of_copy_is_a_number_that_a_user_can_have),
		host_test(names_of_instructions_may_be_small_and_lines_end_as_on_windows),
		host_test(a_comment_may_be_the_last_line),
		host_test(variables_are_replaced),
		host_test(arguments_are_given_before_and_after_from),
		host_test(stages_are_copied_from),
		host_test(a_link_that_is_named_is_followed),
		host_test(stages_have_numbers_as_well),
		host_test(an_image_is_copied_from),
		host_test(a_slash_may_follow_a_directory),
		host_test(the_image_of_a_from_lends_its_configuration),
		host_test(an_image_from_scratch_has_only_what_was_copied),
		host_test(an_archive_is_unpacked_at_the_top),
		host_test(patterns_name_several_files),
		host_test(a_second_build_is_the_first_one),
		host_test(all_stages_of_a_second_build_are_the_first_ones),
		host_test(nothing_of_a_stage_lies_about),
		host_test(without_a_cache_all_is_done_anew),
		host_test(another_base_is_no_cache),
		host_test(the_author_does_not_spoil_the_cache),
		host_test(a_step_that_fails_keeps_those_before_it),
		host_test(a_command_that_is_missing_is_named),
		host_test(bad_files_are_refused),
		host_test(the_line_of_a_mistake_is_named),
		host_test(an_instruction_needs_its_text),
		host_test(from_takes_no_other_word_than_as),
		host_test(nothing_outside_of_the_context_is_copied),
		host_test(a_stage_does_not_lead_out_either),
		host_test(options_choose_file_names_and_arguments),
		host_test(the_id_is_the_last_line_of_the_output),
		host_test(a_quiet_build_prints_only_the_id),
		host_test(an_image_that_was_loaded_is_no_cache),
		host_test(a_base_with_another_configuration_is_no_cache),
		host_test(a_directory_that_is_there_keeps_its_attributes),
		host_test(a_source_above_is_the_context_itself),
		host_test(a_variable_wins_over_an_argument),
		host_test(a_pattern_follows_the_links_of_a_stage),
		host_test(a_run_that_is_not_utf8_is_refused),
		host_test(a_value_stays_one_word),
		host_test(a_command_before_the_entry_point_stays),
		host_test(text_that_is_not_utf8_is_refused),
		host_test(an_archive_keeps_the_links_below),
		host_test(copies_keep_capabilities_and_attributes),
		host_test(a_run_leaves_no_descriptor_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
