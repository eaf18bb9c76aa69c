/* Chapter 6, engine: images into the store and out of it: import, load, save, pull, push. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "engine.h"
#include "fail.h"
#include "guard.h"
#include "image.h"
#include "load.h"
#include "make.h"
#include "output.h"
#include "publish.h"
#include "reference.h"
#include "save.h"

/* Limits on what an archive may have. */
#define LIMIT_OPTIONS(limits)                                                                        \
	{ "limit-bytes", 0,                                                                          \
	  "SIZE",	 VALUE_BYTES,                                                                \
	  &(limits)[0],	 "Most bytes of all files together (64g)" },                                 \
		{ "limit-entries", 0, "COUNT", VALUE_NUMBER, &(limits)[1], "Most files (4000000)" }, \
	{                                                                                            \
		"limit-window", 0, "SIZE", VALUE_BYTES, &(limits)[2],                                \
			"Most memory for decompressing (128m)"                                       \
	}

enum { LIMITS = 3 };

static int read_limits(const int64_t given[LIMITS], struct layer_limits *limits)
{
	uint64_t *const fields[LIMITS] = { &limits->bytes, &limits->entries, &limits->window };

	*limits = layer_limits_default;
	for (int i = 0; i < LIMITS; i++) {
		if (given[i] < 0)
			return fail_input("a limit must be above 0");
		if (given[i])
			*fields[i] = (uint64_t)given[i];
	}
	return 0;
}

/* "-" or NULL: standard input. Returns a descriptor, which is above 2, or -1. */
static int open_input(const char *path)
{
	int fd = !path || strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
						 : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fail("open %s", path ? path : "standard input");
	if (isatty(fd)) {
		close(fd);
		return fail_input("standard input is a terminal: give a file, or pass an archive "
				  "through a pipe");
	}
	return fd;
}

/* ---- import ---- */

static int add_image(const struct store *store, int input, const struct layer_limits *limits,
		     const struct make *make, char *name)
{
	autowork struct work work = WORK_NONE;
	char *names[] = { name, NULL };
	struct image image;

	if (work_begin(store, NULL, &work) < 0)
		return -1;
	if (make_import(&work, input, limits, make, &image) < 0)
		return -1;
	if (publish_image(&work, &image.manifest, names) < 0)
		return -1;
	puts(image.id.text);
	return fflush(stdout) < 0 ? fail("write the ID") : 0;
}

static int import(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store, *message = NULL;
	struct verb_texts changes = { 0 };
	int64_t given[LIMITS] = { 0 };
	const struct verb_option options[] = {
		{ "change", 'c', "INSTRUCTION", VALUE_TEXTS, &changes,
		  "Change the configuration: CMD [\"sh\"], ENV A=B, ..." },
		{ "message", 'm', "TEXT", VALUE_TEXT, &message, "A comment for the history" },
		LIMIT_OPTIONS(given),
		ENGINE_STORE(&path),
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 1, 2);
	struct make make = { 0 };
	autostore struct store store = STORE_CLOSED;
	autofree char *name = NULL, *comment = NULL;
	struct layer_limits limits;
	autofd int input = -1;

	if (!operands || read_limits(given, &limits) < 0)
		return -1;
	if (operands[1] && !(name = reference_read(operands[1])))
		return -1;
	if (!message && asprintf(&comment, "Imported from %s", operands[0]) < 0)
		return fail("asprintf");
	make.comment = message ? message : comment;
	make.changes = (char *const *)changes.list;
	input = open_input(operands[0]);
	if (input < 0 || guard_open(path, &store, "import", NULL) < 0)
		return -1;
	return add_image(&store, input, &limits, &make, name);
}

const struct verb engine_import = {
	"import",
	"FILE|- [NAME[:TAG]]",
	"Make an image of a root file system's archive",
	STATUS_FAILED,
	import,
};

/* ---- load, save ---- */

static int load(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store, *file = NULL;
	bool quiet = false;
	int64_t given[LIMITS] = { 0 };
	const struct verb_option options[] = {
		{ "input", 'i', "FILE", VALUE_TEXT, &file, "Read this file, not standard input" },
		{ "quiet", 'q', NULL, VALUE_NONE, &quiet, "Print only names and IDs" },
		LIMIT_OPTIONS(given),
		ENGINE_STORE(&path),
		{ 0 },
	};
	autostore struct store store = STORE_CLOSED;
	autowork struct work work = WORK_NONE;
	autoparcel struct parcel parcel = { .directory = -1 };
	struct layer_limits limits;
	struct layer_use use;
	autofd int input = -1;

	if (!verb_read(verb, options, words, 0, 0) || read_limits(given, &limits) < 0)
		return -1;
	input = open_input(file);
	if (input < 0 || guard_open(path, &store, "load", NULL) < 0)
		return -1;
	if (work_begin(&store, NULL, &work) < 0)
		return -1;
	use = store_layer_use(&store, &limits);
	if (parcel_read(&work, input, &limits, &parcel) < 0)
		return -1;
	return load_images(&parcel, &use, NULL, quiet);
}

const struct verb engine_load = {
	"load",	       "",   "Read images from an archive of `save`, Docker, Podman or skopeo",
	STATUS_FAILED, load,
};

static int save_to(const struct store *store, char *const *images, const char *file)
{
	autooutput struct output output = OUTPUT_CLOSED;

	if (output_open(file, &output) < 0 || save_images(store, images, output.fd) < 0)
		return -1;
	return output_finish(&output);
}

static int save(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store, *file = NULL;
	const struct verb_option options[] = {
		{ "output", 'o', "FILE", VALUE_TEXT, &file,
		  "Write this file, not standard output" },
		ENGINE_STORE(&path),
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 1, ENGINE_MANY);
	autostore struct store store = STORE_CLOSED;

	if (!operands || guard_open(path, &store, "save", file) < 0)
		return -1;
	return save_to(&store, operands, file);
}

const struct verb engine_save = {
	"save", "IMAGE...", "Write images to an archive", STATUS_FAILED, save,
};

/* ---- pull, push ---- */

/* Podman's name of the option. */
#define TLS_OPTION(text)                                                                           \
	{                                                                                          \
		"tls-verify", 0, "BOOL", VALUE_TEXT, (text),                                       \
			"Whether the registry must have a valid certificate (true)"                \
	}

static int read_tls(const char *text, bool *insecure)
{
	*insecure = strcmp(text, "false") == 0;
	return *insecure || strcmp(text, "true") == 0
		? 0
		: fail_input("--tls-verify %s: must be true or false", text);
}

static int pull(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store, *tls = "true";
	struct engine_fetch fetch = { .always = true };
	const struct verb_option options[] = {
		{ "quiet", 'q', NULL, VALUE_NONE, &fetch.quiet, "Print only the name" },
		TLS_OPTION(&tls),
		ENGINE_STORE(&path),
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 1, 1);
	autostore struct store store = STORE_CLOSED;

	if (!operands || read_tls(tls, &fetch.insecure) < 0)
		return -1;
	if (guard_open(path, &store, "pull", NULL) < 0)
		return -1;
	return engine_fetch(&store, operands[0], &fetch);
}

const struct verb engine_pull = {
	"pull", "NAME[:TAG]", "Get an image from a registry, with skopeo(1)", STATUS_FAILED, pull,
};

static int push_image(const struct store *store, const char *name, bool insecure)
{
	autofree char *what = NULL, *source = NULL, *target = NULL;
	autoindex struct index index = { 0 };

	if (index_read(store, &index) < 0)
		return -1;
	if (index_find(&index, name) == index_count(&index))
		return fail_input("%s: no such image; give a name that `step-06 images` lists",
				  name);
	if (asprintf(&what, "push %s", name) < 0 ||
	    asprintf(&source, "oci:%s:%s", store->path, name) < 0 ||
	    asprintf(&target, "docker://%s", name) < 0)
		return fail("asprintf");
	return engine_skopeo(what, source, target, insecure);
}

static int push(const struct runtime *runtime, const struct verb *verb, char **words)
{
	const char *path = runtime->store, *tls = "true";
	bool insecure = false;
	const struct verb_option options[] = { TLS_OPTION(&tls), ENGINE_STORE(&path), { 0 } };
	char **operands = verb_read(verb, options, words, 1, 1);
	autofree char *name = operands ? reference_read(operands[0]) : NULL;
	autostore struct store store = STORE_CLOSED;

	if (!name || read_tls(tls, &insecure) < 0 || guard_open(path, &store, "push", NULL) < 0)
		return -1;
	return push_image(&store, name, insecure);
}

const struct verb engine_push = {
	"push",	       "NAME[:TAG]", "Send an image to the registry in its name, with skopeo(1)",
	STATUS_FAILED, push,
};
