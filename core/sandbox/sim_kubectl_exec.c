/* sim_kubectl_exec.c: what is run in pods: the one thing that the playbooks run there, dropping a database of CouchDB with curl. */
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_kubectl.h"

static bool is_ready_pod(SimKube *kube, const char *name) {
	const SimResource *couch = sim_cluster_object(kube->cluster, "statefulset.apps", SIM_COUCHDB);
	SimPod pods[SIM_COUCH_MEMBERS];
	size_t count = couch ? sim_cluster_pods(kube->cluster, couch, pods, BG_LENGTH(pods)) : 0;
	for (size_t i = 0; i < count; i++)
		if (text_eq(pods[i].name, name))
			return pods[i].ready;
	return false;
}

/* The part of `curl ... -X DELETE "http://...:5984/NAME"` that names the database. Owned; NULL: it is something else. */
static char *dropped_database(const char *command) {
	static const char PLACE[] = "@127.0.0.1:5984/";
	const char *at = command && strstr(command, "curl ") && strstr(command, " -X DELETE ") ? strstr(command, PLACE) : NULL;
	size_t length = at ? strspn(at + strlen(PLACE), "abcdefghijklmnopqrstuvwxyz0123456789_") : 0;
	return length ? bg_strndup(at + strlen(PLACE), length) : NULL;
}

void sim_kube_exec(SimKube *kube) {
	const char *pod = sim_kube_word(kube, 1);
	const StrList *words = &kube->run->args;
	AUTO_FREE char *database = words->count ? dropped_database(words->items[words->count - 1]) : NULL;
	AUTO_CLEAR(SimReply) reply = {0};
	if (!pod || !database) {
		sim_run_refuse(kube->run, 1, "the practice kubectl runs in pods only: exec couchdb-N -- sh -c 'curl -X DELETE ...@127.0.0.1:5984/DATABASE\"'");
		return;
	}
	if (!is_ready_pod(kube, pod)) {
		sim_run_refuse(kube->run, 1, "Error from server (NotFound): pods \"%s\" not found", pod);
		return;
	}
	AUTO_FREE char *target = bg_asprintf("/%s", database);
	if (sim_couch_as_admin(kube->cluster->couch, "DELETE", target, (Str){0}, &reply) && reply.status < 400)
		buf_puts(&kube->run->out, buf_text(&reply.body));
	else
		sim_run_refuse(kube->run, 22, "curl: (22) The requested URL returned error: %d\ncommand terminated with exit code 22", reply.status);
}
