/* asks.c: names of the asks. */
#include "core/engine/asks.h"

#include "core/base/attributes.h"
#include "core/base/str.h"

static const struct { const char *name; bool acts; } ASKS[] = {
#define X(enumerator, text, acts_, fields) [enumerator] = {text, acts_},
#include "core/engine/asks.def"
#undef X
};

const char *ask_name(AskName name) { return ASKS[name].name; }
bool ask_acts(AskName name) { return ASKS[name].acts; }

bool ask_parse(const char *name, AskName *ret_name) {
	for (size_t i = 0; i < BG_LENGTH(ASKS); i++) {
		if (text_eq(name, ASKS[i].name)) {
			*ret_name = (AskName) i;
			return true;
		}
	}
	return false;
}
