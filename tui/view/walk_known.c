/* walk_known.c: the playbook's text with the values filled in that are known, each marked, and what its placeholders stand for. Pure. */
#include "core/base/alloc.h"
#include "core/playbook/placeholder.h"
#include "tui/view/walk_view.h"

#define DEPTH_MAX 8

typedef struct Known {
	const WalkView *walk;
	const ViewContext *context;
	const WalkTarget *target;
	Buf scratch;   /* the value that was looked up last */
	int depth;
} Known;

static const char *look_up(void *userdata, const char *name);

/* What every run knows by itself. */
static const char *given_value(const Known *known, const char *name)
{
	const Run *run = known->target->run;
	if (text_eq(name, "environment"))
		return known->context->model->environment_name;
	if (run && text_eq(name, "run_id"))
		return run->id;
	if (run && text_eq(name, "run_date"))
		return run->date;
	return text_eq(name, "incident") && known->target->incident ? known->target->incident->id : NULL;
}

/* What stands for itself, before defaults, which may hold further names. */
static const char *plain_value(const Known *known, const char *name, const char **ret_default)
{
	const Json *preview = json_get(walk_preview(known->walk, known->target), "values");
	const Variable *variable = known->walk->playbook ? playbook_find_variable(known->walk->playbook, name) : NULL;
	*ret_default = NULL;
	if (variable && variable->type == VARIABLE_SECRET)
		return NULL;
	const char *value = known->target->run ? run_value(known->target->run, name) : NULL;
	JSON_EACH(item, preview)
		if (!value && text_eq(json_get_string(item, "name"), name))
			value = json_get_string(item, "value");
	if (value && strstr(value, "${")) {
		*ret_default = value;
		return NULL;
	}
	if (!value)
		value = given_value(known, name);
	if (!value)
		value = json_get_string(json_get(known->context->model->environment, "values"), name);
	if (!value && variable)
		*ret_default = variable->fallback;
	return value;
}

static const char *look_up(void *userdata, const char *name)
{
	Known *known = userdata;
	const char *fallback, *value = plain_value(known, name, &fallback);
	if (value || !fallback || known->depth > DEPTH_MAX)
		return value;
	Known deeper = { known->walk, known->context, known->target, { 0 }, known->depth + 1 };
	AUTO_CLEAR(StrList) missing = { 0 };
	buf_truncate(&known->scratch, 0);
	placeholder_fill_arg(str_from(fallback), look_up, &deeper, &known->scratch, &missing);
	buf_clear(&deeper.scratch);
	return missing.count ? NULL : buf_text(&known->scratch);
}

void walk_fill_arg(const WalkView *walk, const ViewContext *context, const WalkTarget *target, const char *text, Buf *out)
{
	Known known = { walk, context, target, { 0 }, 0 };
	AUTO_CLEAR(StrList) missing = { 0 };
	placeholder_fill_arg(str_from(text), look_up, &known, out, &missing);
	buf_clear(&known.scratch);
}

/* The places of `text` whose value is known, in order; each is told, then the text behind the last one with a NULL value. */
typedef void (*TellPart)(void *userdata, Str before, const char *value);

static void each_known(Known *known, const char *text, TellPart tell, void *userdata)
{
	const WalkView *walk = known->walk;
	AUTO_CLEAR(PlaceholderList) found = { 0 };
	PlaceholderScope scope = { .variables = walk->playbook ? walk->playbook->variables : NULL,
		.variable_count = walk->playbook ? walk->playbook->variable_count : 0 };
	Str all = str_from(text);
	size_t at = 0;
	placeholder_find(all, TEXT_PROSE, &scope, &found);
	for (size_t i = 0; i < found.count; i++) {
		const Placeholder *place = &found.items[i];
		const char *value = *place->name ? look_up(known, place->name) : NULL;
		if (!value || place->start < at)
			continue;
		tell(userdata, str_slice(all, at, place->start - at), value);
		at = place->start + place->len;
	}
	tell(userdata, str_slice(all, at, all.len), NULL);
	buf_clear(&known->scratch);
}

typedef struct Filled { Styled *out; Role role; } Filled;

static void write_part(void *userdata, Str before, const char *value)
{
	const Filled *filled = userdata;
	styled_add_str(filled->out, filled->role, before);
	if (value)
		styled_add(filled->out, filled->role == ROLE_CODE ? ROLE_ADDED : ROLE_CODE, value);
}

void walk_write_filled(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Role role, const char *text, Styled *out)
{
	Known known = { walk, context, target, { 0 }, 0 };
	each_known(&known, text, write_part, &(Filled) { out, role });
}

static void put_part(void *userdata, Str before, const char *value)
{
	buf_put_str(userdata, before);
	buf_puts(userdata, value);
}

char *walk_filled(const WalkView *walk, const ViewContext *context, const WalkTarget *target, const char *text)
{
	Known known = { walk, context, target, { 0 }, 0 };
	AUTO_CLEAR(Buf) out = { 0 };
	each_known(&known, text, put_part, &out);
	return buf_take(&out);
}

char *walk_title(const WalkView *walk, const ViewContext *context, const WalkTarget *target)
{
	AUTO_FREE char *filled = walk_filled(walk, context, target, target->step->title);
	return bg_asprintf("%s  %s", target->step->number, filled);
}
