#include "running.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "process_stat.h"

#define NOTE "process"

static const struct timespec often = { .tv_nsec = 10000000 };

struct process {
	pid_t pid;
	uint64_t start_time;
};

int running_note(int directory, pid_t pid)
{
	struct process_stat first, runner;
	char text[120];

	if (process_stat_read(pid, &first) != 0 || process_stat_read(getpid(), &runner) != 0)
		return *fail_get()->text ? -1 : fail_input("the container's process has ended");
	snprintf(text, sizeof(text), "%d %" PRIu64 " %d %" PRIu64, pid, first.start_time, getpid(),
		 runner.start_time);
	if (file_write(directory, NOTE ".new", text) < 0)
		return -1;
	return renameat(directory, NOTE ".new", directory, NOTE) < 0
		? fail("rename the note of the container's process")
		: 0;
}

static int open_work(const struct record *record)
{
	return openat(record->store->work, record->id,
		      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Returns false if there is no note. */
static bool read_note(const struct record *record, struct process *first, struct process *runner)
{
	autofd int work = open_work(record);
	autofree char *text = work < 0 ? NULL : file_read_at(work, NOTE);

	return text &&
		sscanf(text, "%d %" SCNu64 " %d %" SCNu64, &first->pid, &first->start_time,
		       &runner->pid, &runner->start_time) == 4;
}

/* Returns a pidfd; 0: the process has ended; or -1. */
static int open_process(const struct process *process)
{
	autofd int fd = pidfd_open(process->pid, 0);
	struct process_stat found = { 0 };
	int gone;

	if (fd < 0)
		return errno == ESRCH ? 0 : fail("pidfd_open");
	gone = process_stat_read(process->pid, &found);
	if (gone < 0)
		return -1;
	if (gone || found.status == 'Z' || found.start_time != process->start_time)
		return 0;
	return cleanup_take_fd(&fd);
}

int running_open(const struct record *record, pid_t *pid)
{
	struct process first, runner;

	if (!record_is_running(record) || !read_note(record, &first, &runner))
		return 0;
	*pid = first.pid;
	return open_process(&first);
}

/*
 * Without root, a process of another user of the container is out of reach; the command that has
 * run the container is not, and the container ends with that.
 */
static int kill_runner(const struct record *record)
{
	struct process first, runner;
	autofd int fd = -1;

	if (!read_note(record, &first, &runner))
		return 0;
	fd = open_process(&runner);
	if (fd <= 0)
		return cleanup_take_fd(&fd);
	return pidfd_send_signal(fd, SIGKILL, NULL, 0) < 0 ? fail("pidfd_send_signal") : 1;
}

static int send_signal(const struct record *record, int process, int signal)
{
	if (pidfd_send_signal(process, signal, NULL, 0) == 0)
		return 1;
	if (errno == ESRCH)
		return 0;
	if (errno == EPERM && signal == SIGKILL)
		return kill_runner(record);
	return fail("pidfd_send_signal to the container %s", record_name(record));
}

int running_signal(const struct record *record, int signal)
{
	pid_t pid;
	int fd = running_open(record, &pid), sent;

	if (fd <= 0)
		return fd;
	sent = send_signal(record, fd, signal);
	close(fd);
	return sent;
}

/* The lock is free when the command that has run the container has ended. */
static int wait_for_runner(const struct record *record)
{
	autofd int work = open_work(record);

	while (work >= 0 && flock(work, LOCK_SH) < 0)
		if (errno != EINTR)
			return fail("flock work/%s", record->id);
	return 0;
}

/* Returns 0 when the process has ended, or was sent SIGKILL; or -1. */
static int end_process(const struct record *record, int process, int signal, int64_t milliseconds)
{
	struct pollfd end = { .fd = process, .events = POLLIN };

	if (send_signal(record, process, signal) < 0)
		return -1;
	if (signal == SIGKILL || poll(&end, 1, (int)milliseconds) > 0)
		return 0;
	return send_signal(record, process, SIGKILL) < 0 ? -1 : 0;
}

int running_end(const struct record *record, int signal, int64_t milliseconds)
{
	pid_t pid;

	/* The container may be just about to start. */
	while (record_is_running(record)) {
		int process = running_open(record, &pid), ended;

		if (process > 0) {
			ended = end_process(record, process, signal, milliseconds);
			close(process);
			return ended < 0 ? -1 : wait_for_runner(record);
		}
		if (process < 0)
			return -1;
		nanosleep(&often, NULL);
	}
	return 0;
}
