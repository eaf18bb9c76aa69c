/* Step 05: rates of block devices, on a loop device, by what they do. */
#include "test_05.h"

static char loop[32];

/* Makes a disk of 16 MiB, with a partition in it. */
static int make_disk(void **state)
{
	const struct result *result = run_shell(
		"[ -e /dev/loop-control ] || busybox modprobe -q loop\n"
		"f=$(mktemp) && truncate -s 16M $f && l=$(losetup --find --show --partscan $f)\n"
		"s=$?; rm -f $f; [ $s -eq 0 ] && addpart $l 1 2048 8192 && echo $l");

	(void)state;
	if (sscanf(result->out, "%31s", loop) != 1)
		print_message("losetup: %s\n", result->err);
	return 0;
}

static int remove_disk(void **state)
{
	(void)state;
	return *loop ? run("sh", "-c", "delpart $0 1; losetup --detach $0", loop)->status : 0;
}

#define need_disk()                                                                                \
	do {                                                                                       \
		need_controller("io");                                                             \
		if (!*loop)                                                                        \
			skip_because("no loop device can be had");                                 \
	} while (0)

/* Runs `probe WHAT`, with a rate if `option` is not NULL, and returns bytes a second. */
static long transfer(const char *option, const char *rate, const char *what, const char *size)
{
	char device[80], limit[128] = "--init";
	const struct result *result;

	snprintf(device, sizeof(device), "%s:/dev/disk", loop);
	if (option)
		snprintf(limit, sizeof(limit), "--%s=%s:%s", option, loop, rate);
	result = step("--device", device, limit, "probe", what, "/dev/disk", size);
	assert_success(result);
	assert_contains(result->out, "direct yes\n");
	return number_after(result->out, "bytes_per_second ");
}

/*
 * Fails unless the transfer has that rate. On a busy machine the transfer may be slower: then the
 * test tries again.
 */
static void assert_rate(const char *option, const char *rate, const char *what, long wanted)
{
	long got = 0;

	for (int tries = 0; tries < 4 && got < wanted * 8 / 10; tries++) {
		got = transfer(option, rate, what, "3m");
		assert_true(got <= wanted * 12 / 10);
	}
	assert_within(got, wanted);
}

enum { BLOCK = 65536 }; /* the probe's */

static void without_a_rate_it_is_fast(void **state)
{
	(void)state;
	need_disk();
	assert_true(transfer(NULL, NULL, "read", "4m") > 5 << 20);
	assert_true(transfer(NULL, NULL, "write", "4m") > 5 << 20);
}

static void bytes_are_read_at_the_rate(void **state)
{
	(void)state;
	need_disk();
	assert_rate("device-read-bps", "1mb", "read", 1 << 20);
	assert_true(transfer("device-read-bps", "512k", "write", "4m") > 5 << 20);
}

static void bytes_are_written_at_the_rate(void **state)
{
	(void)state;
	need_disk();
	assert_rate("device-write-bps", "1mb", "write", 1 << 20);
	assert_true(transfer("device-write-bps", "512k", "read", "4m") > 5 << 20);
}

static void operations_are_done_at_the_rate(void **state)
{
	(void)state;
	need_disk();
	assert_rate("device-read-iops", "20", "read", 20 * BLOCK);
	assert_rate("device-write-iops", "20", "write", 20 * BLOCK);
}

static void a_rate_of_zero_is_none(void **state)
{
	(void)state;
	need_disk();
	assert_true(transfer("device-read-bps", "0", "read", "4m") > 5 << 20);
	assert_true(transfer("device-write-iops", "0", "write", "4m") > 5 << 20);
}

/* A container has several rates at once. Its rates do not limit a second container. */
static void rates_are_those_of_one_container(void **state)
{
	const struct result *result;
	long first, second;

	(void)state;
	need_disk();
	result = script("o=\"./step-05 --network none --device $1:/dev/disk\"\n"
			"$o --device-read-bps $1:1m --device-write-bps $1:2m sh -c 'probe read "
			"/dev/disk 3m\nprobe write /dev/disk 4m' & $o probe read /dev/disk 4m |\n"
			"sed 's/.*per_second/other/'; wait",
			loop);
	assert_success(result);
	assert_true(number_after(result->out, "other ") > 5 << 20);
	/* The transfers run at the same time, so they may be slower on a busy machine. */
	first = number_after(result->out, "bytes_per_second ");
	second = number_after(strstr(result->out, "bytes_per_second ") + 1, "bytes_per_second ");
	assert_true(first > 1 << 19 && first < (1 << 20) * 12 / 10);
	assert_true(second > 1 << 20 && second < (2 << 20) * 12 / 10);
}

static void what_is_transferred_is_counted(void **state)
{
	char option[64], rate[64];
	const struct result *result;

	(void)state;
	need_disk();
	snprintf(option, sizeof(option), "--device=%s:/dev/disk", loop);
	/* v1 counts a device only from its first rate on. */
	snprintf(rate, sizeof(rate), "--device-read-bps=%s:1g", loop);
	result = step("--stats", option, rate, "sh", "-c",
		      "probe read /dev/disk 3m; probe write /dev/disk 2m");
	assert_success(result);
	assert_int_equal(number_after(result->err, "block read     "), 3 << 20);
	assert_int_equal(number_after(result->err, "block written  "), 2 << 20);
}

static void a_partition_has_no_rate(void **state)
{
	const char *wanted = is_in_v2("io") ? "step-05: write io.max "
					    : "step-05: write blkio.throttle.read_bps_device ";
	const struct result *result;

	(void)state;
	need_disk();
	result = script(SCRATCH "n=$(cat /sys/block/${1#/dev/}/${1#/dev/}p1/dev)\n"
				"mknod $d/p b ${n%:*} ${n#*:}\n"
				"./step-05 --network none --device-read-bps $d/p:1m true",
			loop);
	assert_refused(result, 125, wanted);
	assert_contains(result->err,
			": ENODEV No such device; a rate is for a whole disk, not for a "
			"part of it\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(without_a_rate_it_is_fast),
		host_test(bytes_are_read_at_the_rate),
		host_test(bytes_are_written_at_the_rate),
		host_test(operations_are_done_at_the_rate),
		host_test(a_rate_of_zero_is_none),
		host_test(rates_are_those_of_one_container),
		host_test(what_is_transferred_is_counted),
		host_test(a_partition_has_no_rate),
	};

	return cmocka_run_group_tests(tests, make_disk, remove_disk);
}
