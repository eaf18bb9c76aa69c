/* Lab 04: link.c, subnet.c and pool.c. Functions that need a netlink socket get the subject's own.
 */
#include <stdlib.h>

#include "link.h"
#include "pool.h"
#include "subject.h"
#include "subnet.h"

static struct rtnl *open_socket(void)
{
	static struct rtnl rtnl;

	if (rtnl_open(&rtnl, NETLINK_ROUTE) < 0)
		exit(1);
	return &rtnl;
}

static int set_up(const char *name)
{
	return link_set_up(open_socket(), name);
}

static int create_bridge(const char *name, struct in_addr address)
{
	return link_create_bridge(open_socket(), name, address);
}

static int create_veth(const char *name, const char *bridge, const char *peer, int namespace,
		       struct in_addr address)
{
	return link_create_veth(open_socket(), name, bridge, peer, namespace, address);
}

static int delete (const char *name)
{
	return link_delete(open_socket(), name);
}

static int add_address(const char *name, struct in_addr address, unsigned int prefix)
{
	return link_add_address(open_socket(), name, address, prefix);
}

static int add_default_route(struct in_addr gateway)
{
	return link_add_default_route(open_socket(), gateway);
}

static int set_rate(const char *name, uint64_t rate)
{
	return link_set_rate(open_socket(), name, rate);
}

static int has_route(const struct subnet *subnet, bool *found)
{
	return subnet_has_route(subnet, open_socket(), found);
}

const struct function functions[] = {
	FUNCTION(set_up),
	FUNCTION(create_bridge),
	FUNCTION(create_veth),
	FUNCTION(delete),
	FUNCTION(add_address),
	FUNCTION(add_default_route),
	FUNCTION(set_rate),
	FUNCTION(has_route),
	FUNCTION(subnet_parse),
	FUNCTION(pool_open),
	FUNCTION(pool_remove),
	FUNCTION(pool_lease),
	FUNCTION(pool_release),
	FUNCTION(pool_count),
	FUNCTION(pool_find_crashed),
	{ 0 },
};
