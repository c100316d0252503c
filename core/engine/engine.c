/* engine.c: the engine role: start, loop, end. */
#include "core/engine/engine.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/confine.h"
#include "core/engine/crash_points.h"
#include "core/engine/doors.h"
#include "core/engine/engine_state.h"
#include "core/engine/frame.h"
#include "core/engine/listener.h"
#include "core/engine/launch.h"
#include "core/engine/seat.h"
#include "core/engine/shelter.h"
#include "core/health/health.h"
#include "core/providers/provider.h"

#define TICK_MS 5000
#define CLOCK_JUMP_MS 2000      /* more is not the clock being disciplined: somebody set it */
#define LOCK_WAIT_MS 8000      /* longer than TICK_MS: one whose socket was removed makes another at its next tick */
#define LOCK_STEP_MS 10

/* ---- clients ---- */

/* Who a connection is comes from the kernel: the login behind the uid, and the person of the environment who has that login. */
const char *engine_login_of(Engine *engine, const Connection *connection) {
	const char *login = logins_name(&engine->logins, connection->uid);
	const EnvironmentPerson *person = environment_find_login(engine->environment, login);
	return person ? person->name : login;
}

void engine_identify(Engine *engine, Connection *connection) {
	const char *login = logins_name(&engine->logins, connection->uid);
	const EnvironmentPerson *person = environment_find_login(engine->environment, login);
	connection_become(connection, person ? person->name : login, "uid", person ? &person->roles : NULL);
}

/* The one frame that every version understands. */
static bool refuse_version(Connection *connection) {
	AUTO(Json) *welcome = json_new_object();
	json_add_string(welcome, "t", "welcome");
	json_add_int(welcome, "protocol", PROTOCOL_VERSION);
	connection_close_with(connection, welcome);
	return true;
}

static bool on_hello(Engine *engine, Connection *connection, const Json *frame, Error *err) {
	if (!text_eq(json_get_string(frame, "t"), "hello")) {
		error_set(err, ERROR_PROTOCOL, "the first message must be hello");
		return error_hint(err, "breakglass speaks with its engine by itself: use the command");
	}
	if (json_get_int(frame, "protocol", 0) != PROTOCOL_VERSION)
		return refuse_version(connection);
	connection->terminal = str_dup(str_slice(str_from(json_get_string(frame, "terminal")), 0, 64));
	if (text_eq(json_get_string(frame, "kind"), "seat")) {
		seat_offer(engine, connection);
		return true;
	}
	connection->welcome = true;
	connection->console = text_eq(json_get_string(frame, "kind"), "console");
	publish_welcome(engine, connection, frame);
	publish_presence(engine);
	return true;
}

static bool on_frame(void *userdata, Connection *connection, const Json *frame, Error *err) {
	Engine *engine = userdata;
	if (connection->seat)
		return error_set(err, ERROR_PROTOCOL, "a terminal that is lent speaks with its worker only");
	if (!connection->welcome)
		return on_hello(engine, connection, frame, err);
	if (!text_eq(json_get_string(frame, "t"), "ask"))
		return error_set(err, ERROR_PROTOCOL, "after hello only asks are taken");
	engine_serve(engine, connection, frame);
	doors_relieve(engine);
	return true;
}

static void on_closed(void *userdata, Connection *connection) {
	Engine *engine = userdata;
	for (Connection **link = &engine->connections; *link; link = &(*link)->next) {
		if (*link == connection) {
			*link = connection->next;
			engine->connection_count--;
			break;
		}
	}
	if (connection->welcome && connection->console && !engine->stopping)
		publish_presence(engine);
}

static void on_connection(uv_stream_t *listening, int status) {
	Engine *engine = listening->data;
	if (status < 0)
		return;
	ConnectionOwner owner = {on_frame, on_closed, engine};
	Connection *connection = connection_accept(&engine->loop, listening, &owner);
	if (!connection)
		return;
	connection->next = engine->connections;
	engine->connections = connection;
	engine->connection_count++;
	engine_identify(engine, connection);
	doors_admit(engine, connection);
}

/* ---- prober ---- */

static void on_reading(void *userdata, Reading *reading) {
	Engine *engine = userdata;
	announcer_judge(engine->announcer, reading);
	engine_take_reading(engine, reading);
}

static void on_announced(void *userdata, const Json *frame) { announcer_told(((Engine *) userdata)->announcer, frame); }

static void on_prober_died(void *userdata, const char *why) {
	Engine *engine = userdata;
	if (!engine->stopping)
		announcer_prober_died(engine->announcer);
	for (size_t i = 0; i < engine->reading_count && !engine->stopping; i++) {
		AUTO_CLEAR(Reading) gone = {0};
		gone.name = bg_strdup(engine->readings[i].name);
		reading_set(&gone, READING_UNKNOWN, "nobody is looking: %s", why);
		reading_because(&gone, "it is being started again; the engine's log tells more");
		gone.taken = wall_now();
		engine_take_reading(engine, &gone);
	}
}

static void name_readings(Engine *engine) {
	const Environment *environment = engine->environment;
	engine->readings = bg_calloc(environment->probe_count + 1, sizeof(*engine->readings));
	engine->recorded = bg_calloc(environment->probe_count + 1, sizeof(*engine->recorded));
	engine->reading_count = environment->probe_count;
	for (size_t i = 0; i < environment->probe_count; i++) {
		engine->readings[i].name = bg_strdup(environment->probes[i].name);
		engine->readings[i].probe = bg_strdup(environment->probes[i].probe);
		engine->readings[i].system = bg_strdup(environment->probes[i].system);
		reading_set(&engine->readings[i], READING_UNKNOWN, "not looked yet");
		engine->recorded[i] = NOT_RECORDED;
	}
}

/* ---- start and end ---- */

static void on_end_signal(uv_signal_t *handle, int number) {
	(void) number;
	Engine *engine = handle->data;
	engine->stopping = true;
	uv_stop(&engine->loop);
}

/* Where it can be found: in its folder, or where no disk is needed. */
static bool start_listening(Engine *engine, Error *err) {
	int fd = engine->spare_fd;
	engine->spare_fd = -1;
	if (fd < 0 && !listener_bind(&engine->paths, engine->has_group ? &engine->group : NULL, &engine->heard, &fd, err)) {
		if (!journal_is_disk_trouble(err) || !listener_bind_spare(&engine->paths, &fd, err))
			return false;
		engine->at_spare = true;
	}
	error_clear(err);
	return listener_start(fd, &engine->loop, &engine->listening, on_connection, err);
}

static void listen_anew(Engine *engine) {
	Error why = {0};
	char text[640];
	engine->unheard = !start_listening(engine, &why);
	engine->listening.data = engine;
	fprintf(stderr, "breakglass engine: its socket was removed, and it %s%s\n", engine->unheard ? "cannot make another: " : "made another one",
		engine->unheard ? error_format(&why, text, sizeof(text)) : "");
}

static void on_listening_closed(uv_handle_t *handle) {
	Engine *engine = handle->data;
	if (!engine->stopping)
		listen_anew(engine);
}

/* Whoever is connected stays so; nobody else finds an engine whose socket was removed. */
static void keep_listening(Engine *engine) {
	if (engine->unheard) {
		listen_anew(engine);
	} else if (!engine->at_spare && !listener_stands(&engine->paths, &engine->heard)) {
		engine->unheard = true;
		uv_close((uv_handle_t *) &engine->listening, on_listening_closed);
	}
}

static int64_t clock_offset(void) { return wall_now().ms - mono_now().ms; }

/* A machine that slept has not jumped: the clock that nobody can set went on, too. */
static void note_clock_set(Engine *engine) {
	int64_t offset = clock_offset(), jump = offset - engine->clock_offset_ms;
	char span[SPAN_TEXT_SIZE];
	engine->clock_offset_ms = offset;
	if (!engine->file || (jump < CLOCK_JUMP_MS && jump > -CLOCK_JUMP_MS))
		return;
	AUTO_FREE char *text = bg_asprintf("the clock of this machine was set %s by %s: times before and after differ by that, durations do not",
		jump > 0 ? "forward" : "back", span_format(jump > 0 ? jump : -jump, span));
	AUTO(Json) *args = json_new_object();
	json_add_string(args, "text", text);
	BG_IGNORE(engine_request(engine, REQUEST_NOTE, args, NULL));   /* each record holds both clocks anyway */
}

/* Its state was removed under it: what it would still write, nobody could read. With records that are in memory only it goes on. */
static bool was_removed(const Engine *engine) {
	return engine->lock_fd >= 0 && !listener_lock_stands(&engine->paths, engine->lock_fd)
		&& !(engine->file && incident_file_held(engine->file));
}

static void on_tick(uv_timer_t *timer) {
	Engine *engine = timer->data;
	if (was_removed(engine)) {
		fprintf(stderr, "breakglass engine: %s was removed: this engine ends\n", engine->paths.lock);
		engine->stopping = true;
		uv_stop(&engine->loop);
		return;
	}
	keep_listening(engine);
	note_clock_set(engine);
	doors_close_idle(engine);
	engine_expire_readings(engine);
	engine_settle(engine);
	engine_renew_gates(engine);
	announcer_pump(engine->announcer);
}

/* The folder cannot hold a lock: the abstract socket is one. The folder is looked at once more afterwards, since another engine may have found
 * it well meanwhile. */
static bool take_spare(Engine *engine, Error *err) {
	Error again = {0};
	if (!listener_bind_spare(&engine->paths, &engine->spare_fd, err))
		return false;
	engine->at_spare = true;
	if (listener_lock(&engine->paths, &engine->lock_fd, &again) || again.kind != ERROR_CONFLICT)
		return true;
	bg_close_fd(&engine->spare_fd);
	*err = again;
	return false;
}

/* Takes the lock. Another engine that holds it either answers (then it is the one that is wanted), or is about to end: that one is
 * waited for. */
static bool take_lock(Engine *engine, Error *err) {
	int64_t until = mono_now().ms + LOCK_WAIT_MS;
	while (!listener_lock(&engine->paths, &engine->lock_fd, err)) {
		if (err->kind != ERROR_CONFLICT || listener_answers(&engine->paths))
			return journal_is_disk_trouble(err) && take_spare(engine, err);
		if (mono_now().ms > until) {
			error_set(err, ERROR_TIMEOUT, "another engine holds the lock and does not answer");
			error_where(err, "%s", engine->paths.lock);
			return error_hint(err, "the lock holds its process number: look what it does, then end it");
		}
		(void) poll(NULL, 0, LOCK_STEP_MS);
	}
	error_clear(err);
	/* The other half of take_spare(): of two that start at once, at least one sees the other. */
	if (!listener_spare_answers(&engine->paths))
		return true;
	bg_close_fd(&engine->lock_fd);
	return error_set(err, ERROR_CONFLICT, "an engine for this environment runs already, which could not write into its folder");
}

static void watch_signal(Engine *engine, uv_signal_t *handle, int number) {
	uv_signal_init(&engine->loop, handle);
	handle->data = engine;
	uv_signal_start(handle, on_end_signal, number);
}

static bool engine_start(Engine *engine, const EngineOptions *options, Error *err) {
	if (!environment_load(options->environment_path, &engine->environment, err)
		|| !state_paths_init(options->state, engine->environment->name, NULL, &engine->paths, err)
		|| !take_lock(engine, err))
		return false;
	engine->has_group = paths_group(engine->environment->group, &engine->group);
	if (*engine->environment->group && !engine->has_group)
		fprintf(stderr, "breakglass: this machine has no group %s: nobody else may use this engine\n", engine->environment->group);
	engine->self = bg_strdup(options->self);
	engine->environment_path = bg_strdup(options->environment_path);
	engine->started = wall_now();
	engine->clock_offset_ms = clock_offset();
	uv_loop_init(&engine->loop);
	name_readings(engine);
	engine->announcer = announcer_new(engine);
	engine->library = library_new(&engine->environment->playbooks, provider_vocabulary());
	if (!engine_open_incident(engine, err))
		return false;
	if (!start_listening(engine, err))
		return false;
	engine->listening.data = engine;
	watch_signal(engine, &engine->on_term, SIGTERM);
	watch_signal(engine, &engine->on_int, SIGINT);
	if (options->foreground)
		watch_signal(engine, &engine->on_hup, SIGHUP);
	else
		signal(SIGHUP, SIG_IGN);
	uv_timer_init(&engine->loop, &engine->tick);
	engine->tick.data = engine;
	uv_timer_start(&engine->tick, on_tick, TICK_MS, TICK_MS);
	ProberOwner owner = {.reading = on_reading, .announced = on_announced, .died = on_prober_died, .userdata = engine, .incidents = engine->paths.incidents};
	engine->prober = prober_link_start(&engine->loop, engine->self, engine->environment_path, &owner);
	engine_send_checkpoint(engine);
	announcer_pump(engine->announcer);
	return true;
}

static void close_handle(uv_handle_t *handle, void *unused) {
	(void) unused;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

/* A last attempt; what the disk then still does not take is kept elsewhere for the next engine, unless somebody meant it to go. */
static void save_held(Engine *engine) {
	AUTO_FREE char *path = NULL;
	Error why = {0};
	if (engine->file && incident_file_owes(engine->file))
		BG_IGNORE(incident_file_write_held(engine->file, NULL));   /* what is held then, is asked next */
	bool owes = engine->file && incident_file_owes(engine->file);
	const JournalHeld *held = owes ? incident_file_held(engine->file) : NULL;
	bool kept = owes && !engine->discards && shelter_keep(&engine->paths, engine->file, &path, &why);
	if (engine->sheltered && (!owes || engine->discards || (kept && !text_eq(path, engine->sheltered))))
		(void) unlink(engine->sheltered);
	if (!owes)
		return;
	fprintf(stderr, "breakglass engine: %lld records of %s, or files of records, were held in memory (%s) and are %s%s\n",
		(long long) (held ? held->count : 0), incident_file_model(engine->file)->id, incident_file_problem(engine->file) ? incident_file_problem(engine->file)->why : "not written yet",
		kept ? "taken up by the next engine from " : "lost", kept ? path : "");
}

/* Workers that change something are left to themselves: they hold their logs, and the next engine takes up what they leave. */
static void engine_end(Engine *engine) {
	engine->stopping = true;
	/* First: who sees its connection end, and asks anew, is to find nobody rather than one that is about to go. */
	if (engine->started.ms && engine->listening.loop)
		close_handle((uv_handle_t *) &engine->listening, NULL);
	for (Connection *connection = engine->connections; connection; connection = connection->next)
		connection_close(connection);
	engine_abandon_jobs(engine);
	if (engine->prober)
		prober_link_stop(engine->prober);
	if (engine->started.ms) {
		uv_handle_t *own[] = {(uv_handle_t *) &engine->on_term, (uv_handle_t *) &engine->on_int,
			(uv_handle_t *) &engine->on_hup, (uv_handle_t *) &engine->tick};
		for (size_t i = 0; i < BG_LENGTH(own); i++)
			if (own[i]->loop)
				close_handle(own[i], NULL);
		while (uv_run(&engine->loop, UV_RUN_DEFAULT) != 0)
			continue;
		BG_ASSERT(uv_loop_close(&engine->loop) == 0);
	}
	/* After a removal there may be another engine with a socket of its own. */
	if (engine->listening.loop && !engine->at_spare && listener_lock_stands(&engine->paths, engine->lock_fd))
		(void) unlink(engine->paths.socket);
	save_held(engine);
	engine->file = incident_file_close(engine->file);
	engine->announcer = announcer_free(engine->announcer);
	library_free(engine->library);
	for (size_t i = 0; i < engine->reading_count; i++)
		reading_clear(&engine->readings[i]);
	free(engine->readings);
	free(engine->recorded);
	environment_free(engine->environment);
	state_paths_clear(&engine->paths);
	free(engine->self);
	free(engine->environment_path);
	free(engine->banner);
	strlist_clear(&engine->asked_for_gates);
	free(engine->sheltered);
	logins_clear(&engine->logins);
	bg_close_fd(&engine->lock_fd);
	bg_close_fd(&engine->spare_fd);
}

int engine_main(const EngineOptions *options) {
	static Engine engine;
	engine.lock_fd = engine.spare_fd = -1;
	Error err = {0};
	signal(SIGPIPE, SIG_IGN);
	confine_begin();
	crash_points_init();
	bool ok = engine_start(&engine, options, &err);
	/* Another engine was quicker: exactly what was wanted is there. */
	bool other = !ok && err.kind == ERROR_CONFLICT && engine.lock_fd < 0 && engine.spare_fd < 0;
	if (ok)
		uv_run(&engine.loop, UV_RUN_DEFAULT);
	else {
		char text[640];
		fprintf(stderr, "%s%s\n", other ? "breakglass: " : LAUNCH_FAILED, error_format(&err, text, sizeof(text)));
	}
	engine_end(&engine);
	return ok || other ? 0 : 1;
}
