/* known_hosts_accept.c: see known_hosts_accept.h. What a line says is asked of known_hosts.c, a line at a time, so that both cannot disagree. */
#include "core/transport/ssh/known_hosts_accept.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/transport/ssh/known_hosts.h"

#define NEW_FILE_MODE 0600

typedef struct Accepting {
	const char *host, *key;
	int port;
	Buf blob;
	StrList *removed;
	const char *target;      /* the file that gets the line */
} Accepting;

static bool read_key(Accepting *accepting, Error *err) {
	Str rest = str_from(accepting->key), type = {0};
	if (str_split(&rest, ' ', &type) && rest.ptr && base64_decode(rest, &accepting->blob) && accepting->blob.len)
		return true;
	return error_set(err, ERROR_INVALID, "that is no host key");
}

/* Names of other machines may stand there, too. Of a hashed field there is one name. */
static bool names_others(Str line) {
	Str rest = line, names = {0};
	if (!str_split(&rest, ' ', &names))
		return true;
	return !str_starts(names, "|1|") && (str_find_char(names, ',') >= 0 || str_find_char(names, '*') >= 0 || str_find_char(names, '?') >= 0 || str_starts(names, "!"));
}

static bool refuse(const char *file, int number, Error *err, const char *why, const char *hint) {
	error_set(err, ERROR_CONFLICT, "%s", why);
	error_where(err, "%s:%d", file, number);
	return error_hint(err, "%s", hint);
}

/* Whether a line stays. */
static bool judge_line(Accepting *accepting, Str line, const char *file, int number, bool *ret_stays, Error *err) {
	AUTO(KnownHosts) *alone = known_hosts_new();
	HostKeyCheck check = {0};
	*ret_stays = true;
	if (!known_hosts_parse(alone, line, file, err))
		return false;
	known_hosts_check(alone, accepting->host, accepting->port, buf_str(&accepting->blob), &check);
	if (check.verdict == HOST_KEY_REVOKED)
		return refuse(file, number, err, "this key is revoked for that machine", "known_hosts says so: do not connect until that is explained");
	if (check.verdict != HOST_KEY_CHANGED)
		return true;
	if (names_others(line))
		return refuse(file, number, err, "the line with the old key names other machines, too", "take the line apart in an editor: one line for each machine");
	*ret_stays = false;
	strlist_add_take(accepting->removed, bg_asprintf("%s:%d: %s", file, number, check.known));
	return true;
}

/* What is to stand in a file, without the line that is added. */
static bool rest_of_file(Accepting *accepting, const char *file, Buf *ret, bool *ret_changed, Error *err) {
	AUTO_CLEAR(Buf) text = {0};
	Error problem = {0};
	int number = 0;
	*ret_changed = false;
	if (!file_read(file, KNOWN_HOSTS_MAX_BYTES, &text, &problem) && problem.kind != ERROR_MISSING) {
		*err = problem;
		return false;
	}
	for (Str rest = buf_str(&text), line; str_next_line(&rest, &line);) {
		bool stays;
		if (!judge_line(accepting, line, file, ++number, &stays, err))
			return false;
		if (stays)
			buf_printf(ret, "%.*s\n", STR_ARG(line));
		else if (!accepting->target)
			accepting->target = file;
		*ret_changed = *ret_changed || !stays;
	}
	return true;
}

/* A link is followed: what it leads to is replaced, not the link. */
static bool put(const char *file, const Buf *text, Error *err) {
	struct stat status;
	AUTO_FREE char *real = realpath(file, NULL);
	const char *path = real ? real : file;
	AUTO_FREE char *folder = path_folder(path);
	unsigned mode = stat(path, &status) == 0 ? status.st_mode & 0777 : NEW_FILE_MODE;
	if (file_make_folder(folder, 0700, err) && file_write_atomic(path, buf_text(text), text->len, mode, err))
		return true;
	error_where(err, "%s", file);
	return error_hint(err, "the record says what was decided: make it writable and accept the key again");
}

/* So that what cannot be written is known before it is decided. */
static bool can_put(const char *file, Error *err) {
	AUTO_FREE char *real = realpath(file, NULL);
	AUTO_FREE char *folder = path_folder(real ? real : file);
	if (access(folder, W_OK) == 0 || errno == ENOENT)
		return true;
	error_errno(err, errno, "known_hosts cannot be changed");
	error_where(err, "%s", file);
	return error_hint(err, "write the line there by hand, or as whoever may");
}

static void add_line(const Accepting *accepting, Buf *text) {
	AUTO_FREE char *name = known_hosts_name(accepting->host, accepting->port);
	buf_printf(text, "%s %s\n", name, accepting->key);
}

bool known_hosts_accept(const StrList *files, const char *host, int port, const char *key, bool write, StrList *ret_removed, Error *err) {
	Accepting accepting = {.host = host, .key = key, .port = port, .removed = ret_removed};
	AUTO_FREE Buf *texts = bg_calloc(files->count + 1, sizeof(Buf));
	AUTO_FREE bool *changed = bg_calloc(files->count + 1, sizeof(bool));
	bool ok = read_key(&accepting, err);
	for (size_t i = 0; ok && i < files->count; i++)
		ok = rest_of_file(&accepting, files->items[i], &texts[i], &changed[i], err);
	const char *target = accepting.target ? accepting.target : files->items[0];
	for (size_t i = 0; ok && i < files->count; i++) {
		if (!text_eq(files->items[i], target))
			continue;
		add_line(&accepting, &texts[i]);
		changed[i] = true;
	}
	for (size_t i = 0; ok && i < files->count; i++)
		ok = !changed[i] || (write ? put(files->items[i], &texts[i], err) : can_put(files->items[i], err));
	for (size_t i = 0; i < files->count; i++)
		buf_clear(&texts[i]);
	buf_clear(&accepting.blob);
	return ok;
}
