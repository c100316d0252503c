/* refusals.c: why kubectl did not do it. Every failure is exit code 1, and only its words tell one from another: those of kubectl itself, of the
 * API server, and of the Go library under both. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/k8s/k8s.h"

#define SAID_MAX 300

typedef struct Refusal {
	const char *said;        /* somewhere in stderr; the first row that fits counts */
	ErrorKind kind;
	bool retryable;
	const char *why;         /* before what was said; NULL = that alone */
	const char *hint;
} Refusal;

#define LOGIN "log in again, or look at the user of the kubeconfig: kubectl auth whoami"
#define REACH "look whether the API server runs and is reached from here: kubectl get --raw /readyz"
#define CLOCKS "renew it, or look at the clock of this machine"
#define AGAIN "look at the API server; then ask again"

static const Refusal REFUSALS[] = {
	{"executable ", ERROR_MISSING, false, "the login plugin of the kubeconfig is missing", "install it where PATH finds it"},
	{"getting credentials", ERROR_DENIED, false, "the login plugin gave no credentials", LOGIN},
	{"Unable to read /etc/rancher/k3s/k3s.yaml", ERROR_DENIED, false, "the kubeconfig of k3s is for root only",
		"give the system a kubeconfig: that you may read, or start the server with --write-kubeconfig-mode"},
	{"(Unauthorized)", ERROR_DENIED, false, "401, the credentials are not taken", LOGIN},
	{"provide credentials", ERROR_DENIED, false, "401, the credentials are not taken", LOGIN},
	{"must be logged in", ERROR_DENIED, false, "401, the credentials are not taken", LOGIN},
	{"(Forbidden)", ERROR_DENIED, false, "403, not allowed", "ask for the right: kubectl auth can-i --list shows what you have"},
	{"forbidden:", ERROR_DENIED, false, "403, not allowed", "ask for the right: kubectl auth can-i --list shows what you have"},
	{"(NotFound)", ERROR_MISSING, false, "404, not there", "look at the name and the namespace"},
	{"could not find the requested resource", ERROR_MISSING, false, "404, not there", "look whether the address is that of an API server"},
	{"Expected replicas to be", ERROR_CONFLICT, false, "somebody changed the number meanwhile", "look, and plan again"},
	{"(Conflict)", ERROR_CONFLICT, true, "409, it was changed meanwhile", "look, and plan again"},
	{"(AlreadyExists)", ERROR_CONFLICT, false, "409, it is there already", "look at what is there"},
	{"(Invalid)", ERROR_INVALID, false, "422, the API server does not take it", "correct the manifest"},
	{"(BadRequest)", ERROR_INVALID, false, "400, the API server does not take it", "correct the manifest"},
	{"(TooManyRequests)", ERROR_REMOTE, true, "429, asked too often", "wait a little, then ask again"},
	{"malformed chunk", ERROR_PROTOCOL, true, "the answer broke off", AGAIN},
	{"unexpected EOF", ERROR_PROTOCOL, true, "the answer was truncated, or broke off", AGAIN},
	{"connection reset", ERROR_IO, true, "the connection broke off", AGAIN},
	{"EOF", ERROR_IO, true, "it closed without an answer", AGAIN},
	{"rate limiter", ERROR_REMOTE, true, "429, asked too often, or no time was left", "wait a little, then ask again"},
	{"(ServiceUnavailable)", ERROR_REMOTE, true, "503, unavailable", AGAIN},
	{"(InternalError)", ERROR_REMOTE, true, "500, the API server failed", AGAIN},
	{"was refused", ERROR_IO, true, "connection refused", REACH},
	{"connection refused", ERROR_IO, true, "connection refused", REACH},
	{"no route to host", ERROR_IO, true, "no route to it", REACH},
	{"no such host", ERROR_IO, true, "its name is not known (DNS)", "look at the server: of the kubeconfig, and at DNS"},
	{"gave HTTP response to HTTPS", ERROR_PROTOCOL, false, "it does not speak TLS", "look at the server: of the kubeconfig"},
	{"is after", ERROR_DENIED, false, "its certificate has expired", CLOCKS},
	{"is before", ERROR_DENIED, false, "its certificate is not valid yet", CLOCKS},
	{"certificate is valid for", ERROR_DENIED, false, "its certificate is for another name", "look at the server: of the kubeconfig, or set its tls-server-name"},
	{"unknown authority", ERROR_DENIED, false, "its certificate is not from a trusted authority", "look at the certificate-authority of the kubeconfig"},
	{"x509:", ERROR_DENIED, false, "its certificate is not good", "look at the certificate-authority of the kubeconfig"},
	{"tls:", ERROR_PROTOCOL, true, "TLS failed", "look at the server: of the kubeconfig"},
	{"deadline exceeded", ERROR_TIMEOUT, true, "no answer in time", REACH},
	{"Timeout exceeded", ERROR_TIMEOUT, true, "no answer in time", REACH},
	{"i/o timeout", ERROR_TIMEOUT, true, "no answer in time", REACH},
	{"TLS handshake timeout", ERROR_TIMEOUT, true, "no answer in time", REACH},
	{"exceeded", ERROR_PROTOCOL, false, "the answer is larger than kubectl takes", REACH},
	{"malformed HTTP", ERROR_PROTOCOL, false, "what answers is not HTTP", "look at the server: of the kubeconfig"},
	{"serializer for", ERROR_PROTOCOL, false, "what answers is no API server", "look at the server: of the kubeconfig"},
	{"invalid character", ERROR_PROTOCOL, false, "what answers is no API server", "look at the server: of the kubeconfig"},
	{"doesn't have a resource type", ERROR_MISSING, false, "the cluster does not know this kind", "look whether the address is that of an API server"},
	{"context was not found", ERROR_MISSING, false, "the kubeconfig has no such context", "correct context: in the environment file; kubectl config get-contexts lists them"},
	{"no such file or directory", ERROR_MISSING, false, "the kubeconfig is not there", "correct kubeconfig: in the environment file"},
	{"permission denied", ERROR_DENIED, false, "a file of the kubeconfig cannot be read", "make it readable for this user"},
	{"error loading config", ERROR_INVALID, false, "the kubeconfig cannot be read", "correct it: kubectl config view"},
	{"the server rejected our request", ERROR_REMOTE, true, "the API server refused", AGAIN},
};

/* "E1121 14:00:22.893899    9117 memcache.go:265] ..." is for those who debug kubectl; a warning is no refusal. */
static bool is_log(Str line) {
	bool level = line.len > 5 && strchr("IWEF", line.ptr[0]) != NULL;
	for (size_t i = 1; level && i < 5; i++)
		level = line.ptr[i] >= '0' && line.ptr[i] <= '9';
	return level;
}

static Str without_prefix(Str line) {
	static const char *const PREFIXES[] = {"error: ", "Error: ", "Unable to connect to the server: ", "Error in configuration: "};
	for (size_t i = 0; i < BG_LENGTH(PREFIXES); i++)
		if (str_starts(line, PREFIXES[i]))
			line = str_slice(line, strlen(PREFIXES[i]), line.len);
	ptrdiff_t end = str_starts(line, "Error from server (") ? str_find(line, "): ") : -1;
	return end > 0 ? str_slice(line, (size_t) end + 3, line.len) : line;
}

char *kube_said(Str said) {
	Str rest = said, line, last = {0};
	while (str_next_line(&rest, &line)) {
		line = str_trim(line);
		if (!line.len || str_starts(line, "Warning: "))
			continue;
		last = line;
		if (!is_log(line))
			break;
	}
	ptrdiff_t end = is_log(last) ? str_find(last, "] ") : -1;
	last = end > 0 ? str_slice(last, (size_t) end + 2, last.len) : without_prefix(last);
	AUTO_FREE char *raw = str_dup(str_slice(last, 0, SAID_MAX));
	AUTO_FREE char *line_clean = text_sanitised_line(raw);
	return str_dup(str_trim(str_from(line_clean)));
}

bool kube_refused(Str said, int exit_code, Error *err) {
	AUTO_FREE char *line = kube_said(said);
	for (size_t i = 0; i < BG_LENGTH(REFUSALS); i++) {
		const Refusal *refusal = &REFUSALS[i];
		if (str_find(said, refusal->said) < 0)
			continue;
		error_set(err, refusal->kind, "%s: %s", refusal->why, line);
		if (err)
			err->retryable = refusal->retryable;
		return error_hint(err, "%s", refusal->hint);
	}
	error_set(err, ERROR_REMOTE, "kubectl ended with exit code %d%s%s", exit_code, *line ? ": " : "", *line ? line : " and no word");
	return error_hint(err, "run it by hand and look");
}
