#include "uplink.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>

#include "fail.h"
#include "setting.h"

/* An address that stands for all addresses outside. No machine has it (RFC 5737). */
#define WORLD 0xc0000201 /* 192.0.2.1 */

static int note_device(struct nl_msg *message, void *data)
{
	const struct rtmsg *route = nlmsg_data(nlmsg_hdr(message));
	const struct nlattr *device = rtnl_attribute(message, sizeof(*route), RTA_OIF);

	*(unsigned int *)data = device && route->rtm_type == RTN_UNICAST ? nla_get_u32(device) : 0;
	return NL_STOP;
}

/*
 * Asks the kernel by which device it would send such a packet: one that arrives by the device `in`,
 * or, for 0, one of the host's own. Addresses are in network byte order. Returns the device's
 * index; 0 if there is no route, or, where the device has an rp_filter, no route back.
 */
static unsigned int find_route(struct rtnl *rtnl, unsigned int in, uint32_t source,
			       uint32_t destination)
{
	struct rtmsg *request = rtnl_begin(rtnl, RTM_GETROUTE, 0, sizeof(*request));
	unsigned int out = 0;

	request->rtm_family = AF_INET;
	request->rtm_dst_len = 32;
	nla_put_u32(rtnl->message, RTA_DST, destination);
	if (in) {
		request->rtm_src_len = 32;
		nla_put_u32(rtnl->message, RTA_SRC, source);
		nla_put_u32(rtnl->message, RTA_IIF, in);
	}
	if (rtnl_dump(rtnl, note_device, &out, "RTM_GETROUTE") < 0) {
		fail_forget();
		return 0;
	}
	return out;
}

void uplink_find(char name[IFNAMSIZ])
{
	autortnl struct rtnl rtnl = { 0 };

	*name = '\0';
	if (rtnl_open(&rtnl, NETLINK_ROUTE) == 0)
		if_indextoname(find_route(&rtnl, 0, 0, htonl(WORLD)), name);
}

void uplink_check(struct rtnl *rtnl, const char *bridge, struct in_addr container)
{
	const unsigned int port = if_nametoindex(bridge);
	const unsigned int uplink = find_route(rtnl, 0, 0, htonl(WORLD));
	const unsigned int out = find_route(rtnl, port, container.s_addr, htonl(WORLD));
	char name[IFNAMSIZ] = "?";

	if (!uplink) /* the host itself has no connection */
		return;
	if (!out) {
		fail_warn("the host has a way out, but what comes from %s has none, or its "
			  "answers find no way back: containers reach nothing but this host; look "
			  "at the rules of policy routing (`ip rule`), and at their tables",
			  bridge);
		return;
	}
	if_indextoname(out, name);
	if (setting_get("ipv4", name, "forwarding") == '0')
		fail_warn("somebody has switched forwarding off again for %s, the containers' way "
			  "out: they reach nothing there (sysctl net.ipv4.conf.%s.forwarding=1)",
			  name, name);
}
