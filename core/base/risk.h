/* risk.h: how much an action can break. The word decides the ceremony: read runs at once, change shows its plan and wants another
 * key, destructive wants the target's name typed. */
#pragma once
#include <stdbool.h>
#include "core/base/str.h"

typedef enum Risk {
	RISK_READ,          /* changes nothing */
	RISK_CHANGE,        /* changes something that can be changed back */
	RISK_DESTRUCTIVE,   /* loses something, or is seen by every user at once */
} Risk;

const char *risk_name(Risk risk);                 /* "read" "change" "destructive"; static */
bool risk_parse(Str name, Risk *ret_risk);
