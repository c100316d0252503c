/* confine_files.c: see confine_files.h. The numbers are the kernel's and never change; the headers of Debian 12 know only the oldest. */
#include "core/engine/confine_files.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/confine_calls.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#define VERSION_ONLY 1u
#define RULE_BENEATH 1

enum {
	FS_EXECUTE = 1 << 0, FS_WRITE_FILE = 1 << 1, FS_REMOVE_DIR = 1 << 4, FS_REMOVE_FILE = 1 << 5, FS_MAKE_CHAR = 1 << 6,
	FS_MAKE_DIR = 1 << 7, FS_MAKE_REG = 1 << 8, FS_MAKE_SOCK = 1 << 9, FS_MAKE_FIFO = 1 << 10, FS_MAKE_BLOCK = 1 << 11,
	FS_MAKE_SYM = 1 << 12, FS_REFER = 1 << 13, FS_TRUNCATE = 1 << 14,
	NET_BIND_TCP = 1 << 0,
	SCOPE_ABSTRACT_SOCKETS = 1 << 0, SCOPE_SIGNALS = 1 << 1,
};
#define FS_FIRST (FS_EXECUTE | FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_CHAR | FS_MAKE_DIR | FS_MAKE_REG | FS_MAKE_SOCK \
	| FS_MAKE_FIFO | FS_MAKE_BLOCK | FS_MAKE_SYM)
/* What keeping a file needs: made beside its place, renamed onto it. */
#define FS_KEEPING (FS_WRITE_FILE | FS_MAKE_REG | FS_MAKE_DIR | FS_REMOVE_FILE)

typedef struct Ruleset { uint64_t fs, net, scoped; } Ruleset;
typedef struct Beneath { uint64_t allowed; int32_t folder_fd; } __attribute__((packed)) Beneath;

/* What each ABI added. A kernel refuses what it does not know. */
static const struct { int abi; Ruleset adds; } ABIS[] = {
	{1, {.fs = FS_FIRST}}, {2, {.fs = FS_REFER}}, {3, {.fs = FS_TRUNCATE}}, {4, {.net = NET_BIND_TCP}},
	{6, {.scoped = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS}},
};

int confine_files_abi(void) {
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, VERSION_ONLY);
	return abi > 0 ? (int) abi : 0;
}

static void allow(int ruleset, int abi, const char *folder, StrList *ret_held) {
	AUTO_CLOSE int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	Beneath rule = {.allowed = FS_KEEPING | (abi >= 3 ? FS_TRUNCATE : 0), .folder_fd = fd};
	if (fd >= 0 && syscall(SYS_landlock_add_rule, ruleset, RULE_BENEATH, &rule, 0) == 0)
		strlist_add(ret_held, folder);
}

/* A sanitizer that finds something writes it beside its log_path: that it does is worth more than that it cannot. */
static void allow_reports(int ruleset, int abi, StrList *ret_held) {
	const char *options = CONFINE_SANITIZED ? getenv("ASAN_OPTIONS") : NULL;
	Str rest = str_from(options), option;
	while (options && str_split(&rest, ':', &option)) {
		if (!str_starts(option, "log_path="))
			continue;
		AUTO_FREE char *path = str_dup(str_slice(option, 9, option.len));
		AUTO_FREE char *folder = path_folder(path);
		allow(ruleset, abi, folder, ret_held);
	}
}

int confine_files(const StrList *folders, StrList *ret_held) {
	int abi = confine_files_abi();
	Ruleset wanted = {0};
	for (size_t i = 0; i < BG_LENGTH(ABIS); i++) {
		if (abi < ABIS[i].abi)
			continue;
		wanted.fs |= ABIS[i].adds.fs;
		wanted.net |= ABIS[i].adds.net;
		wanted.scoped |= ABIS[i].adds.scoped;
	}
	size_t known = abi >= 6 ? sizeof(wanted) : abi >= 4 ? offsetof(Ruleset, scoped) : offsetof(Ruleset, net);
	AUTO_CLOSE int ruleset = abi ? (int) syscall(SYS_landlock_create_ruleset, &wanted, known, 0) : -1;
	if (ruleset < 0)
		return 0;
	for (size_t i = 0; i < folders->count; i++)
		allow(ruleset, abi, folders->items[i], ret_held);
	allow_reports(ruleset, abi, ret_held);
	return syscall(SYS_landlock_restrict_self, ruleset, 0) == 0 ? abi : 0;
}
