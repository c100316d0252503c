/* arena.h: memory of one playbook, freed in one call. Nothing that lives longer may point into it. */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include "core/base/attributes.h"
#include "core/base/buf.h"
#include "core/base/str.h"

typedef struct Arena Arena;

Arena *arena_new(void);
Arena *arena_free(Arena *arena);                        /* NULL ok; returns NULL */
BG_DEFINE_FREEP(Arena, arena_free)

/* Zeroed, aligned for any type. Never NULL. */
void *arena_alloc(Arena *arena, size_t size) __attribute__((malloc, returns_nonnull));
#define ARENA_NEW(arena, Type) ((Type *) arena_alloc((arena), sizeof(Type)))
char *arena_str(Arena *arena, Str text) __attribute__((returns_nonnull));       /* NUL-terminated copy */
char *arena_strdup(Arena *arena, const char *text);     /* NULL stays NULL */
char *arena_printf(Arena *arena, const char *format, ...) BG_PRINTF(2, 3) __attribute__((returns_nonnull));
void *arena_memdup(Arena *arena, const void *bytes, size_t len);

/* Growable array of `count` elements of `size` bytes in the arena: returns where to write the next element, zeroed,
 * after counting it. `*items` may move; growing doubles, so the total cost is linear. Capacity is the next power of
 * two. */
void *arena_push(Arena *arena, void *items_pointer, size_t *count, size_t size);
#define ARENA_PUSH(arena, items, count, value) \
	(*(__typeof__(*(items)) *) arena_push((arena), &(items), &(count), sizeof *(items)) = (value))
