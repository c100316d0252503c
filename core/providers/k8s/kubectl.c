/* kubectl.c: the program, what it is given, and its answers. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/k8s/k8s.h"
#include "core/providers/settings.h"

#define GRACE_MS 500

const KubeKind KUBE_NODES = {"nodes.v1.", "Node", "node"};
const KubeKind KUBE_DEPLOYMENTS = {"deployments.v1.apps", "Deployment", "deployment"};
const KubeKind KUBE_STATEFULSETS = {"statefulsets.v1.apps", "StatefulSet", "statefulset"};
const KubeKind KUBE_PODS = {"pods.v1.", "Pod", "pod"};
const KubeKind KUBE_JOBS = {"jobs.v1.batch", "Job", "job"};

static void add_program(const EnvironmentSystem *system, StrList *words) {
	const Json *given = json_get(system->settings, "program");
	JSON_EACH(word, given)
		strlist_add(words, json_string(word));
	if (json_is_string(given))
		strlist_split(words, str_from(json_string(given)), ' ');
	if (!words->count)
		strlist_add(words, "kubectl");
}

bool kube_open(const Call *call, Kube *ret, Error *err) {
	AUTO_CLEAR(Kube) kube = {.call = call, .context = system_setting(call->system, "context")};
	const char *space = call_arg(call, "namespace");
	add_program(call->system, &kube.program);
	kube.kubeconfig = setting_path(call->environment, call->system, "kubeconfig");
	kube.space = space && *space ? space : system_setting(call->system, "namespace");
	kube.place = bg_asprintf("cluster %s%s%s", call->system->name, kube.space ? ", namespace " : "", kube.space ? kube.space : "");
	if (call_remaining_ms(call) <= 0) {
		error_set(err, ERROR_TIMEOUT, "there is no time left to ask the cluster");
		error_hint(err, "look again");
		return error_where(err, "%s", kube.place);
	}
	*ret = kube;
	kube = (Kube){0};
	return true;
}

void kube_clear(Kube *kube) {
	strlist_clear(&kube->program);
	free(kube->kubeconfig);
	free(kube->place);
	*kube = (Kube){0};
}

/* Less than what is left: kubectl then tells itself what it waited for. */
static int64_t request_ms(int64_t left_ms) {
	int64_t ms = left_ms * 3 / 4;
	return ms < 1 ? 1 : ms < K8S_REQUEST_MS ? ms : K8S_REQUEST_MS;
}

/* Values are in one word with their option: whatever they hold, they are no option themselves. */
static void add_words(const Kube *kube, const KubeRun *run, bool for_people, StrList *argv) {
	for (size_t i = 0; i < kube->program.count; i++)
		strlist_add(argv, kube->program.items[i]);
	if (kube->kubeconfig)
		strlist_add_take(argv, bg_asprintf("--kubeconfig=%s", kube->kubeconfig));
	if (kube->context)
		strlist_add_take(argv, bg_asprintf("--context=%s", kube->context));
	if (kube->space && !run->cluster_wide)
		strlist_add_take(argv, bg_asprintf("--namespace=%s", kube->space));
	int64_t left_ms = call_remaining_ms(kube->call);
	if (!for_people)
		strlist_add_take(argv, bg_asprintf("--request-timeout=%lldms", (long long) request_ms(left_ms)));
	for (size_t i = 0; run->words[i]; i++)
		strlist_add(argv, run->words[i]);
}

char *kube_line(const Kube *kube, const char *const *words) {
	AUTO_CLEAR(StrList) argv = {0};
	AUTO_CLEAR(Buf) line = {0};
	add_words(kube, &(KubeRun){.words = words}, true, &argv);
	for (size_t i = 0; i < argv.count; i++) {
		buf_puts(&line, i ? " " : "");
		shell_quote(str_from(argv.items[i]), &line);
	}
	return buf_take(&line);
}

static bool is_cancelled(void *userdata) { return call_is_cancelled(userdata); }

/* It was ended by us: what it complained of until then says more than that it was slow. */
static bool ended_early(const Kube *kube, const ProcessResult *ended, Error *err) {
	AUTO_FREE char *said = kube_said(buf_str(&ended->err));
	if (err && err->kind == ERROR_TIMEOUT) {
		AUTO_FREE char *before = bg_strdup(err->why);
		error_set(err, ERROR_TIMEOUT, "kubectl was %s%s%s", before, *said ? "; it said: " : "", said);
		error_hint(err, "look whether the API server answers, or whether a login plugin waits: %s get --raw /readyz", kube->program.items[0]);
	}
	return error_where(err, "%s", kube->place);
}

bool kube_run(const Kube *kube, const KubeRun *run, ProcessResult *ret, Error *err) {
	AUTO_CLEAR(StrList) argv = {0};
	AUTO_CLEAR(StrList) environment = {0};
	int64_t left_ms = call_remaining_ms(kube->call);
	union { const Call *call; void *userdata; } asked = {.call = kube->call};
	add_words(kube, run, false, &argv);
	process_environment(NULL, &environment);
	process_environment_set(&environment, "LC_ALL", "C");   /* refusals are told apart by their words */
	ProcessRequest request = {.argv = strlist_argv(&argv), .environment = strlist_argv(&environment), .input = run->input,
		.deadline_ms = left_ms < 1 ? 1 : left_ms, .grace_ms = GRACE_MS, .max_output = K8S_ANSWER_MAX, .cancelled = is_cancelled, .userdata = asked.userdata};
	if (!process_run(&request, ret, err)) {
		if (ret->started)
			return ended_early(kube, ret, err);
		*err->where = '\0';
		return error_where(err, "%s, program %s", kube->place, kube->program.items[0]);
	}
	if (ret->signal) {
		error_set(err, ERROR_REMOTE, "kubectl was ended by signal %d", ret->signal);
		error_hint(err, "run it by hand and look");
	} else if (ret->exit_code != 0 && ret->exit_code != run->accept) {
		kube_refused(buf_str(&ret->err), ret->exit_code, err);
	} else if (ret->out.overflowed) {
		error_set(err, ERROR_PROTOCOL, "the answer is larger than %u MB", K8S_ANSWER_MAX >> 20);
		error_hint(err, "ask for less: give a selector or a name");
	} else {
		return true;
	}
	return error_where(err, "%s", kube->place);
}

bool kube_strange(const Kube *kube, Error *err, const char *why, ...) {
	va_list args;
	va_start(args, why);
	AUTO_FREE char *text = bg_vasprintf(why, args);
	va_end(args);
	error_set(err, ERROR_PROTOCOL, "kubectl %s", text);
	error_hint(err, "run it by hand and look what is said: it may be another program, or another version");
	return error_where(err, "%s", kube->place);
}

bool kube_missing(const Kube *kube, const KubeKind *kind, const char *name, Error *err) {
	error_set(err, ERROR_MISSING, "there is no %s %s", kind->words, name);
	error_hint(err, "look at the names with: %s get %ss", kube->program.items[0], kind->words);
	return error_where(err, "%s", kube->place);
}

/* Names of objects are DNS labels: anything else could be read as an option or as a path. */
static bool name_fits(const Kube *kube, const char *name, Error *err) {
	size_t len = strlen(name), fit = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-");
	if (len && len <= K8S_NAME_MAX && fit == len && *name != '-' && *name != '.')
		return true;
	error_set(err, ERROR_INVALID, "\"%.60s\" cannot be a name in Kubernetes", name);
	error_hint(err, "write lower-case letters, digits, dots and dashes");
	return error_where(err, "%s", kube->place);
}

static bool parse(const Kube *kube, const ProcessResult *ended, Json **ret, Error *err) {
	Error why = {0};
	if (json_parse(buf_str(&ended->out), ret, &why))
		return true;
	return kube_strange(kube, err, "answers with what is not JSON: %s", why.why);
}

bool kube_get(const Kube *kube, const KubeKind *kind, const char *name, Json **ret, Error *err) {
	AUTO_CLEAR(ProcessResult) ended = {0};
	AUTO(Json) *object = NULL;
	const char *words[] = {"get", kind->resource, name, "--output=json", "--ignore-not-found", NULL};
	*ret = NULL;
	if (!name_fits(kube, name, err) || !kube_run(kube, &(KubeRun){.words = words, .cluster_wide = kind == &KUBE_NODES}, &ended, err))
		return false;
	if (!str_trim(buf_str(&ended.out)).len)
		return true;   /* exit 0 and no text: there is none */
	if (!parse(kube, &ended, &object, err))
		return false;
	if (!text_eq(json_get_string(object, "kind"), kind->kind) || !text_eq(json_get_string(json_get(object, "metadata"), "name"), name))
		return kube_strange(kube, err, "answers with something else than the %s %s", kind->words, name);
	*ret = TAKE(object);
	return true;
}

bool kube_list(const Kube *kube, const KubeKind *kind, const char *selector, Json **ret, Error *err) {
	AUTO_CLEAR(ProcessResult) ended = {0};
	AUTO(Json) *list = NULL;
	AUTO_FREE char *chosen = selector ? bg_asprintf("--selector=%s", selector) : NULL;
	const char *words[] = {"get", kind->resource, "--output=json", chosen, NULL};
	if (!kube_run(kube, &(KubeRun){.words = words, .cluster_wide = kind == &KUBE_NODES}, &ended, err) || !parse(kube, &ended, &list, err))
		return false;
	const char *said = json_get_string_or(list, "kind", "");
	if (!str_ends(str_from(said), "List") || !json_is_array(json_get(list, "items")))
		return kube_strange(kube, err, "answers with something else than a list of %ss", kind->words);
	JSON_EACH(item, json_get(list, "items"))
		if (!text_eq(json_get_string(item, "kind"), kind->kind))
			return kube_strange(kube, err, "answers with a list in which something else is than %ss", kind->words);
	*ret = TAKE(list);
	return true;
}

void kube_note(const Kube *kube, Reading *reading) { reading_at_place(reading, NULL, kube->place ? kube->place : "the cluster"); }
