/* sim_couch_session.c: who asks: Basic, or the cookie of POST /_session. There is one admin, and nobody else. */
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/text.h"
#include "core/sandbox/sim_couch_parts.h"

static bool is_password(const SimCouch *couch, Str name, Str password) {
	Str own = str_from(couch->password);
	return str_eq_c(name, SIM_COUCH_USER) && password.len == own.len && constant_time_equal(password.ptr, own.ptr, own.len);
}

static bool is_session(const SimCouch *couch, Str cookies) {
	Str one;
	while (str_split(&cookies, ';', &one)) {
		one = str_trim(one);
		if (!str_starts(one, "AuthSession="))
			continue;
		Str token = str_slice(one, strlen("AuthSession="), one.len);
		for (size_t i = 0; token.len && i < COUCH_MAX_SESSIONS; i++)
			if (str_eq_c(token, couch->sessions[i]))
				return true;
	}
	return false;
}

CouchLogin couch_login(const SimCouch *couch, const SimRequest *request) {
	const char *header = sim_request_header(request, "Authorization"), *cookie = sim_request_header(request, "Cookie");
	AUTO_CLEAR(Buf) plain = {0};
	if (header && str_starts(str_from(header), "Basic ") && base64_decode(str_from(header + strlen("Basic ")), &plain)) {
		ptrdiff_t colon = str_find_char(buf_str(&plain), ':');
		return colon >= 0 && is_password(couch, str_slice(buf_str(&plain), 0, (size_t) colon), str_slice(buf_str(&plain), (size_t) colon + 1, plain.len))
			? COUCH_ADMIN : COUCH_WRONG;
	}
	return cookie && is_session(couch, str_from(cookie)) ? COUCH_ADMIN : COUCH_NOBODY;
}

static Json *roles(bool is_admin) {
	Json *list = json_new_array();
	if (is_admin)
		json_append_string(list, "_admin");
	return list;
}

void couch_get_session(void *userdata, SimCall *call) {
	CouchAsk *ask = userdata;
	Json *answer = json_new_object();
	json_add_bool(answer, "ok", true);
	Json *user = json_add(answer, "userCtx", json_new_object());
	json_add(user, "name", ask->is_admin ? json_new_string(SIM_COUCH_USER) : json_new_null());
	json_add(user, "roles", roles(ask->is_admin));
	Json *info = json_add(answer, "info", json_new_object());
	Json *handlers = json_add(info, "authentication_handlers", json_new_array());
	json_append_string(handlers, "cookie");
	json_append_string(handlers, "default");
	if (ask->is_admin)
		json_add_string(info, "authenticated", sim_request_header(call->request, "Authorization") ? "default" : "cookie");
	couch_answer(call, 200, answer);
}

/* {"name","password"} as JSON or as a form. */
static bool take_login(const SimRequest *request, char **ret_name, char **ret_password) {
	const char *type = sim_request_header(request, "Content-Type");
	AUTO(Json) *json = NULL;
	AUTO_CLEAR(SimFields) form = {0};
	if (type && str_starts(str_from(type), "application/json")) {
		if (!json_parse(buf_str(&request->body), &json, NULL))
			return false;
	} else {
		sim_form_parse(buf_str(&request->body), &form);
	}
	const char *name = json ? json_get_string(json, "name") : sim_fields_get(&form, "name");
	const char *password = json ? json_get_string(json, "password") : sim_fields_get(&form, "password");
	*ret_name = name ? bg_strdup(name) : NULL;
	*ret_password = bg_strdup(password ? password : "");
	return name != NULL;
}

void couch_post_session(void *userdata, SimCall *call) {
	CouchAsk *ask = userdata;
	AUTO_FREE char *name = NULL;
	AUTO_FREE char *password = NULL;
	if (!take_login(call->request, &name, &password)) {
		couch_answer_error(call, 400, "bad_request", "request body must contain a username");
		return;
	}
	if (!is_password(ask->couch, str_from(name), str_from(password))) {
		sim_reply_header(call->reply, "Set-Cookie", "AuthSession=; Version=1; Path=/; HttpOnly");
		couch_answer_error(call, 401, "unauthorized", "Name or password is incorrect.");
		return;
	}
	char *token = ask->couch->sessions[ask->couch->session_next++ % COUCH_MAX_SESSIONS];
	random_hex(token, COUCH_TOKEN - 1);
	AUTO_FREE char *cookie = bg_asprintf("AuthSession=%s; Version=1; Path=/; HttpOnly", token);
	sim_reply_header(call->reply, "Set-Cookie", cookie);
	Json *answer = json_new_object();
	json_add_bool(answer, "ok", true);
	json_add_string(answer, "name", SIM_COUCH_USER);
	json_add(answer, "roles", roles(true));
	couch_answer(call, 200, answer);
}

/* As CouchDB does it: the cookie is taken from the client; the token itself goes on to be good until its time. */
void couch_delete_session(void *userdata, SimCall *call) {
	(void) userdata;
	sim_reply_header(call->reply, "Set-Cookie", "AuthSession=; Version=1; Path=/; HttpOnly");
	couch_answer_ok(call, 200);
}

/* ---- from inside ---- */

bool sim_couch_as_admin(SimCouch *couch, const char *method, const char *target, Str body, SimReply *reply) {
	AUTO_CLEAR(SimRequest) request = {0};
	AUTO_CLEAR(Buf) header = {0};
	AUTO_FREE char *login = bg_asprintf("%s:%s", SIM_COUCH_USER, couch->password);
	size_t member = 0;
	while (member < SIM_COUCH_MEMBERS && !sim_couch_runs(couch, member))
		member++;
	if (member == SIM_COUCH_MEMBERS)
		return false;
	sim_request_init(&request, method, target);
	buf_puts(&header, "Basic ");
	base64_encode(login, strlen(login), &header);
	sim_fields_add(&request.headers, "Authorization", buf_text(&header));
	sim_fields_add(&request.headers, "Content-Type", "application/json");
	buf_put_str(&request.body, body);
	sim_couch_handle(couch, member, &request, reply, wall_now());
	return reply->status != 0;
}
