/* Chapter 6, engine: directories are packed as layers, and unpacked again as they were. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "layers.h"
#include "test_03.h"

/* Packs `directory` into `file`. Returns what layer_pack() returns. */
static int pack_file(const char *directory, enum layer_source source,
		     enum layer_compression compression, const char *file, struct layer *layer)
{
	autofd int from = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autofd int output = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(from >= 0 && output >= 0);
	return layer_pack(from, source, false, compression, output, layer);
}

static struct layer pack(const char *directory, enum layer_source source,
			 enum layer_compression compression)
{
	struct layer layer;

	if (pack_file(directory, source, compression, "blob", &layer) < 0)
		fail_msg("%s", fail_get()->text);
	return layer;
}

/* Unpacks "blob" into an empty layer/, and compares the digests. */
static void unpack(const struct layer *packed)
{
	autofd int input = open("blob", O_RDONLY | O_CLOEXEC);
	autofd int directory = -1;
	struct layer layer;

	assert_success(run_shell("rm -rf layer; mkdir layer"));
	directory = open("layer", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (layer_unpack(input, -1, directory, &layers_use, &layer) < 0)
		fail_msg("%s", fail_get()->text);
	assert_string_equal(layer.digest.text, packed->digest.text);
	assert_string_equal(layer.diff_id.text, packed->diff_id.text);
	assert_int_equal(layer.size, packed->size);
	assert_int_equal(layer.compression, packed->compression);
}

static void set_attribute(const char *path, const char *name, const void *value, size_t size)
{
	if (lsetxattr(path, name, value, size, 0) < 0)
		fail_msg("lsetxattr %s %s: %s", path, name, strerror(errno));
}

static void make_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autofd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

/* Makes tree/ with everything that a file system can hold. */
static void make_everything(void)
{
	/* cap_net_raw=ep */
	static const unsigned char capability[20] = { 1, 0, 0, 2, 0, 32 };
	/* user::rw-, user:5:r--, group::r--, mask::r--, other::r-- */
	static const unsigned char acl[] = { 2,	   0,	 0,    0, 1,	0,    6,    0,	  0xff,
					     0xff, 0xff, 0xff, 2, 0,	4,    0,    5,	  0,
					     0,	   0,	 4,    0, 4,	0,    0xff, 0xff, 0xff,
					     0xff, 0x10, 0,    4, 0,	0xff, 0xff, 0xff, 0xff,
					     0x20, 0,	 4,    0, 0xff, 0xff, 0xff, 0xff };

	assert_success(run_shell(
		"umask 022; mkdir tree && cd tree\n"
		"mkdir -p empty sub/deep ro sgid; echo hello >file; ln file sub/hard\n"
		"ln -s file link; ln link sub/hard-to-link; ln -s \"$(printf 'x%.0s' $(seq 300))\" "
		"far\n"
		"n=$(printf 'n%.0s' $(seq 200)); mkdir -p $n/$n; echo long >$n/$n/$n; ln $n/$n/$n "
		"hardlong\n"
		"echo >\"$(printf 'bad\\377\\376name')\"; echo >\"$(printf 'F\\305\\221')\"\n"
		"echo >\"$(printf 'line\\nbreak')\"; echo >'a b*\\'; echo >./-x\n"
		"mkfifo fifo; mknod null c 1 3; mknod disk b 8 17; mknod large c 4095 1048575; ln "
		"null null2\n"
		"truncate -s 1G sparse; echo data | dd of=sparse bs=1 seek=500000000 conv=notrunc "
		"status=none\n"
		"truncate -s 10M hole; truncate -s 3M begin; echo x | dd of=begin conv=notrunc "
		"status=none\n"
		"echo >suid; chown 1:2 suid; chmod 6755 suid; echo >cap; chown 3:4 cap\n"
		"chown 3000000:4000000 empty; chmod 1777 empty; chmod 2755 sgid; chgrp 7 sgid\n"
		"echo ro >ro/f; chmod 555 ro; chmod 000 ro/f; seq 100000 >numbers\n"));
	make_socket("tree/socket");
	set_attribute("tree/cap", "security.capability", capability, sizeof(capability));
	set_attribute("tree/file", "user.binary", "a\0b\nc", 5);
	set_attribute("tree/file", "trusted.t", "t", 1);
	set_attribute("tree/link", "trusted.of-a-link", "t", 1);
	set_attribute("tree/sub", "user.empty", "", 0);
	set_attribute("tree/numbers", "system.posix_acl_access", acl, sizeof(acl));
	assert_success(run_shell(
		"cd tree; touch -hd '2010-10-10 10:10:10.000000001' link\n"
		"touch -d @5 file; touch -d '1999-01-01 00:00:00.5' sparse suid sub/deep sub "
		"ro . ; touch -d @2200000000.123456789 fifo; touch -d '1960-01-01' disk"));
}

/* Lists `directory`, with all attributes of its files and the digests of their contents. */
#define LIST                                                                                       \
	"list() { cd $1; find . ! -type s ! -type d -printf '%p %y %m %U:%G %T@ %n %s %l\\n' | "   \
	"sort; find . -type d -printf '%p %m %U:%G %T@\\n' | sort; "                               \
	"find . -type b,c -exec stat -c '%n %t:%T' {} + | sort; "                                  \
	"find . -type f -size -100M -print0 | sort -z | xargs -0 sha256sum; }\n"

static void assert_same_attribute(const char *path, const char *name)
{
	char paths[2][64], values[2][256];
	ssize_t sizes[2];

	for (int i = 0; i < 2; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/%s", i ? "layer" : "tree", path);
		sizes[i] = lgetxattr(paths[i], name, values[i], sizeof(values[i]));
	}
	assert_true(sizes[0] >= 0);
	assert_int_equal(sizes[1], sizes[0]);
	assert_memory_equal(values[0], values[1], (size_t)sizes[0]);
}

static void everything_survives(void **state)
{
	static const enum layer_compression kinds[] = { LAYER_PLAIN, LAYER_GZIP, LAYER_ZSTD };

	(void)state;
	make_everything();
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct layer layer = pack("tree", LAYER_TREE, kinds[i]), again;

		assert_true(layer.size < 2 << 20); /* holes take no room */
		unpack(&layer);
		assert_prints(run_shell(LIST "(list tree) >work; (list layer) | diff work -"), "");
		assert_success(run_shell("cmp tree/sparse layer/sparse"));
		assert_same_attribute("cap", "security.capability");
		assert_same_attribute("file", "user.binary");
		assert_same_attribute("file", "trusted.t");
		assert_same_attribute("link", "trusted.of-a-link");
		assert_same_attribute("sub", "user.empty");
		assert_same_attribute("numbers", "system.posix_acl_access");
		assert_prints(run_shell("[ -e layer/socket ] || du -k layer/sparse layer/hole "
					"layer/begin | "
					"awk '$1 > 100'"),
			      "");
		/* The same files in another place give the same bytes. */
		assert_int_equal(pack_file("layer", LAYER_TREE, kinds[i], "blob2", &again), 0);
		assert_string_equal(again.digest.text, layer.digest.text);
		assert_success(run_shell("cmp blob blob2"));
	}
	assert_string_equal(layers_warnings(), "");
}

/* What others read: tar(1) here, umoci and Docker below (Go's reader). */
static void tar_reads_it(void **state)
{
	(void)state;
	make_everything();
	pack("tree", LAYER_TREE, LAYER_GZIP);
	assert_prints(run_shell(LIST "rm -rf layer; mkdir layer\n"
				     "tar -C layer --xattrs --xattrs-include='*' "
				     "--warning=no-timestamp -xpzf blob 2>&1\n"
				     "(list tree) >work; (list layer) | diff work -"),
		      "");
	assert_same_attribute("cap", "security.capability");
	assert_same_attribute("file", "user.binary");
}

static void umoci_reads_it(void **state)
{
	(void)state;
	if (run_shell("command -v umoci")->status != 0)
		skip_because("umoci is not installed");
	make_everything();
	pack("tree", LAYER_TREE, LAYER_PLAIN);
	assert_prints(
		run_shell(LIST
			  "rm -rf layer; umoci init --layout work && umoci new --image work:x && "
			  "umoci raw add-layer --image work:x blob && "
			  "umoci unpack --image work:x layer >/dev/null 2>&1 || echo failed\n"
			  "(list tree) >blob2; (list layer/rootfs) | diff blob2 -"),
		"");
}

/* The digest depends neither on the order of directories nor on when a file was read. */
static void the_same_edits_have_the_same_digest(void **state)
{
	static const char *const orders[] = { "seq 300", "seq 300 -1 1" };
	struct layer layers[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_success(
			script("rm -rf tree; mkdir tree; cd tree; for i in $($1); do "
			       "echo $i >f$i; ln f$i h$i; mkdir d$i; done; cat f* >/dev/null\n"
			       "find . -exec touch -hd @7.5 {} +",
			       orders[i], NULL));
		layers[i] = pack("tree", LAYER_TREE, LAYER_GZIP);
	}
	assert_string_equal(layers[0].digest.text, layers[1].digest.text);
}

/* A sparse file whose holes lie differently has the same content, and the same bytes. */
static void holes_are_runs_of_zeros(void **state)
{
	struct layer layers[2];

	(void)state;
	assert_success(
		run_shell("mkdir tree; cd tree; truncate -s 4M f; echo x | dd of=f bs=1 seek=2M "
			  "conv=notrunc status=none; touch -d @7 f ."));
	layers[0] = pack("tree", LAYER_TREE, LAYER_PLAIN);
	assert_success(run_shell("cd tree; head -c 1M /dev/zero | dd of=f conv=notrunc status=none "
				 "bs=1M; touch -d @7 f ."));
	layers[1] = pack("tree", LAYER_TREE, LAYER_PLAIN);
	assert_string_equal(layers[0].digest.text, layers[1].digest.text);
	assert_true(layers[0].size < 100000);
}

/* More holes than a map should have: the small ones are written as zeros. */
static void many_holes_are_joined(void **state)
{
	autofd int fd = -1;
	struct layer layer;

	(void)state;
	assert_success(run_shell("mkdir tree"));
	fd = open("tree/f", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	for (off_t i = 0; i < 10000; i++)
		assert_int_equal(pwrite(fd, "x", 1, i * 70000), 1);
	assert_int_equal(ftruncate(fd, 700000000), 0);
	layer = pack("tree", LAYER_TREE, LAYER_ZSTD);
	unpack(&layer);
	assert_success(run_shell("cmp tree/f layer/f"));
}

/* Edits on a real overlay come back, packed and unpacked, on another one. */
static void edits_of_an_overlay_are_a_layer(const char *unused)
{
	struct stat status;
	struct layer layer;

	(void)unused;
	check(run_shell("mkdir -p work tree && mount -t tmpfs overlays work && cd work && "
			"mkdir lower upper w at && cd lower && mkdir -p keep gone replaced dir/sub "
			"&& "
			"echo 1 >keep/f; echo 1 >gone/f; echo 1 >replaced/f; echo 1 >dir/f; echo 1 "
			">dir/g; "
			"echo 1 >file; ln -s file link")
		      ->status == 0);
	check(mount("overlay", "work/at", "overlay", 0,
		    "lowerdir=work/lower,upperdir=work/upper,workdir=work/w") == 0);
	check(run_shell("cd work/at && rm -r gone && rm -r replaced && mkdir replaced && echo 2 "
			">replaced/new && "
			"rm dir/g file && mkdir file && echo 2 >>keep/f && rm link && echo 2 >link "
			"&& "
			"rm -r dir/sub && echo 2 >dir/sub && ln keep/f keep/g")
		      ->status == 0);
	check(pack_file("work/upper", LAYER_UPPER, LAYER_GZIP, "blob", &layer) == 0);
	check(strcmp(run_shell("tar tzf blob")->out,
		     "./\ndir/\ndir/.wh.g\ndir/sub\nfile/\nfile/.wh..wh..opq\n.wh.gone\nkeep/\n"
		     "keep/f\nkeep/g\nlink\nreplaced/\nreplaced/.wh..wh..opq\nreplaced/new\n") ==
	      0);
	unpack(&layer);
	check(stat("layer/gone", &status) == 0 && S_ISCHR(status.st_mode));
	check(run_shell("mkdir work/again work/middle && cp -a layer/. work/middle && "
			"mount -t overlay -o ro,lowerdir=work/middle:work/lower overlay work/again")
		      ->status == 0);
	check(strcmp(run_shell("diff -r --no-dereference work/at work/again && cd work/again && "
			       "find . | sort | xargs echo")
			     ->out,
		     ". ./dir ./dir/f ./dir/sub ./file ./keep ./keep/f ./keep/g ./link ./replaced "
		     "./replaced/new\n") == 0);
	check(run_shell("umount work/again work/at work")->status == 0);
}

static void an_overlay_survives(void **state)
{
	(void)state;
	in_own_mounts(edits_of_an_overlay_are_a_layer, NULL);
}

/* What a layer cannot say is refused, with the file's name. */
static void what_no_layer_can_say_is_refused(void **state)
{
	static const struct {
		enum layer_source source;
		const char *make, *message;
	} cases[] = {
		{ LAYER_TREE, "mknod w c 0 0", "w would remove a file" },
		{ LAYER_TREE, "mkdir d; echo >d/.wh.x", "d/.wh.x would remove a file" },
		{ LAYER_UPPER, "echo >.wh..wh..opq", ".wh..wh..opq would remove a file" },
		{ LAYER_TREE, "mkdir m; mount -t tmpfs inside m",
		  "openat2 m, on which something is mounted: unmount it: EXDEV" },
		{ LAYER_TREE,
		  "n=$(printf 'n%.0s' $(seq 250)); for i in $(seq 17); do mkdir $n; cd -P $n; done",
		  "ENAMETOOLONG" },
	};
	struct layer layer;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_success(script("mkdir tree; cd tree; eval \"$1\"", cases[i].make, NULL));
		assert_int_equal(pack_file("tree", cases[i].source, LAYER_GZIP, "blob", &layer),
				 -1);
		assert_contains(fail_get()->text, cases[i].message);
		forget_failure();
		assert_success(run_shell("umount tree/m 2>/dev/null; rm -rf tree"));
	}
	/* The content of such a directory is in the layers below. */
	assert_success(run_shell("mkdir -p tree/d"));
	set_attribute("tree/d", "trusted.overlay.redirect", "/other", 6);
	assert_int_equal(pack_file("tree", LAYER_UPPER, LAYER_GZIP, "blob", &layer), -1);
	assert_contains(fail_get()->text, "redirect_dir=nofollow");
	forget_failure();
	/* In a tree overlayfs's attributes mean nothing, and are not written. */
	layer = pack("tree", LAYER_TREE, LAYER_PLAIN);
	assert_prints(run_shell("grep -c overlay blob; tar tf blob"), "0\n./\nd/\n");
}

static void a_full_disk_is_told(void **state)
{
	struct layer layer;

	(void)state;
	assert_success(run_shell("mkdir work tree; mount -t tmpfs -o size=1M full work; "
				 "head -c 8M /dev/urandom >tree/f"));
	for (int i = LAYER_PLAIN; i <= LAYER_ZSTD; i++) {
		assert_int_equal(pack_file("tree", LAYER_TREE, (enum layer_compression)i,
					   "work/blob", &layer),
				 -1);
		assert_contains(fail_get()->text, "write the layer's blob: ENOSPC");
		forget_failure();
	}
	assert_success(run_shell("umount work"));
}

/* Deeper than descriptors may be open. */
static void a_deep_tree_is_packed(void **state)
{
	struct layer layer;

	(void)state;
	assert_success(
		run_shell("mkdir tree; cd tree; for i in $(seq 1500); do mkdir d; cd -P d; done; "
			  "echo >f"));
	layer = pack("tree", LAYER_TREE, LAYER_ZSTD);
	unpack(&layer);
	assert_success(run_shell("diff -r tree layer"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		layer_test(everything_survives),
		layer_test(tar_reads_it),
		layer_test(umoci_reads_it),
		layer_test(the_same_edits_have_the_same_digest),
		layer_test(holes_are_runs_of_zeros),
		layer_test(many_holes_are_joined),
		layer_test(an_overlay_survives),
		layer_test(what_no_layer_can_say_is_refused),
		layer_test(a_full_disk_is_told),
		layer_test(a_deep_tree_is_packed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
