/* lines.h: reads a file line by line in large pieces, within JOURNAL_LINE_MAX. Used inside journal only. */
#pragma once
#include "core/journal/journal.h"

/* `number` is 1 for the first line, `line` without its newline, borrowed for the call. False stops with the error. */
typedef bool LineFunction(void *userdata, int64_t number, Str line, Error *err);

typedef struct LinesRead {
	int64_t lines;
	int64_t bytes;           /* of whole lines, newlines included */
	int64_t tail_bytes;      /* after the last newline: a torn line, or one that is being written */
} LinesRead;

/* A line that is too long is an error that names it. `ret` is filled in any case with what was read before. */
BG_CHECK bool lines_read(int fd, const char *path, LineFunction *each, void *userdata, LinesRead *ret, Error *err);
