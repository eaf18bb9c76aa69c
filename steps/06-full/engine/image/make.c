#include "make.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "change.h"
#include "cleanup.h"
#include "fail.h"
#include "publish.h"
#include "timestamp.h"

/* ---- The configuration ---- */

/*
 * The time of the making, as in RFC 3339. SOURCE_DATE_EPOCH sets another one, so that a build that
 * is done again gives the same image. Source: reproducible-builds.org, "SOURCE_DATE_EPOCH".
 */
static int write_time(char text[TIMESTAMP_SIZE])
{
	const char *chosen = getenv("SOURCE_DATE_EPOCH");
	struct timespec now = { 0 };
	char *end = NULL;

	clock_gettime(CLOCK_REALTIME, &now);
	errno = 0;
	if (chosen)
		now = (struct timespec){ .tv_sec = strtoll(chosen, &end, 10) };
	if (errno || (chosen && (end == chosen || *end)) || timestamp_write(&now, text) < 0)
		return fail_input("SOURCE_DATE_EPOCH=%s: must be seconds since 1970, of a year "
				  "before 10000",
				  chosen ? chosen : "");
	return 0;
}

const char *make_architecture(void)
{
	static const char *const names[][2] = {
		{ "x86_64", "amd64" }, { "aarch64", "arm64" },	 { "i686", "386" },
		{ "armv7l", "arm" },   { "riscv64", "riscv64" }, { "ppc64le", "ppc64le" },
		{ "s390x", "s390x" },
	};
	static struct utsname machine;

	uname(&machine);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(machine.machine, names[i][0]) == 0)
			return names[i][1];
	return machine.machine;
}

static json_t *describe_step(const struct make *make, const char *time, bool is_empty)
{
	json_t *step =
		json_pack("{ss, ss*, ss*, ss*}", "created", time, "created_by", make->created_by,
			  "author", make->author, "comment", make->comment);

	if (step && is_empty)
		json_object_set_new(step, "empty_layer", json_true());
	return step;
}

int make_scratch(struct image *image)
{
	*image = (struct image){
		.config_json = json_pack("{ss, ss, s{}, s{ss, s[]}, s[]}", "architecture",
					 make_architecture(), "os", "linux", "config", "rootfs",
					 "type", "layers", "diff_ids", "history"),
	};
	return image->config_json ? 0 : fail_input("the image's configuration: no memory");
}

static int add_layer(struct image *image, const struct image_layer *layer)
{
	struct image_layer *grown =
		reallocarray(NULL, image->layer_count + 1, sizeof(*image->layers));
	json_t *list = json_object_get(json_object_get(image->config_json, "rootfs"), "diff_ids");

	if (!grown)
		return fail("reallocarray");
	if (image->layer_count)
		memcpy(grown, image->layers, image->layer_count * sizeof(*grown));
	grown[image->layer_count++] = *layer;
	image->layers = grown;
	return json_array_append_new(list, json_string(layer->diff_id.text));
}

/* Adds the description of a step, applies its changes, and reads the defaults anew. */
static int finish_step(struct image *image, json_t *step, const struct make *make)
{
	json_t *config = image->config_json;
	bool has_command = make->has_command;
	autofree char *text = NULL;

	if (!step)
		return fail_input("the image's history: text that is not UTF-8, or no memory");
	if (!json_is_array(json_object_get(config, "history")))
		json_object_set_new(config, "history", json_array());
	json_object_set(config, "created", json_object_get(step, "created"));
	json_array_append_new(json_object_get(config, "history"), step);
	if (make->author)
		json_object_set_new(config, "author", json_string(make->author));
	for (char *const *change = make->changes; change && *change; change++)
		if (change_apply(config, *change, &has_command) < 0)
			return -1;
	text = json_dumps(config, JSON_COMPACT);
	if (!text)
		return fail_input(
			"the image's configuration: text that is not UTF-8, or no memory");
	image->id = digest_of(text, strlen(text));
	return image_read_config(text, image);
}

/* The image that was read stays as it is for others. */
static int begin_step(struct image *image)
{
	image->config_json = json_deep_copy(image->config_json);
	return image->config_json ? 0 : fail_input("the image's configuration: no memory");
}

int make_step(struct image *image, const struct layer *layer, const struct make *make)
{
	char time[TIMESTAMP_SIZE];

	if (begin_step(image) < 0)
		return -1;
	if (layer) {
		const struct image_layer added = {
			.blob = layer->digest,
			.diff_id = layer->diff_id,
			.size = layer->size,
			.media_type = image_layer_type(layer->compression),
		};

		if (add_layer(image, &added) < 0)
			return -1;
	}
	if (write_time(time) < 0)
		return -1;
	return finish_step(image, describe_step(make, time, !layer), make);
}

int make_same_step(struct image *image, const json_t *step, const struct image_layer *layer,
		   const struct make *make)
{
	if (begin_step(image) < 0)
		return -1;
	if (layer && add_layer(image, layer) < 0)
		return -1;
	return finish_step(image, json_deep_copy(step), make);
}

int make_layer(const struct work *work, int upper, const struct userns *users, struct layer *layer)
{
	const struct layer_use use = store_layer_use(work->store, &layer_limits_default);
	autofd int blob = work_new_blob(work), directory = -1;

	if (blob < 0)
		return -1;
	if (layer_pack_of(users, upper, LAYER_UPPER, work->store->userxattr, LAYER_GZIP, blob,
			  layer) < 0)
		return -1;
	if (work_keep_blob(work, &layer->digest) < 0)
		return -1;
	if (lseek(blob, 0, SEEK_SET) < 0)
		return fail("lseek");
	directory = work_new_layer(work);
	if (directory < 0 || layer_unpack(blob, -1, directory, &use, layer) < 0)
		return -1;
	return work_keep_layer(work, &layer->diff_id);
}

int make_keep(const struct work *work, struct image *image)
{
	autofree char *text = json_dumps(image->config_json, JSON_COMPACT);

	if (!text)
		return fail_input("the image's configuration: no memory");
	if (work_write_blob(work, text, &image->id) < 0)
		return -1;
	return publish_manifest(work, &image->id, image->layers, image->layer_count,
				&image->manifest);
}

/* ---- From a tar archive ---- */

int make_import(const struct work *work, int input, const struct layer_limits *limits,
		const struct make *make, struct image *image)
{
	const struct layer_use use = store_layer_use(work->store, limits);
	autofd int blob = work_new_blob(work), directory = -1;
	struct layer layer;

	if (blob < 0)
		return -1;
	directory = work_new_layer(work);
	if (directory < 0)
		return -1;
	if (layer_unpack(input, blob, directory, &use, &layer) < 0)
		return -1;
	if (work_keep_blob(work, &layer.digest) < 0)
		return -1;
	if (work_keep_layer(work, &layer.diff_id) < 0)
		return -1;
	if (make_scratch(image) < 0 || make_step(image, &layer, make) < 0)
		return -1;
	return make_keep(work, image);
}
