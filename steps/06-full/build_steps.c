#include "build_steps.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_cache.h"
#include "change.h"
#include "cleanup.h"
#include "engine.h"
#include "fail.h"
#include "file.h"
#include "launch.h"
#include "lower.h"
#include "remove_tree.h"
#include "setup.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static const struct build_stage *find_stage(const struct build *build, const char *name)
{
	char *end;
	unsigned long number = strtoul(name, &end, 10);

	for (size_t i = build->stage_count; i-- > 0;)
		if (strcmp(build->stages[i].name, name) == 0)
			return &build->stages[i];
	return *name && !*end && number < build->stage_count ? &build->stages[number] : NULL;
}

int build_find_image(struct build *build, const char *name, struct image *image)
{
	const struct engine_fetch fetch = { .always = build->pulls, .quiet = true };
	const struct build_stage *stage = find_stage(build, name);
	autoindex struct index index = { 0 };
	size_t number;

	if (stage) {
		*image = stage->image;
		return 0;
	}
	if (strcmp(name, "scratch") == 0)
		return make_scratch(image);
	if (engine_fetch(build->store, name, &fetch) < 0)
		return -1;
	if (index_read(build->store, &index) < 0 || image_get(&index, name, &number, image) < 0)
		return -1;
	return image_hold(image, build->work);
}

/* ---- A container for one step ---- */

/* Makes an empty upper directory for the step, in the work. */
int build_begin_container(const struct build *build, struct overlay *overlay)
{
	static const char *const names[] = { "upper", "work", "merged" };
	int fd;

	if (remove_tree(build->work->directory, "step") < 0)
		return -1;
	if (mkdirat(build->work->directory, "step", 0700) < 0)
		return fail("mkdir for a step");
	fd = openat(build->work->directory, "step", DIRECTORY);
	if (fd < 0)
		return fail("open the directory of a step");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mkdirat(fd, names[i], 0755) < 0)
			return fail("mkdir %s of a step", names[i]);
	overlay->changes = fd;
	if (lower_open(build->store, build->work, &build->image, overlay) < 0)
		return -1;
	return setup_match_root(overlay);
}

/* The changes become a layer. */
int build_end_container(struct build *build, struct overlay *overlay, const struct make *make)
{
	autofd int upper = openat(overlay->changes, "upper", DIRECTORY);
	struct layer layer;

	lower_close(overlay);
	cleanup_fd(&overlay->changes);
	if (upper < 0)
		return fail("open the upper directory of a step");
	if (make_layer(build->work, upper, NULL, &layer) < 0)
		return -1;
	build->made_layers = true;
	return build_make_step(build, &layer, make);
}

/* ---- RUN ---- */

/* The command sees the values of ARG as variables, and `history` shows them. */
static char *describe_arguments(const struct build *build)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	json_t *value;
	const char *name;

	if (!stream)
		return NULL;
	json_object_foreach(build->arguments, name, value)
	{
		fprintf(stream, "%s=%s ", name, json_string_value(value));
	}
	fclose(stream);
	return text;
}

static bool has_variable(const struct image *image, const char *name)
{
	const size_t length = strlen(name);

	for (char **variable = image->defaults.environment; variable && *variable; variable++)
		if (strncmp(*variable, name, length) == 0 && (*variable)[length] == '=')
			return true;
	return false;
}

/* ENV, also that of the base image, wins over ARG. */
static int add_arguments(const struct build *build, struct container_options *options)
{
	json_t *value;
	const char *name;
	char *variable;

	json_object_foreach(build->arguments, name, value)
	{
		if (has_variable(&build->image, name))
			continue;
		if (asprintf(&variable, "%s=%s", name, json_string_value(value)) < 0)
			return fail("asprintf");
		if (command_set_variable(&options->environment, variable) < 0)
			return -1;
	}
	return 0;
}

/* The place of a here-document that begins with "#!", in the container. */
#define SCRIPTS "/dev/pipes/"

/* The command of one RUN. */
struct run_command {
	char *text;  /* the command line, or the list; with all here-documents, if there are some */
	char *alone; /* the content of a here-document that is the whole command; NULL: none */
	const char *name; /* of that here-document */
};

static int read_run(const char *text, const struct here_documents *documents,
		    struct run_command *run)
{
	*run = (struct run_command){ .text = here_documents_write(documents, text) };
	if (!run->text)
		return -1;
	if (!here_documents_is_alone(documents, text))
		return 0;
	run->name = documents->list[0].name;
	run->alone = here_document_content(&documents->list[0]);
	return run->alone ? 0 : -1;
}

static void clean_run(struct run_command *run)
{
	free(run->text);
	free(run->alone);
}

static bool is_script(const struct run_command *run)
{
	return run->alone && strncmp(run->alone, "#!", 2) == 0;
}

static json_t *command_list(const struct run_command *run)
{
	if (is_script(run))
		return json_pack("[s+]", SCRIPTS, run->name);
	if (run->alone)
		return json_pack("[sss]", "/bin/sh", "-c", run->alone);
	return change_command(run->text);
}

static char **read_command(const struct run_command *run)
{
	json_t *list = command_list(run);
	char **argv;

	if (!list) {
		fail_input("RUN %s: text that is not UTF-8", run->text);
		return NULL;
	}
	argv = calloc(json_array_size(list) + 1, sizeof(*argv));
	for (size_t i = 0; argv && i < json_array_size(list); i++)
		argv[i] = (char *)json_string_value(json_array_get(list, i));
	if (!argv)
		fail("calloc");
	return argv;
}

/* Writes the script beside the step's files, and mounts it in the container. */
static int mount_script(const struct build *build, const struct run_command *run,
			struct config *config)
{
	struct rootfs *rootfs = &config->rootfs;
	struct rootfs_mount *mount = calloc(1, sizeof(*mount));
	char *source, *target;

	if (!mount ||
	    asprintf(&source, "%s/work/%s/step/script", build->store->path, build->work->name) <
		    0 ||
	    asprintf(&target, SCRIPTS "%s", run->name) < 0)
		return fail("calloc");
	if (here_document_make_file(run->alone, build->work->directory, "step/script", 0755) < 0)
		return -1;
	*mount = (struct rootfs_mount){ .source = source,
					.target = target,
					.attributes = MOUNT_ATTR_RDONLY };
	rootfs->mounts = mount; /* `build` takes no options that add others */
	rootfs->mount_count = 1;
	return 0;
}

static void close_positive(int *fd)
{
	if (*fd > 0)
		cleanup_fd(fd);
}

/*
 * A runtime that starts one container leaves these to the end of the process. A build starts many,
 * and a layer is packed after the last descriptor of its overlay is closed.
 */
static void close_descriptors(struct config *config)
{
	close_positive(&config->rootfs.tree);
	close_positive(&config->mounts.files);
	for (size_t i = 0; i < config->mounts.count; i++)
		close_positive(&config->mounts.list[i].mount.opened);
}

static int run_container_of(struct build *build, const struct run_command *run,
			    struct overlay *overlay)
{
	static char verb[] = "build", option[] = "--network";
	char *words[] = { verb, build->network ? option : NULL, (char *)build->network, NULL };
	struct launch *launch = calloc(1, sizeof(*launch)); /* texts in it stay */
	struct config *config;
	char *path;
	int status;

	if (!launch || launch_read("", words, !build->store->userxattr, launch) < 0)
		return launch ? -1 : fail("calloc");
	config = &launch->run.container.config;
	config->overlay = *overlay;
	if (asprintf(&path, "%s/work/%s/step/merged", build->store->path, build->work->name) < 0)
		return fail("asprintf");
	config->rootfs.path = path;
	config->command.argv = read_command(run);
	launch->options.entrypoint = "";
	if (!config->command.argv || add_arguments(build, &launch->options) < 0)
		return -1;
	if (is_script(run) && mount_script(build, run, config) < 0)
		return -1;
	if (setup_process(&build->image, &launch->options, config) < 0)
		return -1;
	status = launch_run(launch);
	close_descriptors(config);
	return status;
}

/* With --quiet, what the command prints goes nowhere. Its errors are shown. */
static int run_quietly(struct build *build, const struct run_command *run, struct overlay *overlay)
{
	autofd int kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), null = -1;
	int status;

	if (!build->silent)
		return run_container_of(build, run, overlay);
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (kept < 0 || null < 0 || dup2(null, STDOUT_FILENO) < 0)
		return fail("open /dev/null");
	status = run_container_of(build, run, overlay);
	return dup2(kept, STDOUT_FILENO) < 0 ? fail("dup2 of standard output") : status;
}

int build_run(struct build *build, const char *text, const struct here_documents *documents)
{
	__attribute__((cleanup(clean_run))) struct run_command run = { 0 };
	autofree char *arguments = describe_arguments(build), *by = NULL;
	struct overlay overlay = { .changes = -1 };
	struct make make = { 0 };
	int cached, status;

	if (strncmp(text, "--", 2) == 0)
		return fail_input("RUN %.*s: options of RUN are not known here; --network is an "
				  "option of `build`",
				  (int)strcspn(text, " \t"), text);
	if (read_run(text, documents, &run) < 0)
		return -1;
	if (!arguments || asprintf(&by, "RUN %s%s", arguments, run.text) < 0)
		return fail("asprintf");
	make.created_by = by;
	cached = build_take_cached(build, &make);
	if (cached != 0)
		return cached < 0 ? -1 : 0;
	if (!build->image.layer_count)
		return fail_input("RUN: the image has no files yet");
	if (build_begin_container(build, &overlay) < 0)
		return -1;
	status = run_quietly(build, &run, &overlay);
	if (status != 0)
		return status < 0 ? -1 : fail_input("RUN %s: ended with status %d", text, status);
	return build_end_container(build, &overlay, &make);
}

/* ---- Instructions that change the configuration ---- */

int build_change(struct build *build, const char *name, const char *text)
{
	autofree char *instruction = NULL;
	char *changes[2] = { NULL, NULL };
	struct make make = { .changes = changes, .has_command = build->has_command };
	int cached;

	if (asprintf(&instruction, "%s %s", name, text) < 0)
		return fail("asprintf");
	build->has_command |= strcmp(name, "CMD") == 0;
	changes[0] = instruction;
	make.created_by = instruction;
	cached = build_take_cached(build, &make);
	if (cached != 0)
		return cached < 0 ? -1 : 0;
	return build_make_step(build, NULL, &make);
}

int build_author(struct build *build, const char *text)
{
	autofree char *by = NULL;
	struct make make = { .author = text };
	int cached;

	if (asprintf(&by, "MAINTAINER %s", text) < 0)
		return fail("asprintf");
	make.created_by = by;
	cached = build_take_cached(build, &make);
	if (cached != 0)
		return cached < 0 ? -1 : 0;
	return build_make_step(build, NULL, &make);
}
