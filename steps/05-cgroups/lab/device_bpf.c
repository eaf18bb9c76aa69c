/*
 * v2 has no files for devices. It has a hook: a program, attached to the cgroup, that the kernel
 * runs whenever a process in it makes or opens a device node, and that answers 1 for yes or 0 for
 * no. The program is written in the kernel's own machine language, eBPF, which is checked before it
 * is taken. Here it is put together instruction by instruction.
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

/* What we keep in the registers. The kernel begins with the context's address in REQUEST. */
enum {
	ANSWER = BPF_REG_0,
	REQUEST = BPF_REG_1,
	TYPE = BPF_REG_2,
	ACCESS = BPF_REG_3,
	MAJOR = BPF_REG_4,
	MINOR = BPF_REG_5,
};

/* The instructions that there are before the first rule, for each at most, and after the last. */
enum { BEFORE = 6, FOR_EACH = 8, AFTER = 2 };

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

/* reg = reg OPERATION number */
static void add_compute(struct program *program, uint8_t operation, uint8_t reg, int32_t number)
{
	add(program, BPF_ALU64 | operation | BPF_K, reg, 0, number);
}

/* Leaves the rule if reg != number; where to is filled in when the rule's end is known. */
static void add_unless(struct program *program, uint8_t reg, int32_t number)
{
	add(program, BPF_JMP | BPF_JNE | BPF_K, reg, 0, number);
}

static void add_answer(struct program *program, bool allow)
{
	add_compute(program, BPF_MOV, ANSWER, allow);
	add(program, BPF_JMP | BPF_EXIT, 0, 0, 0);
}

enum { ALL_ACCESS = BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE | BPF_DEVCG_ACC_MKNOD };

static int32_t access_bits(const char *access)
{
	int32_t bits = 0;

	for (; *access; access++)
		bits |= *access == 'r'	 ? BPF_DEVCG_ACC_READ
			: *access == 'w' ? BPF_DEVCG_ACC_WRITE
					 : BPF_DEVCG_ACC_MKNOD;
	return bits;
}

/*
 * Allows when all that is asked for is in the rule's access, denies when any of it is: what is left
 * over in ANSWER is compared with nothing, or with all.
 */
static void add_access_check(struct program *program, const struct device_rule *rule)
{
	int32_t bits = access_bits(rule->access);

	add(program, BPF_ALU64 | BPF_MOV | BPF_X, ANSWER, ACCESS, 0);
	add_compute(program, BPF_AND, ANSWER, rule->allow ? ~bits : bits);
	add(program, BPF_JMP | (rule->allow ? BPF_JNE : BPF_JEQ) | BPF_K, ANSWER, 0, 0);
}

static void add_rule(struct program *program, const struct device_rule *rule)
{
	/*
	 * TODO 10: add_unless() for the type, unless it is 'a', add_access_check() unless the access
	 * is all, add_unless() for the numbers that are not DEVICE_ALL, and the answer. Then let each
	 * jump of the rule (its BPF_CLASS is BPF_JMP) lead behind the rule's end: .off is how many
	 * instructions to leave out.
	 */
	(void)program;
	(void)rule;
	(void)add_unless;
	(void)add_access_check;
	(void)add_answer;
}

static bool is_for_all(const struct device_rule *rule)
{
	return rule->type == 'a' && rule->major == DEVICE_ALL && rule->minor == DEVICE_ALL &&
		access_bits(rule->access) == ALL_ACCESS;
}

/*
 * The last rule is asked first, since it counts most. Behind one that answers whatever is asked
 * nothing may follow: the kernel refuses a program with a part that is never reached.
 */
static void add_all(struct program *program, const struct devices *devices)
{
	add_load(program, TYPE, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	add(program, BPF_ALU64 | BPF_MOV | BPF_X, ACCESS, TYPE, 0);
	add_compute(program, BPF_AND, TYPE, 0xffff);
	add_compute(program, BPF_RSH, ACCESS, 16);
	add_load(program, MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major));
	add_load(program, MINOR, offsetof(struct bpf_cgroup_dev_ctx, minor));
	for (size_t i = devices->rule_count; i > 0; i--) {
		add_rule(program, &devices->rules[i - 1]);
		if (is_for_all(&devices->rules[i - 1]))
			return;
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
	attach.attach_flags = BPF_F_ALLOW_MULTI; /* a cgroup further down may only forbid more */
	narrate("bpf BPF_PROG_ATTACH BPF_CGROUP_DEVICE");
	if (bpf(BPF_PROG_ATTACH, &attach) < 0)
		return fail("bpf BPF_PROG_ATTACH");
	return 0;
}
