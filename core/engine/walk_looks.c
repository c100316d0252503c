/* walk_looks.c: values that a probe tells: which of them something needs, and what to ask for them. One whose question needs another such value waits for
 * that one. Pure. */
#include "core/engine/walk.h"

#include "core/base/alloc.h"
#include "core/playbook/placeholder.h"
#include "core/providers/provider.h"

/* ---- what a step needs ---- */

static void add(StrList *names, const char *name) {
	if (!strlist_has(names, name))
		strlist_add(names, name);
}

static void add_named(const char *text, StrList *names) {
	AUTO_CLEAR(StrList) found = {0};
	placeholder_find_arg_names(str_from(text), &found);
	for (size_t i = 0; i < found.count; i++)
		add(names, found.items[i]);
}

static void add_guards(const PlaybookGuard *guards, size_t count, StrList *names) {
	for (size_t i = 0; i < count; i++) {
		if (guards[i].kind == GUARD_VARIABLE || guards[i].kind == GUARD_SET)
			add(names, guards[i].subject);
		if (guards[i].when_variable)
			add(names, guards[i].when_variable);
		if (guards[i].value)
			add_named(guards[i].value, names);
		for (size_t a = 0; a < guards[i].arg_count; a++)
			if (guards[i].args[a].value)
				add_named(guards[i].args[a].value, names);
	}
}

void walk_needs(const Walk *walk, const Step *step, StrList *ret_names) {
	(void) walk;
	for (size_t i = 0; i < step->placeholder_count; i++)
		add(ret_names, step->placeholders[i]);
	for (size_t i = 0; i < step->command_count; i++)
		if (step->commands[i]->choose)
			add(ret_names, step->commands[i]->choose);
	add_guards(step->guards, step->guard_count, ret_names);
	for (const Phase *phase = step->phase; phase; phase = phase->parent)
		if (phase->procedure == step->procedure && walk_is_first_of(phase, step))
			add_guards(phase->guards, phase->guard_count, ret_names);
}

/* ---- what to ask ---- */

typedef struct Looks { const Walk *walk; Json *list; StrList seen; } Looks;

static void need(Looks *looks, const char *name);

static void need_all(Looks *looks, const StrList *names) {
	for (size_t i = 0; i < names->count; i++)
		need(looks, names->items[i]);
}

/* "k8s.deployment.replicas": the probe, and the field behind the last dot. */
static const Probe *probe_of(const Variable *variable, const char **ret_field) {
	const char *dot = strrchr(variable->from, '.');
	AUTO_FREE char *verb = dot ? str_dup((Str){variable->from, (size_t) (dot - variable->from)}) : NULL;
	*ret_field = dot ? dot + 1 : "";
	return verb ? probe_find(verb) : NULL;
}

static int64_t set_at(const Walk *walk, const char *name) {
	const NamedValue *value = walk->run ? run_find_value(walk->run, name) : NULL;
	return value ? value->set.ms : 0;
}

static void look_for(Looks *looks, const Variable *variable) {
	const char *field;
	const Probe *probe = probe_of(variable, &field);
	AUTO_CLEAR(StrList) missing = {0};
	AUTO(Json) *args = json_new_object();
	for (size_t i = 0; i < variable->from_arg_count; i++) {
		AUTO_CLEAR(Buf) value = {0};
		BG_IGNORE(walk_expand(looks->walk, variable->from_args[i].value, &value, &missing));   /* what is missing is looked for first */
		json_add_string(args, variable->from_args[i].key, buf_text(&value));
	}
	need_all(looks, &missing);
	if (!probe || missing.count)
		return;
	Json *look = json_append(looks->list, json_new_object());
	AUTO_FREE char *from = bg_asprintf("%s %s", probe->spec.name, field);
	json_add_string(look, "name", variable->name);
	json_add_string(look, "probe", probe->spec.name);
	json_add(look, "args", TAKE(args));
	json_add_string(look, "field", field);
	json_add_string(look, "from", from);
	json_add_int(look, "seen", set_at(looks->walk, variable->name));
}

static void need(Looks *looks, const char *name) {
	const Variable *variable = playbook_find_variable(looks->walk->playbook, name);
	const char *value = walk_value(looks->walk, name);
	AUTO_CLEAR(StrList) inside = {0};
	if (strlist_has(&looks->seen, name))
		return;
	strlist_add(&looks->seen, name);
	if (value)
		placeholder_find_arg_names(str_from(value), &inside);   /* a default that holds another value */
	need_all(looks, &inside);
	if (!value && variable && variable->from)
		look_for(looks, variable);
}

Json *walk_looks(const Walk *walk, const StrList *names) {
	Looks looks = {.walk = walk, .list = json_new_array()};
	need_all(&looks, names);
	strlist_clear(&looks.seen);
	return looks.list;
}

bool walk_look_again(const Walk *walk, const char *name, Json **ret_looks, Error *err) {
	const Variable *variable = playbook_find_variable(walk->playbook, name);
	if (!variable || !variable->from) {
		error_set(err, variable ? ERROR_INVALID : ERROR_MISSING, variable ? "no probe tells %.80s: it has no from=" : "this playbook asks for no value %.80s", name);
		return error_hint(err, "type it: breakglass set %.60s VALUE", name);
	}
	Looks looks = {.walk = walk, .list = json_new_array()};
	strlist_add(&looks.seen, name);
	look_for(&looks, variable);
	strlist_clear(&looks.seen);
	/* What it is asked with may itself be unknown: then that stands in the list instead. */
	const char *first = json_get_string(json_at(looks.list, 0), "name");
	if (text_eq(first, name)) {
		*ret_looks = looks.list;
		return true;
	}
	error_set(err, ERROR_MISSING, "what %.80s is asked with is not known yet%s%.80s", name, first ? ": " : "", first ? first : "");
	error_hint(err, first ? "breakglass set %.80s --from-probe" : "set the values that its from= names first (e)", first);
	json_free(looks.list);
	return false;
}
