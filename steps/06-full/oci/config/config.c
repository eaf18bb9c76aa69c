#include "config.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config_parts.h"
#include "semver.h"

char *config_text(const char *text, ...)
{
	va_list arguments;
	char *formatted;

	va_start(arguments, text);
	if (vasprintf(&formatted, text, arguments) < 0)
		formatted = NULL;
	va_end(arguments);
	return formatted;
}

const char *config_path(const struct config *config, const char *path)
{
	const char *joined;

	if (*path == '/' || !config->bundle)
		return path;
	joined = config_text("%s/%s", config->bundle, path);
	return joined ? joined : path;
}

bool config_has_namespace(const struct config *config, uint64_t flag)
{
	return config->namespaces & flag || namespaces_join(&config->joined, flag);
}

bool config_has_users(const struct config *config)
{
	return config_has_namespace(config, CLONE_NEWUSER);
}

static void read_version(const struct json *object, struct config *config)
{
	struct json member = json_member(object, "ociVersion");
	const char *version = "1.0.0";

	if (!json_need_text(object, "ociVersion", &version))
		return;
	config->oci_version = version;
	if (!semver_is_valid(version))
		json_problem(&member, "must be a version, as in \"1.3.0\", not \"%s\"", version);
	else if (strncmp(version, "1.", 2) != 0)
		json_problem(&member, "must be 1.x.y, not %s", version);
}

static void read_root(const struct json *object, struct config *config)
{
	struct json root = json_member(object, "root");
	const char *path;

	if (!root.value) {
		json_problem(&root, "must be there");
		return;
	}
	if (json_need_text(&root, "path", &path))
		config->rootfs.path = config_path(config, path);
	json_get_bool(&root, "readonly", &config->rootfs.read_only);
}

/*
 * Reads a name of at most 64 bytes, the kernel's limit. Nothing else is checked. Engines write an
 * empty name for none: the container then keeps its copy of the host's name.
 */
static void read_name(const struct json *object, const char *key, const char **name)
{
	struct json member = json_member(object, key);

	if (!json_get_text(object, key, name))
		return;
	if (strlen(*name) > 64)
		json_problem(&member, "has more than 64 bytes");
	if (!**name)
		*name = NULL;
}

/* Reads the annotations. One of them has an effect: that of Podman's `--group-add keep-groups`. */
static void read_annotations(const struct json *object, struct config *config)
{
	struct json annotations = json_member(object, "annotations");
	json_t *members = json_members(&annotations), *value;
	const char *key;

	json_object_foreach(members, key, value)
	{
		struct json annotation = json_entry(&annotations, key);

		if (!*key)
			json_problem(&annotations, "a key must not be empty");
		else
			json_text(&annotation);
	}
	config->annotations = members;
	config->user.keep_groups = json_object_get(members, "run.oci.keep_original_groups");
}

static void read_config(const struct json *object, struct config *config)
{
	struct json process = json_member(object, "process");
	struct json linux_part = json_member(object, "linux");

	read_version(object, config);
	read_root(object, config);
	read_name(object, "hostname", &config->uts.hostname);
	read_name(object, "domainname", &config->uts.domainname);
	config_linux(&linux_part, config);
	config_process(&process, config);
	config_mounts(object, config);
	config_hooks(object, config);
	read_annotations(object, config);
}

int config_load(const char *path, struct config *config)
{
	struct json_problems problems;
	struct json object;

	if (!config->text)
		config->text = json_read_text(path);
	if (!config->text || json_parse(config->text, path, &problems, &object) < 0)
		return -1;
	config->engine_messages = config->workdir_by_root = true;
	read_config(&object, config);
	return json_finish(path, &problems);
}

json_t *config_read_process(const char *path)
{
	struct json_problems problems;
	struct json process;

	return json_read(path, &problems, &process) < 0 ? NULL : process.value;
}

int config_set_process(json_t *object, const char *path, struct config *config)
{
	struct json_problems problems = { 0 };
	const struct json process = { .value = object, .problems = &problems };

	config_process(&process, config);
	return json_finish(path, &problems);
}

int config_load_resources(const char *path, struct limits *limits)
{
	struct json_problems problems;
	struct json object;

	if (json_read(path, &problems, &object) < 0)
		return -1;
	config_resources(&object, limits);
	return json_finish(path, &problems);
}

int config_set_resources(json_t *object, struct limits *limits)
{
	struct json_problems problems = { 0 };
	const struct json root = { .value = object, .problems = &problems };

	config_resources(&root, limits);
	return json_finish("resources", &problems);
}

int config_set_rdt(json_t *object, struct rdt *rdt)
{
	struct json_problems problems = { 0 };
	const struct json root = { .value = object, .problems = &problems };

	config_rdt(&root, rdt);
	return json_finish("update", &problems);
}
