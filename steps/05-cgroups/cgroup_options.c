#include "cgroup_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cgroup.h"
#include "device_options.h"
#include "fail.h"

enum {
	KEY_SWAP = 0x600,
	KEY_SWAPPINESS,
	KEY_RESERVATION,
	KEY_CPUS,
	KEY_CPUSET_CPUS,
	KEY_CPUSET_MEMS,
	KEY_PIDS,
	KEY_STATS,
	KEY_DEVICE,
	KEY_RATE, /* and three more, in the order of the enum in cgroup.h */
};

static const struct argp_option options[] = {
	{ "memory", 'm', "BYTES", 0, "At most so much memory (64m, 1.5g); 0: no limit", 0 },
	{ "memory-swap", KEY_SWAP, "BYTES", 0,
	  "At most so much memory and swap (default: twice the memory); -1: any swap", 0 },
	{ "memory-swappiness", KEY_SWAPPINESS, "0-100", 0, "How readily memory is swapped out (v1)",
	  0 },
	{ "memory-reservation", KEY_RESERVATION, "BYTES", 0,
	  "Take memory away last while it is below this", 0 },
	{ "cpus", KEY_CPUS, "NUMBER", 0, "CPU time of so many CPUs (1.5)", 0 },
	{ "cpu-shares", 'c', "2-262144", 0, "Weight when CPUs are short; others have 1024", 0 },
	{ "cpuset-cpus", KEY_CPUSET_CPUS, "LIST", 0, "Run on these CPUs (0-2,7)", 0 },
	{ "cpuset-mems", KEY_CPUSET_MEMS, "LIST", 0, "Use memory of these nodes", 0 },
	{ "pids-limit", KEY_PIDS, "NUMBER", 0, "At most so many processes and threads; -1: any",
	  0 },
	{ "device-read-bps", KEY_RATE + RATE_READ_BPS, "PATH:BYTES", 0,
	  "Read so much a second from a block device (/dev/sda:1mb)", 0 },
	{ "device-write-bps", KEY_RATE + RATE_WRITE_BPS, "PATH:BYTES", 0, "Write so much", 0 },
	{ "device-read-iops", KEY_RATE + RATE_READ_IOPS, "PATH:NUMBER", 0,
	  "Read so many times a second", 0 },
	{ "device-write-iops", KEY_RATE + RATE_WRITE_IOPS, "PATH:NUMBER", 0, "Write so many times",
	  0 },
	{ "device", KEY_DEVICE, "PATH[:PATH][:rwm]", 0, "Make and allow a device of the host", 0 },
	{ "stats", KEY_STATS, NULL, 0, "Say what was used, at the end", 0 },
	{ 0 },
};

/* A limit that is above it is none; and twice as much is a number that the kernel takes. */
#define BYTES_MAX 0x1p62L

/* "64m", "1.5g", "1mb", "512KiB", "100": bytes, as Docker reads them. Returns whether it is that.
 */
static bool read_bytes(const char *text, uint64_t *bytes)
{
	static const char units[] = "kmgtp";
	const char *rest = text + strspn(text, "0123456789.");
	const char *unit = *rest ? strchr(units, *rest | ' ') : NULL;
	char *end;
	long double number = strtold(text, &end);

	if (rest == text || end != rest)
		return false;
	if (unit) {
		number *= (long double)(UINT64_C(1) << 10 * (unit - units + 1));
		rest++;
		rest += (*rest | ' ') == 'i';
	}
	*bytes = number < BYTES_MAX ? (uint64_t)number : 0;
	return (!*rest || strcasecmp(rest, "b") == 0) && number < BYTES_MAX;
}

static error_t set_bytes(uint64_t *bytes, const char *option, const char *value)
{
	if (read_bytes(value, bytes))
		return 0;
	return options_refuse(option, value, "must be a number of bytes, like 64m or 1.5g");
}

static error_t set_swap(struct cgroup *cgroup, const char *value)
{
	uint64_t bytes = 0;
	error_t error;

	if (strcmp(value, "-1") == 0) {
		cgroup->memory_swap = -1;
		return 0;
	}
	error = set_bytes(&bytes, "memory-swap", value);
	cgroup->memory_swap = (int64_t)bytes;
	return error;
}

static error_t set_swappiness(struct cgroup *cgroup, const char *value)
{
	int64_t number;

	if (!options_read_number(value, -1, 100, &number))
		return options_refuse("memory-swappiness", value, "must be from 0 to 100");
	cgroup->swappiness = (int)number;
	return 0;
}

static error_t set_cpus(struct cgroup *cgroup, const char *value)
{
	long available = sysconf(_SC_NPROCESSORS_ONLN);
	char *end;
	double number = strtod(value, &end);

	if (!strchr("0123456789.", *value) || strncasecmp(value, "0x", 2) == 0 || end == value ||
	    *end || (number != 0 && number < 0.01) || number > (double)available) {
		fail_input("--cpus %s: must be from 0.01 to %ld, the CPUs that there are", value,
			   available);
		return EINVAL;
	}
	cgroup->cpu_period = number != 0 ? 100000 : 0;
	cgroup->cpu_quota = (uint64_t)(number * 100000 + 0.5);
	return 0;
}

static error_t set_shares(struct cgroup *cgroup, const char *value)
{
	int64_t number;

	if (!options_read_number(value, 0, 262144, &number) || number == 1)
		return options_refuse("cpu-shares", value, "must be from 2 to 262144");
	cgroup->cpu_shares = (uint64_t)number;
	return 0;
}

static error_t set_list(const char **list, const char *option, const char *value)
{
	if (strspn(value, "0123456789") == 0 || value[strspn(value, "0123456789,-")])
		return options_refuse(option, value, "must be a list of numbers, like 0-2,7");
	*list = value;
	return 0;
}

static error_t set_pids(struct cgroup *cgroup, const char *value)
{
	if (options_read_number(value, -1, INT64_MAX, &cgroup->pids))
		return 0;
	return options_refuse("pids-limit", value, "must be a number, or -1 for no limit");
}

/* PATH:RATE */
static error_t add_rate(struct cgroup *cgroup, int kind, const char *option, const char *value)
{
	struct cgroup_rate *grown =
		reallocarray(cgroup->rates, cgroup->rate_count + 1, sizeof(*grown));
	const char *colon = strrchr(value, ':');
	struct cgroup_rate rate = { .kind = (unsigned int)kind };
	bool counts = kind == RATE_READ_IOPS || kind == RATE_WRITE_IOPS;
	int64_t number = 0;
	char path[256];
	struct stat status;

	if (!grown) {
		fail("reallocarray");
		return ENOMEM;
	}
	cgroup->rates = grown;
	if (!colon || colon == value || (size_t)(colon - value) >= sizeof(path))
		return options_refuse(option, value, "must be PATH:RATE");
	memcpy(path, value, (size_t)(colon - value));
	path[colon - value] = '\0';
	if (counts ? !options_read_number(colon + 1, 0, UINT32_MAX, &number)
		   : !read_bytes(colon + 1, &rate.rate))
		return options_refuse(option, value,
				      counts ? "the rate must be a whole number"
					     : "the rate must be a number of bytes, like 1mb");
	if (stat(path, &status) < 0) {
		fail("stat %s", path);
		return errno;
	}
	if (!S_ISBLK(status.st_mode))
		return options_refuse(option, value, "must be a block device, like /dev/sda");
	rate.device = status.st_rdev;
	if (counts)
		rate.rate = (uint64_t)number;
	if (rate.rate) /* 0: no limit */
		grown[cgroup->rate_count++] = rate;
	return 0;
}

/* What can only be judged when all options are known. */
static error_t check(const struct cgroup *cgroup)
{
	const char *wrong = NULL;

	if (cgroup->memory_swap > 0 && !cgroup->memory)
		wrong = "--memory-swap needs --memory";
	else if (cgroup->memory_swap > 0 && (uint64_t)cgroup->memory_swap < cgroup->memory)
		wrong = "--memory-swap: is memory and swap together, so not less than --memory";
	else if (cgroup->memory && cgroup->memory_reservation > cgroup->memory)
		wrong = "--memory-reservation: must not be more than --memory";
	if (!wrong)
		return 0;
	fail_input("%s", wrong);
	return EINVAL;
}

static error_t set_defaults(struct cgroup *cgroup)
{
	cgroup->swappiness = -1;
	return device_add_defaults(&cgroup->devices) < 0 ? ENOMEM : 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct cgroup *cgroup = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		return set_defaults(cgroup);
	case 'm':
		return set_bytes(&cgroup->memory, "memory", argument);
	case KEY_SWAP:
		return set_swap(cgroup, argument);
	case KEY_SWAPPINESS:
		return set_swappiness(cgroup, argument);
	case KEY_RESERVATION:
		return set_bytes(&cgroup->memory_reservation, "memory-reservation", argument);
	case KEY_CPUS:
		return set_cpus(cgroup, argument);
	case 'c':
		return set_shares(cgroup, argument);
	case KEY_CPUSET_CPUS:
		return set_list(&cgroup->cpuset_cpus, "cpuset-cpus", argument);
	case KEY_CPUSET_MEMS:
		return set_list(&cgroup->cpuset_mems, "cpuset-mems", argument);
	case KEY_PIDS:
		return set_pids(cgroup, argument);
	case KEY_RATE + RATE_READ_BPS:
		return add_rate(cgroup, RATE_READ_BPS, "device-read-bps", argument);
	case KEY_RATE + RATE_WRITE_BPS:
		return add_rate(cgroup, RATE_WRITE_BPS, "device-write-bps", argument);
	case KEY_RATE + RATE_READ_IOPS:
		return add_rate(cgroup, RATE_READ_IOPS, "device-read-iops", argument);
	case KEY_RATE + RATE_WRITE_IOPS:
		return add_rate(cgroup, RATE_WRITE_IOPS, "device-write-iops", argument);
	case KEY_DEVICE:
		return device_add_option(&cgroup->devices, argument);
	case KEY_STATS:
		cgroup->stats = true;
		return 0;
	case ARGP_KEY_SUCCESS:
		return check(cgroup);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct options_group cgroup_options = {
	.title = "Limits (chapter 5):",
	.options = options,
	.parse = parse,
};
