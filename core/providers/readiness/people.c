/* people.c: can every gate be signed now: is there somebody for each role, with a key that counts, and are they as many people as roles? */
#include "core/base/alloc.h"
#include "core/providers/readiness/readiness.h"
#include "core/signoff/revocations.h"
#include "core/signoff/roster.h"
#include "core/signoff/statement.h"

#define ROLES_MAX 16                       /* of one gate; more are not judged */
#define SOON_MS (30LL * 24 * 3600 * 1000)

typedef struct Signers { Readiness *readiness; Roster *roster; Revocations revoked; } Signers;

/* *ret_until: the last moment at which a key of theirs counts; INT64_MAX without a bound. */
static bool can_sign(const Signers *signers, const EnvironmentPerson *person, int64_t *ret_until) {
	bool can = false;
	*ret_until = 0;
	for (const RosterEntry *entry = NULL; (entry = roster_next_of(signers->roster, entry, person->principal));) {
		const RosterEntry *line = NULL;
		/* A certificate's own dates are seen when somebody signs with it; its authority's line is what counts here. */
		bool allowed = entry->authority
			|| roster_check(signers->roster, &entry->key, person->principal, SIGNOFF_NAMESPACE, signers->readiness->now, &line) == ROSTER_ALLOWED;
		if (!allowed || revocations_has(&signers->revoked, &entry->key))
			continue;
		int64_t until = wall_known(entry->valid_before) ? entry->valid_before.ms : INT64_MAX;
		*ret_until = until > *ret_until ? until : *ret_until;
		can = true;
	}
	return can;
}

/* ---- roles by different people: a matching, one role after the other ---- */

typedef struct Seats { const Signers *signers; const PlaybookGate *gate; size_t holder[ROLES_MAX]; bool taken[ROLES_MAX]; bool *tried; } Seats;

#define NOBODY SIZE_MAX

static bool seat(Seats *seats, size_t role) {
	const Environment *environment = seats->signers->readiness->environment;
	for (size_t p = 0; p < environment->person_count; p++) {
		int64_t until;
		if (seats->tried[p] || !person_has_role(&environment->people[p], seats->gate->roles[role]) || !can_sign(seats->signers, &environment->people[p], &until))
			continue;
		seats->tried[p] = true;
		size_t other = NOBODY;
		for (size_t r = 0; r < seats->gate->role_count; r++)
			other = seats->taken[r] && seats->holder[r] == p ? r : other;
		if (other == NOBODY || seat(seats, other)) {
			seats->holder[role] = p;
			seats->taken[role] = true;
			return true;
		}
	}
	return false;
}

static const char *who_holds(const Signers *signers, const char *role, size_t *ret_able) {
	const Environment *environment = signers->readiness->environment;
	const char *someone = NULL;
	*ret_able = 0;
	for (size_t p = 0; p < environment->person_count; p++) {
		int64_t until;
		if (!person_has_role(&environment->people[p], role))
			continue;
		someone = environment->people[p].name;
		*ret_able += can_sign(signers, &environment->people[p], &until);
	}
	return someone;
}

static void judge_gate(const Signers *signers, const Playbook *playbook, const PlaybookGate *gate) {
	Readiness *readiness = signers->readiness;
	AUTO_FREE char *place = readiness_place(playbook, gate->line);
	bool all = true;
	for (size_t i = 0; i < gate->role_count; i++) {
		size_t able = 0;
		const char *someone = who_holds(signers, gate->roles[i], &able);
		all &= able > 0;
		if (!someone)
			readiness_found(readiness, READING_FAIL, place, "give somebody that role below `people` in the environment file", "nobody holds the role %s", gate->roles[i]);
		else if (!able)
			readiness_found(readiness, READING_FAIL, place, "put a key of theirs that is valid now into allowed_signers", "nobody who holds the role %s has a key that counts", gate->roles[i]);
		else if (able == 1)
			readiness_found(readiness, READING_WARN, place, "name a second person for it: the first may be asleep", "only one person can sign as %s", gate->roles[i]);
	}
	AUTO_FREE bool *tried = bg_calloc(readiness->environment->person_count + 1, sizeof(bool));
	Seats seats = {.signers = signers, .gate = gate, .tried = tried};
	for (size_t i = 0; all && gate->role_count <= ROLES_MAX && i < gate->role_count; i++) {
		memset(tried, 0, readiness->environment->person_count);
		if (!seat(&seats, i)) {
			readiness_found(readiness, READING_FAIL, place, "name another person for one of its roles, with a key", "gate %s wants %zu different people, and there are fewer who can sign",
				gate->id, gate->role_count);
			return;
		}
	}
}

/* When the last of their keys ended; 0: none had an end that is past. */
static WallTime ended_at(const Signers *signers, const EnvironmentPerson *person) {
	WallTime last = {0};
	for (const RosterEntry *entry = NULL; (entry = roster_next_of(signers->roster, entry, person->principal));)
		if (wall_known(entry->valid_before) && entry->valid_before.ms <= signers->readiness->now.ms && entry->valid_before.ms > last.ms)
			last = entry->valid_before;
	return last;
}

static void judge_missing_key(const Signers *signers, const EnvironmentPerson *person) {
	Readiness *readiness = signers->readiness;
	const char *file = readiness->environment->signoff.signers;
	char day[WALL_TEXT_SIZE];
	WallTime ended = ended_at(signers, person);
	if (wall_known(ended))
		readiness_found(readiness, READING_FAIL, file, "renew valid-before in allowed_signers", "the key of %s ended on %s", person->name,
			wall_format_day(ended, readiness->now, day));
	else
		readiness_found(readiness, READING_WARN, file, "add a line for them, or renew its valid-before", "%s has no key that counts", person->name);
}

static void judge_keys(const Signers *signers) {
	Readiness *readiness = signers->readiness;
	for (size_t p = 0; p < readiness->environment->person_count; p++) {
		const EnvironmentPerson *person = &readiness->environment->people[p];
		char day[WALL_TEXT_SIZE];
		int64_t until;
		if (!person->roles.count)
			continue;
		if (!can_sign(signers, person, &until))
			judge_missing_key(signers, person);
		else if (until - readiness->now.ms < SOON_MS)
			readiness_found(readiness, READING_WARN, readiness->environment->signoff.signers, "renew valid-before in allowed_signers", "the key of %s counts only until %s",
				person->name, wall_format_day((WallTime){until}, readiness->now, day));
		else
			readiness_found(readiness, READING_OK, NULL, NULL, "%s can sign", person->name);
	}
}

void readiness_people(Readiness *readiness) {
	const SignoffSettings *settings = &readiness->environment->signoff;
	AUTO_CLEAR(Revocations) revoked = {0};
	AUTO(Roster) *roster = NULL;
	Error err = {0};
	size_t gates = 0;
	for (size_t i = 0; i < readiness->playbook_count; i++)
		gates += readiness->playbooks[i]->gate_count;
	if (!gates && !(settings->signers && *settings->signers))
		return;   /* nothing is to be signed here */
	if (!settings->signers || !*settings->signers) {
		readiness_found(readiness, READING_FAIL, readiness->environment->path, "signers: FILE, OpenSSH's allowed_signers", "there are gates to sign, and no file of who signs with which key");
		return;
	}
	if (!roster_load(settings->signers, &roster, &err)
		|| (settings->revoked && *settings->revoked && !revocations_load(settings->revoked, &revoked, &err))) {
		readiness_found(readiness, READING_FAIL, *err.where ? err.where : settings->signers, err.hint, "%s", err.why);
		return;
	}
	Signers signers = {readiness, roster, revoked};
	for (size_t i = 0; i < readiness->playbook_count; i++)
		for (size_t g = 0; g < readiness->playbooks[i]->gate_count; g++)
			judge_gate(&signers, readiness->playbooks[i], readiness->playbooks[i]->gates[g]);
	judge_keys(&signers);
}
