#include "capabilities.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "narrate.h"

#define BIT(capability) (1ULL << (capability))

/* TODO 10, the last one: BIT(CAP_CHOWN) | ... The chapter lists all fourteen. */
const uint64_t capabilities_default = 0;

/* Sorted: the index of a name is the number of the capability. */
static const char *const names[] = {
	"CAP_CHOWN",
	"CAP_DAC_OVERRIDE",
	"CAP_DAC_READ_SEARCH",
	"CAP_FOWNER",
	"CAP_FSETID",
	"CAP_KILL",
	"CAP_SETGID",
	"CAP_SETUID",
	"CAP_SETPCAP",
	"CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE",
	"CAP_NET_BROADCAST",
	"CAP_NET_ADMIN",
	"CAP_NET_RAW",
	"CAP_IPC_LOCK",
	"CAP_IPC_OWNER",
	"CAP_SYS_MODULE",
	"CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT",
	"CAP_SYS_PTRACE",
	"CAP_SYS_PACCT",
	"CAP_SYS_ADMIN",
	"CAP_SYS_BOOT",
	"CAP_SYS_NICE",
	"CAP_SYS_RESOURCE",
	"CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG",
	"CAP_MKNOD",
	"CAP_LEASE",
	"CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL",
	"CAP_SETFCAP",
	"CAP_MAC_OVERRIDE",
	"CAP_MAC_ADMIN",
	"CAP_SYSLOG",
	"CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND",
	"CAP_AUDIT_READ",
	"CAP_PERFMON",
	"CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
};

enum { COUNT = sizeof(names) / sizeof(names[0]) };

void capabilities_fill(struct capabilities *capabilities, uint64_t set)
{
	*capabilities = (struct capabilities){
		.bounding = set,
		.effective = set,
		.permitted = set,
	};
}

void capabilities_for_user(struct capabilities *capabilities, uid_t uid)
{
	/* TODO 2: capabilities.h says what is left, and of whom. */
	(void)capabilities;
	(void)uid;
}

uint64_t capabilities_by_name(const char *name)
{
	/*
	 * TODO 1: "ALL" has a value of its own. The others are in names[], by their numbers; the
	 * prefix need not be there, and small letters do as well: strcasecmp(3), strncasecmp(3).
	 */
	(void)name;
	return 0;
}

const char *capabilities_text(uint64_t set)
{
	static char text[COUNT * sizeof("CAP_CHECKPOINT_RESTORE")];
	char *end = text;

	*end = '\0';
	for (int i = 0; i < COUNT; i++)
		if (set & BIT(i))
			end = stpcpy(end == text ? end : stpcpy(end, " "), names[i]);
	return text;
}

void capabilities_limit_ambient(struct capabilities *capabilities)
{
	uint64_t allowed = capabilities->permitted & capabilities->inheritable;
	uint64_t outside = capabilities->ambient & ~allowed & ~CAPABILITIES_AS_HELD;

	if (outside)
		fail_warn("capabilities: %s cannot be ambient: not permitted and inheritable",
			  capabilities_text(outside));
	capabilities->ambient &= allowed;
}

/* The kernel takes and gives the sets in two halves. */
static struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
typedef struct __user_cap_data_struct halves[_LINUX_CAPABILITY_U32S_3];

/*
 * Reads the bounding set. *held becomes the part of it that is permitted as well. Returns 0 or -1.
 */
static int get_sets(uint64_t *bounding, uint64_t *held)
{
	halves data;

	*bounding = 0;
	for (int i = 0, is_set; (is_set = prctl(PR_CAPBSET_READ, i, 0, 0, 0)) >= 0; i++)
		*bounding |= (uint64_t)is_set << i;
	if (errno != EINVAL) /* EINVAL: the kernel knows no capability `i` */
		return fail("prctl PR_CAPBSET_READ");
	if (syscall(SYS_capget, &header, data) < 0)
		return fail("capget");
	*held = *bounding & ((uint64_t)data[1].permitted << 32 | data[0].permitted);
	return 0;
}

int capabilities_held(uint64_t *held)
{
	uint64_t bounding;

	return get_sets(&bounding, held);
}

void capabilities_warn(const struct capabilities *capabilities)
{
	uint64_t wanted = capabilities->bounding | capabilities->effective |
		capabilities->permitted | capabilities->inheritable | capabilities->ambient;
	uint64_t held;

	if (capabilities_held(&held) < 0)
		fail_forget(); /* capabilities_limit() reports it */
	else if (wanted & ~held & ~CAPABILITIES_AS_HELD)
		fail_warn("process.capabilities: %s: not held by the runtime, so left out",
			  capabilities_text(wanted & ~held & ~CAPABILITIES_AS_HELD));
}

/*
 * Removes from `set` what is not held, if it has CAPABILITIES_AS_HELD; without this bit, refuses a
 * set with something that is not held. Returns 0 or -1.
 */
static int limit_to(uint64_t held, uint64_t *set)
{
	if (!(*set & CAPABILITIES_AS_HELD) && (*set & ~held))
		return fail_input("capabilities: %s: not held by us, so not ours to give",
				  capabilities_text(*set & ~held));
	*set &= held;
	return 0;
}

/*
 * Copies `capabilities` to *resolved, with limit_to() for each set but the bounding one. Returns 0
 * or -1.
 */
static int resolve(const struct capabilities *capabilities, struct capabilities *resolved)
{
	uint64_t held = 0;

	*resolved = *capabilities;
	if (capabilities_held(&held) < 0)
		return -1;
	if (limit_to(held, &resolved->effective) < 0)
		return -1;
	if (limit_to(held, &resolved->permitted) < 0)
		return -1;
	if (limit_to(held, &resolved->inheritable) < 0)
		return -1;
	return limit_to(held, &resolved->ambient);
}

int capabilities_limit(const struct capabilities *capabilities)
{
	uint64_t wanted = capabilities->bounding, held = 0, bounding = 0;

	if (get_sets(&bounding, &held) < 0)
		return -1;
	if (limit_to(held, &wanted) < 0)
		return -1;
	narrate("prctl PR_CAPBSET_DROP all but %s", capabilities_text(wanted));
	/*
	 * TODO 4: of those in `bounding`, drop all that are not wanted: PR_CAPBSET_DROP of
	 * prctl(2). When it fails: fail("prctl PR_CAPBSET_DROP NAME"), with capabilities_text().
	 */
	return 0;
}

/*
 * A program whose file has no capabilities of its own starts with the ambient set. Returns 0 or -1.
 */
static int raise_ambient(uint64_t ambient)
{
	/*
	 * TODO 5: clear the set, then raise each of these: PR_CAP_AMBIENT of prctl(2). Failures
	 * begin with "prctl PR_CAP_AMBIENT_CLEAR_ALL" or "prctl PR_CAP_AMBIENT_RAISE NAME".
	 */
	(void)ambient;
	return 0;
}

static int set_three(const struct capabilities *set)
{
	/*
	 * TODO 3: set the permitted, effective and inheritable ones: capset(2), for which libc has
	 * no function, see capabilities_held(). Each half is a (uint32_t). When the call fails:
	 * fail("capset"). One of its tests looks at all five sets, and needs TODO 4 and 5 as well.
	 */
	(void)set;
	return 0;
}

int capabilities_apply(const struct capabilities *capabilities)
{
	struct capabilities set;

	if (resolve(capabilities, &set) < 0)
		return -1;
	narrate("capset permitted %s", set.permitted ? capabilities_text(set.permitted) : "none");
	if (set_three(&set) < 0)
		return -1;
	return raise_ambient(set.ambient);
}
