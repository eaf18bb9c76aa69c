#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "capabilities.h"
#include "fail.h"
#include "labels.h"
#include "mounts.h"
#include "verbs.h"

/*
 * What config.json may ask for, for engines that want to know before they ask.
 * Source: features.md and features-linux.md of the OCI runtime specification.
 */
static const char fixed[] =
	"{\"ociVersionMin\": \"1.0.0\", \"ociVersionMax\": \"1.2.0\","
	"\"hooks\": [\"prestart\", \"createRuntime\", \"createContainer\", \"startContainer\","
	" \"poststart\", \"poststop\"],"
	"\"linux\": {\"namespaces\": [\"cgroup\", \"ipc\", \"mount\", \"network\", \"pid\","
	" \"time\", \"user\", \"uts\"],"
	"\"cgroup\": {\"v1\": true, \"v2\": true, \"systemd\": true, \"systemdUser\": true,"
	" \"rdma\": false},"
	"\"seccomp\": {\"enabled\": true, \"actions\": [\"SCMP_ACT_KILL\","
	" \"SCMP_ACT_KILL_THREAD\", \"SCMP_ACT_KILL_PROCESS\", \"SCMP_ACT_TRAP\","
	" \"SCMP_ACT_ERRNO\", \"SCMP_ACT_TRACE\", \"SCMP_ACT_ALLOW\", \"SCMP_ACT_LOG\","
	" \"SCMP_ACT_NOTIFY\"],"
	"\"operators\": [\"SCMP_CMP_NE\", \"SCMP_CMP_LT\", \"SCMP_CMP_LE\", \"SCMP_CMP_EQ\","
	" \"SCMP_CMP_GE\", \"SCMP_CMP_GT\", \"SCMP_CMP_MASKED_EQ\"],"
	"\"knownFlags\": [\"SECCOMP_FILTER_FLAG_TSYNC\", \"SECCOMP_FILTER_FLAG_LOG\","
	" \"SECCOMP_FILTER_FLAG_SPEC_ALLOW\", \"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"]},"
	"\"intelRdt\": {\"enabled\": false},"
	"\"mountExtensions\": {\"idmap\": {\"enabled\": true}}}}";

static json_t *capabilities(void)
{
	json_t *list = json_array();

	for (int i = 0; i < 64; i++) {
		const char *name = capabilities_text(1ULL << i);

		if (*name)
			json_array_append_new(list, json_string(name));
	}
	return list;
}

static json_t *mount_options(void)
{
	json_t *list = json_array();

	for (size_t i = 0; mounts_option_name(i); i++)
		json_array_append_new(list, json_string(mounts_option_name(i)));
	return list;
}

static int features(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const struct verb_option options[] = { { NULL, VALUE_NONE, NULL, NULL } };
	json_t *all, *linux_part;
	int result;

	(void)runtime;
	if (!verb_read(verb, options, words, 0, 0))
		return -1;
	all = json_loads(fixed, 0, NULL);
	linux_part = json_object_get(all, "linux");
	json_object_set_new(all, "mountOptions", mount_options());
	json_object_set_new(linux_part, "capabilities", capabilities());
	json_object_set_new(linux_part, "apparmor",
			    json_pack("{s:b}", "enabled", labels_has_apparmor()));
	json_object_set_new(linux_part, "selinux",
			    json_pack("{s:b}", "enabled", labels_has_selinux()));
	result = json_dumpf(all, stdout, JSON_INDENT(2));
	json_decref(all);
	if (result < 0 || putchar('\n') < 0 || fflush(stdout) < 0)
		return fail("write the features");
	return 0;
}

const struct verb verb_features = {
	"features", "", "Print what a configuration may ask for, as JSON", 1, features,
};
