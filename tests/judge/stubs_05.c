/* Lab 05: hierarchy.c, device_bpf.c, v1/device_v1.c and cgroup_v2.c. */
#include <stdio.h>

#include "call.h"
#include "cgroup_version.h"
#include "harness.h"
#include "rules_05.h"

unsigned int hierarchy_controllers(int version, const char *list)
{
	return (unsigned int)call("hierarchy_controllers", NUMBER(version), TEXT(list));
}

/* The descriptors in the structures come one by one, each from a call of its own. */
int hierarchy_find(struct hierarchy hierarchies[HIERARCHIES_MAX], unsigned int wanted)
{
	struct hierarchy(*all)[HIERARCHIES_MAX] = (struct hierarchy(*)[HIERARCHIES_MAX])hierarchies;
	int count = (int)call("hierarchy_find", BYTES(all), NUMBER(wanted));

	for (int i = 0; i < count && i < HIERARCHIES_MAX; i++)
		hierarchies[i].top = call_for_descriptor("find_one", NUMBER(wanted), NUMBER(i));
	return count < HIERARCHIES_MAX ? count : HIERARCHIES_MAX;
}

static int put_in_force(const char *function, const struct devices *devices, int directory)
{
	static struct flat_rules all;
	struct flat_rules *flat = &all;

	assert_true(devices->rule_count <= RULES_MAX);
	flat->count = devices->rule_count;
	for (size_t i = 0; i < flat->count; i++) {
		flat->rules[i] = devices->rules[i];
		snprintf(flat->access[i], sizeof(flat->access[i]), "%s", devices->rules[i].access);
	}
	return (int)call(function, BYTES(flat), DESCRIPTOR(directory));
}

int device_attach(const struct devices *devices, int directory)
{
	return put_in_force("attach_rules", devices, directory);
}

int device_write(const struct devices *devices, int directory)
{
	return put_in_force("write_rules", devices, directory);
}

static int adopt(int parent, int child, unsigned int controllers)
{
	return (int)call("adopt", DESCRIPTOR(parent), DESCRIPTOR(child), NUMBER(controllers));
}

const struct cgroup_version cgroup_v2 = { .adopt = adopt };
