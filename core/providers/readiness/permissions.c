/* permissions.c: may the credential of each system do what the actions of the playbooks want of it? Its provider asks, read-only, with the arguments
 * that are known now; what only a run will know is left open. One system that cannot be asked is not asked on: the others shall still be. */
#include "core/base/alloc.h"
#include "core/playbook/placeholder.h"
#include "core/providers/readiness/readiness.h"

#define SYSTEM_MS 15000   /* for all that is asked of one system */

typedef struct Asking {
	Readiness *readiness;
	const EnvironmentSystem *system;
	const Provider *provider;
	MonoTime until;
	Rights rights;
} Asking;

static const char *value_of(void *userdata, const char *name) { return json_get_string(((const Environment *) userdata)->values, name); }

/* What has no value yet is null: it is given, and not known. */
static Json *known_args(const Environment *environment, const DirectiveArg *args, size_t count) {
	Json *known = json_new_object();
	union { const Environment *environment; void *userdata; } values = {.environment = environment};
	for (size_t i = 0; i < count; i++) {
		AUTO_CLEAR(Buf) text = {0};
		AUTO_CLEAR(StrList) open = {0};
		if (args[i].op != OP_EQ)
			continue;
		placeholder_fill_arg(str_from(args[i].value), value_of, values.userdata, &text, &open);
		if (open.count)
			json_add(known, args[i].key, json_new_null());
		else
			json_add_string(known, args[i].key, buf_text(&text));
	}
	return known;
}

static void tell(Asking *asking, const Right *right, const char *place) {
	const char *name = asking->system->name;
	switch (right->answer) {
	case RIGHT_YES:
		readiness_found(asking->readiness, READING_OK, place, NULL, "%s may %s: %s", name, right->what, right->evidence);
		return;
	case RIGHT_NO:
		readiness_found(asking->readiness, READING_FAIL, place, right->hint, "%s may not %s: %s", name, right->what, right->evidence);
		return;
	case RIGHT_UNTOLD:
		readiness_untold(asking->readiness, place, right->hint, "whether %s may %s cannot be asked: %s", name, right->what, right->evidence);
		return;
	case RIGHT_UNKNOWN:
		readiness_found(asking->readiness, READING_UNKNOWN, place, right->hint, "whether %s may %s could not be asked: %s", name, right->what, right->evidence);
		return;
	}
}

static bool is_silent(const Rights *rights) {
	for (size_t i = 0; i < rights->count; i++)
		if (rights->items[i].answer == RIGHT_UNKNOWN)
			return true;
	return false;
}

static void ask(Asking *asking, const char *verb, const Json *args, const char *place) {
	const EnvironmentSystem *system = NULL;
	const Json *named = json_get(args, "system");
	size_t before = asking->rights.count;
	if (is_silent(&asking->rights) || call_is_cancelled(asking->readiness->call) || (named && json_is_null(named))
		|| !provider_choose_system(asking->readiness->environment, verb, args, &system, NULL) || system != asking->system)
		return;   /* that it has none is told by the question of the systems */
	Call call = *asking->readiness->call;
	call.system = system;
	call.args = args;
	call.deadline = asking->until.ms < call.deadline.ms ? asking->until : call.deadline;
	asking->provider->may(&call, verb, &asking->rights);
	for (size_t i = before; i < asking->rights.count; i++)
		tell(asking, &asking->rights.items[i], place);
}

static void ask_actions(Asking *asking, const Playbook *playbook, const PlaybookAction *actions, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (!action_find(actions[i].verb))
			continue;   /* an error of the playbook, told as such */
		AUTO(Json) *args = known_args(asking->readiness->environment, actions[i].args, actions[i].arg_count);
		AUTO_FREE char *place = readiness_place(playbook, actions[i].line);
		ask(asking, actions[i].verb, args, place);
	}
}

static void ask_steps(Asking *asking, const Playbook *playbook) {
	for (size_t p = 0; p < playbook->procedure_count; p++)
		for (size_t s = 0; s < playbook->procedures[p]->step_count; s++) {
			const Step *step = playbook->procedures[p]->steps[s];
			ask_actions(asking, playbook, step->actions, step->action_count);
			ask_actions(asking, playbook, step->also, step->also_count);
			ask_actions(asking, playbook, step->undo, step->undo_count);
		}
}

/* Some of them write: copies of checkpoints, what is announced. */
static void ask_probes(Asking *asking) {
	const Environment *environment = asking->readiness->environment;
	for (size_t i = 0; i < environment->probe_count; i++) {
		const EnvironmentProbe *probe = &environment->probes[i];
		AUTO_FREE char *place = bg_asprintf("%s:%d", environment->path, probe->place.line);
		AUTO(Json) *args = json_copy(probe->args);
		if (*probe->system)
			json_add_string(args, "system", probe->system);
		ask(asking, probe->probe, args, place);
	}
}

void readiness_permissions(Readiness *readiness) {
	const Environment *environment = readiness->environment;
	for (size_t i = 0; i < environment->system_count && !call_is_cancelled(readiness->call); i++) {
		const Provider *provider = provider_find(environment->systems[i].provider);
		Asking asking = {.readiness = readiness, .system = &environment->systems[i], .provider = provider, .until = {mono_now().ms + SYSTEM_MS}};
		if (!provider || !provider->may)
			continue;
		for (size_t p = 0; p < readiness->playbook_count; p++)
			ask_steps(&asking, readiness->playbooks[p]);
		ask_probes(&asking);
		rights_clear(&asking.rights);
	}
}
