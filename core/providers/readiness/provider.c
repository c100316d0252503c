/* provider.c: readiness as a probe: a row of the board that tells in quiet times what the night of an outage would miss. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/readiness/readiness.h"

#define TOLD_MAX 4   /* questions that are named in the text; the facts name all */
#define QUESTIONS "systems|credentials|permissions|expiry|tools|files|values|people|reviews|drills"

static bool is_asked(const Call *call, const char *name) {
	const char *of = call_arg(call, "of");
	AUTO_CLEAR(StrList) names = {0};
	if (!of)
		return true;
	strlist_split(&names, str_from(of), ',');
	return strlist_has(&names, name);
}

static size_t count_bad(const Readiness *readiness) {
	size_t bad = readiness->beyond;
	for (size_t i = 0; i < readiness->count; i++)
		bad += readiness->found[i].state != READING_OK;
	return bad;
}

static size_t count_untold(const Readiness *readiness) {
	size_t untold = 0;
	for (size_t i = 0; i < readiness->count; i++)
		untold += readiness->found[i].untold;
	return untold;
}

/* What is worst comes first: of a question, the first finding that has its state. */
static const ReadinessFinding *worst_of(const Readiness *readiness, ReadingState state) {
	for (size_t i = 0; i < readiness->count; i++)
		if (readiness->found[i].state == state)
			return &readiness->found[i];
	return NULL;
}

typedef struct Told { ReadingState state; Buf text; char *reason; size_t asked, bad, questions, untold; } Told;

static void tell(Told *told, const Readiness *readiness, const ReadinessQuestion *question, ReadingState state, Reading *ret) {
	size_t bad = count_bad(readiness);
	reading_fact_int(ret, question->name, (int64_t) bad);
	told->asked++;
	told->untold += count_untold(readiness);
	if (state == READING_OK)
		return;
	const ReadinessFinding *finding = worst_of(readiness, state);
	told->bad += bad;
	if (told->questions++ < TOLD_MAX)
		buf_printf(&told->text, "%s%s", told->text.len ? ", " : "", question->name);
	if (!readiness_is_worse(state, told->state))
		return;
	told->state = state;
	free(told->reason);
	told->reason = bg_asprintf("%s%s%s%s%s", finding->what, *finding->hint ? ": " : "", finding->hint, *finding->where ? ", " : "", finding->where);
}

static void read_readiness(const Call *call, Reading *ret) {
	AUTO_CLEAR(Readiness) readiness = {.call = call, .environment = call->environment, .now = wall_now(), .incidents = call->incidents};
	AUTO_CLEAR(Buf) untold = {0};
	Told told = {.state = READING_OK};
	readiness_load(&readiness);
	for (size_t i = 0; i < READINESS_COUNT && !call_is_cancelled(call); i++)
		if (is_asked(call, READINESS[i].name))
			tell(&told, &readiness, &READINESS[i], readiness_ask(&readiness, &READINESS[i]), ret);
	if (told.untold)
		buf_printf(&untold, "; %zu cannot be asked", told.untold);
	if (told.state == READING_OK)
		reading_set(ret, READING_OK, "ready: %zu playbooks, %zu questions%s", readiness.playbook_count, told.asked, buf_text(&untold));
	else
		reading_set(ret, told.state, "%zu missing or in doubt: %s%s", told.bad, buf_text(&told.text), told.questions > TOLD_MAX ? ", ..." : "");
	if (told.reason)
		reading_because(ret, "%s; breakglass check --environment tells all", told.reason);
	reading_fact_int(ret, "missing", (int64_t) told.bad);
	reading_fact_int(ret, "untold", (int64_t) told.untold);
	buf_clear(&told.text);
	free(told.reason);
}

static const Probe PROBES[] = {
	{.spec = {.name = "readiness.environment", .kind = VERB_PROBE, .subject = "what the playbooks need",
			.help = "whether what the playbooks need is there now: systems, credentials and what they may, tools, files, people, reviews, drills",
			.VERB_PARAMS({"of", PARAM_LIST, false, QUESTIONS, "only these questions"}),
			.VERB_FIELDS({"missing", PARAM_INT, "how much is missing or in doubt"},
				{"untold", PARAM_INT, "how much only its use will tell"}, {"systems", PARAM_INT, "of the systems"},
				{"credentials", PARAM_INT, "of the credentials"}, {"permissions", PARAM_INT, "of what they may"},
				{"expiry", PARAM_INT, "of their ends"}, {"tools", PARAM_INT, "of the tools"}, {"files", PARAM_INT, "of the files"},
				{"values", PARAM_INT, "of the values"}, {"people", PARAM_INT, "of the people"}, {"reviews", PARAM_INT, "of the reviews"},
				{"drills", PARAM_INT, "of the drills"})},
		.every_ms = 600000, .deadline_ms = 120000, .budget_ms = 1800000, .read = read_readiness},
};

static bool check_system(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	error_set(err, ERROR_INVALID, "readiness needs no system");
	error_hint(err, "take %s out, and name the probe readiness.environment", system->name);
	return environment_error_at(environment, system->place, err);
}

const Provider READINESS_PROVIDER = {
	.name = "readiness", .title = "Readiness of this place", .needs_no_system = true, .check_system = check_system,
	.probes = PROBES, .probe_count = BG_LENGTH(PROBES),
};
