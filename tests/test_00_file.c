/* common/file.c: paths that stay below a root, small files. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "harness.h"

/* A directory with root/ and, beside it, outside/, which no path may reach. */
static char top[64];
static int root = -1;

static int make_root(void **state)
{
	(void)state;
	snprintf(top, sizeof(top), "/tmp/%s", random_name());
	if (run("mkdir", "-p", top)->status != 0 || chdir(top) < 0 || mkdir("root", 0755) < 0 ||
	    mkdir("outside", 0755) < 0 || mkdir("root/dir", 0755) < 0 ||
	    run_shell("echo inside >root/dir/file; echo secret >outside/file")->status != 0)
		return -1;
	root = open("root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root < 0;
}

/* Fails if a file was made in outside/. */
static int remove_root(void **state)
{
	int status;

	(void)state;
	close(root);
	forget_failure();
	status = run_shell("[ \"$(ls)\" = \"$(printf 'outside\\nroot')\" ] && "
			   "[ \"$(ls outside)\" = file ] && grep -qx secret outside/file")
			 ->status;
	return chdir("/") < 0 || run("rm", "-r", top)->status != 0 || status != 0;
}

/* Returns true if `fd` is the file or directory `path`; closes it. */
static bool is_path(int fd, const char *path)
{
	struct stat one, other;
	autofd int closed = fd;

	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(fstat(fd, &one), 0);
	assert_int_equal(stat(path, &other), 0);
	return closed >= 0 && file_is_same(&one, &other);
}

static void dots_and_links_end_at_the_root(void **state)
{
	static const char *const paths[] = { "/",      "..",	     "../..",	  "/../../../..",
					     "up",     "/up",	     "dir/../..", "slash",
					     "dir/up", "up/up/slash" };

	(void)state;
	assert_int_equal(symlink("../../..", "root/up"), 0);
	assert_int_equal(symlink("../../..", "root/dir/up"), 0);
	assert_int_equal(symlink("/", "root/slash"), 0);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (!is_path(file_open_in_root(root, paths[i], O_PATH), "root"))
			fail_msg("%s is not the root", paths[i]);
		if (!is_path(file_make_in_root(root, paths[i], S_IFDIR), "root"))
			fail_msg("%s was made anew", paths[i]);
	}
}

static void an_absolute_link_leads_below_the_root(void **state)
{
	char target[PATH_MAX];

	(void)state;
	assert_int_equal(symlink("/dir", "root/link"), 0);
	assert_true(is_path(file_open_in_root(root, "link/file", O_RDONLY), "root/dir/file"));
	snprintf(target, sizeof(target), "%s/outside", top);
	assert_int_equal(symlink(target, "root/leave"), 0);
	assert_int_equal(file_open_in_root(root, "leave/file", O_RDONLY), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(symlink("../outside/file", "root/climb"), 0);
	assert_int_equal(file_open_in_root(root, "climb", O_RDONLY), -1);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(fail_get()->text, "");
}

static void what_is_made_behind_a_link_is_made_below_the_root(void **state)
{
	char target[128], below[256];

	(void)state;
	assert_int_equal(symlink("/dir", "root/link"), 0);
	assert_true(
		is_path(file_make_in_root(root, "link/new/deep", S_IFDIR), "root/dir/new/deep"));
	assert_int_equal(symlink("../../..", "root/dir/up"), 0);
	assert_true(is_path(file_make_in_root(root, "dir/up/made", S_IFREG), "root/made"));
	snprintf(target, sizeof(target), "%s/outside/made", top);
	snprintf(below, sizeof(below), "root%s", target);
	assert_int_equal(symlink(target, "root/leave"), 0);
	assert_true(is_path(file_make_in_root(root, "leave", S_IFREG), below));
	assert_int_equal(symlink("../../../run/x/y", "root/dir/nowhere"), 0);
	assert_true(is_path(file_make_in_root(root, "dir/nowhere", S_IFREG), "root/run/x/y"));
}

static void missing_directories_and_the_file_are_made(void **state)
{
	struct stat made;

	(void)state;
	assert_true(is_path(file_make_in_root(root, "/a/b/c", S_IFREG), "root/a/b/c"));
	assert_int_equal(stat("root/a/b/c", &made), 0);
	assert_true(S_ISREG(made.st_mode) && made.st_size == 0);
	assert_true(is_path(file_make_in_root(root, "x//y/./z/", S_IFDIR), "root/x/y/z"));
	assert_true(is_path(file_make_in_root(root, "../../p/q", S_IFDIR), "root/p/q"));
	assert_true(is_path(file_make_in_root(root, "new/../other", S_IFDIR), "root/other"));
}

static void a_very_deep_path_is_made(void **state)
{
	char path[3000] = "", below[3100];

	(void)state;
	for (int i = 0; i < 1000; i++)
		strcat(path, "/d");
	snprintf(below, sizeof(below), "root%s", path);
	assert_true(is_path(file_make_in_root(root, path, S_IFDIR), below));
}

static void what_is_there_stays_as_it_is(void **state)
{
	autofree char *text = NULL;

	(void)state;
	assert_true(is_path(file_make_in_root(root, "dir/file", S_IFREG), "root/dir/file"));
	assert_true(is_path(file_make_in_root(root, "dir", S_IFREG), "root/dir"));
	text = file_read("root/dir/file");
	assert_string_equal(text, "inside\n");
}

static void a_file_in_the_middle_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(file_make_in_root(root, "dir/file/deeper", S_IFDIR), -1);
	assert_contains(fail_get()->text, "openat2 dir/file/deeper");
	assert_contains(fail_get()->text, ": ENOTDIR ");
}

static void a_link_in_a_circle_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(symlink("circle", "root/circle"), 0);
	assert_int_equal(file_make_in_root(root, "circle/x", S_IFDIR), -1);
	assert_contains(fail_get()->text, ": ELOOP ");
	assert_contains(fail_get()->text, "leads in a circle");
}

/*
 * Tries to make a file on a read-only file system, in a mount namespace that ends with this
 * process.
 */
static int make_on_read_only(void)
{
	autofd int read_only = -1;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", "root/dir", "tmpfs", MS_RDONLY, NULL) < 0)
		return 2;
	read_only = open("root/dir", O_PATH | O_CLOEXEC);
	if (file_make_in_root(read_only, "new", S_IFDIR) != -1 ||
	    strcmp(fail_get()->text,
		   "mkdirat new in the root file system: EROFS Read-only file "
		   "system; the mount point is missing, and the root file "
		   "system is read-only") != 0)
		return 3;
	forget_failure();
	if (file_make_in_root(read_only, "new", S_IFREG) != -1 ||
	    strcmp(fail_get()->text,
		   "mknodat new in the root file system: EROFS Read-only file "
		   "system; the mount point is missing, and the root file "
		   "system is read-only") != 0)
		return 4;
	return 0;
}

static void a_read_only_file_system_is_named_as_the_cause(void **state)
{
	(void)state;
	assert_int_equal(run_function(make_on_read_only), 0);
}

static void many_may_make_the_same_place_at_once(void **state)
{
	enum { MAKERS = 8, ROUNDS = 50 };

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		pid_t pids[MAKERS];
		char path[64];

		snprintf(path, sizeof(path), "round%d/a/b/c", round);
		for (int i = 0; i < MAKERS; i++) {
			pids[i] = fork();
			assert_true(pids[i] >= 0);
			if (pids[i] == 0)
				_exit(file_make_in_root(root, path, S_IFREG) < 0);
		}
		for (int i = 0; i < MAKERS; i++)
			assert_int_equal(finish(pids[i]), 0);
	}
}

static void a_magic_link_is_not_followed(void **state)
{
	autofd int host = open("/", O_PATH | O_CLOEXEC);

	(void)state;
	assert_int_equal(file_open_in_root(host, "proc/self/root/etc", O_PATH), -1);
	assert_int_equal(errno, ELOOP);
}

static void a_directory_is_opened_and_nothing_else_is(void **state)
{
	(void)state;
	assert_true(is_path(file_open_directory("root/dir"), "root/dir"));
	assert_int_equal(file_open_directory("root/dir/file"), -1);
	assert_contains(fail_get()->text, "open root/dir/file: ENOTDIR ");
}

static void a_file_is_written_anew(void **state)
{
	autofree char *text = NULL;

	(void)state;
	assert_int_equal(file_write(root, "dir/file", "new"), 0);
	assert_int_equal(file_write(root, "dir/second", ""), 0);
	text = file_read("root/dir/file");
	assert_string_equal(text, "new");
	assert_int_equal(file_write(root, "none/file", "x"), -1);
	assert_contains(fail_get()->text, "open none/file: ENOENT ");
}

static void a_write_that_fails_is_told(void **state)
{
	autofd int dev = open("/dev", O_PATH | O_CLOEXEC);

	(void)state;
	assert_int_equal(file_write(dev, "full", "x"), -1);
	assert_contains(fail_get()->text, "write full: ENOSPC ");
}

static void a_file_is_read_whole(void **state)
{
	static const struct {
		const char *size;
		size_t length;
	} sizes[] = {
		{ "0", 0 }, { "1", 1 }, { "4095", 4095 }, { "4096", 4096 }, { "70000", 70000 }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		autofree char *text = NULL;

		assert_int_equal(
			run("sh", "-c", "yes | head -c $0 >root/big", sizes[i].size)->status, 0);
		text = file_read("root/big");
		assert_non_null(text);
		assert_int_equal(strlen(text), sizes[i].length);
	}
}

static void what_cannot_be_read_leaves_errno(void **state)
{
	(void)state;
	assert_null(file_read("root/none"));
	assert_int_equal(errno, ENOENT);
	assert_null(file_read("root/dir"));
	assert_int_equal(errno, EISDIR);
	assert_int_equal(run_shell("truncate -s 32M root/big")->status, 0);
	assert_null(file_read("root/big"));
	assert_int_equal(errno, EFBIG);
	assert_string_equal(fail_get()->text, "");
}

static void a_path_beside_the_program_is_not_below_the_working_directory(void **state)
{
	char path[PATH_MAX], program[PATH_MAX], small[4];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	(void)state;
	assert_true(length > 0);
	program[length] = '\0';
	*strrchr(program, '/') = '\0';
	assert_int_equal(file_beside_program("some/name", path, sizeof(path)), 0);
	assert_memory_equal(path, program, strlen(program));
	assert_string_equal(path + strlen(program), "/some/name");
	assert_int_equal(file_beside_program("some/name", small, sizeof(small)), -1);
	assert_contains(fail_get()->text, ": ENAMETOOLONG ");
}

#define in_root(function) cmocka_unit_test_setup_teardown(function, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_root(dots_and_links_end_at_the_root),
		in_root(an_absolute_link_leads_below_the_root),
		in_root(what_is_made_behind_a_link_is_made_below_the_root),
		in_root(missing_directories_and_the_file_are_made),
		in_root(a_very_deep_path_is_made),
		in_root(what_is_there_stays_as_it_is),
		in_root(a_file_in_the_middle_is_an_error),
		in_root(a_link_in_a_circle_is_an_error),
		in_root(a_read_only_file_system_is_named_as_the_cause),
		in_root(many_may_make_the_same_place_at_once),
		in_root(a_magic_link_is_not_followed),
		in_root(a_directory_is_opened_and_nothing_else_is),
		in_root(a_file_is_written_anew),
		in_root(a_write_that_fails_is_told),
		in_root(a_file_is_read_whole),
		in_root(what_cannot_be_read_leaves_errno),
		in_root(a_path_beside_the_program_is_not_below_the_working_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
