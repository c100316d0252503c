/* may.c: may this user of the cluster do what an action wants? Asked as `kubectl auth can-i` asks it, with SelfSubjectAccessReviews: they change nothing, and
 * everybody may make them who may log in (role system:basic-user). They are made by `kubectl create`, as kubernetes.io shows it ("Authorization", checking API
 * access), so that one program asks all that an action wants and answers in JSON, an object each. Of the rules of `can-i --list` the API's own description
 * says that they may be incomplete; so each right is asked by itself, with the name where it is known: a role may hold for one name only. An empty
 * namespace would ask for all of them. Run against kubectl 1.32. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/text.h"
#include "core/providers/k8s/k8s.h"
#include "core/transport/certificate.h"

#define REVIEW_VERSION "authorization.k8s.io/v1"
#define REVIEW_KIND "SelfSubjectAccessReview"
#define REASON_MAX 120
#define ROLE "ask whoever runs the cluster for a role with it; kubectl auth can-i shows when it is there"

/* What an action is to the cluster's roles: the reviews that ask for it, still to be sent. */
typedef struct Asking { const Kube *kube; Rights *rights; char *space; Json *attributes; /* list */ } Asking;

/* ---- questions ---- */

static char *what_of(const Json *attributes) {
	const char *part = json_get_string(attributes, "subresource"), *name = json_get_string(attributes, "name"), *space = json_get_string(attributes, "namespace");
	const char *group = json_get_string_or(attributes, "group", "");
	return bg_asprintf("%s %s%s%s%s%s%s%s%s%s", json_get_string_or(attributes, "verb", "?"), json_get_string_or(attributes, "resource", "?"), *group ? "." : "", group,
		part ? "/" : "", part ? part : "", name ? " " : "", name ? name : "", space ? " in " : "", space ? space : "");
}

/* `resource` is "deployments.apps"; `part` and `name` may be NULL. */
static void want(Asking *asking, const char *verb, const char *resource, const char *part, const char *name, bool cluster_wide) {
	AUTO(Json) *attributes = json_new_object();
	Str group = str_from(resource), own = {0};
	if (!str_split(&group, '.', &own))
		return;
	AUTO_FREE char *plural = str_dup(own);
	AUTO_FREE char *in_group = str_dup(group);
	if (!cluster_wide)
		json_add_string(attributes, "namespace", asking->space);
	json_add_string(attributes, "verb", verb);
	json_add_string(attributes, "group", in_group);
	json_add_string(attributes, "resource", plural);
	if (part)
		json_add_string(attributes, "subresource", part);
	if (name)
		json_add_string(attributes, "name", name);
	AUTO_FREE char *what = what_of(attributes);
	if (!rights_find(asking->rights, what))
		(void) json_append(asking->attributes, TAKE(attributes));
}

/* kubectl scale with --current-replicas reads the scale and puts it back: the number is compared by its version. */
static void want_scaling(Asking *asking, const char *name) {
	want(asking, "get", "deployments.apps", NULL, name, false);
	want(asking, "get", "deployments.apps", "scale", name, false);
	want(asking, "update", "deployments.apps", "scale", name, false);
}

static void want_rescaling(Asking *asking, const char *counts) {
	Str rest = str_from(counts), part, name;
	while (str_split(&rest, ',', &part)) {
		bool named = str_split(&part, '=', &name) && str_trim(name).len;
		AUTO_FREE char *one = named ? str_dup(str_trim(name)) : NULL;
		if (one)
			want_scaling(asking, one);
	}
}

/* "statefulset" -> "statefulsets", as UnsafeGuessKindToResource of apimachinery makes it. */
static char *plural_of(Str kind) {
	const char *group = "";
	ptrdiff_t dot = str_find_char(kind, '.');
	AUTO_FREE char *rest = dot >= 0 ? str_dup(str_slice(kind, (size_t) dot, kind.len)) : bg_strdup(group);
	Str own = dot >= 0 ? str_slice(kind, 0, (size_t) dot) : kind;
	if (str_ends(own, "endpoints"))
		return bg_asprintf("%.*s%s", STR_ARG(own), rest);
	if (str_ends(own, "s"))
		return bg_asprintf("%.*ses%s", STR_ARG(own), rest);
	if (str_ends(own, "y"))
		return bg_asprintf("%.*sies%s", (int) own.len - 1, own.ptr, rest);
	return bg_asprintf("%.*ss%s", STR_ARG(own), rest);
}

static bool is_cluster_wide(const char *resource) {
	static const char *const KINDS[] = {"namespaces", "nodes", "persistentvolumes", "clusterroles.rbac.authorization.k8s.io", "storageclasses.storage.k8s.io",
		"clusterrolebindings.rbac.authorization.k8s.io", "customresourcedefinitions.apiextensions.k8s.io", "priorityclasses.scheduling.k8s.io"};
	for (size_t i = 0; i < BG_LENGTH(KINDS); i++)
		if (text_eq(KINDS[i], resource))
			return true;
	return false;
}

/* An object that is not there yet is created, and a role for one name cannot be for creating: that is asked of the kind alone. */
static bool want_applying(Asking *asking, Error *err) {
	AUTO_CLEAR(StrList) objects = {0};
	if (!k8s_manifest_objects(asking->kube, &objects, err))
		return false;
	for (size_t i = 0; i < objects.count; i++) {
		Str name = str_from(objects.items[i]), kind;
		if (!str_split(&name, '/', &kind))
			continue;
		AUTO_FREE char *resource = plural_of(kind);
		AUTO_FREE char *own = str_dup(name);
		bool wide = is_cluster_wide(resource);
		want(asking, "get", resource, NULL, own, wide);
		want(asking, "patch", resource, NULL, own, wide);
		want(asking, "create", resource, NULL, NULL, wide);
	}
	return true;
}

static bool want_all(Asking *asking, const char *verb, Error *err) {
	const Call *call = asking->kube->call;
	const char *name = call_arg(call, "deployment"), *statefulset = call_arg(call, "statefulset");
	if (text_eq(verb, "k8s.apply"))
		return want_applying(asking, err);
	if (text_eq(verb, "k8s.rescale"))
		want_rescaling(asking, call_arg(call, "counts"));
	if (text_eq(verb, "k8s.scale") || text_eq(verb, "k8s.stop")) {
		if (!name)
			want(asking, "list", "deployments.apps", NULL, NULL, false);
		want_scaling(asking, name);
	}
	if (text_eq(verb, "k8s.delete")) {
		want(asking, "get", "statefulsets.apps", NULL, statefulset, false);
		want(asking, "delete", "statefulsets.apps", NULL, statefulset, false);
	}
	if (text_eq(verb, "k8s.wait")) {
		bool pods = call_arg(call, "pods") != NULL;
		want(asking, pods ? "list" : "get", pods ? "pods" : "jobs.batch", NULL, pods ? NULL : call_arg(call, "job"), false);
	}
	return true;
}

/* ---- answers ---- */

static void add_answer(Asking *asking, const Json *review) {
	const Json *status = json_get(review, "status"), *allowed = json_get(status, "allowed");
	AUTO_FREE char *what = what_of(json_get(json_get(review, "spec"), "resourceAttributes"));
	const char *reason = json_get_string_or(status, "reason", json_get_string_or(status, "evaluationError", ""));
	AUTO_FREE char *line = text_sanitised_line(reason);
	if (!text_eq(json_get_string(review, "kind"), REVIEW_KIND) || !json_is_bool(allowed))
		return;   /* what is left without an answer is told so */
	if (json_bool(allowed, false))
		rights_add(asking->rights, RIGHT_YES, what, NULL, "the cluster says yes");
	else
		rights_add(asking->rights, RIGHT_NO, what, ROLE, "the cluster says no%s%.*s", *line ? ": " : "", REASON_MAX, line);
}

/* kubectl writes one object after the other; each ends with a brace at the beginning of a line. */
static void read_answers(Asking *asking, Str said) {
	while (said.len) {
		AUTO(Json) *review = NULL;
		ptrdiff_t end = str_find(said, "\n}");
		size_t len = end >= 0 ? (size_t) end + 2 : said.len;
		if (json_parse(str_trim(str_slice(said, 0, len)), &review, NULL))
			add_answer(asking, review);
		said = str_slice(said, len, said.len);
	}
}

static void send(Asking *asking) {
	AUTO(Json) *list = json_new_object();
	AUTO_CLEAR(Buf) input = {0};
	AUTO_CLEAR(ProcessResult) ended = {0};
	Error err = {0};
	const char *words[] = {"create", "--filename=-", "--validate=false", "--output=json", NULL};
	json_add_string(list, "apiVersion", "v1");
	json_add_string(list, "kind", "List");
	Json *items = json_add(list, "items", json_new_array());
	JSON_EACH(attributes, asking->attributes) {
		Json *review = json_append(items, json_new_object());
		json_add_string(review, "apiVersion", REVIEW_VERSION);
		json_add_string(review, "kind", REVIEW_KIND);
		json_add(json_add(review, "spec", json_new_object()), "resourceAttributes", json_copy(attributes));
	}
	json_write(list, &input);
	bool ok = kube_run(asking->kube, &(KubeRun){.words = words, .input = buf_str(&input)}, &ended, &err);
	read_answers(asking, buf_str(&ended.out));
	if (ok)
		BG_IGNORE(kube_strange(asking->kube, &err, "does not answer what it was asked"));
	JSON_EACH(attributes, asking->attributes) {
		AUTO_FREE char *what = what_of(attributes);
		rights_add_error(asking->rights, what, &err);   /* but for those that have their answer */
	}
}

/* ---- of which namespace ---- */

/* The one of the context, as kubectl would take it. */
static bool find_space(const Kube *kube, char **ret, Error *err) {
	AUTO_CLEAR(ProcessResult) ended = {0};
	const char *words[] = {"config", "view", "--minify", "--output=jsonpath={..namespace}", NULL};
	if (!kube->space && !kube_run(kube, &(KubeRun){.words = words, .cluster_wide = true}, &ended, err))
		return false;
	Str said = kube->space ? str_from(kube->space) : str_trim(buf_str(&ended.out));
	*ret = said.len ? str_dup(said) : bg_strdup("default");
	return true;
}

/* Another namespace or name is another question, and its answer would be none. What k8s.rescale puts back is what a k8s.scale before it found, which is asked. */
static bool is_known(const Call *call, const char *verb, Rights *rights) {
	static const char *const TARGETS[] = {"namespace", "deployment", "statefulset", "job", "file"};
	for (size_t i = 0; i < BG_LENGTH(TARGETS); i++)
		if (call_arg_is_open(call, TARGETS[i])) {
			AUTO_FREE char *what = bg_asprintf("do %s", verb);
			rights_add(rights, RIGHT_UNTOLD, what, "give it below `values` in the environment file", "which %s it will be is known in the run only", TARGETS[i]);
			return false;
		}
	return !call_arg_is_open(call, "counts");
}

/* The end of a client certificate, as k3s makes one for a year and kubeadm does; kubectl reads the kubeconfig, and where it names a file that (--flatten). Of the
 * certificate nothing is secret, which --raw would show. A login plugin and a token have no such end. */
bool k8s_credential_end(const Call *call, WallTime *ret, Error *err) {
	AUTO_CLEAR(Kube) kube = {0};
	AUTO_CLEAR(ProcessResult) ended = {0};
	AUTO_CLEAR(Buf) pem = {0};
	const char *words[] = {"config", "view", "--minify", "--flatten", "--raw", "--output=jsonpath={.users[0].user.client-certificate-data}", NULL};
	if (!kube_open(call, &kube, err))
		return false;
	/* Inside a cluster there is no kubeconfig, and what kubectl takes then is exchanged by itself. */
	if (!kube_run(&kube, &(KubeRun){.words = words}, &ended, err) && str_find(buf_str(&ended.err), "must exist in order to minify") < 0)
		return false;
	Str said = str_trim(buf_str(&ended.out));
	if (!said.len)
		return true;
	if (!base64_decode(said, &pem))
		return kube_strange(&kube, err, "tells a client certificate that is no base64");
	return certificate_end(buf_str(&pem), ret, err) || error_where(err, "%s", kube.place);
}

void k8s_may(const Call *call, const char *verb, Rights *rights) {
	AUTO_CLEAR(Kube) kube = {0};
	AUTO(Json) *attributes = json_new_array();
	AUTO_FREE char *what = bg_asprintf("do %s", verb);
	AUTO_FREE char *space = NULL;
	Error err = {0};
	if (!action_find(verb) || !is_known(call, verb, rights))
		return;
	Asking asking = {.kube = &kube, .rights = rights, .attributes = attributes};
	bool ok = kube_open(call, &kube, &err) && find_space(&kube, &space, &err);
	asking.space = space;
	if (!ok || !want_all(&asking, verb, &err))
		rights_add_error(rights, what, &err);
	else if (json_count(attributes))
		send(&asking);
}
