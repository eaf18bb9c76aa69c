#include "conntrack.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdbool.h>

#include "fail.h"
#include "rtnl.h"

/* A direction of a connection: its first packet, or the replies. Addresses and ports are in network
 * byte order. */
struct tuple {
	uint32_t source, destination;
	uint16_t destination_port;
	uint8_t protocol;
};

/* The connections to delete: those of the container, or UDP to a port of the host. */
struct forgetting {
	struct in_addr container;
	struct in_addr host; /* 0.0.0.0: any of the host's addresses */
	uint16_t port;	     /* 0: those of the container */
	struct rtnl deleter; /* a second socket: the first is in the middle of the list */
	struct rtnl routes;  /* for goes_to_port(); open only where there is a port */
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

static struct tuple read_tuple(struct nl_msg *message, int type)
{
	const struct nlattr *nest = rtnl_attribute(message, sizeof(struct nfgenmsg), type);
	const struct nlattr *ip = nested(nest, CTA_TUPLE_IP);
	const struct nlattr *protocol = nested(nest, CTA_TUPLE_PROTO);
	const struct nlattr *source = nested(ip, CTA_IP_V4_SRC);
	const struct nlattr *destination = nested(ip, CTA_IP_V4_DST);
	const struct nlattr *number = nested(protocol, CTA_PROTO_NUM);
	const struct nlattr *port = nested(protocol, CTA_PROTO_DST_PORT);

	return (struct tuple){
		.source = source ? nla_get_u32(source) : 0,
		.destination = destination ? nla_get_u32(destination) : 0,
		.destination_port = port ? nla_get_u16(port) : 0,
		.protocol = number ? nla_get_u8(number) : 0,
	};
}

static int note_local(struct nl_msg *message, void *data)
{
	const struct rtmsg *route = nlmsg_data(nlmsg_hdr(message));

	*(bool *)data = route->rtm_type == RTN_LOCAL;
	return NL_STOP;
}

static bool is_local(struct rtnl *routes, uint32_t address)
{
	struct rtmsg *route = rtnl_begin(routes, RTM_GETROUTE, 0, sizeof(*route));
	bool local = false;

	route->rtm_family = AF_INET;
	route->rtm_dst_len = 32;
	nla_put_u32(routes->message, RTA_DST, address);
	return rtnl_dump(routes, note_local, &local, "RTM_GETROUTE") == 0 && local;
}

/* Returns true if the port that is now published would have redirected the connection. */
static bool goes_to_port(struct forgetting *forgetting, const struct tuple *original,
			 const struct tuple *reply)
{
	if (original->protocol != IPPROTO_UDP || original->destination_port != forgetting->port)
		return false;
	if (reply->source != original->destination) /* another program's rule redirects it */
		return false;
	if (forgetting->host.s_addr)
		return original->destination == forgetting->host.s_addr;
	return is_local(&forgetting->routes, original->destination);
}

static bool is_of_container(const struct forgetting *forgetting, const struct tuple *original,
			    const struct tuple *reply)
{
	const uint32_t address = forgetting->container.s_addr;

	return original->source == address || original->destination == address ||
		reply->source == address || reply->destination == address;
}

static int look_at_connection(struct nl_msg *message, void *data)
{
	const struct nlattr *nest =
		rtnl_attribute(message, sizeof(struct nfgenmsg), CTA_TUPLE_ORIG);
	const struct tuple original = read_tuple(message, CTA_TUPLE_ORIG);
	const struct tuple reply = read_tuple(message, CTA_TUPLE_REPLY);
	struct forgetting *forgetting = data;

	if (!(forgetting->port ? goes_to_port(forgetting, &original, &reply)
			       : is_of_container(forgetting, &original, &reply)))
		return NL_OK;
	begin(&forgetting->deleter, IPCTNL_MSG_CT_DELETE, 0);
	nla_put(forgetting->deleter.message, CTA_TUPLE_ORIG | NLA_F_NESTED, nla_len(nest),
		nla_data(nest));
	rtnl_send(&forgetting->deleter, "IPCTNL_MSG_CT_DELETE");
	return NL_OK;
}

/* Deletes the connections that match. A failure is ignored: connections time out later. */
static void forget(struct forgetting *forgetting)
{
	autortnl struct rtnl list = { 0 };
	const bool is_first_failure = !*fail_get()->text;

	if (rtnl_open(&list, NETLINK_NETFILTER) == 0 &&
	    rtnl_open(&forgetting->deleter, NETLINK_NETFILTER) == 0 &&
	    (!forgetting->port || rtnl_open(&forgetting->routes, NETLINK_ROUTE) == 0)) {
		begin(&list, IPCTNL_MSG_CT_GET, NLM_F_DUMP);
		rtnl_dump(&list, look_at_connection, forgetting, "IPCTNL_MSG_CT_GET");
	}
	rtnl_close(&forgetting->deleter);
	rtnl_close(&forgetting->routes);
	if (is_first_failure)
		fail_forget(); /* or a failure that comes later would not be told */
}

void conntrack_forget_container(struct in_addr address)
{
	struct forgetting forgetting = { .container = address };

	forget(&forgetting);
}

void conntrack_forget_udp(struct in_addr host, uint16_t port)
{
	struct forgetting forgetting = { .host = host, .port = htons(port) };

	forget(&forgetting);
}
