/* progress.h: how far, how fast, how long: a bar when the end is known, a moving mark when it is not. */
#pragma once
#include <stdint.h>
#include "tui/widget/canvas.h"

typedef struct Progress {
	int64_t done, total;        /* total 0: not known */
	int64_t elapsed_ms;
	int64_t usual_ms;           /* how long it usually takes; 0: not known. Being slow is said, never punished. */
	const char *unit;           /* "pages"; NULL: a share in percent */
} Progress;

/* One row. */
void progress_render(const Progress *progress, Canvas *canvas, Rect rect);
/* A row of small bars, one a value, scaled to the largest; the newest values that fit. */
void sparkline_render(Canvas *canvas, Rect rect, Role role, const int64_t values[], size_t count);
