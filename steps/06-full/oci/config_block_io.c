/* config.json: linux.resources.blockIO. */
#include <stdio.h>
#include <stdlib.h>

#include "config_parts.h"

enum { WEIGHT_MIN = 10, WEIGHT_MAX = 1000 };

/* The rates: the field, and what its files call it. */
static const struct {
	const char *key, *field, *v1, *v2;
} rates[] = {
	{ "throttleReadBpsDevice", "blockIO.throttleReadBpsDevice",
	  "blkio.throttle.read_bps_device", "rbps" },
	{ "throttleWriteBpsDevice", "blockIO.throttleWriteBpsDevice",
	  "blkio.throttle.write_bps_device", "wbps" },
	{ "throttleReadIOPSDevice", "blockIO.throttleReadIOPSDevice",
	  "blkio.throttle.read_iops_device", "riops" },
	{ "throttleWriteIOPSDevice", "blockIO.throttleWriteIOPSDevice",
	  "blkio.throttle.write_iops_device", "wiops" },
};

static void add(const struct json *at, struct resources *to, struct resource resource)
{
	if ((resource.v1 && !resource.v1_text) || (resource.v2 && !resource.v2_text) ||
	    resources_add(to, resource) < 0)
		json_problem(at, "there is no memory for it");
}

/* "8:0", or "" where no device is named. */
static void read_device(const struct json *element, char device[32])
{
	uint64_t major = 0, minor = 0;

	json_need_unsigned(element, "major", UINT32_MAX, &major);
	json_need_unsigned(element, "minor", UINT32_MAX, &minor);
	snprintf(device, 32, "%ju:%ju ", (uintmax_t)major, (uintmax_t)minor);
}

/*
 * For a device, or, if that is "", for all. BFQ has the weights of v1, 10 to 1000; io.weight goes
 * from 1 to 10000.
 */
static void add_weight(const struct json *at, struct resources *to, const char *device,
		       uintmax_t weight)
{
	struct resource resource = {
		.field = *device ? "blockIO.weightDevice" : "blockIO.weight",
		.controller = CONTROLLER_IO,
		.v1 = *device ? "blkio.bfq.weight_device|blkio.weight_device"
			      : "blkio.bfq.weight|blkio.weight",
		.v2 = "io.bfq.weight|io.weight",
	};
	uintmax_t converted = 1 + (weight - WEIGHT_MIN) * 9999 / (WEIGHT_MAX - WEIGHT_MIN);

	if (asprintf(&resource.v1_text, "%s%ju|%s%ju", device, weight, device, weight) < 0)
		resource.v1_text = NULL;
	if (asprintf(&resource.v2_text, "%s%ju|%s%ju", device, weight, device, converted) < 0)
		resource.v2_text = NULL;
	add(at, to, resource);
}

/* The scheduler that it was for, CFQ, went with Linux 5.0. */
static void add_leaf_weight(const struct json *at, struct resources *to, const char *device,
			    uintmax_t weight)
{
	struct resource resource = {
		.field = "blockIO.leafWeight",
		.controller = CONTROLLER_IO,
		.v1 = *device ? "blkio.leaf_weight_device" : "blkio.leaf_weight",
	};

	if (asprintf(&resource.v1_text, "%s%ju", device, weight) < 0)
		resource.v1_text = NULL;
	add(at, to, resource);
}

/* weight and leafWeight of an object, which may be for one device. */
static void read_weights(const struct json *object, struct resources *to, const char *device)
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

/* No rate, 0, takes away what there is. */
static void read_rates(const struct json *block_io, struct resources *to, size_t kind)
{
	struct json list = json_member(block_io, rates[kind].key);

	for (size_t i = 0; i < json_count(&list); i++) {
		struct json element = json_element(&list, i);
		struct resource resource = {
			.field = rates[kind].field,
			.controller = CONTROLLER_IO,
			.v1 = rates[kind].v1,
			.v2 = "io.max",
		};
		char device[32], rate_text[32] = "max";
		uint64_t rate = 0;

		read_device(&element, device);
		json_need_unsigned(&element, "rate", UINT64_MAX, &rate);
		if (rate)
			snprintf(rate_text, sizeof(rate_text), "%ju", (uintmax_t)rate);
		if (asprintf(&resource.v1_text, "%s%ju", device, (uintmax_t)rate) < 0)
			resource.v1_text = NULL;
		if (asprintf(&resource.v2_text, "%s%s=%s", device, rates[kind].v2, rate_text) < 0)
			resource.v2_text = NULL;
		add(&element, to, resource);
	}
}

void config_block_io(const struct json *resources, struct resources *to)
{
	struct json block_io = json_member(resources, "blockIO");
	struct json list = json_member(&block_io, "weightDevice");

	read_weights(&block_io, to, "");
	for (size_t i = 0; i < json_count(&list); i++) {
		struct json element = json_element(&list, i);
		char device[32];

		read_device(&element, device);
		read_weights(&element, to, device);
	}
	for (size_t kind = 0; kind < sizeof(rates) / sizeof(rates[0]); kind++)
		read_rates(&block_io, to, kind);
}
