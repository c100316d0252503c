/* choose.c: a row by what a person calls it. */
#include <stdio.h>
#include "tui/line/line_state.h"

typedef struct Wanted { Str word; char id[LIST_ID_SIZE]; bool found; } Wanted;

/* Ids are made of parts; the last one is what people know: "ocw-failover/ocw-failover", "gate:decide", "0/backup-paused". */
static bool is_called(const char *id, Str word)
{
	const char *last = id;
	for (const char *c = id; *c; c++)
		if (*c == '/' || *c == ':')
			last = c + 1;
	return str_eq_c(word, id) || str_eq_c(word, last);
}

static void find(const List *list, const ListSource *source, void *userdata)
{
	Wanted *wanted = userdata;
	size_t place = 0;
	int64_t number = 0;
	(void) list;
	bool by_place = !source->number && str_parse_int(wanted->word, &number);
	for (size_t i = 0; i < source->count && !wanted->found; i++) {
		if (source->is_passive && source->is_passive(i, source->userdata))
			continue;
		place++;
		wanted->found = by_place ? (int64_t) place == number : source->number && str_eq_c(wanted->word, source->number(i, source->userdata));
		wanted->found = wanted->found || is_called(source->id(i, source->userdata), wanted->word);
		if (wanted->found)
			snprintf(wanted->id, sizeof(wanted->id), "%s", source->id(i, source->userdata));
	}
}

bool line_choose(Line *line, size_t view, Str word)
{
	Wanted wanted = { .word = word };
	const View *shown = VIEWS[view];
	ViewContext context = shell_context(&line->shell, view, NULL);
	if (word.len && shown->rows && shown->choose)
		shown->rows(line->shell.states[view], &context, find, &wanted);
	if (wanted.found)
		shown->choose(line->shell.states[view], &context, wanted.id);
	return wanted.found;
}
