/* common/fail.c and common/hints.c: messages. Each test begins with no failure kept. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "harness.h"
#include "hints.h"

/*
 * Calls fail_report() with stderr in a pipe, and fills `text` with its output. Returns its result.
 */
static int report(char *text, size_t size)
{
	int ends[2], status, stderr_kept = dup(STDERR_FILENO);
	ssize_t length;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	dup2(ends[1], STDERR_FILENO);
	status = fail_report();
	dup2(stderr_kept, STDERR_FILENO);
	close(stderr_kept);
	close(ends[1]);
	length = read(ends[0], text, size - 1);
	close(ends[0]);
	text[length > 0 ? length : 0] = '\0';
	return status;
}

static int forget(void **state)
{
	(void)state;
	forget_failure();
	return 0;
}

static void a_message_has_the_errnos_name_and_text(void **state)
{
	(void)state;
	errno = ENOTDIR;
	assert_int_equal(fail("frobnicate %s %d", "/a b", 7), -1);
	assert_string_equal(fail_get()->text, "frobnicate /a b 7: ENOTDIR Not a directory");
	assert_int_equal(fail_get()->status, STATUS_FAILED);
	assert_int_equal(errno, ENOTDIR);
}

static void a_message_ends_with_the_hint(void **state)
{
	(void)state;
	errno = EPERM;
	fail("clone3 CLONE_NEWUTS");
	assert_string_equal(fail_get()->text,
			    "clone3 CLONE_NEWUTS: EPERM Operation not permitted; "
			    "new namespaces need root: use sudo");
}

static void the_first_message_stays(void **state)
{
	(void)state;
	errno = EBUSY;
	fail_status(STATUS_NOT_EXECUTABLE, "first");
	errno = EPERM;
	assert_int_equal(fail("second"), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(fail_input("third"), -1);
	assert_int_equal(fail_set(&(struct failure){ .status = 3, .text = "fourth" }), -1);
	assert_string_equal(fail_get()->text, "first: EBUSY Device or resource busy");
	assert_int_equal(fail_get()->status, STATUS_NOT_EXECUTABLE);
}

static void bad_input_has_no_errno(void **state)
{
	(void)state;
	errno = EINVAL;
	assert_int_equal(fail_input("--size %d: is too much", 9), -1);
	assert_string_equal(fail_get()->text, "--size 9: is too much");
	assert_int_equal(fail_get()->status, STATUS_FAILED);
}

static void a_failure_of_another_process_is_kept(void **state)
{
	const struct failure theirs = { .status = 127, .text = "execve x: ENOENT" };

	(void)state;
	assert_int_equal(fail_set(&theirs), -1);
	assert_string_equal(fail_get()->text, theirs.text);
	assert_int_equal(fail_get()->status, 127);
}

static void a_report_prints_one_line_and_forgets(void **state)
{
	char text[4096], wanted[4096];

	(void)state;
	fail_status(STATUS_NOT_FOUND, "gone");
	snprintf(wanted, sizeof(wanted), "%s: %s\n", program_invocation_short_name,
		 fail_get()->text);
	assert_int_equal(report(text, sizeof(text)), STATUS_NOT_FOUND);
	assert_string_equal(text, wanted);
	assert_string_equal(fail_get()->text, "");

	errno = EIO;
	fail("next");
	assert_string_equal(fail_get()->text, "next: EIO Input/output error");
}

static void a_report_of_nothing_is_a_failure_all_the_same(void **state)
{
	char text[4096];

	(void)state;
	assert_int_equal(report(text, sizeof(text)), STATUS_FAILED);
}

static void a_name_that_is_too_long_is_cut_and_the_errno_stays(void **state)
{
	char long_name[3000];

	(void)state;
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	errno = EPERM;
	fail("clone3 %s", long_name);
	assert_memory_equal(fail_get()->text, "clone3 xxx", 10);
	assert_non_null(strstr(fail_get()->text, "xxx: EPERM Operation not permitted; new names"));
	assert_non_null(strstr(fail_get()->text, "use sudo"));
}

/* Some kernel calls fail with ENOTSUPP, 524, which has no name in libc. */
static void an_errno_without_a_name_does_no_harm(void **state)
{
	(void)state;
	errno = 524;
	fail("odd");
	assert_string_equal(fail_get()->text, "odd: errno Unknown error 524");
}

static void a_hint_is_found_by_call_and_errno(void **state)
{
	(void)state;
	assert_non_null(hint_for("clone3 CLONE_NEWUTS", EPERM));
	assert_null(hint_for("clone3 CLONE_NEWUTS", EBADF));
	assert_null(hint_for("frobnicate", EPERM));
	assert_null(hint_for("clone", EPERM));
	assert_null(hint_for("", EPERM));
}

static void the_hint_of_the_longer_name_counts(void **state)
{
	(void)state;
	assert_string_not_equal(hint_for("open_tree /x", ENOENT), hint_for("open rootfs", ENOENT));
	assert_string_equal(hint_for("open_tree /x", ENOENT), hint_for("open_tree", ENOENT));
}

/* Variables that are marked autofd, autofree, ... go out of scope here. */
static void descriptors_and_files_are_closed_by_scope(void **state)
{
	int fd, of_file, of_dir;

	(void)state;
	{
		autofd int scoped = open("/dev/null", O_RDONLY | O_CLOEXEC);
		autofd int none = -1;
		autofile FILE *file = fopen("/dev/null", "re");
		autofile FILE *no_file = NULL;
		autodir DIR *dir = opendir("/");
		autodir DIR *no_dir = NULL;
		autofree char *memory = malloc(1);

		assert_non_null(memory);
		assert_null(no_file);
		assert_null(no_dir);
		assert_int_equal(none, -1);
		fd = scoped;
		of_file = fileno(file);
		of_dir = dirfd(dir);
		assert_true(fcntl(fd, F_GETFD) >= 0);
		errno = EXDEV;
	}
	assert_int_equal(errno, EXDEV);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(fcntl(of_file, F_GETFD), -1);
	assert_int_equal(fcntl(of_dir, F_GETFD), -1);
}

#define fresh(function) cmocka_unit_test_setup_teardown(function, forget, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fresh(a_message_has_the_errnos_name_and_text),
		fresh(a_message_ends_with_the_hint),
		fresh(the_first_message_stays),
		fresh(bad_input_has_no_errno),
		fresh(a_failure_of_another_process_is_kept),
		fresh(a_report_prints_one_line_and_forgets),
		fresh(a_report_of_nothing_is_a_failure_all_the_same),
		fresh(a_name_that_is_too_long_is_cut_and_the_errno_stays),
		fresh(an_errno_without_a_name_does_no_harm),
		fresh(a_hint_is_found_by_call_and_errno),
		fresh(the_hint_of_the_longer_name_counts),
		fresh(descriptors_and_files_are_closed_by_scope),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
