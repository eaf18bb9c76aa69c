/* Chapter 6, engine: layers that end too early, or in which a byte is wrong. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "layers.h"
#include "test_03.h"

static const char *const programs[] = { "cat", "gzip -c", "zstd -qc", "xz -c --check=crc32",
					"split -b 40000 --filter='zstd -qc'" };

/* An archive with every kind of entry, smaller than a block and larger than one. */
static struct tar make_archive(void)
{
	struct tar noise = layers_filter("", 0, "head -c 300000 /dev/urandom | base64");
	struct tar tar = { 0 }, records = { 0 };

	tar_add(&tar, .name = "./", .type = '5');
	tar_add(&tar, .name = "etc/", .type = '5');
	tar_add_record(&tar, 'x', "mtime", "12345.678901234", 15);
	tar_add(&tar, .name = "etc/noise", .content = noise.bytes, .size = noise.size);
	tar_add_record(&tar, 'x', "path", "a-longer-name", 13);
	tar_add(&tar, .name = "x", .content = noise.bytes, .size = 5000);
	tar_add(&tar, .name = "l", .type = '2', .link = "etc/noise");
	tar_add(&tar, .name = "h", .type = '1', .link = "etc/noise");
	tar_add(&tar, .name = "fifo", .type = '6');
	tar_add(&tar, .name = "etc/.wh.gone");
	tar_add(&tar, .name = "etc/.wh..wh..opq");
	tar_put_record(&records, "GNU.sparse.size", "100100", 6);
	tar_put_record(&records, "GNU.sparse.map", "0,100,100000,100", 16);
	tar_add_records(&tar, 'x', &records);
	tar_add(&tar, .name = "sparse", .content = noise.bytes, .size = 200);
	tar_add_end(&tar);
	free(noise.bytes);
	return tar;
}

/* Unpacks, which must end within a minute, with one message or with none. Returns true if it was.
 */
static bool is_unpacked(const unsigned char *bytes, size_t size)
{
	int result;

	forget_failure();
	alarm(60);
	result = layers_unpack(bytes, size, &layers_use, NULL);
	alarm(0);
	assert_true(result == 0 || result == -1);
	assert_int_equal(result == 0, fail_get()->text[0] == '\0');
	assert_null(strchr(fail_get()->text, '\n'));
	return result == 0;
}

/* True if nothing follows but the end marks, so that the archive is whole. */
static bool is_all_zeros(const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (bytes[i])
			return false;
	}
	return true;
}

static void what_ends_too_early_is_told(void **state)
{
	struct tar tar = make_archive();

	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		struct tar packed = layers_filter(tar.bytes, tar.size, programs[i]);
		size_t step = packed.size / 40;

		if (!is_unpacked(packed.bytes, packed.size))
			fail_msg("%s: %s", programs[i], fail_get()->text);
		for (size_t size = 1; size < packed.size; size += size < 40 ? 1 : step) {
			bool whole =
				i == 0 && is_all_zeros(packed.bytes + size, packed.size - size);

			if (is_unpacked(packed.bytes, size) && !whole && i != 4)
				fail_msg("%s: unpacked after %zu bytes", programs[i], size);
		}
		for (size_t less = 1; i > 0 && less < 30; less++) {
			if (is_unpacked(packed.bytes, packed.size - less))
				fail_msg("%s: unpacked without %zu bytes", programs[i], less);
		}
		free(packed.bytes);
	}
	free(tar.bytes);
}

/* Compressed data have checksums, a plain archive has some in its headers only. */
static void a_wrong_byte_is_told(void **state)
{
	struct tar tar = make_archive();

	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		struct tar packed = layers_filter(tar.bytes, tar.size, programs[i]);
		size_t step = packed.size / 60;

		for (size_t at = 0; at < packed.size; at += at < 40 ? 1 : step) {
			packed.bytes[at] ^= (unsigned char)(1 << at % 8);
			is_unpacked(packed.bytes, packed.size);
			packed.bytes[at] ^= (unsigned char)(1 << at % 8);
		}
		free(packed.bytes);
	}
	/* Every byte of the headers, with a checksum that is right. */
	for (size_t at = 0; at < tar.size; at++) {
		unsigned char *header = tar.bytes + at / 512 * 512;
		unsigned int sum = 0;

		if (memcmp(header + 257, "ustar", 5) != 0 || at % 3 != 0)
			continue;
		tar.bytes[at] ^= (unsigned char)(1 << at % 7);
		memset(header + 148, ' ', 8);
		for (size_t i = 0; i < 512; i++)
			sum += header[i];
		snprintf((char *)header + 148, 7, "%06o", sum);
		is_unpacked(tar.bytes, tar.size);
		tar.bytes[at] ^= (unsigned char)(1 << at % 7);
	}
	free(tar.bytes);
}

/* Zeros pad a tape; anything else was put there by somebody, or is of another stream. */
static void garbage_behind_the_stream_is_told(void **state)
{
	static const char *const garbage[] = { "(gzip -c; echo x)", "(zstd -qc; echo x)",
					       "(xz -c; echo x)" };
	struct tar tar = make_archive();

	(void)state;
	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		struct tar packed = layers_filter(tar.bytes, tar.size, garbage[i]);

		assert_false(is_unpacked(packed.bytes, packed.size));
		assert_contains(fail_get()->text, "data ");
		free(packed.bytes);
	}
	free(tar.bytes);
}

/* A failed write, of a file or of the blob, stops all threads. */
static void a_full_disk_is_told(void **state)
{
	struct tar noise = layers_filter("", 0, "head -c 3000000 /dev/urandom"), tar = { 0 };
	struct layer layer;

	(void)state;
	tar_add(&tar, .name = "noise", .content = noise.bytes, .size = noise.size);
	tar_add_end(&tar);
	assert_success(run_shell("mkdir work; mount -t tmpfs -o size=1M full work; mkdir work/d"));
	{
		autofd int directory = open("work/d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		autofd int blob = open("blob", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		autofd int input = open("blob2", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

		assert_int_equal(write(input, tar.bytes, tar.size), tar.size);
		assert_int_equal(lseek(input, 0, SEEK_SET), 0);
		assert_int_equal(layer_unpack(input, blob, directory, &layers_use, &layer), -1);
		assert_contains(fail_get()->text, "write noise: ENOSPC");
		forget_failure();
	}
	{
		/* The blob is what does not fit. */
		autofd int directory = open("layer", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		autofd int blob = open("work/blob", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		autofd int input = open("blob2", O_RDONLY | O_CLOEXEC);
		autofd int nothing = open("layer", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		assert_int_equal(layer_unpack(input, blob, directory, &layers_use, &layer), -1);
		assert_contains(fail_get()->text, "write the layer's blob: ENOSPC");
		forget_failure();
		/* What cannot be read. */
		assert_int_equal(layer_unpack(nothing, -1, directory, &layers_use, &layer), -1);
		assert_contains(fail_get()->text, "read the layer: EISDIR");
	}
	assert_success(run_shell("umount work"));
	free(noise.bytes);
	free(tar.bytes);
}

/* The sender is silent while the caller has found the archive to be hostile: nothing waits for it.
 */
static void a_silent_sender_does_not_hold_up_a_failure(void **state)
{
	struct tar tar = { 0 };
	struct layer layer;
	autofd int directory = open("layer", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, 1 << 20) >= 1 << 20);
	tar_add(&tar, .name = "../canary", .content = "x", .size = 1);
	tar_add_bytes(&tar, NULL, 300000);
	assert_int_equal(write(ends[1], tar.bytes, tar.size), tar.size);
	alarm(60);
	assert_int_equal(layer_unpack(ends[0], -1, directory, &layers_use, &layer), -1);
	alarm(0);
	assert_contains(fail_get()->text, "\"..\"");
	close(ends[0]);
	close(ends[1]);
	free(tar.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		layer_test(what_ends_too_early_is_told),
		layer_test(a_wrong_byte_is_told),
		layer_test(garbage_behind_the_stream_is_told),
		layer_test(a_full_disk_is_told),
		layer_test(a_silent_sender_does_not_hold_up_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
