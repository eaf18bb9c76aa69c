/* Chapter 6, engine: archives that are made to reach outside of their layer, or to use it up. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "harness.h"
#include "layers.h"

#define TEXT .content = "hostile\n", .size = 8
#define EVIL "../outside"
#define BIG  (UINT64_C(1) << 40)

struct hostile {
	const char
		*message; /* a part of the one that is expected; NULL: it is unpacked, harmlessly */
	void (*make)(struct tar *tar);
};

#define CASE(name, ...)                                                                            \
	static void name(struct tar *tar)                                                          \
	{                                                                                          \
		__VA_ARGS__;                                                                       \
	}

/* Names. */
CASE(dots, tar_add(tar, .name = "../outside/file", TEXT))
CASE(dots_behind_a_name, tar_add(tar, .name = "a/../../outside/file", TEXT))
CASE(dots_at_the_end, tar_add(tar, .name = "a/..", .type = '5'))
CASE(absolute, tar_add(tar, .name = "/tmp/layer-hostile", TEXT))
CASE(dots_in_pax, tar_add_record(tar, 'x', "path", "../canary", 9); tar_add(tar, .name = "a", TEXT))
CASE(dots_in_gnu_name,
     tar_add(tar, .name = "././@LongLink", .type = 'L', .content = "../canary", .size = 10);
     tar_add(tar, .name = "a", TEXT))
CASE(dots_in_sparse_name, tar_add_record(tar, 'x', "GNU.sparse.name", "../canary", 9);
     tar_add(tar, .name = "a", TEXT))
CASE(no_name, tar_add(tar, .name = "", TEXT))
CASE(root_as_file, tar_add(tar, .name = "./", TEXT))
CASE(root_as_link, tar_add(tar, .name = ".", .type = '2', .link = EVIL))

static void too_long(struct tar *tar)
{
	char name[6000];

	memset(name, 'a', sizeof(name));
	for (size_t i = 100; i < sizeof(name); i += 100)
		name[i] = '/';
	tar_add_record(tar, 'x', "path", name, sizeof(name));
	tar_add(tar, .name = "a", TEXT);
}

static void too_long_component(struct tar *tar)
{
	char name[300];

	memset(name, 'a', sizeof(name));
	tar_add_record(tar, 'x', "path", name, sizeof(name));
	tar_add(tar, .name = "a", TEXT);
}

/* Symbolic links. */
CASE(below_a_link, tar_add(tar, .name = "l", .type = '2', .link = EVIL);
     tar_add(tar, .name = "l/file", TEXT))
CASE(below_an_absolute_link, tar_add(tar, .name = "l", .type = '2', .link = "/");
     tar_add(tar, .name = "l/tmp/layer-hostile", TEXT))
CASE(directory_below_a_link, tar_add(tar, .name = "l", .type = '2', .link = EVIL);
     tar_add(tar, .name = "l/a/b", .type = '5'))
CASE(below_a_link_in_the_layer, tar_add(tar, .name = "d", .type = '5');
     tar_add(tar, .name = "l", .type = '2', .link = "d"); tar_add(tar, .name = "l/file", TEXT))
CASE(below_a_proc_link, tar_add(tar, .name = "l", .type = '2', .link = "/proc/self/cwd");
     tar_add(tar, .name = "l/canary", TEXT))
CASE(a_file_over_a_link, tar_add(tar, .name = "l", .type = '2', .link = "../canary");
     tar_add(tar, .name = "l", TEXT))
CASE(a_directory_over_a_link, tar_add(tar, .name = "l", .type = '2', .link = EVIL);
     tar_add(tar, .name = "l", .type = '5', .mode = 0700); tar_add(tar, .name = "l/file", TEXT))
CASE(whiteout_below_a_link, tar_add(tar, .name = "l", .type = '2', .link = EVIL);
     tar_add(tar, .name = "l/.wh.file"))
CASE(opaque_below_a_link, tar_add(tar, .name = "l", .type = '2', .link = EVIL);
     tar_add(tar, .name = "l/.wh..wh..opq"))
CASE(link_to_nothing, tar_add(tar, .name = "l", .type = '2', .link = ""))

/* Hard links. */
CASE(hard_link_with_dots, tar_add(tar, .name = "h", .type = '1', .link = "../canary"))
CASE(hard_link_absolute, tar_add(tar, .name = "h", .type = '1', .link = "/etc/passwd"))
CASE(hard_link_below_a_link, tar_add(tar, .name = "l", .type = '2', .link = EVIL);
     tar_add(tar, .name = "h", .type = '1', .link = "l/file"))
CASE(hard_link_to_a_link, tar_add(tar, .name = "l", .type = '2', .link = "../canary");
     tar_add(tar, .name = "h", .type = '1', .link = "l"); tar_add(tar, .name = "h", TEXT))
CASE(hard_link_to_a_directory, tar_add(tar, .name = "d", .type = '5');
     tar_add(tar, .name = "h", .type = '1', .link = "d"))
CASE(hard_link_to_the_root, tar_add(tar, .name = "h", .type = '1', .link = "."))
CASE(hard_link_to_a_whiteout, tar_add(tar, .name = ".wh.a");
     tar_add(tar, .name = "h", .type = '1', .link = "a"))
CASE(hard_link_to_nothing, tar_add(tar, .name = "h", .type = '1', .link = "a"))
CASE(hard_link_of_pax, tar_add_record(tar, 'x', "linkpath", "../canary", 9);
     tar_add(tar, .name = "h", .type = '1', .link = "a"))
CASE(hard_link_with_content, tar_add(tar, .name = "a", TEXT);
     tar_add_record(tar, 'x', "size", "8", 1);
     tar_add(tar, .name = "h", .type = '1', .link = "a", TEXT))

/* Below what is no directory. */
CASE(below_a_file, tar_add(tar, .name = "a", TEXT); tar_add(tar, .name = "a/b", TEXT))
CASE(deep_below_a_file, tar_add(tar, .name = "a", TEXT); tar_add(tar, .name = "a/b/c", TEXT))
CASE(below_a_fifo, tar_add(tar, .name = "a", .type = '6'); tar_add(tar, .name = "a/b", TEXT))

/* Whiteouts. */
CASE(whiteout_of_nothing, tar_add(tar, .name = ".wh."))
CASE(whiteout_of_dot, tar_add(tar, .name = "a/.wh.."))
CASE(whiteout_of_dots, tar_add(tar, .name = ".wh..."))
CASE(below_a_whiteout, tar_add(tar, .name = ".wh.a/b", TEXT))
CASE(aufs, tar_add(tar, .name = ".wh..wh.plnk/1.2", TEXT);
     tar_add(tar, .name = ".wh..wh.aufs", TEXT))

/* Devices. */
CASE(device_0_0, tar_add(tar, .name = "a", .type = '3'))
CASE(block_device_0_0, tar_add(tar, .name = "a", .type = '4'))
CASE(device_cut_to_0_0, tar_add(tar, .name = "a", .type = '3', .major = 4096))
CASE(device_of_pax, tar_add_record(tar, 'x', "SCHILY.devmajor", "4294967296", 10);
     tar_add(tar, .name = "a", .type = '3'))

/* Sizes and numbers. */
CASE(large, tar_add(tar, .name = "a", .claimed = BIG))
CASE(largest, tar_add(tar, .name = "a", .claimed = INT64_MAX))
CASE(negative, tar_add(tar, .name = "a", .claimed = UINT64_MAX))
CASE(large_by_pax, tar_add_record(tar, 'x', "size", "99999999999999", 14);
     tar_add(tar, .name = "a", TEXT))
CASE(large_and_sparse, tar_add_record(tar, 'x', "GNU.sparse.realsize", "9999999999999", 13);
     tar_add(tar, .name = "a", TEXT))
CASE(owner, tar_add(tar, .name = "a", .uid = UINT32_MAX))
CASE(group, tar_add(tar, .name = "a", .gid = UINT64_C(1) << 40))
CASE(owner_of_pax, tar_add_record(tar, 'x', "uid", "-1", 2); tar_add(tar, .name = "a"))
CASE(sparse_behind_the_end, tar_add_record(tar, 'x', "GNU.sparse.map", "1048576,8", 9);
     tar_add(tar, .name = "a", TEXT))

static void headers(struct tar *tar)
{
	static const char value[1 << 20] = { 1 };

	for (int i = 0; i < 4; i++)
		tar_add_record(tar, 'x', "comment", value, sizeof(value) - 100);
	tar_add(tar, .name = "a", TEXT);
}

/* libarchive keeps a map in memory, twenty bytes for each byte of it. */
static void map(struct tar *tar)
{
	struct tar map = { 0 }, records = { 0 };

	tar_add_bytes(&map, "2000000\n", 8);
	tar_add_bytes(&map, NULL, 8 << 20);
	for (size_t i = 8; i < map.size; i += 2)
		memcpy(map.bytes + i, "0\n", 2);
	tar_put_record(&records, "GNU.sparse.major", "1", 1);
	tar_put_record(&records, "GNU.sparse.minor", "0", 1);
	tar_add_records(tar, 'x', &records);
	tar_add(tar, .name = "a", .content = map.bytes, .size = map.size);
	free(map.bytes);
}

/* libarchive's time for a list grows with the square of its length. */
static void access_control_list(struct tar *tar)
{
	struct tar list = { 0 };
	char text[32];

	for (int i = 0; i < 2000; i++)
		tar_add_bytes(&list, text, (size_t)snprintf(text, sizeof(text), "user:%d:r,", i));
	tar_add_record(tar, 'x', "SCHILY.acl.access", list.bytes, list.size - 1);
	tar_add(tar, .name = "a", TEXT);
	free(list.bytes);
}

/* Damage. */
CASE(a_broken_record, tar_add(tar, .name = "r", .type = 'x', .content = "99 path=a\n", .size = 10);
     tar_add(tar, .name = "a", TEXT))
CASE(a_record_without_length,
     tar_add(tar, .name = "r", .type = 'x', .content = "path=a\n", .size = 7);
     tar_add(tar, .name = "a", TEXT))
CASE(a_long_name_alone,
     tar_add(tar, .name = "././@LongLink", .type = 'L', .content = "a", .size = 2))
CASE(garbage_behind_an_entry, tar_add(tar, .name = "a", TEXT);
     tar_add_bytes(tar, "garbage, 512 bytes of it", 24); tar_add_bytes(tar, NULL, 488))

static const struct hostile cases[] = {
	{ "\"..\" in its name", dots },
	{ "\"..\" in its name", dots_behind_a_name },
	{ "\"..\" in its name", dots_at_the_end },
	{ "entry /tmp/layer-hostile has an absolute name", absolute },
	{ "entry ../canary has \"..\"", dots_in_pax },
	{ "entry ../canary has \"..\"", dots_in_gnu_name },
	{ "entry ../canary has \"..\"", dots_in_sparse_name },
	{ "entry without a name", no_name },
	{ "damaged", root_as_file }, /* a name with "/" is a directory, without content */
	{ "root is no directory", root_as_link },
	{ "more than 4095 bytes", too_long },
	{ "ENAMETOOLONG", too_long_component },
	{ "entry below l, which is a symbolic link", below_a_link },
	{ "entry below l, which is a symbolic link", below_an_absolute_link },
	{ "entry below l, which is a symbolic link", directory_below_a_link },
	{ "entry below l, which is a symbolic link", below_a_link_in_the_layer },
	{ "entry below l, which is a symbolic link", below_a_proc_link },
	{ NULL, a_file_over_a_link },
	{ NULL, a_directory_over_a_link },
	{ "entry below l, which is a symbolic link", whiteout_below_a_link },
	{ "entry below l, which is a symbolic link", opaque_below_a_link },
	{ "symbolic link to nothing", link_to_nothing },
	{ "entry ../canary has \"..\"", hard_link_with_dots },
	{ "/etc/passwd has an absolute name", hard_link_absolute },
	{ "hard link to l/file, which is not in the layer: ENOTDIR", hard_link_below_a_link },
	{ NULL, hard_link_to_a_link },
	{ "hard link to d, which is no file", hard_link_to_a_directory },
	{ "which is no", hard_link_to_the_root },
	{ "hard link to a, which is no file", hard_link_to_a_whiteout },
	{ "hard link to a, which is not in the layer: ENOENT", hard_link_to_nothing },
	{ "entry ../canary has \"..\"", hard_link_of_pax },
	{ "entry h is a hard link with content", hard_link_with_content },
	{ "entry below a, which is no directory", below_a_file },
	{ "entry below a, which is no directory", deep_below_a_file },
	{ "entry below a, which is no directory", below_a_fifo },
	{ "is a whiteout of what no file can be", whiteout_of_nothing },
	{ "is a whiteout of what no file can be", whiteout_of_dot },
	{ "is a whiteout of what no file can be", whiteout_of_dots },
	{ "is a whiteout of what no file can be", below_a_whiteout },
	{ NULL, aufs },
	{ "entry a is the device 0:0", device_0_0 },
	{ "entry a is the device 0:0", block_device_0_0 },
	{ "entry a is the device 4096:0", device_cut_to_0_0 },
	{ "entry a is the device 4294967296:0", device_of_pax },
	{ "more than 4294967296 bytes with a", large },
	{ "damaged", largest },
	{ "damaged", negative },
	{ "more than 4294967296 bytes with a", large_by_pax },
	{ "more than 4294967296 bytes with a", large_and_sparse },
	{ "an owner that no file can have", owner },
	{ "an owner that no file can have", group },
	{ "an owner that no file can have", owner_of_pax },
	{ "content behind its end", sparse_behind_the_end },
	{ "of headers", headers },
	{ "of headers", map },
	{ "in its access control list", access_control_list },
	{ "damaged", a_broken_record },
	{ "damaged", a_record_without_length },
	{ "damaged", a_long_name_alone },
	{ "damaged behind entry 1", garbage_behind_an_entry },
};

static void no_entry_reaches_outside(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tar tar = { 0 };
		int result;

		forget_failure();
		cases[i].make(&tar);
		result = layers_unpack_tar(&tar, &layers_use);
		if (cases[i].message && result == 0)
			fail_msg("unpacked, where \"%s\" was expected", cases[i].message);
		assert_contains(fail_get()->text, cases[i].message ? cases[i].message : "");
		if (!cases[i].message)
			assert_string_equal(fail_get()->text, "");
		assert_null(strchr(fail_get()->text, '\n'));
		assert_int_equal(access("/tmp/layer-hostile", F_OK), -1);
	}
}

/* Attributes of overlayfs redirect directories, and tell which files are removed. */
static void attributes_of_overlayfs_are_left_out(void **state)
{
	static const char *const names[] = {
		"SCHILY.xattr.trusted.overlay.redirect",
		"SCHILY.xattr.trusted.overlay.opaque",
		"SCHILY.xattr.user.overlay.redirect",
		"SCHILY.xattr.user.overlay.metacopy",
		"LIBARCHIVE.xattr.trusted.overlay.opaque",
		"LIBARCHIVE.xattr.%74rusted.overlay.opaque",
		"RHT.security.selinux",
	};
	char list[256];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct tar tar = { 0 };

		tar_add_record(&tar, 'x', names[i], "eQ==", 4);
		tar_add(&tar, .name = "d", .type = '5');
		tar_add_record(&tar, 'x', names[i], "eQ==", 4);
		tar_add(&tar, .name = "f", TEXT);
		assert_int_equal(layers_unpack_tar(&tar, &layers_use), 0);
		assert_int_equal(listxattr("layer/d", list, sizeof(list)), 0);
		assert_int_equal(listxattr("layer/f", list, sizeof(list)), 0);
	}
}

/* A file that has another name keeps its content when the other name gets a new file. */
static void a_file_is_not_written_through_a_hard_link(void **state)
{
	struct tar tar = { 0 };

	(void)state;
	tar_add(&tar, .name = "a", .content = "first", .size = 5);
	tar_add(&tar, .name = "b", .type = '1', .link = "a");
	tar_add(&tar, .name = "b", .content = "second", .size = 6, .mode = 04755, .uid = 7);
	assert_int_equal(layers_unpack_tar(&tar, &layers_use), 0);
	assert_string_equal(
		run_shell("cd layer; cat a; stat -c ' %a %u' a; cat b; stat -c ' %a %u' b")->out,
		"first 644 0\nsecond 4755 7\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		layer_test(no_entry_reaches_outside),
		layer_test(attributes_of_overlayfs_are_left_out),
		layer_test(a_file_is_not_written_through_a_hard_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
