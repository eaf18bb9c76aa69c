/* Chapter 6's module config: the structure that it fills, and the messages for wrong values. */
#include "config.h"

#include <sched.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "test_03.h"

/* Writes the text to a file, which the next call overwrites. Returns its name. */
static const char *file_with(const char *text)
{
	static char path[] = "/tmp/test-config-XXXXXX";
	static bool is_made;
	FILE *file;

	if (!is_made)
		close(mkstemp(path));
	is_made = true;
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	return path;
}

/* The smallest configuration, and parts for larger ones. */
#define MOUNTS	"\"namespaces\": [{\"type\": \"mount\"}]"
#define LEAST	"\"ociVersion\": \"1.0.2\", \"root\": {\"path\": \"rootfs\"}, \"linux\": {" MOUNTS "}"
#define PROCESS "\"process\": {\"cwd\": \"/\", \"args\": [\"true\"]%s}"
#define UTS	"\"linux\": {\"namespaces\": [{\"type\": \"uts\"}, {\"type\": \"mount\"}]}"

/* Returns the structure that a configuration with these members fills. */
static const struct config *load(const char *members)
{
	static struct config config;
	static char text[16384];

	config = (struct config){ .bundle = "/bundle" };
	snprintf(text, sizeof(text), "{" LEAST "%s%s}", *members ? ", " : "", members);
	if (config_load(file_with(text), &config) < 0)
		fail_msg("%s\nis refused: %s", text, fail_get()->text);
	return &config;
}

/* As load(), for members of `process`. */
static const struct config *load_process(const char *members)
{
	char text[8192], more[4096];

	snprintf(more, sizeof(more), "%s%s", *members ? ", " : "", members);
	snprintf(text, sizeof(text), PROCESS, more);
	return load(text);
}

static void assert_text_refused(const char *text, const char *message)
{
	struct config config = { 0 };

	forget_failure();
	if (config_load(file_with(text), &config) == 0)
		fail_msg("%s\nis not refused: %s", text, message);
	assert_contains(fail_get()->text, message);
	forget_failure();
}

static void the_least_is_enough(void **state)
{
	const struct config *config = load("");

	(void)state;
	assert_string_equal(config->oci_version, "1.0.2");
	assert_string_equal(config->rootfs.path, "/bundle/rootfs");
	assert_false(config->rootfs.read_only);
	assert_true(config->engine_messages);
	assert_int_equal(config->namespaces, CLONE_NEWNS);
	assert_null(config->command.argv);
	assert_int_equal(config->mounts.count, 0);
}

static void names_and_the_root(void **state)
{
	const struct config *config = load("\"hostname\": \"h1\", \"domainname\": \"d.e\", " UTS
					   ", \"root\": {\"path\": \"/abs\", \"readonly\": true}");

	(void)state;
	assert_string_equal(config->uts.hostname, "h1");
	assert_string_equal(config->uts.domainname, "d.e");
	assert_string_equal(config->rootfs.path, "/abs");
	assert_true(config->rootfs.read_only);
}

static void the_command_and_its_user(void **state)
{
	const struct config *config = load_process(
		"\"args\": [\"/bin/a\", \"\", \"b c\"], \"env\": [\"A=1\", \"HOME=/h\"], "
		"\"cwd\": \"/tmp\", \"user\": {\"uid\": 7, \"gid\": 4294967294, "
		"\"additionalGids\": [0, 5], \"umask\": 63}, \"noNewPrivileges\": true");

	(void)state;
	assert_string_equal(config->command.argv[0], "/bin/a");
	assert_string_equal(config->command.argv[1], "");
	assert_string_equal(config->command.argv[2], "b c");
	assert_null(config->command.argv[3]);
	assert_string_equal(config->command.environment[1], "HOME=/h");
	assert_null(config->command.environment[2]);
	assert_true(config->command.home_asked);
	assert_string_equal(config->command.workdir, "/tmp");
	assert_int_equal(config->user.uid, 7);
	assert_int_equal(config->user.gid, 4294967294);
	assert_int_equal(config->user.group_count, 2);
	assert_int_equal(config->user.groups[1], 5);
	assert_int_equal(config->user.umask, 077);
	assert_true(config->no_new_privileges);
	assert_int_equal(load_process("")->user.umask, 022);
}

static void a_terminal_has_a_size(void **state)
{
	const struct config *config = load_process(
		"\"terminal\": true, \"consoleSize\": {\"height\": 12, \"width\": 345}");

	(void)state;
	assert_true(config->console.terminal);
	assert_int_equal(config->console.size.ws_row, 12);
	assert_int_equal(config->console.size.ws_col, 345);
	/* Without a terminal the command has the caller's standard input. */
	config = load_process("");
	assert_false(config->console.terminal);
	assert_true(config->console.interactive);
}

static void capability_sets(void **state)
{
	const struct capabilities *sets =
		&load_process("\"capabilities\": {\"bounding\": [\"CAP_CHOWN\", \"CAP_KILL\"], "
			      "\"ambient\": [\"CAP_KILL\", \"CAP_CHOWN\"], "
			      "\"permitted\": [\"CAP_KILL\"], \"inheritable\": "
			      "[\"CAP_KILL\", \"CAP_CHOWN\"]}")
			 ->capabilities;

	(void)state;
	assert_int_equal(sets->bounding & ~CAPABILITIES_AS_HELD, 1 << 0 | 1 << 5);
	assert_int_equal(sets->ambient & ~CAPABILITIES_AS_HELD, 1 << 5);
	assert_int_equal(sets->effective & ~CAPABILITIES_AS_HELD, 0);
}

static void limits_up_to_the_greatest_number(void **state)
{
	const struct rlimits *limits =
		&load_process("\"rlimits\": [{\"type\": \"RLIMIT_CORE\", \"soft\": 0, "
			      "\"hard\": 18446744073709551615}, {\"type\": \"RLIMIT_NOFILE\", "
			      "\"soft\": 9223372036854775807, \"hard\": 9223372036854775808}]")
			 ->rlimits;

	(void)state;
	assert_int_equal(limits->count, 2);
	assert_true(limits->list[0].hard == RLIM_INFINITY);
	assert_true(limits->list[1].soft == INT64_MAX);
	assert_true(limits->list[1].hard == (uint64_t)INT64_MAX + 1);
}

static void namespaces_new_and_joined(void **state)
{
	const struct config *config =
		load("\"linux\": {\"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"mount\"}, "
		     "{\"type\": \"network\", \"path\": \"/run/netns/x\"}, {\"type\": \"time\"}]}");

	(void)state;
	assert_int_equal(config->namespaces, CLONE_NEWPID | CLONE_NEWNS | 0x80);
	assert_string_equal(config->joined.paths[namespaces_by_name("network")], "/run/netns/x");
}

static void device_nodes_and_rules(void **state)
{
	const struct devices *devices =
		&load("\"linux\": {" MOUNTS
		      ", \"devices\": [{\"path\": \"/dev/fuse\", \"type\": \"c\", "
		      "\"major\": 10, \"minor\": 229, \"fileMode\": 384, \"uid\": 3, \"gid\": 4}, "
		      "{\"path\": \"/dev/null\", \"type\": \"c\", \"major\": 1, \"minor\": 3}], "
		      "\"resources\": {\"devices\": [{\"allow\": true, \"type\": \"b\", "
		      "\"major\": 8, \"access\": \"r\"}]}}")
			 ->cgroup.devices;

	(void)state;
	assert_int_equal(devices->node_count, 7); /* the usual six, one of them named */
	assert_string_equal(devices->nodes[0].path, "/dev/fuse");
	assert_int_equal(devices->nodes[0].mode, S_IFCHR | 0600);
	assert_int_equal(devices->nodes[0].device, makedev(10, 229));
	assert_int_equal(devices->nodes[0].uid, 3);
	/* The first rule denies all devices, the next ones allow those that are named. */
	assert_false(devices->rules[0].allow);
	assert_int_equal(devices->rules[0].type, 'a');
	assert_int_equal(devices->rules[1].type, 'b');
	assert_int_equal(devices->rules[1].major, 8);
	assert_int_equal(devices->rules[1].minor, DEVICE_ALL);
	assert_string_equal(devices->rules[1].access, "r");
	assert_true(devices->rules[2].allow);
}

static void hooks_of_all_kinds(void **state)
{
	const struct hooks *hooks =
		&load("\"hooks\": {\"prestart\": [{\"path\": \"/a\", \"args\": [\"a\", \"b\"], "
		      "\"env\": [\"X=y\"], \"timeout\": 9}, {\"path\": \"/b\"}], "
		      "\"createRuntime\": [{\"path\": \"/c\"}], "
		      "\"createContainer\": [{\"path\": \"/d\"}], "
		      "\"startContainer\": [{\"path\": \"/e\"}], "
		      "\"poststart\": [{\"path\": \"/f\"}], \"poststop\": [{\"path\": \"/g\"}]}")
			 ->hooks;

	(void)state;
	assert_int_equal(hooks->count[HOOK_PRESTART], 2);
	assert_string_equal(hooks->list[HOOK_PRESTART][0].argv[1], "b");
	assert_string_equal(hooks->list[HOOK_PRESTART][0].environment[0], "X=y");
	assert_int_equal(hooks->list[HOOK_PRESTART][0].timeout, 9);
	assert_null(hooks->list[HOOK_PRESTART][1].argv);
	assert_int_equal(hooks->list[HOOK_PRESTART][1].timeout, 0);
	for (int kind = HOOK_CREATE_RUNTIME; kind < HOOK_KINDS; kind++) {
		assert_int_equal(hooks->count[kind], 1);
		assert_int_equal(hooks->list[kind][0].path[1], 'b' + kind);
	}
}

static void annotations_are_kept(void **state)
{
	json_t *annotations = load("\"annotations\": {\"a.b\": \"c\", \"d\": \"\"}")->annotations;

	(void)state;
	assert_string_equal(json_string_value(json_object_get(annotations, "a.b")), "c");
	assert_int_equal(json_object_size(annotations), 2);
}

static void what_the_specification_does_not_know_is_ignored(void **state)
{
	(void)state;
	load("\"new\": {\"process\": 5}, \"linux\": {" MOUNTS
	     ", \"newer\": 7}, \"hostname\": null");
	load_process("\"newest\": [{}], \"capabilities\": null");
}

/* Fails unless the message for a configuration with these members is `message`. */
static void assert_refused_members(const char *members, const char *message)
{
	char text[4096];

	snprintf(text, sizeof(text), "{" LEAST ", %s}", members);
	assert_text_refused(text, message);
}

static void what_is_wrong_is_named_with_its_place(void **state)
{
	static const struct {
		const char *members, *message;
	} cases[] = {
		{ "\"ociVersion\": \"2.0.0\"", "ociVersion: must be 1.x.y, not 2.0.0" },
		{ "\"ociVersion\": \"1.0\"", "ociVersion: must be a version" },
		{ "\"ociVersion\": 1", "ociVersion: must be a text" },
		{ "\"root\": null", "root: must be there" },
		{ "\"root\": {}", "root.path: must be there" },
		{ "\"hostname\": \"h\"", "hostname: needs a uts namespace in linux.namespaces" },
		{ "\"process\": []", "process: must be an object" },
		{ "\"process\": {\"args\": [], \"cwd\": \"/\"}",
		  "process.args: must have one text at least" },
		{ "\"process\": {\"args\": [1], \"cwd\": \"/\"}",
		  "process.args[0]: must be a text" },
		{ "\"process\": {\"args\": [\"a\"]}", "process.cwd: must be there" },
		{ "\"process\": {\"args\": [\"a\"], \"cwd\": \"x\"}",
		  "process.cwd: must be an absolute path, not \"x\"" },
		{ "\"process\": {\"args\": [\"a\"], \"cwd\": \"/\", \"rlimits\": "
		  "[{\"type\": \"RLIMIT_CPU\", \"soft\": 1, \"hard\": 1}, "
		  "{\"type\": \"RLIMIT_FOO\", \"soft\": 1, \"hard\": 1}]}",
		  "process.rlimits[1].type: unknown rlimit \"RLIMIT_FOO\"" },
		{ "\"process\": {\"args\": [\"a\"], \"cwd\": \"/\", \"rlimits\": "
		  "[{\"type\": \"RLIMIT_CPU\", \"soft\": 2, \"hard\": 1}]}",
		  "process.rlimits[0]: soft must not be above hard" },
		{ "\"process\": {\"args\": [\"a\"], \"cwd\": \"/\", \"user\": {\"uid\": -1}}",
		  "process.user.uid: must be a whole number, not below 0" },
		{ "\"process\": {\"args\": [\"a\"], \"cwd\": \"/\", \"user\": {\"uid\": 1.5}}",
		  "process.user.uid: must be a whole number" },
		{ "\"mounts\": [{\"type\": \"tmpfs\"}]", "mounts[0].destination: must be there" },
		{ "\"mounts\": [{\"destination\": \"/a\", \"source\": \"b\"}]",
		  "mounts[0]: has no type, and is no bind mount" },
		{ "\"mounts\": [{\"destination\": \"/a\", \"source\": \"b\", \"options\": "
		  "[\"bind\", \"nosiud\"]}]",
		  "mounts[0]: a bind mount takes no options of a file system: nosiud" },
		{ "\"mounts\": [{\"destination\": \"/a\", \"source\": \"b\", \"options\": "
		  "[\"remount\", \"bind\", \"mode=7\"]}]",
		  "mounts[0]: a bind mount takes no options of a file system: mode=7" },
		{ "\"mounts\": [{\"destination\": \"/a\", \"source\": \"b\", \"options\": "
		  "[\"bind\", \"ro=recursive\", \"idmap=uids=0-1-10\"]}]",
		  "mounts[0].options[1]: takes no value; "
		  "mounts[0].options[2]: takes no value" },
		{ "\"mounts\": [{\"destination\": \"/a\", \"source\": \"b\", \"options\": "
		  "[\"bind\", \"sync\"]}]",
		  "mounts[0]: a bind mount cannot change its file system" },
		{ "\"linux\": {\"namespaces\": [{\"type\": \"pod\"}]}",
		  "linux.namespaces[0].type: unknown namespace \"pod\"" },
		{ "\"linux\": {\"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"pid\"}]}",
		  "linux.namespaces[1].type: \"pid\" is there twice" },
		{ "\"linux\": {\"namespaces\": [{\"type\": \"user\"}], \"gidMappings\": "
		  "[{\"containerID\": 0, \"hostID\": 1, \"size\": 1}]}",
		  "linux.uidMappings: a new user namespace needs" },
		{ "\"linux\": {\"uidMappings\": [{\"containerID\": 4294967295, \"hostID\": -1, "
		  "\"size\": 1}]}",
		  "linux.uidMappings[0].containerID: must be at most 4294967294; "
		  "linux.uidMappings[0].hostID: must be a whole number, not below 0" },
		{ "\"linux\": {\"gidMappings\": [{\"containerID\": 0, \"hostID\": 4294967290, "
		  "\"size\": 10}]}",
		  "linux.gidMappings[0]: goes beyond the greatest id, 4294967294" },
		{ "\"linux\": {\"maskedPaths\": [\"/a\", \"b/c\"]}",
		  "linux.maskedPaths[1]: must be an absolute path, not \"b/c\"" },
		{ "\"linux\": {\"readonlyPaths\": [\"d\"]}",
		  "linux.readonlyPaths[0]: must be an absolute path, not \"d\"" },
		{ "\"linux\": {\"devices\": [{\"path\": \"/dev/x\", \"type\": \"c\"}]}",
		  "linux.devices[0].major: a device needs major and minor" },
		{ "\"hooks\": {\"poststop\": [{\"path\": \"a\"}]}",
		  "hooks.poststop[0].path: must be an absolute path, not \"a\"" },
		{ "\"hooks\": {\"prestart\": [{\"path\": \"/a\", \"timeout\": 0}]}",
		  "hooks.prestart[0].timeout: must be from 1" },
		{ "\"annotations\": {\"a\": 1}", "annotations.a: must be a text" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_refused_members(cases[i].members, cases[i].message);
}

static void several_things_that_are_wrong_are_told_at_once(void **state)
{
	(void)state;
	assert_text_refused("{\"root\": {}, \"linux\": {" MOUNTS
			    "}, \"process\": {\"args\": [\"a\"], \"cwd\": \"b\"}}",
			    "ociVersion: must be there; root.path: must be there; process.cwd: "
			    "must be an absolute path, not \"b\"");
}

static void what_is_no_configuration_at_all(void **state)
{
	struct config config = { 0 };

	(void)state;
	assert_text_refused("{\n\"a\": }", "line 2: ");
	assert_text_refused("[]", "must be an object");
	assert_text_refused("", "line 1");
	assert_int_equal(config_load("/nonexistent/config.json", &config), -1);
	assert_contains(fail_get()->text, "open /nonexistent/config.json: ENOENT");
	forget_failure();
}

static void a_process_alone_takes_the_place_of_the_other(void **state)
{
	struct config config = *load_process("\"user\": {\"uid\": 5}, \"rlimits\": [{\"type\""
					     ": \"RLIMIT_CPU\", \"soft\": 1, \"hard\": 1}]");
	json_t *process;

	(void)state;
	process = config_read_process(file_with("{\"args\": [\"b\"], \"cwd\": \"/x\"}"));
	assert_int_equal(config_set_process(process, "file", &config), 0);
	assert_string_equal(config.command.argv[0], "b");
	assert_int_equal(config.user.uid, 0);
	assert_int_equal(config.rlimits.count, 0);
	process = config_read_process(file_with("{\"cwd\": \"/x\"}"));
	assert_int_equal(config_set_process(process, "file", &config), -1);
	assert_contains(fail_get()->text, "file: args: must have one text at least");
	forget_failure();
	assert_null(config_read_process("/nonexistent"));
	forget_failure();
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(file_with(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_is_enough),
		cmocka_unit_test(names_and_the_root),
		cmocka_unit_test(the_command_and_its_user),
		cmocka_unit_test(a_terminal_has_a_size),
		cmocka_unit_test(capability_sets),
		cmocka_unit_test(limits_up_to_the_greatest_number),
		cmocka_unit_test(namespaces_new_and_joined),
		cmocka_unit_test(device_nodes_and_rules),
		cmocka_unit_test(hooks_of_all_kinds),
		cmocka_unit_test(annotations_are_kept),
		cmocka_unit_test(what_the_specification_does_not_know_is_ignored),
		cmocka_unit_test(what_is_wrong_is_named_with_its_place),
		cmocka_unit_test(several_things_that_are_wrong_are_told_at_once),
		cmocka_unit_test(what_is_no_configuration_at_all),
		cmocka_unit_test(a_process_alone_takes_the_place_of_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, remove_file);
}
