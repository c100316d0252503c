/* input.c: editing by whole characters: a combining mark goes with its letter. */
#include "tui/widget/input.h"
#include "core/base/text.h"

static size_t character_after(const Input *input, size_t at)
{
	Str rest = str_slice(buf_str(&input->text), at, SIZE_MAX);
	uint32_t code_point;
	if (!utf8_next(&rest, &code_point))
		return input->text.len;
	size_t end = input->text.len - rest.len;
	while (utf8_next(&rest, &code_point) && code_point_width(code_point) == 0)
		end = input->text.len - rest.len;
	return end;
}

static size_t character_before(const Input *input, size_t at)
{
	size_t before = 0;
	for (size_t i = 0; i < at; i = character_after(input, i))
		before = i;
	return before;
}

static size_t word_before(const Input *input, size_t at)
{
	while (at > 0 && input->text.data[at - 1] == ' ')
		at--;
	while (at > 0 && input->text.data[at - 1] != ' ')
		at--;
	return at;
}

static void insert(Input *input, Str text)
{
	if (text.len == 0 || input->text.len + text.len > INPUT_MAX_BYTES)
		return;
	AUTO_FREE char *tail = str_dup(str_slice(buf_str(&input->text), input->cursor, SIZE_MAX));
	buf_truncate(&input->text, input->cursor);
	buf_put_str(&input->text, text);
	input->cursor = input->text.len;
	buf_puts(&input->text, tail);
}

static void erase(Input *input, size_t from, size_t to)
{
	if (from >= to)
		return;
	AUTO_FREE char *tail = str_dup(str_slice(buf_str(&input->text), to, SIZE_MAX));
	buf_truncate(&input->text, from);
	buf_puts(&input->text, tail);
	input->cursor = from;
}

static bool edit(Input *input, KeyChord key)
{
	size_t at = input->cursor, end = input->text.len;
	if (key_equal(key, key_named(KEY_BACKSPACE)))
		erase(input, character_before(input, at), at);
	else if (key_equal(key, key_named(KEY_DELETE)))
		erase(input, at, character_after(input, at));
	else if (key.name == KEY_CHARACTER && key.modifiers == KEY_CTRL && key.code_point == 'u')
		erase(input, 0, at);
	else if (key.name == KEY_CHARACTER && key.modifiers == KEY_CTRL && key.code_point == 'k')
		erase(input, at, end);
	else if (key.name == KEY_CHARACTER && key.modifiers == KEY_CTRL && key.code_point == 'w')
		erase(input, word_before(input, at), at);
	else
		return false;
	return true;
}

static bool move(Input *input, KeyChord key)
{
	size_t at = input->cursor, end = input->text.len;
	const struct { KeyChord key; size_t cursor; } moves[] = {
		{ { .name = KEY_LEFT }, character_before(input, at) }, { { .name = KEY_RIGHT }, character_after(input, at) },
		{ { .name = KEY_HOME }, 0 }, { { .name = KEY_END }, end },
		{ { .code_point = 'a', .modifiers = KEY_CTRL }, 0 }, { { .code_point = 'e', .modifiers = KEY_CTRL }, end },
		{ { .name = KEY_LEFT, .modifiers = KEY_CTRL }, word_before(input, at) },
	};
	for (size_t i = 0; i < BG_LENGTH(moves); i++)
		if (key_equal(key, moves[i].key)) {
			input->cursor = moves[i].cursor;
			return true;
		}
	return false;
}

bool input_key(Input *input, KeyChord key)
{
	uint32_t code_point;
	if (!key_types(key, &code_point))
		return edit(input, key) || move(input, key);
	AUTO_CLEAR(Buf) typed = {0};
	utf8_append(&typed, code_point);
	insert(input, buf_str(&typed));
	return true;
}

void input_paste(Input *input, Str text)
{
	AUTO_CLEAR(Buf) harmless = {0};
	text_sanitise(text, input->multiline ? SANITISE_BLOCK : SANITISE_LINE, &harmless);
	insert(input, input->multiline ? buf_str(&harmless) : str_trim(buf_str(&harmless)));
}

void input_set(Input *input, const char *text)
{
	buf_truncate(&input->text, 0);
	buf_puts(&input->text, text);
	input->cursor = input->text.len;
}

const char *input_text(const Input *input)
{
	return buf_text(&input->text);
}

/* What stands for the text on the screen: itself, or a dot for each character of a secret. */
static void visible_text(const Input *input, size_t end, Buf *out)
{
	if (!input->secret) {
		text_sanitise(str_slice(buf_str(&input->text), 0, end), SANITISE_LINE, out);
		return;
	}
	for (size_t at = 0; at < end; at = character_after(input, at))
		buf_putc(out, '*');
}

void input_render(const Input *input, Canvas *canvas, Rect rect, const char *prompt, bool focused)
{
	AUTO_CLEAR(Buf) all = {0};
	AUTO_CLEAR(Buf) before = {0};
	rect.height = rect.height > 1 ? 1 : rect.height;
	int x = canvas_text(canvas, rect, rect.x, rect.y, ROLE_PROMPT, prompt);
	Rect field = rect_intersect(rect, (Rect){ .x = x, .y = rect.y, .width = rect.x + rect.width - x, .height = rect.height });
	visible_text(input, input->text.len, &all);
	visible_text(input, input->cursor, &before);
	int cursor = (int) text_width(buf_str(&before));
	/* The cursor stays in the last column when the text is longer than the field. */
	int scroll = cursor >= field.width ? cursor - field.width + 1 : 0;
	canvas_fill(canvas, field, ROLE_INPUT);
	canvas_str(canvas, field, field.x - scroll, field.y, ROLE_INPUT, buf_str(&all));
	if (focused && !rect_is_empty(field))
		canvas_cursor(canvas, field.x + cursor - scroll, field.y);
}

void input_clear(Input *input)
{
	if (input->text.data)
		explicit_bzero(input->text.data, input->text.capacity);
	buf_clear(&input->text);
	input->cursor = 0;
}
