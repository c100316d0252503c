/* systems.c: are the playbooks without errors, and does each of their actions and looks find its system in the environment? */
#include "core/base/alloc.h"
#include "core/providers/readiness/readiness.h"

static void look_at_verb(Readiness *readiness, const Playbook *playbook, const char *verb, const DirectiveArg *args, size_t count, unsigned line) {
	AUTO(Json) *given = json_new_object();
	const EnvironmentSystem *system = NULL;
	Error err = {0};
	if (!action_find(verb) && !probe_find(verb))
		return;   /* an error of the playbook, told as such */
	const char *named = args_value(args, count, "system");
	if (named && strstr(named, "${"))
		return;   /* known when the run is */
	if (named)
		json_add_string(given, "system", named);
	if (provider_choose_system(readiness->environment, verb, given, &system, &err))
		return;
	AUTO_FREE char *place = readiness_place(playbook, line);
	readiness_found(readiness, READING_FAIL, place, err.hint, "%s: %s", verb, err.why);
}

static void look_at_actions(Readiness *readiness, const Playbook *playbook, const PlaybookAction *actions, size_t count) {
	for (size_t i = 0; i < count; i++)
		look_at_verb(readiness, playbook, actions[i].verb, actions[i].args, actions[i].arg_count, actions[i].line);
}

static void look_at_guards(Readiness *readiness, const Playbook *playbook, const PlaybookGuard *guards, size_t count) {
	for (size_t i = 0; i < count; i++)
		if (guards[i].kind == GUARD_PROBE)
			look_at_verb(readiness, playbook, guards[i].subject, guards[i].args, guards[i].arg_count, guards[i].line);
}

static void look_at_step(Readiness *readiness, const Playbook *playbook, const Step *step) {
	look_at_actions(readiness, playbook, step->actions, step->action_count);
	look_at_actions(readiness, playbook, step->also, step->also_count);
	look_at_actions(readiness, playbook, step->undo, step->undo_count);
	look_at_guards(readiness, playbook, step->guards, step->guard_count);
	for (size_t i = 0; i < step->verify_count; i++)
		if (step->verifies[i].probe)
			look_at_verb(readiness, playbook, step->verifies[i].probe, step->verifies[i].args, step->verifies[i].arg_count, step->verifies[i].line);
}

/* Their first error stands for all of them: `check FILE` has the rest. */
static void look_at_errors(Readiness *readiness, const Playbook *playbook) {
	const DiagnosticList *found = &playbook->diagnostics;
	for (size_t i = 0; i < found->count; i++)
		if (str_starts(str_from(found->items[i].code), "E-")) {
			AUTO_FREE char *place = readiness_place(playbook, (unsigned) found->items[i].line);
			AUTO_FREE char *hint = bg_asprintf("a run of it is refused; breakglass check %s tells all", playbook->path);
			readiness_found(readiness, READING_FAIL, place, hint, "%s: %s", found->items[i].code, found->items[i].text);
			return;
		}
}

void readiness_systems(Readiness *readiness) {
	for (size_t i = 0; i < readiness->unread.count; i++)
		readiness_found(readiness, READING_FAIL, NULL, "correct `playbooks` in the environment file, or the file", "%s", readiness->unread.items[i]);
	for (size_t i = 0; i < readiness->playbook_count; i++) {
		const Playbook *playbook = readiness->playbooks[i];
		look_at_errors(readiness, playbook);
		look_at_guards(readiness, playbook, playbook->guards, playbook->guard_count);
		for (size_t p = 0; p < playbook->phase_count; p++)
			look_at_guards(readiness, playbook, playbook->phases[p]->guards, playbook->phases[p]->guard_count);
		for (size_t p = 0; p < playbook->procedure_count; p++)
			for (size_t s = 0; s < playbook->procedures[p]->step_count; s++)
				look_at_step(readiness, playbook, playbook->procedures[p]->steps[s]);
	}
}
