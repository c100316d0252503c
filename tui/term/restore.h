/* restore.h: gives the terminal back as it was, whatever ends or stops the program: a return, an error, a broken invariant, a signal.
 * There is one terminal per process, so this is the one place of the console with state of its own. */
#pragma once
#include <stdbool.h>
#include <termios.h>
#include "core/base/str.h"

typedef struct RestorePlan {
	int fd;                      /* of the terminal; stays open for the whole time */
	int wake_fd;                 /* gets a byte after a resume or a change of size */
	struct termios before, raw;
	Str enter, leave;            /* what to write; copied, limited to RESTORE_TEXT_MAX */
} RestorePlan;
#define RESTORE_TEXT_MAX 512

/* Takes the terminal: raw mode, the full screen, and the handlers of all signals that end, stop or continue us. */
void restore_arm(const RestorePlan *plan);
/* Leaves the screen and the mode as they were. Async-signal-safe; doing it twice is harmless. */
void term_restore(void);
/* As term_restore(), and gives the signal handlers back. */
void restore_disarm(void);

/* Somebody else gets the terminal for a while: the screen, the mode and the signal handlers as they were; and all of it back. What is typed ahead of
 * that was meant for somebody else, and is forgotten. */
void restore_put_aside(void);
void restore_take_back(void);

/* Stops the program as ctrl-z does; returns when it is continued. */
void restore_suspend(void);

/* Bytes that entering and leaving wrote so far. */
unsigned long restore_bytes_written(void);

typedef struct RestoreNews { bool resumed, resized; } RestoreNews;
/* What signals told since the last call. */
RestoreNews restore_take_news(void);
