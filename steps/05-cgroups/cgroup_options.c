#include "cgroup_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
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
	KEY_RBPS,
	KEY_WBPS,
	KEY_RIOPS,
	KEY_WIOPS,
};

enum { PERIOD = 100000 }; /* microseconds: the kernel's default */

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
	{ "device-read-bps", KEY_RBPS, "PATH:BYTES", 0,
	  "Read so much a second from a block device (/dev/sda:1mb)", 0 },
	{ "device-write-bps", KEY_WBPS, "PATH:BYTES", 0, "Write so much", 0 },
	{ "device-read-iops", KEY_RIOPS, "PATH:NUMBER", 0, "Read so many times a second", 0 },
	{ "device-write-iops", KEY_WIOPS, "PATH:NUMBER", 0, "Write so many times", 0 },
	{ "device", KEY_DEVICE, "PATH[:PATH][:rwm]", 0, "Make and allow a device of the host", 0 },
	{ "stats", KEY_STATS, NULL, 0, "Say what was used, at the end", 0 },
	{ 0 },
};

/* When an option is given twice, the last value counts. */
static error_t set(struct limits *limits, const char *name, int row, struct limit_value value)
{
	limits_remove(limits, &limit_rows[row]);
	return limits_add(limits, name, &limit_rows[row], &value) ? 0 : ENOMEM;
}

/* As for Docker, 0 means: no limit. */
static error_t set_number(struct limits *limits, const char *name, int row, int64_t number)
{
	if (number)
		return set(limits, name, row, (struct limit_value){ .number = number });
	limits_remove(limits, &limit_rows[row]);
	return 0;
}

static error_t set_bytes(struct limits *limits, const char *name, int row, const char *value)
{
	uint64_t bytes;

	if (!options_read_bytes(value, &bytes))
		return options_refuse(name, value, "must be a number of bytes, like 64m or 1.5g");
	return set_number(limits, name, row, (int64_t)bytes);
}

static error_t set_swap(struct limits *limits, const char *value)
{
	if (strcmp(value, "-1") == 0)
		return set_number(limits, "memory-swap", LIMIT_SWAP, -1);
	return set_bytes(limits, "memory-swap", LIMIT_SWAP, value);
}

static error_t set_swappiness(struct limits *limits, const char *value)
{
	int64_t number;

	if (!options_read_number(value, -1, 100, &number))
		return options_refuse("memory-swappiness", value, "must be from 0 to 100");
	if (number >= 0)
		return set(limits, "memory-swappiness", LIMIT_SWAPPINESS,
			   (struct limit_value){ .number = number });
	limits_remove(limits, &limit_rows[LIMIT_SWAPPINESS]);
	return 0;
}

static error_t set_cpus(struct limits *limits, const char *value)
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
	if (number != 0)
		return set(limits, "cpus", LIMIT_QUOTA,
			   (struct limit_value){ .number = (int64_t)(number * PERIOD + 0.5),
						 .period = PERIOD });
	limits_remove(limits, &limit_rows[LIMIT_QUOTA]);
	return 0;
}

static error_t set_shares(struct limits *limits, const char *value)
{
	int64_t number;

	if (!options_read_number(value, 0, 262144, &number) || number == 1)
		return options_refuse("cpu-shares", value, "must be from 2 to 262144");
	return set_number(limits, "cpu-shares", LIMIT_SHARES, number);
}

static error_t set_list(struct limits *limits, const char *name, int row, const char *value)
{
	if (strspn(value, "0123456789") == 0 || value[strspn(value, "0123456789,-")])
		return options_refuse(name, value, "must be a list of numbers, like 0-2,7");
	return set(limits, name, row, (struct limit_value){ .list = value });
}

static error_t set_pids(struct limits *limits, const char *value)
{
	int64_t number;

	if (!options_read_number(value, -1, INT64_MAX, &number))
		return options_refuse("pids-limit", value, "must be a number, or -1 for no limit");
	return set_number(limits, "pids-limit", LIMIT_PIDS, number);
}

/* PATH:RATE */
static error_t add_rate(struct limits *limits, int row, const char *option, const char *value)
{
	const char *colon = strrchr(value, ':');
	struct limit_value rate = { 0 };
	bool counts = row == LIMIT_RIOPS || row == LIMIT_WIOPS;
	uint64_t bytes = 0;
	char path[256];
	struct stat status;

	if (!colon || colon == value || (size_t)(colon - value) >= sizeof(path))
		return options_refuse(option, value, "must be PATH:RATE");
	memcpy(path, value, (size_t)(colon - value));
	path[colon - value] = '\0';
	if (counts ? !options_read_number(colon + 1, 0, UINT32_MAX, &rate.number)
		   : !options_read_bytes(colon + 1, &bytes))
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
	rate.number += (int64_t)bytes;
	if (rate.number == 0)
		return 0; /* no limit */
	return limits_add(limits, "rates of devices", &limit_rows[row], &rate) ? 0 : ENOMEM;
}

/* The number that an option has given, or 0. */
static int64_t given(const struct limits *limits, int row)
{
	const struct limit *limit = limits_find(limits, &limit_rows[row]);

	return limit ? limit->number : 0;
}

/* Checks and completes what depends on several options. */
static error_t finish(struct limits *limits)
{
	int64_t memory = given(limits, LIMIT_MEMORY), swap = given(limits, LIMIT_SWAP);
	struct limit_value both = { .number = swap ? swap : 2 * memory, .memory = memory };
	const char *wrong = NULL;

	if (swap > 0 && !memory)
		wrong = "--memory-swap needs --memory";
	else if (swap > 0 && swap < memory)
		wrong = "--memory-swap: is memory and swap together, so not less than --memory";
	else if (memory && given(limits, LIMIT_LOW) > memory)
		wrong = "--memory-reservation: must not be more than --memory";
	if (wrong) {
		fail_input("%s", wrong);
		return EINVAL;
	}
	/*
	 * Put the limit of swap behind that of memory in the list: v1 wants that of memory first.
	 */
	limits_remove(limits, &limit_rows[LIMIT_SWAP]);
	if (!memory)
		return 0;
	if (set(limits, "memory-swap", LIMIT_SWAP, both) != 0)
		return ENOMEM;
	limits_find(limits, &limit_rows[LIMIT_SWAP])->is_optional = !swap;
	return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct cgroup *cgroup = state->input;
	struct limits *limits = &cgroup->limits;

	switch (key) {
	case ARGP_KEY_INIT:
		return device_add_defaults(&cgroup->devices) < 0 ? ENOMEM : 0;
	case 'm':
		return set_bytes(limits, "memory", LIMIT_MEMORY, argument);
	case KEY_SWAP:
		return set_swap(limits, argument);
	case KEY_SWAPPINESS:
		return set_swappiness(limits, argument);
	case KEY_RESERVATION:
		return set_bytes(limits, "memory-reservation", LIMIT_LOW, argument);
	case KEY_CPUS:
		return set_cpus(limits, argument);
	case 'c':
		return set_shares(limits, argument);
	case KEY_CPUSET_CPUS:
		return set_list(limits, "cpuset-cpus", LIMIT_CPUS, argument);
	case KEY_CPUSET_MEMS:
		return set_list(limits, "cpuset-mems", LIMIT_MEMS, argument);
	case KEY_PIDS:
		return set_pids(limits, argument);
	case KEY_RBPS:
		return add_rate(limits, LIMIT_RBPS, "device-read-bps", argument);
	case KEY_WBPS:
		return add_rate(limits, LIMIT_WBPS, "device-write-bps", argument);
	case KEY_RIOPS:
		return add_rate(limits, LIMIT_RIOPS, "device-read-iops", argument);
	case KEY_WIOPS:
		return add_rate(limits, LIMIT_WIOPS, "device-write-iops", argument);
	case KEY_DEVICE:
		return device_add_option(&cgroup->devices, argument);
	case KEY_STATS:
		cgroup->stats = true;
		return 0;
	case ARGP_KEY_SUCCESS:
		return finish(limits);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct options_group cgroup_options = {
	.title = "Limits (chapter 5):",
	.options = options,
	.parse = parse,
};
