/* names.h: a hash table from texts to pointers, so that a file with a hundred thousand of something stays linear.
 * Borrows its keys. */
#pragma once
#include "core/playbook/arena.h"

typedef struct NameSlot { const char *key; void *value; unsigned used; } NameSlot;
typedef struct NameTable { Arena *arena; NameSlot *slots; size_t size, count; } NameTable;

void *names_find(const NameTable *table, const char *key);             /* NULL when absent */
void names_set(NameTable *table, const char *key, void *value);        /* adds or replaces */
/* `base`, or `base-1`, `base-2`, ...: the first that is not taken. Takes it. */
const char *names_unique(NameTable *table, const char *base, void *value);
