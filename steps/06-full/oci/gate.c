#include "gate.h"

#include <errno.h>
#include <fcntl.h>
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

int gate_make(struct gate *gate, int directory)
{
	gate->go = make_fifo(directory, go_name);
	gate->result = gate->go < 0 ? -1 : make_fifo(directory, result_name);
	return gate->result < 0 ? -1 : 0;
}

int gate_wait(const struct gate *gate)
{
	char go;
	ssize_t got;

	if (gate->go <= 0)
		return 0;
	do {
		got = read(gate->go, &go, sizeof(go));
	} while (got < 0 && errno == EINTR);
	return got == 1 ? 0 : fail("read the word to start");
}

void gate_report(const struct gate *gate)
{
	const struct failure *failure = fail_get();

	if (gate->result > 0 && write(gate->result, failure, sizeof(*failure)) < 0)
		_exit(failure->status);
}

int gate_release(int directory)
{
	autofd int result = openat(directory, result_name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	autofd int go = openat(directory, go_name, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	struct failure failure;
	ssize_t got;

	if (result < 0 || go < 0) /* ENXIO: nobody is at it any more */
		return fail("open the gate of the container");
	if (fcntl(result, F_SETFL, 0) < 0)
		return fail("fcntl F_SETFL");
	if (write(go, "", 1) != 1)
		return fail("write the word to start");
	gate_remove(directory);
	do {
		got = read(result, &failure, sizeof(failure));
	} while (got < 0 && errno == EINTR);
	if (got == sizeof(failure))
		return fail_set(&failure);
	return got == 0 ? 0 : fail("read what became of the start");
}

void gate_remove(int directory)
{
	unlinkat(directory, go_name, 0);
	unlinkat(directory, result_name, 0);
}
