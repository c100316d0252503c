/* decide_action.c: requests about plans and actions. decide_apply is the one place where something dangerous is let
 * through. */
#include <string.h>

#include "core/incident/decide.h"

enum { WARNINGS_MAX = 100, GUARDS_MAX = 64 };

bool decide_planned(Asked *asked)
{
	if (!take_step(asked) || !take_row(asked) || !take_digest(asked, "digest"))
		return false;
	take_bool(asked, "undo");
	bool undo = json_get_bool(asked->data, "undo", false);
	if (!(undo ? step_can_undo(asked->incident, asked->run, asked->step, asked->err)
		: step_can_plan(asked->incident, asked->run, asked->step, asked->index, asked->err)))
		return false;
	const Json *plan = json_get(asked->args, "plan");
	if (!json_is_object(plan))
		return refuse(asked, ERROR_INVALID, "make the plan again", "the plan is missing");
	json_add(asked->data, "plan", json_copy(plan));
	return true;
}

/* Each gate over the step is open, and over what would be done now. */
static bool apply_gates_open(Asked *asked)
{
	const Gate *gates[RUN_GATES_MAX];
	size_t count = run_step_gates(asked->run, asked->step, gates, BG_LENGTH(gates));
	const Json *live = json_get(asked->args, "subjects");
	Json *subjects = count ? json_add(asked->data, "subjects", json_new_object()) : NULL;
	for (size_t i = 0; i < count; i++) {
		if (gate_refuses(gates[i], asked->now, asked->err))
			return false;
		if (!text_eq(json_get_string(live, gates[i]->id), gates[i]->subject))
			return refuse(asked, ERROR_CONFLICT, "ask for the sign-off again",
				"what was signed is not what would be done now: the plan, a value or the playbook changed");
		json_add_string(subjects, gates[i]->id, gates[i]->subject);
	}
	return true;
}

/* "Not staging": a backup goes over what is there only where that is what the environment is for, or where somebody signed why. */
static bool apply_may_restore(Asked *asked, bool undo)
{
	const Gate *gates[RUN_GATES_MAX];
	if (undo || !asked->row->restores || asked->run->dedicated)
		return true;
	size_t count = run_step_gates(asked->run, asked->step, gates, BG_LENGTH(gates));
	for (size_t i = 0; i < count; i++)
		if (gate_reason(gates[i], asked->now))
			return true;
	return refuse(asked, ERROR_DENIED, count ? "sign its gate anew and say why; or go on in the environment that is marked dedicated: true"
		: "give the step a gate with reason=required; or go on in the environment that is marked dedicated: true",
		"Not staging: this restores into an environment that is not dedicated to it, and nobody signed why");
}

static bool apply_plan_is_seen(Asked *asked, bool undo)
{
	const StepAction *row = asked->row;
	if (!row->plan_seq || row->plan_is_undo != undo)
		return refuse(asked, ERROR_CONFLICT, "make a plan first: p", "there is no plan for this%s",
			undo ? " undo" : "");
	if (!take_digest(asked, "digest"))
		return false;
	if (!text_eq(row->plan_digest, json_get_string(asked->data, "digest")))
		return refuse(asked, ERROR_CONFLICT, "look at the new plan, then apply that one",
			"a newer plan was made since you looked");
	return true;
}

static bool apply_is_confirmed(Asked *asked, Risk risk)
{
	const char *given = json_get_string_or(asked->args, "confirm", "");
	const char *name = json_get_string(asked->row->plan, "confirm_name");
	if (risk == RISK_READ)
		return true;
	if (risk == RISK_CHANGE || !name || !*name) {
		if (text_eq(given, "yes"))
			return true;
		return refuse(asked, ERROR_INVALID, "read the plan, then say yes: y",
			"it changes something and was not confirmed");
	}
	if (text_eq(given, name))
		return true;
	return refuse(asked, ERROR_INVALID, "read the plan, then type the name exactly",
		*given ? "the typed name is not \"%.80s\""
		: "it cannot be taken back without loss: the name \"%.80s\" must be typed", name);
}

static bool apply_guards_hold(Asked *asked)
{
	const Json *failed = json_get(asked->args, "failed_guards");
	if (json_count(failed) > GUARDS_MAX)
		return refuse(asked, ERROR_INVALID, NULL, "more than %d guards", GUARDS_MAX);
	const char *soft = NULL;
	JSON_EACH(guard, failed) {
		const char *text = json_get_string_or(guard, "text", "a guard of this step does not hold");
		if (!json_get_bool(guard, "soft", false))
			return refuse(asked, ERROR_DENIED,
				"mend that first; the step can still be done by hand and ticked with a reason", "%s", text);
		soft = soft ? soft : text;
	}
	if (soft && !has_text(asked, "reason"))
		return refuse(asked, ERROR_CONFLICT, "give a reason to go on: it goes into the record", "%s", soft);
	if (soft)
		json_add(asked->data, "guards", json_copy(failed));
	return take_reason(asked, NULL);
}

static bool apply_may_start(Asked *asked, bool undo)
{
	const Incident *incident = asked->incident;
	StepState next;
	Error cause;
	if (undo && asked->row->also)
		return refuse(asked, ERROR_INVALID, "name the step's own action", "an optional action has no undo");
	if (undo && asked->row->undone)
		return refuse(asked, ERROR_CONFLICT, "go on with the undo that is left",
			"this one of the undos was done already");
	if (undo)
		return step_can_undo(incident, asked->run, asked->step, asked->err);
	if (!step_can_start(incident, asked->run, asked->step, asked->index, asked->now, asked->err))
		return false;
	if (asked->row->also || step_move(asked->step->state, MOVE_START, &next, &cause))
		return true;
	return refuse(asked, cause.kind, cause.hint, "%s", cause.why);
}

/* A command that wants a terminal runs in that of whoever starts it, and nowhere else. */
static bool apply_has_terminal(Asked *asked)
{
	if (!text_eq(json_get_string(json_get(asked->row->plan, "args"), "terminal"), "yes"))
		return true;
	if (has_text(asked, "terminal"))
		return take_text(asked, "terminal", REQUIRED, INCIDENT_NAME_MAX);
	return refuse(asked, ERROR_DENIED, "start it where somebody sits: in the console, or with breakglass apply in a terminal",
		"it runs in the terminal of whoever starts it, and none was lent");
}

bool decide_apply(Asked *asked)
{
	bool undo = json_get_bool(asked->args, "undo", false);
	json_add_int(asked->data, "action", (int64_t) asked->incident->action_count + 1);
	if (!take_step(asked) || !take_row(asked) || !apply_may_start(asked, undo) || !apply_plan_is_seen(asked, undo)
		|| !apply_gates_open(asked) || !apply_may_restore(asked, undo))
		return false;
	const StepAction *row = asked->row;
	Risk risk = row_risk(row, undo);
	if (!apply_is_confirmed(asked, risk) || !apply_guards_hold(asked) || !apply_has_terminal(asked))
		return false;
	const char *planned = model_text(row->plan, "action", INCIDENT_LINE_MAX);
	json_add_bool(asked->data, "undo", undo);
	json_add_string(asked->data, "verb", undo && planned ? planned : row->verb);
	json_add_string(asked->data, "risk", risk_name(risk));
	if (!undo)
		json_add_string(asked->data, "save", row->save);
	return true;
}

/* The action that args name, which must allow `move`. */
static bool take_action(Asked *asked, ActionMove move)
{
	const IncidentAction *action = incident_find_action(asked->incident, json_get_int(asked->args, "action", 0));
	if (!action)
		return refuse(asked, ERROR_MISSING, "see the numbers in the timeline", "there is no such action");
	asked->run = &asked->incident->runs[action->run];
	asked->step = &asked->run->steps[action->step];
	ActionState next;
	Error cause;
	if (!action_move(action->state, move, &next, &cause))
		return refuse(asked, cause.kind, *cause.hint ? cause.hint : NULL, "%s", cause.why);
	json_add_int(asked->data, "action", action->number);
	return true;
}

/* What follows is told by our own worker about something that has happened: the outcome is recorded whatever it looks
 * like. What cannot be kept is cut or left out with a warning, never a reason to refuse. */

static void take_error(Asked *asked)
{
	static const char *const fields[] = { "what", "where", "why", "hint" };
	const Json *error = json_get(asked->args, "error");
	if (!json_is_object(error))
		return;
	Json *copy = json_add(asked->data, "error", json_new_object());
	for (size_t i = 0; i < BG_LENGTH(fields); i++)
		take_cut(copy, fields[i], json_get_string(error, fields[i]), INCIDENT_LINE_MAX, SANITISE_LINE);
}

static void take_nodes(Asked *asked)
{
	Json *nodes = action_nodes_told(json_get(asked->args, "nodes"));
	if (nodes)
		json_add(asked->data, "nodes", nodes);
}

static void warn_left_out(Json *warnings, const char *name)
{
	AUTO_FREE char *text = bg_asprintf("the value %.64s was left out: it is too long or cannot be shown on one line",
		name);
	json_append_string(warnings, text);
}

static bool value_is_kept(const char *text)
{
	if (!text || strnlen(text, INCIDENT_TEXT_MAX + 1) > INCIDENT_TEXT_MAX)
		return false;
	AUTO_FREE char *clean = text_sanitised_line(text);
	return text_eq(clean, text);
}

static void take_values(Asked *asked, Json *warnings)
{
	const char *value = json_get_string(asked->args, "value");
	if (value && value_is_kept(value))
		json_add_string(asked->data, "value", value);
	else if (value)
		warn_left_out(warnings, "that the action gave");
	Json *copy = NULL;
	JSON_EACH(item, json_get(asked->args, "values")) {
		const char *name = json_key(item);
		if (!model_is_name(name) || !value_is_kept(json_string(item))) {
			warn_left_out(warnings, name ? name : "");
			continue;
		}
		copy = copy ? copy : json_add(asked->data, "values", json_new_object());
		json_add_string(copy, name, json_string(item));
		if (json_count(copy) >= STEP_ROWS_MAX)
			break;
	}
}

static void take_warnings(Asked *asked)
{
	Json *warnings = json_new_array();
	JSON_EACH(warning, json_get(asked->args, "warnings")) {
		if (!json_string(warning) || json_count(warnings) >= WARNINGS_MAX)
			continue;
		AUTO_FREE char *clean = text_sanitised_line(json_string(warning));
		json_append_string(warnings, clean);
	}
	take_values(asked, warnings);
	if (json_count(warnings))
		json_add(asked->data, "warnings", warnings);
	else
		json_free(warnings);
}

bool decide_finished(Asked *asked)
{
	static const char *const outcomes[] = { "done", "failed", "stopped", "cancelled", NULL };
	static const char *const verified[] = { "yes", "no", "unknown", NULL };
	/* Whatever the outcome, the table answers the same: the action must be running. */
	if (!take_action(asked, ACTION_MOVE_DONE) || !take_choice(asked, "outcome", outcomes)
		|| (has_text(asked, "verified") && !take_choice(asked, "verified", verified)))
		return false;
	const Json *args = asked->args;
	take_bool(asked, "began");
	take_error(asked);
	take_cut(asked->data, "evidence", json_get_string(args, "evidence"), INCIDENT_TEXT_MAX, SANITISE_BLOCK);
	take_warnings(asked);
	take_nodes(asked);
	if (json_get(args, "exit"))
		json_add_int(asked->data, "exit", json_get_int(args, "exit", -1));
	if (model_is_digest(json_get_string(args, "log_sha256"))) {
		json_add_string(asked->data, "log_sha256", json_get_string(args, "log_sha256"));
		json_add_int(asked->data, "log_bytes", json_get_int(args, "log_bytes", 0));
	}
	return true;
}

bool decide_lost(Asked *asked)
{
	if (!take_action(asked, ACTION_MOVE_LOSE))
		return false;
	take_cut(asked->data, "why", json_get_string_or(asked->args, "why", "its result was not found"), INCIDENT_LINE_MAX,
		SANITISE_LINE);
	take_nodes(asked);
	return true;
}

/* Which of its machines are meant; all that are in doubt, where none is named. */
static bool take_doubtful_nodes(Asked *asked)
{
	const Json *names = json_get(asked->args, "nodes");
	const IncidentAction *action = incident_find_action(asked->incident, json_get_int(asked->args, "action", 0));
	if (!names)
		return true;
	if (!json_is_array(names) || !json_count(names) || json_count(names) > ACTION_NODES_MAX)
		return refuse(asked, ERROR_INVALID, "name them, or none: then it is said of all that are in doubt", "no nodes are named");
	Json *list = json_add(asked->data, "nodes", json_new_array());
	JSON_EACH(item, names) {
		const ActionNode *node = action_find_node(action, json_string(item));
		if (!node)
			return refuse(asked, ERROR_MISSING, action->node_count ? "its outcome names them all" : "it has one outcome: leave the nodes out",
				"it was not sent to a node \"%.64s\"", json_string(item) ? json_string(item) : "");
		if (node->end != NODE_IN_DOUBT)
			return refuse(asked, ERROR_CONFLICT, "name only those that are in doubt", "what came of it on %s is known: %s", node->name,
				node_end_words(node->end));
		json_append_string(list, node->name);
	}
	return true;
}

bool decide_resolve(Asked *asked)
{
	static const char *const choices[] = { "ran", "not-run", NULL };
	if (!take_choice(asked, "as", choices))
		return false;
	bool ran = text_eq(json_get_string(asked->data, "as"), "ran");
	return take_action(asked, ran ? ACTION_MOVE_RESOLVE_RAN : ACTION_MOVE_RESOLVE_NOT_RUN)
		&& take_doubtful_nodes(asked)
		&& take_reason(asked, "say what you saw that tells whether it ran")
		&& take_text(asked, "evidence", OPTIONAL, INCIDENT_TEXT_MAX);
}
