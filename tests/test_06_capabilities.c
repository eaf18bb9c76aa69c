/* Chapter 6's module capabilities: --cap-add, --cap-drop, --privileged, and the five sets. */

#include "test_03.h"

#define STEP "./step-06 run --network none "

/* ROOTFS in another place than /tmp, where set-user-ID bits are often ignored. */
#define SETUID_ROOTFS                                                                              \
	"d=$(mktemp -d build/XXXXXX); trap 'rm -rf --one-file-system \"$d\"' EXIT; r=$d/r; "       \
	"chmod 755 $d; cp -ax rootfs/busybox $r; "

/* The second article's list, sorted by number. */
#define FOURTEEN                                                                                   \
	" CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID CAP_SETUID "        \
	"CAP_SETPCAP CAP_NET_BIND_SERVICE CAP_NET_RAW CAP_SYS_CHROOT CAP_MKNOD CAP_AUDIT_WRITE "   \
	"CAP_SETFCAP\n"

/* Returns what `probe caps` prints for these five sets. */
static const char *five_sets(const char *permitted, const char *effective, const char *inheritable,
			     const char *bounding, const char *ambient)
{
	static char text[4096];

	snprintf(text, sizeof(text), "permitted%seffective%sinheritable%sbounding%sambient%s",
		 permitted, effective, inheritable, bounding, ambient);
	return text;
}

/*
 * Fails unless a step with these options gives root `set`, with empty inheritable and ambient sets.
 */
static void assert_set(const char *options, const char *set)
{
	assert_prints(script(STEP "$1 /bin/probe caps | head -5", options),
		      five_sets(set, set, " none\n", set, " none\n"));
}

static void the_fourteen_are_in_three_sets(void **state)
{
	(void)state;
	assert_set("", FOURTEEN);
	/* The caller's inheritable and ambient sets do not matter. */
	assert_prints(script("setpriv --inh-caps=+net_admin --ambient-caps=+net_admin " STEP
			     "/bin/probe caps | head -5",
			     NULL),
		      five_sets(FOURTEEN, FOURTEEN, " none\n", FOURTEEN, " none\n"));
}

/*
 * A file of nobody's is marked to inherit CAP_DAC_OVERRIDE. A process that became nobody reads
 * root's file by it if its own inheritable set has the capability (CVE-2022-24769). The second
 * article's inheritable set has it.
 */
#define INHERITED                                                                                  \
	SETUID_ROOTFS                                                                              \
	"echo secret >$r/root/secret; chmod 600 $r/root/secret; chmod 711 $r/root\n"               \
	"cp $r/bin/busybox $r/bin/own; "                                                           \
	"setcap cap_dac_override+ei $r/bin/own; ln -sf own $r/bin/cat; "                           \
	"read='su -s /bin/sh nobody -c \"/bin/cat /root/secret 2>&1\" || true'\n"

static void a_file_does_not_give_what_root_could_inherit(void **state)
{
	static const char *const options[] = { "", "--init", "--cap-add ALL",
					       "--cap-add DAC_OVERRIDE --cap-add NET_ADMIN",
					       "--security-opt seccomp=unconfined" };

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		assert_prints(
			script(INHERITED STEP "--rootfs $r $1 /bin/sh -c \"$read\"", options[i]),
			"cat: can't open '/root/secret': Permission denied\n");
	/* The attack succeeds with the article's five sets. */
	assert_prints(
		script(INHERITED
		       "./step-06-oci spec --bundle $d; jq --arg read \"$read\" '.process |= "
		       "(.terminal = false | .noNewPrivileges = false | .args = [\"sh\", \"-c\", "
		       "$read] | .capabilities.inheritable = .capabilities.bounding | "
		       ".capabilities.ambient = .capabilities.bounding) | .root.path = \"r\"' "
		       "$d/config.json >$d/new; mv $d/new $d/config.json\n"
		       "./step-06-oci --root $d/run run --bundle $d c$$\n",
		       NULL),
		"secret\n");
}

static void some_are_added_and_some_are_dropped(void **state)
{
	static const struct {
		const char *options, *set;
	} cases[] = {
		{ "--cap-drop ALL", " none\n" },
		{ "--cap-drop all --cap-add CHOWN", " CAP_CHOWN\n" },
		{ "--cap-add CHOWN --cap-drop ALL", " CAP_CHOWN\n" },
		{ "--cap-drop ALL --cap-add net_admin --cap-add Cap_Kill",
		  " CAP_KILL CAP_NET_ADMIN\n" },
		{ "--cap-drop ALL --cap-add KILL --cap-drop KILL", " CAP_KILL\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_set(cases[i].options, cases[i].set);
	assert_prints(script(STEP "--cap-drop MKNOD --cap-drop cap_kill --cap-add SYS_TIME "
				  "/bin/probe caps | head -1",
			     NULL),
		      "permitted CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_FSETID CAP_SETGID "
		      "CAP_SETUID CAP_SETPCAP CAP_NET_BIND_SERVICE CAP_NET_RAW CAP_SYS_CHROOT "
		      "CAP_SYS_TIME CAP_AUDIT_WRITE CAP_SETFCAP\n");
}

static void all_are_those_that_we_hold(void **state)
{
	(void)state;
	assert_prints(script("ours=$(rootfs/busybox/bin/probe caps | grep ^permitted)\n" STEP
			     "--cap-add ALL /bin/probe caps | head -5 >/run/caps; trap 'rm "
			     "/run/caps' EXIT\n"
			     "for set in permitted effective bounding; do\n"
			     "grep -x \"$set${ours#permitted}\" /run/caps >/dev/null; done\n" STEP
			     "--cap-drop MKNOD --cap-add ALL /bin/probe caps | head -1 | "
			     "{ read -r got; test \"${ours%% CAP_MKNOD*}${ours##*CAP_MKNOD}\" = "
			     "\"$got\"; }",
			     NULL),
		      "");
}

static void unknown_ones_are_refused(void **state)
{
	static const char *const names[] = { "NO", "CAP_NO", "CAP_", "", "CHOWN,KILL", "0" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char message[64];

		snprintf(message, sizeof(message), "--cap-add %s: no capability has this name",
			 names[i]);
		assert_refused(run("./step-06", "run", "--cap-add", names[i], "/bin/true"), 125,
			       message);
	}
	assert_refused(run("./step-06", "run", "--cap-drop", "NO", "/bin/true"), 125,
		       "--cap-drop NO: no capability has this name");
}

static void what_we_do_not_hold_is_refused_by_name(void **state)
{
	static const char without[] =
		"setpriv --bounding-set=-sys_time,-lease --inh-caps=-sys_time,-lease ";

	(void)state;
	assert_refused(script("$1 " STEP "--cap-add SYS_TIME --cap-add LEASE /bin/true", without),
		       125,
		       "capabilities: CAP_SYS_TIME CAP_LEASE: not held by us, so not ours to give");
	assert_success(script("$1 " STEP "/bin/true", without));
	assert_success(
		script("$1 " STEP "--cap-add ALL /bin/probe caps | grep -v CAP_LEASE", without));
	assert_success(
		script("$1 " STEP "--privileged /bin/probe caps | grep -v CAP_LEASE", without));
	assert_refused(script("setpriv --bounding-set=-audit_write " STEP "/bin/true", NULL), 125,
		       "capabilities: CAP_AUDIT_WRITE: not held by us, so not ours to give");
	assert_success(script("setpriv --bounding-set=-audit_write " STEP
			      "--cap-drop AUDIT_WRITE /bin/true",
			      NULL));
}

static void root_can_do_what_the_fourteen_allow(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS STEP
			     "--rootfs $r /bin/sh -c '"
			     "cd /tmp; touch f; chown 7:8 f; stat -c %u:%g f\n"
			     "mknod n c 1 3 && echo made; chroot / true && echo chroot\n"
			     "chmod 0 f; cat f; setpriv --help >/dev/null 2>&1; true'",
			     NULL),
		      "7:8\nmade\nchroot\n");
}

/* The holes that chapter 3 leaves: settings of the kernel, and the read-only root. */
static void root_cannot_do_more(void **state)
{
	(void)state;
	assert_prints(
		script(STEP
		       "--read-only /bin/sh -c '"
		       "mount -o remount,bind,rw / 2>/dev/null || echo no remount\n"
		       "mount -t tmpfs none /mnt 2>/dev/null || echo no mount\n"
		       "umount /proc 2>/dev/null || echo no umount\n"
		       "hostname x 2>/dev/null || echo no name\n"
		       "ifconfig lo down 2>/dev/null || echo no network\n"
		       "date -s 2001-01-01 2>&1 >/dev/null | grep -q permitted && echo no clock\n"
		       "(echo core >/proc/sys/kernel/core_pattern) 2>/dev/null || echo no setting'",
		       NULL),
		"no remount\nno mount\nno umount\nno name\nno network\nno clock\nno setting\n");
}

static void what_was_dropped_cannot_be_done(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS STEP
			     "--rootfs $r --cap-drop CHOWN --cap-drop MKNOD --cap-drop "
			     "SYS_CHROOT --cap-drop DAC_OVERRIDE /bin/sh -c '"
			     "cd /tmp; touch f; chown 7 f 2>/dev/null || echo no chown\n"
			     "mknod n c 1 3 2>/dev/null || echo no mknod\n"
			     "chroot / true 2>/dev/null || echo no chroot\n"
			     "chmod 0 f; cat f 2>/dev/null || echo no reading'",
			     NULL),
		      "no chown\nno mknod\nno chroot\nno reading\n");
}

static void another_user_has_only_the_bounding_set(void **state)
{
	(void)state;
	assert_prints(script(STEP "-u user /bin/probe caps | head -5", NULL),
		      five_sets(" none\n", " none\n", " none\n", FOURTEEN, " none\n"));
	assert_prints(script(STEP
			     "-u user --cap-drop ALL --cap-add CHOWN /bin/probe caps | head -5",
			     NULL),
		      five_sets(" none\n", " none\n", " none\n", " CAP_CHOWN\n", " none\n"));
}

/* A set-user-ID program gets the rights of the container's root, and no more. */
static void a_set_user_id_program_gets_the_bounding_set(void **state)
{
	(void)state;
	assert_prints(script(SETUID_ROOTFS "chown 0:0 $r/bin/probe; chmod 4755 $r/bin/probe\n" STEP
					   "--rootfs $r -u user /bin/probe caps | head -5",
			     NULL),
		      five_sets(FOURTEEN, FOURTEEN, " none\n", FOURTEEN, " none\n"));
	assert_prints(script(SETUID_ROOTFS
			     "chown 0:0 $r/bin/probe; chmod 4755 $r/bin/probe\n" STEP
			     "--rootfs $r -u user --security-opt no-new-privileges "
			     "/bin/sh -c 'probe caps | head -2; probe ids | grep euid'",
			     NULL),
		      "permitted none\neffective none\neuid 1000\n");
}

static void a_files_capabilities_count_within_the_bounding_set(void **state)
{
	(void)state;
	assert_prints(script(SETUID_ROOTFS "setcap cap_net_raw,cap_net_admin+p $r/bin/probe\n" STEP
					   "--rootfs $r -u user /bin/probe caps | head -2",
			     NULL),
		      "permitted CAP_NET_RAW\neffective none\n");
}

static void the_fourteen_survive_init(void **state)
{
	(void)state;
	assert_prints(script(STEP "--init /bin/sh -c 'probe caps | head -5; "
				  "grep CapBnd /proc/1/status; grep CapEff /proc/1/status'",
			     NULL),
		      strcat(strcpy((char[4096]){ 0 },
				    five_sets(FOURTEEN, FOURTEEN, " none\n", FOURTEEN, " none\n")),
			     "CapBnd:\t00000000a80425fb\nCapEff:\t00000000a80425fb\n"));
}

static void privileged_is_all_but_the_namespaces(void **state)
{
	(void)state;
	assert_prints(script(ROOTFS STEP "--rootfs $r --privileged --cap-drop KILL /bin/sh -c '"
					 "mount -t tmpfs none /mnt && echo mount\n"
					 "mount -o remount,bind,ro / && echo remount\n"
					 "grep Seccomp: /proc/self/status\n"
					 "grep -c -e ^proc -e /sys/firmware /proc/mounts\n"
					 "grep \" /sys sysfs rw\" /proc/mounts | cut -d , -f 1\n"
					 "grep \" /proc/sys \" /proc/mounts || echo settings\n"
					 "[ $$ = 1 ] && hostname'",
			     NULL),
		      "mount\nremount\nSeccomp:\t0\n1\nsysfs /sys sysfs rw\nsettings\ntesting\n");
}

/* Chapter 5 allows /dev/net/tun, as the second article does; runC no longer does. */
static void tunnels_have_to_be_asked_for(void **state)
{
	static const char *const asked[] = { "--device=/dev/net/tun", "--privileged" };

	(void)state;
	assert_contains(run("./step-06", "run", "--network", "none", "--read-only", "/bin/probe",
			    "device", "c", "10", "200")
				->out,
			"open EPERM\n");
	assert_contains(run("./step-06", "run", "--network", "none", "--read-only", "/bin/probe",
			    "device", "c", "1", "7")
				->out,
			"open ok\n");
	if (access("/dev/net/tun", R_OK) < 0)
		skip_because("there is no /dev/net/tun");
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		const struct result *result =
			run("./step-06", "run", "--network", "none", "--read-only", asked[i],
			    "/bin/probe", "device", "c", "10", "200");

		assert_contains(result->out, "open ");
		assert_null(strstr(result->out, "open EPERM"));
	}
}

static void help_lists_the_options(void **state)
{
	static const char *const options[] = { "--cap-add=CAPABILITY", "--cap-drop=CAPABILITY",
					       "--privileged",	       "--user=USER[:GROUP]",
					       "--group-add=GROUP",    "--ulimit=NAME=SOFT[:HARD]",
					       "--security-opt=OPTION" };
	const struct result *result = run("./step-06", "run", "--help");

	(void)state;
	assert_success(result);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		assert_contains(result->out, options[i]);
}

static void so_does_the_help_of_the_program_with_the_verbs(void **state)
{
	const struct result *result = run("./step-06", "--help");

	(void)state;
	assert_success(result);
	assert_contains(result->out, "Usage: step-06 [options] [VERB");
	assert_contains(result->out, "\n  run        IMAGE [COMMAND...]");
	assert_refused(run("./step-06", "fly"), 125,
		       "fly: unknown verb; step-06 --help lists them");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_fourteen_are_in_three_sets),
		host_test(a_file_does_not_give_what_root_could_inherit),
		host_test(some_are_added_and_some_are_dropped),
		host_test(all_are_those_that_we_hold),
		host_test(unknown_ones_are_refused),
		host_test(what_we_do_not_hold_is_refused_by_name),
		host_test(root_can_do_what_the_fourteen_allow),
		host_test(root_cannot_do_more),
		host_test(what_was_dropped_cannot_be_done),
		host_test(another_user_has_only_the_bounding_set),
		host_test(a_set_user_id_program_gets_the_bounding_set),
		host_test(a_files_capabilities_count_within_the_bounding_set),
		host_test(the_fourteen_survive_init),
		host_test(privileged_is_all_but_the_namespaces),
		host_test(tunnels_have_to_be_asked_for),
		host_test(help_lists_the_options),
		host_test(so_does_the_help_of_the_program_with_the_verbs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
