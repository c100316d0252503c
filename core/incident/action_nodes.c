/* action_nodes.c: the machines that a command was sent to, and what came of it on each. What a record tells is taken by name; a machine that the plan did not
 * name is not one of them. */
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/incident/model.h"

static const char *const NAMES[NODE_END_COUNT] = {
	[NODE_OPEN] = "open", [NODE_DONE] = "done", [NODE_FAILED] = "failed", [NODE_IN_DOUBT] = "in-doubt", [NODE_NOT_STARTED] = "not-started",
};
static const char *const WORDS[NODE_END_COUNT] = {
	[NODE_OPEN] = "under way", [NODE_DONE] = "done", [NODE_FAILED] = "failed", [NODE_IN_DOUBT] = "in doubt", [NODE_NOT_STARTED] = "not started",
};

const char *node_end_name(NodeEnd end) { return NAMES[end]; }
const char *node_end_words(NodeEnd end) { return WORDS[end]; }

static bool end_parse(const char *text, NodeEnd *ret_end)
{
	for (int end = NODE_DONE; end < NODE_END_COUNT; end++) {
		if (!text_eq(NAMES[end], text))
			continue;
		*ret_end = (NodeEnd) end;
		return true;
	}
	return false;
}

/* On one line, cut between characters. NULL: nothing is said. Owned. */
static char *why_cut(const char *text)
{
	char *clean = text ? text_sanitised_line(text) : NULL;
	size_t len = clean ? strlen(clean) : 0, whole = len;
	while (len > NODE_WHY_MAX || (len && len < whole && ((unsigned char) clean[len] & 0xc0) == 0x80))
		len--;
	if (clean)
		clean[len] = 0;
	return clean;
}

/* ---- the fold ---- */

void action_nodes_clear(IncidentAction *action)
{
	for (size_t i = 0; i < action->node_count; i++) {
		free(action->nodes[i].name);
		free(action->nodes[i].why);
	}
	free(action->nodes);
	free(action->command);
	action->nodes = NULL;
	action->command = NULL;
	action->node_count = 0;
}

void action_nodes_begin(IncidentAction *action, const Json *plan)
{
	const Json *names = json_get(json_get(plan, "basis"), "nodes");
	const char *command = json_get_string(json_get(plan, "args"), "text");
	JSON_EACH(item, names) {
		const char *name = json_string(item);
		if (!name || !*name || strnlen(name, INCIDENT_WHO_MAX + 1) > INCIDENT_WHO_MAX || action->node_count >= ACTION_NODES_MAX)
			continue;
		action->nodes = model_room(action->nodes, action->node_count, sizeof *action->nodes);
		action->nodes[action->node_count++] = (ActionNode) { .name = bg_strdup(name), .exit_code = -1 };
	}
	if (action->node_count || text_eq(action->verb, "command.run"))
		action->command = bg_strdup_or_null(command);
}

static ActionNode *find(const IncidentAction *action, const char *name)
{
	for (size_t i = 0; name && i < action->node_count; i++)
		if (text_eq(action->nodes[i].name, name))
			return &action->nodes[i];
	return NULL;
}

void action_nodes_take(IncidentAction *action, const Json *told, NodeEnd rest)
{
	JSON_EACH(item, told) {
		ActionNode *node = find(action, json_get_string(item, "name"));
		NodeEnd end;
		if (!node || !end_parse(json_get_string(item, "end"), &end))
			continue;
		node->end = end;
		node->exit_code = json_get_int(item, "exit", -1);
		node->output = json_get_int(item, "output", 0);
		model_set(&node->why, model_text(item, "why", NODE_WHY_MAX));
	}
	for (size_t i = 0; i < action->node_count; i++)
		if (action->nodes[i].end == NODE_OPEN)
			action->nodes[i].end = rest;
}

void action_nodes_resolve(IncidentAction *action, bool ran)
{
	for (size_t i = 0; i < action->node_count; i++)
		if (action->nodes[i].end == NODE_IN_DOUBT)
			action->nodes[i].end = ran ? NODE_DONE : NODE_NOT_STARTED;
}

bool action_nodes_resolve_named(IncidentAction *action, const Json *names, bool ran, const char *reason)
{
	bool any = false;
	JSON_EACH(item, names) {
		ActionNode *node = find(action, json_string(item));
		if (!node || node->end != NODE_IN_DOUBT)
			continue;
		node->end = ran ? NODE_DONE : NODE_NOT_STARTED;
		AUTO_FREE char *why = why_cut(reason);
		model_set(&node->why, why);
		any = true;
	}
	return any;
}

void action_name(const IncidentAction *action, Buf *out)
{
	Str rest = str_from(action->command), line = { 0 };
	if (!action->command || !str_next_line(&rest, &line) || !str_trim(line).len) {
		buf_puts(out, action->verb);
		return;
	}
	size_t width, fits = text_fit(str_trim(line), ACTION_NAME_COLUMNS, &width);
	text_sanitise(str_slice(str_trim(line), 0, fits), SANITISE_LINE, out);
	if (fits < str_trim(line).len || rest.len)
		buf_puts(out, " ...");
}

const ActionNode *action_find_node(const IncidentAction *action, const char *name)
{
	return find(action, name);
}

size_t action_count_nodes(const IncidentAction *action, NodeEnd end)
{
	size_t count = 0;
	for (size_t i = 0; i < action->node_count; i++)
		count += action->nodes[i].end == end;
	return count;
}

bool action_nodes_are_left(const IncidentAction *action)
{
	return action_count_nodes(action, NODE_DONE) < action->node_count;
}

bool action_nodes_ran(const IncidentAction *action)
{
	return action_count_nodes(action, NODE_DONE) || action_count_nodes(action, NODE_FAILED);
}

/* ---- records ---- */

/* Told by our own worker about what has happened: cut where it is too long, never refused. */
Json *action_nodes_told(const Json *told)
{
	Json *list = NULL;
	JSON_EACH(item, told) {
		const char *name = json_get_string(item, "name");
		NodeEnd end;
		if (!name || strnlen(name, INCIDENT_WHO_MAX + 1) > INCIDENT_WHO_MAX || !end_parse(json_get_string(item, "end"), &end))
			continue;
		list = list ? list : json_new_array();
		if (json_count(list) >= ACTION_NODES_MAX)
			break;
		Json *node = json_append(list, json_new_object());
		json_add_string(node, "name", name);
		json_add_string(node, "end", NAMES[end]);
		if (json_get(item, "exit"))
			json_add_int(node, "exit", json_get_int(item, "exit", -1));
		if (json_get_string(item, "why")) {
			AUTO_FREE char *why = why_cut(json_get_string(item, "why"));
			json_add_string(node, "why", why);
		}
		if (json_get(item, "output"))
			json_add_int(node, "output", json_get_int(item, "output", 0));
	}
	return list;
}

Json *action_nodes_to_json(const IncidentAction *action)
{
	Json *list = json_new_array();
	for (size_t i = 0; i < action->node_count; i++) {
		const ActionNode *node = &action->nodes[i];
		Json *item = json_append(list, json_new_object());
		json_add_string(item, "name", node->name);
		json_add_string(item, "end", NAMES[node->end]);
		if (node->exit_code >= 0)
			json_add_int(item, "exit", node->exit_code);
		json_add_string(item, "why", node->why);
		if (node->output)
			json_add_int(item, "output", node->output);
	}
	return list;
}

/* ---- queries ---- */

void action_score(const IncidentAction *action, Buf *out)
{
	static const NodeEnd order[] = { NODE_DONE, NODE_FAILED, NODE_IN_DOUBT, NODE_NOT_STARTED, NODE_OPEN };
	const char *separator = ": ";
	if (!action->node_count)
		return;
	buf_printf(out, "%zu node%s", action->node_count, action->node_count == 1 ? "" : "s");
	for (size_t i = 0; i < BG_LENGTH(order); i++) {
		size_t count = action_count_nodes(action, order[i]);
		if (!count)
			continue;
		buf_printf(out, "%s%zu %s", separator, count, WORDS[order[i]]);
		separator = ", ";
	}
}

/* What the step did is taken back as a whole, or may be: it was broken off on the way, and nobody knows how far it came. */
static bool undo_resets(const IncidentAction *undo)
{
	switch (undo->state) {
	case ACTION_DONE:
	case ACTION_RESOLVED_RAN:
		return !action_nodes_are_left(undo);
	case ACTION_IN_DOUBT:
	case ACTION_CANCELLED:
		return undo->began;
	default:
		return false;
	}
}

/* The nodes of an action that ended so, once each. */
static void add_names(const IncidentAction *action, NodeEnd end, const StrList *except, StrList *ret_names)
{
	for (size_t n = 0; n < action->node_count; n++) {
		const ActionNode *node = &action->nodes[n];
		if (node->end == end && !strlist_has(except, node->name) && !strlist_has(ret_names, node->name))
			strlist_add(ret_names, node->name);
	}
}

void step_nodes_done(const Incident *incident, const Run *run, const IncidentStep *step, size_t index, const char *command, int64_t before,
	StrList *ret_names)
{
	AUTO_CLEAR(StrList) taken_back = { 0 };   /* by an undo that did not come to its end */
	int r = (int) (run - incident->runs), s = run_step_index(run, step);
	for (size_t i = incident->action_count; i-- > 0;) {
		const IncidentAction *action = &incident->actions[i];
		if (action->number >= before || action->run != r || action->step != s)
			continue;
		/* Taken back: whoever starts it once more means all of them. The index of an undo is that of the undo, not of the row. */
		if (action->undo) {
			if (undo_resets(action))
				return;
			if (action->began)
				add_names(action, NODE_DONE, ret_names, &taken_back);
			continue;
		}
		if (action->index != index)
			continue;
		if (!action->node_count || !text_eq(action->command, command) || !action_nodes_are_left(action))
			return;
		add_names(action, NODE_DONE, &taken_back, ret_names);
	}
}

const IncidentAction *incident_last_on_nodes(const Incident *incident)
{
	for (size_t i = incident->action_count; i-- > 0;)
		if (incident->actions[i].node_count)
			return &incident->actions[i];
	return NULL;
}
