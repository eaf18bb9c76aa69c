/*
 * Shared by the tests of step-06-oci: a bundle and a directory of states for each script. The
 * configuration is what `spec` writes, changed by a jq program.
 */
#ifndef TESTS_TEST_06_OCI_H
#define TESTS_TEST_06_OCI_H

#include "test_03.h"

/*
 * A script that begins with BUNDLE has a bundle $d, whose configuration has no terminal. `oci` is
 * the runtime; `config PROGRAM` changes the configuration by a jq program; `args COMMAND...` sets
 * the command; `status ID` prints the status. At its end all containers are deleted.
 */
#define BUNDLE                                                                                     \
	"d=$(mktemp -d); h=$PWD; id=c$$-$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')\n"             \
	"oci() { $h/step-06-oci --root $d/run \"$@\"; }\n"                                         \
	"trap 'oci delete --force --regex . || true; rm -rf --one-file-system \"$d\"' EXIT\n"      \
	"config() { jq \"$@\" <$d/config.json >$d/config.new && mv $d/config.new $d/config.json; " \
	"}\n"                                                                                      \
	"args() { config --argjson args \"$(printf '%s\\001' \"$@\" | jq -Rs "                     \
	"'split(\"\\u0001\")[:-1]')\" \\\n"                                                        \
	"  '.process.args = $args'; }\n"                                                           \
	"status() { oci state $1 | jq -r .status; }\n"                                             \
	"wait_for() { for i in $(seq 200); do if \"$@\"; then return; fi; sleep 0.05; done;\n"     \
	" echo \"waited in vain for: $*\"; return 1; }\n"                                          \
	"is() { [ \"$(status $1)\" = $2 ]; }\n"                                                    \
	"oci spec --bundle $d; cp -ax rootfs/busybox $d/rootfs; cd $d\n"                           \
	"config '.process.terminal = false'\n"

/* Runs a script with a bundle. */
#define oci_script(...)	       oci_script_(__VA_ARGS__, NULL)
#define oci_script_(text, ...) script(BUNDLE text, "", __VA_ARGS__)

#endif
