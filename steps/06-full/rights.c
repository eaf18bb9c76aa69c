#include "rights.h"

/* No wall but the namespaces. */
static int open_all(struct container *container)
{
	const struct device_rule all = { true, 'a', DEVICE_ALL, DEVICE_ALL, "rwm" };

	if (device_add_rule(&container->cgroup.devices, all) < 0)
		return -1;
	return paths_privileged(&container->paths);
}

int rights_choose(struct container *container, const struct capabilities_options *capabilities,
		  const struct seccomp_options *security)
{
	container->capabilities = capabilities->capabilities;
	container->no_new_privileges = security->no_new_privileges;
	if (capabilities->privileged)
		return open_all(container);
	if (!security->paths_unconfined && paths_default(&container->paths) < 0)
		return -1;
	if (security->unconfined)
		return 0;
	return filter_default(&container->filter, container->capabilities.bounding);
}
