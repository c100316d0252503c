/* revocations.c: keys that no longer count. Unlike the roster, a line that cannot be read is an error: skipping it would keep a key alive. */
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/signoff/roster.h"

static bool add_line(Revocations *revocations, Str line, Error *err)
{
	Str text = str_trim(line);
	if (!text.len || text.ptr[0] == '#')
		return true;
	if (revocations->count == ROSTER_MAX_ENTRIES)
		return error_set(err, ERROR_INVALID, "the file has more than %d keys", ROSTER_MAX_ENTRIES);
	PublicKey key = { 0 };
	if (!public_key_parse_line(text, &key, NULL, err))
		return false;
	revocations->keys = bg_reallocarray(revocations->keys, revocations->count + 1, sizeof *revocations->keys);
	revocations->keys[revocations->count++] = key;
	return true;
}

bool revocations_parse(Str text, const char *path, Revocations *ret_revocations, Error *err)
{
	AUTO_CLEAR(Revocations) revocations = { 0 };
	int number = 0;
	for (Str rest = text, line; str_next_line(&rest, &line);) {
		number++;
		if (add_line(&revocations, line, err))
			continue;
		error_what(err, "read the revoked keys");
		error_hint(err, "one public key a line, as in a .pub file; # begins a comment");
		return error_where(err, "%s:%d", path, number);
	}
	*ret_revocations = revocations;
	revocations = (Revocations){ 0 };
	return true;
}

bool revocations_load(const char *path, Revocations *ret_revocations, Error *err)
{
	AUTO_CLEAR(Buf) text = { 0 };
	if (!file_read(path, ROSTER_MAX_BYTES, &text, err)) {
		error_what(err, "read the revoked keys");
		return error_where(err, "%s", path);
	}
	return revocations_parse(buf_str(&text), path, ret_revocations, err);
}

bool revocations_has(const Revocations *revocations, Str key_blob)
{
	for (size_t i = 0; i < revocations->count; i++)
		if (str_eq(public_key_blob(&revocations->keys[i]), key_blob))
			return true;
	return false;
}

void revocations_clear(Revocations *revocations)
{
	for (size_t i = 0; i < revocations->count; i++)
		public_key_clear(&revocations->keys[i]);
	free(revocations->keys);
	*revocations = (Revocations){ 0 };
}
