/* bars.c: see bars.h. */
#include "tui/widget/bars.h"
#include <stdarg.h>
#include <stdio.h>

#define MESSAGE_MS 6000
#define FOOTER_MAX 64

static void tab_text(const Tab *tab, bool active, bool dense, char *text, size_t size)
{
	char count[16] = "", key[3] = { tab->key, tab->key && !dense ? ' ' : '\0' };
	if (tab->count > 0)
		snprintf(count, sizeof(count), "(%d)", tab->count);
	snprintf(text, size, dense ? active ? "[%s%s%s] " : "%s%s%s " : active ? "[%s%s%s]" : " %s%s%s ", key, tab->title, count);
}

static int tabs_width(const Tab tabs[], size_t from, size_t to, size_t active, bool dense)
{
	int width = 0;
	for (size_t i = from; i < to; i++) {
		char text[80];
		tab_text(&tabs[i], i == active, dense, text, sizeof(text));
		width += canvas_text_width(text);
	}
	return width;
}

int tabs_least_width(const Tab tabs[], size_t count, size_t active)
{
	return tabs_width(tabs, 0, count, active, true);
}

int tabs_render(Canvas *canvas, Rect rect, const Tab tabs[], size_t count, size_t active)
{
	size_t first = 0;
	int x = rect.x;
	bool dense = tabs_width(tabs, 0, count, active, false) > rect.width;
	while (first < active && tabs_width(tabs, first, active + 1, active, dense) > rect.width)
		first++;
	for (size_t i = first; i < count; i++) {
		char text[80];
		tab_text(&tabs[i], i == active, dense, text, sizeof(text));
		if (x + canvas_text_width(text) > rect.x + rect.width)
			break;
		Role role = i == active ? ROLE_TAB_ACTIVE : tabs[i].urgent ? ROLE_WARN : ROLE_TAB;
		int from = x;
		x = canvas_text(canvas, rect, x, rect.y, role, text);
		if (tabs[i].key && i != active)
			canvas_printf(canvas, rect, from + (dense ? 0 : 1), rect.y, ROLE_KEY, "%c", tabs[i].key);
	}
	return x;
}

typedef struct FooterItem { const Command *command; const char *label; KeyChord key; bool usable; bool shown; int width, place; } FooterItem;

/* Its place among those that help most now, from the left; behind all of them its rank. */
static int find_place(const Footer *footer, const Command *command)
{
	for (size_t i = 0; i < footer->first_count; i++)
		if (footer->first[i] == command->id)
			return (int) i - (int) footer->first_count;
	return command->rank;
}

static bool is_footer_command(const Footer *footer, const Command *command)
{
	bool modal = footer->context_count > 0 && (footer->contexts[0] == CONTEXT_INPUT || footer->contexts[0] == CONTEXT_PALETTE ||
		footer->contexts[0] == CONTEXT_DIALOG);
	bool here = command_is_in(command, CONTEXT_GLOBAL) && !modal;
	for (size_t i = 0; i < footer->context_count; i++)
		here = here || command_is_in(command, footer->contexts[i]);
	return here && find_place(footer, command) != 0 && command->id != footer->here;
}

static size_t collect_items(const Footer *footer, FooterItem items[static FOOTER_MAX])
{
	size_t count = 0;
	for (size_t i = COMMAND_NONE + 1; i < COMMAND_COUNT && count < FOOTER_MAX; i++) {
		const Command *command = command_get((CommandId) i);
		KeyChord key;
		char text[KEY_TEXT_SIZE];
		if (!is_footer_command(footer, command) ||
			!keymap_first(footer->keymap, command->id, footer->contexts, footer->context_count, &key))
			continue;
		const char *label = footer->label ? footer->label(command->id, footer->userdata) : NULL;
		label = label ? label : command->label;
		if (!*label)
			continue;
		bool usable = !footer->reason || !footer->reason(command->id, footer->userdata);
		int width = canvas_text_width(key_format_short(key, text)) + 1 + canvas_text_width(label) + 2;
		FooterItem item = { .command = command, .label = label, .key = key, .usable = usable, .width = width, .place = find_place(footer, command) };
		/* Sorted by rank, what can be used before what cannot. */
		size_t at = count++;
		for (; at > 0; at--) {
			const FooterItem *other = &items[at - 1];
			bool before = item.usable != other->usable ? item.usable : item.place < other->place;
			if (!before)
				break;
			items[at] = *other;
		}
		items[at] = item;
	}
	return count;
}

/* The way to all other commands is always there, at the right end, and on a wide screen help and leaving too;
 * the rest gets what room is left. */
static bool is_anchor(const FooterItem *item, int columns)
{
	return item->command->rank >= 30 && (columns >= 60 || item->command->id == COMMAND_PALETTE);
}

void footer_render(const Footer *footer, Canvas *canvas, Rect rect)
{
	FooterItem items[FOOTER_MAX];
	size_t count = collect_items(footer, items);
	int room = rect.width - 1;
	for (int anchors = 1; anchors >= 0; anchors--)
		for (size_t i = 0; i < count; i++)
			if (is_anchor(&items[i], rect.width) == (anchors == 1) && items[i].width <= room + 2) {
				items[i].shown = true;
				room -= items[i].width;
			}
	int x = rect.x + 1;
	for (int anchors = 0; anchors <= 1; anchors++)
		for (size_t i = 0; i < count; i++) {
			char text[KEY_TEXT_SIZE];
			if (!items[i].shown || is_anchor(&items[i], rect.width) != (anchors == 1))
				continue;
			x = canvas_text(canvas, rect, x, rect.y, items[i].usable ? ROLE_KEY : ROLE_DISABLED,
				key_format_short(items[i].key, text));
			x = canvas_printf(canvas, rect, x, rect.y, items[i].usable ? ROLE_KEY_LABEL : ROLE_DISABLED, " %s  ",
				items[i].label);
		}
}

void footer_keys_render(Canvas *canvas, Rect rect, const KeyLabel keys[], size_t count)
{
	int x = rect.x + 1;
	for (size_t i = 0; i < count; i++) {
		if (i && x + canvas_text_width(keys[i].key) + 1 + canvas_text_width(keys[i].label) > rect.x + rect.width)
			continue;
		x = canvas_text(canvas, rect, x, rect.y, ROLE_KEY, keys[i].key);
		x = canvas_printf(canvas, rect, x, rect.y, ROLE_KEY_LABEL, " %s  ", keys[i].label);
	}
}

void message_set(Message *message, Role role, MonoTime now, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void) vsnprintf(message->text, sizeof(message->text), format, args); /* what does not fit is cut */
	va_end(args);
	message->role = role;
	message->over[0] = '\0';
	message->until = (MonoTime){ .ms = now.ms + MESSAGE_MS };
}

void message_error(Message *message, const Error *err)
{
	error_format(err, message->text, sizeof(message->text));
	message->role = ROLE_FAIL;
	message->over[0] = '\0';
	message->until = (MonoTime){0};
}

void message_over(Message *message, const char *state_line)
{
	/* The word alone: ages and spans behind it move by themselves. */
	char word[sizeof(message->over)];
	const char *end = strstr(state_line, "   ");
	snprintf(word, sizeof(word), "%.*s", end ? (int) (end - state_line) : (int) strlen(state_line), state_line);
	if (!message->text[0] || message->until.ms == 0)
		return;
	if (!message->over[0])
		snprintf(message->over, sizeof(message->over), "%s", *word ? word : " ");
	else if (!text_eq(message->over, *word ? word : " "))
		message_reset(message);
}

bool message_is_shown(const Message *message, MonoTime now)
{
	return message->text[0] && (message->until.ms == 0 || now.ms < message->until.ms);
}

void message_reset(Message *message)
{
	*message = (Message){0};
}

void message_render(const Message *message, Canvas *canvas, Rect rect, MonoTime now)
{
	if (!message_is_shown(message, now))
		return;
	rect.height = rect.height > 2 ? 2 : rect.height;
	canvas_paragraph(canvas, rect_inset(rect, rect.width > 4 ? 1 : 0, 0), 0, message->role, message->text);
}
