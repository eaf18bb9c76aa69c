#include "bpf.h"

#include <endian.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>

/* How far a conditional jump reaches is one byte; one more instruction may come between. */
enum { REACH = UINT8_MAX - 1 };

static unsigned int prepend(struct bpf *bpf, struct sock_filter instruction)
{
	if (bpf->first > 0)
		bpf->code[--bpf->first] = instruction;
	return bpf->first;
}

static unsigned int jump_always(struct bpf *bpf, unsigned int target)
{
	unsigned int distance = target - bpf->first;

	return prepend(bpf, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, distance));
}

unsigned int bpf_load(struct bpf *bpf, unsigned int offset, unsigned int next)
{
	if (next != bpf->first)
		jump_always(bpf, next);
	return prepend(bpf, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

unsigned int bpf_return(struct bpf *bpf, uint32_t action)
{
	const unsigned int size = sizeof(bpf->returns) / sizeof(bpf->returns[0]);
	unsigned int place;

	for (unsigned int i = 0; i < size && i < bpf->return_count; i++) {
		place = bpf->returns[i];
		if (bpf->code[place].k == action && place - bpf->first <= REACH / 2)
			return place;
	}
	place = prepend(bpf, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
	bpf->returns[bpf->return_count++ % size] = place;
	return place;
}

/* `target`, or the place of a jump to it if it is too far away for a conditional one. */
static unsigned int bring_near(struct bpf *bpf, unsigned int target)
{
	return target - bpf->first <= REACH ? target : jump_always(bpf, target);
}

unsigned int bpf_jump(struct bpf *bpf, uint16_t operation, uint32_t value, unsigned int yes,
		      unsigned int no)
{
	struct sock_filter jump = { .code = BPF_JMP | BPF_K | operation, .k = value };

	yes = bring_near(bpf, yes);
	no = bring_near(bpf, no);
	jump.jt = (uint8_t)(yes - bpf->first);
	jump.jf = (uint8_t)(no - bpf->first);
	return prepend(bpf, jump);
}

/* Loads one half of an argument: the machine has 32 bits. */
static unsigned int load_half(struct bpf *bpf, unsigned int index, bool high, unsigned int next)
{
	size_t offset = offsetof(struct seccomp_data, args) + index * sizeof(uint64_t);

	if (high == (BYTE_ORDER == LITTLE_ENDIAN))
		offset += sizeof(uint32_t);
	return bpf_load(bpf, (unsigned int)offset, next);
}

/* The high half decides, unless it is equal: then the low one does. */
static unsigned int compare_order(struct bpf *bpf, const struct seccomp_argument *argument,
				  uint16_t operation, unsigned int yes, unsigned int no)
{
	uint32_t high = (uint32_t)(argument->value >> 32), low = (uint32_t)argument->value;
	unsigned int next = bpf_jump(bpf, operation, low, yes, no);

	next = load_half(bpf, argument->index, false, next);
	next = bpf_jump(bpf, BPF_JEQ, high, next, no);
	next = bpf_jump(bpf, BPF_JGT, high, yes, next);
	return load_half(bpf, argument->index, true, next);
}

static unsigned int compare_equal(struct bpf *bpf, unsigned int index, uint64_t mask,
				  uint64_t value, unsigned int yes, unsigned int no)
{
	for (int high = 0; high <= 1; high++) {
		uint32_t half_mask = (uint32_t)(mask >> 32 * high);
		unsigned int next = bpf_jump(bpf, BPF_JEQ, (uint32_t)(value >> 32 * high), yes, no);

		if (half_mask != UINT32_MAX)
			next = prepend(
				bpf,
				(struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, half_mask));
		yes = load_half(bpf, index, high, next);
	}
	return yes;
}

unsigned int bpf_compare(struct bpf *bpf, const struct seccomp_argument *argument, unsigned int yes,
			 unsigned int no)
{
	unsigned int index = argument->index;
	uint64_t value = argument->value;

	switch (argument->comparison) {
	case SECCOMP_NOT_EQUAL:
		return compare_equal(bpf, index, UINT64_MAX, value, no, yes);
	case SECCOMP_EQUAL:
		return compare_equal(bpf, index, UINT64_MAX, value, yes, no);
	case SECCOMP_MASKED_EQUAL:
		return compare_equal(bpf, index, value, argument->masked_value, yes, no);
	case SECCOMP_LESS:
		return compare_order(bpf, argument, BPF_JGE, no, yes);
	case SECCOMP_LESS_EQUAL:
		return compare_order(bpf, argument, BPF_JGT, no, yes);
	case SECCOMP_GREATER_EQUAL:
		return compare_order(bpf, argument, BPF_JGE, yes, no);
	case SECCOMP_GREATER:
		return compare_order(bpf, argument, BPF_JGT, yes, no);
	}
	return no;
}
