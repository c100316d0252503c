/* question.c: the shell's dialogs in lines: the text, then a question at a time. What was not answered as it wants leaves all as it is. */
#include <stdio.h>
#include <termios.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "tui/line/line_state.h"
#include "tui/line/words.h"

/* ---- typing what nobody may see ---- */

static void set_echo(const Line *line, bool echo)
{
	struct termios mode;
	if (!line->interactive || tcgetattr(STDIN_FILENO, &mode) < 0)
		return;
	if (echo)
		mode.c_lflag |= (tcflag_t) ECHO;
	else
		mode.c_lflag &= ~(tcflag_t) ECHO;
	(void) tcsetattr(STDIN_FILENO, TCSANOW, &mode);   /* typed in sight is better than not at all */
}

static void end(Line *line, bool accepted)
{
	if (line->question.hidden)
		set_echo(line, true);
	line->question = (Question) { 0 };
	shell_end_dialog(&line->shell, accepted);
}

void question_leave(Line *line)
{
	end(line, false);
	line_say(line, "Left. Nothing was done.");
}

/* ---- asking ---- */

static void ask_field(Line *line, const FormField *field)
{
	AUTO_CLEAR(Buf) prompt = { 0 };
	buf_puts(&prompt, field->label);
	for (size_t i = 0; field->type == FIELD_CHOICE && i < field->choice_count; i++)
		buf_printf(&prompt, "%s%s%s", i ? ", " : " (one of ", field->choices[i], i + 1 == field->choice_count ? ")" : "");
	if (field->help && field->type != FIELD_CHOICE)
		buf_printf(&prompt, " (%s)", field->help);
	const char *now = field->type == FIELD_CHOICE ? field->choice < field->choice_count ? field->choices[field->choice] : "" : input_text(&field->input);
	if (*now && field->type != FIELD_SECRET)
		buf_printf(&prompt, " [%s]", now);
	buf_puts(&prompt, ":");
	if (field->type == FIELD_SECRET) {
		line->question.hidden = true;
		set_echo(line, false);
	}
	line_ask(line, buf_text(&prompt));
}

static void ask(Line *line)
{
	const Dialog *dialog = &line->shell.dialog;
	if (dialog->kind == DIALOG_CONFIRM) {
		AUTO_FREE char *prompt = bg_asprintf("Type yes to %s, anything else leaves it:", dialog->verb);
		line_ask(line, prompt);
	} else if (dialog->kind == DIALOG_TYPE_NAME && line->question.field == 0) {
		AUTO_FREE char *prompt = bg_asprintf("Type the name %s to %s, anything else leaves it:", dialog->name, dialog->verb);
		line_ask(line, prompt);
	} else {
		ask_field(line, &dialog->form.fields[line->question.field]);
	}
}

/* ---- answers ---- */

/* Why the text is no answer to the field; NULL: it is one, and the field holds it. */
static const char *fill(FormField *field, Str text)
{
	AUTO_FREE char *answer = str_dup(text);
	int64_t number;
	if (field->type == FIELD_CHOICE) {
		for (size_t i = 0; i < field->choice_count; i++)
			if (str_eq_nocase(text, str_from(field->choices[i]))) {
				field->choice = i;
				return NULL;
			}
		return text.len ? "it is none of the choices" : NULL;
	}
	if (text.len && field->type == FIELD_NUMBER && (!str_parse_int(text, &number) || number < 0))
		return "it wants a whole number";
	if (text.len)
		input_set(&field->input, answer);
	return field->required && str_trim(str_from(input_text(&field->input))).len == 0 ? "it needs an answer" : NULL;
}

static void next_field(Line *line)
{
	if (line->question.hidden)
		set_echo(line, true);
	line->question.hidden = false;
	if (++line->question.field < line->shell.dialog.form.count)
		ask(line);
	else
		end(line, true);
}

static void answer_field(Line *line, Str text)
{
	FormField *field = &line->shell.dialog.form.fields[line->question.field];
	const char *complaint = fill(field, text);
	if (!complaint) {
		next_field(line);
		return;
	}
	if (line->interactive && text.len) {
		line_say(line, "%s: %s", field->label, complaint);
		ask(line);
		return;
	}
	AUTO_FREE char *label = bg_strdup(field->label);
	end(line, false);
	line_refuse(line, "%s: %s; nothing was done", label, complaint);
}

static bool leaves(Str text)
{
	return str_eq_c(text, "esc") || str_eq_c(text, command_get(COMMAND_CANCEL_INPUT)->name);
}

void question_answer(Line *line, Str text)
{
	const Dialog *dialog = &line->shell.dialog;
	Str answer = str_trim(text);
	bool by_name = dialog->kind == DIALOG_TYPE_NAME && line->question.field == 0;
	if (leaves(answer) || (dialog->kind == DIALOG_CONFIRM && (answer.len == 0 || str_eq_nocase(answer, STR("no"))))) {
		question_leave(line);
	} else if (dialog->kind == DIALOG_CONFIRM) {
		bool yes = str_eq_nocase(answer, STR("yes"));
		end(line, yes);
		if (!yes)
			line_refuse(line, "that is not yes: nothing was done");
	} else if (by_name && !str_eq_c(answer, dialog->name)) {
		end(line, false);
		line_refuse(line, "that is another name: nothing was done");
	} else {
		answer_field(line, answer);
	}
}

/* ---- opening ---- */

/* What followed the command answers its first questions. Not where there is something to be read before. */
static void take_rest(Line *line)
{
	Dialog *dialog = &line->shell.dialog;
	AUTO_FREE char *rest = TAKE(line->rest);
	Str words = str_trim(str_from(rest)), word, after = words;
	if (dialog->danger || dialog->kind != DIALOG_FORM)
		return;
	while (words.len && line->question.field < dialog->form.count) {
		FormField *field = &dialog->form.fields[line->question.field];
		if (field->type == FIELD_SECRET)
			return;
		bool choice = field->type == FIELD_CHOICE;
		(void) str_split(&after, ' ', &word);
		if (fill(field, choice ? word : words))
			return;
		words = choice ? str_trim(after) : STR("");
		after = words;
		line->question.field++;
	}
}

void question_open(Line *line)
{
	const Dialog *dialog = &line->shell.dialog;
	AUTO_CLEAR(Buf) words = { 0 };
	line->question = (Question) { .open = true };
	words_write(&dialog->text, line->utf8, line_columns(line), &words);
	line_say(line, "%s", dialog->title);
	line_put(line, buf_str(&words));
	take_rest(line);
	if (dialog->kind == DIALOG_INFORM || (dialog->kind == DIALOG_FORM && line->question.field >= dialog->form.count))
		end(line, true);
	else
		ask(line);
}
