/* signoff_text.c: the right pane of the sign-off: what is asked, of whom, over what exactly; and what has been answered. Pure. */
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/zone.h"
#include "tui/view/signoff_view.h"
#include "tui/view/walk_plan.h"
#include <ctype.h>
#include <stdio.h>

#define LABEL_COLUMNS 15

void signoff_section(Styled *out)
{
	styled_break(out);
	if (out->text.len)
		styled_newline(out);
}

/* The only step of a gate that signs a plan; NULL for a section. */
static const IncidentStep *live_step(const Run *run, const Gate *gate)
{
	return gate->live && gate->steps.count ? run_find_step(run, gate->steps.items[0]) : NULL;
}

const char *signoff_step_words(const Run *run, const Gate *gate, Buf *out)
{
	const IncidentStep *step = gate->live && gate->steps.count ? run_find_step(run, gate->steps.items[0]) : NULL;
	if (step)
		buf_printf(out, "%s %s", step->number, step->title);
	else
		buf_puts(out, gate->title);
	return buf_text(out);
}

/* ---- over what ---- */

/* One row: a label and a text, wrapped under itself. */
static void row(Styled *out, int columns, const char *name, Role role, const char *text)
{
	AUTO_FREE char *label = bg_asprintf("  %s", name);
	write_hanging(out, LABEL_COLUMNS, label, role, text, columns);
}

static void write_plan_row(const ViewContext *context, const Run *run, const Gate *gate, int columns, Styled *out)
{
	const IncidentStep *step = live_step(run, gate);
	char digest[SHORT_DIGEST_SIZE], age[SPAN_TEXT_SIZE];
	size_t rows = 0;
	for (size_t i = 0; step && i < step->action_count; i++) {
		const StepAction *action = &step->actions[i];
		if (action->also || !action->plan)
			continue;
		bool now = view_age_is_now(context->wall, action->plan_time);
		AUTO_FREE char *text = bg_asprintf("sha256:%s, read %s%s", short_digest(action->plan_digest, digest),
			now ? "just now" : view_age(context->wall, action->plan_time, age), now ? "" : " ago");
		row(out, columns, rows++ ? "" : "plan", ROLE_TEXT, text);
	}
	if (rows)
		return;
	AUTO_FREE char *text = bg_asprintf("sha256:%s", short_digest(gate->subject, digest));
	row(out, columns, "agreed text", ROLE_TEXT, text);
}

/* The file on disk may have been edited since: the run goes on with its own copy, and that is what is signed. */
static void write_playbook_row(const ViewContext *context, const Run *run, int columns, Styled *out)
{
	const PlaybookEntry *entry = client_find_playbook(context->model, run->playbook_path);
	bool changed = entry && entry->sha256 && !text_eq(entry->sha256, run->playbook_sha256);
	AUTO_FREE char *text = bg_asprintf("%s sha256:%.4s\xe2\x80\xa6, %s", run->playbook_path ? path_base(run->playbook_path) : "?",
		run->playbook_sha256, changed ? "edited since; this run keeps its copy" : "unchanged");
	row(out, columns, "playbook", changed ? ROLE_WARN : ROLE_TEXT, text);
}

static size_t count_changes(const Gate *gate)
{
	size_t count = gate->lines.count;
	for (size_t i = 0; i < gate->lines.count; i++)
		count -= gate->live && strstr(gate->lines.items[i], ", plan sha256:") != NULL;
	return count;
}

/* A section that was opened in time stays open; a plan must be applied before the first signature ends. */
static void write_expiry(const ViewContext *context, const Gate *gate, int columns, Styled *out)
{
	WallTime first = { 0 };
	char clock[ZONE_BOTH_SIZE];
	for (size_t i = 0; i < gate->roles.count; i++) {
		const Signoff *signoff = gate_signoff(gate, gate->roles.items[i]);
		if (signoff && wall_known(signoff->expires) && (!wall_known(first) || signoff->expires.ms < first.ms))
			first = signoff->expires;
	}
	if (gate->live && wall_known(first))
		row(out, columns, "valid until", ROLE_TEXT, zone_clock(first, context->wall, clock));
	else if (!gate->live)
		row(out, columns, "valid", ROLE_TEXT, "stays open, as long as the text stays as it is");
}

static void write_subject(const ViewContext *context, const Run *run, const Gate *gate, int columns, Styled *out)
{
	char clock[WALL_BOTH_SIZE], span[SPAN_TEXT_SIZE];
	AUTO_CLEAR(Buf) words = { 0 };
	int64_t validity = json_get_int(context->model->environment, "validity_ms", 0);
	styled_printf(out, ROLE_MUTED, "  %-*s", LABEL_COLUMNS - 2, "environment");
	styled_printf(out, ROLE_TEXT, "%s ", context->model->environment_name);
	styled_printf(out, context->model->drill ? ROLE_WARN : ROLE_DANGER, "(%s)\n", context->model->drill ? "DRILL" : "REAL");
	row(out, columns, gate->live ? "step" : "section", ROLE_TEXT, signoff_step_words(run, gate, &words));
	AUTO_FREE char *changes = bg_asprintf("%zu%s  (v shows the exact text)", count_changes(gate), gate->live ? "" : " actions and steps");
	row(out, columns, gate->live ? "changes" : "covers", ROLE_TEXT, changes);
	write_plan_row(context, run, gate, columns, out);
	write_playbook_row(context, run, columns, out);
	AUTO_FREE char *line = bg_asprintf("line %lld", (long long) context->model->incident->seq);
	row(out, columns, "record", ROLE_TEXT, line);
	if (run_gate_state(context->run, gate, context->wall) == GATE_SIGNED) {
		write_expiry(context, gate, columns, out);
		return;
	}
	AUTO_FREE char *valid = bg_asprintf("about %s (%s)", wall_format_both((WallTime) { context->wall.ms + validity }, context->wall, clock),
		span_format_short(validity, span));
	row(out, columns, "valid until", ROLE_TEXT, valid);
}

static void write_lines(const Gate *gate, int columns, Styled *out)
{
	for (size_t i = 0; i < gate->lines.count; i++) {
		if (!i)
			signoff_section(out);
		bool heading = gate->live && strstr(gate->lines.items[i], ", plan sha256:");
		write_hanging(out, heading ? 2 : 4, heading ? " " : "  -", heading ? ROLE_TEXT : ROLE_CHANGED, gate->lines.items[i], columns);
	}
}

/* ---- the faces ---- */

static void write_refusal(const Error *refusal, Styled *out)
{
	if (!error_is_set(refusal))
		return;
	signoff_section(out);
	styled_printf(out, ROLE_FAIL, "Refused: %s\n", refusal->why);
	if (*refusal->where)
		styled_printf(out, ROLE_MUTED, "%s\n", refusal->where);
	if (*refusal->hint)
		styled_printf(out, ROLE_TEXT, "%s\n", refusal->hint);
}

/* One key at hand for two roles is said at once, not when it is too late. */
static void write_alone(const SignoffView *view, const ViewContext *context, const Gate *gate, const SignoffWay *way, int columns, Styled *out)
{
	SignoffWay ways[SIGNOFF_WAYS_MAX];
	size_t count = signoff_ways(view, context, gate, ways), missing = 0;
	bool others = false;
	for (size_t i = 0; i < count; i++)
		others = others || !text_eq(ways[i].signer->person, way->signer->person);
	for (size_t i = 0; i < gate->roles.count; i++)
		missing += signoff_role_is_open(gate, gate->roles.items[i], context->wall);
	AUTO_FREE char *text = count > 1 ? bg_asprintf("o: %zu ways to sign are at hand", count) : NULL;
	if (text)
		row(out, columns, "", ROLE_MUTED, text);
	if (!others && missing > 1)
		row(out, columns, "", ROLE_WARN, "one person never fills two roles: the other one signs elsewhere");
}

static void write_way(const SignoffView *view, const ViewContext *context, const Gate *gate, const SignoffWay *way, int columns, Styled *out)
{
	const Signer *signer = way->signer;
	AUTO_FREE char *key = bg_asprintf("%s, %.11s\xe2\x80\xa6 (%s)", signer->person, signer->fingerprint,
		signer->from_agent ? "your agent" : "key file");
	row(out, columns, "signer", ROLE_TEXT, key);
	AUTO_FREE char *another = bg_asprintf("it is %s's, and you are logged in as %s", signer->person, context->model->who);
	if (!text_eq(signer->person, context->model->who))
		row(out, columns, "", ROLE_WARN, another);
	if (signer->needs_touch)
		row(out, columns, "", ROLE_WARN, "it wants to be touched: be near it");
	write_alone(view, context, gate, way, columns, out);
}

static const char *waiting_title(GateState state)
{
	static const char *const words[] = { [GATE_CLOSED] = "Not asked yet\n", [GATE_WAITING] = "Waits for signatures\n",
		[GATE_SIGNED] = "Signed\n", [GATE_REFUSED] = "REFUSED: somebody said no to exactly this\n",
		[GATE_ESCALATED] = "Escalated: a signer wants somebody else to decide\n",
		[GATE_EXPIRED] = "Expired: it was signed too long ago to act on\n" };
	return words[state];
}

/* A plan stands for what is signed only where the text names that very plan. */
static bool is_signed_over(const Gate *gate, const StepAction *action)
{
	for (size_t i = 0; i < gate->lines.count; i++)
		if (strstr(gate->lines.items[i], action->plan_digest))
			return true;
	return false;
}

/* What is signed stands first; the exact lines of the text are a key away (v). */
static void write_what(const ViewContext *context, const Gate *gate, int columns, Styled *out)
{
	const IncidentStep *step = live_step(context->run, gate);
	size_t plans = 0;
	for (size_t i = 0; step && i < step->action_count; i++) {
		if (step->actions[i].also || !step->actions[i].plan || !is_signed_over(gate, &step->actions[i]))
			continue;
		signoff_section(out);
		plan_write_changes(&step->actions[i], columns, out);
		plans++;
	}
	if (!plans)
		write_lines(gate, columns, out);
}

/* Somebody else's key is at hand: said, not taken. */
static void write_next(const SignoffView *view, const ViewContext *context, const Gate *gate, Styled *out)
{
	SignoffWay ways[SIGNOFF_WAYS_MAX];
	if (!signoff_ways(view, context, gate, ways))
		return;
	signoff_section(out);
	styled_printf(out, ROLE_WARN, "%s is still asked: ", ways[0].role);
	styled_add(out, ROLE_KEY, "o");
	styled_printf(out, ROLE_WARN, " takes that role, with %s's key. You are logged in as %s.\n", ways[0].signer->person,
		context->model->who ? context->model->who : "?");
}

static void write_asked(const SignoffView *view, const ViewContext *context, const Gate *gate, int columns, Styled *out)
{
	SignoffWay way;
	bool can = signoff_way(view, context, gate, &way);
	char role[64] = "";
	for (size_t i = 0; can && way.role[i] && i + 1 < sizeof(role); i++) {
		role[i] = (char) toupper((unsigned char) way.role[i]);
		role[i + 1] = '\0';
	}
	GateState state = run_gate_state(context->run, gate, context->wall);
	if (can && state == GATE_WAITING)
		styled_printf(out, ROLE_TITLE, "You are asked to sign, as %s\n", role);
	else
		styled_add(out, state == GATE_WAITING ? ROLE_TITLE : ROLE_FAIL, waiting_title(state));
	write_refusal(&view->refusal, out);
	bool answered = state != GATE_WAITING;
	if (answered)
		signoff_write_answers(context, gate, true, columns, out);
	if (answered && can) {
		signoff_section(out);
		styled_printf(out, ROLE_TEXT, "You can still answer, as %s.\n", role);
	}
	if (can)
		write_way(view, context, gate, &way, columns, out);
	else if (!answered)
		write_next(view, context, gate, out);
	if (!answered)
		signoff_write_answers(context, gate, true, columns, out);
	signoff_write_overrides(context, gate, out);
	write_what(context, gate, columns, out);
	signoff_section(out);
	write_subject(context, context->run, gate, columns, out);
	if (!can) {
		signoff_section(out);
		signoff_explain(view, context, gate, out);
	}
}

static void write_not_asked(const SignoffView *view, const ViewContext *context, const Gate *gate, Styled *out)
{
	AUTO_CLEAR(Buf) words = { 0 };
	AUTO_FREE char *roles = strlist_join(&gate->roles, " and ");
	const Json *error = json_get(view->subject, "error");
	styled_printf(out, ROLE_TITLE, "Not asked yet\n");
	signoff_section(out);
	styled_printf(out, ROLE_TEXT, "%s will be signed by %s when it is reached%s.\n", signoff_step_words(context->run, gate, &words), roles,
		gate->live ? " and its plan is made" : "");
	const IncidentStep *before = gate_waits_for(context->run, gate);
	if (before)
		styled_printf(out, ROLE_WARN, "First comes %s %s.\n", before->number, before->title);
	if (error)
		styled_printf(out, ROLE_WARN, "Now: %s%s%s\n", json_get_string_or(error, "why", ""), *json_get_string_or(error, "hint", "") ? "; " : "",
			json_get_string_or(error, "hint", ""));
	size_t count = 0;
	JSON_EACH(line, json_get(view->subject, "lines")) {
		if (!count++) {
			signoff_section(out);
			styled_add(out, ROLE_MUTED, "As things stand, this would be signed:\n");
		}
		styled_printf(out, ROLE_TEXT, "  %s\n", json_string(line) ? json_string(line) : "");
	}
}

static void write_signed(const ViewContext *context, const Gate *gate, int columns, Styled *out)
{
	AUTO_CLEAR(Buf) words = { 0 };
	styled_printf(out, ROLE_TITLE, "Signed\n");
	signoff_section(out);
	styled_printf(out, ROLE_OK, "%s may go on.\n", signoff_step_words(context->run, gate, &words));
	signoff_write_answers(context, gate, false, columns, out);
	signoff_write_overrides(context, gate, out);
	signoff_section(out);
	write_subject(context, context->run, gate, columns, out);
	write_lines(gate, columns, out);
}

static void write_statement(const SignoffView *view, Styled *out)
{
	if (*view->statement_role) {
		styled_printf(out, ROLE_TITLE, "The exact text that %s signs as %s\n", view->statement_person, view->statement_role);
		styled_add(out, ROLE_MUTED, "Signing takes the time of that moment, and your reason. c copies it, Esc goes back.\n");
	} else {
		styled_add(out, ROLE_TITLE, "What was signed, as it stands in the record\n");
		styled_add(out, ROLE_MUTED, "ssh-keygen -Y verify -n signoff@breakglass checks it. c copies it, Esc goes back.\n");
	}
	signoff_section(out);
	if (view->statement)
		styled_add(out, ROLE_CODE, view->statement);
	else
		styled_add(out, ROLE_MUTED, "asking the engine for it...\n");
}

static void write_paste(const SignoffView *view, Styled *out)
{
	styled_printf(out, ROLE_TITLE, "Sign elsewhere, as %s\n", view->statement_role);
	write_refusal(&view->refusal, out);
	signoff_section(out);
	if (!view->statement) {
		styled_add(out, ROLE_MUTED, "asking the engine for the text...\n");
		return;
	}
	styled_printf(out, ROLE_TEXT, "1. Take this text, byte for byte, to where %s has the key. c copies it%s%s.\n", view->statement_person,
		view->statement_file ? "; it is also in " : "", view->statement_file ? view->statement_file : "");
	styled_add(out, ROLE_TEXT, "2. There: ");
	styled_add(out, ROLE_CODE, "ssh-keygen -Y sign -n signoff@breakglass -f KEY FILE\n");
	styled_add(out, ROLE_TEXT, "3. Paste FILE.sig here, from -----BEGIN to END-----.\n");
	signoff_section(out);
	styled_add(out, ROLE_CODE, view->statement);
}

void signoff_write(const SignoffView *view, const ViewContext *context, const Gate *gate, int columns, Styled *out)
{
	if (view->face == FACE_STATEMENT)
		write_statement(view, out);
	else if (view->face == FACE_PASTE)
		write_paste(view, out);
	else if (!gate->subject[0])
		write_not_asked(view, context, gate, out);
	else if (run_gate_state(context->run, gate, context->wall) == GATE_SIGNED)
		write_signed(context, gate, columns, out);
	else
		write_asked(view, context, gate, columns, out);
}
