/* Step 06, engine: --userns with an image: idmapped layers, or a copy where they are not possible.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/xattr.h>

#include "cleanup.h"
#include "layers.h"
#include "test_06_engine.h"
#include "userns.h"

/* A store on ramfs, which has no idmapped mounts (nor extended attributes). */
#define RAMFS                                                                                      \
	"mkdir $d/m; unmount() { umount -l $d/m; }; mount -t ramfs ramfs $d/m; s=$d/m/store\n"     \
	"export STEP_STORE=$s; trap 'unmount; finish' EXIT; e images >/dev/null\n"

/* The layers of busybox as a user with users of its own sees them. */
#define OWNERS "sh -c 'stat -c \"%u:%g %a\" / /bin/busybox /tmp; stat -c %u:%g /proc/1; id -u'"

#define WARNING "has no idmapped layers"

static void a_copy_of_the_layers_belongs_to_its_users(void **state)
{
	(void)state;
	assert_success(engine_script(
		RAMFS
		"is \"$(r --userns auto --name box busybox " OWNERS
		" 2>$d/err | xargs)\" '0:0 755 0:0 "
		"755 0:0 1777 0:0 0'\n"
		"[ $(wc -l <$d/err) -eq 1 ]; grep -q '" WARNING "' $d/err\n"
		"e start -a box >$d/out 2>$d/err; [ ! -s $d/err ]; [ -s $d/out ]\n"
		"uid=$(stat -c %u $s/containers/*/lower/bin/busybox); [ $uid -gt 0 ]\n"
		"[ $(stat -c %u $s/layers/*/bin/busybox) = 0 ]; e diff box >$d/diff; [ ! -s "
		"$d/diff "
		"]\n"
		"e system df | awk '/^Containers/ { exit !($3 ~ /MB$/) }'\n"
		"r --rm busybox true 2>$d/err; [ ! -s $d/err ]; whole; e rm box >/dev/null; whole\n"
		"[ -z \"$(ls $s/containers)\" ]\n"
		"r --rm --userns auto busybox true 2>/dev/null; [ -z \"$(ls $s/containers)\" ]; "
		"whole"));
}

static void what_it_changes_becomes_an_image_of_the_usual_owners(void **state)
{
	(void)state;
	assert_success(engine_script(
		RAMFS
		"r --userns auto --name box busybox sh -c 'echo a >/new; chown 5:6 /etc/passwd; rm "
		"/etc/group; mkdir -m 700 /dir; ln /new /dir/hard' 2>/dev/null\n"
		"is \"$(e diff box | xargs)\" 'A /dir A /dir/hard C /etc D /etc/group C "
		"/etc/passwd A "
		"/new'\n"
		"e commit box two >/dev/null\n"
		"is \"$(r --rm two sh -c 'stat -c \"%n %u:%g %h\" /new /etc/passwd /dir / /bin; ls "
		"/etc/group 2>&1' | sed 's/ [0-9]*$//' | xargs)\" '/new 0:0 /etc/passwd 5:6 /dir "
		"0:0 / "
		"0:0 /bin 0:0 ls: /etc/group: No such file or directory'\n"
		"is \"$(e export box | tar -tvf - --numeric-owner | awk '$2 != \"0/0\" { print $2, "
		"$NF }')\" '5/6 etc/passwd'\n"
		"echo x >$d/x; e cp $d/x box:/x; e cp box:/new $d/new; [ $(stat -c %u $d/new) = 0 "
		"]\n"
		"refuses 125 'users of its own' e cp -a box:/new $d/new\n"
		"e commit box three >/dev/null; is \"$(r --rm three stat -c %u /x)\" 0; whole"));
}

static void the_users_stay_those_of_the_creation(void **state)
{
	(void)state;
	assert_success(engine_script(
		RAMFS
		"c=$(e create --network none --userns 200000:1000 busybox " OWNERS " 2>$d/err)\n"
		"grep -q '" WARNING "' $d/err; [ $(e start -a $c | head -1) != '' ]\n"
		"[ $(stat -c %u $s/containers/$c/lower) = 200000 ]\n"
		"jq '.Shift.uids[0][1] = 300000' $s/containers/$c/record.json >$d/j; cat $d/j "
		">$s/containers/$c/record.json\n"
		"refuses 125 'files of other users' e start -a $c; e rm $c >/dev/null; whole"));
}

/* $s has the image "img" with a volume that has files of two owners. */
#define VOLUME                                                                                     \
	"r --name one busybox sh -c 'mkdir /vol; echo a >/vol/root; echo b >/vol/user; chown 7:8 " \
	"/vol/user'; e commit -c 'VOLUME /vol' one img >/dev/null; e rm one >/dev/null\n"          \
	"owners() { e start -a box; }; make() { e create --network none --name box --userns "      \
	"auto img sh -c 'stat -c %u:%g /vol /vol/root /vol/user; touch /vol/x; stat -c %u:%g "     \
	"/vol/x; rm /vol/x' >/dev/null 2>&1; }\n"                                                  \
	"check() { make; is \"$(e start -a box | xargs)\" '0:0 0:0 7:8 0:0'\n"                     \
	" is \"$(e start -a box | xargs)\" '0:0 0:0 7:8 0:0'; e cp box:/vol/user $d/u\n"           \
	" is \"$(cat $d/u)\" b; e rm box >/dev/null; whole; }\n"

static void volumes_of_the_image_belong_to_the_users_of_the_container(void **state)
{
	(void)state;
	assert_success(engine_script(VOLUME "check"));
}

static void so_they_do_with_a_copy(void **state)
{
	(void)state;
	assert_success(engine_script(RAMFS VOLUME "check"));
}

/* The capabilities of a file, with the root of a user namespace, 200000, and without. */
static const unsigned char tied[24] = { 1, 0, 0, 3, 0, 32, [20] = 0x40, 0x0d, 3 };
static const unsigned char plain[20] = { 1, 0, 0, 2, 0, 32 };

static void capabilities_of_files_are_untied(void **state)
{
	struct id_map map = { 0, 200000, 1000 };
	const struct userns users = {
		.mode = USERNS_MAPPED, .uids = &map, .gids = &map, .uid_count = 1, .gid_count = 1
	};
	autofd int from = -1, blob = open("blob", O_RDWR | O_CREAT | O_CLOEXEC, 0600), to = -1;
	unsigned char value[64];
	struct layer layer;

	(void)state;
	assert_success(run_shell("mkdir tree; echo 1 >tree/cap; chown 200005:200006 tree/cap"));
	assert_int_equal(setxattr("tree/cap", "security.capability", tied, sizeof(tied), 0), 0);
	from = open("tree", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	to = open("layer", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (layer_pack_of(&users, from, LAYER_UPPER, false, LAYER_PLAIN, blob, &layer) < 0 ||
	    lseek(blob, 0, SEEK_SET) != 0 || layer_unpack(blob, -1, to, &layers_use, &layer) < 0)
		fail_msg("%s", fail_get()->text);
	assert_int_equal(getxattr("layer/cap", "security.capability", value, sizeof(value)),
			 sizeof(plain));
	assert_memory_equal(value, plain, sizeof(plain));
	assert_prints(run_shell("stat -c %u:%g layer/cap"), "5:6\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_copy_of_the_layers_belongs_to_its_users),
		host_test(what_it_changes_becomes_an_image_of_the_usual_owners),
		host_test(the_users_stay_those_of_the_creation),
		host_test(volumes_of_the_image_belong_to_the_users_of_the_container),
		host_test(so_they_do_with_a_copy),
		layer_test(capabilities_of_files_are_untied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
