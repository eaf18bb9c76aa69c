#include "namespaces.h"

#include <sched.h>
#include <string.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* The names are the specification's. */
static const struct {
	const char *name;
	uint64_t flag;
} kinds[NAMESPACE_KINDS] = {
	{ "user", CLONE_NEWUSER },     { "mount", CLONE_NEWNS },    { "uts", CLONE_NEWUTS },
	{ "ipc", CLONE_NEWIPC },       { "network", CLONE_NEWNET }, { "pid", CLONE_NEWPID },
	{ "cgroup", CLONE_NEWCGROUP }, { "time", CLONE_NEWTIME },
};

int namespaces_by_name(const char *name)
{
	for (int i = 0; i < NAMESPACE_KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return i;
	return -1;
}

uint64_t namespaces_flag(int kind)
{
	return kinds[kind].flag;
}

bool namespaces_join(const struct joined *joined, uint64_t flag)
{
	for (int i = 0; i < NAMESPACE_KINDS; i++)
		if (kinds[i].flag == flag)
			return joined->paths[i];
	return false;
}
