/*
 * Means of communication that are not files: abstract sockets (network namespace), SysV and POSIX
 * objects (IPC namespace).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "probe.h"

/*
 * A unix socket's name that begins with a NUL byte is no path; it belongs to the network namespace.
 */
static int abstract_socket(const char *name, int (*use)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = strlen(name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	if (!length || length >= sizeof(address.sun_path))
		usage("the name is empty or too long");
	memcpy(address.sun_path + 1, name, length);
	length += offsetof(struct sockaddr_un, sun_path) + 1;
	return use(fd, (struct sockaddr *)&address, (socklen_t)length) ? -1 : fd;
}

static int abstract_listen(char **argv)
{
	int fd = abstract_socket(argv[0], bind);

	if (fd < 0 || listen(fd, 1))
		die("bind @%s", argv[0]);
	time_limit(60);
	printf("ready @%s\n", argv[0]);
	if (accept4(fd, NULL, NULL, SOCK_CLOEXEC) < 0)
		die("accept");
	puts("connected");
	return YES;
}

static int abstract_connect(char **argv)
{
	return print_result(abstract_socket(argv[0], connect) >= 0);
}

static int datagram(char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	if (strlen(argv[0]) >= sizeof(address.sun_path))
		usage("the path is too long");
	strcpy(address.sun_path, argv[0]);
	return print_result(sendto(fd, argv[1], strlen(argv[1]), 0,
				   (const struct sockaddr *)&address, sizeof(address)) >= 0);
}

/* Prints the answer to "see": yes, no, or ENOSYS: the kernel is built without such objects. */
static int print_seen(int found, const char *what)
{
	if (!found && errno == ENOSYS) {
		puts("ENOSYS");
		return UNTESTABLE;
	}
	if (!found && errno != ENOENT)
		die("%s", what);
	puts(found ? "yes" : "no");
	return found ? YES : NO;
}

static int sysv(char **argv)
{
	key_t key = (key_t)number(argv[1], 1, INT_MAX);
	int id;

	if (equal(argv[0], "see"))
		return print_seen(shmget(key, 0, 0) >= 0, argv[1]);
	if (equal(argv[0], "create")) {
		if (shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600) < 0)
			die("shmget %s", argv[1]);
		puts("created");
		return YES;
	}
	if (!equal(argv[0], "remove"))
		usage("%s is not create, see or remove", argv[0]);
	id = shmget(key, 0, 0);
	if (id < 0 || shmctl(id, IPC_RMID, NULL))
		die("remove %s", argv[1]);
	puts("removed");
	return YES;
}

static int mqueue(char **argv)
{
	if (equal(argv[0], "see"))
		return print_seen(mq_open(argv[1], O_RDONLY) >= 0, argv[1]);
	if (equal(argv[0], "create")) {
		if (mq_open(argv[1], O_RDWR | O_CREAT | O_EXCL, 0600, NULL) < 0)
			die("mq_open %s", argv[1]);
		puts("created");
		return YES;
	}
	if (!equal(argv[0], "remove"))
		usage("%s is not create, see or remove", argv[0]);
	if (mq_unlink(argv[1]))
		die("mq_unlink %s", argv[1]);
	puts("removed");
	return YES;
}

const struct command ipc_commands[] = {
	{ "abstract-listen", "NAME", "wait on an abstract unix socket, at most 60 s",
	  abstract_listen, 1, 1 },
	{ "abstract-connect", "NAME", "connect to it", abstract_connect, 1, 1 },
	{ "datagram", "PATH TEXT", "send a text to a unix socket", datagram, 2, 2 },
	{ "sysv", "create|see|remove KEY", "a SysV shared memory segment", sysv, 2, 2 },
	{ "mqueue", "create|see|remove /NAME", "a POSIX message queue", mqueue, 2, 2 },
	{ 0 },
};
