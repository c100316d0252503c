/* Faults that only some probes can meet: pages of a site, and folders of this machine. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "matrix.h"

#define PAGE "<!doctype html><html><body>Course Description</body></html>"
#define BODY(text) {text, sizeof(text) - 1}
#define NOTE "breakglass i1\n41\nabcd\n"     /* what matrix.c keeps */

static const MatrixRow *find_row(const char *probe, const char *variant) {
	for (size_t r = 0; r < MATRIX_COUNT; r++)
		if (text_eq(MATRIX[r].probe, probe) && text_eq(MATRIX[r].variant, variant))
			return &MATRIX[r];
	cr_assert(false, "there is no row %s %s", probe, variant);
	return NULL;
}

/* ---- pages ---- */

typedef struct PageFault { const char *name, *type; Str body; bool zipped, spoiled; ReadingState state; const char *says; } PageFault;

static const PageFault PAGES[] = {
	{"a NUL before what must not be there", "text/html", BODY(PAGE "\0<p>Lorem"), false, false, READING_FAIL, "NUL"},
	{"bad UTF-8 before what must not be there", "text/html; charset=utf-8", BODY("\xff\xc0<html>Course Description \xe2\x28 Lorem</html>"), false, false,
		READING_FAIL, "the page says \"Lorem\""},
	{"compressed without being asked", "text/html", BODY(PAGE), true, false, READING_OK, NULL},
	{"compressed badly", "text/html", BODY(PAGE), true, true, READING_UNKNOWN, "cannot be unpacked"},
	{"compressed, with what must not be there", "text/html", BODY("<html>Course Description Lorem</html>"), true, false, READING_FAIL, "the page says \"Lorem\""},
	{"cut off", "text/html", BODY("<html>Course Description"), false, false, READING_FAIL, "cut off"},
	{"blank", "text/html", BODY("   \r\n"), false, false, READING_FAIL, "the page does not say \""},
	{"another type", "application/json", BODY("{\"page\": 7}"), false, false, READING_FAIL, "the page does not say \""},
	{"one long line", "text/html", BODY("<html>"), false, false, READING_FAIL, "cut off"},
};

typedef struct PageCell { MatrixLook look; const PageFault *fault; } PageCell;

static void zip(Str body, Buf *out) {
	unsigned char bytes[4096];
	z_stream stream = {0};
	cr_assert(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	stream.next_in = (unsigned char *) (uintptr_t) body.ptr;
	stream.avail_in = (unsigned) body.len;
	stream.next_out = bytes;
	stream.avail_out = sizeof(bytes);
	cr_assert(deflate(&stream, Z_FINISH) == Z_STREAM_END);
	buf_append(out, bytes, stream.total_out);
	deflateEnd(&stream);
}

static void spoil_page(void *userdata, const BadRequest *request, BadAnswer *answer) {
	const PageFault *fault = ((PageCell *) userdata)->fault;
	AUTO_CLEAR(Buf) body = {0};
	if (text_eq(request->target, "/sitemap.xml"))
		return;
	buf_truncate(&answer->headers, 0);
	buf_truncate(&answer->body, 0);
	buf_printf(&answer->headers, "Content-Type: %s\r\n%s", fault->type, fault->zipped ? "Content-Encoding: gzip\r\n" : "");
	if (fault->zipped)
		zip(fault->body, &body);
	else
		buf_put_str(&body, fault->body);
	if (fault->spoiled)
		memset(body.data + body.len / 3, 0x55, body.len / 3);
	buf_append(&answer->body, body.data, body.len);
}

Test(special_matrix, pages_that_are_not_as_they_should_be) {
	static const char *const variants[] = {"one page", "a sample"};
	for (size_t v = 0; v < BG_LENGTH(variants); v++) {
		const MatrixRow *row = find_row("http", variants[v]);
		AUTO_CLEAR(Reading) good = {0};
		size_t requests;
		matrix_good(row, false, &good, &requests);
		for (size_t i = 0; i < BG_LENGTH(PAGES); i++) {
			AUTO_CLEAR(Reading) bad = {0};
			PageCell cell = {.look = {.row = row, .plan = {.spoil = spoil_page}}, .fault = &PAGES[i]};
			AUTO_FREE char *name = bg_asprintf("http %s, %s", variants[v], PAGES[i].name);
			matrix_look(&cell.look, &bad);
			if (PAGES[i].state == READING_OK)
				cr_expect_eq(bad.state, READING_OK, "%s: %s: %s", name, bad.text, bad.reason);
			else
				matrix_check(name, &cell.look, PAGES[i].state, v && PAGES[i].state == READING_FAIL ? "3 of 3 sampled pages are broken" : PAGES[i].says,
					&good, &bad);
			cr_expect(!v || PAGES[i].state != READING_FAIL || strstr(bad.reason, PAGES[i].says), "%s: %s", name, bad.reason);
			matrix_count("http", PAGES[i].name);
			matrix_look_clear(&cell.look);
		}
	}
	matrix_print_counts("pages");
	certificates_clear();
}

/* ---- folders ---- */

typedef struct FolderFault {
	const char *name;
	const char *folder;             /* below the test's own, or an absolute path */
	bool keeps_only;                /* without an incident nothing is wrong with it */
	void (*prepare)(const char *folder);
	const char *says;
} FolderFault;

static char *note_path(const char *folder, const char *name) {
	AUTO_FREE char *incident = path_join(folder, "i1");
	Error err;
	assert_ok(file_make_folder(incident, 0700, &err), &err);
	return path_join(incident, name);
}

static void write_note(const char *folder, const char *text) {
	AUTO_FREE char *path = note_path(folder, "00000041.txt");
	Error err;
	assert_ok(file_write_atomic(path, text, strlen(text), 0600, &err), &err);
}

static void other_note(const char *folder) { write_note(folder, "breakglass i1\n41\nffff\n"); }
static void empty_note(const char *folder) { write_note(folder, ""); }
static void cut_note(const char *folder) { write_note(folder, "breakglass i1\n4"); }
static void long_note(const char *folder) {
	AUTO_FREE char *text = bg_calloc(1, 200001);
	memset(text, 'x', 200000);
	write_note(folder, text);
}
static void folder_note(const char *folder) {
	AUTO_FREE char *path = note_path(folder, "00000041.txt");
	cr_assert(mkdir(path, 0700) == 0);
}
static void pipe_note(const char *folder) {
	AUTO_FREE char *path = note_path(folder, "00000041.txt");
	cr_assert(mkfifo(path, 0600) == 0);
}
static void folder_latest(const char *folder) {
	AUTO_FREE char *path = note_path(folder, "latest.txt");
	cr_assert(mkdir(path, 0700) == 0);
}
static void file_incident(const char *folder) {
	AUTO_FREE char *path = path_join(folder, "i1");
	Error err;
	assert_ok(file_write_atomic(path, "x", 1, 0600, &err), &err);
}

static const FolderFault FOLDERS[] = {
	{"not there", "mount", false, NULL, "the folder is not there"},
	{"a file", "/etc/passwd", false, NULL, "the folder is not there"},
	{"a device", "/dev/null", false, NULL, "the folder is not there"},
	{"one in which nothing can be made", "/proc", true, NULL, NULL},
	{"one that cannot be written", "/proc/sys", false, NULL, NULL},
	{"another note", "", true, other_note, "another checkpoint of record 41"},
	{"an empty note", "", true, empty_note, "another checkpoint of record 41"},
	{"a note that was cut", "", true, cut_note, "another checkpoint of record 41"},
	{"a note without an end", "", true, long_note, "larger than"},
	{"a folder in its place", "", true, folder_note, "what is there is no file"},
	{"a pipe in its place", "", true, pipe_note, "what is there is no file"},
	{"a folder in place of the newest", "", true, folder_latest, NULL},
	{"a file in place of the incident", "", true, file_incident, NULL},
};

static void look_at_folder(const MatrixRow *row, const char *folder, Reading *ret) {
	AUTO(Json) *args = json_new_object();
	CallCheckpoint checkpoint = {"i1", NOTE, 41};
	Environment *environment = NULL;
	Error err;
	assert_ok(environment_parse(STR("name: test\nkind: live\n"), "/nonexistent/environment.yaml", &environment, &err), &err);
	json_add_string(args, "folder", folder);
	Call call = {.environment = environment, .args = args, .checkpoint = row->keeps ? &checkpoint : NULL, .deadline = {mono_now().ms + MATRIX_LONG_MS}};
	probe_find(row->probe)->read(&call, ret);
	ret->taken = wall_now();
	environment_free(environment);
}

Test(special_matrix, folders_that_take_nothing) {
	for (size_t r = 0; r < MATRIX_COUNT; r++) {
		for (size_t i = 0; !MATRIX[r].provider && i < BG_LENGTH(FOLDERS); i++) {
			const FolderFault *fault = &FOLDERS[i];
			AUTO_CLEAR(TempFolder) folder = temp_folder();
			AUTO_CLEAR(TempFolder) fine = temp_folder();
			AUTO_CLEAR(Reading) good = {0};
			AUTO_CLEAR(Reading) bad = {0};
			/* Somebody who may do everything can write there, too. */
			if ((fault->keeps_only && !MATRIX[r].keeps) || (*fault->folder == '/' && !MATRIX[r].keeps && access(fault->folder, W_OK) == 0 && file_is_folder(fault->folder)))
				continue;
			if (MATRIX[r].prepare)
				MATRIX[r].prepare(&fine, WORLD_GOOD);
			look_at_folder(&MATRIX[r], fine.path, &good);
			cr_assert_eq(good.state, READING_OK, "%s: %s", good.text, good.reason);
			AUTO_FREE char *path = *fault->folder ? path_join(folder.path, fault->folder) : bg_strdup(folder.path);
			if (fault->prepare)
				fault->prepare(path);
			look_at_folder(&MATRIX[r], path, &bad);
			AUTO_FREE char *name = bg_asprintf("%s %s, %s", MATRIX[r].probe, MATRIX[r].variant, fault->name);
			MatrixLook look = {.row = &MATRIX[r]};
			/* Where something is to be, nothing is bad news; where something could be written, it is none. */
			bool is_news = MATRIX[r].keeps || MATRIX[r].prepare;
			matrix_check(name, &look, is_news ? READING_FAIL : READING_UNKNOWN, fault->says, &good, &bad);
			cr_expect(strstr(bad.reason, path) || strstr(bad.text, path), "%s: which folder is not said: %s: %s", name, bad.text, bad.reason);
			matrix_count(MATRIX[r].probe, fault->name);
		}
	}
	matrix_print_counts("folders");
}
