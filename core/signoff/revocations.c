/* revocations.c: keys that no longer count. Unlike the roster, a line that cannot be read is an error: skipping it would keep a key alive. */
#include "core/signoff/revocations.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/signoff/certificate.h"

static bool add_line(Revocations *revocations, Str line, Error *err)
{
	Str text = str_trim(line);
	if (!text.len || text.ptr[0] == '#')
		return true;
	if (revocations->count == REVOCATIONS_MAX_KEYS)
		return error_set(err, ERROR_INVALID, "the file has more than %d keys", REVOCATIONS_MAX_KEYS);
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
	if (krl_is(text)) {
		if (krl_parse(text, &ret_revocations->krl, err))
			return true;
		error_what(err, "read the revoked keys");
		return error_where(err, "%s", path);
	}
	for (Str rest = text, line; str_next_line(&rest, &line);) {
		number++;
		if (add_line(&revocations, line, err))
			continue;
		error_what(err, "read the revoked keys");
		error_hint(err, "one public key a line, as in a .pub file; # begins a comment; or a KRL of ssh-keygen -k");
		return error_where(err, "%s:%d", path, number);
	}
	*ret_revocations = revocations;
	revocations = (Revocations){ 0 };
	return true;
}

bool revocations_load(const char *path, Revocations *ret_revocations, Error *err)
{
	AUTO_CLEAR(Buf) text = { 0 };
	if (!file_read(path, REVOCATIONS_MAX_BYTES, &text, err)) {
		error_what(err, "read the revoked keys");
		return error_where(err, "%s", path);
	}
	return revocations_parse(buf_str(&text), path, ret_revocations, err);
}

static bool lists(const Revocations *revocations, const PublicKey *key)
{
	for (size_t i = 0; i < revocations->count; i++)
		if (str_eq(public_key_plain_blob(&revocations->keys[i]), public_key_plain_blob(key)))
			return true;
	return false;
}

bool revocations_has(const Revocations *revocations, const PublicKey *key)
{
	if (revocations->krl)
		return krl_has(revocations->krl, key);
	return lists(revocations, key) || (key->certificate && lists(revocations, &key->certificate->authority));
}

void revocations_clear(Revocations *revocations)
{
	for (size_t i = 0; i < revocations->count; i++)
		public_key_clear(&revocations->keys[i]);
	free(revocations->keys);
	krl_free(revocations->krl);
	*revocations = (Revocations){ 0 };
}
