/* walk_guards.c: guards and verifies. Guards on values, on the ledger and on a person's word are judged here; those that ask the world are
 * handed to the worker that plans. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/engine/walk.h"
#include "core/playbook/condition.h"
#include "core/playbook/value.h"
#include "core/providers/provider.h"

/* ---- guards ---- */

static bool applies(const Walk *walk, const PlaybookGuard *guard) {
	if (!guard->when_variable)
		return true;
	return text_eq(walk_value(walk, guard->when_variable), guard->when_value);
}

static bool variable_holds(const Walk *walk, const PlaybookGuard *guard) {
	const char *value = walk_value(walk, guard->subject);
	const Variable *variable = playbook_find_variable(walk->playbook, guard->subject);
	ParamType type = variable ? variable_param_type(variable->type) : PARAM_TEXT;
	AUTO_CLEAR(Buf) wanted = {0};
	if (!value || !walk_expand(walk, guard->value, &wanted, NULL))
		return false;
	return condition_judge_text(guard->subject, type, value, guard->op, buf_text(&wanted), wall_now(), NULL) == TRUTH_YES;
}

static bool holds(const Walk *walk, const PlaybookGuard *guard, bool confirmed) {
	switch (guard->kind) {
	case GUARD_PROBE: return true;
	case GUARD_VARIABLE: return variable_holds(walk, guard);
	case GUARD_SET: return walk_value(walk, guard->subject) != NULL;
	case GUARD_OPEN: return walk->incident && ledger_find_open(walk->incident, guard->subject);
	case GUARD_CONFIRM: return confirmed;
	}
	return false;
}

/* A plan or a look asks the probe by itself; a tick does not wait for one. */
static char *not_known(const Walk *walk, const char *name, const char *how) {
	const Variable *variable = playbook_find_variable(walk->playbook, name);
	if (variable && variable->from)
		return bg_asprintf("%s is not %s yet: have %s asked (set %s --from-probe), or type it", name, how, variable->from, name);
	return bg_asprintf("%s is not %s yet", name, how);
}

static char *guard_text(const Walk *walk, const PlaybookGuard *guard) {
	if (guard->otherwise)
		return bg_strdup(guard->otherwise);
	const char *value = walk_value(walk, guard->subject);
	switch (guard->kind) {
	case GUARD_VARIABLE:
		return value ? bg_asprintf("%s is %s; it should be %s %s", guard->subject, value, directive_op_name(guard->op), guard->value)
			: not_known(walk, guard->subject, "known");
	case GUARD_SET: return not_known(walk, guard->subject, "set");
	case GUARD_OPEN: return bg_asprintf("nothing named %s is open in the ledger", guard->subject);
	case GUARD_CONFIRM: return bg_asprintf("please confirm: %s", guard->subject);
	case GUARD_PROBE: break;
	}
	return bg_asprintf("%s does not hold", guard->subject);
}

static void judge(const Walk *walk, const PlaybookGuard *guards, size_t count, bool confirmed, Json *failed) {
	for (size_t i = 0; i < count; i++) {
		if (!applies(walk, &guards[i]) || holds(walk, &guards[i], confirmed))
			continue;
		AUTO_FREE char *text = guard_text(walk, &guards[i]);
		Json *item = json_append(failed, json_new_object());
		json_add_string(item, "text", text);
		json_add_bool(item, "soft", guards[i].soft);
		json_add_bool(item, "confirm", guards[i].kind == GUARD_CONFIRM);
	}
}

bool walk_is_first_of(const Phase *phase, const Step *step) {
	for (size_t i = phase->first_step; i < phase->first_step + phase->step_count && i < step->procedure->step_count; i++)
		if (step->procedure->steps[i]->counted)
			return step->procedure->steps[i] == step;
	return false;
}

Json *walk_failed_guards(const Walk *walk, const Step *step, bool confirmed) {
	Json *failed = json_new_array();
	judge(walk, step->guards, step->guard_count, confirmed, failed);
	for (const Phase *phase = step->phase; phase; phase = phase->parent)
		if (phase->procedure == step->procedure && walk_is_first_of(phase, step))
			judge(walk, phase->guards, phase->guard_count, confirmed, failed);
	return failed;
}

/* ---- probes: what to ask, and what to expect of the answer ---- */

static bool add_probe(const Walk *walk, const char *probe, const DirectiveArg *args, size_t count, Json *item, StrList *missing) {
	const Probe *known = probe_find(probe);
	bool whole = true;
	json_add_string(item, "probe", probe);
	Json *params = json_add(item, "args", json_new_object());
	Json *conditions = json_add(item, "conditions", json_new_array());
	for (size_t i = 0; i < count; i++) {
		AUTO_CLEAR(Buf) value = {0};
		if (args[i].op == OP_NONE)
			continue;
		whole &= walk_expand(walk, args[i].value, &value, missing);
		if (known && condition_is_param(&known->spec, &args[i]))
			json_add_string(params, args[i].key, buf_text(&value));
		if (known && condition_is_expectation(&known->spec, &args[i])) {
			Json *condition = json_append(conditions, json_new_object());
			json_add_string(condition, "field", args[i].key);
			json_add_string(condition, "op", directive_op_name(args[i].op));
			json_add_string(condition, "value", buf_text(&value));
		}
	}
	return whole;
}

static void collect_probe_guards(const Walk *walk, const PlaybookGuard *guards, size_t count, Json *list) {
	for (size_t i = 0; i < count; i++) {
		if (guards[i].kind != GUARD_PROBE || !applies(walk, &guards[i]))
			continue;
		Json *item = json_append(list, json_new_object());
		BG_IGNORE(add_probe(walk, guards[i].subject, guards[i].args, guards[i].arg_count, item, NULL));   /* the probe says what it lacks */
		AUTO_FREE char *text = guard_text(walk, &guards[i]);
		json_add_string(item, "text", text);
		json_add_bool(item, "soft", guards[i].soft);
	}
}

Json *walk_probe_guards(const Walk *walk, const Step *step) {
	Json *list = json_new_array();
	collect_probe_guards(walk, step->guards, step->guard_count, list);
	for (const Phase *phase = step->phase; phase; phase = phase->parent)
		if (phase->procedure == step->procedure && walk_is_first_of(phase, step))
			collect_probe_guards(walk, phase->guards, phase->guard_count, list);
	return list;
}

/* What the check is called: its note, else its arguments as a sentence. */
static void name_check(const Walk *walk, const PlaybookVerify *verify, Json *item) {
	const Probe *known = verify->probe ? probe_find(verify->probe) : NULL;
	AUTO_CLEAR(Buf) said = {0};
	AUTO_CLEAR(Buf) filled = {0};
	if (verify->note)
		buf_puts(&said, verify->note);
	else if (known)
		condition_say(&known->spec, verify->args, verify->arg_count, &said);
	BG_IGNORE(walk_expand(walk, buf_text(&said), &filled, NULL));   /* what is missing is named beside it */
	json_add_string(item, "name", said.len ? buf_text(&filled) : NULL);
}

bool walk_checks(const Walk *walk, const Step *step, Json **ret_checks, Error *err) {
	AUTO(Json) *list = json_new_array();
	AUTO_CLEAR(StrList) missing = {0};
	bool whole = true;
	if (!step->verify_count) {
		error_set(err, ERROR_MISSING, "this step verifies nothing by itself");
		return error_hint(err, "look yourself, then tick it");
	}
	for (size_t i = 0; i < step->verify_count; i++) {
		const PlaybookVerify *verify = &step->verifies[i];
		Json *item = json_append(list, json_new_object());
		whole &= add_probe(walk, verify->probe, verify->args, verify->arg_count, item, &missing);
		json_add_int(item, "within_ms", verify->within_ms);
		json_add_int(item, "every_ms", verify->every_ms);
		name_check(walk, verify, item);
		if (verify->sample > 0) {
			AUTO_FREE char *sample = bg_asprintf("%d", verify->sample);
			json_add_string(json_get_mutable(item, "args"), "sample", sample);
		}
	}
	if (!whole) {
		AUTO_FREE char *names = strlist_join(&missing, ", ");
		error_set(err, ERROR_MISSING, "not known yet: %s", names);
		return error_hint(err, "set the values first (e)");
	}
	*ret_checks = TAKE(list);
	return true;
}
