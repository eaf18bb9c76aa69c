/*
 * Chapter 6: capabilities, root's power in pieces.
 *
 * A set is a number with a bit for each capability: bit CAP_CHOWN, bit CAP_KILL ... of
 * <linux/capability.h>.
 *
 * The system calls are used without libcap: they are few, and this chapter shows them.
 *
 * Source: capabilities(7), capget(2), PR_CAPBSET_DROP and PR_CAP_AMBIENT of prctl(2).
 * Article 2: configs.Capabilities.
 */
#ifndef STEPS_CAPABILITIES_H
#define STEPS_CAPABILITIES_H

#include <stdint.h>
#include <sys/types.h>

/*
 * If a set has this bit, capabilities that the runtime does not hold are left out of it. Without
 * this bit, they are refused.
 */
#define CAPABILITIES_AS_HELD (1ULL << 63)
#define CAPABILITIES_ALL     UINT64_MAX

/* The capabilities of the command: the five sets of a process. */
struct capabilities {
	uint64_t bounding, effective, permitted, inheritable, ambient;
};

/* The fourteen capabilities of the second article. Docker's default is the same. */
extern const uint64_t capabilities_default;

/*
 * The bounding, effective and permitted sets become `set`. The inheritable and the ambient one are
 * empty: a file with inheritable capabilities of its own would give them to any user that root
 * becomes (CVE-2022-24769).
 */
void capabilities_fill(struct capabilities *capabilities, uint64_t set);

/*
 * For a user other than root, keeps only the bounding set, as Docker does: the user holds no
 * capability, and a set-user-ID program can give only capabilities of the bounding set.
 */
void capabilities_for_user(struct capabilities *capabilities, uid_t uid);

/*
 * Returns the bit of "CAP_CHOWN", "chown" or "CHOWN"; CAPABILITIES_ALL for "ALL"; 0: unknown name.
 */
uint64_t capabilities_by_name(const char *name);

/*
 * Removes from the ambient set, with a warning, each capability that is not in both the permitted
 * and the inheritable set: the kernel requires that.
 */
void capabilities_limit_ambient(struct capabilities *capabilities);

/*
 * Warns of capabilities that the sets ask for and the runtime cannot give. They are left out of the
 * sets. In a new or in another user namespace, the runtime can give all capabilities.
 */
void capabilities_warn(const struct capabilities *capabilities);

/* The names of a set, "CAP_CHOWN CAP_KILL"; the text lasts until the next call. */
const char *capabilities_text(uint64_t set);

/*
 * *held becomes the set of capabilities that this process may give: those that are in both its
 * permitted and its bounding set. Returns 0 or -1.
 */
int capabilities_held(uint64_t *held);

/*
 * Lowers the bounding set. Call this before the user is changed: it needs CAP_SETPCAP. Returns 0,
 * or -1 if the set has a capability that is not held.
 */
int capabilities_limit(const struct capabilities *capabilities);

/*
 * Sets the other four sets of this process, from which execve(2) makes those of the command. Call
 * this after user_become(), which keeps the permitted set when the user changes. Returns 0 or -1.
 */
int capabilities_apply(const struct capabilities *capabilities);

#endif
