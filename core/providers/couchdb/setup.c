/* setup.c: couchdb.setup: making a cluster of nodes that are up: enable it on each, add each to the first, finish. What is done already is left out, so that
 * it can be done again after an interruption. The password travels in bodies: they are wiped, and never told.
 *
 * Of literal IPv6 addresses: CouchDB puts `remote_node` and `host` as they are between "http://" and ":PORT" (setup.erl: enable_cluster_http and
 * add_node_int), so that a URL comes of them only in brackets. Of `host` it then also makes the new member's name, "couchdb@HOST" (create_node_doc), and
 * no Erlang node is called by an address in brackets. So `add_node` cannot add such a node; its second half is done here instead, as the documentation's
 * node management does it: the document of the member, by the name that the node itself tells, is put into `_nodes`. Its first half hands over the
 * Erlang cookie, which is a precondition of this action anyway. What goes wrong with `remote_node` is never told (setup_httpd.erl answers 201). */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/couchdb/cluster.h"
#include "core/transport/url.h"

#define NODE_NAME_MAX 255   /* of an atom, which an Erlang node's name is */

/* One node as it is now. */
typedef struct SetupNode {
	const char *url;
	char *host;              /* without brackets */
	char *name;              /* of one at a literal IPv6 address, as it calls itself; else NULL: "couchdb@HOST", as add_node has it */
	int64_t port;
	char *state;
	bool is_member;
} SetupNode;
typedef struct Setup { StrList urls; SetupNode nodes[CLUSTER_NODES_MAX]; size_t count; bool finished; } Setup;

static void setup_clear(Setup *setup) {
	for (size_t i = 0; i < setup->count; i++) {
		free(setup->nodes[i].host);
		free(setup->nodes[i].name);
		free(setup->nodes[i].state);
	}
	strlist_clear(&setup->urls);
}
BG_DEFINE_CLEARP(Setup, setup_clear)

static bool take_address(SetupNode *node, Error *err) {
	UrlParts parts;
	if (!url_parse(node->url, &parts, err))
		return false;
	Str host = parts.host;
	if (str_starts(host, "["))
		host = str_slice(host, 1, host.len - 2);
	node->host = str_dup(host);
	node->port = str_eq_nocase(parts.scheme, STR("https")) ? 443 : 80;
	return !parts.port.len || str_parse_int(parts.port, &node->port) || error_set(err, ERROR_INVALID, "the port of %s is none", node->url);
}

static bool is_literal6(const SetupNode *node) { return strchr(node->host, ':') != NULL; }

/* As it stands in a URL. Owned. */
static char *url_host(const SetupNode *node) { return bg_asprintf(is_literal6(node) ? "[%s]" : "%s", node->host); }

static bool ask_name(Couch *couch, char **ret_name, Error *err) {
	AUTO(Json) *json = NULL;
	if (!couch_get(couch, "/_node/_local", &json, err))
		return false;
	const char *name = json_get_string(json, "name");
	AUTO_FREE char *shown = text_sanitised_line(name ? name : "");
	if (!name || !strchr(name, '@') || strlen(name) > NODE_NAME_MAX || !text_eq(name, shown))
		return api_strange(&couch->api, "/_node/_local", err, "does not tell the name of its node");
	*ret_name = bg_strdup(name);
	return true;
}

/* "couchdb@HOST" is the name of the node at HOST. */
static bool is_member(const Membership *membership, const SetupNode *node) {
	const char *host = node->host;
	if (node->name)
		return strlist_has(&membership->cluster, node->name);
	for (size_t i = 0; i < membership->cluster.count; i++) {
		ptrdiff_t at = str_find_char(str_from(membership->cluster.items[i]), '@');
		if (at >= 0 && text_eq(membership->cluster.items[i] + at + 1, host))
			return true;
	}
	return false;
}

static bool look_at(const Call *call, SetupNode *node, const Membership *membership, Error *err) {
	AUTO_CLEAR(Couch) couch = {0};
	AUTO_FREE char *status = NULL;
	if (!take_address(node, err) || !couch_open_at(call, node->url, &couch, err) || !cluster_up(&couch, &status, err)
	    || !cluster_state(&couch, &node->state, err) || (is_literal6(node) && !ask_name(&couch, &node->name, err)))
		return false;
	node->is_member = is_member(membership, node);
	return true;
}

static bool look(const Call *call, Setup *setup, Error *err) {
	AUTO_CLEAR(Couch) first = {0};
	AUTO_CLEAR(Membership) membership = {0};
	cluster_urls(call->system, &setup->urls);
	if (!couch_open(call, &first, err) || !cluster_membership(&first, &membership, err))
		return false;
	for (size_t i = 0; i < setup->urls.count; i++) {
		setup->nodes[setup->count] = (SetupNode){.url = setup->urls.items[i]};
		if (!look_at(call, &setup->nodes[setup->count++], &membership, err))
			return false;
	}
	setup->finished = text_eq(setup->nodes[0].state, "cluster_finished") || text_eq(setup->nodes[0].state, "single_node_enabled");
	return true;
}

static bool is_enabled(const SetupNode *node) { return text_eq(node->state, "cluster_enabled") || text_eq(node->state, "cluster_finished"); }

/* The document that makes it a member. Owned; NULL of one that add_node adds. */
static char *member_path(const SetupNode *node) {
	AUTO_CLEAR(Buf) name = {0};
	url_encode(str_from(node->name), &name);
	return node->name ? bg_asprintf("/_node/_local/_nodes/%s", buf_text(&name)) : NULL;
}

/* ---- the plan ---- */

static void plan_node(const Setup *setup, size_t index, Plan *plan, Buf *requests) {
	const SetupNode *node = &setup->nodes[index];
	const char *first = setup->urls.items[0];
	AUTO_FREE char *what = bg_asprintf("node %s", node->url);
	AUTO_FREE char *membership = bg_asprintf("membership of %s", node->host);
	if (!is_enabled(node)) {
		plan_add_change(plan, what, node->state, "cluster_enabled");
		buf_printf(requests, "POST %s/_cluster_setup {\"action\":\"enable_cluster\"}\n", node->url);
	}
	if (index && !node->is_member) {
		plan_add_change(plan, membership, "none", "member");
		AUTO_FREE char *host = url_host(node);
		AUTO_FREE char *member = member_path(node);
		buf_printf(requests, "POST %s/_cluster_setup {\"action\":\"enable_cluster\",\"remote_node\":\"%s\"}\n", first, host);
		if (node->name)
			buf_printf(requests, "PUT %s%s {}\n", first, member);
		else
			buf_printf(requests, "POST %s/_cluster_setup {\"action\":\"add_node\",\"host\":\"%s\",\"port\":%lld}\n", first, host, (long long) node->port);
	}
	Json *row = json_append(json_get_mutable(plan->basis, "nodes"), json_new_object());
	json_add_string(row, "url", node->url);
	json_add_string(row, "state", node->state);
	json_add_bool(row, "member", node->is_member);
}

bool couch_plan_setup(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Setup) setup = {0};
	AUTO_CLEAR(Buf) requests = {0};
	if (!system_find_secret(call->system, "password")) {
		error_set(err, ERROR_MISSING, "a cluster needs an admin: the system %s has no password", call->system->name);
		error_hint(err, "write user: and password: into the environment file");
		return environment_error_at(call->environment, call->system->place, err);
	}
	if (!look(call, &setup, err))
		return error_what(err, "plan to set up a cluster");
	plan_set(&ret_plan->action, "couchdb.setup");
	plan_set(&ret_plan->target, "CouchDB cluster %s: %zu nodes, by %s", call->system->name, setup.count, setup.urls.items[0]);
	plan_set(&ret_plan->confirm_name, "%s", call->system->name);
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	json_add(ret_plan->basis, "nodes", json_new_array());
	for (size_t i = 0; i < setup.count && setup.count > 1; i++)
		plan_node(&setup, i, ret_plan, &requests);
	AUTO_FREE char *what = bg_asprintf("cluster %s", call->system->name);
	if (!setup.finished) {
		plan_add_change(ret_plan, what, setup.nodes[0].state, setup.count > 1 ? "cluster_finished" : "single_node_enabled");
		buf_printf(&requests, "POST %s/_cluster_setup {\"action\":\"%s\"}", setup.urls.items[0], setup.count > 1 ? "finish_cluster" : "enable_single_node");
	}
	ret_plan->nothing_to_do = ret_plan->count == 0;
	strlist_add(&ret_plan->preconditions, "all nodes have the same Erlang cookie, uuid and secret");
	plan_set(&ret_plan->request, "%s", buf_text(&requests));
	plan_set(&ret_plan->manual, "Fauxton, Setup; or the requests above with curl, user and password in the body");
	return true;
}

/* ---- applying it ---- */

static bool tell_server(Couch *couch, const Call *call, Json *body, ActionResult *result, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_CLEAR(Buf) text = {.limit = 0};
	buf_reserve(&text, 4096 + 6 * secret_len(couch->password));
	json_write(body, &text);
	result->began = true;
	bool ok = couch_send(couch, "POST", "/_cluster_setup", &text, &response, err);
	secret_wipe(text.data, text.len);
	if (!ok || call_is_cancelled(call))
		return ok && error_set(err, ERROR_CANCELLED, "it was stopped between two steps");
	if (response.status / 100 == 2)
		return true;
	/* Said again, it is as it was wanted. */
	AUTO_FREE char *error = couch_error_of(&response);
	bool there = response.status == 409 || str_find(buf_str(&response.body), "already") >= 0;
	return (response.status == 400 && text_eq(error, "bad_request") && there) || response.status == 409
		|| couch_refused(couch, "POST", "/_cluster_setup", &response, err);
}

static Json *step(const Couch *couch, const char *action) {
	Json *body = json_new_object();
	json_add_string(body, "action", action);
	if (str_eq_c(str_from(action), "finish_cluster"))
		return body;
	json_add_string(body, "username", couch->user);
	json_add_string(body, "password", secret_reveal(couch->password));
	return body;
}

static bool enable(const Call *call, const SetupNode *node, const char *action, size_t nodes, ActionResult *result, Error *err) {
	AUTO_CLEAR(Couch) couch = {0};
	if (!couch_open_at(call, node->url, &couch, err))
		return false;
	AUTO_FREE char *count = bg_asprintf("%zu", nodes);
	AUTO(Json) *body = step(&couch, action);
	json_add_string(body, "bind_address", "0.0.0.0");
	if (nodes > 1)
		json_add_string(body, "node_count", count);
	return tell_server(&couch, call, body, result, err);
}

/* 409: it is there already. */
static bool put_member(Couch *first, const SetupNode *node, ActionResult *result, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_CLEAR(Buf) body = {0};
	AUTO_FREE char *path = member_path(node);
	buf_puts(&body, "{}");
	result->began = true;
	return couch_send(first, "PUT", path, &body, &response, err)
		&& (response.status / 100 == 2 || response.status == 409 || couch_refused(first, "PUT", path, &response, err));
}

static bool join(const Call *call, Couch *first, const SetupNode *node, size_t nodes, ActionResult *result, Error *err) {
	AUTO_FREE char *count = bg_asprintf("%zu", nodes);
	AUTO(Json) *reach = step(first, "enable_cluster");
	AUTO(Json) *add = step(first, "add_node");
	AUTO_FREE char *host = url_host(node);
	json_add_string(reach, "bind_address", "0.0.0.0");
	json_add_string(reach, "node_count", count);
	json_add_int(reach, "port", node->port);
	json_add_string(reach, "remote_node", host);
	json_add_string(reach, "remote_current_user", first->user);
	json_add_string(reach, "remote_current_password", secret_reveal(first->password));
	json_add_string(add, "host", host);
	json_add_int(add, "port", node->port);
	return tell_server(first, call, reach, result, err)
		&& (node->name ? put_member(first, node, result, err) : tell_server(first, call, add, result, err));
}

static bool finish(const Call *call, Couch *first, ActionResult *result, Error *err) {
	AUTO(Json) *body = step(first, "finish_cluster");
	return tell_server(first, call, body, result, err);
}

bool couch_apply_setup(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Setup) setup = {0};
	AUTO_CLEAR(Couch) first = {0};
	bool ok = true;
	if (plan->nothing_to_do)
		return true;
	if (!look(call, &setup, err) || !couch_open(call, &first, err))
		return error_what(err, "set up the cluster");
	size_t count = setup.count;
	if (count == 1)
		return enable(call, &setup.nodes[0], "enable_single_node", 1, result, err) || error_what(err, "set up CouchDB");
	for (size_t i = 0; i < count && ok; i++) {
		call_progress(call, (int64_t) i, (int64_t) count + 1, "enabling %s", setup.nodes[i].url);
		ok = is_enabled(&setup.nodes[i]) || enable(call, &setup.nodes[i], "enable_cluster", count, result, err);
	}
	for (size_t i = 1; i < count && ok; i++)
		ok = setup.nodes[i].is_member || join(call, &first, &setup.nodes[i], count, result, err);
	ok = ok && (setup.finished || finish(call, &first, result, err));
	return ok || error_what(err, "set up the cluster");
}

bool couch_verify_setup(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Reading) reading = {0};
	(void) plan;
	couch_read_cluster(call, &reading);
	if (reading.state == READING_UNKNOWN) {
		error_set(err, ERROR_REMOTE, "%s", reading.text);
		error_what(err, "look at the cluster");
		error_where(err, "%s", system_setting(call->system, "url"));
		return error_hint(err, "%s", reading.reason ? reading.reason : "look at its nodes by hand");
	}
	result->verified = reading.state == READING_OK ? VERIFIED_YES : VERIFIED_NO;
	free(result->evidence);
	result->evidence = bg_asprintf("%s%s%s", reading.text, reading.reason ? ": " : "", reading.reason ? reading.reason : "");
	return true;
}
