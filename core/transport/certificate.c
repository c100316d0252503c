/* certificate.c: see certificate.h. */
#include "core/transport/certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <time.h>

static bool end_of(const X509 *certificate, WallTime *ret) {
	struct tm end;
	return ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1
		&& wall_from_civil(end.tm_year + 1900, end.tm_mon + 1, end.tm_mday, end.tm_hour, end.tm_min, end.tm_sec, ret);
}

bool certificate_end(Str pem, WallTime *ret, Error *err) {
	BIO *bytes = pem.len && pem.len <= CERTIFICATE_MAX ? BIO_new_mem_buf(pem.ptr, (int) pem.len) : NULL;
	X509 *certificate = bytes ? PEM_read_bio_X509(bytes, NULL, NULL, NULL) : NULL;
	bool ok = certificate && end_of(certificate, ret);
	X509_free(certificate);
	BIO_free(bytes);
	ERR_clear_error();   /* OpenSSL's own list: nobody else shall find it there */
	if (ok)
		return true;
	error_set(err, ERROR_PROTOCOL, "the certificate is none that can be read");
	return error_hint(err, "look at it: openssl x509 -noout -enddate");
}
