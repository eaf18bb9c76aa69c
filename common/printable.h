/*
 * Text for a terminal. Messages quote names of a configuration, paths, words of a command line,
 * which others have written, and a terminal obeys the control characters in them.
 */
#ifndef COMMON_PRINTABLE_H
#define COMMON_PRINTABLE_H

/*
 * Replaces each newline and tab in `text` by a space, and each other control character by "?", also
 * those that have two bytes in UTF-8 (C1).
 */
void printable_make(char *text);

#endif
