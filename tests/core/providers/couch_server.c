/* couch_server.c: see couch_server.h. One thread answers; the test looks only between its calls. */
#include "couch_server.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/transport/url.h"

struct CouchServer {
	Loopback *loopback;
	pthread_mutex_t lock;
	Json *databases;          /* name -> {"docs": {id: {rev: document}}, "security": {}, "validates": bool} */
	Buf log;
	CouchFaults faults;
	int bulks;
	bool cancelled;
	char *state, *up;
	Json *all_nodes, *cluster_nodes;
};

typedef struct Asked { const LoopbackRequest *request; LoopbackReply *reply; CouchServer *server; StrList parts; Json *body; } Asked;

static void say(Asked *asked, int status, const char *format, ...) BG_PRINTF(3, 4);
static void say(Asked *asked, int status, const char *format, ...) {
	va_list args;
	va_start(args, format);
	asked->reply->status = status;
	buf_vprintf(&asked->reply->body, format, args);
	va_end(args);
}

static void refuse(Asked *asked, int status, const char *error, const char *reason) {
	say(asked, status, "{\"error\":\"%s\",\"reason\":\"%s\"}\n", error, reason);
}

/* ---- documents ---- */

/* Of several revisions the one with the highest number wins, then the greater text, as in CouchDB. */
static const Json *winner(const Json *revisions) {
	const Json *best = NULL;
	int64_t best_number = -1;
	JSON_EACH(document, revisions) {
		Str rev = str_from(json_key(document)), number;
		int64_t value = 0;
		if (json_get_bool(document, "_deleted", false) || !str_split(&rev, '-', &number) || !str_parse_int(number, &value))
			continue;
		if (value > best_number || (value == best_number && strcmp(json_key(document), json_key(best)) > 0)) {
			best = document;
			best_number = value;
		}
	}
	return best;
}

static int count_live(const Json *database) {
	int live = 0;
	JSON_EACH(revisions, json_get(database, "docs"))
		live += winner(revisions) != NULL;
	return live;
}

static const char *stub_of(const Json *document) {
	JSON_EACH(attachment, json_get(document, "_attachments"))
		if (json_get_bool(attachment, "stub", false))
			return json_key(attachment);
	return NULL;
}

/* The whole request is refused for one document. */
static bool refuses_batch(Asked *asked, const Json *docs) {
	JSON_EACH(document, docs) {
		AUTO_FREE char *text = json_text(document);
		const char *stub = stub_of(document);
		if (!json_get_string(document, "_rev") && !json_get(document, "_revisions"))
			refuse(asked, 400, "bad_request", "When `new_edits: false`, the document needs `_rev` or `_revisions` specified");
		else if (json_get(document, "_odd"))
			refuse(asked, 400, "doc_validation", "Bad special document member: _odd");
		else if (asked->server->faults.max_document && strlen(text) > asked->server->faults.max_document)
			refuse(asked, 413, "document_too_large", json_get_string_or(document, "_id", ""));
		else if (stub)
			refuse(asked, 412, "missing_stub", "Invalid attachment stub");
		else
			continue;
		return true;
	}
	return false;
}

static void store(Json *database, const Json *document) {
	const char *id = json_get_string_or(document, "_id", "");
	Json *docs = json_get_mutable(database, "docs"), *revisions = json_get_mutable(docs, id);
	if (!revisions)
		revisions = json_add(docs, id, json_new_object());
	Json *kept = json_copy(document);
	json_remove(kept, "_revisions");
	json_add(revisions, json_get_string_or(document, "_rev", "1-x"), kept);
	if (str_starts(str_from(id), "_design/") && json_get(document, "validate_doc_update"))
		json_add_bool(database, "validates", true);
}

/* Its validation wants a `type`, which older documents do not have. */
static bool is_forbidden(const Json *database, const Json *document) {
	return json_get_bool(database, "validates", false) && !str_starts(str_from(json_get_string_or(document, "_id", "")), "_design/")
		&& !json_get(document, "type");
}

static void bulk_docs(Asked *asked, Json *database) {
	const Json *docs = json_get(asked->body, "docs");
	AUTO(Json) *answer = json_new_array();
	CouchServer *server = asked->server;
	server->bulks++;
	server->cancelled = server->cancelled || server->bulks == server->faults.cancel_at;
	if (server->bulks >= server->faults.fail_from && server->bulks < server->faults.fail_from + server->faults.fail_count) {
		asked->reply->fault = server->faults.wire;
		refuse(asked, 503, "service unavailable", "try later");
		return;
	}
	if (server->faults.answer_status && server->bulks == 1) {
		say(asked, server->faults.answer_status, "%s", server->faults.answer_body);
		return;
	}
	if (!json_is_array(docs) || json_get_bool(asked->body, "new_edits", true)) {
		refuse(asked, 400, "bad_request", "POST body must include `docs` parameter.");
		return;
	}
	if (refuses_batch(asked, docs))
		return;
	JSON_EACH(document, docs) {
		const char *id = json_get_string_or(document, "_id", "");
		if (!is_forbidden(database, document) && !json_get(document, "forbidden")) {
			store(database, document);
			continue;
		}
		Json *item = json_append(answer, json_new_object());
		json_add_string(item, "id", id);
		json_add_string(item, "rev", json_get_string(document, "_rev"));
		json_add_string(item, "error", "forbidden");
		json_add_string(item, "reason", "type is missing");
	}
	AUTO_FREE char *text = json_text(answer);
	say(asked, 201, "%s\n", text);
}

static void one_document(Asked *asked, const Json *database) {
	AUTO_FREE char *id = strlist_join(&asked->parts, "/");
	Str rest = str_from(id), name, rev = {0};
	str_split(&rest, '/', &name);
	ptrdiff_t query = str_find(str_from(asked->request->target), "?rev=");
	if (query >= 0)
		rev = str_slice(str_from(asked->request->target), (size_t) query + 5, 200);
	AUTO_FREE char *own = str_dup(rest);
	AUTO_FREE char *wanted = str_dup(rev);
	const Json *revisions = json_get(json_get(database, "docs"), own);
	const Json *document = rev.len ? json_get(revisions, wanted) : winner(revisions);
	AUTO_FREE char *text = document ? json_text(document) : NULL;
	if (text)
		say(asked, 200, "%s\n", text);
	else
		refuse(asked, 404, "not_found", "missing");
}

/* ---- databases ---- */

static void security(Asked *asked, Json *database) {
	AUTO_FREE char *text = json_text(json_get(database, "security"));
	if (text_eq(asked->request->method, "PUT")) {
		json_add(database, "security", json_copy(asked->body));
		say(asked, 200, "{\"ok\":true}\n");
	} else {
		say(asked, 200, "%s\n", text);
	}
}

/* Documents that no dump holds, by which a restore knows its own work again. */
static void local_document(Asked *asked, Json *database) {
	const char *id = asked->parts.count > 2 ? asked->parts.items[2] : "";
	if (!json_get(database, "local"))
		json_add(database, "local", json_new_object());
	Json *local = json_get_mutable(database, "local");
	if (text_eq(asked->request->method, "PUT")) {
		json_remove(local, id);
		json_add(local, id, json_copy(asked->body));
		say(asked, 201, "{\"ok\":true,\"id\":\"_local/%s\",\"rev\":\"0-1\"}\n", id);
	} else if (json_get(local, id)) {
		say(asked, 200, "{\"_id\":\"_local/%s\",\"_rev\":\"0-1\"}\n", id);
	} else {
		refuse(asked, 404, "not_found", "missing");
	}
}

static void create(Asked *asked, const char *name) {
	if (json_get(asked->server->databases, name)) {
		refuse(asked, 412, "file_exists", "The database could not be created, the file already exists.");
		return;
	}
	Json *database = json_add(asked->server->databases, name, json_new_object()), *rights = NULL;
	json_add(database, "docs", json_new_object());
	cr_assert(json_parse(STR("{\"admins\":{\"names\":[],\"roles\":[\"_admin\"]},\"members\":{\"names\":[],\"roles\":[\"_admin\"]}}"), &rights, NULL));
	json_add(database, "security", rights);
	say(asked, 201, "{\"ok\":true}\n");
}

static void database_request(Asked *asked) {
	const char *name = asked->parts.items[0], *part = asked->parts.count > 1 ? asked->parts.items[1] : "";
	Json *database = json_get_mutable(asked->server->databases, name);
	bool is_put = text_eq(asked->request->method, "PUT");
	if (is_put && !*part)
		create(asked, name);
	else if (!database)
		refuse(asked, 404, "not_found", "Database does not exist.");
	else if (!*part)
		say(asked, 200, "{\"db_name\":\"%s\",\"doc_count\":%d,\"doc_del_count\":%d,\"update_seq\":\"9-x\"}\n", name, count_live(database),
			(int) json_count(json_get(database, "docs")) - count_live(database));
	else if (text_eq(part, "_bulk_docs"))
		bulk_docs(asked, database);
	else if (text_eq(part, "_local"))
		local_document(asked, database);
	else if (text_eq(part, "_security"))
		security(asked, database);
	else
		one_document(asked, database);
}

/* ---- the cluster ---- */

static void set_state(CouchServer *server, const char *state) {
	free(server->state);
	server->state = bg_strdup(state);
}

static void cluster_setup(Asked *asked) {
	CouchServer *server = asked->server;
	const char *action = json_get_string_or(asked->body, "action", "");
	if (text_eq(asked->request->method, "GET")) {
		say(asked, 200, "{\"state\":\"%s\"}\n", server->state);
		return;
	}
	bool login = text_eq(json_get_string(asked->body, "password"), COUCH_PASSWORD) && text_eq(json_get_string(asked->body, "username"), "admin");
	bool remote = json_get(asked->body, "remote_node") != NULL;
	if (text_eq(action, "enable_cluster") && login && !remote && !text_eq(server->state, "cluster_enabled")) {
		set_state(server, "cluster_enabled");
	} else if (text_eq(action, "enable_cluster") && login && !remote) {
		refuse(asked, 400, "bad_request", "Cluster is already enabled");
		return;
	} else if (text_eq(action, "enable_single_node") && login) {
		set_state(server, "single_node_enabled");
	} else if (text_eq(action, "add_node") && login && json_get(asked->body, "port")) {
		/* Of the host a URL and a name are made: without brackets an IPv6 address is no URL, with them nobody's name. */
		const char *host = json_get_string_or(asked->body, "host", "?");
		AUTO_FREE char *name = bg_asprintf("couchdb@%s", host);
		if (strchr(host, ':') && *host != '[') {
			refuse(asked, 400, "bad_request", "Add node failed. Invalid Host and/or Port.");
			return;
		}
		json_append_string(server->cluster_nodes, name);
		if (*host != '[')
			json_append_string(server->all_nodes, name);
	} else if (text_eq(action, "finish_cluster")) {
		set_state(server, "cluster_finished");
	} else if (!(text_eq(action, "enable_cluster") && login && text_eq(json_get_string(asked->body, "remote_current_password"), COUCH_PASSWORD))) {
		refuse(asked, 400, "bad_request", "Invalid Action");
		return;
	}
	say(asked, 201, "{\"ok\":true}\n");
}

static void membership(Asked *asked) {
	AUTO_FREE char *all = json_text(asked->server->all_nodes);
	AUTO_FREE char *cluster = json_text(asked->server->cluster_nodes);
	say(asked, 200, "{\"all_nodes\":%s,\"cluster_nodes\":%s}\n", all, cluster);
}

/* The node's own name, and the documents of members. */
static void node_request(Asked *asked) {
	CouchServer *server = asked->server;
	if (asked->parts.count == 2) {
		say(asked, 200, "{\"name\":\"%s\"}\n", json_string(json_at(server->all_nodes, 0)));
	} else if (asked->parts.count == 4 && text_eq(asked->request->method, "PUT")) {
		json_append_string(server->all_nodes, asked->parts.items[3]);
		json_append_string(server->cluster_nodes, asked->parts.items[3]);
		say(asked, 201, "{\"ok\":true}\n");
	} else {
		refuse(asked, 404, "not_found", "missing");
	}
}

static void system_request(Asked *asked) {
	const char *name = asked->parts.count ? asked->parts.items[0] : "";
	CouchServer *server = asked->server;
	if (!*name)
		say(asked, 200, "{\"couchdb\":\"Welcome\",\"version\":\"3.5.2\",\"uuid\":\"u\",\"vendor\":{\"name\":\"tests\"}}\n");
	else if (text_eq(name, "_up"))
		say(asked, text_eq(server->up, "ok") ? 200 : 404, "{\"status\":\"%s\",\"seeds\":{}}\n", server->up);
	else if (text_eq(name, "_membership"))
		membership(asked);
	else if (text_eq(name, "_node"))
		node_request(asked);
	else
		cluster_setup(asked);
}

/* ---- requests ---- */

static void take_parts(Asked *asked) {
	Str target = str_from(asked->request->target), part;
	ptrdiff_t query = str_find_char(target, '?');
	target = str_slice(target, 1, (query >= 0 ? (size_t) query : target.len) - 1);
	while (target.len && str_split(&target, '/', &part)) {
		AUTO_CLEAR(Buf) plain = {0};
		for (size_t i = 0; i < part.len; i++) {
			unsigned char byte = 0;
			size_t len = 0;
			bool encoded = part.ptr[i] == '%' && hex_decode(str_slice(part, i + 1, 2), &byte, 1, &len);
			buf_putc(&plain, encoded ? (char) byte : part.ptr[i]);
			i += encoded ? 2 : 0;
		}
		strlist_add(&asked->parts, buf_text(&plain));
	}
}

static bool is_admin(const LoopbackRequest *request) {
	AUTO_CLEAR(Buf) expected = {0};
	buf_puts(&expected, "Basic ");
	base64_encode("admin:" COUCH_PASSWORD, strlen("admin:" COUCH_PASSWORD), &expected);
	return str_eq(loopback_header(request, "Authorization"), buf_str(&expected));
}

static void dispatch(Asked *asked) {
	CouchServer *server = asked->server;
	const LoopbackRequest *request = asked->request;
	const char *first = asked->parts.count ? asked->parts.items[0] : "";
	bool is_system = !*first || text_eq(first, "_up") || text_eq(first, "_membership") || text_eq(first, "_cluster_setup") || text_eq(first, "_node");
	bool has_body = *request->body;
	if (server->faults.refuses_login || (!is_admin(request) && !text_eq(first, "_up")))
		refuse(asked, 401, "unauthorized", "Name or password is incorrect.");
	else if (has_body && !str_starts(loopback_header(request, "Content-Type"), "application/json"))
		refuse(asked, 415, "bad_content_type", "Content-Type must be application/json");
	else if (server->faults.max_body && strlen(request->body) > server->faults.max_body && server->faults.proxy_413)
		say(asked, 413, "<html>413 Request Entity Too Large</html>");
	else if (server->faults.max_body && strlen(request->body) > server->faults.max_body)
		refuse(asked, 413, "too_large", "the request entity is too large");
	else if (has_body && !json_parse(str_from(request->body), &asked->body, NULL))
		refuse(asked, 400, "bad_request", "invalid UTF-8 JSON");
	else if (is_system)
		system_request(asked);
	else
		database_request(asked);
}

static void answer(void *userdata, const LoopbackRequest *request, LoopbackReply *reply) {
	CouchServer *server = userdata;
	Asked asked = {.request = request, .reply = reply, .server = server};
	pthread_mutex_lock(&server->lock);
	buf_printf(&server->log, "%s %s\n", request->method, request->target);
	buf_puts(&reply->headers, "Server: CouchDB/3.5.2 (tests)\r\nContent-Type: application/json\r\n");
	take_parts(&asked);
	dispatch(&asked);
	strlist_clear(&asked.parts);
	json_free(asked.body);
	pthread_mutex_unlock(&server->lock);
}

/* ---- the test's side ---- */

CouchServer *couch_server_start(void) {
	CouchServer *server = bg_calloc(1, sizeof(*server));
	pthread_mutex_init(&server->lock, NULL);
	server->databases = json_new_object();
	couch_server_cluster(server, "single_node_enabled", "ok", "[\"couchdb@127.0.0.1\"]", "[\"couchdb@127.0.0.1\"]");
	server->loopback = loopback_start(answer, server);
	return server;
}

CouchServer *couch_server_free(CouchServer *server) {
	if (!server)
		return NULL;
	loopback_free(server->loopback);
	json_free(server->databases);
	json_free(server->all_nodes);
	json_free(server->cluster_nodes);
	free(server->state);
	free(server->up);
	buf_clear(&server->log);
	pthread_mutex_destroy(&server->lock);
	free(server);
	return NULL;
}

const char *couch_server_url(const CouchServer *server) { return loopback_url(server->loopback); }
CouchFaults *couch_server_faults(CouchServer *server) { return &server->faults; }
char *couch_server_log(CouchServer *server) { return bg_strdup(buf_text(&server->log)); }
int couch_server_bulks(CouchServer *server) { return server->bulks; }
bool couch_server_cancelled(CouchServer *server) { return server->cancelled; }

char *couch_server_document(CouchServer *server, const char *database, const char *id) {
	const Json *document = winner(json_get(json_get(json_get(server->databases, database), "docs"), id));
	return document ? json_text(document) : NULL;
}

int couch_server_count(CouchServer *server, const char *database) {
	const Json *found = json_get(server->databases, database);
	return found ? count_live(found) : -1;
}

int couch_server_revisions(CouchServer *server, const char *database) {
	size_t count = 0;
	JSON_EACH(revisions, json_get(json_get(server->databases, database), "docs"))
		count += json_count(revisions);
	return (int) count;
}

char *couch_server_security(CouchServer *server, const char *database) {
	return json_text(json_get(json_get(server->databases, database), "security"));
}

void couch_server_put(CouchServer *server, const char *database, const char *document) {
	AUTO(Json) *json = NULL;
	cr_assert(json_parse(str_from(document), &json, NULL), "%s", document);
	Json *found = json_get_mutable(server->databases, database);
	if (!found) {
		found = json_add(server->databases, database, json_new_object());
		json_add(found, "docs", json_new_object());
		json_add(found, "security", json_new_object());
	}
	store(found, json);
}

void couch_server_drop(CouchServer *server, const char *database) { json_remove(server->databases, database); }

void couch_server_cluster(CouchServer *server, const char *state, const char *up, const char *all_nodes, const char *cluster_nodes) {
	set_state(server, state);
	free(server->up);
	server->up = bg_strdup(up);
	json_free(server->all_nodes);
	json_free(server->cluster_nodes);
	cr_assert(json_parse(str_from(all_nodes), &server->all_nodes, NULL) && json_parse(str_from(cluster_nodes), &server->cluster_nodes, NULL));
}
