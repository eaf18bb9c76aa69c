/* --network none, host and bridge: what each has, and what it has not. */
#include "network.h"

#define NAMESPACE "readlink /proc/self/ns/net"

/* `begin_with TOKEN OPTION...`: a container, into whose network `within TOKEN COMMAND` looks. */
#define BEGIN_WITH                                                                                 \
	"begin_with() { t=$1; shift; begin c ./step-04 \"$@\" sh -c 'echo on\n"                    \
	"exec probe sleep 60 $0' $t; expect c on; }\n"

static void none_has_loopback_alone(void **state)
{
	(void)state;
	assert_prints(in_network(BEGIN_WITH
				 "begin_with $1 --network none\n"
				 "within $1 ip -o link | sed 's/: <.*[<,]UP[,>].*/ up/'\n"
				 "within $1 ip -o addr | tr -s ' ' | cut -d ' ' -f 2-4\n"
				 "within $1 ip route",
				 random_name()),
		      "1: lo up\nlo inet 127.0.0.1/8\nlo inet6 ::1/128\n");
}

static void none_talks_to_itself(void **state)
{
	const char *token = random_name();
	char wanted[256];

	(void)state;
	snprintf(wanted, sizeof(wanted),
		 "0\nfrom 127.0.0.1: %s\nfrom [::1]: %s\nfrom 127.0.0.1: %s\n", token, token,
		 token);
	assert_prints(in_network("begin c ./step-04 --network none sh -ec '\n"
				 "probe listen 127.0.0.1:$1 & probe listen [::1]:$1 &\n"
				 "probe listen udp 127.0.0.1:$1 &\n"
				 "for a in 127.0.0.1 [::1] \"udp 127.0.0.1\"; do\n"
				 "until probe connect $a:$1 $0; do usleep 10000; done; done\n"
				 "wait' $1 $port\n"
				 "status c; sed -n 's/^\\(from .*\\):[0-9]*:/\\1:/p' "
				 "$d/c.out",
				 token),
		      wanted);
}

static void none_reaches_nothing_else(void **state)
{
	(void)state;
	assert_prints(in_network("$out build/probe connect $host:9 x || :\n" /* the host answers */
				 "./step-04 --network none sh -c 'for a; do\n"
				 "probe connect $a:9 x; probe connect udp $a:9 x; done\n"
				 "probe connect [fe80::1]:9 x' sh $host $far 10.88.0.1 || :",
				 NULL),
		      "ECONNREFUSED\nENETUNREACH\nENETUNREACH\nENETUNREACH\nENETUNREACH\n"
		      "ENETUNREACH\nENETUNREACH\nEINVAL\n");
}

static void none_and_bridge_have_namespaces_of_their_own(void **state)
{
	(void)state;
	assert_new_namespaces("ipc mnt net pid uts ", "./step-04", "probe", "namespaces");
	assert_new_namespaces("ipc mnt net pid uts ", "./step-04", "--network", "none", "probe",
			      "namespaces");
	assert_prints(in_network("for c in bridge bridge2 none none2; do\n"
				 "begin $c ./step-04 --network ${c%2} sh -c '" NAMESPACE
				 "; probe sleep 60'\nexpect $c 'net:.*'; done\n"
				 "sort -u $d/*.out | wc -l",
				 NULL),
		      "4\n");
}

static void host_is_the_hosts_own_namespace(void **state)
{
	(void)state;
	assert_new_namespaces("ipc mnt pid uts ", "./step-04", "--network", "host", "probe",
			      "namespaces");
	assert_prints(in_network("for c in '" NAMESPACE "' 'ls /sys/class/net'; do $c\n"
				 "./step-04 --network host $c; done | sort | uniq -c | wc -l\n"
				 "./step-04 --network host ip -4 addr show uplink | grep -c inet\n"
				 "./step-04 --network host ls /sys/class/net",
				 NULL),
		      "3\n2\nlo\nuplink\n");
}

/* With vm.memfd_noexec=2, Linux 6.3 to 6.5 refuse memfd_create(2) without MFD_NOEXEC_SEAL. */
static void files_in_memory_are_not_executable(void **state)
{
	(void)state;
	if (access("/proc/sys/vm/memfd_noexec", F_OK) < 0)
		skip_because("vm.memfd_noexec needs Linux 6.3");
	assert_prints(in_network("unshare --pid --fork --mount-proc sh -c 'echo 2 "
				 ">/proc/sys/vm/memfd_noexec; ./step-04 ls /sys/class/net'",
				 NULL),
		      "eth0\nlo\n");
}

static void bridge_is_the_default(void **state)
{
	(void)state;
	assert_prints(in_network("./step-04 ls /sys/class/net; "
				 "./step-04 --network bridge ls /sys/class/net",
				 NULL),
		      "eth0\nlo\neth0\nlo\n");
}

static void bridge_has_an_address_and_a_default_route(void **state)
{
	(void)state;
	assert_prints(in_network(BEGIN_WITH
				 "begin_with $1 --subnet 10.91.7.0/28 --ip 10.91.7.9\n"
				 "within $1 ip -4 -o addr show eth0 | grep -o 'inet.*global'\n"
				 "within $1 ip route | sed 's/ *$//'\n"
				 "within $1 ip link show eth0 | grep -o '[<,]UP,LOWER_UP'\n"
				 "within $1 ip -o addr show lo | tr -s ' ' | cut -d ' ' -f 4",
				 random_name()),
		      "inet 10.91.7.9/28 brd 10.91.7.15 scope global\n"
		      "default via 10.91.7.1 dev eth0 proto static\n"
		      "10.91.7.0/28 dev eth0 proto kernel scope link src 10.91.7.9\n"
		      ",UP,LOWER_UP\n127.0.0.1/8\n::1/128\n");
}

static void its_device_has_no_ipv6_address(void **state)
{
	(void)state;
	assert_prints(in_network("./step-04 ip -6 -o addr show eth0", NULL), "");
}

static void hosts_names_the_containers_address(void **state)
{
	const char *name = random_name();
	char wanted[256];

	(void)state;
	snprintf(wanted, sizeof(wanted),
		 "127.0.0.1\tlocalhost\n::1\tlocalhost\n10.91.7.9\t%s\n"
		 "127.0.0.1\tlocalhost\n::1\tlocalhost\n127.0.1.1\t%s\n10.91.7.9\n",
		 name, name);
	assert_prints(in_network("./step-04 --subnet 10.91.7.0/28 --ip 10.91.7.9 --hostname $1 "
				 "cat /etc/hosts\n"
				 "./step-04 --network none --hostname $1 cat /etc/hosts\n"
				 "./step-04 --subnet 10.91.7.0/28 --ip 10.91.7.9 --hostname $1 "
				 "ping -c 1 -W 5 $1 | sed -n 's/^PING .*(\\(.*\\)):.*/\\1/p'",
				 name),
		      wanted);
}

static void the_first_container_makes_the_bridge_and_the_last_removes_it(void **state)
{
	(void)state;
	assert_prints(in_network("links() { ip -o link show type bridge | wc -l; }\n"
				 "links; for c in a b; do begin $c ./step-04 sh -c 'echo on\n"
				 "exec probe sleep 60'; expect $c on; links; done\n"
				 "kill $pid_a; status a; links; kill $pid_b; status b; links\n"
				 "ls -d /run/step* || :",
				 NULL),
		      "0\n1\n1\n143\n1\n143\n0\n");
}

static void verbose_tells_what_each_side_does(void **state)
{
	const struct result *result =
		run("./step-04", "--verbose", "--subnet", "10.91.7.0/28", "true");

	(void)state;
	assert_success(result);
	assert_contains(result->err, "[host] RTM_NEWLINK bridge st");
	assert_contains(result->err, "[host] RTM_NEWLINK veth ");
	assert_contains(result->err, "[host] setns to the container's network namespace\n");
	assert_contains(result->err, "[host] RTM_NEWADDR 10.91.7.2/28 to eth0\n");
	assert_contains(result->err, "[host] RTM_NEWROUTE default via 10.91.7.1\n");
	assert_string_equal(run("./step-04", "true")->err, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(none_has_loopback_alone),
		host_test(none_talks_to_itself),
		host_test(none_reaches_nothing_else),
		host_test(none_and_bridge_have_namespaces_of_their_own),
		host_test(host_is_the_hosts_own_namespace),
		host_test(files_in_memory_are_not_executable),
		host_test(bridge_is_the_default),
		host_test(bridge_has_an_address_and_a_default_route),
		host_test(its_device_has_no_ipv6_address),
		host_test(hosts_names_the_containers_address),
		host_test(the_first_container_makes_the_bridge_and_the_last_removes_it),
		host_test(verbose_tells_what_each_side_does),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
