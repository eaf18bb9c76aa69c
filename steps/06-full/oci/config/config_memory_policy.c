/* config.json: linux.memoryPolicy. */
#include <linux/mempolicy.h>

#include "config_parts.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

enum {
	WEIGHTED_INTERLEAVE = 6,
	NUMA_BALANCING = 1 << 13
}; /* newer than some <linux/mempolicy.h> */

static const struct json_name modes[] = {
	{ "MPOL_DEFAULT", MPOL_DEFAULT },
	{ "MPOL_PREFERRED", MPOL_PREFERRED },
	{ "MPOL_BIND", MPOL_BIND },
	{ "MPOL_INTERLEAVE", MPOL_INTERLEAVE },
	{ "MPOL_LOCAL", MPOL_LOCAL },
	{ "MPOL_PREFERRED_MANY", MPOL_PREFERRED_MANY },
	{ "MPOL_WEIGHTED_INTERLEAVE", WEIGHTED_INTERLEAVE },
};

static const struct json_name flags[] = {
	{ "MPOL_F_NUMA_BALANCING", NUMA_BALANCING },
	{ "MPOL_F_RELATIVE_NODES", MPOL_F_RELATIVE_NODES },
	{ "MPOL_F_STATIC_NODES", MPOL_F_STATIC_NODES },
};

/* Fills the nodes. The kernel would refuse the errors that are checked here with a mere EINVAL. */
static void read_nodes(const struct json *object, struct memory_policy *policy)
{
	struct json member = json_member(object, "nodes");
	bool takes_none = policy->mode == MPOL_DEFAULT || policy->mode == MPOL_LOCAL;
	const char *text = "";

	json_get_text(object, "nodes", &text);
	if (*text && !scheduling_read_cpus(text, &policy->nodes))
		json_problem(&member, "must be a list of memory nodes, as in \"0-3,7\"");
	else if (*text && takes_none)
		json_problem(&member, "%s takes none", policy->name);
	else if (!*text && !takes_none && policy->mode != MPOL_PREFERRED)
		json_problem(&member, "%s needs them", policy->name);
}

static void read_flags(const struct json *object, struct memory_policy *policy)
{
	struct json list = json_member(object, "flags");
	const uint32_t both = MPOL_F_RELATIVE_NODES | MPOL_F_STATIC_NODES;

	policy->mode |= json_choose_all(&list, flags, SIZE(flags));
	if ((policy->mode & both) == both)
		json_problem(&list, "nodes are either static or relative");
}

void config_memory_policy(const struct json *linux_part, struct memory_policy *policy)
{
	struct json object = json_member(linux_part, "memoryPolicy");
	struct json mode = json_member(&object, "mode");

	*policy = (struct memory_policy){ 0 };
	if (!json_need_text(&object, "mode", &policy->name))
		return;
	policy->is_set = json_choose(&mode, modes, SIZE(modes), &policy->mode);
	if (!policy->is_set)
		return;
	read_nodes(&object, policy);
	read_flags(&object, policy);
}
