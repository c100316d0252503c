/* ground.c: see ground.h. */
#include "ground.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"

static char field_text[512];

static char *read_secret(const Ground *ground, const char *name) {
	AUTO_FREE char *path = path_join(sandbox_folder(ground->sandbox), name);
	return read_text(path);
}

static Secret *find_secret(const Ground *ground, const char *name) {
	AUTO_FREE char *text = read_secret(ground, name);
	return secret_new(str_trim(str_from(text)), name);
}

void ground_begin(Ground *ground, const SandboxOptions *options) {
	static const SandboxOptions QUICK = {.build_ms = 1};
	Error err;
	*ground = (Ground){0};
	assert_ok(sandbox_start(options ? options : &QUICK, &ground->sandbox, &err), &err);
	assert_ok(http_client_new(NULL, &ground->client, &err), &err);
	ground->concourse_token = find_secret(ground, "secrets/concourse-token");
	ground->fastly_key = find_secret(ground, "secrets/fastly-key");
	ground->s3_secret = find_secret(ground, "secrets/s3-secret");
	ground->s3_key_id = read_secret(ground, "secrets/s3-key-id");
}

static void clear_answer(Ground *ground) {
	http_response_clear(&ground->answer);
	ground->json = json_free(ground->json);
}

void ground_clear(Ground *ground) {
	clear_answer(ground);
	http_client_free(ground->client);
	secret_free(ground->concourse_token);
	secret_free(ground->fastly_key);
	secret_free(ground->s3_secret);
	free(ground->s3_key_id);
	ground->sandbox = sandbox_stop(ground->sandbox);
	*ground = (Ground){0};
}

static void add_credentials(const Ground *ground, const char *system, const GroundCall *call, Secret **own, SigV4 *signing,
	HttpRequest *request) {
	*own = call->token && *call->token ? secret_new(str_from(call->token), "test") : NULL;
	if (call->token && !*call->token)
		return;
	if (text_eq(system, "concourse")) {
		request->secret_header = "Authorization";
		request->secret = *own ? *own : ground->concourse_token;
	} else if (text_eq(system, "fastly")) {
		request->secret_header = "Fastly-Key";
		request->secret = *own ? *own : ground->fastly_key;
	} else if (text_eq(system, "s3")) {
		*signing = (SigV4){ground->s3_key_id, *own ? *own : ground->s3_secret, NULL, "us-east-1", "s3"};
		request->sigv4 = signing;
	}
}

int ground_ask(Ground *ground, const char *system, const char *method, const char *target, const GroundCall *call) {
	static const GroundCall PLAIN = {0};
	const GroundCall *wanted = call ? call : &PLAIN;
	AUTO_FREE char *url = bg_asprintf("%s%s", sandbox_url(ground->sandbox, system), target);
	AUTO(Secret) *own = NULL;
	SigV4 signing;
	HttpHeader header = {wanted->header_name, wanted->header_value};
	HttpRequest request = {.method = method, .url = url, .headers = &header, .header_count = wanted->header_name ? 1 : 0,
		.deadline_ms = GROUND_WAIT_MS};
	Error err;
	if (wanted->body) {
		request.content_type = wanted->type ? wanted->type : "application/x-www-form-urlencoded";
		request.body = str_from(wanted->body);
	}
	add_credentials(ground, system, wanted, &own, &signing, &request);
	clear_answer(ground);
	assert_ok(http_request(ground->client, &request, &ground->answer, &err), &err);
	if (!json_parse(buf_str(&ground->answer.body), &ground->json, NULL))
		ground->json = NULL;
	return ground->answer.status;
}

const char *ground_body(const Ground *ground) { return buf_text(&ground->answer.body); }

const char *ground_field(Ground *ground, const char *path) {
	const Json *at = ground->json;
	Str rest = str_from(path), part;
	while (str_split(&rest, '/', &part)) {
		int64_t index;
		AUTO_FREE char *key = str_dup(part);
		at = json_is_array(at) && str_parse_int(part, &index) ? json_at(at, (size_t) index) : json_get(at, key);
	}
	AUTO_FREE char *text = !at ? bg_strdup("-") : json_is_string(at) ? bg_strdup(json_string(at)) : json_text(at);
	snprintf(field_text, sizeof(field_text), "%s", text);
	return field_text;
}
