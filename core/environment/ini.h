/* ini.h: AWS's two ini files. Comments begin with # or ; at the start of a line or after a blank; section names may be quoted; an
 * indented line under a key with an empty value belongs to a sub-section and is left out. Later values win. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/base/str.h"

#define INI_MAX_BYTES (1024 * 1024)

typedef struct IniEntry { char *section, *key, *value; } IniEntry;
typedef struct Ini { IniEntry *entries; size_t count, capacity; } Ini;

/* Lines that are neither a section, a key nor a comment are skipped, as the SDKs do. Never fails: any bytes give some Ini. */
void ini_parse(Str text, Ini *ret_ini);
const char *ini_find(const Ini *ini, const char *section, const char *key);   /* NULL if absent or empty */
bool ini_has_section(const Ini *ini, const char *section);
void ini_clear(Ini *ini);                                                      /* wipes values */
BG_DEFINE_CLEARP(Ini, ini_clear)
