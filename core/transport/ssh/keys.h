/* keys.h: which keys to offer to a machine, and what signs with them: the agent, or a file read here. */
#pragma once
#include <stdbool.h>
#include "core/base/buf.h"
#include "core/signoff/agent.h"
#include "core/signoff/key_file.h"
#include "core/transport/ssh/ssh.h"

#define SSH_MAX_KEYS 5               /* sshd closes after MaxAuthTries, six unless said otherwise */

typedef struct SshKey {
	PublicKey public_key;
	PrivateKey *private_key;     /* NULL: the agent signs */
} SshKey;

typedef struct SshKeys {
	SshKey items[SSH_MAX_KEYS];
	size_t count;
	PublicKey wanted;            /* of target.key_path; no blob: none was asked for */
	bool agent_has_others;       /* RSA or FIDO keys, which libssh2 cannot offer but ssh can */
	Error problem;               /* why the key of target.key_path cannot be used; shown when no other was admitted */
} SshKeys;

/* Looks at target.key_path. False with SSH_NOT_POSSIBLE or SSH_NOT_ADMITTED in `result`. */
BG_CHECK bool ssh_keys_begin(SshKeys *keys, const SshTarget *target, SshResult *result);
/* Adds what the agent holds; NULL = there is none. Then the files. */
void ssh_keys_complete(SshKeys *keys, const SshTarget *target, const AgentIdentities *identities);
void ssh_keys_clear(SshKeys *keys);
BG_DEFINE_CLEARP(SshKeys, ssh_keys_clear)
/* The agent's socket for this target; NULL if there is none. Borrowed. */
const char *ssh_agent_path(const SshTarget *target);
