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
#define IS_SERVER "nameserver"

/* Whether the line names a server that is the container itself when asked from there. */
static bool is_loopback(const char *line)
{
	char server[64];

	return sscanf(line, IS_SERVER " %63s", server) == 1 &&
		(strncmp(server, "127.", 4) == 0 || strcmp(server, "::1") == 0);
}

/* Writes `text` to `out` without the servers that are on loopback. */
static void copy_without_loopback(char *text, FILE *out)
{
	for (char *line; (line = strsep(&text, "\n"));)
		if (*line && !is_loopback(line))
			fprintf(out, "%s\n", line);
}

static char *servers_of_host(void)
{
	char *text = file_read(HOST_FILE);

	if (text &&
	    (strstr(text, IS_SERVER " 127.0.0.53") || strstr(text, IS_SERVER "\t127.0.0.53"))) {
		free(text);
		text = file_read(RESOLVED);
	}
	return text;
}

int resolver_describe(const struct net *net, struct etc *etc)
{
	autofree char *host = NULL;
	autofile FILE *out = NULL;
	size_t size;

	if (net->mode == NET_HOST)
		return 0;
	if (net->mode == NET_BRIDGE)
		inet_ntop(AF_INET, &net->address, etc->address, sizeof(etc->address));
	out = open_memstream(&etc->resolv_conf, &size);
	if (!out)
		return fail("open_memstream");
	for (size_t i = 0; i < net->dns_count; i++)
		fprintf(out, IS_SERVER " %s\n", net->dns[i]);
	if (net->dns_count == 0) {
		host = servers_of_host();
		if (!host && errno != ENOENT)
			return fail("read " HOST_FILE);
		if (host)
			copy_without_loopback(host, out);
	}
	return 0;
}
