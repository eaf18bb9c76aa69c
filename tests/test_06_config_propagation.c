/*
 * config.json's mounts: which mounts of the container appear on the host, and which of the host's
 * inside.
 */
#include "test_06_oci.h"

static void propagation_is_as_asked_for(void **state)
{
	(void)state;
	/* The host's "/" is shared here. A volume is a slave of the host's mount by default. */
	assert_prints(oci_script(ADD "mkdir v; add /none bind v; add /private bind v private\n"
				     "add /shared bind v rshared; add /slave bind v rslave\n"
				     "add /unbindable bind v unbindable\n"
				     "inside 'for i in none private shared slave unbindable; do "
				     "grep \" /$i \" /proc/self/mountinfo | cut -d \" \" -f 7 | "
				     "sed \"s/:.*//\"; done'\n"),
		      "master\n-\nshared\nmaster\nunbindable\n");
}

static void a_mount_of_the_host_appears_in_a_slave(void **state)
{
	(void)state;
	assert_prints(
		oci_script(ADD "mkdir -p v/sub; add /slave bind v rslave; add /private bind v "
			       "rprivate\n"
			       "args sh -c 'while [ ! -e /slave/sub/there ]; do sleep 0.05; done; "
			       "ls /private/sub /slave/sub'\n"
			       "(wait_for is $id running; mount -t tmpfs tmpfs v/sub; touch "
			       "v/sub/there) & oci run $id; wait; umount v/sub\n"),
		"/private/sub:\n\n/slave/sub:\nthere\n");
}

/*
 * Makes four mounts on the host: one shared, one private, one a slave, one both slave and shared.
 */
#define STATES                                                                                     \
	ADD "umount_all() { for i in $states; do umount -R $d/$i; done; }\n"                       \
	    "trap 'oci delete --force $id || true; umount_all; rm -rf --one-file-system $d' "      \
	    "EXIT\n"                                                                               \
	    "states='shared private slave both'; config '.process.capabilities[] += "              \
	    "[\"CAP_SYS_ADMIN\"]'\n"                                                               \
	    "for i in $states; do mkdir $i; mount --bind $i $i; mount --make-private $i; mkdir "   \
	    "$i/sub $i/late; done; mount --make-shared shared\n"                                   \
	    "for i in slave both; do umount $i; mount --bind shared $i; mount --make-slave $i; "   \
	    "done; mount --make-shared both\n"                                                     \
	    "words='none private rprivate slave rslave shared rshared unbindable'\n"               \
	    "each() { for i in $states; do for w in $words; do $1 $i $w; done; done; }\n"          \
	    "add_word() { if [ $2 = none ]; then add /$1/$2 bind $1; else add /$1/$2 bind $1 $2; " \
	    "fi; }\n"

/* Prints a mount's propagation, from mountinfo. */
#define SHOW                                                                                       \
	"show='for i in shared private slave both; do for w in none private rprivate slave "       \
	"rslave shared rshared unbindable; do grep \" /$i/$w \" /proc/self/mountinfo | sed "       \
	"\"s/.*relatime//; s/ - .*//; s/:[0-9]*//g; s/^/$i $w:/\"; done; done'\n"

#define OF_A_SLAVE(name)                                                                           \
	name " none: master\n" name " private:\n" name " rprivate:\n" name " slave: master\n" name \
	     " rslave: master\n" name " shared: shared master\n" name                              \
	     " rshared: shared master\n" name " unbindable: unbindable\n"

static void each_word_of_propagation_with_each_mount(void **state)
{
	(void)state;
	assert_prints(oci_script(STATES SHOW "each add_word; inside \"$show\"\n"),
		      OF_A_SLAVE("shared") "private none:\nprivate private:\nprivate rprivate:\n"
					   "private slave:\nprivate rslave:\nprivate shared: "
					   "shared\nprivate rshared: shared\n"
					   "private unbindable: unbindable\n" OF_A_SLAVE("slave")
						   OF_A_SLAVE("both"));
}

/* Mounts in all these places in the container, and lists those mounts that the host sees. */
#define MOUNT_INSIDE                                                                               \
	"mount_inside() {\n"                                                                       \
	"  inside 'for i in /shared /private /slave /both; do for j in $i/*; do\n"                 \
	"  mount -t tmpfs of-$j $j/sub; done; done'\n"                                             \
	"  grep -o 'tmpfs of-[a-z/]*' /proc/self/mountinfo | cut -c 10- | sort -u; }\n"

static void no_mount_inside_appears_on_the_host(void **state)
{
	(void)state;
	assert_prints(
		oci_script(STATES MOUNT_INSIDE
			   "each add_word; for p in slave rslave private rprivate unbindable; do\n"
			   "config --arg p $p '.linux.rootfsPropagation = $p'; mount_inside; done\n"
			   "config 'del(.linux.rootfsPropagation)'\n"
			   "mount_inside; echo end\n"),
		"end\n");
}

/* Kubernetes' Bidirectional, and Docker's and Podman's rshared, ask for this. */
static void but_if_both_are_shared(void **state)
{
	(void)state;
	assert_prints(oci_script(STATES MOUNT_INSIDE
				 "each add_word; for p in shared rshared; do\n"
				 "config --arg p $p '.linux.rootfsPropagation = $p'; mount_inside\n"
				 "while umount shared/sub || umount both/sub; do :; done; done\n"),
		      "/both/rshared\n/both/shared\n/shared/rshared\n/shared/shared\n"
		      "/both/rshared\n/both/shared\n/shared/rshared\n/shared/shared\n");
}

static void a_mount_of_the_host_appears_where_it_should(void **state)
{
	(void)state;
	assert_prints(
		oci_script(STATES
			   "each add_word; args sh -c 'until [ -e /shared/shared/late/there ]; do "
			   "sleep 0.05; done; ls -d /*/*/late/there'\n"
			   "(wait_for is $id running; for i in private slave both shared; do\n"
			   "  mount -t tmpfs t $i/late; touch $i/late/there; done) & oci run $id\n"
			   "wait\n"),
		"/both/none/late/there\n/both/rshared/late/there\n/both/rslave/late/there\n"
		"/both/shared/late/there\n/both/slave/late/there\n"
		"/shared/none/late/there\n/shared/rshared/late/there\n/shared/rslave/late/there\n"
		"/shared/shared/late/there\n/shared/slave/late/there\n"
		"/slave/none/late/there\n/slave/rshared/late/there\n/slave/rslave/late/there\n"
		"/slave/shared/late/there\n/slave/slave/late/there\n");
}

static void the_root_has_a_propagation_too(void **state)
{
	(void)state;
	/* A value for all mounts holds for those without a propagation of their own. */
	assert_prints(oci_script(ADD
				 "mkdir v; add /none bind v; add /slave bind v rslave\n"
				 "add /tmp tmpfs tmpfs; add /p tmpfs tmpfs private\n"
				 "for i in private rprivate slave rslave shared rshared unbindable "
				 "runbindable; do\n"
				 "config --arg p $i '.linux.rootfsPropagation = $p'\n"
				 "inside \"awk '\\$5 ~ /^.(none|slave|tmp|p|)\\$/ { "
				 "sub(/:.*/, \\\"\\\", \\$7); printf \\\"%s \\\", \\$7 } END { "
				 "print \\\"\\\" }' /proc/self/mountinfo\"; done\n"),
		      "- master master - - \n- - master - - \nmaster master master - - \n"
		      "master master master - - \nshared master master - - \n"
		      "shared shared master shared - \nunbindable master master - - \n"
		      "unbindable unbindable unbindable unbindable unbindable \n");
	assert_told(oci_script(ADD "config '.linux.rootfsPropagation = \"x\"'; no oci run $id\n"),
		    "linux.rootfsPropagation: must be shared, slave, private or unbindable");
}

static void a_root_that_is_a_slave_has_the_hosts_mounts(void **state)
{
	(void)state;
	assert_prints(
		oci_script(ADD
			   "mkdir rootfs/late; config '.linux.rootfsPropagation = \"slave\" |\n"
			   "  .process.capabilities[] += [\"CAP_SYS_ADMIN\"]'\n"
			   "args sh -c 'until [ -e /late/there ]; do sleep 0.05; done; ls /late\n"
			   "  mount -t tmpfs of-inside /mnt'\n"
			   "(wait_for is $id running; mount -t tmpfs tmpfs rootfs/late; touch "
			   "rootfs/late/there) & oci run $id; wait; umount rootfs/late\n"
			   "no grep of-inside /proc/self/mountinfo\n"),
		"there\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(propagation_is_as_asked_for),
		host_test(a_mount_of_the_host_appears_in_a_slave),
		host_test(each_word_of_propagation_with_each_mount),
		host_test(no_mount_inside_appears_on_the_host),
		host_test(but_if_both_are_shared),
		host_test(a_mount_of_the_host_appears_where_it_should),
		host_test(the_root_has_a_propagation_too),
		host_test(a_root_that_is_a_slave_has_the_hosts_mounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
