#include "worker.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"

int worker_start(struct worker *worker, int (*work)(void *), void *argument)
{
	autofd int input = -1;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail("pipe2");
	worker->failure = ends[0];
	input = ends[1];
	worker->pid = fork();
	if (worker->pid == 0) {
		fail_forget();
		if (work(argument) < 0 && write(input, fail_get(), sizeof(struct failure)) < 0)
			_exit(STATUS_FAILED);
		_exit(0);
	}
	if (worker->pid < 0) {
		worker->pid = 0;
		close(worker->failure);
		return fail("fork");
	}
	return 0;
}

int worker_finish(struct worker *worker)
{
	struct failure failure;
	ssize_t length;
	int status = 0;

	if (worker->pid == 0)
		return 0;
	length = read(worker->failure, &failure, sizeof(failure));
	close(worker->failure);
	if (waitpid(worker->pid, &status, 0) < 0)
		return fail("waitpid");
	worker->pid = 0;
	if (length == sizeof(failure))
		return fail_set(&failure);
	return status == 0 ? 0 : fail_input("a worker process has ended, status %d", status);
}

int worker_run(int (*work)(void *), void *argument)
{
	struct worker worker = { .pid = 0 };

	return worker_start(&worker, work, argument) < 0 ? -1 : worker_finish(&worker);
}
