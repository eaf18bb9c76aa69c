#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "verbs.h"

/*
 * The second article's configuration, as config.json. The cgroup namespace, noNewPrivileges and
 * some masked paths were added since. The inheritable and ambient capabilities were taken out:
 * nothing in the container has a use for them (CVE-2022-24769).
 */
#define CAPABILITIES                                                                               \
	"[\"CAP_CHOWN\", \"CAP_DAC_OVERRIDE\", \"CAP_FSETID\", \"CAP_FOWNER\", \"CAP_MKNOD\","     \
	"\"CAP_NET_RAW\", \"CAP_SETGID\", \"CAP_SETUID\", \"CAP_SETFCAP\", \"CAP_SETPCAP\","       \
	"\"CAP_NET_BIND_SERVICE\", \"CAP_SYS_CHROOT\", \"CAP_KILL\", \"CAP_AUDIT_WRITE\"]"

static const char article[] =
	"{\"ociVersion\": \"1.3.0\","
	"\"process\": {\"terminal\": true, \"user\": {\"uid\": 0, \"gid\": 0},"
	" \"args\": [\"/bin/sh\"], \"env\": [\"PATH=/usr/sbin:/usr/bin:/sbin:/bin\","
	" \"TERM=xterm\"], \"cwd\": \"/\","
	" \"capabilities\": {\"bounding\": " CAPABILITIES ", \"effective\": " CAPABILITIES
	", \"permitted\": " CAPABILITIES "},"
	" \"rlimits\": [{\"type\": \"RLIMIT_NOFILE\", \"hard\": 1025, \"soft\": 1025}],"
	" \"noNewPrivileges\": true},"
	"\"root\": {\"path\": \"rootfs\"}, \"hostname\": \"testing\","
	"\"mounts\": ["
	"{\"destination\": \"/proc\", \"type\": \"proc\", \"source\": \"proc\","
	" \"options\": [\"nosuid\", \"noexec\", \"nodev\"]},"
	"{\"destination\": \"/dev\", \"type\": \"tmpfs\", \"source\": \"tmpfs\","
	" \"options\": [\"nosuid\", \"strictatime\", \"mode=755\"]},"
	"{\"destination\": \"/dev/pts\", \"type\": \"devpts\", \"source\": \"devpts\","
	" \"options\": [\"nosuid\", \"noexec\", \"newinstance\", \"ptmxmode=0666\", \"mode=0620\","
	" \"gid=5\"]},"
	"{\"destination\": \"/dev/shm\", \"type\": \"tmpfs\", \"source\": \"shm\","
	" \"options\": [\"nosuid\", \"noexec\", \"nodev\", \"mode=1777\", \"size=65536k\"]},"
	"{\"destination\": \"/dev/mqueue\", \"type\": \"mqueue\", \"source\": \"mqueue\","
	" \"options\": [\"nosuid\", \"noexec\", \"nodev\"]},"
	"{\"destination\": \"/sys\", \"type\": \"sysfs\", \"source\": \"sysfs\","
	" \"options\": [\"nosuid\", \"noexec\", \"nodev\", \"ro\"]}],"
	"\"linux\": {"
	"\"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"network\"}, {\"type\": \"ipc\"},"
	" {\"type\": \"uts\"}, {\"type\": \"mount\"}, {\"type\": \"cgroup\"}],"
	"\"resources\": {\"devices\": [{\"allow\": false, \"access\": \"rwm\"}]},"
	"\"maskedPaths\": [\"/proc/kcore\", \"/sys/firmware\", \"/proc/acpi\", \"/proc/asound\","
	" \"/proc/keys\", \"/proc/latency_stats\", \"/proc/timer_list\", \"/proc/timer_stats\","
	" \"/proc/sched_debug\", \"/proc/scsi\", \"/proc/interrupts\","
	" \"/sys/devices/virtual/powercap\"],"
	"\"readonlyPaths\": [\"/proc/sys\", \"/proc/sysrq-trigger\", \"/proc/irq\", \"/proc/bus\","
	" \"/proc/fs\"]}}";

/* Maps the caller's own ID to root. Removes the parts that need more IDs, or a cgroup. */
static int make_rootless(json_t *config)
{
	json_t *linux_part = json_object_get(config, "linux");
	json_t *devpts = json_array_get(json_object_get(config, "mounts"), 2);
	json_t *maps =
		json_pack("{s:[{s:i, s:i, s:i}], s:[{s:i, s:i, s:i}]}", "uidMappings",
			  "containerID", 0, "hostID", (int)geteuid(), "size", 1, "gidMappings",
			  "containerID", 0, "hostID", (int)getegid(), "size", 1);

	if (!maps || json_object_update(linux_part, maps) < 0)
		return fail_input("spec: no memory");
	json_decref(maps);
	json_array_append_new(json_object_get(linux_part, "namespaces"),
			      json_pack("{s:s}", "type", "user"));
	json_object_del(linux_part, "resources");
	json_array_remove(json_object_get(devpts, "options"), 5); /* gid=5 */
	return 0;
}

static int write_file(const char *directory, const json_t *config)
{
	autofree char *path = NULL;
	autofile FILE *file = NULL;

	if (asprintf(&path, "%s/config.json", directory) < 0)
		return fail("asprintf");
	file = fopen(path, "wxe"); /* x: a user's file is not overwritten */
	if (!file)
		return fail("open %s", path);
	if (json_dumpf(config, file, JSON_INDENT(4)) < 0 || putc('\n', file) < 0 ||
	    fflush(file) < 0)
		return fail("write %s", path);
	return 0;
}

static int spec(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *directory = ".";
	bool rootless = false;
	const struct verb_option options[] = {
		{ "bundle", 'b', "DIR", VALUE_TEXT, &directory,
		  "Write it to this directory (default: this one)" },
		{ "rootless", 0, NULL, VALUE_NONE, &rootless,
		  "Write one that a user can run who is not root" },
		{ 0 },
	};
	json_t *config;
	int result = 0;

	(void)runtime;
	if (!verb_read(verb, options, words, 0, 0))
		return -1;
	config = json_loads(article, 0, NULL);
	if (!config)
		return fail_input("spec: no memory");
	if (rootless)
		result = make_rootless(config);
	if (result == 0)
		result = write_file(directory, config);
	json_decref(config);
	return result;
}

const struct verb verb_spec = {
	"spec", "", "Write the configuration of the second article, config.json", 1, spec,
};
