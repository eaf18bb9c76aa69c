/* The options of chapter 3, parsed: what a command line makes of a struct rootfs. */
#include <sys/mount.h>

#include "options.h"
#include "rootfs.h"
#include "rootfs_options.h"
#include "test_03.h"

enum { WORDS_MAX = 16 };

/* Parses "step-03 WORDS true", the words divided by blanks; returns what options_parse() does. */
static int parse(struct rootfs *rootfs, const char *words)
{
	const struct options_part parts[] = { { &rootfs_options, rootfs }, { NULL, NULL } };
	char *argv[WORDS_MAX + 2] = { strdup("step-03") };
	struct command command = { 0 };
	char *rest = strdup(words);
	int argc = 1;

	*rootfs = (struct rootfs){ 0 };
	for (char *word; argc < WORDS_MAX && (word = strsep(&rest, " "));)
		argv[argc++] = word;
	argv[argc++] = strdup("true");
	return options_parse(argc, argv, "about", parts, &command);
}

static void parse_defaults(const char *argument)
{
	struct rootfs rootfs = { 0 };
	char wanted[4096];

	(void)argument;
	check(parse(&rootfs, "--") == 0);
	check(rootfs.mount_count == 0 && !rootfs.read_only && !rootfs.chroot);
	/* The default is beside the program, which is this test. */
	check(getcwd(wanted, 4000));
	strcat(wanted, "/build/tests/rootfs/busybox");
	check(strcmp(rootfs.path, wanted) == 0);
}

static void the_default_is_beside_the_program(void **state)
{
	(void)state;
	in_own_mounts(parse_defaults, NULL);
}

static void parse_simple(const char *argument)
{
	struct rootfs rootfs = { 0 };

	(void)argument;
	check(parse(&rootfs, "--rootfs /a --rootfs b --read-only --chroot") == 0);
	check(strcmp(rootfs.path, "b") == 0 && rootfs.read_only && rootfs.chroot);
	check(parse(&rootfs, "--rootfs=c=d") == 0);
	check(strcmp(rootfs.path, "c=d") == 0 && !rootfs.read_only && !rootfs.chroot);
}

static void the_last_root_counts_and_switches_switch(void **state)
{
	(void)state;
	in_own_mounts(parse_simple, NULL);
}

static void parse_volumes(const char *argument)
{
	const struct rootfs_mount *mounts;
	struct rootfs rootfs = { 0 };

	(void)argument;
	check(parse(&rootfs, "-v a:/b --volume c d:/e:ro") == -1);
	fail_report();
	check(parse(&rootfs, "-v a:/b --volume ./c:/d/e:ro -v/f:/g:nosuid,nodev,noexec,ro,rw") ==
	      0);
	mounts = rootfs.mounts;
	check(rootfs.mount_count == 3);
	check(strcmp(mounts[0].source, "a") == 0 && strcmp(mounts[0].target, "/b") == 0);
	check(mounts[0].attributes == 0 && !mounts[0].type && !mounts[0].options);
	check(strcmp(mounts[1].source, "./c") == 0 && strcmp(mounts[1].target, "/d/e") == 0);
	check(mounts[1].attributes == MOUNT_ATTR_RDONLY);
	check(strcmp(mounts[2].source, "/f") == 0 && strcmp(mounts[2].target, "/g") == 0);
	check(mounts[2].attributes == (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
}

static void volumes_keep_their_order_and_their_options(void **state)
{
	(void)state;
	in_own_mounts(parse_volumes, NULL);
}

static void parse_tmpfs(const char *argument)
{
	static const uint64_t all = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	const struct rootfs_mount *mounts;
	struct rootfs rootfs = { 0 };

	(void)argument;
	check(parse(&rootfs,
		    "--tmpfs /a --tmpfs /b:size=1m,exec,mode=700 "
		    "--tmpfs /c:suid,dev,exec,ro --tmpfs /d:") == 0);
	mounts = rootfs.mounts;
	check(rootfs.mount_count == 4);
	for (int i = 0; i < 4; i++)
		check(strcmp(mounts[i].type, "tmpfs") == 0 && !mounts[i].source);
	check(strcmp(mounts[0].target, "/a") == 0 && mounts[0].attributes == all);
	check(strcmp(mounts[0].options, "mode=1777") == 0);
	check(strcmp(mounts[1].target, "/b") == 0);
	check(mounts[1].attributes == (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV));
	check(strcmp(mounts[1].options, "mode=1777,size=1m,mode=700") == 0);
	check(mounts[2].attributes == MOUNT_ATTR_RDONLY);
	check(mounts[3].attributes == all);
}

static void a_tmpfs_has_the_defaults_of_docker(void **state)
{
	(void)state;
	in_own_mounts(parse_tmpfs, NULL);
}

static void parse_many(const char *argument)
{
	char *argv[403] = { strdup("step-03") };
	struct rootfs rootfs = { 0 };
	const struct options_part parts[] = { { &rootfs_options, &rootfs }, { NULL, NULL } };
	struct command command = { 0 };

	(void)argument;
	for (int i = 0; i < 400; i++)
		check(asprintf(&argv[i + 1], i % 3 ? "-v/%d:/v%d" : "--tmpfs=/%d:size=%dk", i, i) >
		      0);
	argv[401] = strdup("true");
	check(options_parse(402, argv, "about", parts, &command) == 0);
	check(rootfs.mount_count == 400);
	for (size_t i = 0; i < 400; i++) {
		char wanted[16];

		snprintf(wanted, sizeof(wanted), i % 3 ? "/v%zu" : "/%zu", i);
		check(strcmp(rootfs.mounts[i].target, wanted) == 0);
	}
	check(strcmp(command.argv[0], "true") == 0 && !command.argv[1]);
}

static void there_may_be_any_number_of_mounts(void **state)
{
	(void)state;
	in_own_mounts(parse_many, NULL);
}

static void parse_wrong(const char *argument)
{
	static const struct {
		const char *words, *message;
	} wrong[] = {
		{ "-v a", "--volume a: must be SOURCE:TARGET[:ro], TARGET a path below /" },
		{ "-v a:b", "--volume a:b: must be SOURCE:TARGET" },
		{ "-v :/b", "--volume :/b: must be SOURCE:TARGET" },
		{ "-v a:/", "TARGET a path below /" },
		{ "-v a:/..//.", "TARGET a path below /" },
		{ "-v a:/b:ro:rw", "--volume a:/b:ro:rw: unknown option \"ro:rw\"" },
		{ "-v a:/b:RO", "--volume a:/b:RO: unknown option \"RO\"" },
		{ "-v a:/b:ro,", "--volume a:/b:ro,: unknown option \"\"" },
		{ "-v a:/b:mode=755", "--volume a:/b:mode=755: unknown option \"mode=755\"" },
		{ "--tmpfs a", "--tmpfs a: TARGET must be a path below /" },
		{ "--tmpfs /:size=1m", "--tmpfs /:size=1m: TARGET must be a path below /" },
		{ "--tmpfs :", "--tmpfs :: TARGET must be a path below /" },
		{ "--rootf /", "--rootf: unknown option" },
		{ "--read-only=yes", "--read-only=yes: --read-only takes no value" },
	};
	struct rootfs rootfs = { 0 };

	(void)argument;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		check(parse(&rootfs, wrong[i].words) == -1);
		if (!strstr(fail_get()->text, wrong[i].message))
			fprintf(stderr, "wanted: %s\n", wrong[i].message);
		check(strstr(fail_get()->text, wrong[i].message));
		check(fail_report() == STATUS_FAILED);
	}
}

static void bad_values_have_their_messages(void **state)
{
	(void)state;
	in_own_mounts(parse_wrong, NULL);
}

static void help_lists_the_options_of_the_chapter(void **state)
{
	const struct result *result = run("./step-03", "--help");
	static const char *const options[] = { "--rootfs=DIR",
					       "-v, --volume=SOURCE:TARGET[:ro]",
					       "--tmpfs=TARGET[:OPTIONS]",
					       "--read-only",
					       "--chroot",
					       "-e, --env=NAME[=VALUE]",
					       "-w, --workdir=DIR" };

	(void)state;
	assert_success(result);
	assert_contains(result->out, "Root file system (chapter 3):");
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		assert_contains(result->out, options[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_default_is_beside_the_program),
		host_test(the_last_root_counts_and_switches_switch),
		host_test(volumes_keep_their_order_and_their_options),
		host_test(a_tmpfs_has_the_defaults_of_docker),
		host_test(there_may_be_any_number_of_mounts),
		host_test(bad_values_have_their_messages),
		host_test(help_lists_the_options_of_the_chapter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
