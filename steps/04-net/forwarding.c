#include "forwarding.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "setting.h"

#define RECORD "forwarding" /* in the pool's directory: devices, and what "all" was */

/* Switches forwarding on for the device of one route, and notes that it was off. */
static int enable_for_route(struct nl_msg *message, void *data)
{
	const struct rtmsg *route = nlmsg_data(nlmsg_hdr(message));
	const struct nlattr *index = rtnl_attribute(message, sizeof(*route), RTA_OIF);
	char device[IFNAMSIZ];
	int value, all;

	if (route->rtm_table != RT_TABLE_MAIN || route->rtm_type != RTN_UNICAST || !index)
		return NL_OK;
	if (!if_indextoname(nla_get_u32(index), device))
		return NL_OK;
	value = setting_get("ipv4", device, "forwarding");
	if (value == '1')
		return NL_OK;
	all = setting_get("ipv4", "all", "forwarding");
	if (all < 0 || value < 0) {
		fail("read whether %s forwards", device);
		return -1;
	}
	if (dprintf(*(const int *)data, "%s %c\n", device, all) < 0) {
		fail("write " RECORD);
		return -1;
	}
	return setting_set("ipv4", device, "forwarding", '1') < 0 ? -1 : NL_OK;
}

int forwarding_enable(int pool, struct rtnl *rtnl, const char *bridge)
{
	autofd int record = openat(pool, RECORD, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	struct rtmsg *request;

	if (record < 0)
		return fail("open " RECORD);
	if (setting_set("ipv4", bridge, "forwarding", '1') < 0)
		return -1;
	if (setting_set("ipv4", bridge, "route_localnet", '1') < 0)
		return -1;
	request = rtnl_begin(rtnl, RTM_GETROUTE, NLM_F_DUMP, sizeof(*request));
	request->rtm_family = AF_INET;
	return rtnl_dump(rtnl, enable_for_route, &record, "RTM_GETROUTE");
}

/* Puts one setting back, if nobody has changed it since. Returns whether that is done with. */
static bool restore(const char *device, char all)
{
	int value = setting_get("ipv4", device, "forwarding");
	int now = setting_get("ipv4", "all", "forwarding");

	if (value < 0 || now < 0)
		return errno == ENOENT; /* the device has gone */
	/* Who has written to ip_forward since (Docker does at its start) has set it for all. */
	if (value != '1' || now != all)
		return true;
	return setting_set("ipv4", device, "forwarding", '0') == 0;
}

void forwarding_restore(int pool)
{
	int fd = openat(pool, RECORD, O_RDONLY | O_CLOEXEC);
	autofile FILE *record = fd < 0 ? NULL : fdopen(fd, "r");
	char device[IFNAMSIZ], all;
	bool done = true;

	if (!record)
		return;
	while (fscanf(record, "%15s %c", device, &all) == 2)
		done = restore(device, all) && done;
	if (done && !ferror(record))
		unlinkat(pool, RECORD, 0);
}
