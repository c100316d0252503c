/* Web sites: one page, or a sample of many, and what counts as broken. */
#include "core/base/alloc.h"
#include "fixture.h"

#define HTML(text) "<!doctype html><html><body>" text "</body></html>"
#define TYPE "Content-Type: text/html\r\n"

typedef struct PageCase {
	const char *name;
	int status;
	const char *body, *arg, *value;
	ReadingState state;
	const char *text;
} PageCase;

Test(http_pages, a_page_is_judged_by_what_it_must_be) {
	static const PageCase cases[] = {
		{"good", 200, HTML("Course Description"), NULL, NULL, READING_OK, "status 200"},
		{"with text", 200, HTML("Course Description"), "text", "course desc", READING_OK, "status 200"},
		{"without text", 200, HTML("Not this"), "text", "course desc", READING_FAIL, "the page does not say \"course desc\""},
		{"with what must not be", 200, HTML("Lorem ipsum"), "absent", "lorem", READING_FAIL, "the page says \"lorem\""},
		{"missing", 404, HTML("gone"), NULL, NULL, READING_FAIL, "status 404"},
		{"as missing as it should be", 404, HTML("gone"), "status", "404", READING_OK, "status 404"},
		{"empty", 200, "", NULL, NULL, READING_FAIL, "0 bytes"},
		{"small", 200, HTML("x"), "min-bytes", "1000", READING_FAIL, "bytes"},
		{"cut off", 200, "<html><body>half", NULL, NULL, READING_FAIL, "cut off"},
		{"broken server", 500, "", NULL, NULL, READING_FAIL, "status 500"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		FixtureRoute routes[] = {{"GET /*", cases[i].status, TYPE, cases[i].body, LOOPBACK_WHOLE}, {0}};
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Reading) reading = {0};
		fixture_begin(&fixture, "http", "", routes);
		if (cases[i].arg)
			fixture_args(&fixture, cases[i].arg, cases[i].value, (char *) NULL);
		fixture_read(&fixture, "http", &reading);
		cr_expect_eq(reading.state, cases[i].state, "%s: %s", cases[i].name, reading.text);
		cr_expect(strstr(reading.text, cases[i].text), "%s: %s", cases[i].name, reading.text);
	}
}

Test(http_pages, a_page_that_gives_no_answer_is_unknown) {
	static const LoopbackFault faults[] = {LOOPBACK_CLOSE, LOOPBACK_NONSENSE, LOOPBACK_TRUNCATE, LOOPBACK_HANG};
	for (size_t i = 0; i < BG_LENGTH(faults); i++) {
		FixtureRoute routes[] = {{"GET /*", 200, TYPE, HTML("x"), faults[i]}, {0}};
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Reading) reading = {0};
		fixture_begin(&fixture, "http", "", routes);
		fixture.call.deadline = (MonoTime){mono_now().ms + (faults[i] == LOOPBACK_HANG ? 250 : 20000)};
		fixture_read(&fixture, "http", &reading);
		cr_expect_neq(reading.state, READING_OK, "fault %zu: %s", i, reading.text);
		cr_expect(reading.reason && *reading.reason, "fault %zu", i);
	}
}

typedef struct Site {
	Loopback *server;
	bool with_sitemap;
} Site;

/* Twenty courses, every fourth of them broken. */
static void serve(void *userdata, const LoopbackRequest *request, LoopbackReply *reply) {
	Site *site = userdata;
	int64_t number = 0;
	Str target = str_from(request->target);
	buf_puts(&reply->headers, TYPE);
	if (str_eq_c(target, "/sitemap.xml") && site->with_sitemap) {
		buf_puts(&reply->body, "<?xml version=\"1.0\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">");
		for (int i = 0; i < 20; i++)
			buf_printf(&reply->body, "<url><loc>%s/courses/%d</loc></url>", loopback_url(site->server), i);
		buf_puts(&reply->body, "<url><loc>http://elsewhere.invalid/</loc></url></urlset>");
	} else if (str_eq_c(target, "/")) {
		buf_puts(&reply->body, "<html><body>");
		for (int i = 0; i < 20; i++)
			buf_printf(&reply->body, "<a href=\"/courses/%d\">%d</a>", i, i);
		buf_puts(&reply->body, "<a href=\"http://elsewhere.invalid/\">x</a></body></html>");
	} else if (str_starts(target, "/courses/") && str_parse_int(str_slice(target, 9, target.len), &number)) {
		reply->status = number % 4 == 0 ? 500 : 200;
		buf_puts(&reply->body, HTML("Course Description"));
	} else {
		reply->status = 404;
	}
}

Test(http_pages, a_sample_of_a_site_is_counted_and_stays_on_it) {
	for (int with_sitemap = 0; with_sitemap < 2; with_sitemap++) {
		static const FixtureRoute routes[] = {{0}};
		Site site = {.with_sitemap = with_sitemap};
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Reading) reading = {0};
		site.server = loopback_start(serve, &site);
		fixture_begin(&fixture, "http", "", routes);
		AUTO_FREE char *url = bg_asprintf("%s/", loopback_url(site.server));
		fixture_args(&fixture, "url", url, "sample", "20", (char *) NULL);
		fixture_read(&fixture, "http", &reading);
		cr_expect_eq(reading.state, READING_FAIL, "%s", reading.text);
		assert_text("text", reading.text, "5 of 20 sampled pages are broken");
		cr_expect_eq(json_get_int(reading.facts, "broken", 0), 5);
		JSON_EACH(fact, reading.facts)
			cr_expect(text_eq(json_key(fact), "status") || verb_find_field(&probe_find("http")->spec, str_from(json_key(fact))), "%s", json_key(fact));
		site.server = loopback_free(site.server);
	}
}
