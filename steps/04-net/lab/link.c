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
	/*
	 * TODO 3: as TODO 1, but the device is new, and stays down. It is an error if there is one
	 * of the name: two flags for rtnl_begin(), netlink(7). put_hardware_address() adds the
	 * device's own address, with the prefix LINK_MAC_PREFIX. What kind of device it is stands
	 * in a nest of attributes: IFLA_INFO_KIND, "bridge", in IFLA_LINKINFO. At the end call
	 * prevent_ipv6(), which shows such a nest. Tell rtnl_send() "RTM_NEWLINK bridge NAME".
	 */
	(void)put_hardware_address;
	(void)prevent_ipv6;
	(void)rtnl;
	(void)address;
	return fail_input("RTM_NEWLINK bridge %s: not written yet (TODO 3)", name);
}

int link_create_veth(struct rtnl *rtnl, const char *name, const char *bridge, const char *peer,
		     int namespace, struct in_addr address)
{
	/*
	 * TODO 5: one message makes both ends. `name` is new, down, and a port of the bridge,
	 * whose index, find(bridge), is in IFLA_MASTER; its hardware address has the prefix
	 * LINK_MAC_PORT. In IFLA_LINKINFO is the kind, "veth", and beside it IFLA_INFO_DATA; in
	 * that VETH_INFO_PEER; and in that the other end, as in a message of its own: first room
	 * for a struct ifinfomsg of zeros (nlmsg_reserve(), as in rtnl_begin(), rtnl.c), then its
	 * name, its hardware address with the prefix LINK_MAC_PREFIX, and its namespace in
	 * IFLA_NET_NS_FD. Tell rtnl_send() "RTM_NEWLINK veth NAME, PEER in the container".
	 */
	(void)rtnl;
	(void)bridge;
	(void)namespace;
	(void)address;
	return fail_input("RTM_NEWLINK veth %s, %s: not written yet (TODO 5)", name, peer);
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
	/*
	 * TODO 1: a message of type RTM_NEWLINK, with a struct ifinfomsg and an attribute
	 * IFLA_IFNAME, the name: of the flags of the device, IFF_UP is to change, and to be set.
	 * ifi_change has the flags that are to change. (rtnetlink(7), which describes the
	 * structure, wants all bits in it; that text is old.) See rtnl.h for the functions. Tell
	 * rtnl_send() "RTM_NEWLINK NAME up".
	 */
	(void)rtnl;
	return fail_input("RTM_NEWLINK %s up: not written yet (TODO 1)", name);
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
	/*
	 * TODO 4: RTM_NEWADDR, new as in TODO 3, with a struct ifaddrmsg, which has the index of
	 * the device. Three attributes: IFA_LOCAL and IFA_ADDRESS, which are the same here, and
	 * IFA_BROADCAST, in which all bits of the host's part are set. Tell rtnl_send()
	 * "RTM_NEWADDR ADDRESS/PREFIX to NAME".
	 */
	(void)rtnl;
	(void)prefix;
	return fail_input("RTM_NEWADDR %s to %s: not written yet (TODO 4)", inet_ntoa(address),
			  name);
}

int link_add_default_route(struct rtnl *rtnl, struct in_addr gateway)
{
	/*
	 * TODO 6: RTM_NEWROUTE, new as well, with a struct rtmsg: IPv4, table main, protocol
	 * static, to a single host (unicast) anywhere (universe). A default route has no
	 * destination, only RTA_GATEWAY. Tell rtnl_send() "RTM_NEWROUTE default via GATEWAY".
	 */
	(void)rtnl;
	return fail_input("RTM_NEWROUTE default via %s: not written yet (TODO 6)",
			  inet_ntoa(gateway));
}

int link_set_rate(struct rtnl *rtnl, const char *name, uint64_t rate)
{
	/*
	 * TODO 10: RTM_NEWQDISC, which makes a queueing discipline or replaces the one that is
	 * there (two flags for rtnl_begin()), with a struct tcmsg: the device's index, and
	 * TC_H_ROOT as the parent. TCA_KIND is "tbf"; in the nest TCA_OPTIONS are TCA_TBF_PARMS (a
	 * struct tc_tbf_qopt) and TCA_TBF_BURST (32 bits). The kernel counts in bytes. The bucket
	 * has room for what flows in 10 ms, at least 16 KiB. `limit` is the bucket and what flows
	 * in 50 ms more. A rate of more than 32 bits is in TCA_TBF_RATE64, and rate.rate has all
	 * bits set. Tell rtnl_send() "RTM_NEWQDISC tbf RATE bit/s on NAME".
	 */
	(void)rtnl;
	(void)rate;
	return fail_input("RTM_NEWQDISC tbf on %s: not written yet (TODO 10)", name);
}
