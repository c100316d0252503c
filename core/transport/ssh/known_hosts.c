/* known_hosts.c: lines of known_hosts files, and what they say of a host's key. */
#include "core/transport/ssh/known_hosts.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/signoff/wire.h"
#include "core/transport/ssh/known_hosts_name.h"

typedef enum Marker { MARKER_NONE, MARKER_AUTHORITY, MARKER_REVOKED } Marker;

typedef struct KnownLine {
	Marker marker;
	char *names, *type;
	char *blob;
	size_t blob_len;
	const char *file;        /* of KnownHosts.files */
	int line;
} KnownLine;

struct KnownHosts {
	StrList files;
	KnownLine *lines;
	size_t count, capacity, skipped;
};

KnownHosts *known_hosts_new(void) { return bg_calloc(1, sizeof(KnownHosts)); }

static void line_clear(KnownLine *line) {
	free(line->names);
	free(line->type);
	free(line->blob);
	*line = (KnownLine){0};
}

KnownHosts *known_hosts_free(KnownHosts *hosts) {
	if (!hosts)
		return NULL;
	for (size_t i = 0; i < hosts->count; i++)
		line_clear(&hosts->lines[i]);
	free(hosts->lines);
	strlist_clear(&hosts->files);
	free(hosts);
	return NULL;
}

size_t known_hosts_skipped(const KnownHosts *hosts) { return hosts->skipped; }

/* ---- reading ---- */

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* Cuts the first word off *rest and the blanks after it. */
static Str take_word(Str *rest) {
	size_t end = 0;
	while (end < rest->len && !is_blank(rest->ptr[end]))
		end++;
	Str word = str_slice(*rest, 0, end);
	while (end < rest->len && is_blank(rest->ptr[end]))
		end++;
	*rest = str_slice(*rest, end, rest->len);
	return word;
}

static bool take_marker(Str *rest, Marker *ret_marker) {
	*ret_marker = MARKER_NONE;
	if (!str_starts(*rest, "@"))
		return true;
	Str word = take_word(rest);
	if (str_eq_c(word, "@revoked"))
		*ret_marker = MARKER_REVOKED;
	else if (str_eq_c(word, "@cert-authority"))
		*ret_marker = MARKER_AUTHORITY;
	return *ret_marker != MARKER_NONE;
}

/* The key's own words for its type must be the line's. */
static bool is_key_of(Str type, const Buf *blob) {
	WireReader reader = wire_reader(buf_str(blob));
	Str inner = wire_string(&reader);
	return !reader.failed && type.len > 0 && str_eq(type, inner) && reader.rest.len > 0;
}

static bool parse_line(Str text, KnownLine *ret) {
	Marker marker = MARKER_NONE;
	if (!take_marker(&text, &marker))
		return false;
	Str names = take_word(&text), type = take_word(&text), key = take_word(&text);
	AUTO_CLEAR(Buf) blob = {.limit = PUBLIC_KEY_MAX_BYTES};
	if (!known_hosts_names_ok(names) || !key.len || !base64_decode(key, &blob) || blob.overflowed || !is_key_of(type, &blob))
		return false;
	*ret = (KnownLine){.marker = marker, .names = str_dup(names), .type = str_dup(type), .blob_len = blob.len};
	ret->blob = buf_take(&blob);
	return true;
}

bool known_hosts_parse(KnownHosts *hosts, Str text, const char *name, Error *err) {
	strlist_add(&hosts->files, name);
	/* Not hosts->files.items' own array: it moves, its texts do not. */
	const char *file = hosts->files.items[hosts->files.count - 1];
	int number = 0;
	for (Str rest = text, line; str_next_line(&rest, &line);) {
		KnownLine parsed = {0};
		number++;
		while (line.len && is_blank(line.ptr[0]))
			line = str_slice(line, 1, line.len);
		if (!line.len || line.ptr[0] == '#')
			continue;
		if (hosts->count >= KNOWN_HOSTS_MAX_LINES) {
			error_set(err, ERROR_INVALID, "the known_hosts files hold more than %d keys", KNOWN_HOSTS_MAX_LINES);
			return error_where(err, "%s:%d", name, number);
		}
		if (!parse_line(line, &parsed)) {
			hosts->skipped++;
			continue;
		}
		parsed.file = file;
		parsed.line = number;
		if (hosts->count == hosts->capacity) {
			hosts->capacity = hosts->capacity ? hosts->capacity * 2 : 16;
			hosts->lines = bg_reallocarray(hosts->lines, hosts->capacity, sizeof(*hosts->lines));
		}
		hosts->lines[hosts->count++] = parsed;
	}
	return true;
}

bool known_hosts_load(KnownHosts *hosts, const char *path, Error *err) {
	AUTO_CLEAR(Buf) text = {0};
	Error problem = {0};
	if (file_read(path, KNOWN_HOSTS_MAX_BYTES, &text, &problem))
		return known_hosts_parse(hosts, buf_str(&text), path, err);
	if (problem.kind == ERROR_MISSING)
		return true;
	if (err)
		*err = problem;
	error_what(err, "read the known host keys");
	return error_where(err, "%s", path);
}

/* ---- asking ---- */

static Str blob_of(const KnownLine *line) { return (Str){line->blob, line->blob_len}; }

/* What one line that names the host says of the key; UNKNOWN: nothing. */
static HostKeyVerdict judge(const KnownLine *line, Str type, Str blob) {
	bool same = str_eq(blob_of(line), blob);
	if (line->marker == MARKER_AUTHORITY)
		return HOST_KEY_AUTHORITY;
	if (line->marker == MARKER_REVOKED)
		return same ? HOST_KEY_REVOKED : HOST_KEY_UNKNOWN;
	if (same)
		return HOST_KEY_KNOWN;
	return str_eq_c(type, line->type) ? HOST_KEY_CHANGED : HOST_KEY_OTHER_TYPE;
}

/* Of several lines the one with the highest rank decides, the first of them. */
static int rank(HostKeyVerdict verdict) {
	static const int ranks[] = {
		[HOST_KEY_UNKNOWN] = 0, [HOST_KEY_AUTHORITY] = 1, [HOST_KEY_OTHER_TYPE] = 2, [HOST_KEY_CHANGED] = 3, [HOST_KEY_KNOWN] = 4,
		[HOST_KEY_REVOKED] = 5,
	};
	return ranks[verdict];
}

static void write_key(Str type, Str blob, char ret[static HOST_KEY_LINE_SIZE]) {
	AUTO_CLEAR(Buf) line = {0};
	buf_printf(&line, "%.*s ", STR_ARG(type));
	base64_encode(blob.ptr, blob.len, &line);
	if (line.len < HOST_KEY_LINE_SIZE)
		memcpy(ret, buf_text(&line), line.len + 1);
}

void known_hosts_check(const KnownHosts *hosts, const char *host, int port, Str blob, HostKeyCheck *ret) {
	*ret = (HostKeyCheck){0};
	WireReader reader = wire_reader(blob);
	Str type = wire_string(&reader);
	const KnownLine *deciding = NULL;
	AUTO_CLEAR(SoughtHost) sought = {0};
	sought_host_init(&sought, host, port);
	for (size_t i = 0; i < hosts->count; i++) {
		const KnownLine *line = &hosts->lines[i];
		HostKeyVerdict verdict = judge(line, type, blob);
		if (rank(verdict) <= rank(ret->verdict) || !known_hosts_names_match(str_from(line->names), &sought))
			continue;
		ret->verdict = verdict;
		deciding = line;
	}
	key_blob_fingerprint(blob, ret->offered);
	write_key(type, blob, ret->key);
	if (!deciding)
		return;
	ret->file = deciding->file;
	ret->line = deciding->line;
	if (ret->verdict == HOST_KEY_CHANGED || ret->verdict == HOST_KEY_OTHER_TYPE)
		key_blob_fingerprint(blob_of(deciding), ret->known);
}

bool known_hosts_first(const KnownHosts *hosts, const char *host, int port, HostKeyCheck *ret) {
	AUTO_CLEAR(SoughtHost) sought = {0};
	sought_host_init(&sought, host, port);
	for (size_t i = 0; i < hosts->count; i++) {
		const KnownLine *line = &hosts->lines[i];
		if (line->marker != MARKER_NONE || !known_hosts_names_match(str_from(line->names), &sought))
			continue;
		key_blob_fingerprint(blob_of(line), ret->known);
		ret->file = line->file;
		ret->line = line->line;
		return true;
	}
	return false;
}

void known_hosts_types(const KnownHosts *hosts, const char *host, int port, StrList *ret_types) {
	AUTO_CLEAR(SoughtHost) sought = {0};
	sought_host_init(&sought, host, port);
	for (size_t i = 0; i < hosts->count; i++) {
		const KnownLine *line = &hosts->lines[i];
		if (line->marker == MARKER_NONE && !strlist_has(ret_types, line->type)
			&& known_hosts_names_match(str_from(line->names), &sought))
			strlist_add(ret_types, line->type);
	}
}

bool known_hosts_has_authority(const KnownHosts *hosts, const char *host, int port) {
	AUTO_CLEAR(SoughtHost) sought = {0};
	sought_host_init(&sought, host, port);
	for (size_t i = 0; i < hosts->count; i++)
		if (hosts->lines[i].marker == MARKER_AUTHORITY && known_hosts_names_match(str_from(hosts->lines[i].names), &sought))
			return true;
	return false;
}
