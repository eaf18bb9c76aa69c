/* The network lacks something that it needs: one line says what, and nothing is left. */
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "fail.h"
#include "link.h"
#include "network.h"
#include "rtnl.h"

/* `$mine "$hide ..."`: runs a script where there is no nft. */
#define HIDE MINE "hide='mount -t tmpfs none /usr/sbin;'\n"

static void without_nft_none_and_host_work(void **state)
{
	(void)state;
	assert_prints(in_network(HIDE "$mine \"$hide ./step-04 --network none echo none\n"
				      "./step-04 --network host echo host\"",
				 NULL),
		      "none\nhost\n");
}

static void without_nft_a_bridge_is_refused(void **state)
{
	static const char refusal[] = "nft cannot be executed: ENOENT; `make doctor` ";

	(void)state;
	assert_refused(in_network(HIDE "$mine \"$hide ./step-04 true\"", NULL), 125, refusal);
	assert_refused(in_network(HIDE "$mine \"$hide ./step-04 -p 8080:80 true\"", NULL), 125,
		       refusal);
}

static void without_the_right_to_network_it_says_so(void **state)
{
	(void)state;
	assert_refused(run("setpriv", "--bounding-set=-net_admin", "./step-04", "true"), 125,
		       "step-04: RTM_NEWLINK bridge st0a580000-24: EPERM Operation not permitted; "
		       "needs the right to configure networks, CAP_NET_ADMIN\n");
	assert_refused(
		run("setpriv", "--bounding-set=-net_admin", "./step-04", "--network=none", "true"),
		125,
		"step-04: ioctl SIOCSIFFLAGS lo up: EPERM Operation not permitted; needs the right "
		"to configure networks, CAP_NET_ADMIN\n");
}

/* In a new user namespace, the files in /proc/sys/user are its own. */
static void network_namespaces_have_a_limit(void **state)
{
	(void)state;
	assert_refused(run("unshare", "--user", "--map-root-user", "sh", "-c",
			   "echo 0 >/proc/sys/user/max_net_namespaces && exec ./step-04 "
			   "--network none true"),
		       125,
		       "step-04: unshare CLONE_NEWNET: ENOSPC No space left on device; the limit "
		       "in /proc/sys/user/max_net_namespaces is reached\n");
}

static void without_root_it_says_so(void **state)
{
	static const char *const modes[] = { "none", "host" };

	(void)state;
	assert_refused(run("setpriv", "--reuid=65534", "--clear-groups", "./step-04", "true"), 125,
		       ": EACCES Permission denied; a bridge needs root: use sudo");
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		assert_refused(run("setpriv", "--reuid=65534", "--clear-groups", "./step-04",
				   "--network", modes[i], "true"),
			       125, "; new namespaces need root: use sudo\n");
}

static void a_run_that_is_read_only_is_told(void **state)
{
	(void)state;
	assert_refused(in_network(MINE
				  "$mine 'mount -t tmpfs -o ro none /run; exec ./step-04 true'",
				  NULL),
		       125, "; /run is read-only: use --network none or host\n");
	assert_prints(in_network(MINE
				 "$mine 'mount -t tmpfs -o ro none /run\n"
				 "for n in none host; do ./step-04 --network $n echo $n; done'",
				 NULL),
		      "none\nhost\n");
}

/*
 * Makes socket(2) for NETLINK_NETFILTER fail in this process and its children, as in a kernel
 * without it.
 */
static void refuse_netfilter(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NETLINK_NETFILTER, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPROTONOSUPPORT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static int run_without_netfilter(void)
{
	refuse_netfilter();
	assert_refused(
		run("./step-04", "true"), 125,
		"Unable to initialize Netlink socket: Protocol not supported; `make doctor` ");
	return 0;
}

static void a_kernel_without_nftables_is_told(void **state)
{
	(void)state;
	assert_int_equal(run_function(run_without_netfilter), 0);
}

/* All calls of sendmsg(2) fail, so the kernel gets no netlink message. */
static void a_failure_of_nft_is_told(void **state)
{
	(void)state;
	assert_refused(in_network("strace -qq -f -e signal=none -E ASAN_OPTIONS=detect_leaks=0 "
				  "-o $d/log -e inject=sendmsg:error=EIO ./step-04 true",
				  NULL),
		       125, "step-04: ");
}

/* The message has the kernel's own explanation, and the errno's name. */
static void a_refusal_is_told_in_the_kernels_words(void **state)
{
	autortnl struct rtnl rtnl = { 0 };
	struct nlattr *info;

	(void)state;
	assert_int_equal(rtnl_open(&rtnl, NETLINK_ROUTE), 0);
	rtnl_begin(&rtnl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	nla_put_string(rtnl.message, IFLA_IFNAME, "odd");
	info = nla_nest_start(rtnl.message, IFLA_LINKINFO);
	nla_put_string(rtnl.message, IFLA_INFO_KIND, "nosuchkind");
	nla_nest_end(rtnl.message, info);
	assert_int_equal(rtnl_send(&rtnl, "RTM_NEWLINK %s", "odd"), -1);
	assert_string_equal(fail_get()->text,
			    "RTM_NEWLINK odd (Unknown device type): EOPNOTSUPP Operation not "
			    "supported");
	forget_failure();
}

static void a_refusal_without_words_is_told_by_its_errno(void **state)
{
	const struct in_addr address = { htonl(0x0a5b0701) };
	autortnl struct rtnl rtnl = { 0 };

	(void)state;
	assert_int_equal(rtnl_open(&rtnl, NETLINK_ROUTE), 0);
	assert_int_equal(link_delete(&rtnl, "nosuchdevice"), -1);
	assert_string_equal(fail_get()->text, "RTM_DELLINK nosuchdevice: ENODEV No such device");
	forget_failure();
	assert_int_equal(link_add_address(&rtnl, "nosuchdevice", address, 24), -1);
	assert_string_equal(fail_get()->text, "if_nametoindex nosuchdevice: ENODEV No such device");
	forget_failure();
	assert_int_equal(link_create_veth(&rtnl, "v0", "nosuchbridge", "v1", -1, address), -1);
	forget_failure();
	assert_int_equal(link_set_rate(&rtnl, "nosuchdevice", 10000000), -1);
	forget_failure();
}

static void a_name_that_is_taken_is_told(void **state)
{
	const struct in_addr address = { htonl(0x0a5b0701) };
	autortnl struct rtnl rtnl = { 0 };

	(void)state;
	assert_int_equal(rtnl_open(&rtnl, NETLINK_ROUTE), 0);
	assert_int_equal(link_create_bridge(&rtnl, "uplink", address), -1);
	assert_contains(fail_get()->text, "RTM_NEWLINK bridge uplink");
	assert_contains(fail_get()->text, "EEXIST");
	forget_failure();
}

/* The table is there as after a crash, and somebody has removed its bridge by hand. */
static void a_table_that_was_left_is_no_matter(void **state)
{
	(void)state;
	assert_prints(
		in_network("nft 'add table ip st0a580000-24'\n"
			   "nft 'add chain ip st0a580000-24 forward { type filter hook "
			   "forward priority 0 ; policy drop ; }'\n"
			   "nft 'add rule ip st0a580000-24 forward drop'\n"
			   "./step-04 ping -q -c 1 -W 5 $far | grep -o '[0-9]* packets rec.*'\n"
			   "nft list tables",
			   NULL),
		"1 packets received, 0% packet loss\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(without_nft_none_and_host_work),
		host_test(without_nft_a_bridge_is_refused),
		host_test(without_the_right_to_network_it_says_so),
		host_test(network_namespaces_have_a_limit),
		host_test(without_root_it_says_so),
		host_test(a_run_that_is_read_only_is_told),
		host_test(a_kernel_without_nftables_is_told),
		host_test(a_failure_of_nft_is_told),
		host_test(a_refusal_is_told_in_the_kernels_words),
		host_test(a_refusal_without_words_is_told_by_its_errno),
		host_test(a_name_that_is_taken_is_told),
		host_test(a_table_that_was_left_is_no_matter),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
