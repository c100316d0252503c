/* certificates.c: see certificates.h. */
#include "certificates.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/base/alloc.h"
#include "tests/support/support.h"

#define DAY_S (24L * 60 * 60)

typedef struct Identity { EVP_PKEY *key; X509 *certificate; } Identity;

static struct { Identity authority, stranger; SSL_CTX *contexts[CERTIFICATE_KINDS]; char *pem; } made;

static void add_extension(X509 *certificate, int nid, const char *value) {
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	cr_assert(extension && X509_add_ext(certificate, extension, -1));
	X509_EXTENSION_free(extension);
}

/* `by` NULL: it signs itself. */
static Identity make(const char *name, const char *alternative, long from_s, long until_s, const Identity *by) {
	static long serial;
	Identity identity = {EVP_EC_gen("P-256"), X509_new()};
	X509 *certificate = identity.certificate;
	cr_assert(identity.key && certificate && X509_set_version(certificate, 2));
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(certificate), from_s);
	X509_gmtime_adj(X509_getm_notAfter(certificate), until_s);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC, (const unsigned char *) name, -1, -1, 0);
	X509_set_issuer_name(certificate, X509_get_subject_name(by ? by->certificate : certificate));
	X509_set_pubkey(certificate, identity.key);
	if (alternative)
		add_extension(certificate, NID_subject_alt_name, alternative);
	else
		add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
	cr_assert(X509_sign(certificate, by ? by->key : identity.key, EVP_sha256()));
	return identity;
}

static void identity_clear(Identity *identity) {
	X509_free(identity->certificate);
	EVP_PKEY_free(identity->key);
	*identity = (Identity){0};
}

static const char *keep_pem(const X509 *certificate) {
	BIO *memory = BIO_new(BIO_s_mem());
	char *bytes = NULL;
	cr_assert(PEM_write_bio_X509(memory, certificate));
	long len = BIO_get_mem_data(memory, &bytes);
	made.pem = bg_strndup(bytes, (size_t) len);
	BIO_free(memory);
	return made.pem;
}

const char *certificate_authority(void) {
	if (made.pem)
		return made.pem;
	made.authority = make("authority of the test", NULL, -DAY_S, DAY_S, NULL);
	made.stranger = make("authority of nobody", NULL, -DAY_S, DAY_S, NULL);
	return keep_pem(made.authority.certificate);
}

SSL_CTX *certificate_context(CertificateKind kind) {
	static const struct { const char *alternative; long from_s, until_s; bool stranger, self; } rows[CERTIFICATE_KINDS] = {
		[CERTIFICATE_GOOD] = {"IP:127.0.0.1", -DAY_S, DAY_S, false, false},
		[CERTIFICATE_STRANGER] = {"IP:127.0.0.1", -DAY_S, DAY_S, true, false},
		[CERTIFICATE_SELF] = {"IP:127.0.0.1", -DAY_S, DAY_S, false, true},
		[CERTIFICATE_EXPIRED] = {"IP:127.0.0.1", -2 * DAY_S, -DAY_S, false, false},
		[CERTIFICATE_EARLY] = {"IP:127.0.0.1", DAY_S, 2 * DAY_S, false, false},
		[CERTIFICATE_OTHER_HOST] = {"DNS:other.example", -DAY_S, DAY_S, false, false},
	};
	(void) certificate_authority();   /* made on the way */
	if (made.contexts[kind])
		return made.contexts[kind];
	const Identity *by = rows[kind].self ? NULL : rows[kind].stranger ? &made.stranger : &made.authority;
	Identity server = make("server of the test", rows[kind].alternative, rows[kind].from_s, rows[kind].until_s, by);
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	cr_assert(context && SSL_CTX_use_certificate(context, server.certificate) == 1 && SSL_CTX_use_PrivateKey(context, server.key) == 1);
	identity_clear(&server);
	return made.contexts[kind] = context;
}

void certificates_clear(void) {
	for (int kind = 0; kind < CERTIFICATE_KINDS; kind++) {
		SSL_CTX_free(made.contexts[kind]);
		made.contexts[kind] = NULL;
	}
	identity_clear(&made.authority);
	identity_clear(&made.stranger);
	free(made.pem);
	made.pem = NULL;
}
