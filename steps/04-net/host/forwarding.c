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
#include "setting.h"

/* In the pool's directory. Each line: a device, its index, and conf/all/forwarding before. */
#define RECORD "forwarding"

/* Returns true if a step has switched forwarding on for the device before. */
static bool is_recorded(int record, const char *device, unsigned int index)
{
	char text[4096], line[32];
	ssize_t length = pread(record, text, sizeof(text) - 1, 0);

	if (length <= 0)
		return false;
	text[length] = '\0';
	snprintf(line, sizeof(line), "%s %u ", device, index);
	return strstr(text, line) != NULL;
}

struct progress {
	int record;
	unsigned int last; /* the device of the last route: most routes have the same one */
};

/* Switches forwarding on for a device, and notes that it was off. */
static int enable(struct progress *progress, unsigned int index)
{
	char device[IFNAMSIZ];
	int value, all;

	if (index == progress->last || !if_indextoname(index, device))
		return 0;
	progress->last = index;
	value = setting_get("ipv4", device, "forwarding");
	/* A device that is recorded, but does not forward: somebody has switched it off again. */
	if (value == '1' || is_recorded(progress->record, device, index))
		return 0;
	all = setting_get("ipv4", "all", "forwarding");
	if (all < 0 || value < 0)
		return fail("read whether %s forwards", device);
	if (dprintf(progress->record, "%s %u %c\n", device, index, all) < 0)
		return fail("write " RECORD);
	return setting_set("ipv4", device, "forwarding", '1');
}

/*
 * Switches forwarding on for the devices of a route, with all its next hops. Routes of all tables
 * count: a VPN has its default route in a table of its own.
 */
static int enable_for_route(struct nl_msg *message, void *data)
{
	const struct rtmsg *route = nlmsg_data(nlmsg_hdr(message));
	const struct nlattr *device = rtnl_attribute(message, sizeof(*route), RTA_OIF);
	const struct nlattr *hops = rtnl_attribute(message, sizeof(*route), RTA_MULTIPATH);
	const struct rtnexthop *hop = hops ? nla_data(hops) : NULL;
	int left = hops ? nla_len(hops) : 0;
	struct progress *progress = data;

	if (route->rtm_table == RT_TABLE_LOCAL || route->rtm_type != RTN_UNICAST)
		return NL_OK;
	if (device && enable(progress, nla_get_u32(device)) < 0)
		return -1;
	/* RTNH_OK() alone would read the length of a hop behind the last one. */
	for (; left >= (int)sizeof(*hop) && RTNH_OK(hop, left); hop = RTNH_NEXT(hop)) {
		if (enable(progress, (unsigned int)hop->rtnh_ifindex) < 0)
			return -1;
		left -= RTNH_ALIGN(hop->rtnh_len);
	}
	return NL_OK;
}

int forwarding_enable(int pool, struct rtnl *rtnl, const char *bridge)
{
	autofd int record = openat(pool, RECORD, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	struct progress progress = { .record = record };
	struct rtmsg *request;

	if (record < 0)
		return fail("open " RECORD);
	if (setting_set("ipv4", bridge, "forwarding", '1') < 0)
		return -1;
	if (setting_set("ipv4", bridge, "route_localnet", '1') < 0)
		return -1;
	request = rtnl_begin(rtnl, RTM_GETROUTE, NLM_F_DUMP, sizeof(*request));
	request->rtm_family = AF_INET;
	return rtnl_dump(rtnl, enable_for_route, &progress, "RTM_GETROUTE");
}

/* Restores one setting, unless somebody has changed it since. Returns false to try again later. */
static bool restore(const char *device, char all)
{
	int value = setting_get("ipv4", device, "forwarding");
	int now = setting_get("ipv4", "all", "forwarding");

	if (value < 0 || now < 0)
		return errno == ENOENT; /* the device has gone */
	/* A program that writes to ip_forward, as Docker does at its start, sets all devices. */
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
	while (fscanf(record, "%15s %*u %c", device, &all) == 2)
		done = restore(device, all) && done;
	if (done && !ferror(record))
		unlinkat(pool, RECORD, 0);
}
