/* TLS: whose certificates are believed, and that each reason not to has words of its own. Certificates are made by the test. */
#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/transport/http.h"
#include "tests/support/support.h"

#define DAY_S (24L * 60 * 60)

typedef struct TlsServer {
	SSL_CTX *context;
	char *pem;               /* its own certificate */
	int listener, stop_read, stop_write;
	pthread_t thread;
	char url[40];
} TlsServer;

/* A certificate that signs itself, good from and until so many seconds from now. */
static void make_certificate(TlsServer *server, const char *name, long from_s, long until_s) {
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	cr_assert(key && certificate && X509_set_version(certificate, 2));
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), from_s);
	X509_gmtime_adj(X509_getm_notAfter(certificate), until_s);
	X509_NAME *subject = X509_get_subject_name(certificate);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *) "test", -1, -1, 0);
	X509_set_issuer_name(certificate, subject);
	X509_set_pubkey(certificate, key);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, name);
	cr_assert(extension && X509_add_ext(certificate, extension, -1) && X509_sign(certificate, key, EVP_sha256()));
	cr_assert(SSL_CTX_use_certificate(server->context, certificate) == 1 && SSL_CTX_use_PrivateKey(server->context, key) == 1);
	BIO *memory = BIO_new(BIO_s_mem());
	char *bytes = NULL;
	cr_assert(PEM_write_bio_X509(memory, certificate));
	long len = BIO_get_mem_data(memory, &bytes);
	server->pem = bg_strndup(bytes, (size_t) len);
	BIO_free(memory);
	X509_EXTENSION_free(extension);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static void serve_one(TlsServer *server, int fd) {
	static const char ANSWER[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
	char bytes[4096];
	SSL *session = SSL_new(server->context);
	SSL_set_fd(session, fd);
	if (SSL_accept(session) == 1 && SSL_read(session, bytes, sizeof(bytes)) > 0) {
		(void) SSL_write(session, ANSWER, sizeof(ANSWER) - 1);   /* a client that went away is the client's test */
		(void) SSL_shutdown(session);
	}
	SSL_free(session);
}

static void *serve(void *userdata) {
	TlsServer *server = userdata;
	for (;;) {
		struct pollfd fds[] = {{server->listener, POLLIN, 0}, {server->stop_read, POLLIN, 0}};
		if (poll(fds, 2, -1) <= 0 || fds[1].revents)
			return NULL;
		int fd = accept(server->listener, NULL, NULL);
		if (fd < 0)
			continue;
		serve_one(server, fd);
		close(fd);
	}
}

static void server_begin(TlsServer *server, const char *name, long from_s, long until_s) {
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int ends[2];
	server->context = SSL_CTX_new(TLS_server_method());
	make_certificate(server, name, from_s, until_s);
	server->listener = socket(AF_INET, SOCK_STREAM, 0);
	cr_assert(bind(server->listener, (struct sockaddr *) &address, size) == 0 && listen(server->listener, 4) == 0);
	cr_assert(getsockname(server->listener, (struct sockaddr *) &address, &size) == 0 && pipe(ends) == 0);
	server->stop_read = ends[0];
	server->stop_write = ends[1];
	snprintf(server->url, sizeof(server->url), "https://127.0.0.1:%d/", ntohs(address.sin_port));
	cr_assert(pthread_create(&server->thread, NULL, serve, server) == 0);
}

static void server_clear(TlsServer *server) {
	cr_assert(write(server->stop_write, "x", 1) == 1);
	pthread_join(server->thread, NULL);
	close(server->listener);
	close(server->stop_read);
	close(server->stop_write);
	SSL_CTX_free(server->context);
	free(server->pem);
}
BG_DEFINE_CLEARP(TlsServer, server_clear)

typedef struct TlsCase {
	const char *name, *host;
	long from_s, until_s;
	bool trusted, insecure;
	const char *why;          /* NULL: it is accepted */
} TlsCase;

Test(http_tls, a_certificate_is_believed_or_refused_with_the_reason) {
	static const TlsCase cases[] = {
		{"trusted", "IP:127.0.0.1", -DAY_S, DAY_S, true, false, NULL},
		{"unknown authority", "IP:127.0.0.1", -DAY_S, DAY_S, false, false, "not from a trusted authority"},
		{"not checked on request", "IP:127.0.0.1", -DAY_S, DAY_S, false, true, NULL},
		{"expired", "IP:127.0.0.1", -2 * DAY_S, -DAY_S, true, false, "has expired"},
		{"not valid yet", "IP:127.0.0.1", DAY_S, 2 * DAY_S, true, false, "not valid yet"},
		{"for another host", "DNS:other.example", -DAY_S, DAY_S, true, false, "for another host name"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err = {0};
		AUTO_CLEAR(TlsServer) server = {0};
		AUTO(HttpClient) *client = NULL;
		AUTO_CLEAR(HttpResponse) response = {0};
		server_begin(&server, cases[i].host, cases[i].from_s, cases[i].until_s);
		HttpClientOptions options = {.insecure = cases[i].insecure, .ca_cert = cases[i].trusted ? server.pem : NULL};
		assert_ok(http_client_new(&options, &client, &err), &err);
		HttpRequest request = {.url = server.url};
		bool ok = http_request(client, &request, &response, &err);
		cr_expect_eq(ok, cases[i].why == NULL, "%s: %s", cases[i].name, err.why);
		if (!ok && cases[i].why) {
			assert_error(&err, ERROR_DENIED, cases[i].why);
			cr_expect(*err.hint && *err.where, "%s", cases[i].name);
		}
	}
}
