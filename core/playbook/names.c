/* names.c: open addressing, never more than half full. */
#include "core/playbook/names.h"
#include <stdint.h>

static NameSlot *find_slot(const NameTable *table, const char *key)
{
	uint64_t hash = 1469598103934665603u;
	for (const char *p = key; *p; p++)
		hash = (hash ^ (unsigned char) *p) * 1099511628211u;
	size_t i = (size_t) (hash ^ hash >> 29) & (table->size - 1);
	while (table->slots[i].key && strcmp(table->slots[i].key, key) != 0)
		i = (i + 1) & (table->size - 1);
	return &table->slots[i];
}

static void grow(NameTable *table)
{
	NameTable old = *table;
	table->size = old.size ? old.size * 2 : 64;
	table->slots = arena_alloc(table->arena, table->size * sizeof *table->slots);
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i].key)
			*find_slot(table, old.slots[i].key) = old.slots[i];
}

static NameSlot *make_slot(NameTable *table, const char *key)
{
	if (2 * (table->count + 1) > table->size)
		grow(table);
	NameSlot *slot = find_slot(table, key);
	if (!slot->key) {
		slot->key = key;
		table->count++;
	}
	return slot;
}

void *names_find(const NameTable *table, const char *key)
{
	return table->size ? find_slot(table, key)->value : NULL;
}

void names_set(NameTable *table, const char *key, void *value)
{
	make_slot(table, key)->value = value;
}

const char *names_unique(NameTable *table, const char *base, void *value)
{
	const char *text = base;
	size_t before = table->count;
	NameSlot *slot = make_slot(table, base);
	if (table->count == before) {
		unsigned number = slot->used;
		do
			text = arena_printf(table->arena, "%s-%u", base, ++number);
		while (find_slot(table, text)->key);
		slot->used = number;
		slot = make_slot(table, text);
	}
	slot->value = value;
	return text;
}
