/* walk_values.c: the form of the procedure's values: what is missing first, each by its type; what the engine refuses comes back beside its field. */
#include "core/base/alloc.h"
#include "core/base/zone.h"
#include "core/engine/client_time.h"
#include "core/playbook/value.h"
#include "tui/view/walk_view.h"
#include <stdio.h>

typedef struct Asked { const Variable *variable; const char *value; const NamedValue *known; bool set, found_by_step; } Asked;
typedef struct AskedList { Asked items[FORM_MAX_FIELDS]; size_t count, left_out; } AskedList;

const char *walk_missing_value(const WalkView *walk, const WalkTarget *target)
{
	JSON_EACH(value, json_get(walk_preview(walk, target), "values")) {
		const char *name = json_get_string_or(value, "name", "");
		const Variable *variable = walk->playbook ? playbook_find_variable(walk->playbook, name) : NULL;
		/* What a probe tells is asked when it is needed: nobody is asked for it before. */
		if (variable && !variable->from && !json_get_string(value, "value") && !walk_finder(target->procedure, name))
			return name;
	}
	return NULL;
}

/* ---- which values ---- */

static bool is_used(const Procedure *procedure, const Variable *variable)
{
	for (size_t i = 0; i < procedure->step_count; i++)
		for (size_t p = 0; p < procedure->steps[i]->placeholder_count; p++)
			if (text_eq(procedure->steps[i]->placeholders[p], variable->name))
				return true;
	return !variable->implicit && (!variable->phase || variable->phase->procedure == procedure);
}

static bool step_lacks(const WalkView *walk, const WalkTarget *target, const char *name)
{
	JSON_EACH(value, json_get(walk_preview(walk, target), "values"))
		if (text_eq(json_get_string(value, "name"), name))
			return !json_get_string(value, "value");
	return false;
}

static const char *value_now(const ViewContext *context, const WalkTarget *target, const Variable *variable, bool *ret_set)
{
	const char *value = run_value(target->run, variable->name);
	*ret_set = value != NULL;
	if (!value)
		value = json_get_string(json_get(context->model->environment, "values"), variable->name);
	/* In place of what a probe tells no default stands there by itself. */
	return value ? value : variable->from ? NULL : variable->fallback;
}

static void collect(const WalkView *walk, const ViewContext *context, const WalkTarget *target, bool only_missing, AskedList *ret)
{
	/* Three turns: what is missing, what has a value, what steps find by themselves. */
	for (int turn = 0; turn < 3; turn++)
		for (size_t i = 0; i < walk->playbook->variable_count; i++) {
			const Variable *variable = walk->playbook->variables[i];
			if (!is_used(target->procedure, variable) || (only_missing && !step_lacks(walk, target, variable->name)))
				continue;
			Asked asked = { .variable = variable, .found_by_step = walk_finder(target->procedure, variable->name) != NULL,
				.known = run_find_value(target->run, variable->name) };
			asked.value = value_now(context, target, variable, &asked.set);
			if ((asked.found_by_step ? 2 : asked.value ? 1 : 0) != turn)
				continue;
			if (ret->count < FORM_MAX_FIELDS)
				ret->items[ret->count++] = asked;
			else
				ret->left_out++;
		}
}

/* ---- the form ---- */

static FieldType field_type(const Variable *variable)
{
	static const FieldType types[] = { [VARIABLE_TEXT] = FIELD_TEXT, [VARIABLE_INT] = FIELD_NUMBER, [VARIABLE_TIME] = FIELD_TEXT,
		[VARIABLE_IPV6] = FIELD_TEXT, [VARIABLE_HOST] = FIELD_TEXT, [VARIABLE_PATH] = FIELD_TEXT, [VARIABLE_SECRET] = FIELD_SECRET,
		[VARIABLE_CHOICE] = FIELD_CHOICE };
	return types[variable->type];
}

static const char *type_hint(const Variable *variable)
{
	switch (variable->type) {
	case VARIABLE_TIME: return "22:51Z, 22:51 local, or -2h";
	case VARIABLE_INT: return "a whole number";
	case VARIABLE_CHOICE: return "left, right";
	case VARIABLE_PATH: return "a path";
	case VARIABLE_HOST: return "a host name or an address";
	case VARIABLE_IPV6: return "an IPv6 address";
	case VARIABLE_SECRET: return "kept out of the record's text and of all screens";
	case VARIABLE_TEXT: break;
	}
	return NULL;
}

#define NOT_CHOSEN "not set"

/* The first choice stands for "no answer yet": nothing is set by not looking. `row` lives as long as the dialog. */
static void add_choices(ViewContext *context, FormField *field, const Asked *asked, const char *row[static WALK_CHOICES_MAX])
{
	const Variable *variable = asked->variable;
	size_t count = 0;
	row[count++] = NOT_CHOSEN;
	for (size_t i = 0; i < variable->choice_count && count < WALK_CHOICES_MAX; i++) {
		if (text_eq(variable->choices[i], asked->value))
			field->choice = count;
		row[count++] = view_keep(context, variable->choices[i]);
	}
	field->choices = row;
	field->choice_count = count;
}

/* Where a value comes from that a probe tells, how old it is, and how it is asked again. */
static void say_origin(const ViewContext *context, const Asked *asked, Buf *out)
{
	const Variable *variable = asked->variable;
	char clock[ZONE_BOTH_SIZE], age[SPAN_TEXT_SIZE];
	if (asked->known && asked->known->from)
		buf_printf(out, "from %s at %s, %s; :set %s --from-probe asks again", asked->known->from, zone_clock(asked->known->set, context->wall, clock),
			view_age(context->wall, asked->known->set, age), variable->name);
	else if (asked->known && asked->known->value)
		buf_printf(out, "set by %s; :set %s --from-probe asks %s", asked->known->who ? asked->known->who : "?", variable->name, variable->from);
	else
		buf_printf(out, "asked of %s when a step needs it; type it if that cannot be%s%s%s", variable->from, variable->fallback ? " (default " : "",
			variable->fallback ? variable->fallback : "", variable->fallback ? ")" : "");
}

static void add_field(WalkView *walk, ViewContext *context, const WalkTarget *target, Dialog *dialog, const Asked *asked, const char *answer, const char *complaint)
{
	const Variable *variable = asked->variable;
	AUTO_CLEAR(Buf) question = { 0 };
	AUTO_CLEAR(Buf) filled = { 0 };
	value_question(variable, &question);
	bool expands = asked->value && strstr(asked->value, "${");
	const char *shown = answer ? answer : asked->value && !expands && variable->type != VARIABLE_SECRET ? asked->value : "";
	FormField *field = form_add(&dialog->form, field_type(variable), view_keep(context, variable->name), shown);
	if (!field)
		return;
	if (asked->set && !answer && !complaint)
		field->standing = view_keep(context, shown);
	if (expands)
		walk_fill_arg(walk, context, target, asked->value, &filled);
	if (field->type == FIELD_CHOICE) {
		Asked as_answered = *asked;
		as_answered.value = answer ? answer : asked->value;
		add_choices(context, field, &as_answered, walk->choices[dialog->form.count - 1]);
	}
	const char *hint = type_hint(variable);
	AUTO_CLEAR(Buf) origin = { 0 };
	if (variable->from)
		say_origin(context, asked, &origin);
	AUTO_FREE char *help = !complaint && origin.len ? bg_strdup(buf_text(&origin)) : complaint ? bg_asprintf("\xe2\x9c\x96 %s", complaint) : asked->found_by_step ?
		bg_strdup("a step finds it; set it only if that was done by hand") : expands ? bg_asprintf("%s  (default %s)", buf_text(&question),
		buf_text(&filled)) : hint ? bg_asprintf("%s  (%s)", buf_text(&question), hint) : bg_strdup(buf_text(&question));
	field->help = view_keep(context, help);
}

static void answered(void *state, ViewContext *context, const Dialog *dialog, const Json *data);

/* The engine's own rules, so that a wrong answer is told where it was typed. */
static bool is_wrong(const void *userdata, const FormField *field, const char *text, char *why, size_t size)
{
	const WalkView *walk = userdata;
	const Variable *variable = walk->playbook ? playbook_find_variable(walk->playbook, field->label) : NULL;
	AUTO_CLEAR(Buf) kept = { 0 };
	Error err = { 0 };
	if (!variable || text_eq(text, NOT_CHOSEN))
		return false;
	if (value_check(variable, str_from(text), wall_now(), &kept, &err))
		return false;
	snprintf(why, size, "%s%s%s", err.why, *err.hint ? "; " : "", err.hint);
	return true;
}

static void open_form(WalkView *walk, ViewContext *context, const WalkTarget *target, const AskedList *asked)
{
	Json *data = json_new_object();
	json_add_string(data, "run", target->run->id);
	Json *before = json_add(data, "before", json_new_object());
	Dialog *dialog = view_dialog(context, DIALOG_FORM, "Values of the procedure", "set them", answered, data);
	bool failed = walk->form_errors != NULL;
	dialog->form.check = is_wrong;
	dialog->form.check_data = walk;
	for (size_t i = 0; i < asked->count; i++) {
		const char *name = asked->items[i].variable->name;
		const char *complaint = json_get_string(walk->form_errors, name);
		add_field(walk, context, target, dialog, &asked->items[i], json_get_string(walk->form_answers, name), complaint);
		if (complaint && failed) {
			dialog->form.current = dialog->form.count - 1;
			failed = false;
		}
		FormField *field = &dialog->form.fields[i];
		if (complaint)
			json_add_string(before, name, "");
		else
			json_add_string(before, name, field->type == FIELD_CHOICE ? form_text(&dialog->form, i) : input_text(&field->input));
	}
	if (asked->left_out)
		styled_printf(&dialog->text, ROLE_MUTED, "%zu more: :set NAME VALUE\n", asked->left_out);
}

void walk_open_values(WalkView *walk, ViewContext *context, const WalkTarget *target, bool only_missing)
{
	AskedList asked = { .count = 0 };
	if (!walk->playbook || !target->procedure) {
		view_refuse(context, "the playbook is still being fetched");
		return;
	}
	walk->form_errors = json_free(walk->form_errors);
	walk->form_answers = json_free(walk->form_answers);
	collect(walk, context, target, only_missing, &asked);
	if (asked.count)
		open_form(walk, context, target, &asked);
	else
		view_refuse(context, "this procedure asks for no values");
}

/* ---- the answers ---- */

static void send_set(WalkView *walk, ViewContext *context, Json *args);

static void times_agreed(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	WalkView *walk = state;
	(void) dialog;
	JSON_EACH(args, data)
		send_set(walk, context, json_copy(args));
}

/* Nothing of a time is in the record yet: the hour that was meant is only known to who typed it. */
static void show_times(WalkView *walk, ViewContext *context)
{
	Json *times = walk->form_times, *agreed = json_new_array();
	walk->form_times = NULL;
	Dialog *dialog = view_dialog(context, DIALOG_CONFIRM, "Is this the time that you mean?", "set it", times_agreed, agreed);
	JSON_EACH(time, times) {
		const Json *reply = json_get(time, "reply");
		AUTO_CLEAR(Buf) said = { 0 };
		client_time_say(context->model->environment, reply, &said);
		styled_printf(&dialog->text, ROLE_TITLE, "%s  ", json_get_string_or(reply, "name", "?"));
		styled_printf(&dialog->text, ROLE_MUTED, "%s\n", json_get_string_or(reply, "typed", ""));
		styled_printf(&dialog->text, ROLE_TEXT, "  %s\n", buf_text(&said));
		json_append(agreed, client_time_agreed(json_get(time, "args"), reply));
	}
	JSON_EACH(error, walk->form_errors)
		styled_printf(&dialog->text, ROLE_WARN, "%s is asked again: %s\n", json_key(error), json_string(error));
	json_free(times);
}

/* All have been heard of: times are shown before they are set; what was refused is asked again, with what the engine said. */
static void finish(WalkView *walk, ViewContext *context)
{
	const WalkTarget target = walk_target(walk, context);
	AskedList asked = { .count = 0 };
	if (walk->form_times) {
		show_times(walk, context);
		return;
	}
	if (!walk->form_errors)
		view_say(context, ROLE_OK, "%zu value%s set.", walk->form_sent, walk->form_sent == 1 ? "" : "s");
	if (!walk->form_errors || !target.procedure || !walk->playbook)
		return;
	JSON_EACH(error, walk->form_errors) {
		const Variable *variable = playbook_find_variable(walk->playbook, json_key(error));
		if (variable && asked.count < FORM_MAX_FIELDS)
			asked.items[asked.count++] = (Asked) { .variable = variable };
	}
	if (asked.count)
		open_form(walk, context, &target, &asked);
}

static void value_answered(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	WalkView *walk = state;
	const char *name = json_get_string_or(data, "name", "?");
	if (!ok) {
		const char *typed = json_get_string(data, "typed");
		AUTO_FREE char *text = bg_asprintf("%s%s%s", err->why, *err->hint ? "; " : "", err->hint);
		walk->form_errors = walk->form_errors ? walk->form_errors : json_new_object();
		walk->form_answers = walk->form_answers ? walk->form_answers : json_new_object();
		json_add_string(walk->form_errors, name, text);
		json_add_string(walk->form_answers, name, typed ? typed : json_get_string(data, "value"));
	} else if (json_get_bool(data, "try", false)) {
		walk->form_times = walk->form_times ? walk->form_times : json_new_array();
		Json *time = json_append(walk->form_times, json_new_object());
		json_add(time, "args", json_copy(data));
		json_add(time, "reply", json_copy(reply));
		walk->form_sent--;
	}
	if (walk->form_waiting > 0 && --walk->form_waiting == 0)
		finish(walk, context);
}

static void send_set(WalkView *walk, ViewContext *context, Json *args)
{
	walk->form_waiting++;
	walk->form_sent++;
	view_ask_then(context, ASK_SET, args, value_answered, json_copy(args));
}

/* A time is asked of the engine first, and set when it was shown and agreed to. */
static void send_value(WalkView *walk, ViewContext *context, const char *run, const char *name, const char *value)
{
	const Variable *variable = walk->playbook ? playbook_find_variable(walk->playbook, name) : NULL;
	Json *args = json_new_object();
	Error err = { 0 };
	json_add_string(args, "run", run);
	json_add_string(args, "name", name);
	json_add_string(args, "value", value);
	if (variable && variable->type == VARIABLE_TIME && !client_time_ask(args, &err)) {
		walk->form_waiting++;
		value_answered(walk, context, false, NULL, &err, args);
		json_free(args);
		return;
	}
	send_set(walk, context, args);
}

static void answered(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	WalkView *walk = state;
	const Json *before = json_get(data, "before");
	walk->form_errors = json_free(walk->form_errors);
	walk->form_answers = json_free(walk->form_answers);
	walk->form_times = json_free(walk->form_times);
	walk->form_waiting = walk->form_sent = 0;
	for (size_t i = 0; i < dialog->form.count; i++) {
		const char *name = dialog->form.fields[i].label, *value = form_text(&dialog->form, i);
		bool empty = !*value || (dialog->form.fields[i].type == FIELD_CHOICE && text_eq(value, NOT_CHOSEN));
		if (!empty && !text_eq(value, json_get_string(before, name)))
			send_value(walk, context, json_get_string_or(data, "run", ""), name, value);
	}
}
