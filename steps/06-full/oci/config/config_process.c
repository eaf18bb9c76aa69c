/* config.json: process. */
#include <limits.h>
#include <string.h>

#include "config_parts.h"
#include "fail.h"
#include "ids.h"

enum { UMASK_DEFAULT = 022 };

static void read_user(const struct json *process, struct user *user)
{
	struct json object = json_member(process, "user");
	struct json groups = json_member(&object, "additionalGids");
	uint64_t uid = 0, gid = 0, mask = UMASK_DEFAULT;
	size_t count = json_count(&groups);

	json_get_unsigned(&object, "uid", ID_MAX, &uid);
	json_get_unsigned(&object, "gid", ID_MAX, &gid);
	json_get_unsigned(&object, "umask", 0777, &mask);
	*user = (struct user){
		.uid = (uid_t)uid,
		.gid = (gid_t)gid,
		.umask = (mode_t)mask,
		.keep_groups = user->keep_groups,
	};
	user->groups = json_allocate(&groups, count, sizeof(*user->groups));
	user->group_count = user->groups ? count : 0;
	for (size_t i = 0; i < user->group_count; i++) {
		struct json group = json_element(&groups, i);
		json_int_t number = json_integer_value(group.value);

		if (!json_is_integer(group.value) || number < 0 || number > ID_MAX)
			json_problem(&group, "must be the number of a group");
		user->groups[i] = (gid_t)number;
	}
}

/*
 * Capabilities that cannot be given are left out of the set. Unknown names cause a warning, since
 * the specification does not want them to be an error.
 */
static uint64_t read_set(const struct json *object, const char *key)
{
	struct json list = json_member(object, key);
	uint64_t set = 0;

	for (size_t i = 0; i < json_count(&list); i++) {
		struct json element = json_element(&list, i);
		const char *name = json_text(&element);
		uint64_t bit = name && strcmp(name, "ALL") != 0 ? capabilities_by_name(name) : 0;

		if (name && !bit)
			fail_warn("process.capabilities.%s[%zu]: unknown capability \"%s\"", key, i,
				  name);
		set |= bit;
	}
	return set | CAPABILITIES_AS_HELD;
}

static void read_capabilities(const struct json *process, struct capabilities *capabilities)
{
	struct json object = json_member(process, "capabilities");

	*capabilities = (struct capabilities){
		.bounding = read_set(&object, "bounding"),
		.effective = read_set(&object, "effective"),
		.permitted = read_set(&object, "permitted"),
		.inheritable = read_set(&object, "inheritable"),
		.ambient = read_set(&object, "ambient"),
	};
	capabilities_limit_ambient(capabilities);
}

static void read_rlimit(const struct json *element, struct rlimits *rlimits)
{
	struct json type = json_member(element, "type");
	const char *name;
	uint64_t soft = 0, hard = 0;
	int number;

	json_need_unsigned(element, "soft", UINT64_MAX, &soft);
	json_need_unsigned(element, "hard", UINT64_MAX, &hard);
	if (!json_need_text(element, "type", &name))
		return;
	number = strncmp(name, "RLIMIT_", strlen("RLIMIT_")) == 0 ? rlimits_by_name(name) : -1;
	if (number < 0)
		json_problem(&type, "unknown rlimit \"%s\"", name);
	else if (soft > hard)
		json_problem(element, "soft must not be above hard");
	for (size_t i = 0; number >= 0 && i < rlimits->count; i++)
		if (rlimits->list[i].type == number)
			json_problem(&type, "\"%s\" is there twice", name);
	if (number >= 0 && rlimits_add(rlimits, number, soft, hard) < 0)
		json_problem(element, "there is no memory for it");
}

static void read_rlimits(const struct json *process, struct rlimits *rlimits)
{
	struct json list = json_member(process, "rlimits");

	*rlimits = (struct rlimits){ 0 };
	for (size_t i = 0; i < json_count(&list); i++) {
		struct json element = json_element(&list, i);

		read_rlimit(&element, rlimits);
	}
}

static void read_console(const struct json *process, struct console *console)
{
	struct json size = json_member(process, "consoleSize");
	uint64_t width = 0, height = 0;

	console->terminal = false;
	json_get_bool(process, "terminal", &console->terminal);
	console->interactive = !console->terminal;
	/* Without a terminal, consoleSize is to be ignored. */
	if (!console->terminal)
		return;
	json_get_unsigned(&size, "width", USHRT_MAX, &width);
	json_get_unsigned(&size, "height", USHRT_MAX, &height);
	console->size.ws_col = (unsigned short)width;
	console->size.ws_row = (unsigned short)height;
}

/* The same rule as for `exec --env`. */
static void check_environment(const struct json *process, char *const *variables)
{
	struct json list = json_member(process, "env");

	for (size_t i = 0; variables && variables[i]; i++) {
		struct json element = json_element(&list, i);

		if (!command_is_variable(variables[i]))
			json_problem(&element, "must be NAME=VALUE, not \"%s\"", variables[i]);
	}
}

static void read_command(const struct json *process, struct command *command)
{
	struct json cwd = json_member(process, "cwd");
	struct json args = json_member(process, "args");
	size_t count = 0;

	*command = (struct command){ 0 };
	if (!json_get_texts(process, "args", &command->argv, &count) || !count)
		json_problem(&args, "must have one text at least");
	if (!json_get_texts(process, "env", &command->environment, NULL))
		command->environment = json_allocate(process, 1, sizeof(char *));
	check_environment(process, command->environment);
	if (command_keep_last(command->environment) < 0)
		json_problem(process, "there is no memory for env");
	for (char **variable = command->environment; variable && *variable; variable++)
		command->home_asked |= strncmp(*variable, "HOME=", strlen("HOME=")) == 0;
	if (json_need_text(process, "cwd", &command->workdir) && *command->workdir != '/')
		json_problem(&cwd, "must be an absolute path, not \"%s\"", command->workdir);
}

/* A label is refused if the kernel would not enforce it. */
static void read_labels(const struct json *process, struct lsm *labels)
{
	struct json profile = json_member(process, "apparmorProfile");
	struct json label = json_member(process, "selinuxLabel");
	const char *apparmor = "", *selinux = "";

	json_get_text(process, "apparmorProfile", &apparmor);
	json_get_text(process, "selinuxLabel", &selinux);
	*labels = (struct lsm){ *apparmor ? apparmor : NULL, *selinux ? selinux : NULL };
	if (labels->apparmor && !lsm_has_apparmor())
		json_problem(&profile, "this kernel has no AppArmor, or it is switched off");
	if (labels->selinux && !lsm_has_selinux())
		json_problem(&label, "this kernel has no SELinux, or it is switched off");
}

void config_process(const struct json *process, struct config *config)
{
	/* The process object may be missing until `start`. */
	if (!process->value) {
		config->command.environment = json_allocate(process, 1, sizeof(char *));
		return;
	}
	read_console(process, &config->console);
	read_user(process, &config->user);
	read_command(process, &config->command);
	read_capabilities(process, &config->capabilities);
	read_rlimits(process, &config->rlimits);
	read_labels(process, &config->lsm);
	config_scheduling(process, &config->scheduling);
	config->no_new_privileges = false;
	json_get_bool(process, "noNewPrivileges", &config->no_new_privileges);
}
