/* config.json's linux.netDevices: devices of the host that move into the container. */
#include "test_06_oci.h"

/*
 * A script that begins with CABLES has the ends of a cable, h0 and p0 (and h1, p1), in the tests'
 * own network. $other is a network namespace with a device `taken`. `devices JSON` asks for
 * devices.
 */
#define CABLES                                                                                     \
	"for i in 0 1; do ip link add h$i type veth peer name p$i; done\n"                         \
	"unshare --net sleep 1000 & holder=$!; other=/proc/$holder/ns/net\n"                       \
	"entered() { [ $(readlink $other) != $(readlink /proc/self/ns/net) ]; }\n"                 \
	"wait_for entered; inside_other() { nsenter --net=$other \"$@\"; }\n"                      \
	"inside_other ip link add taken type veth\n"                                               \
	"gone() { no ip link show p0 && no ip link show p1; } 2>/dev/null >&2\n"                   \
	"trap 'oci delete --force --regex . || true; kill $holder; ip link del p0 || true\n"       \
	"  ip link del p1 || true; wait_for gone; rm -rf --one-file-system $d' EXIT\n"             \
	"devices() { config --argjson n \"$1\" '.linux.netDevices = $n'; }\n"                      \
	"joining() { config --arg p $other '.linux.namespaces |= map(if .type == \"network\"\n"    \
	"  then .path = $p else . end)'; }\n"

static void a_device_moves_with_its_global_addresses(void **state)
{
	(void)state;
	/* An address with a lifetime, and one with the scope "link", stay behind. */
	assert_prints(
		oci_script(CABLES
			   "ip link set h0 mtu 1400 up; ip addr add 192.0.2.9/24 dev h0\n"
			   "ip addr add 2001:db8::9/64 nodad dev h0\n"
			   "ip addr add 192.0.2.77/32 valid_lft 600 preferred_lft 600 dev h0\n"
			   "ip addr add 169.254.1.1/32 scope link dev h0\n"
			   "devices '{\"h0\": {\"name\": \"net0\"}, \"h1\": {}}'\n"
			   "args sh -c 'cd /sys/class/net; echo *; cat net0/mtu\n"
			   "  ip link show net0 | grep -o \"[<,]UP[,>]\"\n"
			   "  ip -o addr show scope global | tr -s \" \" | cut -d\" \" -f2-4'\n"
			   "oci run $id; no ip link show h0 2>&1\n"),
		"h1 lo net0\n1400\n,UP,\nnet0 inet 192.0.2.9/24\nnet0 inet6 2001:db8::9/64\n"
		"Device \"h0\" does not exist.\n");
}

static void a_template_numbers_it(void **state)
{
	(void)state;
	assert_prints(
		oci_script(CABLES
			   "devices '{\"h0\": {\"name\": \"e%d\"}, \"h1\": {\"name\": \"e%d\"}}'\n"
			   "args sh -c 'cd /sys/class/net; echo *'; oci run $id\n"),
		"e0 e1 lo\n");
}

static void a_namespace_of_users_or_of_another_gets_it_too(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			CABLES
			"chmod 755 $d; devices '{\"h0\": {\"name\": \"u0\"}}'\n"
			"args sh -c 'cat /proc/sys/net/ipv4/conf/u0/forwarding'\n"
			"config '" USERS_OF_ITS_OWN " |\n"
			"  .linux.sysctl = {\"net.ipv4.conf.u0.forwarding\": \"1\"}'\n"
			"oci run $id; config 'del(.linux.sysctl, .linux.uidMappings,\n"
			"  .linux.gidMappings) | .linux.namespaces |= map(select(.type != "
			"\"user\"))'\n"
			"devices '{\"h1\": {\"name\": \"t0\"}}'; joining; args ls /sys/class/net\n"
			"oci run $id | grep t0; inside_other ip link show t0 | grep -c UP\n"),
		"1\nt0\n1\n");
}

/*
 * All devices are checked before the first one moves, since a virtual device could not be moved
 * back.
 */
static void what_cannot_be_had_is_told_and_nothing_moves(void **state)
{
	(void)state;
	assert_prints(
		oci_script(
			CABLES
			"wrong() { devices \"$1\"; no oci run $id 2>&1 | sed 's/.*netDevices//'\n"
			"  ip -o link show h0 | grep -c h0; }\n"
			"wrong '{\"h0\": {}, \"nothing\": {}}'; wrong '{\"h0\": {\"name\": "
			"\"lo\"}}'\n"
			"wrong '{\"h0\": {}, \"h1\": {\"name\": \"h0\"}}'\n"
			"wrong '{\"h0\": {\"name\": \"a/b\"}}'; wrong '{\"h0\": {\"name\": "
			"\"a%s\"}}'\n"
			"wrong '{\"h0\": {\"name\": \"longer-than-it-may\"}}'\n"
			"joining; wrong '{\"h1\": {}, \"h0\": {\"name\": \"taken\"}}'\n"
			"config '.linux.namespaces |= map(select(.type != \"network\"))'\n"
			"wrong '{\"h0\": {}}'\n"),
		".nothing: the host has no such device\n1\n"
		".h0: the container has a device lo\n1\n"
		".h1: \"h0\" is the name of two devices\n1\n"
		".h0.name: is no name of a network device: \"a/b\"\n1\n"
		".h0.name: is no name of a network device: \"a%s\"\n1\n"
		".h0.name: is no name of a network device: \"longer-than-it-may\"\n1\n"
		".h0: the container has a device taken\n1\n"
		": unable to move network devices without a private NET namespace in "
		"linux.namespaces\n1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_device_moves_with_its_global_addresses),
		host_test(a_template_numbers_it),
		host_test(a_namespace_of_users_or_of_another_gets_it_too),
		host_test(what_cannot_be_had_is_told_and_nothing_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
