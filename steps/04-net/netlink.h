/*
 * Chapter 4: requests to the kernel's network configuration, over a netlink socket.
 *
 * libmnl puts the messages together; each is acknowledged, and a refusal comes with the kernel's
 * own words where it has any (NETLINK_EXT_ACK).
 *
 * Source: netlink(7), rtnetlink(7), <linux/rtnetlink.h>.
 */
#ifndef STEPS_NETLINK_H
#define STEPS_NETLINK_H

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

struct netlink {
	struct mnl_socket *socket;
	struct nlmsghdr *message; /* the request that is put together */
	char buffer[1024];
};

#define autonetlink __attribute__((cleanup(netlink_close)))

/*
 * Opens a socket to the `family` NETLINK_ROUTE or NETLINK_NETFILTER of the network namespace that
 * we are in. Returns 0 or -1.
 */
int netlink_open(struct netlink *netlink, int family);
void netlink_close(struct netlink *netlink);

/*
 * Begins a request of `type` (RTM_NEWLINK ...) with NLM_F_* `flags`. Returns room for the
 * family header of `size` bytes, zeroed.
 */
void *netlink_begin(struct netlink *netlink, uint16_t type, uint16_t flags, size_t size);

/* Puts a family header in the middle; returns its room, zeroed. */
void *netlink_put_header(struct netlink *netlink, size_t size);

/* Puts an attribute behind what is there. A nest is an attribute that consists of others. */
void netlink_put(struct netlink *netlink, uint16_t type, const void *data, size_t size);
void netlink_put_u8(struct netlink *netlink, uint16_t type, uint8_t number);
void netlink_put_u32(struct netlink *netlink, uint16_t type, uint32_t number);
void netlink_put_text(struct netlink *netlink, uint16_t type, const char *text);
struct nlattr *netlink_nest(struct netlink *netlink, uint16_t type);
void netlink_nest_end(struct netlink *netlink, struct nlattr *nest);

/* Sends the request and waits for its acknowledgement. `what` says it in a message. 0 or -1. */
int netlink_send(struct netlink *netlink, const char *what, ...)
	__attribute__((format(printf, 2, 3)));

/* Sends a request for information, and calls `each` with every answer. Returns 0 or -1. */
int netlink_ask(struct netlink *netlink, mnl_cb_t each, void *data, const char *what);

/* The attribute `type` behind the family header of `size` bytes, or in a nest; or NULL. */
const struct nlattr *netlink_get(const struct nlmsghdr *message, size_t size, uint16_t type);
const struct nlattr *netlink_get_nested(const struct nlattr *nest, uint16_t type);

/* Its value. */
static inline const void *netlink_value(const struct nlattr *attribute)
{
	return attribute + 1;
}

#endif
