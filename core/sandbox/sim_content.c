/* sim_content.c: writes the pages and resources of the invented courses into buckets, good or damaged. The damage is of the
 * kinds that a bad release of a static site really leaves behind: empty parts, cut files, missing files, raw templates. */
#include "core/sandbox/sim_content.h"
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_message.h"

#define HOUR_MS (60 * 60 * 1000LL)
#define LECTURES 14
#define HTML "text/html; charset=utf-8"

typedef struct PageKind { const char *path, *heading, *lead; } PageKind;

/* The first is the course's own start page. */
static const PageKind page_kinds[] = {
	{ "index.html", SIM_GOOD_MARK, "This course is an introduction to" },
	{ "pages/syllabus/index.html", "Syllabus", "Two lectures a week and one recitation cover" },
	{ "pages/calendar/index.html", "Calendar", "Sessions, due dates and examinations of" },
	{ "pages/readings/index.html", "Readings", "What to read before each session of" },
	{ "pages/lecture-notes/index.html", "Lecture Notes", "Notes of every session of" },
	{ "pages/assignments/index.html", "Assignments", "Problem sets with solutions for" },
	{ "pages/exams/index.html", "Exams", "Quizzes and final examinations of" },
};

static void add_head(Buf *out, const SimCourse *course, const char *heading) {
	buf_printf(out, "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>%s | %s | OpenCourseWare</title></head>\n"
		"<body>\n<header><a href=\"/\">OpenCourseWare</a></header>\n<h1>%s</h1>\n<p class=\"course-info\">%s, %s, %s</p>\n",
		heading, course->title, course->title, course->number, course->department, course->instructor);
}

static void add_tail(Buf *out) {
	buf_puts(out, "<footer>Free and open courses of an invented university, for drills.</footer>\n</body>\n</html>\n");
}

static void add_main(Buf *out, const SimCourse *course, const PageKind *kind) {
	buf_printf(out, "<main id=\"course-content\">\n<h2>%s</h2>\n<p>%s %s. It is taught in the department of %s by %s.</p>\n<ul>\n",
		kind->heading, kind->lead, course->title, course->department, course->instructor);
	for (int i = 1; i <= LECTURES; i++)
		buf_printf(out, "<li><a href=\"/courses/%s/resources/lecture-%02d/\">Session %d</a>, <a href=\"/courses/%s/lecture-%02d.pdf\">"
			"notes (PDF)</a></li>\n", course->slug, i, i, course->slug, i);
	buf_puts(out, "</ul>\n</main>\n");
}

static void add_page(Buf *out, const SimCourse *course, const PageKind *kind, SimDamage damage) {
	size_t start = out->len;
	switch (damage) {
	case SIM_DAMAGE_NONE:
	case SIM_DAMAGE_MISSING:
		add_head(out, course, kind->heading);
		add_main(out, course, kind);
		add_tail(out);
		break;
	case SIM_DAMAGE_EMPTY:
		add_head(out, course, course->number);
		buf_puts(out, "<main id=\"course-content\">\n</main>\n");
		add_tail(out);
		break;
	case SIM_DAMAGE_TRUNCATED:
		add_head(out, course, course->number);
		buf_truncate(out, start + (out->len - start) * 3 / 4);
		break;
	case SIM_DAMAGE_GARBLED:
		buf_puts(out, "{{ partial \"head.html\" . }}\n<main id=\"course-content\">\n<h2>{{ .Params.course_title | default \"\\u00c3\\u00a2\" }}</h2>\n"
			"{{ range where .Site.Pages \"Section\" \"resources\" }}<no value>{{ end }}\n</main>\n");
		break;
	}
}

static void write_page(SimBucket *bucket, const SimCourse *course, const PageKind *kind, SimDamage damage, WallTime modified) {
	AUTO_FREE char *key = bg_asprintf("courses/%s/%s", course->slug, kind->path);
	if (damage == SIM_DAMAGE_MISSING) {
		(void) sim_bucket_remove(bucket, key);   /* gone already is as good */
		return;
	}
	AUTO_CLEAR(Buf) page = {0};
	add_page(&page, course, kind, damage);
	sim_bucket_put(bucket, key, buf_str(&page), HTML, modified);
}

static void write_pages(SimBucket *bucket, const SimCourse *course, SimDamage damage, WallTime modified) {
	for (size_t i = 0; i < BG_LENGTH(page_kinds); i++)
		write_page(bucket, course, &page_kinds[i], damage, modified);
}

static void write_lecture(SimBucket *bucket, const SimCourse *course, int number, SimDamage damage, WallTime modified) {
	AUTO_FREE char *pdf_key = bg_asprintf("courses/%s/lecture-%02d.pdf", course->slug, number);
	AUTO_FREE char *page_key = bg_asprintf("courses/%s/resources/lecture-%02d/index.html", course->slug, number);
	if (damage == SIM_DAMAGE_MISSING) {
		(void) sim_bucket_remove(bucket, pdf_key);
		(void) sim_bucket_remove(bucket, page_key);
		return;
	}
	AUTO_FREE char *pdf = bg_asprintf("%%PDF-1.4\n%% %s %s, session %d\n1 0 obj << /Type /Catalog >> endobj\n"
		"trailer << /Root 1 0 R >>\n%%%%EOF\n", course->number, course->title, number);
	sim_bucket_put(bucket, pdf_key, str_from(pdf), "application/pdf", modified);
	AUTO_FREE char *heading = bg_asprintf("Session %d", number);
	PageKind kind = { "", heading, "Slides and notes of this session of" };
	AUTO_CLEAR(Buf) page = {0};
	add_page(&page, course, &kind, damage);
	sim_bucket_put(bucket, page_key, buf_str(&page), HTML, modified);
}

static void write_start_page(SimBucket *bucket, WallTime modified) {
	AUTO_CLEAR(Buf) page = {0};
	AUTO_CLEAR(Buf) map = {0};
	buf_puts(&page, "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>OpenCourseWare</title></head>\n<body>\n"
		"<main><h1>OpenCourseWare</h1>\n<ul>\n");
	buf_puts(&map, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
	for (size_t i = 0; i < SIM_COURSE_COUNT; i++) {
		const SimCourse *course = sim_course_at(i);
		buf_printf(&page, "<li><a href=\"/courses/%s/\">%s %s</a></li>\n", course->slug, course->number, course->title);
		buf_printf(&map, "<url><loc>https://ocw.example.edu/courses/%s/</loc></url>\n", course->slug);
	}
	buf_puts(&page, "</ul></main>\n</body>\n</html>\n");
	buf_puts(&map, "</urlset>\n");
	sim_bucket_put(bucket, "index.html", buf_str(&page), HTML, modified);
	sim_bucket_put(bucket, "sitemap.xml", buf_str(&map), "application/xml", modified);
	sim_bucket_put(bucket, "robots.txt", STR("User-agent: *\nAllow: /\n"), "text/plain; charset=utf-8", modified);
}

void sim_content_write(SimBucket *bucket, WallTime newest) {
	write_start_page(bucket, newest);
	for (size_t i = 0; i < SIM_COURSE_COUNT; i++) {
		const SimCourse *course = sim_course_at(i);
		WallTime edited = { newest.ms - (int64_t) i * 9 * 24 * HOUR_MS };
		write_pages(bucket, course, SIM_DAMAGE_NONE, edited);
		for (int n = 1; n <= LECTURES; n++)
			write_lecture(bucket, course, n, SIM_DAMAGE_NONE, (WallTime) { edited.ms - n * HOUR_MS });
	}
}

void sim_content_publish(SimBucket *bucket, bool damaged, WallTime now) {
	write_start_page(bucket, now);
	for (size_t i = 0; i < SIM_COURSE_COUNT; i++) {
		const SimCourse *course = sim_course_at(i);
		write_pages(bucket, course, damaged ? course->damage : SIM_DAMAGE_NONE, now);
		/* Resources of sound courses do not change with a publish; those of the damaged ones do, both ways. */
		for (int n = 1; n <= LECTURES && course->damage != SIM_DAMAGE_NONE; n++)
			write_lecture(bucket, course, n, damaged ? course->damage : SIM_DAMAGE_NONE, now);
	}
}

size_t sim_content_damaged_count(const SimBucket *bucket) {
	size_t damaged = 0;
	for (size_t i = 0; i < SIM_COURSE_COUNT; i++) {
		AUTO_FREE char *key = bg_asprintf("courses/%s/index.html", sim_course_at(i)->slug);
		const SimObject *object = sim_bucket_find(bucket, key);
		Str page = object ? (Str) { object->body->bytes, object->body->len } : STR("");
		damaged += str_find(page, SIM_GOOD_MARK) < 0;
	}
	return damaged;
}
