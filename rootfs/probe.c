/*
 * probe: looks at a container from inside. For tests and chapters alike; static, needs libc only.
 */
#include <stdio.h>
#include <string.h>

#include "probe.h"

static const struct command *const tables[] = {
	self_commands,
	rights_commands,
	filter_commands,
	load_commands,
	files_commands,
	process_commands,
	net_commands,
	ipc_commands,
	spy_commands,
	receive_commands,
	NULL,
};

static const struct command *find_command(const char *name)
{
	for (const struct command *const *table = tables; *table; table++)
		for (const struct command *command = *table; command->name; command++)
			if (equal(command->name, name))
				return command;
	fprintf(stderr, "probe: no command is called %s; probe --help lists them\n", name);
	return NULL;
}

static int print_command(const struct command *command)
{
	printf("  %s%s%s\n", command->name, *command->arguments ? " " : "", command->arguments);
	printf("        %s\n", command->help);
	return YES;
}

static int print_all(void)
{
	puts("usage: probe COMMAND [ARGUMENT...]");
	puts("exit status: 0 yes, 1 no, 2 wrong usage, 3 a system call failed, 77 not in this "
	     "kernel");
	for (const struct command *const *table = tables; *table; table++)
		for (const struct command *command = *table; command->name; command++)
			print_command(command);
	return YES;
}

static int run(char **argv)
{
	int count = 0;

	running = find_command(argv[0]);
	if (!running)
		return USAGE_ERROR;
	while (argv[1 + count])
		count++;
	if (count < running->least || count > running->most)
		usage("wrong number of arguments");
	return running->run(argv + 1);
}

int main(int argc, char **argv)
{
	int status;

	/*
	 * Write each line at once, since this program may be killed, or its output read through a
	 * pipe.
	 */
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 2 || equal(argv[1], "--help") || (argc == 2 && equal(argv[1], "help"))) {
		status = print_all();
	} else if (argc == 3 && equal(argv[1], "help")) {
		const struct command *command = find_command(argv[2]);
		status = command ? print_command(command) : USAGE_ERROR;
	} else {
		status = run(argv + 1);
	}
	if (fflush(stdout) || ferror(stdout))
		die("standard output");
	return status;
}
