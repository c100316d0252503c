/* placeholder.c: walks a text once and asks at every byte what begins there: a variable's own literals first, then the forms. */
#include "core/playbook/placeholder.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/playbook/model.h"
#include "core/playbook/placeholder_rules.h"

char *placeholder_normalise(Str text)
{
	Buf name = {0};
	bool gap = false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c >= 'A' && c <= 'Z')
			c = (char) (c - 'A' + 'a');
		if (!is_word_char(c) || c == '_') {
			gap = name.len > 0;
			continue;
		}
		if (gap)
			buf_putc(&name, '_');
		gap = false;
		buf_putc(&name, c);
	}
	if (name.len == 0)
		buf_puts(&name, "value");
	if (buf_text(&name)[0] >= '0' && buf_text(&name)[0] <= '9') {   /* an example address */
		char *rest = buf_take(&name);
		buf_printf(&name, "address_%s", rest);
		free(rest);
	}
	return buf_take(&name);
}

bool placeholder_wants_value(PlaceholderForm form)
{
	switch (form) {
	case PLACEHOLDER_ANGLE:
	case PLACEHOLDER_CHOICE:
	case PLACEHOLDER_BRACKET:
	case PLACEHOLDER_UPPER:
	case PLACEHOLDER_WORD:
	case PLACEHOLDER_PATH:
	case PLACEHOLDER_MATCH:
	case PLACEHOLDER_REPLACES:
		return true;
	case PLACEHOLDER_SHELL:
	case PLACEHOLDER_EXAMPLE:
	case PLACEHOLDER_ELLIPSIS:
		return false;
	}
	return false;
}

void placeholder_list_clear(PlaceholderList *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].choices);
		free(list->items[i].name);
	}
	free(list->items);
	*list = (PlaceholderList){0};
}

static void list_add(PlaceholderList *list, Placeholder found)
{
	if (list->count == list->capacity) {
		list->capacity = list->capacity ? 2 * list->capacity : 8;
		list->items = bg_reallocarray(list->items, list->capacity, sizeof *list->items);
	}
	list->items[list->count++] = found;
}

/* Whether `literal` stands at the spot as a whole token. A full stop or colon that ends a sentence does not belong to a token. */
static bool literal_stands(const Spot *spot, const char *literal)
{
	size_t len = strlen(literal);
	if (len == 0 || !str_eq_c(str_slice(spot->text, spot->at, len), literal))
		return false;
	if (is_literal_char(literal[0]) && is_literal_char(spot_before(spot, 1)))
		return false;
	char after = spot_char(spot, len), next = spot_char(spot, len + 1);
	if (!is_literal_char(literal[len - 1]) || !is_literal_char(after))
		return true;
	return (after == '.' || after == ':') && !is_literal_char(next);
}

static size_t find_literal(const Spot *spot, const PlaceholderScope *scope, Placeholder *ret_found)
{
	size_t best = 0;
	char first = spot_char(spot, 0);
	if (!scope || (is_literal_char(first) && is_literal_char(spot_before(spot, 1))))
		return 0;   /* inside a token */
	for (size_t i = 0; i < scope->variable_count; i++) {
		const Variable *variable = scope->variables[i];
		for (size_t n = 0; n <= variable->replaces_count; n++) {
			const char *literal = n ? variable->replaces[n - 1] : variable->match;
			if (!literal || literal[0] != first || strlen(literal) <= best || !literal_stands(spot, literal))
				continue;
			best = strlen(literal);
			free(ret_found->name);
			*ret_found = (Placeholder){ .form = n ? PLACEHOLDER_REPLACES : PLACEHOLDER_MATCH, .start = spot->at, .len = best,
				.name = bg_strdup(variable->name) };
		}
	}
	return best;
}

static char *normalised_choices(Str inside)
{
	AUTO_CLEAR(StrList) parts = {0};
	strlist_split(&parts, inside, '|');
	return strlist_join(&parts, "|");
}

/* Every form starts with one of these marks or at the first character of a word: most bytes are passed over by this alone. */
static bool can_start(const Spot *spot)
{
	char c = spot_char(spot, 0);
	if (is_word_char(c))
		return !is_word_char(spot_before(spot, 1));
	return c == '<' || c == '[' || c == '$' || c == '.' || c == '/' || c == '{' || c == '%';
}

static bool is_exported(const PlaceholderScope *scope, const char *name)
{
	for (size_t i = 0; scope && i < scope->variable_count; i++)
		if (scope->variables[i]->exported && text_eq(scope->variables[i]->name, name))
			return true;
	return false;
}

static size_t find_form(const Spot *spot, const PlaceholderScope *scope, Placeholder *ret_found)
{
	for (size_t i = 0; PLACEHOLDER_RECOGNISERS[i]; i++) {
		PlaceholderForm form = PLACEHOLDER_ANGLE;
		Str name = {0};
		size_t len = PLACEHOLDER_RECOGNISERS[i](spot, &form, &name);
		if (len == 0)
			continue;
		bool shells = form == PLACEHOLDER_SHELL;
		*ret_found = (Placeholder){ .form = form, .start = spot->at, .len = len,
			.name = shells || form == PLACEHOLDER_ELLIPSIS ? str_dup(name) : placeholder_normalise(name),
			.choices = form == PLACEHOLDER_CHOICE ? normalised_choices(name) : NULL };
		bool known_to_shell = (shells || form == PLACEHOLDER_UPPER) && scope && scope->assigned;
		if (shells && is_exported(scope, ret_found->name))
			ret_found->form = PLACEHOLDER_MATCH;   /* its value goes there as any other's */
		if (known_to_shell) {
			AUTO_FREE char *exact = str_dup(name);
			if (strlist_has(scope->assigned, exact)) {
				free(ret_found->name);
				*ret_found = (Placeholder){ .len = len };
			}
		}
		return len;
	}
	return 0;
}

void placeholder_find(Str text, TextPlace place, const PlaceholderScope *scope, PlaceholderList *out)
{
	AUTO_FREE unsigned char *contexts = place == TEXT_COMMAND ? shell_contexts(text) : NULL;
	size_t limit = out->count + PLACEHOLDER_LIMIT;
	Spot spot = { .text = text, .place = place };
	while (spot.at < text.len && out->count < limit) {
		spot.context = contexts ? (ShellContext) contexts[spot.at] : SHELL_BARE;
		Placeholder found = {0};
		size_t len = spot.context == SHELL_COMMENT ? 1 : find_literal(&spot, scope, &found);
		bool tried = len > 0 || !can_start(&spot);
		if (!tried)
			len = placeholder_never(&spot);
		if (!tried && len == 0)
			len = find_form(&spot, scope, &found);
		if (found.name)
			list_add(out, found);
		spot.at += len ? len : 1;
	}
}

static bool is_name(Str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!is_word_char(name.ptr[i]))
			return false;
	return name.len > 0 && (name.ptr[0] < '0' || name.ptr[0] > '9');
}

static void add_name(StrList *names, Str name)
{
	if (names->count >= ASSIGNED_LIMIT || !is_name(name))
		return;
	AUTO_FREE char *text = str_dup(name);
	if (!strlist_has(names, text))
		strlist_add(names, text);
}

static Str next_word(Str text, size_t *at)
{
	while (*at < text.len && memchr(" \t\n;&|(){}", text.ptr[*at], 10))
		(*at)++;
	size_t start = *at;
	while (*at < text.len && !memchr(" \t\n;&|(){}", text.ptr[*at], 10))
		(*at)++;
	return str_slice(text, start, *at - start);
}

void placeholder_find_assigned(Str command, StrList *names)
{
	bool reading = false, looping = false;
	for (size_t at = 0; at < command.len;) {
		Str word = next_word(command, &at);
		ptrdiff_t sign = str_find_char(word, '=');
		if (sign > 0)
			add_name(names, str_slice(word, 0, (size_t) sign - (word.ptr[sign - 1] == '+')));
		else if ((reading && !str_starts(word, "-")) || looping)
			add_name(names, word);
		bool ends = at < command.len && memchr("\n;|&", command.ptr[at], 4);
		reading = (reading || str_eq_c(word, "read")) && !ends;
		looping = str_eq_c(word, "for");
	}
}
