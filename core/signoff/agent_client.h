/* agent_client.h: asks the agent behind a unix socket, blocking, each call on a connection of its own. An agent may wait for its
 * user (a touch, a confirmation), so signing wants a deadline of a minute or more; never call this where a screen waits. */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"
#include "core/base/moment.h"
#include "core/signoff/agent.h"

/* `socket_path` NULL or "": $SSH_AUTH_SOCK. No agent at all is ERROR_MISSING. */
BG_CHECK bool agent_list(const char *socket_path, MonoTime deadline, AgentIdentities *ret_identities, Error *err);
/* ret_signature gets the SSH signature blob for sshsig_armour(). */
BG_CHECK bool agent_sign(const char *socket_path, const PublicKey *key, Str data, MonoTime deadline, Buf *ret_signature, Error *err);
/* The whole way: an armoured signature over `message`. */
BG_CHECK bool agent_sign_message(const char *socket_path, const PublicKey *key, const char *name_space, Str message,
	MonoTime deadline, Buf *ret_armoured, Error *err);
