/* config.json: linux.seccomp. */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_parts.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

enum { ERRNO_MAX = 4095, ARGUMENTS = 6 };

static const struct json_name actions[] = {
	{ "SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD },
	{ "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD },
	{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
	{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
	{ "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0) },
	{ "SCMP_ACT_TRACE", SCMP_ACT_TRACE(0) },
	{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
	{ "SCMP_ACT_LOG", SCMP_ACT_LOG },
	{ "SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY },
};

static const struct json_name comparisons[] = {
	{ "SCMP_CMP_NE", SCMP_CMP_NE },
	{ "SCMP_CMP_LT", SCMP_CMP_LT },
	{ "SCMP_CMP_LE", SCMP_CMP_LE },
	{ "SCMP_CMP_EQ", SCMP_CMP_EQ },
	{ "SCMP_CMP_GE", SCMP_CMP_GE },
	{ "SCMP_CMP_GT", SCMP_CMP_GT },
	{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
};

static const struct json_name flags[] = {
	{ "SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC },
	{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 1U << 5 },
};

/* The action `key` of an object, with the errno that goes with it at `errno_key`. */
static uint32_t read_action(const struct json *object, const char *key, const char *errno_key)
{
	struct json member = json_member(object, key);
	struct json number = json_member(object, errno_key);
	uint32_t action = SCMP_ACT_ALLOW;
	uint64_t value = EPERM;

	if (!member.value) {
		json_problem(&member, "must be there");
		return action;
	}
	if (!json_choose(&member, actions, SIZE(actions), &action))
		return action;
	json_get_unsigned(object, errno_key, ERRNO_MAX, &value);
	if (action == SCMP_ACT_ERRNO(0) || action == SCMP_ACT_TRACE(0))
		return action | (uint32_t)value;
	if (number.value)
		json_problem(&number, "goes with SCMP_ACT_ERRNO and SCMP_ACT_TRACE alone");
	return action;
}

/*
 * False for a text that cannot be the name of a system call. Spaces in it would divide it into two
 * names, and the compiler of the filter would divide one of 64 bytes or more.
 */
static bool is_call(const char *name)
{
	size_t length = strlen(name);

	return length < 64 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

/* The names, in one text with spaces between them. Unknown ones are left out, as by runC. */
static const char *read_names(const struct json *rule)
{
	struct json names = json_member(rule, "names");
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!json_count(&names))
		json_problem(&names, "must have one text at least");
	for (size_t i = 0; out && i < json_count(&names); i++) {
		struct json element = json_element(&names, i);
		const char *name = json_text(&element);

		if (name && is_call(name))
			fprintf(out, "%s ", name);
	}
	if (!out || fclose(out) != 0)
		json_problem(rule, "there is no memory for it");
	return text ? text : "";
}

static void read_argument(const struct json *element, struct scmp_arg_cmp *argument)
{
	struct json op = json_member(element, "op");
	uint64_t index = 0, value = 0, value_two = 0;
	uint32_t comparison = SCMP_CMP_EQ;

	json_need_unsigned(element, "index", ARGUMENTS - 1, &index);
	json_need_unsigned(element, "value", UINT64_MAX, &value);
	json_get_unsigned(element, "valueTwo", UINT64_MAX, &value_two);
	json_choose(&op, comparisons, SIZE(comparisons), &comparison);
	*argument = (struct scmp_arg_cmp){
		.arg = (unsigned int)index,
		.op = (enum scmp_compare)comparison,
		.datum_a = value,
		.datum_b = value_two,
	};
}

/* True if two comparisons are about the same argument. */
static bool is_twice(const struct scmp_arg_cmp *arguments, size_t count)
{
	unsigned int seen = 0;

	for (size_t i = 0; i < count; i++) {
		if (seen & 1U << arguments[i].arg)
			return true;
		seen |= 1U << arguments[i].arg;
	}
	return false;
}

/* The rules that were read so far. */
struct rules {
	struct seccomp_rule *list;
	size_t count;
};

static void add_rule(const struct json *at, struct rules *rules, struct seccomp_rule rule)
{
	struct seccomp_rule *grown = reallocarray(rules->list, rules->count + 1, sizeof(*grown));

	if (!grown) {
		json_problem(at, "there is no memory for it");
		return;
	}
	rules->list = grown;
	grown[rules->count++] = rule;
}

/*
 * All comparisons of a rule have to hold. If two of them are about one argument, it is enough that
 * one holds: libseccomp takes only one for each argument, so runC makes a rule of each.
 */
static void read_rule(const struct json *element, struct rules *rules)
{
	struct json list = json_member(element, "args");
	size_t count = json_count(&list);
	struct scmp_arg_cmp *arguments = json_allocate(&list, count, sizeof(*arguments));
	struct seccomp_rule rule = { .names = read_names(element) };

	rule.action = read_action(element, "action", "errnoRet");
	for (size_t i = 0; arguments && i < count; i++) {
		struct json argument = json_element(&list, i);

		read_argument(&argument, &arguments[i]);
	}
	if (arguments && is_twice(arguments, count)) {
		for (size_t i = 0; i < count; i++) {
			rule.argument_count = 1;
			rule.arguments[0] = arguments[i];
			add_rule(element, rules, rule);
		}
	} else {
		rule.argument_count = arguments ? (unsigned int)count : 0;
		for (size_t i = 0; i < rule.argument_count; i++)
			rule.arguments[i] = arguments[i];
		add_rule(element, rules, rule);
	}
	free(arguments);
}

uint32_t config_seccomp_architecture(const char *name)
{
	const char *prefix = "SCMP_ARCH_";
	char lower[32];

	if (strncmp(name, prefix, strlen(prefix)) != 0)
		return 0;
	snprintf(lower, sizeof(lower), "%s", name + strlen(prefix));
	for (char *letter = lower; *letter; letter++)
		*letter |= *letter >= 'A' && *letter <= 'Z' ? 0x20 : 0;
	return seccomp_arch_resolve_name(lower);
}

uint32_t config_seccomp_flag(const char *name)
{
	for (size_t i = 0; i < SIZE(flags); i++)
		if (strcmp(flags[i].name, name) == 0)
			return flags[i].value;
	return 0;
}

/*
 * True if the architecture has the byte order of this machine. Programs of another one do not run
 * here, and libseccomp makes no filter for them.
 */
static bool can_run_here(uint32_t architecture)
{
	return !((architecture ^ seccomp_arch_native()) & __AUDIT_ARCH_LE);
}

static void read_architectures(const struct json *seccomp, struct seccomp *filter)
{
	struct json list = json_member(seccomp, "architectures");
	size_t used = 0;

	for (size_t i = 0; i < json_count(&list); i++) {
		struct json element = json_element(&list, i);
		const char *name = json_text(&element);
		uint32_t architecture = name ? config_seccomp_architecture(name) : 0;

		if (name && !architecture)
			json_problem(&element, "unknown architecture \"%s\"", name);
		/* The native architecture is always in the filter. */
		else if (architecture != seccomp_arch_native() && can_run_here(architecture) &&
			 used < SIZE(filter->architectures) - 1)
			filter->architectures[used++] = architecture;
	}
}

/*
 * True if the action for a call is SCMP_ACT_NOTIFY, as far as this is known without its arguments.
 */
static bool asks_about(const struct seccomp *filter, const char *call)
{
	bool asks = filter->default_action == SCMP_ACT_NOTIFY;
	size_t length = strlen(call);

	for (size_t i = 0; i < filter->rule_count; i++) {
		const char *names = filter->rules[i].names;

		for (const char *name = names; (name = strstr(name, call)); name += length)
			if ((name == names || name[-1] == ' ') && name[length] == ' ')
				asks = filter->rules[i].action == SCMP_ACT_NOTIFY;
	}
	return asks;
}

static bool asks_somebody(const struct seccomp *filter)
{
	bool asks = filter->default_action == SCMP_ACT_NOTIFY;

	for (size_t i = 0; i < filter->rule_count; i++)
		asks |= filter->rules[i].action == SCMP_ACT_NOTIFY;
	return asks;
}

static void read_listener(const struct json *seccomp, struct seccomp *filter)
{
	struct json path = json_member(seccomp, "listenerPath");
	struct json metadata = json_member(seccomp, "listenerMetadata");
	struct seccomp_notify *listener = &filter->listener;

	json_get_text(seccomp, "listenerPath", &listener->path);
	json_get_text(seccomp, "listenerMetadata", &listener->metadata);
	listener->is_asked = asks_somebody(filter);
	if (listener->is_asked && !listener->path)
		json_problem(&path, "must be there: SCMP_ACT_NOTIFY asks who listens");
	if (listener->metadata && !listener->path)
		json_problem(&metadata, "must not be set without listenerPath");
	/*
	 * sendmsg would wait for an answer from the listener, which cannot answer before it gets
	 * its descriptor.
	 */
	if (asks_about(filter, "sendmsg"))
		json_problem(seccomp,
			     "SCMP_ACT_NOTIFY cannot be used for the sendmsg syscall: the listener "
			     "is sent with it");
	if (asks_about(filter, "write"))
		json_problem(
			seccomp,
			"SCMP_ACT_NOTIFY cannot be used for the write syscall: `start` is told "
			"of a failure with it");
}

void config_seccomp(const struct json *linux_part, struct seccomp *filter)
{
	struct json seccomp = json_member(linux_part, "seccomp");
	struct json list = json_member(&seccomp, "syscalls");
	struct json flag_list = json_member(&seccomp, "flags");
	struct rules rules = { 0 };

	*filter = (struct seccomp){ 0 };
	if (!seccomp.value)
		return;
	filter->default_action = read_action(&seccomp, "defaultAction", "defaultErrnoRet");
	read_architectures(&seccomp, filter);
	filter->flags = json_choose_all(&flag_list, flags, SIZE(flags));
	for (size_t i = 0; i < json_count(&list); i++) {
		struct json element = json_element(&list, i);

		read_rule(&element, &rules);
	}
	/* A filter without rules is allowed: its default action is for all calls. */
	if (!rules.list)
		rules.list = json_allocate(&list, 1, sizeof(*rules.list));
	filter->rules = rules.list;
	filter->rule_count = rules.count;
	filter->source = json_dumps(seccomp.value, JSON_COMPACT);
	read_listener(&seccomp, filter);
}
