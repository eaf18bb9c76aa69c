/* Subnets and addresses: which container gets which. */
#include "network.h"

#include "pool.h"

/* A command for `./step-04 OPTION...` that prints its address. */
#define MINE_IS "sh -c 'ip -4 addr show eth0 | sed -n \"s,.*inet \\([0-9./]*\\).*,\\1,p\"'"
/* `up NAME OPTION...`: a container that stays. */
#define UP                                                                                         \
	"up() { n=$1; shift; begin $n ./step-04 \"$@\" sh -c 'ip -4 addr show eth0; echo on\n"     \
	"exec probe sleep 60'; expect $n on; }\n"

static void a_subnet_is_read_from_its_text(void **state)
{
	struct subnet subnet;

	(void)state;
	assert_true(subnet_parse("10.88.0.0/24", &subnet));
	assert_int_equal(subnet.network, 0x0a580000);
	assert_int_equal(subnet.prefix, 24);
	assert_false(subnet_parse("172.16.0.0/8", &subnet));
	assert_true(subnet_parse("223.255.255.252/30", &subnet));
	assert_false(subnet_parse("224.0.0.0/24", &subnet));
	assert_true(subnet_parse("10.0.0.0/8", &subnet));
}

static void a_subnet_that_the_host_has_a_route_to_is_avoided(void **state)
{
	(void)state;
	assert_prints(in_network("./step-04 " MINE_IS "; ip route add 10.88.0.0/16 via $far\n"
				 "./step-04 " MINE_IS "; ip route add 10.89.0.128/25 via $far\n"
				 "./step-04 " MINE_IS "; ip addr add 10.90.0.77/32 dev uplink\n"
				 "./step-04 " MINE_IS "; ip addr del 10.90.0.77/32 dev uplink\n"
				 "ip route del 10.89.0.128/25; ip route del 10.88.0.0/16",
				 NULL),
		      "10.88.0.2/24\n10.89.0.2/24\n10.90.0.2/24\n10.91.0.2/24\n");
}

static void without_a_free_subnet_it_says_so(void **state)
{
	(void)state;
	assert_refused(in_network("ip route add 10.0.0.0/8 via $far\n"
				  "./step-04 true && code=0 || code=$?; ip route del 10.0.0.0/8\n"
				  "exit $code",
				  NULL),
		       125, "no subnet is free");
}

/* The host could no longer reach the addresses behind its own route. */
static void a_wanted_subnet_that_the_host_has_a_route_to_is_refused(void **state)
{
	(void)state;
	assert_refused(run("./step-04", "--subnet", "198.51.100.0/24", "true"), 125,
		       "--subnet 198.51.100.0/24: ");
	assert_refused(run("./step-04", "--subnet", "198.51.100.128/25", "true"), 125,
		       "--subnet 198.51.100.128/25: ");
	assert_refused(run("./step-04", "--subnet", "198.48.0.0/12", "true"), 125,
		       "--subnet 198.48.0.0/12: ");
	assert_refused(in_network(UP "up a --subnet 10.91.0.0/16\n"
				     "./step-04 --subnet 10.91.7.0/24 true",
				  NULL),
		       125, "--subnet 10.91.7.0/24: ");
}

static void a_wanted_address_is_got(void **state)
{
	(void)state;
	assert_prints(in_network("./step-04 --subnet 10.91.7.0/24 --ip 10.91.7.254 " MINE_IS "\n"
				 "./step-04 --ip 10.200.0.2 --subnet 10.0.0.0/8 " MINE_IS "\n"
				 "./step-04 --subnet 10.91.7.4/30 " MINE_IS "\n"
				 "./step-04 --subnet 192.168.255.252/30 " MINE_IS,
				 NULL),
		      "10.91.7.254/24\n10.200.0.2/8\n10.91.7.6/30\n192.168.255.254/30\n");
}

static void a_wanted_address_that_is_taken_is_refused(void **state)
{
	(void)state;
	assert_refused(in_network(UP "up a --subnet 10.91.7.0/24 --ip 10.91.7.9\n"
				     "./step-04 --subnet 10.91.7.0/24 --ip 10.91.7.9 true",
				  NULL),
		       125, "--ip 10.91.7.9: another container has this address");
}

static void addresses_that_are_taken_are_left_out(void **state)
{
	(void)state;
	assert_prints(in_network(UP "up a --subnet 10.91.7.0/24 --ip 10.91.7.2\n"
				    "up b --subnet 10.91.7.0/24\n"
				    "./step-04 --subnet 10.91.7.0/24 " MINE_IS "\n"
				    "kill $pid_a; status a\n"
				    "./step-04 --subnet 10.91.7.0/24 " MINE_IS,
				 NULL),
		      "10.91.7.4/24\n143\n10.91.7.2/24\n");
}

/* The kernel releases the lock of the lease when it ends the processes of the container. */
static void a_killed_containers_address_is_free_again(void **state)
{
	(void)state;
	assert_prints(in_network(UP "up a; up b; lease=$(ls /run/steps-net-*/*=10.88.0.3)\n"
				    "no flock -n $lease echo free; kill -KILL $pid_b; status b\n"
				    "flock -w 10 $lease echo free; ./step-04 " MINE_IS
				    "; address a",
				 NULL),
		      "137\nfree\n10.88.0.3/24\n10.88.0.2\n");
}

static void a_full_subnet_is_told(void **state)
{
	const struct result *result =
		in_network(UP "for i in 1 2 3 4 5; do up c$i --subnet 10.91.7.0/29; done\n"
			      "for i in 1 2 3 4 5; do address c$i >&3; done 3>$d/addresses\n"
			      "cat $d/addresses; ./step-04 --subnet 10.91.7.0/29 true",
			   NULL);

	(void)state;
	assert_refused(result, 125, "all addresses of the subnet are taken");
	assert_contains(result->out, "10.91.7.2\n10.91.7.3\n10.91.7.4\n10.91.7.5\n10.91.7.6\n");
}

static void two_subnets_are_side_by_side(void **state)
{
	(void)state;
	assert_prints(in_network(UP "up a --subnet 10.91.7.0/24; up b --subnet 10.92.7.0/24; up c\n"
				    "for n in a b c; do address $n; done\n"
				    "for s in 10.91.7 10.92.7 10.88.0; do\n"
				    "./step-04 --subnet $s.0/24 ping -q -c 1 -W 5 $s.2 >/dev/null\n"
				    "echo reached; done; ip -o link show type bridge | wc -l",
				 NULL),
		      "10.91.7.2\n10.92.7.2\n10.88.0.2\nreached\nreached\nreached\n3\n");
}

static void fifty_containers_at_once_have_fifty_addresses(void **state)
{
	(void)state;
	assert_prints(in_network("i=0; while [ $i -lt 50 ]; do\n"
				 "begin c$i ./step-04 sh -c 'ip -4 addr show eth0\n"
				 "ping -q -c 1 -W 5 10.88.0.1 >/dev/null && echo reached\n"
				 "exec probe sleep 60'; i=$((i + 1)); done\n"
				 "i=0; while [ $i -lt 50 ]; do expect c$i reached\n"
				 "address c$i; i=$((i + 1)); done | sort -u | wc -l",
				 NULL),
		      "50\n");
}

static void an_address_can_be_pinged_whose_container_was_another(void **state)
{
	(void)state;
	assert_prints(in_network(UP "up a; i=0; while [ $i -lt 10 ]; do up b\n"
				    "$ping -q -c 1 -W 4 10.88.0.3 >/dev/null || echo lost\n"
				    "kill $pid_b; status b >&2; i=$((i + 1)); done",
				 NULL),
		      "");
}

/*
 * The bridge keeps its hardware address while containers come and go, so the neighbour entries of
 * the others stay right.
 */
static void a_container_reaches_the_gateway_while_others_come_and_go(void **state)
{
	(void)state;
	assert_prints(in_network("begin a ./step-04 sh -c 'ping -i 0.02 10.88.0.1'\n"
				 "expect a '.*seq=1 .*'; i=0; while [ $i -lt 20 ]; do\n"
				 "./step-04 true; i=$((i + 1)); done\n"
				 "last=$(sed -n '$s/.*seq=\\([0-9]*\\).*/\\1/p' $d/a.out)\n"
				 "expect a \".*seq=$((last + 10)) .*\"\n"
				 "test $(grep -c seq= $d/a.out) -ge $((last + 8)); echo all",
				 NULL),
		      "all\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_subnet_is_read_from_its_text),
		host_test(a_subnet_that_the_host_has_a_route_to_is_avoided),
		host_test(without_a_free_subnet_it_says_so),
		host_test(a_wanted_subnet_that_the_host_has_a_route_to_is_refused),
		host_test(a_wanted_address_is_got),
		host_test(a_wanted_address_that_is_taken_is_refused),
		host_test(addresses_that_are_taken_are_left_out),
		host_test(a_killed_containers_address_is_free_again),
		host_test(a_full_subnet_is_told),
		host_test(two_subnets_are_side_by_side),
		host_test(fifty_containers_at_once_have_fifty_addresses),
		host_test(an_address_can_be_pinged_whose_container_was_another),
		host_test(a_container_reaches_the_gateway_while_others_come_and_go),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
