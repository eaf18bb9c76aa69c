/* Chapter 3's modules rootfs and etc, called as step 03 calls them, in mounts of their own. */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cleanup.h"
#include "etc.h"
#include "file.h"
#include "rootfs.h"
#include "test_03.h"

static void open_one(const char *path)
{
	struct rootfs rootfs = { .path = path };
	int root = rootfs_open(&rootfs);
	struct stat before, after;

	check(root >= 0 && fcntl(root, F_GETFD) == FD_CLOEXEC);
	check(stat("/", &before) == 0 && fstat(root, &after) == 0);
	check(!file_is_same(&before, &after));
	check(faccessat(root, "bin/probe", X_OK, 0) == 0);
	/* The tmpfs covers the directory, and is closed to others. */
	check(stat(path, &after) == 0 && (after.st_mode & 07777) == 0700);
	check(umask(0) == 022);
}

static void an_open_root_is_a_mount_below_a_tmpfs_of_its_own(void **state)
{
	(void)state;
	in_own_mounts(open_one, "rootfs/busybox");
}

static void populate(const char *path)
{
	static const char *const targets[] = { "dev/null",   "dev/pts/ptmx", "dev/shm",
					       "dev/mqueue", "sys/kernel",   "tmp/passwd" };
	struct rootfs_mount mounts[] = {
		{ .type = "tmpfs", .target = "/tmp", .options = "mode=1777" },
		{ .source = "/etc/passwd",
		  .target = "/tmp/passwd",
		  .attributes = MOUNT_ATTR_RDONLY },
	};
	struct rootfs rootfs = { .path = path, .mounts = mounts, .mount_count = 2 };
	int root = rootfs_open(&rootfs);

	check(root >= 0 && rootfs_populate(&rootfs, root) == 0);
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		autofd int there = file_open_in_root(root, targets[i], O_PATH);

		check(there >= 0);
	}
	check(file_open_in_root(root, "/tmp/passwd", O_WRONLY) < 0 && errno == EROFS);
	check(fcntl(mounts[1].opened, F_GETFD) < 0); /* closed again */
}

static void all_mounts_are_there_before_the_root_is_entered(void **state)
{
	(void)state;
	in_own_mounts(populate, "rootfs/busybox");
}

static void enter(const char *path)
{
	struct rootfs rootfs = { .path = path };
	int root = rootfs_open(&rootfs);
	struct stat wanted, entered, here;

	check(root >= 0 && fstat(root, &wanted) == 0);
	check(rootfs_enter(&rootfs, root) == 0);
	check(stat("/", &entered) == 0 && stat(".", &here) == 0);
	check(file_is_same(&entered, &wanted));
	check(file_is_same(&here, &wanted));
	check(access("/bin/probe", X_OK) == 0);
}

static void the_entered_root_is_where_we_are(void **state)
{
	(void)state;
	in_own_mounts(enter, "rootfs/busybox");
}

static void enter_read_only(const char *path)
{
	struct rootfs rootfs = { .path = path, .read_only = true };
	int root = rootfs_open(&rootfs);

	check(root >= 0 && rootfs_enter(&rootfs, root) == 0);
	check(mkdir("/x", 0755) < 0 && errno == EROFS);
}

static void a_read_only_root_is_so_once_it_is_entered(void **state)
{
	(void)state;
	in_own_mounts(enter_read_only, "rootfs/busybox");
}

static void enter_chroot(const char *path)
{
	struct rootfs rootfs = { .path = path, .chroot = true };
	autofd int outside = file_open_directory("/");
	int root = rootfs_open(&rootfs);

	check(root >= 0 && rootfs_enter(&rootfs, root) == 0);
	check(access("/bin/probe", X_OK) == 0);
	/* The old root is in the namespace still. */
	check(faccessat(outside, "proc/self/mountinfo", R_OK, 0) == 0);
}

static void a_chroot_leaves_the_old_root_in_the_namespace(void **state)
{
	(void)state;
	in_own_mounts(enter_chroot, "rootfs/busybox");
}

static void pivot_away(const char *path)
{
	struct rootfs rootfs = { .path = path };
	autofd int outside = file_open_directory("/");
	int root = rootfs_open(&rootfs);

	check(root >= 0 && rootfs_enter(&rootfs, root) == 0);
	/* The mounts below the old root are unmounted: its /proc is an empty directory. */
	check(faccessat(outside, "proc/self/mountinfo", R_OK, 0) < 0 && errno == ENOENT);
}

static void pivot_root_takes_the_old_root_out_of_the_namespace(void **state)
{
	(void)state;
	in_own_mounts(pivot_away, "rootfs/busybox");
}

static void close_descriptors(const char *argument)
{
	int low = open("/", O_RDONLY), high = fcntl(low, F_DUPFD, 900);

	(void)argument;
	check(low > 2 && high >= 900);
	check(rootfs_close_callers() == 0);
	check(fcntl(low, F_GETFD) < 0 && fcntl(high, F_GETFD) < 0);
	for (int fd = 0; fd <= 2; fd++)
		check(fcntl(fd, F_GETFD) >= 0);
}

static void the_callers_descriptors_are_closed_but_the_standard_ones(void **state)
{
	(void)state;
	in_own_mounts(close_descriptors, NULL);
}

static void bind_etc(const char *name)
{
	static const char *const names[] = { "hosts", "hostname", "resolv.conf" };
	autofd int private = mount_create("tmpfs", 0, NULL), root = -1;
	autofree char *hostname = NULL;
	const struct etc etc = { 0 };

	check(mount("none", "/mnt", "tmpfs", 0, NULL) == 0);
	root = file_open_directory("/mnt");
	check(unshare(CLONE_NEWUTS) == 0 && sethostname(name, strlen(name)) == 0);
	check(mount_attach(private, root, "/private", S_IFDIR) == 0);
	check(etc_bind(&etc, private, root) == 0);
	hostname = file_read("/mnt/etc/hostname");
	check(hostname && strncmp(hostname, name, strlen(name)) == 0);
	check(strcmp(hostname + strlen(name), "\n") == 0);
	for (int i = 0; i < 3; i++) {
		char path[64];
		struct stat inside, behind;

		snprintf(path, sizeof(path), "/mnt/etc/%s", names[i]);
		check(stat(path, &inside) == 0 && fstatat(private, names[i], &behind, 0) == 0);
		check(file_is_same(&inside, &behind));
		check(umount2(path, MNT_DETACH) == 0);
		check(stat(path, &inside) == 0 && inside.st_size == 0);
	}
}

static void the_files_of_etc_are_bound_from_the_private_tmpfs(void **state)
{
	(void)state;
	in_own_mounts(bind_etc, random_name());
}

static void open_failing(const char *name)
{
	char missing[64], wanted[96];
	struct rootfs_mount mount = { .source = missing, .target = "/mnt" };
	struct rootfs rootfs = { .path = "rootfs/busybox", .mounts = &mount, .mount_count = 1 };
	autofree char *before = file_read("/proc/self/mountinfo"), *after = NULL;

	snprintf(missing, sizeof(missing), "/%s", name);
	snprintf(wanted, sizeof(wanted), "open_tree /%s: ENOENT", name);
	check(rootfs_open(&rootfs) == -1);
	check(strncmp(fail_get()->text, wanted, strlen(wanted)) == 0);
	after = file_read("/proc/self/mountinfo");
	check(before && after && strcmp(before, after) == 0);
}

static void a_missing_source_is_seen_before_anything_is_mounted(void **state)
{
	(void)state;
	in_own_mounts(open_failing, random_name());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(an_open_root_is_a_mount_below_a_tmpfs_of_its_own),
		host_test(all_mounts_are_there_before_the_root_is_entered),
		host_test(the_entered_root_is_where_we_are),
		host_test(a_read_only_root_is_so_once_it_is_entered),
		host_test(a_chroot_leaves_the_old_root_in_the_namespace),
		host_test(pivot_root_takes_the_old_root_out_of_the_namespace),
		host_test(the_callers_descriptors_are_closed_but_the_standard_ones),
		host_test(the_files_of_etc_are_bound_from_the_private_tmpfs),
		host_test(a_missing_source_is_seen_before_anything_is_mounted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
