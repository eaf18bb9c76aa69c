/*
 * probe: looks at a container from inside. What its files share; probe.c has the list of commands.
 */
#ifndef PROBE_H
#define PROBE_H

/* How every command ends. */
enum {
	YES = 0,	 /* done, or: what was looked for is so */
	NO = 1,		 /* what was looked for is not so */
	USAGE_ERROR = 2, /* wrong arguments */
	FAILED = 3,	 /* a system call failed; stderr has the name of its errno */
	UNTESTABLE = 77, /* this kernel does not have it */
};

/* A subcommand. The arguments given to run() begin after its name and end with NULL. */
struct command {
	const char *name;
	const char *arguments; /* as --help shows them */
	const char *help;
	int (*run)(char **argv);
	int least, most; /* how many arguments it takes */
};

#define ANY    1000000
#define UNUSED __attribute__((unused))
#define PRINTF __attribute__((format(printf, 1, 2)))

/* The commands of each file; the last row of each table has no name. */
extern const struct command self_commands[];
extern const struct command rights_commands[];
extern const struct command filter_commands[];
extern const struct command load_commands[];
extern const struct command files_commands[];
extern const struct command process_commands[];
extern const struct command net_commands[];
extern const struct command ipc_commands[];
extern const struct command spy_commands[];
extern const struct command receive_commands[];

/* The command that runs, for the messages. */
extern const struct command *running;

/* End with FAILED: "probe COMMAND: MESSAGE: ERRNO text" on stderr. */
_Noreturn void die(const char *format, ...) PRINTF;

/* End with USAGE_ERROR: the message and how the command is used, on stderr. */
_Noreturn void usage(const char *format, ...) PRINTF;

/* "ENOENT"; never NULL. The text is good until the next call. */
const char *errno_name(int error);

/* Print "ok" and return YES, or print the name of errno and return NO. */
int print_result(int succeeded);

/* Returns 1 if the two texts are the same, or 0. */
int equal(const char *one, const char *other);

/* A whole number, decimal or 0x; anything else, or one out of the range, is a usage error. */
long number(const char *text, long least, long most);

/* A number of bytes, with the suffix k, m, g (powers of 1024) or none. */
long size(const char *text);

/* "TERM", "SIGTERM" or "15" to 15, and 15 to "SIGTERM" (good until the next call). */
int signal_number(const char *text);
const char *signal_name(int sig);

/* Milliseconds of a clock that nobody sets. */
long now_ms(void);
void sleep_ms(long milliseconds);

/* Exit with NO after so many seconds, also as PID 1, which ignores signals without handler. */
void time_limit(long seconds);

#endif
