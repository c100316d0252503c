/* sim_message.c: fields, percent encoding, forms and the small answers that every simulated system gives. */
#include "core/sandbox/sim_message.h"
#include <stdlib.h>
#include <strings.h>
#include "core/base/alloc.h"

void sim_fields_add(SimFields *fields, const char *name, const char *value) {
	if (fields->count == fields->capacity) {
		fields->capacity = fields->capacity ? 2 * fields->capacity : 8;
		fields->items = bg_reallocarray(fields->items, fields->capacity, sizeof(*fields->items));
	}
	fields->items[fields->count++] = (SimField) { bg_strdup(name), bg_strdup(value) };
}

const char *sim_fields_get(const SimFields *fields, const char *name) {
	for (size_t i = 0; i < fields->count; i++)
		if (strcasecmp(fields->items[i].name, name) == 0)
			return fields->items[i].value;
	return NULL;
}

void sim_fields_clear(SimFields *fields) {
	for (size_t i = 0; i < fields->count; i++) {
		free(fields->items[i].name);
		free(fields->items[i].value);
	}
	free(fields->items);
	*fields = (SimFields) {0};
}

static int hex_value(char c) {
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

void sim_percent_decode(Str text, bool plus_is_blank, Buf *out) {
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '%' && i + 2 < text.len && hex_value(text.ptr[i + 1]) >= 0 && hex_value(text.ptr[i + 2]) >= 0) {
			buf_putc(out, (char) (hex_value(text.ptr[i + 1]) * 16 + hex_value(text.ptr[i + 2])));
			i += 2;
		} else {
			buf_putc(out, c == '+' && plus_is_blank ? ' ' : c);
		}
	}
}

static bool is_unreserved(char c) {
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
		c == '~';
}

void sim_percent_encode(Str text, bool keep_slash, Buf *out) {
	static const char digits[] = "0123456789ABCDEF";
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char) text.ptr[i];
		if (is_unreserved((char) c) || (c == '/' && keep_slash)) {
			buf_putc(out, (char) c);
		} else {
			buf_putc(out, '%');
			buf_putc(out, digits[c >> 4]);
			buf_putc(out, digits[c & 15]);
		}
	}
}

void sim_form_parse(Str text, SimFields *ret_fields) {
	Str rest = text, pair;
	while (str_split(&rest, '&', &pair)) {
		if (pair.len == 0)
			continue;
		ptrdiff_t equals = str_find_char(pair, '=');
		size_t name_len = equals < 0 ? pair.len : (size_t) equals;
		AUTO_CLEAR(Buf) name = {0};
		AUTO_CLEAR(Buf) value = {0};
		sim_percent_decode(str_slice(pair, 0, name_len), true, &name);
		if (equals >= 0)
			sim_percent_decode(str_slice(pair, name_len + 1, pair.len), true, &value);
		sim_fields_add(ret_fields, buf_text(&name), buf_text(&value));
	}
}

void sim_markup_escape(Str text, Buf *out) {
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '&')
			buf_puts(out, "&amp;");
		else if (c == '<')
			buf_puts(out, "&lt;");
		else if (c == '>')
			buf_puts(out, "&gt;");
		else if (c == '"')
			buf_puts(out, "&quot;");
		else
			buf_putc(out, c);
	}
}

void sim_request_init(SimRequest *request, const char *method, const char *target) {
	Str text = str_from(target);
	ptrdiff_t mark = str_find_char(text, '?');
	size_t path_len = mark < 0 ? text.len : (size_t) mark;
	*request = (SimRequest) {
		.method = bg_strdup(method),
		.path = bg_strndup(text.ptr, path_len),
		.query = bg_strdup(mark < 0 ? "" : target + mark + 1),
		.body = { .limit = SIM_MAX_BODY_BYTES },
	};
	sim_form_parse(str_from(request->query), &request->args);
}

const char *sim_request_header(const SimRequest *request, const char *name) {
	return sim_fields_get(&request->headers, name);
}

const char *sim_request_arg(const SimRequest *request, const char *name) {
	return sim_fields_get(&request->args, name);
}

int64_t sim_request_int_arg(const SimRequest *request, const char *name, int64_t fallback) {
	int64_t value = fallback;
	const char *text = sim_request_arg(request, name);
	if (text && !str_parse_int(str_from(text), &value))
		return fallback;
	return value;
}

void sim_request_clear(SimRequest *request) {
	free(request->method);
	free(request->path);
	free(request->query);
	sim_fields_clear(&request->headers);
	sim_fields_clear(&request->args);
	buf_clear(&request->body);
	*request = (SimRequest) {0};
}

void sim_reply_header(SimReply *reply, const char *name, const char *value) {
	sim_fields_add(&reply->headers, name, value);
}

void sim_reply_bytes(SimReply *reply, int status, const char *type, Str bytes) {
	reply->status = status;
	buf_truncate(&reply->body, 0);
	buf_put_str(&reply->body, bytes);
	if (type)
		sim_reply_header(reply, "Content-Type", type);
}

void sim_reply_text(SimReply *reply, int status, const char *type, const char *text) {
	sim_reply_bytes(reply, status, type, str_from(text));
}

void sim_reply_json_take(SimReply *reply, int status, Json *json) {
	AUTO_FREE char *text = json_text(json);
	json_free(json);
	sim_reply_text(reply, status, "application/json", text);
}

void sim_reply_empty(SimReply *reply, int status) {
	sim_reply_text(reply, status, NULL, "");
}

void sim_reply_clear(SimReply *reply) {
	sim_fields_clear(&reply->headers);
	buf_clear(&reply->body);
	*reply = (SimReply) {0};
}

void sim_call_clear_params(SimCall *call) {
	for (size_t i = 0; i < call->param_count; i++)
		free(call->params[i]);
	call->param_count = 0;
}
