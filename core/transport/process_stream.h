/* process_stream.h: a program that is spoken with while it runs, over its stdin and stdout. Nothing here waits but process_stream_wait. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/error.h"

#define PROCESS_STREAM_ERR_MAX (16u * 1024)   /* of its stderr; the rest is read and dropped */

typedef struct ProcessStream ProcessStream;

/* `argv` and `environment` as in ProcessRequest; borrowed for the call only. */
BG_CHECK bool process_stream_open(char *const *argv, char *const *environment, ProcessStream **ret, Error *err);
/* Ends it: its pipes first, then SIGTERM to its group, SIGKILL after a short grace. */
ProcessStream *process_stream_free(ProcessStream *stream);
BG_DEFINE_FREEP(ProcessStream, process_stream_free)
/* As read() and write() that do not block: -1 with EAGAIN. A read of 0 is its end. */
ssize_t process_stream_read(ProcessStream *stream, char *bytes, size_t size);
ssize_t process_stream_write(ProcessStream *stream, Str bytes);
/* Until something can be read, or written where `to_write`, or the time is over. What it says on stderr is taken meanwhile. True: there was something. */
bool process_stream_wait(ProcessStream *stream, bool to_write, int wait_ms);
/* What it said on stderr until now. Borrowed. */
Str process_stream_said(const ProcessStream *stream);
