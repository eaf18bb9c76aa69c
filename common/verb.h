/*
 * Programs with verbs: `PROGRAM [options] VERB [options] [OPERAND...]`. Here are the table of verbs
 * and the reader of their options.
 *
 * An option may have one hyphen or two, and its value follows a "=" or is the next word: runC reads
 * its command line so, and engines rely on that. Letters may be joined: "-ai". (The
 * steps read their options, which come in a group from each chapter, by options.h.)
 *
 * Source: what Podman, containerd and Docker call; runC's man pages.
 */
#ifndef COMMON_VERB_H
#define COMMON_VERB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The settings that the options before the verb fill. Each program defines its own structure. */
struct runtime;

/*
 * A verb. `words` begin with its name and end with NULL. run() returns an exit status; or -1, and
 * then the program ends with the status `failure`.
 */
struct verb {
	const char *name;
	const char *operands; /* for --help: "ID [SIGNAL]" */
	const char *about;
	int failure;
	int (*run)(const struct runtime *runtime, const struct verb *verb, char **words);
};

/* Returns the verb of that name in a table that ends with NULL; NULL: there is none. */
const struct verb *verb_find(const struct verb *const *verbs, const char *name);

/* Returns the verb's name that is most like a misspelt one; NULL: none is similar. */
const char *verb_nearest(const struct verb *const *verbs, const char *word);

/* Prints a line for each verb. */
void verb_print_all(const struct verb *const *verbs);

enum verb_value {
	VALUE_NONE,   /* fills a bool, which becomes true */
	VALUE_TEXT,   /* fills a const char * */
	VALUE_NUMBER, /* fills an int64_t; it may be negative */
	VALUE_BYTES,  /* fills an int64_t: "64m", "1g", "-1" */
	VALUE_TIME,   /* fills an int64_t, milliseconds: "100ms", "1m30s"; "5" are seconds */
	VALUE_TEXTS,  /* adds to a struct verb_texts */
};

/* An option. A list of them ends with { 0 }. */
struct verb_option {
	const char *name;
	char letter;	      /* "-d" is the same as "--detach"; 0: it has none */
	const char *argument; /* its value's name, for --help; NULL: VALUE_NONE */
	enum verb_value kind;
	void *fills;
	const char *help;
};

struct verb_texts {
	const char **list; /* ends with NULL; NULL itself: empty */
	size_t count;
};

/*
 * Reads the options of a verb from its words, and checks the number of operands. When `most` is -1,
 * any number may follow, and the first operand ends the options, since the words after it belong to
 * a command. "--help" prints the options and ends the program.
 *
 * Returns the operands, which end with NULL; or NULL.
 */
char **verb_read(const struct verb *verb, const struct verb_option *options, char **words,
		 int least, int most);

/*
 * Reads the options before the verb. "--help" and "help" print what help() prints and end the
 * program; "help VERB" becomes "VERB --help". Returns the words from the verb on; or NULL.
 */
char **verb_read_global(const struct verb_option *options, char **words,
			void (*help)(const struct verb_option *options));

/* Prints a line for each option. */
void verb_print_options(const struct verb_option *options);

#endif
