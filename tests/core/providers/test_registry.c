/* The table of providers: whole, without doubles, and speaking to the right system. */
#include "fixture.h"

Test(registry, every_verb_is_in_the_vocabulary_once_with_help) {
	const Vocabulary *vocabulary = provider_vocabulary();
	cr_assert(vocabulary->count > 3);
	for (size_t i = 0; i < vocabulary->count; i++) {
		const VerbSpec *spec = vocabulary->verbs[i];
		cr_expect(spec->help && *spec->help, "%s has no help", spec->name);
		for (size_t k = 0; k < i; k++)
			cr_expect(spec->kind != vocabulary->verbs[k]->kind || !text_eq(spec->name, vocabulary->verbs[k]->name), "%s stands there twice", spec->name);
		for (size_t k = 0; k < spec->param_count; k++)
			cr_expect(spec->params[k].help && *spec->params[k].help, "%s %s has no help", spec->name, spec->params[k].name);
		cr_expect(spec->kind == VERB_PROBE ? probe_find(spec->name) != NULL : action_find(spec->name) != NULL, "%s", spec->name);
	}
}

Test(registry, every_action_can_be_planned_and_done_by_hand) {
	for (const Provider *const *provider = PROVIDERS; *provider; provider++) {
		for (size_t i = 0; i < (*provider)->action_count; i++) {
			const Action *action = &(*provider)->actions[i];
			cr_expect(action->plan && action->apply && action->manual && *action->manual, "%s", action->spec.name);
		}
		for (size_t i = 0; i < (*provider)->probe_count; i++) {
			const Probe *probe = &(*provider)->probes[i];
			cr_expect(probe->read && probe->every_ms && probe->deadline_ms && probe->budget_ms > probe->every_ms, "%s", probe->spec.name);
		}
	}
}

static Environment *environment_of(const char *systems) {
	Error err;
	Environment *environment = NULL;
	AUTO_CLEAR(Buf) text = {0};
	buf_printf(&text, "name: test\nkind: live\nsystems:\n%s", systems);
	assert_ok(environment_parse(buf_str(&text), "e.yaml", &environment, &err), &err);
	return environment;
}

#define CI "{ provider: concourse, url: \"http://127.0.0.1:1\", token: { env: X } }\n"

Test(registry, the_only_system_is_chosen_and_several_must_be_named) {
	Error err;
	const EnvironmentSystem *system = NULL;
	AUTO(Environment) *one = environment_of("  a: " CI);
	AUTO(Environment) *two = environment_of("  a: " CI "  b: " CI);
	AUTO(Environment) *none = environment_of("  a: { provider: http }\n");
	AUTO(Json) *args = json_new_object();
	assert_ok(provider_choose_system(one, "concourse.pause", args, &system, &err), &err);
	cr_expect_str_eq(system->name, "a");
	assert_refused(provider_choose_system(two, "concourse.job", args, &system, &err), &err, ERROR_MISSING, "or several");
	assert_refused(provider_choose_system(none, "concourse.job", args, &system, &err), &err, ERROR_MISSING, "has no Concourse CI");
	json_add_string(args, "system", "b");
	assert_ok(provider_choose_system(two, "concourse.job", args, &system, &err), &err);
	cr_expect_str_eq(system->name, "b");
	assert_refused(provider_choose_system(one, "concourse.job", args, &system, &err), &err, ERROR_MISSING, "no system b");
	assert_refused(provider_choose_system(one, "conc.pause", args, &system, &err), &err, ERROR_INVALID, "no provider for conc.pause");
}

Test(registry, arguments_are_checked_against_the_verb) {
	static const struct { const char *name, *value, *why; ErrorKind kind; } cases[] = {
		{"pipelin", "x", "takes no pipelin", ERROR_INVALID},
		{"max-age", "soon", "max-age of concourse.job", ERROR_INVALID},
		{"pipeline", "", "wants pipeline=", ERROR_INVALID},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err;
		AUTO(Json) *args = json_new_object();
		json_add_string(args, "pipeline", "p");
		json_add_string(args, "job", "j");
		json_add_string(args, cases[i].name, cases[i].value);
		assert_refused(provider_check_args(&probe_find("concourse.job")->spec, args, &err), &err, cases[i].kind, cases[i].why);
		cr_expect(*err.hint);
	}
}

Test(registry, settings_that_are_wrong_are_named_with_their_line) {
	static const struct { const char *system, *why, *where; } cases[] = {
		{"{ provider: concourse, url: \"http://x\", tem: main, token: { env: X } }", "no setting tem", "e.yaml:4:"},
		{"{ provider: concourse, url: \"http://x\" }", "has no token", "e.yaml:4:"},
		{"{ provider: concourse, token: { env: X } }", "has no url", "e.yaml:4:"},
		{"{ provider: concourse, url: nowhere, token: { env: X } }", "url of a:", "e.yaml:4:"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err;
		AUTO_CLEAR(Buf) text = {0};
		buf_printf(&text, "  a: %s\n", cases[i].system);
		AUTO(Environment) *environment = environment_of(buf_text(&text));
		cr_assert(!provider_find("concourse")->check_system(environment, &environment->systems[0], &err), "%s", cases[i].system);
		cr_expect(strstr(err.why, cases[i].why) && str_starts(str_from(err.where), cases[i].where) && *err.hint, "%s: %s (%s) %s",
			cases[i].system, err.why, err.where, err.hint);
	}
}

/* Whoever reads the document sees every command that it runs. */
Test(registry, only_the_command_of_the_document_is_kept_out_of_annotations) {
	const Action *action = action_find("command.run");
	cr_assert(action && action->spec.visible_only);
	cr_expect(!action_find("fastly.clone")->spec.visible_only);
}
