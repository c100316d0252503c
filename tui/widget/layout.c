/* layout.c: cutting rectangles. */
#include "tui/widget/layout.h"

static int clamp(int value, int low, int high)
{
	return value > high ? high : value < low ? low : value;
}

static int least_of(int a, int b)
{
	return a < b ? a : b;
}

static int most_of(int a, int b)
{
	return a > b ? a : b;
}

bool rect_is_empty(Rect rect)
{
	return rect.width <= 0 || rect.height <= 0;
}

bool rect_contains(Rect rect, int x, int y)
{
	return x >= rect.x && y >= rect.y && x - rect.x < rect.width && y - rect.y < rect.height;
}

Rect rect_intersect(Rect a, Rect b)
{
	int left = most_of(a.x, b.x), top = most_of(a.y, b.y);
	int right = least_of(a.x + a.width, b.x + b.width), bottom = least_of(a.y + a.height, b.y + b.height);
	return (Rect){ .x = left, .y = top, .width = most_of(right - left, 0), .height = most_of(bottom - top, 0) };
}

Rect rect_inset(Rect rect, int columns, int rows)
{
	columns = clamp(columns, 0, rect.width / 2);
	rows = clamp(rows, 0, rect.height / 2);
	return (Rect){ .x = rect.x + columns, .y = rect.y + rows, .width = rect.width - 2 * columns,
		.height = rect.height - 2 * rows };
}

Rect rect_cut_top(Rect *rest, int rows)
{
	Rect strip = *rest;
	strip.height = clamp(rows, 0, most_of(rest->height, 0));
	rest->y += strip.height;
	rest->height -= strip.height;
	return strip;
}

Rect rect_cut_bottom(Rect *rest, int rows)
{
	Rect strip = *rest;
	strip.height = clamp(rows, 0, most_of(rest->height, 0));
	rest->height -= strip.height;
	strip.y = rest->y + rest->height;
	return strip;
}

Rect rect_cut_left(Rect *rest, int columns)
{
	Rect strip = *rest;
	strip.width = clamp(columns, 0, most_of(rest->width, 0));
	rest->x += strip.width;
	rest->width -= strip.width;
	return strip;
}

Rect rect_cut_right(Rect *rest, int columns)
{
	Rect strip = *rest;
	strip.width = clamp(columns, 0, most_of(rest->width, 0));
	rest->width -= strip.width;
	strip.x = rest->x + rest->width;
	return strip;
}

Rect rect_centre(Rect rect, int width, int height)
{
	width = clamp(width, 0, most_of(rect.width, 0));
	height = clamp(height, 0, most_of(rect.height, 0));
	return (Rect){ .x = rect.x + (rect.width - width) / 2, .y = rect.y + (rect.height - height) / 2, .width = width,
		.height = height };
}

/* The size of flexible part `index`, out of `room` cells that are shared by the parts from there on. */
static int flexible_size(const LayoutPart parts[], size_t index, size_t count, int room)
{
	int weights = 0;
	for (size_t i = index; i < count; i++)
		if (parts[i].fixed == 0)
			weights += parts[i].weight;
	int share = weights > 0 ? room * parts[index].weight / weights : 0;
	return clamp(most_of(share, parts[index].least), 0, room);
}

void layout_split(Rect rect, LayoutDirection direction, const LayoutPart parts[], size_t count, Rect ret_rects[])
{
	int length = most_of(direction == LAYOUT_COLUMNS ? rect.width : rect.height, 0);
	int room = length;
	for (size_t i = 0; i < count; i++)
		room -= parts[i].fixed;
	room = most_of(room, 0);
	Rect rest = rect;
	for (size_t i = 0; i < count; i++) {
		int size = parts[i].fixed > 0 ? parts[i].fixed : flexible_size(parts, i, count, room);
		if (parts[i].fixed == 0)
			room -= size;
		/* Rounding leaves cells over: they go to the last part, so that the parts cover everything. */
		if (i + 1 == count)
			size = length;
		ret_rects[i] = direction == LAYOUT_COLUMNS ? rect_cut_left(&rest, size) : rect_cut_top(&rest, size);
	}
}
