/* sim_hosted.c: see sim_hosted.h. */
#include "core/sandbox/sim_hosted.h"
#include <stdlib.h>
#include "core/base/alloc.h"

#define LISTED 12                /* pages of its sitemap */

static const struct { const char *name; int replicas; } WORKLOADS[] = { { "app", 2 }, { "celery-worker", 1 } };

static Json *manifest(const char *space, const char *name, int replicas, const char *tag) {
	Json *json = NULL;
	AUTO_FREE char *text = bg_asprintf("{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"%s\"},"
		"\"spec\":{\"replicas\":%d,\"selector\":{\"matchLabels\":{\"app\":\"%s\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"%s\"}},"
		"\"spec\":{\"containers\":[{\"name\":\"%s\",\"image\":\"registry.sandbox/project:%s\"}]}}}}", name, space, replicas, name, name, name, tag);
	bool ok = json_parse(str_from(text), &json, NULL);
	BG_ASSERT(ok);
	return json;
}

static SimCluster *make_cluster(const char *space, const char *tag, bool runs, WallTime now) {
	SimCluster *cluster = sim_cluster_new(now);
	while (cluster->object_count)
		sim_cluster_remove_object(cluster, cluster->objects[0]);
	for (size_t i = 0; i < BG_LENGTH(WORKLOADS); i++)
		sim_cluster_add_object(cluster, "deployment.apps", WORKLOADS[i].name, manifest(space, WORKLOADS[i].name, runs ? WORKLOADS[i].replicas : 0, tag), cluster->born);
	sim_cluster_settle(cluster);
	return cluster;
}

SimHosted *sim_hosted_new(WallTime now) {
	SimHosted *hosted = bg_calloc(1, sizeof(*hosted));
	hosted->production = make_cluster(SIM_HOSTED_PRODUCTION, SIM_HOSTED_TAG, true, now);
	hosted->dr = make_cluster(SIM_HOSTED_DR, SIM_HOSTED_OLD_TAG, false, now);   /* as it was left three months ago */
	return hosted;
}

SimHosted *sim_hosted_free(SimHosted *hosted) {
	if (!hosted)
		return NULL;
	sim_cluster_free(hosted->production);
	sim_cluster_free(hosted->dr);
	free(hosted->tag);
	free(hosted);
	return NULL;
}

SimCluster *sim_hosted_namespace(const SimHosted *hosted, const char *name) {
	return text_eq(name, SIM_HOSTED_PRODUCTION) ? hosted->production : text_eq(name, SIM_HOSTED_DR) ? hosted->dr : NULL;
}

bool sim_hosted_deploy(SimHosted *hosted, const char *tag) {
	if (!text_eq(tag, SIM_HOSTED_TAG) && !text_eq(tag, SIM_HOSTED_OLD_TAG))
		return false;
	for (size_t i = 0; i < BG_LENGTH(WORKLOADS); i++) {
		SimResource *object = sim_cluster_object(hosted->dr, "deployment.apps", WORKLOADS[i].name);
		json_free(object->manifest);
		object->manifest = manifest(SIM_HOSTED_DR, WORKLOADS[i].name, WORKLOADS[i].replicas, tag);
		object->wanted = WORKLOADS[i].replicas;
		object->generation++;
	}
	free(hosted->tag);
	hosted->tag = bg_strdup(tag);
	return true;
}

/* ---- its site ---- */

static void send_sitemap(const SimRequest *request, SimReply *reply) {
	const char *host = sim_request_header(request, "Host");
	AUTO_CLEAR(Buf) text = {0};
	buf_puts(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
	for (int i = 1; i <= LISTED; i++)
		buf_printf(&text, "<url><loc>http://%s/pages/%d/</loc></url>\n", host ? host : "", i);
	buf_puts(&text, "</urlset>\n");
	sim_reply_bytes(reply, 200, "application/xml", buf_str(&text));
}

static void send_page(SimReply *reply, int status, const char *title, const char *text) {
	AUTO_FREE char *page = bg_asprintf("<!doctype html>\n<html><head><title>%s</title></head><body><h1>%s</h1><p>%s</p></body></html>\n", title, title, text);
	sim_reply_text(reply, status, "text/html; charset=utf-8", page);
}

void sim_hosted_handle(const SimHosted *hosted, const SimRequest *request, SimReply *reply) {
	const SimResource *app = sim_cluster_object(hosted->dr, "deployment.apps", "app");
	if (!text_eq(request->method, "GET") && !text_eq(request->method, "HEAD"))
		return sim_reply_text(reply, 405, "text/plain", "405 Method Not Allowed");
	if (!app || !sim_cluster_ready(hosted->dr, app))
		return send_page(reply, 503, "503 Service Temporarily Unavailable", "nginx");
	if (!hosted->pages)
		return send_page(reply, 500, "Server Error (500)", "relation \"wagtailcore_site\" does not exist");
	if (str_ends(str_from(request->path), "/sitemap.xml"))
		return send_sitemap(request, reply);
	AUTO_FREE char *text = bg_asprintf("%lld pages. This is the disaster recovery site, %s.", (long long) hosted->pages, hosted->tag ? hosted->tag : "of an old image");
	send_page(reply, 200, "The invented project", text);
}
