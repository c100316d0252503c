/* one_time.c: see one_time.h. Used steps stand in STATE/ENVIRONMENT/used-codes, a line "STEP PERSON" each: a code that was used in one
 * incident does not count in the next, nor after the engine was started anew. */
#include "core/engine/one_time.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/signoff/codes.h"

#define USED_CODES_MAX (256 * 1024)
#define WRONG_CODES_MAX 5
#define WRONG_CODES_SPAN_MS (5 * 60 * 1000)

static bool is_throttled(Engine *engine, Error *err) {
	if (mono_now().ms - engine->wrong_codes_since.ms > WRONG_CODES_SPAN_MS)
		engine->wrong_codes = 0;
	if (engine->wrong_codes < WRONG_CODES_MAX)
		return false;
	error_set(err, ERROR_DENIED, "%d wrong codes were typed within minutes: codes are not taken for a while", WRONG_CODES_MAX);
	error_hint(err, "sign with a key, or try again in five minutes");
	return true;
}

static void count_wrong(Engine *engine) {
	if (!engine->wrong_codes)
		engine->wrong_codes_since = mono_now();
	engine->wrong_codes++;
}

/* Splits "STEP PERSON". */
static bool read_line(Str line, int64_t *ret_step, Str *ret_person) {
	ptrdiff_t blank = str_find_char(line, ' ');
	if (blank <= 0)
		return false;
	int64_t step = 0;
	for (ptrdiff_t i = 0; i < blank; i++) {
		if (line.ptr[i] < '0' || line.ptr[i] > '9' || step > INT64_MAX / 100)
			return false;
		step = step * 10 + (line.ptr[i] - '0');
	}
	*ret_step = step;
	*ret_person = str_slice(line, (size_t) blank + 1, line.len);
	return true;
}

/* The last used step of `person` (-1: none), and everybody else's lines. A file that cannot be read is an error: it may hold this code. */
static bool read_used(const char *path, const char *person, int64_t *ret_last, Buf *ret_others, Error *err) {
	AUTO_CLEAR(Buf) text = {0};
	*ret_last = -1;
	if (!file_exists(path))
		return true;
	if (!file_read(path, USED_CODES_MAX, &text, err))
		return error_what(err, "look which one-time codes were used");
	for (Str rest = buf_str(&text), line; str_next_line(&rest, &line);) {
		int64_t step;
		Str name;
		if (!read_line(line, &step, &name)) {
			error_set(err, ERROR_INVALID, "the list of used one-time codes is damaged");
			error_where(err, "%s", path);
			return error_hint(err, "sign with a key; a minute after the last code the file can be deleted");
		}
		if (str_eq_c(name, person))
			*ret_last = step > *ret_last ? step : *ret_last;
		else
			buf_printf(ret_others, "%.*s\n", STR_ARG(line));
	}
	return true;
}

static bool use_up(const Engine *engine, const char *person, int64_t step, Error *err) {
	AUTO_FREE char *path = path_join(engine->paths.folder, "used-codes");
	AUTO_CLEAR(Buf) text = {0};
	int64_t last;
	if (!read_used(path, person, &last, &text, err))
		return false;
	if (step <= last) {
		error_set(err, ERROR_DENIED, "this code was used already");
		return error_hint(err, "wait for the next one: each counts once");
	}
	buf_printf(&text, "%" PRId64 " %s\n", step, person);
	return file_write_atomic(path, text.data, text.len, 0600, err) ? true : error_what(err, "keep that the code was used");
}

bool one_time_accept(Engine *engine, const char *person, const char *code, Error *err) {
	const char *path = engine->environment->signoff.codes;
	AUTO_CLEAR(Totp) totp = {0};
	int64_t step = 0;
	if (!path || !*path) {
		error_set(err, ERROR_DENIED, "this environment takes no one-time codes");
		return error_hint(err, "sign with a key: a code is the weaker way, and must be allowed (signoff: codes:)");
	}
	if (is_throttled(engine, err) || !codes_find(path, person, &totp, err))
		return false;
	if (!totp_match(&totp, code, wall_now(), &step)) {
		count_wrong(engine);
		error_set(err, ERROR_DENIED, "the code is not one of %s's of this minute", person);
		return error_hint(err, "look at the clocks of both devices; type the code that is shown now");
	}
	return use_up(engine, person, step, err);
}
