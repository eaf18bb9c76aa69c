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

static void a_variable_wins_over_an_argument(void **state)
{
	(void)state;
	assert_success(engine_script(CONTEXT
				     "printf 'FROM busybox\\nENV A=env\\nARG A=arg\\nARG "
				     "B=arg\\nRUN echo $A $B >/f\\n' | file\n"
				     "build; is \"$(inside cat /f)\" 'env arg'; build --build-arg "
				     "A=given; is \"$(inside cat /f)\" 'env arg' \n"));
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

/* ---- RUN ---- */

static void a_run_leaves_no_descriptor_open(void **state)
{
	(void)state;
	assert_success(engine_script(CONTEXT "{ echo 'FROM busybox'; for i in $(seq 30); do echo "
					     "\"RUN true $i\"; done; } | file\n"
					     "(ulimit -n 80; build); whole\n"));
}

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
		host_test(names_of_instructions_may_be_small_and_lines_end_as_on_windows),
		host_test(a_comment_may_be_the_last_line),
		host_test(variables_are_replaced),
		host_test(arguments_are_given_before_and_after_from),
		host_test(the_image_of_a_from_lends_its_configuration),
		host_test(an_image_from_scratch_has_only_what_was_copied),
		host_test(a_variable_wins_over_an_argument),
		host_test(a_run_that_is_not_utf8_is_refused),
		host_test(a_value_stays_one_word),
		host_test(a_command_before_the_entry_point_stays),
		host_test(text_that_is_not_utf8_is_refused),
		host_test(a_run_leaves_no_descriptor_open),
		host_test(a_step_that_fails_keeps_those_before_it),
		host_test(a_command_that_is_missing_is_named),
		host_test(bad_files_are_refused),
		host_test(the_line_of_a_mistake_is_named),
		host_test(an_instruction_needs_its_text),
		host_test(from_takes_no_other_word_than_as),
		host_test(options_choose_file_names_and_arguments),
		host_test(the_id_is_the_last_line_of_the_output),
		host_test(a_quiet_build_prints_only_the_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
