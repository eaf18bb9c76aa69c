/* config.json: linux.resources.blockIO. */
#include <stdio.h>
#include <sys/sysmacros.h>

#include "config_parts.h"

enum { WEIGHT_MIN = 10, WEIGHT_MAX = 1000 };

static const struct {
	const char *key;
	int row;
} rates[] = {
	{ "throttleReadBpsDevice", LIMIT_RBPS },
	{ "throttleWriteBpsDevice", LIMIT_WBPS },
	{ "throttleReadIOPSDevice", LIMIT_RIOPS },
	{ "throttleWriteIOPSDevice", LIMIT_WIOPS },
};

static void append(const struct json *at, struct limits *to, struct limit limit)
{
	if (!limits_append(to, limit))
		json_problem(at, "there is no memory for it");
}

static dev_t read_device(const struct json *element)
{
	uint64_t major = 0, minor = 0;

	json_need_unsigned(element, "major", UINT32_MAX, &major);
	json_need_unsigned(element, "minor", UINT32_MAX, &minor);
	return makedev((unsigned int)major, (unsigned int)minor);
}

/*
 * Adds a weight for a device, or for all devices if `device` is "". BFQ has the weights of v1, 10
 * to 1000; io.weight goes from 1 to 10000.
 */
static void add_weight(const struct json *at, struct limits *to, const char *device,
		       uintmax_t weight)
{
	const uintmax_t converted = 1 + (weight - WEIGHT_MIN) * 9999 / (WEIGHT_MAX - WEIGHT_MIN);
	const struct limit limit = {
		.name = *device ? "linux.resources.blockIO.weightDevice"
				: "linux.resources.blockIO.weight",
		.v1 = *device ? "blkio.bfq.weight_device|blkio.weight_device"
			      : "blkio.bfq.weight|blkio.weight",
		.v1_text = config_text("%s%ju|%s%ju", device, weight, device, weight),
		.v2 = "io.bfq.weight|io.weight",
		.v2_text = config_text("%s%ju|%s%ju", device, weight, device, converted),
	};

	append(at, to, limit);
}

/* A leaf weight was for the I/O scheduler CFQ, which Linux 5.0 has removed. */
static void add_leaf_weight(const struct json *at, struct limits *to, const char *device,
			    uintmax_t weight)
{
	const struct limit limit = {
		.name = "linux.resources.blockIO.leafWeight",
		.v1 = *device ? "blkio.leaf_weight_device" : "blkio.leaf_weight",
		.v1_text = config_text("%s%ju", device, weight),
	};

	append(at, to, limit);
}

/* Reads weight and leafWeight of an object, which may be for one device. */
static void read_weights(const struct json *object, struct limits *to, const char *device)
{
	struct json member = json_member(object, "weight");
	uint64_t weight = 0, leaf = 0;

	json_get_unsigned(object, "weight", WEIGHT_MAX, &weight);
	json_get_unsigned(object, "leafWeight", WEIGHT_MAX, &leaf);
	if (weight && weight < WEIGHT_MIN)
		json_problem(&member, "must be from 10 to 1000");
	else if (weight)
		add_weight(object, to, device, weight);
	if (leaf)
		add_leaf_weight(object, to, device, leaf);
}

/* A rate of 0 removes a limit. */
static void read_rates(const struct json *block_io, struct limits *to, size_t kind)
{
	const char *name = config_text("linux.resources.blockIO.%s", rates[kind].key);
	struct json list = json_member(block_io, rates[kind].key);

	for (size_t i = 0; i < json_count(&list); i++) {
		struct json element = json_element(&list, i);
		struct limit_value value = { .device = read_device(&element) };
		uint64_t rate = 0;

		json_need_unsigned(&element, "rate", UINT64_MAX, &rate);
		value.number = (int64_t)rate;
		if (!limits_add(to, name, &limit_rows[rates[kind].row], &value))
			json_problem(&element, "there is no memory for it");
	}
}

void config_block_io(const struct json *resources, struct limits *to)
{
	struct json block_io = json_member(resources, "blockIO");
	struct json list = json_member(&block_io, "weightDevice");

	read_weights(&block_io, to, "");
	for (size_t i = 0; i < json_count(&list); i++) {
		struct json element = json_element(&list, i);
		struct json weight = json_member(&element, "weight");
		struct json leaf = json_member(&element, "leafWeight");
		dev_t number = read_device(&element);
		char device[32];

		snprintf(device, sizeof(device), "%u:%u ", major(number), minor(number));
		if (!weight.value && !leaf.value)
			json_problem(&element, "needs weight or leafWeight");
		read_weights(&element, to, device);
	}
	for (size_t kind = 0; kind < sizeof(rates) / sizeof(rates[0]); kind++)
		read_rates(&block_io, to, kind);
}
