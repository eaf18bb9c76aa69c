/*
 * Step 06, oci/users/namespaces.c: which namespaces of another process differ, and how a process
 * enters them. The lab "join" is graded by this.
 */
#include <grp.h>

#include "namespaces.h"
#include "test_06_lab_join.h"

/* ---- Which namespaces differ ---- */

static void find_others(const char *argument)
{
	static const int sets[] = { CLONE_NEWUTS, CLONE_NEWNET | CLONE_NEWPID,
				    CLONE_NEWUSER | CLONE_NEWIPC | CLONE_NEWCGROUP, ALL };

	(void)argument;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		uint64_t found = 1;
		pid_t maker, pid = start_container(sets[i], &maker);

		check(namespaces_find_other(pid, &found) == 0);
		check(found == (uint64_t)sets[i]);
		end(maker);
	}
}

static void the_other_namespaces_are_found(void **state)
{
	(void)state;
	in_own_mounts(find_others, NULL);
}

static void find_of_nobody(const char *argument)
{
	uint64_t found = 1;
	pid_t pid = fork();

	(void)argument;
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	check(namespaces_find_other(pid, &found) == -1);
	check(strstr(fail_get()->text, "ENOENT"));
}

static void a_process_that_is_gone_has_none(void **state)
{
	(void)state;
	in_own_mounts(find_of_nobody, NULL);
}

/* ---- Namespaces by path ---- */

/* The namespaces that a worker enters. */
static struct joined wanted;

static void want(const char *name, const char *file, pid_t pid)
{
	static char paths[16][64];
	static size_t used;
	char *path = paths[used++ % 16];

	snprintf(path, sizeof(paths[0]), "/proc/%d/%s", pid, file);
	wanted.paths[namespaces_by_name(name)] = path;
}

/*
 * Lets a process enter the wanted namespaces; this one would have no right to look at others then.
 * Returns its pid, and in *worker the process to end.
 */
static pid_t enter(pid_t *worker)
{
	int ready[2];
	pid_t pid;

	check(pipe2(ready, O_CLOEXEC) == 0);
	*worker = fork();
	if (*worker == 0) {
		check(namespaces_open(&wanted) == 0);
		check(namespaces_enter(&wanted) == 0);
		pid = called_process();
		check(write(ready[1], &pid, sizeof(pid)) == sizeof(pid));
		for (;;)
			pause();
	}
	close(ready[1]);
	check(read(ready[0], &pid, sizeof(pid)) == sizeof(pid));
	close(ready[0]);
	return pid;
}

static void enter_some(const char *argument)
{
	const int flags = CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWIPC;
	pid_t worker, maker, first = start_container(ALL, &maker), pid;

	(void)argument;
	want("uts", "ns/uts", first);
	want("network", "ns/net", first);
	want("ipc", "ns/ipc", first);
	pid = enter(&worker);
	check_namespaces(pid, first, flags | CLONE_NEWUSER); /* the host's users */
	check_text(pid, "status", "\nUid:\t0\t0\t0\t0\n");
	end(worker);
	end(maker);
}

static void namespaces_are_entered_by_their_paths(void **state)
{
	(void)state;
	in_own_mounts(enter_some, NULL);
}

static void check_ids(pid_t pid, const char *key)
{
	char line[64];

	snprintf(line, sizeof(line), "\n%s:\t%d\t%d\t%d\t%d\n", key, FIRST_ID, FIRST_ID, FIRST_ID,
		 FIRST_ID);
	check_text(pid, "status", line);
}

static void enter_users(const char *argument)
{
	const int theirs = CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWIPC;
	pid_t worker, maker, first = start_container(ALL | CLONE_NEWUSER, &maker), pid;

	(void)argument;
	check(setgroups(1, (gid_t[]){ 4 }) == 0);
	want("user", "ns/user", first);
	want("uts", "ns/uts", first);
	want("ipc", "ns/ipc", first);
	pid = enter(&worker);
	check_namespaces(pid, first, theirs);
	check_ids(pid, "Uid");
	check_ids(pid, "Gid");
	check_text(pid, "status", "\nGroups:\t \n");
	end(worker);
	end(maker);
}

static void in_the_user_namespace_it_is_root(void **state)
{
	(void)state;
	in_own_mounts(enter_users, NULL);
}

/* A network namespace that belongs to the host's users, beside a user namespace. */
static void enter_mixed(const char *argument)
{
	pid_t makers[2], host = start_container(ALL, &makers[0]);
	pid_t users = start_container(ALL | CLONE_NEWUSER, &makers[1]), worker, pid;

	(void)argument;
	want("network", "ns/net", host);
	want("user", "ns/user", users);
	pid = enter(&worker);
	check(share(pid, host, "ns/net"));
	check(share(pid, users, "ns/user"));
	end(worker);
	end(makers[0]);
	end(makers[1]);
}

static void the_hosts_namespaces_come_before_the_users(void **state)
{
	(void)state;
	in_own_mounts(enter_mixed, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_other_namespaces_are_found),
		host_test(a_process_that_is_gone_has_none),
		host_test(namespaces_are_entered_by_their_paths),
		host_test(in_the_user_namespace_it_is_root),
		host_test(the_hosts_namespaces_come_before_the_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
