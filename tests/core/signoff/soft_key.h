/* soft_key.h: keys in software that sign as no program at hand can be made to: as a FIDO device with flags of our choice (PROTOCOL.u2f),
 * as rsa under any name and digest. A new key each time. */
#pragma once
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/str.h"

typedef struct SoftKey {
	const char *type;            /* on the wire: sk-ssh-ed25519@openssh.com, sk-ecdsa-sha2-nistp256@openssh.com, ssh-rsa */
	uint8_t flags;               /* of a device */
	const char *algorithm;       /* of the signature; NULL = type */
	const char *digest;          /* of rsa: what really hashes */
} SoftKey;

#define SOFT_COUNTER 7               /* what every device has counted to */

typedef struct SoftSignature { Buf key_blob, signature; } SoftSignature;
void soft_signature_clear(SoftSignature *made);
BG_DEFINE_CLEARP(SoftSignature, soft_signature_clear)

/* Signs `message` in `name_space`, as SSHSIG. */
void soft_sign(const SoftKey *key, const char *name_space, Str message, SoftSignature *ret);
