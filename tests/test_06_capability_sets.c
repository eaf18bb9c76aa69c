/* Chapter 6's module capabilities: names, and sets that differ from one another. */
#include <linux/capability.h>

#include "capabilities.h"
#include "cleanup.h"
#include "file.h"
#include "test_03.h"
#include "user.h"

#define BIT(capability) (1ULL << (capability))
#define CHOWN		BIT(CAP_CHOWN)
#define KILL		BIT(CAP_KILL)
#define SETGID		BIT(CAP_SETGID)
#define NET_RAW		BIT(CAP_NET_RAW)

/* Finds a set in /proc/PID/status. `key` begins a line: the name of a process cannot contain "\n".
 */
static uint64_t get_set(const char *status, const char *key)
{
	const char *line = strstr(status, key);

	check(line);
	return strtoull(line + strlen(key), NULL, 16);
}

static struct capabilities get_sets(void)
{
	autofree char *status = NULL;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", called_process());
	status = file_read(path);
	check(status);
	return (struct capabilities){
		.bounding = get_set(status, "\nCapBnd:"),
		.effective = get_set(status, "\nCapEff:"),
		.permitted = get_set(status, "\nCapPrm:"),
		.inheritable = get_set(status, "\nCapInh:"),
		.ambient = get_set(status, "\nCapAmb:"),
	};
}

static void check_sets(const struct capabilities *wanted)
{
	const struct capabilities got = get_sets();

	check(got.bounding == wanted->bounding);
	check(got.effective == wanted->effective);
	check(got.permitted == wanted->permitted);
	check(got.inheritable == wanted->inheritable);
	check(got.ambient == wanted->ambient);
}

static void names_are_found_in_all_their_forms(void **state)
{
	(void)state;
	assert_true(capabilities_by_name("CAP_CHOWN") == CHOWN);
	assert_true(capabilities_by_name("chown") == CHOWN);
	assert_true(capabilities_by_name("cap_Net_Raw") == NET_RAW);
	assert_true(capabilities_by_name("CHECKPOINT_RESTORE") == BIT(40));
	assert_true(capabilities_by_name("All") == CAPABILITIES_ALL);
	assert_true(capabilities_by_name("CAP_ALL") == 0);
	assert_true(capabilities_by_name("CAP_CAP_CHOWN") == 0);
	assert_true(capabilities_by_name("") == 0);
	assert_string_equal(capabilities_text(CHOWN | NET_RAW | BIT(40)),
			    "CAP_CHOWN CAP_NET_RAW CAP_CHECKPOINT_RESTORE");
	assert_string_equal(capabilities_text(0), "");
	assert_true(strlen(capabilities_text(CAPABILITIES_ALL)) < 1000);
}

/* The names come from the kernel's header. */
static void names_have_the_numbers_of_the_kernels_header(void **state)
{
	char *names =
		strdup(run_shell("echo '#include <linux/capability.h>' | cc -E -dM - | "
				 "sed -n 's/^#define \\(CAP_[A-Z_]*\\) *\\([0-9]*\\)$/\\1 \\2/p'")
			       ->out);
	char name[64];
	int number, count = 0;

	(void)state;
	for (char *rest = names, *line; (line = strsep(&rest, "\n"));) {
		if (sscanf(line, "%63s %d", name, &number) != 2)
			continue;
		assert_true(capabilities_by_name(name) == BIT(number));
		assert_string_equal(capabilities_text(BIT(number)), name);
		count++;
	}
	free(names);
	assert_in_range(count, 38, 63);
}

/* Fills all five sets alike, as the second article does. */
static void fill_all(struct capabilities *capabilities, uint64_t set)
{
	*capabilities = (struct capabilities){ set, set, set, set, set };
}

static void different_sets(const char *argument)
{
	const struct capabilities wanted = {
		.bounding = CHOWN | KILL | NET_RAW | SETGID,
		.permitted = CHOWN | KILL | NET_RAW,
		.effective = CHOWN,
		.inheritable = KILL | NET_RAW,
		.ambient = KILL,
	};
	struct capabilities before;

	(void)argument;
	/* Ambient capabilities of the caller must go, even those that could stay. */
	fill_all(&before, CHOWN | KILL | NET_RAW | SETGID | BIT(CAP_SETPCAP));
	check(capabilities_apply(&before) == 0);
	check(capabilities_limit(&wanted) == 0);
	check(capabilities_apply(&wanted) == 0);
	check_sets(&wanted);
}

static void each_set_is_its_own(void **state)
{
	(void)state;
	in_own_mounts(different_sets, NULL);
}

static void sets_of_another_user(const char *argument)
{
	const struct user user = { .uid = 1000, .gid = 1000 };
	struct capabilities wanted;

	(void)argument;
	fill_all(&wanted, CHOWN | NET_RAW);
	check(capabilities_limit(&wanted) == 0);
	check(user_become(&user) == 0);
	check(capabilities_apply(&wanted) == 0);
	check_sets(&wanted);
}

static void a_user_can_hold_what_the_sets_say(void **state)
{
	(void)state;
	in_own_mounts(sets_of_another_user, NULL);
}

static void sets_as_held(const char *argument)
{
	struct capabilities wanted, few = { 0 };
	uint64_t held;

	(void)argument;
	check(capabilities_held(&held) == 0);
	check(held == (get_sets().permitted & get_sets().bounding));
	fill_all(&wanted, CAPABILITIES_ALL & ~CHOWN);
	check(capabilities_limit(&wanted) == 0 && capabilities_apply(&wanted) == 0);
	fill_all(&few, held & ~CHOWN);
	check_sets(&few);
	/* A capability that the caller no longer holds is refused, or left out. */
	fill_all(&wanted, CHOWN | KILL);
	check(capabilities_limit(&wanted) == -1);
	check(strcmp(fail_get()->text,
		     "capabilities: CAP_CHOWN: not held by us, so not ours to give") == 0);
	fail_report();
	check(capabilities_apply(&wanted) == -1);
	fail_report();
	check_sets(&few);
	fill_all(&wanted, CHOWN | KILL | CAPABILITIES_AS_HELD);
	check(capabilities_limit(&wanted) == 0 && capabilities_apply(&wanted) == 0);
	fill_all(&few, KILL);
	check_sets(&few);
}

static void what_is_not_held_is_refused_or_left_out(void **state)
{
	(void)state;
	in_own_mounts(sets_as_held, NULL);
}

static void ambient_alone(const char *argument)
{
	const struct capabilities wanted = { .bounding = CHOWN | KILL,
					     .permitted = CHOWN | KILL,
					     .ambient = KILL };

	(void)argument;
	check(capabilities_limit(&wanted) == 0);
	check(capabilities_apply(&wanted) == -1);
	check(strstr(fail_get()->text,
		     "prctl PR_CAP_AMBIENT_RAISE CAP_KILL: EPERM Operation not "
		     "permitted; it must be permitted and inheritable, too"));
}

static void ambient_ones_must_be_inheritable(void **state)
{
	(void)state;
	in_own_mounts(ambient_alone, NULL);
}

static void effective_alone(const char *argument)
{
	const struct capabilities before = { .bounding = CHOWN | KILL,
					     .permitted = CHOWN | KILL,
					     .effective = KILL };
	struct capabilities wanted = before;

	(void)argument;
	check(capabilities_limit(&before) == 0 && capabilities_apply(&before) == 0);
	wanted.permitted = CHOWN;
	check(capabilities_apply(&wanted) == -1);
	check(get_sets().permitted == before.permitted && get_sets().effective == KILL);
	check(strstr(fail_get()->text,
		     "capset: EPERM Operation not permitted; "
		     "effective ones must be permitted"));
}

static void effective_ones_must_be_permitted(void **state)
{
	(void)state;
	in_own_mounts(effective_alone, NULL);
}

static void without_setpcap(const char *argument)
{
	struct capabilities wanted, before;

	(void)argument;
	fill_all(&wanted, CAPABILITIES_ALL & ~BIT(CAP_SETPCAP));
	check(capabilities_apply(&wanted) == 0);
	before = get_sets();
	check(!(before.permitted & BIT(CAP_SETPCAP)));
	fill_all(&wanted, CHOWN);
	check(capabilities_limit(&wanted) == -1);
	check_sets(&before);
	check(strstr(fail_get()->text,
		     "prctl PR_CAPBSET_DROP CAP_DAC_OVERRIDE: EPERM Operation not permitted; "
		     "needs CAP_SETPCAP"));
}

static void the_bounding_set_needs_setpcap(void **state)
{
	(void)state;
	in_own_mounts(without_setpcap, NULL);
}

static void nothing_is_to_be_inherited_by_default(void **state)
{
	struct capabilities set;

	(void)state;
	capabilities_fill(&set, CHOWN | KILL);
	assert_true(set.bounding == (CHOWN | KILL) && set.effective == set.bounding &&
		    set.permitted == set.bounding && !set.inheritable && !set.ambient);
}

static void another_user_keeps_the_bounding_set_alone(void **state)
{
	struct capabilities set;

	(void)state;
	fill_all(&set, CHOWN);
	capabilities_for_user(&set, 0);
	assert_true(set.bounding == CHOWN && set.ambient == CHOWN && set.effective == CHOWN);
	capabilities_for_user(&set, 1);
	assert_true(set.bounding == CHOWN && !set.ambient && !set.effective && !set.permitted &&
		    !set.inheritable);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(names_are_found_in_all_their_forms),
		host_test(names_have_the_numbers_of_the_kernels_header),
		host_test(each_set_is_its_own),
		host_test(a_user_can_hold_what_the_sets_say),
		host_test(what_is_not_held_is_refused_or_left_out),
		host_test(ambient_ones_must_be_inheritable),
		host_test(effective_ones_must_be_permitted),
		host_test(the_bounding_set_needs_setpcap),
		host_test(nothing_is_to_be_inherited_by_default),
		host_test(another_user_keeps_the_bounding_set_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
