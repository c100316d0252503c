/* program.h: the same command through the ssh program, for what libssh2 cannot do: RSA, FIDO, certificates, jump hosts, names, and all that a
 * user's own ssh_config says. Blocking: for a thread or a worker. It asks nobody anything and never adds a host key. */
#pragma once
#include "core/base/str.h"
#include "core/transport/ssh/ssh.h"

/* Answers as a session does, by_program set; SSH_NOT_POSSIBLE: the program is not there, or refuses as well. `cancelled` NULL = never. */
void ssh_program_run(const SshTarget *target, const SshCommand *command, bool (*cancelled)(void *userdata), void *userdata, SshResult *ret);
/* Pure: what ssh's messages mean when it ended with status 255. Exported for its table test. */
void ssh_program_judge(const SshTarget *target, Str messages, SshResult *ret);
/* The program and its options, up to the host, which goes behind a "--". Appends. `left_ms` is for connecting at most. */
void ssh_program_argv(const SshTarget *target, int64_t left_ms, StrList *argv);
