/*
 * --verbose: each kernel operation is told on stderr as it happens, with the side that does it.
 * Silent until narrate_start() is called; that switch, and who tells, are this module's only state.
 */
#ifndef COMMON_NARRATE_H
#define COMMON_NARRATE_H

/* Starts the narration, as the side "host". */
void narrate_start(void);

/* From here on, lines ("[host] clone3 CLONE_NEWUTS") go there, and not to stderr. */
void narrate_to(void (*tell)(const char *line));

/* From here on, this process speaks as `side`; nothing happens when there is no narration. */
void narrate_as(const char *side);

/* Tells one operation, in one line: "[host] clone3 CLONE_NEWUTS". errno is left as it was. */
void narrate(const char *operation, ...) __attribute__((format(printf, 1, 2)));

#endif
