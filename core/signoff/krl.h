/* krl.h: OpenSSH key revocation lists (PROTOCOL.krl): keys by blob or fingerprint, certificates by serial number or key id. A signed KRL
 * is refused: there is nobody here to say whose signature counts. */
#pragma once
#include <stdbool.h>
#include "core/base/cleanup.h"
#include "core/base/error.h"
#include "core/base/str.h"
#include "core/signoff/public_key.h"

typedef struct Krl Krl;

bool krl_is(Str bytes);              /* begins as a KRL does */
BG_CHECK bool krl_parse(Str bytes, Krl **ret_krl, Error *err);
/* As ssh_krl_check_key(): of a certificate also the authority. */
bool krl_has(const Krl *krl, const PublicKey *key);
Krl *krl_free(Krl *krl);             /* NULL ok; returns NULL */
BG_DEFINE_FREEP(Krl, krl_free)
