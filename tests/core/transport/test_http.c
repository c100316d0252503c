/* HTTP: whole answers, and every way in which there is none, against a server that does wrong on request. */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/transport/http.h"
#include "tests/support/loopback.h"
#include "tests/support/support.h"

typedef struct Scene {
	Loopback *server;
	HttpClient *client;
	LoopbackReply reply;      /* what the server says to everything but /elsewhere */
	char *location;
	Buf head;                 /* of the last request */
} Scene;

static void answer(void *userdata, const LoopbackRequest *request, LoopbackReply *reply) {
	Scene *scene = userdata;
	buf_truncate(&scene->head, 0);
	buf_puts(&scene->head, request->head);
	if (str_starts(str_from(request->target), "/elsewhere")) {
		buf_puts(&reply->body, "arrived");
		return;
	}
	reply->status = scene->reply.status ? scene->reply.status : 200;
	reply->fault = scene->reply.fault;
	buf_put_str(&reply->headers, buf_str(&scene->reply.headers));
	buf_put_str(&reply->body, buf_str(&scene->reply.body));
	if (scene->location)
		buf_printf(&reply->headers, "Location: %s\r\n", scene->location);
}

static void scene_begin(Scene *scene) {
	Error err;
	scene->server = loopback_start(answer, scene);
	assert_ok(http_client_new(NULL, &scene->client, &err), &err);
}

static void scene_clear(Scene *scene) {
	scene->server = loopback_free(scene->server);
	scene->client = http_client_free(scene->client);
	buf_clear(&scene->reply.headers);
	buf_clear(&scene->reply.body);
	buf_clear(&scene->head);
	free(scene->location);
}
BG_DEFINE_CLEARP(Scene, scene_clear)

static char *at(const Scene *scene, const char *path) { return bg_asprintf("%s%s", loopback_url(scene->server), path); }

static Str sent_header(const Scene *scene, const char *name) {
	LoopbackRequest request = {.head = buf_text(&scene->head)};
	return loopback_header(&request, name);
}

Test(http, an_answer_comes_with_status_headers_body_and_clock) {
	Error err;
	AUTO_CLEAR(Scene) scene = {.reply.status = 404};
	buf_puts(&scene.reply.body, "not here");
	buf_puts(&scene.reply.headers, "Date: Fri, 24 May 2013 00:00:00 GMT\r\nX-Thing:  one \r\n");
	scene_begin(&scene);
	AUTO_FREE char *url = at(&scene, "/x?y=1");
	AUTO_CLEAR(HttpResponse) response = {0};
	HttpRequest request = {.url = url, .headers = (HttpHeader[]){{"Accept", "text/plain"}}, .header_count = 1};
	assert_ok(http_request(scene.client, &request, &response, &err), &err);
	cr_expect_eq(response.status, 404);
	assert_text("body", buf_text(&response.body), "not here");
	cr_expect(str_eq_c(http_header(&response, "x-thing"), "one"));
	cr_expect_eq(response.date.ms, 1369353600000);
	int64_t difference;
	cr_expect(http_clock_difference(&response, &difference) && difference < 0);
	cr_expect(!response.by_name);
	cr_expect(str_eq_c(sent_header(&scene, "accept"), "text/plain"));
	cr_expect_null(sent_header(&scene, "expect").ptr);
}

Test(http, put_without_a_body_tells_a_length_of_zero_and_no_content_type) {
	Error err;
	AUTO_CLEAR(Scene) scene = {0};
	scene_begin(&scene);
	AUTO_FREE char *url = at(&scene, "/x");
	AUTO_CLEAR(HttpResponse) response = {0};
	HttpRequest request = {.method = "PUT", .url = url};
	assert_ok(http_request(scene.client, &request, &response, &err), &err);
	cr_expect(str_eq_c(sent_header(&scene, "content-length"), "0"));
	cr_expect_null(sent_header(&scene, "content-type").ptr);
}

Test(http, methods_and_bodies_arrive_and_an_empty_answer_is_one) {
	static const char *const methods[] = {"POST", "PUT", "DELETE", "HEAD"};
	for (size_t i = 0; i < BG_LENGTH(methods); i++) {
		Error err;
		AUTO_CLEAR(Scene) scene = {.reply.status = i == 2 ? 204 : 200};
		scene_begin(&scene);
		AUTO_FREE char *url = at(&scene, "/x");
		AUTO_CLEAR(HttpResponse) response = {0};
		HttpRequest request = {.method = methods[i], .url = url, .content_type = i < 2 ? "text/plain" : NULL,
			.body = i < 2 ? STR("hello") : (Str){0}};
		assert_ok(http_request(scene.client, &request, &response, &err), &err);
		AUTO_FREE char *log = loopback_log(scene.server);
		AUTO_FREE char *expected = bg_asprintf("%s /x %s\n", methods[i], i < 2 ? "hello" : "");
		assert_text(methods[i], log, expected);
	}
}

typedef struct FaultCase {
	const char *name;
	LoopbackFault fault;
	ErrorKind kind;
	const char *why;
} FaultCase;

Test(http, each_way_of_not_answering_has_its_own_words) {
	static const FaultCase cases[] = {
		{"hang", LOOPBACK_HANG, ERROR_TIMEOUT, "connected, but no answer within 0.3 s"},
		{"close", LOOPBACK_CLOSE, ERROR_IO, "closed without an answer"},
		{"reset", LOOPBACK_RESET, ERROR_IO, "broke off"},
		{"truncate", LOOPBACK_TRUNCATE, ERROR_IO, "truncated"},
		{"nonsense", LOOPBACK_NONSENSE, ERROR_PROTOCOL, "not HTTP"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err;
		AUTO_CLEAR(Scene) scene = {.reply.fault = cases[i].fault};
		for (int line = 0; line < 40000; line++)
			buf_puts(&scene.reply.body, "some body\n");
		scene_begin(&scene);
		AUTO_FREE char *url = at(&scene, "/x?token=hush");
		AUTO_CLEAR(HttpResponse) response = {0};
		HttpRequest request = {.url = url, .deadline_ms = cases[i].fault == LOOPBACK_HANG ? 300 : 20000};
		cr_assert(!http_request(scene.client, &request, &response, &err), "%s", cases[i].name);
		assert_error(&err, cases[i].kind, cases[i].why);
		cr_expect(strstr(err.where, "GET http://127.0.0.1:") && !strstr(err.where, "hush"), "%s: %s", cases[i].name, err.where);
		cr_expect(*err.hint, "%s has no hint", cases[i].name);
	}
}

Test(http, a_closed_port_is_refused_and_an_unknown_name_is_dns) {
	Error err;
	AUTO(HttpClient) *client = NULL;
	assert_ok(http_client_new(NULL, &client, &err), &err);
	AUTO_FREE char *url = bg_asprintf("http://127.0.0.1:%d/", loopback_unused_port());
	{
		AUTO_CLEAR(HttpResponse) response = {0};
		HttpRequest request = {.url = url};
		assert_refused(http_request(client, &request, &response, &err), &err, ERROR_IO, "connection refused");
		cr_expect(err.retryable);
	}
	{
		/* The lookup of a name under .invalid fails everywhere (RFC 6761); where there is no network at all it fails as well. */
		AUTO_CLEAR(HttpResponse) response = {0};
		HttpRequest request = {.url = "http://host.invalid/", .deadline_ms = 20000, .connect_ms = 20000};
		assert_refused(http_request(client, &request, &response, &err), &err, ERROR_IO, "DNS");
		cr_expect(response.by_name);
	}
}

Test(http, https_to_a_port_that_speaks_http_says_so) {
	Error err;
	AUTO_CLEAR(Scene) scene = {.reply.fault = LOOPBACK_NONSENSE};
	scene_begin(&scene);
	AUTO_FREE char *url = bg_asprintf("https%s/", loopback_url(scene.server) + 4);
	AUTO_CLEAR(HttpResponse) response = {0};
	/* The server waits for the end of a head that never comes: the client's deadline ends it. */
	HttpRequest request = {.url = url, .deadline_ms = 500};
	assert_refused(http_request(scene.client, &request, &response, &err), &err, ERROR_TIMEOUT, "no connection within 0.5 s");
}

Test(http, an_answer_over_the_limit_is_refused) {
	Error err;
	AUTO_CLEAR(Scene) scene = {0};
	for (int i = 0; i < 2000; i++)
		buf_putc(&scene.reply.body, 'x');
	scene_begin(&scene);
	AUTO_FREE char *url = at(&scene, "/");
	AUTO_CLEAR(HttpResponse) response = {0};
	HttpRequest request = {.url = url, .max_body = 1999};
	assert_refused(http_request(scene.client, &request, &response, &err), &err, ERROR_PROTOCOL, "larger than 1999 bytes");
}

static bool add_piece(void *userdata, Str piece) {
	buf_put_str(userdata, piece);
	return true;
}

static bool refuse_piece(void *userdata, Str piece) {
	(void) userdata, (void) piece;
	return false;
}

Test(http, a_body_can_be_streamed_and_stopped) {
	Error err;
	AUTO_CLEAR(Scene) scene = {0};
	buf_puts(&scene.reply.body, "abc");
	scene_begin(&scene);
	AUTO_FREE char *url = at(&scene, "/");
	AUTO_CLEAR(Buf) seen = {0};
	{
		AUTO_CLEAR(HttpResponse) response = {0};
		HttpRequest request = {.url = url, .on_body = add_piece, .userdata = &seen};
		assert_ok(http_request(scene.client, &request, &response, &err), &err);
		assert_text("seen", buf_text(&seen), "abc");
		cr_expect_eq(response.body.len, 0);
	}
	{
		AUTO_CLEAR(HttpResponse) response = {0};
		HttpRequest request = {.url = url, .on_body = refuse_piece};
		assert_refused(http_request(scene.client, &request, &response, &err), &err, ERROR_CANCELLED, "stopped");
	}
}

static bool yes(void *userdata) {
	(void) userdata;
	return true;
}

Test(http, a_request_can_be_cancelled) {
	Error err;
	AUTO_CLEAR(Scene) scene = {.reply.fault = LOOPBACK_HANG};
	scene_begin(&scene);
	AUTO_FREE char *url = at(&scene, "/");
	AUTO_CLEAR(HttpResponse) response = {0};
	HttpRequest request = {.url = url, .cancelled = yes};
	assert_refused(http_request(scene.client, &request, &response, &err), &err, ERROR_CANCELLED, "cancelled");
}

Test(http, secrets_are_sent_in_their_header_and_are_no_way_to_add_others) {
	Error err;
	AUTO_CLEAR(Scene) scene = {0};
	scene_begin(&scene);
	AUTO_FREE char *url = at(&scene, "/");
	AUTO(Secret) *token = secret_new(STR("t0ken"), "test token");
	AUTO(Secret) *forged = secret_new(STR("t\r\nX-Evil: 1"), "test token");
	{
		AUTO_CLEAR(HttpResponse) response = {0};
		HttpRequest request = {.url = url, .secret_header = "Authorization", .secret = token};
		assert_ok(http_request(scene.client, &request, &response, &err), &err);
		cr_expect(str_eq_c(sent_header(&scene, "authorization"), "Bearer t0ken"));
	}
	{
		AUTO_CLEAR(HttpResponse) response = {0};
		HttpRequest request = {.url = url, .secret_header = "Fastly-Key", .secret = token};
		assert_ok(http_request(scene.client, &request, &response, &err), &err);
		cr_expect(str_eq_c(sent_header(&scene, "fastly-key"), "t0ken"));
		cr_expect_null(sent_header(&scene, "authorization").ptr, "the secret of the request before is gone");
	}
	{
		AUTO_CLEAR(HttpResponse) response = {0};
		HttpRequest request = {.url = url, .secret_header = "Fastly-Key", .secret = forged};
		assert_refused(http_request(scene.client, &request, &response, &err), &err, ERROR_INVALID, "line break (test token)");
	}
}

Test(http, redirects_are_followed_on_request_but_never_with_credentials_to_another_host) {
	Error err;
	AUTO_CLEAR(Scene) scene = {.reply.status = 302};
	AUTO_CLEAR(Scene) other = {0};
	scene_begin(&scene);
	scene_begin(&other);
	AUTO_FREE char *url = at(&scene, "/");
	AUTO(Secret) *token = secret_new(STR("t0ken"), "test token");
	static const struct { bool follow, abroad, secret; int status; const char *why; } cases[] = {
		{false, false, true, 302, NULL},
		{true, false, true, 200, NULL},
		{true, true, false, 200, NULL},
		{true, true, true, 0, "credentials are not sent to another host"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		free(scene.location);
		scene.location = at(cases[i].abroad ? &other : &scene, "/elsewhere");
		AUTO_CLEAR(HttpResponse) response = {0};
		HttpRequest request = {.url = url, .follow = cases[i].follow, .secret_header = "Authorization",
			.secret = cases[i].secret ? token : NULL};
		bool ok = http_request(scene.client, &request, &response, &err);
		if (cases[i].why) {
			cr_assert(!ok, "case %zu", i);
			assert_error(&err, ERROR_REMOTE, cases[i].why);
		} else {
			assert_ok(ok, &err);
			cr_expect_eq(response.status, cases[i].status, "case %zu: %d", i, response.status);
		}
	}
	AUTO_FREE char *log = loopback_log(other.server);
	assert_text("the other host saw only the request without a secret", log, "GET /elsewhere \n");
}

Test(http, endless_redirects_end) {
	Error err;
	AUTO_CLEAR(Scene) scene = {.reply.status = 301};
	scene_begin(&scene);
	scene.location = at(&scene, "/again");
	AUTO_CLEAR(HttpResponse) response = {0};
	HttpRequest request = {.url = scene.location, .follow = true};
	assert_refused(http_request(scene.client, &request, &response, &err), &err, ERROR_REMOTE, "more than 5 times");
}

Test(http, signed_requests_go_out_with_a_sorted_query) {
	Error err;
	AUTO_CLEAR(Scene) scene = {0};
	scene_begin(&scene);
	AUTO_FREE char *url = at(&scene, "/bucket?prefix=a%2Fb&list-type=2");
	AUTO(Secret) *key = secret_new(STR("hush"), "test key");
	SigV4 credentials = {.access_key_id = "test:tester", .secret_key = key, .region = "us-east-1", .service = "s3"};
	AUTO_CLEAR(HttpResponse) response = {0};
	HttpRequest request = {.url = url, .sigv4 = &credentials};
	assert_ok(http_request(scene.client, &request, &response, &err), &err);
	AUTO_FREE char *log = loopback_log(scene.server);
	assert_text("log", log, "GET /bucket?list-type=2&prefix=a%2Fb \n");
	cr_expect(str_starts(sent_header(&scene, "authorization"), "AWS4-HMAC-SHA256 Credential=test:tester/"));
	cr_expect(str_eq_c(sent_header(&scene, "x-amz-content-sha256"), SIGV4_EMPTY_PAYLOAD));
}
