/* kube_server.c: see kube_server.h. Objects are kept by their REST path. */
#include "kube_server.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"

typedef struct Later { int reads; char *path, *json; } Later;

struct KubeServer {
	Loopback *loopback;
	pthread_mutex_t lock;
	Json *objects;           /* path -> object */
	char *refused, *forbidden;
	int status, version;
	LoopbackFault fault;
	Later later;
	Buf log;
};

/* ---- discovery, aggregated as since 1.27 ---- */

static const struct { const char *group, *resource, *kind; bool scales, cluster_wide; } KINDS[] = {
	{"", "nodes", "Node", false, true}, {"", "pods", "Pod", false, false}, {"", "secrets", "Secret", false, false}, {"", "configmaps", "ConfigMap", false, false},
	{"apps", "deployments", "Deployment", true, false}, {"apps", "statefulsets", "StatefulSet", true, false}, {"apps", "replicasets", "ReplicaSet", true, false},
	{"batch", "jobs", "Job", false, false}, {"authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false, true},
};

static void discover(const char *group, Buf *out) {
	bool first = true;
	buf_printf(out, "{\"metadata\":{\"name\":\"%s\"},\"versions\":[{\"version\":\"v1\",\"freshness\":\"Current\",\"resources\":[", group);
	for (size_t i = 0; i < BG_LENGTH(KINDS); i++) {
		if (!text_eq(KINDS[i].group, group))
			continue;
		buf_printf(out, "%s{\"resource\":\"%s\",\"responseKind\":{\"group\":\"%s\",\"version\":\"v1\",\"kind\":\"%s\"},\"scope\":\"%s\",\"singularResource\":\"%s\","
			"\"verbs\":[\"create\",\"delete\",\"get\",\"list\",\"patch\",\"update\"]", first ? "" : ",", KINDS[i].resource, group, KINDS[i].kind,
			KINDS[i].cluster_wide ? "Cluster" : "Namespaced", KINDS[i].resource);
		buf_puts(out, KINDS[i].scales ? ",\"subresources\":[{\"subresource\":\"scale\",\"responseKind\":{\"group\":\"autoscaling\",\"version\":\"v1\",\"kind\":\"Scale\"},"
			"\"verbs\":[\"get\",\"patch\",\"update\"]}]}" : "}");
		first = false;
	}
	buf_puts(out, "]}]}");
}

static bool is_discovery(const char *path, LoopbackReply *reply) {
	bool core = text_eq(path, "/api"), groups = text_eq(path, "/apis");
	if (text_eq(path, "/version"))
		buf_puts(&reply->body, "{\"major\":\"1\",\"minor\":\"32\",\"gitVersion\":\"v1.32.4\",\"platform\":\"linux/amd64\"}");
	if (core || groups) {
		buf_puts(&reply->body, "{\"kind\":\"APIGroupDiscoveryList\",\"apiVersion\":\"apidiscovery.k8s.io/v2\",\"metadata\":{},\"items\":[");
		discover(core ? "" : "apps", &reply->body);
		if (groups) {
			buf_putc(&reply->body, ',');
			discover("batch", &reply->body);
			buf_putc(&reply->body, ',');
			discover("authorization.k8s.io", &reply->body);
		}
		buf_puts(&reply->body, "]}");
		buf_puts(&reply->headers, "Content-Type: application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList\r\n");
	} else {
		buf_puts(&reply->headers, "Content-Type: application/json\r\n");
	}
	return reply->body.len > 0;
}

/* ---- answers ---- */

static void refuse(int status, const char *message, LoopbackReply *reply) {
	static const struct { int status; const char *reason; } REASONS[] = {{401, "Unauthorized"}, {403, "Forbidden"}, {404, "NotFound"}, {409, "Conflict"},
		{422, "Invalid"}, {429, "TooManyRequests"}, {500, "InternalError"}, {503, "ServiceUnavailable"}};
	const char *reason = "Unknown";
	for (size_t i = 0; i < BG_LENGTH(REASONS); i++)
		if (REASONS[i].status == status)
			reason = REASONS[i].reason;
	reply->status = status;
	if (status == 429)
		buf_puts(&reply->headers, "Retry-After: 1\r\n");
	buf_printf(&reply->body, "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":\"%s\",\"reason\":\"%s\",\"code\":%d}", message, reason,
		status);
}

static void answer(const Json *json, LoopbackReply *reply) { json_write(json, &reply->body); }

static void merge(Json *into, const Json *patch) {
	JSON_EACH(item, patch) {
		const char *key = json_key(item);
		Json *old = json_get_mutable(into, key);
		if (json_is_null(item))
			json_remove(into, key);
		else if (json_is_object(item) && json_is_object(old))
			merge(old, item);
		else if (*key != '$')
			json_add(into, key, json_copy(item));
	}
}

static bool is_chosen(const Json *object, const char *selector) {
	Str rest = str_from(selector), pair;
	while (str_split(&rest, ',', &pair)) {
		ptrdiff_t equals = str_find_char(pair, '=');
		AUTO_FREE char *key = str_dup(str_slice(pair, 0, (size_t) equals));
		if (!str_eq_c(str_slice(pair, (size_t) equals + 1, pair.len), json_get_string_or(json_get(json_get(object, "metadata"), "labels"), key, "")))
			return false;
	}
	return true;
}

/* A member of an object carries its key, which is nothing to an array. */
static void add_item(Json *items, const Json *object) {
	Json *item = json_append(items, json_new_object());
	JSON_EACH(member, object)
		json_add(item, json_key(member), json_copy(member));
}

static void list(const KubeServer *server, const char *path, const char *query, LoopbackReply *reply) {
	AUTO(Json) *found = json_new_object();
	const char *kind = "", *version = str_starts(str_from(path), "/api/") ? "v1" : strstr(path, "/batch/") ? "batch/v1" : "apps/v1";
	const char *at = strstr(query, "labelSelector=");
	Str chosen = str_from(at ? at + strlen("labelSelector=") : "");
	ptrdiff_t end = str_find_char(chosen, '&');
	AUTO_FREE char *raw = str_dup(end >= 0 ? str_slice(chosen, 0, (size_t) end) : chosen);
	AUTO_FREE char *selector = bg_strdup(raw);
	char *percent = strstr(selector, "%3D");
	if (percent) {
		*percent = '=';
		memmove(percent + 1, percent + 3, strlen(percent + 3) + 1);
	}
	for (size_t i = 0; i < BG_LENGTH(KINDS); i++)
		if (str_ends(str_from(path), KINDS[i].resource))
			kind = KINDS[i].kind;
	AUTO_FREE char *words = bg_asprintf("%sList", kind);
	json_add_string(found, "kind", words);
	json_add_string(found, "apiVersion", version);
	json_add_string(json_add(found, "metadata", json_new_object()), "resourceVersion", "1001");
	Json *items = json_add(found, "items", json_new_array());
	JSON_EACH(object, server->objects) {
		Str key = str_from(json_key(object));
		if (str_starts(key, path) && key.ptr[strlen(path)] == '/' && str_find_char(str_slice(key, strlen(path) + 1, key.len), '/') < 0 && is_chosen(object, selector))
			add_item(items, object);
	}
	answer(found, reply);
}

static void scale(KubeServer *server, const LoopbackRequest *request, Json *object, LoopbackReply *reply) {
	AUTO(Json) *asked = NULL;
	AUTO(Json) *found = json_new_object();
	const Json *meta = json_get(object, "metadata");
	if (!text_eq(request->method, "GET") && json_parse(str_from(request->body), &asked, NULL)) {
		const char *version = json_get_string(json_get(asked, "metadata"), "resourceVersion");
		if (version && !text_eq(version, json_get_string(meta, "resourceVersion"))) {
			refuse(409, "the object has been modified; please apply your changes to the latest version and try again", reply);
			return;
		}
		char next[32];
		snprintf(next, sizeof(next), "%d", ++server->version);
		json_add_int(json_get_mutable(object, "spec"), "replicas", json_get_int(json_get(asked, "spec"), "replicas", 0));
		json_add_string(json_get_mutable(object, "metadata"), "resourceVersion", next);
	}
	json_add_string(found, "kind", "Scale");
	json_add_string(found, "apiVersion", "autoscaling/v1");
	json_add(found, "metadata", json_copy(json_get(object, "metadata")));
	json_add_int(json_add(found, "spec", json_new_object()), "replicas", json_get_int(json_get(object, "spec"), "replicas", 1));
	json_add_int(json_add(found, "status", json_new_object()), "replicas", json_get_int(json_get(object, "status"), "replicas", 0));
	answer(found, reply);
}

static void change(KubeServer *server, const LoopbackRequest *request, const char *path, bool dry, LoopbackReply *reply) {
	AUTO(Json) *asked = NULL;
	AUTO(Json) *made = NULL;
	bool patch = text_eq(request->method, "PATCH"), post = text_eq(request->method, "POST");
	if (!json_parse(str_from(request->body), &asked, NULL)) {
		refuse(422, "no JSON", reply);
		return;
	}
	AUTO_FREE char *own = post ? bg_asprintf("%s/%s", path, json_get_string_or(json_get(asked, "metadata"), "name", "?")) : bg_strdup(path);
	made = patch ? json_copy(json_get(server->objects, own)) : json_copy(asked);
	if (patch)
		merge(made, asked);
	if (post && !json_get(made, "status"))
		json_add(made, "status", json_new_object());
	answer(made, reply);
	reply->status = post ? 201 : 200;
	if (!dry)
		json_add(server->objects, own, TAKE(made));
}

/* As the real one answers: what was asked, with a status. */
static void review(const KubeServer *server, const LoopbackRequest *request, LoopbackReply *reply) {
	AUTO(Json) *asked = NULL;
	if (!json_parse(str_from(request->body), &asked, NULL)) {
		refuse(422, "no JSON", reply);
		return;
	}
	const Json *wanted = json_get(json_get(asked, "spec"), "resourceAttributes");
	const char *part = json_get_string_or(wanted, "subresource", "");
	AUTO_FREE char *line = bg_asprintf("%s %s%s%s", json_get_string_or(wanted, "verb", ""), json_get_string_or(wanted, "resource", ""), *part ? "/" : "", part);
	bool forbidden = text_eq(line, server->forbidden);
	Json *status = json_add(asked, "status", json_new_object());
	json_add_bool(status, "allowed", !forbidden);
	json_add_string(status, "reason", forbidden ? "no role binding" : "RBAC: allowed by RoleBinding \"drill/shop\"");
	answer(asked, reply);
	reply->status = 201;
}

static void serve_object(KubeServer *server, const LoopbackRequest *request, const char *path, const char *query, LoopbackReply *reply) {
	bool scaled = str_ends(str_from(path), "/scale"), get = text_eq(request->method, "GET");
	AUTO_FREE char *own = scaled ? str_dup(str_slice(str_from(path), 0, strlen(path) - strlen("/scale"))) : bg_strdup(path);
	Json *object = json_get_mutable(server->objects, own);
	bool of_all = false;
	for (size_t i = 0; i < BG_LENGTH(KINDS); i++) {
		AUTO_FREE char *end = bg_asprintf("/%s", KINDS[i].resource);
		of_all = of_all || str_ends(str_from(path), end);
	}
	if (str_ends(str_from(path), "/selfsubjectaccessreviews")) {
		review(server, request, reply);
	} else if (str_ends(str_from(path), "/log")) {
		buf_puts(&reply->body, "restoring courses\nmanifest is missing\n");
	} else if (get && of_all) {
		list(server, path, query, reply);
	} else if (!object && !text_eq(request->method, "POST")) {
		AUTO_FREE char *message = bg_asprintf("%s \\\"%s\\\" not found", "objects", strrchr(path, '/') + 1);
		refuse(404, message, reply);
	} else if (scaled) {
		scale(server, request, object, reply);
	} else if (get) {
		answer(object, reply);
	} else if (text_eq(request->method, "DELETE")) {
		answer(object, reply);
		json_remove(server->objects, own);
	} else {
		change(server, request, path, strstr(query, "dryRun=All") != NULL, reply);
	}
}

static void keep_later(KubeServer *server, const char *method, const char *path) {
	Later *later = &server->later;
	if (!later->path || !text_eq(method, "GET") || !str_starts(str_from(later->path), path) || later->reads-- > 0)
		return;
	AUTO(Json) *object = NULL;
	Error err;
	assert_ok(json_parse(str_from(later->json), &object, &err), &err);
	json_add(server->objects, later->path, TAKE(object));
	free(later->path);
	free(later->json);
	*later = (Later){0};
}

static void serve(void *userdata, const LoopbackRequest *request, LoopbackReply *reply) {
	KubeServer *server = userdata;
	const char *question = strchr(request->target, '?'), *query = question ? question : "";
	AUTO_FREE char *path = str_dup(str_slice(str_from(request->target), 0, question ? (size_t) (question - request->target) : strlen(request->target)));
	AUTO_FREE char *line = bg_asprintf("%s %s", request->method, path);
	pthread_mutex_lock(&server->lock);
	if (!is_discovery(path, reply)) {
		buf_printf(&server->log, "%s%s\n", line, strstr(query, "dryRun=All") ? " (dry)" : "");
		keep_later(server, request->method, path);
		reply->fault = server->fault;
		if (server->status && str_starts(str_from(line), server->refused))
			refuse(server->status, "refused by the test", reply);
		else
			serve_object(server, request, path, query, reply);
	}
	pthread_mutex_unlock(&server->lock);
}

/* ---- the test's side ---- */

KubeServer *kube_server_start(void) {
	KubeServer *server = bg_calloc(1, sizeof(*server));
	pthread_mutex_init(&server->lock, NULL);
	server->objects = json_new_object();
	server->version = 100;
	server->loopback = loopback_start(serve, server);
	return server;
}

KubeServer *kube_server_free(KubeServer *server) {
	if (!server)
		return NULL;
	loopback_free(server->loopback);
	pthread_mutex_destroy(&server->lock);
	json_free(server->objects);
	free(server->refused);
	free(server->forbidden);
	free(server->later.path);
	free(server->later.json);
	buf_clear(&server->log);
	free(server);
	return NULL;
}

void kube_server_put(KubeServer *server, const char *path, const char *json) {
	AUTO(Json) *object = NULL;
	Error err;
	if (json)
		assert_ok(json_parse(str_from(json), &object, &err), &err);
	pthread_mutex_lock(&server->lock);
	if (object)
		json_add(server->objects, path, TAKE(object));
	else
		json_remove(server->objects, path);
	pthread_mutex_unlock(&server->lock);
}

Json *kube_server_get(KubeServer *server, const char *path) {
	pthread_mutex_lock(&server->lock);
	Json *copy = json_copy(json_get(server->objects, path));
	pthread_mutex_unlock(&server->lock);
	return copy;
}

void kube_server_refuse(KubeServer *server, const char *request, int status) {
	pthread_mutex_lock(&server->lock);
	free(server->refused);
	server->refused = bg_strdup(request);
	server->status = status;
	pthread_mutex_unlock(&server->lock);
}

void kube_server_forbid(KubeServer *server, const char *verb_and_resource) {
	pthread_mutex_lock(&server->lock);
	free(server->forbidden);
	server->forbidden = bg_strdup_or_null(verb_and_resource);
	pthread_mutex_unlock(&server->lock);
}

void kube_server_fault(KubeServer *server, LoopbackFault fault) {
	pthread_mutex_lock(&server->lock);
	server->fault = fault;
	pthread_mutex_unlock(&server->lock);
}

void kube_server_later(KubeServer *server, int reads, const char *path, const char *json) {
	pthread_mutex_lock(&server->lock);
	server->later = (Later){reads, bg_strdup(path), bg_strdup(json)};
	pthread_mutex_unlock(&server->lock);
}

char *kube_server_log(KubeServer *server) {
	pthread_mutex_lock(&server->lock);
	char *log = bg_strdup(buf_text(&server->log));
	pthread_mutex_unlock(&server->lock);
	return log;
}

const char *kube_server_url(const KubeServer *server) { return loopback_url(server->loopback); }
