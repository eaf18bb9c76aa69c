/*
 * Chapter 4: requests to the kernel's network configuration, over a netlink socket.
 *
 * libnl puts the messages together. The kernel acknowledges each message. If the kernel refuses
 * one, it may add an error message (NETLINK_EXT_ACK).
 *
 * libnl-3 is used, and not libmnl, because Debian has a static library of it. A program that is
 * linked dynamically starts 0.3 to 0.4 ms later, also without any network.
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
	int refused;		/* the errno of the last refusal */
	char words[128];	/* the kernel's error message; may be empty */
};

#define autortnl __attribute__((cleanup(rtnl_close)))

/*
 * Opens a socket in the caller's network namespace, for NETLINK_ROUTE or another `protocol`.
 * Returns 0 or -1.
 */
int rtnl_open(struct rtnl *rtnl, int protocol);
void rtnl_close(struct rtnl *rtnl);

/*
 * Begins a request of `type` (RTM_NEWLINK ...) with NLM_F_* `flags`. Returns room for the family
 * header of `size` bytes, zeroed. The caller adds attributes with nla_put(). A message has room for
 * 4096 bytes; no request here comes near that.
 */
void *rtnl_begin(struct rtnl *rtnl, uint16_t type, uint16_t flags, size_t size);

/*
 * Sends the request and waits for its acknowledgement. `what` names the request in messages.
 * Returns 0 or -1.
 */
int rtnl_send(struct rtnl *rtnl, const char *what, ...) __attribute__((format(printf, 2, 3)));

/*
 * Sends a request for information, and calls each(message, data) for every answer. each() returns
 * NL_OK, NL_STOP, or -1 after a message of its own. Returns 0 or -1.
 */
int rtnl_dump(struct rtnl *rtnl, nl_recvmsg_msg_cb_t each, void *data, const char *what);

/* Returns the attribute `type` of an answer whose family header has `size` bytes, or NULL. */
const struct nlattr *rtnl_attribute(struct nl_msg *message, int size, int type);

#endif
