/* checkpoint and restore: both are refused, with the reason. */
#include "fail.h"
#include "verbs.h"

static int refuse(const struct runtime *runtime, const struct verb *verb, char **words)
{
	(void)runtime;
	(void)words;
	return fail_input("%s: is not supported: it would need CRIU", verb->name);
}

const struct verb verb_checkpoint = {
	"checkpoint", "ID", "Is not supported", 1, refuse,
};

const struct verb verb_restore = {
	"restore", "ID", "Is not supported", 1, refuse,
};
