/* step-06-oci: the labels of a kernel's security modules, where it has them. */
#include <unistd.h>

#include "test_06_oci.h"

static void they_need_a_kernel_that_has_them(void **state)
{
	const struct result *result;

	(void)state;
	if (access("/sys/module/apparmor", F_OK) == 0 ||
	    access("/sys/fs/selinux/enforce", F_OK) == 0)
		skip_because("this kernel has AppArmor or SELinux");
	result = oci_script(
		"args sleep 1000; oci run -d $id\n"
		"no oci exec --apparmor x $id true; no oci exec --process-label x $id true\n"
		"config '.process.apparmorProfile = \"x\" | .process.selinuxLabel "
		"= \"y\" | .linux.mountLabel = \"z\"'; no oci run $id-2\n");
	assert_contains(result->err,
			"exec --apparmor: this kernel has no AppArmor, or it is switched off\n");
	assert_contains(
		result->err,
		"exec --process-label: this kernel has no SELinux, or it is switched off\n");
	assert_contains(
		result->err,
		"linux.mountLabel: this kernel has no SELinux, or it is switched off; "
		"process.apparmorProfile: this kernel has no AppArmor, or it is switched off; "
		"process.selinuxLabel: this kernel has no SELinux, or it is switched off");
}

static void a_profile_of_apparmor_confines_the_command(void **state)
{
	(void)state;
	if (!script("grep -q Y /sys/module/apparmor/parameters/enabled && command -v "
		    "apparmor_parser || true",
		    "")
		     ->out[0])
		skip_because("there is no AppArmor, or no apparmor_parser(8)");
	assert_prints(
		oci_script(
			"profile=workbook-$id; confined='cat /proc/self/attr/current; cat "
			"/secret'\n"
			"load() { echo \"profile $profile flags=(attach_disconnected) { file, "
			"capability, network, signal, deny /secret r, }\" | apparmor_parser "
			"--skip-cache $1; }\n"
			"load --add; echo told >rootfs/secret; chmod 644 rootfs/secret\n"
			"shown() { sed \"s/$profile/ours/\"; }\n"
			"args sh -c \"$confined\"; oci run $id\n"
			"config --arg profile $profile '.process.apparmorProfile = $profile'\n"
			"oci run $id 2>&1 | shown\n"
			"args sleep 1000; oci run -d $id; oci exec $id sh -c \"$confined\" 2>&1 | "
			"shown\n"
			"oci exec --apparmor unconfined $id sh -c \"$confined\"\n"
			"oci exec --apparmor nowhere $id true 2>&1 | grep -c ENOENT\n"
			"oci delete --force $id; load --remove\n"),
		"unconfined\ntold\n"
		"ours (enforce)\ncat: can't open '/secret': Permission denied\n"
		"ours (enforce)\ncat: can't open '/secret': Permission denied\n"
		"unconfined\ntold\n1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(they_need_a_kernel_that_has_them),
		host_test(a_profile_of_apparmor_confines_the_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
