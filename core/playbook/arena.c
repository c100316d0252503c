/* arena.c: chunks that double up to a cap, in one list. */
#include "core/playbook/arena.h"
#include <stdint.h>
#include <stdio.h>
#include "core/base/alloc.h"

#define FIRST_CHUNK ((size_t) 16 * 1024)
#define LARGEST_CHUNK ((size_t) 256 * 1024)
#define ALIGNMENT ((size_t) 16)

typedef struct Chunk {
	struct Chunk *next;
	size_t size, used;
	_Alignas(16) unsigned char bytes[];
} Chunk;

struct Arena {
	Chunk *chunks;
	size_t chunk_size;
};

Arena *arena_new(void)
{
	Arena *arena = bg_calloc(1, sizeof *arena);
	arena->chunk_size = FIRST_CHUNK;
	return arena;
}

Arena *arena_free(Arena *arena)
{
	if (!arena)
		return NULL;
	for (Chunk *chunk = arena->chunks; chunk;) {
		Chunk *next = chunk->next;
		free(chunk);
		chunk = next;
	}
	free(arena);
	return NULL;
}

/* What does not fit a chunk gets its own, put behind the current one so that the rest of that stays usable. */
static Chunk *add_chunk(Arena *arena, size_t size)
{
	size_t room = size > arena->chunk_size ? size : arena->chunk_size;
	Chunk *chunk = bg_calloc(1, sizeof *chunk + room);
	chunk->size = room;
	if (arena->chunks && size > arena->chunk_size / 4 && arena->chunks->size - arena->chunks->used > room - size) {
		chunk->next = arena->chunks->next;
		arena->chunks->next = chunk;
	} else {
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	if (arena->chunk_size < LARGEST_CHUNK)
		arena->chunk_size *= 2;
	return chunk;
}

void *arena_alloc(Arena *arena, size_t size)
{
	BG_ASSERT(size < SIZE_MAX / 4);
	size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (size == 0)
		size = ALIGNMENT;
	Chunk *chunk = arena->chunks;
	if (!chunk || chunk->size - chunk->used < size)
		chunk = add_chunk(arena, size);
	void *result = chunk->bytes + chunk->used;
	chunk->used += size;
	return result;
}

char *arena_str(Arena *arena, Str text)
{
	char *copy = arena_alloc(arena, text.len + 1);
	if (text.len)
		memcpy(copy, text.ptr, text.len);
	return copy;
}

char *arena_strdup(Arena *arena, const char *text)
{
	return text ? arena_str(arena, str_from(text)) : NULL;
}

char *arena_printf(Arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	AUTO_FREE char *text = bg_vasprintf(format, args);
	va_end(args);
	return arena_str(arena, str_from(text));
}

void *arena_memdup(Arena *arena, const void *bytes, size_t len)
{
	void *copy = arena_alloc(arena, len);
	if (len)
		memcpy(copy, bytes, len);
	return copy;
}

void *arena_push(Arena *arena, void *items_pointer, size_t *count, size_t size)
{
	void *items;
	memcpy(&items, items_pointer, sizeof items);
	/* Full at 0 and at every power of two from 4 on: the capacity needs no field of its own. */
	size_t n = *count;
	if (n == 0 || (n >= 4 && (n & (n - 1)) == 0)) {
		size_t capacity = n < 4 ? 4 : n * 2;
		BG_ASSERT(capacity < SIZE_MAX / 4 / size);
		void *grown = arena_alloc(arena, capacity * size);
		if (n)
			memcpy(grown, items, n * size);
		items = grown;
		memcpy(items_pointer, &items, sizeof items);
	}
	*count = n + 1;
	return (unsigned char *) items + n * size;
}
