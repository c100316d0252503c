/* matrix.c: one look of a probe at a server that is at fault, and what every answer to it must keep to. */
#include "matrix.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"

#define NOTE "breakglass i1\n41\nabcd\n"
#define BEGINNING 80        /* columns of a line that are always seen */

static void honest(void *userdata, const BadRequest *request, BadAnswer *answer) {
	const MatrixLook *look = userdata;
	look->row->honest(request, request->number >= look->plan.from ? look->world : WORLD_GOOD, answer);
}

/* ---- an environment ---- */

static char *exchange(const char *text, const char *name, const char *value) {
	const char *at = strstr(text, name);
	return at ? bg_asprintf("%.*s%s%s", (int) (at - text), text, value, at + strlen(name)) : bg_strdup(text);
}

static Environment *make_environment(const MatrixLook *look, TempFolder *folder, const char *url) {
	const MatrixRow *row = look->row;
	Error err;
	Environment *environment = NULL;
	AUTO_CLEAR(Buf) text = {0};
	AUTO_FREE char *more = exchange(row->more ? row->more : "", "SECRET", look->secret ? look->secret : "{ env: MATRIX_SECRET }");
	AUTO_FREE char *address = look->any_address ? exchange(url, "127.0.0.1", "0.0.0.0") : bg_strdup(url);
	buf_puts(&text, "name: test\nkind: live\n");
	if (row->provider)
		buf_printf(&text, "systems:\n  s:\n    provider: %s\n    %s: %s\n    ca-cert: %s\n%s", row->provider, row->url_key, address,
			temp_write(folder, "authority.pem", certificate_authority()), more);
	assert_ok(environment_parse(buf_str(&text), temp_path(folder, "environment.yaml"), &environment, &err), &err);
	return environment;
}

static Json *make_args(const MatrixRow *row, const char *folder) {
	Json *args = json_new_object();
	for (size_t i = 0; row->args[i]; i += 2)
		json_add_string(args, row->args[i], text_eq(row->args[i + 1], "FOLDER") ? folder : row->args[i + 1]);
	return args;
}

void matrix_look(MatrixLook *look, Reading *ret) {
	const MatrixRow *row = look->row;
	Error err;
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	look->plan.honest = honest;
	look->plan.userdata = look;
	AUTO(BadServer) *server = row->provider ? bad_server_start(&look->plan) : NULL;
	setenv("MATRIX_SECRET", row->secret ? row->secret : MATRIX_SECRET, 1);
	setenv("MATRIX_KEY", "a2V5LW9mLXRoZS1tYXRyaXg=", 1);
	setenv("MATRIX_ID", "AKIDEXAMPLE", 1);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	Environment *environment = make_environment(look, &folder, server ? bad_server_url(server) : "");
	AUTO(Json) *args = make_args(row, folder.path);
	if (row->prepare)
		row->prepare(&folder, look->world);
	CallCheckpoint checkpoint = {"i1", NOTE, 41};
	CallAnnouncement announcement = {.incident = "i1", .text = "03:12Z incident declared", .seq = 1};
	const Probe *probe = probe_find(row->probe);
	cr_assert_not_null(probe, "%s", row->probe);
	assert_ok(provider_check_args(&probe->spec, args, &err), &err);
	Call call = {.environment = environment, .system = environment->system_count ? &environment->systems[0] : NULL, .args = args,
		.checkpoint = row->keeps ? &checkpoint : NULL, .announcement = row->announces ? &announcement : NULL,
		.deadline = {mono_now().ms + (look->deadline_ms ? look->deadline_ms : MATRIX_LONG_MS)}};
	probe->read(&call, ret);
	ret->name = bg_strdup("it");
	ret->taken = wall_now();
	ret->budget_ms = probe->budget_ms;
	if (server) {
		look->requests = bad_server_requests(server);
		free(look->heads);
		look->heads = bad_server_heads(server);
		snprintf(look->address, sizeof(look->address), "127.0.0.1:%d", bad_server_port(server));
	}
	environment_free(environment);
}

void matrix_look_clear(MatrixLook *look) {
	free(look->heads);
	look->heads = NULL;
}

void matrix_good(const MatrixRow *row, bool tls, Reading *ret, size_t *ret_requests) {
	AUTO_CLEAR(MatrixLook) look = {.row = row, .plan = {.tls = tls, .from = SIZE_MAX}};
	matrix_look(&look, ret);
	cr_assert_eq(ret->state, READING_OK, "%s (%s) is not green in a good world: %s: %s", row->probe, row->variant, ret->text,
		ret->reason ? ret->reason : "-");
	*ret_requests = look.requests;
}

/* ---- what is kept to ---- */

static void check_line(const char *cell, const char *what, const char *line) {
	AUTO_FREE char *clean = line ? text_sanitised_line(line) : NULL;
	cr_expect(line && *line, "%s: there is no %s", cell, what);
	cr_expect(!line || text_eq(clean, line), "%s: %s is not one harmless line: %s", cell, what, line);
	cr_expect(!line || strlen(line) <= 400, "%s: %s has %zu bytes, and the record takes 400", cell, what, strlen(line));
	cr_expect(!line || str_trim(str_from(line)).len == strlen(line), "%s: %s begins or ends with blanks: \"%s\"", cell, what, line);
}

/* A reason that only says again that it is bad helps nobody at three in the morning. */
static bool helps(const char *reason) {
	static const char *const VERBS[] = {"look", "check", "try", "set ", "get ", "give ", "write", "put ", "wait", "make ", "mount", "correct",
		"need ", "needs ", "have ", "install", "keep ", "ask", "name ", "free ", "log in", "aws ", "breakglass verify", "run ", "renew", "read ",
		"mend ", "unpause", "restore", "publish", "add ", "activate", "free "};
	for (size_t i = 0; i < BG_LENGTH(VERBS); i++)
		if (reason && strstr(reason, VERBS[i]))
			return true;
	return false;
}

static bool says_where(const MatrixLook *look, const Reading *bad) {
	const char *places[] = {look->row->provider ? look->address : NULL, look->row->place};
	for (size_t i = 0; i < BG_LENGTH(places); i++)
		if (places[i] && ((bad->text && strstr(bad->text, places[i])) || (bad->reason && strstr(bad->reason, places[i]))))
			return true;
	return false;
}

static bool holds_secret(const Reading *bad) {
	AUTO_FREE char *facts = bad->facts ? json_text(bad->facts) : bg_strdup("");
	const char *texts[] = {bad->text, bad->reason, facts};
	for (size_t i = 0; i < BG_LENGTH(texts); i++)
		if (texts[i] && strstr(texts[i], MATRIX_SECRET))
			return true;
	return false;
}

static void check_memory(const char *cell, const Reading *good, const Reading *bad) {
	AUTO_CLEAR(Reading) known = {0};
	Reading first = {0};
	reading_copy(&first, good);
	known.name = bg_strdup("it");
	reading_update(&known, &first);
	reading_clear(&first);
	bool unknown = bad->state == READING_UNKNOWN;
	WallTime seen = unknown ? known.taken : bad->taken;
	AUTO_FREE char *text = bg_strdup_or_null(unknown ? good->text : bad->text);
	ReadingState state = unknown ? good->state : bad->state;
	Reading next = {0};
	reading_copy(&next, bad);
	reading_update(&known, &next);
	reading_clear(&next);
	cr_expect(known.last_state == state && known.last_time.ms == seen.ms && text_eq(known.last_text, text),
		"%s: what was last known is lost: %s, %s", cell, reading_state_name(known.last_state), known.last_text);
	cr_expect(!unknown || json_equal(known.last_facts, good->facts), "%s: the last known facts are lost", cell);
}

void matrix_check(const char *cell, const MatrixLook *look, ReadingState expected, const char *says, const Reading *good, const Reading *bad) {
	cr_expect_neq(bad->state, READING_OK, "%s: FALSE GREEN: %s", cell, bad->text);
	cr_expect(bad->state == expected, "%s: is %s, expected %s: %s: %s", cell, reading_state_name(bad->state), reading_state_name(expected),
		bad->text, bad->reason ? bad->reason : "-");
	check_line(cell, "text", bad->text);
	check_line(cell, "reason", bad->reason);
	AUTO_FREE char *beginning = bg_asprintf("%.*s", BEGINNING, bad->text ? bad->text : "");
	cr_expect(!says || strstr(beginning, says) || (bad->reason && expected == READING_WARN && strstr(bad->reason, says)),
		"%s: its beginning does not say \"%s\": %s: %s", cell, says, bad->text, bad->reason ? bad->reason : "-");
	cr_expect(helps(bad->reason), "%s: the reason does not say what to do: %s: %s", cell, bad->text, bad->reason ? bad->reason : "-");
	cr_expect(says_where(look, bad), "%s: it does not say where: %s: %s", cell, bad->text, bad->reason ? bad->reason : "-");
	cr_expect(!holds_secret(bad), "%s: A SECRET IS SHOWN: %s: %s", cell, bad->text, bad->reason ? bad->reason : "-");
	check_memory(cell, good, bad);
}

/* ---- counting ---- */

#define COUNTS_MAX 400
static struct { const char *probe, *fault; int cells; } counts[COUNTS_MAX];

void matrix_count(const char *probe, const char *fault) {
	size_t i = 0;
	while (i < COUNTS_MAX && counts[i].probe && !(text_eq(counts[i].probe, probe) && text_eq(counts[i].fault, fault)))
		i++;
	cr_assert(i < COUNTS_MAX);
	counts[i].probe = probe;
	counts[i].fault = fault;
	counts[i].cells++;
}

static int sum_of(const char *probe, const char *fault) {
	int sum = 0;
	for (size_t i = 0; i < COUNTS_MAX && counts[i].probe; i++)
		if ((!probe || text_eq(counts[i].probe, probe)) && (!fault || text_eq(counts[i].fault, fault)))
			sum += counts[i].cells;
	return sum;
}

static bool is_first(size_t at, bool by_probe) {
	for (size_t i = 0; i < at; i++)
		if (text_eq(by_probe ? counts[i].probe : counts[i].fault, by_probe ? counts[at].probe : counts[at].fault))
			return false;
	return true;
}

void matrix_print_counts(const char *title) {
	fprintf(stderr, "%s: %d cells\n", title, sum_of(NULL, NULL));
	for (int by_probe = 1; by_probe >= 0; by_probe--)
		for (size_t i = 0; i < COUNTS_MAX && counts[i].probe; i++)
			if (is_first(i, by_probe))
				fprintf(stderr, "%s: %s: %d\n", title, by_probe ? counts[i].probe : counts[i].fault,
					by_probe ? sum_of(counts[i].probe, NULL) : sum_of(NULL, counts[i].fault));
}
