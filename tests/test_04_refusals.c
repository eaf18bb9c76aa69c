/* What the network needs and does not get: one line says what, and nothing is left. */
#include <linux/rtnetlink.h>

#include "fail.h"
#include "link.h"
#include "netlink.h"
#include "network.h"

/* `$mine "$hide ..."`: there the library cannot be loaded. */
#define HIDE                                                                                       \
	MINE "for lib in $(ldconfig -p | sed -n 's/.*libnftables.so.1 .*=> //p'); do\n"            \
	     "hide=\"${hide:-} mount --bind /dev/null $lib;\"; done; test -n \"$hide\"\n"

static void without_libnftables_none_and_host_work(void **state)
{
	(void)state;
	assert_prints(in_network(HIDE "$mine \"$hide ./step-04 --network none echo none\n"
				      "./step-04 --network host echo host\"",
				 NULL),
		      "none\nhost\n");
}

static void without_libnftables_a_bridge_is_refused(void **state)
{
	(void)state;
	assert_refused(in_network(HIDE "$mine \"$hide ./step-04 true\"", NULL), 125,
		       "libnftables.so.1 cannot be loaded; `make deps` installs it\n");
	assert_refused(in_network(HIDE "$mine \"$hide ./step-04 -p 8080:80 true\"", NULL), 125,
		       "libnftables.so.1 cannot be loaded; `make deps` installs it\n");
}

static void without_the_right_to_network_it_says_so(void **state)
{
	(void)state;
	assert_refused(run("setpriv", "--bounding-set=-net_admin", "./step-04", "true"), 125,
		       "step-04: RTM_NEWLINK bridge st0a580000-24: EPERM ");
	assert_refused(
		run("setpriv", "--bounding-set=-net_admin", "./step-04", "--network=none", "true"),
		125, "step-04: ioctl SIOCSIFFLAGS lo up: EPERM ");
	assert_refused(run("setpriv", "--reuid=65534", "--clear-groups", "./step-04", "true"), 125,
		       "step-04: mkdir /run/steps-net-");
}

static void a_kernel_without_nftables_is_told(void **state)
{
	(void)state;
	assert_refused(in_network("t='strace -qq -e signal=none -E ASAN_OPTIONS=detect_leaks=0'\n"
				  "$t -o $d/log -e trace=socket ./step-04 true\n"
				  "n=$(grep -n -m 1 NETLINK_NETFILTER $d/log | cut -d : -f 1)\n"
				  "$t -o $d/log -e inject=socket:error=EPROTONOSUPPORT:when=$n "
				  "./step-04 true",
				  NULL),
		       125, ": this kernel has no nftables");
}

/* The kernel's words come with the errno's name. */
static void a_refusal_is_told_in_the_kernels_words(void **state)
{
	autonetlink struct netlink netlink = { 0 };
	struct nlattr *info;

	(void)state;
	assert_int_equal(netlink_open(&netlink, NETLINK_ROUTE), 0);
	netlink_begin(&netlink, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	netlink_put_text(&netlink, IFLA_IFNAME, "odd");
	info = netlink_nest(&netlink, IFLA_LINKINFO);
	netlink_put_text(&netlink, IFLA_INFO_KIND, "nosuchkind");
	netlink_nest_end(&netlink, info);
	assert_int_equal(netlink_send(&netlink, "RTM_NEWLINK %s", "odd"), -1);
	assert_string_equal(fail_get()->text,
			    "RTM_NEWLINK odd (Unknown device type): EOPNOTSUPP Operation not "
			    "supported");
	forget_failure();
}

static void a_refusal_without_words_is_told_by_its_errno(void **state)
{
	const struct in_addr address = { htonl(0x0a5b0701) };
	autonetlink struct netlink netlink = { 0 };

	(void)state;
	assert_int_equal(netlink_open(&netlink, NETLINK_ROUTE), 0);
	assert_int_equal(link_delete(&netlink, "nosuchdevice"), -1);
	assert_string_equal(fail_get()->text, "RTM_DELLINK nosuchdevice: ENODEV No such device");
	forget_failure();
	assert_int_equal(link_add_address(&netlink, "nosuchdevice", address, 24), -1);
	assert_string_equal(fail_get()->text, "if_nametoindex nosuchdevice: ENODEV No such device");
	forget_failure();
	assert_int_equal(link_create_veth(&netlink, "v0", "nosuchbridge", "v1", -1, address), -1);
	forget_failure();
	assert_int_equal(link_set_rate(&netlink, "nosuchdevice", 10000000), -1);
	forget_failure();
}

static void a_name_that_is_taken_is_told(void **state)
{
	const struct in_addr address = { htonl(0x0a5b0701) };
	autonetlink struct netlink netlink = { 0 };

	(void)state;
	assert_int_equal(netlink_open(&netlink, NETLINK_ROUTE), 0);
	assert_int_equal(link_create_bridge(&netlink, "uplink", address), -1);
	assert_contains(fail_get()->text, "RTM_NEWLINK bridge uplink");
	assert_contains(fail_get()->text, "EEXIST");
	forget_failure();
}

/* As after a crash whose bridge somebody has removed by hand. */
static void a_table_that_was_left_is_no_matter(void **state)
{
	(void)state;
	assert_prints(
		in_network("nft 'add table ip st0a580000-24'\n"
			   "nft 'add chain ip st0a580000-24 forward { type filter hook "
			   "forward priority 0 ; policy drop ; }'\n"
			   "nft 'add rule ip st0a580000-24 forward drop'\n"
			   "./step-04 ping -q -c 1 -W 2 $far | grep -o '[0-9]* packets rec.*'\n"
			   "nft list tables",
			   NULL),
		"1 packets received, 0% packet loss\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(without_libnftables_none_and_host_work),
		host_test(without_libnftables_a_bridge_is_refused),
		host_test(without_the_right_to_network_it_says_so),
		host_test(a_kernel_without_nftables_is_told),
		host_test(a_refusal_is_told_in_the_kernels_words),
		host_test(a_refusal_without_words_is_told_by_its_errno),
		host_test(a_name_that_is_taken_is_told),
		host_test(a_table_that_was_left_is_no_matter),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
