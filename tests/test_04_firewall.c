/*
 * Other tools' firewalls that drop what is forwarded: containers work, and afterwards the tools'
 * rules are as before.
 */
#include "network.h"

/*
 * Prints what works: a container reaches outside, another container (by TCP and ICMP), itself by a
 * published port; outside reaches that port.
 */
#define WORKS                                                                                      \
	"works() {\n"                                                                              \
	"serve s $out build/probe listen $third\n"                                                 \
	"serve c ./step-04 -h c -p $port:$second probe listen $second 3\n"                         \
	"./step-04 probe connect $far:$third x\n"                                                  \
	"./step-04 sh -ec 'probe connect $0 x; ping -q -c 1 -W 5 10.88.0.2 >&2' "                  \
	"10.88.0.2:$second\n"                                                                      \
	"./step-04 probe connect $host:$port x\n"                                                  \
	"$out build/probe connect $host:$port x; status c; }\n"
#define WORKED                                                                                     \
	"answer: hello from vm to 198.51.100.1\nanswer: hello from c to 10.88.0.3\n"               \
	"answer: hello from c to 10.88.0.1\nanswer: hello from c to 198.51.100.2\n0\n"

/* Removes the step's rules from the chain $1. Then nothing works: the test's firewall does drop. */
#define DROPS                                                                                      \
	"drops() { begin c ./step-04 -p $port:$second sh -c 'echo on; probe listen $0' $second\n"  \
	"expect c on; nft flush chain $1; serve s $out build/probe listen $third\n"                \
	"inside=$(pgrep -P $pid_c | head -n 1)\n"                                                  \
	"timeout 1 nsenter --net=/proc/$inside/ns/net build/probe connect $far:$third x "          \
	">/dev/null || echo dropped\n"                                                             \
	"timeout 1 $out build/probe connect $host:$port x >/dev/null || echo dropped\n"            \
	"kill $pid_c $pid_s; status c; }\n"

/* Somebody's table that drops what is forwarded: `table "FAMILY NAME" [RULE]`. */
#define TABLE                                                                                      \
	"table() { nft -f - <<EOF\ntable $1 {\nchain forward {\n"                                  \
	"type filter hook forward priority 10; policy drop;\n${2:-}\n}\n}\nEOF\n}\n"

static void need_iptables(void)
{
	if (run("iptables-nft", "-S")->status != 0)
		skip_because("iptables-nft is not here (package iptables)");
}

/* The chains and rules that Docker makes. */
#define DOCKER                                                                                     \
	"iptables-nft -P FORWARD DROP; iptables-nft -N DOCKER-USER\n"                              \
	"iptables-nft -A DOCKER-USER -j RETURN; iptables-nft -A FORWARD -j DOCKER-USER\n"          \
	"iptables-nft -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j "        \
	"ACCEPT\n"                                                                                 \
	"iptables-nft -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE\n"         \
	"trap 'nft delete table ip filter; nft delete table ip nat; leave' EXIT\n"

static void containers_work_beside_docker(void **state)
{
	(void)state;
	need_iptables();
	assert_prints(in_network(WORKS DOCKER "works", NULL), WORKED);
}

static void with_br_netfilter_containers_work_beside_docker(void **state)
{
	(void)state;
	need_iptables();
	if (run("test", "-e", "/proc/sys/net/bridge/bridge-nf-call-iptables")->status != 0)
		skip_because("br_netfilter is not loaded");
	for (int value = 0; value <= 1; value++)
		assert_prints(in_network(WORKS DOCKER
					 "f=/proc/sys/net/bridge/bridge-nf-call-iptables\n"
					 "before=$(cat $f); echo $1 >$f; works; echo $before >$f",
					 value ? "1" : "0"),
			      WORKED);
}

static void without_our_rules_docker_drops(void **state)
{
	(void)state;
	need_iptables();
	assert_prints(in_network(DROPS DOCKER "drops 'ip filter DOCKER-USER'", NULL),
		      "dropped\ndropped\n143\n");
}

static void the_rules_beside_dockers_say_whose_they_are(void **state)
{
	(void)state;
	need_iptables();
	assert_prints(
		in_network(DOCKER "begin c ./step-04 sh -c 'echo on; probe sleep 60'; expect c on\n"
				  "iptables-nft -S DOCKER-USER; kill $pid_c; status c\n"
				  "iptables-nft -S DOCKER-USER",
			   NULL),
		"-N DOCKER-USER\n"
		"-A DOCKER-USER -o st0a580000-24 -m comment --comment st0a580000-24 -j ACCEPT\n"
		"-A DOCKER-USER -i st0a580000-24 -m comment --comment st0a580000-24 -j ACCEPT\n"
		"-A DOCKER-USER -j RETURN\n143\n-N DOCKER-USER\n-A DOCKER-USER -j RETURN\n");
}

static void iptables_prints_all_meanwhile_and_after(void **state)
{
	(void)state;
	need_iptables();
	assert_prints(in_network(DOCKER
				 "save() { iptables-nft-save | grep -v '^#'; }\n"
				 "save >$d/before\n"
				 "begin c ./step-04 -p $port:80 sh -c 'echo on; probe sleep 60'\n"
				 "expect c on; iptables-nft -S >$d/list; save >$d/during\n"
				 "iptables-nft -t nat -S >$d/list2; test -s $d/list2\n"
				 "grep -c st0a580000 $d/list $d/during | sed 's/.*://'\n"
				 "kill $pid_c; status c; save >$d/after; cmp $d/before $d/after",
				 NULL),
		      "2\n2\n143\n");
}

/* A host's own rules, in nft's language. */
static void containers_work_beside_an_inet_table_that_drops(void **state)
{
	(void)state;
	assert_prints(in_network(WORKS DROPS TABLE
				 "table 'inet mine' 'ip daddr 203.0.113.9 counter drop'\n"
				 "trap 'nft delete table inet mine; leave' EXIT\n"
				 "nft list ruleset >$d/before; works\n"
				 "nft list ruleset | diff $d/before - && drops 'inet mine forward'",
				 NULL),
		      WORKED "dropped\ndropped\n143\n");
}

static void containers_work_beside_two_tables_that_drop(void **state)
{
	(void)state;
	assert_prints(in_network(WORKS TABLE
				 "for t in 'ip one' 'inet two'; do\n"
				 "table \"$t\"; done\n"
				 "trap 'nft delete table ip one; nft delete table inet two\n"
				 "leave' EXIT; works",
				 NULL),
		      WORKED);
}

/*
 * The rules that firewalld 1.3 makes for its default zone, as firewalld writes them: all packets
 * that match none of them end in a reject.
 */
#define FIREWALLD                                                                                  \
	"nft -f - <<'EOF'\n"                                                                       \
	"table inet firewalld {\n"                                                                 \
	"chain filter_FORWARD {\n"                                                                 \
	"type filter hook forward priority filter + 10; policy accept;\n"                          \
	"ct state { established, related } accept\n"                                               \
	"ct status dnat accept\n"                                                                  \
	"iifname \"lo\" accept\n"                                                                  \
	"ct state invalid drop\n"                                                                  \
	"jump filter_FORWARD_ZONES\n"                                                              \
	"reject with icmpx admin-prohibited\n"                                                     \
	"}\n"                                                                                      \
	"chain filter_FORWARD_ZONES {\n"                                                           \
	"}\n"                                                                                      \
	"}\nEOF\n"                                                                                 \
	"trap 'nft delete table inet firewalld; leave' EXIT\n"

static void containers_work_beside_firewalld(void **state)
{
	(void)state;
	assert_prints(in_network(WORKS FIREWALLD "nft list ruleset >$d/before; works\n"
						 "nft list ruleset | diff $d/before -",
				 NULL),
		      WORKED);
}

static void without_our_rules_firewalld_rejects(void **state)
{
	(void)state;
	assert_prints(in_network(FIREWALLD
				 "begin c ./step-04 sh -c 'echo on; exec probe sleep 60'\n"
				 "expect c on; nft list chain inet firewalld filter_FORWARD |\n"
				 "grep -c st0a580000; serve s $out build/probe listen $third\n"
				 "nft flush chain inet firewalld filter_FORWARD\n"
				 "nft add rule inet firewalld filter_FORWARD reject with icmpx "
				 "admin-prohibited\n"
				 "inside=$(pgrep -P $pid_c | head -n 1)\n"
				 "nsenter --net=/proc/$inside/ns/net build/probe connect "
				 "$far:$third x || :",
				 NULL),
		      "2\nEHOSTUNREACH\n");
}

/* ufw's rules: ufw's own chains, and then the policy. */
static void containers_work_beside_ufw(void **state)
{
	(void)state;
	need_iptables();
	assert_prints(
		in_network(WORKS
			   "iptables-nft-restore <<'EOF'\n*filter\n:FORWARD DROP [0:0]\n"
			   ":ufw-before-forward - [0:0]\n:ufw-reject-forward - [0:0]\n"
			   "-A FORWARD -j ufw-before-forward\n-A FORWARD -j ufw-reject-forward\n"
			   "-A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j "
			   "ACCEPT\n"
			   "-A ufw-before-forward -p icmp --icmp-type echo-request -j ACCEPT\n"
			   "-A ufw-before-forward -m limit --limit 3/min --limit-burst 10 -j LOG "
			   "--log-prefix \"[UFW] \"\n"
			   "-A ufw-reject-forward -j REJECT\nCOMMIT\nEOF\n"
			   "trap 'nft delete table ip filter; leave' EXIT\n"
			   "iptables-nft -S >$d/before; works; iptables-nft -S | diff $d/before -",
			   NULL),
		WORKED);
}

/* Some cloud images have these rules: the policy is to accept, the last rule rejects. */
static void containers_work_beside_a_last_rule_that_rejects(void **state)
{
	(void)state;
	need_iptables();
	for (int drop = 0; drop <= 1; drop++)
		assert_prints(in_network(WORKS "iptables-nft -A FORWARD -p icmp -j ACCEPT\n"
					       "iptables-nft -A FORWARD -j $1\n"
					       "trap 'nft delete table ip filter; leave' EXIT\n"
					       "iptables-nft -S >$d/before; works\n"
					       "iptables-nft -S | diff $d/before -",
					 drop ? "DROP" : "REJECT"),
			      WORKED);
}

/* A table that belongs to the process that made it, as with firewalld 2. */
static void a_firewall_that_takes_no_rule_is_told(void **state)
{
	const struct result *result = in_network(
		"mkfifo $d/in; begin nft sh -c \"exec nft -i <$d/in\"; exec 5>$d/in\n"
		"echo 'add table inet own { flags owner; }' >&5\n"
		"echo 'add chain inet own drops { type filter hook forward priority 0; "
		"policy drop; }' >&5\n"
		"tries=2000; until nft list ruleset | grep -q 'policy drop'; do sleep 0.005\n"
		"tries=$((tries - 1)); test $tries -gt 0; done\n"
		"./step-04 echo works; exec 5>&-; status nft >&2",
		NULL);

	(void)state;
	assert_success(result);
	assert_string_equal(result->out, "works\n");
	assert_contains(
		result->err,
		"step-04: warning: the firewall's chain inet own drops drops what is "
		"forwarded (type filter hook forward priority 0; policy drop;), and takes no "
		"rule of ours (");
}

static void iptables_legacy_that_drops_is_told(void **state)
{
	const struct result *result;

	(void)state;
	if (run("iptables-legacy", "-S", "FORWARD")->status != 0)
		skip_because("iptables-legacy does not work here");
	result =
		in_network("./step-04 echo accepts; iptables-legacy -P FORWARD DROP\n"
			   "./step-04 echo drops\n"
			   "./step-04 --network none echo none\n"
			   "serve s $out build/probe listen $port\n"
			   "timeout 1 ./step-04 probe connect $far:$port x 2>/dev/null || echo no\n"
			   "begin c ./step-04 sh -c 'echo on; exec probe sleep 60'; expect c on\n"
			   "iptables-legacy -I FORWARD -i st0a580000-24 -j ACCEPT\n"
			   "iptables-legacy -I FORWARD -o st0a580000-24 -j ACCEPT\n"
			   "./step-04 probe connect $far:$port x\n"
			   "iptables-legacy -F FORWARD; iptables-legacy -P FORWARD ACCEPT",
			   NULL);
	assert_success(result);
	assert_string_equal(result->out,
			    "accepts\ndrops\nnone\nno\nanswer: hello from vm to 198.51.100.1\n");
	assert_string_equal(
		result->err,
		"step-04: warning: iptables-legacy drops what is forwarded, and takes "
		"no rule of ours: containers may reach nothing but this host, until you "
		"run `iptables-legacy -I FORWARD -i st0a580000-24 -j ACCEPT`, and the "
		"same with -o\n");
}

/* The chain may have gone meanwhile, as when Docker is removed. */
static void a_firewall_that_goes_meanwhile_is_no_matter(void **state)
{
	(void)state;
	assert_prints(in_network(TABLE
				 "table 'inet mine'\n"
				 "begin c ./step-04 sh -c 'echo on; probe sleep 60'; expect c on\n"
				 "nft delete table inet mine; kill $pid_c; status c; cat $d/c.out",
				 NULL),
		      "143\non\n");
}

/* Another tool's rules have comments that look like those of the step. */
static void rules_of_others_stay(void **state)
{
	(void)state;
	assert_prints(in_network(TABLE
				 "table 'inet mine' 'iifname \"st0a580000-24\" counter accept\n"
				 "iifname \"x\" accept comment \"st0a580000-241\"'\n"
				 "trap 'nft delete table inet mine; leave' EXIT\n"
				 "nft list ruleset >$d/before; ./step-04 true\n"
				 "nft list ruleset | cmp $d/before - && echo same",
				 NULL),
		      "same\n");
}

static void after_a_kill_the_next_start_takes_the_rules_out(void **state)
{
	(void)state;
	assert_prints(in_network(TABLE
				 "table 'inet mine'\n"
				 "trap 'nft delete table inet mine; leave' EXIT\n"
				 "nft list ruleset >$d/before\n"
				 "begin c ./step-04 sh -c 'echo on; probe sleep 60'; expect c on\n"
				 "kill -KILL $pid_c; status c; ./step-04 true\n"
				 "nft list ruleset | diff $d/before - && echo same",
				 NULL),
		      "137\nsame\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(containers_work_beside_docker),
		host_test(with_br_netfilter_containers_work_beside_docker),
		host_test(without_our_rules_docker_drops),
		host_test(the_rules_beside_dockers_say_whose_they_are),
		host_test(iptables_prints_all_meanwhile_and_after),
		host_test(containers_work_beside_an_inet_table_that_drops),
		host_test(containers_work_beside_two_tables_that_drop),
		host_test(containers_work_beside_firewalld),
		host_test(without_our_rules_firewalld_rejects),
		host_test(containers_work_beside_ufw),
		host_test(containers_work_beside_a_last_rule_that_rejects),
		host_test(a_firewall_that_takes_no_rule_is_told),
		host_test(iptables_legacy_that_drops_is_told),
		host_test(a_firewall_that_goes_meanwhile_is_no_matter),
		host_test(rules_of_others_stay),
		host_test(after_a_kill_the_next_start_takes_the_rules_out),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
