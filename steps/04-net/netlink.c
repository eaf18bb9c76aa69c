#include "netlink.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "narrate.h"

int netlink_open(struct netlink *netlink, int family)
{
	int on = 1;

	netlink->socket = mnl_socket_open2(family, SOCK_CLOEXEC);
	if (!netlink->socket)
		return fail("socket AF_NETLINK %d", family);
	if (mnl_socket_bind(netlink->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return fail("bind AF_NETLINK");
	/* Older kernels have fewer words for what they refuse; that is all that would be lost. */
	mnl_socket_setsockopt(netlink->socket, NETLINK_EXT_ACK, &on, sizeof(on));
	return 0;
}

void netlink_close(struct netlink *netlink)
{
	if (netlink->socket)
		mnl_socket_close(netlink->socket);
	netlink->socket = NULL;
}

void *netlink_begin(struct netlink *netlink, uint16_t type, uint16_t flags, size_t size)
{
	netlink->message = mnl_nlmsg_put_header(netlink->buffer);
	netlink->message->nlmsg_type = type;
	netlink->message->nlmsg_flags = NLM_F_REQUEST | flags;
	return netlink_put_header(netlink, size);
}

void *netlink_put_header(struct netlink *netlink, size_t size)
{
	return mnl_nlmsg_put_extra_header(netlink->message, size);
}

void netlink_put(struct netlink *netlink, uint16_t type, const void *data, size_t size)
{
	mnl_attr_put(netlink->message, type, size, data);
}

void netlink_put_u8(struct netlink *netlink, uint16_t type, uint8_t number)
{
	netlink_put(netlink, type, &number, sizeof(number));
}

void netlink_put_u32(struct netlink *netlink, uint16_t type, uint32_t number)
{
	netlink_put(netlink, type, &number, sizeof(number));
}

void netlink_put_text(struct netlink *netlink, uint16_t type, const char *text)
{
	netlink_put(netlink, type, text, strlen(text) + 1);
}

struct nlattr *netlink_nest(struct netlink *netlink, uint16_t type)
{
	return mnl_attr_nest_start(netlink->message, type);
}

void netlink_nest_end(struct netlink *netlink, struct nlattr *nest)
{
	mnl_attr_nest_end(netlink->message, nest);
}

struct search {
	uint16_t type;
	const struct nlattr *found;
};

static int look_at_attribute(const struct nlattr *attribute, void *data)
{
	struct search *search = data;

	if (mnl_attr_get_type(attribute) == search->type)
		search->found = attribute;
	return MNL_CB_OK;
}

const struct nlattr *netlink_get(const struct nlmsghdr *message, size_t size, uint16_t type)
{
	struct search search = { .type = type };

	mnl_attr_parse(message, (unsigned int)size, look_at_attribute, &search);
	return search.found;
}

const struct nlattr *netlink_get_nested(const struct nlattr *nest, uint16_t type)
{
	struct search search = { .type = type };

	if (nest)
		mnl_attr_parse_nested(nest, look_at_attribute, &search);
	return search.found;
}

/* The kernel's own explanation in an NLMSG_ERROR, or NULL. */
static const char *explanation(const struct nlmsghdr *answer)
{
	const struct nlmsgerr *error = NLMSG_DATA(answer);
	size_t size = sizeof(*error);
	const struct nlattr *words;

	if (!(answer->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(answer->nlmsg_flags & NLM_F_CAPPED))
		size += error->msg.nlmsg_len - NLMSG_HDRLEN;
	words = netlink_get(answer, size, NLMSGERR_ATTR_MSG);
	return words ? netlink_value(words) : NULL;
}

int netlink_send(struct netlink *netlink, const char *what, ...)
{
	char answer[4096], text[256];
	const struct nlmsghdr *header = (const struct nlmsghdr *)answer;
	const struct nlmsgerr *error = NLMSG_DATA(header);
	const char *words;
	va_list arguments;

	va_start(arguments, what);
	vsnprintf(text, sizeof(text), what, arguments);
	va_end(arguments);
	narrate("%s", text);
	netlink->message->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(netlink->socket, netlink->message, netlink->message->nlmsg_len) < 0)
		return fail("sendto %s", text);
	if (mnl_socket_recvfrom(netlink->socket, answer, sizeof(answer)) < 0)
		return fail("recvmsg %s", text);
	if (header->nlmsg_type != NLMSG_ERROR || error->error == 0)
		return 0;
	errno = -error->error;
	words = explanation(header);
	return words ? fail("%s (%s)", text, words) : fail("%s", text);
}

int netlink_ask(struct netlink *netlink, mnl_cb_t each, void *data, const char *what)
{
	char answer[16384];
	int more = MNL_CB_OK;

	if (mnl_socket_sendto(netlink->socket, netlink->message, netlink->message->nlmsg_len) < 0)
		return fail("sendto %s", what);
	while (more == MNL_CB_OK) {
		ssize_t length = mnl_socket_recvfrom(netlink->socket, answer, sizeof(answer));

		if (length < 0)
			return fail("recvmsg %s", what);
		more = mnl_cb_run(answer, (size_t)length, 0, 0, each, data);
	}
	return more < 0 ? fail("%s", what) : 0;
}
