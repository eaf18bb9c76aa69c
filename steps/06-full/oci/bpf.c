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

unsigned int bpf_load(struct bpf *bpf, unsigned int offset)
{
	return prepend(bpf, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

unsigned int bpf_return(struct bpf *bpf, uint32_t action)
{
	for (unsigned int i = bpf->first; i < BPF_MAXINSNS && i - bpf->first < REACH; i++)
		if (bpf->code[i].code == (BPF_RET | BPF_K) && bpf->code[i].k == action)
			return i;
	return prepend(bpf, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* `target`, or the place of a jump to it if it is too far away for a conditional one. */
static unsigned int bring_near(struct bpf *bpf, unsigned int target)
{
	unsigned int distance = target - bpf->first;

	if (distance <= REACH)
		return target;
	return prepend(bpf, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, distance));
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
static unsigned int load_half(struct bpf *bpf, unsigned int index, bool high)
{
	size_t offset = offsetof(struct seccomp_data, args) + index * sizeof(uint64_t);

	if (high == (BYTE_ORDER == LITTLE_ENDIAN))
		offset += sizeof(uint32_t);
	return bpf_load(bpf, (unsigned int)offset);
}

/* The high half decides, unless it is equal: then the low one does. */
static unsigned int compare_order(struct bpf *bpf, const struct seccomp_argument *argument,
				  uint16_t operation, unsigned int yes, unsigned int no)
{
	uint32_t high = (uint32_t)(argument->value >> 32), low = (uint32_t)argument->value;
	unsigned int equal;

	bpf_jump(bpf, operation, low, yes, no);
	equal = load_half(bpf, argument->index, false);
	equal = bpf_jump(bpf, BPF_JEQ, high, equal, no);
	bpf_jump(bpf, BPF_JGT, high, yes, equal);
	return load_half(bpf, argument->index, true);
}

static unsigned int compare_equal(struct bpf *bpf, unsigned int index, uint64_t mask,
				  uint64_t value, unsigned int yes, unsigned int no)
{
	for (int high = 0; high <= 1; high++) {
		uint32_t half_mask = (uint32_t)(mask >> 32 * high);

		bpf_jump(bpf, BPF_JEQ, (uint32_t)(value >> 32 * high), yes, no);
		if (half_mask != UINT32_MAX)
			prepend(bpf,
				(struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, half_mask));
		yes = load_half(bpf, index, high);
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
