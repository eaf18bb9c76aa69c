#include "resolver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"

#define HOST_FILE "/etc/resolv.conf"
#define RESOLVED  "/run/systemd/resolve/resolv.conf"
#define STUB	  "127.0.0.53" /* systemd-resolved itself, on every host that has it */

/* Reads the server that a line names. A line that begins with a blank or "#" names none. */
static bool is_server(const char *line, char server[64])
{
	return sscanf(line, "nameserver%*[ \t]%63s", server) == 1;
}

/* Returns whether the address means the container itself, in the container. */
static bool is_loopback(const char *server)
{
	struct in_addr address;

	if (inet_pton(AF_INET, server, &address) == 1)
		return ntohl(address.s_addr) >> 24 == 127 || address.s_addr == 0;
	return strcmp(server, "::1") == 0 || strcmp(server, "::") == 0;
}

static bool names_server(const char *text, const char *wanted)
{
	char server[64];

	for (; text; text = strchr(text, '\n'), text = text ? text + 1 : NULL)
		if (is_server(text, server) && strcmp(server, wanted) == 0)
			return true;
	return false;
}

/* The number of servers that a file names, and of those that a container can reach: by IPv4. */
struct servers {
	int found, usable;
};

/* Writes `text` to `out` without the servers that are on loopback. */
static struct servers copy_without_loopback(char *text, FILE *out)
{
	struct servers servers = { 0 };

	for (char *line; (line = strsep(&text, "\n"));) {
		char server[64];

		if (is_server(line, server)) {
			servers.found++;
			if (is_loopback(server))
				continue;
			servers.usable += !strchr(server, ':');
		}
		if (*line)
			fprintf(out, "%s\n", line);
	}
	return servers;
}

/*
 * Returns the text of the host's file, or, where that names systemd-resolved itself, of the file of
 * the servers that systemd-resolved asks.
 */
static char *servers_of_host(void)
{
	char *text = file_read(HOST_FILE);
	char *resolved = text && names_server(text, STUB) ? file_read(RESOLVED) : NULL;

	if (!resolved)
		return text;
	free(text);
	return resolved;
}

int resolver_describe(const struct net *net, struct etc *etc)
{
	autofree char *host = NULL;
	autofile FILE *out = NULL;
	struct servers servers = { 0 };
	size_t size;

	if (net->mode == NET_HOST)
		return 0;
	if (net->mode == NET_BRIDGE)
		inet_ntop(AF_INET, &net->address, etc->address, sizeof(etc->address));
	out = open_memstream(&etc->resolv_conf, &size);
	if (!out)
		return fail("open_memstream");
	for (size_t i = 0; i < net->dns_count; i++)
		fprintf(out, "nameserver %s\n", net->dns[i]);
	if (net->dns_count == 0) {
		host = servers_of_host();
		if (!host && errno != ENOENT)
			return fail("read " HOST_FILE);
		if (host)
			servers = copy_without_loopback(host, out);
		if (servers.found && !servers.usable && net->mode == NET_BRIDGE)
			fail_warn("the container reaches none of the name servers in " HOST_FILE
				  ": they are on the host's loopback, or have IPv6 addresses; name "
				  "one with --dns");
	}
	return 0;
}
