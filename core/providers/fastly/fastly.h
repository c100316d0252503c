/* fastly.h: what the files of the Fastly provider share. Facts are from Fastly's API reference and from the recorded answers in its Go
 * client (fastly/go-fastly, fastly/fixtures). An activated version is locked for good: edits go clone, edit, activate. */
#pragma once
#include "core/providers/api.h"

#define FASTLY_URL "https://api.fastly.com"

extern const Provider FASTLY_PROVIDER;

/* One service of Fastly for the length of one Call. */
typedef struct Fastly {
	Api api;
	char *id;      /* of the service */
	char *name;    /* of the service, as shown */
} Fastly;

/* The service is the argument `service`, else the system's setting: an id or an exact name. */
BG_CHECK bool fastly_open_account(const Call *call, Fastly *ret, Error *err);   /* no service is meant */
BG_CHECK bool fastly_open(const Call *call, Fastly *ret, Error *err);
void fastly_clear(Fastly *fastly);
BG_DEFINE_CLEARP(Fastly, fastly_clear)

/* ---- versions ---- */

typedef struct FastlyVersion {
	int64_t number;
	bool active, locked;
} FastlyVersion;

typedef struct FastlyVersions {
	FastlyVersion *items;
	size_t count;
	int64_t active;    /* 0 = none is */
	int64_t latest;
} FastlyVersions;

BG_CHECK bool fastly_versions(Fastly *fastly, FastlyVersions *ret, Error *err);
void fastly_versions_clear(FastlyVersions *versions);
BG_DEFINE_CLEARP(FastlyVersions, fastly_versions_clear)
/* The version that an argument names: a number, "active", "latest". NULL text = "active". */
BG_CHECK bool fastly_choose_version(const Fastly *fastly, const FastlyVersions *versions, const char *text, const FastlyVersion **ret,
	Error *err);
BG_CHECK bool fastly_validate(Fastly *fastly, int64_t version, char **ret_why_not, Error *err);   /* NULL: it is valid; owned */

/* ---- objects of a version ---- */

/* One kind of object that a version holds. */
typedef struct FastlyKind {
	const char *name;        /* "backend": in words */
	const char *path;        /* below /service/ID/version/N/ */
	bool single;             /* one object, not a list */
	bool optional;           /* a product that a service may not have: Fastly's own 404 means none, 403 that it may not be looked at */
} FastlyKind;

extern const FastlyKind FASTLY_KINDS[];
extern const size_t FASTLY_KIND_COUNT;

/* The objects of one kind, always as an array. NULL, which is walked like an empty one: an optional kind that this token may not see. */
BG_CHECK bool fastly_objects(Fastly *fastly, int64_t version, const FastlyKind *kind, Json **ret_objects, Error *err);
const FastlyKind *fastly_kind(const char *name);
const char *fastly_object_name(const Json *object);
/* A field that may hold key material, or that says nothing about the configuration (times, ids). */
/* A field as people know it: "override host"; else by its own name. One table for all plans. */
const char *fastly_field_words(const char *field);
bool fastly_field_is_secret(const char *field);
bool fastly_field_is_housekeeping(const char *field);

/* ---- text in host names ---- */

/* Whole labels: "content-live" is not in "content-live-2" nor in "old-content-live". ASCII case does not count. */
bool fastly_names(const char *value, const char *text);
/* A copy with every such occurrence exchanged; NULL when there is none. Owned. */
char *fastly_exchange(const char *value, const char *from, const char *to);

/* ---- scan ---- */

typedef struct FastlyScan {
	StrList places;          /* "dictionary redirects item /a", "backend origin address" */
	StrList hidden;          /* what cannot be looked at: "dictionary secrets: it is write-only" */
	size_t unversioned;      /* places that stand outside versions: a change there takes effect at once */
} FastlyScan;

/* Every object of the version, with dictionary items, dynamic snippets and pool servers, that names `text`. */
BG_CHECK bool fastly_scan(Fastly *fastly, int64_t version, const char *text, FastlyScan *ret, Error *err);
void fastly_scan_clear(FastlyScan *scan);
BG_DEFINE_CLEARP(FastlyScan, fastly_scan_clear)

/* ---- diff ---- */

/* Adds to the plan, field by field, what version `to` has otherwise than version `from`. */
BG_CHECK bool fastly_diff(Fastly *fastly, int64_t from, int64_t to, Plan *plan, Error *err);

/* ---- rows ---- */

void fastly_plan_begin(const Fastly *fastly, const Call *call, const char *action, Plan *plan);
void fastly_note_limit(const HttpResponse *response, ActionResult *result);   /* warns when few writes are left */

bool fastly_plan_clone(const Call *call, Plan *ret_plan, Error *err);
bool fastly_apply_clone(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool fastly_verify_clone(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool fastly_plan_replace(const Call *call, Plan *ret_plan, Error *err);
bool fastly_apply_replace(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool fastly_verify_replace(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool fastly_plan_validate(const Call *call, Plan *ret_plan, Error *err);
bool fastly_apply_validate(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool fastly_plan_activate(const Call *call, Plan *ret_plan, Error *err);
bool fastly_apply_activate(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool fastly_verify_activate(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool fastly_undo_activate(const Plan *plan, const Json *values, char **ret_verb, Json **ret_args);
void fastly_read_service(const Call *call, Reading *ret);
void fastly_read_grep(const Call *call, Reading *ret);
void fastly_may(const Call *call, const char *verb, Rights *rights);
bool fastly_credential_end(const Call *call, WallTime *ret, Error *err);
