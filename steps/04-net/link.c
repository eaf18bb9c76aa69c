#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <linux/if.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"

/* Begins a request about the device `name`, which exists. Returns its index, or 0 after a message.
 */
static int find(const char *name)
{
	unsigned int index = if_nametoindex(name);

	return index ? (int)index : fail("if_nametoindex %s", name);
}

static void put_hardware_address(struct netlink *netlink, struct in_addr address)
{
	unsigned char mac[6] = { 0x02, 'S' }; /* 02: chosen here, of no manufacturer */

	memcpy(mac + 2, &address, sizeof(address));
	netlink_put(netlink, IFLA_ADDRESS, mac, sizeof(mac));
}

int link_create_bridge(struct netlink *netlink, const char *name, struct in_addr address)
{
	struct nlattr *info;

	netlink_begin(netlink, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	netlink_put_text(netlink, IFLA_IFNAME, name);
	put_hardware_address(netlink, address);
	info = netlink_nest(netlink, IFLA_LINKINFO);
	netlink_put_text(netlink, IFLA_INFO_KIND, "bridge");
	netlink_nest_end(netlink, info);
	return netlink_send(netlink, "RTM_NEWLINK bridge %s", name);
}

int link_create_veth(struct netlink *netlink, const char *name, const char *bridge,
		     const char *peer, int namespace, struct in_addr address)
{
	const struct ifinfomsg up = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	struct nlattr *info, *data, *other;
	int master = find(bridge);

	if (master < 0)
		return -1;
	*(struct ifinfomsg *)netlink_begin(netlink, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
					   sizeof(up)) = up;
	netlink_put_text(netlink, IFLA_IFNAME, name);
	netlink_put_u32(netlink, IFLA_MASTER, (uint32_t)master);
	info = netlink_nest(netlink, IFLA_LINKINFO);
	netlink_put_text(netlink, IFLA_INFO_KIND, "veth");
	data = netlink_nest(netlink, IFLA_INFO_DATA);
	other = netlink_nest(netlink, VETH_INFO_PEER);
	netlink_put_header(netlink, sizeof(up));
	netlink_put_text(netlink, IFLA_IFNAME, peer);
	put_hardware_address(netlink, address);
	netlink_put_u32(netlink, IFLA_NET_NS_FD, (uint32_t) namespace);
	netlink_nest_end(netlink, other);
	netlink_nest_end(netlink, data);
	netlink_nest_end(netlink, info);
	return netlink_send(netlink, "RTM_NEWLINK veth %s, %s in the container", name, peer);
}

int link_set_hairpin(struct netlink *netlink, const char *name)
{
	int index = find(name);
	struct ifinfomsg *link;
	struct nlattr *port;

	if (index < 0)
		return -1;
	link = netlink_begin(netlink, RTM_SETLINK, 0, sizeof(*link));
	link->ifi_family = AF_BRIDGE;
	link->ifi_index = index;
	port = netlink_nest(netlink, IFLA_PROTINFO | NLA_F_NESTED);
	netlink_put_u8(netlink, IFLA_BRPORT_MODE, 1);
	netlink_nest_end(netlink, port);
	return netlink_send(netlink, "RTM_SETLINK %s hairpin", name);
}

int link_delete(struct netlink *netlink, const char *name)
{
	netlink_begin(netlink, RTM_DELLINK, 0, sizeof(struct ifinfomsg));
	netlink_put_text(netlink, IFLA_IFNAME, name);
	return netlink_send(netlink, "RTM_DELLINK %s", name);
}

int link_set_up(struct netlink *netlink, const char *name)
{
	struct ifinfomsg *link = netlink_begin(netlink, RTM_NEWLINK, 0, sizeof(*link));

	link->ifi_flags = IFF_UP;
	link->ifi_change = IFF_UP;
	netlink_put_text(netlink, IFLA_IFNAME, name);
	return netlink_send(netlink, "RTM_NEWLINK %s up", name);
}

static int look_at_state(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *state = netlink_get(message, sizeof(struct ifinfomsg), IFLA_OPERSTATE);

	*(bool *)data = state && *(const uint8_t *)netlink_value(state) == IF_OPER_UP;
	return MNL_CB_STOP;
}

int link_wait(struct netlink *netlink, const char *name)
{
	bool up = false;

	for (int tries = 0; tries < 5000; tries++) {
		netlink_begin(netlink, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
		netlink_put_text(netlink, IFLA_IFNAME, name);
		if (netlink_ask(netlink, look_at_state, &up, "RTM_GETLINK") < 0)
			return -1;
		if (up)
			return 0;
		usleep(200);
	}
	return fail_input("%s, a network device, does not come up", name);
}

static int note_a_port(const struct nlmsghdr *message, void *data)
{
	(void)message;
	*(bool *)data = true;
	return MNL_CB_OK;
}

int link_has_ports(struct netlink *netlink, const char *bridge, bool *found)
{
	int index = find(bridge);

	if (index < 0)
		return -1;
	*found = false;
	netlink_begin(netlink, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	netlink_put_u32(netlink, IFLA_MASTER, (uint32_t)index);
	return netlink_ask(netlink, note_a_port, found, "RTM_GETLINK");
}

int link_add_address(struct netlink *netlink, const char *name, struct in_addr address,
		     unsigned int prefix)
{
	int index = find(name);
	struct ifaddrmsg *message;
	uint32_t host_bits = prefix < 32 ? 0xffffffffU >> prefix : 0;

	if (index < 0)
		return -1;
	message = netlink_begin(netlink, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*message));
	message->ifa_family = AF_INET;
	message->ifa_prefixlen = (uint8_t)prefix;
	message->ifa_index = (uint32_t)index;
	netlink_put_u32(netlink, IFA_LOCAL, address.s_addr);
	netlink_put_u32(netlink, IFA_ADDRESS, address.s_addr);
	netlink_put_u32(netlink, IFA_BROADCAST, address.s_addr | htonl(host_bits));
	return netlink_send(netlink, "RTM_NEWADDR %s/%u to %s", inet_ntoa(address), prefix, name);
}

int link_add_default_route(struct netlink *netlink, struct in_addr gateway)
{
	struct rtmsg *route =
		netlink_begin(netlink, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof(*route));

	route->rtm_family = AF_INET;
	route->rtm_table = RT_TABLE_MAIN;
	route->rtm_protocol = RTPROT_STATIC;
	route->rtm_scope = RT_SCOPE_UNIVERSE;
	route->rtm_type = RTN_UNICAST;
	netlink_put_u32(netlink, RTA_GATEWAY, gateway.s_addr);
	return netlink_send(netlink, "RTM_NEWROUTE default via %s", inet_ntoa(gateway));
}

int link_set_rate(struct netlink *netlink, const char *name, uint64_t rate)
{
	const uint64_t bytes = rate / 8;
	const uint32_t burst = bytes / 100 > 16384 ? (uint32_t)(bytes / 100) : 16384; /* 10 ms */
	struct tc_tbf_qopt shape = {
		.rate.rate = bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes,
		.limit = burst + (uint32_t)(bytes / 20), /* may wait for 50 ms */
	};
	int index = find(name);
	struct tcmsg *message;
	struct nlattr *options;

	if (index < 0)
		return -1;
	message = netlink_begin(netlink, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE,
				sizeof(*message));
	message->tcm_family = AF_UNSPEC;
	message->tcm_ifindex = index;
	message->tcm_parent = TC_H_ROOT;
	netlink_put_text(netlink, TCA_KIND, "tbf");
	options = netlink_nest(netlink, TCA_OPTIONS);
	netlink_put(netlink, TCA_TBF_PARMS, &shape, sizeof(shape));
	netlink_put(netlink, TCA_TBF_RATE64, &bytes, sizeof(bytes));
	netlink_put_u32(netlink, TCA_TBF_BURST, burst);
	netlink_nest_end(netlink, options);
	return netlink_send(netlink, "RTM_NEWQDISC tbf %llu bit/s on %s", (unsigned long long)rate,
			    name);
}
