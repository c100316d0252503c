/* key_types.h: the kinds of keys as a table, for this layer's own files. */
#pragma once
#include <stdbool.h>
#include "core/base/str.h"
#include "core/signoff/public_key.h"

typedef enum KeyFamily { FAMILY_ED25519, FAMILY_ECDSA, FAMILY_RSA } KeyFamily;

struct KeyType {
	const char *name;            /* on the wire and in files */
	const char *certificate_name;
	KeyFamily family;
	bool device;                 /* a FIDO key */
	const char *curve;           /* on the wire; NULL unless ecdsa */
	const char *group;           /* OpenSSL's name of the curve */
	size_t point_bytes;          /* ed25519: the key; ecdsa: the uncompressed point */
	size_t scalar_bytes;         /* ecdsa: the largest r, s and private key */
	const char *digest;          /* of the signature; NULL for ed25519 and where the signature says (rsa) */
};

/* NULL if it is none of ours. *ret_certified: the name is that of its certificates. */
const KeyType *key_type_find(Str name, bool *ret_certified);
