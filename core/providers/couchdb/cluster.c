/* cluster.c: couchdb.cluster: is each node up, and do they know one another? */
#include "core/providers/couchdb/cluster.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"

#define NODE_NAME_MAX 255
#define VERSION_MAX 32

void cluster_urls(const EnvironmentSystem *system, StrList *ret) {
	strlist_add(ret, system_setting(system, "url"));
	JSON_EACH(item, json_get(system->settings, "nodes"))
		if (json_string(item) && !strlist_has(ret, json_string(item)) && ret->count < CLUSTER_NODES_MAX)
			strlist_add(ret, json_string(item));
}

/* What it may say; anything else is not understood, and so not judged. */
static bool is_one_of(const char *word, const char *const *words, size_t count) {
	for (size_t i = 0; i < count; i++)
		if (text_eq(word, words[i]))
			return true;
	return false;
}

/* "couchdb@HOST" */
static bool is_node_name(const char *name) {
	AUTO_FREE char *clean = name ? text_sanitised_line(name) : NULL;
	return name && strlen(name) <= NODE_NAME_MAX && str_find_char(str_from(name), '@') > 0 && text_eq(clean, name);
}

static bool take_names(const Couch *couch, const Json *list, StrList *ret, Error *err) {
	bool ok = json_is_array(list);
	JSON_EACH(item, list) {
		ok = ok && is_node_name(json_string(item));
		if (ok)
			strlist_add(ret, json_string(item));
	}
	return ok || api_strange(&couch->api, "/_membership", err, "does not name its nodes");
}

bool cluster_membership(Couch *couch, Membership *ret, Error *err) {
	AUTO(Json) *json = NULL;
	AUTO_CLEAR(Membership) found = {0};
	if (!couch_get(couch, "/_membership", &json, err) || !take_names(couch, json_get(json, "all_nodes"), &found.all, err)
	    || !take_names(couch, json_get(json, "cluster_nodes"), &found.cluster, err))
		return false;
	if (!found.all.count)
		return api_strange(&couch->api, "/_membership", err, "names no node at all, not even itself");
	for (size_t i = 0; i < found.cluster.count; i++)
		if (!strlist_has(&found.all, found.cluster.items[i]))
			strlist_add(&found.missing, found.cluster.items[i]);
	*ret = found;
	found = (Membership){0};
	return true;
}

void cluster_membership_clear(Membership *membership) {
	strlist_clear(&membership->all);
	strlist_clear(&membership->cluster);
	strlist_clear(&membership->missing);
}

bool cluster_state(Couch *couch, char **ret_state, Error *err) {
	AUTO(Json) *json = NULL;
	if (!couch_get(couch, "/_cluster_setup", &json, err))
		return false;
	static const char *const STATES[] = {"cluster_disabled", "single_node_disabled", "single_node_enabled", "cluster_enabled", "cluster_finished"};
	const char *state = json_get_string(json, "state");
	if (!is_one_of(state, STATES, BG_LENGTH(STATES)))
		return api_strange(&couch->api, "/_cluster_setup", err, "does not say how far the cluster is set up");
	*ret_state = bg_strdup(state);
	return true;
}

/* 404 with a body of its own: it is there, and wants no work. */
bool cluster_up(Couch *couch, char **ret_status, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO(Json) *json = NULL;
	if (!couch_send(couch, "GET", "/_up", NULL, &response, err))
		return false;
	if (response.status != 200 && response.status != 404)
		return couch_refused(couch, "GET", "/_up", &response, err);
	if (!api_json(&couch->api, "/_up", &response, &json, err))
		return false;
	static const char *const STATUSES[] = {"ok", "maintenance_mode", "nolb", "seeding"};
	const char *status = json_get_string(json, "status");
	if (!is_one_of(status, STATUSES, BG_LENGTH(STATUSES)))
		return response.status == 404 ? couch_refused(couch, "GET", "/_up", &response, err)
			: api_strange(&couch->api, "/_up", err, "does not say whether it is up");
	*ret_status = bg_strdup(status);
	return true;
}

/* ---- the probe ---- */

/* Every node is asked itself: a load balancer in front of them answers for whichever is up. */
static void ask_nodes(const Call *call, const StrList *urls, StrList *ret_down, bool *ret_by_name) {
	for (size_t i = 1; i < urls->count; i++) {
		AUTO_CLEAR(Couch) couch = {0};
		AUTO_FREE char *status = NULL;
		Error err = {0};
		if (!couch_open_at(call, urls->items[i], &couch, &err) || !cluster_up(&couch, &status, &err))
			strlist_add_take(ret_down, bg_asprintf("%s (%.80s)", urls->items[i], err.why));
		else if (!text_eq(status, "ok"))
			strlist_add_take(ret_down, bg_asprintf("%s (%.40s)", urls->items[i], status));
		*ret_by_name = *ret_by_name || couch.api.by_name;
	}
}

static void judge(const Membership *membership, const char *status, const char *state, const StrList *down, size_t nodes, Reading *ret) {
	AUTO_FREE char *missing = strlist_join(&membership->missing, ", ");
	AUTO_FREE char *not_up = strlist_join(down, ", ");
	size_t cluster = membership->cluster.count;
	bool finished = text_eq(state, "cluster_finished") || text_eq(state, "single_node_enabled");
	reading_fact_int(ret, "up", (int64_t) (nodes - down->count) - !text_eq(status, "ok"));
	reading_fact_int(ret, "nodes", (int64_t) nodes);
	reading_fact_int(ret, "members", (int64_t) membership->all.count);
	reading_fact_int(ret, "expected", (int64_t) cluster);
	reading_fact_string(ret, "state", state);
	bool good = text_eq(status, "ok") && !down->count && !membership->missing.count && finished && cluster >= nodes;
	bool bad = down->count || membership->missing.count;
	reading_set(ret, good ? READING_OK : bad ? READING_FAIL : READING_WARN, "%zu of %zu nodes up, %zu of %zu connected%s%.30s", nodes - down->count, nodes,
		membership->all.count - (membership->all.count > cluster ? membership->all.count - cluster : 0), cluster, finished ? "" : ", ", finished ? "" : state);
	if (down->count)
		reading_because(ret, "not up: %.200s: look at the nodes and their logs", not_up);
	else if (membership->missing.count)
		reading_because(ret, "not connected: %.120s: check their Erlang cookie and the way to port 4369 and 9100", missing);
	else if (!text_eq(status, "ok"))
		reading_because(ret, "it says %.40s: look who put it into that mode", status);
	else if (!finished)
		reading_because(ret, "the cluster is not set up to its end: run couchdb.setup");
	else if (cluster < nodes)
		reading_because(ret, "%zu nodes are named in the environment, %zu are members: run couchdb.setup, or correct nodes:", nodes, cluster);
}

void couch_read_cluster(const Call *call, Reading *ret) {
	AUTO_CLEAR(Couch) couch = {0};
	AUTO_CLEAR(Membership) membership = {0};
	AUTO_CLEAR(StrList) urls = {0};
	AUTO_CLEAR(StrList) down = {0};
	AUTO_FREE char *status = NULL;
	AUTO_FREE char *state = NULL;
	AUTO(Json) *welcome = NULL;
	Error err = {0};
	bool ok = couch_open(call, &couch, &err) && couch_get(&couch, "/", &welcome, &err) && cluster_up(&couch, &status, &err)
		&& cluster_membership(&couch, &membership, &err) && cluster_state(&couch, &state, &err);
	AUTO_FREE char *place = bg_asprintf("CouchDB %s", call->system->name);
	const char *version = json_get_string(welcome, "version");
	bool is_couch = json_get_string(welcome, "couchdb") && version && version[0] >= '1' && version[0] <= '9' && strlen(version) < VERSION_MAX;
	if (ok && !is_couch)
		ok = api_strange(&couch.api, "/", &err, "does not say that it is one");
	if (!ok) {
		reading_set_error(ret, &err);
	} else {
		reading_fact_string(ret, "version", version);
		cluster_urls(call->system, &urls);
		ask_nodes(call, &urls, &down, &ret->by_name);
		judge(&membership, status, state, &down, urls.count, ret);
	}
	api_note(&couch.api, place, ret);
}
