/* scripted_engine.c: see scripted_engine.h. One thread, one console at a time; the test ends it by closing the door. */
#include "scripted_engine.h"

#include <pthread.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/engine/frame.h"
#include "core/engine/paths.h"
#include "core/journal/journal.h"

struct Script {
	Incident *incident;
	char head[65];
	Json *welcome;
	StrList records, frames;     /* each a whole frame */
	const char *held_for;        /* an ask: the records and frames from these on come after its answer; NULL = none */
	size_t held_record, held_frame;
	Json *replies;               /* ask -> {ok, data|error} */
	int listener;
	pthread_t thread;
	bool started;
};

static Json *parse(const char *format, va_list args)
{
	AUTO_FREE char *text = bg_vasprintf(format, args);
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	AUTO(Json) *json = NULL;
	Error err = { 0 };
	assert_ok(json_parse(str_from(text), &json, &err), &err);
	return TAKE(json);
}

Json *script_json(const char *quoted, ...)
{
	va_list args;
	va_start(args, quoted);
	Json *json = parse(quoted, args);
	va_end(args);
	return json;
}

Script *script_new(void)
{
	Script *script = bg_calloc(1, sizeof(*script));
	script->incident = incident_new();
	script->replies = json_new_object();
	script->listener = -1;
	memcpy(script->head, JOURNAL_GENESIS, sizeof(script->head));
	return script;
}

const Incident *script_incident(const Script *script)
{
	return script->incident;
}

/* ---- records ---- */

static void keep_record(Script *script, const char *who, WallTime time, const Draft *draft)
{
	Record record = { .seq = script->incident->seq + 1, .time = time, .mono_ms = script->incident->seq ? time.ms - script->incident->declared.ms : 0,
		.who = bg_strdup(who), .how = bg_strdup("uid"), .type = bg_strdup(event_type_name(draft->type)), .data = json_copy(draft->data) };
	AUTO_CLEAR(Buf) line = { 0 };
	AUTO_CLEAR(Record) parsed = { 0 };
	Error err = { 0 };
	memcpy(record.prev, script->head, sizeof(record.prev));
	record_write(&record, &line);
	record_clear(&record);
	assert_ok(record_parse(buf_str(&line), &parsed, &err), &err);
	memcpy(script->head, parsed.hash, sizeof(script->head));
	Event event = { .seq = parsed.seq, .time = parsed.time, .mono_ms = parsed.mono_ms, .who = parsed.who, .how = parsed.how,
		.type = draft->type, .data = parsed.data };
	incident_apply(script->incident, &event);
	AUTO(Json) *frame = json_new_object();
	json_add_string(frame, "t", "record");
	json_add_string(frame, "line", buf_text(&line));
	strlist_add_take(&script->records, json_text(frame));
}

void script_record_json(Script *script, const char *who, int64_t age_ms, const char *request, const Json *args)
{
	Request asked = { .who = who, .how = "uid", .args = args };
	WallTime time = { SCRIPT_NOW_MS - age_ms };
	AUTO_CLEAR(Draft) draft = { 0 };
	Error err = { 0 };
	cr_assert(request_kind_parse(request, &asked.kind), "no request %s", request);
	assert_ok(incident_decide(script->incident, &asked, time, &draft, &err), &err);
	keep_record(script, who, time, &draft);
}

void script_record(Script *script, const char *who, int64_t age_ms, const char *request, const char *args, ...)
{
	va_list list;
	va_start(list, args);
	AUTO(Json) *json = parse(args, list);
	va_end(list);
	script_record_json(script, who, age_ms, request, json);
}

/* ---- what is said ---- */

void script_frame(Script *script, const char *frame, ...)
{
	va_list list;
	va_start(list, frame);
	AUTO(Json) *json = parse(frame, list);
	va_end(list);
	if (text_eq(json_get_string(json, "t"), "welcome")) {
		json_free(script->welcome);
		script->welcome = TAKE(json);
		return;
	}
	strlist_add_take(&script->frames, json_text(json));
}

void script_reply_json(Script *script, const char *ask, Json *data)
{
	Json *reply = json_new_object();
	json_add_bool(reply, "ok", true);
	json_add(reply, "data", data);
	json_add(script->replies, ask, reply);
}

void script_reply(Script *script, const char *ask, const char *data, ...)
{
	va_list list;
	va_start(list, data);
	script_reply_json(script, ask, parse(data, list));
	va_end(list);
}

void script_refuse(Script *script, const char *ask, const char *why, const char *hint)
{
	Json *reply = json_new_object();
	json_add_bool(reply, "ok", false);
	Json *error = json_add(reply, "error", json_new_object());
	json_add_string(error, "kind", "denied");
	json_add_string(error, "why", why);
	json_add_string(error, "hint", hint);
	json_add(script->replies, ask, reply);
}

void script_hold(Script *script, const char *ask)
{
	script->held_for = ask;
	script->held_record = script->records.count;
	script->held_frame = script->frames.count;
}

/* ---- the thread ---- */

static void say_text(Buf *out, const char *frame)
{
	frame_write_text(str_from(frame), out);
}

static void say_all(const StrList *frames, size_t from, size_t to, Buf *out)
{
	for (size_t i = from; i < to; i++)
		say_text(out, frames->items[i]);
}

static void greet(const Script *script, Buf *out)
{
	AUTO(Json) *incident = json_new_object();
	json_add_string(incident, "t", "incident");
	json_add(incident, "id", json_new_string(script->records.count ? script->incident->id : NULL));
	if (script->welcome)
		frame_write(script->welcome, out);
	frame_write(incident, out);
	say_all(&script->records, 0, script->held_for ? script->held_record : script->records.count, out);
	say_all(&script->frames, 0, script->held_for ? script->held_frame : script->frames.count, out);
	say_text(out, "{\"t\":\"caught-up\"}");
}

static void answer(Script *script, const Json *frame, Buf *out)
{
	AUTO(Json) *reply = json_copy(json_get(script->replies, json_get_string_or(frame, "name", "")));
	if (!reply)
		reply = json_new_object();
	json_add_string(reply, "t", "reply");
	json_add_int(reply, "id", json_get_int(frame, "id", 0));
	frame_write(reply, out);
	if (!script->held_for || !text_eq(script->held_for, json_get_string_or(frame, "name", "")))
		return;
	say_all(&script->records, script->held_record, script->records.count, out);
	say_all(&script->frames, script->held_frame, script->frames.count, out);
	script->held_for = NULL;
}

static void take_frames(Script *script, Buf *in, Buf *out)
{
	Str rest = buf_str(in);
	for (;;) {
		AUTO(Json) *frame = NULL;
		Error err = { 0 };
		if (frame_take(&rest, FRAME_MAX_FROM_CLIENT, &frame, &err) != FRAME_COMPLETE)
			break;
		if (text_eq(json_get_string(frame, "t"), "hello"))
			greet(script, out);
		else
			answer(script, frame, out);
	}
	buf_consume(in, in->len - rest.len);
}

/* Until the console or the test goes. */
static void serve(Script *script, int fd)
{
	AUTO_CLEAR(Buf) in = { 0 }, out = { 0 };
	for (;;) {
		char bytes[65536];
		ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
		if (got <= 0)
			return;
		buf_append(&in, bytes, (size_t) got);
		take_frames(script, &in, &out);
		while (out.len) {
			ssize_t sent = send(fd, out.data, out.len, MSG_NOSIGNAL);
			if (sent <= 0)
				return;
			buf_consume(&out, (size_t) sent);
		}
	}
}

static void *run(void *userdata)
{
	Script *script = userdata;
	int fd;
	while ((fd = accept(script->listener, NULL, NULL)) >= 0) {
		serve(script, fd);
		close(fd);
	}
	return NULL;
}

void script_start(Script *script, const char *state, const char *environment)
{
	AUTO_CLEAR(StatePaths) paths = { 0 };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	Error err = { 0 };
	assert_ok(state_paths_init(state, environment, NULL, &paths, &err), &err);
	cr_assert(strlen(paths.socket) < sizeof(address.sun_path));
	memcpy(address.sun_path, paths.socket, strlen(paths.socket) + 1);
	script->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(bind(script->listener, (struct sockaddr *) &address, sizeof(address)) == 0);
	cr_assert(listen(script->listener, 4) == 0);
	cr_assert(pthread_create(&script->thread, NULL, run, script) == 0);
	script->started = true;
}

/* The console is gone before: whoever still waits for it is woken by the closed door. */
Script *script_free(Script *script)
{
	if (!script)
		return NULL;
	if (script->listener >= 0)
		(void) shutdown(script->listener, SHUT_RDWR);   /* wakes accept() */
	if (script->started)
		(void) pthread_join(script->thread, NULL);
	if (script->listener >= 0)
		close(script->listener);
	incident_free(script->incident);
	json_free(script->welcome);
	json_free(script->replies);
	strlist_clear(&script->records);
	strlist_clear(&script->frames);
	free(script);
	return NULL;
}
