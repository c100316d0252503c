/* Answers that are whole and of the wrong shape, node by node: a probe is then unknown, or tells the very same as before. And worlds in
 * which there is nothing, or something from the future, and clocks that disagree. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "matrix.h"
#include "mutate.h"

typedef struct Cell {
	MatrixLook look;          /* the first member: a row's userdata is the look */
	size_t target;
	Mutation mutation;
	int64_t clock_ms;
	Buf path;
	bool end, changed;
} Cell;

/* ---- shapes of JSON ---- */

static void spoil_shape(void *userdata, const BadRequest *request, BadAnswer *answer) {
	Cell *cell = userdata;
	AUTO(Json) *json = NULL;
	AUTO_CLEAR(Buf) changed = {0};
	if (request->number != cell->look.plan.from || !json_parse(buf_str(&answer->body), &json, NULL))
		return;
	cell->changed = mutate(json, cell->target, cell->mutation, &changed, &cell->path, &cell->end);
	if (!cell->changed)
		return;
	buf_truncate(&answer->body, 0);
	buf_append(&answer->body, changed.data, changed.len);
}

/* What grows with the clock, and names and addresses that are shown and judged by nobody. */
static bool same_facts(const Reading *a, const Reading *b, const Cell *cell) {
	static const char *const VOLATILE[] = {"age", "good_age", "elapsed", "next_run", "build", "count_change", "bytes_change", "url", "board", "list"};
	AUTO(Json) *first = json_copy(a->facts);
	AUTO(Json) *second = json_copy(b->facts);
	for (size_t i = 0; i < BG_LENGTH(VOLATILE); i++) {
		json_remove(first, VOLATILE[i]);
		json_remove(second, VOLATILE[i]);
	}
	/* Another text is another value, not another shape (a trigger that is no `time`), and so is no trigger. */
	Mutation mutation = cell->mutation;
	bool no_trigger = (mutation == MUTATE_MISSING || mutation == MUTATE_NULL) && str_ends(buf_str(&cell->path), ".trigger");
	if (mutation == MUTATE_EMPTY || mutation == MUTATE_LONG || mutation == MUTATE_HOSTILE || no_trigger) {
		json_remove(first, "interval");
		json_remove(second, "interval");
	}
	return json_equal(first, second);
}

static void check_shape(const char *name, const Cell *cell, const Reading *good, const Reading *bad) {
	if (bad->state == READING_OK) {
		cr_expect(text_eq(bad->text, good->text) && same_facts(bad, good, cell), "%s: FALSE GREEN: %s", name, bad->text);
		cr_expect(!bad->reason, "%s: %s", name, bad->reason);
		return;
	}
	bool part = cell->look.row->part_from && cell->look.plan.from >= cell->look.row->part_from;
	matrix_check(name, &cell->look, part ? READING_WARN : READING_UNKNOWN, NULL, good, bad);
}

static bool try_shape(const MatrixRow *row, size_t request, size_t target, Mutation mutation, const Reading *good) {
	AUTO_CLEAR(Reading) bad = {0};
	Cell cell = {.look = {.row = row, .plan = {.from = request, .spoil = spoil_shape}}, .target = target, .mutation = mutation};
	matrix_look(&cell.look, &bad);
	if (cell.changed) {
		AUTO_FREE char *name = bg_asprintf("%s %s, answer %zu, %s is %s", row->probe, row->variant, request + 1, buf_text(&cell.path),
			mutation_name(mutation));
		check_shape(name, &cell, good, &bad);
		matrix_count(row->probe, mutation_name(mutation));
	}
	matrix_look_clear(&cell.look);
	buf_clear(&cell.path);
	return !cell.end;
}

static void try_shapes(const MatrixRow *row) {
	AUTO_CLEAR(Reading) good = {0};
	size_t requests;
	matrix_good(row, false, &good, &requests);
	/* A probe that asks two dozen times, or is like others, gets every third change; all of them with MATRIX_WHOLE in the environment. */
	size_t stride = (requests > 8 || row->sampled) && !getenv("MATRIX_WHOLE") ? 3 : 1;
	for (size_t request = 0; request < requests; request++) {
		bool more = true;
		for (size_t target = 0; more; target++)
			for (size_t m = (target + request) % stride; more && m < MUTATIONS; m += stride)
				more = try_shape(row, request, target, (Mutation) m, &good);
	}
}

static void try_probe(const char *probe) {
	for (size_t r = 0; r < MATRIX_COUNT; r++)
		if (MATRIX[r].body == BODY_JSON && str_starts(str_from(MATRIX[r].probe), probe))
			try_shapes(&MATRIX[r]);
	matrix_print_counts(probe);
	certificates_clear();
}

/* ---- shapes of XML ---- */

typedef struct XmlChange { const char *name, *from, *to; } XmlChange;

/* Exchanges the first `from`; "TEXT(tag)" stands for what the first <tag> holds. */
static const XmlChange XML_CHANGES[] = {
	{"no listing", "ListBucketResult", "ListBucketsResult"}, {"no time", "LastModified>", "LastTouched>"}, {"no key", "Key>", "Kex>"},
	{"no size", "Size>", "Sixe>"}, {"size in words", "<Size>", "<Size>about "}, {"negative size", "<Size>", "<Size>-"},
	{"huge size", "<Size>", "<Size>9999999999999999999"}, {"size near the limit", "<Size>", "<Size>922337203685477"},
	{"time in words", "<LastModified>", "<LastModified>on "}, {"no objects", "Contents>", "Content>"}, {"cut in two", "<Size>", "\x01"},
	{"not closed", "</Contents>", ""}, {"a document type", "<ListBucketResult", "<!DOCTYPE x [<!ENTITY e \"boom\">]><ListBucketResult"},
	{"bad UTF-8", "<Key>", "<Key>\xff\xc0"}, {"an entity", "<Key>", "<Key>&boom;"}, {"a NUL", "<Key>", "<Key>&#0;"},
	{"truncated without a token", "<IsTruncated>false", "<IsTruncated>true"}, {"an error in a success", "ListBucketResult xmlns", "Error xmlns"},
	{"JSON", "<?xml", "{\"x\": 1} <?xml"}, {"deep", "<Name>", "DEEP<Name>"}, {"nothing", "ALL", ""},
};

/* The same of Azure's listings, which say it in other words. */
static const XmlChange AZURE_CHANGES[] = {
	{"no listing", "EnumerationResults", "EnumerationsResult"}, {"no time", "Last-Modified>", "Last-Touched>"}, {"no name", "Name>", "Nane>"},
	{"no size", "Content-Length>", "Content-Lenght>"}, {"size in words", "<Content-Length>", "<Content-Length>about "},
	{"negative size", "<Content-Length>", "<Content-Length>-"}, {"huge size", "<Content-Length>", "<Content-Length>9999999999999999999"},
	{"size near the limit", "<Content-Length>", "<Content-Length>922337203685477"}, {"time in words", "<Last-Modified>", "<Last-Modified>on "},
	{"a time before all", "<Last-Modified>", "<Last-Modified>Mon, 01 Jan 0001 00:00:00 GMT"}, {"cut in two", "<Content-Length>", "\x01"},
	{"not closed", "</Blob>", ""}, {"a document type", "<EnumerationResults", "<!DOCTYPE x [<!ENTITY e \"boom\">]><EnumerationResults"},
	{"bad UTF-8", "<Name>", "<Name>\xff\xc0"}, {"an entity", "<Name>", "<Name>&boom;"}, {"a NUL", "<Name>", "<Name>&#0;"},
	{"no end", "NextMarker>", "NoMarker>"}, {"an error in a success", "EnumerationResults ServiceEndpoint", "Error ServiceEndpoint"},
	{"JSON", "<?xml", "{\"x\": 1} <?xml"}, {"deep", "<Blobs>", "DEEP<Blobs>"}, {"nothing", "ALL", ""},
};

typedef struct XmlChanges { const XmlChange *list; size_t count; } XmlChanges;

static XmlChanges changes_of(const MatrixRow *row) {
	return text_eq(row->provider, "azure") ? (XmlChanges){AZURE_CHANGES, BG_LENGTH(AZURE_CHANGES)} : (XmlChanges){XML_CHANGES, BG_LENGTH(XML_CHANGES)};
}

static void spoil_xml(void *userdata, const BadRequest *request, BadAnswer *answer) {
	const Cell *cell = userdata;
	const XmlChange *change = &changes_of(cell->look.row).list[cell->target];
	if (request->number != cell->look.plan.from)
		return;
	AUTO_CLEAR(Buf) out = {0};
	Str body = buf_str(&answer->body);
	ptrdiff_t at = str_find(body, change->from);
	bool deep = text_eq(change->name, "deep");
	size_t start = at < 0 ? 0 : (size_t) at, end = at < 0 ? body.len : start + strlen(deep ? "" : change->from);
	buf_put_str(&out, str_slice(body, 0, start));
	for (int i = 0; deep && i < 1000; i++)
		buf_puts(&out, "<d>");
	buf_puts(&out, deep ? "" : change->to);
	buf_put_str(&out, str_slice(body, end, body.len));
	buf_truncate(&answer->body, 0);
	buf_append(&answer->body, out.data, out.len);
}

static void try_xml(const MatrixRow *row, size_t request, size_t change, const Reading *good) {
	AUTO_CLEAR(Reading) bad = {0};
	Cell cell = {.look = {.row = row, .plan = {.from = request, .spoil = spoil_xml}}, .target = change};
	AUTO_FREE char *name = bg_asprintf("%s %s, answer %zu: %s", row->probe, row->variant, request + 1, changes_of(row).list[change].name);
	matrix_look(&cell.look, &bad);
	matrix_check(name, &cell.look, READING_UNKNOWN, NULL, good, &bad);
	matrix_count(row->probe, changes_of(row).list[change].name);
	matrix_look_clear(&cell.look);
}

Test(shape_matrix, xml) {
	for (size_t r = 0; r < MATRIX_COUNT; r++) {
		AUTO_CLEAR(Reading) good = {0};
		size_t requests;
		if (MATRIX[r].body != BODY_XML)
			continue;
		matrix_good(&MATRIX[r], false, &good, &requests);
		for (size_t request = 0; request < requests; request++)
			for (size_t change = 0; change < changes_of(&MATRIX[r]).count; change++)
				if (request + 1 == requests || !text_eq(changes_of(&MATRIX[r]).list[change].name, "truncated without a token"))
					try_xml(&MATRIX[r], request, change, &good);
	}
	matrix_print_counts("XML");
	certificates_clear();
}

/* ---- worlds and clocks ---- */

static const char *const WORLD_NAMES[] = {[WORLD_EMPTY] = "nothing there", [WORLD_HOLLOW] = "hollow", [WORLD_FUTURE] = "from the future"};

Test(shape_matrix, worlds) {
	for (size_t r = 0; r < MATRIX_COUNT; r++) {
		const MatrixRow *row = &MATRIX[r];
		AUTO_CLEAR(Reading) good = {0};
		size_t requests;
		if (!row->provider && !row->prepare)
			continue;
		matrix_good(row, false, &good, &requests);
		for (int world = WORLD_EMPTY; world < WORLDS; world++) {
			AUTO_CLEAR(Reading) bad = {0};
			Cell cell = {.look = {.row = row, .world = (MatrixWorld) world}};
			if (row->worlds[world] == READING_UNKNOWN)
				continue;
			AUTO_FREE char *name = bg_asprintf("%s %s, %s", row->probe, row->variant, WORLD_NAMES[world]);
			matrix_look(&cell.look, &bad);
			matrix_check(name, &cell.look, row->worlds[world], world == WORLD_FUTURE ? "future" : NULL, &good, &bad);
			matrix_count(row->probe, WORLD_NAMES[world]);
			matrix_look_clear(&cell.look);
		}
	}
	matrix_print_counts("worlds");
	certificates_clear();
}

static void spoil_clock(void *userdata, const BadRequest *request, BadAnswer *answer) {
	(void) request;
	answer->clock_ms = ((Cell *) userdata)->clock_ms;
}

/* Ages are told by the other side's clock, so that they stay right; but one of the two is wrong, and somebody will rely on it. */
Test(shape_matrix, clocks) {
	static const struct { int64_t off_ms; const char *says; } cases[] = {{10 * 60000, "its clock is"}, {-10 * 60000, "its clock is"},
		{-400 * 86400000LL, "its clock is"}};
	for (size_t r = 0; r < MATRIX_COUNT; r++) {
		const MatrixRow *row = &MATRIX[r];
		AUTO_CLEAR(Reading) good = {0};
		size_t requests;
		/* A page may come from a cache, and its Date is when it was made. */
		if (!row->provider || row->body == BODY_HTML)
			continue;
		cr_expect(row->by_clock, "%s: what do its clocks mean?", row->probe);
		matrix_good(row, false, &good, &requests);
		for (size_t i = 0; i < BG_LENGTH(cases); i++) {
			AUTO_CLEAR(Reading) bad = {0};
			Cell cell = {.look = {.row = row, .plan = {.spoil = spoil_clock}}, .clock_ms = cases[i].off_ms};
			AUTO_FREE char *name = bg_asprintf("%s %s, its clock off by %lld ms", row->probe, row->variant, (long long) cases[i].off_ms);
			matrix_look(&cell.look, &bad);
			matrix_check(name, &cell.look, READING_WARN, cases[i].says, &good, &bad);
			matrix_count(row->probe, "clock");
			matrix_look_clear(&cell.look);
		}
	}
	matrix_print_counts("clocks");
	certificates_clear();
}

Test(shape_matrix, concourse) { try_probe("concourse."); }
Test(shape_matrix, couchdb) { try_probe("couchdb."); }
Test(shape_matrix, github) { try_probe("github."); }
Test(shape_matrix, trello) { try_probe("trello."); }
Test(shape_matrix, mycelium) { try_probe("mycelium."); }
Test(shape_matrix, fastly_service) { try_probe("fastly.service"); }
Test(shape_matrix, fastly_grep) { try_probe("fastly.grep"); }
