/*
 * Chapter 6: a session keyring of its own.
 *
 * Source: keyctl(2), KEYCTL_JOIN_SESSION_KEYRING; session-keyring(7).
 */
#ifndef STEPS_KEYRING_H
#define STEPS_KEYRING_H

/*
 * Enters a new session keyring: the caller's keyring, and the keys in it, are not for the
 * container. A kernel without keys, or a filter for system calls that denies them, is no failure.
 * Returns 0 or -1 (EDQUOT: the user has too many keys).
 */
int keyring_join_new(void);

#endif
