/* new_cluster.c: new-cluster: the team's cluster file, asked for a value at a time. On a terminal one may err, go back and look; a pipe gives an answer a
 * line, and the first one that is refused ends it. Nothing is written before the last word. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/base/secret.h"
#include "core/commands/ask.h"
#include "core/commands/cluster_draft.h"
#include "core/commands/command.h"
#include "core/commands/rows.h"

#define FILE_MAX_BYTES (4 * 1024 * 1024)
#define GENERATED_LEN 24
#define BACK "<"

/* One asking. */
typedef struct Asking {
	ClusterDraft draft;
	char *path;                    /* resolved: a link is followed, and stays one */
	Buf before;                    /* the bytes that are there */
	bool exists, terminal, generated;
	DraftPlace *asked;             /* the way here, for going back */
	size_t asked_count;
} Asking;

static void asking_clear(Asking *asking) {
	cluster_draft_clear(&asking->draft);
	secret_wipe(asking->before.data, asking->before.len);
	buf_clear(&asking->before);
	free(asking->path);
	free(asking->asked);
}
BG_DEFINE_CLEARP(Asking, asking_clear)

/* ---- the file that is there ---- */

static bool read_old(Asking *asking, const char *given, Json **ret_old, Error *err) {
	char *resolved = realpath(given, NULL);
	asking->path = resolved ? bg_strdup(resolved) : path_expand_home(given);
	free(resolved);
	asking->exists = file_exists(asking->path);
	AUTO_FREE char *folder = path_folder(asking->path);
	if (access(folder, W_OK) != 0) {
		(void) error_errno(err, errno, "cannot write there");
		error_where(err, "%s", folder);
		return error_what(err, "begin a cluster file");
	}
	if (!asking->exists)
		return true;
	if (!file_read(asking->path, FILE_MAX_BYTES, &asking->before, err))
		return error_what(err, "read the cluster file that is there");
	if (!json_parse(buf_str(&asking->before), ret_old, err) || !json_is_object(*ret_old)) {
		error_set(err, ERROR_INVALID, "the file that is there is no JSON object: its values cannot be offered");
		error_where(err, "%s", asking->path);
		error_hint(err, "mend it, move it away, or give another name");
		return error_what(err, "read the cluster file that is there");
	}
	return true;
}

/* ---- one question ---- */

static void generate(char ret[static GENERATED_LEN + 1]) {
	static const char LETTERS[] = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";   /* none that is taken for another */
	for (int i = 0; i < GENERATED_LEN;) {
		unsigned char byte;
		random_bytes(&byte, 1);
		if (byte < 256 / (sizeof(LETTERS) - 1) * (sizeof(LETTERS) - 1))
			ret[i++] = LETTERS[byte % (sizeof(LETTERS) - 1)];
	}
	ret[GENERATED_LEN] = '\0';
}

static void write_prompt(const Asking *asking, DraftPlace place, const char *offered, Buf *out) {
	size_t at = asking->asked_count + 1;
	buf_printf(out, "[%zu of about %zu] ", at, at + cluster_draft_left(&asking->draft, place));
	cluster_draft_label(&asking->draft, place, out);
	buf_printf(out, "\n  %s", cluster_draft_help(place.field));
	if (cluster_draft_is_hidden(place.field))
		buf_puts(out, offered ? " [as it is]" : " [a new one is made]");
	else if (offered)
		buf_printf(out, " [%s]", offered);
	buf_puts(out, ": ");
}

/* What was typed unseen, typed again. */
static bool is_same_again(const Asking *asking, const Buf *first) {
	AUTO_CLEAR(Buf) again = {0};
	if (!asking->terminal)
		return true;
	bool same = ask_line("the same again: ", true, &again) && again.len == first->len && constant_time_equal(buf_text(&again), buf_text(first), first->len);
	secret_wipe(again.data, again.len);
	if (!same)
		command_print("  these are two\n");
	return same;
}

static void tell_refusal(const Error *err) { command_print("  no: %s%s%s\n", err->why, *err->hint ? "; " : "", err->hint); }

/* Notes, no refusals: they may be right all the same. */
static void tell_notes(const ClusterDraft *draft, DraftPlace place, const char *answer) {
	bool told = place.node && text_eq(draft->nodes[place.node - 1].texts[DRAFT_KEY], answer);
	if (place.field == DRAFT_KEY && !told) {
		AUTO_FREE char *path = path_expand_home(answer);
		if (!file_exists(path))
			command_print("  note: there is no file %s on this machine yet\n", answer);
	}
	if (place.field == DRAFT_PASSWORD && answer[strspn(answer, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._~-")])
		command_print("  note: the guide's restore job writes it into a URL, where characters other than letters, digits and . _ ~ - break it\n");
}

static bool answer_it(Asking *asking, DraftPlace place, const Buf *line, const char *offered, Error *err) {
	char made[GENERATED_LEN + 1] = "";
	Str typed = cluster_draft_is_hidden(place.field) ? buf_str(line) : str_trim(buf_str(line));
	AUTO_FREE char *given = typed.len ? str_dup(typed) : NULL;
	if (!given && !offered && cluster_draft_is_hidden(place.field))
		generate(made);
	const char *answer = given ? given : offered ? offered : *made ? made : NULL;
	bool ok = answer ? cluster_draft_answer(&asking->draft, place, answer, err) : error_set(err, ERROR_INVALID, "it needs an answer");
	if (ok && cluster_draft_is_hidden(place.field))
		asking->generated = *made;
	if (ok)
		tell_notes(&asking->draft, place, answer);
	secret_wipe(made, sizeof(made));
	secret_wipe(given, given && cluster_draft_is_hidden(place.field) ? strlen(given) : 0);
	return ok;
}

typedef enum Asked { ASKED_ON, ASKED_AGAIN, ASKED_BACK, ASKED_OVER } Asked;

static Asked ask_one(Asking *asking, DraftPlace place, Error *err) {
	AUTO_CLEAR(Buf) line = {0};
	AUTO_CLEAR(Buf) prompt = {0};
	AUTO_FREE char *offered = cluster_draft_default(&asking->draft, place);
	bool hidden = cluster_draft_is_hidden(place.field);
	Asked asked = ASKED_ON;
	write_prompt(asking, place, offered, &prompt);
	if (!ask_line(buf_text(&prompt), hidden, &line))
		asked = ASKED_OVER;
	else if (str_eq_c(str_trim(buf_str(&line)), BACK))
		asked = ASKED_BACK;
	else if (hidden && line.len && !is_same_again(asking, &line))
		asked = ASKED_AGAIN;
	else if (!answer_it(asking, place, &line, offered, err))
		asked = ASKED_AGAIN;
	if (hidden) {
		secret_wipe(line.data, line.len);
		secret_wipe(offered, offered ? strlen(offered) : 0);
	}
	return asked;
}

/* ---- all of them ---- */

static bool ended_early(const Asking *asking, DraftPlace place, Error *err) {
	AUTO_CLEAR(Buf) label = {0};
	cluster_draft_label(&asking->draft, place, &label);
	error_set(err, ERROR_CANCELLED, "the answers ended at: %s", buf_text(&label));
	return error_hint(err, "nothing was written");
}

/* A pipe cannot look: its next line would be taken for another question's. */
static bool refused(const Asking *asking, DraftPlace place, Error *err) {
	AUTO_CLEAR(Buf) label = {0};
	cluster_draft_label(&asking->draft, place, &label);
	Error why = *err;
	error_set(err, ERROR_INVALID, "%s: %s", buf_text(&label), why.why);
	return error_hint(err, "%s%snothing was written", why.hint, *why.hint ? "; " : "");
}

static bool ask_all(Asking *asking, DraftPlace place, Error *err) {
	while (place.field != DRAFT_END) {
		Error why = {0};
		switch (ask_one(asking, place, &why)) {
		case ASKED_OVER:
			return ended_early(asking, place, err);
		case ASKED_BACK:
			if (asking->asked_count)
				place = asking->asked[--asking->asked_count];
			else
				command_print("  this is the first question\n");
			break;
		case ASKED_AGAIN:
			if (!asking->terminal) {
				*err = why;
				return refused(asking, place, err);
			}
			if (error_is_set(&why))
				tell_refusal(&why);
			break;
		case ASKED_ON:
			asking->asked = bg_reallocarray(asking->asked, asking->asked_count + 1, sizeof(*asking->asked));
			asking->asked[asking->asked_count++] = place;
			place = cluster_draft_next(&asking->draft, place);
			break;
		}
	}
	return true;
}

static void show_draft(const Asking *asking) {
	const ClusterDraft *draft = &asking->draft;
	command_print("\n%s: %s, %s <%s>\n", asking->path, draft->texts[DRAFT_DOMAIN], draft->texts[DRAFT_PLATFORM], draft->texts[DRAFT_EMAIL]);
	for (size_t i = 0; i < draft->count; i++) {
		char *const *texts = draft->nodes[i].texts;
		command_print("  %-16s %-39s %s, %s%s, %s\n", texts[DRAFT_NAME], texts[DRAFT_IPV6], texts[DRAFT_USER], texts[DRAFT_ROLE],
			text_eq(texts[DRAFT_FIRST], "yes") ? ", first master" : "", texts[DRAFT_KEY]);
	}
	command_print("  CouchDB: %s, %s\n", draft->texts[DRAFT_COUCH_USER], asking->generated ? "with a password that was made now; it stands in the file only" : "password not shown");
}

/* 1 yes, 0 no, -1 back. A file that is there wants the whole word. */
static int ask_to_write(const Asking *asking) {
	AUTO_CLEAR(Buf) line = {0};
	bool answered = ask_line(asking->exists
		? "There is such a file already; it will be kept beside it as .bak-TIME. Type yes to write, " BACK " to go back, anything else leaves it: "
		: "Write it? Enter or yes writes, " BACK " goes back, anything else leaves it: ", false, &line);
	Str answer = str_trim(buf_str(&line));
	if (answered && str_eq_c(answer, BACK))
		return -1;
	return answered && (str_eq_c(answer, "yes") || (!asking->exists && !answer.len));
}

/* ---- writing ---- */

static bool keep_old(const Asking *asking, char **ret_kept, Error *err) {
	AUTO_CLEAR(Buf) now = {0};
	char time[WALL_TEXT_SIZE];
	if (!file_read(asking->path, FILE_MAX_BYTES, &now, err))
		return false;
	bool same = str_eq(buf_str(&now), buf_str(&asking->before));
	secret_wipe(now.data, now.len);
	if (!same) {
		error_set(err, ERROR_CONFLICT, "somebody has changed the file meanwhile: nothing was written");
		return error_hint(err, "start again: its values are then the ones that are offered");
	}
	wall_format_iso(wall_now(), time);
	AUTO_FREE char *kept = bg_asprintf("%s.bak-%.4s%.2s%.2sT%.2s%.2s%.2sZ", asking->path, time, time + 5, time + 8, time + 11, time + 14, time + 17);
	AUTO_CLOSE int fd = open(kept, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		(void) error_errno(err, errno, "cannot keep the old file");
		return error_where(err, "%s", kept);
	}
	if (!file_write_all(fd, asking->before.data, asking->before.len, err) || (fsync(fd) != 0 && !error_errno(err, errno, "cannot keep the old file")))
		return error_where(err, "%s", kept);
	*ret_kept = TAKE(kept);
	return true;
}

static bool write_new(const Asking *asking, Error *err) {
	AUTO_CLEAR(Buf) text = {0};
	AUTO_FREE char *kept = NULL;
	buf_reserve(&text, 1 << 16);   /* so that no copies of the password stay behind in freed memory */
	cluster_draft_write(&asking->draft, &text);
	bool ok = cluster_draft_check(&asking->draft, err) && (!asking->exists || keep_old(asking, &kept, err))
		&& (asking->exists || !file_exists(asking->path) || error_set(err, ERROR_CONFLICT, "somebody has made this file meanwhile: nothing was written"))
		&& file_write_atomic(asking->path, text.data, text.len, 0600, err);
	secret_wipe(text.data, text.len);
	if (!ok)
		return error_what(err, "write the cluster file");
	command_print("written: %s, for its owner only%s%s\n", asking->path, kept ? "; before it was " : "", kept ? kept : "");
	return true;
}

int run_new_cluster(Command *command) {
	AUTO_CLEAR(Asking) asking = {.terminal = isatty(STDIN_FILENO)};
	Error err = {0};
	Json *old = NULL;
	DraftPlace place = {DRAFT_DOMAIN, 0};
	bool ok = read_old(&asking, command_word(command, 0), &old, &err);
	cluster_draft_begin(&asking.draft, asking.path, old);
	if (!ok)
		return command_failed(&err);
	command_print("A cluster file: an empty answer takes what stands in [ ], %s goes back.\n", BACK);
	while (true) {
		if (!ask_all(&asking, place, &err))
			return command_failed(&err);
		show_draft(&asking);
		int yes = ask_to_write(&asking);
		if (yes > 0)
			return write_new(&asking, &err) ? EXIT_OK : command_failed(&err);
		if (yes == 0) {
			command_print("Left. Nothing was written.\n");
			return EXIT_FAILED;
		}
		place = asking.asked[--asking.asked_count];
	}
}
