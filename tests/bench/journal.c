/* journal.c: durable appends a second against plain write and fdatasync of the same bytes, and records replayed a second. `journal FOLDER`. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/incident/incident.h"
#include "core/journal/journal.h"

#define APPENDS 400
#define ROUNDS 5
#define REPLAYED 200000

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

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

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: journal FOLDER\n");
		return 2;
	}
	for (int round = 0; round < ROUNDS; round++) {
		AUTO_CLEAR(Buf) same = { 0 };
		AUTO_FREE char *folder = bg_asprintf("%s/append-%d", argv[1], round);
		AUTO_FREE char *plain = bg_asprintf("%s/plain-%d", argv[1], round);
		double ours = append_ours(folder, &same), theirs = append_plain(plain, &same);
		printf("append: %.0f records/s, plain write and fdatasync %.0f/s, ratio %.2f\n", ours, theirs, ours / theirs);
	}
	AUTO_FREE char *folder = bg_asprintf("%s/replay", argv[1]);
	Error err = { 0 };
	if (!file_make_folder(folder, 0700, &err))
		return 1;
	printf("replay: %.0f records/s\n", replay(folder));
	return 0;
}
