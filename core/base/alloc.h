/* alloc.h: memory that is there or the process ends. Out of memory calls the hook (the console restores its terminal)
 * and aborts. Sizes that come from outside are checked against a named limit before they reach these functions. */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include "core/base/attributes.h"

void *bg_malloc(size_t size) __attribute__((malloc, returns_nonnull));
void *bg_calloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *bg_realloc(void *pointer, size_t size) __attribute__((returns_nonnull));
/* Grows an array of `count` elements: checks the multiplication. */
void *bg_reallocarray(void *pointer, size_t count, size_t size) __attribute__((returns_nonnull));
char *bg_strdup(const char *text) __attribute__((malloc, returns_nonnull));   /* NULL reads as "" */
char *bg_strdup_or_null(const char *text);                                     /* NULL stays NULL */
char *bg_strndup(const char *text, size_t len) __attribute__((malloc, returns_nonnull));
void *bg_memdup(const void *bytes, size_t len) __attribute__((malloc, returns_nonnull));
char *bg_asprintf(const char *format, ...) BG_PRINTF(1, 2) __attribute__((malloc, returns_nonnull));
char *bg_vasprintf(const char *format, va_list args) __attribute__((malloc, returns_nonnull, format(printf, 1, 0)));

/* Called before the abort on out of memory and on a broken invariant. Async-signal-safe code only. */
void bg_set_abort_hook(void (*hook)(void));
/* A broken invariant of ours: never reachable from external input. */
void bg_bug(const char *file, int line, const char *text) BG_NORETURN;
#define BG_ASSERT(condition) ((condition) ? (void) 0 : bg_bug(__FILE__, __LINE__, #condition))
