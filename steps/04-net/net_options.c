#include "net_options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "net.h"

enum { KEY_NETWORK = 0x500, KEY_SUBNET, KEY_IP, KEY_RATE, KEY_DNS };

static const struct argp_option options[] = {
	{ "network", KEY_NETWORK, "bridge|none|host", 0, "Kind of network (default: bridge)", 0 },
	{ "subnet", KEY_SUBNET, "A.B.C.D/N", 0, "Subnet of the bridge (default: a free one)", 0 },
	{ "ip", KEY_IP, "ADDRESS", 0, "The container's address (default: a free one)", 0 },
	{ "publish", 'p', "[IP:]HOST:PORT[/udp]", 0, "Lead a port of the host to the container's",
	  0 },
	{ "network-rate", KEY_RATE, "RATE", 0, "Limit the rate of each direction (10mbit)", 0 },
	{ "dns", KEY_DNS, "ADDRESS", 0, "Name server for /etc/resolv.conf (up to three)", 0 },
	{ 0 },
};

static error_t set_mode(struct net *net, const char *value)
{
	static const char *const names[] = { "bridge", "none", "host" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(value, names[i]) == 0) {
			net->mode = (enum net_mode)i;
			return 0;
		}
	}
	return options_refuse("network", value, "must be bridge, none or host");
}

/* Reads "10mbit": bits a second, with the suffixes of tc(8). */
static error_t set_rate(struct net *net, const char *value)
{
	static const struct {
		const char *suffix;
		double factor;
	} units[] = { { "bit", 1 }, { "kbit", 1e3 }, { "mbit", 1e6 }, { "gbit", 1e9 } };
	const char *suffix = value + strspn(value, "0123456789.");
	char *end;
	double number = strtod(value, &end);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (suffix == end && strcmp(suffix, units[i].suffix) == 0 &&
		    number * units[i].factor >= 8000 && number * units[i].factor <= 1e12) {
			net->rate = (uint64_t)(number * units[i].factor);
			return 0;
		}
	}
	return options_refuse("network-rate", value,
			      "must be a rate like 500kbit or 10mbit, 8kbit at least");
}

/* Reads a port number. Returns whether the text is one. */
static bool read_port(const char *text, uint16_t *port)
{
	int64_t number;
	bool is_one = options_read_number(text, 1, UINT16_MAX, &number);

	*port = (uint16_t)number;
	return is_one;
}

static error_t add_port(struct net *net, const char *value)
{
	struct port *grown = reallocarray(net->ports, net->port_count + 1, sizeof(*grown));
	char copy[64];
	char *inside, *outside, *protocol;
	struct port port = { 0 };

	if (!grown) {
		fail("reallocarray");
		return ENOMEM;
	}
	net->ports = grown;
	if (strlen(value) >= sizeof(copy))
		return options_refuse("publish", value, "is too long");
	strcpy(copy, value);
	protocol = strchr(copy, '/');
	if (protocol)
		*protocol++ = '\0';
	inside = strrchr(copy, ':');
	if (!inside || (protocol && strcmp(protocol, "udp") != 0 && strcmp(protocol, "tcp") != 0))
		return options_refuse("publish", value, "must be [IP:]HOST:PORT[/udp]");
	*inside++ = '\0';
	outside = strrchr(copy, ':');
	if (outside)
		*outside++ = '\0';
	if (outside && inet_pton(AF_INET, copy, &port.host) != 1)
		return options_refuse("publish", value, "the IP must be an IPv4 address");
	port.udp = protocol && *protocol == 'u';
	if (!read_port(outside ? outside : copy, &port.host_port) || !read_port(inside, &port.port))
		return options_refuse("publish", value, "a port is a number from 1 to 65535");
	grown[net->port_count++] = port;
	return 0;
}

static error_t add_server(struct net *net, const char *value)
{
	struct in6_addr address;

	if (inet_pton(AF_INET, value, &address) != 1 && inet_pton(AF_INET6, value, &address) != 1)
		return options_refuse("dns", value, "must be an IP address");
	if (net->dns_count == sizeof(net->dns) / sizeof(net->dns[0]))
		return options_refuse("dns", value, "resolv.conf takes three servers, not more");
	net->dns[net->dns_count++] = value;
	return 0;
}

/* Refuses options that do not go together. Called after the last one. */
static error_t check(struct net *net)
{
	struct in_addr gateway = subnet_gateway(&net->subnet);

	if (net->mode != NET_BRIDGE &&
	    (net->subnet.prefix || net->address.s_addr || net->port_count || net->rate)) {
		fail_input("--subnet, --ip, --publish and --network-rate need --network bridge");
		return EINVAL;
	}
	if (net->mode == NET_HOST && net->dns_count) {
		fail_input("--dns needs --network bridge or none");
		return EINVAL;
	}
	if (net->address.s_addr && !net->subnet.prefix) {
		fail_input("--ip needs --subnet, which it must be in");
		return EINVAL;
	}
	if (net->address.s_addr &&
	    (!subnet_contains(&net->subnet, net->address) ||
	     net->address.s_addr == gateway.s_addr ||
	     ntohl(net->address.s_addr) == net->subnet.network ||
	     ntohl(net->address.s_addr) == subnet_broadcast(&net->subnet)))
		return options_refuse(
			"ip", inet_ntoa(net->address),
			"must be in the subnet, not its first, second or last address");
	return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct net *net = state->input;

	switch (key) {
	case KEY_NETWORK:
		return set_mode(net, argument);
	case KEY_SUBNET:
		if (!subnet_parse(argument, &net->subnet))
			return options_refuse("subnet", argument,
					      "must be A.B.C.D/N, like 10.99.0.0/24: below "
					      "224.0.0.0, N from 8 to 30, the bits behind N 0");
		return 0;
	case KEY_IP:
		if (inet_pton(AF_INET, argument, &net->address) != 1 || !net->address.s_addr)
			return options_refuse("ip", argument,
					      "must be an IPv4 address, not 0.0.0.0");
		return 0;
	case KEY_DNS:
		return add_server(net, argument);
	case 'p':
		return add_port(net, argument);
	case KEY_RATE:
		return set_rate(net, argument);
	case ARGP_KEY_SUCCESS:
		return check(net);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct options_group net_options = {
	.title = "Network (chapter 4):",
	.options = options,
	.parse = parse,
};
