#include "program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"

/*
 * Becomes the program. Its standard streams are files in memory, so neither side waits for the
 * other.
 */
__attribute__((noreturn)) static void become(const char *const arguments[], int input, int output,
					     int errors)
{
	const char *name = basename(arguments[0]); /* that of <string.h> changes no path */

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* or the program could act after the caller's cleanup */
	if (dup2(input, 0) == 0 && dup2(output, 1) == 1 && dup2(errors, 2) == 2) {
		if (*arguments[0] == '/') /* after su(1), PATH has no sbin */
			execv(arguments[0], (char **)arguments);
		execvp(name, (char **)arguments);
	}
	dprintf(errors, "%s cannot be executed: %s\n", name, strerrorname_np(errno));
	_exit(STATUS_FAILED);
}

/* Returns the text of a file in memory, which the caller frees, or NULL. */
static char *read_contents(int file)
{
	return lseek(file, 0, SEEK_SET) < 0 ? NULL : file_read_open(file);
}

char *program_run(const char *const arguments[], const char *input, char *problem, size_t size)
{
	autofd int reading = file_create_memory("input");
	autofd int output = file_create_memory("output");
	autofd int errors = file_create_memory("errors");
	const char *name = basename(arguments[0]);
	const ssize_t length = (ssize_t)strlen(input);
	autofree char *complaint = NULL;
	int status = -1;
	pid_t pid = -1;

	if (reading >= 0 && output >= 0 && errors >= 0 &&
	    pwrite(reading, input, (size_t)length, 0) == length) {
		signal(SIGCHLD, SIG_DFL);
		pid = fork();
	}
	if (pid == 0)
		become(arguments, reading, output, errors);
	if (pid < 0 || waitpid(pid, &status, 0) < 0) {
		snprintf(problem, size, "%s cannot be started: %s", name, strerrorname_np(errno));
		fail_forget();
		return NULL;
	}
	if (status == 0)
		return read_contents(output);
	complaint = read_contents(errors);
	if (complaint && *complaint)
		snprintf(problem, size, "%.*s", (int)strcspn(complaint, "\n"), complaint);
	else
		snprintf(problem, size, "%s has ended, status %#x", name, (unsigned int)status);
	return NULL;
}
