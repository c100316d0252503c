/* anchors.c: checkpoints that stand elsewhere, held against the journal. The chain alone cannot show that its end was
 * cut off, or that all of it was written anew; a checkpoint that somebody else keeps can. */
#include "core/journal/anchors.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/journal/lines.h"

#define RECORD_KEY "record: "
#define HEAD_KEY " sha256:"

void anchors_clear(Anchors *anchors)
{
	for (size_t i = 0; i < anchors->count; i++)
		free(anchors->items[i].where);
	free(anchors->items);
	*anchors = (Anchors) { 0 };
}

static bool anchor_read(Str line, Anchor *ret_anchor)
{
	ptrdiff_t middle = str_find(line, HEAD_KEY);
	if (!str_starts(line, RECORD_KEY) || middle < 0)
		return false;
	size_t number_at = sizeof RECORD_KEY - 1, head_at = (size_t) middle + sizeof HEAD_KEY - 1;
	unsigned char digest[SHA256_BYTES];
	size_t len = 0;
	Str number = str_slice(line, number_at, (size_t) middle - number_at), head = str_slice(line, head_at, line.len);
	if (!str_parse_int(number, &ret_anchor->seq) || ret_anchor->seq < 0 || head.len != 64
		|| !hex_decode(head, digest, sizeof digest, &len))
		return false;
	hex_encode(digest, sizeof digest, ret_anchor->head);
	return true;
}

static void anchors_append(Anchors *anchors, Anchor anchor, const char *where)
{
	anchor.where = bg_strdup(where);
	if ((anchors->count & (anchors->count - 1)) == 0)
		anchors->items = bg_reallocarray(anchors->items, anchors->count ? anchors->count * 2 : 1,
			sizeof *anchors->items);
	anchors->items[anchors->count++] = anchor;
}

bool anchors_add(Anchors *anchors, Str text, const char *incident, const char *where)
{
	Anchor anchor = { 0 };
	AUTO_FREE char *origin = NULL;
	Str line;
	if (checkpoint_parse(text, &origin, &anchor.seq, anchor.head, NULL)) {
		if (incident && strcmp(origin, incident) != 0)
			return false;
		anchors_append(anchors, anchor, where);
		return true;
	}
	while (str_next_line(&text, &line)) {
		if (!anchor_read(line, &anchor))
			continue;
		anchors_append(anchors, anchor, where);
		return true;
	}
	return false;
}

typedef struct Holding {
	const Anchors *anchors;
	bool *found;
	JournalReport *report;
} Holding;

static bool anchors_hold(void *userdata, int64_t number, Str line, Error *err)
{
	Holding *holding = userdata;
	char hash[SHA256_HEX_SIZE] = "";
	(void) err;   /* an anchor that does not hold is a finding */
	for (size_t i = 0; i < holding->anchors->count; i++) {
		const Anchor *anchor = &holding->anchors->items[i];
		if (anchor->seq != number)
			continue;
		if (!hash[0])
			sha256_hex(line.ptr, line.len, hash);
		holding->found[i] = true;
		if (strcmp(hash, anchor->head) != 0)
			strlist_add_take(&holding->report->problems,
				bg_asprintf("%s: saw another record %lld than the one that is here",
				anchor->where, (long long) number));
		else if (number > holding->report->anchored)
			holding->report->anchored = number;
	}
	return true;
}

bool anchors_check(const Anchors *anchors, const char *folder, JournalReport *report, Error *err)
{
	AUTO_FREE char *path = path_join(folder, "journal.jsonl");
	AUTO_FREE bool *found = bg_calloc(anchors->count, sizeof *found);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	Holding holding = { .anchors = anchors, .found = found, .report = report };
	LinesRead lines;
	if (fd < 0) {
		(void) error_errno(err, errno, "cannot open the journal");
		return error_where(err, "%s", path);
	}
	if (!lines_read(fd, path, anchors_hold, &holding, &lines, err))
		return false;
	for (size_t i = 0; i < anchors->count; i++) {
		const Anchor *anchor = &anchors->items[i];
		/* Who saw the empty journal vouches for nothing. */
		bool empty = anchor->seq == 0 && strcmp(anchor->head, JOURNAL_GENESIS) == 0;
		if (!found[i] && !empty)
			strlist_add_take(&report->problems, bg_asprintf("%s: saw record %lld, which is not here", anchor->where,
				(long long) anchor->seq));
	}
	return true;
}
