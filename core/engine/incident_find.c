/* incident_find.c: which incident of a folder is still open. An engine's start must not depend on how many incidents there have been,
 * nor on what became of old files. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/incident_file.h"

#define TAIL_MAX (64 * 1024)

/* The record that ends an incident is its last and a short one: the end of the file is enough to see it. False also when that cannot
 * be told. */
static bool ends_with_its_end(const char *journal) {
	AUTO_CLOSE int fd = open(journal, O_RDONLY | O_CLOEXEC);
	struct stat info;
	AUTO_CLEAR(Buf) tail = {0};
	if (fd < 0 || fstat(fd, &info) < 0 || lseek(fd, info.st_size > TAIL_MAX ? info.st_size - TAIL_MAX : 0, SEEK_SET) < 0
		|| !file_read_fd(fd, journal, TAIL_MAX, &tail, NULL) || !tail.len)
		return false;
	size_t from = tail.len - 1;
	while (from > 0 && tail.data[from - 1] != '\n')
		from--;
	AUTO_CLEAR(Record) record = {0};
	return tail.data[tail.len - 1] == '\n' && record_parse((Str){tail.data + from, tail.len - 1 - from}, &record, NULL)
		&& event_type_parse(record.type) == EVENT_INCIDENT_ENDED;
}

typedef struct OpenScan { bool declared, ended; } OpenScan;

static bool scan_phase(void *userdata, const Record *record, Str line, Error *err) {
	(void) line;
	(void) err;
	OpenScan *scan = userdata;
	EventType type = event_type_parse(record->type);
	scan->declared |= type == EVENT_INCIDENT_DECLARED;
	scan->ended |= type == EVENT_INCIDENT_ENDED;
	return true;
}

bool incident_file_find_open(const char *incidents, char **ret_folder, Error *ret_broken, Error *err) {
	AUTO_CLEAR(StrList) names = {0};
	if (!file_list_folder(incidents, &names, err))
		return false;
	*ret_broken = (Error){0};
	char *found = NULL;
	for (size_t i = names.count; i-- > 0 && !found;) {
		AUTO_FREE char *folder = path_join(incidents, names.items[i]);
		AUTO_FREE char *journal = path_join(folder, "journal.jsonl");
		OpenScan scan = {0};
		Error broken = {0};
		if (!file_exists(journal) || ends_with_its_end(journal))
			continue;
		if (!journal_read(folder, 1, scan_phase, &scan, &broken)) {
			error_hint(&broken, "breakglass verify %s tells what is wrong with it", names.items[i]);
			if (!error_is_set(ret_broken))
				*ret_broken = broken;
		} else if (scan.declared && !scan.ended) {
			found = TAKE(folder);
		}
	}
	*ret_folder = found;
	return true;
}
