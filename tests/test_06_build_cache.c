/* Step 06, engine: instructions of a Containerfile that were carried out before. */
#include "test_06_build.h"

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
		/* The build repeats the instructions after a changed file, and not those before. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_second_build_is_the_first_one),
		host_test(all_stages_of_a_second_build_are_the_first_ones),
		host_test(nothing_of_a_stage_lies_about),
		host_test(without_a_cache_all_is_done_anew),
		host_test(another_base_is_no_cache),
		host_test(the_author_does_not_spoil_the_cache),
		host_test(an_image_that_was_loaded_is_no_cache),
		host_test(a_base_with_another_configuration_is_no_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
