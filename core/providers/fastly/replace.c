/* replace.c: exchanging a bucket's name for another one in a draft: in backends (address, override host, SNI host, certificate host) and
 * in the host that a health check asks for. Only the fields that change are sent. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/fastly/fastly.h"
#include "core/transport/url.h"

/* A field that names a host, and the words of `in=` that mean it. `hostname` mirrors `address` and is not sent. */
typedef struct HostField {
	const char *kind, *field;
	const char *words;      /* separated by | */
	const char *option;     /* of `fastly backend update` and `fastly healthcheck update`; NULL: it has none */
} HostField;

static const HostField FIELDS[] = {
	{"backend", "address", "backends|hosts|address", "--address"},
	{"backend", "override_host", "override-host", "--override-host"},
	{"backend", "ssl_sni_hostname", "sni-host", "--ssl-sni-hostname"},
	{"backend", "ssl_cert_hostname", "cert-host", "--ssl-cert-hostname"},
	{"backend", "ssl_hostname", "cert-host", NULL},
	{"health check", "host", "healthcheck-host", "--host"},
};

/* One object with what is to be sent for it. */
typedef struct Edit {
	char *path;             /* below the version: "backend/origin" */
	char *name;             /* "backend origin" */
	char *object;           /* "origin" */
	Buf form;
	Buf manual;             /* the same as a command line, without service and version */
} Edit;

typedef struct Edits {
	Edit *items;
	size_t count;
} Edits;

static void edits_clear(Edits *edits) {
	for (size_t i = 0; i < edits->count; i++) {
		free(edits->items[i].path);
		free(edits->items[i].name);
		free(edits->items[i].object);
		buf_clear(&edits->items[i].form);
		buf_clear(&edits->items[i].manual);
	}
	free(edits->items);
	*edits = (Edits){0};
}
BG_DEFINE_CLEARP(Edits, edits_clear)

static bool is_meant(const HostField *field, const StrList *in) {
	Str rest = str_from(field->words), word;
	bool meant = in->count == 0 || strlist_has(in, "all");
	while (!meant && str_split(&rest, '|', &word)) {
		AUTO_FREE char *text = str_dup(word);
		meant = strlist_has(in, text);
	}
	return meant;
}

/* What would change in one object. `plan` may be NULL: then only the edit is made. */
static void edit_object(const FastlyKind *kind, const Json *object, const StrList *in, const char *from, const char *to, Plan *plan,
	Edits *edits) {
	Edit edit = {0};
	for (size_t i = 0; i < BG_LENGTH(FIELDS); i++) {
		if (!text_eq(FIELDS[i].kind, kind->name) || !is_meant(&FIELDS[i], in))
			continue;
		const char *before = json_get_string(object, FIELDS[i].field);
		AUTO_FREE char *after = before ? fastly_exchange(before, from, to) : NULL;
		if (!after)
			continue;
		AUTO_FREE char *what = bg_asprintf("%s %s %s", kind->name, fastly_object_name(object), fastly_field_words(FIELDS[i].field));
		url_add_field(&edit.form, FIELDS[i].field, after);
		if (FIELDS[i].option) {
			buf_printf(&edit.manual, " %s ", FIELDS[i].option);
			shell_quote(str_from(after), &edit.manual);
		}
		if (plan)
			plan_add_change(plan, what, before, after);
	}
	if (!edit.form.len)
		return;
	AUTO_FREE char *name = api_path("%s", fastly_object_name(object));
	edit.path = bg_asprintf("%s/%s", kind->path, name);
	edit.name = bg_asprintf("%s %s", kind->name, fastly_object_name(object));
	edit.object = bg_strdup(fastly_object_name(object));
	edits->items = bg_reallocarray(edits->items, edits->count + 1, sizeof(*edits->items));
	edits->items[edits->count++] = edit;
}

/* Objects in the order of their names: Fastly gives them in any. */
static bool find_edits(Fastly *fastly, int64_t version, const Call *call, Plan *plan, Edits *edits, Error *err) {
	AUTO_CLEAR(StrList) in = {0};
	const char *words = call_arg(call, "in");
	if (words)
		strlist_split(&in, str_from(words), ',');
	static const char *const KINDS[] = {"backend", "health check"};
	for (size_t i = 0; i < BG_LENGTH(KINDS); i++) {
		AUTO(Json) *objects = NULL;
		AUTO_CLEAR(StrList) done = {0};
		const FastlyKind *kind = fastly_kind(KINDS[i]);
		if (!fastly_objects(fastly, version, kind, &objects, err))
			return false;
		for (;;) {
			const Json *next = NULL;
			JSON_EACH(object, objects)
				if (!strlist_has(&done, fastly_object_name(object)) &&
				    (!next || strcmp(fastly_object_name(object), fastly_object_name(next)) < 0))
					next = object;
			if (!next)
				break;
			strlist_add(&done, fastly_object_name(next));
			edit_object(kind, next, &in, call_arg(call, "from"), call_arg(call, "to"), plan, edits);
		}
	}
	return true;
}

static bool find_draft(Fastly *fastly, const Call *call, FastlyVersions *versions, const FastlyVersion **ret, Error *err) {
	if (!fastly_versions(fastly, versions, err) || !fastly_choose_version(fastly, versions, call_arg(call, "version"), ret, err))
		return false;
	if (!(*ret)->active && !(*ret)->locked)
		return true;
	error_set(err, ERROR_CONFLICT, "v%lld of %s is %s: it cannot be edited", (long long) (*ret)->number, fastly->name,
		(*ret)->active ? "active" : "locked");
	return error_hint(err, "clone it first, and edit the clone");
}

/* What stays: objects outside of the fields that this exchanges. */
static bool warn_of_rest(Fastly *fastly, int64_t version, const char *from, Plan *plan, Error *err) {
	AUTO_CLEAR(FastlyScan) scan = {0};
	size_t left = 0;
	if (!fastly_scan(fastly, version, from, &scan, err))
		return false;
	for (size_t i = 0; i < scan.places.count; i++) {
		bool covered = str_starts(str_from(scan.places.items[i]), "backend ") || str_starts(str_from(scan.places.items[i]), "health check ");
		if (!covered && left++ < 20)
			strlist_add_take(&plan->warnings, bg_asprintf("still naming %s: %s", from, scan.places.items[i]));
	}
	if (left > 20)
		strlist_add_take(&plan->warnings, bg_asprintf("and %zu more places", left - 20));
	if (left)
		strlist_add_take(&plan->warnings, bg_strdup("this step leaves those as they are. Where visitors need them changed, edit them in the draft "
			"before it is activated; items of a dictionary have no version: they change at once, so change them together with the activation"));
	for (size_t i = 0; i < scan.hidden.count; i++)
		strlist_add_take(&plan->warnings, bg_asprintf("%s: whether it names %s cannot be told", scan.hidden.items[i], from));
	return true;
}

/* A whole command line, as it can be typed where the console is not at hand. */
static void describe_by_hand(const Fastly *fastly, int64_t version, const Edit *edit, Buf *out) {
	if (!edit->manual.len)
		return;
	buf_printf(out, "%sfastly %s update --service-id %s --version %lld --name ", out->len ? "\n" : "",
		str_starts(str_from(edit->path), "healthcheck/") ? "healthcheck" : "backend", fastly->id, (long long) version);
	shell_quote(str_from(edit->object), out);
	buf_put_str(out, buf_str(&edit->manual));
}

static void describe(const Fastly *fastly, const Call *call, int64_t version, const Edits *edits, Plan *plan) {
	AUTO_CLEAR(Buf) requests = {0};
	AUTO_CLEAR(Buf) manual = {0};
	for (size_t i = 0; i < edits->count; i++)
		buf_printf(&requests, "%sPUT %s/service/%s/version/%lld/%s %s", i ? "\n" : "", fastly->api.url, fastly->id, (long long) version,
			edits->items[i].path, buf_text(&edits->items[i].form));
	for (size_t i = 0; i < edits->count; i++)
		describe_by_hand(fastly, version, &edits->items[i], &manual);
	plan_set(&plan->request, "%s", buf_text(&requests));
	plan_set(&plan->manual, "%s", buf_text(&manual));
	plan_set(&plan->undo, "leave the draft: it serves nobody until it is activated");
	if (!plan->count)
		strlist_add_take(&plan->warnings, bg_asprintf("none of these fields names %s", call_arg(call, "from")));
	plan->nothing_to_do = plan->count == 0;
}

bool fastly_plan_replace(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Fastly) fastly = {0};
	AUTO_CLEAR(FastlyVersions) versions = {0};
	AUTO_CLEAR(Edits) edits = {0};
	const FastlyVersion *draft = NULL;
	const char *from = call_arg(call, "from");
	if (!fastly_open(call, &fastly, err) || !find_draft(&fastly, call, &versions, &draft, err))
		return error_what(err, "plan to replace %s", from);
	fastly_plan_begin(&fastly, call, "fastly.replace", ret_plan);
	plan_set(&ret_plan->target, "fastly service %s, draft v%lld", fastly.name, (long long) draft->number);
	json_add_int(ret_plan->basis, "version", draft->number);
	json_add_int(ret_plan->basis, "active", versions.active);
	strlist_add_take(&ret_plan->preconditions, bg_asprintf("v%lld is active", (long long) versions.active));
	strlist_add_take(&ret_plan->preconditions, bg_asprintf("v%lld is a draft", (long long) draft->number));
	if (!find_edits(&fastly, draft->number, call, ret_plan, &edits, err) || !warn_of_rest(&fastly, draft->number, from, ret_plan, err))
		return error_what(err, "plan to replace %s", from);
	describe(&fastly, call, draft->number, &edits, ret_plan);
	return true;
}

bool fastly_apply_replace(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Fastly) fastly = {0};
	AUTO_CLEAR(FastlyVersions) versions = {0};
	AUTO_CLEAR(Edits) edits = {0};
	const FastlyVersion *draft = NULL;
	(void) plan;   /* the caller compared it with the world a moment ago */
	if (!fastly_open(call, &fastly, err) || !find_draft(&fastly, call, &versions, &draft, err) ||
	    !find_edits(&fastly, draft->number, call, NULL, &edits, err))
		return error_what(err, "replace %s", call_arg(call, "from"));
	for (size_t i = 0; i < edits.count; i++) {
		AUTO_CLEAR(HttpResponse) response = {0};
		AUTO_FREE char *base = api_path("/service/%s/version/%lld/", fastly.id, (long long) draft->number);
		AUTO_FREE char *path = bg_asprintf("%s%s", base, edits.items[i].path);
		ApiBody body = {.content_type = "application/x-www-form-urlencoded", .bytes = buf_str(&edits.items[i].form)};
		call_progress(call, (int64_t) i, (int64_t) edits.count, "changing %s", edits.items[i].name);
		result->began = true;
		if (!api_do(&fastly.api, "PUT", path, &body, &response, err))
			return error_what(err, "change %s (%zu of %zu objects done)", edits.items[i].name, i, edits.count);
		fastly_note_limit(&response, result);
	}
	return true;
}

bool fastly_verify_replace(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Fastly) fastly = {0};
	AUTO_CLEAR(Edits) left = {0};
	AUTO_CLEAR(Plan) rest = {0};
	int64_t version = json_get_int(plan->basis, "version", 0);
	if (!fastly_open(call, &fastly, err) || !find_edits(&fastly, version, call, &rest, &left, err))
		return error_what(err, "look at v%lld", (long long) version);
	result->verified = rest.count == 0 ? VERIFIED_YES : VERIFIED_NO;
	free(result->evidence);
	result->evidence = rest.count == 0 ? bg_asprintf("%zu fields of v%lld now name %s", plan->count, (long long) version, call_arg(call, "to"))
		: bg_asprintf("%zu fields of v%lld still name %s, the first: %s", rest.count, (long long) version, call_arg(call, "from"),
			rest.changes[0].what);
	return true;
}
