#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <termios.h>
#include <unistd.h>

#include "bind.h"
#include "cleanup.h"
#include "descriptor.h"
#include "fail.h"
#include "file.h"
#include "mount.h"
#include "narrate.h"

/* Fills the size of the runtime's terminal, if it has one. */
static void find_size(struct winsize *size)
{
	for (int fd = STDIN_FILENO; size->ws_row == 0 && fd <= STDERR_FILENO; fd++)
		ioctl(fd, TIOCGWINSZ, size);
}

/*
 * Finds the terminals that somebody uses, and will open again after the container has ended: the
 * controlling terminal of the runtime's session, and terminals of other users.
 */
static void find_foreign(struct console *console)
{
	struct stat status;

	console->foreign = 0;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fstat(fd, &status) == 0 && S_ISCHR(status.st_mode) &&
		    (status.st_uid != geteuid() || tcgetsid(fd) >= 0))
			console->foreign |= 1U << fd;
}

/*
 * Returns true if a stream may change its owner: a pipe without a name, or a pseudo-terminal that
 * nobody else uses. Others can open /dev/null, a file, a named pipe or the machine's console by its
 * name, so these keep their owner. Nobody can open a socket again.
 */
static bool may_change_owner(const struct console *console, int fd)
{
	struct statfs system;

	if (fstatfs(fd, &system) < 0 || (fd == STDIN_FILENO && !console->interactive))
		return false;
	return system.f_type == PIPEFS_MAGIC ||
		(system.f_type == DEVPTS_SUPER_MAGIC && !(console->foreign & 1U << fd));
}

/* EPERM or EINVAL: this process may not give the stream to that user, as without root. */
static int change_owners(const struct console *console, uid_t uid, gid_t gid)
{
	struct stat status;

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (!may_change_owner(console, fd) || fstat(fd, &status) < 0 ||
		    status.st_uid == uid)
			continue;
		narrate("fchown %u of descriptor %d", uid, fd);
		if (fchown(fd, uid, gid) < 0 && errno != EPERM && errno != EINVAL)
			return fail("fchown of descriptor %d", fd);
	}
	return 0;
}

int console_share(const struct console *console, const struct userns *userns)
{
	if (console->terminal || userns->mode != USERNS_MAPPED || !userns_has_uid(userns, 0) ||
	    !userns_has_gid(userns, 0))
		return 0;
	return change_owners(console, userns_uid_outside(userns, 0), userns_gid_outside(userns, 0));
}

int console_prepare(struct console *console, struct child *child)
{
	child->job.own_session = true;
	find_foreign(console);
	if (!console->terminal || console->socket)
		return 0;
	/* A terminal has no end-of-file, only a key for it: a pipe cannot be passed on exactly. */
	if (console->interactive && !isatty(STDIN_FILENO))
		return fail_input("the input device is not a TTY: leave out -t, or -i");
	find_size(&console->size);
	return relay_prepare(&console->relay, child, console->interactive);
}

/*
 * Opens a new pair in the container's /dev/pts. Fills `ends`: the master, with O_NONBLOCK for the
 * relay, and the slave. Returns 0 or -1.
 */
static int open_pair(int root, int ends[2])
{
	const int unlock = 0;

	narrate("open /dev/pts/ptmx");
	ends[0] = file_open_in_root(root, "/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (ends[0] < 0)
		return fail("openat2 /dev/pts/ptmx");
	if (ioctl(ends[0], TIOCSPTLCK, &unlock) < 0)
		return fail("ioctl TIOCSPTLCK");
	/* The slave's path could lead elsewhere by now. TIOCGPTPEER opens this master's slave. */
	ends[1] = ioctl(ends[0], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return ends[1] < 0 ? fail("ioctl TIOCGPTPEER") : 0;
}

/* Shows the terminal as /dev/console, where programs of the system print. */
static int bind_console(int root, int master)
{
	autofd int pts = file_open_in_root(root, "/dev/pts", O_PATH | O_DIRECTORY);
	autofd int mount = -1;
	unsigned int number;
	char name[16];

	if (pts < 0)
		return fail("openat2 /dev/pts");
	if (ioctl(master, TIOCGPTN, &number) < 0)
		return fail("ioctl TIOCGPTN");
	snprintf(name, sizeof(name), "%u", number);
	mount = bind_create(pts, name);
	return mount < 0 ? -1 : mount_attach(mount, root, "/dev/console", S_IFREG);
}

static int make_standard(int fd, int first, int last)
{
	for (int standard = first; standard <= last; standard++)
		if (dup2(fd, standard) < 0)
			return fail("dup2");
	return 0;
}

static int attach_terminal(int slave, const struct winsize *size, uid_t owner)
{
	if (ioctl(slave, TIOCSWINSZ, size) < 0)
		return fail("ioctl TIOCSWINSZ");
	if (fchown(slave, owner, (gid_t)-1) < 0)
		return fail("fchown of the terminal");
	narrate("ioctl TIOCSCTTY");
	if (ioctl(slave, TIOCSCTTY, 0) < 0)
		return fail("ioctl TIOCSCTTY");
	return make_standard(slave, STDIN_FILENO, STDERR_FILENO);
}

static int open_terminal(const struct console *console, const struct child *child, uid_t owner)
{
	autofd int root = file_open_directory("/"), master = -1, slave = -1;
	int ends[2] = { -1, -1 }, opened, receiver = child->socket;

	if (root < 0)
		return -1;
	opened = open_pair(root, ends);
	master = ends[0];
	slave = ends[1];
	if (opened < 0)
		return -1;
	if (!console->is_exec && bind_console(root, master) < 0)
		return -1;
	if (console->socket) {
		receiver = console->socket;
		fcntl(master, F_SETFL, 0); /* the receiver may expect read(2) to wait */
	}
	if (descriptor_send(receiver, master) < 0)
		return -1;
	if (console->socket)
		close(console->socket);
	return attach_terminal(slave, &console->size, owner);
}

/*
 * Opens the container's own /dev/null: changes to the host's, of its mode for example, would be
 * visible on the host.
 */
static int open_nothing(void)
{
	autofd int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0)
		return fail("open /dev/null");
	return make_standard(null, STDIN_FILENO, STDIN_FILENO);
}

int console_open(const struct console *console, const struct child *child, uid_t owner)
{
	if (console->terminal)
		return open_terminal(console, child, owner);
	if (!console->interactive && open_nothing() < 0)
		return -1;
	/* Root can open the streams of other users. */
	return owner == 0 ? 0 : change_owners(console, owner, (gid_t)-1);
}
