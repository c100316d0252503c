/* shell.c: cuts a shell block into logical commands. */
#include "core/playbook/shell.h"
#include "core/playbook/imperative.h"
#include "core/playbook/shell_scan.h"
#include "core/playbook/words.h"

typedef struct Reader {
	Arena *arena;
	ShellBlock *block;
	Str rest;
	unsigned line;             /* of the next line */
	Buf text;                  /* the command being collected */
	Buf label;
	unsigned started;
	ShellScan scan;
	size_t comments, labels, alternative_labels;
} Reader;

static size_t indent_of(Str line)
{
	size_t i = 0;
	while (i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t'))
		i++;
	return i;
}

static Str peek_line(const Reader *reader)
{
	Str rest = reader->rest, line = {"", 0};
	(void) str_next_line(&rest, &line);
	return line;
}

static bool is_prompt(Str line)
{
	Str text = str_trim(line);
	return str_starts(text, "$ ");
}

bool shell_has_prompts(Str text)
{
	for (Str line; str_next_line(&text, &line);)
		if (is_prompt(line))
			return true;
	return false;
}

/* "# For a backup node", "# or" */
static bool is_alternative(Str label)
{
	static const char *const WORDS[] = {"alternatively", "either", "for", "if", "option", "or", "otherwise"};
	Str rest = label;
	return word_in(WORDS, BG_LENGTH(WORDS), text_next_word(&rest));
}

static void take_comment(Reader *reader, Str line)
{
	Str text = str_trim(line);
	while (text.len && text.ptr[0] == '#')
		text = str_slice(text, 1, text.len);
	text = str_trim(text);
	reader->comments++;
	if (text.len == 0)
		return;
	if (reader->label.len)
		buf_putc(&reader->label, ' ');
	buf_put_str(&reader->label, text);
}

static void finish_command(Reader *reader)
{
	Str text = buf_str(&reader->text);
	while (text.len && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == ' '))
		text.len--;
	ShellLine line = {.text = arena_str(reader->arena, text), .line = reader->started};
	if (reader->label.len) {
		line.label = arena_str(reader->arena, buf_str(&reader->label));
		reader->labels++;
		reader->alternative_labels += is_alternative(buf_str(&reader->label));
	}
	if (reader->scan.quote || reader->scan.brackets || reader->scan.compounds || reader->scan.heredocs)
		line.why_not = "it ends inside a quote, a bracket or a here-document";
	shell_judge(reader->arena, &line);
	ARENA_PUSH(reader->arena, reader->block->lines, reader->block->count, line);
	buf_truncate(&reader->text, 0);
	buf_truncate(&reader->label, 0);
	reader->scan = (ShellScan){0};
}

static void add_line(Reader *reader, Str line, size_t strip)
{
	size_t indent = indent_of(line);
	line = str_slice(line, strip < indent ? strip : indent, line.len);
	if (reader->text.len)
		buf_putc(&reader->text, '\n');
	else
		reader->started = reader->line;
	buf_put_str(&reader->text, line);
	shell_scan_line(&reader->scan, line);
}

/* Collects what belongs to the command that starts with `line`. Here-document bodies lose only the indentation of the
 * block. */
static void read_command(Reader *reader, Str line)
{
	size_t indent = indent_of(line);
	add_line(reader, line, indent);
	while (reader->rest.ptr && reader->rest.len) {
		Str next = peek_line(reader);
		bool deeper = indent_of(next) > indent && str_trim(next).len > 0 && str_trim(next).ptr[0] != '#';
		if (shell_scan_is_complete(&reader->scan) && !deeper)
			break;
		(void) str_next_line(&reader->rest, &next);
		reader->line++;
		add_line(reader, next, indent);
	}
	finish_command(reader);
}

/* "> " goes on with a prompted command. */
static void read_prompted(Reader *reader, Str line)
{
	Str command = str_slice(str_trim(line), 2, line.len);
	add_line(reader, str_trim(command), 0);
	while (reader->rest.ptr && reader->rest.len) {
		Str next = peek_line(reader), text = str_trim(next);
		bool prompt = str_starts(text, "> ") || str_eq_c(text, ">");
		if ((shell_scan_is_complete(&reader->scan) && !prompt) || is_prompt(next))
			break;
		(void) str_next_line(&reader->rest, &next);
		reader->line++;
		add_line(reader, prompt ? str_slice(text, 2, text.len) : next, 0);
	}
	finish_command(reader);
}

static void read_line(Reader *reader, Str line)
{
	Str text = str_trim(line);
	if (text.len == 0)
		return;
	if (reader->block->prompts) {
		if (is_prompt(line))
			read_prompted(reader, line);
		return;
	}
	if (text.ptr[0] == '#')
		take_comment(reader, text);
	else
		read_command(reader, line);
}

void shell_read(Arena *arena, Str text, unsigned first_line, ShellBlock *ret_block)
{
	*ret_block = (ShellBlock){.prompts = shell_has_prompts(text), .risk = RISK_READ};
	Reader reader = {.arena = arena, .block = ret_block, .rest = text, .line = first_line};
	for (Str line; str_next_line(&reader.rest, &line); reader.line++)
		read_line(&reader, line);
	ret_block->only_comments = ret_block->count == 0 && reader.comments > 0;
	ret_block->alternatives = reader.labels >= 2 && reader.alternative_labels >= 2;
	for (size_t i = 0; i < ret_block->count; i++) {
		if (ret_block->lines[i].risk > ret_block->risk)
			ret_block->risk = ret_block->lines[i].risk;
		ret_block->terminal = ret_block->terminal || ret_block->lines[i].needs_terminal;
	}
	buf_clear(&reader.text);
	buf_clear(&reader.label);
}

bool shell_looks_like(Str text)
{
	size_t lines = 0, tools = 0;
	ShellScan scan = {0};
	for (Str line; str_next_line(&text, &line);) {
		Str trimmed = str_trim(line);
		bool inside = !shell_scan_is_complete(&scan);
		if (trimmed.len == 0 || (!inside && trimmed.ptr[0] == '#'))
			continue;
		shell_scan_line(&scan, line);
		if (inside)
			continue;
		Str word = shell_first_word(trimmed);
		lines++;
		tools += word_is_tool(word) || str_starts(word, "./") || str_starts(word, "bin/");
	}
	return tools > 0 && 2 * tools >= lines;
}
