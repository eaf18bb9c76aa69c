/* Step 06, engine: a system call fails: what is said, and what is left. */
#include "test_06_engine.h"

/*
 * `each_fault BEFORE COMMAND...`: makes one of some system calls of the command fail with EIO, the
 * first one of its kind, a later one, and so on, each time in a copy of the store. The command must
 * go on without a word, or end with 125 and one line that names the error. After the next command
 * nothing is left, and nothing lost.
 */
#define FAULTS                                                                                     \
	"calls='openat mkdirat renameat renameat2 fsync syncfs flock unlinkat getdents64'\n"       \
	"follow=-f; fault() { strace $follow -qq -o $d/log -e signal=none -e trace=$call -e "      \
	"inject=$call:error=EIO:when=$n \"$@\"; }\n"                                               \
	"said() { [ $got -eq 0 ] && [ ! -s $d/err ] || { [ $got -eq 125 ] && [ $(wc -l <$d/err) "  \
	"-eq 1 ] && grep -q EIO $d/err; }; }\n"                                                    \
	"each_fault() { cp -a $s $d/saved; found=0; for call in $calls; do for n in $1; do\n"      \
	" rm -rf $s; cp -a $d/saved $s; got=0; fault $command >$d/out 2>$d/err || got=$?\n"        \
	" grep -q INJECTED $d/log || continue; found=$((found + 1)); at=\"$call $n of "            \
	"$command\"\n"                                                                             \
	" grep -q 'libc.so\\|ld.so' $d/log || said || problem \"status $got: $(cat $d/err)\"\n"    \
	" e images >/dev/null || problem 'the next command fails'; whole; r --rm busybox true\n"   \
	"done; done; [ $found -gt 5 ]; }\n"

static void an_import_leaves_nothing(void **state)
{
	(void)state;
	need_program("strace");
	assert_success(engine_script(
		FAULTS "e images >/dev/null; mkdir $d/t; echo 1 >$d/t/a; tar -C $d/t -cf $d/a.tar "
		       ".\ncommand=\"./step-06 import $d/a.tar x\"; each_fault '1 3 5 8'"));
}

static void a_commit_leaves_nothing(void **state)
{
	(void)state;
	need_program("strace");
	assert_success(engine_script(FAULTS
				     "r --name box busybox touch /x\n"
				     "command='./step-06 commit box x'; each_fault '2 4 7'"));
}

static void an_image_is_removed_sooner_or_later(void **state)
{
	(void)state;
	need_program("strace");
	assert_success(engine_script(
		FAULTS "r --name box busybox touch /x; e commit box x >/dev/null; e rm "
		       "box >/dev/null\n"
		       "command='./step-06 rmi x'; each_fault '1 2 4 6 10'"));
}

static void so_is_a_container(void **state)
{
	(void)state;
	need_program("strace");
	assert_success(engine_script(FAULTS
				     "e create --name box busybox sh >/dev/null; calls='mkdirat "
				     "flock unlinkat getdents64'\n"
				     "command='./step-06 rm box'; each_fault '1 3 5 8 12'"));
}

/*
 * The host side of a run, from the words to the end of the container. The container's own side is
 * that of a run without an image: test_06_faults.c.
 */
#define RUN_COMMAND                                                                                \
	"e images >/dev/null; follow=; command='./step-06 run --network none --rm busybox true'\n"

static void a_run_leaves_nothing(void **state)
{
	(void)state;
	need_program("strace");
	assert_success(engine_script(FAULTS RUN_COMMAND
				     "calls='mkdirat renameat symlinkat flock fsync fchmodat "
				     "fchownat fsopen fsmount setns'; each_fault '1 2 4'"));
}

static void a_run_opens_or_says_why_not(void **state)
{
	(void)state;
	need_program("strace");
	assert_success(engine_script(FAULTS RUN_COMMAND "calls='openat unlinkat fsconfig'\n"
							"each_fault '3 9 17 22 27 35'"));
}

#define BUILD_COMMAND                                                                              \
	"e images >/dev/null; mkdir $d/c; echo 1 >$d/c/f; printf 'FROM busybox\\nCOPY f "          \
	"<<g /x/\\ng\\nRUN true\\n' >$d/c/Containerfile\n"                                         \
	"command=\"./step-06 build --network none $d/c\"\n"

static void a_build_leaves_nothing(void **state)
{
	(void)state;
	need_program("strace");
	assert_success(engine_script(FAULTS BUILD_COMMAND
				     "calls='mkdirat renameat linkat flock fsync syncfs fsopen'\n"
				     "each_fault '1 3 6 9'"));
}

static void a_build_opens_or_says_why_not(void **state)
{
	(void)state;
	need_program("strace");
	assert_success(engine_script(FAULTS BUILD_COMMAND "calls='openat unlinkat fsconfig'\n"
							  "each_fault '4 18 30 45 70'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(an_import_leaves_nothing),
		host_test(a_commit_leaves_nothing),
		host_test(an_image_is_removed_sooner_or_later),
		host_test(so_is_a_container),
		host_test(a_run_leaves_nothing),
		host_test(a_run_opens_or_says_why_not),
		host_test(a_build_leaves_nothing),
		host_test(a_build_opens_or_says_why_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
