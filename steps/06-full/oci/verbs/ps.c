#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "printable.h"
#include "processes.h"
#include "state.h"
#include "verbs.h"

struct pids {
	pid_t *list;
	size_t count;
	bool is_cut; /* there was no memory for all of them */
};

static void add(pid_t pid, void *data)
{
	struct pids *pids = data;
	pid_t *grown = reallocarray(pids->list, pids->count + 1, sizeof(*grown));

	pids->is_cut |= !grown;
	if (!grown)
		return;
	pids->list = grown;
	grown[pids->count++] = pid;
}

static void print_json(const struct pids *pids)
{
	putchar('[');
	for (size_t i = 0; i < pids->count; i++)
		printf("%s%d", i ? "," : "", pids->list[i]);
	printf("]\n");
}

/* Returns how many columns are before PID in the heading; -1: there is no PID. */
static int find_column(const char *heading)
{
	autofree char *copy = strdup(heading);
	char *rest = NULL;
	int column = 0;

	for (const char *word = copy ? strtok_r(copy, " \n", &rest) : NULL; word;
	     word = strtok_r(NULL, " \n", &rest), column++)
		if (strcmp(word, "PID") == 0)
			return column;
	return -1;
}

static bool is_listed(const char *line, int column, const struct pids *pids)
{
	for (; column > 0; column--) {
		line += strspn(line, " ");
		line += strcspn(line, " ");
	}
	for (size_t i = 0; i < pids->count; i++)
		if (pids->list[i] == atoi(line))
			return true;
	return false;
}

/* A process may have control characters in its name, and not every ps(1) takes them out. */
static void print_line(char *line)
{
	line[strcspn(line, "\n")] = '\0';
	printable_make(line);
	puts(line);
}

static int filter(FILE *output, const struct pids *pids)
{
	autofree char *line = NULL;
	size_t size = 0;
	int column;

	if (getline(&line, &size, output) < 0)
		return fail_input(
			"ps: the program ps(1) is needed for the table, and has printed nothing");
	column = find_column(line);
	if (column < 0)
		return fail_input("ps: its options have to show the column PID");
	print_line(line);
	while (getline(&line, &size, output) >= 0)
		if (is_listed(line, column, pids))
			print_line(line);
	return 0;
}

/* Runs ps(1) with the caller's options, and prints the lines of the container's processes. */
static int print_table(const struct pids *pids, char **words)
{
	static char name[] = "ps", all[] = "-ef";
	char *usual[] = { name, all, NULL };
	autofile FILE *output = NULL;
	int ends[2], status, result;
	pid_t child;

	words[0] = name; /* in the place of the ID */
	if (pipe2(ends, 0) < 0)
		return fail("pipe2");
	signal(SIGCHLD, SIG_DFL);
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close_range(STDERR_FILENO + 1, UINT_MAX, 0);
		execvp(name, words[1] ? words : usual);
		_exit(STATUS_NOT_FOUND);
	}
	close(ends[1]);
	output = fdopen(ends[0], "r");
	if (child < 0)
		return fail("fork");
	if (!output)
		return fail("fdopen");
	result = filter(output, pids);
	/* Close the pipe first: ps(1) may have more to print than a pipe holds. */
	fclose(output);
	output = NULL;
	if (waitpid(child, &status, 0) < 0)
		return fail("waitpid");
	if (result == 0 && status != 0)
		return fail_input("ps: the program ps(1) is needed for the table, and has failed");
	return result;
}

static int ps(const struct runtime *runtime, const struct verb *verb, char **words)
{
	autostate struct state state = STATE_NONE;
	const char *format = "table";
	const struct verb_option options[] = {
		{ "format", 'f', "FORMAT", VALUE_TEXT, &format, "Print a table or json" },
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 1, -1);
	autofree pid_t *list = NULL;
	struct pids pids = { 0 };

	if (!operands)
		return -1;
	if (strcmp(format, "json") != 0 && strcmp(format, "table") != 0)
		return fail_input("ps --format %s: must be table or json", format);
	if (state_open(&state, runtime->root, operands[0], false) != 0)
		return -1;
	if (processes_each(&state, add, &pids) < 0)
		return -1;
	list = pids.list;
	if (pids.is_cut)
		return fail("reallocarray");
	if (strcmp(format, "json") == 0)
		print_json(&pids);
	else if (print_table(&pids, operands) < 0)
		return -1;
	return fflush(stdout) < 0 ? fail("write the list") : 0;
}

const struct verb verb_ps = {
	"ps", "ID [ps options]", "List the processes of a container", 1, ps,
};
