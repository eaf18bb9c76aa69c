/* pool.c: which subnets are free, and leases, which end with their process. */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "cleanup.h"
#include "network.h"
#include "pool.h"

#define BRIDGE "st0a5b0700-29"

static const struct subnet subnet = { 0x0a5b0700, 29 };
static const struct in_addr any = { 0 };

/* A test that fails leaves its leases behind. They are removed before the comparison. */
static int clean_and_compare(void **state)
{
	run_shell("rm -rf /run/steps-net-*");
	return compare_host(state);
}

#undef host_test
#define host_test(function)                                                                        \
	cmocka_unit_test_setup_teardown(function, remember_host, clean_and_compare)

/*
 * Leases an address of the subnet, and returns its last byte. *held is the descriptor that holds
 * the lease, -1 if it was refused.
 */
static unsigned int lease_one(int pool, struct in_addr wanted, int *held)
{
	struct lease lease = { .bridge = BRIDGE, .address = wanted };

	*held = pool_lease(pool, &subnet, &lease);
	return ntohl(lease.address.s_addr) & 0xff;
}

/* Gives back the lease of 10.91.7.`last`. */
static void release(int pool, int held, unsigned int last)
{
	const struct lease lease = { .bridge = BRIDGE,
				     .address = { htonl(subnet.network | last) } };

	pool_release(pool, &lease);
	close(held);
}

static void no_address_is_leased_twice(void **state)
{
	int pool = pool_open(), leases[5], lease;

	(void)state;
	assert_true(pool >= 0);
	for (unsigned int i = 0; i < 5; i++) {
		assert_int_equal(lease_one(pool, any, &leases[i]), 2 + i);
		assert_true(leases[i] >= 0);
		assert_int_equal(fcntl(leases[i], F_GETFD), FD_CLOEXEC);
	}
	lease_one(pool, any, &lease);
	assert_int_equal(lease, -1);
	assert_contains(fail_get()->text, "all addresses of the subnet are taken");
	forget_failure();
	assert_int_equal(pool_count(pool, BRIDGE), 5);
	assert_int_equal(pool_count(pool, "st0a5c0700-29"), 0);
	release(pool, leases[3], 5);
	assert_int_equal(lease_one(pool, any, &leases[3]), 5);
	for (unsigned int i = 0; i < 5; i++)
		release(pool, leases[i], 2 + i);
	assert_int_equal(pool_count(pool, NULL), 0);
	pool_remove();
	pool_close(pool);
}

static void a_wanted_address_is_leased_if_it_is_free(void **state)
{
	const struct in_addr wanted = { htonl(0x0a5b0704) };
	int pool = pool_open(), lease, other;

	(void)state;
	assert_true(pool >= 0);
	assert_int_equal(lease_one(pool, wanted, &lease), 4);
	assert_true(lease >= 0);
	lease_one(pool, wanted, &other);
	assert_int_equal(other, -1);
	assert_string_equal(fail_get()->text, "--ip 10.91.7.4: another container has this address");
	forget_failure();
	release(pool, lease, 4);
	pool_remove();
	pool_close(pool);
}

/* Returns whether a process holds the lease of 10.91.7.`last`. */
static bool is_held(int pool, unsigned int last)
{
	char name[64];
	autofd int fd = -1;

	snprintf(name, sizeof(name), BRIDGE "=10.91.7.%u", last);
	fd = openat(pool, name, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

/* The lease's file stays, and is found as crashed. Then the address can be leased again. */
static void a_lease_ends_with_its_process(void **state)
{
	int pool = pool_open(), lease, held;
	struct lease crashed;
	pid_t pid = fork();

	(void)state;
	assert_true(pool >= 0 && pid >= 0);
	if (pid == 0)
		_exit(lease_one(pool, any, &lease) == 2 && lease >= 0 &&
				      lease_one(pool, any, &lease) == 3
			      ? 0
			      : 1);
	assert_int_equal(finish(pid), 0);
	assert_false(is_held(pool, 2) || is_held(pool, 3));
	assert_int_equal(pool_count(pool, NULL), 2);
	held = pool_find_crashed(pool, &crashed);
	assert_true(held >= 0);
	assert_string_equal(crashed.bridge, BRIDGE);
	pool_release(pool, &crashed);
	close(held);
	held = pool_find_crashed(pool, &crashed);
	assert_true(held >= 0);
	pool_release(pool, &crashed);
	close(held);
	assert_int_equal(pool_find_crashed(pool, &crashed), -1);
	assert_int_equal(lease_one(pool, any, &lease), 2);
	assert_true(is_held(pool, 2));
	assert_int_equal(pool_find_crashed(pool, &crashed), -1);
	assert_int_equal(pool_count(pool, BRIDGE), 1);
	release(pool, lease, 2);
	pool_remove();
	pool_close(pool);
}

static bool is_free(struct rtnl *rtnl, const char *text)
{
	struct subnet wanted;
	bool found;

	assert_true(subnet_parse(text, &wanted));
	assert_int_equal(subnet_has_route(&wanted, rtnl, &found), 0);
	return !found;
}

/* The first half of the test's addresses, with a random number. */
static char half[16];

/* Returns the subnet that begins with this half. */
static const char *at(const char *rest)
{
	static char text[32];

	snprintf(text, sizeof(text), "%s.%s", half, rest);
	return text;
}

static void a_subnet_is_free_if_no_route_has_an_address_of_it(void **state)
{
	autortnl struct rtnl rtnl = { 0 };

	(void)state;
	snprintf(half, sizeof(half), "10.%u", random_number(0, 255));
	assert_int_equal(rtnl_open(&rtnl, NETLINK_ROUTE), 0);
	assert_true(is_free(&rtnl, at("0.0/16"))); /* there is a default route */
	assert_success(
		in_network("for net in 0/1 128/1 0/2 10.0.0.0/7; do\n"
			   "ip route add $net via $far; done\n"
			   "for type in unreachable blackhole prohibit throw; do\n"
			   "ip route add $type 10.0.0.0/8; ip route del $type 10.0.0.0/8; done\n"
			   "ip route add unreachable 10.0.0.0/8; ip route add blackhole $1.8.0/24",
			   half));
	assert_true(is_free(&rtnl, at("0.0/21")));
	assert_true(is_free(&rtnl, "138.91.7.128/25"));
	assert_false(is_free(&rtnl, at("8.0/24"))); /* this route refuses packets to it */
	assert_false(is_free(&rtnl, at("8.0/23")));
	assert_true(is_free(&rtnl, at("8.0/25")));
	assert_success(in_network("for net in 0/1 128/1 0/2 10.0.0.0/7; do\n"
				  "ip route del $net via $far; done\n"
				  "ip route del unreachable 10.0.0.0/8; ip route del blackhole "
				  "$1.8.0/24",
				  half));
	assert_success(in_network("ip route add $1.7.128/25 via $far", half));
	assert_false(is_free(&rtnl, at("7.128/25")));
	assert_false(is_free(&rtnl, at("7.0/24"))); /* the route is in it */
	assert_false(is_free(&rtnl, "10.0.0.0/8"));
	assert_false(is_free(&rtnl, at("7.192/30"))); /* it is in the route */
	assert_true(is_free(&rtnl, at("7.0/25")));
	assert_true(is_free(&rtnl, at("6.0/24")));
	assert_true(is_free(&rtnl, "138.91.7.128/25"));
	assert_false(is_free(&rtnl, "198.51.100.0/24")); /* the host's own */
	assert_success(in_network("ip route del $1.7.128/25", half));
	assert_true(is_free(&rtnl, at("7.128/25")));
}

/* All 253 addresses are leased: the next container is in the next subnet. */
static void when_a_subnet_is_full_the_next_one_is_taken(void **state)
{
	const struct subnet first = { 0x0a580000, 24 };
	int pool = pool_open(), held[253];
	struct lease leases[253];

	(void)state;
	assert_true(pool >= 0);
	for (size_t i = 0; i < 253; i++) {
		leases[i] = (struct lease){ .bridge = "st0a580000-24" };
		held[i] = pool_lease(pool, &first, &leases[i]);
		assert_true(held[i] >= 0);
	}
	pool_close(pool);
	assert_success(in_network("ip link add st0a580000-24 type bridge\n"
				  "ip link set st0a580000-24 addrgenmode none",
				  NULL));
	assert_prints(
		in_network("./step-04 ip -4 -o addr show eth0 | grep -o 'inet [0-9.]*'", NULL),
		"inet 10.89.0.2\n");
	assert_success(in_network("ip link del st0a580000-24", NULL));
	pool = pool_open();
	for (size_t i = 0; i < 253; i++) {
		pool_release(pool, &leases[i]);
		close(held[i]);
	}
	pool_close(pool);
	assert_success(run("./step-04", "true")); /* the last one puts forwarding back */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(no_address_is_leased_twice),
		host_test(a_wanted_address_is_leased_if_it_is_free),
		host_test(a_lease_ends_with_its_process),
		host_test(when_a_subnet_is_full_the_next_one_is_taken),
		host_test(a_subnet_is_free_if_no_route_has_an_address_of_it),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
