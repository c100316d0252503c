/* http_response.c: collects an answer's headers and body, within their limits. */
#include <stdlib.h>

#include "core/base/text.h"
#include "core/transport/http_internal.h"
#include "core/transport/url.h"

static void take_status(HttpResponse *response, Str line) {
	/* "HTTP/1.1 200 OK": interim and redirected answers come through here as well; the last one stays. */
	ptrdiff_t blank = str_find_char(line, ' ');
	int64_t status = 0;
	if (blank >= 0)
		(void) str_parse_int(str_slice(line, (size_t) blank + 1, 3), &status);   /* 0 when it is no number: no answer has that */
	response->status = (int) status;
	buf_truncate(&response->headers, 0);
	response->received = wall_now();
}

size_t http_response_take_header(char *bytes, size_t size, size_t count, void *userdata) {
	Transfer *transfer = userdata;
	HttpResponse *response = transfer->response;
	Str line = {bytes, size * count};
	if (str_starts(line, "HTTP/")) {
		take_status(response, line);
		return size * count;
	}
	if (response->headers.len + line.len > HTTP_MAX_HEADER_BYTES) {
		transfer->headers_too_large = true;
		return 0;
	}
	line = str_trim(line);
	if (line.len) {
		buf_put_str(&response->headers, line);
		buf_putc(&response->headers, '\n');
	}
	return size * count;
}

size_t http_response_take_body(char *bytes, size_t size, size_t count, void *userdata) {
	Transfer *transfer = userdata;
	size_t len = size * count;
	const HttpRequest *request = transfer->request;
	if (len > transfer->max_body - transfer->received) {
		transfer->too_large = true;
		return 0;
	}
	transfer->received += len;
	if (request->on_body && transfer->response->status / 100 == 2) {
		if (!request->on_body(request->userdata, (Str){bytes, len})) {
			transfer->stopped = true;
			return 0;
		}
	} else {
		buf_append(&transfer->response->body, bytes, len);
	}
	return len;
}

/* Shorter than any real credential: crossing out every "a" would hide answers instead of a secret. */
#define HIDDEN_MIN 6

static void cross_out(Buf *text, Str secret) {
	for (size_t at = 0; at + secret.len <= text->len;) {
		ptrdiff_t found = str_find(str_slice(buf_str(text), at, text->len), secret.ptr);
		if (found < 0)
			return;
		memset(text->data + at + (size_t) found, '*', secret.len);
		at += (size_t) found + secret.len;
	}
}

void http_response_hide(HttpResponse *response, const Secret *secret) {
	Str hidden = str_from(secret_reveal(secret));
	if (hidden.len < HIDDEN_MIN)
		return;
	cross_out(&response->headers, hidden);
	cross_out(&response->body, hidden);
}

/* The value of one field of a query, as it stands, as what it means, and as we would write that. */
static void hide_value(Str value, char *bytes, size_t len) {
	AUTO_CLEAR(Buf) decoded = {0};
	AUTO_CLEAR(Buf) encoded = {0};
	url_decode(value, &decoded);
	url_encode(buf_str(&decoded), &encoded);
	const Str forms[] = {value, buf_str(&decoded), buf_str(&encoded)};
	for (size_t i = 0; i < BG_LENGTH(forms); i++) {
		AUTO(Secret) *secret = secret_new(forms[i], "a signature");
		secret_hide(secret, bytes, len);
	}
	secret_wipe(decoded.data, decoded.len);
	secret_wipe(encoded.data, encoded.len);
}

void http_hide_query(const Secret *query, char *bytes, size_t len) {
	Str rest = str_from(secret_reveal(query)), field;
	secret_hide(query, bytes, len);
	while (rest.len && str_split(&rest, '&', &field))
		if (str_starts_nocase(field, "sig=") && field.len > strlen("sig="))
			hide_value(str_slice(field, strlen("sig="), field.len), bytes, len);
}

Str http_header(const HttpResponse *response, const char *name) {
	Str rest = buf_str(&response->headers), line;
	while (str_next_line(&rest, &line)) {
		ptrdiff_t colon = str_find_char(line, ':');
		if (colon > 0 && str_eq_nocase(str_slice(line, 0, (size_t) colon), str_from(name)))
			return str_trim(str_slice(line, (size_t) colon + 1, line.len));
	}
	return (Str){0};
}

bool http_clock_difference(const HttpResponse *response, int64_t *ret_ms) {
	if (!wall_known(response->date) || !wall_known(response->received))
		return false;
	*ret_ms = response->date.ms - response->received.ms / 1000 * 1000;
	return true;
}

void http_response_clear(HttpResponse *response) {
	buf_clear(&response->headers);
	buf_clear(&response->body);
	free(response->final_url);
	*response = (HttpResponse){0};
}
