/*
 * Chapter 6: self_exe_protect(), before the C library has begun.
 *
 * To be protected, the program is executed twice. Each time the C library prepares itself, which
 * takes a third of the time: it asks the processor 68 times what it can do, and in a virtual
 * machine the hypervisor has to answer each time. So the linker makes this the first function of
 * the program (-e): the first of the two executions ends before the C library begins. If this
 * function fails, self_exe_protect() does its work later, and makes sure that the program is
 * protected.
 *
 * There is no errno yet, no malloc(), and no strcmp(): the C library chooses its strcmp() by the
 * processor's answers.
 *
 * Source: elf(5), e_entry; the System V ABI for x86-64, "Process Initialization".
 */
#ifdef __x86_64__

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The C library has not yet chosen the value by which the stack protector finds a broken stack. */
#define EARLY __attribute__((no_stack_protector))

void protect_early(const long *stack);

/*
 * The stack holds argc, argv, a NULL, the environment, and a NULL. The C library then begins as
 * usual.
 */
__asm__(".pushsection .text\n"
	".globl self_exe_entry\n"
	".type self_exe_entry, @function\n"
	"self_exe_entry:\n"
	"	mov %rdx, %rbx\n"
	"	mov %rsp, %rdi\n"
	"	call protect_early\n"
	"	mov %rbx, %rdx\n"
	"	jmp _start\n"
	".popsection\n");

/* Returns the result, or the negative errno. */
EARLY static long call(long number, long a, long b, long c, long d, long e)
{
	register long fourth __asm__("r10") = d;
	register long fifth __asm__("r8") = e;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth)
			 : "rcx", "r11", "memory");
	return result;
}

EARLY static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		for (long i = 0; word[i] == (*words)[i]; i++)
			if (!word[i])
				return true;
	return false;
}

/*
 * True if an argument is the name of a verb that enters a container, although it may have another
 * meaning.
 */
EARLY static bool is_needed(long argc, char *const *argv)
{
	static const char *const verbs[] = { "create", "run", "exec", 0 };
	bool needed = false;

	for (long i = 1; i < argc; i++)
		needed = needed || is_one_of(argv[i], verbs);
	return needed;
}

EARLY void protect_early(const long *stack)
{
	static const char program[] = "/proc/self/exe", here[] = "";
	struct mount_attr read_only = { .attr_set = MOUNT_ATTR_RDONLY };
	char *const *argv = (char *const *)(stack + 1), *const *environment = argv + stack[0] + 1;
	long mount;

	if (!is_needed(stack[0], argv))
		return;
	if (call(SYS_faccessat, AT_FDCWD, (long)program, W_OK, 0, 0) == -EROFS)
		return; /* the program is protected already */
	mount = call(SYS_open_tree, AT_FDCWD, (long)program, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC, 0,
		     0);
	if (mount >= 0 &&
	    call(SYS_mount_setattr, mount, (long)here, AT_EMPTY_PATH, (long)&read_only,
		 sizeof(read_only)) == 0)
		call(SYS_execveat, mount, (long)here, (long)argv, (long)environment, AT_EMPTY_PATH);
	if (mount >= 0)
		call(SYS_close, mount, 0, 0, 0, 0);
}

#endif
