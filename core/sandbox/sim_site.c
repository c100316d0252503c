/* sim_site.c: the OCW site as visitors get it through Fastly: the active version's first backend says which host is asked, the Host header
 * that it sends (override_host) says which bucket S3 takes, and the certificate's name must fit. A wrong failover breaks here as it
 * would there: 503 from Fastly for a backend that cannot be spoken to, S3's own 404 for a bucket that is not there. */
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_s3.h"
#include "core/sandbox/sim_world.h"

#define PUBLIC_URL "https://ocw.example.edu"

static bool is_s3_host(const char *host) {
	Str text = str_from(host);
	return str_ends(text, ".amazonaws.com") && str_find(text, ".s3.") > 0;
}

/* "bucket.s3.region.amazonaws.com" -> bucket; NULL when it names none that is there. */
static const SimBucket *bucket_of(const SimWorld *world, const char *host) {
	Str text = str_from(host);
	ptrdiff_t at = str_find(text, ".s3.");
	return at > 0 ? sim_store_find(world->store, str_slice(text, 0, (size_t) at)) : NULL;
}

static const Json *backend_of(const SimWorld *world) {
	return json_at(json_get(sim_fastly_active(world->fastly, SIM_SERVICE), "backends"), 0);
}

/* What Fastly says when it cannot speak to the backend; NULL when it can. */
static const char *backend_problem(const Json *backend) {
	if (!backend)
		return "No default backend";
	if (!is_s3_host(json_get_string_or(backend, "address", "")))
		return "backend read error";
	const char *certificate = json_get_string(backend, "ssl_cert_hostname");
	if (json_get_bool(backend, "ssl_check_cert", false) && certificate && *certificate && !is_s3_host(certificate))
		return "hostname doesn't match against certificate";
	return NULL;
}

static const char *host_of(const Json *backend) {
	const char *override = json_get_string(backend, "override_host");
	return override && *override ? override : "ocw.example.edu";
}

const SimBucket *sim_site_bucket(const SimWorld *world) {
	const Json *backend = backend_of(world);
	return backend_problem(backend) ? NULL : bucket_of(world, host_of(backend));
}

/* Links in the sitemap name the public site: behind the sandbox's own address they must name that. */
static void send_object(const SimRequest *request, const SimObject *object, SimReply *reply) {
	char time[WALL_TEXT_SIZE];
	Str body = { object->body->bytes, object->body->len };
	const char *host = sim_request_header(request, "Host");
	Buf text = {0};
	while (str_ends(str_from(object->key), ".xml") && host) {
		ptrdiff_t at = str_find(body, PUBLIC_URL);
		if (at < 0)
			break;
		buf_put_str(&text, str_slice(body, 0, (size_t) at));
		buf_printf(&text, "http://%s", host);
		body = str_slice(body, (size_t) at + strlen(PUBLIC_URL), body.len);
	}
	buf_put_str(&text, body);
	sim_reply_bytes(reply, 200, object->type, buf_str(&text));
	sim_reply_header(reply, "Last-Modified", wall_format_http(object->modified, time));
	buf_clear(&text);
}

void sim_site_handle(const SimWorld *world, const SimRequest *request, SimReply *reply) {
	const Json *backend = backend_of(world);
	const char *problem = backend_problem(backend);
	if (!text_eq(request->method, "GET") && !text_eq(request->method, "HEAD"))
		return sim_reply_text(reply, 405, "text/html; charset=utf-8", "<html><body><h1>Error 405 Not allowed</h1></body></html>");
	sim_reply_header(reply, "Via", "1.1 varnish");
	sim_reply_header(reply, "X-Served-By", "cache-sandbox");
	if (problem) {
		AUTO_FREE char *text = bg_asprintf("<html><head><title>503 %s</title></head><body><h1>Error 503 %s</h1></body></html>", problem, problem);
		return sim_reply_text(reply, 503, "text/html; charset=utf-8", text);
	}
	const SimBucket *bucket = bucket_of(world, host_of(backend));
	if (!bucket)
		return sim_s3_error(reply, 404, "NoSuchBucket", "The specified bucket does not exist", "BucketName", host_of(backend));
	AUTO_CLEAR(Buf) key = {0};
	sim_percent_decode(str_from(request->path + 1), false, &key);
	if (!key.len || key.data[key.len - 1] == '/')
		buf_puts(&key, "index.html");
	const SimObject *object = sim_bucket_find(bucket, buf_text(&key));
	if (!object)
		return sim_s3_error(reply, 404, "NoSuchKey", "The specified key does not exist.", "Key", buf_text(&key));
	send_object(request, object, reply);
}
