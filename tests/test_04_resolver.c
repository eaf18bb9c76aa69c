/* /etc/resolv.conf: name servers that can be reached from inside. */
#include "network.h"

/*
 * `with TEXT OPTION...`: prints the container's file when the host's file is TEXT. `resolved TEXT`:
 * makes systemd-resolved's own file.
 */
#define WITH                                                                                       \
	MINE "with() { printf \"$1\" >$d/resolv; shift\n"                                          \
	     "$mine 'mount --bind $0 /etc/resolv.conf; exec ./step-04 \"$@\" cat "                 \
	     "/etc/resolv.conf' "                                                                  \
	     "$d/resolv \"$@\"; }\n"                                                               \
	     "resolved() { mkdir -p /run/systemd/resolve; trap 'rm -f "                            \
	     "/run/systemd/resolve/resolv.conf; leave' EXIT\n"                                     \
	     "printf \"$1\" >/run/systemd/resolve/resolv.conf; }\n"

static void the_hosts_servers_are_the_containers(void **state)
{
	(void)state;
	assert_prints(in_network(WITH "t='search a.example\\nnameserver 9.9.9.9\\nnameserver "
				      "2620:fe::fe\\noptions ndots:2\\n'\n"
				      "for n in bridge none host; do with \"$t\" --network $n\n"
				      "done | sort | uniq -c | tr -s ' '",
				 NULL),
		      " 3 nameserver 2620:fe::fe\n 3 nameserver 9.9.9.9\n 3 options ndots:2\n"
		      " 3 search a.example\n");
}

static void servers_on_loopback_are_left_out(void **state)
{
	(void)state;
	assert_prints(in_network(WITH "t='nameserver 127.0.0.1\\nnameserver 9.9.9.9\\n"
				      "nameserver ::1\\nnameserver  127.1.2.3\\n"
				      "nameserver\\t127.0.0.2\\nsearch x\\n'\n"
				      "for n in bridge none; do with \"$t\" --network $n; done",
				 NULL),
		      "nameserver 9.9.9.9\nsearch x\nnameserver 9.9.9.9\nsearch x\n");
}

static void with_the_hosts_network_the_file_is_the_hosts(void **state)
{
	(void)state;
	assert_prints(in_network(WITH "with '# mine\\nnameserver 127.0.0.53\\n\\nnameserver ::1' "
				      "--network host",
				 NULL),
		      "# mine\nnameserver 127.0.0.53\n\nnameserver ::1");
}

static void systemd_resolveds_stub_is_replaced_by_its_servers(void **state)
{
	(void)state;
	assert_prints(in_network(WITH
				 "resolved '# by systemd\\nnameserver 192.0.2.9\\nsearch lan\\n'\n"
				 "with '# stub\\nnameserver 127.0.0.53\\noptions edns0\\n'\n"
				 "with 'nameserver\\t127.0.0.53\\n' --network none\n"
				 "with 'nameserver 127.0.0.54\\nnameserver 9.9.9.9\\n'",
				 NULL),
		      "# by systemd\nnameserver 192.0.2.9\nsearch lan\n"
		      "# by systemd\nnameserver 192.0.2.9\nsearch lan\nnameserver 9.9.9.9\n");
}

/* A line that only looks like a server (a comment, a blank before) is none. Real servers stay. */
static void the_file_is_read_by_its_lines(void **state)
{
	(void)state;
	assert_prints(
		in_network(WITH
			   "resolved 'nameserver 192.0.2.9\\n'\n"
			   "with '# nameserver 127.0.0.53\\nnameserver 9.9.9.9\\n'\n"
			   "with '; nameserver 127.0.0.53\\n nameserver 127.0.0.53\\n"
			   "nameserver 127.0.0.5 3\\nnameserver 9.9.9.9 # nameserver 127.0.0.53'\n"
			   "with 'nameserver  127.0.0.53\\nnameserver 9.9.9.9\\n'\n"
			   "with 'nameserver \\t 127.0.0.53 # it\\nnameserver 9.9.9.9\\n'\n"
			   "rm /run/systemd/resolve/resolv.conf\n"
			   "with 'nameserver  127.0.0.53\\nnameserver 9.9.9.9'\n"
			   "with 'nameserver 0.0.0.0\\nnameserver 127.1.0.1\\nnameserver 9.9.9.8'",
			   NULL),
		"# nameserver 127.0.0.53\nnameserver 9.9.9.9\n"
		"; nameserver 127.0.0.53\n nameserver 127.0.0.53\n"
		"nameserver 9.9.9.9 # nameserver 127.0.0.53\n"
		"nameserver 192.0.2.9\nnameserver 192.0.2.9\nnameserver 9.9.9.9\n"
		"nameserver 9.9.9.8\n");
}

static void a_file_without_a_server_for_containers_is_told(void **state)
{
	(void)state;
	assert_prints(
		in_network(
			WITH
			"try() { with \"$@\" 2>$d/err; grep -o 'name one with --dns' $d/err "
			"|| echo fine; }\n"
			"try 'nameserver 127.0.0.53\\n'; try 'nameserver ::1\\nsearch x'\n"
			"try 'nameserver fe80::1\\n'; try 'nameserver 127.0.0.1' --network none\n"
			"try 'search y'; try 'nameserver 127.0.0.1' --dns 192.0.2.1",
			NULL),
		"name one with --dns\nsearch x\nname one with --dns\n"
		"nameserver fe80::1\nname one with --dns\nfine\nsearch y\nfine\n"
		"nameserver 192.0.2.1\nfine\n");
}

static void a_host_without_the_file_gives_an_empty_one(void **state)
{
	(void)state;
	assert_prints(in_network(MINE "$mine 'mount -t tmpfs none /etc\n"
				      "./step-04 stat -c %s /etc/resolv.conf'",
				 NULL),
		      "0\n");
}

static void a_file_that_cannot_be_read_is_told(void **state)
{
	(void)state;
	assert_refused(in_network(MINE "$mine 'mount -t tmpfs none /etc; mkdir /etc/resolv.conf\n"
				       "./step-04 true'",
				  NULL),
		       125, "read /etc/resolv.conf: EISDIR");
}

static void wanted_servers_stand_alone_in_their_order(void **state)
{
	(void)state;
	assert_prints(in_network(WITH
				 "t='nameserver 9.9.9.9\\nsearch x\\n'\n"
				 "with \"$t\" --dns 1.1.1.1 --dns 2001:db8::1 --dns 127.0.0.1\n"
				 "with \"$t\" --dns 192.0.2.9 --network none",
				 NULL),
		      "nameserver 1.1.1.1\nnameserver 2001:db8::1\nnameserver 127.0.0.1\n"
		      "nameserver 192.0.2.9\n");
}

/* busybox's nslookup asks the server of the file, which must get a question for this name. */
static void the_server_of_the_file_is_asked(void **state)
{
	(void)state;
	assert_prints(
		in_network("cat >$d/dns <<'EOF'\n"
			   "import socket\n"
			   "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
			   "s.bind(('198.51.100.2', 53)); s.settimeout(20)\n"
			   "print('ready', flush=True); print(s.recvfrom(512)[0][13:20])\nEOF\n"
			   "command -v python3 >/dev/null || exit 77\n"
			   "begin s $out python3 $d/dns; expect s ready\n"
			   "begin c ./step-04 --dns $far nslookup outside.example\n"
			   "expect s \"b.*\"; tail -n 1 $d/s.out",
			   NULL),
		"b'outside'\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_hosts_servers_are_the_containers),
		host_test(servers_on_loopback_are_left_out),
		host_test(with_the_hosts_network_the_file_is_the_hosts),
		host_test(systemd_resolveds_stub_is_replaced_by_its_servers),
		host_test(the_file_is_read_by_its_lines),
		host_test(a_file_without_a_server_for_containers_is_told),
		host_test(a_host_without_the_file_gives_an_empty_one),
		host_test(a_file_that_cannot_be_read_is_told),
		host_test(wanted_servers_stand_alone_in_their_order),
		host_test(the_server_of_the_file_is_asked),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
