#include "ports.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"

static const char *protocol(const struct port *port)
{
	return port->udp ? "udp" : "tcp";
}

/*
 * Binds the host's port, so that no other program or container has it meanwhile. Connections of a
 * program that has ended may still be in TIME_WAIT at a TCP port: with SO_REUSEADDR the kernel
 * ignores them. As this socket listens, the kernel ignores nothing else.
 */
static int reserve(struct port *port)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port->host_port),
		.sin_addr = port->host,
	};
	const char *host = inet_ntoa(port->host);
	int type = (port->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, on = 1;

	port->reserved = socket(AF_INET, type, 0);
	if (port->reserved < 0)
		return fail("socket");
	if (!port->udp && setsockopt(port->reserved, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return fail("setsockopt SO_REUSEADDR");
	if (bind(port->reserved, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return fail("bind %s:%u/%s to publish it", host, port->host_port, protocol(port));
	if (!port->udp && listen(port->reserved, 0) < 0)
		return fail("listen at %s:%u/%s to publish it", host, port->host_port,
			    protocol(port));
	return 0;
}

int ports_reserve(struct port *ports, size_t count, int held)
{
	if (ftruncate(held, 0) < 0) /* a killed step may have left its ports */
		return fail("ftruncate the lease");
	for (size_t i = 0; i < count; i++) {
		if (reserve(&ports[i]) < 0)
			return -1;
		if (dprintf(held, "%s %s %u %u\n", protocol(&ports[i]), inet_ntoa(ports[i].host),
			    ports[i].host_port, ports[i].port) < 0)
			return fail("write the lease's ports");
	}
	return 0;
}

void ports_end_early_connections(const struct port *ports, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int connection = -1;

		do {
			if (connection >= 0)
				close(connection);
			connection = accept4(ports[i].reserved, NULL, NULL, SOCK_CLOEXEC);
		} while (connection >= 0);
	}
}

void ports_release(const struct port *ports, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (ports[i].reserved > 0)
			close(ports[i].reserved);
}

int ports_each(int pool, const struct lease *lease,
	       void (*each)(const struct port *port, struct in_addr address, void *data),
	       void *data)
{
	autofile FILE *file = pool_read(pool, lease);
	char name[4], host[INET_ADDRSTRLEN];
	struct port port = { .udp = false };

	if (!file)
		return -1;
	while (fscanf(file, "%3s %15s %hu %hu", name, host, &port.host_port, &port.port) == 4) {
		port.udp = strcmp(name, "udp") == 0;
		if (inet_pton(AF_INET, host, &port.host) == 1)
			each(&port, lease->address, data);
	}
	return 0;
}
