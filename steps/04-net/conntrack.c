#include "conntrack.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#include "rtnl.h"

struct forgetting {
	uint16_t port;	      /* in network byte order */
	struct rtnl *deleter; /* another socket: one is in the middle of the list */
};

/* Begins a request about IPv4 connections. */
static void begin(struct rtnl *rtnl, unsigned int type, uint16_t flags)
{
	struct nfgenmsg *family = rtnl_begin(rtnl, (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | type),
					     flags, sizeof(*family));

	family->nfgen_family = AF_INET;
}

static const struct nlattr *nested(const struct nlattr *nest, int type)
{
	return nest ? nla_find(nla_data(nest), nla_len(nest), type) : NULL;
}

/* One connection: deletes it, if it is UDP and began with a packet to the port. */
static int look_at_connection(struct nl_msg *message, void *data)
{
	const struct forgetting *forgetting = data;
	const struct nlattr *tuple =
		rtnl_attribute(message, sizeof(struct nfgenmsg), CTA_TUPLE_ORIG);
	const struct nlattr *protocol = nested(tuple, CTA_TUPLE_PROTO);
	const struct nlattr *number = nested(protocol, CTA_PROTO_NUM);
	const struct nlattr *port = nested(protocol, CTA_PROTO_DST_PORT);

	if (!number || nla_get_u8(number) != IPPROTO_UDP)
		return NL_OK;
	if (!port || nla_get_u16(port) != forgetting->port)
		return NL_OK;
	begin(forgetting->deleter, IPCTNL_MSG_CT_DELETE, 0);
	nla_put(forgetting->deleter->message, CTA_TUPLE_ORIG | NLA_F_NESTED, nla_len(tuple),
		nla_data(tuple));
	rtnl_send(forgetting->deleter, "IPCTNL_MSG_CT_DELETE");
	return NL_OK;
}

void conntrack_forget_udp(uint16_t port)
{
	autortnl struct rtnl list = { 0 }, deleter = { 0 };
	struct forgetting forgetting = { .port = htons(port), .deleter = &deleter };

	if (rtnl_open(&list, NETLINK_NETFILTER) < 0 || rtnl_open(&deleter, NETLINK_NETFILTER) < 0)
		return;
	begin(&list, IPCTNL_MSG_CT_GET, NLM_F_DUMP);
	rtnl_dump(&list, look_at_connection, &forgetting, "IPCTNL_MSG_CT_GET");
}
