/*
 * --verbose: each kernel operation is printed on stderr as it happens, with the side that does it.
 *
 * The switch and the side are global. Otherwise every module would have to pass them on.
 */
#ifndef COMMON_NARRATE_H
#define COMMON_NARRATE_H

/* Starts the narration, as the side "host". */
void narrate_start(void);

/* From here on, tell() gets the lines ("[host] clone3 CLONE_NEWUTS"); stderr does not. */
void narrate_to(void (*tell)(const char *line));

/* From here on, this process's lines begin with `side`. Does nothing before narrate_start(). */
void narrate_as(const char *side);

/* Prints one operation, in one line: "[host] clone3 CLONE_NEWUTS". errno stays as it was. */
void narrate(const char *operation, ...) __attribute__((format(printf, 1, 2)));

#endif
