/* model.h: what a Markdown file means to a run: procedures, phases, steps, commands and the directives bound to them.
 * Plain structs, all owned by the Playbook and freed with it; read-only for everybody once playbook_parse() returned.
 * Lines are 1-based lines of the source file; texts are UTF-8 and NOT sanitised (pass them through text_sanitise to a
 * terminal). Pointers into the model that may be NULL say so. Arrays of pointers are in document order. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/attributes.h"
#include "core/base/cleanup.h"
#include "core/base/digest.h"
#include "core/base/error.h"
#include "core/base/risk.h"
#include "core/base/str.h"
#include "core/playbook/diagnostic.h"
#include "core/playbook/directive.h"
#include "core/playbook/vocabulary.h"

#define PLAYBOOK_MAX_BYTES (1024 * 1024)

typedef struct Playbook Playbook;
typedef struct Procedure Procedure;
typedef struct Phase Phase;
typedef struct Step Step;
typedef struct Block Block;
typedef struct StepCommand StepCommand;
typedef struct PlaybookGate PlaybookGate;
typedef struct Variable Variable;
typedef struct Arena Arena;

/* Where a directive was bound: lint walks these. */
typedef enum BindTarget { BIND_DOCUMENT, BIND_PHASE, BIND_STEP, BIND_COMMAND, BIND_NOWHERE } BindTarget;
typedef struct Binding {
	const Directive *directive;
	BindTarget target;
	Phase *phase;              /* the section it stands in; NULL before any heading */
	Step *step;                /* for BIND_STEP, and BIND_COMMAND when the block belongs to a step; else NULL */
	StepCommand *command;      /* for BIND_COMMAND */
} Binding;

/* do / also / undo: a provider's action. `args` are the action's own; save, risk, label, watch and restores are taken out. */
typedef struct PlaybookAction {
	const char *verb;          /* "concourse.pause" */
	DirectiveArg *args;
	size_t arg_count;
	const char *save;          /* variable that takes the result; NULL */
	const char *label;         /* NULL */
	bool risk_given;           /* else `risk` is the vocabulary's, or change when that is not known */
	Risk risk;
	bool watch;
	bool restores;             /* its verb restores, or restores=yes stands with it */
	unsigned line;
} PlaybookAction;

/* verify: a probe that must answer as the expectations say. */
typedef struct PlaybookVerify {
	const char *probe;         /* "concourse.pipeline"; NULL: only a person looks */
	DirectiveArg *args;        /* parameters and expectations alike, in order: the probe's schema tells them apart */
	size_t arg_count;
	int64_t within_ms;         /* 0: once */
	int64_t every_ms;          /* 0: the probe's own interval */
	bool by_human;             /* a person confirms as well */
	int sample;                /* 0: not given */
	const char *note;          /* NULL */
	unsigned line;
} PlaybookVerify;

typedef enum GuardKind { GUARD_PROBE, GUARD_VARIABLE, GUARD_SET, GUARD_OPEN, GUARD_CONFIRM } GuardKind;
typedef struct PlaybookGuard {
	GuardKind kind;
	const char *subject;       /* probe, variable, ledger name, or the text to confirm */
	DirectiveOp op;            /* GUARD_VARIABLE: subject op value */
	const char *value;
	DirectiveArg *args;        /* GUARD_PROBE */
	size_t arg_count;
	bool soft;                 /* may be passed with a reason */
	const char *otherwise;     /* else=: what to say; NULL */
	const char *when_variable; /* applies only when this variable has when_value; NULL */
	const char *when_value;
	unsigned line;
} PlaybookGuard;

/* opens / closes NAME: one entry of the ledger. */
typedef struct LedgerMark {
	const char *name;
	bool opens;                /* else closes */
	const char *closed_by;     /* "#anchor" of the procedure that closes it; NULL */
	unsigned line;
} LedgerMark;

typedef enum TimerKind { TIMER_START, TIMER_STOP, TIMER_DUE } TimerKind;
typedef struct PlaybookTimer {
	TimerKind kind;
	const char *name;
	const char *label;         /* NULL */
	int64_t every_ms, after_ms;
	unsigned line;
} PlaybookTimer;

typedef enum GateScope { SCOPE_DOCUMENT, SCOPE_PROCEDURE, SCOPE_PHASE, SCOPE_STEP } GateScope;

struct PlaybookGate {
	const char *id;            /* as written, else made from the scope; unique in the playbook */
	const char **roles;
	size_t role_count;
	int min;                   /* signatures needed; at least 1; default: one for each role */
	bool distinct;             /* different people: always true when more than one signs */
	bool reason_required;
	const char *before;        /* "#anchor" as written; NULL. The scope is that section then. */
	GateScope scope;
	const Phase *phase;        /* SCOPE_PHASE, and SCOPE_PROCEDURE when the procedure has a heading; else NULL */
	const Step *step;          /* SCOPE_STEP */
	Step **covers;             /* the steps it holds back, sub-steps included, in order */
	size_t cover_count;
	unsigned line;
};

typedef enum VariableType {
	VARIABLE_TEXT, VARIABLE_INT, VARIABLE_TIME, VARIABLE_IPV6, VARIABLE_HOST, VARIABLE_PATH, VARIABLE_SECRET,
		VARIABLE_CHOICE,
} VariableType;

/* A value that the run asks for: written with `var`, or found as a placeholder in the text (`implicit`). */
struct Variable {
	const char *name;
	bool implicit;
	bool exported;             /* written as $NAME in a command, too, and nothing sets it there: the value goes in its place */
	VariableType type;
	const char *ask;           /* the question; NULL: make one from the name */
	const char *fallback;      /* default=, with ${}; NULL */
	const char **choices;
	size_t choice_count;
	const char *match;         /* the placeholder text that it stands for, brackets included; NULL */
	const char **replaces;     /* literals that it replaces, longest first */
	size_t replaces_count;
	const char *from;          /* "k8s.deployment.replicas": a reading to take the value from; NULL */
	DirectiveArg *from_args;
	size_t from_arg_count;
	const char *zone, *to, *format, *oldest, *newest, *regex;/* each may be NULL */
	const Phase *phase;        /* the section that declares it; NULL: the whole document */
	unsigned line;
};

/* ---- What is shown --------------------------------------------------------------------------------------------- */

typedef enum BlockKind {
	BLOCK_HEADING, BLOCK_PARAGRAPH, BLOCK_ITEM, BLOCK_CODE, BLOCK_TABLE, BLOCK_QUOTE, BLOCK_HTML, BLOCK_RULE,
	BLOCK_ANNOTATION, BLOCK_FRONT_MATTER, BLOCK_TEMPLATE, BLOCK_REFERENCES,
} BlockKind;

typedef enum BlockUse {
	USE_NOTE,                 /* read it */
	USE_TITLE,                /* the text of its step: shown as the step itself */
	USE_DETAIL,               /* belongs to its step */
	USE_WARNING,              /* must be on screen when its step is armed */
	USE_COMMAND,              /* `command` says what it is */
	USE_SAMPLE,               /* expected output */
	USE_LABEL,                /* "Do the following:" above a list */
	USE_NAVIGATION,           /* contents list */
	USE_METADATA,             /* front matter, annotations: shown dimmed or on request */
} BlockUse;

/* A piece of the source. The blocks of a playbook, in order, cover every line that is not blank exactly once: what is
 * shown is `source`, the lines as they stand, with the indentation of their container taken off. */
struct Block {
	BlockKind kind;
	BlockUse use;
	unsigned line, line_count;
	unsigned indent;           /* nesting of lists and quotes around it */
	const char *source;        /* lines as written, LF between, no LF at the end */
	const char *text;          /* plain text: emphasis, links and code marks taken off; one line for paragraphs */
	const char *marker;        /* BLOCK_ITEM: "-", "1.", "[ ]", "[x]"; else NULL */
	const char *info;          /* BLOCK_CODE: info string; NULL when there is none */
	const Phase *phase;        /* NULL before the first heading */
	const Step *step;          /* the step it belongs to; NULL: the section's own */
	const StepCommand *command;/* BLOCK_CODE; NULL otherwise */
};

typedef enum TextLinkKind { LINK_EXTERNAL, LINK_FILE, LINK_ANCHOR } TextLinkKind;
typedef struct TextLink {
	TextLinkKind kind;
	const char *text, *url;    /* url as written */
	const Phase *target;       /* LINK_ANCHOR that exists in this file; else NULL */
	unsigned line;
} TextLink;

/* ---- Commands -------------------------------------------------------------------------------------------------- */

typedef enum CodeKind { CODE_SHELL, CODE_QUERY, CODE_SAMPLE, CODE_DATA, CODE_MANUAL } CodeKind;

/* One command after prompts, continuations and here-documents are joined. Run one by one, stopping at the first
 * failure. */
typedef struct ShellLine {
	const char *text;          /* may hold newlines: continuation, here-document */
	const char *label;         /* from a `# comment` above it; NULL */
	const char **placeholders; /* variable names used in it */
	size_t placeholder_count;
	Risk risk;
	const char *risk_reason;   /* "rm deletes", ...; NULL */
	bool needs_terminal;
	bool has_examples;         /* documentation addresses and the like: to be edited before the first run */
	const char *why_not;       /* why it cannot be run as it stands; NULL: it can */
	unsigned line;
} ShellLine;

struct StepCommand {
	const char *id;            /* "ocw-dr/4.3/c1"; unique in the playbook; outside a step "L37" */
	CodeKind kind;
	const char *language;      /* first word of the info string, lower case; "" when there is none */
	const char *text;          /* the block's text as written */
	ShellLine *lines;          /* CODE_SHELL only */
	size_t line_count;
	const char *name;          /* name= of the info string; NULL */
	const char *host;          /* "local", "ssh:NAME,NAME" or "ssh" (each= names them), with ${}; NULL: local */
	const char *cwd, *confirm, *expect, *each;/* each may be NULL */
	int64_t timeout_ms;        /* 0: the default */
	Risk risk;                 /* the highest of its lines, unless written */
	bool terminal;             /* wants a terminal: runs in that of whoever starts it */
	bool unrecorded;           /* record=no: what it prints there is nobody else's business */
	bool restores;             /* it restores a backup: restores=yes */
	bool literal;              /* nothing in its text stands for something else */
	bool optional;
	bool undo;                 /* `cmd undo`: the way back of its step, never its work */
	bool offer;                /* a code span inside other text: runnable on request, never the step's main key */
	bool example;              /* "e.g.": must be edited before it runs */
	bool alternatives;         /* one of the lines is chosen, they are never all run */
	const char *choose;        /* variable that chooses; NULL */
	const char **choices;
	size_t choice_count;
	bool runnable;
	const char *why_not;       /* NULL when runnable */
	Step *step;                /* NULL outside steps */
	unsigned line, line_total;
};

/* ---- The tree -------------------------------------------------------------------------------------------------- */

typedef enum StepForm {
	FORM_TASK,                 /* a person does it, or an action does */
	FORM_CHECK,                /* a person confirms it */
	FORM_COMMAND,              /* it has a command on its main key */
} StepForm;

struct Step {
	const char *id;            /* "ocw-dr/4.3": unique in the playbook */
	const char *number;        /* "4.3": unique in the procedure */
	size_t index;              /* in procedure->steps */
	StepForm form;
	const char *title;         /* one line, plain, never empty */
	const char *text;          /* whole first paragraph, plain */
	unsigned depth;            /* 0 at the top */
	Step *parent;              /* NULL at depth 0 */
	size_t child_count;        /* direct sub-steps */
	size_t end_index;          /* first index after its sub-steps */
	bool counted;              /* counts for "n of m"; others are done when their sub-steps are */
	bool optional;
	bool conditional;          /* "If X:": has a "does not apply" key */
	bool optional_reason;      /* leaving it out wants a reason */
	bool checked_in_source;    /* "[x]": shown, a run starts unticked all the same */
	bool by_directive;         /* made a step, or kept one, by the author */
	Procedure *procedure;
	Phase *phase;              /* NULL before the first heading */
	Block **blocks;            /* its own, not those of sub-steps; its title first, unless a heading is it */
	size_t block_count;
	Block **warnings;          /* also those that stand before it */
	size_t warning_count;
	Block **samples;
	size_t sample_count;
	StepCommand **commands;
	size_t command_count;
	TextLink *links;
	size_t link_count;
	const char **placeholders; /* variable names used in its texts, commands and directives */
	size_t placeholder_count;
	PlaybookAction *actions;   /* do */
	size_t action_count;
	PlaybookAction *also;
	size_t also_count;
	PlaybookAction *undo;
	size_t undo_count;
	PlaybookVerify *verifies;
	size_t verify_count;
	PlaybookGuard *guards;     /* its own; those of sections are on the Phase */
	size_t guard_count;
	LedgerMark *marks;
	size_t mark_count;
	PlaybookTimer *timers;
	size_t timer_count;
	PlaybookGate **gates;      /* SCOPE_STEP gates of its own; NULL array when none */
	size_t gate_count;
	const char *confirm;       /* text to type before it is done; NULL */
	bool reason_required;
	unsigned line;
};

/* A heading and what stands below it, sub-headings included. */
struct Phase {
	const char *id;            /* slug as the code host makes it, unique in the file */
	const char *title;         /* plain */
	unsigned level;            /* 1..6 as written */
	unsigned depth;            /* in the outline, 0 at the top, skipped levels not counted */
	Phase *parent;             /* NULL at the top */
	size_t index;              /* in playbook->phases */
	size_t end_index;          /* first index after its sub-headings */
	Procedure *procedure;      /* the procedure that walks it; NULL: read only */
	size_t first_step, step_count;/* in procedure->steps, sub-headings included */
	bool checklist;            /* its list items are checks */
	PlaybookGuard *guards;
	size_t guard_count;
	LedgerMark *marks;
	size_t mark_count;
	PlaybookTimer *timers;
	size_t timer_count;
	PlaybookGate **gates;
	size_t gate_count;
	unsigned line;
};

struct Procedure {
	const char *id;            /* slug, or id= of its annotation; unique */
	const char *title;
	bool annotated;
	const char *undo;          /* "#anchor" of the procedure that takes it back; NULL */
	const Procedure *undo_procedure;/* resolved; NULL */
	Phase *phase;              /* its heading; NULL: the whole document, or what stands before the first heading */
	Phase **phases;            /* the headings it walks, its own first when there is one */
	size_t phase_count;
	Step **steps;              /* sub-steps follow their parent */
	size_t step_count;
	size_t counted;            /* how many of them count */
	PlaybookGate **gates;      /* every gate of it: document, procedure, phase and step */
	size_t gate_count;
	unsigned line;
};

typedef struct FrontMatter {
	const char *title, *last_reviewed_on, *review_in, *owner_slack;/* each may be NULL */
	unsigned line_count;       /* 0: there is none */
} FrontMatter;

struct Playbook {
	const char *path;          /* as given */
	const char *id;            /* playbook id=, else the file name without .md */
	const char *title;
	const char *source;        /* source=: where it comes from; NULL */
	const char *severity;      /* NULL */
	const char *review;        /* review=; NULL */
	char sha256[SHA256_HEX_SIZE];/* of the exact bytes */
	const char *bytes;         /* the exact bytes, NUL after them */
	size_t byte_count;
	unsigned line_total;
	FrontMatter front_matter;
	Procedure **procedures;
	size_t procedure_count;
	Phase **phases;            /* all headings */
	size_t phase_count;
	Block **blocks;
	size_t block_count;
	StepCommand **commands;    /* all code blocks and command spans */
	size_t command_count;
	Variable **variables;
	size_t variable_count;
	PlaybookGate **gates;
	size_t gate_count;
	PlaybookGuard *guards;     /* written before any heading */
	size_t guard_count;
	TextLink *links;
	size_t link_count;
	Binding *bindings;         /* every directive with where it was bound */
	size_t binding_count;
	const char *no_run;        /* why there is nothing to walk ("no step was found"); NULL when there is */
	DiagnosticList diagnostics;
	DirectiveList *annotations;/* owns the directives that the model points to, one list an annotation */
	size_t annotation_count;
	Arena *arena;
};

/* Parses `bytes`, which came from `path` (used for messages and ids only). Fails only on what is no text file at all:
 * a NUL byte or more than PLAYBOOK_MAX_BYTES. Everything else gives a playbook and diagnostics. `vocabulary` NULL:
 * names of actions are not checked. */
BG_CHECK bool playbook_parse(Str bytes, const char *path, const Vocabulary *vocabulary, Playbook **ret_playbook,
	Error *err);
BG_CHECK bool playbook_load(const char *path, const Vocabulary *vocabulary, Playbook **ret_playbook, Error *err);
Playbook *playbook_free(Playbook *playbook);            /* NULL ok; returns NULL */
BG_DEFINE_FREEP(Playbook, playbook_free)

bool playbook_has_errors(const Playbook *playbook);     /* an E- code: a run is refused */
/* By id, by heading slug, with or without a leading '#'. NULL when there is none. */
const Procedure *playbook_find_procedure(const Playbook *playbook, const char *id);
const Phase *playbook_find_phase(const Playbook *playbook, const char *anchor);
const Step *playbook_find_step(const Playbook *playbook, const char *id);
const Variable *playbook_find_variable(const Playbook *playbook, const char *name);
/* host=ssh, host=elsewhere: another machine runs it, not this one. */
bool command_is_elsewhere(const StepCommand *command);
const StepCommand *playbook_find_command(const Playbook *playbook, const char *id);
const PlaybookGate *playbook_find_gate(const Playbook *playbook, const char *id);
/* By number ("4.3") or whole id. */
const Step *procedure_find_step(const Procedure *procedure, const char *number_or_id);
const StepCommand *step_find_command(const Step *step, const char *id);
/* The gates that hold this step back: its own, its parents', its phases', its procedure's, the document's.
 * Index-based walk: returns the n-th, NULL past the last. */
const PlaybookGate *step_gate_at(const Step *step, size_t n);
bool gate_covers(const PlaybookGate *gate, const Step *step);
/* The command on the step's main key: the first shell block that is no offer, example or optional. NULL when there is
 * none. */
const StepCommand *step_main_command(const Step *step);
/* On the step's main key: no offer, no way back, no choice that a person has to make. */
bool command_is_work(const StepCommand *command);
/* A variable chooses one of its lines (choose=VAR of=a|b), and only that one is run. */
bool command_is_chosen(const StepCommand *command);
/* How many commands it is when it is run: its lines, or the one that is chosen. */
size_t command_count_rows(const StepCommand *command);
size_t step_count_work(const Step *step);         /* actions, or commands where it has none, on its main key */
size_t step_count_undos(const Step *step);        /* actions and commands that take it back */
const DirectiveArg *args_find(const DirectiveArg *args, size_t count, const char *key);       /* NULL when absent */
const char *args_value(const DirectiveArg *args, size_t count, const char *key);     /* NULL when absent */
const char *scope_name(GateScope scope);
const char *step_form_name(StepForm form);
const char *code_kind_name(CodeKind kind);
const char *block_kind_name(BlockKind kind);
const char *block_use_name(BlockUse use);
