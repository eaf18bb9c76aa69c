/* Step 06, engine: .dockerignore: what COPY and ADD leave out of the context. */
#include "test_06_engine.h"

/*
 * `left LINE...`: builds an image of the files in $d/c with a .dockerignore of these lines, and
 * prints what COPY has copied.
 */
#define CONTEXT                                                                                    \
	"mkdir -p $d/c/src/deep $d/c/docs/img $d/c/tmp; cd $d/c\n"                                 \
	"for f in a.c b.txt keep.txt src/a.c src/b.o src/deep/c.o src/deep/d.c docs/README.md "    \
	"docs/x.md docs/img/y.md tmp/t .hidden 'file space'; do echo \"$f\" >\"$f\"; done\n"       \
	"printf 'FROM busybox\\nCOPY . /to/\\n' >$d/Containerfile; cd $OLDPWD\n"                   \
	"build() { e build --network none -f $d/Containerfile \"$@\" $d/c; }\n"                    \
	"left() { printf '%s\\n' \"$@\" >$d/c/.dockerignore; id=$(build)\n"                        \
	" r --rm $id sh -c 'cd /to && find . -mindepth 1 ! -name .dockerignore | sed s,./,, | "    \
	"sort' | tr '\\n' ' ' | sed 's/ $//'; }\n"                                                 \
	"all='*'\n"

static void patterns_are_those_of_docker(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"is \"$(left 'src' docs tmp '*.txt')\" '.hidden a.c file space'\n"
		"is \"$(left '/src/' './docs' 'tmp/' '*.txt' '# *' '' '  .hidden  ')\" 'a.c file "
		"space'\n"
		"is \"$(left '**/*.o' docs tmp '*.txt' 'file*' '.h*')\" 'a.c src src/a.c src/deep "
		"src/deep/d.c'\n"
		"is \"$(left '*/*.c' '*/*/*.o' docs tmp '*.txt' 'file?space' '.[a-i]*' "
		"'[!b]*.c')\" "
		"'src src/b.o src/deep src/deep/d.c'\n"
		"is \"$(left '*' '!src' 'src/**/*.o' '!src/b.o')\" 'src src/a.c src/b.o src/deep "
		"src/deep/d.c'\n"
		"is \"$(left '**/deep' 'docs/**' tmp '*.txt' 'fi\\le space' .hidden a.c)\" 'docs "
		"src "
		"src/a.c src/b.o'\n"
		"is \"$(left '**')\" ''"));
}

static void an_exception_takes_files_of_a_directory_that_is_left_out(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"is \"$(left '*' '!docs/README.md')\" 'docs docs/README.md'\n"
		"is \"$(left '*' '!**/*.md')\" 'docs docs/README.md docs/img docs/img/y.md "
		"docs/x.md'\n"
		"is \"$(left '*' '!**/*.md' 'docs/img' '!docs/img/none')\" 'docs docs/README.md "
		"docs/x.md'\n"
		"is \"$(left '*' '!*.txt' keep.txt)\" b.txt\n"
		"is \"$(left docs '!docs' src tmp '*.txt' 'f*' '.h*' docs/img)\" 'a.c docs "
		"docs/README.md docs/x.md'"));
}

static void what_is_left_out_cannot_be_named(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"echo tmp >$d/c/.dockerignore; echo '*.txt' >>$d/c/.dockerignore; echo '!keep.txt' "
		">>$d/c/.dockerignore\n"
		"for what in tmp tmp/t ./b.txt /b.txt 'COPY a.c b.txt'; do printf 'FROM "
		"busybox\\nCOPY %s /to/\\n' \"${what#COPY }\" >$d/Containerfile\n"
		" refuses 125 'it is in .dockerignore: ENOENT' build; done\n"
		"printf 'FROM busybox\\nADD *.txt /to/\\n' >$d/Containerfile; id=$(build)\n"
		"is \"$(r --rm $id ls /to)\" keep.txt; printf 'FROM busybox\\nADD tmp/* /to/\\n' "
		">$d/Containerfile\n"
		"refuses 125 'no file fits' build\n"
		/* The files of another stage are no part of the context. */
		"printf 'FROM busybox AS one\\nRUN mkdir /tmp/x; echo s >/tmp/x/b.txt\\nFROM "
		"busybox\\nCOPY --from=one /tmp/x /to/\\n' >$d/Containerfile; id=$(build)\n"
		"is \"$(r --rm $id cat /to/b.txt)\" s; whole"));
}

static void what_is_left_out_does_not_count_for_the_cache(void **state)
{
	(void)state;
	assert_success(engine_script(CONTEXT
				     "echo tmp >$d/c/.dockerignore; id=$(build); echo new "
				     ">$d/c/tmp/new; [ $(build) = $id "
				     "]\n"
				     "echo new >$d/c/src/a.c; [ $(build) != $id ]; id=$(build)\n"
				     "echo src >>$d/c/.dockerignore; [ $(build) != $id ]; whole"));
}

static void the_other_name_comes_first(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"echo src >$d/c/.containerignore\n"
		"left '*' >$d/out; grep -q 'a.c b.txt' $d/out; no grep -q src $d/out\n"
		"rm $d/c/.containerignore; ln -s nowhere/at/all $d/c/.containerignore; left "
		"src >$d/out; no grep -q src $d/out\n"
		"rm $d/c/.containerignore; mkdir $d/c/.containerignore; refuses 125 "
		".containerignore build"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(patterns_are_those_of_docker),
		host_test(an_exception_takes_files_of_a_directory_that_is_left_out),
		host_test(what_is_left_out_cannot_be_named),
		host_test(what_is_left_out_does_not_count_for_the_cache),
		host_test(the_other_name_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
