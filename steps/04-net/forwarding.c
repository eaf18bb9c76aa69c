#include "forwarding.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "narrate.h"
#include "pool.h"

#define RECORD POOL_DIR "/forwarding"

static void setting_path(const char *device, const char *setting, char path[128])
{
	snprintf(path, 128, "/proc/sys/net/ipv4/conf/%.15s/%s", device, setting);
}

static int get_setting(const char *device, const char *setting)
{
	char path[128], value = 0;
	autofd int fd = -1;

	setting_path(device, setting, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && read(fd, &value, 1) == 1 ? value : -1;
}

static int set_setting(const char *device, const char *setting, char value)
{
	char path[128];
	autofd int fd = -1;

	setting_path(device, setting, path);
	narrate("write %c to %s", value, path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return fail("open %s", path);
	return write(fd, &value, 1) == 1 ? 0 : fail("write %s", path);
}

/* Switches forwarding on for the device of one route, and notes that it was off. */
static int enable_for_route(const struct nlmsghdr *message, void *data)
{
	FILE *record = data;
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);
	const struct nlattr *index = rtnl_attribute(message, sizeof(*route), RTA_OIF);
	char device[IFNAMSIZ];

	if (route->rtm_table != RT_TABLE_MAIN || route->rtm_type != RTN_UNICAST || !index ||
	    !if_indextoname(mnl_attr_get_u32(index), device) ||
	    get_setting(device, "forwarding") != '0')
		return MNL_CB_OK;
	fprintf(record, "%s\n", device);
	if (fflush(record) != 0 || set_setting(device, "forwarding", '1') < 0)
		return MNL_CB_ERROR;
	return MNL_CB_OK;
}

int forwarding_enable(struct rtnl *rtnl, const char *bridge)
{
	autofile FILE *record = fopen(RECORD, "ae");

	if (!record)
		return fail("open " RECORD);
	if (set_setting(bridge, "forwarding", '1') < 0 ||
	    set_setting(bridge, "route_localnet", '1') < 0)
		return -1;
	rtnl_begin(rtnl, RTM_GETROUTE, NLM_F_DUMP, sizeof(struct rtmsg));
	return rtnl_dump(rtnl, enable_for_route, record, "RTM_GETROUTE");
}

void forwarding_restore(void)
{
	autofile FILE *record = fopen(RECORD, "re");
	char device[IFNAMSIZ];

	while (record && fscanf(record, "%15s", device) == 1)
		if (get_setting(device, "forwarding") == '1')
			set_setting(device, "forwarding", '0');
	unlink(RECORD);
}
