#include "aside.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"

int aside_start(struct aside *aside, int (*work)(void *), void *argument)
{
	autofd int input = -1;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail("pipe2");
	aside->failure = ends[0];
	input = ends[1];
	aside->pid = fork();
	if (aside->pid == 0) {
		fail_forget();
		if (work(argument) < 0 && write(input, fail_get(), sizeof(struct failure)) < 0)
			_exit(STATUS_FAILED);
		_exit(0);
	}
	if (aside->pid < 0) {
		aside->pid = 0;
		close(aside->failure);
		return fail("fork");
	}
	return 0;
}

int aside_finish(struct aside *aside)
{
	struct failure failure;
	ssize_t length;
	int status = 0;

	if (aside->pid == 0)
		return 0;
	length = read(aside->failure, &failure, sizeof(failure));
	close(aside->failure);
	if (waitpid(aside->pid, &status, 0) < 0)
		return fail("waitpid");
	aside->pid = 0;
	if (length == sizeof(failure))
		return fail_set(&failure);
	return status == 0 ? 0 : fail_input("what worked aside has ended, status %d", status);
}

int aside_run(int (*work)(void *), void *argument)
{
	struct aside aside = { .pid = 0 };

	return aside_start(&aside, work, argument) < 0 ? -1 : aside_finish(&aside);
}
