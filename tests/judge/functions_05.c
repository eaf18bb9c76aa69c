/* Lab 05: hierarchy.c, device_bpf.c, v1/device_v1.c and cgroup_v2.c. */
#include "cgroup_version.h"
#include "rules_05.h"
#include "subject.h"

static int find_one(unsigned int wanted, int number)
{
	struct hierarchy hierarchies[HIERARCHIES_MAX] = { 0 };

	return number < hierarchy_find(hierarchies, wanted) ? hierarchies[number].top : -1;
}

static struct devices unfold(struct flat_rules *flat)
{
	for (size_t i = 0; i < flat->count; i++)
		flat->rules[i].access = flat->access[i];
	return (struct devices){ .rules = flat->rules, .rule_count = flat->count };
}

static int attach_rules(struct flat_rules *flat, int directory)
{
	const struct devices devices = unfold(flat);

	return device_attach(&devices, directory);
}

static int write_rules(struct flat_rules *flat, int directory)
{
	const struct devices devices = unfold(flat);

	return device_write(&devices, directory);
}

static int adopt(int parent, int child, unsigned int controllers)
{
	return cgroup_v2.adopt(parent, child, controllers);
}

const struct function functions[] = {
	FUNCTION(hierarchy_controllers),
	FUNCTION(hierarchy_find),
	FUNCTION(find_one),
	FUNCTION(attach_rules),
	FUNCTION(write_rules),
	FUNCTION(adopt),
	{ 0 },
};
