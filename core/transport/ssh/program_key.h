/* program_key.h: the key of a host that the ssh program refused, for program.c and its tests. */
#pragma once
#include "core/transport/process.h"
#include "core/transport/ssh/ssh.h"

/* The options that lead to the target, for any start of ssh: how its key is looked up, port, user, jump host. */
void ssh_program_route(const SshTarget *target, StrList *argv);
/* Once more the same way, with no key of ours and nobody asked, only as far as the host's key: ssh writes it into a file of this call. Into
 * `ret->host_key` when it is the one whose fingerprint ssh told (`messages`), or when ssh told none, since nothing was known; else nothing changes.
 * `base` brings deadline and cancelling. */
void ssh_program_learn_key(const SshTarget *target, Str messages, const ProcessRequest *base, SshResult *ret);
/* Pure: the algorithms of the key that ssh speaks of; NULL = it names none. */
const char *ssh_program_key_algorithms(Str messages);
