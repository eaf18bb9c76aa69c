/* config.json: linux.netDevices. */
#include <net/if.h>
#include <string.h>

#include "config_parts.h"
#include "file.h"

/*
 * True if the kernel's dev_valid_name() accepts the name. With "%d" at its end, the kernel numbers
 * the device.
 */
static bool is_name(const char *name)
{
	const char *number = strchr(name, '%');

	if (!*name || strlen(name) >= IFNAMSIZ || strpbrk(name, "/: \t\n\r\v\f"))
		return false;
	if (file_is_dots(name))
		return false;
	return !number || strcmp(number, "%d") == 0;
}

static void check_twice(const struct json *at, const struct net_devices *devices)
{
	const char *last = devices->list[devices->count - 1].inside;

	for (size_t i = 0; i + 1 < devices->count; i++)
		if (strcmp(devices->list[i].inside, last) == 0 && !strchr(last, '%'))
			json_problem(at, "\"%s\" is the name of two devices", last);
}

void config_net_devices(const struct json *linux_part, struct net_devices *devices)
{
	struct json object = json_member(linux_part, "netDevices");
	json_t *members = json_members(&object), *value;
	const char *name;

	*devices = (struct net_devices){ 0 };
	devices->list =
		json_allocate(&object, json_object_size(members), sizeof(struct net_device));
	json_object_foreach(members, name, value)
	{
		struct json entry = json_entry(&object, name);
		struct json member = json_member(&entry, "name");
		const char *inside = "";

		json_get_text(&entry, "name", &inside);
		if (!is_name(name) || strchr(name, '%'))
			json_problem(&entry, "is no name of a network device");
		else if (*inside && !is_name(inside))
			json_problem(&member, "is no name of a network device: \"%s\"", inside);
		else if (devices->list) {
			devices->list[devices->count++] =
				(struct net_device){ name, *inside ? inside : name };
			check_twice(&entry, devices);
		}
	}
}
