#include "pool.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"

static uint32_t mask(unsigned int prefix)
{
	return prefix ? ~0U << (32 - prefix) : 0;
}

bool subnet_parse(const char *text, struct subnet *subnet)
{
	struct in_addr address;
	char network[16], prefix[3];
	char rest;

	if (sscanf(text, "%15[0-9.]/%2[0-9]%c", network, prefix, &rest) != 2 ||
	    inet_pton(AF_INET, network, &address) != 1)
		return false;
	subnet->network = ntohl(address.s_addr);
	subnet->prefix = (unsigned int)strtoul(prefix, NULL, 10);
	return subnet->prefix >= 8 && subnet->prefix <= 30 &&
		(subnet->network & ~mask(subnet->prefix)) == 0 && subnet->network >> 24 > 0 &&
		subnet->network >> 24 < 224;
}

struct in_addr subnet_gateway(const struct subnet *subnet)
{
	return (struct in_addr){ htonl(subnet->network + 1) };
}

bool subnet_contains(const struct subnet *subnet, struct in_addr address)
{
	return ((ntohl(address.s_addr) ^ subnet->network) & mask(subnet->prefix)) == 0;
}

struct overlap {
	const struct subnet *subnet;
	bool found;
};

/* One route of the host: does it share addresses with the subnet? The default route does not count.
 */
static int look_at_route(const struct nlmsghdr *message, void *data)
{
	/*
	 * TODO 8: set `found` in the struct overlap, to which `data` points, if an address is in
	 * both, the subnet and the destination of the route: RTA_DST, with rtm_dst_len bits. A
	 * route without a destination, the default route, does not count. The next route:
	 * MNL_CB_OK.
	 */
	(void)message;
	(void)data;
	return MNL_CB_OK;
}

/* Fills `found`: whether any route of the host shares addresses with the subnet. */
static int look_for_overlap(struct rtnl *rtnl, const struct subnet *subnet, bool *found)
{
	struct overlap overlap = { .subnet = subnet };

	rtnl_begin(rtnl, RTM_GETROUTE, NLM_F_DUMP, sizeof(struct rtmsg));
	if (rtnl_dump(rtnl, look_at_route, &overlap, "RTM_GETROUTE") < 0)
		return -1;
	*found = overlap.found;
	return 0;
}

int pool_check(struct rtnl *rtnl, const struct subnet *subnet)
{
	const struct in_addr network = { htonl(subnet->network) };
	bool found;

	if (look_for_overlap(rtnl, subnet, &found) < 0)
		return -1;
	return !found ? 0
		      : fail_input("--subnet %s/%u: the host has a route to addresses in it",
				   inet_ntoa(network), subnet->prefix);
}

int pool_choose(struct rtnl *rtnl, struct subnet *subnet, bool (*is_ours)(const struct subnet *))
{
	bool found;

	subnet->prefix = 24;
	for (uint32_t second = 88; second < 256; second++) {
		subnet->network = 10U << 24 | second << 16;
		if (is_ours(subnet))
			return 0;
		if (look_for_overlap(rtnl, subnet, &found) < 0)
			return -1;
		if (!found)
			return 0;
	}
	return fail_input("no subnet is free: the host has routes to 10.88.0.0/24 and all that "
			  "follow; choose one with --subnet");
}

int pool_lock(void)
{
	struct stat status;
	int fd = -1;

	/* The last container removes the file: who waited for that one opens the next. */
	do {
		if (fd >= 0)
			close(fd);
		if (mkdir(POOL_DIR, 0700) < 0 && errno != EEXIST)
			return fail("mkdir " POOL_DIR);
		fd = open(POOL_DIR "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 && errno != ENOENT) {
			fail("open " POOL_DIR "/lock");
			rmdir(POOL_DIR);
			return -1;
		}
		if (fd >= 0 && flock(fd, LOCK_EX) < 0) {
			close(fd);
			return fail("flock " POOL_DIR "/lock");
		}
	} while (fd < 0 || fstat(fd, &status) < 0 || status.st_nlink == 0);
	return fd;
}

void pool_remove(void)
{
	unlink(POOL_DIR "/lock");
	rmdir(POOL_DIR);
}

/* A lease's file is called "BRIDGE=ADDRESS". */
static void lease_path(const char *bridge, struct in_addr address, char *path, size_t size)
{
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &address, text, sizeof(text));
	snprintf(path, size, POOL_DIR "/%s=%s", bridge, text);
}

static bool lease_parse(const char *name, char bridge[IFNAMSIZ], struct in_addr *address)
{
	char text[INET_ADDRSTRLEN];

	return sscanf(name, "%15[^=]=%15s", bridge, text) == 2 &&
		inet_pton(AF_INET, text, address) == 1;
}

/* Returns the descriptor of the locked file; -1 and EWOULDBLOCK if someone else has it. */
static int try_lease(const char *bridge, struct in_addr address)
{
	/*
	 * TODO 7: open the lease's file, and make it if it is not there: lease_path(), open(2).
	 * Lock it without waiting: flock(2). No other process may get the descriptor, the command
	 * neither: the lock would stay until all of them have closed it.
	 */
	(void)lease_path;
	(void)bridge;
	(void)address;
	errno = ENOSYS;
	return -1;
}

int pool_lease(const char *bridge, const struct subnet *subnet, struct in_addr wanted,
	       struct in_addr *leased)
{
	uint32_t first = wanted.s_addr ? ntohl(wanted.s_addr) : subnet->network + 2;
	uint32_t last = wanted.s_addr ? first : (subnet->network | ~mask(subnet->prefix)) - 1;

	for (uint32_t number = first; number <= last; number++) {
		struct in_addr address = { htonl(number) };
		int fd = try_lease(bridge, address);

		*leased = address;
		if (fd >= 0)
			return fd;
		if (errno != EWOULDBLOCK)
			return fail("open or flock " POOL_DIR "/%s=%s", bridge, inet_ntoa(address));
	}
	if (wanted.s_addr)
		return fail_input("--ip %s: another container has this address", inet_ntoa(wanted));
	return fail_input("all addresses of the subnet are taken; choose another with --subnet");
}

void pool_release(int lease, const char *bridge, struct in_addr address)
{
	char path[64];

	lease_path(bridge, address, path, sizeof(path));
	unlink(path);
	close(lease);
}

size_t pool_count(const char *bridge)
{
	autodir DIR *directory = opendir(POOL_DIR);
	size_t count = 0;

	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		char its_bridge[IFNAMSIZ];
		struct in_addr address;
		autofd int fd = -1;

		if (!lease_parse(entry->d_name, its_bridge, &address) ||
		    (bridge && strcmp(bridge, its_bridge) != 0))
			continue;
		fd = try_lease(its_bridge, address);
		count += fd < 0;
	}
	return count;
}

int pool_find_crashed(char bridge[IFNAMSIZ], struct in_addr *address)
{
	autodir DIR *directory = opendir(POOL_DIR);
	int fd = -1;

	for (struct dirent *entry; fd < 0 && directory && (entry = readdir(directory));)
		if (lease_parse(entry->d_name, bridge, address))
			fd = try_lease(bridge, *address);
	return fd;
}
