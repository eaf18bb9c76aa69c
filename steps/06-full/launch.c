#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup_options.h"
#include "cleanup.h"
#include "console_options.h"
#include "container_options.h"
#include "engine.h"
#include "fail.h"
#include "habits.h"
#include "init_options.h"
#include "more_options.h"
#include "net_options.h"
#include "options.h"
#include "record.h"
#include "rights.h"
#include "rlimits_options.h"
#include "rootfs_options.h"
#include "run.h"
#include "settings.h"
#include "setup.h"
#include "sweep.h"
#include "user_options.h"
#include "userns_options.h"
#include "uts_options.h"

/* ---- The command line ---- */

/*
 * The first operand is an image. A path is a command instead, in the directory that --rootfs names
 * or in the root file system of the workbook.
 */
static void choose_image(struct launch *launch)
{
	struct config *config = &launch->run.container.config;
	char **argv = config->command.argv;

	if (config->rootfs.is_chosen || !argv || strchr("/.", argv[0][0]))
		return;
	launch->image = argv[0];
	config->command.argv = argv[1] ? argv + 1 : NULL;
}

/* Without root, the engine has a user namespace of its own, and its containers share that. */
static int refuse_users(const struct launch *launch, bool is_root)
{
	const enum userns_mode mode = launch->run.container.config.userns.mode;

	if (is_root || mode == USERNS_DEFAULT || mode == USERNS_HOST)
		return 0;
	return fail_input("--userns: without root, a container of an image has the engine's users; "
			  "--rootfs DIR can have others");
}

int launch_read(const char *about, char **words, bool is_root, struct launch *launch)
{
	static char name[32]; /* in the texts of --help and --usage */
	struct config *config = &launch->run.container.config;
	struct capabilities_options capabilities = { 0 };
	struct seccomp_options security = { 0 };
	const struct options_part parts[] = {
		{ .group = &uts_options, .fills = &config->uts },
		{ .group = &init_options, .fills = &config->init },
		{ .group = &rootfs_options, .fills = &config->rootfs },
		{ .group = &more_options, .fills = &config->rootfs },
		{ .group = &net_options, .fills = &launch->run.net },
		{ .group = &userns_options, .fills = &config->userns },
		{ .group = &cgroup_options, .fills = &config->cgroup },
		{ .group = &console_options, .fills = &config->console },
		{ .group = &user_options, .fills = &config->user },
		{ .group = &capabilities_options, .fills = &capabilities },
		{ .group = &seccomp_options, .fills = &security },
		{ .group = &rlimits_options, .fills = &config->rlimits },
		{ .group = &command_options, .fills = &config->command },
		{ .group = &container_options, .fills = &launch->options },
		{ NULL, NULL },
	};
	int count = 0;

	while (words[count])
		count++;
	snprintf(name, sizeof(name), "step-06 %s", words[0]);
	words[0] = name;
	config->cgroup.is_users = !is_root;
	if (!is_root)
		launch->run.net.mode = NET_NONE; /* without root, no other network can be made */
	if (options_parse(count, words, about, parts, &config->command) < 0)
		return -1;
	choose_image(launch);
	if (launch->image && refuse_users(launch, is_root) < 0)
		return -1;
	if (!launch->image && !config->uts.hostname)
		config->uts.hostname = "testing";
	return rights_choose(config, &capabilities, &security);
}

/* ---- The container's record ---- */

static int write_id(const struct record *record, const char *path)
{
	autofd int fd = -1;

	if (!path)
		return 0;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return fail("open --cidfile %s", path);
	if (dprintf(fd, "%s", record->id) != DIGEST_HEX)
		return fail("write --cidfile %s", path);
	return 0;
}

/*
 * Makes the record of an image that is here or can be had. Another command may remove the image
 * just then: so there is more than one try.
 */
static int find_image(const struct store *store, const struct launch *launch,
		      const struct record_wish *wish, struct record *record, struct image *image)
{
	const struct record none = RECORD_NONE;
	struct engine_fetch fetch = { .always = launch->options.pull == PULL_ALWAYS,
				      .quiet = true };

	for (int tries = 0;; tries++) {
		bool may_fetch = launch->options.pull != PULL_NEVER;

		if (may_fetch && engine_fetch(store, wish->image, &fetch) < 0)
			return -1;
		if (record_create(store, wish, record, image) == 0)
			return 0;
		if (!may_fetch || tries == 10 || !strstr(fail_get()->text, "no such image"))
			return -1;
		fail_forget();
		record_close(record);
		*record = none;
		fetch.always = false;
	}
}

static int create_record(const struct runtime *runtime, struct store *store,
			 const struct launch *launch, char *const *words, struct record *record,
			 struct image *image)
{
	const struct container_options *options = &launch->options;
	const struct record_wish wish = {
		.image = launch->image,
		.name = options->name,
		.words = words,
		.labels = options->labels,
		.remove = options->remove,
	};

	if (engine_open(options->store ? options->store : runtime->store, store) < 0)
		return -1;
	if (find_image(store, launch, &wish, record, image) < 0)
		return -1;
	if (write_id(record, options->cidfile) == 0)
		return 0;
	record_remove(record);
	return -1;
}

/* ---- Running ---- */

/* The end of a container that was to be removed when it ends. */
static int finish(struct record *record, int status)
{
	const struct failure failure = *fail_get();
	int result;

	fail_forget();
	if (json_is_true(json_object_get(record->json, "AutoRemove")))
		result = record_remove(record);
	else
		result = record_ended(record, status < 0 ? failure.status : status);
	if (status >= 0)
		return result < 0 ? -1 : status;
	return fail_set(&failure);
}

int launch_run(struct launch *launch)
{
	struct config *config = &launch->run.container.config;

	if (!config->user.text)
		config->user.text = "0";
	habits_warn_of_input(config);
	return run_container(&launch->run);
}

/* A text that is not UTF-8 becomes "?". */
static json_t *list_texts(char *const *texts)
{
	json_t *list = json_array();

	for (; texts && *texts; texts++)
		if (json_array_append_new(list, json_string(*texts)) < 0)
			json_array_append_new(list, json_string("?"));
	return list;
}

/* Notes the command, for `ps`; and what `start` cannot find out again. */
static int note(struct record *record, const struct config *config)
{
	const struct command *command = &config->command;
	autofree char *directory = getcwd(NULL, 0);

	json_object_set_new(record->json, "Mounts", settings_mounts(config));
	json_object_set_new(record->json, "Args", list_texts(command->argv));
	json_object_set_new(record->json, "Env", list_texts(command->environment));
	json_object_set_new(record->json, "Cwd", json_string(directory ? directory : "/"));
	return 0;
}

/* Notes the settings, for `inspect`, `stop` and `commit`. */
static int note_settings(struct record *record, const struct launch *launch,
			 const struct image *image)
{
	json_t *settings = settings_describe(image, &launch->options, &launch->run.container.config,
					     &launch->run.net);

	return json_object_set_new(record->json, "Config", settings);
}

/* Fills the configuration from the image and the record. Returns 0 or -1. */
static int prepare(struct launch *launch, struct record *record, const struct image *image)
{
	struct config *config = &launch->run.container.config;

	if (note_settings(record, launch, image) < 0)
		return -1;
	if (setup_rootfs(record, image, config) < 0)
		return -1;
	if (setup_process(image, &launch->options, config) < 0)
		return -1;
	return note(record, config);
}

static int run_record(struct launch *launch, struct record *record)
{
	int started = record_started(record);

	launch->run.work = record->work.directory;
	if (started < 0 && json_is_true(json_object_get(record->json, "AutoRemove")))
		record_remove(record);
	return started < 0 ? -1 : finish(record, launch_run(launch));
}

/* Makes the container, prepared. Nothing is left of it if that fails. */
static int make_container(const struct runtime *runtime, struct store *store, struct launch *launch,
			  char *const *words, struct record *record)
{
	struct image image;

	if (create_record(runtime, store, launch, words, record, &image) < 0)
		return -1;
	if (prepare(launch, record, &image) == 0)
		return 0;
	record_remove(record);
	return -1;
}

static char **copy_words(char **words)
{
	size_t count = 0;
	char **copy;

	while (words[count])
		count++;
	copy = calloc(count + 1, sizeof(*copy));
	if (copy)
		memcpy(copy, words, count * sizeof(*copy));
	return copy;
}

static int run(const struct runtime *runtime, const struct verb *verb, char **words)
{
	static struct launch launch;
	const bool is_root = geteuid() == 0;
	autofree char **asked = copy_words(words);
	autostore struct store store = STORE_CLOSED;
	autorecord struct record record = RECORD_NONE;

	if (launch_read(verb->about, words, is_root, &launch) < 0)
		return -1;
	if (!launch.image)
		return launch_run(&launch);
	if (make_container(runtime, &store, &launch, asked, &record) < 0)
		return -1;
	return run_record(&launch, &record);
}

const struct verb engine_run = {
	"run",
	"IMAGE [COMMAND...]",
	"Run a command in a container of an image. A path, or any command after --rootfs DIR, runs "
	"in that directory instead",
	STATUS_FAILED,
	run,
};

static int create(const struct runtime *runtime, const struct verb *verb, char **words)
{
	static struct launch launch;
	const bool is_root = geteuid() == 0;
	autofree char **asked = copy_words(words);
	autostore struct store store = STORE_CLOSED;
	autorecord struct record record = RECORD_NONE;

	if (launch_read(verb->about, words, is_root, &launch) < 0)
		return -1;
	if (!launch.image)
		return fail_input("create: give an image; `step-06 images` lists them");
	if (make_container(runtime, &store, &launch, asked, &record) < 0)
		return -1;
	if (!json_is_array(json_object_get(record.json, "Words")) || record_write(&record) < 0) {
		fail_input("create: words that are not UTF-8 cannot be kept for `start`");
		record_remove(&record);
		return -1;
	}
	puts(record.id);
	return fflush(stdout) < 0 ? fail("write the ID") : 0;
}

const struct verb engine_create = {
	"create", "IMAGE [COMMAND...]", "Make a container, for `start`", STATUS_FAILED, create,
};

/* ---- start ---- */

/* Returns a list of texts in the record, which ends with NULL; NULL: no memory. */
static char **recorded_texts(const struct record *record, const char *key)
{
	const json_t *list = json_object_get(record->json, key);
	char **words = calloc(json_array_size(list) + 1, sizeof(*words));

	for (size_t i = 0; words && i < json_array_size(list); i++) {
		const char *word = json_string_value(json_array_get(list, i));

		words[i] = word ? strdup(word) : NULL;
	}
	return words;
}

/*
 * Reads the words that the record has kept as the command line was read, in the same directory:
 * paths in them are relative to it. Then the environment is what it was. Returns 0 or -1.
 */
static int read_again(const struct record *record, bool is_root, struct launch *launch,
		      const char *about)
{
	char **words = recorded_texts(record, "Words");

	if (!words || !words[0])
		return fail_input(
			"the container %s cannot be started again: its words were not UTF-8",
			record->id);
	if (chdir(record_text(record, "Cwd")) < 0)
		return fail("chdir %s, where the container was created",
			    record_text(record, "Cwd"));
	launch->options.again = true;
	return launch_read(about, words, is_root, launch);
}

/* Fills the configuration as it was when the container was created. */
static int prepare_again(struct record *record, const struct image *image, struct launch *launch)
{
	struct config *config = &launch->run.container.config;
	char **environment = recorded_texts(record, "Env");
	json_t *settings = json_incref(json_object_get(record->json, "Config"));

	if (!environment)
		return fail("calloc");
	if (prepare(launch, record, image) < 0)
		return -1;
	config->command.environment = environment;
	if (settings)
		json_object_set_new(record->json, "Config", settings);
	return note(record, config);
}

static int start(const struct runtime *runtime, const struct verb *verb, char **words)
{
	static struct launch launch;
	const bool is_root = geteuid() == 0;
	const char *path = runtime->store;
	bool attach = false, interactive = false;
	const struct verb_option options[] = {
		{ "attach", 'a', NULL, VALUE_NONE, &attach, "Stay until the container ends" },
		{ "interactive", 'i', NULL, VALUE_NONE, &interactive,
		  "Let the command read standard input" },
		ENGINE_STORE(&path),
		{ 0 },
	};
	char **operands = verb_read(verb, options, words, 1, 1);
	autostore struct store store = STORE_CLOSED;
	autorecord struct record record = RECORD_NONE;
	struct image image;

	if (!operands)
		return -1;
	if (!attach && !interactive)
		return fail_input("start: a container runs at a terminal here: take -a, or -ai");
	if (engine_open(path, &store) < 0 || record_open(&store, operands[0], &record) < 0)
		return -1;
	if (record_hold(&record) < 0 || record_image(&record, &image) < 0)
		return -1;
	if (read_again(&record, is_root, &launch, verb->about) < 0)
		return -1;
	launch.run.container.config.console.interactive &= interactive;
	if (prepare_again(&record, &image, &launch) < 0)
		return -1;
	return run_record(&launch, &record);
}

const struct verb engine_start = {
	"start",
	"-a [-i] CONTAINER",
	"Run a container that was created or has ended",
	STATUS_FAILED,
	start,
};
