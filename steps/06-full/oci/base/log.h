/*
 * Chapter 6: the log that an engine reads when the runtime has failed.
 *
 * The message goes to standard error as well; but that may be the container's own.
 */
#ifndef STEPS_LOG_H
#define STEPS_LOG_H

#include <stdbool.h>

struct log {
	const char *path; /* NULL: none */
	bool json;	  /* one object a line; otherwise time="..." level=... msg="..." */
	bool debug;	  /* each kernel operation is told: here; without a path on stderr */
};

/*
 * Begins one that is written in this format: "text" or "json". With a path, warnings go there from
 * here on: standard error may be the container's own. Returns 0, or -1: it is another word, or the
 * file cannot be opened.
 */
int log_begin(struct log *log, const char *format);

/*
 * Adds a line. `level` is "error", "warning", "info" or "debug". What fails here has no place to be
 * told.
 */
void log_write(const struct log *log, const char *level, const char *message);

/*
 * With `debug`: starts the narration. The descriptor of the file stays open: whoever closes all
 * that our caller left open has to do so before. Returns 0 or -1.
 */
int log_narrate(const struct log *log);

/*
 * Narrates "runC: STAGE", with the words of runC's own log, so that the two logs can be compared.
 * Only the log of step-06-oci gets this line: nothing happens before log_begin().
 */
void log_stage(const char *stage);

/* That descriptor; 0: none. */
int log_descriptor(void);

#endif
