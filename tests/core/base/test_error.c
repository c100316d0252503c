/* Errors: filled once, one line, bounded. */
#include <errno.h>

#include "core/base/error.h"
#include "tests/support/support.h"

Test(error, is_filled_by_the_deepest_place_that_knows)
{
	Error err = { 0 };
	cr_assert(!error_set(&err, ERROR_DENIED, "the token expired %d minutes ago", 5));
	cr_assert(!error_where(&err, "%s", "ci.example.org"));
	cr_assert(!error_what(&err, "pause pipeline %s", "ocw"));
	cr_assert(!error_where(&err, "somewhere else"));
	cr_assert(!error_hint(&err, "log in again"));
	char text[700];
	assert_text("line", error_format(&err, text, sizeof text),
		"pause pipeline ocw: the token expired 5 minutes ago (ci.example.org). log in again");
	cr_assert(error_is_set(&err) && err.kind == ERROR_DENIED && !err.retryable && err.os_code == 0);
}

Test(error, is_new_after_being_set_again)
{
	Error err = { 0 };
	(void) error_set(&err, ERROR_IO, "one");
	(void) error_what(&err, "old");
	err.retryable = true;
	(void) error_set(&err, ERROR_REMOTE, "again: %s", err.why);
	assert_text("why", err.why, "again: one");
	assert_text("what", err.what, "");
	cr_assert(!err.retryable);
	error_clear(&err);
	cr_assert(!error_is_set(&err));
}

Test(error, tells_what_the_system_said)
{
	static const struct { int errno_value; ErrorKind kind; } kinds[] = {
		{ ENOENT, ERROR_MISSING }, { EACCES, ERROR_DENIED }, { EPERM, ERROR_DENIED }, { ENOSPC, ERROR_IO }, { ETIMEDOUT, ERROR_TIMEOUT },
	};
	for (size_t i = 0; i < BG_LENGTH(kinds); i++) {
		Error err = { 0 };
		cr_assert(!error_errno(&err, kinds[i].errno_value, "cannot open"));
		cr_assert(err.kind == kinds[i].kind && err.os_code == kinds[i].errno_value);
	}
	Error err = { 0 };
	(void) error_errno(&err, ENOSPC, "writing %s failed", "x");
	assert_text("why", err.why, "writing x failed: No space left on device");
	(void) error_errno(&err, 99999, "odd");
	assert_text("an errno without a name", err.why, "odd: error 99999");
}

Test(error, is_one_bounded_line)
{
	Error err = { 0 };
	(void) error_set(&err, ERROR_REMOTE, "a\nb\tc\x1b[1md\x7f");
	assert_text("control bytes", err.why, "a b c [1md ");
	char longer[400];
	memset(longer, 'x', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	(void) error_set(&err, ERROR_REMOTE, "%s", longer);
	cr_assert(strlen(err.why) == sizeof err.why - 1 && str_ends(str_from(err.why), "x..."));
	(void) error_what(&err, "%s", longer);
	char small[8];
	assert_text("small", error_format(&err, small, sizeof small), "xxxx...");
	char tiny[2];
	assert_text("tiny", error_format(&err, tiny, sizeof tiny), "x");
	char none[1] = { 'z' };
	cr_assert(error_format(&err, none, 0) == none && none[0] == 'z');
}

Test(error, is_not_cut_inside_a_character)
{
	for (size_t offset = 0; offset < 4; offset++) {
		Error err = { 0 };
		Buf text = { 0 };
		for (size_t i = 0; i < offset; i++)
			buf_putc(&text, 'x');
		while (text.len < 400)
			buf_puts(&text, "\xe6\x97\xa5");
		(void) error_set(&err, ERROR_IO, "%s", buf_text(&text));
		size_t len = strlen(err.why) - 3;
		cr_assert((len - offset) % 3 == 0 && str_ends(str_from(err.why), "..."), "offset %zu: %s", offset, err.why);
		buf_clear(&text);
	}
}

Test(error, may_be_nobody)
{
	cr_assert(!error_set(NULL, ERROR_IO, "x"));
	cr_assert(!error_errno(NULL, EIO, "x"));
	cr_assert(!error_what(NULL, "x") && !error_where(NULL, "x") && !error_hint(NULL, "x"));
	cr_assert(!error_is_set(NULL));
	error_clear(NULL);
}

Test(error, kinds_have_names)
{
	for (int kind = ERROR_NONE; kind <= ERROR_BUG; kind++) {
		ErrorKind back = ERROR_NONE;
		cr_assert(error_kind_parse(error_kind_name((ErrorKind) kind), &back) && (int) back == kind);
	}
	ErrorKind kind = ERROR_IO;
	cr_assert(!error_kind_parse("nonsense", &kind) && !error_kind_parse(NULL, &kind) && kind == ERROR_IO);
	Error err = { .kind = ERROR_TIMEOUT };
	char text[64];
	assert_text("without a cause", error_format(&err, text, sizeof text), "timeout");
}
