/* lines.c: a buffer that slides over the file; grows only for lines that do not fit. */
#include "core/journal/lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"

enum { LINES_CHUNK = 256 * 1024 };

typedef struct Window {
	char *bytes;
	size_t start, end, capacity;   /* bytes[start..end) is not yet handed out */
} Window;

/* Room for a chunk behind `end`, keeping what is not yet handed out. */
static void window_make_room(Window *window)
{
	size_t kept = window->end - window->start;
	if (window->start)
		memmove(window->bytes, window->bytes + window->start, kept);
	window->start = 0;
	window->end = kept;
	if (window->capacity - kept < LINES_CHUNK) {
		window->capacity = kept + LINES_CHUNK;
		window->bytes = bg_realloc(window->bytes, window->capacity);
	}
}

static bool window_hand_out(Window *window, size_t searched, const char *path, LineFunction *each, void *userdata,
	LinesRead *ret, Error *err)
{
	const char *newline;
	while ((newline = memchr(window->bytes + window->start + searched, '\n',
		window->end - window->start - searched)) != NULL) {
		Str line = { window->bytes + window->start, (size_t) (newline - window->bytes) - window->start };
		searched = 0;
		if (!each(userdata, ret->lines + 1, line, err))
			return error_where(err, "%s:%lld", path, (long long) ret->lines + 1);
		ret->lines++;
		ret->bytes += (int64_t) line.len + 1;
		window->start += line.len + 1;
	}
	if (window->end - window->start <= JOURNAL_LINE_MAX)
		return true;
	(void) error_set(err, ERROR_INVALID, "the line is longer than %d bytes", JOURNAL_LINE_MAX);
	return error_where(err, "%s:%lld", path, (long long) ret->lines + 1);
}

bool lines_read(int fd, const char *path, LineFunction *each, void *userdata, LinesRead *ret, Error *err)
{
	Window window = { 0 };
	bool ok = true;
	*ret = (LinesRead) { 0 };
	while (ok) {
		window_make_room(&window);
		size_t searched = window.end;
		ssize_t got = read(fd, window.bytes + window.end, window.capacity - window.end);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			(void) error_errno(err, errno, "reading failed");
			ok = error_where(err, "%s", path);
		}
		if (got <= 0)
			break;
		window.end += (size_t) got;
		ok = window_hand_out(&window, searched, path, each, userdata, ret, err);
	}
	ret->tail_bytes = (int64_t) (window.end - window.start);
	free(window.bytes);
	return ok;
}
