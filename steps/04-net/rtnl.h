/*
 * Chapter 4: requests to the kernel's network configuration, over a netlink socket.
 *
 * libnl puts the messages together; each is acknowledged, and a refusal comes with the kernel's own
 * words where it has any (NETLINK_EXT_ACK).
 *
 * Source: rtnetlink(7), netlink(7), <linux/rtnetlink.h>.
 */
#ifndef STEPS_RTNL_H
#define STEPS_RTNL_H

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdint.h>

struct rtnl {
	struct nl_sock *socket;
	struct nl_msg *message; /* the request that is put together */
	int refused;		/* the errno of the last answer */
	char words[128];	/* and what the kernel said to it */
};

#define autortnl __attribute__((cleanup(rtnl_close)))

/*
 * Opens a socket of the network namespace that we are in, to NETLINK_ROUTE or another `protocol`.
 * Returns 0 or -1.
 */
int rtnl_open(struct rtnl *rtnl, int protocol);
void rtnl_close(struct rtnl *rtnl);

/*
 * Begins a request of `type` (RTM_NEWLINK ...) with NLM_F_* `flags`. Returns room for the
 * family header of `size` bytes, zeroed; attributes are put behind it with nla_put(). The message
 * has room for 4096 bytes, which no request here comes near.
 */
void *rtnl_begin(struct rtnl *rtnl, uint16_t type, uint16_t flags, size_t size);

/* Sends the request and waits for its acknowledgement. `what` says it in a message. 0 or -1. */
int rtnl_send(struct rtnl *rtnl, const char *what, ...) __attribute__((format(printf, 2, 3)));

/*
 * Sends a request for information, and calls each(message, data) with every answer, where it
 * returns NL_OK, NL_STOP, or -1 after a message of its own. Returns 0 or -1.
 */
int rtnl_dump(struct rtnl *rtnl, nl_recvmsg_msg_cb_t each, void *data, const char *what);

/* The attribute `type` of an answer, behind its family header of `size` bytes, or NULL. */
const struct nlattr *rtnl_attribute(struct nl_msg *message, int size, int type);

#endif
