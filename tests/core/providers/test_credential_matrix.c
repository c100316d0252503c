/* Credentials of every probe: programs that should print them and do not, secrets that a server sends back, and hosts that must never get
 * them: redirects and proxies. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/transport/http.h"
#include "matrix.h"

static bool has_secret(const MatrixRow *row) { return row->more && strstr(row->more, "SECRET"); }

/* ---- where credentials come from ---- */

typedef struct Source { const char *name, *yaml, *says; bool slow; } Source;

static const Source SOURCES[] = {
	{"variable not set", "{ env: MATRIX_NOT_SET }", "MATRIX_NOT_SET is not set", false},
	{"variable empty", "{ env: MATRIX_EMPTY }", "MATRIX_EMPTY is empty", false},
	{"file missing", "{ file: /nonexistent/token }", "No such file", false},
	{"file that is a folder", "{ file: / }", NULL, false},
	{"program missing", "{ command: [/nonexistent/fly, token] }", NULL, false},
	{"program not in PATH", "{ command: [no-such-program-anywhere] }", NULL, false},
	{"program exits 1", "{ command: [sh, -c, \"echo you are not logged in >&2; exit 1\"] }", "exit code 1: you are not logged in", false},
	{"program exits 1 with noise", "{ command: [sh, -c, \"printf '\\\\033[31mred\\\\033[0m\\\\r\\\\nmore' >&2; exit 1\"] }", "exit code 1", false},
	{"program is killed", "{ command: [sh, -c, \"kill -9 $$\"] }", "signal 9", false},
	{"program hangs", "{ command: [sleep, \"1000\"] }", "not done within", true},
	{"program hangs and ignores its end", "{ command: [sh, -c, \"trap '' TERM; while :; do sleep 1000; done\"] }", "not done within", true},
	{"program floods", "{ command: [yes] }", NULL, true},
	{"program says nothing", "{ command: [\"true\"] }", "empty", false},
	{"program prints two lines", "{ command: [printf, \"a\\\\nb\"] }", "more than one line", false},
	{"program prints a NUL", "{ command: [printf, \"a\\\\000b\"] }", "more than one line", false},
	{"fly target missing", "{ flyrc: no-such-target }", NULL, false},
};

static void try_source(const MatrixRow *row, const Source *source, const Reading *good) {
	AUTO_CLEAR(Reading) bad = {0};
	AUTO_CLEAR(MatrixLook) look = {.row = row, .plan = {.from = SIZE_MAX}, .secret = source->yaml, .deadline_ms = source->slow ? MATRIX_SLOW_MS : 0};
	AUTO_FREE char *name = bg_asprintf("%s %s, %s", row->probe, row->variant, source->name);
	MonoTime begun = mono_now();
	matrix_look(&look, &bad);
	cr_expect(mono_now().ms - begun.ms < MATRIX_LONG_MS, "%s: took %lld ms", name, (long long) (mono_now().ms - begun.ms));
	cr_expect_eq(look.requests, 0, "%s: asked without a credential", name);
	matrix_check(name, &look, READING_UNKNOWN, source->says, good, &bad);
	matrix_count(row->probe, source->name);
}

Test(credential_matrix, what_should_give_a_credential_and_does_not) {
	setenv("MATRIX_EMPTY", "", 1);
	for (size_t r = 0; r < MATRIX_COUNT; r++) {
		AUTO_CLEAR(Reading) good = {0};
		size_t requests;
		if (!has_secret(&MATRIX[r]))
			continue;
		matrix_good(&MATRIX[r], false, &good, &requests);
		for (size_t i = 0; i < BG_LENGTH(SOURCES); i++)
			try_source(&MATRIX[r], &SOURCES[i], &good);
	}
	matrix_print_counts("sources of credentials");
	certificates_clear();
}

/* ---- what is sent back ---- */

typedef struct Echo { const char *name; int status; const char *headers, *body; } Echo;

#define S MATRIX_SECRET
static const Echo ECHOES[] = {
	{"text", 401, "", "the token " S " is not known"},
	{"Fastly's words", 403, "", "{\"msg\":\"no " S "\",\"detail\":\"" S "\"}"},
	{"Fastly's newer words", 500, "", "{\"errors\":[{\"title\":\"" S "\",\"detail\":\"x\"}]}"},
	{"Concourse's words", 400, "", "{\"errors\":[\"" S "\"],\"error_description\":\"" S "\"}"},
	{"S3's words", 418, "", "<Error><Code>" S "</Code><Message>" S "</Message><Region>" S "</Region></Error>"},
	{"Azure's words", 403, "x-ms-error-code: " S "\r\n", "<Error><Code>AuthenticationFailed</Code><Message>" S "</Message><AuthenticationErrorDetail>" S "</AuthenticationErrorDetail></Error>"},
	{"a blob", 200, "", "<EnumerationResults><Blobs><Blob><Name>" S "</Name><Properties><Last-Modified>Fri, 24 May 2013 09:00:00 GMT</Last-Modified>"
		"<Content-Length>0</Content-Length></Properties></Blob></Blobs><NextMarker/></EnumerationResults>"},
	{"a redirect", 302, "Location: http://localhost:1/" S "/login?token=" S "\r\n", ""},
	{"a header", 503, "x-amz-bucket-region: " S "\r\nRetry-After: " S "\r\n", S},
	{"a type", 200, "Content-Type: " S "\r\n", S},
	{"a status line of the job", 200, "X-Concourse-Version: 8.2.5\r\n", "{\"name\":\"" S "\",\"paused\":true,\"paused_by\":\"" S "\",\"paused_at\":1}"},
	{"a key", 200, "", "<ListBucketResult><Contents><Key>" S "</Key><LastModified>2013-05-24T09:00:00.000Z</LastModified><Size>0</Size></Contents></ListBucketResult>"},
};
#undef S

typedef struct EchoCell { MatrixLook look; const Echo *echo; } EchoCell;

static void spoil_echo(void *userdata, const BadRequest *request, BadAnswer *answer) {
	const Echo *echo = ((EchoCell *) userdata)->echo;
	(void) request;
	answer->status = echo->status;
	buf_truncate(&answer->headers, 0);
	buf_truncate(&answer->body, 0);
	buf_puts(&answer->headers, echo->headers);
	buf_puts(&answer->body, echo->body);
}

static bool tells_secret(const Reading *reading) {
	AUTO(Json) *json = reading_to_json(reading);
	AUTO_FREE char *text = json_text(json);
	return strstr(text, MATRIX_SECRET) != NULL;
}

/* As it is, or in a Basic login. */
static bool was_sent(const char *heads) {
	AUTO_CLEAR(Buf) basic = {0};
	base64_encode("admin:" MATRIX_SECRET, strlen("admin:" MATRIX_SECRET), &basic);
	return strstr(heads, MATRIX_SECRET) || strstr(heads, buf_text(&basic));
}

Test(credential_matrix, a_secret_that_is_sent_back_is_shown_nowhere) {
	for (size_t r = 0; r < MATRIX_COUNT; r++) {
		for (size_t i = 0; has_secret(&MATRIX[r]) && i < BG_LENGTH(ECHOES); i++) {
			AUTO_CLEAR(Reading) bad = {0};
			EchoCell cell = {.look = {.row = &MATRIX[r], .plan = {.spoil = spoil_echo}}, .echo = &ECHOES[i]};
			matrix_look(&cell.look, &bad);
			cr_expect(was_sent(cell.look.heads), "%s does not send its secret at all", MATRIX[r].probe);
			cr_expect(!tells_secret(&bad), "%s %s, %s: a secret is shown: %s: %s", MATRIX[r].probe, MATRIX[r].variant, ECHOES[i].name, bad.text,
				bad.reason);
			cr_expect(bad.state != READING_OK || MATRIX[r].body == BODY_NONE, "%s %s, %s: FALSE GREEN: %s", MATRIX[r].probe, MATRIX[r].variant,
				ECHOES[i].name, bad.text);
			matrix_count(MATRIX[r].probe, "echo");
			matrix_look_clear(&cell.look);
		}
	}
	matrix_print_counts("echoes");
	certificates_clear();
}

/* ---- hosts that must not get them ---- */

static void nothing(void *userdata, const BadRequest *request, BadAnswer *answer) {
	(void) userdata, (void) request;
	buf_puts(&answer->body, "<html><body>Course Description. Welcome to the hotel network.</body></html>");
}

static const char *const TELLING[] = {MATRIX_SECRET, "Authorization", "Fastly-Key", "X-Amz-", "x-amz-", "Cookie", "AWS4-HMAC", "Bearer", "SharedKey", "x-ms-", "sig="};

static void check_heads(const char *name, const char *heads) {
	for (size_t i = 0; i < BG_LENGTH(TELLING); i++)
		cr_expect(!strstr(heads, TELLING[i]), "%s: %s went to another host: %s", name, TELLING[i], heads);
}

static void spoil_redirect(void *userdata, const BadRequest *request, BadAnswer *answer) {
	const EchoCell *cell = userdata;
	(void) request;
	answer->status = cell->echo->status;
	buf_truncate(&answer->body, 0);
	buf_puts(&answer->headers, cell->echo->headers);
}

static void try_redirect(const MatrixRow *row, int status, BadServer *other, size_t from, const Reading *good) {
	AUTO_CLEAR(Reading) bad = {0};
	/* Another port of this host, and another name for it. */
	AUTO_FREE char *location = bg_asprintf("Location: http://%s:%d/taken?x=1\r\nSet-Cookie: a=b\r\n", status % 2 ? "127.0.0.1" : "localhost",
		bad_server_port(other));
	Echo echo = {.status = status, .headers = location};
	EchoCell cell = {.look = {.row = row, .plan = {.from = from, .spoil = spoil_redirect}}, .echo = &echo};
	AUTO_FREE char *name = bg_asprintf("%s %s, %d from request %zu", row->probe, row->variant, status, from + 1);
	size_t before = bad_server_requests(other);
	matrix_look(&cell.look, &bad);
	AUTO_FREE char *heads = bad_server_heads(other);
	check_heads(name, heads);
	cr_expect(!has_secret(row) || bad_server_requests(other) == before, "%s was followed", name);
	bool part = row->part_from && from >= row->part_from, many = text_eq(row->variant, "a sample");
	/* By the same host on another port a page may be served: only another host is a stranger. */
	if (row->body != BODY_HTML || status % 2 == 0)
		matrix_check(name, &cell.look, part ? READING_WARN : row->is_subject ? READING_FAIL : READING_UNKNOWN, many && from ? "sampled" : NULL, good, &bad);
	matrix_count(row->probe, "redirect");
	matrix_look_clear(&cell.look);
}

Test(credential_matrix, a_redirect_gets_no_credentials) {
	static const int statuses[] = {301, 302, 303, 307, 308};
	BadPlan plan = {.from = SIZE_MAX, .honest = nothing};
	AUTO(BadServer) *other = bad_server_start(&plan);
	for (size_t r = 0; r < MATRIX_COUNT; r++) {
		AUTO_CLEAR(Reading) good = {0};
		size_t requests;
		if (!MATRIX[r].provider)
			continue;
		matrix_good(&MATRIX[r], false, &good, &requests);
		for (size_t i = 0; i < BG_LENGTH(statuses); i++)
			for (size_t from = 0; from < requests; from += requests < 4 ? 1 : requests - 1)
				try_redirect(&MATRIX[r], statuses[i], other, from, &good);
	}
	matrix_print_counts("redirects");
	certificates_clear();
}

/* ---- proxies ---- */

typedef struct ProxyCase { const char *name; bool tls; const char *no_proxy; bool asked; } ProxyCase;

/* 0.0.0.0 is this machine too, but not by a name of the loopback, for which no proxy is ever asked. */
Test(credential_matrix, a_proxy_gets_no_credentials) {
	static const ProxyCase cases[] = {
		{"plain", false, "", false},            /* it would read them: it is passed by */
		{"TLS", true, "", true},                /* a tunnel, of which it sees the address */
		{"TLS, excepted", true, "0.0.0.0", false},
	};
	BadPlan plan = {.from = SIZE_MAX, .honest = nothing};
	AUTO(BadServer) *proxy = bad_server_start(&plan);
	AUTO_FREE char *address = bg_asprintf("http://someone:hidden@127.0.0.1:%d", bad_server_port(proxy));
	setenv("http_proxy", address, 1);
	setenv("https_proxy", address, 1);
	setenv("all_proxy", address, 1);
	for (size_t r = 0; r < MATRIX_COUNT; r++) {
		for (size_t i = 0; has_secret(&MATRIX[r]) && i < BG_LENGTH(cases); i++) {
			AUTO_CLEAR(Reading) reading = {0};
			AUTO_CLEAR(MatrixLook) look = {.row = &MATRIX[r], .any_address = true, .plan = {.from = SIZE_MAX, .tls = cases[i].tls}};
			AUTO_FREE char *name = bg_asprintf("%s %s, %s", MATRIX[r].probe, MATRIX[r].variant, cases[i].name);
			size_t before = bad_server_requests(proxy);
			setenv("NO_PROXY", cases[i].no_proxy, 1);
			setenv("no_proxy", cases[i].no_proxy, 1);
			matrix_look(&look, &reading);
			bool asked = bad_server_requests(proxy) > before;
			cr_expect_eq(asked, cases[i].asked, "%s: the proxy was %sasked: %s: %s", name, asked ? "" : "not ", reading.text, reading.reason);
			cr_expect(!cases[i].asked || reading.state == READING_UNKNOWN, "%s: %s", name, reading.text);
			cr_expect(!strstr(reading.text, "hidden") && !(reading.reason && strstr(reading.reason, "hidden")), "%s: %s %s", name, reading.text, reading.reason);
			matrix_count(MATRIX[r].probe, "proxy");
		}
	}
	/* What the proxy is told about itself is its own. */
	AUTO_FREE char *heads = bad_server_heads(proxy);
	for (char *at; (at = strstr(heads, "Proxy-Authorization"));)
		memcpy(at, "Proxy-Own-Secret---", 19);
	check_heads("proxy", heads);
	matrix_print_counts("proxies");
	certificates_clear();
}

Test(credential_matrix, a_password_in_an_address_is_a_credential_too) {
	BadPlan plan = {.from = SIZE_MAX, .honest = nothing};
	AUTO(BadServer) *proxy = bad_server_start(&plan);
	AUTO(BadServer) *direct = bad_server_start(&plan);
	AUTO(HttpClient) *client = NULL;
	Error err = {0};
	AUTO_FREE char *address = bg_asprintf("http://127.0.0.1:%d", bad_server_port(proxy));
	setenv("http_proxy", address, 1);
	assert_ok(http_client_new(NULL, &client, &err), &err);
	AUTO_FREE char *with_password = bg_asprintf("http://ann:%s@0.0.0.0:%d/", MATRIX_SECRET, bad_server_port(direct));
	AUTO_CLEAR(HttpResponse) response = {0};
	HttpRequest request = {.url = with_password, .follow = true};
	assert_ok(http_request(client, &request, &response, &err), &err);
	AUTO_CLEAR(HttpResponse) plain = {0};
	AUTO_FREE char *without = bg_asprintf("http://0.0.0.0:%d/", bad_server_port(direct));
	cr_expect_eq(bad_server_requests(proxy), 0);
	HttpRequest harmless = {.url = without};
	assert_ok(http_request(client, &harmless, &plain, &err), &err);
	cr_expect_eq(bad_server_requests(proxy), 1, "a request without credentials goes through the proxy");
}
