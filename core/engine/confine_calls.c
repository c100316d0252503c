/* confine_calls.c: see confine_calls.h. The filter is a table of numbers, so that no library is needed for it. */
#include "core/engine/confine_calls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "core/base/attributes.h"

#if defined(__x86_64__) && defined(__LP64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__LP64__)
#define MACHINE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define MACHINE AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define MACHINE AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define MACHINE AUDIT_ARCH_S390X
#endif

#define X32_NUMBERS 0x40000000u   /* on x86-64: the same calls once more under other numbers */

typedef struct RefusedCall { unsigned number; RefusedCalls list; unsigned error; } RefusedCall;

static const RefusedCall CALLS[] = {
#define X(call, list, error) {SYS_##call, list, error},
#include "core/engine/confine_calls.def"
#undef X
};

#ifdef MACHINE

/* The least that a filter needs beside its calls: which machine's numbers these are, and the ends. */
#define FRAME_MAX 8
typedef struct Program { struct sock_filter code[BG_LENGTH(CALLS) * 2 + FRAME_MAX]; unsigned short len; } Program;

static void add(Program *program, struct sock_filter instruction) { program->code[program->len++] = instruction; }

/* Numbers of another machine would mean other calls: a program of another machine, which 64-bit kernels often run, is ended. */
static void add_machine_check(Program *program) {
	add(program, (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
	add(program, (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0));
	add(program, (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
	add(program, (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
#ifdef __x86_64__
	add(program, (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_NUMBERS, 0, 1));
	add(program, (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
#endif
}

bool confine_refuse_calls(RefusedCalls list) {
	Program program = {.len = 0};
	add_machine_check(&program);
	for (size_t i = 0; i < BG_LENGTH(CALLS); i++) {
		if (CALLS[i].list != list)
			continue;
		add(&program, (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALLS[i].number, 0, 1));
		add(&program, (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | CALLS[i].error));
	}
	add(&program, (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
	struct sock_fprog filter = {.len = program.len, .filter = program.code};
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

#else

bool confine_refuse_calls(RefusedCalls list) {
	(void) list;
	return BG_LENGTH(CALLS) == 0;   /* a machine whose numbers nobody looked up */
}

#endif
