/* probe.c: backup.sets: the newest set of this machine, how old it is, whether it is as large as the ones before, and whether it was verified. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/backup/backup.h"
#include "core/providers/settings.h"
#include "core/providers/words.h"

#define MAX_AGE_MS (8 * 24 * 3600 * 1000LL)
#define AHEAD_MS (24 * 3600 * 1000LL)      /* names are days, of another zone perhaps */
#define BEFORE 5                           /* sets that the newest is compared with */

static int by_size(const void *a, const void *b) {
	const int64_t *one = a, *other = b;
	return (*one > *other) - (*one < *other);
}

/* Of the ones before the newest, the one in the middle; 0 = there are none. */
static int64_t usual_size(const BackupSets *sets) {
	int64_t sizes[BEFORE];
	size_t count = 0;
	for (size_t i = sets->count - 1; i > 0 && count < BEFORE; i--)
		sizes[count++] = sets->items[i - 1].bytes;
	qsort(sizes, count, sizeof(*sizes), by_size);
	return count ? sizes[count / 2] : 0;
}

typedef struct Judged { const BackupSet *newest; int64_t age, max_age, usual, keep; bool verified; WallTime verified_at; size_t count; } Judged;

static void because(const Judged *judged, Reading *ret) {
	char limit[SPAN_TEXT_SIZE], size[WORDS_SIZE], usual[WORDS_SIZE];
	const BackupSet *newest = judged->newest;
	if (!newest->is_whole)
		reading_because(ret, "set %s has no manifest: it was not fetched to its end; run backup.fetch again", newest->name);
	else if (judged->age < -AHEAD_MS)
		reading_because(ret, "set %s is from the future: check the clock of this machine and of the one that made it", newest->name);
	else if (judged->age > judged->max_age)
		reading_because(ret, "nothing is newer than %s: run backup.fetch, and look whether the backup node makes new ones",
			span_format(judged->max_age, limit));
	else if (judged->usual && newest->bytes < judged->usual / 2)
		reading_because(ret, "it has %s, the ones before %s: look what is missing", words_size(newest->bytes, size), words_size(judged->usual, usual));
	else if (!judged->verified)
		reading_because(ret, wall_known(judged->verified_at) ? "set %s was changed after it was verified: run backup.verify" : "set %s was not verified: run backup.verify",
			newest->name);
	else if ((int64_t) judged->count < judged->keep)
		reading_because(ret, "%zu of %lld sets are here", judged->count, (long long) judged->keep);
}

static void judge(const Judged *judged, Reading *ret) {
	char age[SPAN_TEXT_SIZE], size[WORDS_SIZE];
	const BackupSet *newest = judged->newest;
	bool hollow = !newest->is_whole || !newest->bytes;
	bool bad = judged->age > judged->max_age || judged->age < -AHEAD_MS || !judged->verified || (judged->usual && newest->bytes < judged->usual / 2);
	reading_set(ret, hollow ? READING_FAIL : bad ? READING_WARN : READING_OK, "newest %s old, %s%s, %zu sets", span_format_short(judged->age > 0 ? judged->age : 0, age),
		words_size(newest->bytes, size), judged->verified ? ", verified" : ", not verified", judged->count);
	because(judged, ret);
	reading_fact_string(ret, "newest", newest->name);
	reading_fact_int(ret, "age", judged->age);
	reading_fact_int(ret, "bytes", newest->bytes);
	reading_fact_int(ret, "usual_bytes", judged->usual);
	reading_fact_bool(ret, "verified", judged->verified);
	if (wall_known(judged->verified_at))
		reading_fact_int(ret, "verified_at", judged->verified_at.ms);
}

static int64_t number_arg(const Call *call, const char *name, int64_t fallback) {
	int64_t value = fallback;
	const char *given = call_arg(call, name);
	return given && str_parse_int(str_from(given), &value) ? value : fallback;
}

void backup_read_sets(const Call *call, Reading *ret) {
	AUTO_CLEAR(BackupSets) sets = {0};
	const char *said = call_arg(call, "folder");
	AUTO_FREE char *folder = said ? argument_path(call->environment, said) : backup_folder(call);
	AUTO_FREE char *place = bg_asprintf("folder %s", folder);
	Error err = {0};
	Judged judged = {.max_age = MAX_AGE_MS, .keep = number_arg(call, "keep", BACKUP_KEEP)};
	const char *max_age = call_arg(call, "max-age");
	if (max_age)
		BG_IGNORE(span_parse(str_from(max_age), &judged.max_age));   /* checked with the arguments */
	if (!file_is_folder(folder)) {
		reading_set(ret, READING_FAIL, "the folder is not there");
		reading_because(ret, "no sets are here: run backup.fetch, or mount what belongs there");
	} else if (!backup_local_sets(folder, true, &sets, &err)) {
		reading_set_error(ret, &err);
	} else if (!sets.count) {
		reading_set(ret, READING_FAIL, "no sets");
		reading_because(ret, "the folder holds no set: run backup.fetch");
		reading_fact_int(ret, "count", 0);
	} else {
		judged.newest = &sets.items[sets.count - 1];
		judged.count = sets.count;
		judged.usual = usual_size(&sets);
		judged.age = wall_now().ms - (wall_known(judged.newest->made) ? judged.newest->made : judged.newest->time).ms;
		judged.verified = backup_is_verified(folder, judged.newest->name, &judged.verified_at);
		judge(&judged, ret);
		reading_fact_int(ret, "count", (int64_t) sets.count);
	}
	reading_at_place(ret, folder, place);
}
