#include "settings.h"

#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "fail.h"

/* A text that is not UTF-8 is left out. */
static json_t *list_texts(char *const *texts)
{
	json_t *list = json_array();

	for (; texts && *texts; texts++)
		json_array_append_new(list, json_string(*texts));
	return list;
}

/* Sets the text, unless that is NULL. */
static void set_text(json_t *settings, const char *key, const char *text)
{
	if (text)
		json_object_set_new(settings, key, json_string(text));
}

/* Returns the object or list at `key`, which is made if it is not there. */
static json_t *get(json_t *settings, const char *key, json_t *none)
{
	json_t *found = json_object_get(settings, key);

	if (json_is_object(found) || json_is_array(found)) {
		json_decref(none);
		return found;
	}
	json_object_set_new(settings, key, none);
	return none;
}

/* A variable of that name in the list is replaced. */
static void add_variables(json_t *settings, char *const *variables)
{
	json_t *list = variables && *variables ? get(settings, "Env", json_array()) : NULL;

	for (; variables && *variables; variables++) {
		const size_t length = strcspn(*variables, "=") + 1;

		if (!command_is_variable(*variables))
			continue;
		for (size_t i = json_array_size(list); i-- > 0;) {
			const char *other = json_string_value(json_array_get(list, i));

			if (other && strncmp(other, *variables, length) == 0)
				json_array_remove(list, i);
		}
		json_array_append_new(list, json_string(*variables));
	}
}

/* The image's command was for the image's entry point. */
static void set_command(json_t *settings, const struct container_options *options,
			char *const *operands)
{
	char *const own[] = { (char *)options->entrypoint, NULL };

	if (options->entrypoint) {
		json_object_del(settings, "Entrypoint");
		json_object_del(settings, "Cmd");
		if (*options->entrypoint)
			json_object_set_new(settings, "Entrypoint", list_texts(own));
	}
	if (operands)
		json_object_set_new(settings, "Cmd", list_texts(operands));
}

static void add_ports(json_t *settings, const struct net *net)
{
	for (size_t i = 0; i < net->port_count; i++) {
		char port[32];

		snprintf(port, sizeof(port), "%u/%s", net->ports[i].port,
			 net->ports[i].udp ? "udp" : "tcp");
		json_object_set_new(get(settings, "ExposedPorts", json_object()), port,
				    json_object());
	}
}

json_t *settings_describe(const struct image *image, const struct container_options *options,
			  const struct config *config, const struct net *net)
{
	const json_t *of_image = json_object_get(image->config_json, "config");
	json_t *settings = json_is_object(of_image) ? json_deep_copy(of_image) : json_object();

	if (!settings) {
		fail_input("the container's settings: no memory");
		return NULL;
	}
	add_variables(settings, options->environment.environment);
	add_variables(settings, config->command.asked);
	set_command(settings, options, config->command.argv);
	set_text(settings, "User", config->user.text);
	set_text(settings, "WorkingDir", config->command.workdir);
	set_text(settings, "StopSignal", options->stop_signal);
	if (options->labels)
		json_object_update(get(settings, "Labels", json_object()), options->labels);
	add_ports(settings, net);
	return settings;
}

static void add_mount(json_t *list, const struct rootfs_mount *mount)
{
	json_array_append_new(
		list,
		json_pack("{ss, ss, ss, sb}", "Type", mount->type ? mount->type : "bind", "Source",
			  mount->source ? mount->source : "", "Destination", mount->target, "RW",
			  !(mount->attributes & MOUNT_ATTR_RDONLY)));
}

json_t *settings_mounts(const struct config *config)
{
	json_t *list = json_array();

	for (size_t i = 0; i < config->mounts.count; i++)
		add_mount(list, &config->mounts.list[i].mount);
	for (size_t i = 0; i < config->rootfs.mount_count; i++)
		add_mount(list, &config->rootfs.mounts[i]);
	return list;
}

int settings_apply(const struct record *record, struct image *image)
{
	const json_t *settings = json_object_get(record->json, "Config");

	if (!json_is_object(settings)) /* an older version has made the record */
		return 0;
	image->config_json = json_deep_copy(image->config_json);
	if (image->config_json &&
	    json_object_set_new(image->config_json, "config", json_deep_copy(settings)) == 0)
		return 0;
	return fail_input("the image's configuration: no memory");
}
