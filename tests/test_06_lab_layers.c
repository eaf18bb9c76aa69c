/* Step 06, engine: no entry of a layer reaches outside of it. The lab "layers" is graded by this.
 */
#include "test_06_lab.h"

/* ---- Where an entry goes ---- */

static void entries_below_a_link_go_nowhere(void **state)
{
	const char *link = new_name(), *file = new_name(), *inside = new_name();
	const char *targets[10] = { inside, "." };
	struct tar tar = { 0 };

	(void)state;
	begin();
	targets[2] = text("%s/outside", top);
	targets[3] = text("/proc/self/root%s/outside", top);
	for (int i = 4; i < 10; i++)
		targets[i] = text("%.*soutside", 3 * (i - 2), "../../../../../../../");
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		const struct tar_file below[] = {
			{ .name = text("%s/%s", link, file), TEXT },
			{ .name = text("%s/directory/%s", link, file), TEXT },
			{ .name = text("%s/%s/%s", link, file, file), .type = '5' },
			{ .name = text("%s/.wh.file", link) },
			{ .name = text("%s/.wh..wh..opq", link) },
		};

		for (size_t j = 0; j < sizeof(below) / sizeof(below[0]); j++) {
			tar_add(&tar, .name = text("%s/directory", inside), .type = '5');
			tar_add(&tar, .name = link, .type = '2', .link = targets[i]);
			tar_add_file(&tar, &below[j]);
			refuse(&tar, link);
		}
	}
	end();
}

static void entries_below_a_directory_are_made(void **state)
{
	const char *a = new_name(), *b = new_name(), *file = new_name();
	struct tar tar = { 0 };

	(void)state;
	begin();
	tar_add(&tar, .name = a, .type = '5', .mode = 0700, .mtime = 7);
	tar_add(&tar, .name = text("%s/%s/%s", a, b, file), TEXT);
	tar_add(&tar, .name = text("./%s//%s/", b, a), .type = '5', .mode = 0711);
	tar_add(&tar, .name = text("%s/%s", b, file), .type = '2', .link = a);
	accept(&tar);
	assert_layer("700 7\n755\ntext\n711\n",
		     "stat -c '%a %Y' $1; stat -c %a $1/$2; cat $1/$2/$3\n"
		     "stat -c %a $2/$1; [ $(readlink $2/$3) = $1 ]",
		     a, b, file);
	tar_add(&tar, .name = a, TEXT);
	tar_add(&tar, .name = text("%s/%s/%s", a, b, file), TEXT);
	refuse(&tar, a);
	end();
}

static void what_is_mounted_on_the_way_is_no_part_of_a_layer(void **state)
{
	const char *directory = new_name(), *image = new_name();
	struct tar tar = { 0 };

	(void)state;
	begin();
	tar_add(&tar, .name = directory, .type = '5');
	assert_success(import(&tar, image));
	assert_prints(script(BOX
			     "mkdir -p $upper/$4/deep; commit $1 $2; mount -t tmpfs mounted "
			     "$upper/$4/deep\n"
			     "trap 'umount $upper/$4/deep' EXIT; echo secret >$upper/$4/deep/file\n"
			     "commit $1 $2; grep -q $4/deep $1/err",
			     top, "box", image, directory, NULL),
		      "0\n125\n");
	end();
}

static void names_with_two_dots_are_refused(void **state)
{
	const char *name = new_name(), *file = new_name();
	const char *const bad[] = {
		"..",
		"../",
		"./..",
		text("../%s", file),
		text("%s/..", name),
		text("%s/../", name),
		text("%s/.././%s", name, file),
		text("%s/%s/..//..", name, name),
		text("%s/../../%s", name, file),
		"../../../../../../outside",
		"../../../../../outside",
		"../../../../outside",
	};
	struct tar tar = { 0 };

	(void)state;
	begin();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		tar_add(&tar, .name = text("%s/%s", name, name), .type = '5');
		tar_add(&tar, .name = bad[i], .type = '5', .mode = 0777, .uid = 7);
		refuse(&tar, bad[i]);
	}
	tar_add(&tar, .name = text("../../../../../outside/%s", file), TEXT);
	refuse(&tar, file);
	end();
}

static void other_dots_are_a_part_of_a_name(void **state)
{
	const char *name = new_name();
	struct tar tar = { 0 };

	(void)state;
	begin();
	tar_add(&tar, .name = text("..%s", name), TEXT);
	tar_add(&tar, .name = text("%s..", name), TEXT);
	tar_add(&tar, .name = text(".../%s..%s", name, name), TEXT);
	tar_add(&tar, .name = text("./.%s", name), TEXT);
	accept(&tar);
	assert_layer("text\ntext\ntext\ntext\n", "cat ..$1 $1.. .../$1..$1 .$1", name);
	end();
}

static void absolute_names_are_refused(void **state)
{
	const char *name = new_name();
	const char *bad[5];
	struct tar tar = { 0 };

	(void)state;
	begin();
	bad[0] = text("%s/outside/%s", top, name);
	bad[1] = text("/%s", name);
	bad[2] = text("//%s", name);
	bad[3] = text("/./%s", name);
	bad[4] = "/";
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		tar_add(&tar, .name = bad[i], .type = '5', .mode = 0777);
		refuse(&tar, bad[i]);
	}
	tar_add(&tar, .name = bad[1] + 1, .type = '5', .mode = 0700);
	accept(&tar);
	assert_layer("700\n", "stat -c %a $1", name);
	end();
}

/* ---- Files and links ---- */

static void no_file_is_written_through_an_earlier_entry(void **state)
{
	const char *a = new_name(), *b = new_name(), *c = new_name();
	struct tar tar = { 0 };

	(void)state;
	begin();
	tar_add(&tar, .name = a, .type = '2', .link = text("%s/outside/file", top));
	tar_add(&tar, .name = a, TEXT, .mode = 0600);
	tar_add(&tar, .name = b, .type = '2', .link = text("%s/outside/%s", top, b));
	tar_add(&tar, .name = b, TEXT);
	tar_add(&tar, .name = c, .type = '2', .link = a);
	tar_add(&tar, .name = c, .content = "other\n", .size = 6);
	accept(&tar);
	assert_layer("regular file\nregular file\nregular file\ntext\ntext\nother\n",
		     "stat -c %F $*; cat $*", a, b, c);
	/* A name of a file that has another name. */
	tar_add(&tar, .name = a, TEXT);
	tar_add(&tar, .name = b, .type = '1', .link = a);
	tar_add(&tar, .name = b, .content = "other\n", .size = 6, .mode = 04755, .uid = 7);
	/* A directory with a file, and the same name twice. */
	tar_add(&tar, .name = text("%s/%s", c, a), TEXT);
	tar_add(&tar, .name = c, .content = "once\n", .size = 5);
	tar_add(&tar, .name = c, .content = "2\n", .size = 2);
	accept(&tar);
	assert_layer("644 0 1\n4755 7 1\n644 0 1\ntext\nother\n2\n",
		     "stat -c '%a %u %h' $*; cat $*", a, b, c);
	end();
}

static void hard_links_stay_in_the_layer(void **state)
{
	const char *link = new_name(), *other = new_name();
	const char *bad[12] = { link, text("%s/file", link), new_name(), "/" };
	struct tar tar = { 0 };

	(void)state;
	begin();
	bad[4] = text("%s/outside/file", top);
	for (int i = 5; i < 12; i++)
		bad[i] = text("%.*soutside/file", 3 * (i - 4), "../../../../../../../");
	for (size_t i = 1; i < sizeof(bad) / sizeof(bad[0]); i++) {
		tar_add(&tar, .name = link, .type = '2', .link = text("%s/outside", top));
		tar_add(&tar, .name = other, .type = '1', .link = bad[i]);
		refuse(&tar, bad[i]);
	}
	/* A link has two names then; what it leads to has not. */
	tar_add(&tar, .name = link, .type = '2', .link = text("%s/outside/file", top));
	tar_add(&tar, .name = other, .type = '1', .link = link);
	accept(&tar);
	assert_layer("symbolic link 2\nsymbolic link 2\n", "stat -c '%F %h' $*", link, other);
	tar_add(&tar, .name = link, .type = '5');
	tar_add(&tar, .name = other, .type = '1', .link = link);
	refuse(&tar, link);
	end();
}

static void a_hard_link_is_the_same_file(void **state)
{
	const char *a = new_name(), *b = new_name(), *c = new_name();
	struct tar tar = { 0 };

	(void)state;
	begin();
	tar_add(&tar, .name = text("%s/%s", a, b), TEXT, .mode = 0640);
	tar_add(&tar, .name = b, TEXT);
	tar_add(&tar, .name = text("./%s/%s", c, a), .type = '1', .link = text("./%s//%s", a, b));
	tar_add(&tar, .name = b, .type = '1', .link = text("%s/%s", a, b));
	tar_add(&tar, .name = b, .type = '1', .link = text("%s/%s", c, a));
	tar_add(&tar, .name = b, .type = '1', .link = b);
	accept(&tar);
	assert_layer("640 3\n640 3\n640 3\ntext\n",
		     "stat -c '%a %h' $1/$2 $2 $3/$1; cat $2; [ $2 -ef $3/$1 ]", a, b, c);
	end();
}

static void attributes_are_those_of_the_link_itself(void **state)
{
	const char *link = new_name(), *attribute = new_name();
	const char *targets[3];
	char value[16];
	struct tar tar = { 0 };

	(void)state;
	begin();
	targets[0] = text("%s/outside/file", top);
	targets[1] = text("%s/outside/directory", top);
	targets[2] = text("%s/outside/%s", top, link);
	tar_add(&tar, .name = link, .type = '6', .mode = 0600, .uid = 4, .gid = 5, .mtime = 6);
	accept(&tar);
	assert_layer("600 4:5 6\n", "stat -c '%a %u:%g %Y' $1", link);
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		tar_add_record(&tar, 'x', text("SCHILY.xattr.trusted.%s", attribute), "value", 5);
		tar_add(&tar, .name = link, .type = '2', .link = targets[i], .mode = 0777, .uid = 7,
			.gid = 8, .mtime = 9);
		accept(&tar);
		assert_layer(text("%s 7:8 9\n", targets[i]),
			     "echo $(readlink $1) $(stat -c '%u:%g %Y' $1)", link);
		assert_int_equal(lgetxattr(text("%s/layer/%s", top, link),
					   text("trusted.%s", attribute), value, sizeof(value)),
				 5);
	}
	assert_prints(
		script("find $1/outside -newermt 2000-01-01 -o ! -newermt 1999-12-31", top, NULL),
		"");
	end();
}

static void attributes_of_overlayfs_and_of_the_host_are_left_out(void **state)
{
	/* cap_net_raw=ep */
	static const unsigned char capability[20] = { 1, 0, 0, 2, 0, 32 };
	static const char *const left_out[] = {
		"trusted.overlay.opaque", "trusted.overlay.redirect", "trusted.overlay.metacopy",
		"user.overlay.opaque",	  "user.overlay.redirect",    "security.selinux",
		"security.ima",
	};
	/* user::rw-, user:5:r--, group::r--, mask::r--, other::r-- */
	static const unsigned char acl[] = { 2,	   0,	 0,    0, 1,	0,    6,    0,	  0xff,
					     0xff, 0xff, 0xff, 2, 0,	4,    0,    5,	  0,
					     0,	   0,	 4,    0, 4,	0,    0xff, 0xff, 0xff,
					     0xff, 0x10, 0,    4, 0,	0xff, 0xff, 0xff, 0xff,
					     0x20, 0,	 4,    0, 0xff, 0xff, 0xff, 0xff };
	const char *name = new_name();
	const struct {
		const char *name;
		const void *value;
		size_t size;
	} kept[] = {
		{ text("trusted.%s", random_name()), "y", 1 },
		{ "security.capability", capability, sizeof(capability) },
		{ "system.posix_acl_access", acl, sizeof(acl) },
	};
	struct tar tar = { 0 };
	char list[256], value[256];
	ssize_t size;

	(void)state;
	begin();
	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++) {
		tar_add_record(&tar, 'x', text("SCHILY.xattr.%s", left_out[i]), "y", 1);
		tar_add(&tar, .name = name, .type = i % 2 ? '5' : '0');
		accept(&tar);
		assert_int_equal(listxattr(text("%s/layer/%s", top, name), NULL, 0), 0);
	}
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		tar_add_record(&tar, 'x', text("SCHILY.xattr.%s", kept[i].name), kept[i].value,
			       kept[i].size);
		tar_add(&tar, .name = name, TEXT);
		accept(&tar);
		size = listxattr(text("%s/layer/%s", top, name), list, sizeof(list));
		assert_int_equal(size, strlen(kept[i].name) + 1);
		assert_string_equal(list, kept[i].name);
		size = getxattr(text("%s/layer/%s", top, name), list, value, sizeof(value));
		assert_int_equal(size, kept[i].size);
		assert_memory_equal(value, kept[i].value, kept[i].size);
	}
	end();
}

static void device_nodes_have_numbers_that_exist(void **state)
{
	const char *a = new_name(), *b = new_name(), *c = new_name();
	struct tar tar = { 0 };

	(void)state;
	begin();
	for (const char *type = "34"; *type; type++) {
		tar_add(&tar, .name = a, .type = *type);
		refuse(&tar, a);
		tar_add(&tar, .name = a, .type = *type, .major = 4096);
		refuse(&tar, a);
		tar_add(&tar, .name = a, .type = *type, .major = 1, .minor = 1 << 20);
		refuse(&tar, a);
		tar_add_record(&tar, 'x', "SCHILY.devmajor", "4294967296", 10);
		tar_add(&tar, .name = a, .type = *type);
		refuse(&tar, a);
	}
	tar_add(&tar, .name = a, .type = '3', .major = 1, .minor = 3, .mode = 0666);
	tar_add(&tar, .name = b, .type = '4', .major = 4095, .minor = (1 << 20) - 1);
	tar_add(&tar, .name = c, .type = '3', .minor = 1);
	accept(&tar);
	assert_layer("character special file 1:3 666\nblock special file fff:fffff 644\n"
		     "character special file 0:1 644\n",
		     "stat -c '%F %t:%T %a' $*", a, b, c);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(entries_below_a_link_go_nowhere),
		host_test(entries_below_a_directory_are_made),
		host_test(what_is_mounted_on_the_way_is_no_part_of_a_layer),
		host_test(names_with_two_dots_are_refused),
		host_test(other_dots_are_a_part_of_a_name),
		host_test(absolute_names_are_refused),
		host_test(no_file_is_written_through_an_earlier_entry),
		host_test(hard_links_stay_in_the_layer),
		host_test(a_hard_link_is_the_same_file),
		host_test(attributes_are_those_of_the_link_itself),
		host_test(attributes_of_overlayfs_and_of_the_host_are_left_out),
		host_test(device_nodes_have_numbers_that_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
