/* Rules that somebody takes away while containers live: the next start makes them anew. */
#include "network.h"

/*
 * `up NAME OPTION...`: a container that stays. `from NAME`: it reaches outside. `into PORT`:
 * outside reaches the container that publishes this port.
 */
#define TOOLS                                                                                      \
	"up() { n=$1; shift; begin $n ./step-04 -h $n \"$@\" sh -c 'echo on; exec probe listen "   \
	"80 9'; expect $n on; }\n"                                                                 \
	"from() { eval \"set -- \\$pid_$1\"; serve s $out build/probe listen $third\n"             \
	"nsenter --net=/proc/$(pgrep -P $1 | head -n 1)/ns/net build/probe connect "               \
	"$far:$third x || kill $pid_s; status s >&2; }\n"                                          \
	"into() { timeout 5 $out build/probe connect $host:$1 x || echo lost; }\n"                 \
	"down() { for n; do eval kill \\$pid_$n; status $n >&2; done; }\n"
#define OUT  "answer: hello from vm to 198.51.100.1\n"
#define IN_A "answer: hello from a to 198.51.100.2\n"
#define IN_B "answer: hello from b to 198.51.100.2\n"

/*
 * `lose` removes rules. After the next start both containers must have all of the network; this is
 * checked twice.
 */
static void check_both_work_after(const char *lose, const char *wanted)
{
	assert_prints(in_network(TOOLS "eval \"$1\"\n"
				       "up a -p $port:80; lose; up b -p $second:80\n"
				       "from a; from b; into $port; into $second\n"
				       "lose; ./step-04 true; from a; into $port; into $second\n"
				       "down a b; gone",
				 lose),
		      wanted ? wanted : OUT OUT IN_A IN_B OUT IN_A IN_B);
}

static void all_rules_are_made_anew(void **state)
{
	(void)state;
	check_both_work_after("lose() { nft flush ruleset; }; gone() { :; }", NULL);
}

static void our_table_is_made_anew(void **state)
{
	(void)state;
	check_both_work_after("lose() { nft delete table ip st0a580000-24; }; gone() { :; }", NULL);
}

static void chains_of_ours_are_made_anew(void **state)
{
	static const char *const chains[] = { "published", "prerouting", "postrouting", "forward" };

	(void)state;
	for (size_t i = 0; i < sizeof(chains) / sizeof(*chains); i++) {
		char lose[128];

		snprintf(lose, sizeof(lose),
			 "lose() { nft flush chain ip st0a580000-24 %s; }; gone() { :; }",
			 chains[i]);
		check_both_work_after(lose, NULL);
	}
}

/* The next container has no ports of its own, and only one rule is missing in the table. */
static void one_rule_is_made_anew(void **state)
{
	(void)state;
	check_both_work_after(
		"lose() { nft -a list chain ip st0a580000-24 postrouting |\n"
		"sed -n 's/.*!= .* handle //p' | while read h; do\n"
		"nft delete rule ip st0a580000-24 postrouting handle $h; done; }; gone() { :; }",
		NULL);
}

/* The step's rules in another tool's chain are lost. */
static void pass_rules_are_made_anew(void **state)
{
	(void)state;
	check_both_work_after(
		"nft -f - <<E\ntable inet mine { chain f { type filter hook forward priority 0\n"
		"policy drop; }; }\nE\n"
		"lose() { nft flush chain inet mine f; }; gone() { nft delete table inet mine; }",
		NULL);
}

static void pass_rules_in_dockers_chain_are_made_anew(void **state)
{
	(void)state;
	if (run("iptables-nft", "-S")->status != 0)
		skip_because("iptables-nft is not here (package iptables)");
	check_both_work_after(
		"iptables-nft -P FORWARD DROP; iptables-nft -N DOCKER-USER\n"
		"iptables-nft -A FORWARD -j DOCKER-USER\n"
		"lose() { iptables-nft -F DOCKER-USER; }; gone() { nft delete table ip filter; }",
		NULL);
}

/* A firewall is started or reloaded: it replaces the whole ruleset, and rejects. */
static void a_firewall_that_comes_later_is_passed(void **state)
{
	(void)state;
	check_both_work_after(
		"lose() { nft -f - <<E\nflush ruleset\ntable inet firewalld {\n"
		"chain filter_FORWARD { type filter hook forward priority filter + 10\n"
		"ct state { established, related } accept\nct status dnat accept\n"
		"jump zones\nreject with icmpx admin-prohibited\n}\nchain zones { }\n}\nE\n}\n"
		"gone() { nft delete table inet firewalld; }",
		NULL);
}

/* firewalld leaves others' tables as they are. */
static void a_firewall_beside_our_rules_is_passed(void **state)
{
	(void)state;
	check_both_work_after(
		"lose() { nft -f - <<E\ntable inet f\ndelete table inet f\ntable inet f {\n"
		"chain f { type filter hook forward priority 0; policy drop; }\n}\nE\n}\n"
		"gone() { nft delete table inet f; }",
		NULL);
}

static void containers_of_other_bridges_have_their_rules_again(void **state)
{
	(void)state;
	assert_prints(in_network(TOOLS
				 "up a -p $port:80 --subnet 10.91.7.0/28\n"
				 "up b -p $host:$second:80; nft flush ruleset; ./step-04 true\n"
				 "from a; into $port; into $second\n"
				 "nft flush ruleset; ./step-04 --subnet 10.92.7.0/28 true\n"
				 "from a; from b; into $port; into $second\n"
				 "down b; nft flush ruleset; ./step-04 true\n"
				 "from a; into $port; down a",
				 NULL),
		      OUT IN_A IN_B OUT OUT IN_A IN_B OUT IN_A);
}

/* Ports of a killed container are not published again. */
static void ports_of_the_dead_stay_away(void **state)
{
	(void)state;
	assert_prints(in_network(TOOLS "up a -p $port:80; up b -p $second:80\n"
				       "kill -KILL $pid_b; status b >&2; nft flush ruleset\n"
				       "./step-04 true; into $port; into $second\n"
				       "nft list ruleset | grep -c dnat.to; down a",
				 NULL),
		      IN_A "ECONNREFUSED\nlost\n1\n");
}

/* A client that keeps sending, from one port of its own, comes to the container again. */
static void a_udp_client_that_keeps_sending_comes_through_again(void **state)
{
	(void)state;
	assert_prints(
		in_network(
			"mkfifo $d/in; serve a ./step-04 -p $port:80/udp probe listen udp 80 2\n"
			"begin client $out bash -c \"exec 3<>/dev/udp/$host/$port <$d/in\n"
			"while read line; do echo \\$line >&3; done\"; exec 5>$d/in\n"
			"echo one >&5; expect a 'from.* one'; nft flush ruleset\n"
			"nft -f - <<E\ntable ip t { chain c { type filter hook input priority 0\n"
			"udp dport $port counter\nct state new accept; }; }\nE\n"
			"echo two >&5\n"
			"until nft list table ip t | grep -q 'packets 1'; do sleep 0.01; done\n"
			"./step-04 true; echo three >&5; expect a 'from.* three'; status a\n"
			"exec 5>&-; status client; nft delete table ip t",
			NULL),
		"0\n0\n");
}

/* As long as nobody changes anything, a start runs no nft. */
static void a_second_container_runs_no_nft(void **state)
{
	(void)state;
	assert_prints(in_network(TOOLS
				 "up a -p $port:80; nfts() { ./step-04 --verbose \"$@\" true 2>&1 "
				 "| grep -c '^.host. nft' || :; }\n"
				 "nfts; up b -p $second:80; nfts; down b; nfts\n"
				 "nft add table ip t; nfts; nfts; nft delete table ip t\n"
				 "./step-04 --subnet 10.91.7.0/28 true; nfts; down a",
				 NULL),
		      "0\n0\n0\n1\n0\n0\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(all_rules_are_made_anew),
		host_test(our_table_is_made_anew),
		host_test(chains_of_ours_are_made_anew),
		host_test(one_rule_is_made_anew),
		host_test(pass_rules_are_made_anew),
		host_test(pass_rules_in_dockers_chain_are_made_anew),
		host_test(a_firewall_that_comes_later_is_passed),
		host_test(a_firewall_beside_our_rules_is_passed),
		host_test(containers_of_other_bridges_have_their_rules_again),
		host_test(ports_of_the_dead_stay_away),
		host_test(a_udp_client_that_keeps_sending_comes_through_again),
		host_test(a_second_container_runs_no_nft),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
