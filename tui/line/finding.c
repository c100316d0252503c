/* finding.c: the help, made from the command table, and the lines of a screen that hold a text. */
#include <stdio.h>
#include "core/base/alloc.h"
#include "tui/line/line_state.h"
#include "tui/line/words.h"

/* ---- help ---- */

static void tell_command(Line *line, const Command *command, bool whole)
{
	char keys[KEYMAP_TEXT_SIZE];
	keymap_format(&line->shell.keymap, command->id, keys);
	line_say(line, "%s%s: %s%s%s%s", whole ? "" : "  ", command->name, command->help, *keys ? " (key " : "", keys, *keys ? ")" : "");
}

static void tell_all(Line *line)
{
	for (size_t group = 0; group < GROUP_COUNT; group++) {
		line_say(line, "%s", command_group_title((CommandGroup) group));
		for (size_t i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
			const Command *command = command_get((CommandId) i);
			if (command->group == group && command->line != LINE_NONE)
				tell_command(line, command, false);
		}
	}
	line_say(line, "Only in lines");
	for (size_t i = WORD_NONE + 1; i < WORD_COUNT; i++)
		line_say(line, "  %s: %s", line_word_name((LineWord) i), line_word_help((LineWord) i));
	line_say(line, "A row is named after the command: plan 4.3, details 2, start ocw-failover. Keys are typed as their names, on the screen that the "
		"prompt names. In a question, esc leaves it. help NAME tells more of one.");
}

void line_help(Line *line, const char *about)
{
	const Command *command = command_find(str_from(about));
	if (!*about) {
		tell_all(line);
		return;
	}
	if (!command) {
		line_refuse(line, "there is no command %s; help lists them all", about);
		return;
	}
	const char *why_not = command->line == LINE_NONE ? "it only moves, scrolls or draws: there is nothing of that here" : shell_reason(command->id, &line->shell);
	tell_command(line, command, true);
	if (command->danger != DANGER_SAFE)
		line_say(line, "%s", command->danger == DANGER_CONFIRM ? "It asks first." : "It shows what it will do, then asks.");
	if (why_not)
		line_say(line, "Not now: %s", why_not);
}

/* ---- finding ---- */

static void tell_matches(Line *line, Str text, const char *needle, size_t *found)
{
	Str rest = text, part;
	while (str_next_line(&rest, &part))
		if (str_find_nocase(part, needle) >= 0) {
			line_put(line, part);
			(*found)++;
		}
}

void line_find(Line *line, const char *text)
{
	AUTO_CLEAR(Buf) said = { 0 };
	size_t found = 0;
	bool instead;
	if (!*text) {
		line_refuse(line, "filter: say what to look for, as in: filter backup");
		return;
	}
	/* What the screen would say is said into a buffer of its own. */
	Buf before = line->out;
	bool prompted = line->prompted;
	line->out = (Buf) { 0 };
	line->prompted = false;
	line_tell_rows(line, SIZE_MAX);
	line_page_words(line, &line->out, &instead);
	said = line->out;
	line->out = before;
	line->prompted = prompted;
	tell_matches(line, buf_str(&said), text, &found);
	if (!found)
		line_refuse(line, "\"%s\" is nowhere on the %s screen", text, VIEWS[line->shell.shown]->name);
}
