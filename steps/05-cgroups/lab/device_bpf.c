/*
 * v2 has no files for devices. Instead, the kernel runs a program, attached to the cgroup, whenever
 * a process in the cgroup makes or opens a device node. The program answers 1 for yes or 0 for no.
 * It is written in the kernel's own machine language, eBPF, which the kernel checks before it takes
 * the program. Here the program is put together instruction by instruction.
 *
 * Source: bpf(2); Documentation/bpf/standardization/instruction-set.rst; <linux/bpf.h>,
 * struct bpf_cgroup_dev_ctx.
 */
#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "device.h"
#include "fail.h"
#include "narrate.h"

/* The registers, by what is in them. At the start, REQUEST has the context's address. */
enum {
	ANSWER = BPF_REG_0,
	REQUEST = BPF_REG_1,
	KEY = BPF_REG_2,
	ACCESS_TYPE = BPF_REG_3,
	MAJOR = BPF_REG_4,
	MASKED = BPF_REG_5,
	CONSTANT = BPF_REG_6,
};

/*
 * The key is a request as one number. From the right: the device's minor number, its major number,
 * which has 12 bits, and the context's access_type, which has 16 bits of type below the access.
 */
enum { MAJOR_MAX = 4095, MAJOR_SHIFT = 32, TYPE_SHIFT = 44, ACCESS_SHIFT = 60 };
#define MINOR_MASK ((uint64_t)UINT32_MAX)
#define MAJOR_MASK ((uint64_t)MAJOR_MAX << MAJOR_SHIFT)
#define TYPE_MASK  ((uint64_t)UINT16_MAX << TYPE_SHIFT)

/* Numbers of instructions: before the first rule, at most for each rule, and after the last. */
enum { BEFORE = 7, FOR_EACH = 16, AFTER = 2 };

struct program {
	struct bpf_insn *code;
	size_t length;
};

static void add(struct program *program, uint8_t code, unsigned int to, unsigned int from,
		int32_t number)
{
	program->code[program->length++] = (struct bpf_insn){
		.code = code,
		.dst_reg = to & 0xfU,
		.src_reg = from & 0xfU,
		.imm = number,
	};
}

/* reg = *(u32 *)(REQUEST + offset) */
static void add_load(struct program *program, uint8_t reg, size_t offset)
{
	add(program, BPF_LDX | BPF_MEM | BPF_W, reg, REQUEST, 0);
	program->code[program->length - 1].off = (int16_t)offset;
}

/* reg = number, which is the only instruction that takes two places */
static void add_constant(struct program *program, uint8_t reg, uint64_t number)
{
	add(program, BPF_LD | BPF_IMM | BPF_DW, reg, 0, (int32_t)number);
	add(program, 0, 0, 0, (int32_t)(number >> 32));
}

/* to = to OPERATION from */
static void add_compute(struct program *program, uint8_t operation, uint8_t to, uint8_t from)
{
	add(program, BPF_ALU64 | operation | BPF_X, to, from, 0);
}

/* Leaves the rule if (KEY & mask) JUMP number. add_rule() fills in how far it jumps. */
static void add_leave(struct program *program, uint8_t jump, uint64_t mask, uint64_t number)
{
	add_compute(program, BPF_MOV, MASKED, KEY);
	add_constant(program, CONSTANT, mask);
	add_compute(program, BPF_AND, MASKED, CONSTANT);
	add_constant(program, CONSTANT, number);
	add(program, BPF_JMP | jump | BPF_X, MASKED, CONSTANT, 0);
}

static void add_answer(struct program *program, bool allow)
{
	add(program, BPF_ALU64 | BPF_MOV | BPF_K, ANSWER, 0, allow);
	add(program, BPF_JMP | BPF_EXIT, 0, 0, 0);
}

enum { ALL_ACCESS = BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE | BPF_DEVCG_ACC_MKNOD };

static uint64_t access_bits(const char *access)
{
	uint64_t bits = 0;

	for (; *access; access++)
		bits |= *access == 'r'	 ? BPF_DEVCG_ACC_READ
			: *access == 'w' ? BPF_DEVCG_ACC_WRITE
					 : BPF_DEVCG_ACC_MKNOD;
	return bits;
}

/* Returns the key of the rule's devices. `mask` has the bits that the rule does not leave open. */
static uint64_t rule_key(const struct device_rule *rule, uint64_t *mask)
{
	uint64_t type = rule->type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK;
	uint64_t key = 0;

	*mask = 0;
	if (rule->type != 'a') {
		*mask |= TYPE_MASK;
		key |= type << TYPE_SHIFT;
	}
	if (rule->major != DEVICE_ALL) {
		*mask |= MAJOR_MASK;
		key |= (uint64_t)rule->major << MAJOR_SHIFT;
	}
	if (rule->minor != DEVICE_ALL) {
		*mask |= MINOR_MASK;
		key |= (uint64_t)rule->minor;
	}
	return key;
}

/*
 * A rule is one comparison with a mask, as when an address is compared with a subnet. Before the
 * kernel accepts a program, it follows each way through the program. With a separate jump for each
 * number of a rule, this took twice as long.
 *
 * A rule that allows holds for a request that asks for nothing but the rule's access. A rule that
 * denies holds for a request that asks for any of it.
 */
static void add_rule(struct program *program, const struct device_rule *rule)
{
	/*
	 * TODO 9: add the instructions for one rule, in this order:
	 *
	 * 1. Leave the rule when the request's key, masked, is not the rule's: add_leave(BPF_JNE)
	 *    with rule_key() and its mask. If the rule allows, nothing but its access may be asked
	 *    for: put the other access bits into the mask as well, moved left by ACCESS_SHIFT.
	 * 2. If the rule denies, and less than ALL_ACCESS, leave it when nothing of its access is
	 *    asked for: add_leave(BPF_JEQ) with its access bits, moved left, and 0.
	 * 3. The answer: add_answer().
	 * 4. Each jump that was added (its BPF_CLASS() is BPF_JMP) leads behind the answer. Its
	 *    .off is the number of instructions to leave out. The answer is the last two
	 *    instructions; the second of them, BPF_EXIT, is of the same class and stays as it is.
	 */
	(void)program;
	(void)rule;
	(void)rule_key;
	(void)add_leave;
	(void)add_answer;
}

static bool is_for_all(const struct device_rule *rule)
{
	return rule->type == 'a' && rule->major == DEVICE_ALL && rule->minor == DEVICE_ALL &&
		access_bits(rule->access) == ALL_ACCESS;
}

/*
 * The last rule comes first in the program, since it counts most. After a rule that answers every
 * request no other may follow: the kernel refuses a program with a part that is never reached.
 */
static void add_all(struct program *program, const struct devices *devices)
{
	add_load(program, KEY, offsetof(struct bpf_cgroup_dev_ctx, minor));
	add_load(program, MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major));
	add(program, BPF_ALU64 | BPF_LSH | BPF_K, MAJOR, 0, MAJOR_SHIFT);
	add_compute(program, BPF_OR, KEY, MAJOR);
	add_load(program, ACCESS_TYPE, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	add(program, BPF_ALU64 | BPF_LSH | BPF_K, ACCESS_TYPE, 0, TYPE_SHIFT);
	add_compute(program, BPF_OR, KEY, ACCESS_TYPE);
	for (size_t i = devices->rule_count; i > 0; i--) {
		const struct device_rule *rule = &devices->rules[i - 1];

		if (is_for_all(rule)) {
			add_answer(program, rule->allow);
			return;
		}
		if (rule->major <= MAJOR_MAX) /* no device has a larger number */
			add_rule(program, rule);
	}
	add_answer(program, true);
}

static int bpf(int command, union bpf_attr *attributes)
{
	return (int)syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

int device_attach(const struct devices *devices, int directory)
{
	autofree struct bpf_insn *code =
		calloc(BEFORE + devices->rule_count * FOR_EACH + AFTER, sizeof(*code));
	struct program program = { .code = code };
	union bpf_attr load = { 0 }, attach = { 0 };
	autofd int loaded = -1;

	if (!code)
		return fail("calloc");
	add_all(&program, devices);
	load.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	load.insns = (uintptr_t)code;
	load.insn_cnt = (uint32_t)program.length;
	load.license = (uintptr_t) "GPL";
	narrate("bpf BPF_PROG_LOAD: %zu rules for devices", devices->rule_count);
	loaded = bpf(BPF_PROG_LOAD, &load);
	if (loaded < 0)
		return fail("bpf BPF_PROG_LOAD");
	attach.target_fd = (uint32_t)directory;
	attach.attach_bpf_fd = (uint32_t)loaded;
	attach.attach_type = BPF_CGROUP_DEVICE;
	attach.attach_flags = BPF_F_ALLOW_MULTI; /* programs further down may only forbid more */
	narrate("bpf BPF_PROG_ATTACH BPF_CGROUP_DEVICE");
	if (bpf(BPF_PROG_ATTACH, &attach) < 0)
		return fail("bpf BPF_PROG_ATTACH");
	return 0;
}
