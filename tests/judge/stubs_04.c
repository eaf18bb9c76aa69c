/*
 * Lab 04: link.c, subnet.c and pool.c. The subject opens a netlink socket of its own in the test's
 * network namespace. A lock of the pool belongs to the open file, so it stays with the descriptor
 * that the test gets.
 */
#include <sys/file.h>
#include <unistd.h>

#include "call.h"
#include "link.h"
#include "pool.h"
#include "subnet.h"

/* For functions without arguments. */
#define NOTHING ((struct call_argument){ 0 })

__attribute__((constructor)) static void mount_nothing(void)
{
	call_mounts_nothing = true;
}

int link_set_up(struct rtnl *rtnl, const char *name)
{
	(void)rtnl;
	return (int)call("set_up", TEXT(name));
}

int link_create_bridge(struct rtnl *rtnl, const char *name, struct in_addr address)
{
	(void)rtnl;
	return (int)call("create_bridge", TEXT(name), NUMBER(address.s_addr));
}

int link_create_veth(struct rtnl *rtnl, const char *name, const char *bridge, const char *peer,
		     int namespace, struct in_addr address)
{
	(void)rtnl;
	return (int)call("create_veth", TEXT(name), TEXT(bridge), TEXT(peer), DESCRIPTOR(namespace),
			 NUMBER(address.s_addr));
}

int link_delete(struct rtnl *rtnl, const char *name)
{
	(void)rtnl;
	return (int)call("delete", TEXT(name));
}

int link_add_address(struct rtnl *rtnl, const char *name, struct in_addr address,
		     unsigned int prefix)
{
	(void)rtnl;
	return (int)call("add_address", TEXT(name), NUMBER(address.s_addr), NUMBER(prefix));
}

int link_add_default_route(struct rtnl *rtnl, struct in_addr gateway)
{
	(void)rtnl;
	return (int)call("add_default_route", NUMBER(gateway.s_addr));
}

int link_set_rate(struct rtnl *rtnl, const char *name, uint64_t rate)
{
	(void)rtnl;
	return (int)call("set_rate", TEXT(name), NUMBER(rate));
}

bool subnet_parse(const char *text, struct subnet *subnet)
{
	return (bool)call("subnet_parse", TEXT(text), BYTES(subnet));
}

int subnet_has_route(const struct subnet *subnet, struct rtnl *rtnl, bool *found)
{
	(void)rtnl;
	return (int)call("has_route", CONST_BYTES(subnet), BYTES(found));
}

int pool_open(void)
{
	return call_for_descriptor("pool_open", NOTHING);
}

void pool_close(int pool)
{
	flock(pool, LOCK_UN);
	close(pool);
}

void pool_remove(void)
{
	call("pool_remove", NOTHING);
}

int pool_lease(int pool, const struct subnet *subnet, struct lease *lease)
{
	return call_for_descriptor("pool_lease", DESCRIPTOR(pool), CONST_BYTES(subnet),
				   BYTES(lease));
}

void pool_release(int pool, const struct lease *lease)
{
	call("pool_release", DESCRIPTOR(pool), CONST_BYTES(lease));
}

int pool_count(int pool, const char *bridge)
{
	return (int)call("pool_count", DESCRIPTOR(pool), TEXT(bridge));
}

int pool_find_crashed(int pool, struct lease *lease)
{
	return call_for_descriptor("pool_find_crashed", DESCRIPTOR(pool), BYTES(lease));
}
