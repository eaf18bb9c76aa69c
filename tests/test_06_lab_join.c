/*
 * Step 06: a process that joins a running container, seen from outside: its namespaces, its root,
 * its cgroup, its descriptors. The lab "join" is graded by this.
 */
#include <sys/mman.h>

#include "exec.h"
#include "test_06_lab_join.h"

/* ---- Where it is ---- */

/* Returns a number of /proc/PID/stat: 4 is the parent, 6 the session. */
static int get_field(pid_t pid, int field)
{
	autofree char *text = NULL;
	char path[64], *next;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	text = file_read(path);
	next = text ? strrchr(text, ')') : NULL; /* the name may contain anything */
	check(next);
	for (int i = 2; i < field; i++) {
		next = strchr(next + 1, ' ');
		check(next);
	}
	return atoi(next);
}

static struct container container;

/*
 * Starts a process that joins the container, and waits. `other` is a PID namespace of another
 * process, or 0. The caller ends it.
 */
static pid_t join(pid_t pid, pid_t other)
{
	static struct child child;
	struct exec exec = { .container = &container, .pid = pid, .pids = -1 };
	char path[64];

	child = CHILD_NONE;
	container.config.console.socket = -1;
	container.config.seccomp.listener.childs = -1;
	container.exec_fifo.go = container.exec_fifo.result = -1;
	exec.pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	check(exec.pidfd >= 0);
	if (other > 0) {
		snprintf(path, sizeof(path), "/proc/%d/ns/pid", other);
		exec.pids = open(path, O_RDONLY | O_CLOEXEC);
		check(exec.pids >= 0);
	}
	check(exec_spawn(&exec, &child) == 0);
	check(child.pid > 0 && child.pid != pid);
	check(get_field(child.pid, 4) == called_process());
	return child.pid;
}

static void join_nothing(const char *argument)
{
	pid_t maker, first = start_container(0, &maker), pid = join(first, 0);

	(void)argument;
	/* The process may not have run yet. */
	for (int tries = 0; tries < 1000 && get_field(pid, 6) != pid; tries++)
		usleep(5000);
	check(get_field(pid, 6) == pid);
	usleep(50000);
	check_text(pid, "status", "\nState:\tS");
	check(get_field(pid, 4) == called_process()); /* still there: it waits */
	end(pid);
	end(maker);
}

static void the_process_is_the_host_sides_child(void **state)
{
	(void)state;
	in_own_mounts(join_nothing, NULL);
}

static void join_all(const char *flags)
{
	pid_t maker, first = start_container(atoi(flags), &maker), pid = join(first, 0);

	check_namespaces(pid, first, ALL | CLONE_NEWUSER);
	end(pid);
	end(maker);
}

static void the_process_is_in_all_namespaces(void **state)
{
	char all[16], with_users[16];

	(void)state;
	snprintf(all, sizeof(all), "%d", ALL);
	snprintf(with_users, sizeof(with_users), "%d", ALL | CLONE_NEWUSER);
	in_own_mounts(join_all, all);
	in_own_mounts(join_all, with_users);
}

/* The PID namespace is another one, which belongs to the host's users. */
static void join_other_pids(const char *flags)
{
	pid_t makers[2], other = start_container(CLONE_NEWPID, &makers[0]);
	pid_t first = start_container(atoi(flags), &makers[1]), pid = join(first, other);

	check_namespaces(pid, first, (ALL | CLONE_NEWUSER) & ~CLONE_NEWPID);
	check(share(pid, other, "ns/pid"));
	end(pid);
	end(makers[1]);
	end(makers[0]);
}

static void the_pid_namespace_may_be_another_one(void **state)
{
	char without_pids[16], with_users[16];

	(void)state;
	snprintf(without_pids, sizeof(without_pids), "%d", ALL & ~CLONE_NEWPID);
	snprintf(with_users, sizeof(with_users), "%d", (ALL & ~CLONE_NEWPID) | CLONE_NEWUSER);
	in_own_mounts(join_other_pids, without_pids);
	in_own_mounts(join_other_pids, with_users);
}

static void join_root(const char *argument)
{
	pid_t maker, first = start_container(ALL, &maker), pid = join(first, 0);

	(void)argument;
	check(share(pid, first, "root/bin/busybox"));
	check(share(pid, first, "root"));
	check(share(pid, first, "cwd"));
	check(!share(pid, getpid(), "root"));
	end(pid);
	end(maker);
}

static void its_root_and_its_directory_are_the_containers(void **state)
{
	(void)state;
	in_own_mounts(join_root, NULL);
}

/* ---- What it brings with it ---- */

/* A directory in the place of a hierarchy of v1: a thread that enters a cgroup writes to "tasks".
 */
static int make_tasks(char *directory)
{
	int fd;

	check(mkdtemp(directory));
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	check(fd >= 0);
	close(openat(fd, "tasks", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	return fd;
}

static void join_with_secrets(const char *secret)
{
	char directory[] = "/tmp/lab-join-XXXXXX", written[2] = "";
	struct cgroup *cgroup = &container.config.cgroup;
	autofree char *environment = NULL;
	char path[64];
	size_t size = 0;
	pid_t maker, first, pid;
	int fd;

	check(setenv("SECRET", secret, 1) == 0);
	cgroup->hierarchies[0] =
		(struct hierarchy){ .version = 1, .directory = make_tasks(directory) };
	cgroup->hierarchy_count = 1;
	container.config.has_personality = true;
	container.config.personality = 0x0040000; /* ADDR_NO_RANDOMIZE */
	first = start_container(ALL, &maker);
	pid = join(first, 0);
	check_namespaces(pid, first, ALL | CLONE_NEWUSER);
	fd = openat(cgroup->hierarchies[0].directory, "tasks", O_RDONLY | O_CLOEXEC);
	check(fd >= 0 && read(fd, written, 1) == 1 && written[0] == '0');
	check(unlinkat(cgroup->hierarchies[0].directory, "tasks", 0) == 0 && rmdir(directory) == 0);
	check_text(pid, "personality", "00040000");
	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	close(fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	environment = calloc(1, 1 << 20);
	check(fd >= 0 && environment);
	for (ssize_t got = 1; got > 0; size += (size_t)got)
		got = read(fd, environment + size, (1 << 20) - size);
	check(!memmem(environment, size, secret, strlen(secret)));
	end(pid);
	end(maker);
}

static void it_has_left_the_hosts_cgroup_and_environment(void **state)
{
	const char *secret = random_name();

	(void)state;
	in_own_mounts(join_with_secrets, secret);
}

static void join_with_descriptors(const char *argument)
{
	pid_t maker, first, pid;
	int sockets = 0;

	(void)argument;
	check(memfd_create("the host's", 0) >= 0); /* the command would inherit this one */
	check(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0);
	first = start_container(ALL, &maker);
	pid = join(first, 0);
	check_namespaces(pid, first, ALL | CLONE_NEWUSER);
	for (int fd = 3; fd < 256; fd++) {
		char path[64], target[256];
		ssize_t length;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
		length = readlink(path, target, sizeof(target) - 1);
		if (length < 0)
			continue;
		target[length] = '\0';
		if (strncmp(target, "socket:", strlen("socket:")) != 0)
			fprintf(stderr, "descriptor %d leads to %s\n", fd, target);
		check(strncmp(target, "socket:", strlen("socket:")) == 0);
		sockets++;
	}
	check(sockets == 1); /* its way to the host side */
	end(pid);
	end(maker);
}

static void it_has_nothing_of_the_hosts_open(void **state)
{
	(void)state;
	in_own_mounts(join_with_descriptors, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(the_process_is_the_host_sides_child),
		host_test(the_process_is_in_all_namespaces),
		host_test(the_pid_namespace_may_be_another_one),
		host_test(its_root_and_its_directory_are_the_containers),
		host_test(it_has_left_the_hosts_cgroup_and_environment),
		host_test(it_has_nothing_of_the_hosts_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
