/* config.json: hooks. */
#include <limits.h>

#include "config_parts.h"

static void read_hook(const struct json *element, struct hook *hook)
{
	struct json path = json_member(element, "path");
	int64_t timeout = 0;

	if (json_need_text(element, "path", &hook->path) && *hook->path != '/')
		json_problem(&path, "must be an absolute path, not \"%s\"", hook->path);
	json_get_texts(element, "args", &hook->argv, NULL);
	json_get_texts(element, "env", &hook->environment, NULL);
	if (command_keep_last(hook->environment) < 0)
		json_problem(element, "there is no memory for env");
	json_get_number(element, "timeout", 1, INT_MAX, &timeout);
	hook->timeout = (unsigned int)timeout;
}

void config_hooks(const struct json *object, struct config *config)
{
	struct json hooks = json_member(object, "hooks");

	for (int kind = 0; hooks.value && kind < HOOK_KINDS; kind++) {
		struct json list = json_member(&hooks, hooks_name((enum hook_kind)kind));
		size_t count = json_count(&list);
		struct hook *hook = json_allocate(&list, count, sizeof(*hook));

		config->hooks.list[kind] = hook;
		config->hooks.count[kind] = hook ? count : 0;
		for (size_t i = 0; hook && i < count; i++) {
			struct json element = json_element(&list, i);

			read_hook(&element, &hook[i]);
		}
	}
}
