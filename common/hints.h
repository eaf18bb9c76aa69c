/*
 * The errno atlas: what an errno of a certain call means here, and what to do about it.
 */
#ifndef COMMON_HINTS_H
#define COMMON_HINTS_H

/*
 * Looks up the hint for a call that failed. `what` is a message that begins with the name of the
 * call ("pivot_root to /x"), `error` is its errno. Returns NULL where no cause is known.
 */
const char *hint_for(const char *what, int error);

#endif
