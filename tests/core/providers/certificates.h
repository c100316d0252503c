/* certificates.h: an authority of the test's own, and servers' certificates that are good or wrong in one way each. Made once a process. */
#pragma once
#include <openssl/ssl.h>

typedef enum CertificateKind {
	CERTIFICATE_GOOD,          /* by the authority, for 127.0.0.1 */
	CERTIFICATE_STRANGER,      /* by another authority */
	CERTIFICATE_SELF,          /* by itself */
	CERTIFICATE_EXPIRED,
	CERTIFICATE_EARLY,         /* not valid yet */
	CERTIFICATE_OTHER_HOST,    /* by the authority, for another name */
	CERTIFICATE_KINDS,
} CertificateKind;

/* A server's side of TLS with that certificate; borrowed, for as long as the process lives. */
SSL_CTX *certificate_context(CertificateKind kind);
/* The authority's certificate as PEM; borrowed. */
const char *certificate_authority(void);
void certificates_clear(void);
