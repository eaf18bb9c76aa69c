#include "rtnl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "narrate.h"

/* Keeps the errno and the error message of an NLMSG_ERROR. */
static int keep_refusal(struct sockaddr_nl *from, struct nlmsgerr *error, void *data)
{
	struct nlmsghdr *answer = (struct nlmsghdr *)((char *)error - NLMSG_HDRLEN);
	int size = sizeof(*error);
	struct rtnl *rtnl = data;
	struct nlattr *words;

	(void)from;
	rtnl->refused = -error->error;
	rtnl->words[0] = '\0';
	if (!(answer->nlmsg_flags & NLM_F_ACK_TLVS))
		return NL_STOP;
	if (!(answer->nlmsg_flags & NLM_F_CAPPED))
		size += nlmsg_datalen(&error->msg);
	words = nlmsg_find_attr(answer, size, NLMSGERR_ATTR_MSG);
	if (words)
		nla_strlcpy(rtnl->words, words, sizeof(rtnl->words));
	return NL_STOP;
}

int rtnl_open(struct rtnl *rtnl, int protocol)
{
	int on = 1;

	rtnl->socket = nl_socket_alloc();
	rtnl->message = nlmsg_alloc_size(4096);
	if (!rtnl->socket || !rtnl->message)
		return fail("allocate a netlink socket");
	if (nl_connect(rtnl->socket, protocol) < 0)
		return fail("socket AF_NETLINK");
	nl_socket_disable_auto_ack(rtnl->socket);
	nl_socket_modify_err_cb(rtnl->socket, NL_CB_CUSTOM, keep_refusal, rtnl);
	/* A failure is ignored: then the kernel only sends no error messages. */
	setsockopt(nl_socket_get_fd(rtnl->socket), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	return 0;
}

void rtnl_close(struct rtnl *rtnl)
{
	nlmsg_free(rtnl->message);
	nl_socket_free(rtnl->socket);
	rtnl->message = NULL;
	rtnl->socket = NULL;
}

void *rtnl_begin(struct rtnl *rtnl, uint16_t type, uint16_t flags, size_t size)
{
	struct nlmsghdr *header = nlmsg_hdr(rtnl->message);

	memset(header, 0, header->nlmsg_len);
	header->nlmsg_len = NLMSG_HDRLEN;
	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	return nlmsg_reserve(rtnl->message, size, NLMSG_ALIGNTO);
}

const struct nlattr *rtnl_attribute(struct nl_msg *message, int size, int type)
{
	return nlmsg_find_attr(nlmsg_hdr(message), size, type);
}

/* Sends the request, with a new sequence number. */
static int send_request(struct rtnl *rtnl, const char *what)
{
	nlmsg_hdr(rtnl->message)->nlmsg_seq = NL_AUTO_SEQ;
	rtnl->refused = 0;
	return nl_send_auto(rtnl->socket, rtnl->message) < 0 ? fail("sendmsg %s", what) : 0;
}

/* Reports the failure: the kernel's refusal, or that of the socket. Returns -1. */
static int tell_refusal(const struct rtnl *rtnl, const char *what)
{
	if (rtnl->refused == 0)
		return fail("recvmsg %s", what);
	errno = rtnl->refused;
	return *rtnl->words ? fail("%s (%s)", what, rtnl->words) : fail("%s", what);
}

int rtnl_send(struct rtnl *rtnl, const char *what, ...)
{
	char text[256];
	va_list arguments;

	va_start(arguments, what);
	vsnprintf(text, sizeof(text), what, arguments);
	va_end(arguments);
	narrate("%s", text);
	nlmsg_hdr(rtnl->message)->nlmsg_flags |= NLM_F_ACK;
	if (send_request(rtnl, text) < 0)
		return -1;
	return nl_wait_for_ack(rtnl->socket) < 0 ? tell_refusal(rtnl, text) : 0;
}

int rtnl_dump(struct rtnl *rtnl, nl_recvmsg_msg_cb_t each, void *data, const char *what)
{
	int answered;

	nl_socket_modify_cb(rtnl->socket, NL_CB_VALID, NL_CB_CUSTOM, each, data);
	do {
		if (send_request(rtnl, what) < 0)
			return -1;
		answered = nl_recvmsgs_default(rtnl->socket);
	} while (answered == -NLE_DUMP_INTR); /* the list has changed meanwhile: ask again */
	return answered < 0 ? tell_refusal(rtnl, what) : 0;
}
