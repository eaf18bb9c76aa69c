#include "link.h"

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <linux/if.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"

/* Returns the index of the device `name`, or -1. */
static int find(const char *name)
{
	unsigned int index = if_nametoindex(name);

	return index ? (int)index : fail("if_nametoindex %s", name);
}

/* Keeps the kernel from giving the device a link-local IPv6 address. */
static int prevent_ipv6(struct rtnl *rtnl, const char *name)
{
	struct nlattr *families, *inet6;

	rtnl_begin(rtnl, RTM_SETLINK, 0, sizeof(struct ifinfomsg));
	nla_put_string(rtnl->message, IFLA_IFNAME, name);
	families = nla_nest_start(rtnl->message, IFLA_AF_SPEC);
	inet6 = nla_nest_start(rtnl->message, AF_INET6);
	nla_put_u8(rtnl->message, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	nla_nest_end(rtnl->message, inet6);
	nla_nest_end(rtnl->message, families);
	return rtnl_send(rtnl, "RTM_SETLINK %s without an IPv6 address", name);
}

static void fill_hardware_address(unsigned char mac[6], unsigned int prefix, struct in_addr address)
{
	mac[0] = (unsigned char)(prefix >> 8);
	mac[1] = (unsigned char)prefix;
	memcpy(mac + 2, &address, sizeof(address));
}

static void put_hardware_address(struct rtnl *rtnl, unsigned int prefix, struct in_addr address)
{
	unsigned char mac[6];

	fill_hardware_address(mac, prefix, address);
	nla_put(rtnl->message, IFLA_ADDRESS, sizeof(mac), mac);
}

int link_create_bridge(struct rtnl *rtnl, const char *name, struct in_addr address)
{
	struct nlattr *info;

	rtnl_begin(rtnl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	nla_put_string(rtnl->message, IFLA_IFNAME, name);
	put_hardware_address(rtnl, LINK_MAC_PREFIX, address);
	info = nla_nest_start(rtnl->message, IFLA_LINKINFO);
	nla_put_string(rtnl->message, IFLA_INFO_KIND, "bridge");
	nla_nest_end(rtnl->message, info);
	if (rtnl_send(rtnl, "RTM_NEWLINK bridge %s", name) < 0)
		return -1;
	return prevent_ipv6(rtnl, name);
}

int link_create_veth(struct rtnl *rtnl, const char *name, const char *bridge, const char *peer,
		     int namespace, struct in_addr address)
{
	const size_t header = sizeof(struct ifinfomsg);
	struct nlattr *info, *data, *other;
	int master = find(bridge);

	if (master < 0)
		return -1;
	rtnl_begin(rtnl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, header);
	nla_put_string(rtnl->message, IFLA_IFNAME, name);
	nla_put_u32(rtnl->message, IFLA_MASTER, (uint32_t)master);
	put_hardware_address(rtnl, LINK_MAC_PORT, address);
	info = nla_nest_start(rtnl->message, IFLA_LINKINFO);
	nla_put_string(rtnl->message, IFLA_INFO_KIND, "veth");
	data = nla_nest_start(rtnl->message, IFLA_INFO_DATA);
	other = nla_nest_start(rtnl->message, VETH_INFO_PEER);
	nlmsg_reserve(rtnl->message, header, NLMSG_ALIGNTO);
	nla_put_string(rtnl->message, IFLA_IFNAME, peer);
	put_hardware_address(rtnl, LINK_MAC_PREFIX, address);
	nla_put_u32(rtnl->message, IFLA_NET_NS_FD, (uint32_t) namespace);
	nla_nest_end(rtnl->message, other);
	nla_nest_end(rtnl->message, data);
	nla_nest_end(rtnl->message, info);
	return rtnl_send(rtnl, "RTM_NEWLINK veth %s, %s in the container", name, peer);
}

int link_set_hairpin(struct rtnl *rtnl, const char *name)
{
	int index = find(name);
	struct ifinfomsg *link;
	struct nlattr *port;

	if (index < 0)
		return -1;
	link = rtnl_begin(rtnl, RTM_SETLINK, 0, sizeof(*link));
	link->ifi_family = AF_BRIDGE;
	link->ifi_index = index;
	port = nla_nest_start(rtnl->message, IFLA_PROTINFO | NLA_F_NESTED);
	nla_put_u8(rtnl->message, IFLA_BRPORT_MODE, 1);
	nla_nest_end(rtnl->message, port);
	return rtnl_send(rtnl, "RTM_SETLINK %s hairpin", name);
}

/* The kind and the hardware address of a device that a step has made. */
struct ownership {
	const char *kind;
	unsigned char mac[6];
	bool ours;
};

static int look_at_ownership(struct nl_msg *message, void *data)
{
	const int header = sizeof(struct ifinfomsg);
	const struct nlattr *mac = rtnl_attribute(message, header, IFLA_ADDRESS);
	const struct nlattr *info = rtnl_attribute(message, header, IFLA_LINKINFO);
	const struct nlattr *kind =
		info ? nla_find(nla_data(info), nla_len(info), IFLA_INFO_KIND) : NULL;
	struct ownership *wanted = data;

	wanted->ours = kind && nla_strcmp(kind, wanted->kind) == 0 && mac &&
		nla_len(mac) == sizeof(wanted->mac) &&
		memcmp(nla_data(mac), wanted->mac, sizeof(wanted->mac)) == 0;
	return NL_STOP;
}

bool link_is_ours(struct rtnl *rtnl, const char *name, const char *kind, unsigned int prefix,
		  struct in_addr address)
{
	struct ownership wanted = { .kind = kind };

	fill_hardware_address(wanted.mac, prefix, address);
	rtnl_begin(rtnl, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	nla_put_string(rtnl->message, IFLA_IFNAME, name);
	return rtnl_dump(rtnl, look_at_ownership, &wanted, "RTM_GETLINK") == 0 && wanted.ours;
}

int link_set_master(struct rtnl *rtnl, const char *name, const char *bridge)
{
	int master = find(bridge);

	if (master < 0)
		return -1;
	rtnl_begin(rtnl, RTM_SETLINK, 0, sizeof(struct ifinfomsg));
	nla_put_string(rtnl->message, IFLA_IFNAME, name);
	nla_put_u32(rtnl->message, IFLA_MASTER, (uint32_t)master);
	return rtnl_send(rtnl, "RTM_SETLINK %s on %s", name, bridge);
}

int link_delete(struct rtnl *rtnl, const char *name)
{
	rtnl_begin(rtnl, RTM_DELLINK, 0, sizeof(struct ifinfomsg));
	nla_put_string(rtnl->message, IFLA_IFNAME, name);
	return rtnl_send(rtnl, "RTM_DELLINK %s", name);
}

int link_set_up(struct rtnl *rtnl, const char *name)
{
	struct ifinfomsg *link = rtnl_begin(rtnl, RTM_NEWLINK, 0, sizeof(*link));

	link->ifi_flags = IFF_UP;
	link->ifi_change = IFF_UP;
	nla_put_string(rtnl->message, IFLA_IFNAME, name);
	return rtnl_send(rtnl, "RTM_NEWLINK %s up", name);
}

static int look_at_state(struct nl_msg *message, void *data)
{
	const struct nlattr *state =
		rtnl_attribute(message, sizeof(struct ifinfomsg), IFLA_OPERSTATE);

	*(bool *)data = state && nla_get_u8(state) == IF_OPER_UP;
	return NL_STOP;
}

int link_wait(struct rtnl *rtnl, const char *name)
{
	bool up = false;

	for (int tries = 0; tries < 50000; tries++) {
		rtnl_begin(rtnl, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
		nla_put_string(rtnl->message, IFLA_IFNAME, name);
		if (rtnl_dump(rtnl, look_at_state, &up, "RTM_GETLINK") < 0)
			return -1;
		if (up)
			return 0;
		usleep(200);
	}
	return fail_input("%s, a network device, does not come up", name);
}

static int note_a_port(struct nl_msg *message, void *data)
{
	(void)message;
	*(bool *)data = true;
	return NL_OK;
}

int link_has_ports(struct rtnl *rtnl, const char *bridge, bool *found)
{
	int index = find(bridge);

	if (index < 0)
		return -1;
	*found = false;
	rtnl_begin(rtnl, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	nla_put_u32(rtnl->message, IFLA_MASTER, (uint32_t)index);
	return rtnl_dump(rtnl, note_a_port, found, "RTM_GETLINK");
}

int link_add_address(struct rtnl *rtnl, const char *name, struct in_addr address,
		     unsigned int prefix)
{
	int index = find(name);
	struct ifaddrmsg *message;
	uint32_t host_bits = prefix < 32 ? 0xffffffffU >> prefix : 0;

	if (index < 0)
		return -1;
	message = rtnl_begin(rtnl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*message));
	message->ifa_family = AF_INET;
	message->ifa_prefixlen = (uint8_t)prefix;
	message->ifa_index = (uint32_t)index;
	nla_put_u32(rtnl->message, IFA_LOCAL, address.s_addr);
	nla_put_u32(rtnl->message, IFA_ADDRESS, address.s_addr);
	nla_put_u32(rtnl->message, IFA_BROADCAST, address.s_addr | htonl(host_bits));
	return rtnl_send(rtnl, "RTM_NEWADDR %s/%u to %s", inet_ntoa(address), prefix, name);
}

int link_add_default_route(struct rtnl *rtnl, struct in_addr gateway)
{
	struct rtmsg *route =
		rtnl_begin(rtnl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof(*route));

	route->rtm_family = AF_INET;
	route->rtm_table = RT_TABLE_MAIN;
	route->rtm_protocol = RTPROT_STATIC;
	route->rtm_scope = RT_SCOPE_UNIVERSE;
	route->rtm_type = RTN_UNICAST;
	nla_put_u32(rtnl->message, RTA_GATEWAY, gateway.s_addr);
	return rtnl_send(rtnl, "RTM_NEWROUTE default via %s", inet_ntoa(gateway));
}

int link_set_rate(struct rtnl *rtnl, const char *name, uint64_t rate)
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
	message = rtnl_begin(rtnl, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, sizeof(*message));
	message->tcm_family = AF_UNSPEC;
	message->tcm_ifindex = index;
	message->tcm_parent = TC_H_ROOT;
	nla_put_string(rtnl->message, TCA_KIND, "tbf");
	options = nla_nest_start(rtnl->message, TCA_OPTIONS);
	nla_put(rtnl->message, TCA_TBF_PARMS, sizeof(shape), &shape);
	nla_put_u64(rtnl->message, TCA_TBF_RATE64, bytes);
	nla_put_u32(rtnl->message, TCA_TBF_BURST, burst);
	nla_nest_end(rtnl->message, options);
	return rtnl_send(rtnl, "RTM_NEWQDISC tbf %llu bit/s on %s", (unsigned long long)rate, name);
}
