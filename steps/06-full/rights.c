#include "rights.h"

/* --privileged: only the namespaces stay. */
static int open_all(struct config *config)
{
	const struct device_rule all = { true, 'a', DEVICE_ALL, DEVICE_ALL, "rwm" };

	if (device_add_rule(&config->cgroup.devices, all) < 0)
		return -1;
	return masked_paths_privileged(&config->masked_paths);
}

int rights_choose(struct config *config, const struct capabilities_options *capabilities,
		  const struct seccomp_options *security)
{
	config->capabilities = capabilities->capabilities;
	config->no_new_privileges = security->no_new_privileges;
	if (capabilities->privileged)
		return open_all(config);
	/*
	 * The second article's list allows /dev/net/tun. Only that rule is removed: one of --device
	 * is later in the list, and stays.
	 */
	device_remove_rule(&config->cgroup.devices, TUN_MAJOR, TUN_MINOR);
	if (!security->paths_unconfined && masked_paths_default(&config->masked_paths) < 0)
		return -1;
	if (security->unconfined)
		return 0;
	return seccomp_precompiled(&config->seccomp, config->capabilities.bounding);
}
