/* steps/06-full/oci/cgroup/freeze.c: freezing, thawing and killing all processes of a cgroup. */
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "freeze.h"
#include "spawn.h"
#include "test_05.h"

static volatile unsigned long *ticks; /* shared with the children */

/* A failing test must not leave frozen processes: not even SIGKILL would end them. */
static struct cgroup *ours;
#undef check
#define check(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s (%s; \"%s\")\n", __FILE__, __LINE__,    \
				#condition, strerror(errno), fail_get()->text);                    \
			if (ours)                                                                  \
				cgroup_remove(ours);                                               \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

/* Runs in two processes, which count. */
static int count_up(void *argument)
{
	if (cgroup_enter(argument) < 0)
		return -1;
	fork();
	for (;;) {
		(*ticks)++;
		usleep(1000);
	}
}

static void start_counting(struct cgroup *cgroup, struct child *child)
{
	ours = cgroup;
	*ticks = 0;
	check(cgroup_create(cgroup) == 0);
	child->cgroup = cgroup_directory(cgroup);
	check(child_spawn(child, CLONE_NEWPID, count_up, cgroup) == 0);
	check(child_release(child) == 0);
	for (int i = 0; i < 5000 && *ticks < 10; i++)
		usleep(1000);
	check(*ticks >= 10);
}

static bool is_counting(void)
{
	unsigned long before = *ticks;

	for (int i = 0; i < 2000; i++) {
		if (*ticks > before + 5)
			return true;
		usleep(5000);
	}
	return false;
}

static bool is_still(void)
{
	unsigned long before = *ticks;

	usleep(100000);
	return *ticks == before;
}

static void view(const char *name)
{
	char script[160];

	snprintf(script, sizeof(script),
		 "awk '$3 == \"%s\" { print $2 }' /proc/self/mounts | while read m; do umount $m; "
		 "done",
		 strcmp(name, "v1") == 0 ? "cgroup2" : "cgroup");
	if (strcmp(name, "here") != 0)
		check(run_shell(script)->status == 0);
}

static void freeze_and_thaw(const char *name)
{
	struct cgroup cgroup = { 0 };
	struct child child = CHILD_NONE;

	view(name);
	start_counting(&cgroup, &child);
	for (int round = 0; round < 3; round++) {
		check(cgroup_freeze(&cgroup) == 0);
		check(is_still());
		check(cgroup_freeze(&cgroup) == 0); /* a second freeze changes nothing */
		check(is_still());
		check(cgroup_thaw(&cgroup) == 0);
		check(is_counting());
	}
	child_cleanup(&child);
	cgroup_remove(&cgroup);
}

static void kill_them(const char *name, bool frozen)
{
	struct cgroup cgroup = { 0 };
	struct child child = CHILD_NONE;

	view(name);
	start_counting(&cgroup, &child);
	if (frozen)
		check(cgroup_freeze(&cgroup) == 0);
	check(cgroup_kill(&cgroup) == 0);
	check(child_wait(&child) == 137);
	check(is_still());
	cgroup_remove(&cgroup);
	check(cgroup_kill(&cgroup) == -1);
	check(strcmp(fail_get()->text, "there is no cgroup") == 0);
}

static void kill_running(const char *name)
{
	kill_them(name, false);
}

static void kill_frozen(const char *name)
{
	kill_them(name, true);
}

/* Removes a cgroup whose processes are frozen. */
static void remove_frozen(const char *name)
{
	struct cgroup cgroup = { 0 };
	struct child child = CHILD_NONE;

	view(name);
	start_counting(&cgroup, &child);
	check(cgroup_freeze(&cgroup) == 0);
	cgroup_remove(&cgroup);
	check(child_wait(&child) == 137);
}

static void in_all_views(void (*test)(const char *name))
{
	for (const char *const *name = views(); *name; name++)
		in_own_mounts(test, *name);
}

static void frozen_processes_stand_still_until_they_are_thawed(void **state)
{
	(void)state;
	in_all_views(freeze_and_thaw);
}

static void a_kill_ends_all(void **state)
{
	(void)state;
	in_all_views(kill_running);
}

static void a_kill_ends_frozen_ones_too(void **state)
{
	(void)state;
	in_all_views(kill_frozen);
}

static void a_cgroup_is_removed_with_frozen_processes_in_it(void **state)
{
	(void)state;
	in_all_views(remove_frozen);
}

static void freeze_nothing(const char *argument)
{
	struct cgroup cgroup = { 0 };

	(void)argument;
	check(cgroup_freeze(&cgroup) == -1);
	check(strcmp(fail_get()->text, "no cgroup hierarchy here can freeze processes") == 0);
}

static void without_cgroups_nothing_can_be_frozen(void **state)
{
	(void)state;
	in_own_mounts(freeze_nothing, NULL);
}

static int share_ticks(void **state)
{
	(void)state;
	ticks = mmap(NULL, sizeof(*ticks), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	return ticks == MAP_FAILED ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(frozen_processes_stand_still_until_they_are_thawed),
		host_test(a_kill_ends_all),
		host_test(a_kill_ends_frozen_ones_too),
		host_test(a_cgroup_is_removed_with_frozen_processes_in_it),
		host_test(without_cgroups_nothing_can_be_frozen),
	};

	return cmocka_run_group_tests(tests, share_ticks, NULL);
}
