/* Step 06, engine: commands that are killed at random moments. */
#include "test_06_engine.h"

/* Each script kills ten times, and may take 30 s. So fifty times are five scripts. */
enum { KILL_SCRIPTS = 5 };

/*
 * `killed COMMAND...` kills a command at a random moment. The moments reach as far as the same
 * command took when `measured` ran it whole. $d/big.tar is an archive with the image "big", of four
 * layers; then the store has only busybox.
 */
#define KILLS                                                                                      \
	"now() { date +%s%N; }\n"                                                                  \
	"measured() { began=$(now); \"$@\" >/dev/null; took=$((($(now) - began) / 900000)); }\n"   \
	"killed() { \"$@\" >/dev/null 2>&1 &\n"                                                    \
	" ms=$(($(od -An -N4 -tu4 /dev/urandom) % (took + 1)))\n"                                  \
	" sleep $(printf %d.%03d $((ms / 1000)) $((ms % 1000))); kill -KILL $! 2>/dev/null || "    \
	":\n"                                                                                      \
	" wait $! 2>/dev/null || :; }\n"                                                           \
	"rounds='1 2 3 4 5 6 7 8 9 10'\n" BIG

static void repeat(const char *text)
{
	for (int i = 0; i < KILL_SCRIPTS; i++)
		assert_success(engine_script(KILLS "eval \"$1\"", text));
}

/* ---- Commands that are killed ---- */

static void a_killed_load_leaves_nothing(void **state)
{
	(void)state;
	repeat("measured ./step-06 load -i $d/big.tar; e rmi big >/dev/null\n"
	       "for i in $rounds; do killed ./step-06 load -i $d/big.tar; e images >/dev/null; "
	       "whole\n"
	       " case $(names) in *big:latest*) r --rm big cat /many3/7 >/dev/null; e rmi big "
	       ">/dev/null; whole;; esac; done\n"
	       "e load -i $d/big.tar >/dev/null; [ $(r --rm big cat /many1/9) = 9 ]; whole");
}

static void a_killed_import_leaves_nothing(void **state)
{
	(void)state;
	repeat("tar -C rootfs/busybox -cf $d/a.tar .; measured ./step-06 import $d/a.tar one; e "
	       "rmi one >/dev/null\n"
	       "for i in $rounds; do killed ./step-06 import $d/a.tar one; e images >/dev/null; "
	       "whole\n"
	       " case $(names) in *one:latest*) e rmi one >/dev/null;; esac; done; whole");
}

static void a_killed_commit_leaves_nothing(void **state)
{
	(void)state;
	repeat("r --name box busybox sh -c 'head -c 1000000 /dev/urandom >/f; rm -r /home; mkdir "
	       "/d'\n"
	       "measured ./step-06 commit box one; e rmi one >/dev/null\n"
	       "for i in $rounds; do killed ./step-06 commit box one; e images >/dev/null; whole\n"
	       " case $(names) in *one:latest*) e rmi one >/dev/null;; esac; done\n"
	       "e commit box one >/dev/null; r --rm one test ! -e /home; e diff box | grep -qx 'A "
	       "/f'; whole");
}

static void a_killed_rmi_leaves_an_image_or_none(void **state)
{
	(void)state;
	repeat("e load -i $d/big.tar >/dev/null; measured ./step-06 rmi big\n"
	       "for i in $rounds; do e load -i $d/big.tar >/dev/null; killed ./step-06 rmi big\n"
	       " e images >/dev/null; whole\n"
	       " case $(names) in *big:latest*) r --rm big cat /many3/7 >/dev/null;; esac; done");
}

static void a_killed_prune_leaves_whole_images(void **state)
{
	(void)state;
	repeat("e load -i $d/big.tar >/dev/null; measured ./step-06 image prune -a\n"
	       "for i in $rounds; do e load -i $d/big.tar >/dev/null; killed ./step-06 image prune "
	       "-a\n"
	       " e images >/dev/null; whole\n"
	       " case $(names) in *big:latest*) r --rm big cat /many3/7 >/dev/null;; esac; done");
}

static void a_killed_build_leaves_nothing(void **state)
{
	(void)state;
	repeat("mkdir $d/c; echo 1 >$d/c/f; cat >$d/c/Containerfile <<'END'\nFROM busybox\nCOPY f "
	       "/f\nRUN head -c 1000000 /dev/urandom >/random\nENV A=1\nRUN rm -r /home; sleep "
	       "0.1\nEND\n"
	       "measured ./step-06 build --network none --no-cache -t one $d/c; e rmi one "
	       ">/dev/null\n"
	       "for i in $rounds; do killed ./step-06 build --network none --no-cache -t one $d/c\n"
	       " wait_for settled; whole; case $(names) in *one:latest*) e rmi one >/dev/null;; "
	       "esac; done\n"
	       "r --rm busybox true; e build --network none -t one $d/c >/dev/null; r --rm one "
	       "test -e /random; whole");
}

static void a_killed_run_leaves_nothing(void **state)
{
	(void)state;
	repeat("measured ./step-06 run --network none --rm busybox sh -c 'echo x >/f; rm -r /home; "
	       "sleep 0.05'\n"
	       "for i in $rounds; do\n"
	       " killed ./step-06 run --network none --rm busybox sh -c 'echo x >/f; rm -r /home; "
	       "sleep 0.05'\n"
	       " wait_for sh -c '[ -z \"$(./step-06 ps -aq 2>/dev/null || ./step-06 ps -a -q)\" "
	       "]'; whole\n"
	       "done; r --rm busybox test -e /home; whole");
}

static void a_killed_create_leaves_a_container_or_none(void **state)
{
	(void)state;
	repeat("measured ./step-06 create busybox sh; e container prune >/dev/null; took=$((took + "
	       "3)); for i in $rounds; do\n"
	       " killed ./step-06 create --network none busybox echo hello; e ps -a >/dev/null; "
	       "whole\n"
	       " for c in $(e ps -a -q); do [ $(e start -a $c) = hello ]; e rm $c >/dev/null; "
	       "done; done; whole");
}

static void a_killed_rm_leaves_a_container_or_none(void **state)
{
	(void)state;
	repeat("make() { r --name box$1 busybox sh -c 'mkdir /d; for i in $(seq 300); do echo "
	       ">/d/$i; done'; }\n"
	       "make 0; measured ./step-06 rm box0; for i in $rounds; do make $i; killed ./step-06 "
	       "rm box$i\n"
	       " e ps -a >/dev/null; whole; done; e container prune -f >/dev/null; whole; [ -z "
	       "\"$(ls $s/containers)\" ]");
}

static void a_killed_first_use_does_not_spoil_the_store(void **state)
{
	(void)state;
	repeat("export STEP_STORE=$d/first; measured ./step-06 images; for i in $rounds; do\n"
	       " export STEP_STORE=$d/new$i; s=$STEP_STORE; killed ./step-06 images; e images "
	       ">/dev/null; whole\n"
	       " [ $(r --rm busybox echo hello) = hello ]; whole; rm -r $s; done");
}

static void a_killed_container_has_a_name_or_is_gone(void **state)
{
	(void)state;
	assert_success(engine_script(
		KILLS
		"make() { r --name box$1 busybox true; }; make 0; measured ./step-06 rm box0\n"
		"for i in $rounds; do make $i; killed ./step-06 rm box$i; e ps -a >/dev/null; "
		"named; done\n"
		"took=20; for i in $rounds; do killed ./step-06 create --name other$i busybox sh; "
		"e ps -a >/dev/null; named; done"));
}

static void a_killed_rename_leaves_one_name(void **state)
{
	(void)state;
	assert_success(engine_script(
		KILLS "e create --name a0 busybox sh >/dev/null; id=$(e ps -a -q); took=8; now=a0\n"
		      "for i in $rounds; do killed ./step-06 rename $id a$i; e ps -a >/dev/null; "
		      "whole; named\n"
		      "done"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_killed_load_leaves_nothing),
		host_test(a_killed_import_leaves_nothing),
		host_test(a_killed_commit_leaves_nothing),
		host_test(a_killed_rmi_leaves_an_image_or_none),
		host_test(a_killed_prune_leaves_whole_images),
		host_test(a_killed_build_leaves_nothing),
		host_test(a_killed_run_leaves_nothing),
		host_test(a_killed_create_leaves_a_container_or_none),
		host_test(a_killed_rm_leaves_a_container_or_none),
		host_test(a_killed_first_use_does_not_spoil_the_store),
		host_test(a_killed_container_has_a_name_or_is_gone),
		host_test(a_killed_rename_leaves_one_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
