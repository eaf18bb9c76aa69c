/* Step 06, engine: how a layer says that a file is removed. The lab "layers" is graded by this. */
#include "test_06_lab.h"

/* Fails unless the directory of the layer has the attribute, or has it not. */
static void assert_opaque(const char *directory, bool wanted)
{
	char value[16];
	ssize_t size = getxattr(text("%s/layer/%s", top, directory), "trusted.overlay.opaque",
				value, sizeof(value));

	assert_int_equal(size, wanted ? 1 : -1);
	if (wanted)
		assert_int_equal(value[0], 'y');
}

static void whiteouts_of_what_no_file_can_be_are_refused(void **state)
{
	const char *name = new_name();
	const char *const bad[] = {
		".wh.",
		".wh..",
		".wh...",
		text("%s/.wh.", name),
		text("%s/.wh..", name),
		text("%s/.wh...", name),
		text(".wh.%s/file", name),
		text("%s/.wh.%s/file", name, name),
		".wh..wh..opq/file",
	};
	struct tar tar = { 0 };

	(void)state;
	begin();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		tar_add(&tar, .name = bad[i]);
		refuse(&tar, bad[i]);
	}
	tar_add(&tar, .name = text(".wh.%s", name));
	accept(&tar);
	end();
}

static void no_mark_of_an_archive_becomes_a_file(void **state)
{
	const char *name = new_name();
	char wanted[256];
	struct tar tar = { 0 };

	(void)state;
	begin();
	tar_add(&tar, .name = text(".wh.gone-%s", name));
	tar_add(&tar, .name = text("%s/.wh.%s", name, name));
	tar_add(&tar, .name = text(".wh...%s", name));
	tar_add(&tar, .name = text("%s/.wh..wh..opq", name));
	/* Marks of aufs. */
	tar_add(&tar, .name = text(".wh..wh.%s/%s", name, name), TEXT);
	tar_add(&tar, .name = text("%s/.wh..wh.aufs", name), TEXT);
	tar_add(&tar, .name = text(".wh..wh..opq.%s", name), TEXT);
	/* Names of files. */
	tar_add(&tar, .name = text(".wh%s", name), TEXT);
	tar_add(&tar, .name = text(".WH.%s", name), TEXT);
	tar_add(&tar, .name = text("%s.wh.%s", name, name), TEXT);
	accept(&tar);
	snprintf(wanted, sizeof(wanted), "./%s\n./.WH.%s\n./.wh%s\n./%s.wh.%s\n", name, name, name,
		 name, name);
	assert_layer(wanted, "find . -mindepth 1 -type d; find . -iname '*wh*' | sort", name);
	end();
}

/*
 * Loads the image `name` with two layers: busybox with the directory $t, in which `make` has made
 * files, and the archive.
 */
static void load_layers(const char *name, const char *make, const char *directory, struct tar *tar)
{
	write_archive(tar, "upper.tar");
	assert_success(script(
		/* The targets of hard links come first: this test is not about links. */
		"step=$(pwd)/step-06; cd rootfs/busybox; tar -cf $1/lower.tar ./bin/busybox ./run\n"
		"tar -rf $1/lower.tar .\n"
		"mkdir -p $1/tree/$4; cd $1/tree/$4; eval \"$3\"; cd $1; tar -C tree -rf lower.tar "
		"$4\n"
		"$step import lower.tar lower >out\n"
		"arch=$($step image inspect lower | jq -r '.[0].Architecture')\n"
		"sum() { sha256sum $1 | cut -d ' ' -f 1; }\n"
		"jq -n --arg arch $arch --arg one sha256:$(sum lower.tar) --arg two sha256:$(sum "
		"upper.tar) \\\n"
		" '{architecture: $arch, os: \"linux\", config: {Cmd: [\"sh\"]},\n"
		"   rootfs: {type: \"layers\", diff_ids: [$one, $two]}}' >config.json\n"
		"jq -n --arg name $2:latest '[{Config: \"config.json\", RepoTags: [$name],\n"
		"  Layers: [\"lower.tar\", \"upper.tar\"]}]' >manifest.json\n"
		"tar -cf image.tar manifest.json config.json lower.tar upper.tar\n"
		"$step load -q -i image.tar >/dev/null; rm -r tree *.tar *.json",
		top, name, make, directory, NULL));
	find_layer();
}

/* Fails unless the script prints this in a container of the image. */
static void assert_container(const char *image, const char *command, const char *wanted)
{
	assert_prints(
		run("./step-06", "run", "--rm", "--network", "none", image, "sh", "-euc", command),
		wanted);
}

static void a_removed_file_is_gone_in_the_container(void **state)
{
	const char *t = new_name(), *image = new_name();
	struct tar tar = { 0 };

	(void)state;
	begin();
	tar_add(&tar, .name = text("%s/.wh.file", t));
	tar_add(&tar, .name = text("%s/directory/.wh.file", t));
	tar_add(&tar, .name = text("%s/.wh.whole", t));
	tar_add(&tar, .name = text("%s/.wh.whole", t));
	tar_add(&tar, .name = text("%s/.wh.%s", t, t));
	/* The whiteout is for the layers below: what this layer has stays. */
	tar_add(&tar, .name = text("%s/.wh.one", t));
	tar_add(&tar, .name = text("%s/one", t), .content = "new\n", .size = 4);
	tar_add(&tar, .name = text("%s/two", t), .content = "new\n", .size = 4);
	tar_add(&tar, .name = text("%s/.wh.two", t));
	tar_add(&tar, .name = text("%s/link", t), .type = '2', .link = "one");
	tar_add(&tar, .name = text("%s/.wh.link", t));
	load_layers(image,
		    "mkdir directory whole; for f in file kept one two link directory/file "
		    "directory/kept whole/file; do echo old >$f; done",
		    t, &tar);
	assert_container(image, text("cd /%s; find . | sort; cat one two link", t),
			 ".\n./directory\n./directory/kept\n./kept\n./link\n./one\n./two\n"
			 "new\nnew\nnew\n");
	assert_layer("file 0:0\nwhole 0:0\ndirectory/file 0:0\n",
		     "cd $1; stat -c '%n %t:%T' file whole directory/file", t);
	end();
}

static void an_opaque_directory_shows_its_own_files_alone(void **state)
{
	const char *t = new_name(), *image = new_name();
	struct tar tar = { 0 };

	(void)state;
	begin();
	tar_add(&tar, .name = text("%s/a/.wh..wh..opq", t));
	tar_add(&tar, .name = text("%s/a/new", t), TEXT);
	tar_add(&tar, .name = text("%s/b/new", t), TEXT);
	tar_add(&tar, .name = text("%s/b/.wh..wh..opq", t));
	tar_add(&tar, .name = text("%s/c/new", t), TEXT);
	tar_add(&tar, .name = text("%s/.wh.c", t));
	tar_add(&tar, .name = text("%s/d/new", t), TEXT);
	load_layers(image, "for d in a b c d; do mkdir -p $d/deep; echo old >$d/old; done", t,
		    &tar);
	assert_container(image, text("cd /%s; echo *; echo */*", t),
			 "a b c d\na/new b/new c/new d/deep d/new d/old\n");
	for (const char *name = "abc"; *name; name++)
		assert_opaque(text("%s/%c", t, *name), true);
	assert_opaque(text("%s/d", t), false);
	assert_opaque(t, false);
	end();
}

static void what_a_container_removes_is_a_whiteout_of_the_new_layer(void **state)
{
	const char *t = new_name(), *image = new_name();
	struct tar tar = { 0 };
	char wanted[512];

	(void)state;
	begin();
	tar_add(&tar, .name = text("%s/two", t), TEXT);
	load_layers(image,
		    "mkdir directory whole again; for f in file kept directory/file directory/kept "
		    "whole/file again/old; do echo old >$f; done",
		    t, &tar);
	assert_success(script("./step-06 run --network none --name box $1 sh -euc \"cd /$2\n"
			      "rm -r file two directory/file whole again; mkdir again\n"
			      "echo new >again/new; mknod device c 1 3\"",
			      image, t, NULL));
	snprintf(wanted, sizeof(wanted),
		 "C /%s\nA /%s/again/new\nD /%s/again/old\nA /%s/device\nD /%s/directory/file\n"
		 "D /%s/file\nD /%s/two\nD /%s/whole\n",
		 t, t, t, t, t, t, t, t);
	assert_prints(run_shell("./step-06 diff box | grep -v '^C .*/.*/' | sort -k 2"), wanted);
	assert_success(run("./step-06", "commit", "box", "committed"));
	snprintf(wanted, sizeof(wanted),
		 "%s/\n%s/.wh.file\n%s/.wh.two\n%s/.wh.whole\n%s/again/\n%s/again/.wh..wh..opq\n"
		 "%s/again/new\n%s/device\n%s/directory/\n%s/directory/.wh.file\n",
		 t, t, t, t, t, t, t, t, t, t);
	assert_prints(script("cd $1/store; blob() { echo blobs/sha256/${1#sha256:}; }\n"
			     "manifest=$(jq -r '.manifests[-1].digest' index.json)\n"
			     "layer=$(jq -r '.layers[-1].digest' $(blob $manifest))\n"
			     "tar -tzf $(blob $layer) | grep ^$2 | LC_ALL=C sort",
			     top, t, NULL),
		      wanted);
	assert_container(
		"committed", text("cd /%s; find . | sort; [ -c device ]; cat again/new", t),
		".\n./again\n./again/new\n./device\n./directory\n./directory/kept\n./kept\n"
		"new\n");
	end();
}

static void a_directory_in_the_place_of_a_removed_one_hides_it(void **state)
{
	const char *a = new_name(), *b = new_name(), *c = new_name();
	struct tar tar = { 0 };

	(void)state;
	begin();
	tar_add(&tar, .name = text(".wh.%s", a));
	tar_add(&tar, .name = a, .type = '5');
	tar_add(&tar, .name = text(".wh.%s", b));
	tar_add(&tar, .name = text("%s/%s/file", b, c), TEXT);
	tar_add(&tar, .name = c, .type = '5');
	accept(&tar);
	assert_opaque(a, true);
	assert_opaque(b, true);
	assert_opaque(text("%s/%s", b, c), false);
	assert_opaque(c, false);
	assert_layer("text\n", "cat $1/$2/file", b, c);
	tar_add(&tar, .name = text(".wh.%s", a));
	tar_add(&tar, .name = b, .type = '1', .link = a);
	refuse(&tar, a);
	end();
}

static void no_file_of_a_container_may_pass_for_a_whiteout(void **state)
{
	const char *name = new_name(), *image = new_name();
	struct tar tar = { 0 };
	const char *const bad[] = {
		text(".wh.%s", name),
		".wh..wh..opq",
		text(".wh..wh.%s", name),
		".wh.",
	};

	(void)state;
	begin();
	tar_add(&tar, .name = name, .type = '5');
	assert_success(import(&tar, image));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_prints(script(BOX "mkdir $upper/new; echo >$upper/new/$4\n"
					 "commit $1 $2; grep -qF new/$4 $1/err",
				     top, text("box%zu", i), image, bad[i], NULL),
			      "125\n");
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(whiteouts_of_what_no_file_can_be_are_refused),
		host_test(no_mark_of_an_archive_becomes_a_file),
		host_test(a_removed_file_is_gone_in_the_container),
		host_test(an_opaque_directory_shows_its_own_files_alone),
		host_test(what_a_container_removes_is_a_whiteout_of_the_new_layer),
		host_test(a_directory_in_the_place_of_a_removed_one_hides_it),
		host_test(no_file_of_a_container_may_pass_for_a_whiteout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
