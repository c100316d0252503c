/* tool.h: runs the OpenSSH programs that the tests compare with, and makes keys of every kind in a folder of the test. */
#pragma once
#include <stdbool.h>
#include "core/base/buf.h"
#include "tests/support/process.h"
#include "tests/support/support.h"

/* Ends the test as skipped, with the reason, when ssh-keygen is not installed. */
#define need_ssh_keygen() do { \
		if (!have_program("ssh-keygen")) \
			cr_skip_test("ssh-keygen is not installed: nothing to compare with"); \
	} while (0)

/* Runs argv with `input` as stdin; stdout and then stderr go to `output` (NULL: dropped). Answers the exit code. */
int tool_run(const char *const *argv, const char *input, Buf *output);
#define TOOL(input, output, ...) tool_run((const char *const[]){ __VA_ARGS__, NULL }, (input), (output))

typedef struct ToolKey { const char *name, *type, *bits; } ToolKey;
/* ed25519, the three ecdsa, rsa 2048 and 3072: everything that needs no device. */
extern const ToolKey TOOL_KEYS[];
extern const size_t TOOL_KEY_COUNT;
/* Makes the key pair without a passphrase; returns the path of the private file, borrowed from the folder. */
const char *tool_make_key(TempFolder *folder, const ToolKey *key);
/* The first two words of PATH.pub. Owned. */
char *tool_public_line(const char *path);
/* An armoured signature by `ssh-keygen -Y sign`. Owned. */
char *tool_sign(const char *key_path, const char *name_space, const char *hash, const char *message);
/* What `ssh-keygen -Y verify` says; `verify_time` NULL = now. */
bool tool_verify(TempFolder *folder, const char *allowed, const char *identity, const char *name_space, const char *signature,
	const char *verify_time, const char *message);

typedef struct ToolVerify {
	const char *allowed, *identity, *name_space, *signature, *message;
	const char *verify_time;             /* NULL = now */
	const char *revoked;                 /* text of a file of revoked keys; NULL = none */
	const char *revoked_path;            /* or the file itself */
} ToolVerify;
bool tool_verify_with(TempFolder *folder, const ToolVerify *asked);
