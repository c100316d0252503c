/* http_error.c: libcurl's codes in the operator's words. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "core/transport/http_internal.h"
#include "core/transport/url.h"

typedef struct Cause {
	CURLcode code;
	ErrorKind kind;
	bool retryable;
	const char *why, *hint;
} Cause;

static const Cause CAUSES[] = {
	{CURLE_COULDNT_RESOLVE_HOST, ERROR_IO, true, "the name of the host cannot be looked up (DNS)",
		"check the name and DNS, or write the literal address into the environment file"},
	{CURLE_COULDNT_RESOLVE_PROXY, ERROR_IO, true, "the name of the proxy cannot be looked up (DNS)",
		"check http_proxy and https_proxy, or unset them"},
	{CURLE_GOT_NOTHING, ERROR_IO, true, "the connection was closed without an answer", "look whether the service is up, then try again"},
	{CURLE_RECV_ERROR, ERROR_IO, true, "the connection broke off during the answer", "look whether the service is up, then try again"},
	{CURLE_SEND_ERROR, ERROR_IO, true, "the connection broke off while the request was sent", "look at the state there, then try again"},
	{CURLE_PARTIAL_FILE, ERROR_IO, true, "the answer is truncated: it ended before its announced length", "try again; if it stays so, look at what stands between here and there"},
	{CURLE_BAD_CONTENT_ENCODING, ERROR_PROTOCOL, false, "the answer is compressed, and cannot be unpacked", "look at it in a browser, and at what serves it"},
	{CURLE_WEIRD_SERVER_REPLY, ERROR_PROTOCOL, false, "the answer is not HTTP", "check the address and port"},
	{CURLE_HTTP2, ERROR_IO, true, "the connection broke off (HTTP/2)", "try again"},
	{CURLE_HTTP2_STREAM, ERROR_IO, true, "the connection broke off (HTTP/2)", "try again"},
	{CURLE_SSL_CONNECT_ERROR, ERROR_PROTOCOL, false, "no TLS connection can be agreed on", "check that the port speaks https"},
	{CURLE_SSL_CACERT_BADFILE, ERROR_MISSING, false, "the file of certificate authorities cannot be read", "check CURL_CA_BUNDLE, SSL_CERT_FILE or ca_cert"},
	{CURLE_UNSUPPORTED_PROTOCOL, ERROR_PROTOCOL, false, "the answer is not HTTP", "check the address and port"},
	{CURLE_URL_MALFORMAT, ERROR_INVALID, false, "the address is not a URL", "correct the address"},
};

static bool connect_error(const CurlLibrary *curl, CURL *handle, Error *err) {
	long os_error = 0;
	curl->easy_getinfo(handle, CURLINFO_OS_ERRNO, &os_error);
	if (os_error == ECONNREFUSED) {
		error_set(err, ERROR_IO, "connection refused: nothing listens there");
		error_hint(err, "look whether the service is up and the port is right");
	} else if (os_error) {
		error_set(err, ERROR_IO, "no connection: %s", strerror((int) os_error));
		error_hint(err, "check the network, the VPN and the address");
	} else {
		error_set(err, ERROR_IO, "no connection can be made");
		error_hint(err, "check the network, the VPN and the address");
	}
	if (err) {
		err->retryable = true;
		err->os_code = (int) os_error;
	}
	return false;
}

static bool timeout_error(const CurlLibrary *curl, CURL *handle, const Transfer *transfer, Error *err) {
	curl_off_t looked_up = 0, connected = 0;
	curl->easy_getinfo(handle, CURLINFO_NAMELOOKUP_TIME_T, &looked_up);
	curl->easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, &connected);
	double connect_s = (double) transfer->connect_ms / 1000, deadline_s = (double) transfer->deadline_ms / 1000;
	if (!connected && !looked_up) {
		error_set(err, ERROR_TIMEOUT, "the name of the host was not looked up within %.3g s (DNS)", connect_s);
		error_hint(err, "check the name and DNS, or write the literal address into the environment file");
	} else if (!connected) {
		error_set(err, ERROR_TIMEOUT, "no connection within %.3g s", connect_s);
		error_hint(err, "check the network and the VPN: packets may be dropped on the way");
	} else if (!transfer->response->status) {
		error_set(err, ERROR_TIMEOUT, "connected, but no answer within %.3g s", deadline_s);
		error_hint(err, "the service hangs or is overloaded: look at it before trying again");
	} else {
		error_set(err, ERROR_TIMEOUT, "the answer was not complete within %.3g s (%zu bytes came)", deadline_s, transfer->received);
		error_hint(err, "the service or the line is slow: try again");
	}
	if (err)
		err->retryable = true;
	return false;
}

static bool certificate_error(const CurlLibrary *curl, CURL *handle, const char *detail, Error *err) {
	long verify = 0;
	curl->easy_getinfo(handle, CURLINFO_SSL_VERIFYRESULT, &verify);
	/* X509_V_ERR_CERT_NOT_YET_VALID 9, CERT_HAS_EXPIRED 10, 18 to 21: no trusted issuer (openssl/x509_vfy.h) */
	if (verify == 10) {
		error_set(err, ERROR_DENIED, "its certificate has expired");
		error_hint(err, "have the certificate renewed; check this machine's clock");
	} else if (verify == 9) {
		error_set(err, ERROR_DENIED, "its certificate is not valid yet");
		error_hint(err, "check this machine's clock");
	} else if (verify >= 18 && verify <= 21) {
		error_set(err, ERROR_DENIED, "its certificate is not from a trusted authority");
		error_hint(err, "give its authority as ca_cert in the environment file, or check that this is the right host");
	} else if (strstr(detail, "subject name")) {
		/* OpenSSL's and libcurl's words for it; there is no code that tells it from other refusals. */
		error_set(err, ERROR_DENIED, "its certificate is for another host name");
		error_hint(err, "check that the address has the name that the certificate is for, and that this is the right host");
	} else {
		error_set(err, ERROR_DENIED, "its certificate is refused: %s", *detail ? detail : "no reason given");
		error_hint(err, "check that the address has the name that the certificate is for");
	}
	return false;
}

static bool by_table(const CurlLibrary *curl, CURLcode code, const char *detail, Error *err) {
	for (size_t i = 0; i < BG_LENGTH(CAUSES); i++) {
		if (CAUSES[i].code == code) {
			error_set(err, CAUSES[i].kind, "%s", CAUSES[i].why);
			if (err)
				err->retryable = CAUSES[i].retryable;
			return error_hint(err, "%s", CAUSES[i].hint);
		}
	}
	error_set(err, ERROR_IO, "%s", *detail ? detail : curl->easy_strerror(code));
	return error_hint(err, "look whether the service is up, then try again");
}

bool http_error_set(const CurlLibrary *curl, CURL *handle, const Transfer *transfer, CURLcode code, const char *detail, Error *err) {
	AUTO_FREE char *line = text_sanitised_line(detail);
	if (transfer->was_cancelled || transfer->stopped) {
		error_set(err, ERROR_CANCELLED, transfer->stopped ? "reading the answer was stopped" : "the request was cancelled");
	} else if (transfer->too_large || transfer->headers_too_large) {
		error_set(err, ERROR_PROTOCOL, "the answer is larger than %zu bytes",
			transfer->too_large ? transfer->max_body : (size_t) HTTP_MAX_HEADER_BYTES);
		error_hint(err, "check that the address is the right one");
	} else if (code == CURLE_COULDNT_CONNECT) {
		connect_error(curl, handle, err);
	} else if (code == CURLE_OPERATION_TIMEDOUT) {
		timeout_error(curl, handle, transfer, err);
	} else if (code == CURLE_PEER_FAILED_VERIFICATION) {
		certificate_error(curl, handle, line, err);
	} else {
		by_table(curl, code, line, err);
	}
	if (err && !err->os_code)
		err->os_code = (int) code;
	return false;
}
