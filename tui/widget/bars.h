/* bars.h: the rows around a screen: tabs at the top, the footer with its keys, and a message that passes. */
#pragma once
#include "core/base/moment.h"
#include "tui/keys/command.h"
#include "tui/widget/canvas.h"

typedef struct Tab {
	const char *title;    /* borrowed */
	int count;            /* shown after the title when above 0: open ledger entries, gates that wait */
	bool urgent;          /* the count waits for a person */
	char key;             /* that shows it, before the title; '\0' = none */
} Tab;

/* "[1 Board] 2 Playbooks  6 Ledger(1)": a count is in brackets, so that it cannot be read as a key. With less room "[1Board] 2Playbooks",
 * with too little the active one and its neighbours. Returns the column after it. */
/* Columns that all of them need at the least. */
int tabs_least_width(const Tab tabs[], size_t count, size_t active);
int tabs_render(Canvas *canvas, Rect rect, const Tab tabs[], size_t count, size_t active);

/* What a key does, in a word or two: in a footer that is not of the command table. */
typedef struct KeyLabel { const char *key, *label; } KeyLabel;

/* What a command is called here: NULL = as the table says; "" = another key that is shown does the same. Borrowed until the frame is drawn. */
typedef const char *CommandLabel(CommandId id, void *userdata);

typedef struct Footer {
	const Keymap *keymap;
	const CommandContext *contexts;   /* view, then widget */
	size_t context_count;
	const CommandId *first;           /* stand before all others where they can be used, also those of no rank */
	size_t first_count;
	CommandId here;                   /* not shown: the screen one is on; COMMAND_NONE */
	CommandReason *reason;            /* NULL: all can be used */
	CommandLabel *label;              /* NULL: as the table says */
	void *userdata;
} Footer;

/* The keys that work here, most useful first, as many as fit. One that cannot be used now is shown as such;
 * its reason is told when it is pressed. */
void footer_render(const Footer *footer, Canvas *canvas, Rect rect);
/* These and no others: while something is typed or asked. One that does not fit is left out whole: the first matter most. */
void footer_keys_render(Canvas *canvas, Rect rect, const KeyLabel keys[], size_t count);

/* A line that tells what just happened, for a while. */
#define MESSAGE_SIZE 400
typedef struct Message {
	char text[MESSAGE_SIZE];
	Role role;
	MonoTime until;       /* 0: until a key */
	char over[24];        /* the state word that it hides; "" = not drawn yet */
} Message;

/* A message goes with the next key, whatever that does; one that is no error also when the state that it hides is another one than when it
 * came (message_over), and after some seconds. */
void message_set(Message *message, Role role, MonoTime now, const char *format, ...) BG_PRINTF(4, 5);
void message_error(Message *message, const Error *err);
/* The state line below the message, each time it is drawn. */
void message_over(Message *message, const char *state_line);
bool message_is_shown(const Message *message, MonoTime now);
void message_reset(Message *message);
void message_render(const Message *message, Canvas *canvas, Rect rect, MonoTime now);
