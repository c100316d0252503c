/* values.c: do the environment's values fit the playbooks that take them, and is none an example from the documentation? */
#include "core/base/alloc.h"
#include "core/playbook/value.h"
#include "core/playbook/placeholder.h"
#include "core/providers/readiness/readiness.h"

static bool is_example(const char *value) {
	AUTO_CLEAR(PlaceholderList) found = {0};
	PlaceholderScope scope = {0};
	placeholder_find(str_from(value), TEXT_COMMAND, &scope, &found);
	for (size_t i = 0; i < found.count; i++)
		if (found.items[i].form == PLACEHOLDER_EXAMPLE)
			return true;
	return false;
}

static bool fits(Readiness *readiness, const char *name, const char *value) {
	bool known = false;
	for (size_t i = 0; i < readiness->playbook_count; i++) {
		const Variable *variable = playbook_find_variable(readiness->playbooks[i], name);
		AUTO_CLEAR(Buf) kept = {0};
		Error err = {0};
		known |= variable != NULL;
		/* Times depend on the moment, and judging their zone is for one thread only (value.h). */
		if (!variable || variable->type == VARIABLE_TIME || strstr(value, "${") || value_check(variable, str_from(value), readiness->now, &kept, &err))
			continue;
		AUTO_FREE char *place = readiness_place(readiness->playbooks[i], variable->line);
		readiness_found(readiness, READING_FAIL, place, *err.hint ? err.hint : "correct it below `values` in the environment file", "%s: %s", name, err.why);
	}
	return known;
}

void readiness_values(Readiness *readiness) {
	bool live = readiness->environment->kind == ENVIRONMENT_LIVE;
	JSON_EACH(item, readiness->environment->values) {
		const char *name = json_key(item), *value = json_get_string_or(readiness->environment->values, name, "");
		if (live && is_example(value))
			readiness_found(readiness, READING_FAIL, readiness->environment->path, "write your own below `values` in the environment file", "%s is still an example: %s", name, value);
		if (!fits(readiness, name, value) && readiness->playbook_count)
			readiness_found(readiness, READING_WARN, readiness->environment->path, "correct its name, or take it out", "no playbook takes the value %s", name);
	}
}
