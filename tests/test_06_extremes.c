/* Step 06, engine: a disk without inodes, trees that are deep, files with many names, old notes. */
#include "test_06_engine.h"

/* A store on a disk for 2000 files, in which no file can be made any more after `fill`. */
#define SMALL                                                                                      \
	"mkdir $d/small; unmount() { umount -l $d/small; }; trap 'unmount; finish' EXIT\n"         \
	"mount -t tmpfs -o nr_inodes=2000 none $d/small; s=$d/small/s; export STEP_STORE=$s\n"     \
	"fill() { mkdir -p $d/small/f; (i=0; while touch $d/small/f/$((i += 1)); do :; done) "     \
	"2>/dev/null || true; }\n"

static void a_full_disk_can_be_emptied(void **state)
{
	(void)state;
	assert_success(engine_script(
		SMALL
		"r --name one busybox sh -c 'echo >/x'; e commit one img >/dev/null; e "
		"create --name "
		"two img sh >/dev/null\n"
		"fill; refuses 125 ENOSPC e create busybox sh; no touch $d/small/f/x 2>/dev/null\n"
		"e rm one >/dev/null; fill; e rmi -f img >/dev/null; fill; e container prune "
		">/dev/null\n"
		"fill; e image prune -a >/dev/null; rm -r $d/small/f; [ -z \"$(names)\" ]; [ "
		"-z \"$(e "
		"ps -aq)\" ]; whole; e images >/dev/null; r --rm busybox true; whole"));
}

/* 1500 directories, each in the one before. */
#define DEEP "i=0; while [ $i -lt 1500 ]; do mkdir a; cd a; i=$((i + 1)); done; echo x >end"

static void deep_trees_need_no_descriptors(void **state)
{
	(void)state;
	assert_success(engine_script(
		"r --name box busybox sh -c '" DEEP "'\n"
		"(ulimit -n 60; e diff box >$d/diff; e system df >$d/df)\n"
		"[ $(wc -l <$d/diff) = 1501 ]; tail -1 $d/diff | grep -q '^A /a/.*/end$'\n"
		"e commit box deep >/dev/null; r --name two deep sh -c 'echo >/a/a/new'\n"
		"is \"$(e diff two | xargs)\" 'C /a/a A /a/a/new'; e rm box two >/dev/null; "
		"whole"));
}

/* Paths that are longer than the kernel takes at once: `system df` still counts. */
static void trees_of_any_depth_are_counted(void **state)
{
	(void)state;
	assert_success(engine_script(
		"c=$(e create busybox sh)\n"
		"python3 -c 'import os, sys\nos.chdir(sys.argv[1])\nfor i in range(60): "
		"os.mkdir(\"n\" * 200); os.chdir(\"n\" * 200)\nopen(\"large\", "
		"\"wb\").write(bytes(3000000))' $s/containers/$c/upper\n"
		"e system df | awk '/^Containers/ { exit !($3 ~ /^3[0-9.]*MB$/) }'; e rm $c "
		">/dev/null; whole"));
}

static void hard_links_stay_when_files_are_copied(void **state)
{
	(void)state;
	assert_success(engine_script(
		"mkdir -p $d/c/t/usr/lib $d/c/t/bin; echo one >$d/c/t/usr/lib/a; ln "
		"$d/c/t/usr/lib/a "
		"$d/c/t/usr/lib/b; ln $d/c/t/usr/lib/a $d/c/t/bin/c; echo two >$d/c/t/single\n"
		"tar -C $d/c/t -cf $d/c/a.tar .; printf 'FROM busybox\\nRUN mkdir -p /usr/real; rm "
		"-rf "
		"/usr/lib; ln -s real /usr/lib\\nADD a.tar /\\n' >$d/c/Containerfile\n"
		"id=$(e build --network none $d/c)\n"
		"is \"$(r --rm $id sh -c 'stat -c %h /usr/real/a /usr/lib/b /bin/c /single; cat "
		"/bin/c' | xargs)\" '3 3 3 1 one'\n"
		"printf 'FROM busybox\\nCOPY t /to/\\n' >$d/c/Containerfile; id=$(e build "
		"--network none "
		"$d/c)\n"
		"is \"$(r --rm $id stat -c %h /to/usr/lib/a /to/bin/c | xargs)\" '3 3'\n"
		"c=$(e create busybox sh); e cp $d/c/t $c:/in; e cp $c:/in $d/out\n"
		"[ $(stat -c %h $d/out/bin/c) = 3 ]; [ $d/out/bin/c -ef $d/out/usr/lib/a ]; "
		"whole"));
}

static void notes_of_a_build_go_with_its_layers(void **state)
{
	(void)state;
	assert_success(engine_script(
		"mkdir $d/c; printf 'FROM busybox\\nRUN echo a >/a\\nENV A=b\\nRUN echo b >/b\\n' "
		">$d/c/Containerfile\n"
		"id=$(e build --network none -t one $d/c); [ $(ls $s/built | wc -l) = 3 ]\n"
		"[ $(e build --network none -t two $d/c) = $id ]; e rmi two >/dev/null\n"
		"[ $(ls $s/built | wc -l) = 3 ]; [ $(e build --network none $d/c) = $id ]\n"
		"e rmi -f one >/dev/null; e image prune >/dev/null; [ -z \"$(ls $s/built)\" ]; "
		"whole\n"
		"e build --network none -t one $d/c >/dev/null; e image prune -a >/dev/null\n"
		"[ -z \"$(ls $s/built)\" ]; whole"));
}

/* Each RUN with a bridge has an address for itself, and lets it go. */
static void a_build_holds_no_descriptor_for_each_step(void **state)
{
	(void)state;
	assert_success(engine_script("mkdir $d/c; { echo FROM busybox; for i in $(seq 12); do echo "
				     "\"RUN echo $i >/$i\"; "
				     "done; } >$d/c/Containerfile\n"
				     "(ulimit -n 50; e build $d/c >/dev/null); whole"));
}

/* The names of a directory are read in batches of 4 MB; here there are 6 MB. */
static void a_directory_of_many_names_is_read_in_batches(void **state)
{
	(void)state;
	assert_success(engine_script(
		"pad=$(head -c 240 /dev/zero | tr '\\0' x); e images >/dev/null\n"
		"r --name box -e pad=$pad busybox sh -c 'mkdir /many; cd /many; for i in $(seq "
		"22000); do : >$i$pad; done'\n"
		"e diff box >$d/diff; is $(grep -c /many/ $d/diff) 22000\n"
		"LC_ALL=C sort -c $d/diff || wrong 'diff is not sorted'\n"
		"e commit box many >/dev/null; e save many | tar -x -C $d\n"
		"tar -tf $d/blobs/sha256/$(jq -r '.layers[-1].digest[7:]' $d/blobs/sha256/$(jq -r "
		"'.manifests[0].digest[7:]' $d/index.json)) | sed -n 's,^many/,,p' | grep . "
		">$d/names\n"
		"is $(wc -l <$d/names) 22000; LC_ALL=C sort -c $d/names || wrong 'not sorted'\n"
		"r --name box2 many rm -r /many; e diff box2 | grep -qx 'D /many'; whole"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_directory_of_many_names_is_read_in_batches),
		host_test(a_full_disk_can_be_emptied),
		host_test(deep_trees_need_no_descriptors),
		host_test(trees_of_any_depth_are_counted),
		host_test(hard_links_stay_when_files_are_copied),
		host_test(notes_of_a_build_go_with_its_layers),
		host_test(a_build_holds_no_descriptor_for_each_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
