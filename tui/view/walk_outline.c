/* walk_outline.c: the rows on the left: the run, its sections, their gates, the steps. Pure but for the list that remembers the selection. */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/view/walk_line.h"
#include <ctype.h>
#include <stdio.h>

#define WORDS_COLUMNS 36   /* from this width on the state stands there as a word too */

/* ---- rows ---- */

static OutlineRow *add_row(Outline *outline, OutlineKind kind, int depth, size_t index, const char *prefix, const char *id)
{
	if (outline->count == outline->capacity) {
		outline->capacity = outline->capacity ? outline->capacity * 2 : 64;
		outline->rows = bg_reallocarray(outline->rows, outline->capacity, sizeof(*outline->rows));
	}
	OutlineRow *row = &outline->rows[outline->count++];
	*row = (OutlineRow) { .kind = kind, .depth = depth, .index = index };
	snprintf(row->id, sizeof(row->id), "%s%s", prefix, id);
	return row;
}

/* A gate that covers more than the step it begins with has a row of its own; one of a single step stands in the step's row. */
static bool has_own_row(const Gate *gate)
{
	return !gate->live && gate->steps.count > 1;
}

static void add_gates(Outline *outline, const Run *run, const IncidentStep *step, int depth)
{
	for (size_t i = 0; i < run->gate_count; i++)
		if (has_own_row(&run->gates[i]) && text_eq(run->gates[i].steps.items[0], step->id))
			(void) add_row(outline, OUTLINE_GATE, depth, i, "gate:", run->gates[i].id);
}

void outline_build(Outline *outline, const Run *run)
{
	const char *phase = NULL;
	bool phases = false;
	outline->count = 0;
	outline->number_width = 1;
	snprintf(outline->run, sizeof(outline->run), "%s", run->id);
	(void) add_row(outline, OUTLINE_RUN, 0, 0, "run", "");
	for (size_t i = 0; i < run->step_count; i++) {
		const IncidentStep *step = &run->steps[i];
		if (step->phase && !text_eq(step->phase, phase) && !text_eq(step->phase, run->procedure_title)) {
			(void) add_row(outline, OUTLINE_PHASE, 0, i, "phase:", step->phase);
			phases = true;
		}
		phase = step->phase;
		int depth = (phases ? 1 : 0) + step->level, width = (int) strlen(step->number);
		outline->number_width = width > outline->number_width && width < 12 ? width : outline->number_width;
		add_gates(outline, run, step, depth);
		(void) add_row(outline, OUTLINE_STEP, depth, i, "", step->id);
	}
}

void outline_clear(Outline *outline)
{
	free(outline->rows);
	*outline = (Outline) { 0 };
}

/* ---- gates in few columns ---- */

static bool role_has_signed(const Gate *gate, const char *role, WallTime now)
{
	const Signoff *signoff = gate_signoff(gate, role);
	return signoff && decision_opens(signoff->decision) && (!wall_known(signoff->expires) || now.ms < signoff->expires.ms ||
		(gate->latched && !gate->live));
}

static bool step_is_over(const IncidentStep *step)
{
	return step->state == STEP_DONE || step->state == STEP_SKIPPED;
}

static bool anybody_answered(const Gate *gate)
{
	for (size_t i = 0; i < gate->roles.count; i++)
		if (gate_signoff(gate, gate->roles.items[i]))
			return true;
	return false;
}

int outline_roles_width(const Gate *gate)
{
	return (int) gate->roles.count * (anybody_answered(gate) ? 4 : 2);
}

/* " P E" before anybody has answered, then " P ✔ E ·". */
static int draw_roles(Canvas *canvas, Rect row, int x, const Gate *gate, WallTime now)
{
	for (size_t i = 0; i < gate->roles.count; i++) {
		const char *role = gate->roles.items[i];
		const Signoff *signoff = gate_signoff(gate, role);
		bool yes = role_has_signed(gate, role, now), no = signoff && !decision_opens(signoff->decision);
		x = canvas_printf(canvas, row, x, row.y, ROLE_TEXT, " %c", toupper((unsigned char) role[0]));
		if (anybody_answered(gate))
			x = canvas_glyph(canvas, row, x + 1, row.y, yes ? ROLE_OK : no ? ROLE_FAIL : ROLE_WAITING,
				yes ? GLYPH_OK : no ? GLYPH_FAIL : GLYPH_WAITING);
	}
	return x;
}

static const char *gate_word(GateState state)
{
	static const char *const words[] = { [GATE_CLOSED] = "needs", [GATE_WAITING] = "needs", [GATE_SIGNED] = "signed",
		[GATE_REFUSED] = "REFUSED", [GATE_ESCALATED] = "escalated", [GATE_EXPIRED] = "expired" };
	return words[state];
}

static Role gate_role(GateState state)
{
	static const Role roles[] = { [GATE_CLOSED] = ROLE_MUTED, [GATE_WAITING] = ROLE_WARN, [GATE_SIGNED] = ROLE_OK,
		[GATE_REFUSED] = ROLE_FAIL, [GATE_ESCALATED] = ROLE_WARN, [GATE_EXPIRED] = ROLE_STALE };
	return roles[state];
}

/* Labels end at the end of a word where that leaves more than half of the room. */
static void draw_label(Canvas *canvas, Rect row, int x, int columns, Role role, const char *text)
{
	size_t width;
	AUTO_FREE char *clean = text_sanitised_line(text);
	if (columns < 2 || canvas_text_width(clean) <= columns) {
		(void) canvas_text_fit(canvas, row, x, row.y, columns, role, clean);
		return;
	}
	size_t fits = text_fit(str_from(clean), (size_t) columns - 1, &width), end = fits;
	while (end > fits / 2 && clean[end] != ' ')
		end--;
	end = end > fits / 2 ? end : fits;
	while (end && strchr(" ,.;:", clean[end - 1]))
		end--;
	x = canvas_printf(canvas, row, x, row.y, role, "%.*s", (int) end, clean);
	(void) canvas_glyph(canvas, row, x, row.y, role, GLYPH_ELLIPSIS);
}

static void draw_gate(Canvas *canvas, Rect row, int x, const OutlineSource *source, const Gate *gate)
{
	GateState state = gate_state(gate, source->now);
	x += source->outline->number_width + (row.width >= WORDS_COLUMNS ? 2 : 1);
	(void) canvas_glyph(canvas, row, x, row.y, gate_role(state), state == GATE_SIGNED ? GLYPH_OK :
		state == GATE_REFUSED ? GLYPH_FAIL : state == GATE_WAITING ? GLYPH_WARN : GLYPH_WAITING);
	const char *word = row.width >= WORDS_COLUMNS || !anybody_answered(gate) ? gate_word(state) : "";
	int right = row.x + row.width - canvas_text_width(word) - outline_roles_width(gate);
	draw_label(canvas, row, x + 2, right - x - 3, ROLE_TEXT, gate->id);
	int at = canvas_text(canvas, row, right - 1, row.y, gate_role(state), word);
	(void) draw_roles(canvas, row, at, gate, source->now);
}

/* ---- the rows as drawn ---- */

static void draw_run(Canvas *canvas, Rect row, const OutlineSource *source)
{
	size_t done, total;
	char count[32];
	run_progress(source->run, &done, &total);
	snprintf(count, sizeof(count), "%zu/%zu", done, total);
	int right = row.x + row.width - 2 - canvas_text_width(count);
	draw_label(canvas, row, row.x + 1, right - row.x - 2, ROLE_TITLE, source->run->procedure_title);
	canvas_text(canvas, row, right, row.y, ROLE_MUTED, count);
}

static void draw_phase(Canvas *canvas, Rect row, const OutlineSource *source, const OutlineRow *item)
{
	const char *title = source->run->steps[item->index].phase;
	bool folded = list_is_folded(source->list, item->id);
	int x = canvas_glyph(canvas, row, row.x, row.y, ROLE_MUTED, folded ? GLYPH_CLOSED : GLYPH_OPEN) + 1;
	size_t done = 0, total = 0;
	for (size_t i = item->index; i < source->run->step_count && text_eq(source->run->steps[i].phase, title); i++) {
		total += source->run->steps[i].counted;
		done += source->run->steps[i].counted && step_is_over(&source->run->steps[i]);
	}
	char count[32] = "";
	if (folded)
		snprintf(count, sizeof(count), "%zu/%zu", done, total);
	int right = row.x + row.width - 1 - canvas_text_width(count);
	draw_label(canvas, row, x, right - x, ROLE_HEADING, title);
	canvas_text(canvas, row, right, row.y, ROLE_MUTED, count);
}

/* States that nobody may overlook are told in words even where there is little room. */
static bool is_loud(const IncidentStep *step)
{
	return step->state == STEP_IN_DOUBT || step->state == STEP_FAILED || step->state == STEP_STOPPED || view_step_untrue(step);
}

static const Gate *own_gate(const Run *run, const IncidentStep *step)
{
	for (size_t i = 0; i < run->gate_count; i++)
		if (!has_own_row(&run->gates[i]) && run->gates[i].steps.count && text_eq(run->gates[i].steps.items[0], step->id))
			return &run->gates[i];
	return NULL;
}

/* What stands at the right end of a step's row; returns where it begins. */
static int draw_right(Canvas *canvas, Rect row, const OutlineSource *source, const IncidentStep *step)
{
	const Gate *gate = own_gate(source->run, step);
	int right = row.x + row.width - 1;
	bool wide = row.width >= WORDS_COLUMNS;
	if (gate && !step_is_over(step) && !is_loud(step)) {
		GateState state = gate_state(gate, source->now);
		const char *word = wide || !anybody_answered(gate) ? gate_word(state) : "";
		right -= canvas_text_width(word) + outline_roles_width(gate);
		int x = canvas_text(canvas, row, right, row.y, gate_role(state), word);
		(void) draw_roles(canvas, row, x, gate, source->now);
		return right;
	}
	bool quiet = step->state == STEP_TODO || (step->state == STEP_DONE && step->derived);
	if ((!wide && !is_loud(step)) || quiet)
		return right + 1;
	return canvas_text_right(canvas, row, right, row.y, view_step_role(step), view_step_words(step));
}

char *outline_title(const OutlineSource *source, const IncidentStep *step)
{
	WalkTarget target = { .incident = source->context->model->incident, .run = source->run };
	return walk_filled(source->walk, source->context, &target, step->title);
}

static void draw_step(Canvas *canvas, Rect row, const OutlineSource *source, const OutlineRow *item)
{
	const IncidentStep *step = &source->run->steps[item->index];
	bool over = step_is_over(step);
	Role text = over ? ROLE_MUTED : step->kind == STEP_KIND_NOTE ? ROLE_MUTED : ROLE_TEXT;
	int x = row.x + 1, right = draw_right(canvas, row, source, step);
	bool wide = row.width >= WORDS_COLUMNS;
	x += wide ? step->level : 0;
	canvas_text(canvas, row, x, row.y, over ? ROLE_MUTED : ROLE_TEXT, step->number);
	x += source->outline->number_width + (wide ? 2 : 1);
	bool parent = run_step_is_parent(source->run, step) && !over;
	if (!parent && step->kind != STEP_KIND_NOTE)
		(void) canvas_glyph(canvas, row, x, row.y, view_step_role(step), view_step_glyph(step));
	AUTO_FREE char *title = outline_title(source, step);
	draw_label(canvas, row, x + 2, right - x - 3, parent ? ROLE_HEADING : text, title);
}

static void draw_row(Canvas *canvas, Rect row, size_t index, void *userdata)
{
	const OutlineSource *source = userdata;
	const OutlineRow *item = &source->outline->rows[index];
	switch (item->kind) {
	case OUTLINE_RUN: draw_run(canvas, row, source); break;
	case OUTLINE_PHASE: draw_phase(canvas, row, source, item); break;
	case OUTLINE_GATE: draw_gate(canvas, row, row.x + 1, source, &source->run->gates[item->index]); break;
	case OUTLINE_STEP: draw_step(canvas, row, source, item); break;
	}
}

/* ---- as a list ---- */

static const char *row_id(size_t index, void *userdata)
{
	return ((const OutlineSource *) userdata)->outline->rows[index].id;
}

static int row_depth(size_t index, void *userdata)
{
	return ((const OutlineSource *) userdata)->outline->rows[index].depth;
}

static const char *row_text(size_t index, void *userdata)
{
	const OutlineSource *source = userdata;
	const OutlineRow *item = &source->outline->rows[index];
	switch (item->kind) {
	case OUTLINE_RUN: return source->run->procedure_title;
	case OUTLINE_PHASE: return source->run->steps[item->index].phase;
	case OUTLINE_GATE: return source->run->gates[item->index].title;
	case OUTLINE_STEP: return source->run->steps[item->index].title;
	}
	return "";
}

ListSource outline_source(OutlineSource *source)
{
	return (ListSource) { .count = source->outline->count, .id = row_id, .render = draw_row, .text = row_text, .depth = row_depth,
		.say = outline_say, .number = outline_number,
		.userdata = source, .empty = "This procedure has no steps." };
}
