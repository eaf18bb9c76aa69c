/* Step 06, engine: here-documents in a Containerfile. */
#include "test_06_build.h"

static void run_executes_the_text_as_a_script_of_the_shell(void **state)
{
	(void)state;
	assert_prints(engine_script(CONTEXT "file <<'END'\n"
					    "FROM busybox\n"
					    "ARG A=argument\n"
					    "RUN <<EOF\n"
					    "# this line is the script's, not the Containerfile's\n"
					    "echo \"$A\" '$A' \\\n"
					    "  joined >/f\n"
					    "\n"
					    "cat >>/f <<IN\n"
					    "\ttab $A\n"
					    "IN\n"
					    "EOF\n"
					    "RUN <<-'EOF'\n"
					    "\techo one >>/f\n"
					    "\tEOF\n"
					    "RUN <<EOF\n"
					    "[ -e /f ]\n"
					    "EOF\n"
					    "CMD cat /f\n"
					    "END\n"
					    "build; r --rm $id"),
		      "argument $A joined\n\ttab argument\none\n");
}

static void a_command_gets_the_text_as_its_input(void **state)
{
	(void)state;
	assert_prints(engine_script(CONTEXT "file <<'END'\n"
					    "FROM busybox\n"
					    "ENV A=value\n"
					    "RUN cat <<ONE >/one && \\\n"
					    "    cat <<-'TWO' 3<<THREE >/two && echo end >>/two\n"
					    "1 $A\n"
					    "ONE\n"
					    "\t2 $A\n"
					    "TWO\n"
					    "not read\n"
					    "THREE\n"
					    "RUN <<EOF sh -s word\n"
					    "echo \"\\$1\" $A >/three\n"
					    "EOF\n"
					    "END\n"
					    "build; inside cat /one /two /three"),
		      "1 value\n2 $A\nend\nword value\n");
}

static void a_script_names_its_interpreter(void **state)
{
	(void)state;
	assert_prints(engine_script(CONTEXT
				    "file <<'END'\n"
				    "FROM busybox\n"
				    "USER 7:7\n"
				    "RUN <<script\n"
				    "#!/bin/sh -e\n"
				    "id -u >/tmp/f; echo \"$0\" >>/tmp/f\n"
				    "! echo x 2>/dev/null >>\"$0\"\n"
				    "script\n"
				    "CMD cat /tmp/f; ls /dev/pipes 2>/dev/null || echo none\n"
				    "END\n"
				    "build; r --rm $id; layers | wc -l"),
		      "7\n/dev/pipes/script\nnone\n2\n");
}

static void copy_makes_files_of_them(void **state)
{
	(void)state;
	assert_prints(
		engine_script(CONTEXT
			      "echo context >$c/f; file <<'END'\n"
			      "FROM busybox\n"
			      "WORKDIR /work\n"
			      "COPY <<one.conf <<two.conf f in/\n"
			      "1\n"
			      "one.conf\n"
			      "2\n"
			      "two.conf\n"
			      "ADD --chown=3:4 <<EOF /added\n"
			      "no newline is lost\n"
			      "\n"
			      "EOF\n"
			      "COPY <<EMPTY /empty\n"
			      "EMPTY\n"
			      "END\n"
			      "build; inside sh -c 'head in/* /added; stat -c \"%a %u:%g %s\" "
			      "in/one.conf /added /empty'"),
		"==> in/f <==\ncontext\n\n==> in/one.conf <==\n1\n\n==> in/two.conf <==\n2\n\n"
		"==> /added <==\nno newline is lost\n\n644 0:0 2\n644 3:4 20\n644 0:0 0\n");
}

static void copy_replaces_variables_unless_the_name_is_quoted(void **state)
{
	(void)state;
	assert_prints(engine_script(CONTEXT "file <<'END'\n"
					    "FROM busybox\n"
					    "ENV A=\"a \\\"b\\\"\"\n"
					    "COPY <<1 <<'2' <<\"3\" <<\\4 <<-5 <<-'6' /d/\n"
					    "$A \"$A\" '${A}' \\$A \\\\ \\q ${NO:-default} $\n"
					    "1\n"
					    "$A \\$A \\\\\n"
					    "2\n"
					    "${A!}\n"
					    "3\n"
					    "$A\n"
					    "4\n"
					    "\t\t$A\t$A\n"
					    "\t5\n"
					    "\t\"$A\"\n"
					    "6\n"
					    "END\n"
					    "build; inside cat /d/1 /d/2 /d/3 /d/4 /d/5 /d/6"),
		      "a \"b\" \"a \"b\"\" 'a \"b\"' $A \\ q default $\n$A \\$A \\\\\n${A!}\n$A\n"
		      "a \"b\"\ta \"b\"\n\"$A\"\n");
}

static void lines_may_end_as_on_windows(void **state)
{
	(void)state;
	assert_prints(engine_script(CONTEXT "printf 'FROM busybox\\r\\nCOPY <<EOF /f\\r\\n"
					    "text\\r\\nEOF\\r\\nRUN wc -c </f >/g\\r\\n' | file\n"
					    "build; inside cat /g"),
		      "6\n");
}

static void another_text_is_another_step(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"for kind in 'RUN' 'RUN cat >/f' 'COPY'; do for text in one two one; do\n"
		" printf 'FROM busybox\\nENV A=%s\\n%s <<EOF%s\\necho %s >/f\\nEOF\\n' a \"$kind\" "
		"\"$([ \"$kind\" != COPY ] || echo ' /f')\" $text | file\n"
		" build; echo $id >>$d/ids; inside cat /f | grep -q $text\n"
		"done; is $(sort -u $d/ids | wc -l) 2; rm $d/ids; done\n"
		/* A variable in the text counts, too. */
		"printf 'FROM busybox\\nARG A\\nCOPY <<EOF /f\\n$A\\nEOF\\n' | file\n"
		"build --build-arg A=1; one=$id; build --build-arg A=2; inside grep 2 /f\n"
		"build --build-arg A=1; is $id $one; whole"));
}

static void the_history_has_the_text(void **state)
{
	(void)state;
	assert_success(engine_script(CONTEXT "printf 'FROM busybox\\nRUN <<EOF\\ntrue "
					     "'$t'\\nEOF\\n' | file\n"
					     "build; e history --no-trunc $id | grep -q $t"));
}

static void not_all_angle_brackets_begin_one(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT "file <<'END'\n"
			"FROM busybox\n"
			"RUN echo $((1 << 3)) \"<<END\" \"a <<END\" '<<END' \\<<END >/x\n"
			"RUN [\"/bin/sh\", \"-c\", \"echo '<<END' >>/x\"]\n"
			"END\n"
			"sed -i 's/ .<<END >/ >/' $c/Containerfile\n"
			"build; is \"$(inside cat /x)\" \"$(echo '8 <<END a <<END <<END'; echo "
			"'<<END')\""));
}

static void mistakes_are_named_with_their_line(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"try() { printf \"FROM busybox\\n\\n$2\" | file; bad \"$1\"; }\n"
		"try_late() { printf \"FROM busybox\\n\\n$2\" | file\n"
		" refuses 125 \"$1\" e build --network none $c; }\n"
		"try 'line 3: the here-document END has no end' 'RUN <<END\\ntrue\\n END\\n'\n"
		"try 'line 3: the here-document TWO has no end' 'COPY <<ONE <<TWO "
		"/x/\\nTWO\\nONE\\n'\n"
		"try 'line 3: the here-document END has no end' 'RUN <<END'\n"
		"try 'line 3: the here-document END has no end' 'RUN <<END\\n\\tEND\\n'\n"
		"try 'line 3: CMD: takes no here-document' 'CMD cat <<END\\nx\\nEND\\n'\n"
		"try 'line 3: <<A;: the name' 'RUN cat <<A; true\\nA\\n'\n"
		"try 'line 3: <<../x: the name' 'COPY <<../x /y\\nx\\n../x\\n'\n"
		"try 'line 3: <<..: the name' 'COPY <<.. /y\\n..\\n'\n"
		"try 'line 3: ${A' 'COPY <<END /y\\n${A!}\\nEND\\n'\n"
		"try 'line 3: RUN <<END: ended with status 3' 'RUN <<END\\nexit 3\\nEND\\n'\n"
		/* The lines of a here-document count. */
		"try_late 'line 7: FLY' 'COPY <<END /y\\n1\\n2\\nEND\\nFLY x\\n'\n"
		"try_late 'line 7: FLY' 'COPY <<A <<B /y/\\nA\\n2\\nB\\nFLY x\\n'; whole"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(run_executes_the_text_as_a_script_of_the_shell),
		host_test(a_command_gets_the_text_as_its_input),
		host_test(a_script_names_its_interpreter),
		host_test(copy_makes_files_of_them),
		host_test(copy_replaces_variables_unless_the_name_is_quoted),
		host_test(lines_may_end_as_on_windows),
		host_test(another_text_is_another_step),
		host_test(the_history_has_the_text),
		host_test(not_all_angle_brackets_begin_one),
		host_test(mistakes_are_named_with_their_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
