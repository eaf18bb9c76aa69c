#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "log.h"
#include "narrate.h"
#include "self_exe.h"
#include "sync.h"

enum { PRESERVED_MAX = 1024 };

int process_close_callers(unsigned int preserved)
{
	unsigned int first = STDERR_FILENO + 1 + preserved;

	if (preserved > PRESERVED_MAX)
		return fail_input("--preserve-fds %u: at most %d", preserved, PRESERVED_MAX);
	if (close_range(first, UINT_MAX, 0) < 0)
		return fail("close_range");
	/* Fill the gaps: a file that the runtime opens later must not get one of these numbers. */
	for (unsigned int fd = STDERR_FILENO + 1; fd < first; fd++)
		if (fcntl((int)fd, F_GETFD) < 0 && open("/dev/null", O_RDWR | O_CLOEXEC) < 0)
			return fail("open /dev/null");
	return 0;
}

unsigned int process_listening(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	char nothing[] = "", *end = nothing;
	bool ours = !pid || atol(pid) == getpid();
	unsigned long number = ours && count ? strtoul(count, &end, 10) : 0;

	return *end || number > PRESERVED_MAX ? 0 : (unsigned int)number;
}

/*
 * From now on the descriptors belong to the command, so LISTEN_PID must name it: 1 in a PID
 * namespace of its own.
 */
static int pass_listening(const struct container *container, struct command *command)
{
	const char *names = container->config.listen_fdnames;
	char *count, *pid, *named = NULL;

	if (!container->config.listen_fds)
		return 0;
	if (asprintf(&count, "LISTEN_FDS=%u", container->config.listen_fds) < 0 ||
	    asprintf(&pid, "LISTEN_PID=%d", getpid()) < 0 ||
	    (names && asprintf(&named, "LISTEN_FDNAMES=%s", names) < 0))
		return fail("asprintf");
	if (command_set_variable(command, count) < 0 || command_set_variable(command, pid) < 0)
		return -1;
	return named ? command_set_variable(command, named) : 0;
}

static int compare(const void *left, const void *right)
{
	return *(const int *)left - *(const int *)right;
}

/* Fills `kept` with the descriptors that stay open, and returns their number. */
static size_t list_kept(const struct container *container, int *kept)
{
	const int ways[] = { log_descriptor(),	       container->config.seccomp.listener.childs,
			     container->exec_fifo.go,  container->exec_fifo.result,
			     container->child->socket, container->config.console.socket };
	size_t count = sizeof(ways) / sizeof(ways[0]);

	memcpy(kept, ways, sizeof(ways));
	for (size_t i = 0; i < container->config.mounts.count; i++)
		if (!container->config.mounts.list[i].bind)
			kept[count++] = container->config.mounts.list[i].mount.opened;
	return count;
}

int process_close_all_but(const struct container *container, const int *others, size_t others_count)
{
	autofree int *kept =
		calloc(container->config.mounts.count + others_count + 6, sizeof(*kept));
	unsigned int next = STDERR_FILENO + 1 + container->config.preserve_fds;
	size_t count;

	if (!kept)
		return fail("calloc");
	count = list_kept(container, kept);
	for (size_t i = 0; i < others_count; i++)
		kept[count++] = others[i];
	qsort(kept, count, sizeof(*kept), compare);
	for (size_t i = 0; i < count; i++) {
		unsigned int fd = (unsigned int)kept[i];

		if (kept[i] < (int)next)
			continue;
		if (fd > next && close_range(next, fd - 1, 0) < 0)
			return fail("close_range");
		next = fd + 1;
	}
	return close_range(next, UINT_MAX, 0) < 0 ? fail("close_range") : 0;
}

int process_close_ours(const struct container *container)
{
	return process_close_all_but(container, NULL, 0);
}

/*
 * getcwd(2) returns a path that does not begin with "/" when the directory is outside of the root.
 */
static int enter_directory(const struct container *container)
{
	const char *directory = container->config.command.workdir;
	char name[PATH_MAX];

	if (!container->config.workdir_by_root)
		return 0; /* command_exec() goes there */
	if (!directory)
		directory = "/";
	narrate("chdir %s", directory);
	if (chdir(directory) < 0)
		return fail("chdir to cwd %s", directory);
	if (!getcwd(name, sizeof(name)))
		return fail("getcwd in %s", directory);
	if (*name != '/')
		return fail_input("cwd %s: is outside of the container", directory);
	return 0;
}

int process_enter_directory(struct container *container)
{
	container->in_directory = enter_directory(container) == 0;
	if (container->in_directory)
		return 0;
	if (errno != EACCES)
		return -1;
	fail_forget();
	return 0;
}

/* True if any user may execute the file. execve(2) checks the rights of this user. */
static bool is_executable(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return false;
	errno = S_ISDIR(status.st_mode) ? EISDIR : EACCES;
	return S_ISREG(status.st_mode) && status.st_mode & 0111;
}

static int refuse(const char *name)
{
	if (errno == ENOENT)
		return fail_input("exec: \"%s\": stat %s: no such file or directory", name, name);
	if (errno == EACCES)
		return fail_input("exec: \"%s\": permission denied", name);
	if (errno == EISDIR)
		return fail_input("exec: \"%s\": is a directory: permission denied", name);
	return fail_status(STATUS_NOT_EXECUTABLE, "execve %s", name);
}

/*
 * Fills `path` with the text. Returns false if it is too long: a part of it names another program.
 */
__attribute__((format(printf, 2, 3))) static bool print_path(char path[PATH_MAX],
							     const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(path, PATH_MAX, format, arguments);
	va_end(arguments);
	errno = ENAMETOOLONG;
	return length >= 0 && length < PATH_MAX;
}

/*
 * Looks for `name` in PATH as execvp(3) does, and skips directories that make the path too long.
 * Returns 0 and fills `path`, or -1.
 */
static int find(const char *name, char path[PATH_MAX])
{
	const char *directories = getenv("PATH");
	bool denied = false;

	if (strchr(name, '/')) {
		return print_path(path, "%s", name) && is_executable(path) ? 0 : refuse(name);
	}
	while (directories && *name) {
		size_t length = strcspn(directories, ":");

		if (print_path(path, "%.*s/%s", length ? (int)length : 1,
			       length ? directories : ".", name) &&
		    is_executable(path))
			return 0;
		denied = denied || errno == EACCES;
		if (!directories[length])
			break;
		directories += length + 1;
	}
	if (denied)
		return fail_input("exec: \"%s\": permission denied", name);
	return fail_input("exec: \"%s\": executable file not found in $PATH", name);
}

/* Waits for `start`, if the container was created. */
static int await_start(const struct container *container)
{
	if (container->exec_fifo.go <= 0)
		return 0;
	if (container->rootless && self_exe_dumpable() < 0)
		return -1;
	if (sync_reached(container->child) < 0)
		return -1;
	return exec_fifo_wait(&container->exec_fifo);
}

/* Executes `path`, or the init and the command, in the place of this process. Returns -1. */
static int become_command(const struct container *container, const char *path)
{
	const struct command *command = &container->config.command;

	log_stage(container->config.console.is_exec
			  ? "setns_init: about to exec"
			  : "init: closing the pipe to signal completion");
	if (!container->config.engine_messages)
		return init_exec(&container->config.init, command);
	narrate("execve %s", path);
	if (command->argv && exec_fifo_pass(&container->exec_fifo) == 0)
		execve(path, command->argv, environ);
	return refuse(path);
}

/*
 * The init of this program stays in the container, where /proc/1/environ shows the environment with
 * which the caller has started it. Some variables of the command stand there, so they are copied
 * first.
 */
static int hide_environment(struct command *command)
{
	for (char **variable = command->environment; *variable; variable++) {
		*variable = strdup(*variable);
		if (!*variable)
			return fail("strdup");
	}
	self_exe_wipe_environment();
	return 0;
}

int process_execute(struct container *container)
{
	struct config *config = &container->config;
	struct command *command = &config->command;
	char path[PATH_MAX];

	if (!container->in_directory && enter_directory(container) < 0)
		return -1;
	if (pass_listening(container, command) < 0)
		return -1;
	if (config->init.wanted && command->environment && hide_environment(command) < 0)
		return -1;
	environ = command->environment;
	/* Without a command, the container is created, and `start` refuses it. */
	if (config->engine_messages && command->argv && find(command->argv[0], path) < 0)
		return -1;
	if (await_start(container) < 0)
		return -1;
	if (!container->state_at_start ||
	    hooks_run(&config->hooks, HOOK_START_CONTAINER, container->state_at_start) == 0)
		become_command(container, path);
	exec_fifo_report(&container->exec_fifo);
	return -1;
}
