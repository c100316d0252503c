/* The first line is "VERB BITS": a probe or an action of any provider, and which of its optional arguments are given; from 2^59 on it is asked what the
 * credentials may for it, and until when they count; the rest is what the other side
 * answers (fake_curl.h). Whatever it is: a probe is ok only after an answer, says why when it is not ok, and speaks in harmless lines; a plan has the digest
 * that it has when it is read back; the secret is nowhere in what is told. */
#include <stdio.h>
#include <stdlib.h>

#include "fake_curl.h"
#include "fuzz.h"
#include "core/providers/provider.h"

#define ENOUGH 5000       /* looks whether it is to stop, in one call */
#define SECRET "hush-hush-0123456789"

static const char ENVIRONMENT[] =
	"name: fuzz\nkind: live\nsystems:\n"
	"  ci: { provider: concourse, url: 'http://127.0.0.1:1', token: { env: FUZZ_TOKEN } }\n"
	"  cdn: { provider: fastly, service: ocw-live, url: 'http://127.0.0.1:2', token: { env: FUZZ_TOKEN } }\n"
	"  store: { provider: s3, endpoint: 'http://127.0.0.1:3', region: us-east-1, access-key-id: { env: FUZZ_ID }, secret-access-key: { env: FUZZ_TOKEN } }\n"
	"  vault: { provider: azure, account: fuzzing, url: 'http://127.0.0.1:7', sas: { env: FUZZ_SAS } }\n"
	"  couch: { provider: couchdb, url: 'http://127.0.0.1:6', nodes: [ 'http://127.0.0.2:6' ], password: { env: FUZZ_TOKEN } }\n"
	"  gh: { provider: github, repository: octo/app, url: 'http://127.0.0.1:7', token: { env: FUZZ_TOKEN } }\n"
	"  cloud: { provider: aws, account: '123456789012', region: us-east-1, s3-url: 'http://127.0.0.1:8', iam-url: 'http://127.0.0.1:9', sts-url: 'http://127.0.0.1:9', control-url: 'http://127.0.0.1:10',\n"
	"    access-key-id: { env: FUZZ_ID }, secret-access-key: { env: FUZZ_TOKEN } }\n"
	"  site: { provider: http, url: 'http://127.0.0.1:4', token: { env: FUZZ_TOKEN }, body: '{\"a\": [\"${text}\", 1]}' }\n"
	"  chat: { provider: slack, url: 'http://127.0.0.1:8', channel: C1, token: { env: FUZZ_TOKEN } }\n"
	"  cards: { provider: trello, url: 'http://127.0.0.1:9', board: b, list: L, key: { env: FUZZ_ID }, token: { env: FUZZ_TOKEN } }\n"
	"  overlay: { provider: mycelium, url: 'http://127.0.0.1:5' }\n";

/* What an argument may be; the text of the file is not what is tried here. */
static const char *const ARGUMENTS[][2] = {
	{ "pipeline", "p" }, { "job", "j" }, { "version", "77" }, { "from", "content-live" }, { "to", "content-backup" }, { "text", "content-live" },
	{ "bucket", "b" }, { "container", "b" }, { "min-size", "100" }, { "shrink", "50" }, { "retention", "7" }, { "prefix", "courses/" }, { "max-age", "26h" }, { "url", "http://127.0.0.1:4/courses/" }, { "sample", "4" }, { "serves", "content-live" },
	{ "backup", "content-backup" }, { "wait", "yes" }, { "status", "200" }, { "config", "p.yml" }, { "vars", "vars.yml" },
	{ "existing", "merge" }, { "attachments", "keep" }, { "databases", "d" }, { "as", "d" },
	{ "branch", "main" }, { "approvals", "6" }, { "workflow", "restore.yml" }, { "correlation", "bg_id" }, { "run", "4711" }, { "watch", "no" },
	{ "channel", "C1" }, { "thread", "1503435956.000247" }, { "name", "inc-${date}-${slug}" }, { "topic", "lost" }, { "invite", "U1,U2" },
	{ "improvements", "yes" }, { "list", "L" }, { "desc", "two\nlines" }, { "method", "PUT" }, { "expect", "200,201" }, { "keep", "issue.key" },
};

/* Names that Amazon would take; a job is not followed to its end, which the answers may never come to. */
static const char *const AWS_ARGUMENTS[][2] = {
	{ "bucket", "new-one" }, { "source", "source-one" }, { "destination", "copy-one" }, { "like", "source-one" }, { "apart-from", "source-one" }, { "region", "us-east-2" },
	{ "ownership", "acls-enabled" }, { "public", "open" }, { "versioning", "suspended" }, { "encryption", "kms" }, { "replicates-to", "copy-one" },
	{ "rule", "DR Replication" }, { "role", "web" }, { "user", "backups" }, { "policy", "assets" }, { "file", "key.csv" }, { "prefix", "reports" }, { "max-lag", "15m" },
};

/* One that writes files, one that runs what it is told, one that speaks SSH (node_facts), sets of backups (backup_set), those that ask a program (k8s_answer), one that asks name servers (dns_answer), one that looks at
 * what is here (readiness): nothing of theirs is HTTP. */
static bool is_of_the_wire(const VerbSpec *spec)
{
	return !str_starts(str_from(spec->name), "backup.") && !text_eq(spec->name, "command.run") && !text_eq(spec->name, "checkpoint.folder") && !text_eq(spec->name, "node.machine")
		&& !str_starts(str_from(spec->name), "k8s.") && !str_starts(str_from(spec->name), "az.") && !str_starts(str_from(spec->name), "dns.") && !str_starts(str_from(spec->name), "readiness.");
}

/* ---- every verb has a file in the corpus that begins with it ---- */

static StrList seen;

static bool has_seen(const VerbSpec *spec)
{
	bool ok = !is_of_the_wire(spec) || strlist_has(&seen, spec->name);
	if (!ok)
		printf("# no file of the corpus is about %s\n", spec->name);
	return ok;
}

bool fuzz_corpus_is_whole(void)
{
	bool whole = true;
	const Vocabulary *vocabulary = provider_vocabulary();
	for (size_t i = 0; i < vocabulary->count; i++)
		whole = has_seen(vocabulary->verbs[i]) && whole;
	strlist_clear(&seen);
	return whole;
}

/* ---- one call ---- */

static const Environment *environment(void)
{
	static Environment *made;
	Error err = { 0 };
	if (made)
		return made;
	BG_ASSERT(setenv("FUZZ_TOKEN", SECRET, 1) == 0 && setenv("FUZZ_ID", "AKIDEXAMPLE", 1) == 0
		&& setenv("FUZZ_SAS", "sv=2021-12-02&sr=c&sp=rl&sig=" SECRET, 1) == 0);
	BG_ASSERT(setenv("BREAKGLASS_TEST_CLOCK", "1795230000000", 1) == 0);
	fuzz_write("p.yml", STR("jobs:\n- name: j\n  plan: [{get: every-day, trigger: true}]\nresources:\n- {name: every-day, type: time}\n"));
	fuzz_write("d.json", STR("{\"rows\":[{\"doc\":{\"_id\":\"a\",\"_rev\":\"1-a\"}},{\"doc\":{\"_id\":\"_design/x\",\"_rev\":\"1-b\"}}]}"));
	fuzz_write("d.security.json", STR("{\"admins\":{\"names\":[],\"roles\":[]}}"));
	fuzz_write("vars.yml", STR("bucket: content-live\n"));
	AUTO_FREE char *path = fuzz_path("environment.yaml");
	bool ok = environment_parse(str_from(ENVIRONMENT), path, &made, &err) && provider_check_environment(made, &err);
	BG_ASSERT(ok);
	return made;
}

static Json *aws_arguments(const VerbSpec *spec, int64_t bits)
{
	Json *args = json_new_object();
	for (size_t i = 0; i < spec->param_count; i++)
		for (size_t a = 0; a < BG_LENGTH(AWS_ARGUMENTS); a++)
			if ((spec->params[i].required || bits >> (i % 60) & 1) && text_eq(spec->params[i].name, AWS_ARGUMENTS[a][0]))
				json_add_string(args, AWS_ARGUMENTS[a][0], AWS_ARGUMENTS[a][1]);
	if (text_eq(spec->name, "aws.replicate-existing"))
		json_add_string(args, "wait", "no");
	return args;
}

static Json *arguments(const VerbSpec *spec, int64_t bits)
{
	if (str_starts(str_from(spec->name), "aws."))
		return aws_arguments(spec, bits);
	Json *args = json_new_object();
	for (size_t i = 0; i < spec->param_count; i++) {
		const ParamSpec *param = &spec->params[i];
		if (!param->required && !(bits >> (i % 60) & 1))
			continue;
		if (text_eq(param->name, "value.*")) {
			json_add_string(args, "value.text", "back\n\"again\"");
			continue;
		}
		if (text_eq(spec->name, "couchdb.restore") && text_eq(param->name, "from")) {
			json_add_string(args, "from", "d.json");
			continue;
		}
		for (size_t a = 0; a < BG_LENGTH(ARGUMENTS); a++)
			if (text_eq(param->name, ARGUMENTS[a][0]) && !(text_eq(param->name, "status") && param->type == PARAM_CHOICE))
				json_add_string(args, param->name, ARGUMENTS[a][1]);
	}
	return args;
}

static void tells_no_secret(const char *text)
{
	BG_ASSERT(!text || !strstr(text, SECRET));
}

static void check_error(const Error *err)
{
	fuzz_refused(err);
	tells_no_secret(err->why);
	tells_no_secret(err->where);
	tells_no_secret(err->hint);
}

static void check_probe(const Probe *probe, const Call *call)
{
	AUTO_CLEAR(Reading) reading = { 0 };
	probe->read(call, &reading);
	BG_ASSERT(reading.state != READING_STALE);
	BG_ASSERT(reading.state != READING_OK || fake_curl_requests());
	BG_ASSERT(reading.state == READING_OK || reading.state == READING_WARN || (reading.reason && reading.reason[0]) || reading.text);
	fuzz_harmless(str_from(reading.text), SANITISE_LINE);
	fuzz_harmless(str_from(reading.reason), SANITISE_LINE);
	AUTO(Json) *json = reading_to_json(&reading);
	AUTO_FREE char *text = json_text(json);
	tells_no_secret(text);
}

static void check_plan(const Plan *plan)
{
	AUTO_CLEAR(Plan) again = { 0 };
	char digest[65], same[65];
	Error err = { 0 };
	AUTO(Json) *json = plan_to_json(plan);
	AUTO_FREE char *text = json_text(json);
	tells_no_secret(text);
	bool read = plan_from_json(json, &again, &err);
	BG_ASSERT(read);
	plan_digest(plan, digest);
	plan_digest(&again, same);
	BG_ASSERT(text_eq(digest, same));
}

static void check_result(const ActionResult *result)
{
	tells_no_secret(result->evidence);
	tells_no_secret(result->value);
	BG_ASSERT(result->verified == VERIFIED_UNKNOWN || result->evidence);
}

static void check_action(const Action *action, const Call *call)
{
	AUTO_CLEAR(Plan) plan = { 0 };
	AUTO_CLEAR(ActionResult) result = { 0 };
	Error err = { 0 };
	if (!action->plan(call, &plan, &err)) {
		check_error(&err);
		return;
	}
	check_plan(&plan);
	if (!action->apply(call, &plan, &result, &err))
		check_error(&err);
	if (action->verify && !action->verify(call, &plan, &result, &err))
		check_error(&err);
	check_result(&result);
	char *verb = NULL;
	AUTO(Json) *args = NULL;
	if (action->undo && action->undo(&plan, result.values, &verb, &args))
		BG_ASSERT(action_find(verb));
	free(verb);
}

#define ASKS_RIGHTS (INT64_C(1) << 59)

static void check_rights(const VerbSpec *spec, const Call *call)
{
	const Provider *provider = provider_find(call->system->provider);
	AUTO_CLEAR(Rights) rights = { 0 };
	Error err = { 0 };
	WallTime end = { 0 };
	if (provider->may)
		provider->may(call, spec->name, &rights);
	for (size_t i = 0; i < rights.count; i++) {
		const Right *right = &rights.items[i];
		BG_ASSERT(*right->what && *right->evidence && (right->answer != RIGHT_YES || fake_curl_requests()));
		fuzz_harmless(str_from(right->what), SANITISE_LINE);
		fuzz_harmless(str_from(right->evidence), SANITISE_LINE);
		tells_no_secret(right->evidence);
		tells_no_secret(right->hint);
	}
	if (provider->credential_end && !provider->credential_end(call, &end, &err))
		check_error(&err);
}

/* What waits for an end that no answer brings is ended by a person. */
static bool has_had_enough(void *userdata)
{
	int *asked = userdata;
	return ++*asked > ENOUGH;
}

static void try_verb(const VerbSpec *spec, const Probe *probe, const Action *action, int64_t bits, Str answers)
{
	Error err = { 0 };
	int asked = 0;
	if (!is_of_the_wire(spec))
		return;
	if (!strlist_has(&seen, spec->name))
		strlist_add(&seen, spec->name);
	AUTO(Json) *args = arguments(spec, bits);
	CallCheckpoint checkpoint = { "20261121-0312-mass-publish", "breakglass 20261121-0312-mass-publish\n7\n", 7 };
	Call call = { .environment = environment(), .args = args, .deadline = { mono_now().ms + 60000 }, .state_folder = fuzz_folder(), .checkpoint = &checkpoint,
		.cancelled = has_had_enough, .userdata = &asked, .incident = checkpoint.incident };
	AUTO(Json) *improvements = NULL;
	bool noted = json_parse(STR("[{\"record\":3,\"who\":\"ann\",\"text\":\"alert\"},{\"record\":5,\"text\":\"train\\nit\"}]"), &improvements, NULL);
	BG_ASSERT(noted);
	call.improvements = improvements;
	CallAnnouncement announcement = { .incident = checkpoint.incident, .text = "03:12Z incident declared", .thread = bits & 4 ? "1.2" : NULL, .seq = 7 };
	if (text_eq(spec->name, "slack.announce") && bits & 2)
		call.announcement = &announcement;
	if (!provider_choose_system(call.environment, spec->name, args, &call.system, &err))
		return;
	/* A place for checkpoints speaks to the system that the environment names for it, or to none. */
	if (text_eq(spec->name, "checkpoint.bucket") && bits > 1)
		call.system = environment_find_system(call.environment, "store");
	fake_curl_answer(answers);
	if (bits & ASKS_RIGHTS)
		check_rights(spec, &call);
	else if (probe)
		check_probe(probe, &call);
	else
		check_action(action, &call);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	Str answers = { size ? (const char *) data : "", size };
	AUTO_CLEAR(StrList) words = { 0 };
	int64_t bits = 0;
	strlist_split(&words, fuzz_line(&answers), ' ');
	if (!words.count || (words.count > 1 && !str_parse_int(str_from(words.items[1]), &bits)))
		return 0;
	const Probe *probe = probe_find(words.items[0]);
	const Action *action = action_find(words.items[0]);
	if (!probe && !action)
		return 0;
	/* Some verbs are both. */
	if (probe)
		try_verb(&probe->spec, probe, NULL, bits, answers);
	if (action)
		try_verb(&action->spec, NULL, action, bits, answers);
	return 0;
}
