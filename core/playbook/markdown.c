/* markdown.c: the only user of cmark-gfm. Tables and bare addresses are found here by hand: the library's extensions
 * for them take time and memory that grow with the square of a hostile file, and its positions of tables are wrong.
 * Only the start lines of blocks are used; its end lines and the positions of inlines cannot be trusted. */
#include "core/playbook/markdown.h"
#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <pthread.h>
#include "core/base/buf.h"
#include "core/playbook/html.h"

static const struct { int type; MarkKind kind; } KINDS[] = {
	{CMARK_NODE_DOCUMENT, MARK_DOCUMENT}, {CMARK_NODE_HEADING, MARK_HEADING}, {CMARK_NODE_PARAGRAPH, MARK_PARAGRAPH},
	{CMARK_NODE_LIST, MARK_LIST}, {CMARK_NODE_ITEM, MARK_ITEM}, {CMARK_NODE_CODE_BLOCK, MARK_CODE},
	{CMARK_NODE_HTML_BLOCK, MARK_HTML}, {CMARK_NODE_BLOCK_QUOTE, MARK_QUOTE}, {CMARK_NODE_THEMATIC_BREAK, MARK_RULE},
};

static MarkKind mark_kind(cmark_node *node)
{
	int type = (int) cmark_node_get_type(node);
	for (size_t i = 0; i < BG_LENGTH(KINDS); i++)
		if (KINDS[i].type == type)
			return KINDS[i].kind;
	return MARK_PARAGRAPH;
}

/* ---- Inlines: plain text, code spans, links ---- */

typedef struct Inlines {
	Arena *arena;
	Mark *mark;
	Buf text;
	cmark_node *link;          /* the link that is open */
	size_t link_from;
} Inlines;

static TextLinkKind link_kind(const char *url)
{
	if (url[0] == '#')
		return LINK_ANCHOR;
	for (const char *p = url; *p && *p != '/' && *p != '?' && *p != '#'; p++)
		if (*p == ':')
			return LINK_EXTERNAL;
	return url[0] == '/' && url[1] == '/' ? LINK_EXTERNAL : LINK_FILE;
}

static void add_link(Inlines *in, Str text, const char *url)
{
	TextLink link = {link_kind(url), arena_str(in->arena, text), arena_strdup(in->arena, url), NULL, in->mark->line};
	ARENA_PUSH(in->arena, in->mark->links, in->mark->link_count, link);
	in->mark->link_bytes += text.len;
}

/* Bare addresses in text. */
static void add_bare_links(Inlines *in, const char *text)
{
	for (const char *at = text; (at = strstr(at, "http")) != NULL;) {
		size_t scheme = strncmp(at, "https://", 8) == 0 ? 8 : strncmp(at, "http://", 7) == 0 ? 7 : 0;
		size_t len = scheme ? strcspn(at, " \t\n<>\"") : 4;
		while (scheme && len > scheme && strchr(".,;:!?)'*", at[len - 1]))
			len--;
		if (scheme && len > scheme) {
			AUTO_FREE char *url = str_dup((Str){at, len});
			add_link(in, (Str){at, len}, url);
		}
		at += len;
	}
}

static void enter_inline(Inlines *in, cmark_node *node)
{
	const char *literal = cmark_node_get_literal(node);
	int type = (int) cmark_node_get_type(node);
	if (type == (int) CMARK_NODE_TEXT) {
		buf_puts(&in->text, literal);
		if (!in->link && literal)
			add_bare_links(in, literal);
	} else if (type == (int) CMARK_NODE_CODE) {
		CodeSpan span = {arena_strdup(in->arena, literal ? literal : ""), in->text.len};
		ARENA_PUSH(in->arena, in->mark->spans, in->mark->span_count, span);
		buf_puts(&in->text, literal);
	} else if (type == (int) CMARK_NODE_SOFTBREAK || type == (int) CMARK_NODE_LINEBREAK) {
		buf_putc(&in->text, ' ');
	} else if (type == (int) CMARK_NODE_HTML_INLINE && literal && html_is_placeholder(str_from(literal))) {
		buf_puts(&in->text, literal);
	} else if (type == (int) CMARK_NODE_LINK && !in->link) {
		in->link = node;
		in->link_from = in->text.len;
	}
}

static void leave_inline(Inlines *in, cmark_node *node)
{
	if (node != in->link)
		return;
	const char *url = cmark_node_get_url(node);
	add_link(in, str_slice(buf_str(&in->text), in->link_from, in->text.len), url ? url : "");
	in->link = NULL;
}

static void read_inlines(Arena *arena, cmark_node *node, Mark *mark)
{
	Inlines in = {.arena = arena, .mark = mark};
	cmark_iter *iter = cmark_iter_new(node);
	for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
		cmark_node *at = cmark_iter_get_node(iter);
		if (event == CMARK_EVENT_ENTER)
			enter_inline(&in, at);
		else
			leave_inline(&in, at);
	}
	cmark_iter_free(iter);
	/* Offsets of spans stay right: only the end is trimmed. */
	while (in.text.len && in.text.data[in.text.len - 1] == ' ')
		buf_truncate(&in.text, in.text.len - 1);
	mark->text = arena_str(arena, buf_str(&in.text));
	buf_clear(&in.text);
}

/* ---- Blocks ---- */

static void append_child(Mark *parent, Mark *child)
{
	child->parent = parent;
	child->previous = parent->last;
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
	parent->child_count++;
}

/* "|---|:--:|" */
static bool is_delimiter_row(Str line)
{
	bool dash = false, bar = false;
	for (size_t i = 0; i < line.len; i++) {
		char c = line.ptr[i];
		if (!strchr("|-: \t>", c) || c == '\0')
			return false;
		dash = dash || c == '-';
		bar = bar || c == '|';
	}
	return dash && bar;
}

static bool is_table(const Source *source, const Mark *mark)
{
	return str_find_char(source_line(source, mark->line), '|') >= 0
		&& is_delimiter_row(source_line(source, mark->line + 1));
}

static void read_leaf(Arena *arena, const Source *source, cmark_node *node, Mark *mark)
{
	const char *literal = cmark_node_get_literal(node);
	if (mark->kind == MARK_CODE || mark->kind == MARK_HTML) {
		mark->text = arena_strdup(arena, literal ? literal : "");
		const char *info = mark->kind == MARK_CODE ? cmark_node_get_fence_info(node) : NULL;
		mark->info = info && *info ? arena_strdup(arena, info) : NULL;
		int length, offset;
		char character;
		mark->fenced = mark->kind == MARK_CODE && cmark_node_get_fenced(node, &length, &offset, &character);
	} else if (mark->kind == MARK_HEADING || mark->kind == MARK_PARAGRAPH) {
		if (mark->kind == MARK_PARAGRAPH && is_table(source, mark))
			mark->kind = MARK_TABLE;
		read_inlines(arena, node, mark);
	}
}

static Mark *new_mark(Arena *arena, const Source *source, cmark_node *node, unsigned depth)
{
	Mark *mark = ARENA_NEW(arena, Mark);
	mark->kind = mark_kind(node);
	mark->line = (unsigned) cmark_node_get_start_line(node);
	mark->depth = depth;
	mark->text = "";
	if (mark->kind == MARK_HEADING)
		mark->level = (unsigned) cmark_node_get_heading_level(node);
	if (mark->kind == MARK_LIST) {
		mark->ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
		mark->start = mark->ordered ? cmark_node_get_list_start(node) : 0;
	}
	if (mark->kind == MARK_ITEM && strcmp(cmark_node_get_type_string(node), "tasklist") == 0) {
		mark->task = true;
		mark->checked = cmark_gfm_extensions_get_tasklist_item_checked(node);
	}
	read_leaf(arena, source, node, mark);
	return mark;
}

static bool is_container(MarkKind kind)
{
	return kind == MARK_DOCUMENT || kind == MARK_LIST || kind == MARK_ITEM || kind == MARK_QUOTE;
}

/* Depth is capped by the caller, so the recursion is too. */
static void convert_children(Arena *arena, const Source *source, cmark_node *from, Mark *to, unsigned depth)
{
	for (cmark_node *child = cmark_node_first_child(from); child; child = cmark_node_next(child)) {
		Mark *mark = new_mark(arena, source, child, depth);
		append_child(to, mark);
		if (!is_container(mark->kind))
			continue;
		if (depth >= MARKDOWN_MAX_DEPTH)
			mark->kind = MARK_HTML;
		else
			convert_children(arena, source, child, mark, depth + 1);
	}
}

static void register_extensions(void)
{
	cmark_gfm_core_extensions_ensure_registered();
}

Mark *markdown_parse(Arena *arena, const Source *source)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	(void) pthread_once(&once, register_extensions);
	static const char *const EXTENSIONS[] = {"strikethrough", "tasklist"};
	cmark_parser *parser = cmark_parser_new(CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_SOURCEPOS);
	for (size_t i = 0; i < BG_LENGTH(EXTENSIONS); i++)
		(void) cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(EXTENSIONS[i]));
	cmark_parser_feed(parser, source->text, source->len);
	cmark_node *document = cmark_parser_finish(parser);
	Mark *root = ARENA_NEW(arena, Mark);
	root->kind = MARK_DOCUMENT;
	root->line = 1;
	root->text = "";
	convert_children(arena, source, document, root, 0);
	cmark_node_free(document);
	cmark_parser_free(parser);
	return root;
}

bool mark_is_leaf(const Mark *mark)
{
	return mark->first == NULL && mark->kind != MARK_DOCUMENT;
}

Mark *mark_next_outside(const Mark *root, const Mark *mark)
{
	for (; mark && mark != root; mark = mark->parent)
		if (mark->next)
			return mark->next;
	return NULL;
}

Mark *mark_next(const Mark *root, const Mark *mark)
{
	return mark->first ? mark->first : mark_next_outside(root, mark);
}

Mark *mark_item_paragraph(const Mark *item)
{
	return item->first && item->first->kind == MARK_PARAGRAPH ? item->first : NULL;
}
