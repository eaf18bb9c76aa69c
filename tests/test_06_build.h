/* Shared by the tests of `build`. */
#ifndef TESTS_TEST_06_BUILD_H
#define TESTS_TEST_06_BUILD_H

#include "test_06_engine.h"

/*
 * A script that begins with CONTEXT has an empty context $c. `file` reads the Containerfile from
 * standard input, `build [OPTION...]` builds it without a network and sets $id, `inside COMMAND...`
 * runs a command in what was built. $t is a random token.
 */
#define CONTEXT                                                                                    \
	"t=$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')\n"                                          \
	"c=$d/context; mkdir $c; file() { cat >$c/Containerfile; }\n"                              \
	"build() { id=$(e build --network none \"$@\" $c 2>$d/build.err) || {\n"                   \
	" cat $d/build.err >&2; exit 9; }; }\n"                                                    \
	"inside() { r --rm $id \"$@\"; }; e images >/dev/null\n"                                   \
	"bad() { keeps refuses 125 \"$1\" e build --network none $c; }\n"                          \
	"layers() { inspect $id '.RootFS.diff_ids[]' 2>/dev/null || inspect $id "                  \
	"'.RootFS | .diff_ids[]'; }\n"

#endif
