/* codes.c: see codes.h. */
#include "core/signoff/codes.h"

#include "core/base/alloc.h"
#include "core/base/private_file.h"

#define CODES_MAX_BYTES (64 * 1024)

/* "Ann B otpauth://...": the last word and what is before it. */
static void split_line(Str line, Str *person, Str *secret)
{
	size_t at = line.len;
	while (at > 0 && line.ptr[at - 1] != ' ' && line.ptr[at - 1] != '\t')
		at--;
	*person = str_trim(str_slice(line, 0, at));
	*secret = str_slice(line, at, line.len);
}

bool codes_parse(Str text, const char *path, const char *person, Totp *ret_totp, Error *err)
{
	int number = 0;
	for (Str rest = text, line; str_next_line(&rest, &line);) {
		Str name, secret, clean = str_trim(line);
		number++;
		split_line(clean, &name, &secret);
		if (!clean.len || clean.ptr[0] == '#' || !str_eq_c(name, person))
			continue;
		AUTO_FREE char *origin = bg_asprintf("one-time codes of %s", person);
		if (totp_parse(secret, origin, ret_totp, err))
			return true;
		error_what(err, "read the secret of a one-time code");
		return error_where(err, "%s:%d", path, number);
	}
	error_set(err, ERROR_MISSING, "%s has no one-time codes here", person);
	error_what(err, "read the secret of a one-time code");
	error_where(err, "%s", path);
	return error_hint(err, "sign with a key; who keeps the environment can add a line: PERSON otpauth://totp/...");
}

bool codes_find(const char *path, const char *person, Totp *ret_totp, Error *err)
{
	AUTO_CLEAR(Buf) text = { 0 };
	bool ok = private_file_read(path, CODES_MAX_BYTES, &text, err);
	if (!ok)
		error_what(err, "read the secret of a one-time code");
	ok = ok && codes_parse(buf_str(&text), path, person, ret_totp, err);
	if (text.data)
		secret_wipe(text.data, text.capacity);
	return ok;
}
