/* Step 06, engine: no change of the store is a bad moment to be killed. */
#include "test_06_engine.h"

/*
 * `each_moment PREPARE CHECK COMMAND...` runs a command again and again, and kills it at its first
 * system call of the kind $1, at the second one, and so on until it comes to its end. PREPARE is
 * called before, with the number. Then another command runs, the store must be whole, and CHECK is
 * called. The image "tiny" has one file.
 */
#define MOMENTS                                                                                    \
	"mkdir $d/t; echo x >$d/t/f; tar -C $d/t -cf $d/t.tar .; e rmi busybox >/dev/null\n"       \
	"tiny() { e import -c 'CMD [\"/f\"]' $d/t.tar ${1:-tiny} >/dev/null; }; tiny\n"            \
	"call=$1; each_moment() { prepare=$1 check=$2; shift 2; for n in $(seq 400); do\n"         \
	" $prepare $n; got=0; strace -f -qq -o /dev/null -e trace=$call -e "                       \
	"inject=$call:signal=KILL:when=$n \"$@\" >$d/moment 2>&1 || got=$?\n"                      \
	" at=\"killed at $call $n: $*\"; e ps -a >/dev/null || problem \"$at\"; whole\n"           \
	" $check || problem \"$at\"; [ $got -ne 0 ] || return 0\n"                                 \
	" [ $got -eq 137 ] || problem \"status $got: $(cat $d/moment)\"; done; problem endless; "  \
	"}\n"

static const char *const calls[] = { "mkdirat", "renameat",  "renameat2", "unlinkat",
				     "linkat",	"symlinkat", "write" };

static void each_moment(const char *text)
{
	need_program("strace");
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		assert_success(script(". tests/store.sh\n" MOMENTS "eval \"$2\"", calls[i], text));
}

static void no_moment_of_an_import_is_a_bad_one(void **state)
{
	(void)state;
	each_moment("before() { e rmi one >/dev/null 2>&1 || :; }\n"
		    "each_moment before : ./step-06 import $d/t.tar one");
}

static void no_moment_of_a_load_is_a_bad_one(void **state)
{
	(void)state;
	each_moment("e save -o $d/s tiny; before() { e rmi tiny >/dev/null 2>&1 || :; }\n"
		    "each_moment before : ./step-06 load -i $d/s");
}

static void no_moment_of_a_removal_is_a_bad_one(void **state)
{
	(void)state;
	each_moment("before() { tiny one; }\neach_moment before : ./step-06 rmi one");
}

static void no_moment_of_a_prune_is_a_bad_one(void **state)
{
	(void)state;
	each_moment("before() { tiny one; tiny one; }\neach_moment before : ./step-06 image prune");
}

static void no_moment_of_a_tag_is_a_bad_one(void **state)
{
	(void)state;
	each_moment("before() { e tag tiny t:$1; }; check() { e rmi t:$n >/dev/null; }\n"
		    "each_moment before check ./step-06 tag tiny other");
}

static void no_moment_of_a_commit_is_a_bad_one(void **state)
{
	(void)state;
	each_moment("e create --name box tiny >/dev/null; echo y >$d/y; e cp $d/y box:/y\n"
		    "before() { e rmi one >/dev/null 2>&1 || :; }\n"
		    "each_moment before : ./step-06 commit box one");
}

static void no_moment_of_a_copy_is_a_bad_one(void **state)
{
	(void)state;
	each_moment("e create --name box tiny >/dev/null; echo y >$d/y\n"
		    "check() { e export box | tar -t | grep -qx f; }\n"
		    "each_moment : check ./step-06 cp $d/y box:/y");
}

static void no_moment_of_a_creation_is_a_bad_one(void **state)
{
	(void)state;
	each_moment("check() { e container prune >/dev/null && [ -z \"$(ls $s/containers)\" ]; }\n"
		    "each_moment : check ./step-06 create tiny");
}

static void no_moment_of_an_end_is_a_bad_one(void **state)
{
	(void)state;
	each_moment("before() { e create --name box$1 tiny >/dev/null; }\n"
		    "check() { e container prune >/dev/null && [ -z \"$(ls $s/containers)\" ]; }\n"
		    "each_moment before check ./step-06 container prune");
}

static void no_moment_of_a_creation_spoils_the_names(void **state)
{
	(void)state;
	each_moment("before() { e rm box >/dev/null 2>&1 || :; }\n"
		    "each_moment before named ./step-06 create --name box tiny");
}

static void no_moment_of_a_renaming_spoils_the_names(void **state)
{
	(void)state;
	each_moment("e create --name a0 tiny >/dev/null; id=$(e ps -a -q)\n"
		    "before() { e rename $id a$n; }; each_moment before named ./step-06 rename $id "
		    "other");
}

static void no_moment_of_a_removal_spoils_the_names(void **state)
{
	(void)state;
	each_moment("before() { e create --name a$1 tiny >/dev/null; }\n"
		    "each_moment before named ./step-06 container prune");
}

static void no_moment_of_a_first_use_is_a_bad_one(void **state)
{
	(void)state;
	each_moment("case $1 in renameat* | linkat) ;; *) exit 0;; esac; before() { rm -rf $d/new; "
		    "export STEP_STORE=$d/new; s=$STEP_STORE; }; n=1\n"
		    "each_moment before : ./step-06 ps");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(no_moment_of_an_import_is_a_bad_one),
		host_test(no_moment_of_a_load_is_a_bad_one),
		host_test(no_moment_of_a_removal_is_a_bad_one),
		host_test(no_moment_of_a_prune_is_a_bad_one),
		host_test(no_moment_of_a_tag_is_a_bad_one),
		host_test(no_moment_of_a_commit_is_a_bad_one),
		host_test(no_moment_of_a_copy_is_a_bad_one),
		host_test(no_moment_of_a_creation_is_a_bad_one),
		host_test(no_moment_of_an_end_is_a_bad_one),
		host_test(no_moment_of_a_creation_spoils_the_names),
		host_test(no_moment_of_a_renaming_spoils_the_names),
		host_test(no_moment_of_a_removal_spoils_the_names),
		host_test(no_moment_of_a_first_use_is_a_bad_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
