/* drills.c: when was the last drill that was walked to its end? */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/journal/order.h"
#include "core/providers/readiness/readiness.h"

#define QUARTER_MS (92LL * 24 * 3600 * 1000)
#define END_MAX (64 * 1024)      /* the record that ends an incident is a short one */
#define INCIDENTS_MAX 2000       /* the newest: their names begin with their day */

static bool read_part(const char *path, off_t from_end, size_t limit, Buf *out) {
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat info;
	if (fd < 0 || fstat(fd, &info) != 0)
		return false;
	off_t at = from_end && info.st_size > from_end ? info.st_size - from_end : 0;
	return lseek(fd, at, SEEK_SET) >= 0 && file_read_fd(fd, path, limit, out, NULL);
}

static bool last_record(const char *path, Record *ret) {
	AUTO_CLEAR(Buf) tail = {0};
	if (!read_part(path, END_MAX, END_MAX, &tail) || !tail.len || tail.data[tail.len - 1] != '\n')
		return false;
	size_t from = tail.len - 1;
	while (from > 0 && tail.data[from - 1] != '\n')
		from--;
	return record_parse((Str){tail.data + from, tail.len - 1 - from}, ret, NULL);
}

/* When a drill ended; unknown if this was none, or it was not ended. */
static WallTime drill_end(const char *folder) {
	AUTO_FREE char *path = path_join(folder, "journal.jsonl");
	AUTO_CLEAR(Record) first = {0};
	AUTO_CLEAR(Record) last = {0};
	bool ended = journal_first(folder, &first, NULL) && text_eq(first.type, "incident.declared") && json_get_bool(first.data, "drill", false)
		&& last_record(path, &last) && text_eq(last.type, "incident.ended");
	return ended ? last.time : (WallTime){0};
}

void readiness_drills(Readiness *readiness) {
	AUTO_CLEAR(StrList) names = {0};
	WallTime newest = {0};
	char ago[SPAN_TEXT_SIZE], day[WALL_TEXT_SIZE];
	if (!readiness->incidents) {
		readiness_found(readiness, READING_UNKNOWN, NULL, "breakglass check --environment tells it", "the incidents that were are not known here");
		return;
	}
	(void) (file_is_folder(readiness->incidents) && file_list_folder(readiness->incidents, &names, NULL));
	for (size_t i = names.count; i-- > 0 && names.count - i <= INCIDENTS_MAX;) {
		AUTO_FREE char *folder = path_join(readiness->incidents, names.items[i]);
		WallTime end = drill_end(folder);
		newest = end.ms > newest.ms ? end : newest;
	}
	if (!wall_known(newest)) {
		readiness_found(readiness, READING_WARN, readiness->incidents, "walk one to its end: breakglass declare --drill TITLE, or breakglass try", "no drill was walked to its end yet");
		return;
	}
	int64_t age = readiness->now.ms - newest.ms;
	if (age > QUARTER_MS)
		readiness_found(readiness, READING_WARN, readiness->incidents, "one is due each quarter: breakglass declare --drill TITLE", "the last drill ended %s ago",
			span_format_short(age, ago));
	else
		readiness_found(readiness, READING_OK, readiness->incidents, NULL, "the last drill ended on %s", wall_format_day(newest, readiness->now, day));
}
