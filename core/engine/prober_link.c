/* prober_link.c: see prober_link.h. */
#include "core/engine/prober_link.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/frame.h"

#define BACKOFF_FIRST_MS 250
#define BACKOFF_LAST_MS 30000
#define CALM_MS 60000        /* after living this long its earlier deaths are forgotten */

typedef struct Write { uv_write_t request; char *bytes; } Write;

/* One life of the prober process. Its own struct, since its handles may still be closing when the next life begins. */
typedef struct Life {
	ProberLink *link;
	uv_process_t process;
	uv_pipe_t pipe;
	Buf in;
	int handles;
	bool closing, spawned, started;   /* spawned: uv_spawn was called, so the handle must be closed even when it failed */
	int64_t born_ms;
} Life;

struct ProberLink {
	uv_loop_t *loop;
	char *self, *environment_path;
	ProberOwner owner;
	Life *life;                /* NULL between two lives */
	uv_timer_t restart;
	int64_t backoff_ms;
	Json *checkpoint;          /* the frame with the newest; NULL: there was none yet */
	Json *told;                /* by the prober that lives: what holds for it; NULL: not yet */
	bool stopping;
	int handles;               /* the timer, and lives that are not freed yet */
};

static void start_life(ProberLink *link);

static void release(ProberLink *link) {
	if (--link->handles > 0)
		return;
	free(link->self);
	free(link->environment_path);
	json_free(link->checkpoint);
	json_free(link->told);
	free(link);
}

static void on_life_closed(uv_handle_t *handle) {
	Life *life = handle->data;
	if (--life->handles > 0)
		return;
	buf_clear(&life->in);
	release(life->link);
	free(life);
}

static void end_life(Life *life, const char *why) {
	if (life->closing)
		return;
	life->closing = true;
	ProberLink *link = life->link;
	if (life->started)
		(void) uv_process_kill(&life->process, SIGTERM);   /* gone already is fine */
	if (life->spawned)
		uv_close((uv_handle_t *) &life->process, on_life_closed);
	uv_close((uv_handle_t *) &life->pipe, on_life_closed);
	link->life = NULL;
	link->told = json_free(link->told);
	if (link->stopping)
		return;
	if (mono_now().ms - life->born_ms > CALM_MS)
		link->backoff_ms = 0;
	link->backoff_ms = link->backoff_ms ? link->backoff_ms * 2 : BACKOFF_FIRST_MS;
	if (link->backoff_ms > BACKOFF_LAST_MS)
		link->backoff_ms = BACKOFF_LAST_MS;
	link->owner.died(link->owner.userdata, why);
}

static void on_restart(uv_timer_t *timer) { start_life(timer->data); }

static void schedule_restart(ProberLink *link) {
	if (!link->stopping)
		uv_timer_start(&link->restart, on_restart, (uint64_t) link->backoff_ms, 0);
}

static void on_exit_status(uv_process_t *process, int64_t status, int signal_number) {
	Life *life = process->data;
	ProberLink *link = life->link;
	AUTO_FREE char *why = signal_number ? bg_asprintf("the prober was ended by signal %d", signal_number)
		: bg_asprintf("the prober ended with status %lld", (long long) status);
	end_life(life, why);
	schedule_restart(link);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret) {
	Life *life = handle->data;
	(void) suggested;
	buf_reserve(&life->in, 65536);
	*ret = uv_buf_init(life->in.data + life->in.len, 65536);
}

static void take_frame(Life *life, const Json *frame) {
	AUTO_CLEAR(Reading) reading = {0};
	if (text_eq(json_get_string(frame, "t"), "confined")) {
		json_free(life->link->told);
		life->link->told = json_copy(json_get(frame, "told"));
	}
	if (text_eq(json_get_string(frame, "t"), "announced"))
		life->link->owner.announced(life->link->owner.userdata, frame);
	if (text_eq(json_get_string(frame, "t"), "reading") && reading_from_json(json_get(frame, "reading"), &reading, NULL))
		life->link->owner.reading(life->link->owner.userdata, &reading);
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *bytes) {
	(void) bytes;
	Life *life = stream->data;
	if (got < 0) {
		/* Its exit follows; a prober that closed its socket but lives is ended. */
		(void) uv_process_kill(&life->process, SIGTERM);
		uv_read_stop(stream);
		return;
	}
	life->in.len += (size_t) got;
	Str rest = buf_str(&life->in);
	for (;;) {
		AUTO(Json) *frame = NULL;
		FrameStatus status = frame_take(&rest, FRAME_MAX_FROM_CLIENT, &frame, NULL);
		if (status == FRAME_BROKEN)
			(void) uv_process_kill(&life->process, SIGTERM);
		if (status != FRAME_COMPLETE)
			break;
		take_frame(life, frame);
	}
	buf_consume(&life->in, life->in.len - rest.len);
}

static void on_written(uv_write_t *request, int status) {
	(void) status;
	Write *write = (Write *) request;
	free(write->bytes);
	free(write);
}

static void send_frame(Life *life, const Json *frame) {
	Buf bytes = {0};
	frame_write(frame, &bytes);
	Write *write = bg_calloc(1, sizeof(*write));
	unsigned len = (unsigned) bytes.len;
	write->bytes = buf_take(&bytes);
	uv_buf_t part = uv_buf_init(write->bytes, len);
	if (uv_write(&write->request, (uv_stream_t *) &life->pipe, &part, 1, on_written) < 0)
		on_written(&write->request, -1);
}

/* 0, or the error of libuv. */
static int spawn(Life *life, int child_fd) {
	char role[] = "__prober";
	char *args[] = {life->link->self, role, NULL};
	uv_stdio_container_t stdio[4] = {
		{.flags = UV_IGNORE}, {.flags = UV_IGNORE}, {.flags = UV_INHERIT_FD, .data.fd = 2},
		{.flags = UV_INHERIT_FD, .data.fd = child_fd},
	};
	uv_process_options_t options = {.exit_cb = on_exit_status, .file = life->link->self, .args = args, .stdio = stdio,
		.stdio_count = 4};
	life->spawned = true;
	life->handles++;
	return uv_spawn(life->link->loop, &life->process, &options);
}

static void start_life(ProberLink *link) {
	Life *life = bg_calloc(1, sizeof(*life));
	life->link = link;
	life->born_ms = mono_now().ms;
	life->process.data = life->pipe.data = life;
	life->handles = 1;
	link->handles++;
	link->life = life;
	uv_pipe_init(link->loop, &life->pipe, 0);
	int ends[2] = {-1, -1};
	int failed = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0 ? spawn(life, ends[1]) : uv_translate_sys_error(errno);
	life->started = failed == 0;
	if (ends[1] >= 0)
		close(ends[1]);
	if (!life->started) {
		if (ends[0] >= 0)
			close(ends[0]);
		AUTO_FREE char *why = bg_asprintf("the prober could not be started: %s", uv_strerror(failed));
		end_life(life, why);
		schedule_restart(link);
		return;
	}
	fd_set_nonblocking(ends[0]);
	uv_pipe_open(&life->pipe, ends[0]);
	uv_read_start((uv_stream_t *) &life->pipe, on_alloc, on_read);
	AUTO(Json) *start = json_new_object();
	json_add_string(start, "t", "start");
	json_add_string(start, "environment", link->environment_path);
	json_add_string(start, "incidents", link->owner.incidents);
	send_frame(life, start);
	if (link->checkpoint)
		send_frame(life, link->checkpoint);
}

ProberLink *prober_link_start(uv_loop_t *loop, const char *self, const char *environment_path, const ProberOwner *owner) {
	ProberLink *link = bg_calloc(1, sizeof(*link));
	link->loop = loop;
	link->self = bg_strdup(self);
	link->environment_path = bg_strdup(environment_path);
	link->owner = *owner;
	uv_timer_init(loop, &link->restart);
	link->restart.data = link;
	link->handles = 1;
	start_life(link);
	return link;
}

void prober_link_refresh(ProberLink *link, const char *name) {
	if (!link->life || link->life->closing)
		return;
	AUTO(Json) *frame = json_new_object();
	json_add_string(frame, "t", "refresh");
	json_add_string(frame, "name", name);
	send_frame(link->life, frame);
}

void prober_link_checkpoint(ProberLink *link, const char *incident, int64_t seq, const char *note) {
	json_free(link->checkpoint);
	link->checkpoint = json_new_object();
	json_add_string(link->checkpoint, "t", "checkpoint");
	json_add_string(link->checkpoint, "incident", incident);
	json_add_int(link->checkpoint, "seq", seq);
	json_add_string(link->checkpoint, "note", note);
	if (link->life && !link->life->closing)
		send_frame(link->life, link->checkpoint);
}

void prober_link_announce(ProberLink *link, const char *incident, int64_t seq, const char *text, const char *thread) {
	AUTO(Json) *frame = json_new_object();
	json_add_string(frame, "t", "announce");
	json_add_string(frame, "incident", incident);
	json_add_int(frame, "seq", seq);
	json_add_string(frame, "text", text);
	json_add_string(frame, "thread", thread);
	if (link->life && !link->life->closing)
		send_frame(link->life, frame);
}

int prober_link_pid(const ProberLink *link) { return link->life && link->life->started ? link->life->process.pid : 0; }
const Json *prober_link_told(const ProberLink *link) { return link->told; }

static void on_timer_closed(uv_handle_t *handle) { release(handle->data); }

void prober_link_stop(ProberLink *link) {
	link->stopping = true;
	if (link->life)
		end_life(link->life, "");
	uv_close((uv_handle_t *) &link->restart, on_timer_closed);
}
