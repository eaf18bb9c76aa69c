/* --publish: ports of the host that lead into a container. */
#include "network.h"

/* `ask tcp` or `ask udp`: asks the published port, from everywhere but the container itself. */
#define ASK                                                                                        \
	"ask() {\n"                                                                                \
	"$out build/probe connect $1 $host:$port outside\n"                                        \
	"$out build/probe connect $1 $alias:$port outside-alias\n"                                 \
	"build/probe connect $1 $host:$port host\n"                                                \
	"build/probe connect $1 127.0.0.1:$port loopback\n"                                        \
	"build/probe connect $1 10.88.0.1:$port bridge\n"                                          \
	"./step-04 probe connect $1 $host:$port other; }\n"

static void check_reached_from_everywhere(const char *protocol, const char *wanted)
{
	assert_prints(in_network(ASK "begin c ./step-04 -h c -p $port:$second/$1 sh -c '\n"
				     "probe listen $0 $1 7 &\n"
				     "until probe connect $0 $2 itself; do probe sleep 1; done\n"
				     "wait' $1 $second $host:$port\n"
				     "expect c '.*answer.*'; ask $1; status c\n"
				     "sed -n 's/:[0-9]*: / /; /^from/p' $d/c.out",
				 protocol),
		      wanted);
}

#define ANSWERS                                                                                    \
	"answer: hello from c to 198.51.100.2\nanswer: hello from c to 198.51.100.2\n"             \
	"answer: hello from c to 198.51.100.1\nanswer: hello from c to 10.88.0.1\n"                \
	"answer: hello from c to 10.88.0.1\nanswer: hello from c to 10.88.0.1\n0\n"
#define HEARD                                                                                      \
	"from 10.88.0.1 itself\nfrom 198.51.100.2 outside\nfrom 198.51.100.2 outside-alias\n"      \
	"from 198.51.100.1 host\nfrom 10.88.0.1 loopback\nfrom 10.88.0.1 bridge\n"                 \
	"from 10.88.0.1 other\n"

static void a_tcp_port_is_reached_from_everywhere(void **state)
{
	(void)state;
	check_reached_from_everywhere("tcp", ANSWERS HEARD);
}

static void a_udp_port_is_reached_from_everywhere(void **state)
{
	(void)state;
	check_reached_from_everywhere("udp", ANSWERS HEARD);
}

static void tcp_and_udp_ports_of_one_number_are_two(void **state)
{
	(void)state;
	assert_prints(in_network("serve a ./step-04 -h a -p $port:1/tcp probe listen 1\n"
				 "serve b ./step-04 -h b -p $port:1/udp probe listen udp 1\n"
				 "$out build/probe connect udp $host:$port x; status b\n"
				 "$out build/probe connect $host:$port x; status a",
				 NULL),
		      "answer: hello from b to 198.51.100.2\n0\nanswer: hello from a to "
		      "198.51.100.2\n0\n");
}

static void a_port_of_one_address_is_reached_only_there(void **state)
{
	(void)state;
	assert_prints(
		in_network("serve c ./step-04 -h c -p $alias:$port:1 probe listen 1 2\n"
			   "for a in $host 127.0.0.1 10.88.0.1; do\n"
			   "build/probe connect $a:$port x || :; done\n"
			   "$out build/probe connect $host:$port x || :\n"
			   "build/probe connect $alias:$port x\n"
			   "$out build/probe connect $alias:$port x",
			   NULL),
		"ECONNREFUSED\nECONNREFUSED\nECONNREFUSED\nECONNREFUSED\n"
		"answer: hello from c to 198.51.100.1\nanswer: hello from c to 198.51.100.2\n");
}

static void two_containers_share_a_port_at_two_addresses(void **state)
{
	(void)state;
	assert_prints(in_network("serve a ./step-04 -h a -p $alias:$port:1 probe listen 1\n"
				 "serve b ./step-04 -h b -p $host:$port:1 probe listen 1\n"
				 "$out build/probe connect $alias:$port x\n"
				 "$out build/probe connect $host:$port x",
				 NULL),
		      "answer: hello from a to 198.51.100.2\n"
		      "answer: hello from b to 198.51.100.2\n");
}

static void a_port_in_use_is_refused(void **state)
{
	(void)state;
	assert_refused(in_network("serve s build/probe listen $port\n"
				  "./step-04 --publish $port:80 probe listen 80",
				  NULL),
		       125,
		       "/tcp to publish it: EADDRINUSE Address already in use; "
		       "a program or another container has this port: take another\n");
	assert_refused(in_network("serve s build/probe listen udp 127.0.0.1:$port\n"
				  "./step-04 --publish $port:80/udp probe listen udp 80",
				  NULL),
		       125, "/udp to publish it: EADDRINUSE Address already in use");
	assert_refused(in_network("./step-04 --publish 203.0.113.9:$port:80 true", NULL), 125,
		       "bind 203.0.113.9:");
}

static void a_port_of_another_container_is_refused(void **state)
{
	(void)state;
	assert_refused(in_network("serve s ./step-04 -p $port:80 probe listen 80 2\n"
				  "./step-04 -p $second:80 -p $port:81 probe listen 80",
				  NULL),
		       125, "/tcp to publish it: EADDRINUSE Address already in use");
	assert_refused(in_network("./step-04 -p $port:80 -p $port:81 probe listen 80", NULL), 125,
		       "/tcp to publish it: EADDRINUSE Address already in use");
}

/* The port is free even while another container keeps the bridge. */
static void the_port_is_free_again_after_the_end(void **state)
{
	(void)state;
	assert_prints(in_network("begin other ./step-04 sh -c 'echo on; probe sleep 60'\n"
				 "expect other on\n"
				 "serve c ./step-04 -h c -p $port:1 probe listen 1\n"
				 "begin s build/probe listen $port; status s\n"
				 "$out build/probe connect $host:$port x; status c\n"
				 "$out build/probe connect $host:$port x || :\n"
				 "serve s build/probe listen $port\n"
				 "$out build/probe connect $host:$port x",
				 NULL),
		      "3\nanswer: hello from c to 198.51.100.2\n0\nECONNREFUSED\n"
		      "answer: hello from vm to 198.51.100.2\n");
}

static void twenty_ports_are_published(void **state)
{
	(void)state;
	assert_prints(
		in_network("set --; i=0; while [ $i -lt 20 ]; do\n"
			   "set -- \"$@\" -p $((port + i)):$((100 + i)); i=$((i + 1)); done\n"
			   "begin c ./step-04 -h c \"$@\" sh -c 'i=0; while [ $i -lt 20 ]; do\n"
			   "probe listen $((100 + i)) & i=$((i + 1)); done; wait'\n"
			   "wait_ready() { test $(grep -c ready $d/c.out) = 20; }\n"
			   "until wait_ready; do sleep 0.01; done\n"
			   "i=0; while [ $i -lt 20 ]; do\n"
			   "$out build/probe connect $host:$((port + i)) x >&2\n"
			   "i=$((i + 1)); done; status c",
			   NULL),
		"0\n");
}

/* The address is at a new device then. Nothing that was learnt of the old device may be used. */
static void a_port_works_again_at_once_with_the_next_container(void **state)
{
	(void)state;
	assert_prints(in_network("begin other ./step-04 sh -c 'echo on; probe sleep 60'\n"
				 "expect other on\n"
				 "i=0; while [ $i -lt 10 ]; do\n"
				 "serve c ./step-04 -h c$i -p $port:1 probe listen 1\n"
				 "$out build/probe connect $host:$port x\n"
				 "status c; i=$((i + 1)); done",
				 NULL),
		      "answer: hello from c0 to 198.51.100.2\n0\n"
		      "answer: hello from c1 to 198.51.100.2\n0\n"
		      "answer: hello from c2 to 198.51.100.2\n0\n"
		      "answer: hello from c3 to 198.51.100.2\n0\n"
		      "answer: hello from c4 to 198.51.100.2\n0\n"
		      "answer: hello from c5 to 198.51.100.2\n0\n"
		      "answer: hello from c6 to 198.51.100.2\n0\n"
		      "answer: hello from c7 to 198.51.100.2\n0\n"
		      "answer: hello from c8 to 198.51.100.2\n0\n"
		      "answer: hello from c9 to 198.51.100.2\n0\n");
}

/* A program that serves the host's port meanwhile must get all of its clients. */
static void a_killed_containers_port_leads_nowhere_after_the_next_start(void **state)
{
	(void)state;
	assert_prints(in_network("begin other ./step-04 sh -c 'echo on; probe sleep 60'\n"
				 "expect other on\n"
				 "serve c ./step-04 -p $port:1 probe listen 1\n"
				 "kill -KILL $pid_c; status c\n"
				 "serve next ./step-04 -h next probe listen 1\n"
				 "serve s build/probe listen $port\n"
				 "$out build/probe connect $host:$port x || echo lost",
				 NULL),
		      "137\nanswer: hello from vm to 198.51.100.2\n");
}

/*
 * The kernel sees one connection, which was translated to the first container's address. Another
 * container has that address later. bash's /dev/udp keeps its port.
 */
static void a_udp_client_that_goes_on_comes_to_the_next_container(void **state)
{
	(void)state;
	assert_prints(
		in_network("up() { begin $1 ./step-04 sh -c 'echo on; exec probe sleep 60'\n"
			   "expect $1 on; }\n"
			   "mkfifo $d/say; begin client $out bash -c 'exec 5<>/dev/udp/$1/$2\n"
			   "while :; do read line <$3 && echo $line >&5; done' bash $host $port "
			   "$d/say\n"
			   "up one; serve a ./step-04 -p $port:1/udp probe listen udp 1\n"
			   "echo first >$d/say; heard a | sed 's/.* //'; status a\n"
			   "up two; serve b ./step-04 -p $port:1/udp probe listen udp 1\n"
			   "echo second >$d/say; heard b | sed 's/.* //'; status b",
			   NULL),
		"first\n0\nsecond\n0\n");
}

/* The server closed its connection first, which keeps the port in TIME_WAIT for a minute. */
static void a_port_in_time_wait_is_published(void **state)
{
	(void)state;
	assert_prints(
		in_network(
			"serve s build/probe listen $port\n"
			"$out bash -c 'exec 5<>/dev/tcp/$0/$1; echo x >&5; cat <&5' $host $port\n"
			"status s; ss -Htan state time-wait \"sport = :$port\" | grep -c $host\n"
			"serve c ./step-04 -h c -p $port:80 probe listen 80 2\n"
			"$out build/probe connect $host:$port x\n"
			"no ./step-04 -p $port:80 true 2>$d/x; grep -c EADDRINUSE $d/x",
			NULL),
		"hello from vm to 198.51.100.2\n0\n1\nanswer: hello from c to 198.51.100.2\n1\n");
}

/*
 * `client NAME ADDRESS PREFIX`: a UDP client of $port. PREFIX, $out or env, says where it runs.
 * `say NAME LINE`: the client sends the line, from the same port each time.
 */
#define CLIENT                                                                                     \
	"client() { mkfifo $d/$1.say; begin $1 $3 bash -c 'exec 5<>/dev/udp/$1/$2 6<>$3\n"         \
	"while read line <&6; do echo $line >&5; done' bash $2 $port $d/$1.say; }\n"               \
	"say() { echo $2 >$d/$1.say; }\n"                                                          \
	"up() { begin $1 ./step-04 sh -c 'echo on; exec probe sleep 60'\n"                         \
	"expect $1 on; }\n"

/*
 * The next container has the killed container's address. The killed container's client keeps
 * sending, although the kernel tells it at times that no program has the port.
 */
static void the_client_of_a_killed_container_does_not_come_to_a_stranger(void **state)
{
	(void)state;
	assert_prints(in_network(CLIENT
				 "up other; client c $host \"$out\"\n"
				 "serve a ./step-04 -p $port:53/udp probe listen udp 53 9\n"
				 "say c first; heard a | sed 's/.* //'\n"
				 "kill -KILL $pid_a; status a; say c lost\n"
				 "serve next ./step-04 -h next probe listen udp 53\n"
				 "serve s build/probe listen udp $port 9\n"
				 "until grep -q second $d/s.out; do say c second; sleep 0.1; done\n"
				 "heard s | sed 's/.* //; q'; grep -c from $d/next.out || :",
				 NULL),
		      "first\n137\nsecond\n0\n");
}

/*
 * When a port is published and when its container ends, the kernel must not forget connections to
 * the same port elsewhere: those of the host itself, and those to another address of the host.
 */
static void other_connections_to_the_port_go_on(void **state)
{
	(void)state;
	assert_prints(
		in_network(
			CLIENT
			"count() { nft list chain ip watch $1 | grep -o 'packets [0-9]*'; }\n"
			"up other; serve far $out build/probe listen udp $port 9\n"
			"serve alias build/probe listen udp $alias:$port 9\n"
			"nft -f - <<EOF\ntable ip watch {\n"
			"chain out { type filter hook postrouting priority 0\n"
			"udp dport $port ct state new counter\n}\n"
			"chain in { type filter hook input priority 0\n"
			"iifname uplink udp dport $port ct state new counter\n}\n}\nEOF\n"
			"client o $far env; client i $alias \"$out\"\n"
			"say o one; expect far '.*: one'; say i one; expect alias '.*: one'\n"
			"begin a ./step-04 -p $host:$port:53/udp sh -c 'echo on; probe sleep 60'\n"
			"expect a on\n"
			"say o two; expect far '.*: two'; say i two; expect alias '.*: two'\n"
			"kill $pid_a; status a\n"
			"say o three; expect far '.*: three'; say i three; expect alias '.*: "
			"three'\n"
			"count out; count in; nft delete table ip watch",
			NULL),
		"143\npackets 1\npackets 1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_tcp_port_is_reached_from_everywhere),
		host_test(a_udp_port_is_reached_from_everywhere),
		host_test(tcp_and_udp_ports_of_one_number_are_two),
		host_test(a_port_of_one_address_is_reached_only_there),
		host_test(two_containers_share_a_port_at_two_addresses),
		host_test(a_port_in_use_is_refused),
		host_test(a_port_of_another_container_is_refused),
		host_test(the_port_is_free_again_after_the_end),
		host_test(twenty_ports_are_published),
		host_test(a_port_works_again_at_once_with_the_next_container),
		host_test(a_killed_containers_port_leads_nowhere_after_the_next_start),
		host_test(a_udp_client_that_goes_on_comes_to_the_next_container),
		host_test(a_port_in_time_wait_is_published),
		host_test(the_client_of_a_killed_container_does_not_come_to_a_stranger),
		host_test(other_connections_to_the_port_go_on),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
