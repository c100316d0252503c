/* roster.c: the allowed_signers file as a whole, and the question that is asked of it. */
#include "core/signoff/roster.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/signoff/certificate.h"
#include "core/signoff/roster_line.h"

static void add_note(Roster *roster, int line, const char *text)
{
	roster->notes = bg_reallocarray(roster->notes, roster->note_count + 1, sizeof *roster->notes);
	roster->notes[roster->note_count++] = (RosterNote){ line, bg_strdup(text) };
}

static void add_entry(Roster *roster, RosterEntry *entry)
{
	if (roster->count == roster->capacity) {
		roster->capacity = roster->capacity ? roster->capacity * 2 : 16;
		roster->entries = bg_reallocarray(roster->entries, roster->capacity, sizeof *roster->entries);
	}
	roster->entries[roster->count++] = *entry;
	*entry = (RosterEntry){ 0 };
}

static void read_line(Roster *roster, int number, Str line)
{
	AUTO_CLEAR(RosterEntry) entry = { 0 };
	Error err = { 0 };
	switch (roster_line_parse(line, &entry, &err)) {
	case ROSTER_LINE_BLANK:
		return;
	case ROSTER_LINE_BAD:
		add_note(roster, number, err.why);
		return;
	case ROSTER_LINE_ENTRY:
		entry.line = number;
		add_entry(roster, &entry);
	}
}

static bool fail_file(const char *path, Error *err)
{
	error_what(err, "read the signers");
	return error_where(err, "%s", path);
}

bool roster_parse(Str text, const char *path, Roster **ret_roster, Error *err)
{
	if (text.len > ROSTER_MAX_BYTES) {
		error_set(err, ERROR_INVALID, "the file is larger than the limit of %d bytes", ROSTER_MAX_BYTES);
		return fail_file(path, err);
	}
	AUTO(Roster) *roster = bg_calloc(1, sizeof *roster);
	roster->path = bg_strdup(path);
	int number = 0;
	for (Str rest = text, line; str_next_line(&rest, &line);) {
		read_line(roster, ++number, line);
		if (roster->count + roster->note_count > ROSTER_MAX_ENTRIES) {
			error_set(err, ERROR_INVALID, "the file has more than %d lines with keys", ROSTER_MAX_ENTRIES);
			return fail_file(path, err);
		}
	}
	*ret_roster = TAKE(roster);
	return true;
}

bool roster_load(const char *path, Roster **ret_roster, Error *err)
{
	AUTO_CLEAR(Buf) text = { 0 };
	if (!file_read(path, ROSTER_MAX_BYTES, &text, err)) {
		error_what(err, "read the signers");
		error_where(err, "%s", path);
		return error_hint(err, "name the allowed_signers file in the environment: signers: PATH");
	}
	return roster_parse(buf_str(&text), path, ret_roster, err);
}

/* A plain line is for its very key, an authority's line for the certificates that its key signed. */
static bool is_about(const RosterEntry *entry, const PublicKey *key)
{
	if (entry->authority)
		return key->certificate && str_eq(public_key_blob(&entry->key), public_key_blob(&key->certificate->authority));
	return str_eq(public_key_blob(&entry->key), public_key_blob(key));
}

static RosterAnswer check_entry(const RosterEntry *entry, const PublicKey *key, const char *principal, const char *name_space, WallTime at)
{
	if (!is_about(entry, key))
		return ROSTER_KEY_UNKNOWN;
	if (!pattern_list_match(str_from(principal), str_from(entry->principals)))
		return ROSTER_PRINCIPAL_NOT_ALLOWED;
	if (entry->authority && !certificate_counts(key->certificate, principal, at, NULL))
		return ROSTER_CERTIFICATE_NOT_VALID;
	if (entry->namespaces && !pattern_list_match(str_from(name_space), str_from(entry->namespaces)))
		return ROSTER_NAMESPACE_NOT_ALLOWED;
	/* The file's times have whole seconds, and ssh-keygen compares whole seconds. */
	int64_t second = at.ms / 1000;
	if (wall_known(entry->valid_after) && second < entry->valid_after.ms / 1000)
		return ROSTER_NOT_YET_VALID;
	if (wall_known(entry->valid_before) && second > entry->valid_before.ms / 1000)
		return ROSTER_EXPIRED;
	return ROSTER_ALLOWED;
}

RosterAnswer roster_check(const Roster *roster, const PublicKey *key, const char *principal, const char *name_space, WallTime at,
	const RosterEntry **ret_entry)
{
	RosterAnswer best = ROSTER_KEY_UNKNOWN;
	const RosterEntry *nearest = NULL;
	for (size_t i = 0; i < roster->count && best != ROSTER_ALLOWED; i++) {
		RosterAnswer answer = check_entry(&roster->entries[i], key, principal, name_space, at);
		if (answer < best) {
			best = answer;
			nearest = &roster->entries[i];
		}
	}
	if (ret_entry)
		*ret_entry = nearest;
	return best;
}

static bool is_for(const RosterEntry *entry, const char *principal)
{
	return !entry->authority && pattern_list_match(str_from(principal), str_from(entry->principals));
}

bool roster_lists(const Roster *roster, const PublicKey *key, const char *principal)
{
	for (size_t i = 0; i < roster->count; i++) {
		const RosterEntry *entry = &roster->entries[i];
		if (is_about(entry, key) && pattern_list_match(str_from(principal), str_from(entry->principals))
			&& (!entry->authority || strlist_has(&key->certificate->principals, principal)))
			return true;
	}
	return false;
}

const RosterEntry *roster_next_of(const Roster *roster, const RosterEntry *previous, const char *principal)
{
	for (size_t i = previous ? (size_t) (previous - roster->entries) + 1 : 0; i < roster->count; i++)
		if (is_for(&roster->entries[i], principal))
			return &roster->entries[i];
	return NULL;
}

Roster *roster_free(Roster *roster)
{
	if (!roster)
		return NULL;
	for (size_t i = 0; i < roster->count; i++)
		roster_entry_clear(&roster->entries[i]);
	free(roster->entries);
	for (size_t i = 0; i < roster->note_count; i++)
		free(roster->notes[i].text);
	free(roster->notes);
	free(roster->path);
	free(roster);
	return NULL;
}
