#include "conntrack.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <string.h>

#include "fail.h"
#include "netlink.h"

enum { TYPE = NFNL_SUBSYS_CTNETLINK << 8 };

struct forgetting {
	uint16_t port;		/* in network byte order */
	struct netlink deleter; /* a socket of its own: the other one is in the middle of a list */
};

/* One connection: deletes it, if it is UDP and began with a packet to the port. */
static int look_at_connection(const struct nlmsghdr *message, void *data)
{
	struct forgetting *forgetting = data;
	struct netlink *deleter = &forgetting->deleter;
	const struct nlattr *tuple = netlink_get(message, sizeof(struct nfgenmsg), CTA_TUPLE_ORIG);
	const struct nlattr *protocol = netlink_get_nested(tuple, CTA_TUPLE_PROTO);
	const struct nlattr *number = netlink_get_nested(protocol, CTA_PROTO_NUM);
	const struct nlattr *port = netlink_get_nested(protocol, CTA_PROTO_DST_PORT);
	struct nfgenmsg *header;

	if (!number || *(const uint8_t *)netlink_value(number) != IPPROTO_UDP)
		return MNL_CB_OK;
	if (!port || memcmp(netlink_value(port), &forgetting->port, sizeof(uint16_t)) != 0)
		return MNL_CB_OK;
	header = netlink_begin(deleter, TYPE | IPCTNL_MSG_CT_DELETE, 0, sizeof(*header));
	header->nfgen_family = AF_INET;
	netlink_put(deleter, CTA_TUPLE_ORIG | NLA_F_NESTED, netlink_value(tuple),
		    tuple->nla_len - sizeof(*tuple));
	netlink_send(deleter, "CT_DELETE udp port %u", ntohs(forgetting->port));
	return MNL_CB_OK;
}

void conntrack_forget_udp(uint16_t port)
{
	autonetlink struct netlink list = { 0 };
	struct forgetting forgetting = { .port = htons(port) };
	struct nfgenmsg *header;

	if (netlink_open(&list, NETLINK_NETFILTER) == 0 &&
	    netlink_open(&forgetting.deleter, NETLINK_NETFILTER) == 0) {
		header =
			netlink_begin(&list, TYPE | IPCTNL_MSG_CT_GET, NLM_F_DUMP, sizeof(*header));
		header->nfgen_family = AF_INET;
		netlink_ask(&list, look_at_connection, &forgetting, "CT_GET");
	}
	netlink_close(&forgetting.deleter);
	fail_forget();
}
