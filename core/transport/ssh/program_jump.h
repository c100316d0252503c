/* program_jump.h: the key of a jump host that stands in the way, for program.c and its tests. */
#pragma once
#include "core/transport/process.h"
#include "core/transport/ssh/ssh.h"

/* "user@gate:2222", "[4a1::1]:22", "gate". False: several jump hosts, or a URL. `ret_host` is owned; `ret_user` is owned, "" = none; port 0 = none. */
BG_CHECK bool ssh_jump_parse(const char *jump, char **ret_user, char **ret_host, int *ret_port);
/* Where ssh looks up the key of a host, out of what `ssh -G` says: the name ("[10.0.0.1]:2222"), and the files. False: under an alias, or it says nothing. */
typedef struct JumpSettings { char *host; int port; StrList files; } JumpSettings;
BG_CHECK bool ssh_jump_settings_parse(Str said, JumpSettings *ret);
void jump_settings_clear(JumpSettings *settings);
BG_DEFINE_CLEARP(JumpSettings, jump_settings_clear)

/* The jump host's key was refused (`told`: the fingerprint that ssh told of it, "" = none): learns it, into `ret->host_key`, with `ret->host_key_of`. A second
 * ssh looks at that key as ssh_config says; so nothing is learnt where it reads other files than the first of `known_files`, to which an accepted key goes. */
void ssh_program_learn_jump_key(const SshTarget *target, Str messages, const char *told, const ProcessRequest *base, SshResult *ret);
