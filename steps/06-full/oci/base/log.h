/*
 * Chapter 6: the log that an engine reads when the runtime has failed.
 *
 * The message goes to standard error as well; but standard error may be the container's own.
 */
#ifndef STEPS_LOG_H
#define STEPS_LOG_H

#include <stdbool.h>

struct log {
	const char *path; /* NULL: none */
	bool json;	  /* one object a line; otherwise time="..." level=... msg="..." */
	bool debug;	  /* each kernel operation is a line here, or without a path on stderr */
};

/*
 * Begins a log in this format, "text" or "json". With a path, warnings go to the log from here on,
 * because standard error may be the container's own. Returns 0, or -1: the format is unknown, or
 * the file cannot be opened.
 */
int log_begin(struct log *log, const char *format);

/*
 * Adds a line. `level` is "error", "warning", "info" or "debug". Errors are ignored, because there
 * is no other place to report them.
 */
void log_write(const struct log *log, const char *level, const char *message);

/*
 * With `debug`: starts the narration. The descriptor of the file stays open, so the descriptors
 * that the runtime's caller left open have to be closed before. Returns 0 or -1.
 */
int log_narrate(const struct log *log);

/*
 * Narrates "runC: STAGE", with the words of runC's own log, so that the two logs can be compared.
 * Only the log of step-06-oci gets this line: nothing happens before log_begin().
 */
void log_stage(const char *stage);

/* Returns the narration's descriptor; 0: none. */
int log_descriptor(void);

#endif
