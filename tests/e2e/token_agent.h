/* token_agent.h: an ssh-agent of the test's own that holds one security key, in software: it signs only when the test touches it, with
 * the flags that the test wants. Ends with its scope. */
#pragma once
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"

typedef struct TokenAgent TokenAgent;

#define TOKEN_TOUCHED 0x01
#define TOKEN_VERIFIED 0x04      /* a PIN or a finger */

/* Listens at `socket_path`; each signature will carry `flags`. */
TokenAgent *token_agent_start(const char *socket_path, uint8_t flags);
/* "sk-ssh-ed25519@openssh.com AAAA...": appends. */
void token_agent_write_line(const TokenAgent *agent, Buf *out);
/* One signature may be made. */
void token_agent_touch(TokenAgent *agent);
TokenAgent *token_agent_free(TokenAgent *agent);
BG_DEFINE_FREEP(TokenAgent, token_agent_free)
