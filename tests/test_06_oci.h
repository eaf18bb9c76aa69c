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
 * the command; `inside TEXT` runs a shell command in a container; `status ID` prints the status. At
 * the script's end all containers are deleted.
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
	"inside() { args sh -c \"$1\"; oci run $id; }\n"                                           \
	"status() { oci state $1 | jq -r .status; }\n"                                             \
	"wait_for() { for i in $(seq 200); do if \"$@\"; then return; fi; sleep 0.05; done;\n"     \
	" echo \"waited in vain for: $*\"; return 1; }\n"                                          \
	"is() { [ \"$(status $1)\" = $2 ]; }\n"                                                    \
	"oci spec --bundle $d; cp -ax rootfs/busybox $d/rootfs; cd $d\n"                           \
	"config '.process.terminal = false'\n"

/* With ADD, `add DESTINATION TYPE SOURCE [OPTION...]` adds a mount to the configuration. */
#define ADD                                                                                        \
	"add() { to=$1 type=$2 from=$3; shift 3\n"                                                 \
	"  config --arg to $to --arg type $type --arg from $from '.mounts += [{destination: $to, " \
	"type: $type, source: $from, options: $ARGS.positional}]' --args \"$@\"; }\n"

/*
 * A jq program for `config`: a new user namespace, whose users 0 to 65535 are the host's from
 * 100000 on.
 */
#define USERS_OF_ITS_OWN                                                                           \
	".linux.namespaces += [{type: \"user\"}] | .linux |= (.uidMappings = "                     \
	"[{containerID: 0, hostID: 100000, size: 65536}] | .gidMappings = .uidMappings)"

/* Runs a script with a bundle. */
#define oci_script(...)	       oci_script_(__VA_ARGS__, NULL)
#define oci_script_(text, ...) script(BUNDLE text, "", __VA_ARGS__)

/* Fails unless the script succeeded, printed nothing, and has `part` among its messages. */
static inline void assert_told(const struct result *result, const char *part)
{
	assert_prints(result, "");
	assert_contains(result->err, part);
}

#endif
