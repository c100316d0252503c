/* sshsig.h: the SSHSIG format (OpenSSH PROTOCOL.sshsig): armour, blob, the bytes that are really signed, and verification.
 * What this accepts `ssh-keygen -Y verify` accepts; it is stricter in three things: FIDO signatures need a touch, rsa needs
 * 2048 bits, and text after the armour must be blank. */
#pragma once
#include <stdbool.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/signoff/public_key.h"

#define SSHSIG_MAX_ARMOUR (64 * 1024)
#define SSHSIG_MAX_NAMESPACE 256
#define SSHSIG_HASH "sha512"                 /* what we sign with */

typedef struct SshSig {
	PublicKey key;
	char *name_space;                    /* printable, without blanks or control bytes */
	char *hash;                          /* "sha256" or "sha512" */
	char *signature;                     /* owned bytes: string algorithm, string raw, FIDO extras */
	size_t signature_len;
} SshSig;

/* Parses an armoured signature; blank space around it is fine. Checks form, not the signature itself. */
BG_CHECK bool sshsig_parse(Str armoured, SshSig *ret_sig, Error *err);
/* The signature is good over exactly these bytes, in this namespace, by the key that it names. Says nothing about whose key it is. */
BG_CHECK bool sshsig_verify(const SshSig *sig, const char *name_space, Str message, SignatureFacts *ret_facts, Error *err);
void sshsig_clear(SshSig *sig);
BG_DEFINE_CLEARP(SshSig, sshsig_clear)

/* The bytes to hand to an agent or a key, hashed with SSHSIG_HASH. Appends. */
void sshsig_signed_bytes(const char *name_space, Str message, Buf *out);
/* Wraps what the agent or key answered (over sshsig_signed_bytes) into an armoured signature. Appends. */
void sshsig_armour(Str key_blob, const char *name_space, Str signature, Buf *out);
