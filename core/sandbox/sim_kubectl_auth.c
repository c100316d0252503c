/* sim_kubectl_auth.c: what the practice cluster says when somebody asks what they may: everything, in the namespaces and of the kinds that it has. */
#include "core/base/alloc.h"
#include "core/sandbox/sim_kubectl.h"

static bool is_review(const Json *json) { return text_eq(json_get_string(json, "kind"), "SelfSubjectAccessReview"); }

static void answer(SimKube *kube, const Json *review) {
	AUTO(Json) *answered = json_copy(review);
	Json *status = json_add(answered, "status", json_new_object());
	json_add_bool(status, "allowed", true);
	json_add_string(status, "reason", "RBAC: allowed by ClusterRoleBinding \"cluster-admin\"");
	json_write_pretty(answered, &kube->run->out);
	buf_putc(&kube->run->out, '\n');
}

bool sim_kube_review(SimKube *kube, const Json *json) {
	bool all = json_count(json_get(json, "items")) > 0;
	JSON_EACH(item, json_get(json, "items"))
		all = all && is_review(item);
	if (!all)
		return false;
	kube->run->changes = false;   /* it is created, and nothing is kept */
	JSON_EACH(item, json_get(json, "items"))
		answer(kube, item);
	return true;
}

void sim_kube_auth(SimKube *kube) {
	const char *verb = sim_kube_word(kube, 1), *action = sim_kube_word(kube, 2), *type = sim_kube_word(kube, 3);
	if (text_eq(verb, "can-i") && action && type)
		buf_puts(&kube->run->out, "yes\n");
	else
		sim_run_refuse(kube->run, 1, "the practice kubectl knows auth can-i VERB TYPE only");
}
