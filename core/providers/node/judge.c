/* judge.c: from what came of a look to a reading. What was not looked at is said and is never ok by silence. Pure. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/node/node.h"

#define LOAD_WARN 2.0                /* of one minute, for each processor */
#define MEMORY_WARN 90               /* percent in use */
#define DISK_WARN 85
#define DISK_FAIL 97
#define CLOCK_WARN_MS 3000           /* the node tells whole seconds, and the answer travelled */
#define CLOCK_FAIL_MS 60000          /* certificates and the overlay's handshakes begin to fail */
#define BACKUP_WARN_MS (26LL * 3600 * 1000)

/* The worst so far, and what is to be said of it. */
typedef struct Judgement {
	ReadingState state;
	Buf text;                    /* values: "load 0.4, memory 41 %" */
	Buf reasons;                 /* why it is not ok */
} Judgement;

static void judgement_clear(Judgement *judgement) {
	buf_clear(&judgement->text);
	buf_clear(&judgement->reasons);
}
BG_DEFINE_CLEARP(Judgement, judgement_clear)

static void say(Judgement *judgement, const char *format, ...) BG_PRINTF(2, 3);
static void say(Judgement *judgement, const char *format, ...) {
	va_list args;
	va_start(args, format);
	buf_puts(&judgement->text, judgement->text.len ? ", " : "");
	buf_vprintf(&judgement->text, format, args);
	va_end(args);
}

static void object(Judgement *judgement, ReadingState state, const char *format, ...) BG_PRINTF(3, 4);
static void object(Judgement *judgement, ReadingState state, const char *format, ...) {
	va_list args;
	va_start(args, format);
	if (state == READING_FAIL || judgement->state == READING_OK)
		judgement->state = state;
	buf_puts(&judgement->reasons, judgement->reasons.len ? "; " : "");
	buf_vprintf(&judgement->reasons, format, args);
	va_end(args);
}

static void judge_load(const NodeFacts *facts, Judgement *ret, Reading *reading) {
	if (!facts->has_load) {
		object(ret, READING_WARN, "its load could not be read");
		return;
	}
	double each = facts->load / (double) facts->processors;
	say(ret, "load %.1f", facts->load);
	reading_fact_int(reading, "load", (int64_t) (each * 100 < 1e9 ? each * 100 : 1e9));
	if (each > LOAD_WARN)
		object(ret, READING_WARN, "load %.1f for %lld processors", facts->load, (long long) facts->processors);
}

static void judge_memory(const NodeFacts *facts, Judgement *ret, Reading *reading) {
	if (!facts->has_memory) {
		object(ret, READING_WARN, "its memory could not be read");
		return;
	}
	int64_t used = (int64_t) (100.0 * (double) (facts->memory_kb - facts->memory_available_kb) / (double) facts->memory_kb);
	say(ret, "memory %lld %%", (long long) used);
	reading_fact_int(reading, "memory", used);
	if (used >= MEMORY_WARN)
		object(ret, READING_WARN, "%lld %% of its memory are in use", (long long) used);
}

static void judge_disks(const NodeFacts *facts, Judgement *ret, Reading *reading) {
	const NodeDisk *fullest = NULL;
	int64_t most = -1;
	for (size_t i = 0; i < facts->disk_count; i++) {
		const NodeDisk *disk = &facts->disks[i];
		int64_t used = (int64_t) (100.0 - 100.0 * (double) disk->available_kb / (double) disk->total_kb);
		if (used > most) {
			most = used;
			fullest = disk;
		}
		if (used >= DISK_WARN)
			object(ret, used >= DISK_FAIL ? READING_FAIL : READING_WARN, "disk %s is %lld %% full", disk->mount, (long long) used);
	}
	if (!fullest) {
		object(ret, READING_WARN, "its disks could not be read");
		return;
	}
	say(ret, "disk %s %lld %%", fullest->mount, (long long) most);
	reading_fact_int(reading, "disk", most);
	reading_fact_string(reading, "disk_name", fullest->mount);
}

static void judge_clock(const NodeFacts *facts, WallTime now, Judgement *ret, Reading *reading) {
	char span[SPAN_TEXT_SIZE];
	if (!facts->has_time || facts->time_seconds > INT64_MAX / 2000) {
		object(ret, READING_WARN, "its clock could not be read");
		return;
	}
	int64_t offset = facts->time_seconds * 1000 + 500 - now.ms, size = offset < 0 ? -offset : offset;
	reading_fact_int(reading, "clock", offset);
	if (size < CLOCK_WARN_MS)
		return;
	span_format(size, span);
	object(ret, size >= CLOCK_FAIL_MS ? READING_FAIL : READING_WARN, "its clock is %s %s of ours", span, offset < 0 ? "behind" : "ahead");
}

static const NodeUnit *find_unit(const NodeFacts *facts, const char *name) {
	for (size_t i = 0; i < facts->unit_count; i++)
		if (text_eq(facts->units[i].name, name) && text_eq(facts->units[i].load, "loaded"))
			return &facts->units[i];
	return NULL;
}

static void judge_unit(const NodeUnit *unit, const char *name, Judgement *ret, Reading *reading) {
	reading_fact_string(reading, name, unit ? unit->active : "absent");
	if (unit && !text_eq(unit->active, "active"))
		object(ret, text_eq(unit->active, "activating") ? READING_WARN : READING_FAIL, "%s is %s", unit->name, unit->active);
}

static void judge_units(const EnvironmentNode *node, const NodeFacts *facts, Judgement *ret, Reading *reading) {
	bool expects_k3s = node->role != NULL, expects_overlay = overlay_has_address(node->address);
	if (!facts->unit_count) {
		if (expects_k3s || expects_overlay)
			object(ret, READING_WARN, "%s could not be looked at: systemctl tells nothing there", expects_k3s ? "k3s" : "mycelium");
		return;
	}
	bool is_master = expects_k3s && str_starts(str_from(node->role), "master");
	const NodeUnit *server = find_unit(facts, "k3s"), *agent = find_unit(facts, "k3s-agent"), *overlay = find_unit(facts, "mycelium");
	const NodeUnit *k3s = is_master || !agent ? server : agent;
	judge_unit(k3s, "k3s", ret, reading);
	judge_unit(overlay, "mycelium", ret, reading);
	if (expects_k3s && !k3s)
		object(ret, READING_WARN, "there is no unit %s", is_master ? "k3s" : "k3s-agent");
	if (expects_overlay && !overlay)
		object(ret, READING_WARN, "there is no unit mycelium");
}

static void judge_backups(const EnvironmentNode *node, const NodeFacts *facts, WallTime now, Judgement *ret, Reading *reading) {
	char span[SPAN_TEXT_SIZE];
	if (!node->is_backup)
		return;
	if (!*node->backups) {
		object(ret, READING_WARN, "its backups were not looked at: say backups: FOLDER under nodes");
		return;
	}
	if (!facts->backups_asked || !facts->backups_there) {
		object(ret, READING_FAIL, "there is no folder %s", node->backups);
		return;
	}
	reading_fact_int(reading, "backups", facts->backup_count);
	if (!*facts->backup || facts->backup_seconds > INT64_MAX / 2000) {
		object(ret, READING_FAIL, "%s holds no backup", node->backups);
		return;
	}
	int64_t age = now.ms - facts->backup_seconds * 1000;
	reading_fact_string(reading, "backup", facts->backup);
	reading_fact_int(reading, "newest", facts->backup_seconds * 1000);
	span_format_short(age, span);
	say(ret, "newest backup %s, %s old", facts->backup, span);
	if (age > BACKUP_WARN_MS)
		object(ret, READING_WARN, "its newest backup is %s old", span);
}

static void judge_facts(const EnvironmentNode *node, const NodeFacts *facts, WallTime now, Judgement *ret, Reading *reading) {
	char span[SPAN_TEXT_SIZE];
	judge_load(facts, ret, reading);
	judge_memory(facts, ret, reading);
	judge_disks(facts, ret, reading);
	judge_clock(facts, now, ret, reading);
	judge_units(node, facts, ret, reading);
	judge_backups(node, facts, now, ret, reading);
	if (!facts->has_uptime || facts->uptime_seconds > INT64_MAX / 2000)
		return;
	reading_fact_int(reading, "uptime", facts->uptime_seconds * 1000);
	say(ret, "up %s", span_format_short(facts->uptime_seconds * 1000, span));
}

/* Seen and bad, or not seen at all? Who refuses or shows another key was seen. */
static ReadingState state_of(SshOutcome outcome) {
	switch (outcome) {
	case SSH_REFUSED: case SSH_NO_BANNER: case SSH_HOST_CHANGED: case SSH_HOST_REVOKED: return READING_FAIL;
	case SSH_UNFINISHED: case SSH_RAN: case SSH_NO_ROUTE: case SSH_TIMED_OUT: case SSH_BUSY: case SSH_HOST_UNKNOWN: case SSH_NOT_ADMITTED:
	case SSH_BROKEN: case SSH_COMMAND_SLOW: case SSH_NOT_POSSIBLE: case SSH_OUTCOME_COUNT: break;
	}
	return READING_UNKNOWN;
}

static void judge_answer(const EnvironmentNode *node, const NodeLook *look, WallTime now, Reading *ret) {
	const SshResult *result = look->result;
	NodeFacts facts = {0};
	Str said = str_trim(buf_str(&result->err));
	if (!said.len)
		said = str_trim(buf_str(&result->out));
	if (result->exit_code != 0 || !node_facts_parse(buf_str(&result->out), &facts)) {
		reading_set(ret, READING_UNKNOWN, "the command failed there, with status %d", result->exit_code);
		reading_because(ret, "log in and look; it said %s%.*s", said.len ? "" : "nothing", STR_ARG(str_trim(str_slice(said, 0, 160))));
		return;
	}
	AUTO_CLEAR(Judgement) judgement = {.state = READING_OK};
	judge_facts(node, &facts, now, &judgement, ret);
	if (look->why_program && *look->why_program)
		say(&judgement, "via ssh: %s", look->why_program);
	reading_set(ret, judgement.state, "%s", buf_text(&judgement.text));
	if (judgement.reasons.len)
		reading_because(ret, "%s", buf_text(&judgement.reasons));
}

/* ---- what was not reached ---- */

/* Why, in a few words: the overlay's where it is the cause. *reason: the rest of what is known. */
static void tell_unreached(const EnvironmentNode *node, const NodeLook *look, Buf *text, Buf *reason, Reading *ret) {
	AUTO_CLEAR(Buf) brief = {0};
	AUTO_CLEAR(Buf) whole = {0};
	bool is_cause = look->overlay && overlay_explain(look->overlay, node->name, node->address, node->lan, look->hop ? look->hop : "", &brief, &whole);
	if (look->overlay)
		reading_fact_string(ret, "overlay", buf_text(&brief));
	buf_puts(text, is_cause ? buf_text(&whole) : look->result->error.why);
	buf_puts(reason, is_cause ? look->result->error.why : buf_text(&whole));
	if (look->lan) {
		reading_fact_string(ret, "lan", ssh_outcome_words(look->lan->outcome));
		buf_printf(reason, "%sits LAN address %s: %s", reason->len ? "; " : "", node->lan,
			look->lan->outcome == SSH_RAN ? "answers" : look->lan->error.why);
	}
}

/* The machine is there and the overlay does not lead to it: its state can be told, and is not green. */
static bool judge_lan(const EnvironmentNode *node, const NodeLook *look, WallTime now, const Buf *why, Reading *ret) {
	NodeFacts facts = {0};
	if (!look->lan || look->lan->outcome != SSH_RAN || look->lan->exit_code != 0 || !node_facts_parse(buf_str(&look->lan->out), &facts))
		return false;
	AUTO_CLEAR(Judgement) judgement = {.state = state_of(look->result->outcome) == READING_FAIL ? READING_FAIL : READING_WARN};
	object(&judgement, judgement.state, "%s", buf_text(why));
	judge_facts(node, &facts, now, &judgement, ret);
	reading_set(ret, judgement.state, "by its LAN address %s only: %s", node->lan, buf_text(&judgement.text));
	reading_because(ret, "%s", buf_text(&judgement.reasons));
	return true;
}

static void judge_unreached(const EnvironmentNode *node, const NodeLook *look, WallTime now, Reading *ret) {
	const SshResult *result = look->result;
	const char *hint = look->overlay && error_is_set(&look->overlay->problem) ? look->overlay->problem.hint : result->error.hint;
	AUTO_CLEAR(Buf) text = {0};
	AUTO_CLEAR(Buf) reason = {0};
	if (*result->host_key.offered)
		reading_fact_string(ret, "host_key", result->host_key.offered);
	bool undecided = result->outcome == SSH_HOST_CHANGED || result->outcome == SSH_HOST_UNKNOWN;
	if (undecided && *result->host_key.key)
		reading_fact_string(ret, "host_key_line", result->host_key.key);
	if (*result->host_key_of)
		reading_fact_string(ret, "host_key_of", result->host_key_of);
	if (*result->host_key.known)
		reading_fact_string(ret, "host_key_known", result->host_key.known);
	tell_unreached(node, look, &text, &reason, ret);
	if (judge_lan(node, look, now, &text, ret))
		return;
	reading_set(ret, state_of(result->outcome), "%s", buf_text(&text));
	if (!*hint)
		hint = "look with: ssh -v, from here";
	buf_printf(&reason, "%s%s", reason.len ? "; " : "", hint);
	if (undecided && *result->host_key.key)
		buf_printf(&reason, "; or breakglass nodes --trust %s", node->name);
	reading_because(ret, "%s", buf_text(&reason));
}

void node_judge(const EnvironmentNode *node, const NodeLook *look, WallTime now, Reading *ret) {
	ret->by_name = node->by_name;
	ret->elapsed_ms = look->result->elapsed_ms;
	reading_fact_string(ret, "address", node->address);
	reading_fact_string(ret, "role", node->role);
	reading_fact_string(ret, "outcome", ssh_outcome_words(look->result->outcome));
	if (look->why_program && *look->why_program)
		reading_fact_string(ret, "via_ssh", look->why_program);
	if (look->result->outcome == SSH_RAN)
		judge_answer(node, look, now, ret);
	else
		judge_unreached(node, look, now, ret);
}
