#include "setup.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "fail.h"
#include "lower.h"
#include "shifted.h"
#include "volumes.h"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* ---- The root file system ---- */

static int choose_hostname(const char *id, struct uts *uts)
{
	char *hostname = uts->hostname ? NULL : strndup(id, 12);

	if (uts->hostname)
		return 0;
	uts->hostname = hostname;
	return hostname ? 0 : fail("strndup");
}

int setup_match_root(const struct overlay *overlay)
{
	struct stat status;

	if (!overlay->layer_count)
		return 0;
	if (fstat(overlay->layers[overlay->layer_count - 1], &status) < 0)
		return fail("fstat the root of a layer");
	if (fchownat(overlay->changes, "upper", status.st_uid, status.st_gid, 0) < 0)
		return fail("fchownat the root of the changes");
	if (fchmodat(overlay->changes, "upper", status.st_mode & 07777, 0) < 0)
		return fail("fchmodat the root of the changes");
	return 0;
}

static int open_changes(const struct record *record, struct config *config)
{
	const json_t *state = json_object_get(record->json, "State");
	const char *started = json_string_value(json_object_get(state, "StartedAt"));
	struct overlay *overlay = &config->overlay;

	overlay->is_brief = json_is_true(json_object_get(record->json, "AutoRemove"));
	overlay->changes = openat(record->store->containers, record->id, DIRECTORY);
	if (overlay->changes < 0)
		return fail("open the directory of the container %s", record->id);
	if (shifted_prepare(record, config) < 0)
		return -1;
	return started && *started ? 0 : setup_match_root(overlay);
}

int setup_rootfs(const struct record *record, const struct image *image, struct config *config)
{
	char *path;

	if (!image->layer_count)
		return fail_input("%s has no layers, so no files to run",
				  record_text(record, "ImageName"));
	if (lower_open(record->store, NULL, image, &config->overlay) < 0)
		return -1;
	if (open_changes(record, config) < 0)
		return -1;
	if (asprintf(&path, "%s/containers/%s/merged", record->store->path, record->id) < 0)
		return fail("asprintf");
	config->rootfs.path = path;
	if (setup_volumes(record, image, config) < 0)
		return -1;
	return choose_hostname(record->id, &config->uts);
}

/* ---- The process ---- */

static int append(char ***list, size_t *count, char *const *more)
{
	for (; more && *more; more++) {
		char **grown = reallocarray(*list, *count + 2, sizeof(*grown));

		if (!grown)
			return fail("reallocarray");
		*list = grown;
		grown[(*count)++] = *more;
		grown[*count] = NULL;
	}
	return 0;
}

/* A new entry point is used without the image's command, whose words were for the old one. */
static int choose_command(const struct image *image, const struct container_options *options,
			  struct command *command)
{
	const struct image_defaults *defaults = &image->defaults;
	char *const own[] = { (char *)options->entrypoint, NULL };
	char **operands = command->argv, **argv = NULL;
	size_t count = 0;

	if (!options->entrypoint) {
		if (append(&argv, &count, defaults->entrypoint) < 0)
			return -1;
	} else if (*options->entrypoint && append(&argv, &count, own) < 0) {
		return -1;
	}
	if (operands || !options->entrypoint)
		if (append(&argv, &count, operands ? operands : defaults->command) < 0)
			return -1;
	command->argv = argv;
	return argv ? 0 : fail_input("the image says no command to run: add one");
}

/*
 * The image's variables stand between the defaults and those that were asked for. The caller's TERM
 * is of use only on a terminal.
 */
static int choose_environment(const struct image *image, const struct container_options *options,
			      struct config *config)
{
	static char path[] = "PATH=" COMMAND_DEFAULT_PATH;
	struct command *command = &config->command;
	struct command chosen = { 0 };
	char **const sources[] = { image->defaults.environment, options->environment.environment,
				   command->asked };

	if (command_set_variable(&chosen, path) < 0)
		return -1;
	for (char **variable = command->environment; config->console.terminal && *variable;
	     variable++)
		if (strncmp(*variable, "TERM=", strlen("TERM=")) == 0 &&
		    command_set_variable(&chosen, *variable) < 0)
			return -1;
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		for (char **variable = sources[i]; variable && *variable; variable++) {
			if (!command_is_variable(*variable))
				continue;
			command->home_asked |= strncmp(*variable, "HOME=", strlen("HOME=")) == 0;
			if (command_set_variable(&chosen, *variable) < 0)
				return -1;
		}
	}
	command->environment = chosen.environment;
	return 0;
}

int setup_process(const struct image *image, const struct container_options *options,
		  struct config *config)
{
	const struct image_defaults *defaults = &image->defaults;

	if (choose_command(image, options, &config->command) < 0)
		return -1;
	if (choose_environment(image, options, config) < 0)
		return -1;
	if (!config->command.workdir && defaults->workdir && *defaults->workdir)
		config->command.workdir = defaults->workdir;
	config->workdir_by_root = true;
	if (!config->user.text && defaults->user && *defaults->user)
		config->user.text = defaults->user;
	return 0;
}
