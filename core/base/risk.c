/* risk.c: the names of the three risks. */
#include "core/base/risk.h"

static const char *const NAMES[] = {
	[RISK_READ] = "read",
	[RISK_CHANGE] = "change",
	[RISK_DESTRUCTIVE] = "destructive",
};

const char *risk_name(Risk risk)
{
	return (size_t) risk < BG_LENGTH(NAMES) ? NAMES[risk] : "destructive";
}

bool risk_parse(Str name, Risk *ret_risk)
{
	for (size_t i = 0; i < BG_LENGTH(NAMES); i++)
		if (str_eq_c(name, NAMES[i])) {
			*ret_risk = (Risk) i;
			return true;
		}
	return false;
}
