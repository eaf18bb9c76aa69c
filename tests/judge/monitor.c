/*
 * ./step-NN in the copy of the workbook in which a lab is graded. The tests run this program as if
 * it were the step. It runs the learner's step, build/answer/step-NN, in a session and in PID and
 * mount namespaces of its own, and gives it another command: `probe receive-command`, and no
 * standard input and output but a socket. When a process asks for the command by that socket, the
 * kernel says which process this is. Only if its program is our probe, byte for byte, it gets the
 * command of the test, with the true standard input and output. So what a test reads was printed by
 * the command, in the container that the learner's step has made, and never by the step itself.
 *
 * The learner's step has no CAP_SYS_PTRACE, so that it cannot read or change the memory of the
 * tests, nor CAP_SYS_MODULE and CAP_SYS_RAWIO. The same holds for the verbs of chapter 6 that run
 * no command (import, commit, diff): they get the test's own streams, and execute no other program.
 *
 * Source: unix(7), SO_PASSCRED and SCM_RIGHTS; capabilities(7).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capabilities_options.h"
#include "cgroup_options.h"
#include "cleanup.h"
#include "command.h"
#include "confine.h"
#include "console_options.h"
#include "container_options.h"
#include "fail.h"
#include "file.h"
#include "init.h"
#include "init_options.h"
#include "more_options.h"
#include "net_options.h"
#include "options.h"
#include "proc.h"
#include "rlimits_options.h"
#include "rootfs_options.h"
#include "seccomp_options.h"
#include "server.h"
#include "spawn.h"
#include "user_options.h"
#include "userns_options.h"
#include "uts_options.h"

enum { STATUS_FORGED = 99, WORDS_MAX = 250 };

/* A run of the learner's step. */
struct run {
	char top[PATH_MAX / 2]; /* the copy of the workbook, where this program is */
	char step[PATH_MAX];	/* build/answer/step-NN */
	bool has_verb;		/* chapter 6: the first word is `run` */
	char *image;		/* chapter 6: the image, before the command; NULL: none */
	char **options;		/* the words of the command line that stand before the command */
	size_t count;		/* of the options */
	char **command;		/* ends with NULL */
	int socket;		/* the learner's end of the socket, as its standard input */
};

static char chapter(const struct run *run)
{
	return run->step[strlen(run->step) - 1];
}

/* ---- Which words are the command --------------------------------------------------------------
 */

/* Returns true if the option, a word that begins with "-", takes the next word as its value. */
static bool takes_next_word(const char *word)
{
	static const struct options_group *const groups[] = {
		&uts_options,	  &init_options,	 &rootfs_options,  &more_options,
		&net_options,	  &userns_options,	 &cgroup_options,  &console_options,
		&user_options,	  &capabilities_options, &seccomp_options, &rlimits_options,
		&command_options, &container_options,
	};
	bool is_long = word[1] == '-';

	if (is_long && strchr(word, '='))
		return false;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		for (const struct argp_option *option = groups[i]->options;
		     option->name || option->key; option++)
			if (is_long ? option->name && strcmp(option->name, word + 2) == 0
				    : option->key == word[strlen(word) - 1])
				return option->arg;
	return false;
}

static void find_command(struct run *run, char **argv)
{
	char **next = argv + 1 + run->has_verb;
	bool has_rootfs_option = false;

	run->options = next;
	for (; *next && **next == '-' && strcmp(*next, "--") != 0; next++) {
		if (strncmp(*next, "--rootfs", strlen("--rootfs")) == 0)
			has_rootfs_option = true;
		if (takes_next_word(*next) && next[1])
			next++;
	}
	run->count = (size_t)(next - run->options);
	run->command = *next && strcmp(*next, "--") == 0 ? next + 1 : next;
	/* The engine takes a word that is no path for an image. */
	if (run->has_verb && !has_rootfs_option && *run->command && !strchr("/.", **run->command))
		run->image = *run->command++;
}

/* ---- The side of the learner's step -----------------------------------------------------------
 */

/*
 * In this mount namespace the files of the judge can only be read, also by paths that begin at the
 * working directory. The root file system of the tests is another mount, and stays writable.
 */
static int protect_files(const struct run *run)
{
	char directory[PATH_MAX];

	if (mount(NULL, run->top, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0)
		return fail("mount %s read-only", run->top);
	if (!getcwd(directory, sizeof(directory)))
		strcpy(directory, "/");
	return chdir(directory) < 0 ? fail("chdir %s", directory) : 0;
}

/* From chapter 3 on the container has a root file system of its own. */
static bool has_rootfs(const struct run *run)
{
	return chapter(run) >= '3';
}

/* Runs as PID 1 of the new namespaces; stays there as an init, above the learner's step. */
static int inside(void *argument)
{
	static char verb[] = "run", input[] = "--interactive";
	static char separator[] = "--", receive[] = "receive-command", nested[] = "nested";
	static char host_probe[PATH_MAX], probe[] = "/bin/probe";
	const struct run *run = argument;
	const struct init init = { .wanted = true };
	char *argv[WORDS_MAX + 8];
	struct command command = { .argv = argv };
	autofd int root = file_open_directory("/"), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	size_t count = 0;
	int is_nested;

	if (root < 0 || proc_mount(root) < 0)
		return -1;
	if (protect_files(run) < 0)
		return -1;
	if (dup2(run->socket, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return fail("dup2");
	argv[count++] = (char *)run->step;
	if (run->has_verb) {
		argv[count++] = verb;
		argv[count++] = input; /* the socket */
	}
	for (size_t i = 0; i < run->count; i++)
		argv[count++] = run->options[i];
	argv[count++] = separator;
	if (run->image)
		argv[count++] = run->image;
	if (has_rootfs(run)) {
		argv[count++] = probe;
	} else {
		if (!realpath("build/probe", host_probe))
			return fail("realpath build/probe");
		argv[count++] = host_probe;
	}
	argv[count++] = receive;
	is_nested = confine() < 0 ? -1 : server_watch_me(STDIN_FILENO);
	if (is_nested < 0)
		return -1;
	if (is_nested)
		argv[count++] = nested;
	argv[count] = NULL;
	return init_exec(&init, &command);
}

/* ---- The side of the judge ------------------------------------------------------------------- */

/* The step itself has refused the command line, or has failed: it had no need of the command. */
static bool needs_no_command(int status)
{
	return status >= STATUS_FAILED && status <= STATUS_NOT_FOUND;
}

/* Returns the exit status for the test. */
static int verdict(pid_t server, int status)
{
	static const char *const reasons[] = {
		[SERVER_NOT_ASKED] = "no process in a container has executed the command",
		[SERVER_FORGED] = "another program has asked for the command",
		[SERVER_EXECUTED] = "has wanted to execute another program",
	};
	int end;

	if (waitpid(server, &end, 0) < 0 || !WIFEXITED(end))
		return STATUS_FORGED;
	end = WEXITSTATUS(end);
	if (end == SERVER_HANDED_OVER || (end != SERVER_EXECUTED && needs_no_command(status)))
		return status;
	fprintf(stderr, "judge: the step ended with the exit status %d, and %s\n", status,
		reasons[end]);
	return STATUS_FORGED;
}

/* True if the step may execute programs for this verb: those of containers, and skopeo(1). */
static bool executes_programs(const char *verb)
{
	static const char *const verbs[] = { "run", "start", "exec", "build", "pull", "push" };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verb, verbs[i]) == 0)
			return true;
	return false;
}

/* Lets a server decide what this process executes. The server is no child of it. Returns 0 or -1.
 */
static int watch_me(const struct run *run)
{
	const struct server server = { .step = run->step };
	int pair[2], status;
	pid_t between;

	if (server_prepare(pair) < 0)
		return -1;
	between = fork();
	if (between == 0) {
		close(pair[1]);
		_exit(server_start(&server, pair[0]) < 0);
	}
	close(pair[0]);
	if (between < 0 || waitpid(between, &status, 0) < 0 || status != 0)
		return fail("fork");
	if (confine() < 0 || server_watch_me(pair[1]) < 0)
		return -1;
	close(pair[1]);
	return 0;
}

/*
 * Runs the learner's step with the very command line of the test. What it does is looked at from
 * outside: the test reads the store, and lets a container of the image show its files.
 */
static int run_confined(struct run *run, char **argv)
{
	bool is_watched = argv[1] && !isatty(STDIN_FILENO) && !executes_programs(argv[1]);

	if (unshare(CLONE_NEWNS) < 0) {
		fail("unshare");
		return fail_report();
	}
	if (protect_files(run) < 0 || (is_watched ? watch_me(run) : confine()) < 0)
		return fail_report();
	argv[0] = run->step;
	execv(run->step, argv);
	fail("execve %s", run->step);
	return fail_report();
}

/* Fills the paths. Returns 0 or -1. */
static int find_step(struct run *run, const char *word)
{
	const char *name = strrchr(word, '/');
	ssize_t length = readlink("/proc/self/exe", run->top, sizeof(run->top) - 1);

	if (length < 0)
		return fail("readlink /proc/self/exe");
	*strrchr(run->top, '/') = '\0';
	snprintf(run->step, sizeof(run->step), "%s/build/answer/%s", run->top,
		 name ? name + 1 : word);
	return 0;
}

int main(int argc, char **argv)
{
	struct run run = { 0 };
	autochild struct child child = CHILD_NONE;
	struct server server;
	int pair[2], status;
	pid_t pid;

	(void)argc;
	if (find_step(&run, argv[0]) < 0)
		return fail_report();
	run.has_verb = chapter(&run) == '6' && argv[1] && strcmp(argv[1], "run") == 0;
	/*
	 * The command cannot get a terminal later, so tests with terminals trust the learner's
	 * step. Chapter 6's other verbs run no command of the test.
	 */
	if (isatty(STDIN_FILENO) || (chapter(&run) == '6' && !run.has_verb))
		return run_confined(&run, argv);
	find_command(&run, argv);
	if (run.count > WORDS_MAX || server_prepare(pair) < 0)
		return fail_report();
	run.socket = pair[1];
	child.job.has_init = true;
	child.job.own_session = true;
	if (child_spawn(&child, CLONE_NEWPID | CLONE_NEWNS, inside, &run) < 0)
		return fail_report();
	close(pair[1]);
	server = (struct server){ run.step, run.command, child.pid, has_rootfs(&run) };
	pid = server_start(&server, pair[0]);
	close(pair[0]);
	if (pid < 0 || child_release(&child) < 0)
		return fail_report();
	status = child_wait(&child);
	if (status < 0)
		return fail_report();
	return verdict(pid, status);
}
