/* walk_view.h: what the files of the walk screen share. Internal to walk*.c; the sign-off screen uses walk_plan.h only.
 * The state keeps ids, never pointers into the model; a WalkTarget is worked out anew for every call. */
#pragma once
#include "core/playbook/model.h"
#include "core/providers/plan.h"
#include "tui/view/view.h"
#include "tui/widget/list.h"
#include "tui/widget/pager.h"

#define WALK_ID_SIZE LIST_ID_SIZE
#define WALK_CHOICES_MAX 33

typedef enum OutlineKind { OUTLINE_RUN, OUTLINE_PHASE, OUTLINE_GATE, OUTLINE_STEP } OutlineKind;

/* A row of the outline. `index` is that of the step or gate; of a phase its first step. */
typedef struct OutlineRow {
	OutlineKind kind;
	int depth;
	size_t index;
	char id[WALK_ID_SIZE];
} OutlineRow;

typedef struct Outline {
	OutlineRow *rows;
	size_t count, capacity;
	int number_width;            /* of the column with the numbers */
	char run[WALK_ID_SIZE];      /* whose rows they are */
} Outline;

/* Something to do by itself when the model has moved on: apply what was just planned because it only reads. */
typedef struct Pending {
	bool apply;
	bool agree;                  /* line mode: ask whether to apply it */
	char run[WALK_ID_SIZE], step[WALK_ID_SIZE];
	size_t index;
	int64_t after_seq, job;
} Pending;

typedef struct WalkView {
	Outline outline;
	List list;
	char told[WALK_ID_SIZE];     /* the step that the shell was last told of */
	char expects[WALK_ID_SIZE];  /* step whose end moves the selection on, unless the person moves first; "" = none */
	bool on_outline;             /* small screens: which of the two is shown */

	Playbook *playbook;          /* as the run pinned it; NULL until the engine has sent it */
	char playbook_sha256[65], playbook_asked[65];
	Json *preview;               /* of `preview_step`; NULL until it came */
	char preview_step[WALK_ID_SIZE], preview_wanted[WALK_ID_SIZE];
	int64_t preview_seq;

	size_t also;                 /* the optional action that was chosen for `also_step` */
	char also_step[WALK_ID_SIZE];
	int64_t dismissed;           /* record of the plan that esc closed; it can be opened again */
	Pending pending;

	Styled head, body, output;
	Pager pager, output_pager;
	char body_of[WALK_ID_SIZE];  /* whose text the pager stands in */
	int64_t output_job;
	uint64_t output_total;       /* of the job's output_total, what was taken */
	bool head_cut;               /* not all warnings were on the screen at the last drawing */

	size_t copied;               /* which text of `copied_step` was copied last */
	char copied_step[WALK_ID_SIZE];

	bool details;                /* the full record of the step is open */
	Styled record;
	Pager record_pager;
	char record_of[WALK_ID_SIZE];   /* "" = it must be built anew */
	int64_t record_seq, record_moment;
	int record_columns;
	Json *record_output;         /* the reply of ASK_OUTPUT for `record_action` */
	int64_t record_action;

	Json *form_errors;           /* name -> what the engine said to the value; for the form that opens again */
	Json *form_answers;
	Json *form_times;            /* [{args, reply}] of times that the engine has read, to be shown before they are set */
	size_t form_waiting, form_sent;
	const char *choices[FORM_MAX_FIELDS][WALK_CHOICES_MAX];

	char reason[VIEW_HINT_SIZE];
} WalkView;

/* What the selected row is, and what its keys mean now. */
typedef struct WalkTarget {
	const Incident *incident;
	const Run *run;
	OutlineKind kind;
	const IncidentStep *step;    /* NULL: the row is no step */
	const Gate *gate;            /* of a gate row */
	const char *phase;           /* of a section's row; else NULL */
	const Step *written;         /* the step as it stands in the playbook; NULL: not here yet */
	const Procedure *procedure;  /* NULL: not here yet */
	const StepAction *action;    /* what enter would plan; NULL = none */
	size_t index;                /* of it */
	const StepAction *open;      /* whose plan is open; NULL = none */
	size_t open_index;
	const ClientJob *job;        /* of the step, now or last; NULL = none */
	const IncidentAction *last;  /* the newest that was started of the step; NULL = none */
	const IncidentAction *doubt; /* one that is in doubt; NULL = none */
} WalkTarget;

/* ---- walk.c ---- */
WalkTarget walk_target(const WalkView *walk, const ViewContext *context);
/* The run's playbook and procedure, when they are here. */
const Procedure *walk_procedure(const WalkView *walk, const Run *run);
/* The preview of the selected step; NULL while it is being fetched. */
const Json *walk_preview(const WalkView *walk, const WalkTarget *target);
/* The first step after `from` that somebody can work on, then from the beginning; NULL when there is none. */
const IncidentStep *walk_next_step(const Run *run, const IncidentStep *from);
void walk_choose(WalkView *walk, ViewContext *context, const char *row_id);
bool walk_row_is_over(const IncidentStep *step);
/* The whole output of the newest action, for the record that is open. */
void walk_fetch_output(WalkView *walk, ViewContext *context);

/* ---- walk_outline.c ---- */
void outline_build(Outline *outline, const Run *run);
void outline_clear(Outline *outline);
typedef struct OutlineSource {
	const Outline *outline;
	const Run *run;
	const List *list;
	WallTime now;
	const WalkView *walk;        /* for the values in titles */
	const ViewContext *context;
} OutlineSource;
ListSource outline_source(OutlineSource *source);
/* "P ✔ E ·": a letter for each role, and whether it has signed. Returns the column after it. */
int outline_roles_width(const Gate *gate);

/* ---- walk_text.c, walk_step_text.c: the right pane ---- */
void walk_write_head(const WalkView *walk, const ViewContext *context, const WalkTarget *target, int columns, Styled *out);
void walk_write_body(const WalkView *walk, const ViewContext *context, const WalkTarget *target, int columns, Styled *out);
void walk_write_record(const WalkView *walk, const ViewContext *context, const WalkTarget *target, int columns, Styled *out);
/* A blank line before what follows, unless it is the first. */
void walk_section(Styled *out);
void walk_write_outcome(const ViewContext *context, const IncidentAction *action, int columns, Styled *out);
void walk_write_trouble(const WalkTarget *target, int columns, Styled *out);
void walk_write_gates(const ViewContext *context, const WalkTarget *target, Styled *out);
void walk_write_keys(const WalkView *walk, const WalkTarget *target, Styled *out);
/* ---- walk_known.c ---- */
/* Text of the playbook with the values filled in that are known, for where there are no looks. Owned. */
char *walk_filled(const WalkView *walk, const ViewContext *context, const WalkTarget *target, const char *text);
/* "4.3  Point the draft at the backup bucket": number and title of the target's step, so. Owned. */
char *walk_title(const WalkView *walk, const ViewContext *context, const WalkTarget *target);
/* The title of a step of the run that is shown. Owned. */
char *outline_title(const OutlineSource *source, const IncidentStep *step);
/* Prose of the playbook with the values filled in that are known, marked by their look. */
void walk_write_filled(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Role role, const char *text, Styled *out);
/* The same for ${name}, as plain text. Appends. */
void walk_fill_arg(const WalkView *walk, const ViewContext *context, const WalkTarget *target, const char *text, Buf *out);

/* ---- walk_checks.c ---- */
void walk_write_checks(const WalkView *walk, const ViewContext *context, const WalkTarget *target, int columns, Styled *out);
/* Those that are not known to be so; returns how many. */
size_t walk_write_open_checks(const WalkView *walk, const ViewContext *context, const WalkTarget *target, int columns, Styled *out);
void walk_write_check_forms(const WalkTarget *target, Styled *out);
/* The name of the check that is not so; nothing when there is none. Appends. */
void walk_say_untrue(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Buf *out);

/* ---- walk_step_text.c ---- */
/* "e asks for published: When did the bad publish begin?" Appends. */
void walk_say_lacks(const WalkView *walk, const char *name, Buf *out);
void walk_write_lacks(const WalkView *walk, const char *name, Styled *out);
/* The step whose action finds this value; NULL when it is asked of a person. */
const Step *walk_finder(const Procedure *procedure, const char *name);
void walk_write_values(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Styled *out);
void walk_write_guards(const WalkView *walk, const WalkTarget *target, Styled *out);
bool walk_title_warns(const Step *step);
/* What the first paragraph says beyond the title, and everything after it. */
void walk_write_paragraph(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Styled *out);
void walk_write_details(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Styled *out);
void walk_write_run(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Styled *out);
/* The line above the footer. */
void walk_write_hint(const WalkView *walk, const ViewContext *context, const WalkTarget *target, char text[static VIEW_HINT_SIZE]);
/* The action of the step that runs in the terminal of a person; NULL = none. */
const IncidentAction *walk_in_terminal(const WalkTarget *target);

/* ---- walk_render.c ---- */
void walk_render(WalkView *walk, const ViewContext *context, Canvas *canvas, Rect rect);

/* ---- walk_copy.c ---- */
bool walk_copy(void *state, ViewContext *context, Copying *out);

/* ---- walk_enter.c ---- */
/* What Enter does: shows the step (small screens), ends the run, opens the sign-off, folds, tells all, asks for values, plans. */
typedef enum WalkEnter { ENTER_SHOWS, ENTER_ENDS, ENTER_SIGNS, ENTER_FOLDS, ENTER_TELLS, ENTER_ASKS, ENTER_PLANS } WalkEnter;
WalkEnter walk_enter(const WalkView *walk, const ViewContext *context, const WalkTarget *target);
/* The gate of the selected row, else one that is asked anywhere in the run; NULL = none. */
const Gate *walk_gate(const ViewContext *context, const WalkTarget *target);
size_t walk_first(void *state, const ViewContext *context, CommandId ret_ids[static VIEW_MAX_FIRST]);
const char *walk_label(void *state, const ViewContext *context, CommandId id);

/* ---- walk_keys.c ---- */
bool walk_key(void *state, ViewContext *context, KeyChord key);
Outcome walk_command(WalkView *walk, ViewContext *context, CommandId id);
const char *walk_reason(WalkView *walk, const ViewContext *context, CommandId id);

/* ---- walk_acts.c: what keys do. `can` fills err->why when it cannot be done now ---- */
#define WALK_ACT(name) \
	bool walk_can_##name(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err); \
	void walk_do_##name(WalkView *walk, ViewContext *context, const WalkTarget *target)
WALK_ACT(plan);
WALK_ACT(undo);
WALK_ACT(untick);
WALK_ACT(skip);
WALK_ACT(cancel);
WALK_ACT(resolve);
WALK_ACT(verify);
WALK_ACT(refresh);
WALK_ACT(also);
/* The open plan may be applied as far as the model knows: lifecycle, order, gates. */
bool walk_may_apply(const ViewContext *context, const WalkTarget *target, Error *err);
/* What only reads is done as soon as its plan is there. */
void walk_pending(WalkView *walk, ViewContext *context);
bool walk_can_apply(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err);
bool walk_can_tick(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err);

/* ---- walk_apply.c ---- */
void walk_apply(WalkView *walk, ViewContext *context, const WalkTarget *target);
/* walk_apply() asks something by itself first: a name, a reason, what a guard wants to know. */
bool walk_apply_asks(const WalkView *walk, const WalkTarget *target);
void walk_tick(WalkView *walk, ViewContext *context, const WalkTarget *target);
/* Failed guards of the open plan and of the step: NULL when no hard one stands in the way, else its words. */
const char *walk_hard_guard(const WalkView *walk, const WalkTarget *target, const StepAction *action);

/* ---- walk_values.c ---- */
/* All values of the procedure, those that are missing first; `only_missing`: those that the step lacks. */
void walk_open_values(WalkView *walk, ViewContext *context, const WalkTarget *target, bool only_missing);
/* The first value that the step lacks and a person can give; NULL = none. */
const char *walk_missing_value(const WalkView *walk, const WalkTarget *target);

/* ---- walk_end.c: the end of a run and the way back ---- */
typedef struct WayBack { const PlaybookEntry *playbook; const PlaybookProcedure *procedure; } WayBack;
bool walk_way_back(const WalkView *walk, const ViewContext *context, const Run *run, WayBack *ret_back);
bool walk_is_complete(const Run *run);
/* The run is complete, or over and has a way back. */
bool walk_can_finish(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err);
void walk_finish(WalkView *walk, ViewContext *context, const WalkTarget *target);
