/* The report in a real browser: it stands, on wide and narrow screens, in light and dark and on paper, and nothing in it runs. */
#include "core/report/report.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "drill.h"
#include "tests/support/process.h"

static const char *browser(void)
{
	static const char *const names[] = { "chromium", "chromium-browser", "google-chrome" };
	for (size_t i = 0; i < BG_LENGTH(names); i++) {
		if (have_program(names[i]))
			return names[i];
	}
	cr_skip_test("no Chromium is installed: the page is not looked at");
	return NULL;
}

/* Only for this copy of the page: a report itself allows no script. */
static const char probe[] =
	"<script>addEventListener('load',()=>{const d=document,e=d.documentElement,r=d.querySelector('svg').getBoundingClientRect();"
	"d.body.dataset.seen=[e.scrollWidth<=e.clientWidth?'fits':'overflows',r.width>200&&r.height>60?'picture':'no-picture',"
	"d.querySelectorAll('section').length+'-sections',d.querySelectorAll('script').length+'-scripts',"
	"[...d.querySelectorAll('a[href]')].every(a=>d.querySelector(a.getAttribute('href')))?'links':'broken-links',"
	"getComputedStyle(d.body).backgroundColor].join(' ')})</script>";

static char *write_page(TempFolder *folder, const char *name, bool probed)
{
	AUTO_CLEAR(Drill) drill = { 0 };
	AUTO_CLEAR(Report) report = { 0 };
	AUTO_CLEAR(Buf) out = { 0 };
	Error err;
	drill_play(&drill, folder, "a title that goes on and on, with averylongwordthatcannotbebrokenanywhereatallbutmustbebrokenallthesame",
		"</script><script>document.title=/run/</script>");
	assert_ok(report_read(folder->path, &report, &err), &err);
	assert_ok(report_verify(&report, &err), &err);
	report_html(&report, (WallTime) { INT64_C(1770000100000) }, &out);
	AUTO_FREE char *text = buf_take(&out);
	char *policy = strstr(text, "<meta http-equiv"), *end = policy ? strchr(policy, '\n') : NULL;
	cr_assert(end);
	AUTO_FREE char *whole = probed ? bg_asprintf("%.*s%s%s", (int) (policy - text), text, probe, end) : bg_strdup(text);
	return bg_asprintf("file://%s", temp_write(folder, name, whole));
}

static void look(TempFolder *folder, const char *what, const char *size, const char *url, ProgramRun *run)
{
	AUTO_FREE char *profile = bg_asprintf("--user-data-dir=%s/profile", folder->path);
	AUTO_FREE char *window = bg_asprintf("--window-size=%s", size);
	const char *dark = strstr(size, "dark") ? "--blink-settings=preferredColorScheme=0" : "--blink-settings=preferredColorScheme=1";
	AUTO_FREE char *plain = bg_strdup(window);
	if (strstr(plain, ",dark"))
		*strstr(plain, ",dark") = '\0';
	run_program((const char *const[]) { browser(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-crash-reporter", "--hide-scrollbars", profile, plain, dark,
		what, url, NULL }, NULL, NULL, run);
	cr_assert_eq(run->status, 0, "%s", buf_text(&run->err));
}

Test(report_page, stands_on_wide_and_narrow_screens_in_light_and_dark)
{
	static const struct { const char *size, *paper; } screens[] = {
		{ "1200,900", "rgb(255, 255, 255)" }, { "1200,900,dark", "rgb(20, 23, 27)" }, { "520,900", "rgb(255, 255, 255)" },
	};
	(void) browser();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_FREE char *url = write_page(&folder, "probed.html", true);
	for (size_t i = 0; i < BG_LENGTH(screens); i++) {
		AUTO_CLEAR(ProgramRun) run = { 0 };
		AUTO_FREE char *expected = bg_asprintf("data-seen=\"fits picture 6-sections 1-scripts links %s\"", screens[i].paper);
		look(&folder, "--dump-dom", screens[i].size, url, &run);
		const char *seen = strstr(buf_text(&run.out), "data-seen=");
		cr_assert(seen && strncmp(seen, expected, strlen(expected)) == 0, "%s: %.120s\nexpected %s", screens[i].size, seen ? seen : "nothing",
			expected);
	}
}

Test(report_page, nothing_in_it_runs_and_it_can_be_printed)
{
	(void) browser();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(ProgramRun) dom = { 0 };
	AUTO_CLEAR(ProgramRun) paper = { 0 };
	AUTO_CLEAR(Buf) pdf = { 0 };
	Error err;
	AUTO_FREE char *url = write_page(&folder, "report.html", false);
	look(&folder, "--dump-dom", "1200,900", url, &dom);
	cr_assert(strstr(buf_text(&dom.out), "incident report</title>"), "the title is its own");
	cr_assert_not(strstr(buf_text(&dom.out), "<script"));
	AUTO_FREE char *print = bg_asprintf("--print-to-pdf=%s/report.pdf", folder.path);
	look(&folder, print, "1200,900", url, &paper);
	assert_ok(file_read(temp_path(&folder, "report.pdf"), 16 << 20, &pdf, &err), &err);
	cr_assert(str_starts(buf_str(&pdf), "%PDF-") && pdf.len > 8000, "%zu bytes", pdf.len);
}
