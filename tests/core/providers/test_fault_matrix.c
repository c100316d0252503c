/* Every probe against every fault of a server: never green, the right state, one line that helps. Rows come from matrix_rows.c; a probe of
 * the provider tables that has none fails the first test. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "matrix.h"
#include "program_rows.h"

Test(fault_matrix, every_probe_of_every_provider_has_a_row) {
	for (size_t p = 0; PROVIDERS[p]; p++) {
		for (size_t i = 0; i < PROVIDERS[p]->probe_count; i++) {
			const char *name = PROVIDERS[p]->probes[i].spec.name;
			/* Over SSH, over DNS, over no wire at all: their own tests put the faults on them. */
			bool found = text_eq(name, "backup.rotation") || text_eq(name, "readiness.environment") || str_starts(str_from(name), "dns.");
			for (size_t r = 0; r < MATRIX_COUNT; r++)
				found = found || text_eq(MATRIX[r].probe, name);
			for (size_t r = 0; r < PROGRAM_ROW_COUNT; r++)
				found = found || text_eq(PROGRAM_ROWS[r].probe, name);
			cr_expect(found, "the probe %s has no row in matrix_rows.c or program_rows.c of tests/core/providers: nobody knows whether it can be green falsely", name);
		}
	}
	for (size_t r = 0; r < MATRIX_COUNT; r++)
		for (int world = 0; world < WORLDS; world++)
			cr_expect(MATRIX[r].worlds[world] != READING_UNKNOWN || MATRIX[r].why_not, "%s: world %d is missing without a reason", MATRIX[r].probe, world);
}

/* ---- faults ---- */

typedef struct Fault {
	const char *name;
	BadWire wire;
	CertificateKind certificate;
	int status;              /* an answer of this status instead of the honest one; 0 = not */
	const char *headers, *body;
	const char *says;        /* what the beginning of the text must say; NULL = anything */
	bool tls, slow, once;    /* over TLS; only the deadline ends it; only from the first request on */
	bool elsewhere;          /* it sends us to another host, where nothing listens: a page is looked for there, nothing else is */
	bool answered;           /* the server said it: a probe whose subject is the server has seen that it is bad */
} Fault;

#define LOCATION "Location: http://localhost:1/login\r\n"

static const Fault FAULTS[] = {
	{.name = "refused", .wire = WIRE_REFUSED, .says = "connection refused"},
	{.name = "blackholed", .wire = WIRE_FULL, .says = NULL, .slow = true, .once = true},
	{.name = "silent", .wire = WIRE_SILENT, .says = NULL, .slow = true},
	{.name = "closed", .wire = WIRE_CLOSE, .says = "without an answer"},
	{.name = "reset in the header", .wire = WIRE_RESET_IN_HEAD, .says = "broke off"},
	{.name = "reset in the body", .wire = WIRE_RESET_IN_BODY, .says = "broke off"},
	{.name = "slow header", .wire = WIRE_TRICKLE_HEAD, .says = NULL, .slow = true},
	{.name = "slow body", .wire = WIRE_TRICKLE_BODY, .says = NULL, .slow = true},
	{.name = "truncated", .wire = WIRE_SHORT, .says = "truncated"},
	{.name = "broken chunk", .wire = WIRE_CHUNK_NONSENSE, .says = "broke off"},
	{.name = "chunks without an end", .wire = WIRE_CHUNK_CUT, .says = "truncated"},
	{.name = "endless headers", .wire = WIRE_ENDLESS_HEADERS, .says = "larger than"},
	{.name = "oversized", .wire = WIRE_OVERSIZED, .says = NULL},
	{.name = "no HTTP", .wire = WIRE_NONSENSE, .says = "not HTTP"},
	{.name = "TLS where HTTP is asked", .wire = WIRE_TLS_FOR_PLAIN, .says = NULL},
	{.name = "HTTP where TLS is asked", .wire = WIRE_PLAIN_FOR_TLS, .says = "TLS", .tls = true},
	{.name = "untrusted", .certificate = CERTIFICATE_STRANGER, .says = "not from a trusted authority", .tls = true},
	{.name = "self-signed", .certificate = CERTIFICATE_SELF, .says = "not from a trusted authority", .tls = true},
	{.name = "expired", .certificate = CERTIFICATE_EXPIRED, .says = "certificate has expired", .tls = true},
	{.name = "not valid yet", .certificate = CERTIFICATE_EARLY, .says = "not valid yet", .tls = true},
	{.name = "wrong host name", .certificate = CERTIFICATE_OTHER_HOST, .says = "certificate is for another", .tls = true},
	{.name = "301", .status = 301, .headers = LOCATION, .says = NULL, .elsewhere = true},
	{.name = "302", .status = 302, .headers = LOCATION, .says = NULL, .elsewhere = true},
	{.name = "307", .status = 307, .headers = LOCATION, .says = NULL, .elsewhere = true},
	{.name = "401", .status = 401, .body = "not authorized", .says = "401", .answered = true},
	{.name = "403", .status = 403, .body = "<html>no</html>", .says = "403", .answered = true},
	{.name = "404", .status = 404, .body = "no such page", .says = NULL, .answered = true},
	{.name = "429", .status = 429, .headers = "Retry-After: 17\r\n", .says = "429", .answered = true},
	{.name = "500", .status = 500, .body = "\033[31moops\033[0m \r\n\a two lines", .says = "500", .answered = true},
	{.name = "503", .status = 503, .body = "<html>we are down</html>", .says = "503", .answered = true},
	{.name = "204", .status = 204, .says = NULL, .answered = true},
	{.name = "599", .status = 599, .says = "599", .answered = true},
};

typedef struct Cell { MatrixLook look; const Fault *fault; } Cell;

static void spoil(void *userdata, const BadRequest *request, BadAnswer *answer) {
	const Fault *fault = ((Cell *) userdata)->fault;   /* the look is the cell's first member */
	(void) request;
	if (!fault->status)
		return;
	answer->status = fault->status;
	buf_truncate(&answer->headers, 0);
	buf_truncate(&answer->body, 0);
	buf_puts(&answer->headers, fault->headers);
	buf_puts(&answer->body, fault->body);
}

/* A page that cannot be had is broken when others of the same site could be. */
static bool is_one_of_many(const Cell *cell) { return text_eq(cell->look.row->variant, "a sample") && cell->look.plan.from > 1; }

static bool is_a_sample(const Cell *cell) { return is_one_of_many(cell) || (text_eq(cell->look.row->variant, "a sample") && cell->look.plan.from && cell->fault->answered); }

static ReadingState expected_of(const Cell *cell) {
	if (is_one_of_many(cell))
		return READING_FAIL;
	if (cell->look.row->part_from && cell->look.plan.from >= cell->look.row->part_from)
		return READING_WARN;
	bool answered = cell->fault->answered || (cell->fault->elsewhere && cell->look.row->body != BODY_HTML);
	return answered && cell->look.row->is_subject ? READING_FAIL : READING_UNKNOWN;
}

static void try_cell(const MatrixRow *row, const Fault *fault, size_t from, const Reading *good) {
	AUTO_CLEAR(Reading) bad = {0};
	Cell cell = {.look = {.row = row, .deadline_ms = fault->slow ? MATRIX_SLOW_MS : 0,
		.plan = {.tls = fault->tls, .from = from, .wire = fault->wire, .certificate = fault->certificate, .spoil = spoil}}, .fault = fault};
	AUTO_FREE char *name = bg_asprintf("%s %s, %s from request %zu", row->probe, row->variant, fault->name, from + 1);
	MonoTime begun = mono_now();
	matrix_look(&cell.look, &bad);
	cr_expect(!fault->slow || mono_now().ms - begun.ms < MATRIX_LONG_MS, "%s: was kept alive for %lld ms", name, (long long) (mono_now().ms - begun.ms));
	matrix_check(name, &cell.look, expected_of(&cell), is_a_sample(&cell) ? "sampled pages are broken" : fault->says, good, &bad);
	matrix_count(row->probe, fault->name);
	matrix_look_clear(&cell.look);
}

/* The first, the second, the last: of a probe that asks thirty times these tell enough. All of them with MATRIX_WHOLE in the environment. */
static bool is_tried(const Fault *fault, size_t from, size_t requests) {
	if (from == 0 || getenv("MATRIX_WHOLE"))
		return from == 0 || !fault->once;
	return !fault->once && (from == 1 || from == requests - 1 || from == requests / 2);
}

static void try_row(const MatrixRow *row) {
	AUTO_CLEAR(Reading) plain = {0};
	AUTO_CLEAR(Reading) secure = {0};
	size_t requests;
	matrix_good(row, false, &plain, &requests);
	matrix_good(row, true, &secure, &requests);
	cr_assert(requests > 0);
	for (size_t i = 0; i < BG_LENGTH(FAULTS); i++)
		for (size_t from = 0; from < requests; from++)
			if (is_tried(&FAULTS[i], from, requests))
				try_cell(row, &FAULTS[i], from, FAULTS[i].tls ? &secure : &plain);
}

static void try_probe(const char *probe) {
	for (size_t r = 0; r < MATRIX_COUNT; r++)
		if (MATRIX[r].provider && str_starts(str_from(MATRIX[r].probe), probe))
			try_row(&MATRIX[r]);
	matrix_print_counts(probe);
	certificates_clear();
}

/* One for each provider, so that they run beside one another. */
Test(fault_matrix, concourse) { try_probe("concourse."); }
Test(fault_matrix, couchdb) { try_probe("couchdb."); }
Test(fault_matrix, fastly) { try_probe("fastly."); }
Test(fault_matrix, aws) { try_probe("aws."); }
Test(fault_matrix, azure) { try_probe("azure."); }
Test(fault_matrix, s3) { try_probe("s3."); }
Test(fault_matrix, mycelium) { try_probe("mycelium."); }
Test(fault_matrix, github) { try_probe("github."); }
Test(fault_matrix, http) { try_probe("http"); }
Test(fault_matrix, checkpoint) { try_probe("checkpoint."); }
Test(fault_matrix, trello) { try_probe("trello."); }
