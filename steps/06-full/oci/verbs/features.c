#include <errno.h>
#include <jansson.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capabilities.h"
#include "config_parts.h"
#include "fail.h"
#include "hooks.h"
#include "mounts.h"
#include "verbs.h"

/*
 * The values that config.json may have: engines ask for them before they write one.
 * Source: features.md and features-linux.md of the OCI runtime specification.
 */
static const char fixed[] =
	"{\"ociVersionMin\": \"1.0.0\", \"ociVersionMax\": \"1.3.0\","
	"\"hooks\": [],"
	"\"linux\": {\"namespaces\": [\"cgroup\", \"ipc\", \"mount\", \"network\", \"pid\","
	" \"time\", \"user\", \"uts\"],"
	"\"cgroup\": {\"v1\": true, \"v2\": true, \"systemd\": true, \"systemdUser\": true,"
	" \"rdma\": true},"
	"\"seccomp\": {\"enabled\": true, \"actions\": [\"SCMP_ACT_KILL\","
	" \"SCMP_ACT_KILL_THREAD\", \"SCMP_ACT_KILL_PROCESS\", \"SCMP_ACT_TRAP\","
	" \"SCMP_ACT_ERRNO\", \"SCMP_ACT_TRACE\", \"SCMP_ACT_ALLOW\", \"SCMP_ACT_LOG\","
	" \"SCMP_ACT_NOTIFY\"],"
	"\"operators\": [\"SCMP_CMP_NE\", \"SCMP_CMP_LT\", \"SCMP_CMP_LE\", \"SCMP_CMP_EQ\","
	" \"SCMP_CMP_GE\", \"SCMP_CMP_GT\", \"SCMP_CMP_MASKED_EQ\"],"
	"\"knownFlags\": [\"SECCOMP_FILTER_FLAG_TSYNC\", \"SECCOMP_FILTER_FLAG_LOG\","
	" \"SECCOMP_FILTER_FLAG_SPEC_ALLOW\", \"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"]},"
	"\"apparmor\": {\"enabled\": true}, \"selinux\": {\"enabled\": true},"
	"\"intelRdt\": {\"enabled\": true, \"schemata\": true, \"monitoring\": true},"
	"\"memoryPolicy\": {\"modes\": [\"MPOL_DEFAULT\", \"MPOL_PREFERRED\", \"MPOL_BIND\","
	" \"MPOL_INTERLEAVE\", \"MPOL_LOCAL\", \"MPOL_PREFERRED_MANY\","
	" \"MPOL_WEIGHTED_INTERLEAVE\"], \"flags\": [\"MPOL_F_NUMA_BALANCING\","
	" \"MPOL_F_RELATIVE_NODES\", \"MPOL_F_STATIC_NODES\"]},"
	"\"netDevices\": {\"enabled\": true},"
	"\"mountExtensions\": {\"idmap\": {\"enabled\": true}}},"
	"\"potentiallyUnsafeConfigAnnotations\": [\"run.oci.keep_original_groups\","
	" \"org.systemd.property.\"]}";

/* All architectures that libseccomp has had names for. An older libseccomp has fewer. */
static const char *const architectures[] = {
	"SCMP_ARCH_X86",     "SCMP_ARCH_X86_64",   "SCMP_ARCH_X32",	    "SCMP_ARCH_ARM",
	"SCMP_ARCH_AARCH64", "SCMP_ARCH_MIPS",	   "SCMP_ARCH_MIPS64",	    "SCMP_ARCH_MIPS64N32",
	"SCMP_ARCH_MIPSEL",  "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC",
	"SCMP_ARCH_PPC64",   "SCMP_ARCH_PPC64LE",  "SCMP_ARCH_S390",	    "SCMP_ARCH_S390X",
	"SCMP_ARCH_PARISC",  "SCMP_ARCH_PARISC64", "SCMP_ARCH_RISCV64",	    "SCMP_ARCH_LOONGARCH64",
	"SCMP_ARCH_M68K",    "SCMP_ARCH_SH",	   "SCMP_ARCH_SHEB",
};

static json_t *seccomp_architectures(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(architectures) / sizeof(architectures[0]); i++)
		if (config_seccomp_architecture(architectures[i]))
			json_array_append_new(list, json_string(architectures[i]));
	return list;
}

/*
 * Asks the kernel for each flag, by installing a filter that is NULL: EINVAL is an unknown flag,
 * EFAULT a known one, since the flags are checked first. NEW_LISTENER goes along because
 * WAIT_KILLABLE_RECV needs it, and TSYNC_ESRCH because TSYNC and NEW_LISTENER need it together.
 */
static json_t *supported_flags(const json_t *known)
{
	json_t *list = json_array(), *flag;
	size_t i;

	json_array_foreach(known, i, flag)
	{
		unsigned int flags = SECCOMP_FILTER_FLAG_NEW_LISTENER |
			SECCOMP_FILTER_FLAG_TSYNC_ESRCH |
			config_seccomp_flag(json_string_value(flag));

		if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, NULL) < 0 &&
		    errno == EFAULT)
			json_array_append(list, flag);
	}
	return list;
}

static json_t *annotations(void)
{
	const struct scmp_version *version = seccomp_version();
	char text[64];

	snprintf(text, sizeof(text), "%u.%u.%u", version->major, version->minor, version->micro);
	return json_pack("{s:s}", "io.github.seccomp.libseccomp.version", text);
}

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

static json_t *hook_names(void)
{
	json_t *list = json_array();

	for (int kind = 0; kind < HOOK_KINDS; kind++)
		json_array_append_new(list, json_string(hooks_name((enum hook_kind)kind)));
	return list;
}

static json_t *mount_options(void)
{
	/* Options that are file systems' own, or that only mount(8) gives a meaning. */
	static const char *const others[] = { "defaults", "async",	"sync",	  "dirsync",
					      "lazytime", "nolazytime", "mand",	  "nomand",
					      "iversion", "noiversion", "silent", "loud" };
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		json_array_append_new(list, json_string(others[i]));
	for (size_t i = 0; mounts_option_name(i); i++)
		json_array_append_new(list, json_string(mounts_option_name(i)));
	return list;
}

static int features(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const struct verb_option options[] = { { 0 } };
	json_t *all, *linux_part, *seccomp;
	int result;

	(void)runtime;
	if (!verb_read(verb, options, words, 0, 0))
		return -1;
	all = json_loads(fixed, 0, NULL);
	linux_part = json_object_get(all, "linux");
	json_object_set_new(all, "hooks", hook_names());
	json_object_set_new(all, "mountOptions", mount_options());
	json_object_set_new(linux_part, "capabilities", capabilities());
	json_object_set_new(all, "annotations", annotations());
	seccomp = json_object_get(linux_part, "seccomp");
	json_object_set_new(seccomp, "archs", seccomp_architectures());
	json_object_set_new(seccomp, "supportedFlags",
			    supported_flags(json_object_get(seccomp, "knownFlags")));
	result = json_dumpf(all, stdout, JSON_INDENT(2));
	json_decref(all);
	if (result < 0 || putchar('\n') < 0 || fflush(stdout) < 0)
		return fail("write the features");
	return 0;
}

const struct verb verb_features = {
	"features", "", "Print what a configuration may ask for, as JSON", 1, features,
};
