/* said.c: lines out. Everything that is printed goes through here, and is made harmless on the way. */
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "tui/line/line_state.h"
#include "tui/line/words.h"

/* What comes while somebody types begins on a line of its own; the terminal keeps what was typed. */
static void leave_prompt(Line *line)
{
	if (line->prompted)
		buf_putc(&line->out, '\n');
	line->prompted = false;
}

int line_columns(const Line *line)
{
	struct winsize size;
	return line->interactive && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void line_put(Line *line, Str text)
{
	if (text.len == 0)
		return;
	leave_prompt(line);
	words_clean(text, line->utf8, &line->out);
	if (text.ptr[text.len - 1] != '\n')
		buf_putc(&line->out, '\n');
}

void line_say(Line *line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	AUTO_FREE char *text = bg_vasprintf(format, args);
	va_end(args);
	AUTO_CLEAR(Buf) clean = { 0 };
	AUTO_CLEAR(Buf) wrapped = { 0 };
	text_sanitise(str_from(text), SANITISE_BLOCK, &clean);
	words_wrap(buf_str(&clean), line_columns(line), &wrapped);
	line_put(line, buf_str(&wrapped));
}

void line_refuse(Line *line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	AUTO_FREE char *text = bg_vasprintf(format, args);
	va_end(args);
	line->refused++;
	line_say(line, "refused: %s", text);
}

void line_fail(Line *line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	AUTO_FREE char *text = bg_vasprintf(format, args);
	va_end(args);
	line->refused++;
	line_say(line, "failed: %s", text);
}

void line_hear(void *userdata, ShellSaid said, const char *text)
{
	Line *line = userdata;
	switch (said) {
	case SAID_WORDS: line_say(line, "%s", text); break;
	case SAID_REFUSAL: line_refuse(line, "%s", text); break;
	case SAID_ERROR: line_refuse(line, "%s", text); break;
	case SAID_COPY: line_put(line, str_from(text)); break;
	}
}

void line_ask(Line *line, const char *prompt)
{
	if (line->interactive) {
		leave_prompt(line);
		words_clean(str_from(prompt), line->utf8, &line->out);
		buf_putc(&line->out, ' ');
		line->prompted = true;
	} else {
		line_say(line, "question: %s", prompt);
	}
}

void line_prompt(Line *line)
{
	const ClientModel *model = shell_model(&line->shell);
	ViewContext context = shell_context(&line->shell, line->shell.shown, NULL);
	const Incident *incident = model->incident;
	AUTO_CLEAR(Buf) prompt = { 0 };
	bool drill = line->shell.was_connected ? model->drill : line->shell.settings->drill;
	buf_printf(&prompt, "%s %s", line->shell.settings->environment_name, drill ? "DRILL" : incident ? "REAL" : "no incident");
	if (incident && incident_overrides(incident))
		buf_puts(&prompt, ", SIGNED ALONE");
	if (line->shell.was_connected && !model->connected)
		buf_puts(&prompt, ", NO ENGINE");
	else if (model->held.troubled)
		buf_puts(&prompt, ", NOT ON DISK");
	if (context.run)
		buf_printf(&prompt, ", %s", context.run->procedure_id);
	if (context.step)
		buf_printf(&prompt, ", step %s %s", context.step->number, view_step_words(context.step));
	if (model->login)
		buf_printf(&prompt, ", %s%s", badge_is_over(model, mono_now()) ? "badge ran out: " : "as ", model->who);
	buf_printf(&prompt, ", %s>", VIEWS[line->shell.shown]->name);
	line_ask(line, buf_text(&prompt));
}

void line_flush(Line *line)
{
	if (line->out.len && !file_write_all(STDOUT_FILENO, line->out.data, line->out.len, NULL))
		line->broken = true;
	buf_truncate(&line->out, 0);
}
