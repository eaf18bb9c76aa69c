/* device.h: the rules in the form of v1, as lines for the files of the controller "devices". */
#include <stdio.h>

#include "cgroup_file.h"
#include "device.h"

/* A number in a rule of v1: "*" for all. */
static const char *number_text(int number, char text[16])
{
	snprintf(text, 16, "%d", number);
	return number == DEVICE_ALL ? "*" : text;
}

int device_write(const struct devices *devices, int directory)
{
	for (size_t i = 0; i < devices->rule_count; i++) {
		const struct device_rule *rule = &devices->rules[i];
		char major[16], minor[16];

		if (cgroup_write(directory, rule->allow ? "devices.allow" : "devices.deny",
				 "%c %s:%s %s", rule->type, number_text(rule->major, major),
				 number_text(rule->minor, minor), rule->access) < 0)
			return -1;
	}
	return 0;
}
