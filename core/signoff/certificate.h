/* certificate.h: OpenSSH certificates (PROTOCOL.certkeys): a key that an authority vouches for, for named people and a time. A PublicKey
 * that came as a certificate owns one; what the authority signed has been checked by then. Whether it counts for somebody is asked here. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "core/base/error.h"
#include "core/base/moment.h"
#include "core/base/str.h"
#include "core/signoff/public_key.h"
#include "core/signoff/wire.h"

#define CERTIFICATE_MAX_PRINCIPALS 256       /* as OpenSSH */

struct Certificate {
	PublicKey authority;                 /* a plain key */
	char *plain;                         /* owned: the blob of the key without the certificate */
	size_t plain_len;
	uint64_t serial;
	bool is_host;
	char *key_id;
	StrList principals;
	uint64_t valid_after, valid_before;  /* seconds since 1970; counts while after <= t < before */
	char *critical_option;               /* name of the first; NULL = none */
};

/* Whether it vouches for `principal` at `at`; if not, `err` says why in one line. As sshkey_cert_check_authority(), and a critical option
 * refuses: those that exist restrict a login, which a signature is not. */
BG_CHECK bool certificate_counts(const Certificate *certificate, const char *principal, WallTime at, Error *err);
Certificate *certificate_free(Certificate *certificate);     /* NULL ok; returns NULL */

/* For public_key.c: the fields that follow the key's own, in `reader`, which stands within `blob`; and the authority's signature. */
BG_CHECK bool certificate_read(Str blob, WireReader *reader, Certificate **ret_certificate, Error *err);
