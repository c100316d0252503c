/* shell_context.c: a small scanner of shell quoting: a stack of what is open, and the here-documents that the next line begins. */
#include "core/playbook/shell_context.h"

#include "core/base/alloc.h"

typedef enum Frame { FRAME_TOP, FRAME_SINGLE, FRAME_DOUBLE, FRAME_SUBSTITUTION, FRAME_PAREN, FRAME_BACKQUOTE, FRAME_BRACE,
	FRAME_ARITHMETIC, FRAME_ANSI } Frame;

#define DEPTH_LIMIT 32
#define HEREDOC_LIMIT 8

typedef struct HereDoc { Str delimiter; bool quoted, tabs; } HereDoc;

typedef struct Scan {
	Str text;
	size_t at;
	unsigned char *contexts;
	Frame stack[DEPTH_LIMIT];
	size_t depth;
	bool lost;              /* nested too deep: everything after is DEEP */
	HereDoc pending[HEREDOC_LIMIT];
	size_t pending_count;
} Scan;

static char peek(const Scan *scan, size_t ahead)
{
	return scan->at + ahead < scan->text.len ? scan->text.ptr[scan->at + ahead] : '\0';
}

static Frame top(const Scan *scan)
{
	return scan->stack[scan->depth - 1];
}

static void push(Scan *scan, Frame frame)
{
	if (scan->depth == DEPTH_LIMIT)
		scan->lost = true;
	else
		scan->stack[scan->depth++] = frame;
}

static void pop(Scan *scan)
{
	if (scan->depth > 1)
		scan->depth--;
}

static ShellContext context_now(const Scan *scan)
{
	for (size_t i = 0; i < scan->depth; i++)
		if (scan->lost || scan->stack[i] >= FRAME_BACKQUOTE)
			return SHELL_DEEP;
	if (top(scan) == FRAME_SINGLE)
		return SHELL_SINGLE;
	return top(scan) == FRAME_DOUBLE ? SHELL_DOUBLE : SHELL_BARE;
}

static void mark(Scan *scan, size_t count, ShellContext context)
{
	for (; count > 0 && scan->at < scan->text.len; count--)
		scan->contexts[scan->at++] = (unsigned char) context;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\0';
}

/* At "<<": reads the delimiter and remembers the here-document. */
static void read_heredoc_start(Scan *scan)
{
	size_t at = scan->at + 2;
	Str text = scan->text;
	HereDoc doc = {0};
	if (at < text.len && text.ptr[at] == '-') {
		doc.tabs = true;
		at++;
	}
	while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t'))
		at++;
	char quote = at < text.len && (text.ptr[at] == '\'' || text.ptr[at] == '"') ? text.ptr[at] : '\0';
	doc.quoted = quote || (at < text.len && text.ptr[at] == '\\');
	at += doc.quoted;
	size_t start = at;
	while (at < text.len && (quote ? text.ptr[at] != quote : !is_space(text.ptr[at]) && !memchr("|&;()<>", text.ptr[at], 7)))
		at++;
	doc.delimiter = str_slice(text, start, at - start);
	if (doc.delimiter.len > 0 && scan->pending_count < HEREDOC_LIMIT)
		scan->pending[scan->pending_count++] = doc;
	mark(scan, at + (quote != '\0') - scan->at, context_now(scan));
}

static void read_heredoc_line(Scan *scan, const HereDoc *doc, Str line)
{
	ShellContext context = doc->quoted ? SHELL_HEREDOC_QUOTED : SHELL_HEREDOC;
	for (size_t i = 0; i < line.len; i++) {
		if (!doc->quoted && line.ptr[i] == '\\' && i + 1 < line.len) {
			mark(scan, 2, context);
			i++;
			continue;
		}
		bool opens = line.ptr[i] == '`' || (line.ptr[i] == '$' && i + 1 < line.len && memchr("({", line.ptr[i + 1], 2));
		if (!doc->quoted && opens)
			context = SHELL_DEEP;   /* to the end of the line */
		mark(scan, 1, context);
	}
}

static void read_heredocs(Scan *scan)
{
	for (size_t i = 0; i < scan->pending_count; i++) {
		const HereDoc *doc = &scan->pending[i];
		while (scan->at < scan->text.len) {
			Str rest = str_slice(scan->text, scan->at, scan->text.len), line;
			(void) str_next_line(&rest, &line);   /* there is one: something is left */
			Str compared = line;
			while (doc->tabs && str_starts(compared, "\t"))
				compared = str_slice(compared, 1, compared.len);
			bool ends = str_eq(compared, doc->delimiter);
			if (ends)
				mark(scan, line.len, SHELL_BARE);
			else
				read_heredoc_line(scan, doc, line);
			while (scan->at < scan->text.len && scan->text.ptr[scan->at] != '\n')
				mark(scan, 1, SHELL_BARE);   /* a carriage return */
			mark(scan, 1, ends ? SHELL_BARE : doc->quoted ? SHELL_HEREDOC_QUOTED : SHELL_HEREDOC);
			if (ends)
				break;
		}
	}
	scan->pending_count = 0;
}

/* At "$": opens what follows it, if it opens anything. */
static void read_dollar(Scan *scan)
{
	ShellContext context = context_now(scan);
	if (peek(scan, 1) == '(' && peek(scan, 2) == '(') {
		mark(scan, 3, context);
		push(scan, FRAME_ARITHMETIC);
	} else if (peek(scan, 1) == '(') {
		mark(scan, 2, context);
		push(scan, FRAME_SUBSTITUTION);
	} else if (peek(scan, 1) == '{') {
		mark(scan, 2, context);
		push(scan, FRAME_BRACE);
	} else if (peek(scan, 1) == '\'' && top(scan) != FRAME_DOUBLE) {
		mark(scan, 2, context);
		push(scan, FRAME_ANSI);
	} else {
		mark(scan, 1, context);
	}
}

static bool closes(const Scan *scan, char c)
{
	switch (top(scan)) {
	case FRAME_TOP: return false;
	case FRAME_SINGLE:
	case FRAME_ANSI: return c == '\'';
	case FRAME_DOUBLE: return c == '"';
	case FRAME_SUBSTITUTION:
	case FRAME_PAREN: return c == ')';
	case FRAME_BACKQUOTE: return c == '`';
	case FRAME_BRACE: return c == '}';
	case FRAME_ARITHMETIC: return c == ')' && peek(scan, 1) == ')';
	}
	return false;
}

static void read_bare(Scan *scan, char c)
{
	ShellContext context = context_now(scan);
	bool at_word = scan->at == 0 || memchr(" \t\n;&|(", scan->text.ptr[scan->at - 1], 7);
	if (c == '#' && at_word && context == SHELL_BARE) {
		while (scan->at < scan->text.len && peek(scan, 0) != '\n')
			mark(scan, 1, SHELL_COMMENT);
	} else if (c == '<' && peek(scan, 1) == '<' && peek(scan, 2) == '<') {
		mark(scan, 3, context);
	} else if (c == '<' && peek(scan, 1) == '<') {
		read_heredoc_start(scan);
	} else if (c == '\n') {
		mark(scan, 1, context);
		read_heredocs(scan);
	} else {
		mark(scan, 1, context);
		if (c == '\'')
			push(scan, FRAME_SINGLE);
		else if (c == '(')
			push(scan, FRAME_PAREN);
	}
}

static void read_byte(Scan *scan)
{
	char c = peek(scan, 0);
	Frame frame = top(scan);
	if (closes(scan, c)) {
		ShellContext context = context_now(scan);
		mark(scan, frame == FRAME_ARITHMETIC ? 2 : 1, context);
		pop(scan);
	} else if (frame == FRAME_SINGLE) {
		mark(scan, 1, context_now(scan));
	} else if (c == '\\') {
		mark(scan, 2, context_now(scan));
	} else if (frame == FRAME_ANSI) {
		mark(scan, 1, context_now(scan));
	} else if (c == '$') {
		read_dollar(scan);
	} else if (c == '`' || (c == '"' && frame != FRAME_DOUBLE)) {
		mark(scan, 1, context_now(scan));
		push(scan, c == '`' ? FRAME_BACKQUOTE : FRAME_DOUBLE);
	} else if (frame == FRAME_DOUBLE || frame == FRAME_BRACE) {
		mark(scan, 1, context_now(scan));
	} else {
		read_bare(scan, c);
	}
}

unsigned char *shell_contexts(Str text)
{
	Scan scan = { .text = text, .contexts = bg_malloc(text.len + 1), .stack = { FRAME_TOP }, .depth = 1 };
	while (scan.at < text.len)
		read_byte(&scan);
	scan.contexts[text.len] = (unsigned char) context_now(&scan);
	return scan.contexts;
}

bool shell_is_plain(Str value)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!word && (c == '\0' || !strchr("_./:=@%+,-", c)))
			return false;
	}
	return value.len > 0;
}

bool shell_has_second_reader(Str text)
{
	static const char *const READERS[] = { "ssh", "scp", "rsync", "eval", "su", "runuser", "watch", "parallel" };
	static const char *const SHELLS[] = { "sh", "bash", "dash", "zsh", "ksh", "ash" };
	bool after_shell = false;
	for (size_t at = 0; at < text.len;) {
		size_t end = at;
		while (end < text.len && (shell_is_plain(str_slice(text, end, 1))))
			end++;
		Str word = str_slice(text, at, end - at);
		for (size_t i = word.len; i > 0; i--)
			if (word.ptr[i - 1] == '/') {
				word = str_slice(word, i, word.len);
				break;
			}
		for (size_t i = 0; i < BG_LENGTH(READERS); i++)
			if (str_eq_c(word, READERS[i]))
				return true;
		/* sh -c, bash -lc, sh -e -c: an option of a shell that ends in c */
		if (after_shell && word.len > 1 && word.ptr[0] == '-' && word.ptr[word.len - 1] == 'c')
			return true;
		bool option = word.len > 0 && word.ptr[0] == '-';
		after_shell = after_shell && (option || word.len == 0);
		for (size_t i = 0; i < BG_LENGTH(SHELLS); i++)
			after_shell = after_shell || str_eq_c(word, SHELLS[i]);
		at = end + (end == at);
	}
	return false;
}
