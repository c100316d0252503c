/* journal.c: durable appends a second against plain write and fdatasync of the same bytes, and records replayed a second. `journal [FOLDER]`:
 * on the disk of that folder. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/incident/incident.h"
#include "core/journal/journal.h"
#include "figure.h"

#define APPENDS 400
#define ROUNDS 5
#define REPLAYED 200000

static double seconds(void) { return figure_now_ms() / 1000; }

static Json *note(int number)
{
	Json *data = json_new_object();
	AUTO_FREE char *text = bg_asprintf("note %d: called the vendor, ticket 4711, they look at it; the site still shows damaged pages to some visitors, "
		"and the newest backup is from before the mass publish", number);
	json_add_string(data, "text", text);
	return data;
}

static double append_ours(const char *folder, Buf *same)
{
	Journal *journal = NULL;
	JournalOpened opened;
	Error err = { 0 };
	if (!journal_open(folder, NULL, NULL, &journal, &opened, &err))
		return -1;
	double begun = seconds();
	for (int i = 0; i < APPENDS; i++) {
		AUTO(Json) *data = note(i);
		AUTO_CLEAR(Record) record = { 0 };
		if (!journal_append(journal, "eng-oncall", "uid", "note.added", data, wall_now(), i, &record, same, &err))
			return -1;
		buf_putc(same, '\n');
	}
	double rate = APPENDS / (seconds() - begun);
	journal_close(journal);
	return rate;
}

static double append_plain(const char *path, const Buf *same)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
	const char *at = same->data, *end = same->data + same->len;
	double begun = seconds();
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t) (end - at));
		if (write(fd, at, (size_t) (newline + 1 - at)) < 0 || fdatasync(fd) < 0)
			return -1;
		at = newline + 1;
	}
	double rate = APPENDS / (seconds() - begun);
	close(fd);
	return rate;
}

static bool fold(void *userdata, const Record *record, Str line, Error *err)
{
	(void) line;
	(void) err;
	Event event = { .seq = record->seq, .time = record->time, .mono_ms = record->mono_ms, .who = record->who, .how = record->how,
		.type = event_type_parse(record->type), .data = record->data };
	incident_apply(userdata, &event);
	return true;
}

/* The lines are made without fdatasync: what is measured is reading, checking the chain and folding. */
static double replay(const char *folder)
{
	AUTO_CLEAR(Buf) text = { 0 };
	AUTO_FREE char *path = path_join(folder, "journal.jsonl");
	char prev[65], who[] = "eng-oncall", how[] = "uid", type[] = "note.added";
	memcpy(prev, JOURNAL_GENESIS, sizeof(prev));
	for (int i = 0; i < REPLAYED; i++) {
		Record record = { .seq = i + 1, .time = wall_now(), .mono_ms = i, .who = who, .how = how, .type = type };
		record.data = note(i);
		memcpy(record.prev, prev, sizeof(prev));
		size_t from = text.len;
		record_write(&record, &text);
		sha256_hex(text.data + from, text.len - from, prev);
		buf_putc(&text, '\n');
		json_free(record.data);
	}
	Error err = { 0 };
	if (!file_write_atomic(path, text.data, text.len, 0600, &err))
		return -1;
	AUTO(Incident) *incident = incident_new();
	double begun = seconds();
	bool ok = journal_read(folder, 1, fold, incident, &err);
	double rate = REPLAYED / (seconds() - begun);
	return ok && incident->seq == REPLAYED ? rate : -1;
}

static bool measure(const char *base)
{
	double ours[ROUNDS], theirs[ROUNDS], ratios[ROUNDS];
	Error err = { 0 };
	for (int round = 0; round < ROUNDS; round++) {
		AUTO_CLEAR(Buf) same = { 0 };
		AUTO_FREE char *folder = bg_asprintf("%s/append-%d", base, round);
		AUTO_FREE char *plain = bg_asprintf("%s/plain-%d", base, round);
		ours[round] = append_ours(folder, &same);
		theirs[round] = append_plain(plain, &same);
		if (ours[round] < 0 || theirs[round] < 0)
			return false;
		ratios[round] = ours[round] / theirs[round];
	}
	AUTO_FREE char *folder = bg_asprintf("%s/replay", base);
	double replayed = file_make_folder(folder, 0700, &err) ? replay(folder) : -1;
	if (replayed < 0)
		return false;
	/* The disk may be somebody else's for a while: the two of a round meet the same disk, so the ratio is taken round by round. */
	double peer = figure_share(theirs, ROUNDS, 0.5);
	figure_at_least("durable appends, median of five rounds", peer * figure_share(ratios, ROUNDS, 0.5), "records/s",
		"plain write and fdatasync", peer, 0.8);
	figure_at_least("replay of 200,000 records", replayed, "records/s", "limit", 200000, 1.0);
	return true;
}

int main(int argc, char **argv)
{
	char base[4096] = "/tmp/breakglass-bench-XXXXXX";
	if (argc > 2) {
		fprintf(stderr, "usage: journal [FOLDER]\n");
		return 2;
	}
	if (argc == 2)
		snprintf(base, sizeof(base), "%s/breakglass-bench-XXXXXX", argv[1]);
	bool ok = mkdtemp(base) && measure(base);
	if (!ok)
		perror("journal: cannot measure");
	BG_IGNORE(file_remove_tree(base, NULL));   /* a leftover folder of a measurement is harmless */
	return ok ? 0 : 1;
}
