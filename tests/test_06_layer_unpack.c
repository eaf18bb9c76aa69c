/* Chapter 6, engine: layers as tools in practice write them are unpacked. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "layers.h"
#include "test_03.h"

#define TEXT .content = "text\n", .size = 5

/* Fails unless the archive is unpacked without a message; frees it. */
static void unpack(struct tar *tar)
{
	if (layers_unpack_tar(tar, &layers_use) < 0)
		fail_msg("%s", fail_get()->text);
	assert_string_equal(fail_get()->text, "");
}

/* Fails unless `script`, run in layer/, prints this. */
static void assert_layer(const char *script, const char *wanted)
{
	char command[2048];

	snprintf(command, sizeof(command), "cd layer && { %s\n}", script);
	assert_prints(run_shell(command), wanted);
}

static void the_roots_entry_is_for_the_directory(void **state)
{
	static const char *const names[] = { "./", ".", "././" };
	struct tar tar = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		tar_add(&tar, .name = names[i], .type = '5', .mode = 01750, .uid = 3, .gid = 4,
			.mtime = 1000000000);
		tar_add(&tar, .name = "./file", TEXT);
		tar_add(&tar, .name = ".//d///e/", .type = '5');
		unpack(&tar);
		assert_layer("stat -c '%a %u %g %Y' .; find . | sort",
			     "1750 3 4 1000000000\n.\n./d\n./d/e\n./file\n");
	}
	/* The same with the root's entry at the end. */
	tar_add(&tar, .name = "file", TEXT);
	tar_add(&tar, .name = "./", .type = '5', .mode = 0700, .uid = 3, .mtime = 5);
	unpack(&tar);
	assert_layer("stat -c '%a %u %g %Y' .", "700 3 0 5\n");
}

static void missing_parents_are_made(void **state)
{
	struct tar tar = { 0 };
	mode_t mask = umask(077);

	(void)state;
	tar_add(&tar, .name = "g", .type = '5', .mode = 02775, .gid = 9, .mtime = 77);
	tar_add(&tar, .name = "g/a/b/file", TEXT);
	tar_add(&tar, .name = "g/a/b/c/file", TEXT);
	unpack(&tar);
	umask(mask);
	assert_layer("stat -c '%n %a %u %g' g/a g/a/b g/a/b/c g/a/b/c/file; stat -c %Y g",
		     "g/a 755 0 0\ng/a/b 755 0 0\ng/a/b/c 755 0 0\ng/a/b/c/file 644 0 0\n77\n");
}

static void directories_keep_their_times(void **state)
{
	struct tar tar = { 0 };

	(void)state;
	tar_add(&tar, .name = "a", .type = '5', .mtime = 100);
	tar_add(&tar, .name = "a/b", .type = '5', .mtime = 200);
	tar_add(&tar, .name = "a/b/file", TEXT, .mtime = 300);
	tar_add(&tar, .name = "late/file", TEXT);
	tar_add(&tar, .name = "late/other", TEXT);
	tar_add(&tar, .name = "late/", .type = '5', .mtime = 400, .mode = 0555);
	tar_add(&tar, .name = "a/.wh.gone");
	tar_add(&tar, .name = "a/b/new/deep/file", TEXT);
	tar_add(&tar, .name = "late/again", .type = '1', .link = "a/b/file");
	tar_add(&tar, .name = "a", .type = '5', .mtime = 101);
	unpack(&tar);
	assert_layer("stat -c '%n %Y %a' a a/b a/b/file late",
		     "a 101 755\na/b 200 755\na/b/file 300 644\nlate 400 555\n");
}

/* The last one wins, a directory stays with what is in it. */
static void a_name_may_come_twice(void **state)
{
	struct tar tar = { 0 };

	(void)state;
	tar_add(&tar, .name = "d", .type = '5');
	tar_add(&tar, .name = "d/file", TEXT);
	tar_add(&tar, .name = "d", .type = '5', .mode = 0700);
	tar_add(&tar, .name = "x", .type = '5');
	tar_add(&tar, .name = "x/y/z", TEXT);
	tar_add(&tar, .name = "x", TEXT);
	tar_add(&tar, .name = "f", TEXT);
	tar_add(&tar, .name = "f", .type = '5');
	tar_add(&tar, .name = "f/in", TEXT);
	tar_add(&tar, .name = "p", .type = '6');
	tar_add(&tar, .name = "p", .type = '2', .link = "f");
	tar_add(&tar, .name = "h", .type = '1', .link = "d/file");
	tar_add(&tar, .name = "h", .type = '1', .link = "d/file");
	tar_add(&tar, .name = "h", .type = '1', .link = "h");
	unpack(&tar);
	assert_layer(
		"find . -printf '%p %y %m %n %l\\n' | sort | sed 's/ d \\(.*\\) [0-9]* $/ d \\1/'",
		". d 755\n./d d 700\n./d/file f 644 2 \n./f d 755\n./f/in f 644 1 \n"
		"./h f 644 2 \n./p l 777 1 f\n./x f 644 1 \n");
}

static void marks_become_those_of_overlayfs(void **state)
{
	struct tar tar = { 0 };
	char value[2] = "";

	(void)state;
	tar_add(&tar, .name = "etc/.wh.gone", .mtime = 5);
	tar_add(&tar, .name = ".wh.top");
	tar_add(&tar, .name = "new/.wh..wh..opq");
	tar_add(&tar, .name = "new/file", TEXT);
	/* Both the whiteout and the file are in this layer: the file stays. */
	tar_add(&tar, .name = ".wh.a");
	tar_add(&tar, .name = "a", TEXT);
	tar_add(&tar, .name = "b", TEXT);
	tar_add(&tar, .name = ".wh.b");
	/* Of a directory, what the layers below have in it is removed. */
	tar_add(&tar, .name = ".wh.c");
	tar_add(&tar, .name = "c", .type = '5');
	tar_add(&tar, .name = "d/file", TEXT);
	tar_add(&tar, .name = ".wh.d");
	tar_add(&tar, .name = ".wh.e");
	tar_add(&tar, .name = "e/f/file", TEXT);
	tar_add(&tar, .name = ".wh.twice");
	tar_add(&tar, .name = ".wh.twice");
	unpack(&tar);
	assert_layer("find . -mindepth 1 -printf '%p %y\\n' | sort; stat -c '%n %F %t:%T' top",
		     "./a f\n./b f\n./c d\n./d d\n./d/file f\n./e d\n./e/f d\n./e/f/file f\n"
		     "./etc d\n./etc/gone c\n./new d\n./new/file f\n./top c\n./twice c\n"
		     "top character special file 0:0\n");
	for (const char *next = "c\0d\0e\0new\0"; *next; next += strlen(next) + 1) {
		char path[32];

		snprintf(path, sizeof(path), "layer/%s", next);
		assert_int_equal(getxattr(path, "trusted.overlay.opaque", value, 2), 1);
		assert_int_equal(value[0], 'y');
	}
	assert_int_equal(getxattr("layer/e/f", "trusted.overlay.opaque", value, 2), -1);
	assert_int_equal(getxattr("layer/etc", "trusted.overlay.opaque", value, 2), -1);
}

static void capabilities_and_attributes_come_last(void **state)
{
	/* cap_net_raw=ep */
	static const unsigned char capability[20] = { 1, 0, 0, 2, 0, 32 };
	struct tar tar = { 0 };
	char value[64];

	(void)state;
	tar_add_record(&tar, 'x', "SCHILY.xattr.security.capability", capability,
		       sizeof(capability));
	tar_add(&tar, .name = "ping", .mode = 0755, .uid = 5, TEXT);
	tar_add_record(&tar, 'x', "SCHILY.xattr.user.binary", "a\0b\nc=", 6);
	tar_add(&tar, .name = "suid", .mode = 06755, .uid = 5, .gid = 6, TEXT);
	tar_add_record(&tar, 'x', "SCHILY.xattr.user.of-a-link", "a", 1);
	tar_add(&tar, .name = "link", .type = '2', .link = "suid");
	unpack(&tar);
	assert_layer("stat -c '%n %a %u %g' ping suid", "ping 755 5 0\nsuid 6755 5 6\n");
	assert_int_equal(getxattr("layer/ping", "security.capability", value, sizeof(value)), 20);
	assert_memory_equal(value, capability, 20);
	assert_int_equal(getxattr("layer/suid", "user.binary", value, sizeof(value)), 6);
	assert_memory_equal(value, "a\0b\nc=", 6);
	/* Only files and directories have attributes of users. */
	assert_contains(layers_warnings(),
			"entry link: the extended attribute user.of-a-link is left");
}

/* Long names, names that are not ASCII, nanoseconds, sparse files, by each of tar(1)'s formats. */
static void archives_of_tar_are_read(void **state)
{
	static const char *const formats[] = {
		"--format=v7",
		"--format=oldgnu",
		"--format=gnu --sparse",
		"--format=ustar",
		"--format=posix",
		"--format=posix --sparse",
		"--format=posix --sparse --sparse-version=0.0",
		"--format=posix --sparse --sparse-version=0.1",
		"--format=posix --pax-option=globexthdr.name=g,comment=global",
	};
	char command[1024];

	(void)state;
	assert_prints(run_shell("mkdir -p tree/d tree/ro && cd tree && printf 'b%.0s' $(seq 20000) "
				">d/file && "
				"ln d/file hard && ln -s d/file soft && echo x >\"$(printf "
				"'F\\305\\221')\" && "
				"echo x >\"$(printf 'bad\\377')\" && truncate -s 3M sparse && echo "
				"end >>sparse && "
				"chmod 4711 hard && chmod 555 ro && chown -h 7:8 soft && touch -d "
				"@1.5 d ro ."),
		      "");
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		const struct result *result;
		struct tar tar;

		snprintf(command, sizeof(command), "tar -C tree %s -cf - .", formats[i]);
		tar = layers_filter("", 0, command);
		if (layers_unpack(tar.bytes, tar.size, &layers_use, NULL) < 0)
			fail_msg("%s: %s", formats[i], fail_get()->text);
		free(tar.bytes);
		result = run_shell("list() { cd $1; find . ! -type d -printf '%p %y %m %U:%G %Ts "
				   "%n %s %l\\n' | sort; "
				   "find . -type d -printf '%p %m %Ts\\n' | sort; "
				   "find . -type f -exec md5sum {} + | sort; }\n"
				   "(list tree) >one; (list layer) >two; diff one two; rm one two");
		if (*result->out)
			fail_msg("%s: %s", formats[i], result->out);
	}
	assert_prints(
		run_shell(
			"cd tree; n=$(printf 'n%.0s' $(seq 250)); mkdir -p $n/$n; echo >$n/$n/$n; "
			"ln -s $n$n link; ln $n/$n/$n hardlong; touch -d @1.123456789 hardlong"),
		"");
	for (size_t i = 2; i < 6; i++) {
		struct tar tar;

		if (strstr(formats[i], "ustar"))
			continue;
		snprintf(command, sizeof(command), "tar -C tree %s -cf - .", formats[i]);
		tar = layers_filter("", 0, command);
		assert_int_equal(layers_unpack(tar.bytes, tar.size, &layers_use, NULL), 0);
		free(tar.bytes);
		assert_prints(
			run_shell("diff -r --no-dereference tree layer; stat -c %h layer/hardlong"),
			"2\n");
	}
	assert_layer("find hardlong -printf '%T@\\n'", "1.1234567890\n");
}

/* A stream may have several members: estargz and zstd:chunked, and what is written in parallel. */
static void each_compression_is_read(void **state)
{
	static const struct {
		const char *program;
		enum layer_compression compression;
	} kinds[] = {
		{ "cat", LAYER_PLAIN },
		{ "gzip -c", LAYER_GZIP },
		{ "zstd -qc", LAYER_ZSTD },
		{ "xz -c", LAYER_XZ },
		{ "split -b 10000 --filter='gzip -c'", LAYER_GZIP },
		{ "split -b 10000 --filter='zstd -qc'", LAYER_ZSTD },
		{ "split -b 10000 --filter='xz -c'", LAYER_XZ },
		{ "(printf '\\120\\052\\115\\030\\003\\0\\0\\0abc'; zstd -qc; "
		  "printf '\\121\\052\\115\\030\\003\\0\\0\\0abc')",
		  LAYER_ZSTD },
		{ "(gzip -c; head -c 600000 /dev/zero)", LAYER_GZIP },
	};
	struct tar tar = layers_filter("", 0, "head -c 700000 /dev/urandom"), content = { 0 };

	(void)state;
	tar_add(&content, .name = "random", .content = tar.bytes, .size = tar.size);
	tar_add_end(&content);
	tar_add_bytes(&content, NULL, 300000); /* padding is a part of the stream */
	free(tar.bytes);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct tar packed = layers_filter(content.bytes, content.size, kinds[i].program);
		struct layer layer;

		if (layers_unpack(packed.bytes, packed.size, &layers_use, &layer) < 0)
			fail_msg("%s: %s", kinds[i].program, fail_get()->text);
		assert_int_equal(layer.compression, kinds[i].compression);
		assert_int_equal(layer.size, packed.size);
		assert_string_equal(layer.digest.text, digest_of(packed.bytes, packed.size).text);
		assert_string_equal(layer.diff_id.text,
				    digest_of(content.bytes, content.size).text);
		assert_layer("stat -c %s random", "700000\n");
		free(packed.bytes);
	}
	free(content.bytes);
}

/* Reads from a pipe, as from a network. */
static void the_blob_is_stored_as_it_came(void **state)
{
	static const char *const programs[] = { "cat", "gzip -c", "zstd -qc", "xz -c" };
	char command[256], wanted[128];

	(void)state;
	assert_prints(run_shell("mkdir tree; seq 300000 >tree/file; tar -C tree -cf work ."), "");
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		autofd int directory = -1;
		autofd int blob = open("blob", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		struct layer layer;
		FILE *input;

		snprintf(command, sizeof(command), "%s <work", programs[i]);
		input = popen(command, "re");
		assert_non_null(input);
		assert_int_equal(run_shell("rm -rf layer; mkdir layer")->status, 0);
		directory = open("layer", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_int_equal(layer_unpack(fileno(input), blob, directory, &layers_use, &layer),
				 0);
		pclose(input);
		/* xz is no compression of images: such a layer is stored plain. */
		assert_int_equal(layer.compression, i == 3 ? LAYER_PLAIN : (int)i);
		snprintf(wanted, sizeof(wanted), "%llu\n%s\n", (unsigned long long)layer.size,
			 digest_hex(&layer.digest));
		assert_prints(script("$1 <work | cmp - blob; cmp tree/file layer/file; "
				     "stat -c %s blob; sha256sum <blob | cut -d ' ' -f 1",
				     i == 3 ? "cat" : programs[i], NULL),
			      wanted);
	}
}

static void the_end_mark_may_be_missing(void **state)
{
	struct tar tar = { 0 };

	(void)state;
	tar_add(&tar, .name = "a", TEXT);
	assert_int_equal(layers_unpack(tar.bytes, tar.size, &layers_use, NULL), 0);
	assert_layer("cat a", "text\n");
	assert_int_equal(layers_unpack(tar.bytes, tar.size - 1, &layers_use, NULL), -1);
	forget_failure();
	free(tar.bytes);
}

static void what_follows_the_end_is_no_entry(void **state)
{
	struct tar tar = { 0 };

	(void)state;
	tar_add(&tar, .name = "a", TEXT);
	tar_add_end(&tar);
	tar_add(&tar, .name = "b", TEXT);
	unpack(&tar);
	assert_layer("ls", "a\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		layer_test(the_roots_entry_is_for_the_directory),
		layer_test(missing_parents_are_made),
		layer_test(directories_keep_their_times),
		layer_test(a_name_may_come_twice),
		layer_test(marks_become_those_of_overlayfs),
		layer_test(capabilities_and_attributes_come_last),
		layer_test(archives_of_tar_are_read),
		layer_test(each_compression_is_read),
		layer_test(the_blob_is_stored_as_it_came),
		layer_test(the_end_mark_may_be_missing),
		layer_test(what_follows_the_end_is_no_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
