#include "forwarding.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
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
	int all = get_setting("all", "forwarding"), value;
	char device[IFNAMSIZ];

	if (route->rtm_family != AF_INET || route->rtm_table != RT_TABLE_MAIN ||
	    route->rtm_type != RTN_UNICAST || !index ||
	    !if_indextoname(mnl_attr_get_u32(index), device))
		return MNL_CB_OK;
	value = get_setting(device, "forwarding");
	if (all < 0 || value < 0) {
		fail("read whether %s forwards", device);
		return MNL_CB_ERROR;
	}
	if (value == '1')
		return MNL_CB_OK;
	fprintf(record, "%s %c\n", device, all);
	if (fflush(record) != 0) {
		fail("write " RECORD);
		return MNL_CB_ERROR;
	}
	return set_setting(device, "forwarding", '1') < 0 ? MNL_CB_ERROR : MNL_CB_OK;
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

/* Puts one setting back, if nobody has changed it since. Returns whether that is done with. */
static bool restore(const char *device, char all)
{
	int value = get_setting(device, "forwarding");
	int now = get_setting("all", "forwarding");

	if (value < 0 || now < 0)
		return errno == ENOENT; /* the device has gone */
	/* Who has written to ip_forward since (Docker does at its start) has set it for all. */
	if (value != '1' || now != all)
		return true;
	return set_setting(device, "forwarding", '0') == 0;
}

void forwarding_restore(void)
{
	autofile FILE *record = fopen(RECORD, "re");
	char device[IFNAMSIZ], all;
	bool done = true;

	if (!record)
		return;
	while (fscanf(record, "%15s %c", device, &all) == 2)
		done = restore(device, all) && done;
	if (done && !ferror(record))
		unlink(RECORD);
}
