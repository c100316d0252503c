/* totp.h: one-time codes (RFC 6238 over RFC 4226) and the base32 of their secrets (RFC 4648). Pure: the time is an argument. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/moment.h"
#include "core/base/secret.h"

#define TOTP_WINDOW 1                /* steps before and after the present one whose codes count: clocks differ */
#define TOTP_CODE_SIZE 9             /* 8 digits and NUL */
#define TOTP_MIN_SECRET_BYTES 10

typedef struct Totp {
	Secret *key;                 /* owned */
	const char *digest;          /* "SHA1" "SHA256" "SHA512" */
	int digits;                  /* 6 to 8 */
	int period_s;
} Totp;

/* Lower case, blanks, dashes and missing padding are fine. Appends; wipe after use. */
bool base32_decode(Str text, Buf *out);
/* "otpauth://totp/LABEL?secret=BASE32&algorithm=..&digits=..&period=.." or the base32 alone (SHA1, 6 digits, 30 s). `origin` says whose. */
BG_CHECK bool totp_parse(Str text, const char *origin, Totp *ret_totp, Error *err);
/* The code of time step `step`. */
void totp_code(const Totp *totp, int64_t step, char ret[static TOTP_CODE_SIZE]);
int64_t totp_step(const Totp *totp, WallTime at);
/* Is `code` that of a step in the window around `at`? *ret_step tells which. All are compared, each in constant time. */
bool totp_match(const Totp *totp, const char *code, WallTime at, int64_t *ret_step);
void totp_clear(Totp *totp);
BG_DEFINE_CLEARP(Totp, totp_clear)
