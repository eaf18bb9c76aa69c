#include "container_hooks.h"

#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "spawn.h"
#include "sync.h"

bool container_has_hooks(const struct container *container)
{
	const size_t *count = container->config.hooks.count;

	return count[HOOK_PRESTART] || count[HOOK_CREATE_RUNTIME] || count[HOOK_CREATE_CONTAINER] ||
		count[HOOK_START_CONTAINER];
}

int container_set_state(struct container *container, const char *text)
{
	json_t *state = text ? json_loads(text, 0, NULL) : NULL;

	container->state = NULL;
	if (state && json_object_set_new(state, "pid", json_integer(getpid())) == 0)
		container->state = json_dumps(state, JSON_COMPACT);
	if (state && json_object_set_new(state, "status", json_string("created")) == 0)
		container->state_at_start = json_dumps(state, JSON_COMPACT);
	json_decref(state);
	return container->state && container->state_at_start
		? 0
		: fail_input("state: no memory, or the host side has died");
}

int container_run_hooks(struct container *container, int root)
{
	autofree char *state = NULL;

	if (!container_has_hooks(container))
		return 0;
	if (fchdir(root) < 0)
		return fail("fchdir to the new root");
	if (sync_reached(container->child) < 0)
		return -1;
	state = sync_receive_text(container->child);
	if (container_set_state(container, state) < 0)
		return -1;
	return hooks_run(&container->config.hooks, HOOK_CREATE_CONTAINER, container->state);
}
