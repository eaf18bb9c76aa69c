#include "build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "build_cache.h"
#include "build_steps.h"
#include "change.h"
#include "cleanup.h"
#include "command.h"
#include "containerfile.h"
#include "engine.h"
#include "fail.h"
#include "guard.h"
#include "launch.h"
#include "publish.h"
#include "reference.h"
#include "variables.h"

/* ---- Variables ---- */

static int declare_one(struct build *build, const char *text)
{
	size_t length = strcspn(text, "=");
	autofree char *name = strndup(text, length);
	json_t *given = name ? json_object_get(build->given, name) : NULL;
	json_t *value = given ? json_incref(given) : NULL;

	if (!name)
		return fail("strndup");
	if (!*name)
		return fail_input("ARG %s: must be NAME or NAME=VALUE", text);
	if (!value && text[length])
		value = json_string(text + length + 1);
	if (!value && build->has_image) /* an ARG before FROM may have given it one */
		value = json_incref(json_object_get(build->before, name));
	if (!value)
		return 0;
	return json_object_set_new(build->has_image ? build->arguments : build->before, name,
				   value);
}

/* ARG gives variables their values while the image is built: --build-arg, or else the default. */
static int declare(struct build *build, const char *text)
{
	json_t *words = change_words(text), *word;
	int result = words ? 0 : -1;
	size_t i;

	json_array_foreach(words, i, word)
	{
		if (result == 0)
			result = declare_one(build, json_string_value(word));
	}
	json_decref(words);
	return result;
}

/* The variables that instructions may name: those of ARG and, before them, those of ENV. */
static json_t *variables(const struct build *build)
{
	json_t *all = json_deep_copy(build->has_image ? build->arguments : build->before);

	if (!json_object_get(all, "PATH"))
		json_object_set_new(all, "PATH", json_string(COMMAND_DEFAULT_PATH));
	for (char **variable = build->image.defaults.environment; variable && *variable;
	     variable++) {
		size_t length = strcspn(*variable, "=");

		if ((*variable)[length])
			json_object_setn_new(all, *variable, length,
					     json_string(*variable + length + 1));
	}
	return all;
}

static bool keeps_dollars(const char *name)
{
	static const char *const names[] = { "RUN", "CMD", "ENTRYPOINT", "MAINTAINER" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* ---- FROM ---- */

/* The stage that ends keeps its image for a later FROM and for COPY --from. */
static int keep_stage(struct build *build)
{
	if (!build->has_image)
		return 0;
	if (build->stage_count == BUILD_STAGES)
		return fail_input("more than %d stages", BUILD_STAGES);
	build->stages[build->stage_count].image = build->image;
	build->stages[build->stage_count].made = build->made_layers;
	build->made_layers = false;
	build->stages[build->stage_count++].name = build->stage_name;
	return 0;
}

/* FROM [--platform=P] IMAGE [AS NAME] */
static int from(struct build *build, const char *text)
{
	json_t *words = change_words(text);
	size_t first = 0, count = json_array_size(words);
	const char *as, *name;

	if (!words)
		return -1;
	while (first < count &&
	       strncmp(json_string_value(json_array_get(words, first)), "--", 2) == 0)
		first++;
	as = json_string_value(json_array_get(words, first + 1));
	if (count - first != 1 && (count - first != 3 || strcasecmp(as, "AS") != 0))
		return fail_input("FROM %s: must be FROM IMAGE, or FROM IMAGE AS NAME", text);
	if (keep_stage(build) < 0)
		return -1;
	as = json_string_value(json_array_get(words, first + 2));
	if (as) {
		build->stage_name = strdup(as);
	} else if (asprintf(&build->stage_name, "%zu", build->stage_count) < 0) {
		build->stage_name = NULL;
	}
	if (!build->stage_name)
		return fail("strdup");
	json_object_clear(build->arguments);
	build->has_command = false;
	name = json_string_value(json_array_get(words, first));
	build->has_image = true;
	return build_find_image(build, name, &build->image);
}

/* ---- Instructions ---- */

static int copy_words(struct build *build, const struct instruction *instruction, const char *text)
{
	const char *name = instruction->name;
	json_t *list = change_words(text);

	if (!list)
		return -1;
	if (json_array_size(list) < 2)
		return fail_input("%s %s: must be %s SOURCE... TARGET", name, text, name);
	return build_copy(build, name, text, list, &instruction->documents);
}

static int carry_out(struct build *build, const struct instruction *instruction, const char *text)
{
	const char *name = instruction->name;

	if (!*text)
		return fail_input("%s: the rest is missing", name);
	if (strcmp(name, "FROM") == 0)
		return from(build, text);
	if (strcmp(name, "ARG") == 0)
		return declare(build, text);
	if (!build->has_image)
		return fail_input("%s: the first instruction must be FROM", name);
	if (strcmp(name, "RUN") == 0)
		return build_run(build, text, &instruction->documents);
	if (strcmp(name, "COPY") == 0 || strcmp(name, "ADD") == 0)
		return copy_words(build, instruction, text);
	if (strcmp(name, "MAINTAINER") == 0)
		return build_author(build, text);
	if (change_is_known(name))
		return build_change(build, name, text);
	return fail_input(
		"%s: this instruction is not known here; there are FROM, RUN, COPY, ADD, ENV, "
		"WORKDIR, USER, ENTRYPOINT, CMD, LABEL, EXPOSE, VOLUME, STOPSIGNAL, ARG",
		name);
}

static int do_step(struct build *build, const struct instruction *instruction, long number,
		   long count)
{
	autofree char *text = NULL;

	json_decref(build->variables);
	build->variables = variables(build);
	text = keeps_dollars(instruction->name)
		? strdup(instruction->text)
		: variables_replace(instruction->text, build->variables);
	if (!build->quiet)
		fprintf(stderr, "STEP %ld/%ld: %s %s\n", number, count, instruction->name,
			instruction->text);
	if (text && carry_out(build, instruction, text) == 0)
		return 0;
	return fail_at("line %d", instruction->line);
}

/* ---- The verb ---- */

static int publish(struct build *build, struct image *image, char *const *names)
{
	if (make_keep(build->work, image) < 0)
		return -1;
	if (publish_image(build->work, &image->manifest, names) < 0)
		return -1;
	return build_write_notes(build);
}

/*
 * The image of the last step that went well is kept without a name, so that the next build goes on
 * from there.
 */
static int keep_partly(struct build *build)
{
	const struct failure failure = *fail_get();

	fail_forget();
	if (build->has_image && build->made_layers)
		publish(build, &build->image, NULL);
	fail_forget();
	return fail_set(&failure);
}

/* The images of the stages before the last one are kept without names, for the next build. */
static int keep_stages(struct build *build)
{
	for (size_t i = 0; i < build->stage_count; i++) {
		struct image *image = &build->stages[i].image;

		if (!build->stages[i].made)
			continue;
		if (publish(build, image, NULL) < 0)
			return -1;
	}
	return 0;
}

static int build_all(struct build *build, const char *file, char *const *names)
{
	struct instruction *list;
	long count = containerfile_read(file, &list);

	for (long i = 0; i < count; i++)
		if (do_step(build, &list[i], i + 1, count) < 0)
			return keep_partly(build);
	if (count < 0)
		return -1;
	if (!build->has_image)
		return fail_input("%s: has no FROM", file);
	if (keep_stages(build) < 0)
		return -1;
	if (publish(build, &build->image, names) < 0)
		return -1;
	puts(build->image.id.text);
	return fflush(stdout) < 0 ? fail("write the ID") : 0;
}

static int read_arguments(const struct verb_texts *texts, json_t *given)
{
	for (size_t i = 0; i < texts->count; i++) {
		const char *text = texts->list[i];
		size_t length = strcspn(text, "=");
		const char *value = text[length] ? text + length + 1 : getenv(text);

		if (!length)
			return fail_input("--build-arg %s: must be NAME=VALUE", text);
		if (value && json_object_setn_new(given, text, length, change_text(value)) < 0)
			return fail_at("--build-arg %.*s", (int)length, text);
	}
	return 0;
}

static int read_names(const struct verb_texts *texts, char ***names)
{
	*names = calloc(texts->count + 1, sizeof(**names));
	if (!*names)
		return fail("calloc");
	for (size_t i = 0; i < texts->count; i++) {
		(*names)[i] = reference_read(texts->list[i]);
		if (!(*names)[i])
			return -1;
	}
	return 0;
}

/* Containerfile or Dockerfile in the context. Returns a path, or NULL. */
static char *find_file(const char *context)
{
	static const char *const names[] = { "Containerfile", "Dockerfile" };
	char *path;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (asprintf(&path, "%s/%s", context, names[i]) < 0) {
			fail("asprintf");
			return NULL;
		}
		if (access(path, F_OK) == 0)
			return path;
		free(path);
	}
	fail_input("%s has neither a Containerfile nor a Dockerfile; -f names another file",
		   context);
	return NULL;
}

static int run(const struct runtime *runtime, const struct verb *verb, char **words)
{
	struct build build = { 0 };
	const char *path = runtime->store, *file = NULL;
	struct verb_texts tags = { 0 }, arguments = { 0 };
	const struct verb_option options[] = {
		{ "file", 'f', "FILE", VALUE_TEXT, &file,
		  "Read this Containerfile (-: from stdin)" },
		{ "tag", 't', "NAME", VALUE_TEXTS, &tags, "Name of the image" },
		{ "build-arg", 0, "NAME=VALUE", VALUE_TEXTS, &arguments, "Value of an ARG" },
		{ "network", 0, "NETWORK", VALUE_TEXT, &build.network,
		  "Network of RUN: bridge (default), none or host" },
		{ "no-cache", 0, NULL, VALUE_NONE, &build.no_cache, "Do every step anew" },
		{ "pull", 0, NULL, VALUE_NONE, &build.pulls, "Pull the image of FROM anew" },
		{ "quiet", 'q', NULL, VALUE_NONE, &build.silent, "Print only the ID" },
		ENGINE_STORE(&path),
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 1, 1), **names;
	autostore struct store store = STORE_CLOSED;
	autowork struct work work = WORK_NONE;
	autofree char *found = NULL;

	build.given = json_object();
	build.before = json_object();
	build.arguments = json_object();
	if (!operands || read_names(&tags, &names) < 0 ||
	    read_arguments(&arguments, build.given) < 0)
		return -1;
	build.quiet = build.silent || !isatty(STDERR_FILENO);
	build.context = open(operands[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (build.context < 0)
		return fail("open %s", operands[0]);
	if (ignore_read(build.context, &build.ignore) < 0)
		return -1;
	found = file ? strdup(file) : find_file(operands[0]);
	if (!found || guard_open(path, &store, NULL, NULL) < 0 ||
	    work_begin(&store, NULL, &work) < 0)
		return -1;
	build.store = &store;
	build.work = &work;
	return build_all(&build, found, names);
}

const struct verb engine_build = {
	"build", "[-t NAME] DIR", "Make an image by a Containerfile", STATUS_FAILED, run,
};
