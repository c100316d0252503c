/* walk_windows.c: whether the times that a step needs can still be used. A window moves with the clock. Pure. */
#include "core/base/str.h"
#include "core/engine/walk.h"
#include "core/playbook/value.h"

/* As it was recorded; of a default, and of records from before it was, as it is written. */
static bool time_of(const Walk *walk, const char *name, WallTime now, WallTime *ret) {
	const NamedValue *known = walk->run ? run_find_value(walk->run, name) : NULL;
	const char *value = walk_value(walk, name);
	if (known && wall_known(known->utc)) {
		*ret = known->utc;
		return true;
	}
	return value && value_parse_time(str_from(value), "utc", now, ret, NULL);
}

bool walk_windows(const Walk *walk, const Step *step, WallTime now, Error *err) {
	AUTO_CLEAR(StrList) names = {0};
	walk_needs(walk, step, &names);
	for (size_t i = 0; i < names.count; i++) {
		const Variable *variable = playbook_find_variable(walk->playbook, names.items[i]);
		WallTime time;
		Error why = {0};
		if (!variable || variable->type != VARIABLE_TIME || !time_of(walk, names.items[i], now, &time) || value_in_window(variable, time, now, &why))
			continue;
		error_set(err, ERROR_DENIED, "%s can no longer be used: %s", names.items[i], why.why);
		return error_hint(err, "set another time (e, or breakglass set %s TIME), and plan again", names.items[i]);
	}
	return true;
}
