/* public_key.h: SSH public keys of the kinds that may sign: ed25519, ecdsa, rsa, and the two FIDO kinds. A PublicKey owns its blob; its
 * parts point into it. Each kind also comes as a certificate (certificate.h). dss and unknown kinds do not parse. Wire facts: RFC 4253 6.6,
 * RFC 5656, RFC 8709, OpenSSH PROTOCOL.u2f and PROTOCOL.certkeys. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"

#define PUBLIC_KEY_MAX_BYTES (16 * 1024)
#define PUBLIC_KEY_MIN_RSA_BITS 2048
#define PUBLIC_KEY_MAX_RSA_BITS 16384
#define FINGERPRINT_SIZE 52                  /* "SHA256:" + 43 digits + NUL, rounded up */

typedef struct KeyType KeyType;              /* a row of the table in public_key.c */

typedef struct Certificate Certificate;      /* certificate.h */

typedef struct PublicKey {
	const KeyType *type;                 /* of a certificate: of the key in it */
	Certificate *certificate;            /* owned; NULL for a plain key */
	char *blob;                          /* owned */
	size_t blob_len;
	Str point;                           /* ed25519: 32 bytes; ecdsa: the uncompressed point */
	Str rsa_e, rsa_n;                    /* magnitudes */
	Str application;                     /* of a FIDO key: "ssh:" */
} PublicKey;

typedef struct SignatureFacts {
	bool from_device;                    /* a FIDO key made it */
	bool user_present, user_verified;    /* touched; PIN or biometric given */
	uint32_t counter;
} SignatureFacts;

BG_CHECK bool public_key_parse(Str blob, PublicKey *ret_key, Error *err);
/* "ssh-ed25519 AAAA... comment"; *ret_comment is a slice of `line`, may be empty; NULL ok. */
BG_CHECK bool public_key_parse_line(Str line, PublicKey *ret_key, Str *ret_comment, Error *err);
void public_key_clear(PublicKey *key);
BG_DEFINE_CLEARP(PublicKey, public_key_clear)

const char *public_key_type(const PublicKey *key);       /* "ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com" */
bool public_key_is_device(const PublicKey *key);         /* a FIDO key: signing wants a touch */
bool public_key_is_rsa(const PublicKey *key);
Str public_key_blob(const PublicKey *key);
Str public_key_plain_blob(const PublicKey *key);         /* of a certificate: of the key in it */
/* "SHA256:..." as ssh-keygen -l prints it: of a certificate that of the key in it, so that one key is one key. Returns ret. */
const char *public_key_fingerprint(const PublicKey *key, char ret[static FINGERPRINT_SIZE]);
/* The same of the bytes of any plain key, also of a kind that does not parse here. */
const char *key_blob_fingerprint(Str blob, char ret[static FINGERPRINT_SIZE]);
/* "ssh-ed25519 AAAA...": appends. */
void public_key_write_line(const PublicKey *key, Buf *out);

/* Checks an SSH signature blob (string algorithm, string raw, FIDO extras) over `data`. A FIDO signature without user presence fails.
 * rsa needs rsa-sha2-256 or rsa-sha2-512. */
BG_CHECK bool public_key_verify(const PublicKey *key, Str signature, Str data, SignatureFacts *ret_facts, Error *err);
