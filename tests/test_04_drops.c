/*
 * The ways in which a firewall drops. Containers work beside each of them, or a warning names the
 * rule that may drop. If a firewall drops nothing of theirs, the step neither warns nor adds rules.
 */
#include "network.h"

/*
 * `try` prints the step's warnings (without the program's name), whether the way out and the way in
 * by a published port work, and how many of the step's rules are in other tools' tables meanwhile.
 */
#define TRY                                                                                        \
	"try() { serve s $out build/probe listen $third\n"                                         \
	"begin c ./step-04 -h c -p $port:80 sh -c 'echo on; probe connect $0 x; exec probe "       \
	"listen 80 2' $far:$third\n"                                                               \
	"expect c on; tries=2000; until grep -q -e '^ready' -e '^[A-Z]' $d/c.out; do sleep 0.01\n" \
	"tries=$((tries - 1)); [ $tries -gt 0 ] || break; done\n"                                  \
	"sed -n 's/^step-04: //p; /^answer/p' $d/c.out\n"                                          \
	"timeout 20 $out build/probe connect $host:$port x || echo lost\n"                         \
	"nft list ruleset | grep -c '[io]ifname.*accept comment \"st0a580000-24\"' || :\n"         \
	"kill $pid_c $pid_s 2>/dev/null || :; status c >&2; status s >&2; }\n"
#define WORK "answer: hello from vm to 198.51.100.1\nanswer: hello from c to 198.51.100.2\n"

/*
 * A table whose forward chain has this policy and these rules; `user` drops all, in a second chain.
 */
static const char *with_rules(const char *text)
{
	static char setup[2048];

	snprintf(setup, sizeof(setup),
		 "nft -f - <<'EOF'\ntable inet mine {\nchain user2 { drop; }\n"
		 "chain user { jump user2; }\n"
		 "chain f { type filter hook forward priority 0; %s\n}\n}\nEOF\n"
		 "undo() { nft delete table inet mine; }\n",
		 text);
	return setup;
}

static void check_form(const char *setup, const char *wanted)
{
	const struct result *result = in_network(TRY "eval \"$1\"; trap 'undo; leave' EXIT\n"
						     "nft -s list ruleset >$d/before; try\n"
						     "nft -s list ruleset | diff $d/before -",
						 setup);

	if (result->status != 0 || strcmp(result->out, wanted) != 0)
		print_error("with:\n%s", setup);
	assert_prints(result, wanted);
}

static void containers_work_beside_all_forms_of_drops(void **state)
{
	static const char *const forms[] = {
		"policy drop;",
		"drop",
		"jump user",
		"jump user2",
		"goto user",
		"jump user; accept",
		"log prefix \"will drop \" drop",
		"counter log prefix \"x \" level info counter reject with icmpx admin-prohibited",
		"ct state new drop",
		"ct state new log prefix \"new \" drop",
		"ct state { new, untracked } counter drop",
		"ct state != { established, related } drop",
		"ct state vmap { established : accept, related : accept, new : drop }",
		"ct state vmap { established : accept, new : jump user2 }",
		"iifname \"uplink\" drop",
		"iifname \"up*\" reject",
		"iif \"uplink\" ct state new drop",
		"oifname \"uplink\" drop",
		"iifname { \"uplink\", \"other\" } counter drop",
		"iifname != \"lan0\" drop",
		"iifname vmap { \"lo\" : accept, \"uplink\" : drop }",
		"oifname vmap { \"uplink\" : goto user }",
		"ct state established,related accept; iifname \"lan0\" accept; drop",
		"tcp dport 22 accept; meta l4proto icmp accept; limit rate 10/second accept; drop",
		"ip saddr 10.0.0.0/8 drop",
		"ip daddr 10.88.0.0/16 counter drop",
		"ip saddr != 192.168.0.0/16 drop",
		"meta nfproto ipv4 drop",
		/* firewalld's */
		("ct state { established, related } accept; ct status dnat accept; "
		 "iifname \"lo\" accept; ct state invalid drop; reject with icmpx "
		 "admin-prohibited"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		check_form(with_rules(forms[i]), WORK "2\n");
}

/* An accept comes before the drop, or the drop is for other packets. */
static void where_nothing_of_ours_is_dropped_nothing_is_done(void **state)
{
	static const char *const forms[] = {
		"accept; drop",
		"policy drop; accept",
		"iifname \"st0a58*\" accept; oifname \"st0a580000-24\" accept; drop",
		"return; drop",
		"ct state invalid drop",
		"ct state vmap { invalid : drop, established : accept, related : accept }",
		"ip6 saddr ::/0 drop; meta nfproto ipv6 drop",
		"iifname \"docker0\" drop; oifname \"docker0\" drop; iif \"lo\" reject",
		"iifname != \"docker0\" oifname \"docker0\" drop",
		"ip saddr 203.0.113.9 drop; ip daddr { 203.0.113.0/24, 192.0.2.0/28 } drop",
		"ip saddr 172.17.0.0/16 drop; tcp dport 25 counter drop; udp dport { 1, 2 } reject",
		"tcp flags & (fin|syn|rst|ack) != syn ct state new counter drop",
		"meta mark 0x1 drop; icmp type echo-request limit rate over 10/second drop",
		"log prefix \"drop all\" comment \"drop\"; counter comment \"x drop\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		check_form(with_rules(forms[i]), WORK "0\n");
}

/* Rules that depend on properties of packets which the step does not know: ports, marks. */
static void a_rule_that_may_drop_is_told(void **state)
{
	static const char *const forms[] = {
		"tcp dport != { 1-3, 5-65535 } drop",
		"meta mark 0x1 accept; udp dport != 53 reject",
		"meta l4proto udp drop",
	};
	static const char *const printed[] = {
		"tcp dport != { 1-3, 5-65535 } drop",
		"udp dport != 53 reject",
		"meta l4proto 17 drop",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		char wanted[512];

		snprintf(wanted, sizeof(wanted),
			 "warning: the firewall's chain inet mine f has a rule that may drop what "
			 "containers send or get: %s\n" WORK "0\n",
			 printed[i]);
		check_form(with_rules(forms[i]), wanted);
	}
}

static void need(const char *program)
{
	if (run(program, "-S", "FORWARD")->status != 0)
		skip_because("this iptables does not work here");
}

#define IPTABLES "undo() { nft delete table ip filter; }; i=iptables-nft\n"

static void containers_work_beside_iptables_forms(void **state)
{
	static const char *const forms[] = {
		"$i -N U; $i -A FORWARD -j U; $i -A U -j DROP",
		"$i -N U; $i -A FORWARD -g U; $i -A U -j REJECT --reject-with "
		"icmp-admin-prohibited",
		"$i -A FORWARD -j LOG --log-prefix 'drop '; $i -A FORWARD -j DROP",
		"$i -A FORWARD -m conntrack --ctstate NEW -j DROP",
		"$i -A FORWARD -m conntrack ! --ctstate RELATED,ESTABLISHED -j REJECT",
		"$i -A FORWARD -i uplink -j DROP",
		"$i -A FORWARD ! -i lan0 -m comment --comment 'drop it' -j DROP",
		/* The packets come to Docker's chain too late, or in time. */
		"$i -N DOCKER-USER; $i -A FORWARD -i uplink -j DROP; $i -A FORWARD -j DOCKER-USER",
		"$i -N DOCKER-USER; $i -A FORWARD -j DOCKER-USER; $i -A FORWARD -i uplink -j DROP",
		"$i -N DOCKER-USER; $i -A FORWARD -j DOCKER-USER; $i -A DOCKER-USER -i uplink -j "
		"DROP",
		"$i -N DOCKER-USER; $i -P FORWARD DROP",
		/* ufw's */
		"$i -P FORWARD DROP; for c in before-logging before after after-logging reject; do "
		"$i -N ufw-$c-forward; $i -A FORWARD -j ufw-$c-forward; done\n"
		"$i -A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
		"$i -A ufw-before-forward -p icmp --icmp-type 3 -j ACCEPT\n"
		"$i -A ufw-after-logging-forward -m limit --limit 3/min --limit-burst 10 -j LOG "
		"--log-prefix '[UFW BLOCK] '",
	};

	(void)state;
	need("iptables-nft");
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		char setup[1024];

		snprintf(setup, sizeof(setup), IPTABLES "%s\n", forms[i]);
		check_form(setup, WORK "2\n");
	}
}

/*
 * Docker's rules on a host where forwarding was on before (Docker then leaves the policy at
 * accept), and libvirt's.
 */
static void rules_of_docker_and_libvirt_are_nothing_to_us(void **state)
{
	(void)state;
	need("iptables-nft");
	check_form(IPTABLES
		   "$i -N DOCKER-USER; $i -N DOCKER; $i -N ISO1; $i -N ISO2; $i -A FORWARD -j "
		   "DOCKER-USER\n"
		   "$i -A FORWARD -j ISO1\n"
		   "$i -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
		   "$i -A FORWARD -o docker0 -j DOCKER; $i -A FORWARD -i docker0 ! -o docker0 -j "
		   "ACCEPT\n"
		   "$i -A DOCKER ! -i docker0 -o docker0 -j DROP\n"
		   "$i -A ISO1 -i docker0 ! -o docker0 -j ISO2; $i -A ISO2 -o docker0 -j DROP\n"
		   "$i -A DOCKER-USER -j RETURN\n"
		   "$i -N FWI; $i -N FWO; $i -A FORWARD -j FWI; $i -A FORWARD -j FWO\n"
		   "$i -A FWI -d 192.168.122.0/24 -o virbr0 -m conntrack --ctstate "
		   "RELATED,ESTABLISHED "
		   "-j ACCEPT\n"
		   "$i -A FWI -o virbr0 -j REJECT; $i -A FWO -i virbr0 -j REJECT\n",
		   WORK "0\n");
}

#define TOLD                                                                                       \
	"warning: iptables-legacy drops what is forwarded, and takes no rule of ours: containers " \
	"may reach nothing but this host, until you run `iptables-legacy -I FORWARD -i "           \
	"st0a580000-24 -j ACCEPT`, and the same with -o\n"

/* The step warns of iptables-legacy's rules if `drops` is true. */
static void forms_of_iptables_legacy_are_told(void **state)
{
	static const struct {
		const char *rules;
		bool drops;
	} forms[] = {
		{ "$i -P FORWARD DROP", true },
		{ "$i -A FORWARD -j REJECT", true },
		{ "$i -N U; $i -A FORWARD -j U; $i -A U -j DROP", true },
		{ "$i -A FORWARD -i uplink -j DROP", true },
		{ "$i -A FORWARD -m conntrack --ctstate NEW -j DROP", true },
		{ "$i -A FORWARD -m state ! --state ESTABLISHED -j DROP", true },
		{ "$i -A FORWARD ! -i lan0 -m comment --comment x -j LOG; $i -A FORWARD -j DROP",
		  true },
		{ "$i -P FORWARD DROP; $i -A FORWARD -j ACCEPT", false },
		{ "$i -A FORWARD -i docker0 -j DROP; $i -A FORWARD -s 203.0.113.9 -j DROP", false },
		{ "$i -A FORWARD -m conntrack --ctstate INVALID -j DROP", false },
		{ "$i -A FORWARD -p tcp --dport 25 -j REJECT", false },
		{ "$i -P FORWARD DROP; $i -A FORWARD -i st0a580000-24 -j ACCEPT\n"
		  "$i -A FORWARD -o st+ -j ACCEPT",
		  false },
	};

	(void)state;
	need("iptables-legacy");
	for (size_t n = 0; n < sizeof(forms) / sizeof(*forms); n++) {
		const struct result *result =
			in_network("i=iptables-legacy; eval \"$1\"\n"
				   "trap '$i -P FORWARD ACCEPT; $i -F; $i -X; leave' EXIT\n"
				   "./step-04 true 2>&1 | sed 's/^step-04: //'",
				   forms[n].rules);

		if (strcmp(result->out, forms[n].drops ? TOLD : "") != 0)
			print_error("with: %s\n", forms[n].rules);
		assert_prints(result, forms[n].drops ? TOLD : "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(containers_work_beside_all_forms_of_drops),
		host_test(where_nothing_of_ours_is_dropped_nothing_is_done),
		host_test(a_rule_that_may_drop_is_told),
		host_test(containers_work_beside_iptables_forms),
		host_test(rules_of_docker_and_libvirt_are_nothing_to_us),
		host_test(forms_of_iptables_legacy_are_told),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
