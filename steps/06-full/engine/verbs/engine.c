#include "engine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "fail.h"
#include "file.h"
#include "image.h"
#include "load.h"
#include "make.h"
#include "narrate.h"
#include "nearest.h"
#include "program.h"
#include "publish.h"
#include "reference.h"
#include "sweep.h"
#include "userns.h"

#define BUSYBOX "busybox:latest"

/* ---- busybox ---- */

/*
 * Packs the root file system, and unpacks it as a layer: as if the image came from elsewhere. What
 * belongs to the user who has built the workbook belongs to root in the image.
 */
static int make_busybox(const struct work *work, int directory)
{
	static char command[] = "CMD [\"sh\"]", *changes[] = { command, NULL };
	const struct make make = { .changes = changes, .comment = "rootfs/busybox" };
	struct id_map uid = { .size = 1 }, gid = { .size = 1 };
	const struct userns builder = {
		.uids = &uid, .uid_count = 1, .gids = &gid, .gid_count = 1
	};
	autofd int blob = work_new_blob(work);
	struct stat status;
	struct layer layer;
	struct image image;

	if (blob < 0)
		return -1;
	if (fstat(directory, &status) < 0)
		return fail("fstat rootfs/busybox");
	uid.outside = status.st_uid;
	gid.outside = status.st_gid;
	if (layer_pack_of(&builder, directory, LAYER_TREE, false, LAYER_GZIP, blob, &layer) < 0)
		return -1;
	if (work_keep_blob(work, &layer.digest) < 0)
		return -1;
	if (lseek(blob, 0, SEEK_SET) < 0)
		return fail("lseek");
	if (make_import(work, blob, &layer_limits_default, &make, &image) < 0)
		return -1;
	return publish_first(work, &image.manifest, BUSYBOX);
}

int engine_add_busybox(const struct store *store)
{
	autowork struct work work = WORK_NONE;
	autofd int directory = -1;
	char path[PATH_MAX];

	if (file_beside_program("rootfs/busybox", path, sizeof(path)) < 0)
		return -1;
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return fail("open %s", path);
	narrate("make the image busybox of %s", path);
	if (work_begin(store, NULL, &work) < 0)
		return -1;
	return make_busybox(&work, directory);
}

/* ---- The store ---- */

int engine_open(const char *path, struct store *store)
{
	if (store_open(path, store) < 0)
		return -1;
	if (sweep_leftovers(store) < 0)
		return -1;
	if (!store->is_new || engine_add_busybox(store) == 0)
		return 0;
	fail_warn("no image busybox: %s", fail_get()->text);
	fail_forget();
	return 0;
}

/* ---- Registries ---- */

/* Returns the message in a line of skopeo's log, 'time=... level=fatal msg="MESSAGE"'. */
static char *log_message(char *line)
{
	char *message = strstr(line, "msg=\""), *end;

	if (!message)
		return line;
	message += strlen("msg=\"");
	end = strrchr(message, '"');
	if (end)
		*end = '\0';
	return message;
}

int engine_skopeo(const char *what, const char *source, const char *target, bool insecure)
{
	const char *words[] = { "skopeo",
				"copy",
				"--quiet",
				source,
				target,
				insecure ? "--src-tls-verify=false" : NULL,
				"--dest-tls-verify=false",
				NULL };
	char problem[400];
	autofree char *printed = NULL;

	narrate("skopeo copy %s %s", source, target);
	printed = program_run(words, "", problem, sizeof(problem));
	if (printed)
		return 0;
	if (strstr(problem, "ENOENT"))
		return fail_input(
			"%s: skopeo(1) is missing, which speaks to registries: install the "
			"package skopeo",
			what);
	return fail_input("%s: skopeo: %s", what, log_message(problem));
}

/*
 * skopeo writes an image layout below work/, and never to the store. What skopeo has written is
 * loaded like an archive from anywhere.
 */
static int run_skopeo(const struct work *work, const char *name, bool insecure)
{
	autofree char *what = NULL, *source = NULL, *target = NULL;

	if (asprintf(&what, "pull %s", name) < 0 || asprintf(&source, "docker://%s", name) < 0 ||
	    asprintf(&target, "oci:%s/work/%s/pulled:image", work->store->path, work->name) < 0)
		return fail("asprintf");
	return engine_skopeo(what, source, target, insecure);
}

static int pull(const struct store *store, const char *name, const struct engine_fetch *fetch)
{
	const struct layer_use use = store_layer_use(store, &layer_limits_default);
	autowork struct work work = WORK_NONE;
	autofd int layout = -1;
	struct parcel parcel;

	if (work_begin(store, NULL, &work) < 0)
		return -1;
	if (run_skopeo(&work, name, fetch->insecure) < 0)
		return -1;
	layout = openat(work.directory, "pulled", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (layout < 0)
		return fail("open what skopeo has pulled");
	parcel_take(&work, layout, &parcel);
	/* An image that is named by its digest gets no name. */
	return load_images(&parcel, &use, strchr(name, '@') ? "" : name, fetch->quiet);
}

/* Returns the directory of the command in the workbook's root file system, or NULL. */
static const char *find_command(const char *name)
{
	static const char *const directories[] = { "/bin", "/usr/bin", "/sbin", "/usr/sbin" };

	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		autofree char *beside = NULL;
		char path[PATH_MAX];

		if (asprintf(&beside, "rootfs/busybox%s/%s", directories[i], name) >= 0 &&
		    file_beside_program(beside, path, sizeof(path)) == 0 &&
		    faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			return directories[i];
	}
	return NULL;
}

/* An image that is neither here nor to be had: the name may be misspelt, or a command. */
static int explain_missing(const struct store *store, const char *name)
{
	const struct failure failure = *fail_get();
	const char *directory = find_command(name);
	autoindex struct index index = { 0 };
	size_t number;

	fail_forget();
	if (index_read(store, &index) < 0)
		return -1;
	image_find(&index, name, false, &number); /* the message names the nearest image */
	if (strstr(fail_get()->text, "do you mean"))
		return -1;
	fail_forget();
	if (!directory)
		return fail_set(&failure);
	return fail_input("%s: no such image; the command of this name in the workbook's root file "
			  "system is %s/%s",
			  name, directory, name);
}

int engine_fetch(const struct store *store, const char *name, const struct engine_fetch *fetch)
{
	autoindex struct index index = { 0 };
	autofree char *usual = NULL;
	size_t number;
	int found = 0;

	if (!fetch->always) {
		if (index_read(store, &index) < 0)
			return -1;
		found = image_find(&index, name, true, &number);
		if (found != 0)
			return found < 0 ? -1 : 0;
	}
	usual = strchr(name, '@') ? strdup(name) : reference_read(name);
	if (!usual)
		return -1;
	if (!fetch->always && strcmp(usual, BUSYBOX) == 0)
		return engine_add_busybox(store);
	if (pull(store, usual, fetch) == 0)
		return 0;
	return fetch->always ? -1 : explain_missing(store, name);
}

/* ---- Verbs of two words ---- */

int engine_run_subverb(const struct runtime *runtime, const struct verb *verb,
		       const struct engine_subverb *list, char **words)
{
	struct nearest nearest;

	if (!words[1] || strcmp(words[1], "--help") == 0) {
		printf("Usage: step-06 %s VERB ...\n\n", verb->name);
		for (; list->name; list++)
			printf("  %-10s %s\n", list->name, list->verb->about);
		return fflush(stdout) < 0 ? fail("write the help") : 0;
	}
	nearest_begin(&nearest, words[1]);
	for (; list->name; list++) {
		if (strcmp(list->name, words[1]) == 0)
			return list->verb->run(runtime, list->verb, words + 1);
		nearest_offer(&nearest, list->name);
	}
	if (nearest.name)
		return fail_input("%s %s: unknown verb; do you mean %s?", verb->name, words[1],
				  nearest.name);
	return fail_input("%s %s: unknown verb; step-06 %s --help lists them", verb->name, words[1],
			  verb->name);
}
