/*
 * Step 06, oci/users: the maps of a user namespace, and the ids that are given out. The lab "users"
 * is graded by this.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "cleanup.h"
#include "file.h"
#include "test_06_lab_users.h"
#include "user.h"
#include "userns.h"

/* ---- Maps ---- */

/* Starts a process in a new user namespace, as the user `id`. Returns its pid. */
static pid_t start_in_namespace(uid_t id)
{
	int ends[2];
	pid_t child;
	char byte;

	check(pipe2(ends, O_CLOEXEC) == 0);
	child = fork();
	if (child == 0) {
		check(setresgid(id, id, id) == 0 && setresuid(id, id, id) == 0);
		check(unshare(CLONE_NEWUSER) == 0);
		check(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
		check(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0);
		check(write(ends[1], "x", 1) == 1);
		pause();
		_exit(1);
	}
	close(ends[1]);
	check(child > 0 && read(ends[0], &byte, 1) == 1);
	close(ends[0]);
	return child;
}

static void check_file(pid_t pid, const char *name, const char *wanted)
{
	char path[64];
	autofree char *text = NULL;
	unsigned int inside, outside, size;
	char lines[512] = "";
	size_t used = 0;
	int length;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	text = file_read(path);
	check(text);
	for (const char *next = text;
	     sscanf(next, "%u %u %u%n", &inside, &outside, &size, &length) == 3; next += length)
		used += (size_t)snprintf(lines + used, sizeof(lines) - used, "%u %u %u\n", inside,
					 outside, size);
	if (strcmp(used ? lines : text, wanted) != 0)
		fprintf(stderr, "%s is:\n%s\nand not:\n%s", name, used ? lines : text, wanted);
	check(strcmp(used ? lines : text, wanted) == 0);
}

static void end(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	check(waitpid(pid, &status, 0) == pid);
}

static void map_as_root(const char *argument)
{
	struct id_map uids[] = { { 0, 700000, 1000 }, { 1000, 65534, 1 }, { 5000, 800000, 5 } };
	struct id_map gids[] = { { 7, 900000, 65536 }, { 3, 12, 1 } };
	struct userns userns = {
		.mode = USERNS_MAPPED, .uids = uids, .uid_count = 3, .gids = gids, .gid_count = 2
	};
	pid_t child = start_in_namespace(0);

	(void)argument;
	check(userns_map(&userns, child) == 0);
	check_file(child, "uid_map", "0 700000 1000\n1000 65534 1\n5000 800000 5\n");
	check_file(child, "gid_map", "7 900000 65536\n3 12 1\n");
	check_file(child, "setgroups", "allow\n");
	check(userns_map(&userns, child) == -1); /* the kernel takes one map */
	check(strstr(fail_get()->text, "uid_map: EPERM"));
	end(child);
}

static void maps_are_written_at_once(void **state)
{
	(void)state;
	in_own_mounts(map_as_root, NULL);
}

static void map_as_user(const char *argument)
{
	struct id_map uids[] = { { 0, 54321, 1 }, { 1, 54322, 1 } }, gids[] = { { 0, 54321, 1 } };
	struct userns userns = {
		.mode = USERNS_MAPPED, .uids = uids, .uid_count = 1, .gids = gids, .gid_count = 1
	};
	pid_t child = start_in_namespace(54321), other = start_in_namespace(54321);

	(void)argument;
	check(user_become(&(struct user){ .uid = 54321, .gid = 54321 }) == 0);
	check(userns_map(&userns, child) == 0);
	check_file(child, "uid_map", "0 54321 1\n");
	check_file(child, "gid_map", "0 54321 1\n");
	check_file(child, "setgroups", "deny\n");
	/* Ids of somebody else, and more than one, are newuidmap's to give. */
	userns.uid_count = 2;
	check(userns_map(&userns, other) == -1);
	check(strstr(fail_get()->text, "newuidmap"));
	fail_forget();
	userns.uid_count = 1;
	uids[0].size = 2;
	check(userns_map(&userns, other) == -1);
	check(strstr(fail_get()->text, "newuidmap"));
	fail_forget();
	uids[0] = (struct id_map){ 0, 54322, 1 };
	check(userns_map(&userns, other) == -1);
	check(strstr(fail_get()->text, "newuidmap"));
	check_file(other, "uid_map", "");
	end(child);
	end(other);
}

static void without_root_it_is_the_users_own_id(void **state)
{
	(void)state;
	in_own_mounts(map_as_user, NULL);
}

/*
 * The container's first process takes root's place before it makes files. Its root file system
 * belongs to the range, so that no idmapped mount is needed.
 */
static void root_inside_is_the_first_of_the_range(void **state)
{
	unsigned int first = 600000 + (unsigned int)(getpid() % 1000) * 10;
	char number[16], wanted[128];

	(void)state;
	snprintf(number, sizeof(number), "%u", first);
	snprintf(wanted, sizeof(wanted), "0 %u 10\n0 %u 10\n0:0\n0:0\n0:0\n4:5\n%u:%u\n", first,
		 first, first + 4, first + 5);
	assert_prints(
		script(ROOTFS
		       "chown -hR $1:$1 $r\n"
		       "setpriv --groups 4,24 ./step-06 run --network none --userns $1:10 "
		       "--rootfs $r /bin/sh -ec '\n"
		       "cat /proc/self/uid_map /proc/self/gid_map | tr -s \" \" | sed \"s/^ //\"\n"
		       "stat -c %u:%g /proc/1 /dev/pts/ptmx /etc/hosts\n"
		       "touch /file; chown 4:5 /file; stat -c %u:%g /file'\n"
		       "stat -c %u:%g $r/file",
		       number, NULL),
		wanted);
}

/* ---- The ids that are given out ---- */

static void check_maps(const struct userns *userns, const struct id_map *wanted, size_t count)
{
	check(userns->mode == USERNS_MAPPED);
	check(userns->uid_count == count && userns->gid_count == count);
	for (size_t i = 0; i < count; i++) {
		check(userns->uids[i].inside == wanted[i].inside &&
		      userns->uids[i].outside == wanted[i].outside &&
		      userns->uids[i].size == wanted[i].size);
		check(userns->gids[i].inside == wanted[i].inside &&
		      userns->gids[i].outside == wanted[i].outside &&
		      userns->gids[i].size == wanted[i].size);
	}
}

/* Fails unless userns_prepare() makes this map of the text of /etc/subuid. */
static void check_choice(const char *text, const struct id_map *wanted, size_t count)
{
	struct userns userns = { .mode = USERNS_AUTO };

	cover("/etc/subuid", text);
	cover("/etc/subgid", text);
	check(userns_prepare(&userns) == 0);
	check_maps(&userns, wanted, count);
}

static void choose_ranges(const char *argument)
{
	static const struct id_map wanted[] = { { 0, 100000, 5 }, { 5, 200000, 6 }, { 11, 4, 7 } };

	(void)argument;
	check_choice("other:1:9\n\n#\nroot\nroot:5\nroot:5:x\nroot:-5:3\nroot: 5:3\nroot:1:2:3\n"
		     "roo:300000:5\nroot2:300000:5\nroot:100000:5\ncontainers:200000:6\n0:4:7",
		     wanted, SIZE(wanted));
}

static void ranges_are_those_of_their_owner(void **state)
{
	(void)state;
	if (access("/etc/subuid", F_OK) < 0 || access("/etc/subgid", F_OK) < 0)
		skip_because("there is no /etc/subuid (package uidmap)");
	in_own_mounts(choose_ranges, NULL);
}

static void choose_apart(const char *argument)
{
	static const struct id_map wanted[] = {
		{ 0, 1000, 100 },
		{ 100, 900, 100 },
		{ 200, 1100, 50 },
		{ 250, 2000, 10 },
	};
	static const struct id_map last[] = { { 0, 4294967290, 5 }, { 5, 4294967280, 10 } };

	(void)argument;
	/* The second and the third have ids of the first, and the last one nothing else. */
	check_choice("root:1000:100\nroot:900:150\nroot:1050:100\nroot:1000:100\nroot:1020:10\n"
		     "root:2000:10\n",
		     wanted, SIZE(wanted));
	/* 4294967295 is no id. The end of the second one is more than 32 bits hold. */
	check_choice("root:4294967290:100\nroot:4294967280:4000000000\n", last, SIZE(last));
}

static void no_id_is_given_twice(void **state)
{
	(void)state;
	if (access("/etc/subuid", F_OK) < 0 || access("/etc/subgid", F_OK) < 0)
		skip_because("there is no /etc/subuid (package uidmap)");
	in_own_mounts(choose_apart, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(maps_are_written_at_once),
		host_test(without_root_it_is_the_users_own_id),
		host_test(root_inside_is_the_first_of_the_range),
		host_test(ranges_are_those_of_their_owner),
		host_test(no_id_is_given_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
