/* body.c: the body of a post. The environment's template is a JSON document whose texts hold ${name}; it is read first and filled afterwards, so that a value
 * is a value whatever stands in it. A form is sent from the members of an object in the same way. */
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/providers/http/post.h"
#include "core/transport/url.h"

#define PREFIX "value."

typedef struct Filling {
	const Call *call;
	StrList used;            /* names of values that have their place */
	char missing[80];        /* the first that is not given; "" = none */
} Filling;

static void filling_clear(Filling *filling) { strlist_clear(&filling->used); }
BG_DEFINE_CLEARP(Filling, filling_clear)

static const char *value_of(const Call *call, const char *name) {
	AUTO_FREE char *key = bg_asprintf(PREFIX "%s", name);
	const char *given = call_arg(call, key);
	return given ? given : text_eq(name, "incident") ? call->incident : NULL;
}

static void put_value(Filling *filling, Str name, Buf *out) {
	AUTO_FREE char *wanted = str_dup(name);
	const char *value = value_of(filling->call, wanted);
	strlist_add(&filling->used, wanted);
	if (value)
		buf_puts(out, value);
	else if (!*filling->missing)
		snprintf(filling->missing, sizeof(filling->missing), "%s", wanted);
}

/* "${" without an end stays as it is. */
static Json *fill_text(Filling *filling, const char *text) {
	AUTO_CLEAR(Buf) out = {0};
	Str rest = str_from(text);
	while (rest.len) {
		ptrdiff_t end = str_starts(rest, "${") ? str_find_char(rest, '}') : -1;
		if (end > 2)
			put_value(filling, str_slice(rest, 2, (size_t) end - 2), &out);
		else
			buf_putc(&out, rest.ptr[0]);
		rest = str_slice(rest, end > 2 ? (size_t) end + 1 : 1, rest.len);
	}
	return json_new_string(buf_text(&out));
}

static Json *fill(Filling *filling, const Json *node) {
	if (json_is_string(node))
		return fill_text(filling, json_string(node));
	bool array = json_is_array(node);
	if (!array && !json_is_object(node))
		return json_copy(node);
	Json *filled = array ? json_new_array() : json_new_object();
	JSON_EACH(item, node) {
		if (array)
			json_append(filled, fill(filling, item));
		else
			json_add(filled, json_key(item), fill(filling, item));
	}
	return filled;
}

/* Without a template: an object of the values. */
static Json *object_of_values(const Call *call) {
	Json *object = json_new_object();
	JSON_EACH(arg, call->args)
		if (str_starts(str_from(json_key(arg)), PREFIX))
			json_add_string(object, json_key(arg) + strlen(PREFIX), json_string(arg));
	return object;
}

static bool check_values(const Filling *filling, Error *err) {
	if (*filling->missing) {
		error_set(err, ERROR_MISSING, "the body of %s wants ${%s}, and it is not given", filling->call->system->name, filling->missing);
		return error_hint(err, "write " PREFIX "%s=... in the playbook", filling->missing);
	}
	JSON_EACH(arg, filling->call->args) {
		const char *name = json_key(arg);
		if (!str_starts(str_from(name), PREFIX) || strlist_has(&filling->used, name + strlen(PREFIX)))
			continue;
		error_set(err, ERROR_INVALID, "the body of %s has no place for %s", filling->call->system->name, name);
		return error_hint(err, "write ${%s} where it belongs in body: of the system, or leave it out", name + strlen(PREFIX));
	}
	return true;
}

static void write_form(const Json *object, Buf *out) {
	size_t start = out->len;
	JSON_EACH(member, object) {
		AUTO_FREE char *other = json_is_string(member) ? NULL : json_text(member);
		if (out->len > start)
			buf_putc(out, '&');
		url_encode(str_from(json_key(member)), out);
		buf_putc(out, '=');
		url_encode(str_from(other ? other : json_string(member)), out);
	}
}

bool post_body(const Call *call, Buf *out, Error *err) {
	AUTO_CLEAR(Filling) filling = {.call = call};
	AUTO(Json) *template = NULL;
	AUTO(Json) *body = NULL;
	const char *written = system_setting(call->system, "body");
	if (written && !json_parse(str_from(written), &template, err))
		return false;
	body = template ? fill(&filling, template) : object_of_values(call);
	if (template && !check_values(&filling, err))
		return environment_error_at(call->environment, system_setting_place(call->system, "body"), err);
	if (text_eq(system_setting(call->system, "sends"), "form"))
		write_form(body, out);
	else
		json_write(body, out);
	if (out->len <= POST_BODY_MAX)
		return true;
	error_set(err, ERROR_INVALID, "the body has %zu bytes, and %u are the most", out->len, POST_BODY_MAX);
	return error_hint(err, "say it shorter");
}
