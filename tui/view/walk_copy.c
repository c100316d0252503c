/* walk_copy.c: what of a step somebody would paste elsewhere: how the open plan is done by hand, its commands with their values, its links.
 * The key again copies the next of them. */
#include "tui/view/walk_view.h"
#include <stdio.h>

static void add_manual(const StepAction *action, StrList *texts)
{
	AUTO_CLEAR(Plan) plan = { 0 };
	Error err = { 0 };
	if (action && action->plan && plan_from_json(action->plan, &plan, &err) && plan.manual && *plan.manual)
		strlist_add(texts, plan.manual);
}

/* The engine's preview has the values filled in. */
static size_t add_previewed(const WalkView *walk, const WalkTarget *target, StrList *texts)
{
	size_t count = 0;
	JSON_EACH(row, json_get(walk_preview(walk, target), "rows")) {
		const char *text = json_get_string(json_get(row, "args"), "text");
		bool command = text_eq(json_get_string_or(row, "verb", ""), "command.run") && text && *text;
		if (command && !strlist_has(texts, text))
			strlist_add(texts, text);
		count += command;
	}
	return count;
}

static void add_written(const Step *written, bool commands, StrList *texts)
{
	for (size_t i = 0; commands && i < written->command_count; i++)
		if (!strlist_has(texts, written->commands[i]->text))
			strlist_add(texts, written->commands[i]->text);
	for (size_t i = 0; i < written->link_count; i++)
		if (written->links[i].kind == LINK_EXTERNAL && !strlist_has(texts, written->links[i].url))
			strlist_add(texts, written->links[i].url);
}

bool walk_copy(void *state, ViewContext *context, Copying *out)
{
	WalkView *walk = state;
	if (!context->run || !text_eq(walk->outline.run, context->run->id))
		return false;
	const WalkTarget target = walk_target(walk, context);
	AUTO_CLEAR(StrList) texts = { 0 };
	if (!target.step)
		return false;
	add_manual(target.open, &texts);
	bool filled = add_previewed(walk, &target, &texts) > 0;
	if (target.written)
		add_written(target.written, !filled, &texts);
	if (!texts.count)
		return false;
	bool again = text_eq(walk->copied_step, target.step->id);
	walk->copied = again ? (walk->copied + 1) % texts.count : 0;
	snprintf(walk->copied_step, sizeof(walk->copied_step), "%s", target.step->id);
	buf_puts(&out->text, texts.items[walk->copied]);
	out->number = walk->copied + 1;
	out->count = texts.count;
	return true;
}
