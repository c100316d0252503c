/* plan.c: building, storing and digesting plans. */
#include "core/providers/plan.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"

#define PLAN_CHANGES_MAX 2000

void plan_add_change(Plan *plan, const char *what, const char *from, const char *to) {
	if (plan->count == plan->capacity) {
		plan->capacity = plan->capacity ? plan->capacity * 2 : 8;
		plan->changes = bg_reallocarray(plan->changes, plan->capacity, sizeof(*plan->changes));
	}
	plan->changes[plan->count++] = (PlanChange){text_sanitised_line(what), from ? text_sanitised_line(from) : NULL,
		to ? text_sanitised_line(to) : NULL};
}

void plan_set(char **field, const char *format, ...) {
	va_list args;
	va_start(args, format);
	char *text = bg_vasprintf(format, args);
	va_end(args);
	free(*field);
	*field = text;
}

static void add_list(Json *json, const char *key, const StrList *list) {
	Json *array = json_add(json, key, json_new_array());
	for (size_t i = 0; i < list->count; i++)
		json_append_string(array, list->items[i]);
}

/* What the digest is made of: see plan.h. */
static Json *essence(const Plan *plan) {
	Json *json = json_new_object();
	json_add_string(json, "action", plan->action);
	json_add_string(json, "target", plan->target);
	json_add(json, "args", plan->args ? json_copy(plan->args) : json_new_object());
	Json *changes = json_add(json, "changes", json_new_array());
	for (size_t i = 0; i < plan->count; i++) {
		Json *change = json_append(changes, json_new_object());
		json_add_string(change, "what", plan->changes[i].what);
		json_add(change, "from", json_new_string(plan->changes[i].from));
		json_add(change, "to", json_new_string(plan->changes[i].to));
	}
	add_list(json, "preconditions", &plan->preconditions);
	json_add(json, "basis", plan->basis ? json_copy(plan->basis) : json_new_object());
	return json;
}

void plan_digest(const Plan *plan, char ret[static 65]) {
	AUTO(Json) *json = essence(plan);
	json_canonical_sha256(json, ret);
}

Json *plan_to_json(const Plan *plan) {
	char digest[65];
	Json *json = essence(plan);
	json_canonical_sha256(json, digest);
	add_list(json, "warnings", &plan->warnings);
	json_add_string(json, "confirm_name", plan->confirm_name);
	json_add_string(json, "undo", plan->undo);
	json_add_string(json, "manual", plan->manual);
	json_add_string(json, "request", plan->request);
	json_add_bool(json, "nothing_to_do", plan->nothing_to_do);
	json_add_string(json, "digest", digest);
	return json;
}

static void read_list(const Json *json, const char *key, StrList *list) {
	JSON_EACH(item, json_get(json, key))
		if (json_string(item))
			strlist_add(list, json_string(item));
}

bool plan_from_json(const Json *json, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Plan) plan = {0};
	const char *action = json_get_string(json, "action");
	if (!action || json_count(json_get(json, "changes")) > PLAN_CHANGES_MAX)
		return error_set(err, ERROR_PROTOCOL, "a plan without an action or with more than %d changes", PLAN_CHANGES_MAX);
	plan.action = bg_strdup(action);
	plan.target = bg_strdup_or_null(json_get_string(json, "target"));
	plan.confirm_name = bg_strdup_or_null(json_get_string(json, "confirm_name"));
	plan.args = json_copy(json_get(json, "args"));
	plan.basis = json_copy(json_get(json, "basis"));
	plan.undo = bg_strdup_or_null(json_get_string(json, "undo"));
	plan.manual = bg_strdup_or_null(json_get_string(json, "manual"));
	plan.request = bg_strdup_or_null(json_get_string(json, "request"));
	plan.nothing_to_do = json_get_bool(json, "nothing_to_do", false);
	JSON_EACH(change, json_get(json, "changes"))
		plan_add_change(&plan, json_get_string_or(change, "what", "?"), json_get_string(change, "from"),
			json_get_string(change, "to"));
	read_list(json, "preconditions", &plan.preconditions);
	read_list(json, "warnings", &plan.warnings);
	*ret_plan = plan;
	plan = (Plan){0};
	return true;
}

void plan_describe(const Plan *plan, StrList *out) {
	for (size_t i = 0; i < plan->count; i++) {
		const PlanChange *change = &plan->changes[i];
		if (change->from && change->to)
			strlist_add_take(out, bg_asprintf("%s: %s -> %s", change->what, change->from, change->to));
		else if (change->to)
			strlist_add_take(out, bg_asprintf("%s: becomes %s", change->what, change->to));
		else if (change->from)
			strlist_add_take(out, bg_asprintf("%s: %s goes", change->what, change->from));
		else
			strlist_add(out, change->what);
	}
	if (plan->nothing_to_do)
		strlist_add(out, "nothing to do: it is so already");
}

void plan_clear(Plan *plan) {
	for (size_t i = 0; i < plan->count; i++) {
		free(plan->changes[i].what);
		free(plan->changes[i].from);
		free(plan->changes[i].to);
	}
	free(plan->changes);
	free(plan->action);
	free(plan->target);
	free(plan->confirm_name);
	free(plan->undo);
	free(plan->manual);
	free(plan->request);
	json_free(plan->args);
	json_free(plan->basis);
	strlist_clear(&plan->preconditions);
	strlist_clear(&plan->warnings);
	*plan = (Plan){0};
}
