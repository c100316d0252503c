/* sim_school.c: see sim_school.h. */
#include "core/sandbox/sim_school.h"
#include <stdio.h>
#include "core/base/alloc.h"

#define COURSES 12
#define COUCH_LEAST 2            /* members that a read needs, of three */

/* Why nobody gets a page; NULL when it is served. */
static const char *trouble(const SimCluster *cluster, const char *deployment) {
	const SimResource *object = sim_cluster_object(cluster, "deployment.apps", deployment);
	if (!object || !sim_cluster_ready(cluster, object))
		return "no pod of it is ready";
	if (sim_couch_connected(cluster->couch) < COUCH_LEAST)
		return "its database does not answer";
	return sim_couch_missing(cluster->couch) ? "courses or people are missing in its database" : NULL;
}

/* What a sample of pages is taken from. */
static void send_sitemap(const SimRequest *request, SimReply *reply) {
	const char *host = sim_request_header(request, "Host");
	AUTO_CLEAR(Buf) text = {0};
	buf_puts(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
	for (int i = 1; i <= COURSES; i++)
		buf_printf(&text, "<url><loc>http://%s/courses/course-%d</loc></url>\n", host ? host : "", i);
	buf_puts(&text, "</urlset>\n");
	sim_reply_bytes(reply, 200, "application/xml", buf_str(&text));
}

void sim_school_handle(const SimCluster *cluster, const SimRequest *request, SimReply *reply) {
	Str path = str_from(request->path);
	bool studio = str_starts(path, "/studio"), heartbeat = str_ends(path, "/heartbeat");
	const char *why = trouble(cluster, studio ? "cms-deployment" : "lms-deployment");
	if (!text_eq(request->method, "GET") && !text_eq(request->method, "HEAD"))
		return sim_reply_text(reply, 405, "text/plain", "405 Method Not Allowed");
	if (!why && str_ends(path, "/sitemap.xml"))
		return send_sitemap(request, reply);
	AUTO_FREE char *page = heartbeat ? bg_asprintf("{\"couchdb\": {\"status\": %s}}", why ? "false" : "true")
		: bg_asprintf("<html><head><title>%s</title></head><body><h1>%s</h1><p>%s</p></body></html>", studio ? "Studio" : "The invented school",
			why ? "503 Service Unavailable" : "Courses", why ? why : "Log in to learn.");
	sim_reply_text(reply, why ? 503 : 200, heartbeat ? "application/json" : "text/html; charset=utf-8", page);
}

/* ---- the overlay ---- */

static Json *peers_json(const SimCluster *cluster) {
	static const char *const PEERS[] = {"192.0.2.6:9651", "192.0.2.7:9651"};
	Json *list = json_new_array();
	for (size_t i = 0; i < BG_LENGTH(PEERS); i++) {
		Json *peer = json_append(list, json_new_object()), *endpoint = json_add(peer, "endpoint", json_new_object());
		json_add_string(endpoint, "proto", "tcp");
		json_add_string(endpoint, "socketAddr", PEERS[i]);
		json_add_string(peer, "type", "static");
		json_add_string(peer, "connectionState", sim_cluster_is_near(cluster) ? "alive" : "dead");
		json_add_int(peer, "txBytes", 482113);
		json_add_int(peer, "rxBytes", 911072);
	}
	return list;
}

/* "4a1:b2:1::10" -> "4a1:b2:1:0::/64" */
static Json *routes_json(const SimCluster *cluster) {
	Json *list = json_new_array();
	for (size_t i = 0; sim_cluster_is_near(cluster) && i < cluster->node_count; i++) {
		Str address = str_from(cluster->nodes[i].ipv6);
		ptrdiff_t gap = str_find(address, "::");
		if (!cluster->nodes[i].is_up || gap < 0)
			continue;
		Json *route = json_append(list, json_new_object());
		AUTO_FREE char *subnet = bg_asprintf("%.*s::/64", (int) gap, address.ptr);
		json_add_string(route, "subnet", subnet);
		json_add_string(route, "nextHop", "TCP 198.51.100.4:41022 <-> 192.0.2.6:9651");
		json_add_int(route, "metric", 13);
		json_add_int(route, "seqno", 1);
	}
	return list;
}

void sim_overlay_handle(const SimCluster *cluster, const SimRequest *request, SimReply *reply) {
	if (!text_eq(request->method, "GET"))
		return sim_reply_text(reply, 405, "text/plain", "");
	if (text_eq(request->path, "/api/v1/admin/peers"))
		return sim_reply_json_take(reply, 200, peers_json(cluster));
	if (text_eq(request->path, "/api/v1/admin/routes/selected"))
		return sim_reply_json_take(reply, 200, routes_json(cluster));
	sim_reply_text(reply, 404, "text/plain", "");
}
