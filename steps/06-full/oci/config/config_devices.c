/* config.json: linux.devices, and linux.resources.devices. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "config_parts.h"
#include "ids.h"
#include "nodes.h"

static void add_node(const struct json *at, struct devices *devices, struct device_node node)
{
	if (device_add_node(devices, node) < 0)
		json_problem(at, "there is no memory for it");
}

/* The kernel treats c and u alike. Returns 0 for an unknown type. */
static mode_t type_of(const char *type)
{
	if (strcmp(type, "c") == 0 || strcmp(type, "u") == 0)
		return S_IFCHR;
	if (strcmp(type, "b") == 0)
		return S_IFBLK;
	return strcmp(type, "p") == 0 ? S_IFIFO : 0;
}

/*
 * Reads the path, without slashes at its end, which runC and crun ignore as well. Returns false if
 * there is no path.
 */
static bool read_path(const struct json *element, const char **path)
{
	struct json member = json_member(element, "path");
	const char *written;
	size_t length;
	char *copy;

	if (!json_need_text(element, "path", &written))
		return false;
	length = strlen(written);
	while (length > 1 && written[length - 1] == '/')
		length--;
	if (*written != '/' || length == 1)
		json_problem(&member, "must be an absolute path, not \"%s\"", written);
	copy = json_allocate(&member, length + 1, 1);
	if (!copy)
		return false;
	memcpy(copy, written, length);
	*path = copy;
	return true;
}

static void read_device(const struct json *element, struct devices *devices)
{
	struct json type = json_member(element, "type");
	struct json number = json_member(element, "major");
	struct json file_mode = json_member(element, "fileMode");
	uint64_t mode = 0666, uid = 0, gid = 0, major = 0, minor = 0;
	struct device_node node = { 0 };
	const char *name = "";
	bool has_path = read_path(element, &node.path), has_numbers;

	if (json_need_text(element, "type", &name) && !type_of(name))
		json_problem(&type, "must be c, b, u or p, not \"%s\"", name);
	/* Podman writes the type with the mode, as stat(2) has it: 020666. */
	json_get_unsigned(element, "fileMode", S_IFMT | 07777, &mode);
	if (mode & S_IFMT && type_of(name) && (mode & S_IFMT) != type_of(name))
		json_problem(&file_mode, "is the mode of another type than \"%s\"", name);
	json_get_unsigned(element, "uid", ID_MAX, &uid);
	json_get_unsigned(element, "gid", ID_MAX, &gid);
	has_numbers = json_get_unsigned(element, "major", UINT32_MAX, &major) &&
		json_get_unsigned(element, "minor", UINT32_MAX, &minor);
	if (!has_numbers && type_of(name) && type_of(name) != S_IFIFO)
		json_problem(&number, "a device needs major and minor");
	node.mode = type_of(name) | (mode & 07777);
	node.uid = (uid_t)uid;
	node.gid = (gid_t)gid;
	node.device = makedev((unsigned int)major, (unsigned int)minor);
	if (has_path)
		add_node(element, devices, node);
}

void config_devices(const struct json *linux_part, struct devices *devices)
{
	struct json list = json_member(linux_part, "devices");

	for (size_t i = 0; i < json_count(&list); i++) {
		struct json element = json_element(&list, i);

		read_device(&element, devices);
	}
	if (nodes_add_defaults(devices) < 0)
		json_problem(&list, "there is no memory for them");
}

/* ---- Rules ---- */

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
	/*
	 * Rules that allow all devices in the end, as for a privileged container, need no cgroup.
	 */
	if (rule.type == 'a' && rule.major == DEVICE_ALL && rule.minor == DEVICE_ALL &&
	    strlen(rule.access) == strlen("rwm"))
		devices->required = !rule.allow;
	else if (!rule.allow)
		devices->required = true;
}

/* Chapter 5's rules, but for the first one, which forbids all, and the one for /dev/net/tun. */
static int add_usual(struct devices *devices)
{
	struct devices usual = { 0 };

	if (device_add_defaults(&usual) < 0)
		return -1;
	device_remove_rule(&usual, TUN_MAJOR, TUN_MINOR);
	for (size_t i = 1; i < usual.rule_count; i++)
		if (device_add_rule(devices, usual.rules[i]) < 0)
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
	devices->required = json_count(&list) > 0;
	for (size_t i = 0; i < json_count(&list); i++) {
		struct json element = json_element(&list, i);

		read_rule(&element, devices);
	}
	if (add_usual(devices) < 0)
		json_problem(&list, "there is no memory for it");
}
