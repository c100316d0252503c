/* parse.c: from bytes to a Playbook: the passes, in their order. Whatever the file holds, all of it is in the result
 * or none. */
#include "core/playbook/build.h"
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/playbook/lint.h"

/* "runbooks/failover.md" -> "failover" */
static const char *name_of(Arena *arena, const char *path)
{
	Str name = str_from(path_base(path));
	for (size_t i = name.len; i-- > 1;)
		if (name.ptr[i] == '.')
			return arena_str(arena, str_slice(name, 0, i));
	return name.len ? arena_str(arena, name) : "playbook";
}

static Playbook *playbook_new(Str bytes, const char *path)
{
	Playbook *playbook = bg_calloc(1, sizeof *playbook);
	playbook->arena = arena_new();
	playbook->path = arena_strdup(playbook->arena, path ? path : "playbook");
	playbook->diagnostics.file = playbook->path;
	playbook->bytes = arena_str(playbook->arena, bytes);
	playbook->byte_count = bytes.len;
	sha256_hex(bytes.ptr ? bytes.ptr : "", bytes.len, playbook->sha256);
	playbook->id = playbook->title = name_of(playbook->arena, playbook->path);
	return playbook;
}

Playbook *playbook_free(Playbook *playbook)
{
	if (!playbook)
		return NULL;
	for (size_t i = 0; i < playbook->annotation_count; i++)
		directive_list_clear(&playbook->annotations[i]);
	diagnostic_list_clear(&playbook->diagnostics);
	playbook->arena = arena_free(playbook->arena);
	free(playbook);
	return NULL;
}

static void build(Builder *builder)
{
	build_blocks(builder);
	build_headings(builder);
	build_annotations(builder);
	build_steps(builder);
	build_procedures(builder);
	build_outline(builder);
	build_bindings(builder);
	build_gates(builder);
	build_values(builder);
	outline_count(builder->playbook);
}

bool playbook_parse(Str bytes, const char *path, const Vocabulary *vocabulary, Playbook **ret_playbook, Error *err)
{
	AUTO(Playbook) *playbook = playbook_new(bytes.len <= PLAYBOOK_MAX_BYTES ? bytes : (Str){"", 0}, path);
	Source *source = NULL;
	if (!source_read(playbook->arena, bytes, playbook->path, &source, &playbook->diagnostics, err))
		return false;
	playbook->front_matter = source->front_matter;
	playbook->line_total = (unsigned) source->line_count;
	Builder builder = {.arena = playbook->arena, .playbook = playbook, .source = source, .vocabulary = vocabulary};
	builder.root = markdown_parse(builder.arena, source);
	build(&builder);
	lint_errors(playbook, vocabulary);
	diagnostic_sort(&playbook->diagnostics);
	*ret_playbook = TAKE(playbook);
	return true;
}

bool playbook_load(const char *path, const Vocabulary *vocabulary, Playbook **ret_playbook, Error *err)
{
	AUTO_CLEAR(Buf) bytes = {0};
	if (!file_read(path, PLAYBOOK_MAX_BYTES, &bytes, err))
		return error_what(err, "read a playbook");
	return playbook_parse(buf_str(&bytes), path, vocabulary, ret_playbook, err);
}
