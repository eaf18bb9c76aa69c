#include "state.h"

#include <fts.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Prints a file's lines, without so many of the first words of each. */
static void print_lines(FILE *out, const char *path, int skipped)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0) {
		const char *rest = line;

		for (int i = 0; i < skipped; i++)
			rest += strcspn(rest, " ") + 1;
		fputs(rest, out);
	}
	free(line);
	if (file)
		fclose(file);
}

static void print_network(FILE *out)
{
	FILE *commands = popen("{ printf '%s\\n' 'link show' 'addr show' 'route show table all' "
			       "'rule show' | ip -o -batch -; tc qdisc show; nft list ruleset; } "
			       "2>/dev/null",
			       "re");
	char part[4096];
	size_t length;

	while (commands && (length = fread(part, 1, sizeof(part), commands)) > 0)
		fwrite(part, 1, length, out);
	if (commands)
		pclose(commands);
}

static void print_sysctls(FILE *out)
{
	static const char *const patterns[] = {
		"/proc/sys/kernel/hostname",
		"/proc/sys/kernel/domainname",
		"/proc/sys/net/ipv4/ip_forward",
		"/proc/sys/net/ipv4/conf/*/forwarding",
		"/proc/sys/net/ipv4/conf/*/route_localnet",
		"/proc/sys/net/ipv6/conf/all/forwarding",
	};

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		glob_t found;

		if (glob(patterns[i], 0, NULL, &found) != 0)
			continue;
		for (size_t n = 0; n < found.gl_pathc; n++) {
			fprintf(out, "%s: ", found.gl_pathv[n]);
			print_lines(out, found.gl_pathv[n], 0);
		}
		globfree(&found);
	}
}

/* Prints the processes that are steps. */
static void print_processes(FILE *out)
{
	glob_t found;

	if (glob("/proc/[0-9]*/comm", 0, NULL, &found) != 0)
		return;
	for (size_t n = 0; n < found.gl_pathc; n++) {
		FILE *file = fopen(found.gl_pathv[n], "re");
		char name[32] = "";

		if (file && fgets(name, sizeof(name), file) && strncmp(name, "step-", 5) == 0)
			fprintf(out, "%s: %s", found.gl_pathv[n], name);
		if (file)
			fclose(file);
	}
	globfree(&found);
}

static int by_name(const FTSENT **one, const FTSENT **other)
{
	return strcmp((*one)->fts_name, (*other)->fts_name);
}

/* Calls print() for each file at and below a directory, in the order of their names. */
static void walk(FILE *out, const char *directory, int options,
		 void print(FILE *out, const FTSENT *entry))
{
	char path[64];
	char *const paths[] = { path, NULL };
	FTS *tree;

	snprintf(path, sizeof(path), "%s", directory);
	tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | options, by_name);
	for (FTSENT *entry; tree && (entry = fts_read(tree));)
		if (entry->fts_info != FTS_DP && entry->fts_info != FTS_NS)
			print(out, entry);
	if (tree)
		fts_close(tree);
}

static void print_path(FILE *out, const FTSENT *entry)
{
	fprintf(out, "%s\n", entry->fts_path);
}

/* The cgroups that steps make. */
static void print_cgroup(FILE *out, const FTSENT *entry)
{
	if (entry->fts_info == FTS_D && strncmp(entry->fts_name, "step-", 5) == 0)
		print_path(out, entry);
}

/* A symbolic link cannot be changed, only made anew. */
static void print_attributes(FILE *out, const FTSENT *entry)
{
	const struct stat *is = entry->fts_statp;

	fprintf(out, "%s %o %u %u %lld %lld.%09ld\n", entry->fts_path, is->st_mode, is->st_uid,
		is->st_gid, (long long)is->st_size, (long long)is->st_mtim.tv_sec,
		is->st_mtim.tv_nsec);
}

static void print_files(FILE *out)
{
	glob_t found;

	/* Compiled seccomp filters may stay: they are kept for the next container. */
	if (glob("/run/step*", 0, NULL, &found) == 0) {
		for (size_t n = 0; n < found.gl_pathc; n++)
			if (!strstr(found.gl_pathv[n], "/step-06-seccomp"))
				walk(out, found.gl_pathv[n], 0, print_path);
		globfree(&found);
	}
	walk(out, "/dev/shm", 0, print_path);
	walk(out, "/dev/mqueue", 0, print_path);
	walk(out, "rootfs/busybox", 0, print_attributes);
}

char *host_state(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs("== mounts\n", out);
	print_lines(out, "/proc/self/mountinfo", 2);
	fputs("== network\n", out);
	print_network(out);
	fputs("== names and sysctls\n", out);
	print_sysctls(out);
	fputs("== processes\n", out);
	print_processes(out);
	fputs("== cgroups\n", out);
	walk(out, "/sys/fs/cgroup", FTS_NOSTAT, print_cgroup);
	fputs("== files\n", out);
	print_files(out);
	return fclose(out) == 0 ? text : NULL;
}
