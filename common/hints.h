/*
 * Hints: what an errno of a certain call means here, and what to do about it.
 */
#ifndef COMMON_HINTS_H
#define COMMON_HINTS_H

/*
 * Returns the hint for a call that failed, or NULL if no cause is known. `what` is a message that
 * begins with the name of the call ("pivot_root to /x"), `error` is its errno.
 */
const char *hint_for(const char *what, int error);

#endif
