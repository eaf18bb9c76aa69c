/* config.json: linux.devices, and linux.resources.devices. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "config_parts.h"

enum { TUN_MAJOR = 10 };

/* What every container has; /dev/console comes with the terminal, /dev/ptmx is a link. */
static const struct {
	const char *path;
	unsigned int major, minor;
} defaults[] = {
	{ "/dev/null", 1, 3 },	 { "/dev/zero", 1, 5 },	   { "/dev/full", 1, 7 },
	{ "/dev/random", 1, 8 }, { "/dev/urandom", 1, 9 }, { "/dev/tty", 5, 0 },
};

static void add_node(const struct json *at, struct devices *devices, struct device_node node)
{
	if (device_add_node(devices, node) < 0)
		json_problem(at, "there is no memory for it");
}

/* Those that the list has not got: what it says of them counts. */
static void add_defaults(const struct json *list, struct devices *devices)
{
	size_t named = devices->node_count;

	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
		bool is_named = false;

		for (size_t j = 0; j < named; j++)
			is_named |= strcmp(devices->nodes[j].path, defaults[i].path) == 0;
		if (is_named)
			continue;
		add_node(list, devices,
			 (struct device_node){
				 .path = defaults[i].path,
				 .mode = S_IFCHR | 0666,
				 .device = makedev(defaults[i].major, defaults[i].minor),
			 });
	}
}

/* c and u are the same to the kernel. Returns 0 for what is no type. */
static mode_t type_of(const char *type)
{
	if (strcmp(type, "c") == 0 || strcmp(type, "u") == 0)
		return S_IFCHR;
	if (strcmp(type, "b") == 0)
		return S_IFBLK;
	return strcmp(type, "p") == 0 ? S_IFIFO : 0;
}

static void read_device(const struct json *element, struct devices *devices)
{
	struct json type = json_member(element, "type");
	struct json path = json_member(element, "path");
	struct json number = json_member(element, "major");
	uint64_t mode = 0666, uid = 0, gid = 0, major = 0, minor = 0;
	struct device_node node = { 0 };
	const char *name = "";
	bool has_numbers;

	if (json_need_text(element, "path", &node.path) && (*node.path != '/' || !node.path[1]))
		json_problem(&path, "must be an absolute path, not \"%s\"", node.path);
	if (json_need_text(element, "type", &name) && !type_of(name))
		json_problem(&type, "must be c, b, u or p, not \"%s\"", name);
	json_get_unsigned(element, "fileMode", 07777, &mode);
	json_get_unsigned(element, "uid", UINT32_MAX - 1, &uid);
	json_get_unsigned(element, "gid", UINT32_MAX - 1, &gid);
	has_numbers = json_get_unsigned(element, "major", UINT32_MAX, &major) &&
		json_get_unsigned(element, "minor", UINT32_MAX, &minor);
	if (!has_numbers && type_of(name) && type_of(name) != S_IFIFO)
		json_problem(&number, "a device needs major and minor");
	node.mode = type_of(name) | (mode_t)mode;
	node.uid = (uid_t)uid;
	node.gid = (gid_t)gid;
	node.device = makedev((unsigned int)major, (unsigned int)minor);
	if (node.path)
		add_node(element, devices, node);
}

void config_devices(const struct json *linux_part, struct devices *devices)
{
	struct json list = json_member(linux_part, "devices");

	for (size_t i = 0; i < json_count(&list); i++) {
		struct json element = json_element(&list, i);

		read_device(&element, devices);
	}
	add_defaults(&list, devices);
}

/* ---- Which may be used ---- */

static int read_number(const struct json *element, const char *key)
{
	int64_t number = DEVICE_ALL;

	json_get_number(element, key, DEVICE_ALL, INT32_MAX, &number);
	return (int)number;
}

static void read_rule(const struct json *element, struct devices *devices)
{
	struct json type = json_member(element, "type");
	struct json access = json_member(element, "access");
	struct device_rule rule = { .access = "rwm" };
	const char *kind = "a";

	json_get_bool(element, "allow", &rule.allow);
	if (json_get_text(element, "type", &kind) && (!*kind || kind[1] || !strchr("abc", *kind)))
		json_problem(&type, "must be a, b or c, not \"%s\"", kind);
	rule.type = *kind;
	rule.major = read_number(element, "major");
	rule.minor = read_number(element, "minor");
	if (json_get_text(element, "access", &rule.access) &&
	    (!*rule.access || rule.access[strspn(rule.access, "rwm")]))
		json_problem(&access, "must be made of r, w and m, not \"%s\"", rule.access);
	if (device_add_rule(devices, rule) < 0)
		json_problem(element, "there is no memory for it");
}

/* Those of chapter 5, but for its first, which forbids all, and /dev/net/tun, which runC has left
 * out since 1.2: an engine that wants it says so.
 */
static int add_usual(struct devices *devices)
{
	struct devices usual = { 0 };

	if (device_add_defaults(&usual) < 0)
		return -1;
	for (size_t i = 1; i < usual.rule_count; i++)
		if (usual.rules[i].major != TUN_MAJOR &&
		    device_add_rule(devices, usual.rules[i]) < 0)
			return -1;
	free(usual.rules);
	return 0;
}

/*
 * First nothing is allowed, then the rules that are asked for follow, then those for the devices
 * that every container has: engines leave them to the runtime.
 */
void config_device_rules(const struct json *resources, struct devices *devices)
{
	const struct device_rule nothing = { false, 'a', DEVICE_ALL, DEVICE_ALL, "rwm" };
	struct json list = json_member(resources, "devices");

	if (device_add_rule(devices, nothing) < 0)
		json_problem(&list, "there is no memory for it");
	for (size_t i = 0; i < json_count(&list); i++) {
		struct json element = json_element(&list, i);

		read_rule(&element, devices);
	}
	if (add_usual(devices) < 0)
		json_problem(&list, "there is no memory for it");
}
