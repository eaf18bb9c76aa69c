/*
 * Shared by the tests of the lab "layers": archives go into the program, and the files that appear
 * are looked at from outside.
 */
#ifndef TESTS_TEST_06_LAB_H
#define TESTS_TEST_06_LAB_H

#include <stdarg.h>
#include <sys/xattr.h>

#include "tar.h"
#include "test_06_engine.h"

#define TEXT .content = "text\n", .size = 5

/*
 * The test's directory. A new one has outside/, which no layer may reach; store/ is the store of
 * the images; layer/ leads to the layer that was unpacked last.
 */
static char top[32];

enum { TEXTS = 2000 };
static char texts[TEXTS][160];
static size_t text_count;

/* Returns a text, which is valid until the test ends. */
__attribute__((format(printf, 1, 2))) static inline const char *text(const char *format, ...)
{
	va_list arguments;
	char *made = texts[text_count++];

	assert_true(text_count <= TEXTS);
	va_start(arguments, format);
	vsnprintf(made, sizeof(texts[0]), format, arguments);
	va_end(arguments);
	return made;
}

/* As random_name(), valid until the test ends. */
static inline const char *new_name(void)
{
	return text("%s", random_name());
}

/* Prints what outside/ shows, but for times and extended attributes. */
static inline const struct result *look_outside(void)
{
	return script("cd $1; ls; cat outside/file\n"
		      "find outside -printf '%p %y %m %U:%G %n %s\n' | sort",
		      top, NULL);
}

/* The state of outside/ at the test's begin. */
static char before[sizeof(((struct result *)0)->out)];

static inline void begin(void)
{
	snprintf(top, sizeof(top), "/run/lab.%s", random_name());
	setenv("STEP_STORE", text("%s/store", top), 1);
	assert_success(script("mkdir -p $1/outside/directory; echo $2 >$1/outside/file\n"
			      "find $1/outside -exec touch -d 2000-01-01 {} +; touch $1/archive\n"
			      "ln -s store/layers $1/layer\n"
			      /* A new store gets an image of busybox, which no test needs. */
			      "./step-06 images >$1/out 2>&1 || true",
			      top, random_name(), NULL));
	strcpy(before, look_outside()->out);
}

static inline void end(void)
{
	assert_success(run("rm", "-rf", "--one-file-system", top));
	text_count = 0;
}

static inline void assert_outside_is_untouched(void)
{
	assert_string_equal(look_outside()->out, before);
	assert_int_equal(listxattr(text("%s/outside/file", top), NULL, 0), 0);
}

/* Writes the archive to the file `name` of the test's directory, and frees it. */
static inline void write_archive(struct tar *tar, const char *name)
{
	FILE *file = fopen(text("%s/%s", top, name), "we");

	assert_non_null(file);
	tar_add_end(tar);
	assert_int_equal(fwrite(tar->bytes, 1, tar->size, file), tar->size);
	assert_int_equal(fclose(file), 0);
	free(tar->bytes);
	*tar = (struct tar){ 0 };
}

static inline const struct result *import(struct tar *tar, const char *image)
{
	write_archive(tar, "archive");
	return run("./step-06", "import", text("%s/archive", top), image);
}

/* Fails unless the archive is refused with one line, which has `part` in it. */
static inline void refuse(struct tar *tar, const char *part)
{
	assert_refused(import(tar, random_name()), STATUS_FAILED, part);
	assert_outside_is_untouched();
}

/* layer/ becomes the topmost layer of the newest image, as the store says. */
static inline void find_layer(void)
{
	assert_success(
		script("cd $1/store; blob() { echo blobs/sha256/${1#sha256:}; }\n"
		       "manifest=$(jq -r '.manifests[-1].digest' index.json)\n"
		       "config=$(jq -r .config.digest $(blob $manifest))\n"
		       "layer=$(jq -r '.rootfs.diff_ids[-1]' $(blob $config))\n"
		       "ln -sfn store/layers/${layer#sha256:} $1/layer; ls $1/layer/ >/dev/null",
		       top, NULL));
}

/* Fails unless the archive is unpacked without a message. */
static inline void accept(struct tar *tar)
{
	const struct result *result = import(tar, random_name());

	assert_success(result);
	assert_string_equal(result->err, "");
	find_layer();
	assert_outside_is_untouched();
}

/* Fails unless the script prints this in the layer. */
#define assert_layer(wanted, text, ...)                                                            \
	assert_prints(script("cd $1/layer/; shift\n" text, top, __VA_ARGS__, NULL), wanted)

/* Makes the container $2, which never runs, of the image $3. */
#define BOX                                                                                        \
	"id=$(./step-06 create --name $2 $3 /none); upper=$1/store/containers/$id/upper\n"         \
	"commit() { got=0; ./step-06 commit $2 one >$1/out 2>$1/err || got=$?; echo $got; }\n"

#endif
