#include "self_exe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"

static const char program[] = "/proc/self/exe";

#ifndef MFD_EXEC /* of Linux 6.3 */
#define MFD_EXEC 0x0010U
#endif

enum { SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

static bool is_protected(void)
{
	autofd int fd = -1;

	if (access(program, W_OK) < 0 && errno == EROFS)
		return true;
	fd = open(program, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && fcntl(fd, F_GET_SEALS) == SEALS;
}

/*
 * Makes a read-only mount of the program alone. Returns a descriptor, or -1 with errno (EPERM: not
 * allowed).
 */
static int make_mount(void)
{
	struct mount_attr read_only = { .attr_set = MOUNT_ATTR_RDONLY };
	autofd int mount = open_tree(AT_FDCWD, program, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (mount < 0 || mount_setattr(mount, "", AT_EMPTY_PATH, &read_only, sizeof(read_only)) < 0)
		return -1;
	return cleanup_take_fd(&mount);
}

/* With vm.memfd_noexec=1, a file in memory can be executed only if it was created with MFD_EXEC. */
static int create_executable(void)
{
	int fd = memfd_create("step-06-oci", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

	if (fd < 0 && errno == EINVAL) /* before Linux 6.3 */
		fd = memfd_create("step-06-oci", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return fd < 0 ? fail("memfd_create MFD_EXEC") : fd;
}

static int make_copy(void)
{
	autofd int original = open(program, O_RDONLY | O_CLOEXEC);
	autofd int copy = create_executable();
	struct stat status;

	if (copy < 0)
		return -1;
	if (original < 0 || fstat(original, &status) < 0)
		return fail("open %s", program);
	for (off_t left = status.st_size; left > 0;) {
		ssize_t sent = sendfile(copy, original, NULL, (size_t)left);

		if (sent <= 0)
			return fail("sendfile %s", program);
		left -= sent;
	}
	if (fchmod(copy, 0500) < 0 || fcntl(copy, F_ADD_SEALS, SEALS) < 0)
		return fail("fcntl F_ADD_SEALS");
	return cleanup_take_fd(&copy);
}

int self_exe_protect(char **argv)
{
	autofd int safe = -1;

	if (is_protected()) {
		prctl(PR_SET_NAME, "step-06-oci"); /* the name was the descriptor's number */
		return 0;
	}
	safe = make_mount();
	if (safe < 0)
		safe = make_copy();
	if (safe < 0)
		return -1;
	execveat(safe, "", argv, environ, AT_EMPTY_PATH);
	return fail("execveat of a read-only %s", program);
}

int self_exe_undumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 0) < 0 ? fail("prctl PR_SET_DUMPABLE") : 0;
}

void self_exe_wipe_environment(void)
{
	for (char **variable = environ; variable && *variable; variable++)
		explicit_bzero(*variable, strlen(*variable));
}

int self_exe_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1) < 0 ? fail("prctl PR_SET_DUMPABLE") : 0;
}
