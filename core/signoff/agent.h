/* agent.h: the ssh-agent protocol (draft-ietf-sshm-ssh-agent; OpenSSH authfd.h) as pure functions over bytes: build a request frame, read a
 * reply's body. agent_client.h speaks it over a socket. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"
#include "core/signoff/public_key.h"

#define AGENT_MAX_REPLY (256 * 1024)
#define AGENT_MAX_IDENTITIES 2048

typedef struct AgentIdentity {
	PublicKey key;
	char *comment;                       /* sanitised */
} AgentIdentity;
typedef struct AgentIdentities {
	AgentIdentity *items;
	size_t count;
	size_t skipped;                      /* kinds that cannot sign here: certificates, dss */
} AgentIdentities;
void agent_identities_clear(AgentIdentities *identities);
BG_DEFINE_CLEARP(AgentIdentities, agent_identities_clear)

/* Whole frames, with their length. Append. */
void agent_request_identities(Buf *out);
void agent_request_sign(const PublicKey *key, Str data, Buf *out);    /* rsa: asks for rsa-sha2-512 */
/* The length of the frame's body from its first four bytes; refuses 0 and more than AGENT_MAX_REPLY. */
BG_CHECK bool agent_frame_length(const unsigned char header[static 4], size_t *ret_len, Error *err);
/* `body` is a frame without its length. */
BG_CHECK bool agent_reply_identities(Str body, AgentIdentities *ret_identities, Error *err);
BG_CHECK bool agent_reply_signature(Str body, Buf *ret_signature, Error *err);
