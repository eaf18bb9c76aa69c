/*
 * Chapter 6: labels of SELinux. The kernel may have no SELinux, so the test's own functions take
 * its place and look at the calls.
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "config.h"
#include "file.h"
#include "lsm.h"
#include "mounts_cgroup.h"
#include "test_03.h"

#define LABEL "system_u:object_r:container_file_t:s0:c1,c2"

static FILE *told; /* what the kernel would get, a line each; the container's side writes it */
static bool mqueue_takes_none;
static char type[64];

/* The names are ld(1)'s, --wrap. NOLINTBEGIN(bugprone-reserved-identifier) */
bool __wrap_lsm_has_selinux(void);
int __real_fsopen(const char *name, unsigned int flags);
int __wrap_fsopen(const char *name, unsigned int flags);
int __real_fsconfig(int fd, unsigned int command, const char *key, const void *value, int number);
int __wrap_fsconfig(int fd, unsigned int command, const char *key, const void *value, int number);
int __wrap_setxattr(const char *path, const char *name, const void *value, size_t size, int flags);

bool __wrap_lsm_has_selinux(void)
{
	return true;
}

int __wrap_fsopen(const char *name, unsigned int flags)
{
	snprintf(type, sizeof(type), "%s", name);
	return __real_fsopen(name, flags);
}

int __wrap_fsconfig(int fd, unsigned int command, const char *key, const void *value, int number)
{
	if (!key || strcmp(key, "context") != 0)
		return __real_fsconfig(fd, command, key, value, number);
	errno = EINVAL;
	if (mqueue_takes_none && strcmp(type, "mqueue") == 0)
		return -1;
	fprintf(told, "%s %s\n", type, (const char *)value);
	return fflush(told);
}

int __wrap_setxattr(const char *path, const char *name, const void *value, size_t size, int flags)
{
	(void)path;
	(void)flags;
	fprintf(told, "%s %.*s\n", name, (int)size, (const char *)value);
	return fflush(told);
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* Writes a configuration with these mounts, and `more` in its `linux`. Returns its path. */
static const char *write_config(const char *mounts, const char *more)
{
	static char path[] = "/run/config.json";
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fprintf(file,
		"{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"/\"}, \"mounts\": [%s], "
		"\"linux\": {\"namespaces\": [{\"type\": \"mount\"}], \"mountLabel\": \"%s\"%s}}",
		mounts, LABEL, more);
	assert_int_equal(fclose(file), 0);
	return path;
}

/* Mounts what the configuration asks for below /mnt, as the container's side does. */
static void mount_all(const char *path)
{
	static struct config config;
	struct mounts_view view = { .cgroup = &config.cgroup, .label = LABEL };
	int root;

	check(mount("root", "/mnt", "tmpfs", 0, NULL) == 0);
	check(mkdir("/mnt/dev", 0755) == 0);
	check(mknod("/mnt/dev/null", S_IFCHR | 0666, makedev(1, 3)) == 0);
	check(config_load(path, &config) == 0);
	root = file_open_directory("/mnt");
	check(root >= 0);
	check(mounts_open(&config.mounts) == 0);
	check(mounts_attach(&config.mounts, 0, config.mounts.count, &view, root) == 0);
	check(masked_paths_cover(&config.masked_paths, root) == 0);
}

static void assert_told(const char *mounts, const char *more, const char *wanted)
{
	char text[1024] = "";

	told = tmpfile();
	assert_non_null(told);
	in_own_mounts(mount_all, write_config(mounts, more));
	rewind(told);
	assert_true(fread(text, 1, sizeof(text) - 1, told) < sizeof(text) - 1);
	assert_string_equal(text, wanted);
	fclose(told);
	unlink("/run/config.json");
}

#define MOUNT(name, options)                                                                       \
	"{\"destination\": \"/" name "\", \"type\": \"" name "\", \"options\": [" options "]}"

static void new_file_systems_have_it(void **state)
{
	(void)state;
	assert_told(MOUNT("tmpfs", "\"size=64k\""), "", "tmpfs " LABEL "\n");
	assert_told(MOUNT("mqueue", ""), "", "mqueue " LABEL "\n");
	assert_told(MOUNT("devpts", "\"newinstance\""), "", "devpts " LABEL "\n");
}

static void those_that_can_have_none_are_mounted_without(void **state)
{
	(void)state;
	assert_told(MOUNT("proc", "") "," MOUNT("sysfs", "\"ro\""), "", "");
	assert_told("{\"destination\": \"/b\", \"source\": \"/tmp\", \"options\": [\"bind\"]}", "",
		    "");
	mqueue_takes_none = true;
	assert_told(MOUNT("mqueue", ""), "", "security.selinux " LABEL "\n");
	mqueue_takes_none = false;
}

static void one_of_its_own_goes_before(void **state)
{
	(void)state;
	assert_told(MOUNT("tmpfs", "\"context=u:r:t:s0:c3,c4\", \"size=64k\""), "",
		    "tmpfs u:r:t:s0:c3,c4\n");
	assert_told(MOUNT("tmpfs", "\"context=\\\"u:r:t:s0:c3,c4\\\"\", \"size=64k\""), "",
		    "tmpfs u:r:t:s0:c3,c4\n");
}

static void what_masks_a_directory_has_it(void **state)
{
	(void)state;
	assert_told("", ", \"maskedPaths\": [\"/dev\"]", "tmpfs " LABEL "\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(new_file_systems_have_it),
		host_test(those_that_can_have_none_are_mounted_without),
		host_test(one_of_its_own_goes_before),
		host_test(what_masks_a_directory_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
