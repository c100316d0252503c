/* sim_job_restore.c: the playbook's restore Job: its script is not run, what it does is done, through the requests that it would send. It goes on a
 * little each time that somebody looks at it, so that its progress can be seen and nothing waits for the clock. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/sandbox/sim_job.h"

#define DUMP_MAX (64u * 1024 * 1024)
#define DATABASES_A_LOOK 2

typedef struct Try { SimCluster *cluster; SimResource *job; Str set; } Try;

/* ---- its manifest ---- */

static const Json *pod_spec(const SimResource *job) { return json_get(json_get(json_get(job->manifest, "spec"), "template"), "spec"); }

static const char *setting(const SimResource *job, const char *name) {
	const Json *variables = json_get(json_at(json_get(pod_spec(job), "containers"), 0), "env");
	JSON_EACH(variable, variables)
		if (text_eq(json_get_string(variable, "name"), name))
			return json_get_string(variable, "value");
	return NULL;
}

static const char *host_path(const SimResource *job) {
	JSON_EACH(volume, json_get(pod_spec(job), "volumes"))
		if (json_get(volume, "hostPath"))
			return json_get_string(json_get(volume, "hostPath"), "path");
	return NULL;
}

bool sim_job_is_restore(const SimResource *job) { return setting(job, "COUCHDB_URL") && host_path(job); }

/* ---- what it says and how it ends ---- */

static void say(Try *try, const char *format, ...) BG_PRINTF(2, 3);
static void say(Try *try, const char *format, ...) {
	AUTO_CLEAR(Buf) text = {0};
	va_list args;
	buf_puts(&text, try->job->said ? try->job->said : "");
	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	buf_putc(&text, '\n');
	free(try->job->said);
	try->job->said = bg_strdup(buf_text(&text));
}

/* Whatever failed would fail in the second and third try as well: they are not played. */
static bool fail(Try *try) {
	try->job->ended = try->job->failed = true;
	return false;
}

/* ---- CouchDB ---- */

/* Design documents apart: they are sent last. */
static const char *write_body(const Json *dump, bool design, Buf *out) {
	const char *first = NULL;
	buf_puts(out, "{\"new_edits\":false,\"docs\":[");
	JSON_EACH(row, json_get(dump, "rows")) {
		const char *id = json_get_string_or(row, "id", "");
		if (str_starts(str_from(id), "_design/") != design)
			continue;
		buf_puts(out, first ? "," : "");
		json_write(json_get(row, "doc"), out);
		first = first ? first : id;
	}
	buf_puts(out, "]}");
	return first;
}

static bool send(Try *try, const char *database, const Json *dump, bool design) {
	AUTO_CLEAR(SimReply) reply = {0};
	AUTO_CLEAR(Buf) body = {0};
	AUTO_FREE char *target = bg_asprintf("/%s/_bulk_docs", database);
	const char *first = write_body(dump, design, &body);
	if (!first)
		return true;
	if (try->cluster->refuses_restores) {
		say(try, "FAILED: %s: documents were refused: [{\"id\":\"%s\",\"error\":\"forbidden\",\"reason\":\"type is missing\"}]", database, first);
		return fail(try);
	}
	if (sim_couch_as_admin(try->cluster->couch, "POST", target, buf_str(&body), &reply) && reply.status / 100 == 2
		&& str_eq_c(str_trim(buf_str(&reply.body)), "[]"))
		return true;
	say(try, "FAILED: %s: %d: %s", database, reply.status, buf_text(&reply.body));
	return fail(try);
}

/* ---- the notes that it leaves in a database ---- */

static char *note_of(Try *try, const char *database) {
	AUTO_CLEAR(Buf) manifest = {0};
	AUTO_FREE char *path = bg_asprintf("%.*s/backup_manifest.json", STR_ARG(try->set));
	char hex[SHA256_HEX_SIZE] = "";
	if (file_read(path, DUMP_MAX, &manifest, NULL))
		sha256_hex(manifest.data, manifest.len, hex);
	return bg_asprintf("%s %.16s", database, hex);
}

/* One of a database that was dropped meanwhile went with it. */
static bool has_note(Try *try, const char *database) {
	AUTO_FREE char *note = note_of(try, database);
	return sim_couch_documents(try->cluster->couch, database) > 0 && strlist_has(&try->cluster->restored, note);
}

/* ---- one database ---- */

static bool read_dump(Try *try, const char *name, Json **ret, bool before) {
	AUTO_CLEAR(Buf) text = {0};
	AUTO_FREE char *path = bg_asprintf("%.*s/%s", STR_ARG(try->set), name);
	if (file_read(path, DUMP_MAX, &text, NULL) && json_parse(buf_str(&text), ret, NULL) && json_is_array(json_get(*ret, "rows")))
		return true;
	*ret = json_free(*ret);
	say(try, "it is cut: its end is missing\nFAILED: %s/%s cannot be used; nothing was written%s", setting(try->job, "BACKUP_DIR"), name, before ? "" : " into it");
	return fail(try);
}

static bool make_database(Try *try, const char *database) {
	AUTO_CLEAR(SimReply) reply = {0};
	AUTO_FREE char *target = bg_asprintf("/%s", database);
	if (!sim_couch_as_admin(try->cluster->couch, "PUT", target, (Str){0}, &reply) || (reply.status / 100 != 2 && reply.status != 412)) {
		say(try, "FAILED: %s cannot be made: %d: %s", database, reply.status, buf_text(&reply.body));
		return fail(try);
	}
	if (sim_couch_documents(try->cluster->couch, database) == 0 || text_eq(setting(try->job, "EXISTING"), "merge") || has_note(try, database))
		return true;
	say(try, "FAILED: %s holds documents already; nothing was written into it (EXISTING=merge allows it)", database);
	return fail(try);
}

static bool restore(Try *try, const char *name) {
	AUTO(Json) *dump = NULL;
	AUTO_FREE char *database = bg_strndup(name, strlen(name) - strlen(".json"));
	if (!read_dump(try, name, &dump, false) || !make_database(try, database))
		return false;
	if (!text_eq(setting(try->job, "EXISTING"), "merge") && has_note(try, database)) {
		say(try, "restored before: %s", database);
		return true;
	}
	if (!send(try, database, dump, false) || !send(try, database, dump, true))
		return false;
	try->job->documents += (int64_t) json_count(json_get(dump, "rows"));
	strlist_add_take(&try->cluster->restored, note_of(try, database));
	say(try, "restored: %s, %zu documents", database, json_count(json_get(dump, "rows")));
	return true;
}

/* ---- the whole ---- */

static void list_dumps(const Try *try, StrList *ret) {
	AUTO_CLEAR(StrList) names = {0};
	AUTO_FREE char *folder = str_dup(try->set);
	if (!file_list_folder(folder, &names, NULL))
		return;
	for (size_t i = 0; i < names.count; i++)
		if (str_ends(str_from(names.items[i]), ".json") && !str_ends(str_from(names.items[i]), ".security.json") && !text_eq(names.items[i], "backup_manifest.json"))
			strlist_add(ret, names.items[i]);
}

static bool check_set(Try *try, const StrList *dumps) {
	AUTO_FREE char *manifest = bg_asprintf("%.*s/backup_manifest.json", STR_ARG(try->set));
	if (!file_exists(manifest)) {
		say(try, "FAILED: no backup_manifest.json in %s: is this the node to which the set was copied?", setting(try->job, "BACKUP_DIR"));
		return fail(try);
	}
	for (size_t i = 0; i < dumps->count; i++) {
		AUTO(Json) *dump = NULL;
		if (!read_dump(try, dumps->items[i], &dump, true))
			return false;
	}
	if (dumps->count)
		return true;
	say(try, "FAILED: no dump in %s", setting(try->job, "BACKUP_DIR"));
	return fail(try);
}

/* The ready node that its selector names. */
static const SimNode *find_node(const SimCluster *cluster, const SimResource *job) {
	const Json *selector = json_get(pod_spec(job), "nodeSelector");
	for (size_t i = 0; i < cluster->node_count; i++) {
		const SimNode *node = &cluster->nodes[i];
		bool fits = sim_node_is_ready(cluster, node) && !node->cordoned;
		JSON_EACH(label, selector)
			fits = fits && text_eq(json_get_string(node->labels, json_key(label)), json_string(label));
		if (fits)
			return node;
	}
	return NULL;
}

/* A machine's own folders lie in its pretended home: /tmp/x is tmp/x there. */
static char *find_set(const SimCluster *cluster, const SimResource *job, const SimNode *node) {
	AUTO_FREE char *home = sim_cluster_home(cluster, node);
	const char *path = host_path(job);
	char *set = bg_asprintf("%s/%s", home, *path == '/' ? path + 1 : path);
	if (!strstr(path, "..") && file_is_folder(set))
		return set;
	free(set);
	return NULL;
}

void sim_job_step_restore(SimCluster *cluster, SimResource *job) {
	AUTO_CLEAR(StrList) dumps = {0};
	const SimNode *node = job->place ? sim_cluster_node(cluster, job->place) : find_node(cluster, job);
	if (!node || !sim_node_is_ready(cluster, node))
		return;   /* its pod waits for a node, or for this one to come back */
	bool begins = !job->place;
	free(job->place);
	job->place = bg_strdup(node->name);
	AUTO_FREE char *set = find_set(cluster, job, node);
	if (!set)
		return;   /* hostPath of type Directory: its pod waits until there is such a folder */
	Try try = {cluster, job, str_from(set)};
	list_dumps(&try, &dumps);
	if ((begins || !job->said) && !check_set(&try, &dumps))
		return;
	for (size_t i = 0; i < DATABASES_A_LOOK && job->step < dumps.count && !begins; i++)
		if (!restore(&try, dumps.items[job->step++]))
			return;
	if (job->step < dumps.count)
		return;
	say(&try, "all restored: %lld documents", (long long) job->documents);
	job->ended = true;
}
