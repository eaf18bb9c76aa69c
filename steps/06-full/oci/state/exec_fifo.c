#include "exec_fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"

static const char go_name[] = "go", result_name[] = "result";

static int make_fifo(int directory, const char *name)
{
	int fd;

	if (mkfifoat(directory, name, 0600) < 0)
		return fail("mkfifoat %s", name);
	fd = openat(directory, name, O_RDWR | O_CLOEXEC);
	return fd < 0 ? fail("open %s", name) : fd;
}

int exec_fifo_make(struct exec_fifo *fifo, int directory)
{
	fifo->go = make_fifo(directory, go_name);
	fifo->result = fifo->go < 0 ? -1 : make_fifo(directory, result_name);
	return fifo->result < 0 ? -1 : 0;
}

int exec_fifo_wait(const struct exec_fifo *fifo)
{
	char go;
	ssize_t got;

	do {
		got = read(fifo->go, &go, sizeof(go));
	} while (got < 0 && errno == EINTR);
	return got == 1 ? 0 : fail("read the message to start");
}

int exec_fifo_pass(const struct exec_fifo *fifo)
{
	const struct failure none = { 0 };

	if (fifo->result <= 0 || write(fifo->result, &none, sizeof(none)) == sizeof(none))
		return 0;
	return fail("write to the exec fifo");
}

void exec_fifo_report(const struct exec_fifo *fifo)
{
	const struct failure *failure = fail_get();

	if (fifo->result > 0 && write(fifo->result, failure, sizeof(*failure)) < 0)
		_exit(failure->status);
}

int exec_fifo_open(int directory)
{
	autofd int result = openat(directory, result_name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	autofd int go = openat(directory, go_name, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

	if (result < 0 || go < 0) /* ENXIO: the container has ended */
		return fail("open the exec fifo of the container");
	if (write(go, "", 1) != 1)
		return fail("write the message to start");
	exec_fifo_remove(directory);
	return cleanup_take_fd(&result);
}

/*
 * Receives the failure that the container sends. Returns its length; 0: the command was executed,
 * or the container has ended.
 */
static ssize_t receive(int result, int process, struct failure *failure)
{
	struct pollfd watched[] = { { .fd = result, .events = POLLIN },
				    { .fd = process, .events = POLLIN } };
	ssize_t got;

	while (poll(watched, 2, -1) < 0)
		if (errno != EINTR)
			return fail("poll the exec fifo");
	got = read(result, failure, sizeof(*failure));
	if (got < 0 && errno == EAGAIN) /* another process has the other end open */
		return 0;
	return got < 0 ? fail("read what became of the start") : got;
}

int exec_fifo_await(int result, int process, bool *in_hooks)
{
	struct failure failure = { 0 };
	ssize_t got = receive(result, process, &failure);
	bool passed = got == sizeof(failure) && failure.status == 0;

	*in_hooks = !passed && got == sizeof(failure);
	if (passed)
		got = receive(result, process, &failure);
	if (got == sizeof(failure))
		return fail_set(&failure);
	if (got < 0 || passed)
		return got < 0 ? -1 : 0;
	return fail_input("cannot start: the container's first process has died");
}

bool exec_fifo_is_there(int directory)
{
	return faccessat(directory, go_name, F_OK, 0) == 0 || errno != ENOENT;
}

void exec_fifo_remove(int directory)
{
	unlinkat(directory, go_name, 0);
	unlinkat(directory, result_name, 0);
}
