/* config.json: mounts. */
#include <string.h>

#include "config_parts.h"
#include "ids.h"

/*
 * Checks an option of a file system that is an id, "uid=" or "gid=". The ids of a user namespace
 * with maps are known.
 */
static void check_id(const struct json *option, const char *text, const struct config *config)
{
	const struct userns *userns = &config->userns;
	bool is_group = strncmp(text, "gid=", 4) == 0;
	uint32_t id;

	if (userns->mode != USERNS_MAPPED || (!is_group && strncmp(text, "uid=", 4) != 0))
		return;
	if (!ids_read(text + 4, ID_MAX, &id))
		return;
	if (!(is_group ? userns_has_gid(userns, id) : userns_has_uid(userns, id)))
		json_problem(option, "%s is not in linux.%sMappings", text,
			     is_group ? "gid" : "uid");
}

static void read_options(const struct json *element, const struct config *config,
			 struct mounts_entry *entry)
{
	struct json options = json_member(element, "options");
	size_t count = json_count(&options);

	for (size_t i = 0; i < count; i++) {
		struct json option = json_element(&options, i);
		const char *text = json_text(&option);
		const char *problem = text ? mounts_option(entry, text) : NULL;

		if (problem)
			json_problem(&option, "%s", problem);
		else if (text)
			check_id(&option, text, config);
	}
}

/*
 * Reads the id mappings of a mount. They have the effect of "idmap", which need not be an option
 * then.
 */
static void read_maps(const struct json *element, const struct config *config,
		      struct mounts_entry *entry)
{
	struct json uids = json_member(element, "uidMappings");

	entry->uid_count = config_id_maps(element, "uidMappings", &entry->uids);
	entry->gid_count = config_id_maps(element, "gidMappings", &entry->gids);
	if (!entry->uid_count != !entry->gid_count)
		json_problem(&uids, "go together with gidMappings");
	entry->map |= entry->uid_count;
	/* Without mappings of its own, an idmapped mount has those of the container's users. */
	if (entry->map && !entry->uid_count && !entry->gid_count && !config_has_users(config))
		json_problem(element,
			     "idmap needs uidMappings and gidMappings, or a user "
			     "namespace in linux.namespaces");
}

static void read_mount(const struct json *element, const struct config *config,
		       struct mounts_entry *entry)
{
	struct json target = json_member(element, "destination");
	const char *problem;

	entry->mount.opened = -1;
	json_need_text(element, "destination", &entry->mount.target);
	json_get_text(element, "type", &entry->mount.type);
	json_get_text(element, "source", &entry->mount.source);
	read_options(element, config, entry);
	read_maps(element, config, entry);
	/*
	 * Before 1.1 of the specification, the destination had to be absolute. runC takes a
	 * relative one from "/".
	 */
	if (entry->mount.target && !*entry->mount.target)
		json_problem(&target, "must not be empty");
	if (entry->mount.type && strcmp(entry->mount.type, "bind") == 0)
		entry->bind = true;
	if (entry->bind && entry->mount.source)
		entry->mount.source = config_path(config, entry->mount.source);
	problem = mounts_problem(entry);
	if (problem)
		json_problem(element, "%s%s%s", problem, entry->mount.options ? ": " : "",
			     entry->mount.options ? entry->mount.options : "");
}

void config_mounts(const struct json *object, struct config *config)
{
	struct json list = json_member(object, "mounts");
	size_t count = json_count(&list);
	struct mounts_entry *entries = json_allocate(&list, count, sizeof(*entries));

	config->mounts.list = entries;
	config->mounts.count = entries ? count : 0;
	for (size_t i = 0; entries && i < count; i++) {
		struct json element = json_element(&list, i);

		read_mount(&element, config, &entries[i]);
	}
}
