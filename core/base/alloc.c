/* alloc.c: memory or an abort. The abort hook runs once, before the message, so that the console can give the terminal
 * back. */
#include "core/base/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void (*abort_hook)(void);

void bg_set_abort_hook(void (*hook)(void))
{
	abort_hook = hook;
}

static void say(const char *text)
{
	/* Nothing is left to do if even this fails. */
	ssize_t written = write(STDERR_FILENO, text, strlen(text));
	(void) written;
}

static void run_abort_hook(void)
{
	void (*hook)(void) = abort_hook;
	abort_hook = NULL;
	if (hook)
		hook();
}

static void out_of_memory(void) BG_NORETURN;
static void out_of_memory(void)
{
	run_abort_hook();
	say("breakglass: out of memory\n");
	abort();
}

void bg_bug(const char *file, int line, const char *text)
{
	run_abort_hook();
	char message[512];
	(void) snprintf(message, sizeof message, "breakglass: broken invariant at %s:%d: %s\n", file, line, text);
	say(message);
	abort();
}

void *bg_malloc(size_t size)
{
	void *pointer = malloc(size ? size : 1);
	if (!pointer)
		out_of_memory();
	return pointer;
}

void *bg_calloc(size_t count, size_t size)
{
	void *pointer = calloc(count ? count : 1, size ? size : 1);
	if (!pointer)
		out_of_memory();
	return pointer;
}

void *bg_realloc(void *pointer, size_t size)
{
	void *grown = realloc(pointer, size ? size : 1);
	if (!grown)
		out_of_memory();
	return grown;
}

void *bg_reallocarray(void *pointer, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		out_of_memory();
	return bg_realloc(pointer, count * size);
}

char *bg_strdup(const char *text)
{
	return bg_strndup(text ? text : "", text ? strlen(text) : 0);
}

char *bg_strdup_or_null(const char *text)
{
	return text ? bg_strdup(text) : NULL;
}

char *bg_strndup(const char *text, size_t len)
{
	char *copy = bg_malloc(len + 1);
	if (len)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void *bg_memdup(const void *bytes, size_t len)
{
	void *copy = bg_malloc(len);
	if (len)
		memcpy(copy, bytes, len);
	return copy;
}

char *bg_vasprintf(const char *format, va_list args)
{
	char *text = NULL;
	if (vasprintf(&text, format, args) < 0)
		out_of_memory();
	return text;
}

char *bg_asprintf(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = bg_vasprintf(format, args);
	va_end(args);
	return text;
}
