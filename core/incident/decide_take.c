/* decide_take.c: takes fields of a request into the record, each with its limit and its refusal in words. */
#include <stdio.h>
#include <string.h>

#include "core/incident/decide.h"

bool refuse(Asked *asked, ErrorKind kind, const char *hint, const char *why, ...)
{
	char text[sizeof asked->err->why];
	va_list args;
	va_start(args, why);
	vsnprintf(text, sizeof text, why, args);
	va_end(args);
	error_set(asked->err, kind, "%s", text);
	if (hint)
		error_hint(asked->err, "%s", hint);
	if (asked->step)
		error_where(asked->err, "%s%s%s", asked->step->number, *asked->step->number ? " " : "", asked->step->title);
	else if (asked->gate)
		error_where(asked->err, "gate %s", *asked->gate->title ? asked->gate->title : asked->gate->id);
	return false;
}

static bool take_clean(Asked *asked, const char *key, Need need, size_t max, SanitiseMode mode)
{
	const char *given = json_get_string(asked->args, key);
	size_t len = given ? strnlen(given, max * 4 + 1) : 0;
	if (len > max * 4)
		return refuse(asked, ERROR_INVALID, "make it shorter", "the %s is longer than %zu bytes", key, max);
	AUTO_CLEAR(Buf) clean = { 0 };
	text_sanitise((Str) { given ? given : "", len }, mode, &clean);
	Str text = str_trim(buf_str(&clean));
	if (text.len == 0 && need == REQUIRED)
		return refuse(asked, ERROR_INVALID, "give one", "the %s is empty", key);
	if (text.len > max)
		return refuse(asked, ERROR_INVALID, "make it shorter", "the %s is longer than %zu bytes", key, max);
	if (text.len == 0)
		return true;
	AUTO_FREE char *copy = str_dup(text);
	json_add_string(asked->data, key, copy);
	return true;
}

void take_cut(Json *object, const char *key, const char *text, size_t max, SanitiseMode mode)
{
	if (!text)
		return;
	AUTO_CLEAR(Buf) clean = { 0 };
	text_sanitise((Str) { text, strnlen(text, max) }, mode, &clean);
	size_t len = buf_str(&clean).len;
	if (len > max) {
		/* Made longer by what was replaced: back to the start of a character. */
		for (len = max; len > 0 && ((unsigned char) clean.data[len] & 0xC0) == 0x80;)
			len--;
	}
	Str kept = str_trim((Str) { buf_text(&clean), len });
	AUTO_FREE char *copy = str_dup(kept);
	if (kept.len)
		json_add_string(object, key, copy);
}

bool take_line(Asked *asked, const char *key, Need need, size_t max)
{
	return take_clean(asked, key, need, max, SANITISE_LINE);
}

bool take_text(Asked *asked, const char *key, Need need, size_t max)
{
	return take_clean(asked, key, need, max, SANITISE_BLOCK);
}

bool take_raw(Asked *asked, const char *key, Need need, size_t max)
{
	const char *given = json_get_string(asked->args, key);
	if ((!given || !*given) && need == REQUIRED)
		return refuse(asked, ERROR_INVALID, "give one", "the %s is empty", key);
	if (given && strnlen(given, max + 1) > max)
		return refuse(asked, ERROR_INVALID, "make it shorter", "the %s is longer than %zu bytes", key, max);
	json_add_string(asked->data, key, given);
	return true;
}

bool take_value(Asked *asked, const char *key)
{
	const char *given = json_get_string(asked->args, key);
	if (!given)
		return refuse(asked, ERROR_INVALID, "give one", "the %s is missing", key);
	if (strnlen(given, INCIDENT_TEXT_MAX + 1) > INCIDENT_TEXT_MAX)
		return refuse(asked, ERROR_INVALID, "make it shorter", "the %s is longer than %d bytes", key,
			INCIDENT_TEXT_MAX);
	AUTO_FREE char *clean = text_sanitised_line(given);
	if (!text_eq(clean, given))
		return refuse(asked, ERROR_INVALID, "type it again, without line breaks and tabs",
			"the %s holds something that cannot be shown on one line", key);
	json_add_string(asked->data, key, given);
	return true;
}

bool take_name(Asked *asked, const char *key)
{
	const char *name = json_get_string(asked->args, key);
	if (!model_is_name(name))
		return refuse(asked, ERROR_INVALID, "a name has letters, digits, _ - and . and begins with a letter",
			"\"%.64s\" cannot be a name", name ? name : "");
	json_add_string(asked->data, key, name);
	return true;
}

bool take_digest(Asked *asked, const char *key)
{
	const char *text = json_get_string(asked->args, key);
	if (!model_is_digest(text))
		return refuse(asked, ERROR_INVALID, "make a new plan and use its digest",
			"the %s is not a SHA-256 digest in hex", key);
	json_add_string(asked->data, key, text);
	return true;
}

bool take_int(Asked *asked, const char *key, Need need, int64_t min, int64_t max)
{
	const Json *given = json_get(asked->args, key);
	int64_t value = 0;
	if (!given && need == OPTIONAL)
		return true;
	if (!json_int(given, &value) || value < min || value > max)
		return refuse(asked, ERROR_INVALID, NULL, "%s is not a whole number from %lld to %lld", key, (long long) min,
			(long long) max);
	json_add_int(asked->data, key, value);
	return true;
}

void take_bool(Asked *asked, const char *key)
{
	json_add_bool(asked->data, key, json_get_bool(asked->args, key, false));
}

bool take_choice(Asked *asked, const char *key, const char *const *choices)
{
	const char *given = json_get_string(asked->args, key);
	AUTO_CLEAR(StrList) words = { 0 };
	for (size_t i = 0; choices[i]; i++) {
		if (text_eq(choices[i], given)) {
			json_add_string(asked->data, key, given);
			return true;
		}
		strlist_add(&words, choices[i]);
	}
	AUTO_FREE char *hint = strlist_join(&words, ", ");
	return refuse(asked, ERROR_INVALID, hint, "%s cannot be \"%.64s\"", key, given ? given : "");
}

bool has_text(const Asked *asked, const char *key)
{
	const char *text = json_get_string(asked->args, key);
	return text && str_trim(str_from(text)).len > 0;
}

bool take_reason(Asked *asked, const char *why)
{
	if (why && !has_text(asked, "reason"))
		return refuse(asked, ERROR_INVALID, "give a reason to go on: it goes into the record", "%s", why);
	return take_text(asked, "reason", OPTIONAL, INCIDENT_TEXT_MAX);
}

bool take_run(Asked *asked)
{
	const char *id = json_get_string(asked->args, "run");
	asked->run = incident_find_run(asked->incident, id);
	if (!asked->run)
		return refuse(asked, ERROR_MISSING, "start a procedure first", "there is no run \"%.32s\"", id ? id : "");
	json_add_string(asked->data, "run", id);
	return true;
}

bool take_walked_run(Asked *asked)
{
	if (!take_run(asked))
		return false;
	if (asked->run->state != RUN_WALKING)
		return refuse(asked, ERROR_CONFLICT, "start the procedure again to do more of it", "this run is over (%s)",
			run_state_name(asked->run->state));
	return true;
}

static bool take_step_of_run(Asked *asked)
{
	const char *id = json_get_string(asked->args, "step");
	const IncidentStep *step = run_find_step(asked->run, id);
	if (!step)
		return refuse(asked, ERROR_MISSING, "name a step by its number or its id", "the run has no step \"%.64s\"", id
			? id : "");
	asked->step = step;
	json_add_string(asked->data, "step", step->id);
	return true;
}

bool take_step(Asked *asked)
{
	/* The way back of a step stays open when its run is over: the ledger offers it. */
	bool undo = json_get_bool(asked->args, "undo", false);
	return (undo ? take_run(asked) : take_walked_run(asked)) && take_step_of_run(asked);
}

bool take_row(Asked *asked)
{
	int64_t index = 0;
	if (!json_int(json_get(asked->args, "index"), &index) || index < 0 || (uint64_t) index >= asked->step->action_count)
		return refuse(asked, ERROR_MISSING, "do it by hand and tick it", asked->step->action_count
			? "the step has no such action" : "the step has no action, so nothing to run");
	asked->index = (size_t) index;
	asked->row = &asked->step->actions[index];
	json_add_int(asked->data, "index", index);
	return true;
}

bool take_gate(Asked *asked)
{
	if (!take_run(asked))
		return false;
	const char *id = json_get_string(asked->args, "gate");
	asked->gate = run_find_gate(asked->run, id);
	if (!asked->gate)
		return refuse(asked, ERROR_MISSING, "see the gates of the run on the sign-off screen",
			"the run has no gate \"%.64s\"",
			id ? id : "");
	json_add_string(asked->data, "gate", id);
	return true;
}
