#include "container_exec.h"

#include <sys/personality.h>

#include "fail.h"
#include "keyring.h"
#include "narrate.h"
#include "process.h"
#include "signals.h"
#include "spawn.h"

int container_begin(const struct config *config)
{
	if (lsm_set(&config->lsm) < 0)
		return -1;
	if (config->has_personality) {
		narrate("personality %#lx", config->personality);
		if (personality(config->personality) < 0)
			return fail("personality");
	}
	return config->keep_keyring ? 0 : keyring_join_new();
}

/* Finds the user's number and home directory. Names are looked up in the container's own files. */
static int resolve_user(struct config *config)
{
	struct user *user = &config->user;

	if (user_resolve(user) < 0)
		return -1;
	if (user->text)
		capabilities_for_user(&config->capabilities, user->uid);
	return user_set_home(user, &config->command);
}

/*
 * Gives up the rights that the command must not have. Each step needs rights that a later step
 * takes away. A seccomp filter needs CAP_SYS_ADMIN or no_new_privs: without no_new_privs the filter
 * is loaded while the process has that capability, and has to allow the calls of all later steps.
 */
static int lower_rights(struct config *config, const struct child *child)
{
	if (scheduling_apply(&config->scheduling) < 0)
		return -1;
	if (memory_policy_apply(&config->memory_policy) < 0)
		return -1;
	if (rlimits_set(&config->rlimits) < 0)
		return -1;
	if (capabilities_limit(&config->capabilities) < 0)
		return -1;
	if (!config->no_new_privileges && seccomp_filter_load(&config->seccomp) < 0)
		return -1;
	if (user_become(&config->user) < 0)
		return -1;
	if (child_die_with_host(child) < 0)
		return -1;
	if (capabilities_apply(&config->capabilities) < 0)
		return -1;
	if (!config->no_new_privileges)
		return 0;
	if (no_new_privileges_set() < 0)
		return -1;
	return seccomp_filter_load(&config->seccomp);
}

/*
 * From here on the runtime reads files of the container, which may be links into /proc/self/fd. So
 * it first closes its own descriptors.
 */
int container_execute(struct container *container)
{
	struct config *config = &container->config;

	if (process_close_ours(container) < 0)
		return -1;
	if (resolve_user(config) < 0)
		return -1;
	if (console_open(&config->console, container->child, config->user.uid) < 0)
		return -1;
	if (mounts_finish(&config->mounts) < 0)
		return -1;
	if (process_enter_directory(container) < 0)
		return -1;
	signals_reset();
	if (lower_rights(config, container->child) < 0)
		return -1;
	return process_execute(container);
}
