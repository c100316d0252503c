/* line_state.h: line mode while it runs: what its files share. Internal to tui/line. */
#pragma once
#include "tui/line/line.h"
#include "tui/line/parse.h"
#include "tui/view/shell.h"

#define NEWS_JOBS_MAX 32

typedef struct NewsJob { int64_t id; uint64_t shown; char progress[200]; MonoTime told; } NewsJob;

/* What was told already, so that only what is new is told. */
typedef struct News {
	bool began;
	char incident[SHELL_ID_SIZE];
	size_t told;                     /* entries of the timeline */
	StrList readings;                /* "name\nstate" as last told */
	NewsJob jobs[NEWS_JOBS_MAX];     /* oldest first */
	size_t job_count;
	int64_t highest_job, engine_pid;
	char banner[200];
	ClientHeld held;                 /* as told last */
	bool lost_told;
	bool lost;
	size_t doubts;
} News;

/* How things stood when the present command was given. */
typedef struct Outcomes { WallTime began; size_t actions; int64_t highest_job, engine_pid; } Outcomes;

/* The question that is open: of the shell's dialog, a field at a time. */
typedef struct Question { bool open; size_t field; bool hidden; } Question;

typedef struct Line {
	Shell shell;
	bool interactive, utf8;          /* interactive: somebody types, and is shown a prompt */
	bool ended;                      /* no more lines come */
	bool prompted;                   /* the prompt is the last thing on the terminal */
	bool broken;                     /* nobody reads any more */
	unsigned refused;
	bool keep_going;                 /* a script that was told to go on after a refusal */
	Buf in, out;
	Buf armour;                      /* a signature that is being pasted */
	bool pasting;
	bool settling;                   /* a command was given: what it changed is told when nothing is under way any more */
	bool awaits_board;               /* it is told when every reading has come, or too long has passed */
	size_t board_last;               /* rows of it that are told; 0 = as many as the list tells by itself */
	bool tell_page, quiet;           /* told whatever changed; only told when another screen is shown */
	size_t view_before;
	Buf page_before;
	char *rest;                      /* words after the command, for the first question that it asks; NULL = none */
	Question question;
	Outcomes outcomes;
	News news;
	MonoTime began;
	bool gave_up;                    /* a script whose engine does not answer */
} Line;

/* ---- said.c: lines out ---- */
void line_put(Line *line, Str text);                               /* whole lines as they are; made harmless */
void line_say(Line *line, const char *format, ...) BG_PRINTF(2, 3);   /* one line, on a terminal wrapped between words */
int line_columns(const Line *line);                                /* of the terminal on which somebody reads; 0 = lines are as long as they are */
void line_refuse(Line *line, const char *format, ...) BG_PRINTF(2, 3);   /* the same, and it counts as refused */
void line_fail(Line *line, const char *format, ...) BG_PRINTF(2, 3);     /* as well */
void line_prompt(Line *line);
void line_ask(Line *line, const char *prompt);                     /* the beginning of a line that is answered */
void line_flush(Line *line);
/* The Shell's ear. */
void line_hear(void *userdata, ShellSaid said, const char *text);

/* ---- telling.c: screens out ---- */
void line_update(Line *line);
void line_tell_rows(Line *line, size_t last);                      /* the last so many; 0 = as many as the list tells by itself */
/* The text of the shown screen; what stands in the place of the rows is closed after. */
void line_tell_page(Line *line);
void line_page_words(Line *line, Buf *out, bool *ret_instead);
void line_tell_status(Line *line);

/* ---- choose.c ---- */
/* The row of the screen that `word` names becomes the chosen one. False: there is no such row. */
bool line_choose(Line *line, size_t view, Str word);

/* ---- ways.c ---- */
void line_take(Line *line, Str text);
void line_remember_page(Line *line);
/* Tells what the command has changed so far. */
void line_tell_changes(Line *line);
/* Is anything that a command began still under way? */
bool line_is_busy(Line *line);
/* The script came so early that not every question of the board was answered yet. */
bool line_lacks_answers(const Line *line);

/* ---- finding.c ---- */
void line_help(Line *line, const char *about);
void line_find(Line *line, const char *text);

/* ---- question.c ---- */
void question_open(Line *line);
void question_answer(Line *line, Str text);
void question_leave(Line *line);

/* ---- outcome.c ---- */
void outcome_begin(Line *line);
/* Says and counts what did not go well since. */
void outcome_judge(Line *line);

/* ---- news.c ---- */
void news_tell(Line *line);
/* Milliseconds until something may go stale by itself. */
int64_t news_wait_ms(const Line *line);
void news_clear(News *news);
