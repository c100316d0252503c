/* readiness.c: the table of questions, and what they have in common. */
#include "core/providers/readiness/readiness.h"

#include <stdarg.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/playbook/lint.h"

#define FOLDER_DEPTH_MAX 16
#define PLAYBOOKS_MAX 500

const ReadinessQuestion READINESS[] = {
	{"systems", "every playbook can be walked here, and each action has its system", readiness_systems},
	{"credentials", "every credential is where the environment says", readiness_credentials},
	{"permissions", "each credential may do what the actions want of it, as far as its system tells", readiness_permissions},
	{"expiry", "no credential ends within 14 days, as far as its system tells", readiness_expiry},
	{"tools", "every tool of the playbooks is on PATH", readiness_tools},
	{"files", "every file that the environment names can be read", readiness_files},
	{"values", "every value of the environment fits the playbooks", readiness_values},
	{"people", "every gate can be signed now, by different people", readiness_people},
	{"reviews", "no playbook's review is overdue", readiness_reviews},
	{"drills", "the last drill is not too long ago", readiness_drills},
};
const size_t READINESS_COUNT = BG_LENGTH(READINESS);

const ReadinessQuestion *readiness_find(const char *name) {
	for (size_t i = 0; i < READINESS_COUNT; i++)
		if (text_eq(READINESS[i].name, name))
			return &READINESS[i];
	return NULL;
}

static void load_file(Readiness *readiness, const char *path) {
	AUTO(Playbook) *playbook = NULL;
	Error err = {0};
	if (readiness->playbook_count >= PLAYBOOKS_MAX)
		return;
	if (!playbook_load(path, provider_vocabulary(), &playbook, &err)) {
		strlist_add_take(&readiness->unread, bg_asprintf("%s: %s", path, err.why));
		return;
	}
	lint_advice(playbook, readiness->now, true, &playbook->diagnostics);
	readiness->playbooks = bg_reallocarray(readiness->playbooks, readiness->playbook_count + 1, sizeof(Playbook *));
	readiness->playbooks[readiness->playbook_count++] = TAKE(playbook);
}

static void load_path(Readiness *readiness, const char *path, int depth) {
	AUTO_CLEAR(StrList) names = {0};
	Error err = {0};
	if (!file_is_folder(path)) {
		load_file(readiness, path);
		return;
	}
	if (depth >= FOLDER_DEPTH_MAX)
		return;
	if (!file_list_folder(path, &names, &err))
		strlist_add_take(&readiness->unread, bg_asprintf("%s: %s", path, err.why));
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *inner = path_join(path, names.items[i]);
		Str name = str_from(names.items[i]);
		if (file_is_folder(inner) || (str_ends(name, ".md") && !str_eq_nocase(name, STR("README.md"))))
			load_path(readiness, inner, depth + 1);
	}
}

void readiness_load(Readiness *readiness) {
	for (size_t i = 0; i < readiness->environment->playbooks.count; i++)
		load_path(readiness, readiness->environment->playbooks.items[i], 0);
}

static void forget(Readiness *readiness) {
	for (size_t i = 0; i < readiness->count; i++) {
		free(readiness->found[i].what);
		free(readiness->found[i].where);
		free(readiness->found[i].hint);
	}
	readiness->count = readiness->beyond = 0;
}

void readiness_clear(Readiness *readiness) {
	forget(readiness);
	for (size_t i = 0; i < readiness->playbook_count; i++)
		playbook_free(readiness->playbooks[i]);
	free(readiness->playbooks);
	free(readiness->found);
	strlist_clear(&readiness->unread);
	*readiness = (Readiness){0};
}

/* The same thing is missed in many places: it is told once, with the first of them. */
static bool is_told(const Readiness *readiness, const char *what) {
	for (size_t i = 0; i < readiness->count; i++)
		if (text_eq(readiness->found[i].what, what))
			return true;
	return false;
}

static ReadinessFinding *add(Readiness *readiness, ReadingState state, const char *where, const char *hint, const char *what, va_list args) {
	AUTO_FREE char *text = bg_vasprintf(what, args);
	if (is_told(readiness, text))
		return NULL;
	if (readiness->count >= READINESS_FINDINGS_MAX) {
		readiness->beyond++;
		return NULL;
	}
	if (readiness->count == readiness->capacity) {
		readiness->capacity = readiness->capacity ? readiness->capacity * 2 : 16;
		readiness->found = bg_reallocarray(readiness->found, readiness->capacity, sizeof(*readiness->found));
	}
	ReadinessFinding *finding = &readiness->found[readiness->count++];
	*finding = (ReadinessFinding){.state = state, .what = TAKE(text), .where = bg_strdup(where ? where : ""), .hint = bg_strdup(hint ? hint : "")};
	return finding;
}

void readiness_found(Readiness *readiness, ReadingState state, const char *where, const char *hint, const char *what, ...) {
	va_list args;
	va_start(args, what);
	(void) add(readiness, state, where, hint, what, args);   /* it may be told already */
	va_end(args);
}

void readiness_untold(Readiness *readiness, const char *where, const char *hint, const char *what, ...) {
	va_list args;
	va_start(args, what);
	ReadinessFinding *finding = add(readiness, READING_OK, where, hint, what, args);
	va_end(args);
	if (finding)
		finding->untold = true;
}

char *readiness_place(const Playbook *playbook, unsigned line) {
	const char *slash = strrchr(playbook->path, '/');
	const char *name = slash ? slash + 1 : playbook->path;
	return line ? bg_asprintf("%s:%u", name, line) : bg_strdup(name);
}

bool readiness_is_worse(ReadingState a, ReadingState b) {
	static const int WEIGHT[] = {[READING_OK] = 0, [READING_UNKNOWN] = 1, [READING_STALE] = 1, [READING_WARN] = 2, [READING_FAIL] = 3};
	return WEIGHT[a] > WEIGHT[b];
}

ReadingState readiness_ask(Readiness *readiness, const ReadinessQuestion *question) {
	forget(readiness);
	question->ask(readiness);
	ReadingState worst = READING_OK;
	for (size_t i = 0; i < readiness->count; i++)
		if (readiness_is_worse(readiness->found[i].state, worst))
			worst = readiness->found[i].state;
	return worst;
}
