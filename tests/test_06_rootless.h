/* Shared by the tests without root: a user, and whether users may make user namespaces here. */
#ifndef TESTS_TEST_06_ROOTLESS_H
#define TESTS_TEST_06_ROOTLESS_H

#include "test_06_oci.h"

/*
 * A user who is in no file of /etc, and in no group but their own. A script may set $uid before
 * IN_USER, to be another user.
 */
#define USER	"setpriv", "--reuid", "54321", "--regid", "54322", "--clear-groups"
#define IN_USER "as=\"setpriv --reuid ${uid:=54321} --regid 54322 --clear-groups\"; "

/*
 * The files of a user who was given more IDs, in $d; `touch` makes the files that they are mounted
 * over.
 */
#define IDS                                                                                        \
	"echo tester:200000:1000 >$d/ids; touch /etc/subuid /etc/subgid\n"                         \
	"(cat /etc/passwd; echo tester:x:54321:54322::/:/bin/sh) >$d/passwd\n"                     \
	"cover='for f in /etc/subuid /etc/subgid; do mount --bind $0/ids $f; done\n"               \
	"mount --bind $0/passwd /etc/passwd'\n"

/*
 * In a script with a bundle, the bundle belongs to the user, and `oci` runs as the user, with its
 * states where a session would have them.
 */
#define ROOTLESS                                                                                   \
	IN_USER "mkdir -m 700 xdg; rm config.json; chmod 755 .; chown -hR $uid:54322 .\n"          \
		"user() { $as env XDG_RUNTIME_DIR=$d/xdg \"$@\"; }\n"                              \
		"oci() { user $h/step-06-oci \"$@\"; }\n"                                          \
		"oci spec --rootless; config '.process.terminal = false'\n"

#define rootless_script(...)	    rootless_script_(__VA_ARGS__, NULL)
#define rootless_script_(text, ...) oci_script_(ROOTLESS text, __VA_ARGS__)

static inline bool can_get_here(void)
{
	return run(USER, "sh", "-c", "test -x \"$(pwd)/rootfs/busybox/bin/busybox\"")->status == 0;
}

/* Returns false where a sysctl or an AppArmor profile keeps users from making user namespaces. */
static inline bool are_allowed(void)
{
	return run(USER, "unshare", "--user", "--map-root-user", "--mount", "true")->status == 0;
}

#define need_user_namespaces()                                                                     \
	do {                                                                                       \
		if (!can_get_here())                                                               \
			skip_because("other users cannot get to this directory");                  \
		if (!are_allowed())                                                                \
			skip_because("user namespaces are not allowed without root here");         \
	} while (0)

#endif
