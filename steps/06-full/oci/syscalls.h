/*
 * Chapter 6: the numbers of the system calls. An x86-64 kernel takes three kinds of them, each with
 * numbers of its own.
 *
 * Source: syscall(2); arch/x86/entry/syscalls/ in the kernel's sources.
 */
#ifndef STEPS_SYSCALLS_H
#define STEPS_SYSCALLS_H

#include <stddef.h>
#include <stdint.h>

enum syscalls_abi {
	SYSCALLS_X86_64,
	SYSCALLS_I386, /* by `int $0x80`, for 32-bit programs */
	SYSCALLS_X32,  /* 64-bit registers, 32-bit pointers; this bit is set in its numbers: */
	SYSCALLS_ABIS,
	SYSCALLS_X32_BIT = 0x40000000,
};

enum { SYSCALLS_MAX = 548 }; /* all numbers are below */

/*
 * The numbers, by enum syscalls_abi and without SYSCALLS_X32_BIT, of the call whose name is the
 * first `length` characters of `name`; -1 where the kind does not have it. NULL: unknown.
 */
const int16_t *syscalls_find(const char *name, size_t length);

#endif
