/*
 * Step 06: a root file system of layers, mounted in both ways: by fsconfig(2), and by mount(2) as
 * before Linux 6.7. Where the kernel has the first way, each test does it in both.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "harness.h"
#include "overlay.h"

/* The name of each directory begins with this: a name that overlayfs's options could not have. */
#define STRANGE "layer:with,an\\upperdir=x and a name that is not short, "

/* If true, fsconfig(2) behaves in this process as on a kernel that does not know "lowerdir+". */
static bool is_old;

/* The name is ld(1)'s, --wrap. NOLINTBEGIN(bugprone-reserved-identifier) */
int __real_fsconfig(int fd, unsigned int command, const char *key, const void *value, int number);
int __wrap_fsconfig(int fd, unsigned int command, const char *key, const void *value, int number);

/* Before Linux 6.5 overlayfs took any option here. */
int __wrap_fsconfig(int fd, unsigned int command, const char *key, const void *value, int number)
{
	if (is_old && key && strcmp(key, "lowerdir+") == 0)
		return 0;
	return __real_fsconfig(fd, command, key, value, number);
}
/* NOLINTEND(bugprone-reserved-identifier) */

static int open_directory(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static int home; /* the directory in which the test program was started */

/* Makes a directory for one test, and enters it. */
static int enter_scratch(void **state)
{
	char path[] = "/tmp/overlay-XXXXXX";

	home = open_directory(".");
	*state = mkdtemp(path) ? strdup(path) : NULL;
	return *state ? chdir(*state) : -1;
}

static int leave_scratch(void **state)
{
	autofree char *path = *state;

	is_old = false;
	assert_int_equal(fchdir(home), 0);
	close(home);
	run("rm", "-r", path);
	return 0;
}

static void assert_file(int directory, const char *name, const char *text)
{
	autofree char *found = file_read_at(directory, name);

	assert_non_null(found);
	assert_string_equal(found, text);
}

/* Makes layers 0 to count - 1. Each has "top", with its number, and a file of its own. */
static struct overlay make_layers(size_t count)
{
	static int layers[OVERLAY_MOST + 1];
	char name[128], number[16];

	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), STRANGE "%zu", i);
		assert_int_equal(mkdir(name, 0755), 0);
		layers[i] = open_directory(name);
		snprintf(number, sizeof(number), "%zu", i);
		assert_int_equal(file_write(layers[i], "top", number), 0);
		assert_int_equal(file_write(layers[i], number, "its own"), 0);
	}
	return (struct overlay){ .layers = layers, .layer_count = count, .changes = -1 };
}

static void close_layers(const struct overlay *overlay)
{
	for (size_t i = 0; i < overlay->layer_count; i++)
		close(overlay->layers[i]);
}

static void make_changes(struct overlay *overlay)
{
	assert_int_equal(mkdir(STRANGE "changes", 0755), 0);
	assert_int_equal(mkdir(STRANGE "changes/upper", 0755), 0);
	assert_int_equal(mkdir(STRANGE "changes/work", 0755), 0);
	overlay->changes = open_directory(STRANGE "changes");
}

/* All layers are in view; the topmost one counts; the layers below stay as they are. */
static void mount_layers(size_t count)
{
	struct overlay overlay = make_layers(count);
	autofd int changes = -1, mount = -1;
	char last[16];

	make_changes(&overlay);
	changes = overlay.changes;
	mount = overlay_mount(&overlay);
	if (mount < 0)
		fail_report();
	assert_true(mount >= 0);
	snprintf(last, sizeof(last), "%zu", count - 1);
	assert_file(mount, "top", last);
	assert_file(mount, "0", "its own");
	assert_file(mount, last, "its own");
	assert_int_equal(file_write(mount, "top", "changed"), 0);
	assert_int_equal(unlinkat(mount, "0", 0), 0);
	assert_file(mount, "top", "changed");
	assert_file(changes, "upper/top", "changed");
	assert_file(overlay.layers[count - 1], "top", last);
	assert_file(overlay.layers[0], "0", "its own");
	close_layers(&overlay);
}

static void one_layer(void **state)
{
	(void)state;
	mount_layers(1);
}

static void a_hundred_and_twenty_layers(void **state)
{
	(void)state;
	mount_layers(120);
}

static void as_many_layers_as_there_may_be(void **state)
{
	(void)state;
	mount_layers(OVERLAY_MOST);
}

static void one_layer_more_is_refused(void **state)
{
	struct overlay overlay = make_layers(OVERLAY_MOST + 1);

	(void)state;
	assert_int_equal(overlay_mount(&overlay), -1);
	forget_failure();
	close_layers(&overlay);
}

static void without_changes_it_is_read_only(void **state)
{
	struct overlay overlay = make_layers(2);
	autofd int mount = overlay_mount(&overlay);

	(void)state;
	assert_file(mount, "top", "1");
	assert_int_equal(openat(mount, "new", O_WRONLY | O_CREAT | O_CLOEXEC, 0644), -1);
	assert_int_equal(errno, EROFS);
	close_layers(&overlay);
}

/* The place that the old way covers is covered in its own mount namespace alone. */
static void no_mount_of_it_is_in_view(void **state)
{
	autofree char *before = strdup(run("cat", "/proc/self/mountinfo")->out);
	struct overlay overlay = make_layers(2);
	autofd int mount = overlay_mount(&overlay);

	(void)state;
	assert_true(mount >= 0);
	assert_string_equal(run("cat", "/proc/self/mountinfo")->out, before);
	close_layers(&overlay);
}

static int enter_as_old(void **state)
{
	is_old = true;
	return enter_scratch(state);
}

#define one_way(name, function, enter)                                                             \
	{                                                                                          \
		name, function, enter, leave_scratch, NULL                                         \
	}
#define both_ways(function)                                                                        \
	one_way(#function, function, enter_scratch),                                               \
		one_way(#function " by mount(2)", function, enter_as_old)

int main(void)
{
	const struct CMUnitTest tests[] = {
		both_ways(one_layer),
		both_ways(a_hundred_and_twenty_layers),
		both_ways(as_many_layers_as_there_may_be),
		both_ways(one_layer_more_is_refused),
		both_ways(without_changes_it_is_read_only),
		both_ways(no_mount_of_it_is_in_view),
	};

	return cmocka_run_group_tests(tests, remember_host, compare_host);
}
