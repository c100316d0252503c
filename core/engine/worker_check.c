/* worker_check.c: see worker_check.h. */
#include "core/engine/worker_check.h"

#include <poll.h>

#include "core/base/alloc.h"
#include "core/playbook/condition.h"

#define CHECK_EVERY_MS 3000
#define SLEEP_SLICE_MS 200

static void ask_probe(const Call *call, const char *verb, const Json *args, Reading *ret) {
	const Probe *probe = probe_find(verb);
	Error err = {0};
	Call own = *call;
	own.args = args;
	if (!probe) {
		error_set(&err, ERROR_INVALID, "there is no probe %s", verb);
		reading_set_error(ret, &err);
		return;
	}
	if (!provider_choose_system(call->environment, verb, args, &own.system, &err)
		|| !provider_check_args(&probe->spec, args, &err)) {
		reading_set_error(ret, &err);
		return;
	}
	own.deadline = (MonoTime){mono_now().ms + probe->deadline_ms};
	probe->read(&own, ret);
}

static const FieldSpec *field_of(const char *verb, const char *field) {
	const Probe *probe = probe_find(verb);
	return probe ? verb_find_field(&probe->spec, str_from(field)) : NULL;
}

static DirectiveOp op_of(const char *name) {
	static const DirectiveOp OPS[] = {OP_EQ, OP_NE, OP_MATCH, OP_LT, OP_LE, OP_GT, OP_GE};
	for (size_t i = 0; i < BG_LENGTH(OPS); i++)
		if (text_eq(directive_op_name(OPS[i]), name))
			return OPS[i];
	return OP_EQ;
}

/* True when every condition holds; else the first that does not, in words. */
static bool judge(const char *verb, const Json *conditions, const Reading *reading, Buf *why) {
	if (reading->state == READING_UNKNOWN) {
		buf_printf(why, "%s", reading->text ? reading->text : "no answer");
		return false;
	}
	JSON_EACH(condition, conditions) {
		const char *field = json_get_string_or(condition, "field", "");
		const char *op_name = json_get_string_or(condition, "op", "=");
		const char *wanted = json_get_string_or(condition, "value", "");
		const FieldSpec *spec = field_of(verb, field);
		size_t said = why->len;
		if (spec && condition_judge(field, spec->type, json_get(reading->facts, field), op_of(op_name), wanted, wall_now(), why)
				== TRUTH_YES) {
			buf_truncate(why, said);
			continue;
		}
		if (!spec)
			buf_printf(why, "%s tells nothing named %s", verb, field);
		return false;
	}
	if (json_count(conditions) == 0 && reading->state != READING_OK) {
		buf_printf(why, "%s%s%s", reading->text ? reading->text : reading_state_name(reading->state), reading->reason ? ": " : "",
			reading->reason ? reading->reason : "");
		return false;
	}
	return true;
}

static bool wait_a_little(const Call *call, int64_t ms) {
	int64_t end = mono_now().ms + ms;
	while (mono_now().ms < end) {
		if (call_is_cancelled(call))
			return false;
		(void) poll(NULL, 0, SLEEP_SLICE_MS);
	}
	return !call_is_cancelled(call);
}

/* What was asked last may only tell that it was stopped, too: what was seen before that says how it stood. */
static void say_stopped(const char *seen, Buf *why) {
	AUTO_FREE char *last = bg_strdup(seen);
	buf_truncate(why, 0);
	buf_printf(why, "stopped while it was waited for; last seen: %s", last);
}

static Json *check_one(const Call *call, const Json *check, int64_t index, size_t count) {
	const char *verb = json_get_string_or(check, "probe", "");
	int64_t within = json_get_int(check, "within_ms", 0), every = json_get_int(check, "every_ms", 0);
	int64_t end = mono_now().ms + within;
	Json *item = json_new_object();
	AUTO_CLEAR(Buf) before = {0};
	for (;;) {
		AUTO_CLEAR(Reading) reading = {0};
		AUTO_CLEAR(Buf) why = {0};
		call_progress(call, index, (int64_t) count, "asking %s", verb);
		ask_probe(call, verb, json_get(check, "args"), &reading);
		bool ok = judge(verb, json_get(check, "conditions"), &reading, &why);
		int64_t left = end - mono_now().ms;
		if (!ok && call_is_cancelled(call))
			say_stopped(before.len ? buf_text(&before) : buf_text(&why), &why);
		if (ok || left <= 0 || call_is_cancelled(call)) {
			json_add_int(item, "index", index);
			json_add_bool(item, "ok", ok);
			json_add_string(item, "name", json_get_string(check, "name"));
			json_add_string(item, "text", reading.text ? reading.text : "");
			json_add_string(item, "reason", ok ? NULL : buf_text(&why));
			return item;
		}
		char span[SPAN_TEXT_SIZE];
		call_progress(call, index, (int64_t) count, "not yet: %s; looking for %s more", buf_text(&why), span_format(left, span));
		buf_truncate(&before, 0);
		buf_put_str(&before, buf_str(&why));
		int64_t pause = every ? every : CHECK_EVERY_MS;
		BG_IGNORE(wait_a_little(call, pause < left ? pause : left));   /* a cancel is seen above */
	}
}

Json *worker_check(const Call *call, const Json *checks) {
	Json *result = json_new_object();
	Json *list = json_add(result, "checks", json_new_array());
	int64_t index = 0;
	JSON_EACH(check, checks) {
		json_append(list, check_one(call, check, index, json_count(checks)));
		index++;
	}
	return result;
}

/* A fact as a person would type it; NULL when it tells nothing. Owned. */
static char *fact_text(ParamType type, const Json *fact) {
	char text[WALL_TEXT_SIZE], span[SPAN_TEXT_SIZE];
	int64_t number;
	if (json_is_string(fact))
		return *json_string(fact) ? str_dup(str_trim(str_from(json_string(fact)))) : NULL;
	if (json_is_bool(fact))
		return bg_strdup(json_bool(fact, false) ? "yes" : "no");
	if (!json_int(fact, &number))
		return NULL;
	if (type == PARAM_TIME)
		return bg_strdup(wall_format_iso((WallTime){number}, text));
	return type == PARAM_SPAN ? bg_strdup(span_format_exact(number, span)) : bg_asprintf("%lld", (long long) number);
}

static Json *look_one(const Call *call, const Json *look) {
	const char *verb = json_get_string_or(look, "probe", ""), *field = json_get_string_or(look, "field", "");
	const FieldSpec *spec = field_of(verb, field);
	AUTO_CLEAR(Reading) reading = {0};
	Json *item = json_new_object();
	ask_probe(call, verb, json_get(look, "args"), &reading);
	AUTO_FREE char *value = spec && reading.state != READING_UNKNOWN ? fact_text(spec->type, json_get(reading.facts, field)) : NULL;
	AUTO_FREE char *why = value ? NULL : reading.state == READING_UNKNOWN || reading.state == READING_FAIL
		? bg_asprintf("%s%s%s", reading.text ? reading.text : "no answer", reading.reason ? ": " : "", reading.reason ? reading.reason : "")
		: bg_asprintf("%s tells no %s now (%s)", verb, field, reading.text ? reading.text : "no answer");
	json_add_string(item, "name", json_get_string(look, "name"));
	json_add_string(item, "from", json_get_string(look, "from"));
	json_add_int(item, "seen", json_get_int(look, "seen", 0));
	json_add_string(item, "value", value);
	json_add_string(item, "why", why);
	return item;
}

Json *worker_look(const Call *call, const Json *looks) {
	Json *result = json_new_object();
	Json *values = json_add(result, "values", json_new_array());
	int64_t done = 0;
	JSON_EACH(look, looks) {
		if (call_is_cancelled(call))
			break;
		call_progress(call, done++, (int64_t) json_count(looks), "asking %s for %s", json_get_string_or(look, "from", "?"), json_get_string_or(look, "name", "?"));
		json_append(values, look_one(call, look));
	}
	return result;
}

Json *worker_judge_guards(const Call *call, const Json *guards) {
	Json *result = json_new_object();
	Json *failed = json_add(result, "failed", json_new_array());
	JSON_EACH(guard, guards) {
		const char *verb = json_get_string_or(guard, "probe", "");
		AUTO_CLEAR(Reading) reading = {0};
		AUTO_CLEAR(Buf) why = {0};
		ask_probe(call, verb, json_get(guard, "args"), &reading);
		if (judge(verb, json_get(guard, "conditions"), &reading, &why))
			continue;
		AUTO_FREE char *text = bg_asprintf("%s (%s)", json_get_string_or(guard, "text", verb), buf_text(&why));
		Json *item = json_append(failed, json_new_object());
		json_add_string(item, "text", text);
		json_add_bool(item, "soft", json_get_bool(guard, "soft", false));
	}
	return result;
}
