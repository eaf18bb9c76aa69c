/* pool.c and subnet.c: which subnets are free, and leases, which nobody can leak. */
#include <fcntl.h>
#include <sys/wait.h>

#include "cleanup.h"
#include "network.h"
#include "pool.h"

#define BRIDGE "st0a5b0700-29"

static const struct subnet subnet = { 0x0a5b0700, 29 };

/* A test that fails leaves its leases behind, which are not worth a word. */
static int clean_and_compare(void **state)
{
	run_shell("rm -rf /run/steps-net*");
	return compare_host(state);
}

#undef host_test
#define host_test(function)                                                                        \
	cmocka_unit_test_setup_teardown(function, remember_host, clean_and_compare)

/* Leases 10.91.7.`wanted`, or a free one if that is 0. Fills the lease, returns what holds it. */
static int lease_one(int pool, unsigned int wanted, struct lease *lease)
{
	*lease = (struct lease){ .bridge = BRIDGE };
	if (wanted)
		lease->address.s_addr = htonl(subnet.network | wanted);
	return pool_lease(pool, &subnet, lease);
}

static unsigned int last_byte(const struct lease *lease)
{
	return ntohl(lease->address.s_addr) & 0xff;
}

static void no_address_is_leased_twice(void **state)
{
	int pool = pool_open(), held[5];
	struct lease lease, leases[5];

	(void)state;
	assert_true(pool >= 0);
	for (unsigned int i = 0; i < 5; i++) {
		held[i] = lease_one(pool, 0, &leases[i]);
		assert_true(held[i] >= 0);
		assert_int_equal(last_byte(&leases[i]), 2 + i);
		assert_int_equal(fcntl(held[i], F_GETFD), FD_CLOEXEC);
	}
	assert_int_equal(lease_one(pool, 0, &lease), -1);
	assert_contains(fail_get()->text, "all addresses of the subnet are taken");
	forget_failure();
	assert_int_equal(pool_count(pool, BRIDGE), 5);
	assert_int_equal(pool_count(pool, "st0a5c0700-29"), 0);
	pool_release(pool, &leases[3]);
	close(held[3]);
	held[3] = lease_one(pool, 0, &lease);
	assert_true(held[3] >= 0);
	assert_int_equal(last_byte(&lease), 5);
	for (unsigned int i = 0; i < 5; i++) {
		pool_release(pool, &leases[i]);
		close(held[i]);
	}
	assert_int_equal(pool_count(pool, NULL), 0);
	pool_remove();
	close(pool);
}

static void a_wanted_address_is_leased_if_it_is_free(void **state)
{
	struct lease lease, other;
	int pool = pool_open(), held;

	(void)state;
	assert_true(pool >= 0);
	held = lease_one(pool, 4, &lease);
	assert_true(held >= 0);
	assert_int_equal(last_byte(&lease), 4);
	assert_int_equal(lease_one(pool, 4, &other), -1);
	assert_string_equal(fail_get()->text, "--ip 10.91.7.4: another container has this address");
	forget_failure();
	pool_release(pool, &lease);
	close(held);
	pool_remove();
	close(pool);
}

/* Their files stay, and are found: two, and then no more. */
static void a_lease_ends_with_its_process(void **state)
{
	int pool = pool_open(), held;
	struct lease lease;
	pid_t pid = fork();

	(void)state;
	assert_true(pool >= 0 && pid >= 0);
	if (pid == 0) {
		bool leased = lease_one(pool, 0, &lease) >= 0 && lease_one(pool, 0, &lease) >= 0;

		_exit(leased && last_byte(&lease) == 3 && pool_find_crashed(pool, &lease) < 0 ? 0
											      : 1);
	}
	assert_int_equal(finish(pid), 0);
	for (int i = 0; i < 2; i++) {
		held = pool_find_crashed(pool, &lease);
		assert_true(held >= 0);
		assert_string_equal(lease.bridge, BRIDGE);
		assert_in_range(last_byte(&lease), 2, 3);
		pool_release(pool, &lease);
		close(held);
	}
	assert_int_equal(pool_find_crashed(pool, &lease), -1);
	held = lease_one(pool, 2, &lease);
	assert_true(held >= 0);
	pool_release(pool, &lease);
	close(held);
	pool_remove();
	close(pool);
}

static bool is_free(struct netlink *netlink, const char *text)
{
	struct subnet wanted;
	bool found;

	assert_true(subnet_parse(text, &wanted));
	assert_int_equal(subnet_has_route(&wanted, netlink, &found), 0);
	return !found;
}

static void a_subnet_is_free_if_no_route_has_an_address_of_it(void **state)
{
	autonetlink struct netlink netlink = { 0 };

	(void)state;
	assert_int_equal(netlink_open(&netlink, NETLINK_ROUTE), 0);
	assert_true(is_free(&netlink, "10.91.0.0/16")); /* there is a default route */
	assert_success(in_network("ip route add 10.91.7.128/25 via $far", NULL));
	assert_false(is_free(&netlink, "10.91.7.128/25"));
	assert_false(is_free(&netlink, "10.91.7.0/24")); /* the route is in it */
	assert_false(is_free(&netlink, "10.0.0.0/8"));
	assert_false(is_free(&netlink, "10.91.7.192/30")); /* it is in the route */
	assert_true(is_free(&netlink, "10.91.7.0/25"));
	assert_true(is_free(&netlink, "10.91.6.0/24"));
	assert_true(is_free(&netlink, "138.91.7.128/25"));
	assert_false(is_free(&netlink, "198.51.100.0/24")); /* the host's own */
	assert_success(in_network("ip route del 10.91.7.128/25", NULL));
	assert_true(is_free(&netlink, "10.91.7.128/25"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(no_address_is_leased_twice),
		host_test(a_wanted_address_is_leased_if_it_is_free),
		host_test(a_lease_ends_with_its_process),
		host_test(a_subnet_is_free_if_no_route_has_an_address_of_it),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
