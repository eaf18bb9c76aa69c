#include "teardown.h"

#include <unistd.h>

#include "bridge.h"
#include "conntrack.h"
#include "forwarding.h"
#include "generation.h"
#include "rules.h"
#include "veth.h"
#include "worker.h"

static int forget_connections(void *address)
{
	conntrack_forget_container(*(struct in_addr *)address);
	return 0;
}

/*
 * Remove the rules first: afterwards no connection begins. A worker deletes the connections that
 * the kernel tracks, which takes 10 ms, since the kernel looks at each place of a large table.
 * Meanwhile the host side deletes the devices, for which the kernel has to wait for other
 * processors.
 */
void teardown_lease(int pool, struct rtnl *rtnl, const struct lease *lease, bool has_ports)
{
	struct in_addr address = lease->address;
	struct worker forgetting = { .pid = 0 };
	bool is_last = pool_count(pool, lease->bridge) == 1;

	if (is_last)
		rules_remove(pool, lease);
	else if (has_ports)
		rules_withdraw(pool, lease);
	if (veth_has_carried(rtnl, lease))
		worker_start(&forgetting, forget_connections, &address);
	veth_delete(rtnl, lease);
	if (is_last)
		bridge_remove(rtnl, lease->bridge);
	worker_finish(&forgetting);
	pool_release(pool, lease);
}

void teardown_crashed(int pool, struct rtnl *rtnl)
{
	struct lease lease;
	int held;

	while ((held = pool_find_crashed(pool, &lease)) >= 0) {
		teardown_lease(pool, rtnl, &lease, true);
		close(held);
	}
	if (pool_count(pool, NULL) == 0) {
		forwarding_restore(pool);
		generation_forget(pool);
	}
}
