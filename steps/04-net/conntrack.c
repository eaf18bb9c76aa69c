#include "conntrack.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#include "rtnl.h"

struct forgetting {
	uint16_t port;		    /* in network byte order */
	struct mnl_socket *deleter; /* another socket: one is in the middle of the list */
};

/* Begins a message about IPv4 connections. */
static struct nlmsghdr *begin(char *buffer, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *family;

	message->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	family = mnl_nlmsg_put_extra_header(message, sizeof(*family));
	family->nfgen_family = AF_INET;
	return message;
}

struct search {
	uint16_t type;
	const struct nlattr *found;
};

static int look_at_nested(const struct nlattr *attribute, void *data)
{
	struct search *search = data;

	if (mnl_attr_get_type(attribute) == search->type)
		search->found = attribute;
	return MNL_CB_OK;
}

static const struct nlattr *nested(const struct nlattr *nest, uint16_t type)
{
	struct search search = { .type = type };

	if (nest)
		mnl_attr_parse_nested(nest, look_at_nested, &search);
	return search.found;
}

/* One connection: deletes it, if it is UDP and began with a packet to the port. */
static int look_at_connection(const struct nlmsghdr *message, void *data)
{
	const struct forgetting *forgetting = data;
	const struct nlattr *tuple =
		rtnl_attribute(message, sizeof(struct nfgenmsg), CTA_TUPLE_ORIG);
	const struct nlattr *protocol = nested(tuple, CTA_TUPLE_PROTO);
	const struct nlattr *number = nested(protocol, CTA_PROTO_NUM);
	const struct nlattr *port = nested(protocol, CTA_PROTO_DST_PORT);
	struct nlmsghdr *request;
	char buffer[1024];

	if (!number || mnl_attr_get_u8(number) != IPPROTO_UDP)
		return MNL_CB_OK;
	if (!port || mnl_attr_get_u16(port) != forgetting->port)
		return MNL_CB_OK;
	request = begin(buffer, IPCTNL_MSG_CT_DELETE, 0);
	mnl_attr_put(request, CTA_TUPLE_ORIG | NLA_F_NESTED, mnl_attr_get_payload_len(tuple),
		     mnl_attr_get_payload(tuple));
	mnl_socket_sendto(forgetting->deleter, request, request->nlmsg_len);
	return MNL_CB_OK;
}

void conntrack_forget_udp(uint16_t port)
{
	struct mnl_socket *list = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	struct mnl_socket *deleter = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	struct forgetting forgetting = { .port = htons(port), .deleter = deleter };
	struct nlmsghdr *request;
	char buffer[16384];

	request = begin(buffer, IPCTNL_MSG_CT_GET, NLM_F_DUMP);
	if (list && deleter && mnl_socket_sendto(list, request, request->nlmsg_len) > 0) {
		ssize_t length;

		do {
			length = mnl_socket_recvfrom(list, buffer, sizeof(buffer));
		} while (length > 0 &&
			 mnl_cb_run(buffer, (size_t)length, 0, 0, look_at_connection,
				    &forgetting) == MNL_CB_OK);
	}
	if (list)
		mnl_socket_close(list);
	if (deleter)
		mnl_socket_close(deleter);
}
