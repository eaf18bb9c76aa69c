#include "config.h"

#include <stdio.h>
#include <string.h>

#include "config_parts.h"
#include "fail.h"
#include "semver.h"

const char *config_path(const struct container *container, const char *path)
{
	char *joined;

	if (*path == '/' || !container->bundle)
		return path;
	return asprintf(&joined, "%s/%s", container->bundle, path) < 0 ? path : joined;
}

static void read_version(const struct json *config, struct container *container)
{
	struct json member = json_member(config, "ociVersion");
	const char *version = "1.0.0";

	if (!json_need_text(config, "ociVersion", &version))
		return;
	container->oci_version = version;
	if (!semver_is_valid(version))
		json_problem(&member, "must be a version, as in \"1.3.0\", not \"%s\"", version);
	else if (strncmp(version, "1.", 2) != 0)
		json_problem(&member, "must be 1.x.y, not %s", version);
}

static void read_root(const struct json *config, struct container *container)
{
	struct json root = json_member(config, "root");
	const char *path;

	if (!root.value) {
		json_problem(&root, "must be there");
		return;
	}
	if (json_need_text(&root, "path", &path))
		container->rootfs.path = config_path(container, path);
	json_get_bool(&root, "readonly", &container->rootfs.read_only);
}

/* The kernel takes at most 64 bytes, and no more than that is asked of them here. Engines write an
 * empty name for none: the container keeps its copy of the host's. */
static void read_name(const struct json *config, const char *key, const char **name)
{
	struct json member = json_member(config, key);

	if (!json_get_text(config, key, name))
		return;
	if (strlen(*name) > 64)
		json_problem(&member, "has more than 64 bytes");
	if (!**name)
		*name = NULL;
}

/* The engines' annotations that ask for something: Podman's `--group-add keep-groups`. */
static void read_annotations(const struct json *config, struct container *container)
{
	struct json annotations = json_member(config, "annotations");
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
	container->annotations = members;
	container->user.keep_groups = json_object_get(members, "run.oci.keep_original_groups");
}

static void read_config(const struct json *config, struct container *container)
{
	struct json process = json_member(config, "process");
	struct json linux_part = json_member(config, "linux");

	read_version(config, container);
	read_root(config, container);
	read_name(config, "hostname", &container->uts.hostname);
	read_name(config, "domainname", &container->uts.domainname);
	config_linux(&linux_part, container);
	config_process(&process, container);
	config_mounts(config, container);
	config_hooks(config, container);
	read_annotations(config, container);
}

int config_load(const char *path, struct container *container)
{
	struct json_problems problems;
	struct json config;

	if (!container->config)
		container->config = json_read_text(path);
	if (!container->config || json_parse(container->config, path, &problems, &config) < 0)
		return -1;
	container->oci = true;
	read_config(&config, container);
	return json_finish(path, &problems);
}

json_t *config_read_process(const char *path)
{
	struct json_problems problems;
	struct json process;

	return json_read(path, &problems, &process) < 0 ? NULL : process.value;
}

int config_set_process(json_t *object, const char *path, struct container *container)
{
	struct json_problems problems = { 0 };
	const struct json process = { .value = object, .problems = &problems };

	config_process(&process, container);
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
