/* Chapter 3's module dev: device nodes and links. */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "dev.h"
#include "file.h"
#include "test_03.h"

/* Covers /mnt with a tmpfs that has an empty directory dev, and returns it. */
static int make_root(void)
{
	check(mount("none", "/mnt", "tmpfs", 0, NULL) == 0);
	check(mkdir("/mnt/dev", 0755) == 0);
	return file_open_directory("/mnt");
}

static void make_nodes(const char *name)
{
	int directory = make_root();
	struct stat status;

	umask(077);
	check(dev_make_node(directory, name, S_IFBLK, makedev(250, 1234)) == 0);
	check(fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0);
	check(status.st_mode == (S_IFBLK | 0666) && status.st_rdev == makedev(250, 1234));
	check(umask(0) == 077);
	check(dev_make_node(directory, name, S_IFCHR, makedev(1, 3)) == -1 && errno == EEXIST);
	check(strncmp(fail_get()->text, "mknodat ", 8) == 0 && strstr(fail_get()->text, name));
	check(strstr(fail_get()->text, " 1:3: EEXIST File exists"));
	check(fstatat(directory, name, &status, 0) == 0 && S_ISBLK(status.st_mode));
}

static void a_node_is_for_everyone_and_the_umask_stays(void **state)
{
	(void)state;
	in_own_mounts(make_nodes, random_name());
}

static void make_fifo(const char *name)
{
	int directory = make_root();
	struct stat status;

	check(dev_make_node(directory, name, S_IFIFO, 0) == 0);
	check(fstatat(directory, name, &status, 0) == 0 && S_ISFIFO(status.st_mode));
}

static void a_node_may_be_a_fifo(void **state)
{
	(void)state;
	in_own_mounts(make_fifo, random_name());
}

static void populate(const char *argument)
{
	static const struct {
		const char *name;
		unsigned int major, minor;
	} nodes[] = {
		{ "null", 1, 3 },   { "zero", 1, 5 },	 { "full", 1, 7 },
		{ "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 },
	};
	static const char *const links[][2] = {
		{ "ptmx", "pts/ptmx" },		 { "fd", "/proc/self/fd" },
		{ "stdin", "/proc/self/fd/0" },	 { "stdout", "/proc/self/fd/1" },
		{ "stderr", "/proc/self/fd/2" },
	};
	struct stat status;

	(void)argument;
	check(dev_populate(make_root()) == 0);
	check(chdir("/mnt/dev") == 0);
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		check(lstat(nodes[i].name, &status) == 0);
		check(status.st_mode == (S_IFCHR | 0666));
		check(status.st_rdev == makedev(nodes[i].major, nodes[i].minor));
	}
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		char target[64] = "";

		check(readlink(links[i][0], target, sizeof(target) - 1) > 0);
		check(strcmp(target, links[i][1]) == 0);
	}
	check(system("test $(ls /mnt/dev | wc -l) = 11") == 0);
}

static void six_nodes_and_five_links_are_made(void **state)
{
	(void)state;
	in_own_mounts(populate, NULL);
}

static void populate_behind_a_link(const char *name)
{
	int root = make_root();
	char outside[64];

	/* /mnt/dev is a link to "/../../NAME". Below the root that is "/NAME", missing at first. */
	check(unlinkat(root, "dev", AT_REMOVEDIR) == 0);
	snprintf(outside, sizeof(outside), "/../../%s", name);
	check(symlinkat(outside, root, "dev") == 0);
	check(dev_populate(root) == -1 && errno == ENOENT);
	check(strncmp(fail_get()->text, "openat2 /dev in the root file system: ENOENT", 44) == 0);
	fail_report();
	check(mkdirat(root, name, 0755) == 0);
	check(dev_populate(root) == 0);
	check(chdir("/mnt") == 0 && chdir(name) == 0 && access("null", F_OK) == 0);
}

static void a_link_in_the_place_of_dev_does_not_lead_out(void **state)
{
	(void)state;
	in_own_mounts(populate_behind_a_link, random_name());
}

static void populate_twice(const char *argument)
{
	int root = make_root();

	(void)argument;
	check(dev_populate(root) == 0);
	check(dev_populate(root) == -1);
	check(strncmp(fail_get()->text, "mknodat null 1:3: EEXIST", 24) == 0);
	fail_report();
	check(chdir("/mnt/dev") == 0);
	check(system("rm null zero full random urandom tty") == 0);
	check(dev_populate(root) == -1);
	check(strncmp(fail_get()->text, "symlinkat /dev/ptmx: EEXIST", 27) == 0);
}

static void what_is_there_already_is_told(void **state)
{
	(void)state;
	in_own_mounts(populate_twice, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_node_is_for_everyone_and_the_umask_stays),
		host_test(a_node_may_be_a_fifo),
		host_test(six_nodes_and_five_links_are_made),
		host_test(a_link_in_the_place_of_dev_does_not_lead_out),
		host_test(what_is_there_already_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
