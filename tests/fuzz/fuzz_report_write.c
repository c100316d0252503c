/* A line "TYPE WHO HOW JSON" is a record; "= N" and what follows to the next empty line is the log of action N. The target makes a journal with a whole chain of them, so that
 * what is in the records comes through to the reports. HTML: every "<" begins an element that the report has, every "&" one of its escapes, nothing is loaded from
 * elsewhere, no control or reordering character is left. JSON: read back the same. Markdown: no HTML. */
#include "fuzz.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/report/report.h"

#define NOW ((WallTime) { INT64_C(1795230000000) })

static void add_record(Str line, Buf *journal, int64_t *seq, char head[static 65])
{
	Str rest = line, type, who, how;
	AUTO(Json) *data = NULL;
	AUTO_CLEAR(Buf) text = { 0 };
	if (!str_split(&rest, ' ', &type) || !str_split(&rest, ' ', &who) || !str_split(&rest, ' ', &how) || !rest.ptr || !json_parse(rest, &data, NULL)
		|| !json_is_object(data) || !utf8_is_valid(line) || memchr(line.ptr, '\0', line.len))
		return;
	AUTO_FREE char *type_text = str_dup(type);
	AUTO_FREE char *who_text = str_dup(who);
	AUTO_FREE char *how_text = str_dup(how);
	Record record = { .seq = *seq + 1, .time = { NOW.ms + *seq * 1000 }, .mono_ms = *seq * 1000, .who = who_text, .how = how_text, .type = type_text, .data = data };
	memcpy(record.prev, head, 65);
	record_write(&record, &text);
	AUTO_CLEAR(Record) again = { 0 };
	if (!record_parse(buf_str(&text), &again, NULL))
		return;
	++*seq;
	sha256_hex(text.data, text.len, head);
	buf_put_str(journal, buf_str(&text));
	buf_putc(journal, '\n');
}

static void write_folder(Str text)
{
	AUTO_CLEAR(Buf) journal = { 0 };
	AUTO_CLEAR(Buf) log = { 0 };
	Str line;
	int64_t seq = 0;
	char head[65] = JOURNAL_GENESIS;
	bool in_log = false;
	while (str_next_line(&text, &line)) {
		if (str_starts(line, "= ")) {
			in_log = true;
		} else if (in_log && line.len) {
			buf_put_str(&log, line);
			buf_putc(&log, '\n');
		} else {
			in_log = false;
			add_record(line, &journal, &seq, head);
		}
	}
	fuzz_write("journal.jsonl", buf_str(&journal));
	fuzz_write("actions/1.log", buf_str(&log));
}

/* ---- HTML ---- */

static bool is_element(Str rest)
{
	static const char *const ELEMENTS[] = {
		"a", "b", "body", "br", "code", "dd", "del", "details", "div", "dl", "dt", "figcaption", "figure", "footer", "g", "h1", "h2",
		"h3", "head", "header", "html", "ins", "li", "line", "main", "meta", "nav", "p", "pre", "rect", "section", "span", "style",
		"summary", "svg", "table", "tbody", "td", "text", "th", "thead", "time", "title", "tr", "ul",
	};
	if (str_starts(rest, "<!doctype html>") || str_starts(rest, "<!DOCTYPE html>"))
		return true;
	size_t at = rest.len > 1 && rest.ptr[1] == '/' ? 2 : 1, len = 0;
	while (at + len < rest.len && ((rest.ptr[at + len] >= 'a' && rest.ptr[at + len] <= 'z') || (len && rest.ptr[at + len] >= '0' && rest.ptr[at + len] <= '9')))
		len++;
	for (size_t i = 0; i < BG_LENGTH(ELEMENTS); i++)
		if (str_eq_c(str_slice(rest, at, len), ELEMENTS[i]))
			return true;
	return false;
}

static bool is_escape(Str rest)
{
	static const char *const ESCAPES[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
	for (size_t i = 0; i < BG_LENGTH(ESCAPES); i++)
		if (str_starts(rest, ESCAPES[i]))
			return true;
	return false;
}

/* A tag has its attributes in quotes and ends before the next tag begins; no attribute is one that does something or loads something. */
static size_t check_tag(Str rest)
{
	static const char *const NEVER[] = { " on", " src", " href=\"h", " href=\"j", " href=\"/", " action", " style=\"url" };
	bool quoted = false;
	size_t len = 0;
	while (len < rest.len && (quoted || rest.ptr[len] != '>')) {
		BG_ASSERT(len == 0 || rest.ptr[len] != '<');
		quoted = quoted != (rest.ptr[len] == '"');
		for (size_t i = 0; !quoted && i < BG_LENGTH(NEVER); i++)
			BG_ASSERT(!str_starts(str_slice(rest, len, 20), NEVER[i]));
		len++;
	}
	BG_ASSERT(len < rest.len);
	return len + 1;
}

static void check_html(Str html)
{
	fuzz_harmless(html, SANITISE_BLOCK);
	bool style = false;
	for (size_t i = 0; i < html.len;) {
		Str rest = str_slice(html, i, html.len);
		if (str_starts(rest, "<style>") || str_starts(rest, "</style>"))
			style = rest.ptr[1] == 's';
		if (*rest.ptr == '<') {
			BG_ASSERT(is_element(rest));
			i += check_tag(rest);
			continue;
		}
		BG_ASSERT(style || *rest.ptr != '&' || is_escape(rest));
		i++;
	}
}

/* ---- Markdown ---- */

/* No report shows text as code, so that "<" stands only behind a backslash. */
static void check_markdown(Str text)
{
	fuzz_harmless(text, SANITISE_BLOCK);
	for (size_t i = 0; i < text.len; i++)
		BG_ASSERT(text.ptr[i] != '<' || (i && text.ptr[i - 1] == '\\'));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO_CLEAR(Report) report = { 0 };
	AUTO_CLEAR(Buf) html = { 0 };
	AUTO_CLEAR(Buf) markdown = { 0 };
	AUTO_CLEAR(Buf) sitrep = { 0 };
	Error err = { 0 };
	write_folder((Str) { size ? (const char *) data : "", size });
	if (!report_read(fuzz_folder(), &report, &err)) {
		fuzz_refused(&err);
		return 0;
	}
	if (!report_verify(&report, &err))
		fuzz_refused(&err);
	report_html(&report, NOW, &html);
	check_html(buf_str(&html));
	report_markdown(&report, &markdown);
	check_markdown(buf_str(&markdown));
	report_sitrep_of(&report, NOW, &sitrep);
	fuzz_harmless(buf_str(&sitrep), SANITISE_BLOCK);
	AUTO(Json) *json = report_json(&report);
	AUTO(Json) *again = NULL;
	AUTO_FREE char *text = json_text(json);
	bool read = json_parse(str_from(text), &again, &err);
	BG_ASSERT(read && json_equal(json, again));
	return 0;
}
