#include "device.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "dev.h"
#include "fail.h"
#include "file.h"

static const struct device_rule defaults[] = {
	/*
	 * TODO 10: forbid all in the place of this, then allow: to make any node (two rules, for c
	 * and for b: device.h); and everything with null, zero, full, random,
	 * urandom, tty, console, ptmx, all of /dev/pts and net/tun.
	 */
	{ true, 'a', DEVICE_ALL, DEVICE_ALL, "rwm" },
};

int device_add_rule(struct devices *devices, struct device_rule rule)
{
	struct device_rule *grown =
		reallocarray(devices->rules, devices->rule_count + 1, sizeof(*grown));

	if (!grown)
		return fail("reallocarray");
	devices->rules = grown;
	grown[devices->rule_count++] = rule;
	return 0;
}

void device_remove_rule(struct devices *devices, int major, int minor)
{
	for (size_t i = 0; i < devices->rule_count; i++) {
		struct device_rule *rule = &devices->rules[i];

		if (rule->major != major || rule->minor != minor)
			continue;
		devices->rule_count--;
		memmove(rule, rule + 1, (devices->rule_count - i) * sizeof(*rule));
		return;
	}
}

int device_add_node(struct devices *devices, struct device_node node)
{
	struct device_node *grown =
		reallocarray(devices->nodes, devices->node_count + 1, sizeof(*grown));

	if (!grown)
		return fail("reallocarray");
	devices->nodes = grown;
	grown[devices->node_count++] = node;
	return 0;
}

int device_add_defaults(struct devices *devices)
{
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		if (device_add_rule(devices, defaults[i]) < 0)
			return -1;
	return 0;
}

/* Returns true if /dev has the node already: an option may ask for /dev/null, too. */
static bool is_there(int directory, const char *name, const struct device_node *node)
{
	struct stat status;

	return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		(status.st_mode & S_IFMT) == (node->mode & S_IFMT) &&
		status.st_rdev == node->device;
}

static int make_node(const struct device_node *node, int root)
{
	autofree char *parent = strdup(node->path);
	autofd int directory = -1;
	char *name;

	if (!parent)
		return fail("strdup");
	name = strrchr(parent, '/');
	*name++ = '\0';
	directory = file_make_in_root(root, parent, S_IFDIR);
	if (directory < 0)
		return -1;
	if (is_there(directory, name, node))
		return 0;
	/*
	 * TODO 11: make it, with chapter 3's dev_make_node(), and give it the mode and the owner
	 * that the node is to have: fchmodat(2), fchownat(2).
	 */
	return 0;
}

int device_populate(const struct devices *devices, int root)
{
	for (size_t i = 0; i < devices->node_count; i++)
		if (make_node(&devices->nodes[i], root) < 0)
			return -1;
	return 0;
}
