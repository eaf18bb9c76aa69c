#include "pool.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"

/* The name of the directory has the number of the network namespace. */
static int directory_path(char path[64])
{
	struct stat namespace;

	if (stat("/proc/self/ns/net", &namespace) < 0)
		return fail("stat /proc/self/ns/net");
	snprintf(path, 64, "/run/steps-net-%lu", (unsigned long)namespace.st_ino);
	return 0;
}

/* Returns the directory's descriptor, locked, and fills `status`; -1 with no message. */
static int open_locked(const char *path, struct stat *status)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && (flock(fd, LOCK_EX) < 0 || fstat(fd, status) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

int pool_open(void)
{
	struct stat status = { .st_nlink = 0 };
	char path[64];
	int fd = -1;

	if (directory_path(path) < 0)
		return -1;
	/* The last container removes the directory. A step that waited makes a new one. */
	while (status.st_nlink == 0) {
		if (fd >= 0)
			close(fd);
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return fail("mkdir %s", path);
		fd = open_locked(path, &status);
		if (fd < 0 && errno != ENOENT) {
			fail("open or flock %s", path);
			rmdir(path);
			return -1;
		}
	}
	return fd;
}

void pool_close(int pool)
{
	/* The child has inherited the descriptor, so close(2) alone would not release the lock. */
	flock(pool, LOCK_UN);
	close(pool);
}

void pool_remove(void)
{
	char path[64];

	if (directory_path(path) == 0)
		rmdir(path);
}

/* A lease's file is called "BRIDGE=ADDRESS". */
static void lease_name(const struct lease *lease, char name[64])
{
	char address[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &lease->address, address, sizeof(address));
	snprintf(name, 64, "%s=%s", lease->bridge, address);
}

static bool lease_parse(const char *name, struct lease *lease)
{
	char address[INET_ADDRSTRLEN];

	return sscanf(name, "%15[^=]=%15s", lease->bridge, address) == 2 &&
		inet_pton(AF_INET, address, &lease->address) == 1;
}

/* Returns the descriptor of the locked file; -1 and EWOULDBLOCK if another process has the lock. */
static int try_lease(int pool, const struct lease *lease)
{
	char name[64];
	int fd;

	lease_name(lease, name);
	fd = openat(pool, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int pool_lease(int pool, const struct subnet *subnet, struct lease *lease)
{
	bool wanted = lease->address.s_addr != 0;
	uint32_t first = wanted ? ntohl(lease->address.s_addr) : subnet->network + 2;
	uint32_t last = wanted ? first : subnet_broadcast(subnet) - 1;

	for (uint32_t number = first; number <= last; number++) {
		int fd;

		lease->address.s_addr = htonl(number);
		fd = try_lease(pool, lease);
		if (fd >= 0)
			return fd;
		if (errno != EWOULDBLOCK)
			return fail("open or flock the lease of %s", inet_ntoa(lease->address));
	}
	if (wanted)
		return fail_input("--ip %s: another container has this address",
				  inet_ntoa(lease->address));
	return fail_input("all addresses of the subnet are taken; choose another with --subnet");
}

void pool_release(int pool, const struct lease *lease)
{
	char name[64];

	lease_name(lease, name);
	unlinkat(pool, name, 0);
}

/* Fills in the next lease of the directory. Returns whether there is one. */
static bool next_lease(DIR *directory, struct lease *lease)
{
	struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		if (lease_parse(entry->d_name, lease))
			return true;
	return false;
}

/* Opens the directory to read it from its beginning. Returns NULL after a message. */
static DIR *list(int pool)
{
	autofd int fd = openat(pool, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);

	if (!directory)
		fail("open the directory of leases");
	else
		fd = -1; /* closedir(3) closes this descriptor */
	return directory;
}

int pool_count(int pool, const char *bridge)
{
	autodir DIR *directory = list(pool);
	struct lease lease;
	int count = 0;

	if (!directory)
		return -1;
	while (next_lease(directory, &lease))
		count += !bridge || strcmp(lease.bridge, bridge) == 0;
	return count;
}

int pool_each(int pool, int (*each)(int pool, const struct lease *lease, void *data), void *data)
{
	autodir DIR *directory = list(pool);
	struct lease lease;

	if (!directory)
		return -1;
	while (next_lease(directory, &lease))
		if (each(pool, &lease, data) < 0)
			return -1;
	return 0;
}

FILE *pool_read(int pool, const struct lease *lease)
{
	char name[64];
	FILE *file;
	int fd;

	lease_name(lease, name);
	fd = openat(pool, name, O_RDONLY | O_CLOEXEC);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file)
		fail("open the lease of %s", inet_ntoa(lease->address));
	return file;
}

int pool_find_crashed(int pool, struct lease *lease)
{
	autodir DIR *directory = list(pool);
	int fd = -1;

	while (fd < 0 && next_lease(directory, lease))
		fd = try_lease(pool, lease);
	return fd;
}
