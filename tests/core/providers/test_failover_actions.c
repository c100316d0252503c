/* The whole failover and its way back through the providers alone, against the sandbox: systems with a state, written by others. */
#include "core/base/alloc.h"
#include "core/providers/provider.h"
#include "core/sandbox/sandbox.h"
#include "tests/support/support.h"

#define LIVE "ocw-content-live-production"
#define BACKUP "ocw-content-backup-live-production"
#define PIPELINE "backup-ocw-content"

typedef struct Field {
	Sandbox *sandbox;
	Environment *environment;
	TempFolder folder;
} Field;

static void field_clear(Field *field) {
	environment_free(field->environment);
	sandbox_stop(field->sandbox);
	temp_folder_clear(&field->folder);
}
BG_DEFINE_CLEARP(Field, field_clear)

static void field_begin(Field *field) {
	Error err;
	SandboxOptions options = {.build_ms = 1};
	field->folder = temp_folder();
	assert_ok(sandbox_start(&options, &field->sandbox, &err), &err);
	AUTO_FREE char *path = sandbox_environment(field->sandbox);
	assert_ok(environment_load(path, &field->environment, &err), &err);
	assert_ok(provider_check_environment(field->environment, &err), &err);
}

static Json *args_of(const char *const pairs[]) {
	Json *args = json_new_object();
	for (size_t i = 0; pairs[i]; i += 2)
		json_add_string(args, pairs[i], pairs[i + 1]);
	return args;
}
#define ARGS(...) args_of((const char *const[]){__VA_ARGS__, NULL})

static Call call_for(Field *field, const char *verb, const VerbSpec *spec, const Json *args) {
	Error err;
	Call call = {.environment = field->environment, .args = args, .deadline = {mono_now().ms + 20000}, .state_folder = field->folder.path};
	assert_ok(provider_check_args(spec, args, &err), &err);
	assert_ok(provider_choose_system(field->environment, verb, args, &call.system, &err), &err);
	return call;
}

/* Plan, apply, verify, as a worker does it; consumes `args`. What `save` keeps is owned by the caller. */
static char *act(Field *field, const char *verb, Json *args) {
	Error err;
	AUTO(Json) *given = args;
	const Action *action = action_find(verb);
	cr_assert_not_null(action, "%s", verb);
	Call call = call_for(field, verb, &action->spec, given);
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(Plan) again = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	char digest[65], second[65];
	assert_ok(action->plan(&call, &plan, &err), &err);
	assert_ok(action->plan(&call, &again, &err), &err);
	plan_digest(&plan, digest);
	plan_digest(&again, second);
	cr_assert_str_eq(digest, second, "%s: one world, two plans", verb);
	assert_ok(action->apply(&call, &plan, &result, &err), &err);
	if (action->verify)
		assert_ok(action->verify(&call, &plan, &result, &err), &err);
	cr_assert_eq(result.verified, VERIFIED_YES, "%s: %s", verb, result.evidence);
	return TAKE(result.value);
}

static void look(Field *field, const char *verb, Json *args, Reading *ret) {
	AUTO(Json) *given = args;
	const Probe *probe = probe_find(verb);
	cr_assert_not_null(probe, "%s", verb);
	Call call = call_for(field, verb, &probe->spec, given);
	probe->read(&call, ret);
}

static void expect_reading(Field *field, const char *verb, Json *args, ReadingState state, const char *part) {
	AUTO_CLEAR(Reading) reading = {0};
	look(field, verb, args, &reading);
	cr_assert_eq(reading.state, state, "%s: %s (%s)", verb, reading.text, reading.reason ? reading.reason : "");
	cr_assert(strstr(reading.text, part), "%s: %s", verb, reading.text);
}

/* Points the service from one bucket to the other, in the steps of the playbook. The version that was active before. */
static char *repoint(Field *field, const char *from, const char *to) {
	AUTO_FREE char *draft = act(field, "fastly.clone", ARGS("service", "ocw-live", "version", "active"));
	free(act(field, "fastly.replace", ARGS("version", draft, "from", from, "to", to, "in", "backends,hosts")));
	free(act(field, "fastly.replace", ARGS("version", draft, "from", from, "to", to, "in", "override-host,sni-host,cert-host,healthcheck-host")));
	free(act(field, "fastly.validate", ARGS("version", draft)));
	return act(field, "fastly.activate", ARGS("version", draft));
}

Test(failover_actions, the_site_is_healed_and_taken_back) {
	AUTO_CLEAR(Field) field = {0};
	field_begin(&field);
	expect_reading(&field, "concourse.job", ARGS("pipeline", PIPELINE, "job", PIPELINE, "max-age", "26h"), READING_OK, "succeeded, ended");
	expect_reading(&field, "s3.bucket", ARGS("bucket", BACKUP), READING_OK, "newest");
	expect_reading(&field, "http", ARGS("sample", "40", "text", "Course Description"), READING_FAIL, "sampled pages are broken");
	expect_reading(&field, "fastly.service", ARGS("service", "ocw-live"), READING_OK, "serves " LIVE);
	cr_assert(sandbox_damaged_courses(field.sandbox) > 0);
	free(act(&field, "concourse.pause", ARGS("pipeline", PIPELINE)));
	expect_reading(&field, "concourse.pipeline", ARGS("pipeline", PIPELINE), READING_WARN, "paused");
	AUTO_FREE char *previous = repoint(&field, LIVE, BACKUP);
	cr_expect_eq(sandbox_damaged_courses(field.sandbox), 0);
	expect_reading(&field, "fastly.service", ARGS("serves", BACKUP), READING_OK, "serves " BACKUP);
	expect_reading(&field, "http", ARGS("sample", "40", "text", "Course Description"), READING_OK, "all of");
	/* The way back that an activation offers: the version from before. */
	free(act(&field, "fastly.activate", ARGS("version", previous)));
	cr_expect(sandbox_damaged_courses(field.sandbox) > 0);
	Error err;
	assert_ok(sandbox_command(field.sandbox, "publish-repair", &err), &err);
	cr_expect_eq(sandbox_damaged_courses(field.sandbox), 0);
	free(act(&field, "concourse.unpause", ARGS("pipeline", PIPELINE)));
}

Test(failover_actions, a_destroyed_pipeline_is_set_again_and_runs) {
	AUTO_CLEAR(Field) field = {0};
	field_begin(&field);
	free(act(&field, "concourse.destroy", ARGS("pipeline", PIPELINE)));
	expect_reading(&field, "concourse.pipeline", ARGS("pipeline", PIPELINE), READING_FAIL, "there is no pipeline");
	free(act(&field, "concourse.set-pipeline", ARGS("pipeline", PIPELINE)));
	expect_reading(&field, "concourse.pipeline", ARGS("pipeline", PIPELINE), READING_WARN, "paused");
	free(act(&field, "concourse.unpause", ARGS("pipeline", PIPELINE)));
	AUTO_FREE char *build = act(&field, "concourse.trigger", ARGS("pipeline", PIPELINE, "job", PIPELINE));
	cr_expect(build && *build);
	expect_reading(&field, "concourse.job", ARGS("pipeline", PIPELINE, "job", PIPELINE), READING_OK, "succeeded");
}

Test(failover_actions, a_dictionary_that_names_the_old_bucket_is_found) {
	AUTO_CLEAR(Field) field = {0};
	AUTO_CLEAR(Reading) reading = {0};
	field_begin(&field);
	look(&field, "fastly.grep", ARGS("service", "ocw-live", "version", "active", "text", LIVE), &reading);
	cr_assert_eq(reading.state, READING_WARN, "%s (%s)", reading.text, reading.reason);
	const char *places = json_get_string(reading.facts, "places");
	cr_expect(places && strstr(places, "backend") && strstr(places, "dictionary"), "%s", places);
}

typedef struct FaultCase {
	const char *fault;
	ErrorKind kind;
	const char *why;
} FaultCase;

/* The systems' own way of failing, on the request that matters. A hang is cut short by the call's deadline. */
Test(failover_actions, faults_of_the_systems_end_in_errors_that_help) {
	static const FaultCase cases[] = {
		{"status=503", ERROR_REMOTE, "503"}, {"status=500", ERROR_REMOTE, "500"}, {"status=403", ERROR_DENIED, "403"},
		{"token-expired", ERROR_DENIED, "status 40"}, {"rate-limit", ERROR_REMOTE, "429"}, {"truncate", ERROR_IO, ""},
		{"garbage", ERROR_PROTOCOL, ""}, {"hang", ERROR_TIMEOUT, "no answer"}, {"reset", ERROR_IO, ""},
	};
	static const struct { const char *verb, *name, *value, *more, *more_value; } plans[] = {
		{"concourse.pause", "pipeline", PIPELINE, NULL, NULL}, {"fastly.clone", "service", "ocw-live", NULL, NULL},
	};
	AUTO_CLEAR(Field) field = {0};
	field_begin(&field);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		for (size_t p = 0; p < BG_LENGTH(plans); p++) {
			Error err = {0};
			AUTO(Json) *args = ARGS(plans[p].name, plans[p].value);
			AUTO_CLEAR(Plan) plan = {0};
			const Action *action = action_find(plans[p].verb);
			Call call = call_for(&field, plans[p].verb, &action->spec, args);
			call.deadline.ms = mono_now().ms + (text_eq(cases[i].fault, "hang") ? 300 : 20000);
			assert_ok(sandbox_fault(field.sandbox, cases[i].fault, &err), &err);
			cr_assert(!action->plan(&call, &plan, &err), "%s with %s", plans[p].verb, cases[i].fault);
			cr_expect_eq(err.kind, cases[i].kind, "%s with %s: %s %s", plans[p].verb, cases[i].fault, error_kind_name(err.kind), err.why);
			cr_expect(strstr(err.why, cases[i].why) && *err.what && *err.where && *err.hint, "%s with %s: %s | %s | %s | %s", plans[p].verb,
				cases[i].fault, err.what, err.where, err.why, err.hint);
			assert_ok(sandbox_fault(field.sandbox, "none", &err), &err);
		}
	}
}

Test(failover_actions, faults_of_the_systems_leave_readings_that_are_not_green) {
	static const char *const faults[] = {"status=503", "token-expired", "truncate", "garbage", "hang", "reset"};
	static const struct { const char *verb, *name, *value, *more, *more_value; } looks[] = {
		{"concourse.pipeline", "pipeline", PIPELINE, NULL, NULL}, {"concourse.job", "pipeline", PIPELINE, "job", PIPELINE},
		{"fastly.service", "service", "ocw-live", NULL, NULL}, {"s3.bucket", "bucket", BACKUP, NULL, NULL},
		{"http", "sample", "5", NULL, NULL},
	};
	AUTO_CLEAR(Field) field = {0};
	field_begin(&field);
	for (size_t i = 0; i < BG_LENGTH(faults); i++) {
		Error err = {0};
		assert_ok(sandbox_fault(field.sandbox, faults[i], &err), &err);
		for (size_t k = 0; k < BG_LENGTH(looks); k++) {
			/* The site asks for no token. */
			if (text_eq(looks[k].verb, "http") && text_eq(faults[i], "token-expired"))
				continue;
			AUTO(Json) *args = ARGS(looks[k].name, looks[k].value, looks[k].more, looks[k].more_value);
			AUTO_CLEAR(Reading) reading = {0};
			const Probe *probe = probe_find(looks[k].verb);
			Call call = call_for(&field, looks[k].verb, &probe->spec, args);
			call.deadline.ms = mono_now().ms + (text_eq(faults[i], "hang") ? 200 : 20000);
			probe->read(&call, &reading);
			cr_expect_neq(reading.state, READING_OK, "%s with %s: %s", looks[k].verb, faults[i], reading.text);
			cr_expect(text_eq(looks[k].verb, "http") || reading.state == READING_UNKNOWN, "%s with %s: %s", looks[k].verb, faults[i], reading.text);
			cr_expect(reading.reason && *reading.reason, "%s with %s: no reason for %s", looks[k].verb, faults[i], reading.text);
		}
		assert_ok(sandbox_fault(field.sandbox, "none", &err), &err);
	}
}
