/* --network-rate: as fast as was asked, in both directions, within 20 %. */
#include "network.h"

/*
 * `rates NAME OPTION...`: sends for two seconds to outside and from there, and writes both rates,
 * in bits a second, to $d/NAME. The container's port is $p, outside's port is $p + 1.
 */
#define RATES                                                                                      \
	"rates() { n=$1; shift\n"                                                                  \
	"serve ${n}_out $out build/probe sink $((p + 1))\n"                                        \
	"./step-04 \"$@\" probe send-rate $far:$((p + 1)) 2 >/dev/null\n"                          \
	"serve ${n}_in ./step-04 -p $p:1 \"$@\" probe sink 1\n"                                    \
	"$out build/probe send-rate $host:$p 2 >/dev/null\n"                                       \
	"for i in out in; do expect ${n}_$i 'bits_per_second .*'\n"                                \
	"sed -n 's/bits_per_second //p' $d/${n}_$i.out; done >$d/$n; }\n"

/*
 * Returns false if a rate is too low: a busy machine may fall short of it, and the test tries
 * again. Fails if a rate is too high.
 */
static bool are_reached(const long rates[4])
{
	static const long wanted[] = { 10000000, 10000000, 50000000, 50000000 };
	bool are = true;

	for (size_t i = 0; i < 4; i++) {
		if (rates[i] > wanted[i] * 12 / 10)
			fail_msg("%ld bit/s, not %ld", rates[i], wanted[i]);
		are &= rates[i] >= wanted[i] * 8 / 10;
	}
	return are;
}

/* Both containers run at the same time, so no rate can be the machine's own by accident. */
static void the_rate_is_kept_in_both_directions(void **state)
{
	long rates[4];
	int tries = 3;

	(void)state;
	do {
		const struct result *result =
			in_network(RATES "{ p=$port; rates a --network-rate 10mbit; } &\n"
					 "a=$!; p=$((port + 2)); rates b --network-rate 50mbit\n"
					 "wait $a; cat $d/a $d/b",
				   NULL);

		assert_success(result);
		assert_int_equal(
			sscanf(result->out, "%ld%ld%ld%ld", rates, rates + 1, rates + 2, rates + 3),
			4);
	} while (!are_reached(rates) && --tries);
	if (!tries)
		fail_msg("10 and 50 Mbit/s became %ld, %ld, %ld and %ld bit/s", rates[0], rates[1],
			 rates[2], rates[3]);
}

static void without_a_rate_it_is_much_faster(void **state)
{
	const struct result *result = in_network(RATES "p=$port; rates c; cat $d/c", NULL);
	long rates[2];

	(void)state;
	assert_success(result);
	assert_int_equal(sscanf(result->out, "%ld%ld", rates, rates + 1), 2);
	assert_true(rates[0] > 200000000);
	assert_true(rates[1] > 200000000);
}

/* The rate of a container limits neither the other containers nor the host. */
static void the_rate_is_that_of_one_container(void **state)
{
	(void)state;
	assert_prints(in_network("begin c ./step-04 --network-rate 100kbit sh -c 'echo on\n"
				 "exec probe sleep 60'; expect c on\n"
				 "serve s $out build/probe sink $port\n"
				 "./step-04 probe send-rate $far:$port 1 >/dev/null\n"
				 "expect s 'bits_per_second .*'\n"
				 "test $(sed -n 's/bits_per_second //p' $d/s.out) -gt 100000000\n"
				 "tc qdisc show dev uplink; tc qdisc show | grep -c tbf",
				 NULL),
		      "qdisc noqueue 0: root refcnt 2 \n1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_rate_is_kept_in_both_directions),
		host_test(without_a_rate_it_is_much_faster),
		host_test(the_rate_is_that_of_one_container),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
