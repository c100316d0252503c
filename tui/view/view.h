/* view.h: a screen of the console, as a table row, and what the shell around it does for it.
 * A View is a const table with a state of its own that the shell allocates, zeroed, once, and keeps until the console ends: switching
 * screens and changing sizes lose nothing. Views never call one another and never wait: they read the model, draw on a canvas, and tell
 * the shell what they want by the view_* functions below. Everything runs in one thread; pointers into the model are good only until the
 * callback returns (so keep ids, not pointers).
 *
 * To add a screen: a file with `const View VIEW_X`, a row in views.c, a row SCREEN_X and a context in tui/keys/commands.h. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/json.h"
#include "core/base/moment.h"
#include "core/base/zone.h"
#include "core/engine/client.h"
#include "tui/keys/command.h"
#include "tui/widget/bars.h"
#include "tui/widget/canvas.h"
#include "tui/widget/dialog.h"
#include "tui/widget/list.h"

typedef struct Shell Shell;
typedef struct View View;

/* What a view may look at. Made anew for every call. */
typedef struct ViewContext {
	const ClientModel *model;     /* never NULL; before the engine has answered it is empty: see `caught_up` and `why_not` in it */
	WallTime wall;                /* ages and clock times on screens come from these two, never from wall_now() in a view: */
	MonoTime mono;                /* tests freeze them */
	const Run *run;               /* the run that screens are about: the chosen one, else the current, else the newest; NULL = none */
	const IncidentStep *step;     /* the chosen step of it; NULL = none chosen, or gone */
	const char *gate;             /* id of the chosen gate; "" = none */
	const char *argument;         /* in on_command: what followed the command's name in the palette; "" = nothing */
	const Keymap *keymap;
	GlyphSet glyphs;
	bool small;                   /* less than 60 columns or 20 rows: draw one pane, leave out what can be left out */
	Shell *shell;
	const View *view;             /* the view that is called */
} ViewContext;

/* Views write lines for line mode as long as they are; it wraps prose itself, where somebody reads on a terminal. */
#define VIEW_LINE_COLUMNS 4096
typedef void ViewRowsUse(const List *list, const ListSource *source, void *userdata);

/* COPY_EXACT: what is signed must not differ in a byte: refused rather than cleaned. */
typedef enum CopyMode { COPY_CLEANED, COPY_EXACT } CopyMode;
typedef struct Copying { Buf text; CopyMode mode; size_t number, count; } Copying;   /* which of how many; 0 = the only one */

typedef enum Outcome {
	OUTCOME_IGNORED,              /* not mine: the shell does what it does by default (esc goes back, / filters, ...) */
	OUTCOME_DONE,                 /* done, or said why not */
} Outcome;

#define VIEW_MAX_CONTEXTS 3
#define VIEW_HINT_SIZE 400
#define VIEW_MAX_FIRST 4
#define VIEW_MAX_TYPING 4

/* Optional slots are NULL. `state` is the view's own. */
struct View {
	const char *name;             /* "board" */
	const char *title;            /* of its tab */
	CommandId command;            /* that shows it */
	CommandContext contexts[VIEW_MAX_CONTEXTS];   /* where its keys are looked up: its own first, then a widget's; 0 = CONTEXT_GLOBAL ends */
	size_t state_size;
	bool hidden_tab;              /* a tab only while it is shown */
	bool (*is_absent)(void *state, const ViewContext *context);   /* nothing of its kind is here: no tab either, but for its key */
	void (*open)(void *state, ViewContext *context);      /* once, before anything else */
	void (*close)(void *state);
	void (*shown)(void *state, ViewContext *context);     /* each time that it comes to the front */
	/* The model, the selection, the time or the size changed: called before a render, for every view that is shown. Cheap. */
	void (*update)(void *state, ViewContext *context);
	/* Draws into `rect` only; view_split() draws the line between panes. Places the cursor if the view types text. */
	void (*render)(void *state, const ViewContext *context, Canvas *canvas, Rect rect);
	Outcome (*on_command)(void *state, ViewContext *context, CommandId id);
	/* Keys before they become commands: for a view that types text in place. True = taken. Leave keys alone that you do not type, so
	 * that esc, tab and the palette go on working. */
	bool (*on_key)(void *state, ViewContext *context, KeyChord key);
	bool (*on_paste)(void *state, ViewContext *context, Str text);
	/* Why a command cannot be used now; NULL = it can. The text lives until the next call (static, or a buffer in the state).
	 * The shell asks it before on_command, for the footer, the help and the palette; a refused key says the reason. */
	const char *(*reason)(void *state, const ViewContext *context, CommandId id);
	/* The commands that help most now, first in the footer, also those that have no rank; returns how many. */
	size_t (*first)(void *state, const ViewContext *context, CommandId ret_ids[static VIEW_MAX_FIRST]);
	/* What a command does to the selected row, where that differs from row to row; see CommandLabel. */
	const char *(*label)(void *state, const ViewContext *context, CommandId id);
	/* The keys that work while text is typed or pasted in place, instead of the screen's own; 0: nothing is typed. */
	size_t (*typing)(void *state, const ViewContext *context, KeyLabel ret_keys[static VIEW_MAX_TYPING]);
	/* `/` was used: the text so far, "" = no filter any more. NULL slot: the screen has nothing to filter. */
	void (*filter)(void *state, ViewContext *context, const char *text);
	/* The quiet line above the footer: the state in a word and what it means ("ready   nothing has been changed yet"). */
	void (*hint)(void *state, const ViewContext *context, char text[static VIEW_HINT_SIZE]);
	/* Count and mark of the tab ("Ledger 1", "Sign-off !"). Called for views that are not shown too. */
	void (*tab)(void *state, const ViewContext *context, Tab *tab);
	/* What stands in the second row of a small screen instead of tabs: "4.3 hosts" and "7/12". Either may be left empty. */
	void (*brief)(void *state, const ViewContext *context, char left[static VIEW_HINT_SIZE], char right[static 32]);
	/* What somebody would paste elsewhere: a command, the text to be signed. False or NULL slot: the selected row in words. See copying.h. */
	bool (*copy)(void *state, ViewContext *context, Copying *out);
	/* When what is shown changes although no news comes (ms from now; 0 = never): a running action's elapsed time. */
	int64_t (*wake_ms)(void *state, const ViewContext *context);

	/* ---- the same in words, for line mode (tui/line); every screen has rows or a page ---- */
	/* Hands its list to `use`; always, whatever is open in its place. */
	void (*rows)(void *state, ViewContext *context, ViewRowsUse *use, void *userdata);
	/* Commands are about the row with this id from now on. */
	void (*choose)(void *state, ViewContext *context, const char *id);
	/* Writes the text beside the rows, in lines as long as they are. True: it stands in their place until COMMAND_BACK. */
	bool (*page)(void *state, ViewContext *context, Styled *out);
	/* What a person began here is still under way. */
	bool (*is_busy)(void *state, const ViewContext *context);
	/* What is done otherwise than by key: a word can ask what on a screen a second key asks. IGNORED: as by key. */
	Outcome (*in_words)(void *state, ViewContext *context, CommandId id);
};

extern const View VIEW_BOARD, VIEW_PLAYBOOKS, VIEW_WALK, VIEW_NODES, VIEW_SIGNOFF, VIEW_TIMELINE, VIEW_LEDGER, VIEW_HELP, VIEW_CONTACTS;

/* ---- saying something ---- */

/* The message line, for some seconds. */
void view_say(ViewContext *context, Role role, const char *format, ...) BG_PRINTF(3, 4);
/* An error there, until the next key. */
void view_error(ViewContext *context, const Error *err);
/* As view_say, for "why this key does nothing". */
void view_refuse(ViewContext *context, const char *format, ...) BG_PRINTF(2, 3);

/* ---- going somewhere ---- */

/* Shows another screen; esc comes back. */
void view_go(ViewContext *context, const View *view);
/* Goes back to the screen before. */
void view_back(ViewContext *context);
/* Chooses what screens are about; NULL leaves a part as it is, "" lets it go. A step may be given by id or number. */
void view_select(ViewContext *context, const char *run, const char *step, const char *gate);
/* As if the person had used the command: to offer "D declares an incident". `argument` NULL = none. */
void view_command(ViewContext *context, CommandId id, const char *argument);

/* ---- asking the engine ---- */

/* Sends; takes args (NULL = none). A refusal is shown in the message line; `done` (NULL = nothing) is said when it went well. */
void view_ask(ViewContext *context, AskName name, Json *args, const char *done);
/* The same, with the answer: called once, also when the view is not shown any more. `ok` false: `err` says why and was NOT shown yet
 * (view_error does). `reply` and `data` are borrowed; `data` is what was handed in here (taken), so that the callback knows what it was about. */
typedef void ViewReply(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data);
void view_ask_then(ViewContext *context, AskName name, Json *args, ViewReply *reply, Json *data);

/* ASK_APPLY of what runs in the terminal of this person: the same, and the console is put aside when it begins. */
void view_lend_then(ViewContext *context, Json *args, ViewReply *reply, Json *data);

/* ---- asking the person ---- one dialog at a time; esc always leaves without doing anything */

/* Called when it was accepted: the fields are read with form_text(&dialog->form, n). `data` as above. */
typedef void ViewAnswer(void *state, ViewContext *context, const Dialog *dialog, const Json *data);
/* Opens a box. Fill in what it returns at once: styled_add(&dialog->text, ...), form_add(&dialog->form, ...), dialog_want_name(...),
 * dialog->danger = true. Labels, helps and choices of fields are borrowed by the form: pass literals, or view_keep() them.
 *   DIALOG_INFORM     a text to read
 *   DIALOG_CONFIRM    y does it (risk "change")
 *   DIALOG_TYPE_NAME  dialog_want_name(dialog, "ocw-live"): it must be typed (risk "destructive"); the name is form field 0
 *   DIALOG_FORM       fields of form.h: text, number, choice, pasted signature */
Dialog *view_dialog(ViewContext *context, DialogKind kind, const char *title, const char *verb, ViewAnswer *answer, Json *data);
/* A copy of a text that lives as long as the dialog. */
const char *view_keep(ViewContext *context, const char *text);
/* y, then the ask is sent. */
void view_confirm_ask(ViewContext *context, const char *title, const char *verb, const char *text, AskName name, Json *args,
	const char *done);
/* One line ("Reason"), which is added to args under `key`, then the ask is sent. `text` explains above it; NULL = nothing. */
void view_reason_ask(ViewContext *context, const char *title, const char *verb, const char *text, const char *label, const char *key,
	AskName name, Json *args, const char *done);

/* ---- drawing ---- */

/* Cuts `left` columns off *rest, with the line between the panes, joined to the rules above and below. */
Rect view_split(Canvas *canvas, Rect *rest, int left);
/* Longer than the usual round of 30 s and its jitter: what comes regularly stays "now". */
#define VIEW_NOW_MS 40000
/* Ages as screens write them, coarse so that an idle screen stays quiet: "now", "40 s", "2 m", "22 h", "113 days". */
const char *view_age(WallTime now, WallTime then, char text[static SPAN_TEXT_SIZE]);
/* A clock time in a row: with the reader's own beside it where that fits, else in UTC alone; the page of the row tells both. */
const char *view_hm_fit(WallTime time, WallTime now, int columns, char text[static ZONE_BOTH_SIZE]);
/* On a page: both, and where the line would break between them without the seconds. */
const char *view_clock_fit(WallTime time, WallTime now, int columns, char text[static ZONE_BOTH_SIZE]);
/* Whether that is "now", which no "ago" fits behind. */
bool view_age_is_now(WallTime now, WallTime then);
/* The same where somebody decides on it: "< 40 s" instead of "now". As true, and as quiet. */
const char *view_bound(WallTime now, WallTime then, char text[static SPAN_TEXT_SIZE]);
/* Glyph, role and words of a step. One whose checks were looked at and are not so is told as not true, not as being checked. */
Glyph view_step_glyph(const IncidentStep *step);
Role view_step_role(const IncidentStep *step);
const char *view_step_words(const IncidentStep *step);
/* The first of its checks that was seen not to be so, while that holds the step up; NULL = none. */
const StepCheck *view_step_untrue(const IncidentStep *step);
/* Why nothing can be shown yet, for empty lists: "connecting to the engine..." or what is wrong; NULL when the model is there. */
const char *view_not_yet(const ViewContext *context);
