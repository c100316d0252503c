/* sim_couch_data.c: see sim_couch_data.h. A small school on a hill: twelve courses, forty-eight people, three courses each. None of it exists. */
#include "core/sandbox/sim_couch_data.h"
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_couch_parts.h"

static const struct { const char *number, *name, *teacher; } COURSES[] = {
	{ "BIO101", "The Living Cell", "Ilse Brandvold" }, { "CHM110", "Reactions in Water", "Tomas Arrieta" }, { "CS102", "Programs and Proofs", "Wen Halloran" },
	{ "ECO120", "Prices and People", "Amara Diallo-Finch" }, { "ENG140", "Writing Plainly", "Rowan Castellane" }, { "GEO105", "Rivers and Rock", "Noor Lindqvist" },
	{ "HIS130", "Harbour Towns, 1400 to 1800", "Edda Marchetti" }, { "MAT100", "Numbers and Shapes", "Jiro Ferreira" },
	{ "MAT210", "Curves", "Jiro Ferreira" }, { "MUS115", "Hearing Harmony", "Petra Okonjo" }, { "PHY101", "Things that Move", "Samir Vestergaard" },
	{ "STA150", "Chance", "Maren Oyelaran" },
};
static const char *const FIRST[] = { "Ada", "Bela", "Cato", "Dunja", "Eskil", "Farah", "Goran", "Hana" };
static const char *const LAST[] = { "Almeida", "Bergqvist", "Cho", "Duarte", "Eze", "Fontaine" };
#define PEOPLE (BG_LENGTH(FIRST) * BG_LENGTH(LAST))
#define COURSES_EACH 3
#define FILES 16

static char *course_id(size_t index) { return bg_asprintf("course-v1:NorthfieldX+%s+2026_T1", COURSES[index % BG_LENGTH(COURSES)].number); }
static char *user_name(size_t index) { return bg_asprintf("%s.%s", FIRST[index % BG_LENGTH(FIRST)], LAST[index / BG_LENGTH(FIRST)]); }

static Json *of_type(const char *id, const char *type) {
	Json *document = json_new_object();
	json_add_string(document, "_id", id);
	json_add_string(document, "type", type);
	return document;
}

static Json *course(size_t index) {
	AUTO_FREE char *id = course_id(index);
	Json *document = of_type(id, "course");
	json_add_string(document, "name", COURSES[index].name);
	json_add_string(document, "org", "NorthfieldX");
	json_add_string(document, "teacher", COURSES[index].teacher);
	json_add_string(document, "start", "2026-02-02");
	Json *chapters = json_add(document, "chapters", json_new_array());
	for (size_t i = 0; i < 3 + index % 4; i++) {
		AUTO_FREE char *title = bg_asprintf("%s, part %zu", COURSES[index].name, i + 1);
		json_append_string(chapters, title);
	}
	return document;
}

static Json *user(size_t index) {
	AUTO_FREE char *name = user_name(index);
	AUTO_FREE char *id = bg_asprintf("user:%s", name);
	AUTO_FREE char *email = bg_asprintf("%s@northfield.example", name);
	Json *document = of_type(id, "user");
	json_add_string(document, "username", name);
	json_add_string(document, "email", email);
	json_add_int(document, "joined", 2019 + (int64_t) (index % 7));
	json_add_bool(document, "is_staff", index % 16 == 3);
	return document;
}

static Json *enrollment(size_t index) {
	AUTO_FREE char *name = user_name(index / COURSES_EACH);
	AUTO_FREE char *course = course_id(index / COURSES_EACH + 5 * (index % COURSES_EACH));
	AUTO_FREE char *id = bg_asprintf("enrollment:%s:%s", name, course);
	Json *document = of_type(id, "enrollment");
	json_add_string(document, "user", name);
	json_add_string(document, "course", course);
	json_add_string(document, "mode", index % 5 ? "audit" : "verified");
	json_add_int(document, "progress", (int64_t) (index * 37 % 101));
	return document;
}

static Json *file(size_t index) {
	AUTO_FREE char *name = user_name(index * 3);
	AUTO_FREE char *path = bg_asprintf("uploads/%s/essay-%zu.txt", name, index + 1);
	AUTO_FREE char *id = bg_asprintf("file:%s", path);
	Json *document = of_type(id, "file");
	json_add_string(document, "path", path);
	json_add_string(document, "owner", name);
	return document;
}

static Json *design(const char *name, bool validates, const char *view, const char *map) {
	AUTO_FREE char *id = bg_asprintf("_design/%s", name);
	Json *document = json_new_object();
	json_add_string(document, "_id", id);
	json_add_string(document, "language", "javascript");
	if (validates)
		json_add_string(document, "validate_doc_update", SIM_COUCH_VALIDATION);
	json_add_string(json_add(json_add(document, "views", json_new_object()), view, json_new_object()), "map", map);
	return document;
}
static Json *course_design(void) { return design("courses", false, "by_teacher", "function (doc) { emit(doc.teacher, null); }"); }
static Json *user_design(void) { return design("users", true, "staff", "function (doc) { if (doc.is_staff) emit(doc.username, null); }"); }
static Json *enrollment_design(void) { return design("enrollments", false, "by_course", "function (doc) { emit(doc.course, doc.progress); }"); }

static const struct { const char *name; size_t count; Json *(*make)(size_t index); Json *(*design)(void); } DATABASES[] = {
	{ SIM_COUCH_COURSES_DB, BG_LENGTH(COURSES), course, course_design },
	{ SIM_COUCH_ENROLLMENTS_DB, PEOPLE * COURSES_EACH, enrollment, enrollment_design },
	{ SIM_COUCH_FILES_DB, FILES, file, NULL },
	{ SIM_COUCH_USERS_DB, PEOPLE, user, user_design },
};

const char *sim_couch_database_at(size_t index) { return index < BG_LENGTH(DATABASES) ? DATABASES[index].name : NULL; }

Json *sim_couch_document_at(const char *database, size_t index) {
	for (size_t i = 0; i < BG_LENGTH(DATABASES); i++) {
		if (!text_eq(DATABASES[i].name, database))
			continue;
		if (index < DATABASES[i].count)
			return DATABASES[i].make(index);
		return index == DATABASES[i].count && DATABASES[i].design ? DATABASES[i].design() : NULL;
	}
	return NULL;
}

void sim_couch_upload(const Json *file, Buf *out) {
	const char *owner = json_get_string_or(file, "owner", "?");
	for (int line = 1; line <= 40; line++)
		buf_printf(out, "%3d  This is an essay by %s, for practice only.\n", line, owner);
}

/* ---- in a CouchDB ---- */

/* Every third document was changed once since it was made: its revision is the second. */
static void write_document(CouchAsk *ask, const char *database, size_t index) {
	AUTO(Json) *document = sim_couch_document_at(database, index);
	char rev[64] = "";
	for (int edit = index % 3 ? 1 : 0; edit < 2; edit++) {
		AUTO_CLEAR(CouchInput) input = {0};
		CouchRefusal refusal = {0};
		if (*rev)
			json_add_string(document, "_rev", rev);
		bool ok = couch_input_take(document, &input, &refusal) && couch_edit(ask, &input, rev, &refusal);
		BG_ASSERT(ok);
	}
}

void sim_couch_fill(SimCouch *couch) {
	sim_couch_delete(couch);
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++)
		sim_couch_run(couch, i, true);
	for (size_t i = 1; i < SIM_COUCH_MEMBERS; i++)
		couch_join(couch, 0, i);
	CouchAsk ask = { .couch = couch, .member = &couch->members[0], .group = &couch->groups[couch->members[0].group] };
	couch_make_system_dbs(ask.group);
	for (size_t i = 0; i < BG_LENGTH(DATABASES); i++) {
		ask.db = couch_db_add(ask.group, DATABASES[i].name);
		for (size_t k = 0; k < DATABASES[i].count + (DATABASES[i].design != NULL); k++)
			write_document(&ask, DATABASES[i].name, k);
	}
}

/* Two of three enrolments, and the users; what is left looks whole to whoever only looks whether it answers. */
void sim_couch_damage(SimCouch *couch) {
	sim_couch_lose_database(couch, SIM_COUCH_USERS_DB);
	for (size_t i = 0; i < PEOPLE * COURSES_EACH; i++) {
		AUTO(Json) *document = enrollment(i);
		if (i % 3)
			sim_couch_lose_document(couch, SIM_COUCH_ENROLLMENTS_DB, json_get_string(document, "_id"));
	}
	sim_couch_lose_member(couch, SIM_COUCH_MEMBERS - 1);
}

size_t sim_couch_missing(const SimCouch *couch) {
	size_t missing = 0;
	for (size_t i = 0; i < BG_LENGTH(DATABASES); i++)
		for (size_t k = 0; k < DATABASES[i].count; k++) {
			AUTO(Json) *document = DATABASES[i].make(k);
			missing += !sim_couch_has(couch, DATABASES[i].name, json_get_string(document, "_id"));
		}
	return missing;
}
