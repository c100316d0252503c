/* damage.c: when the damage began, for the one verdict that rests on it. It can be said in two ways; this is the one place that knows both. */
#include "core/incident/incident.h"

static bool read_fact(const Incident *incident, DamageTime *ret)
{
	const char *fact = incident_fact(incident, DAMAGE_FACT);
	ret->from = DAMAGE_TOLD;
	return fact && str_parse_int(str_from(fact), &ret->time.ms) && wall_known(ret->time);
}

/* The newest run that was asked for it: an older one may have been about something else. */
static bool read_value(const Incident *incident, const char *name, DamageTime *ret)
{
	ret->from = DAMAGE_BY_VALUE;
	for (size_t i = incident->run_count; i > 0; i--) {
		const char *value = run_value(&incident->runs[i - 1], name);
		if (value)
			return wall_parse_iso(str_from(value), &ret->time) && wall_known(ret->time);
	}
	return false;
}

const char *damage_words(DamageFrom from)
{
	static const char *const words[] = { [DAMAGE_NOT_KNOWN] = NULL, [DAMAGE_TOLD] = "bad publish (said with t)",
		[DAMAGE_BY_VALUE] = "bad publish (as the procedure's value says)" };
	return words[from];
}

DamageTime incident_damage(const Incident *incident, const char *value_name)
{
	DamageTime damage = { 0 };
	if (incident && read_fact(incident, &damage))
		return damage;
	if (incident && value_name && *value_name && read_value(incident, value_name, &damage))
		return damage;
	return (DamageTime) { 0 };
}

bool incident_is_mended(const Incident *incident)
{
	return incident && incident->ledger_count > 0 && ledger_open_count(incident) == 0;
}
