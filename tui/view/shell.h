/* shell.h: the console while it runs: what the files of tui/view share. Internal; views use view.h. */
#pragma once
#include "core/engine/client.h"
#include "tui/keys/command.h"
#include "tui/term/term.h"
#include "tui/view/badge.h"
#include "tui/view/console.h"
#include "tui/view/view.h"
#include "tui/widget/palette.h"

#define SHELL_HISTORY_MAX 16
#define SHELL_ID_SIZE 160
#define SHELL_FILTER_SIZE LIST_FILTER_SIZE

typedef struct ShellAsk ShellAsk;

/* What is told to the person: on a screen it is the message line, in line mode whoever listens. */
typedef enum ShellSaid { SAID_WORDS, SAID_REFUSAL, SAID_ERROR, SAID_COPY } ShellSaid;
typedef void ShellHear(void *userdata, ShellSaid said, const char *text);

/* Things that wait for this person, so that the bell rings only for new ones. */
typedef struct Waiting { StrList known; bool seen_first; } Waiting;

struct Shell {
	const ConsoleSettings *settings;
	Term *term;
	Theme theme;
	Canvas canvas;
	Keymap keymap;
	GlyphSet glyphs;
	Client *client;
	ClientModel nothing;             /* what is known before there is a client */
	MonoTime began;
	WallTime lost;                   /* when the engine was last seen, after it was lost; 0 = it is there */
	uint64_t version;                /* of the model that was drawn last */
	bool done, dirty, was_connected, declared_first;
	bool disk_troubled;              /* records were not on disk when last looked */
	int64_t told_look;               /* the newest look for a value whose end was told; of the engine */
	int64_t looks_pid;

	void **states;                   /* one for each view */
	size_t shown;
	size_t history[SHELL_HISTORY_MAX], history_count;
	char run_id[SHELL_ID_SIZE], step_id[SHELL_ID_SIZE], gate_id[SHELL_ID_SIZE];

	Message message;
	ShellHear *hear;                 /* NULL: there is a screen */
	void *hear_userdata;
	Palette palette;
	Input filter;
	bool in_palette, in_dialog, in_filter;
	Dialog dialog;
	ViewAnswer *answer;
	Json *answer_data;
	size_t answer_view;
	StrList kept;
	ShellAsk *asks;
	Waiting waiting;
	Badge badge;
};

/* views.c: the table. */
extern const View *const VIEWS[];
size_t view_count(void);
size_t view_index(const View *view);

/* shell.c */
void shell_init(Shell *shell, const ConsoleSettings *settings);
void shell_open_views(Shell *shell);
void shell_clear(Shell *shell);
const ClientModel *shell_model(const Shell *shell);
ViewContext shell_context(Shell *shell, size_t view, const char *argument);
/* Has no tab, and is passed by where one goes from tab to tab. */
bool shell_hides_tab(Shell *shell, size_t view);
void shell_show(Shell *shell, size_t view, bool remember);
void shell_event(Shell *shell, const TermEvent *event);
/* IGNORED: neither the screen nor the shell had anything to do. */
Outcome shell_run_command(Shell *shell, CommandId id, const char *argument);
/* The screen where a command is at home: the shown one if it knows it, else the first that does by its own keys. */
size_t shell_home_of(const Shell *shell, CommandId id);
/* Why `id` cannot be used now on the shown screen; a CommandReason with the Shell as its userdata. */
const char *shell_reason(CommandId id, void *userdata);
/* The contexts whose keys work now. */
size_t shell_key_contexts(const Shell *shell, CommandContext ret_contexts[static VIEW_MAX_CONTEXTS]);

/* shell_asks.c: what is asked of the engine and of the person. */
void shell_dialog_key(Shell *shell, KeyChord key);
/* The open question is answered, or left. */
void shell_end_dialog(Shell *shell, bool accepted);
void shell_close_dialog(Shell *shell);
void shell_forget_asks(Shell *shell);

/* shell_commands.c: what works on every screen. False: not one of these. */
bool shell_global_command(Shell *shell, ViewContext *context, CommandId id);
const char *shell_global_reason(const ViewContext *context, CommandId id);

/* shell_incident.c: rows of the table in shell_commands.c. */
void shell_declare(Shell *shell, ViewContext *context);
void shell_note(Shell *shell, ViewContext *context);
void shell_improvement(Shell *shell, ViewContext *context);
void shell_damage_time(Shell *shell, ViewContext *context);
void shell_fact(Shell *shell, ViewContext *context);
void shell_set_value(Shell *shell, ViewContext *context);
void shell_sitrep(Shell *shell, ViewContext *context);
void shell_post_sitrep(Shell *shell, ViewContext *context);
void shell_take_command(Shell *shell, ViewContext *context);
void shell_handover(Shell *shell, ViewContext *context);
void shell_end_incident(Shell *shell, ViewContext *context);

/* shell_begin.c: how a console begins, with a screen or without. */
BG_CHECK bool shell_connect(Shell *shell, Error *err);
/* The keys of ~/.config/breakglass/keys. Trouble leaves the keys as they are. */
void shell_read_keys(Shell *shell, Error *err);
/* A file of ~/.config/breakglass. Owned. */
char *shell_settings_path(const char *name);
/* After client_process(): says that the engine is back, declares what `try` comes with. True when the model has changed. */
bool shell_notice(Shell *shell);

/* shell_lend.c: a command that wants this terminal gets it, if one is due; returns when it has ended. `before` is called first. True: there was one. */
bool shell_lend_if_due(Shell *shell, void (*before)(void *userdata), void *userdata);

/* shell_render.c: one frame. */
void shell_render(Shell *shell);

/* bar.c: the two rows at the top. */
void bar_render(Shell *shell, Canvas *canvas, Rect rect);

/* waiting.c: true when something new waits for this person since the last call. */
bool waiting_update(Waiting *waiting, const ClientModel *model, WallTime now);
/* A gate of any run waits for a role that this person holds. */
bool waiting_for_signature(const ClientModel *model, WallTime now);
void waiting_clear(Waiting *waiting);
