/* palette.c: see palette.h. */
#include "tui/widget/palette.h"
#include <limits.h>
#include <stdio.h>

#define NAME_COLUMNS 18
#define KEY_COLUMNS 14
/* Room for the keys in the help, and how wide the help is from which on there is that much. */
#define HELP_LABEL 16
#define HELP_NARROW 56
#define HELP_NARROW_LABEL 8

void palette_open(Palette *palette)
{
	palette_clear(palette);
}

static Str typed_name(const Palette *palette)
{
	Str text = str_trim(str_from(input_text(&palette->input)));
	ptrdiff_t blank = str_find_char(text, ' ');
	return blank < 0 ? text : str_slice(text, 0, (size_t) blank);
}

static void keep_argument(Palette *palette)
{
	Str text = str_trim(str_from(input_text(&palette->input)));
	Str argument = str_trim(str_slice(text, typed_name(palette).len, SIZE_MAX));
	snprintf(palette->argument, sizeof(palette->argument), "%.*s", STR_ARG(argument));
}

static void start_anew(Palette *palette)
{
	palette->position = 0;
	palette->moved = false;
}

/* Whether Enter would run the suggestion at the position. */
static bool is_marked(const Palette *palette)
{
	return palette->moved || typed_name(palette).len == 0 || command_meant(typed_name(palette));
}

static void move(Palette *palette, int step, size_t count)
{
	if (step > 0)
		palette->position += palette->position + 1 < count;
	else if (step < 0)
		palette->position -= palette->position > 0;
	palette->moved = count > 0;
}

static PaletteEffect choose(Palette *palette)
{
	CommandId ids[COMMAND_COUNT];
	size_t count = command_complete(typed_name(palette), ids, COMMAND_COUNT);
	const Command *meant = command_meant(typed_name(palette));
	if (typed_name(palette).len == 0 && palette->position == 0)
		return PALETTE_CANCELLED;
	if (count == 0) {
		snprintf(palette->complaint, sizeof(palette->complaint), "there is no command \"%.40s\"; Esc leaves", input_text(&palette->input));
		return PALETTE_NONE;
	}
	/* What only fits by other letters or by its help is not what was typed: a person says so by going to it. */
	if (!meant && !palette->moved) {
		snprintf(palette->complaint, sizeof(palette->complaint), "\"%.40s\" is no command's name: choose one with the arrows, then Enter",
			input_text(&palette->input));
		return PALETTE_NONE;
	}
	/* Three keys of chance are not a wish: what acts is named whole, or chosen. */
	if (!palette->moved && meant->danger == DANGER_BREAK_GLASS && command_find(typed_name(palette)) != meant) {
		snprintf(palette->complaint, sizeof(palette->complaint), "\"%s\" acts: type its whole name, or choose it with the arrows", meant->name);
		return PALETTE_NONE;
	}
	palette->chosen = !palette->moved ? meant->id : ids[palette->position < count ? palette->position : count - 1];
	keep_argument(palette);
	return PALETTE_CHOSEN;
}

static void complete(Palette *palette)
{
	CommandId ids[COMMAND_COUNT];
	size_t count = command_complete(typed_name(palette), ids, COMMAND_COUNT);
	if (count == 0)
		return;
	AUTO_CLEAR(Buf) text = {0};
	buf_printf(&text, "%s ", command_get(ids[palette->position < count ? palette->position : 0])->name);
	input_set(&palette->input, buf_text(&text));
	start_anew(palette);
}

PaletteEffect palette_key(Palette *palette, KeyChord key)
{
	bool cancels = key_equal(key, key_named(KEY_ESC)) ||
		(key.modifiers == KEY_CTRL && (key.code_point == 'c' || key.code_point == 'g'));
	/* As in every editor: backspace in an empty line leaves it. */
	if (cancels || (key_equal(key, key_named(KEY_BACKSPACE)) && !*input_text(&palette->input)))
		return PALETTE_CANCELLED;
	palette->complaint[0] = '\0';
	if (key_equal(key, key_named(KEY_ENTER)))
		return choose(palette);
	CommandId ids[COMMAND_COUNT];
	size_t count = command_complete(typed_name(palette), ids, COMMAND_COUNT);
	if (key_equal(key, key_named(KEY_TAB)))
		complete(palette);
	else if (key_equal(key, key_named(KEY_DOWN)))
		move(palette, is_marked(palette) ? 1 : 0, count);
	else if (key_equal(key, key_named(KEY_UP)))
		move(palette, -1, count);
	else if (input_key(&palette->input, key))
		start_anew(palette);
	return PALETTE_NONE;
}

void palette_paste(Palette *palette, Str text)
{
	input_paste(&palette->input, text);
	start_anew(palette);
}

static void render_row(Canvas *canvas, Rect row, const Command *command, const Keymap *keymap, const char *why_not)
{
	char keys[KEYMAP_TEXT_SIZE];
	int x = row.x + 1;
	canvas_text_fit(canvas, row, x, row.y, NAME_COLUMNS - 1, why_not ? ROLE_DISABLED : ROLE_TEXT, command->name);
	x += NAME_COLUMNS;
	bool narrow = row.width < 60;   /* what it does, or why not, matters more than its keys */
	if (!narrow)
		canvas_text_fit(canvas, row, x, row.y, KEY_COLUMNS - 1, why_not ? ROLE_DISABLED : ROLE_KEY,
			keymap_format(keymap, command->id, keys));
	x += narrow ? 0 : KEY_COLUMNS;
	canvas_text_fit(canvas, row, x, row.y, row.x + row.width - x - 1, why_not ? ROLE_DISABLED : ROLE_MUTED,
		why_not ? why_not : command->help);
}

void palette_render(const Palette *palette, Canvas *canvas, Rect rect, const Keymap *keymap, CommandReason *reason, void *userdata)
{
	CommandId ids[COMMAND_COUNT];
	size_t count = command_complete(typed_name(palette), ids, COMMAND_COUNT);
	Rect line = rect_cut_bottom(&rect, 1);
	canvas_fill(canvas, line, ROLE_TEXT);
	input_render(&palette->input, canvas, line, ":", true);
	size_t rows = rect.height > 1 ? (size_t) rect.height - 1 : 0;
	size_t shown = count < rows ? count : rows;
	size_t first = palette->position >= shown && shown > 0 ? palette->position - shown + 1 : 0;
	Rect area = rect_cut_bottom(&rect, (int) shown + 1 + (palette->complaint[0] != '\0'));
	canvas_fill(canvas, area, ROLE_TEXT);
	canvas_horizontal(canvas, area, area.x, area.y, area.width, ROLE_BORDER);
	rect_cut_top(&area, 1);
	int right = area.x + area.width - 1, top = area.y, bottom = area.y + (int) shown - 1;
	for (size_t i = 0; i < shown && first + i < count; i++) {
		Rect row = rect_cut_top(&area, 1);
		const char *why_not = reason ? reason(ids[first + i], userdata) : NULL;
		render_row(canvas, row, command_get(ids[first + i]), keymap, why_not);
		if (first + i == palette->position && is_marked(palette))
			canvas_select(canvas, row);
	}
	if (first > 0)
		canvas_glyph(canvas, canvas_rect(canvas), right, top, ROLE_MUTED, GLYPH_SCROLL_UP);
	if (first + shown < count)
		canvas_glyph(canvas, canvas_rect(canvas), right, bottom, ROLE_MUTED, GLYPH_SCROLL_DOWN);
	canvas_text_fit(canvas, area, area.x + 1, area.y, area.width - 1, ROLE_WARN, palette->complaint);
}

void palette_clear(Palette *palette)
{
	input_clear(&palette->input);
	*palette = (Palette){0};
}

typedef struct HelpLook { const Keymap *keymap; int columns; CommandReason *reason; void *userdata; } HelpLook;

static void help_row(Styled *out, const Command *command, const HelpLook *look)
{
	const char *why_not = look->reason ? look->reason(command->id, look->userdata) : NULL;
	char keys[KEYMAP_TEXT_SIZE];
	int label = look->columns < HELP_NARROW ? HELP_NARROW_LABEL : HELP_LABEL;
	keymap_format(look->keymap, command->id, keys);
	if (keys[0])
		styled_printf(out, why_not ? ROLE_DISABLED : ROLE_KEY, "  %-*s ", label, keys);
	else
		styled_printf(out, why_not ? ROLE_DISABLED : ROLE_CODE, "  :%-*s ", label - 1, command->name);
	styled_hang(out, label + 3, why_not ? ROLE_DISABLED : ROLE_TEXT, command->help);
	if (command->danger == DANGER_BREAK_GLASS)
		styled_add(out, ROLE_DANGER, " (break-glass)");
	if (why_not)
		styled_printf(out, ROLE_DISABLED, " (not now: %s)", why_not);
	styled_newline(out);
}

/* What stands in the footer comes first, in its order. */
static int help_place(const Command *command)
{
	return command->rank ? command->rank : INT_MAX;
}

static void help_section(Styled *out, const CommandId ids[], size_t count, const HelpLook *look)
{
	bool told[COMMAND_COUNT] = { false };
	for (size_t n = 0; n < count; n++) {
		const Command *next = NULL;
		for (size_t i = 0; i < count; i++) {
			const Command *command = command_get(ids[i]);
			if (!told[command->id] && (!next || help_place(command) < help_place(next)))
				next = command;
		}
		told[next->id] = true;
		help_row(out, next, look);
	}
}

void help_write(Styled *out, const Keymap *keymap, const CommandContext contexts[], size_t count, int columns,
	CommandReason *reason, void *userdata)
{
	const HelpLook look = { keymap, columns, reason, userdata };
	bool told[COMMAND_COUNT] = { false };
	/* The screen's own with what its footer shows, then what works everywhere, then how to move. */
	for (size_t c = 0; c <= count; c++) {
		CommandContext context = c == 0 && count ? contexts[0] : c <= 1 ? CONTEXT_GLOBAL : contexts[c - 1];
		CommandId ids[COMMAND_COUNT];
		size_t found = 0;
		for (size_t i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
			const Command *command = command_get((CommandId) i);
			KeyChord key;
			bool here = command_is_in(command, context);
			for (size_t other = 1; c == 0 && command->rank && other < count; other++)
				here = here || command_is_in(command, contexts[other]);
			if (told[i] || !here || !keymap_first(keymap, command->id, contexts, count, &key))
				continue;
			told[i] = true;
			ids[found++] = command->id;
		}
		if (!found)
			continue;
		styled_printf(out, ROLE_HEADING, "%sKeys %s\n", c ? "\n" : "", command_context_where(context));
		help_section(out, ids, found, &look);
	}
	styled_add(out, ROLE_HEADING, "\nOther commands, by name after :\n");
	for (size_t i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		const Command *command = command_get((CommandId) i);
		if (!told[i] && !command_is_in(command, CONTEXT_INPUT))
			help_row(out, command, &look);
	}
}
