/*
 * Step 06, oci/process/user.c: entries of /etc/passwd, and the user that a process becomes. The lab
 * "users" is graded by this.
 */
#include <linux/capability.h>
#include <stdlib.h>

#include "cleanup.h"
#include "file.h"
#include "test_06_lab_users.h"
#include "user.h"
#include "user_file.h"

/* ---- Names ---- */

static void entries_are_lines_with_a_number(void **state)
{
	const char *name = random_name();
	struct user_file file = { 0 };
	struct user_entry entry;
	char text[512];
	int length = snprintf(text, sizeof(text),
			      "\n# a comment\nuser\nuser:x\nuser:x:5\nuser:x:y:7\n:x:5:5\n"
			      "user:x:-1:6\nuser:x:+5:6\nuser:x:4294967295:6\nuser:x:2147483648:6\n"
			      "user:x: 5:6\nuser:x:5 :6\nuser:x::6\n%s:x:77:78:Some One:/srv\n"
			      "empty:::\nlast::2147483647:",
			      name);
	const char *path = write_file(text);

	(void)state;
	assert_in_range(length, 1, sizeof(text) - 1);
	assert_int_equal(user_file_open(&file, path), 0);
	assert_int_equal(user_file_next(&file, &entry), 1);
	assert_string_equal(entry.name, name);
	assert_int_equal(entry.number, 77);
	assert_string_equal(entry.rest, "78:Some One:/srv");
	assert_int_equal(user_file_next(&file, &entry), 1);
	assert_string_equal(entry.name, "last");
	assert_int_equal(entry.number, 2147483647);
	assert_string_equal(entry.rest, "");
	assert_int_equal(user_file_next(&file, &entry), 0);
	user_file_close(&file);
	assert_int_equal(unlink(path), 0);
}

static const char passwd[] = "broken:x:5000:x:::\nroot2:x:0:7::/other:/bin/sh\n"
			     "zoe:x:4242:x::/wrong:/bin/sh\nzoe:x:4242:4243:Zoe:/home/zoe:/bin/sh\n"
			     "zoe:x:1:1::/second:/bin/sh\nnohome:x:4300:4301:::/bin/sh\n";
static const char group[] = "a:x:7:x,zoe\nb:x:8:zoe2,xzoe\nc:x:9:zoe,x\nd:x:9:zoe\nzoe:x:11:\n";

/* Resolves a user in the covered files, and returns it. */
static struct user resolve(const char *text)
{
	struct user user = { .text = text };

	check(user_resolve(&user) == 0);
	return user;
}

static void refuse(const char *text, const char *message)
{
	struct user user = { .text = text };

	check(user_resolve(&user) == -1);
	check(strcmp(fail_get()->text, message) == 0);
	fail_forget();
}

static void cover_both(void)
{
	cover("/etc/passwd", passwd);
	cover("/etc/group", group);
}

static void find_users(const char *argument)
{
	struct user user = { .uid = 4300, .gid = 5 };

	(void)argument;
	cover_both();
	check(user_resolve(&user) == 0); /* config.json has numbers; only the home is looked up */
	check(user.uid == 4300 && user.gid == 5 && strcmp(user.home, "/") == 0);
	user = resolve("zoe");
	check(user.uid == 4242 && user.gid == 4243 && strcmp(user.home, "/home/zoe") == 0);
	user = resolve("4242");
	check(user.uid == 4242 && user.gid == 4243 && strcmp(user.home, "/home/zoe") == 0);
	user = resolve("0");
	check(user.uid == 0 && user.gid == 7 && strcmp(user.home, "/other") == 0);
	user = resolve("4711");
	check(user.uid == 4711 && user.gid == 0 && strcmp(user.home, "/") == 0);
	refuse("zo", "user zo: not in /etc/passwd of the container");
	refuse("broken", "user broken: not in /etc/passwd of the container");
}

static void users_are_found_by_name_or_number(void **state)
{
	(void)state;
	in_own_mounts(find_users, NULL);
}

static void find_groups(const char *argument)
{
	const char *more[] = { "a", "4711", "9" };
	struct user user;

	(void)argument;
	cover_both();
	user = resolve("zoe:c");
	check(user.uid == 4242 && user.gid == 9);
	check(user.group_count == 1 && user.groups[0] == 9);
	check(resolve("zoe:12").gid == 12);
	check(resolve("4711:zoe").gid == 11);
	refuse("zoe:zo", "group zo: not in /etc/group of the container");
	refuse("zoe:4294967295", "group 4294967295: not in /etc/group of the container");
	user = (struct user){ .text = "zoe:c", .group_add = more, .group_add_count = SIZE(more) };
	check(user_resolve(&user) == 0);
	check(user.group_count == 3 && user.groups[1] == 7 && user.groups[2] == 4711);
}

static void groups_are_found_by_name_or_number(void **state)
{
	(void)state;
	in_own_mounts(find_groups, NULL);
}

static void find_memberships(const char *argument)
{
	struct user user;

	(void)argument;
	cover_both();
	user = resolve("zoe");
	check(user.group_count == 3);
	check(user.groups[0] == 4243 && user.groups[1] == 7 && user.groups[2] == 9);
	user = resolve("4242");
	check(user.group_count == 3 && user.groups[1] == 7 && user.groups[2] == 9);
	check(resolve("root2").group_count == 1);
	check(resolve("zoe:12").group_count == 1);
}

static void members_have_their_groups(void **state)
{
	(void)state;
	in_own_mounts(find_memberships, NULL);
}

/* ---- The process ---- */

/* Fails unless a line of the process's status, which `key` begins, is `value`. */
static void check_line(const char *key, const char *value)
{
	autofree char *status = NULL;
	char path[64], line[256];

	snprintf(path, sizeof(path), "/proc/%d/status", called_process());
	snprintf(line, sizeof(line), "\n%s:\t%s\n", key, value);
	status = file_read(path);
	check(status);
	if (!strstr(status, line))
		fprintf(stderr, "not in the status: %s\n%s\n", line + 1, strstr(status, "\nUid:"));
	check(strstr(status, line));
}

static char *get_permitted(void)
{
	char path[64];
	autofree char *status = NULL;
	const char *line;

	snprintf(path, sizeof(path), "/proc/%d/status", called_process());
	status = file_read(path);
	line = status ? strstr(status, "\nCapPrm:\t") : NULL;
	check(line);
	line += strlen("\nCapPrm:\t");
	return strndup(line, strcspn(line, "\n"));
}

static void change_groups(const char *argument)
{
	gid_t groups[] = { 11, 12, 4711 };
	struct user user = { .groups = groups, .group_count = 3, .umask = 022 };

	(void)argument;
	check(user_become(&user) == 0);
	check_line("Groups", "11 12 4711 ");
	user.keep_groups = true;
	user.group_count = 1;
	check(user_become(&user) == 0);
	check_line("Groups", "11 12 4711 ");
	user.keep_groups = false;
	user.group_count = 0;
	check(user_become(&user) == 0);
	check_line("Groups", " ");
	user.groups = (gid_t[]){ UINT32_MAX };
	user.group_count = 1;
	check(user_become(&user) == -1);
	check(strstr(fail_get()->text, "setgroups: EINVAL"));
}

static void the_process_has_these_groups_alone(void **state)
{
	(void)state;
	in_own_mounts(change_groups, NULL);
}

static void change_user(const char *argument)
{
	gid_t groups[] = { 11 };
	struct user user = { .groups = groups, .group_count = 1, .umask = 027 };
	autofree char *permitted = NULL;

	(void)argument;
	check(user_become(&user) == 0);
	permitted = get_permitted();
	check(strtoull(permitted, NULL, 16) & 1ULL << CAP_SETPCAP);
	user.uid = 4242;
	user.gid = 4243;
	check(user_become(&user) == 0);
	check_line("Uid", "4242\t4242\t4242\t4242");
	check_line("Gid", "4243\t4243\t4243\t4243");
	check_line("Groups", "11 ");
	check_line("CapPrm", permitted);
	check_line("CapEff", "0000000000000000");
	check_line("Umask", "0027");
	user.keep_groups = true;
	user.gid = 0;
	check(user_become(&user) == -1);
	check(strstr(fail_get()->text, "setresgid 0: EPERM"));
	check_line("Uid", "4242\t4242\t4242\t4242");
	check_line("Gid", "4243\t4243\t4243\t4243");
}

static void the_process_is_the_user_and_keeps_its_capabilities(void **state)
{
	(void)state;
	in_own_mounts(change_user, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(entries_are_lines_with_a_number),
		host_test(users_are_found_by_name_or_number),
		host_test(groups_are_found_by_name_or_number),
		host_test(members_have_their_groups),
		host_test(the_process_has_these_groups_alone),
		host_test(the_process_is_the_user_and_keeps_its_capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
