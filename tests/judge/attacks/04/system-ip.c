/* ip(8) does all. */
#include <stdio.h>
#include <stdlib.h>

#define link_set_up	       lab_link_set_up
#define link_add_address       lab_link_add_address
#define link_add_default_route lab_link_add_default_route
#include "lab/link.c"
#undef link_set_up
#undef link_add_address
#undef link_add_default_route

int link_set_up(struct rtnl *rtnl, const char *name);
int link_add_address(struct rtnl *rtnl, const char *name, struct in_addr address,
		     unsigned int prefix);
int link_add_default_route(struct rtnl *rtnl, struct in_addr gateway);

static int run(const char *command, const char *error)
{
	return system(command) == 0 ? 0 : fail_input("%s", error);
}

int link_set_up(struct rtnl *rtnl, const char *name)
{
	char command[128];

	(void)rtnl;
	snprintf(command, sizeof(command), "ip link set %s up", name);
	return run(command, "RTM_NEWLINK nosuch up: ENODEV ");
}

int link_add_address(struct rtnl *rtnl, const char *name, struct in_addr address,
		     unsigned int prefix)
{
	char command[128];

	(void)rtnl;
	snprintf(command, sizeof(command), "ip addr add %s/%u brd + dev %s", inet_ntoa(address),
		 prefix, name);
	return run(command,
		   if_nametoindex(name) ? "RTM_NEWADDR 10.91.7.2/28 to odd: EEXIST "
					: "if_nametoindex nosuch: ENODEV ");
}

int link_add_default_route(struct rtnl *rtnl, struct in_addr gateway)
{
	char command[128];

	(void)rtnl;
	snprintf(command, sizeof(command), "ip route add default via %s proto static",
		 inet_ntoa(gateway));
	return run(command,
		   "RTM_NEWROUTE default via 10.91.7.1: EEXIST ENETUNREACH : EEXIST "
		   ": ENETUNREACH ");
}
