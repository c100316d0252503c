/* certificate.h: what an X.509 certificate says of itself. */
#pragma once
#include "core/base/error.h"
#include "core/base/moment.h"
#include "core/base/str.h"

#define CERTIFICATE_MAX (64u * 1024)   /* bytes of PEM: a certificate and those that vouch for it */

/* Until when the first certificate in `pem` counts. */
BG_CHECK bool certificate_end(Str pem, WallTime *ret, Error *err);
