/*
 * Shared by the tests of the engine: scripts with a store of their own, and what must hold in a
 * store after every command.
 */
#ifndef TESTS_TEST_06_ENGINE_H
#define TESTS_TEST_06_ENGINE_H

#include "test_03.h"

/* Runs a script with a store of its own, as tests/store.sh says. */
#define engine_script(...)	  engine_script_(__VA_ARGS__, NULL)
#define engine_script_(text, ...) script(". tests/store.sh\n" text, __VA_ARGS__)

/* $d/tree, a root file system with a random token in it; $t. */
#define TREE                                                                                       \
	"t=$(od -An -N8 -tx8 /dev/urandom | tr -d ' '); cp -a rootfs/busybox $d/tree\n"            \
	"echo $t >$d/tree/token\n"

/* `state NAME` prints a container's status; `up NAME` and `down NAME` say whether it runs. */
#define STATES                                                                                     \
	"up() { [ \"$(state $1)\" = running ]; }; down() { ! up $1; }\n"                           \
	"state() { e inspect $1 2>/dev/null | jq -r '.[0].State.Status'; }\n"

/*
 * `background NAME [OPTION...] IMAGE COMMAND...` starts a container that runs while the script
 * does; its exit status is in $d/NAME. `asked NAME` waits until it has printed "ready".
 */
#define BACKGROUND                                                                                 \
	STATES "background() { (got=0; e run --network none --name \"$@\" >$d/$1.out 2>&1 ||\n"    \
	       " got=$?; echo $got >$d/$1) & wait_for up $1; }\n"                                  \
	       "asked() { wait_for grep -q ready $d/$1.out; }\n"

/*
 * With RUNNING, `running NAME [OPTION...] IMAGE COMMAND...` starts a container that runs while the
 * script does; $! is its step-06. `state NAME` prints its status. At the end another container
 * removes the cgroups of those that were killed.
 */
#define RUNNING                                                                                    \
	"running() { ./step-06 run --network none --name \"$@\" >$d/running.out 2>&1 &\n"          \
	" echo $! >>$d/pids; wait_for up $1; }\n" STATES                                           \
	"kill_all() { kill -KILL $(cat $d/pids) || true; wait || true; rm $d/pids; }\n"            \
	"trap 'status=$?; [ ! -e $d/pids ] || kill_all; ./step-06 run --network none /bin/true\n"  \
	"(exit $status); finish' EXIT; e images >/dev/null\n"

/*
 * $d/big.tar, an archive with the image "big", which has four layers; the store has only busybox.
 */
#define BIG                                                                                        \
	"e tag busybox big; for n in 1 2 3; do\n"                                                  \
	" r --name box big sh -c \"head -c 300000 /dev/urandom >/big$n; mkdir /many$n; for i in "  \
	"\\$(seq 50); do echo \\$i >/many$n/\\$i; done\"\n"                                        \
	" e commit box big >/dev/null; e rm box >/dev/null; done; e save -o $d/big.tar big\n"      \
	"e rmi big >/dev/null; e image prune >/dev/null; whole\n"

/* Skips the test if a program is missing. */
#define need_program(name)                                                                         \
	do {                                                                                       \
		if (run("sh", "-c", "command -v " name)->status != 0)                              \
			skip_because("%s is missing", name);                                       \
	} while (0)

#endif
