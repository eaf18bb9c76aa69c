/* The network's options: what they take, and what they refuse with which rule. */
#include "network.h"

static void refused(const char *option, const char *value, const char *rule)
{
	char wanted[256];

	snprintf(wanted, sizeof(wanted), "step-04: %s %s: %s\n", option, value, rule);
	assert_refused(run("./step-04", option, value, "true"), 125, wanted);
}

static void a_network_is_one_of_three(void **state)
{
	(void)state;
	refused("--network", "bridges", "must be bridge, none or host");
	refused("--network", "", "must be bridge, none or host");
	refused("--network", "None", "must be bridge, none or host");
	assert_prints(run("./step-04", "--network=none", "true"), "");
	assert_prints(run("./step-04", "--network", "host", "true"), "");
}

static void a_subnet_is_an_address_and_a_prefix(void **state)
{
	static const char *const bad[] = {
		"",
		"10.91.7.0",
		"10.91.7.0/",
		"10.91.7.0/31",
		"10.91.7.0/32",
		"10.0.0.0/7",
		"0.0.0.0/0",
		"10.91.7.1/24",
		"10.91.7.128/24",
		"10.91.7/24",
		"10.91.7.256/24",
		"10.91.7.0/24x",
		"10.91.7.0/24/24",
		"fd00::/64",
		"10.91.7.0/-24",
		"10.91.7.0/ 24",
		"10.91.7.0 /24",
		" 10.91.7.0/24",
		"10.91.7.0/+24",
		"10.91.7.0/24 ",
		"x",
		"10.91.7.0/4096",
		"10.91.7.0/4294967320",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused("--subnet", bad[i],
			"must be A.B.C.D/N, like 10.99.0.0/24: below 224.0.0.0, N from 8 to 30, "
			"the bits behind N 0");
}

/* None of their addresses can be a container's. */
static void a_subnet_of_special_addresses_is_refused(void **state)
{
	static const char *const bad[] = { "127.0.0.0/8",  "127.5.0.0/16", "0.0.0.0/8",
					   "224.0.0.0/24", "240.0.0.0/8",  "255.255.255.252/30" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(run("./step-04", "--subnet", bad[i], "true"), 125, bad[i]);
}

static void an_address_is_in_its_subnet(void **state)
{
	static const char *const bad[] = { "10.91.8.2",	  "10.91.7.0", "10.91.7.1",
					   "10.91.7.255", "11.91.7.2", "255.255.255.255" };
	static const char *const no_address[] = { "",	    "10.91.7",	  "10.91.7.256",
						  "::1",    "10.91.7.2x", "10.91.7.2/24",
						  "0.0.0.0" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(run("./step-04", "--subnet", "10.91.7.0/24", "--ip", bad[i], "true"),
			       125, "must be in the subnet, not its first, second or last address");
	for (size_t i = 0; i < sizeof(no_address) / sizeof(no_address[0]); i++)
		refused("--ip", no_address[i], "must be an IPv4 address, not 0.0.0.0");
	assert_refused(run("./step-04", "--ip", "10.91.7.2", "true"), 125,
		       "--ip needs --subnet, which it must be in");
}

static void a_port_to_publish_is_two_numbers(void **state)
{
	static const char *const form[] = { "", "80", "x", "80/udp" };
	static const char *const protocol[] = { "80:80/", "80:80/sctp", "80:80/UDP",
						"80:80/udp/tcp" };
	static const char *const number[] = { ":80",	  "80:",      "0:80",	      "80:0",
					      "65536:80", "80:65536", "80:-80",	      "+80:80",
					      "80: 80",	  "80:0x50",  "a:80",	      "80:b",
					      "80 :80",	  "80-90:80", "127.0.0.1::80" };
	static const char *const address[] = { "127.0.0:80:80", ":80:80",      "localhost:80:80",
					       "::1:80:80",	"[::1]:80:80", "1.2.3.4:5:80:80" };

	(void)state;
	for (size_t i = 0; i < sizeof(form) / sizeof(form[0]); i++)
		refused("--publish", form[i], "must be [IP:]HOST:PORT[/udp]");
	for (size_t i = 0; i < sizeof(protocol) / sizeof(protocol[0]); i++)
		refused("--publish", protocol[i], "must be [IP:]HOST:PORT[/udp]");
	for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++)
		refused("--publish", number[i], "a port is a number from 1 to 65535");
	for (size_t i = 0; i < sizeof(address) / sizeof(address[0]); i++)
		refused("--publish", address[i], "the IP must be an IPv4 address");
	refused("--publish",
		"1111111111111111111111111111111111111111111111111111111111111111111:80",
		"is too long");
}

static void a_rate_is_a_number_with_a_unit(void **state)
{
	static const char *const bad[] = { "",	       "10",	    "mbit",    "10mb",
					   "10 mbit",  "-1mbit",    "0mbit",   "7999bit",
					   "7.9kbit",  "nanmbit",   "infgbit", "1001gbit",
					   "10mbit/s", "1e400gbit", "10MBIT",  " 10mbit",
					   "0x10mbit" };
	static const char *const good[] = { "8000bit", "8kbit", "1.5mbit", "1000gbit", "10mbit" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused("--network-rate", bad[i],
			"must be a rate like 500kbit or 10mbit, 8kbit at least");
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_prints(run("./step-04", "--network-rate", good[i], "true"), "");
}

static void a_name_server_is_an_address(void **state)
{
	(void)state;
	refused("--dns", "", "must be an IP address");
	refused("--dns", "dns.example", "must be an IP address");
	refused("--dns", "1.2.3.4:53", "must be an IP address");
	assert_int_equal(run("./step-04", "--dns", "1.2.3.4\nnameserver 6.6.6.6", "true")->status,
			 125);
	assert_refused(run("./step-04", "--dns", "1.1.1.1", "--dns", "2::2", "--dns", "3.3.3.3",
			   "--dns", "4.4.4.4", "true"),
		       125, "--dns 4.4.4.4: resolv.conf takes three servers, not more\n");
}

static void options_of_the_bridge_need_the_bridge(void **state)
{
	static const char *const options[][2] = { { "--subnet", "10.91.7.0/24" },
						  { "--publish", "8080:80" },
						  { "--network-rate", "10mbit" } };
	static const char rule[] =
		"--subnet, --ip, --publish and --network-rate need --network bridge";

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		assert_refused(
			run("./step-04", "--network", "none", options[i][0], options[i][1], "true"),
			125, rule);
		assert_refused(
			run("./step-04", options[i][0], options[i][1], "--network", "host", "true"),
			125, rule);
	}
	assert_refused(run("./step-04", "--network", "host", "--dns", "1.1.1.1", "true"), 125,
		       "--dns needs --network bridge or none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_network_is_one_of_three),
		host_test(a_subnet_is_an_address_and_a_prefix),
		host_test(a_subnet_of_special_addresses_is_refused),
		host_test(an_address_is_in_its_subnet),
		host_test(a_port_to_publish_is_two_numbers),
		host_test(a_rate_is_a_number_with_a_unit),
		host_test(a_name_server_is_an_address),
		host_test(options_of_the_bridge_need_the_bridge),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
