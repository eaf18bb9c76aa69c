/*
 * Chapter 6: a session keyring for the container.
 *
 * Source: keyctl(2), KEYCTL_JOIN_SESSION_KEYRING; session-keyring(7).
 */
#ifndef STEPS_KEYRING_H
#define STEPS_KEYRING_H

/*
 * Enters a new session keyring: the container must not have the caller's keyring and the keys in
 * it. If the kernel has no keys, or a seccomp filter denies the call, this is no failure. Returns 0
 * or -1 (EDQUOT: the user has too many keys).
 */
int keyring_join_new(void);

#endif
