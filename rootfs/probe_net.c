/*
 * Commands that communicate over TCP and UDP, IPv4 and IPv6. An endpoint is written PORT,
 * 10.0.0.1:PORT or [fd00::1]:PORT.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "probe.h"

#define PATIENCE	60 /* seconds that a server waits */
#define CLIENT_PATIENCE 5  /* seconds that a client waits */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t length_of(const union address *address)
{
	return address->any.sa_family == AF_INET6 ? sizeof(address->v6) : sizeof(address->v4);
}

static in_port_t port_of(const union address *address)
{
	return ntohs(address->any.sa_family == AF_INET6 ? address->v6.sin6_port
							: address->v4.sin_port);
}

/* The address alone, without port and brackets; good until the next call. */
static const char *text_of(const union address *address)
{
	static char text[INET6_ADDRSTRLEN];

	if (address->any.sa_family == AF_INET6)
		inet_ntop(AF_INET6, &address->v6.sin6_addr, text, sizeof(text));
	else
		inet_ntop(AF_INET, &address->v4.sin_addr, text, sizeof(text));
	return text;
}

static union address parse(const char *text)
{
	const char *colon = strrchr(text, ':');
	in_port_t port = htons((in_port_t)number(colon ? colon + 1 : text, 0, 65535));
	union address address = { .v4 = { .sin_family = AF_INET, .sin_port = port } };
	char host[INET6_ADDRSTRLEN + 2] = "0.0.0.0";
	size_t length;

	if (colon)
		snprintf(host, sizeof(host), "%.*s", (int)(colon - text), text);
	if (inet_pton(AF_INET, host, &address.v4.sin_addr) == 1)
		return address;

	address = (union address){ .v6 = { .sin6_family = AF_INET6, .sin6_port = port } };
	length = strlen(host);
	if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
		host[length - 1] = '\0';
		if (inet_pton(AF_INET6, host + 1, &address.v6.sin6_addr) == 1)
			return address;
	}
	usage("%s is not an address", host);
}

/* Takes the optional first argument, tcp or udp. Returns the type of the socket. */
static int take_type(char ***argv)
{
	int udp = equal(**argv, "udp");

	if (udp || equal(**argv, "tcp"))
		++*argv;
	if (!**argv)
		usage("wrong number of arguments");
	return udp ? SOCK_DGRAM : SOCK_STREAM;
}

/* Opens a server's socket. Prints "ready PORT" when others can reach it. */
static int serve(const char *endpoint, int type)
{
	union address address = parse(endpoint);
	socklen_t length = length_of(&address);
	int fd = socket(address.any.sa_family, type | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
		die("socket");
	if (bind(fd, &address.any, length))
		die("bind %s", endpoint);
	if (type == SOCK_STREAM && listen(fd, 128))
		die("listen");
	if (getsockname(fd, &address.any, &length))
		die("getsockname");
	time_limit(PATIENCE);
	printf("ready %d\n", port_of(&address));
	return fd;
}

/* Receives one datagram, or a stream up to the end of its first line. Takes the newline away. */
static ssize_t receive_line(int fd, char *text, size_t room, union address *peer)
{
	socklen_t length = sizeof(*peer);
	size_t have = 0;
	ssize_t count;

	do {
		count = recvfrom(fd, text + have, room - 1 - have, 0, peer ? &peer->any : NULL,
				 peer ? &length : NULL);
		if (count < 0)
			return -1;
		have += (size_t)count;
		text[have] = '\0';
	} while (!peer && count > 0 && have < room - 1 && !strchr(text, '\n'));
	text[strcspn(text, "\n")] = '\0';
	return (ssize_t)have;
}

static int listen_at(char **argv)
{
	int type = take_type(&argv), server = serve(argv[0], type);
	long count = argv[1] ? number(argv[1], 1, 1000000) : 1;
	char text[4096], host[256], answer[512];

	if (gethostname(host, sizeof(host)))
		die("gethostname");
	for (; count > 0; count--) {
		union address peer = { 0 };
		socklen_t length = sizeof(peer);
		int fd = type == SOCK_STREAM ? accept4(server, &peer.any, &length, SOCK_CLOEXEC)
					     : server;

		if (fd < 0)
			die("accept");
		if (receive_line(fd, text, sizeof(text), fd == server ? &peer : NULL) < 0)
			die("receive");
		printf(peer.any.sa_family == AF_INET6 ? "from [%s]:%d: %s\n" : "from %s:%d: %s\n",
		       text_of(&peer), port_of(&peer), text);
		length = (socklen_t)snprintf(answer, sizeof(answer), "hello from %s to %s\n", host,
					     text_of(&peer));
		if (sendto(fd, answer, length, MSG_NOSIGNAL, fd == server ? &peer.any : NULL,
			   fd == server ? length_of(&peer) : 0) < 0)
			die("send");
		if (fd != server)
			close(fd);
	}
	return YES;
}

/* Returns a connected socket, which waits at most CLIENT_PATIENCE seconds; or -1 with errno. */
static int connect_to(const char *endpoint, int type)
{
	union address address = parse(endpoint);
	struct timeval patience = { .tv_sec = CLIENT_PATIENCE };
	int fd = socket(address.any.sa_family, type | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)))
		die("socket");
	return connect(fd, &address.any, length_of(&address)) ? -1 : fd;
}

/* The errno of a socket's time-out differs by call. Print ETIMEDOUT for all of them. */
static int print_failure(void)
{
	if (errno == EINPROGRESS || errno == EAGAIN)
		errno = ETIMEDOUT;
	return print_result(0);
}

static int connect_and_ask(char **argv)
{
	int type = take_type(&argv), fd;
	char text[4096];
	ssize_t count;
	int length;

	if (!argv[1] || argv[2])
		usage("wrong number of arguments");
	length = snprintf(text, sizeof(text), "%s\n", argv[1]);
	if (length >= (int)sizeof(text))
		usage("the text is too long");
	fd = connect_to(argv[0], type);
	if (fd < 0 || send(fd, text, (size_t)length, MSG_NOSIGNAL) < 0)
		return print_failure();
	count = receive_line(fd, text, sizeof(text), NULL);
	if (count < 0)
		return print_failure();
	close(fd);
	printf(count ? "answer: %s\n" : "no answer\n", text);
	return count ? YES : NO;
}

static int sink(char **argv)
{
	static char block[1 << 16];
	int server = serve(argv[0], SOCK_STREAM), fd = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	long first = 0, last = 0, bytes = 0;
	ssize_t count;

	if (fd < 0)
		die("accept");
	while ((count = recv(fd, block, sizeof(block), 0)) > 0) {
		last = now_ms();
		if (!bytes)
			first = last;
		bytes += count;
	}
	if (count < 0)
		die("receive");
	printf("bytes %ld\n", bytes);
	printf("bits_per_second %ld\n", bytes * 8 * 1000 / (last > first ? last - first : 1));
	return YES;
}

static int send_rate(char **argv)
{
	static char block[1 << 16];
	long seconds = number(argv[1], 1, 50), begin, bytes = 0;
	int fd = connect_to(argv[0], SOCK_STREAM), room = 1 << 17;
	struct timeval patience = { .tv_sec = PATIENCE };
	ssize_t count;

	if (fd < 0)
		return print_failure();
	/* Use a small buffer, so that a slow link has little to send at the end. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		die("setsockopt");
	for (begin = now_ms(); now_ms() - begin < seconds * 1000; bytes += count) {
		count = send(fd, block, sizeof(block), MSG_NOSIGNAL);
		if (count < 0)
			return print_failure();
	}
	/*
	 * If this process ended now, and its network namespace with it, the buffer would be lost.
	 */
	shutdown(fd, SHUT_WR);
	while ((count = recv(fd, block, sizeof(block), 0)) > 0)
		;
	if (count < 0)
		return print_failure();
	printf("bytes %ld\n", bytes);
	return YES;
}

/* Sends a raw frame, with any addresses in it, also those that other sockets would refuse. */
static int send_frame(char **argv)
{
	struct sockaddr_ll device = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	unsigned char frame[1514];
	size_t length = 0;

	if (strlen(argv[1]) > 2 * sizeof(frame))
		usage("the frame is too long");
	for (const char *hex = argv[1]; *hex; length++) {
		char byte[3] = { hex[0], hex[1], '\0' }, *end;

		frame[length] = (unsigned char)strtoul(byte, &end, 16);
		if (end != byte + 2)
			usage("%s is not hexadecimal", hex);
		for (hex += 2; *hex == ' ' || *hex == ':'; hex++)
			;
	}
	if (fd < 0)
		die("socket AF_PACKET");
	device.sll_ifindex = (int)if_nametoindex(argv[0]);
	if (device.sll_ifindex == 0)
		die("if_nametoindex %s", argv[0]);
	if (sendto(fd, frame, length, 0, (struct sockaddr *)&device, sizeof(device)) < 0)
		die("sendto");
	return YES;
}

const struct command net_commands[] = {
	{ "listen", "[tcp|udp] [ADDRESS:]PORT [COUNT]",
	  "serve one peer, or COUNT, for at most 60 s", listen_at, 1, 3 },
	{ "connect", "[tcp|udp] ADDRESS:PORT TEXT", "send a text, print the answer",
	  connect_and_ask, 2, 3 },
	{ "sink", "[ADDRESS:]PORT", "receive from one send-rate; how fast", sink, 1, 1 },
	{ "send-rate", "ADDRESS:PORT SECONDS", "send to a sink for so long", send_rate, 2, 2 },
	{ "frame", "DEVICE HEX", "send a raw Ethernet frame", send_frame, 2, 2 },
	{ 0 },
};
