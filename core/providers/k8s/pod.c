/* pod.c: pods that crash, wait, or were started again lately. A restart count by itself says nothing: it may be a year old. */
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/providers/k8s/k8s.h"

#define PENDING_MS (2 * 60 * 1000)      /* longer than a usual start */
#define NAMED_MAX 3

static const char *const BROKEN[] = {"CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "CreateContainerConfigError",
	"CreateContainerError", "RunContainerError"};

static WallTime time_of(const Json *object, const char *key) {
	WallTime time = {0};
	(void) wall_parse_iso(str_from(json_get_string_or(object, key, "")), &time);   /* else it is not told */
	return time;
}

static bool read_container(const Json *container, K8sPod *ret) {
	const Json *restarts = json_get(container, "restartCount");
	int64_t count = 0;
	if (!json_is_object(container) || (restarts && (!json_int(restarts, &count) || count < 0 || count > INT32_MAX)))
		return false;
	ret->restarts += count;
	WallTime ended = time_of(json_get(json_get(container, "lastState"), "terminated"), "finishedAt");
	if (count && ended.ms > ret->restarted.ms)
		ret->restarted = ended;
	const char *waiting = json_get_string(json_get(json_get(container, "state"), "waiting"), "reason");
	if (waiting && !*ret->waiting)
		snprintf(ret->waiting, sizeof(ret->waiting), "%s", waiting);
	return true;
}

bool k8s_pod_parse(const Json *object, K8sPod *ret) {
	static const char *const PHASES[] = {"Pending", "Running", "Succeeded", "Failed", "Unknown"};
	K8sPod pod = {0};
	bool known = false;
	const Json *meta = json_get(object, "metadata"), *status = json_get(object, "status");
	const char *name = json_get_string(meta, "name"), *phase = json_get_string_or(status, "phase", "");
	for (size_t i = 0; i < BG_LENGTH(PHASES); i++)
		known = known || text_eq(phase, PHASES[i]);
	if (!text_eq(json_get_string(object, "kind"), "Pod") || !known || !name || !*name || strlen(name) > K8S_NAME_MAX)
		return false;
	snprintf(pod.name, sizeof(pod.name), "%s", name);
	snprintf(pod.phase, sizeof(pod.phase), "%s", phase);
	pod.made = time_of(meta, "creationTimestamp");
	pod.ended = text_eq(phase, "Succeeded");
	JSON_EACH(condition, json_get(status, "conditions"))
		if (text_eq(json_get_string(condition, "type"), "Ready"))
			pod.ready = text_eq(json_get_string(condition, "status"), "True");
	JSON_EACH(container, json_get(status, "initContainerStatuses"))
		if (!read_container(container, &pod))
			return false;
	JSON_EACH(container, json_get(status, "containerStatuses"))
		if (!read_container(container, &pod))
			return false;
	*ret = pod;
	return true;
}

typedef struct Pods { int64_t count, ready, restarts; StrList broken, pending, restarted, failed, unready; } Pods;

static void pods_clear(Pods *pods) {
	strlist_clear(&pods->broken);
	strlist_clear(&pods->pending);
	strlist_clear(&pods->restarted);
	strlist_clear(&pods->failed);
	strlist_clear(&pods->unready);
}
BG_DEFINE_CLEARP(Pods, pods_clear)

bool k8s_pod_is_broken(const K8sPod *pod) {
	for (size_t i = 0; i < BG_LENGTH(BROKEN); i++)
		if (text_eq(pod->waiting, BROKEN[i]))
			return true;
	return false;
}

static void count_pod(const K8sPod *pod, int64_t recent_ms, WallTime now, Pods *pods) {
	char span[SPAN_TEXT_SIZE];
	if (pod->ended)
		return;
	int64_t since_ms = now.ms - pod->restarted.ms, age_ms = now.ms - pod->made.ms;
	bool failed = text_eq(pod->phase, "Failed"), pending = text_eq(pod->phase, "Pending");
	pods->count += !failed;
	pods->ready += pod->ready && !failed;
	if (k8s_pod_is_broken(pod))
		strlist_add_take(&pods->broken, bg_asprintf("%s (%s)", pod->name, pod->waiting));
	else if (failed)
		strlist_add(&pods->failed, pod->name);
	else if (pending && wall_known(pod->made) && age_ms > PENDING_MS)
		strlist_add_take(&pods->pending, bg_asprintf("%s (for %s)", pod->name, span_format_short(age_ms, span)));
	else if (!pod->ready)
		strlist_add(&pods->unready, pod->name);
	if (wall_known(pod->restarted) && since_ms < recent_ms) {
		pods->restarts++;
		strlist_add_take(&pods->restarted, bg_asprintf("%s (%s ago, %lld in all)", pod->name, span_format_short(since_ms > 0 ? since_ms : 0, span),
			(long long) pod->restarts));
	}
}

/* The first few by name: the line has its bounds. */
static void tell(const StrList *names, const char *words, Buf *said) {
	if (!names->count)
		return;
	buf_printf(said, "; %s: ", words);
	for (size_t i = 0; i < names->count && i < NAMED_MAX; i++)
		buf_printf(said, "%s%s", i ? ", " : "", names->items[i]);
	if (names->count > NAMED_MAX)
		buf_printf(said, " and %zu more", names->count - NAMED_MAX);
}

static void judge(const Pods *pods, Reading *ret) {
	AUTO_CLEAR(Buf) said = {0};
	tell(&pods->broken, "cannot run", &said);
	tell(&pods->pending, "pending", &said);
	tell(&pods->failed, "failed", &said);
	tell(&pods->unready, "not ready", &said);
	tell(&pods->restarted, "restarted", &said);
	bool bad = pods->broken.count || pods->pending.count || !pods->count || !pods->ready;
	reading_set(ret, bad ? READING_FAIL : said.len ? READING_WARN : READING_OK, "%lld of %lld pods ready%s", (long long) pods->ready, (long long) pods->count, buf_text(&said));
	if (!pods->count)
		reading_because(ret, "no pod is there: look whether it was scaled to 0, or whether namespace and selector are right");
	else if (pods->broken.count || pods->restarted.count)
		reading_because(ret, "look at what it said before it ended: kubectl logs --previous POD");
	else if (pods->pending.count)
		reading_because(ret, "look why no node takes it: kubectl describe pod POD");
	else if (said.len || bad)
		reading_because(ret, "look at them: kubectl describe pod POD");
}

bool k8s_pods_judge(const Json *list, int64_t recent_ms, WallTime now, Reading *ret) {
	AUTO_CLEAR(Pods) pods = {0};
	JSON_EACH(item, json_get(list, "items")) {
		K8sPod pod;
		if (!k8s_pod_parse(item, &pod))
			return false;
		count_pod(&pod, recent_ms, now, &pods);
	}
	reading_fact_int(ret, "pods", pods.count);
	reading_fact_int(ret, "ready", pods.ready);
	reading_fact_int(ret, "restarted", pods.restarts);
	reading_fact_int(ret, "broken", (int64_t) pods.broken.count);
	reading_fact_int(ret, "pending", (int64_t) pods.pending.count);
	judge(&pods, ret);
	return true;
}
