/* config.json: linux. */
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <unistd.h>

#include "config_parts.h"
#include "ids.h"

size_t config_id_maps(const struct json *object, const char *key, struct id_map **maps)
{
	struct json list = json_member(object, key);
	size_t count = json_count(&list);

	*maps = json_allocate(&list, count, sizeof(**maps));
	for (size_t i = 0; *maps && i < count; i++) {
		struct json element = json_element(&list, i);
		uint64_t inside = 0, outside = 0, size = 0;

		json_get_unsigned(&element, "containerID", ID_MAX, &inside);
		json_get_unsigned(&element, "hostID", ID_MAX, &outside);
		json_get_unsigned(&element, "size", UINT32_MAX, &size);
		if (!size)
			json_problem(&element, "needs a size of 1 at least");
		else if (size > UINT32_MAX - inside || size > UINT32_MAX - outside)
			json_problem(&element, "goes beyond the greatest id, %u", ID_MAX);
		(*maps)[i] = (struct id_map){ (uint32_t)inside, (uint32_t)outside, (uint32_t)size };
	}
	return *maps ? count : 0;
}

static void read_namespace(const struct json *element, struct config *config)
{
	struct json type = json_member(element, "type");
	struct json path = json_member(element, "path");
	const char *name, *joined = "";
	int kind;

	if (!json_need_text(element, "type", &name))
		return;
	kind = namespaces_by_name(name);
	if (kind < 0) {
		json_problem(&type, "unknown namespace \"%s\"", name);
		return;
	}
	if (config_has_namespace(config, namespaces_flag(kind)))
		json_problem(&type, "\"%s\" is there twice", name);
	json_get_text(element, "path", &joined);
	if (*joined && *joined != '/')
		json_problem(&path, "must be an absolute path, not \"%s\"", joined);
	if (*joined)
		config->joined.paths[kind] = joined;
	else
		config->namespaces |= namespaces_flag(kind);
}

static void read_namespaces(const struct json *linux_part, struct config *config)
{
	struct json list = json_member(linux_part, "namespaces");

	config->namespaces = 0;
	for (size_t i = 0; i < json_count(&list); i++) {
		struct json element = json_element(&list, i);

		read_namespace(&element, config);
	}
	if (!config_has_namespace(config, CLONE_NEWNS))
		json_problem(&list, "must have a mount namespace: the root could not be entered");
	if (geteuid() != 0 && !config_has_users(config))
		json_problem(&list,
			     "must have a user namespace, for you are not root; "
			     "`spec --rootless` writes one");
}

/* hostname and domainname can be set only in a namespace that is not the host's. */
static void check_names(const struct json *linux_part, const struct config *config)
{
	struct json hostname = json_member(linux_part->parent, "hostname");
	struct json domainname = json_member(linux_part->parent, "domainname");
	const char *needed = "needs a uts namespace in linux.namespaces";

	if (config_has_namespace(config, CLONE_NEWUTS))
		return;
	if (config->uts.hostname)
		json_problem(&hostname, "%s", needed);
	if (config->uts.domainname)
		json_problem(&domainname, "%s", needed);
}

/*
 * Chooses maps for a user namespace without any, as crun does; runC refuses it. For root of the
 * machine these are free ids. The owners in the root file system then mean users inside, since
 * otherwise root of the container could change nothing there.
 */
static void choose_maps(struct userns *userns)
{
	userns->mode = USERNS_AUTO;
	userns->shift = geteuid() == 0;
}

static void read_maps(const struct json *linux_part, struct config *config)
{
	struct json uids = json_member(linux_part, "uidMappings");
	struct userns *userns = &config->userns;
	bool is_new = config->namespaces & CLONE_NEWUSER;

	userns->uid_count = config_id_maps(linux_part, "uidMappings", &userns->uids);
	userns->gid_count = config_id_maps(linux_part, "gidMappings", &userns->gids);
	userns->mode = is_new ? USERNS_MAPPED : USERNS_HOST;
	if (is_new && !userns->uid_count && !userns->gid_count)
		choose_maps(userns);
	else if (is_new && (!userns->uid_count || !userns->gid_count))
		json_problem(&uids, "a new user namespace needs uidMappings and gidMappings");
	if (!config_has_users(config) && (userns->uid_count || userns->gid_count))
		json_problem(&uids, "needs a user namespace in linux.namespaces");
}

static void read_path_list(const struct json *linux_part, const char *key, const char ***to,
			   size_t *count)
{
	struct json list = json_member(linux_part, key);
	char **paths = NULL;

	json_get_texts(linux_part, key, &paths, count);
	for (size_t i = 0; paths && i < *count; i++) {
		struct json path = json_element(&list, i);

		if (paths[i] && *paths[i] != '/')
			json_problem(&path, "must be an absolute path, not \"%s\"", paths[i]);
	}
	*to = (const char **)paths;
}

static void read_paths(const struct json *linux_part, struct masked_paths *paths)
{
	read_path_list(linux_part, "maskedPaths", &paths->masked, &paths->masked_count);
	read_path_list(linux_part, "readonlyPaths", &paths->read_only, &paths->read_only_count);
}

/* Adds "monotonic 10 500\n" to the text. */
static void read_clock(const struct json *offsets, const char *name, FILE *text)
{
	struct json clock = json_entry(offsets, name);
	int64_t seconds = 0;
	uint64_t nanoseconds = 0;

	json_get_number(&clock, "secs", INT64_MIN, INT64_MAX, &seconds);
	json_get_unsigned(&clock, "nanosecs", 999999999, &nanoseconds);
	if (clock.value)
		fprintf(text, "%s %jd %ju\n", name, (intmax_t)seconds, (uintmax_t)nanoseconds);
}

static void read_clocks(const struct json *linux_part, struct config *config)
{
	struct json offsets = json_member(linux_part, "timeOffsets");
	json_t *members = json_members(&offsets), *value;
	const char *name;
	char *text = NULL;
	size_t size;
	FILE *out = offsets.value ? open_memstream(&text, &size) : NULL;

	if (!out)
		return;
	if (!(config->namespaces & CLONE_NEWTIME))
		json_problem(&offsets, "needs a new time namespace in linux.namespaces");
	read_clock(&offsets, "monotonic", out);
	read_clock(&offsets, "boottime", out);
	json_object_foreach(members, name, value)
	{
		struct json clock = json_entry(&offsets, name);

		if (strcmp(name, "monotonic") != 0 && strcmp(name, "boottime") != 0)
			json_problem(&clock, "unknown clock; there are monotonic and boottime");
	}
	if (fclose(out) != 0)
		json_problem(&offsets, "there is no memory for it");
	config->joined.clocks = text && *text ? text : NULL;
}

static void read_sysctls(const struct json *linux_part, struct config *config)
{
	struct json object = json_member(linux_part, "sysctl");
	json_t *members = json_members(&object), *value;
	const char *domainname = config->uts.domainname;
	struct sysctls *sysctls = &config->sysctls;
	const char *name;

	sysctls->list = json_allocate(&object, json_object_size(members), sizeof(struct sysctl));
	json_object_foreach(members, name, value)
	{
		struct json member = json_entry(&object, name);
		uint64_t namespace = sysctls_namespace(name);

		if (sysctls_is(name, "kernel/hostname"))
			json_problem(&member, "is set by the field hostname");
		else if (sysctls_is(name, "kernel/domainname") && domainname &&
			 json_text(&member) && strcmp(domainname, json_text(&member)) != 0)
			json_problem(&member, "conflicts with the field domainname, \"%s\"",
				     domainname);
		else if (!namespace)
			json_problem(&member, "is not in a namespace, but the whole machine's");
		else if (!config_has_namespace(config, namespace))
			json_problem(&member, "needs a namespace of the container's own");
		if (json_text(&member) && sysctls->list)
			sysctls->list[sysctls->count++] =
				(struct sysctl){ name, json_text(&member) };
	}
}

static void read_propagation(const struct json *linux_part, struct config *config)
{
	struct json member = json_member(linux_part, "rootfsPropagation");
	struct mounts_entry entry = { 0 };
	const char *text = "";

	if (!json_get_text(linux_part, "rootfsPropagation", &text) || !*text)
		return;
	/* The names are those of mount options, with or without an r. */
	mounts_option(&entry, text);
	config->propagation =
		entry.propagation_below ? entry.propagation_below | MS_REC : entry.propagation;
	if (!config->propagation)
		json_problem(&member, "must be shared, slave, private or unbindable, not \"%s\"",
			     text);
}

/*
 * A label is refused if the kernel would not enforce it, as for process.selinuxLabel. An empty one
 * means none.
 */
static void read_mount_label(const struct json *linux_part, struct config *config)
{
	struct json member = json_member(linux_part, "mountLabel");
	const char *label = "";

	json_get_text(linux_part, "mountLabel", &label);
	if (*label && !lsm_has_selinux())
		json_problem(&member, "this kernel has no SELinux, or it is switched off");
	else if (strchr(label, '"'))
		json_problem(&member, "must not have a quotation mark");
	config->mounts.label = config->masked_paths.label = *label ? label : NULL;
}

static void read_cgroup_path(const struct json *linux_part, struct config *config)
{
	const char *path = "";

	json_get_text(linux_part, "cgroupsPath", &path);
	config->cgroup_path = *path ? path : NULL;
}

static void read_personality(const struct json *linux_part, struct config *config)
{
	struct json object = json_member(linux_part, "personality");
	struct json domain = json_member(&object, "domain");
	struct json list = json_member(&object, "flags");
	const char *name;

	if (json_count(&list))
		json_problem(&list, "there are none so far");
	if (!json_need_text(&object, "domain", &name))
		return;
	config->has_personality = true;
	if (strcmp(name, "LINUX32") == 0)
		config->personality = PER_LINUX32;
	else if (strcmp(name, "LINUX") != 0)
		json_problem(&domain, "must be LINUX or LINUX32, not \"%s\"", name);
}

static void read_net_devices(const struct json *linux_part, struct config *config)
{
	struct json object = json_member(linux_part, "netDevices");

	config_net_devices(linux_part, &config->net_devices);
	if (config->net_devices.count && !config_has_namespace(config, CLONE_NEWNET))
		json_problem(&object,
			     "unable to move network devices without a private NET namespace in "
			     "linux.namespaces");
}

void config_linux(const struct json *linux_part, struct config *config)
{
	struct json resources = json_member(linux_part, "resources");

	read_namespaces(linux_part, config);
	check_names(linux_part, config);
	read_maps(linux_part, config);
	read_paths(linux_part, &config->masked_paths);
	config_devices(linux_part, &config->cgroup.devices);
	config_device_rules(&resources, &config->cgroup.devices);
	config_resources(&resources, &config->cgroup.limits);
	config_seccomp(linux_part, &config->seccomp);
	read_clocks(linux_part, config);
	read_sysctls(linux_part, config);
	read_propagation(linux_part, config);
	read_mount_label(linux_part, config);
	read_personality(linux_part, config);
	read_cgroup_path(linux_part, config);
	config_rdt(linux_part, &config->rdt);
	config_memory_policy(linux_part, &config->memory_policy);
	read_net_devices(linux_part, config);
}
