/* revocations.h: the keys that no longer count: a file as `ssh-keygen -Y verify -r` takes it, either plain public key lines with # comments,
 * or a KRL that `ssh-keygen -k` made. Whatever cannot be read is an error: a revocation must not be lost. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/base/str.h"
#include "core/signoff/krl.h"
#include "core/signoff/public_key.h"

#define REVOCATIONS_MAX_BYTES (1024 * 1024)
#define REVOCATIONS_MAX_KEYS 10000

typedef struct Revocations { PublicKey *keys; size_t count; Krl *krl; } Revocations;
BG_CHECK bool revocations_load(const char *path, Revocations *ret_revocations, Error *err);
BG_CHECK bool revocations_parse(Str bytes, const char *path, Revocations *ret_revocations, Error *err);
/* The key itself, or of a certificate: the certificate, the key in it, or its authority. */
bool revocations_has(const Revocations *revocations, const PublicKey *key);
void revocations_clear(Revocations *revocations);
BG_DEFINE_CLEARP(Revocations, revocations_clear)
