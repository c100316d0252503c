/* Statements: one text for every statement, and no value that can pretend to be another line. */
#include "core/base/alloc.h"
#include "core/signoff/statement.h"
#include "tests/support/support.h"

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void fill(Statement *s)
{
	*s = (Statement){ .environment = bg_strdup("ocw-production"), .kind = bg_strdup("live"), .incident = bg_strdup("20261121-bad-publish"),
		.run = bg_strdup("r1"), .playbook = bg_strdup("failover.md"), .playbook_digest = bg_strdup(DIGEST), .gate = bg_strdup("break-glass"),
		.step = bg_strdup("4.5 activate"), .role = bg_strdup("engineering"), .signer = bg_strdup("alice@example.org"),
		.decision = STATEMENT_YES, .digest = bg_strdup(DIGEST), .record = 61, .head = bg_strdup(DIGEST),
		.time = { 1795230000123 }, .expires = { 1795230900123 } };
	strlist_add(&s->changes, "backend origin-s3 address: a -> b");
	strlist_add(&s->changes, "override_host: a -> b");
}

static const char golden[] =
	"breakglass-signoff: 1\n"
	"environment: ocw-production\n"
	"kind: live\n"
	"incident: 20261121-bad-publish\n"
	"run: r1\n"
	"playbook: failover.md\n"
	"playbook-digest: sha256:" DIGEST "\n"
	"gate: break-glass\n"
	"step: 4.5 activate\n"
	"role: engineering\n"
	"signer: alice@example.org\n"
	"decision: yes\n"
	"digest: sha256:" DIGEST "\n"
	"change: backend origin-s3 address: a -> b\n"
	"change: override_host: a -> b\n"
	"record: 61 sha256:" DIGEST "\n"
	"time: 2026-11-21T03:00:00.123Z\n"
	"expires: 2026-11-21T03:15:00.123Z\n";

static void assert_round_trip(const char *name, Str text)
{
	AUTO_CLEAR(Statement) statement = { 0 };
	AUTO_CLEAR(Buf) again = { 0 };
	Error err = { 0 };
	bool ok = statement_parse(text, &statement, &err);
	cr_assert(ok, "%s: %s (%s)\n%.*s", name, err.why, err.where, STR_ARG(text));
	statement_render(&statement, &again);
	cr_assert(str_eq(buf_str(&again), text), "%s", name);
}

Test(statement, is_a_text_that_a_person_can_read_and_that_reads_back)
{
	AUTO_CLEAR(Statement) s = { 0 };
	AUTO_CLEAR(Buf) text = { 0 };
	fill(&s);
	statement_render(&s, &text);
	assert_text("rendered", buf_text(&text), golden);
	AUTO_CLEAR(Statement) back = { 0 };
	Error err = { 0 };
	assert_ok(statement_parse(buf_str(&text), &back, &err), &err);
	cr_expect_str_eq(back.signer, "alice@example.org");
	cr_expect_str_eq(back.head, DIGEST);
	cr_expect_eq(back.record, 61);
	cr_expect_eq(back.changes.count, 2u);
	cr_expect_eq(back.expires.ms, 1795230900123);
	cr_expect_null(back.reason);
	assert_round_trip("golden", str_from(golden));
}

Test(statement, a_value_can_not_become_a_line_or_a_terminal_command)
{
	static const struct { const char *value, *shown; } values[] = {
		{ "x\ndecision: yes", "x decision: yes" }, { "x\r\nrole: product", "x role: product" }, { "\x1b[2Jred", "red" }, { "", "-" },
		{ "   ", "-" }, { " padded ", "padded" }, { "tab\there", "tab here" }, { "bad \xff utf-8", "bad \xef\xbf\xbd utf-8" },
		{ "bidi \xe2\x80\xae""evil", "bidi \xef\xbf\xbd""evil" },
	};
	for (size_t i = 0; i < BG_LENGTH(values); i++) {
		AUTO_CLEAR(Statement) s = { 0 };
		AUTO_CLEAR(Buf) text = { 0 };
		fill(&s);
		free(s.step);
		s.step = bg_strdup(values[i].value);
		s.reason = bg_strdup(values[i].value);
		strlist_add(&s.changes, values[i].value);
		statement_render(&s, &text);
		assert_round_trip(values[i].value, buf_str(&text));
		AUTO_FREE char *line = bg_asprintf("\nstep: %s\n", values[i].shown);
		cr_expect(strstr(buf_text(&text), line), "%s", buf_text(&text));
	}
}

Test(statement, long_values_and_many_changes_are_cut_with_a_word_about_it)
{
	AUTO_CLEAR(Statement) s = { 0 };
	AUTO_CLEAR(Buf) text = { 0 };
	AUTO_CLEAR(Buf) longer = { 0 };
	fill(&s);
	for (int i = 0; i < 3000; i++)
		buf_puts(&longer, "\xc3\xa9 ");
	free(s.step);
	s.step = buf_take(&longer);
	for (int i = 0; i < 5000; i++)
		strlist_add(&s.changes, "one more change");
	statement_render(&s, &text);
	cr_expect(strstr(buf_text(&text), "\nchange: and 3003 more, all of them in the digest\nrecord: "));
	assert_round_trip("many changes", buf_str(&text));
	AUTO_CLEAR(Statement) wide = { 0 };
	fill(&wide);
	AUTO_FREE char *x = bg_calloc(1, 1900);
	memset(x, 'x', 1899);
	for (int i = 0; i < 1000; i++)
		strlist_add(&wide.changes, x);
	buf_truncate(&text, 0);
	statement_render(&wide, &text);
	cr_expect(text.len <= STATEMENT_MAX_BYTES);
	cr_expect(strstr(buf_text(&text), " more, all of them in the digest\n"));
	assert_round_trip("wide changes", buf_str(&text));
}

Test(statement, every_edit_of_the_form_is_refused)
{
	static const struct { const char *name, *from, *to; } edits[] = {
		{ "version", "signoff: 1", "signoff: 2" }, { "order", "kind: live\nincident: 20261121-bad-publish", "incident: 20261121-bad-publish\nkind: live" },
		{ "twice", "run: r1\n", "run: r1\nrun: r1\n" }, { "missing", "role: engineering\n", "" }, { "unknown", "kind:", "kin:" },
		{ "no blank", "kind: live", "kind:live" }, { "two blanks", "kind: live", "kind:  live" }, { "trailing blank", "kind: live\n", "kind: live \n" },
		{ "capitals in hex", "digest: sha256:0123456789abcdef", "digest: sha256:0123456789ABCDEF" }, { "short digest", "abcdef\nchange", "abcde\nchange" },
		{ "other hash", "digest: sha256", "digest: sha512" }, { "leading zero", "record: 61", "record: 061" }, { "plus", "record: 61", "record: +61" },
		{ "negative record", "record: 61", "record: -1" }, { "decision", "decision: yes", "decision: YES" }, { "empty", "kind: live", "kind: " },
		{ "empty change", "change: override_host: a -> b", "change: " }, { "time zone", "00.123Z\nexpires", "00.123+00:00\nexpires" },
		{ "no milliseconds", "03:15:00.123Z", "03:15:00Z" }, { "crlf", "kind: live\n", "kind: live\r\n" }, { "line before", "breakglass-signoff", "\nbreakglass-signoff" },
		{ "line after", "expires: 2026-11-21T03:15:00.123Z\n", "expires: 2026-11-21T03:15:00.123Z\nx: y\n" },
		{ "no newline at the end", "expires: 2026-11-21T03:15:00.123Z\n", "expires: 2026-11-21T03:15:00.123Z" },
		{ "escape", "step: 4.5", "step: \x1b[1m4.5" }, { "reason out of place", "kind: live\n", "reason: x\nkind: live\n" },
	};
	for (size_t i = 0; i < BG_LENGTH(edits); i++) {
		const char *at = strstr(golden, edits[i].from);
		cr_assert(at, "%s", edits[i].name);
		AUTO_FREE char *text = bg_asprintf("%.*s%s%s", (int) (at - golden), golden, edits[i].to, at + strlen(edits[i].from));
		AUTO_CLEAR(Statement) statement = { 0 };
		Error err = { 0 };
		cr_expect(!statement_parse(str_from(text), &statement, &err), "%s was accepted", edits[i].name);
		cr_expect(err.why[0], "%s", edits[i].name);
	}
}

Test(statement, whatever_parses_renders_to_the_same_bytes)
{
	for (size_t at = 0; at < sizeof golden - 1; at++) {
		for (int c = 0; c < 256; c++) {
			char copy[sizeof golden];
			memcpy(copy, golden, sizeof golden);
			copy[at] = (char) c;
			AUTO_CLEAR(Statement) statement = { 0 };
			Str text = { copy, sizeof golden - 1 };
			if (!statement_parse(text, &statement, NULL))
				continue;
			AUTO_CLEAR(Buf) again = { 0 };
			statement_render(&statement, &again);
			cr_assert(str_eq(buf_str(&again), text), "byte %zu as %d", at, c);
		}
	}
}
