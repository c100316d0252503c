/* shell_incident.c: the commands about the incident as a whole: begun, noted, told, handed over, ended. They work on every screen. */
#include <stdio.h>
#include "core/base/alloc.h"
#include "core/base/zone.h"
#include "core/engine/client_time.h"
#include "core/report/report.h"
#include "tui/view/copying.h"
#include "tui/view/shell.h"
#include "tui/view/standing.h"

/* ---- begin, write down ---- */

static const char *const KINDS[] = { "drill", "REAL" };

static void declared(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) state;
	(void) data;
	Json *args = json_new_object();
	json_add_string(args, "title", form_text(&dialog->form, 0));
	json_add_bool(args, "drill", context->model->drill || text_eq(form_text(&dialog->form, 1), KINDS[0]));
	view_ask(context, ASK_DECLARE, args, "Declared. Everything from now on stands in the record.");
}

void shell_declare(Shell *shell, ViewContext *context)
{
	(void) shell;
	Dialog *dialog = view_dialog(context, DIALOG_FORM, "Declare an incident", "declare", declared, NULL);
	styled_add(&dialog->text, ROLE_TEXT, "Begins the record and the clock. You become its commander.\n");
	FormField *title = form_add(&dialog->form, FIELD_TEXT, "What is wrong", context->argument);
	title->required = true;
	/* Where everything is simulated or set aside for drills, there is nothing to choose. */
	if (context->model->drill)
		return;
	FormField *kind = form_add(&dialog->form, FIELD_CHOICE, "Kind", "");
	kind->choices = KINDS;
	kind->choice_count = BG_LENGTH(KINDS);
	kind->choice = 1;
	kind->help = "left and right change it";
}

/* What stands behind the command is written at once. `as` NULL: a plain note. */
static void note(ViewContext *context, const char *title, const char *as, const char *text, const char *done)
{
	Json *args = json_new_object();
	if (as)
		json_add_string(args, "as", as);
	if (!*context->argument) {
		view_reason_ask(context, title, "write", text, title, "text", ASK_NOTE, args, done);
		return;
	}
	json_add_string(args, "text", context->argument);
	view_ask(context, ASK_NOTE, args, done);
}

void shell_note(Shell *shell, ViewContext *context)
{
	(void) shell;
	note(context, "Note", NULL, NULL, "Noted.");
}

void shell_improvement(Shell *shell, ViewContext *context)
{
	(void) shell;
	note(context, "Improvement", "improvement", "What to do better next time. The report names it, and the review can make a card of it.\n", "Noted as an improvement.");
}

static void damage_answered(void *state, ViewContext *context, const Dialog *dialog, const Json *data);

/* What is no time, or could be two, is asked for, with the reason. */
static void damage_asked(ViewContext *context, const char *typed, const Error *err)
{
	Dialog *dialog = view_dialog(context, DIALOG_FORM, "When did the damage begin?", "set", damage_answered, NULL);
	styled_add(&dialog->text, ROLE_TEXT, "The time of the bad publish decides whether the newest backup is still good.\n");
	if (err)
		styled_printf(&dialog->text, ROLE_WARN, "%s: %s; %s\n", typed, err->why, err->hint);
	dialog->danger = err != NULL;   /* in line mode what was typed before is no answer */
	FormField *field = form_add(&dialog->form, FIELD_TEXT, "Time", typed);
	field->required = true;
	field->help = "22:51Z, 22:51 Europe/London, 22:51 local, -2h, or 2026-11-21 22:51Z";
}

/* The verdict rests on it: it is shown in every zone before it counts. */
static void damage_told(ViewContext *context, const char *text)
{
	Error err = { 0 };
	char value[32];
	AUTO(Json) *told = client_time_past(text, &err);
	if (!told) {
		damage_asked(context, text, &err);
		return;
	}
	AUTO_CLEAR(Buf) said = { 0 };
	Json *args = json_new_object();
	snprintf(value, sizeof(value), "%lld", (long long) json_get_int(told, "utc", 0));
	json_add_string(args, "name", DAMAGE_FACT);
	json_add_string(args, "value", value);
	buf_printf(&said, "the damage began  %s\n", json_get_string_or(told, "typed", ""));
	client_time_say(context->model->environment, told, &said);
	view_confirm_ask(context, "Is this the time that you mean?", "set it", buf_text(&said), ASK_FACT, args, "The verdict rests on that time now.");
}

static void damage_answered(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) state;
	(void) data;
	damage_told(context, form_text(&dialog->form, 0));
}

void shell_damage_time(Shell *shell, ViewContext *context)
{
	(void) shell;
	if (*context->argument)
		damage_told(context, context->argument);
	else
		damage_asked(context, "", NULL);
}

/* `:fact bad-publish 22:51Z`, `:set name value`: a name, a blank, the rest. */
static bool two_words(const ViewContext *context, char name[static 80], const char **ret_value)
{
	Str text = str_from(context->argument);
	ptrdiff_t blank = str_find_char(text, ' ');
	if (blank <= 0 || blank >= 80)
		return false;
	snprintf(name, 80, "%.*s", (int) blank, text.ptr);
	const char *value = text.ptr + blank;
	while (*value == ' ')
		value++;
	*ret_value = value;
	return *value != '\0';
}

void shell_fact(Shell *shell, ViewContext *context)
{
	(void) shell;
	char name[80];
	const char *value;
	if (!two_words(context, name, &value)) {
		view_refuse(context, "fact: write :fact NAME VALUE, as in :fact bad-publish 22:51Z");
	} else if (text_eq(name, DAMAGE_FACT)) {
		damage_told(context, value);
	} else {
		Json *args = json_new_object();
		json_add_string(args, "name", name);
		json_add_string(args, "value", value);
		view_ask(context, ASK_FACT, args, "The fact stands in the record.");
	}
}

/* What the engine would set. Of a time it is shown in every zone first; anything else is set at once. */
static void value_read(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	(void) state;
	AUTO_CLEAR(Buf) said = { 0 };
	if (!ok) {
		view_error(context, err);
		return;
	}
	if (client_time_is(reply)) {
		buf_printf(&said, "%s  %s\n", json_get_string_or(reply, "name", "?"), json_get_string_or(reply, "typed", ""));
		client_time_say(context->model->environment, reply, &said);
		view_confirm_ask(context, "Is this the time that you mean?", "set it", buf_text(&said), ASK_SET, client_time_agreed(data, reply), "The value is set.");
		return;
	}
	view_ask(context, ASK_SET, client_time_agreed(data, reply), "The value is set.");
}

void shell_set_value(Shell *shell, ViewContext *context)
{
	(void) shell;
	char name[80];
	const char *value;
	if (!two_words(context, name, &value)) {
		view_refuse(context, "set: write :set NAME VALUE, or :set NAME --from-probe");
		return;
	}
	Json *args = json_new_object();
	json_add_string(args, "run", context->run->id);
	json_add_string(args, "name", name);
	if (text_eq(value, "--from-probe")) {
		view_ask(context, ASK_FILL, args, "Its probe is asked; what it tells stands in the record.");
		return;
	}
	json_add_string(args, "value", value);
	Error err = { 0 };
	if (client_time_ask(args, &err)) {
		view_ask_then(context, ASK_SET, args, value_read, json_copy(args));
	} else {
		view_error(context, &err);
		json_free(args);
	}
}

/* ---- sitrep ---- */

static void sitrep_seen(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) state;
	(void) context;
	(void) dialog;
	(void) data;
}

static void write_sitrep(ViewContext *context, Buf *text)
{
	const ClientModel *model = context->model;
	AUTO_FREE SitrepCondition *conditions = bg_calloc(model->reading_count + 1, sizeof(*conditions));
	AUTO(Incident) *none = incident_new();
	Standing standing;
	const char *why;
	standing_read(context, &standing);
	for (size_t i = 0; i < model->reading_count; i++)
		conditions[i] = (SitrepCondition) { .name = model->readings[i].name, .text = model->readings[i].text,
			.state = standing_judge(&standing, context, &model->readings[i], &why) };
	report_sitrep(model->incident ? model->incident : none, conditions, model->reading_count, context->wall, text);
}

void shell_sitrep(Shell *shell, ViewContext *context)
{
	AUTO_CLEAR(Buf) text = { 0 };
	held_words(&context->model->held, context->wall, false, &text);
	if (text.len)
		buf_putc(&text, '\n');
	write_sitrep(context, &text);
	Error err = { 0 };
	bool sent = copying_send(context, buf_str(&text), COPY_CLEANED, &err);
	/* Line mode has said it by now. */
	if (shell->hear)
		return;
	Dialog *dialog = view_dialog(context, DIALOG_INFORM, sent ? "Sitrep: copied, where the terminal can" : "Sitrep", "close", sitrep_seen, NULL);
	if (!sent)
		styled_printf(&dialog->text, ROLE_MUTED, "Not copied: %s.\n\n", err.why);
	styled_add(&dialog->text, ROLE_TEXT, buf_text(&text));
}

/* As `breakglass sitrep --post` does it: a note of the record, posted in its turn. Everybody in the channel reads it: it is shown first. */
void shell_post_sitrep(Shell *shell, ViewContext *context)
{
	(void) shell;
	AUTO_CLEAR(Buf) text = { 0 };
	Json *args = json_new_object();
	write_sitrep(context, &text);
	json_add_string(args, "text", buf_text(&text));
	json_add_string(args, "as", "sitrep");
	view_confirm_ask(context, "Post this where announcements go", "post it", buf_text(&text), ASK_NOTE, args,
		"It is posted in its turn; the reading announcements tells when it is.");
}

/* ---- command ---- */

static void hand_to(ViewContext *context, const char *name, const char *title, const char *text)
{
	Json *args = json_new_object();
	json_add_string(args, "to", name);
	view_confirm_ask(context, title, "hand over", text, ASK_HANDOVER, args, "The bar shows who commands now.");
}

void shell_take_command(Shell *shell, ViewContext *context)
{
	(void) shell;
	AUTO_FREE char *text = bg_asprintf("%s is in command now. The record will say that you took over.\n",
		context->model->incident->commander ? context->model->incident->commander : "Nobody");
	hand_to(context, context->model->who, "Take command", text);
}

static void handed_over(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) state;
	(void) data;
	Json *args = json_new_object();
	json_add_string(args, "to", form_text(&dialog->form, 0));
	view_ask(context, ASK_HANDOVER, args, "The bar shows who commands now.");
}

void shell_handover(Shell *shell, ViewContext *context)
{
	(void) shell;
	AUTO_CLEAR(Buf) names = { 0 };
	JSON_EACH(person, json_get(context->model->environment, "people"))
		buf_printf(&names, "%s%s", names.len ? ", " : "", json_get_string_or(person, "name", "?"));
	if (*context->argument) {
		AUTO_FREE char *text = bg_asprintf("%s becomes the commander of this incident.\n", context->argument);
		hand_to(context, context->argument, "Hand over the command", text);
		return;
	}
	Dialog *dialog = view_dialog(context, DIALOG_FORM, "Hand over the command", "hand over", handed_over, NULL);
	styled_printf(&dialog->text, ROLE_TEXT, "The environment knows %s.\n", names.len ? buf_text(&names) : "nobody by name");
	FormField *field = form_add(&dialog->form, FIELD_TEXT, "To", "");
	field->required = true;
}

static void ended(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) state;
	(void) data;
	Json *args = json_new_object();
	if (*form_text(&dialog->form, 0))
		json_add_string(args, "reason", form_text(&dialog->form, 0));
	view_ask(context, ASK_END, args, "The incident has ended. Its record stays.");
}

void shell_end_incident(Shell *shell, ViewContext *context)
{
	(void) shell;
	const Incident *incident = context->model->incident;
	Dialog *dialog = view_dialog(context, DIALOG_FORM, "End the incident", "end it", ended, NULL);
	if (incident->open_count == 0)
		styled_add(&dialog->text, ROLE_TEXT, "Nothing is open in the ledger.\n");
	else
		styled_printf(&dialog->text, ROLE_WARN, "%zu still open in the ledger:\n", incident->open_count);
	for (size_t i = 0; i < incident->open_count; i++) {
		const LedgerItem *item = &incident->ledger[incident->open_items[i]];
		char clock[ZONE_BOTH_SIZE];
		styled_printf(&dialog->text, ROLE_TEXT, "  %s, opened %s by %s\n", item->name, zone_hm(item->opened, context->wall, clock),
			item->opened_who ? item->opened_who : "?");
	}
	dialog->danger = incident->open_count > 0;
	FormField *field = form_add(&dialog->form, FIELD_TEXT, incident->open_count ? "Reason to leave it so" : "Closing words",
		context->argument);
	field->required = incident->open_count > 0;
}
