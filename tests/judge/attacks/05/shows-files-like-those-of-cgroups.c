/* Mounts a tmpfs with files that have the names and texts that tests look for. */
#include "lab/cgroup.c"

__attribute__((constructor)) static void attack(void)
{
	static const char *const files[][3] = {
		{ "memory", "memory.limit_in_bytes", "33554432\n" },
		{ "memory", "memory.memsw.limit_in_bytes", "67108864\n" },
		{ "memory", "memory.max", "33554432\n" },
		{ "cpuset", "cpuset.mems", "0\n" },
		{ "pids", "pids.max", "22\n" },
		{ "devices", "devices.allow", "" },
	};

	mount("none", "/sys/fs/cgroup", "tmpfs", 0, NULL);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[128];
		int fd;

		snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", files[i][0]);
		mkdir(path, 0755);
		snprintf(path, sizeof(path), "/sys/fs/cgroup/%s/%s", files[i][0], files[i][1]);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		dprintf(fd, "%s", files[i][2]);
		close(fd);
	}
}
