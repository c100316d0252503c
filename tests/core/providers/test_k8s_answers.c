/* What kubectl said, as it was recorded from kubectl 1.32: answers parsed and judged, refusals told apart by their words. */
#include "core/base/alloc.h"
#include "core/playbook/model.h"
#include "core/providers/k8s/k8s.h"
#include "tests/support/support.h"

static Json *json_of(const char *text) {
	Json *json = NULL;
	Error err;
	assert_ok(json_parse(str_from(text), &json, &err), &err);
	return json;
}

#define LOG "E1121 14:00:22.893899    9117 memcache.go:265] \"Unhandled Error\" err=\"couldn't get current server API group list: "

Test(k8s_answers, a_refusal_is_told_by_its_words) {
	static const struct { const char *said; ErrorKind kind; const char *why; } CASES[] = {
		{LOG "Get \\\"http://127.0.0.1:1/api?timeout=3s\\\": dial tcp 127.0.0.1:1: connect: connection refused\"\n"
			"The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?\n", ERROR_IO,
			"connection refused: The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?"},
		{LOG "the server has asked for the client to provide credentials\"\nerror: You must be logged in to the server (the server has asked for the client to provide credentials)\n",
			ERROR_DENIED, "401, the credentials are not taken: You must be logged in to the server (the server has asked for the client to provide credentials)"},
		{"Error from server (NotFound): deployments.apps \"nope\" not found\n", ERROR_MISSING, "404, not there: deployments.apps \"nope\" not found"},
		{"Error from server (Forbidden): deployments.apps is forbidden: User \"x\" cannot list\n", ERROR_DENIED, "403, not allowed: deployments.apps is forbidden: User \"x\" cannot list"},
		{"error: Expected replicas to be 9, was 0\n", ERROR_CONFLICT, "somebody changed the number meanwhile: Expected replicas to be 9, was 0"},
		{"error: client rate limiter Wait returned an error: context deadline exceeded\n", ERROR_REMOTE,
			"429, asked too often, or no time was left: client rate limiter Wait returned an error: context deadline exceeded"},
		{"Unable to connect to the server: context deadline exceeded\n", ERROR_TIMEOUT, "no answer in time: context deadline exceeded"},
		{"E1121 14:00:42.952555   23551 request.go:1332] Unexpected error when reading response body: unexpected EOF\n"
			"error: unexpected error when reading response body. Please retry. Original error: unexpected EOF\n", ERROR_PROTOCOL,
			"the answer was truncated, or broke off: unexpected error when reading response body. Please retry. Original error: unexpected EOF"},
		{"Unable to connect to the server: getting credentials: exec: executable kubelogin-x not found\n\nIt looks like you are trying to use a plugin\n", ERROR_MISSING,
			"the login plugin of the kubeconfig is missing: getting credentials: exec: executable kubelogin-x not found"},
		{"Error in configuration: context was not found for specified context: zz\n", ERROR_MISSING,
			"the kubeconfig has no such context: context was not found for specified context: zz"},
		{"error: stat nope: no such file or directory\n", ERROR_MISSING, "the kubeconfig is not there: stat nope: no such file or directory"},
		{"Unable to connect to the server: dial tcp: lookup x.invalid on 10.0.0.53:53: no such host\n", ERROR_IO,
			"its name is not known (DNS): dial tcp: lookup x.invalid on 10.0.0.53:53: no such host"},
		{"Warning: policy is old\nerror: something new\n", ERROR_REMOTE, "kubectl ended with exit code 1: something new"},
		{"\033[31moops\033[0m\r\n", ERROR_REMOTE, "kubectl ended with exit code 1: oops"},
		{"", ERROR_REMOTE, "kubectl ended with exit code 1 and no word"},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		Error err = {0};
		cr_expect_not(kube_refused(str_from(CASES[i].said), 1, &err));
		assert_text(CASES[i].why, err.why, CASES[i].why);
		cr_expect(err.kind == CASES[i].kind && *err.hint, "%s: %s", CASES[i].why, error_kind_name(err.kind));
	}
}

#define OBJECT(kind, spec, status) "{\"apiVersion\":\"apps/v1\",\"kind\":\"" kind "\",\"metadata\":{\"name\":\"web\",\"generation\":4},\"spec\":{" spec "},\"status\":{" status "}}"
#define STUCK "\"conditions\":[{\"type\":\"Progressing\",\"status\":\"False\",\"reason\":\"ProgressDeadlineExceeded\",\"message\":\"ReplicaSet has timed out progressing.\"}]"

Test(k8s_answers, workloads_are_judged_by_their_counts) {
	static const struct { const char *name, *json; ReadingState state; const char *text; } CASES[] = {
		{"all there", OBJECT("Deployment", "\"replicas\":2", "\"observedGeneration\":4,\"replicas\":2,\"updatedReplicas\":2,\"readyReplicas\":2,\"availableReplicas\":2"), READING_OK, "2 of 2 ready"},
		{"one is the default", OBJECT("Deployment", "", "\"observedGeneration\":4,\"replicas\":1,\"updatedReplicas\":1,\"readyReplicas\":1,\"availableReplicas\":1"), READING_OK, "1 of 1 ready"},
		{"not seen by its controller", OBJECT("Deployment", "\"replicas\":2", "\"observedGeneration\":3,\"replicas\":2,\"updatedReplicas\":2,\"readyReplicas\":2,\"availableReplicas\":2"), READING_WARN,
			"2 of 2 ready, a rollout is under way (2 updated)"},
		{"old ones beside", OBJECT("Deployment", "\"replicas\":2", "\"observedGeneration\":4,\"replicas\":3,\"updatedReplicas\":1,\"readyReplicas\":2,\"availableReplicas\":2"), READING_WARN,
			"2 of 2 ready, a rollout is under way (1 updated)"},
		{"stuck", OBJECT("Deployment", "\"replicas\":2", "\"observedGeneration\":4,\"replicas\":3,\"updatedReplicas\":1,\"readyReplicas\":2,\"availableReplicas\":2," STUCK), READING_FAIL,
			"2 of 2 ready, its rollout is stuck"},
		{"refused by a quota", OBJECT("Deployment", "\"replicas\":2", "\"observedGeneration\":4,\"conditions\":[{\"type\":\"ReplicaFailure\",\"status\":\"True\",\"message\":\"exceeded quota\"}]"),
			READING_FAIL, "0 of 2 ready, its pods are refused"},
		{"zero, some still there", OBJECT("Deployment", "\"replicas\":0", "\"observedGeneration\":4,\"replicas\":1,\"readyReplicas\":1"), READING_WARN, "0 wanted, 1 still ready"},
		{"ready, not available yet", OBJECT("Deployment", "\"replicas\":2", "\"observedGeneration\":4,\"replicas\":2,\"updatedReplicas\":2,\"readyReplicas\":2,\"availableReplicas\":1"), READING_WARN, "1 of 2 available"},
		{"a statefulset with nothing to replace", OBJECT("StatefulSet", "\"replicas\":3", "\"observedGeneration\":4,\"replicas\":3,\"readyReplicas\":3,\"currentReplicas\":3,\"currentRevision\":\"a\",\"updateRevision\":\"a\""),
			READING_OK, "3 of 3 ready"},
		{"a statefulset that is being replaced", OBJECT("StatefulSet", "\"replicas\":3", "\"observedGeneration\":4,\"replicas\":3,\"readyReplicas\":3,\"updatedReplicas\":1,\"currentRevision\":\"a\",\"updateRevision\":\"b\""),
			READING_WARN, "3 of 3 ready, a rollout is under way (1 updated)"},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO(Json) *object = json_of(CASES[i].json);
		AUTO_CLEAR(Reading) reading = {0};
		const KubeKind *kind = strstr(CASES[i].json, "StatefulSet") ? &KUBE_STATEFULSETS : &KUBE_DEPLOYMENTS;
		K8sWorkload workload;
		cr_assert(k8s_workload_parse(object, kind, &workload), "%s", CASES[i].name);
		k8s_workload_judge(&workload, kind, &reading);
		assert_text(CASES[i].name, reading.text, CASES[i].text);
		cr_expect_eq(reading.state, CASES[i].state, "%s", CASES[i].name);
		cr_expect(reading.state == READING_OK || reading.reason, "%s", CASES[i].name);
	}
}

Test(k8s_answers, what_cannot_be_is_refused) {
	static const char *const WORKLOADS[] = {"[]", "{}", "{\"kind\":\"Deployment\"}", OBJECT("StatefulSet", "", ""), OBJECT("Deployment", "\"replicas\":-1", ""),
		OBJECT("Deployment", "\"replicas\":\"3\"", ""), OBJECT("Deployment", "\"replicas\":1.5", ""), OBJECT("Deployment", "\"replicas\":3", "\"readyReplicas\":99999999"),
		"{\"kind\":\"Deployment\",\"metadata\":{\"name\":\"\"},\"spec\":{},\"status\":{}}", "{\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},\"spec\":{}}"};
	static const char *const NODES[] = {"{}", "{\"kind\":\"Node\",\"metadata\":{\"name\":\"n\"}}",
		"{\"kind\":\"Node\",\"metadata\":{\"name\":\"n\"},\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"Maybe\"}]}}"};
	static const char *const PODS[] = {"{}", "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"status\":{\"phase\":\"Well\"}}",
		"{\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"status\":{\"phase\":\"Running\",\"containerStatuses\":[{\"restartCount\":-1}]}}"};
	for (size_t i = 0; i < BG_LENGTH(WORKLOADS); i++) {
		AUTO(Json) *object = json_of(WORKLOADS[i]);
		K8sWorkload workload;
		cr_expect_not(k8s_workload_parse(object, &KUBE_DEPLOYMENTS, &workload), "%s", WORKLOADS[i]);
	}
	for (size_t i = 0; i < BG_LENGTH(NODES); i++) {
		AUTO(Json) *object = json_of(NODES[i]);
		K8sNode node;
		cr_expect_not(k8s_node_parse(object, &node), "%s", NODES[i]);
	}
	for (size_t i = 0; i < BG_LENGTH(PODS); i++) {
		AUTO(Json) *object = json_of(PODS[i]);
		K8sPod pod;
		cr_expect_not(k8s_pod_parse(object, &pod), "%s", PODS[i]);
	}
}

#define POD(name, phase, more) "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"" name "\",\"creationTimestamp\":\"2026-11-21T02:00:00Z\"},\"status\":{\"phase\":\"" phase "\"" more "}}"
#define READY ",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]"
#define CAME_BACK(at) ",\"containerStatuses\":[{\"restartCount\":4,\"lastState\":{\"terminated\":{\"finishedAt\":\"" at "\"}}}]"

Test(k8s_answers, pods_that_restarted_lately_or_wait_are_named) {
	static const struct { const char *items; ReadingState state; const char *text; } CASES[] = {
		{POD("a", "Running", READY) "," POD("job", "Succeeded", ""), READING_OK, "1 of 1 pods ready"},
		{POD("a", "Running", READY CAME_BACK("2026-11-21T02:50:00Z")), READING_WARN, "1 of 1 pods ready; restarted: a (10 m ago, 4 in all)"},
		{POD("a", "Running", READY CAME_BACK("2026-11-20T02:50:00Z")), READING_OK, "1 of 1 pods ready"},
		{POD("a", "Running", READY) "," POD("b", "Pending", ""), READING_FAIL, "1 of 2 pods ready; pending: b (for 1 h)"},
		{POD("a", "Running", READY) "," POD("b", "Failed", ""), READING_WARN, "1 of 1 pods ready; failed: b"},
		{POD("a", "Running", READY) "," POD("b", "Running", ""), READING_WARN, "1 of 2 pods ready; not ready: b"},
		{POD("a", "Running", ""), READING_FAIL, "0 of 1 pods ready; not ready: a"},
		{"", READING_FAIL, "0 of 0 pods ready"},
	};
	WallTime now;
	cr_assert(wall_parse_iso(STR("2026-11-21T03:00:00Z"), &now));
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_FREE char *text = bg_asprintf("{\"kind\":\"List\",\"items\":[%s]}", CASES[i].items);
		AUTO(Json) *list = json_of(text);
		AUTO_CLEAR(Reading) reading = {0};
		cr_assert(k8s_pods_judge(list, 3600000, now, &reading));
		assert_text(CASES[i].text, reading.text, CASES[i].text);
		cr_expect_eq(reading.state, CASES[i].state, "%s", CASES[i].text);
		cr_expect(reading.state == READING_OK || reading.reason, "%s", CASES[i].text);
	}
}

/* As a team writes it beside its own commands: values that a probe tells, an undo of a visible command, and what must come true within a time. */
static const char PLAYBOOK[] = "# Loss of data\n<!-- bg\nprocedure id=loss title=\"Loss of data\"\nvar namespace ask=\"Namespace\"\nvar deployment ask=\"Deployment\"\n"
	"var web_replicas type=int from=k8s.deployment.replicas namespace=${namespace} deployment=${deployment}\n-->\n\n"
	"1. Stop it:\n   ```sh\n   kubectl -n bat-staging scale deployment web --replicas 0\n   ```\n"
	"   <!-- bg\n   opens web-stopped\n   undo k8s.scale namespace=${namespace} deployment=${deployment} replicas=${web_replicas}\n"
	"   verify k8s.deployment namespace=${namespace} deployment=${deployment} ready=0 within=2m\n   -->\n"
	"2. Start it again.\n   <!-- bg\n   do k8s.scale namespace=${namespace} deployment=${deployment} replicas=${web_replicas}\n   closes web-stopped\n   -->\n";

Test(k8s_answers, a_playbook_may_ask_for_what_is_there_and_put_it_back) {
	static const struct { const char *from, *to, *says; } WRONG[] = {
		{"k8s.deployment.replicas", "k8s.deployment.replica", "k8s.deployment tells no replica"}, {"ready=0", "redy=0", "k8s.deployment has no parameter or field redy"},
		{"do k8s.scale", "do k8s.scal", "there is no action \"k8s.scal\""},
	};
	AUTO(Playbook) *playbook = NULL;
	Error err;
	assert_ok(playbook_parse(str_from(PLAYBOOK), "loss.md", provider_vocabulary(), &playbook, &err), &err);
	cr_expect_not(playbook_has_errors(playbook), "%s", playbook->diagnostics.count ? playbook->diagnostics.items[0].text : "");
	for (size_t i = 0; i < BG_LENGTH(WRONG); i++) {
		AUTO(Playbook) *wrong = NULL;
		const char *at = strstr(PLAYBOOK, WRONG[i].from);
		AUTO_FREE char *text = bg_asprintf("%.*s%s%s", (int) (at - PLAYBOOK), PLAYBOOK, WRONG[i].to, at + strlen(WRONG[i].from));
		assert_ok(playbook_parse(str_from(text), "loss.md", provider_vocabulary(), &wrong, &err), &err);
		cr_assert(wrong->diagnostics.errors, "%s", WRONG[i].says);
		assert_text("told", wrong->diagnostics.items[0].text, WRONG[i].says);
	}
}
