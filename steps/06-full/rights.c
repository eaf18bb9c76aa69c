#include "rights.h"

/* --privileged: only the namespaces stay. */
static int open_all(struct container *container)
{
	const struct device_rule all = { true, 'a', DEVICE_ALL, DEVICE_ALL, "rwm" };

	if (device_add_rule(&container->cgroup.devices, all) < 0)
		return -1;
	return masked_paths_privileged(&container->masked_paths);
}

int rights_choose(struct container *container, const struct capabilities_options *capabilities,
		  const struct seccomp_options *security)
{
	container->capabilities = capabilities->capabilities;
	container->no_new_privileges = security->no_new_privileges;
	if (capabilities->privileged)
		return open_all(container);
	/*
	 * The second article's list allows /dev/net/tun. Only that rule is removed: one of --device
	 * is later in the list, and stays.
	 */
	device_remove_rule(&container->cgroup.devices, TUN_MAJOR, TUN_MINOR);
	if (!security->paths_unconfined && masked_paths_default(&container->masked_paths) < 0)
		return -1;
	if (security->unconfined)
		return 0;
	return seccomp_precompiled(&container->seccomp, container->capabilities.bounding);
}
