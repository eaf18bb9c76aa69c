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

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* With this bit in a set, what we do not hold is left out of it. Without it, it is refused. */
#define CAPABILITIES_AS_HELD (1ULL << 63)
#define CAPABILITIES_ALL     UINT64_MAX

/* What the command may do: the five sets of a process. */
struct capabilities {
	uint64_t bounding, effective, permitted, inheritable, ambient;
};

/* The second article's fourteen, which are Docker's as well. */
extern const uint64_t capabilities_default;

/*
 * The bounding, effective and permitted sets become `set`. The inheritable and the ambient one are
 * empty: a file with inheritable capabilities of its own would give them to any user that root
 * becomes (CVE-2022-24769).
 */
void capabilities_fill(struct capabilities *capabilities, uint64_t set);

/*
 * Of a user other than root, only the bounding set is left, as Docker has it: the user holds no
 * capability, and a set-user-ID program can give no others than these.
 */
void capabilities_for_user(struct capabilities *capabilities, uid_t uid);

/* The bit of "CAP_CHOWN", "chown" or "CHOWN"; CAPABILITIES_ALL of "ALL"; 0: there is no such. */
uint64_t capabilities_by_name(const char *name);

/*
 * Leaves out of the ambient set, with a warning, what is not in the permitted and in the
 * inheritable one: that is the kernel's rule.
 */
void capabilities_limit_ambient(struct capabilities *capabilities);

/*
 * Warns of what the sets want and the runtime cannot give, which is left out of them. In a new or
 * in another user namespace, it can give all.
 */
void capabilities_warn(const struct capabilities *capabilities);

/* The names of a set, "CAP_CHOWN CAP_KILL"; the text lasts until the next call. */
const char *capabilities_text(uint64_t set);

/* What we may give: the capabilities that are in our permitted and in our bounding set. */
int capabilities_held(uint64_t *held);

/*
 * Lowers the bounding set. Before the user is changed, since it needs CAP_SETPCAP. Returns 0, or
 * -1 for one that is not held.
 */
int capabilities_limit(const struct capabilities *capabilities);

/*
 * Sets the other four, for us and, as exec goes, for the command. After the user was changed with
 * user_become(), which keeps the permitted ones over the change. Returns 0 or -1.
 */
int capabilities_apply(const struct capabilities *capabilities);

#endif
