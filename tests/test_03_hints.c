/*
 * The errno atlas (common/hints.c), chapter 3's rows: each cause is brought about for real, and
 * the message must name it. Not possible here: an initramfs as root, for pivot_root EINVAL.
 *
 * This program is also a tool of its own tests: with arguments, it hides a system call from the
 * program that it then executes.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "rootfs.h"
#include "test_03.h"

/* Fails unless the step refused with the message `call: ENAME text; hint`. */
static void assert_hint(const struct result *result, const char *call, const char *hint)
{
	assert_refused(result, 125, call);
	assert_contains(result->err, hint);
}

static void chdir_enoent(void **state)
{
	(void)state;
	assert_hint(run("./step-03", "--workdir", "/no", "true"), "chdir /no: ENOENT",
		    "; the directory must exist in the container");
}

static void become_nobody(const char *argument)
{
	(void)argument;
	check(setgid(65534) == 0 && setuid(65534) == 0);
	check(mount_create("tmpfs", 0, NULL) == -1);
	check(strcmp(fail_get()->text,
		     "fsopen tmpfs: EPERM Operation not permitted; mounting needs "
		     "root: use sudo") == 0);
}

static void fsopen_eperm(void **state)
{
	(void)state;
	in_own_mounts(become_nobody, NULL);
}

static void mount_unknown(const char *name)
{
	check(mount_create(name, 0, NULL) == -1);
	check(strstr(fail_get()->text,
		     ": ENODEV No such device; this kernel was built without "
		     "that file system"));
}

static void fsopen_enodev(void **state)
{
	(void)state;
	in_own_mounts(mount_unknown, random_name());
}

static void fsmount_eperm(void **state)
{
	(void)state;
	if (run("unshare", "--user", "--map-root-user", "true")->status != 0)
		skip_because("user namespaces are not allowed here");
	/*
	 * A file of /proc is covered outside of the user namespace. A new /proc inside would
	 * uncover the file.
	 */
	assert_hint(script(SCRATCH MINE
			   "$mine 'mount --bind /dev/null /proc/version\n"
			   "unshare --user --map-root-user --mount ./step-03 --rootfs $0 true' $d",
			   NULL),
		    "fsmount proc: EPERM", "(mount too revealing)");
}

static void mount_private_einval(void **state)
{
	(void)state;
	/* The root is a directory with the host's tree in it, but no mount point. */
	assert_hint(script(SCRATCH MINE
			   "mkdir $d/t; here=$PWD; $mine 'mount -t tmpfs none $0/t\n"
			   "mkdir $0/t/r; cd /; for name in *; do mkdir $0/t/r/$name\n"
			   "test ! -d $name || mount --rbind $name $0/t/r/$name; done\n"
			   "exec chroot $0/t/r sh -c \"cd $1 && exec ./step-03 true\"' $d "
			   "$here",
			   NULL),
		    "mount / MS_REC|MS_PRIVATE: EINVAL", "; inside a chroot");
}

static void mkdirat_and_mknodat_erofs(void **state)
{
	static const char hint[] = "; the mount point is missing, and the root file system is "
				   "read-only";

	(void)state;
	assert_hint(script(ROOTFS MINE "rmdir $r/proc; $mine 'mount --bind $0 $0\n"
				       "mount -o remount,bind,ro $0; ./step-03 --rootfs $0' $r",
			   NULL),
		    "mkdirat /proc in the root file system: EROFS", hint);
	assert_hint(script(ROOTFS MINE "rm $r/etc/hosts; $mine 'mount --bind $0 $0\n"
				       "mount -o remount,bind,ro $0; ./step-03 --rootfs $0' $r",
			   NULL),
		    "mknodat /etc/hosts in the root file system: EROFS", hint);
}

static void mknodat_eperm(void **state)
{
	(void)state;
	assert_hint(
		run("setpriv", "--bounding-set=-mknod", "--inh-caps=-mknod", "./step-03", "true"),
		"mknodat null 1:3: EPERM", "; making a device needs CAP_MKNOD");
}

static void open_rootfs_enoent_and_enotdir(void **state)
{
	(void)state;
	assert_hint(run("./step-03", "--rootfs", "/no", "true"), "open rootfs /no: ENOENT",
		    "; `make rootfs` builds it, --rootfs names another");
	assert_hint(run("./step-03", "--rootfs", "/etc/passwd", "true"),
		    "open rootfs /etc/passwd: ENOTDIR", "; it must be a directory");
}

static void open_tree_enoent(void **state)
{
	(void)state;
	assert_hint(run("./step-03", "--volume", "/no:/mnt", "true"), "open_tree /no: ENOENT",
		    "; a source must exist");
}

static void move_mount_einval(void **state)
{
	(void)state;
	assert_hint(run("./step-03", "--volume", "/etc:/etc/passwd", "true"),
		    "move_mount /etc/passwd: EINVAL",
		    "; a directory goes on a directory, a file on a file");
}

static void openat2_eloop(void **state)
{
	static const char hint[] = "; a symbolic link leads in a circle, or into /proc";

	(void)state;
	assert_hint(script(ROOTFS "ln -s a $r/a; ./step-03 --rootfs $r --tmpfs /a true", NULL),
		    "openat2 /a in the root file system: ELOOP", hint);
	assert_hint(run("./step-03", "--tmpfs", "/proc/self/root/a", "true"),
		    "openat2 /proc/self/root", hint);
}

static void openat2_enosys(void **state)
{
	char number[16];

	(void)state;
	snprintf(number, sizeof(number), "%d", SYS_openat2);
	assert_hint(run("/proc/self/exe", number, "./step-03", "true"),
		    "openat2 / in the root file system: ENOSYS",
		    "; Linux 5.6 or later is needed, or a seccomp filter hides the call");
}

static void pivot_root_einval(void **state)
{
	(void)state;
	assert_hint(script(SCRATCH MINE
			   "mkdir $d/t; $mine 'mount --make-rshared /\n"
			   "mount --rbind / $0/t; here=$PWD\n"
			   "exec chroot $0/t sh -c \"cd $here && exec ./step-03 true\"' $d",
			   NULL),
		    "pivot_root: EINVAL", "; inside a chroot, or on an initramfs");
}

static void enter_as_nobody(const char *directory)
{
	struct rootfs rootfs = { .path = directory };
	int root = rootfs_open(&rootfs);

	check(root >= 0);
	check(setgid(65534) == 0 && setuid(65534) == 0);
	check(rootfs_enter(&rootfs, root) == -1);
	check(strcmp(fail_get()->text,
		     "pivot_root: EPERM Operation not permitted; needs root in the mount "
		     "namespace's own user namespace") == 0);
}

static void pivot_root_eperm(void **state)
{
	(void)state;
	in_own_mounts(enter_as_nobody, "rootfs/busybox");
}

static void execve_enoent_and_eacces(void **state)
{
	static const char hint[] =
		"it must be an executable file (chmod +x), not on a noexec mount";

	(void)state;
	assert_refused(run("./step-03", "/no"), 127,
		       "execve /no: ENOENT No such file or directory; is it there, with the "
		       "interpreter or libraries that it names?");
	assert_contains(run("./step-03", "/etc/passwd")->err, hint);
	assert_contains(run("./step-03", "-v", "/usr/bin:/mnt:noexec", "/mnt/env")->err, hint);
}

/* Executes a program in which the system call of this number fails with ENOSYS: seccomp(2). */
static int execute_without(unsigned int call, char **argv)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { .len = 4, .filter = filter };

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
		execvp(argv[0], argv);
	perror("seccomp");
	return 1;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		host_test(chdir_enoent),
		host_test(fsopen_eperm),
		host_test(fsopen_enodev),
		host_test(fsmount_eperm),
		host_test(mount_private_einval),
		host_test(mkdirat_and_mknodat_erofs),
		host_test(mknodat_eperm),
		host_test(open_rootfs_enoent_and_enotdir),
		host_test(open_tree_enoent),
		host_test(move_mount_einval),
		host_test(openat2_eloop),
		host_test(openat2_enosys),
		host_test(pivot_root_einval),
		host_test(pivot_root_eperm),
		host_test(execve_enoent_and_eacces),
	};

	if (argc > 2)
		return execute_without((unsigned int)atoi(argv[1]), argv + 2);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
