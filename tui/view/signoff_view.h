/* signoff_view.h: what the files of the sign-off screen share. Internal. */
#pragma once
#include "tui/view/signoff_work.h"
#include "tui/view/view.h"
#include "tui/widget/list.h"
#include "tui/widget/pager.h"

#define SIGNOFF_ID_SIZE LIST_ID_SIZE
#define SIGNOFF_WAYS_MAX 32
#define SIGNOFF_CHOICES_MAX (SIGNOFF_WAYS_MAX + 1)
#define SIGNOFF_CODE_SIZE 32

typedef enum SignoffFace { FACE_ASKED, FACE_STATEMENT, FACE_PASTE } SignoffFace;

/* How far a signature is on its way. */
typedef enum SignoffStage { STAGE_IDLE, STAGE_STATEMENT, STAGE_KEY, STAGE_ENGINE } SignoffStage;

typedef struct SignoffView {
	List list;
	char told[SIGNOFF_ID_SIZE];
	char gate[SIGNOFF_ID_SIZE];  /* the one that is shown */
	bool on_list;                /* small screens: which of the two is shown */
	SignoffFace face;
	Styled text;
	Pager pager;
	char pager_of[SIGNOFF_ID_SIZE];

	SignerList *keys;            /* at hand; NULL while they are looked for first, or when there is none */
	SignerList *fresh;           /* looked for anew, until the engine has said whose they are; the ones before count as long */
	Error keys_error;
	bool keys_known;             /* the engine has said whose they are */
	SignoffWork *looking;

	char role[64], fingerprint[64];   /* the way that was chosen; "" = the first */
	Json *subject;               /* reply of ASK_GATE for `gate` */
	int64_t subject_seq;
	bool subject_asked;

	Input input;
	bool typing;
	char complaint[120];
	Error refusal;               /* the last one, with its hint; kind NONE = none */

	SignoffStage stage;
	SignoffWork *signing;
	MonoTime stage_since;
	char *statement;             /* being signed, or shown */
	size_t answer_wanted;        /* line mode: what is asked once keys and text are there, from 1; 0 = nothing */
	bool answer_asked;           /* the text was asked for */
	char statement_role[64], statement_person[128];
	char *statement_file;        /* where a copy lies for signing elsewhere; NULL = none */
	const char *choices[SIGNOFF_CHOICES_MAX], *decisions[DECISION_COUNT];   /* of the open dialog */
	char code[SIGNOFF_CODE_SIZE];     /* one-time; only while a text is fetched for it */
	char reason[VIEW_HINT_SIZE];
	char copy_key[KEY_TEXT_SIZE];     /* as the footer writes it */
} SignoffView;

/* A key at hand in a role that it could fill now. */
typedef struct SignoffWay { const Signer *signer; const char *role; } SignoffWay;

/* ---- signoff.c ---- */
const Gate *signoff_gate(const SignoffView *view, const ViewContext *context);
/* Nobody else's key is chosen any more. */
void signoff_forget_way(SignoffView *view);
void signoff_look_for_keys(SignoffView *view, ViewContext *context);
void signoff_select(SignoffView *view, ViewContext *context, const char *gate);

/* ---- signoff_render.c, signoff_keys.c: slots of its View ---- */
void signoff_render(void *state, const ViewContext *context, Canvas *canvas, Rect rect);
const char *signoff_reason(void *state, const ViewContext *context, CommandId id);
Outcome signoff_on_command(void *state, ViewContext *context, CommandId id);
bool signoff_on_key(void *state, ViewContext *context, KeyChord key);
bool signoff_on_paste(void *state, ViewContext *context, Str text);
const char *signoff_label(void *state, const ViewContext *context, CommandId id);
size_t signoff_typing(void *state, const ViewContext *context, KeyLabel ret_keys[static VIEW_MAX_TYPING]);
void signoff_hint(void *state, const ViewContext *context, char text[static VIEW_HINT_SIZE]);

/* ---- signoff_ways.c: pure ---- */
/* The ways to give this answer at `gate`, the viewer's own first: for a yes, those whose role is still missing and whose person has not
 * signed; to take back, whoever has answered; to countersign, whose role was missing when somebody went on alone. */
size_t signoff_ways_to(const SignoffView *view, const ViewContext *context, const Gate *gate, Decision decision,
	SignoffWay ret_ways[static SIGNOFF_WAYS_MAX]);
/* The same for a yes, a no and to escalate. */
size_t signoff_ways(const SignoffView *view, const ViewContext *context, const Gate *gate, SignoffWay ret_ways[static SIGNOFF_WAYS_MAX]);
/* The one that o chose, else the viewer's own; false when there is none of these. */
bool signoff_way(const SignoffView *view, const ViewContext *context, const Gate *gate, SignoffWay *ret_way);
bool signoff_role_is_open(const Gate *gate, const char *role, WallTime now);
/* Why nobody at all can give this answer now, whatever the key; NULL: it can be given. */
const char *signoff_answer_refused(const Run *run, const Gate *gate, Decision decision, WallTime now);
/* Being looked for, or the engine is asked whose they are. */
bool signoff_keys_are_sought(const SignoffView *view);
/* Why nobody here can sign it, in words. Appends. */
void signoff_explain(const SignoffView *view, const ViewContext *context, const Gate *gate, Styled *out);
/* Waits for answers: waiting, refused, escalated or expired, with something to sign. */
bool signoff_is_asked(const Run *run, const Gate *gate, WallTime now);

/* ---- signoff_list.c: pure ---- */
typedef struct GateRow { size_t gate; int role; char id[SIGNOFF_ID_SIZE]; } GateRow;   /* role -1: the gate itself */
typedef struct GateRows { GateRow *items; size_t count; const SignoffView *view; const ViewContext *context; } GateRows;
GateRows gate_rows_make(const SignoffView *view, const ViewContext *context);
ListSource gate_rows_source(GateRows *rows);
void gate_rows_clear(GateRows *rows);
BG_DEFINE_CLEARP(GateRows, gate_rows_clear)

/* ---- signoff_given.c: pure ---- */
/* `only_given`: leaves out the roles that have not answered. */
void signoff_write_answers(const ViewContext *context, const Gate *gate, bool only_given, int columns, Styled *out);
/* What was signed alone and is not yet countersigned. */
void signoff_write_overrides(const ViewContext *context, const Gate *gate, Styled *out);

/* ---- signoff_text.c: pure ---- */
/* An empty line, where there is something above it. */
void signoff_section(Styled *out);
void signoff_write(const SignoffView *view, const ViewContext *context, const Gate *gate, int columns, Styled *out);
const char *signoff_step_words(const Run *run, const Gate *gate, Buf *out);

/* ---- signoff_line.c: slots of its View for line mode ---- */
void signoff_line_rows(void *state, ViewContext *context, ViewRowsUse *use, void *userdata);
bool signoff_line_page(void *state, ViewContext *context, Styled *out);
bool signoff_line_is_busy(void *state, const ViewContext *context);
Outcome signoff_line_in_words(void *state, ViewContext *context, CommandId id);
/* The keys are there: fetches the text that is to be answered. */
void signoff_line_go_on(SignoffView *view, ViewContext *context);
/* The text was told: asks for the answer to it. */
void signoff_ask_answer(SignoffView *view, ViewContext *context);

/* ---- signoff_answers.c: what asks in a dialog ---- */
void signoff_begin_withdraw(SignoffView *view, ViewContext *context);
void signoff_begin_alone(SignoffView *view, ViewContext *context);
void signoff_begin_countersign(SignoffView *view, ViewContext *context);
void signoff_begin_code(SignoffView *view, ViewContext *context);
/* Two choices: everybody of the environment who holds a role of the gate, as "ann/product", and the answers that can be given now. */
void signoff_add_who_and_what(SignoffView *view, ViewContext *context, const Gate *gate, Form *form);
/* Name and role of the first. Owned. */
void signoff_split_holder(const char *choice, char **ret_person, char **ret_role);

/* ---- signoff_elsewhere.c ---- */
void signoff_show_statement(SignoffView *view, ViewContext *context);
void signoff_begin_paste(SignoffView *view, ViewContext *context);
void signoff_pasted(SignoffView *view, ViewContext *context, Str text);
void signoff_copy(SignoffView *view, ViewContext *context);
/* The text to be signed, for COMMAND_COPY. */
bool signoff_copying(void *state, ViewContext *context, Copying *out);

/* ---- signoff_act.c ---- */
void signoff_submit(SignoffView *view, ViewContext *context);
/* Fetches the text, has it signed with that key, and gives the signature to the engine. */
void signoff_sign(SignoffView *view, ViewContext *context, const SignoffWay *way, const char *decision, const char *reason);
/* The same, vouched for by a one-time code. */
void signoff_sign_by_code(SignoffView *view, ViewContext *context, Json *args, const char *code);
/* Arguments of ASK_STATEMENT. Owned. */
Json *signoff_statement_args(const SignoffView *view, const ViewContext *context, const char *role, const char *person,
	const char *decision, const char *reason);
void signoff_take_statement(SignoffView *view, const Json *reply, const Json *data);
/* The signature over view->statement. */
void signoff_send(SignoffView *view, ViewContext *context, const char *signature, const char *method);
/* Keeps the refusal on the screen. */
void signoff_refuse(SignoffView *view, const Error *err);
/* The key that is being waited for, which wants to be touched; false: it wants nothing of anybody. */
bool signoff_wants_touch(const SignoffView *view);
/* The key has answered, or the list is there. */
void signoff_service(SignoffView *view, ViewContext *context);
void signoff_drop(SignoffView *view);
void signoff_forget_file(SignoffView *view);
