/* layout.h: rectangles of cells and how a screen is cut into them. Integer arithmetic only; no rectangle is ever negative. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

typedef struct Rect { int x, y, width, height; } Rect;

bool rect_is_empty(Rect rect);
bool rect_contains(Rect rect, int x, int y);
Rect rect_intersect(Rect a, Rect b);
Rect rect_inset(Rect rect, int columns, int rows);   /* less on every side */

/* Cut a strip off one side of *rest and return it; at most what is there. */
Rect rect_cut_top(Rect *rest, int rows);
Rect rect_cut_bottom(Rect *rest, int rows);
Rect rect_cut_left(Rect *rest, int columns);
Rect rect_cut_right(Rect *rest, int columns);
/* A rectangle of at most this size in the middle of `rect`. */
Rect rect_centre(Rect rect, int width, int height);

typedef enum LayoutDirection { LAYOUT_COLUMNS, LAYOUT_ROWS } LayoutDirection;

/* One part of a split: `fixed` cells, or (fixed 0) a share of the rest by `weight`, never below `least` while there is room. */
typedef struct LayoutPart { int fixed, weight, least; } LayoutPart;

/* Splits `rect` into `count` neighbours that cover it exactly. Parts at the front win when there is too little room. */
void layout_split(Rect rect, LayoutDirection direction, const LayoutPart parts[], size_t count, Rect ret_rects[]);
