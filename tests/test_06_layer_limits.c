/* Chapter 6, engine: layers that are too large, and streams that are no layer. */
#include <stdlib.h>
#include <string.h>

#include "layers.h"
#include "test_03.h"

#define TEXT .content = "text\n", .size = 5

static void the_number_of_entries_is_limited(void **state)
{
	struct layer_use use = layers_use;
	struct tar tar = { 0 };
	char name[32];

	(void)state;
	use.limits.entries = 10;
	for (int i = 0; i < 11; i++) {
		snprintf(name, sizeof(name), "file%d", i);
		tar_add(&tar, .name = name);
	}
	assert_int_equal(layers_unpack_tar(&tar, &use), -1);
	assert_contains(fail_get()->text, "more entries than");
	forget_failure();
	/* Missing directories are made, and count. */
	tar_add(&tar, .name = "1/2/3/4/5/6/7/8/9/10/11", TEXT);
	assert_int_equal(layers_unpack_tar(&tar, &use), -1);
	assert_contains(fail_get()->text, "more entries than");
	forget_failure();
	tar_add(&tar, .name = "1/2/3/4/5/6/7/8/9/10", TEXT);
	assert_int_equal(layers_unpack_tar(&tar, &use), 0);
}

/* A megabyte that becomes 256: as content, as padding behind the end. */
static void bombs_are_stopped(void **state)
{
	struct layer_use use = layers_use;
	struct tar tar = { 0 }, bomb;

	(void)state;
	use.limits = (struct layer_limits){ .bytes = 1 << 20, .entries = 10, .window = 1 << 20 };
	tar_add(&tar, .name = "a", .claimed = 1 << 28);
	tar_add_bytes(&tar, NULL, 1 << 28);
	bomb = layers_filter(tar.bytes, tar.size, "gzip -1");
	assert_true(bomb.size < 2 << 20);
	assert_int_equal(layers_unpack(bomb.bytes, bomb.size, &use, NULL), -1);
	assert_contains(fail_get()->text, "more than 1048576 bytes with a");
	forget_failure();
	free(bomb.bytes);
	bomb = layers_filter(tar.bytes + 512, tar.size - 512, "zstd -q --no-check -1");
	assert_int_equal(layers_unpack(bomb.bytes, bomb.size, &use, NULL), -1);
	assert_contains(fail_get()->text, "more than its limits allow");
	free(bomb.bytes);
	free(tar.bytes);
}

/* A decoder that may use as much memory as the stream says could use up the machine's. */
static void the_memory_of_a_decoder_is_limited(void **state)
{
	static const char *const programs[] = { "zstd -q --ultra -22 --long=27 --no-content-size",
						"xz -9" };
	struct layer_use use = layers_use;
	struct tar tar = { 0 };

	(void)state;
	tar_add(&tar, .name = "a", TEXT);
	tar_add_bytes(&tar, NULL, 100 << 20);
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		struct tar packed = layers_filter(tar.bytes, tar.size, programs[i]);

		use.limits.window = 1 << 20;
		assert_int_equal(layers_unpack(packed.bytes, packed.size, &use, NULL), -1);
		assert_contains(fail_get()->text, "need more than 1048576 bytes of memory");
		forget_failure();
		use.limits.window = 256 << 20;
		assert_int_equal(layers_unpack(packed.bytes, packed.size, &use, NULL), 0);
		free(packed.bytes);
	}
	free(tar.bytes);
}

static void what_is_no_archive_is_told_apart(void **state)
{
	static const char *const others[] = {
		"a text\n",
		"<!DOCTYPE html><html><head><title>404</title></head></html>\n",
		"PK\003\004 a zip file, which libarchive could read, but no layer is one",
		"#!/bin/sh\necho a script\n",
		"070707 cpio",
	};
	char text[2048];
	struct layer layer;

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		memset(text, 'x', sizeof(text));
		memcpy(text, others[i], strlen(others[i]));
		assert_int_equal(layers_unpack(others[i], strlen(others[i]), &layers_use, NULL),
				 -1);
		assert_contains(fail_get()->text, "is no tar archive");
		forget_failure();
		assert_int_equal(layers_unpack(text, sizeof(text), &layers_use, NULL), -1);
		assert_contains(fail_get()->text, "is no tar archive");
		forget_failure();
	}
	assert_int_equal(layers_unpack("", 0, &layers_use, NULL), -1);
	assert_contains(fail_get()->text, "the layer is empty");
	forget_failure();
	memset(text, 0, sizeof(text));
	assert_int_equal(layers_unpack(text, 1024, &layers_use, &layer), 0);
	assert_string_equal(layer.diff_id.text, digest_of(text, 1024).text);
	assert_int_equal(layer.size, 1024);
	assert_int_equal(layers_unpack(text, 512, &layers_use, NULL), 0);
}

/* The same names again and again, in directories that change each time. */
static void names_may_come_again_and_again(void **state)
{
	enum { COUNT = 20000 };
	struct tar tar = { 0 };
	char name[32];

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "d%d/file", i % 100);
		tar_add(&tar, .name = name);
	}
	assert_int_equal(layers_unpack_tar(&tar, &layers_use), 0);
	assert_string_equal(run_shell("find layer | wc -l")->out, "201\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		layer_test(the_number_of_entries_is_limited),
		layer_test(bombs_are_stopped),
		layer_test(the_memory_of_a_decoder_is_limited),
		layer_test(what_is_no_archive_is_told_apart),
		layer_test(names_may_come_again_and_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
