#include "bpf_machine.h"

#include <string.h>

#include "harness.h"

/* Returns true if a conditional jump is taken. */
static int holds(uint16_t code, uint32_t value, uint32_t k)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return value == k;
	case BPF_JGT:
		return value > k;
	case BPF_JGE:
		return value >= k;
	case BPF_JSET:
		return (value & k) != 0;
	default:
		fail_msg("no such jump: 0x%x", code);
		return 0;
	}
}

static uint32_t load(const struct seccomp_data *call, uint32_t offset)
{
	uint32_t value;

	assert_true(offset % 4 == 0 && offset < sizeof(*call));
	memcpy(&value, (const char *)call + offset, sizeof(value));
	return value;
}

uint32_t bpf_machine_run(const struct sock_filter *program, size_t length,
			 const struct seccomp_data *call)
{
	uint32_t value = 0;

	assert_true(length > 0 && length <= BPF_MAXINSNS);
	for (size_t i = 0; i < length; i++) {
		const struct sock_filter *at = &program[i];

		switch (BPF_CLASS(at->code)) {
		case BPF_LD:
			assert_int_equal(at->code, BPF_LD | BPF_W | BPF_ABS);
			value = load(call, at->k);
			break;
		case BPF_ALU:
			assert_int_equal(at->code, BPF_ALU | BPF_AND | BPF_K);
			value &= at->k;
			break;
		case BPF_JMP:
			if (BPF_OP(at->code) == BPF_JA)
				i += at->k;
			else
				i += holds(at->code, value, at->k) ? at->jt : at->jf;
			break;
		case BPF_RET:
			assert_int_equal(at->code, BPF_RET | BPF_K);
			return at->k;
		default:
			fail_msg("no such instruction: 0x%x", at->code);
		}
	}
	fail_msg("the program has no end");
	return 0;
}
