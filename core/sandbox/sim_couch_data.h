/* sim_couch_data.h: what the practice platform keeps in CouchDB: courses, users, enrolments and uploaded files of an invented school. The same in every
 * sandbox: ids, texts and revisions. */
#pragma once
#include "core/base/buf.h"
#include "core/base/json.h"

#define SIM_COUCH_COURSES_DB "openedx_courses"
#define SIM_COUCH_USERS_DB "openedx_users"
#define SIM_COUCH_ENROLLMENTS_DB "openedx_enrollments"
#define SIM_COUCH_FILES_DB "openedx_files"

/* The only validation that the simulated CouchDB knows: it runs no JavaScript. */
#define SIM_COUCH_VALIDATION "function (doc, old, user) { if (!doc._deleted && !doc.type) throw({forbidden: 'type is missing'}); }"

const char *sim_couch_database_at(size_t index);      /* NULL past the last; by name */
/* Document `index` of that database: {"_id",...}, without a revision. Owned; NULL past the last. Design documents come last. */
Json *sim_couch_document_at(const char *database, size_t index);
/* The bytes of an uploaded file that a document of SIM_COUCH_FILES_DB names. Appends. */
void sim_couch_upload(const Json *file, Buf *out);
