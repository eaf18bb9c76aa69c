#include "nft.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "narrate.h"

/*
 * Becomes nft, with those files in memory as what it reads, what it prints and what it complains
 * of: so neither side waits for the other.
 */
__attribute__((noreturn)) static void become_nft(int input, int output, int errors)
{
	/* Names of protocols would be looked up, maybe over the network; sets may be huge. */
	const char *arguments[] = { "nft",     "--handle", "--numeric", "--stateless",
				    "--terse", "--file",   "-",		NULL };

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* or the rules would come after the cleaning up */
	if (dup2(input, 0) == 0 && dup2(output, 1) == 1 && dup2(errors, 2) == 2) {
		execv("/usr/sbin/nft", (char **)arguments); /* su(1) leaves no sbin in PATH */
		execvp("nft", (char **)arguments);
	}
	dprintf(errors, "nft cannot be executed: %s\n", strerrorname_np(errno));
	_exit(STATUS_FAILED);
}

/* What nft has written to a file in memory, which the caller frees, or NULL. */
static char *contents(int file)
{
	return lseek(file, 0, SEEK_SET) < 0 ? NULL : file_read_open(file);
}

/* Returns what nft prints, or NULL with what is wrong in `problem`. */
static char *ask(const char *commands, char *problem, size_t size)
{
	autofd int input = memfd_create("input", MFD_CLOEXEC);
	autofd int output = memfd_create("output", MFD_CLOEXEC);
	autofd int errors = memfd_create("errors", MFD_CLOEXEC);
	const ssize_t length = (ssize_t)strlen(commands);
	autofree char *complaint = NULL;
	int status = -1;
	pid_t pid = -1;

	if (input >= 0 && output >= 0 && errors >= 0 &&
	    pwrite(input, commands, (size_t)length, 0) == length)
		pid = fork();
	if (pid == 0)
		become_nft(input, output, errors);
	if (pid < 0 || waitpid(pid, &status, 0) < 0) {
		snprintf(problem, size, "nft cannot be started: %s", strerrorname_np(errno));
		return NULL;
	}
	if (status == 0)
		return contents(output);
	complaint = contents(errors);
	if (complaint && *complaint)
		snprintf(problem, size, "%.*s", (int)strcspn(complaint, "\n"), complaint);
	else
		snprintf(problem, size, "nft has ended, status %#x", (unsigned int)status);
	return NULL;
}

const char *nft_run(const char **problem, const char *commands, ...)
{
	static char *printed, wrong[256];
	autofree char *text = NULL;
	va_list arguments;
	int length;

	va_start(arguments, commands);
	length = vasprintf(&text, commands, arguments);
	va_end(arguments);
	free(printed);
	printed = NULL;
	if (length < 0) {
		text = NULL;
		snprintf(wrong, sizeof(wrong), "out of memory");
	} else {
		narrate("nft %.*s", (int)strcspn(text, "\n;"), text);
		printed = ask(text, wrong, sizeof(wrong));
	}
	if (problem)
		*problem = wrong;
	return printed;
}

char *nft_line(char **rest, struct nft_chain *chain)
{
	char *line = strsep(rest, "\n");

	if (!line)
		return NULL;
	if (sscanf(line, "table %7s %63s", chain->family, chain->table) == 2)
		*chain->name = '\0';
	sscanf(line, " chain %63s", chain->name);
	return line + strspn(line, "\t");
}

void nft_delete_marked(const char *commands, const char *comment)
{
	const char *listing = nft_run(NULL, "%s", commands);
	autofree char *copy = listing ? strdup(listing) : NULL;
	struct nft_chain chain = { 0 };
	char *rest = copy, *line;
	char mark[80];

	snprintf(mark, sizeof(mark), "comment \"%s\"", comment);
	while ((line = nft_line(&rest, &chain))) {
		const char *handle = strstr(line, "# handle ");

		if (handle && strstr(line, mark))
			nft_run(NULL, "delete rule %s %s %s handle %lu", chain.family, chain.table,
				chain.name, strtoul(handle + strlen("# handle "), NULL, 10));
	}
}
