#include "rtnl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "narrate.h"

int rtnl_open(struct rtnl *rtnl)
{
	int on = 1;

	rtnl->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!rtnl->socket)
		return fail("socket NETLINK_ROUTE");
	if (mnl_socket_bind(rtnl->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return fail("bind NETLINK_ROUTE");
	/* Older kernels have fewer words for what they refuse; that is all that would be lost. */
	mnl_socket_setsockopt(rtnl->socket, NETLINK_EXT_ACK, &on, sizeof(on));
	return 0;
}

void rtnl_close(struct rtnl *rtnl)
{
	if (rtnl->socket)
		mnl_socket_close(rtnl->socket);
	rtnl->socket = NULL;
}

void *rtnl_begin(struct rtnl *rtnl, uint16_t type, uint16_t flags, size_t size)
{
	rtnl->message = mnl_nlmsg_put_header(rtnl->buffer);
	rtnl->message->nlmsg_type = type;
	rtnl->message->nlmsg_flags = NLM_F_REQUEST | flags;
	return mnl_nlmsg_put_extra_header(rtnl->message, size);
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

const struct nlattr *rtnl_attribute(const struct nlmsghdr *message, size_t size, uint16_t type)
{
	struct search search = { .type = type };

	mnl_attr_parse(message, (unsigned int)size, look_at_attribute, &search);
	return search.found;
}

/* The kernel's own explanation in an NLMSG_ERROR, or NULL. */
static const char *explanation(const struct nlmsghdr *answer)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(answer);
	size_t size = sizeof(*error);
	const struct nlattr *words;

	if (!(answer->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(answer->nlmsg_flags & NLM_F_CAPPED))
		size += mnl_nlmsg_get_payload_len(&error->msg);
	words = rtnl_attribute(answer, size, NLMSGERR_ATTR_MSG);
	return words ? mnl_attr_get_str(words) : NULL;
}

int rtnl_send(struct rtnl *rtnl, const char *what, ...)
{
	char answer[8192], text[256];
	const struct nlmsghdr *header = (const struct nlmsghdr *)answer;
	const struct nlmsgerr *error;
	const char *words;
	va_list arguments;

	va_start(arguments, what);
	vsnprintf(text, sizeof(text), what, arguments);
	va_end(arguments);
	narrate("%s", text);
	rtnl->message->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(rtnl->socket, rtnl->message, rtnl->message->nlmsg_len) < 0)
		return fail("sendto %s", text);
	if (mnl_socket_recvfrom(rtnl->socket, answer, sizeof(answer)) < 0)
		return fail("recvmsg %s", text);
	error = mnl_nlmsg_get_payload(header);
	if (header->nlmsg_type != NLMSG_ERROR || error->error == 0)
		return 0;
	errno = -error->error;
	words = explanation(header);
	return words ? fail("%s (%s)", text, words) : fail("%s", text);
}

int rtnl_dump(struct rtnl *rtnl, mnl_cb_t each, void *data, const char *what)
{
	char answer[16384];
	ssize_t length;
	int more = MNL_CB_OK;

	if (mnl_socket_sendto(rtnl->socket, rtnl->message, rtnl->message->nlmsg_len) < 0)
		return fail("sendto %s", what);
	while (more == MNL_CB_OK) {
		length = mnl_socket_recvfrom(rtnl->socket, answer, sizeof(answer));
		if (length < 0)
			return fail("recvmsg %s", what);
		more = mnl_cb_run(answer, (size_t)length, 0, 0, each, data);
	}
	return more < 0 ? fail("%s", what) : 0;
}
