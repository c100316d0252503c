/* fake_curl.c: see fake_curl.h. Linked with -Wl,--wrap=curl_library_get,--wrap=poll. */
#include "fake_curl.h"

#include <poll.h>
#include <stdlib.h>

#include "core/transport/curl_library.h"
#include "core/transport/url.h"
#include "fuzz.h"

#define ANSWERS_MAX 256
#define REQUESTS_MAX 400         /* a listing without an end is cut by the deadline in the world; here by this */

typedef size_t Take(char *bytes, size_t size, size_t count, void *userdata);

typedef struct Answer { Str method, path, bytes; bool used; } Answer;

/* One target is one process with one request at a time. */
static struct {
	Answer answers[ANSWERS_MAX];
	size_t count;
	unsigned requests;
} world;

typedef struct Handle {
	char *url;
	const char *method;
	char *redirect;
	Take *header, *body;
	void *header_data, *body_data;
} Handle;

bool __wrap_curl_library_get(const CurlLibrary **ret_library, Error *err);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);

/* Nobody waits for the clock here. */
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	return fds ? __real_poll(fds, count, timeout) : 0;
}

void fake_curl_answer(Str answers)
{
	Str rest = answers, line;
	world.count = world.requests = 0;
	while (str_next_line(&rest, &line)) {
		const char *end = line.ptr + line.len;
		if (str_starts(line, "@ ") && world.count < ANSWERS_MAX) {
			Str words = str_slice(line, 2, line.len), method = { 0 };
			if (!str_split(&words, ' ', &method))
				continue;
			Str path = { words.ptr ? words.ptr : "", words.len };
			const char *from = rest.ptr ? rest.ptr : end;
			world.answers[world.count++] = (Answer) { .method = method, .path = path, .bytes = { from, 0 } };
		} else if (world.count) {
			Answer *answer = &world.answers[world.count - 1];
			answer->bytes.len = (size_t) ((rest.ptr ? rest.ptr : end) - answer->bytes.ptr);
		}
	}
}

unsigned fake_curl_requests(void)
{
	return world.requests;
}

static const Answer *find_answer(const char *method, Str path)
{
	Answer *again = NULL, *other = NULL;
	for (size_t i = 0; i < world.count; i++) {
		Answer *answer = &world.answers[i];
		bool fits = str_eq_c(answer->method, method) && str_eq(answer->path, path);
		if (fits && !answer->used) {
			answer->used = true;
			return answer;
		}
		if (fits)
			again = answer;
		else if (!answer->used && !other)
			other = answer;
	}
	if (!again && other)
		other->used = true;
	return again ? again : other;
}

static CURLcode give_body(const Handle *handle, Str body)
{
	/* In two pieces, since a body arrives in pieces. */
	size_t first = body.len / 2;
	for (size_t i = 0; i < 2; i++) {
		Str piece = i ? str_slice(body, first, body.len) : str_slice(body, 0, first);
		AUTO_FREE char *copy = str_dup(piece);
		if (piece.len && handle->body(copy, 1, piece.len, handle->body_data) != piece.len)
			return CURLE_WRITE_ERROR;
	}
	return CURLE_OK;
}

static CURLcode give(Handle *handle, Str bytes)
{
	Str rest = bytes, line;
	int64_t code = 0;
	if (str_starts(bytes, "! ")) {
		Str number = str_slice(bytes, 2, bytes.len);
		return str_next_line(&number, &line) && str_parse_int(line, &code) && code > 0 && code < CURL_LAST ? (CURLcode) code : CURLE_GOT_NOTHING;
	}
	while (str_next_line(&rest, &line) && line.len) {
		AUTO_FREE char *copy = bg_asprintf("%.*s\r\n", STR_ARG(line));
		size_t len = strlen(copy);
		if (handle->header(copy, 1, len, handle->header_data) != len)
			return CURLE_WRITE_ERROR;
		if (str_starts_nocase(line, "Location:")) {
			free(handle->redirect);
			handle->redirect = str_dup(str_trim(str_slice(line, 9, line.len)));
		}
	}
	return rest.ptr ? give_body(handle, rest) : CURLE_OK;
}

static void clear(Handle *handle)
{
	free(handle->url);
	free(handle->redirect);
	*handle = (Handle) { .method = "GET" };
}

static CURL *easy_init(void)
{
	Handle *handle = bg_calloc(1, sizeof *handle);
	clear(handle);
	return handle;
}

static void easy_cleanup(CURL *curl)
{
	clear(curl);
	free(curl);
}

static void easy_reset(CURL *curl)
{
	clear(curl);
}

static CURLcode easy_setopt(CURL *curl, CURLoption option, ...)
{
	Handle *handle = curl;
	va_list args;
	va_start(args, option);
	if (option == CURLOPT_URL)
		handle->url = bg_strdup(va_arg(args, const char *));
	else if (option == CURLOPT_CUSTOMREQUEST)
		handle->method = va_arg(args, const char *);
	else if (option == CURLOPT_NOBODY)
		handle->method = "HEAD";
	else if (option == CURLOPT_HEADERFUNCTION)
		handle->header = va_arg(args, Take *);
	else if (option == CURLOPT_HEADERDATA)
		handle->header_data = va_arg(args, void *);
	else if (option == CURLOPT_WRITEFUNCTION)
		handle->body = va_arg(args, Take *);
	else if (option == CURLOPT_WRITEDATA)
		handle->body_data = va_arg(args, void *);
	va_end(args);
	return CURLE_OK;
}

static CURLcode easy_perform(CURL *curl)
{
	Handle *handle = curl;
	UrlParts parts;
	Error err = { 0 };
	bool ours = url_parse(handle->url, &parts, &err);
	BG_ASSERT(ours);
	const Answer *answer = ++world.requests > REQUESTS_MAX ? NULL : find_answer(handle->method, parts.path);
	return answer ? give(handle, answer->bytes) : CURLE_GOT_NOTHING;
}

static CURLcode easy_getinfo(CURL *curl, CURLINFO info, ...)
{
	Handle *handle = curl;
	va_list args;
	va_start(args, info);
	if (info == CURLINFO_REDIRECT_URL)
		*va_arg(args, char **) = handle->redirect;
	va_end(args);
	return CURLE_OK;
}

static CURLcode global_init(long flags)
{
	(void) flags;
	return CURLE_OK;
}

static const char *easy_strerror(CURLcode code)
{
	(void) code;
	return "an error of libcurl";
}

static struct curl_slist *slist_append(struct curl_slist *list, const char *text)
{
	struct curl_slist *item = bg_calloc(1, sizeof *item), **end = &list;
	item->data = bg_strdup(text);
	while (*end)
		end = &(*end)->next;
	*end = item;
	return list;
}

static void slist_free_all(struct curl_slist *list)
{
	while (list) {
		struct curl_slist *next = list->next;
		free(list->data);
		free(list);
		list = next;
	}
}

static const CurlLibrary LIBRARY = { global_init, easy_init, easy_cleanup, easy_reset, easy_setopt, easy_perform, easy_getinfo, easy_strerror,
	slist_append, slist_free_all };

bool __wrap_curl_library_get(const CurlLibrary **ret_library, Error *err)
{
	(void) err;
	*ret_library = &LIBRARY;
	return true;
}
