/* mutate.c: a writer of JSON that goes wrong at one place. */
#include "mutate.h"

#include <stdio.h>

#include "core/base/alloc.h"

#define DEPTH 1000
#define LONG_BYTES 70000

static const char *const NAMES[] = {
	[MUTATE_MISSING] = "missing", [MUTATE_NULL] = "null", [MUTATE_ARRAY] = "an array", [MUTATE_OBJECT] = "an object", [MUTATE_WRAPPED] = "wrapped",
	[MUTATE_OTHER] = "another type", [MUTATE_HUGE] = "huge", [MUTATE_NEGATIVE] = "negative", [MUTATE_EMPTY] = "empty text", [MUTATE_LONG] = "long text",
	[MUTATE_HOSTILE] = "hostile text", [MUTATE_DEEP] = "deep", [MUTATE_TWICE] = "twice", [MUTATE_NUL] = "NUL", [MUTATE_BAD_UTF8] = "bad UTF-8",
};

const char *mutation_name(Mutation mutation) { return NAMES[mutation]; }

typedef struct Writer {
	Buf *out, *path;
	size_t target, at;
	Mutation mutation;
	bool done;
	bool is_value;      /* what came of it is of the same shape */
} Writer;

static void write_changed(Writer *writer, const Json *node) {
	static const char HOSTILE[] = "\"a\\u001b[31mb\\u001b]0;x\\u0007\\r\\ntwo\\u202elines\\u200b\"";
	Buf *out = writer->out;
	int64_t number;
	switch (writer->mutation) {
	case MUTATE_MISSING: break;   /* left out by whoever holds it */
	case MUTATE_TWICE: json_write(node, out); break;
	case MUTATE_NULL: buf_puts(out, "null"); break;
	case MUTATE_ARRAY: buf_puts(out, "[]"), writer->is_value = json_is_array(node); break;
	case MUTATE_OBJECT: buf_puts(out, "{}"); break;
	case MUTATE_WRAPPED: buf_putc(out, '['), json_write(node, out), buf_putc(out, ']'); break;
	case MUTATE_OTHER:
		if (json_is_string(node))
			buf_puts(out, "7");
		else if (json_int(node, &number))
			buf_printf(out, "\"%lld\"", (long long) number);
		else
			buf_printf(out, "\"%s\"", json_bool(node, false) ? "true" : "false");
		break;
	case MUTATE_HUGE: buf_puts(out, "99999999999999999999999"); break;
	case MUTATE_NEGATIVE: buf_puts(out, "-1"); break;
	case MUTATE_EMPTY: buf_puts(out, "\"\""); break;
	case MUTATE_LONG: 
		buf_putc(out, '"');
		for (int i = 0; i < LONG_BYTES; i++)
			buf_putc(out, 'x');
		buf_putc(out, '"');
		break;
	case MUTATE_HOSTILE: buf_puts(out, HOSTILE); break;
	case MUTATE_DEEP:
		for (int i = 0; i < DEPTH; i++)
			buf_putc(out, '[');
		for (int i = 0; i < DEPTH; i++)
			buf_putc(out, ']');
		break;
	case MUTATE_NUL: buf_append(out, "\"a\0b\"", 5); break;
	case MUTATE_BAD_UTF8: buf_puts(out, "\"a\xff\xc0\xaf\""); break;
	case MUTATIONS: break;
	}
	writer->done = true;
}

static void write_node(Writer *writer, const Json *node, const char *path);

static void write_members(Writer *writer, const Json *node, const char *path) {
	bool object = json_is_object(node), first = true;
	int i = 0;
	JSON_EACH(item, node) {
		bool hit = writer->at == writer->target;
		AUTO_FREE char *below = object ? bg_asprintf("%s.%s", path, json_key(item)) : bg_asprintf("%s.%d", path, i++);
		if (hit && writer->mutation == MUTATE_MISSING) {
			writer->at++;
			writer->done = true;
			writer->is_value = !object;   /* a shorter list */
			buf_puts(writer->path, below);
			continue;
		}
		buf_puts(writer->out, first ? "" : ",");
		first = false;
		if (object)
			buf_printf(writer->out, "\"%s\":", json_key(item));
		write_node(writer, item, below);
		if (hit && object && writer->mutation == MUTATE_TWICE)
			buf_printf(writer->out, ",\"%s\":null", json_key(item));
	}
}

static void write_node(Writer *writer, const Json *node, const char *path) {
	if (writer->at++ == writer->target) {
		buf_puts(writer->path, *path ? path : "(all)");
		write_changed(writer, node);
	} else if (json_is_object(node) || json_is_array(node)) {
		buf_putc(writer->out, json_is_object(node) ? '{' : '[');
		write_members(writer, node, path);
		buf_putc(writer->out, json_is_object(node) ? '}' : ']');
	} else {
		json_write(node, writer->out);
	}
}

bool mutate(const Json *json, size_t target, Mutation mutation, Buf *out, Buf *path, bool *ret_end) {
	Writer writer = {.out = out, .path = path, .target = target, .mutation = mutation};
	write_node(&writer, json, "");
	*ret_end = !writer.done;
	/* Of the whole nothing can be left out, or doubled; and some nodes are what they would become. */
	AUTO_FREE char *before = json_text(json);
	bool whole = target == 0 && (mutation == MUTATE_MISSING || mutation == MUTATE_TWICE);
	return writer.done && !whole && !writer.is_value && !str_eq_c(buf_str(out), before);
}
