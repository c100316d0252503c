/* probes.c: which version serves from which bucket, and where a version still names a text. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/fastly/fastly.h"

#define PLACES_SHOWN 4

/* "content-live.s3.us-east-1.amazonaws.com" -> "content-live"; a host of another form stays as it is. Bucket names may hold dots. */
static char *bucket_of(const char *host) {
	Str text = str_from(host);
	for (size_t at = 1; at + 3 <= text.len; at++)
		if (str_starts(str_slice(text, at, text.len), ".s3.") || str_starts(str_slice(text, at, text.len), ".s3-"))
			return str_dup(str_slice(text, 0, at));
	return bg_strdup(host);
}

static bool may_be_host(const char *host) {
	Str text = str_from(host);
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] <= ' ' || text.ptr[i] > '~')
			return false;
	return text.len > 0 && text.len <= 255;
}

static void add_once(StrList *list, char *text) {
	if (strlist_has(list, text))
		free(text);
	else
		strlist_add_take(list, text);
}

static int compare_texts(const void *a, const void *b) { return strcmp(*(char *const *) a, *(char *const *) b); }

static void list_fact(Reading *ret, const char *key, const StrList *list) {
	AUTO_FREE char *text = strlist_join(list, ",");
	reading_fact_string(ret, key, text);
}

static bool read_backends(Fastly *fastly, int64_t version, StrList *buckets, StrList *hosts, Error *err) {
	AUTO(Json) *backends = NULL;
	if (!fastly_objects(fastly, version, fastly_kind("backend"), &backends, err))
		return false;
	JSON_EACH(backend, backends) {
		const char *address = json_get_string(backend, "address"), *override = json_get_string(backend, "override_host");
		if (!may_be_host(address) || (override && *override && !may_be_host(override))) {
			AUTO_FREE char *path = api_path("/service/%s/version/%lld/backend", fastly->id, (long long) version);
			return api_strange(&fastly->api, path, err, "gives a backend whose address is none");
		}
		add_once(hosts, bg_strdup(address));
		/* With an override host the bucket is chosen by it, whatever the address is. */
		add_once(buckets, bucket_of(override && *override ? override : address));
	}
	if (buckets->count)
		qsort(buckets->items, buckets->count, sizeof(*buckets->items), compare_texts);
	return true;
}

/* After a failover all pages are well again; that they come from the backup must not look well too. */
static void judge_service(const Call *call, int64_t active, const StrList *buckets, const char *names, Reading *ret) {
	const char *wanted = call_arg(call, "serves"), *backup = call_arg(call, "backup");
	bool on_backup = backup && strlist_has(buckets, backup), right = !on_backup && (!wanted || strlist_has(buckets, wanted));
	if (backup)
		reading_fact_bool(ret, "serves_backup", on_backup);
	if (!buckets->count) {
		reading_set(ret, READING_FAIL, "v%lld serves nothing: it has no backend", (long long) active);
		reading_because(ret, "add a backend in a new version, or activate the version before");
	} else
		reading_set(ret, right ? READING_OK : READING_WARN, "v%lld serves %s%s", (long long) active, on_backup ? "the BACKUP bucket, " : "", names);
	if (buckets->count && !right && wanted)
		reading_because(ret, "it should serve %s: look which version was activated, and by whom", wanted);
	else if (on_backup)
		reading_because(ret, "visitors see the backup, and nothing newly published, until you go back");
}

static bool look_at_service(Fastly *fastly, const Call *call, Reading *ret, Error *err) {
	AUTO_CLEAR(FastlyVersions) versions = {0};
	AUTO_CLEAR(StrList) buckets = {0};
	AUTO_CLEAR(StrList) hosts = {0};
	if (!fastly_versions(fastly, &versions, err))
		return false;
	reading_fact_int(ret, "active", versions.active);
	reading_fact_int(ret, "latest", versions.latest);
	if (!versions.active) {
		reading_set(ret, READING_FAIL, "no version is active");
		reading_because(ret, "the service serves nothing until a version is activated");
		return true;
	}
	if (!read_backends(fastly, versions.active, &buckets, &hosts, err))
		return false;
	AUTO_FREE char *names = strlist_join(&buckets, ", ");
	list_fact(ret, "buckets", &buckets);
	list_fact(ret, "hosts", &hosts);
	reading_fact_string(ret, "bucket", buckets.count ? buckets.items[0] : "");
	judge_service(call, versions.active, &buckets, names, ret);
	return true;
}

static void note(const Call *call, const Fastly *fastly, Reading *ret) {
	const char *service = fastly->name ? fastly->name : call_arg(call, "service");
	AUTO_FREE char *place = bg_asprintf("service %s", service ? service : system_setting(call->system, "service"));
	api_note(&fastly->api, place, ret);
}

void fastly_read_service(const Call *call, Reading *ret) {
	Error err = {0};
	AUTO_CLEAR(Fastly) fastly = {0};
	if (!fastly_open(call, &fastly, &err) || !look_at_service(&fastly, call, ret, &err))
		reading_set_error(ret, &err);
	note(call, &fastly, ret);
}

static void judge_scan(const FastlyScan *scan, const char *text, int64_t version, Reading *ret) {
	AUTO_CLEAR(StrList) first = {0};
	for (size_t i = 0; i < scan->places.count && i < PLACES_SHOWN; i++)
		strlist_add(&first, scan->places.items[i]);
	AUTO_FREE char *places = strlist_join(&first, ", ");
	AUTO_FREE char *hidden = strlist_join(&scan->hidden, ", ");
	reading_fact_int(ret, "version", version);
	reading_fact_bool(ret, "complete", scan->hidden.count == 0);
	list_fact(ret, "places", &scan->places);
	/* Nothing found where not everything could be looked at is not nothing: the count is then not known. */
	if (scan->places.count || !scan->hidden.count)
		reading_fact_int(ret, "count", (int64_t) scan->places.count);
	reading_fact_int(ret, "versioned", (int64_t) (scan->places.count - scan->unversioned));
	reading_fact_int(ret, "unversioned", (int64_t) scan->unversioned);
	if (scan->places.count)
		reading_set(ret, READING_WARN, "v%lld names %s in %zu place%s", (long long) version, text, scan->places.count,
			scan->places.count == 1 ? "" : "s");
	else
		reading_set(ret, scan->hidden.count ? READING_WARN : READING_OK, "v%lld names %s nowhere%s", (long long) version, text,
			scan->hidden.count ? " that can be looked at" : "");
	if (scan->places.count)
		reading_because(ret, "%s%s", places, scan->places.count > PLACES_SHOWN ? ", ..." : "");
	else if (scan->hidden.count)
		reading_because(ret, "%s: look there by hand, or give a token that may", hidden);
}

static bool look_for_text(Fastly *fastly, const Call *call, Reading *ret, Error *err) {
	AUTO_CLEAR(FastlyVersions) versions = {0};
	AUTO_CLEAR(FastlyScan) scan = {0};
	const FastlyVersion *version = NULL;
	const char *text = call_arg(call, "text");
	if (!fastly_versions(fastly, &versions, err) ||
	    !fastly_choose_version(fastly, &versions, call_arg(call, "version"), &version, err) ||
	    !fastly_scan(fastly, version->number, text, &scan, err))
		return false;
	judge_scan(&scan, text, version->number, ret);
	return true;
}

void fastly_read_grep(const Call *call, Reading *ret) {
	Error err = {0};
	AUTO_CLEAR(Fastly) fastly = {0};
	if (!fastly_open(call, &fastly, &err) || !look_for_text(&fastly, call, ret, &err))
		reading_set_error(ret, &err);
	note(call, &fastly, ret);
}
