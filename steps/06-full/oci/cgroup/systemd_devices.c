/*
 * systemd_property.h: the rules for devices on cgroup v1. There systemd writes the rules again
 * whenever it writes other settings, and knows only the rules that it was sent. On v2 the rules are
 * a BPF program of the runtime (chapter 5), which systemd leaves alone.
 */
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "systemd_property.h"

static bool are_of_v1(const struct cgroup *cgroup)
{
	const struct hierarchy *hierarchy = cgroup_hierarchy(cgroup, SET(CONTROLLER_DEVICES));

	return hierarchy && hierarchy->version == 1; /* hierarchy_find() puts v2 last */
}

static bool is_for_all(const struct device_rule *rule)
{
	return rule->type == 'a' && rule->major == DEVICE_ALL && rule->minor == DEVICE_ALL &&
		strlen(rule->access) == strlen("rwm");
}

/* Finds the name of a major number in /proc/devices: "136 pts". Returns true if there is one. */
static bool find_driver(const char *kind, int major, char name[64])
{
	autofile FILE *file = fopen("/proc/devices", "re");
	autofree char *line = NULL;
	bool right_part = false;
	size_t size = 0;
	int number;

	while (file && getline(&line, &size, file) > 0) {
		if (strstr(line, "devices:"))
			right_part = strncasecmp(line, kind, strlen(kind)) == 0;
		else if (right_part && sscanf(line, "%d %63s", &number, name) == 2 &&
			 number == major)
			return true;
	}
	return false;
}

/* Adds both words of an entry, or nothing if there is no such device. */
static void add_allowed(struct properties *list, const struct device_rule *rule, const char *kind)
{
	char driver[64];

	if (rule->major == DEVICE_ALL && rule->minor == DEVICE_ALL)
		property_add_word(list, "%s-*", kind);
	else if (rule->major != DEVICE_ALL && rule->minor != DEVICE_ALL)
		property_add_word(list, "/dev/%s/%d:%d", kind, rule->major, rule->minor);
	else if (rule->minor == DEVICE_ALL && find_driver(kind, rule->major, driver))
		property_add_word(list, "%s-%s", kind, driver);
	else
		return;
	property_add_word(list, "%s", rule->access);
}

/*
 * Returns the index of the last rule that is for all devices: the rules before it have no effect.
 * Returns 0 if there is no such rule.
 */
static size_t find_first(const struct devices *devices)
{
	size_t first = devices->rule_count;

	while (first > 0 && !is_for_all(&devices->rules[first - 1]))
		first--;
	return first > 0 ? first - 1 : 0;
}

int property_add_devices(struct properties *properties, const struct cgroup *cgroup)
{
	const struct devices *devices = &cgroup->devices;
	autoproperties struct properties list = { 0 };
	size_t first = find_first(devices);
	bool all = first < devices->rule_count && is_for_all(&devices->rules[first]) &&
		devices->rules[first].allow;
	bool allowed = all;

	if (!are_of_v1(cgroup))
		return 0;
	for (size_t i = first; i < devices->rule_count; i++) {
		const struct device_rule *rule = &devices->rules[i];

		if (!rule->allow && allowed)
			return fail_input("linux.resources.devices: on cgroup v1, systemd cannot "
					  "deny a part of what is allowed; do without: "
					  "--cgroup-manager cgroupfs");
		allowed = allowed || rule->allow;
		if (rule->allow && rule->type != 'b')
			add_allowed(&list, rule, "char");
		if (rule->allow && rule->type != 'c')
			add_allowed(&list, rule, "block");
	}
	if (all || !devices->rule_count)
		return 0;
	property_add(properties, "DevicePolicy", "s", "strict");
	property_add(properties, "DeviceAllow", "a(ss)", NULL);
	property_add_list(properties, list.word_count / 2, &list);
	return 0;
}
