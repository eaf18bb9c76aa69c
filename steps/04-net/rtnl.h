/*
 * Chapter 4: requests to the kernel's network configuration, over a routing socket.
 *
 * libmnl puts the messages together; each is acknowledged, and a refusal comes with the kernel's
 * own words where it has any (NETLINK_EXT_ACK).
 *
 * Source: rtnetlink(7), netlink(7), <linux/rtnetlink.h>.
 */
#ifndef STEPS_RTNL_H
#define STEPS_RTNL_H

#include <libmnl/libmnl.h>
#include <stdint.h>

struct rtnl {
	struct mnl_socket *socket;
	struct nlmsghdr *message; /* the request that is put together */
	char buffer[4096];
};

#define autortnl __attribute__((cleanup(rtnl_close)))

/* Opens a routing socket of the network namespace that we are in. Returns 0 or -1. */
int rtnl_open(struct rtnl *rtnl);
void rtnl_close(struct rtnl *rtnl);

/*
 * Begins a request of `type` (RTM_NEWLINK ...) with NLM_F_* `flags`. Returns room for the
 * family header of `size` bytes, zeroed; attributes are put behind it with mnl_attr_put().
 */
void *rtnl_begin(struct rtnl *rtnl, uint16_t type, uint16_t flags, size_t size);

/* Sends the request and waits for its acknowledgement. `what` says it in a message. 0 or -1. */
int rtnl_send(struct rtnl *rtnl, const char *what, ...) __attribute__((format(printf, 2, 3)));

/* Sends a request with NLM_F_DUMP, and calls `each` with every answer. Returns 0 or -1. */
int rtnl_dump(struct rtnl *rtnl, mnl_cb_t each, void *data, const char *what);

/* The attribute `type` behind the family header of `size` bytes, or NULL. */
const struct nlattr *rtnl_attribute(const struct nlmsghdr *message, size_t size, uint16_t type);

#endif
