/*
 * Command lines: `step-NN [options] [--] [COMMAND [ARG...]]`.
 *
 * Each module describes its own options, in a file beside it; a step's main() lists the groups
 * that it has, so that options and --help grow by chapter. argp is used because it is in the C
 * library and takes its options in groups.
 */
#ifndef COMMON_OPTIONS_H
#define COMMON_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "command.h"

/*
 * The options of one module. `parse` is an argp parser whose state->input is the structure to
 * fill; on a bad value it keeps a message with fail_input() and returns EINVAL.
 */
struct options_group {
	const char *title;
	const struct argp_option *options;
	argp_parser_t parse;
};

/* A group, and the structure that it fills. A list of them ends with { NULL, NULL }. */
struct options_part {
	const struct options_group *group;
	void *fills;
};

/*
 * Parses a step's command line into the structures of `parts` and into command->argv. `about` says
 * what the step does, for --help (which prints and exits). Everything from the first operand on
 * belongs to the command. Names of options cannot be abbreviated; the message for an unknown option
 * names the nearest one.
 *
 * Returns 0, or -1 for an unknown option, a missing value or a bad one.
 * Source: argp(3), glibc manual "Parsing Program Options with Argp".
 */
int options_parse(int argc, char **argv, const char *about, const struct options_part *parts,
		  struct command *command);

/* For a parser: keeps the message "--OPTION VALUE: RULE". Returns EINVAL. */
error_t options_refuse(const char *option, const char *value, const char *rule);

/* Returns true if `text` is a whole number from `least` to `most`, and fills `number`. */
bool options_read_number(const char *text, int64_t least, int64_t most, int64_t *number);

/*
 * Returns true if `text` is a number of bytes as Docker reads them ("64m", "1.5G", "1mb", "512KiB",
 * "100"), and fills `bytes`. The number is below 2^62, so that the kernel takes twice as much, too.
 */
bool options_read_bytes(const char *text, uint64_t *bytes);

/* The options --env and --workdir; they fill a struct command. */
extern const struct options_group command_options;

#endif
