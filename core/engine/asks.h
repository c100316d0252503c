/* asks.h: what a console or command may ask of the engine, as one table. */
#pragma once
#include <stdbool.h>

typedef enum AskName {
#define X(enumerator, name, acts, fields) enumerator,
#include "core/engine/asks.def"
#undef X
	ASK_COUNT
} AskName;

const char *ask_name(AskName name);
bool ask_parse(const char *name, AskName *ret_name);
bool ask_acts(AskName name);        /* it changes the incident or the world: refused to observers */
