/* The report as one file: nothing from outside shapes it, nothing in it comes from elsewhere, and it says what must be said. */
#include "core/report/report.h"

#include "core/base/alloc.h"
#include "drill.h"

static char *page(TempFolder *folder, const char *title, const char *note)
{
	AUTO_CLEAR(Drill) drill = { 0 };
	AUTO_CLEAR(Report) report = { 0 };
	AUTO_CLEAR(Buf) out = { 0 };
	Error err;
	drill_play(&drill, folder, title, note);
	(void) temp_write(folder, "actions/1.log", "{\"k\":\"out\",\"s\":\"paused <b>now</b>\\n\\u001b[2Jnext\"}\n"
		"nonsense\n{\"k\":\"err\",\"s\":\"a warning\\n\"}\n{\"k\":\"result\"}\n");
	assert_ok(report_read(folder->path, &report, &err), &err);
	assert_ok(report_verify(&report, &err), &err);
	report_html(&report, (WallTime) { INT64_C(1770000100000) }, &out);
	return buf_take(&out);
}

static size_t count(const char *text, const char *part)
{
	size_t found = 0;
	for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
		found++;
	return found;
}

Test(report_html, texts_from_outside_are_shown_and_shape_nothing)
{
	static const char *const never[] = { "<script", "<img", "onerror=alert(2)>", "\x1b", "\xe2\x80\xae", "<b>now" };
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_FREE char *html = page(&folder, "</title><script>alert(1)</script>", "<img src=x onerror=alert(2)> \\u202e \\u001b[31m & <b>now</b>");
	for (size_t i = 0; i < BG_LENGTH(never); i++)
		cr_assert_not(strstr(html, never[i]), "%s is in the page", never[i]);
	cr_assert(strstr(html, "<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
	cr_assert(strstr(html, "&lt;img src=x onerror=alert(2)&gt;"));
	cr_assert(strstr(html, "paused &lt;b&gt;now&lt;/b&gt;"));
	cr_assert(strstr(html, "a warning"));
}

Test(report_html, the_file_needs_nothing_else)
{
	static const char *const never[] = { "src=", "<link", "@import", "url(", "http://", "https://", "<iframe", "javascript:" };
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_FREE char *html = page(&folder, "mass publish", "well");
	for (size_t i = 0; i < BG_LENGTH(never); i++)
		cr_assert_not(strstr(html, never[i]), "%s is in the page", never[i]);
	cr_assert(strstr(html, "default-src 'none'; style-src 'unsafe-inline'"));
	cr_assert_eq(count(html, "href=\""), count(html, "href=\"#"), "every link stays on the page");
}

Test(report_html, it_says_what_a_reader_asks)
{
	static const char *const said[] = {
		"<h1>mass publish</h1>", "over the objective of 5 s", "<svg viewBox=", "backup-paused", "pause the *pipeline*",
		"Counted until", "does not hold", "<td class=\"words\">pipeline &lt;p&gt;</td>", "<del>running</del>", "<ins>paused</ins>",
		"<summary>Output</summary>", "id=\"r9\"", "records 1 to 9: nothing outside of the chain saw them", "prefers-color-scheme:dark",
		"@media print", "<figcaption>",
	};
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_FREE char *html = page(&folder, "mass publish", "well");
	for (size_t i = 0; i < BG_LENGTH(said); i++) {
		cr_assert(strstr(html, said[i]), "%s is not in the page", said[i]);
	}
	const char *const pairs[][2] = { { "<section", "</section>" }, { "<table", "</table>" }, { "<div", "</div>" }, { "<details", "</details>" },
		{ "<dl", "</dl>" }, { "<tr", "</tr>" }, { "<rect", "</rect>" } };
	for (size_t i = 0; i + 1 < BG_LENGTH(pairs); i++)
		cr_assert_eq(count(html, pairs[i][0]), count(html, pairs[i][1]), "%s and %s", pairs[i][0], pairs[i][1]);
}

Test(report_html, a_record_that_is_not_sound_says_so_at_the_top)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	(void) temp_write(&folder, "actions/7.log", "stray\n");
	AUTO_FREE char *html = page(&folder, "mass publish", "well");
	const char *loud = strstr(html, "NOT SOUND");
	cr_assert(loud && loud < strstr(html, "<figure"), "it stands above the picture");
	cr_assert(strstr(html, "actions/7.log: the journal has no such action"));
}
