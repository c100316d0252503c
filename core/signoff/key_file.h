/* key_file.h: signs with an unencrypted OpenSSH private key file (openssh-key-v1: ed25519, ecdsa). Encrypted keys and other kinds are refused
 * with the way that works: the agent, or `ssh-keygen -Y sign` and paste. The private part lives in a Secret and is wiped. */
#pragma once
#include <stdbool.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/signoff/public_key.h"

#define KEY_FILE_MAX_BYTES (64 * 1024)

typedef struct PrivateKey PrivateKey;

/* Refuses a file that others can read. */
BG_CHECK bool private_key_load(const char *path, PrivateKey **ret_key, Error *err);
BG_CHECK bool private_key_parse(Str text, const char *path, PrivateKey **ret_key, Error *err);
const PublicKey *private_key_public(const PrivateKey *key);
const char *private_key_comment(const PrivateKey *key);
/* The SSH signature blob over `data`. Appends. */
BG_CHECK bool private_key_sign(const PrivateKey *key, Str data, Buf *ret_signature, Error *err);
/* The whole way: an armoured signature over `message`. */
BG_CHECK bool private_key_sign_message(const PrivateKey *key, const char *name_space, Str message, Buf *ret_armoured, Error *err);
/* Only the public half, from PATH.pub or from the unencrypted head of the file: tells whose key an encrypted file is. */
BG_CHECK bool private_key_read_public(const char *path, PublicKey *ret_key, Error *err);
PrivateKey *private_key_free(PrivateKey *key);                      /* wipes; NULL ok; returns NULL */
BG_DEFINE_FREEP(PrivateKey, private_key_free)
