/* order.c: see order.h. */
#include "core/journal/order.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"

#define FIRST_MAX (64 * 1024)   /* a declaration is a short record */

bool journal_first(const char *folder, Record *ret_record, Error *err) {
	AUTO_FREE char *path = path_join(folder, "journal.jsonl");
	AUTO_CLEAR(Buf) head = {0};
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		error_errno(err, errno, "cannot open the journal");
		return error_where(err, "%s", path);
	}
	BG_IGNORE(file_read_fd(fd, path, FIRST_MAX, &head, NULL));   /* more than that is an error, and what was read is enough */
	ptrdiff_t end = str_find_char(buf_str(&head), '\n');
	if (end <= 0) {
		error_set(err, ERROR_INVALID, "it has no first record");
		return error_where(err, "%s", path);
	}
	return record_parse((Str){head.data, (size_t) end}, ret_record, err);
}

/* "20261121-233007-...": the second that the name tells; 0 = it tells none. */
static int64_t time_of_name(const char *name) {
	char iso[40];
	WallTime time = {0};
	if (strlen(name) < 15 || strspn(name, "0123456789-") < 15)
		return 0;
	(void) snprintf(iso, sizeof iso, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", name, name + 4, name + 6, name + 9, name + 11, name + 13);
	return wall_parse_iso(str_from(iso), &time) ? time.ms : 0;
}

typedef struct Placed { char *name; int64_t time; } Placed;

static int compare(const void *a, const void *b) {
	const Placed *first = a, *second = b;
	return first->time != second->time ? (first->time > second->time) - (first->time < second->time) : strcmp(first->name, second->name);
}

void journal_order(const char *incidents, StrList *names) {
	AUTO_FREE Placed *placed = bg_calloc(names->count + 1, sizeof *placed);
	for (size_t i = 0; i < names->count; i++) {
		AUTO_FREE char *folder = path_join(incidents, names->items[i]);
		AUTO_CLEAR(Record) first = {0};
		bool known = journal_first(folder, &first, NULL) && wall_known(first.time);
		placed[i] = (Placed){names->items[i], known ? first.time.ms : time_of_name(names->items[i])};
	}
	qsort(placed, names->count, sizeof *placed, compare);
	for (size_t i = 0; i < names->count; i++)
		names->items[i] = placed[i].name;
}
