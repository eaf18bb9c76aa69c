#include "layers.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "harness.h"

const struct layer_use layers_use = {
	.limits = { .bytes = UINT64_C(4) << 30, .entries = 100000, .window = 64 << 20 },
};

static char top[64], home[4096], warnings[4096];

static void warn(const char *message)
{
	size_t used = strlen(warnings);

	snprintf(warnings + used, sizeof(warnings) - used, "%s\n", message);
}

const char *layers_warnings(void)
{
	return warnings;
}

int layers_begin(void **state)
{
	(void)state;
	warnings[0] = '\0';
	fail_warn_to(warn);
	snprintf(top, sizeof(top), "/tmp/%s", random_name());
	if (!getcwd(home, sizeof(home)) || mkdir(top, 0755) < 0 || chdir(top) < 0)
		return -1;
	return run_shell("mkdir layer outside; echo secret >outside/file; echo bird >canary; "
			 "touch -d 2000-01-01 outside/file outside canary")
		->status;
}

int layers_end(void **state)
{
	int status;

	(void)state;
	forget_failure();
	status = run_shell("rm -rf layer blob blob2 work tree\n"
			   "[ \"$(echo *)\" = 'canary outside' ] && [ \"$(ls -A outside)\" = file "
			   "] && "
			   "[ \"$(cat canary outside/file)\" = \"$(printf 'bird\\nsecret')\" ] && "
			   "[ \"$(stat -c '%a %u %h %Y' canary outside/file outside)\" = "
			   "\"$(t=$(date -d 2000-01-01 +%s); printf '%s\\n' \"644 0 1 $t\" "
			   "\"644 0 1 $t\" \"755 0 2 $t\")\" ]")
			 ->status;
	return chdir(home) < 0 || run("rm", "-rf", top)->status != 0 || status != 0;
}

static int make_memory(const void *bytes, size_t size)
{
	int fd = memfd_create("archive", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

int layers_unpack(const void *bytes, size_t size, const struct layer_use *use, struct layer *layer)
{
	struct layer unused;
	autofd int input = make_memory(bytes, size);
	autofd int directory = -1;

	if (rmdir("layer") < 0)
		assert_int_equal(run("rm", "-rf", "layer")->status, 0);
	assert_int_equal(mkdir("layer", 0755), 0);
	directory = open("layer", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(directory >= 0);
	return layer_unpack(input, -1, directory, use, layer ? layer : &unused);
}

int layers_unpack_tar(struct tar *tar, const struct layer_use *use)
{
	int result;

	tar_add_end(tar);
	result = layers_unpack(tar->bytes, tar->size, use, NULL);
	free(tar->bytes);
	*tar = (struct tar){ 0 };
	return result;
}

struct tar layers_filter(const void *bytes, size_t size, const char *program)
{
	autofd int input = make_memory(bytes, size);
	struct tar filtered = { 0 };
	char command[256], block[65536];
	ssize_t got;
	FILE *output;

	snprintf(command, sizeof(command), "{ %s; } </proc/%d/fd/%d", program, getpid(), input);
	output = popen(command, "re");
	assert_non_null(output);
	while ((got = (ssize_t)fread(block, 1, sizeof(block), output)) > 0)
		tar_add_bytes(&filtered, block, (size_t)got);
	assert_int_equal(pclose(output), 0);
	return filtered;
}
