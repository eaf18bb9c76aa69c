#include "setting.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "narrate.h"

static void setting_path(const char *family, const char *device, const char *name, char path[128])
{
	snprintf(path, 128, "/proc/sys/net/%.4s/conf/%.15s/%.32s", family, device, name);
}

int setting_get(const char *family, const char *device, const char *name)
{
	char path[128], value = 0;
	autofd int fd = -1;

	setting_path(family, device, name, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && read(fd, &value, 1) == 1 ? value : -1;
}

static int write_setting(const char *path, const char *value)
{
	autofd int fd = -1;

	narrate("write %s to %s", value, path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return fail("open %s", path);
	return write(fd, value, strlen(value)) > 0 ? 0 : fail("write %s", path);
}

int setting_set(const char *family, const char *device, const char *name, char value)
{
	const char text[] = { value, '\0' };
	char path[128];

	setting_path(family, device, name, path);
	return write_setting(path, text);
}

int setting_disable_ipv6(const char *device)
{
	if (setting_get("ipv6", device, "disable_ipv6") < 0 && errno == ENOENT)
		return 0;
	if (setting_set("ipv6", device, "accept_ra", '0') < 0)
		return -1;
	return setting_set("ipv6", device, "disable_ipv6", '1');
}

int setting_allow_ping(void)
{
	return write_setting("/proc/sys/net/ipv4/ping_group_range", "0 2147483647");
}
