#include "net_devices.h"

#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "narrate.h"
#include "rtnl.h"

enum { ADDRESSES_MAX = 64, NUMBERS_MAX = 4096 };

/* The flags of an address that belong to its configuration, and not to its state. */
enum { KEPT = IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE };

/* An address, as RTM_GETADDR lists it. */
struct address {
	struct ifaddrmsg header;
	uint32_t flags;
	unsigned char own[16], peer[16], broadcast[16];
	int own_size, peer_size, broadcast_size;
};

struct addresses {
	int index; /* of the device whose addresses are wanted */
	size_t count;
	struct address list[ADDRESSES_MAX];
};

static int copy_attribute(struct nl_msg *message, int type, unsigned char to[16])
{
	const struct nlattr *found = rtnl_attribute(message, sizeof(struct ifaddrmsg), type);

	return found ? nla_memcpy(to, found, 16) : 0;
}

/*
 * Keeps an address that was configured and has global scope. An address with a lifetime was
 * assigned by another machine on the host's network, and a link-local address belongs to its link.
 */
static int keep_address(struct nl_msg *message, void *data)
{
	const struct ifaddrmsg *header = nlmsg_data(nlmsg_hdr(message));
	const struct nlattr *flags = rtnl_attribute(message, sizeof(*header), IFA_FLAGS);
	struct addresses *addresses = data;
	struct address *address = &addresses->list[addresses->count];

	*address = (struct address){ .header = *header };
	address->flags = flags ? nla_get_u32(flags) : header->ifa_flags;
	if ((int)header->ifa_index != addresses->index || !(address->flags & IFA_F_PERMANENT) ||
	    header->ifa_scope != RT_SCOPE_UNIVERSE)
		return NL_OK;
	if (addresses->count == ADDRESSES_MAX - 1)
		return fail_input("linux.netDevices: more than %d addresses", ADDRESSES_MAX - 1);
	address->own_size = copy_attribute(message, IFA_LOCAL, address->own);
	address->peer_size = copy_attribute(message, IFA_ADDRESS, address->peer);
	address->broadcast_size = copy_attribute(message, IFA_BROADCAST, address->broadcast);
	addresses->count++;
	return NL_OK;
}

static int read_addresses(struct rtnl *rtnl, struct addresses *addresses)
{
	rtnl_begin(rtnl, RTM_GETADDR, NLM_F_DUMP, sizeof(struct ifaddrmsg));
	return rtnl_dump(rtnl, keep_address, addresses, "RTM_GETADDR");
}

static int add_address(struct rtnl *rtnl, int index, const struct address *address)
{
	struct ifaddrmsg *header =
		rtnl_begin(rtnl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*header));

	*header = address->header;
	header->ifa_index = (uint32_t)index;
	header->ifa_flags = 0;
	nla_put_u32(rtnl->message, IFA_FLAGS, address->flags & KEPT);
	if (address->own_size)
		nla_put(rtnl->message, IFA_LOCAL, address->own_size, address->own);
	if (address->peer_size)
		nla_put(rtnl->message, IFA_ADDRESS, address->peer_size, address->peer);
	if (address->broadcast_size)
		nla_put(rtnl->message, IFA_BROADCAST, address->broadcast_size, address->broadcast);
	return rtnl_send(rtnl, "RTM_NEWADDR of a device of linux.netDevices");
}

static int set_up(struct rtnl *rtnl, int index, bool up)
{
	struct ifinfomsg *header = rtnl_begin(rtnl, RTM_NEWLINK, 0, sizeof(*header));

	header->ifi_index = index;
	header->ifi_flags = up ? IFF_UP : 0;
	header->ifi_change = IFF_UP;
	return rtnl_send(rtnl, "RTM_NEWLINK %s", up ? "up" : "down");
}

static int move(struct rtnl *rtnl, int index, const char *name, int namespace)
{
	struct ifinfomsg *header = rtnl_begin(rtnl, RTM_NEWLINK, 0, sizeof(*header));

	header->ifi_index = index;
	nla_put_string(rtnl->message, IFLA_IFNAME, name);
	nla_put_u32(rtnl->message, IFLA_NET_NS_FD, (uint32_t) namespace);
	return rtnl_send(rtnl, "RTM_NEWLINK IFLA_NET_NS_FD: %s", name);
}

struct link {
	const char *name;
	int index;
};

static int keep_index(struct nl_msg *message, void *data)
{
	const struct ifinfomsg *header = nlmsg_data(nlmsg_hdr(message));
	const struct nlattr *name = rtnl_attribute(message, sizeof(*header), IFLA_IFNAME);
	struct link *link = data;

	if (name && strcmp(nla_data(name), link->name) == 0)
		link->index = header->ifi_index;
	return NL_OK;
}

/* Returns the index of a device in the namespace of the socket; 0 if there is none; or -1. */
static int find(struct rtnl *rtnl, const char *name)
{
	struct link link = { .name = name };

	rtnl_begin(rtnl, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	return rtnl_dump(rtnl, keep_index, &link, "RTM_GETLINK") < 0 ? -1 : link.index;
}

/* Fills `name` with the device's name inside, which has to be free. Returns 0 or -1. */
static int choose_name(struct rtnl *inside, const struct net_device *device, char name[IFNAMSIZ])
{
	size_t before = strcspn(device->inside, "%");
	int found;

	if (!device->inside[before]) {
		snprintf(name, IFNAMSIZ, "%s", device->inside);
		found = find(inside, name);
		if (found > 0)
			return fail_input("linux.netDevices.%s: the container has a device %s",
					  device->name, name);
		return found;
	}
	for (int number = 0; number < NUMBERS_MAX; number++) {
		if (snprintf(name, IFNAMSIZ, "%.*s%d", (int)before, device->inside, number) >=
		    IFNAMSIZ)
			break;
		found = find(inside, name);
		if (found <= 0)
			return found;
	}
	return fail_input("linux.netDevices.%s: no name %s is free", device->name, device->inside);
}

/* The device is down while it moves: a name can be changed only then, on older kernels. */
static int move_one(struct rtnl *host, struct rtnl *inside, const struct net_device *device,
		    int namespace)
{
	autofree struct addresses *addresses = calloc(1, sizeof(*addresses));
	char name[IFNAMSIZ];
	int index;

	if (!addresses)
		return fail("calloc");
	addresses->index = find(host, device->name);
	if (addresses->index < 0 || choose_name(inside, device, name) < 0)
		return -1;
	if (read_addresses(host, addresses) < 0)
		return -1;
	if (set_up(host, addresses->index, false) < 0)
		return -1;
	if (move(host, addresses->index, name, namespace) < 0)
		return -1;
	index = find(inside, name);
	for (size_t i = 0; index > 0 && i < addresses->count; i++)
		if (add_address(inside, index, &addresses->list[i]) < 0)
			return -1;
	return index > 0 ? set_up(inside, index, true) : fail_input("%s: has disappeared", name);
}

/* Checks all devices before the first one moves, because a virtual device does not come back. */
static int check(struct rtnl *host, struct rtnl *inside, const struct net_devices *devices)
{
	for (size_t i = 0; i < devices->count; i++) {
		const struct net_device *device = &devices->list[i];
		char name[IFNAMSIZ];
		int found = find(host, device->name);

		if (found == 0)
			return fail_input("linux.netDevices.%s: the host has no such device",
					  device->name);
		if (found < 0 || choose_name(inside, device, name) < 0)
			return -1;
	}
	return 0;
}

/* A socket stays in the network namespace that it was opened in. */
static int open_inside(struct rtnl *rtnl, int namespace)
{
	autofd int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int opened;

	if (own < 0)
		return fail("open /proc/self/ns/net");
	if (setns(namespace, CLONE_NEWNET) < 0)
		return fail("setns to the container's network namespace");
	opened = rtnl_open(rtnl, NETLINK_ROUTE);
	if (setns(own, CLONE_NEWNET) < 0)
		return fail("setns back to the host's network namespace");
	return opened;
}

int net_devices_move(const struct net_devices *devices, int namespace)
{
	autortnl struct rtnl host = { 0 }, inside = { 0 };

	if (devices->count == 0)
		return 0;
	if (rtnl_open(&host, NETLINK_ROUTE) < 0 || open_inside(&inside, namespace) < 0)
		return -1;
	if (check(&host, &inside, devices) < 0)
		return -1;
	for (size_t i = 0; i < devices->count; i++) {
		narrate("network device %s: to the container", devices->list[i].name);
		if (move_one(&host, &inside, &devices->list[i], namespace) < 0)
			return -1;
	}
	return 0;
}
