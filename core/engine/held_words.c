/* held_words.c: see held_words.h. */
#include "core/engine/held_words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"

static const struct { int os_code; const char *advice; } ADVICE[] = {
	{ENOSPC, "Free space"}, {EDQUOT, "Free space"}, {EFBIG, "Free space"}, {EROFS, "Make it writable or give --state DIR"}, {EACCES, "Make it writable or give --state DIR"},
	{EPERM, "Make it writable or give --state DIR"}, {ENOTDIR, "Give another place with --state DIR"}, {EIO, "Mend the disk"},
};

void held_from_error(ClientHeld *held, const Error *why, const char *where) {
	const char *plain = why->os_code ? strerrordesc_np(why->os_code) : NULL;
	const char *advice = "Mend that";
	for (size_t i = 0; i < BG_LENGTH(ADVICE); i++)
		if (ADVICE[i].os_code == why->os_code)
			advice = ADVICE[i].advice;
	held->troubled = true;
	snprintf(held->why, sizeof(held->why), "%.95s", plain ? plain : why->why);
	snprintf(held->where, sizeof(held->where), "%.159s", where);
	snprintf(held->advice, sizeof(held->advice), "%s", advice);
}

Json *held_to_json(const ClientHeld *held) {
	if (!held->troubled)
		return json_new_null();
	Json *json = json_new_object();
	json_add_int(json, "records", held->records);
	json_add_int(json, "first", held->first);
	json_add_int(json, "since", held->since.ms);
	json_add_string(json, "why", held->why);
	json_add_string(json, "where", held->where);
	json_add_string(json, "advice", held->advice);
	return json;
}

void held_from_json(const Json *json, ClientHeld *ret) {
	*ret = (ClientHeld){.troubled = json_is_object(json)};
	if (!ret->troubled)
		return;
	ret->records = json_get_int(json, "records", 0);
	ret->first = json_get_int(json, "first", 0);
	ret->since = (WallTime){json_get_int(json, "since", 0)};
	snprintf(ret->why, sizeof(ret->why), "%.95s", json_get_string_or(json, "why", ""));
	snprintf(ret->where, sizeof(ret->where), "%.159s", json_get_string_or(json, "where", ""));
	snprintf(ret->advice, sizeof(ret->advice), "%.63s", json_get_string_or(json, "advice", ""));
}

/* The end of a path tells more than its beginning. */
#define WHERE_MAX 48

static void put_where(const ClientHeld *held, Buf *out) {
	size_t len = strlen(held->where);
	if (len <= WHERE_MAX) {
		buf_puts(out, held->where);
		return;
	}
	const char *from = held->where + len - WHERE_MAX + 3;
	const char *slash = strchr(from, '/');
	while (((unsigned char) *from & 0xC0) == 0x80)
		from++;
	buf_printf(out, "...%s", slash ? slash : from);
}

void held_words(const ClientHeld *held, WallTime now, bool small, Buf *out) {
	char since[WALL_TEXT_SIZE];
	if (!held->troubled)
		return;
	wall_format_hm(held->since, now, since);
	buf_puts(out, "NOT ON DISK: ");
	if (held->records)
		buf_printf(out, "%lld%s since %s: ", (long long) held->records,
			small ? " held" : held->records == 1 ? " record held in memory" : " records held in memory", since);
	else
		buf_printf(out, small ? "nothing since %s: " : "nothing can be written since %s: ", since);
	buf_puts(out, held->why);
	if (!small) {
		buf_puts(out, " in ");
		put_where(held, out);
	}
	if (small)
		buf_printf(out, ". %s", held->advice);
	else if (held->records)
		buf_printf(out, ". %s; %s by %s", held->advice, held->records == 1 ? "it is written" : "they are written",
			held->records == 1 ? "itself" : "themselves");
	else
		buf_printf(out, ". %s; until then ticks and notes are held in memory, and actions wait", held->advice);
}

void lost_words(const ClientHeld *lost, WallTime now, Buf *out) {
	char since[WALL_TEXT_SIZE];
	if (lost->records)
		buf_printf(out, "LOST: %lld %s since %s, in the memory of an engine that ended. Look at the timeline; do or note it again",
			(long long) lost->records, lost->records == 1 ? "record" : "records", wall_format_hm(lost->since, now, since));
}
