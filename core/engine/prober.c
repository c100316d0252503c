/* prober.c: the role that asks every probe of the environment again and again. The only long-lived process with credentials.
 * One thread for each probe (they are few and mostly asleep), so that one that hangs delays no other. A thread that is over its
 * deadline is reported as unknown by the main thread, which needs no answer from it to say so. Nodes may be many: they share one
 * loop (providers/node/sweep.h). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/engine/confine.h"
#include "core/engine/engine.h"
#include "core/engine/frame.h"
#include "core/engine/prober_confine.h"
#include "core/environment/environment.h"
#include "core/providers/node/sweep.h"
#include "core/providers/provider.h"

#define PROBER_FD 3
#define PROBES_MAX 512               /* with a thread of their own */
#define THREAD_STACK (512u * 1024)   /* libcurl with TLS needs a good part of it */
#define DEADLINE_SLACK_MS 2000
#define PLACE_RETRY_MS 250

typedef struct Prober Prober;

typedef struct Asker {
	Prober *prober;
	const EnvironmentProbe *spec;
	const Probe *probe;
	const EnvironmentSystem *system;
	Error problem;               /* why it can never be asked; NONE = it can */
	pthread_t thread;
	/* Under prober->lock: */
	bool wanted;                 /* ask now, do not wait for the interval */
	bool asking, reported_late;
	int64_t asked_ms;
	int failures;                /* of a place for checkpoints, in a row */
	size_t swept;                /* 1 + its place in the sweep; 0 = it has a thread of its own */
} Asker;

struct Prober {
	Environment *environment;
	Asker *askers;
	size_t count;
	char *incidents_folder;      /* of those that were */
	NodeSweep *sweep;            /* NULL: there are no nodes */
	Asker **swept;               /* by their place in the sweep */
	pthread_mutex_t lock;        /* of the askers' fields and of writing to the socket */
	pthread_cond_t wake;
	/* Under the lock: the newest checkpoint of the record; incident NULL: there was none yet. */
	char *incident, *note;
	int64_t seq;
	Json *announce;              /* the frame of what is to be posted next; NULL: nothing */
};

static bool announces(const Asker *asker) { return text_eq(asker->spec->probe, "slack.announce"); }
static bool keeps_checkpoints(const Asker *asker) { return str_starts(str_from(asker->spec->probe), "checkpoint."); }

/* A look at a node goes into the sweep, wherever the environment names it. */
static bool is_node(const Asker *asker) { return text_eq(asker->spec->probe, "node.machine"); }

static int64_t every_of(const Asker *asker) { return asker->spec->every_ms ? asker->spec->every_ms : asker->probe->every_ms; }
static int64_t deadline_of(const Asker *asker) {
	return asker->spec->deadline_ms ? asker->spec->deadline_ms : asker->probe->deadline_ms;
}
static int64_t budget_of(const Asker *asker) {
	return asker->spec->budget_ms ? asker->spec->budget_ms : asker->probe->budget_ms;
}

/* An engine that is gone ends the prober: its readings are for nobody else. Called with the lock held, or before there is a thread. */
static void tell(const Json *frame) {
	AUTO_CLEAR(Buf) bytes = {0};
	frame_write(frame, &bytes);
	if (!file_write_all(PROBER_FD, bytes.data, bytes.len, NULL))
		_exit(0);
}

/* Called with the lock held. */
static void send_reading(const Asker *asker, Reading *reading) {
	free(reading->name);
	free(reading->probe);
	free(reading->system);
	reading->name = bg_strdup(asker->spec->name);
	reading->probe = bg_strdup(asker->spec->probe);
	reading->system = bg_strdup(asker->spec->system);
	reading->taken = wall_now();
	reading->budget_ms = asker->probe ? budget_of(asker) : 60000;
	AUTO(Json) *frame = json_new_object();
	json_add_string(frame, "t", "reading");
	json_add(frame, "reading", reading_to_json(reading));
	tell(frame);
}

/* Called with the lock held: what came of a message. */
static void tell_announced(const Json *announce, const Reading *reading) {
	AUTO(Json) *frame = json_new_object();
	json_add_string(frame, "t", "announced");
	json_add_string(frame, "incident", json_get_string(announce, "incident"));
	json_add_int(frame, "seq", json_get_int(announce, "seq", 0));
	json_add_string(frame, "outcome", reading ? json_get_string_or(reading->facts, "outcome", "in-doubt") : "not-posted");
	json_add_string(frame, "thread", reading ? json_get_string(reading->facts, "thread") : NULL);
	tell(frame);
}

static void ask_once(Asker *asker) {
	if (prober_place_moved(asker->spec))
		_exit(0);   /* the engine starts another, whose rules are for the folder that is there now */
	AUTO_CLEAR(Reading) reading = {0};
	pthread_mutex_lock(&asker->prober->lock);
	AUTO_FREE char *incident = bg_strdup_or_null(asker->prober->incident);
	AUTO_FREE char *note = bg_strdup_or_null(asker->prober->note);
	CallCheckpoint checkpoint = {incident, note, asker->prober->seq};
	AUTO(Json) *announce = announces(asker) ? TAKE(asker->prober->announce) : NULL;
	pthread_mutex_unlock(&asker->prober->lock);
	CallAnnouncement announcement = {.incident = json_get_string(announce, "incident"), .text = json_get_string_or(announce, "text", ""),
		.thread = json_get_string(announce, "thread"), .seq = json_get_int(announce, "seq", 0)};
	MonoTime begun = mono_now();
	Call call = {.environment = asker->prober->environment, .system = asker->system, .args = asker->spec->args,
		.checkpoint = incident ? &checkpoint : NULL, .announcement = announce ? &announcement : NULL, .incidents = asker->prober->incidents_folder,
		.deadline = {begun.ms + deadline_of(asker)}};
	asker->probe->read(&call, &reading);
	reading.elapsed_ms = mono_now().ms - begun.ms;
	pthread_mutex_lock(&asker->prober->lock);
	asker->asking = asker->reported_late = false;
	asker->failures = reading.state == READING_OK ? 0 : asker->failures + 1;
	if (announce)
		tell_announced(announce, &reading);
	send_reading(asker, &reading);
	pthread_mutex_unlock(&asker->prober->lock);
}

/* A tenth either way, so that probes with one interval do not all knock at once. */
static int64_t jittered(int64_t every_ms) {
	unsigned char noise[2];
	random_bytes(noise, sizeof(noise));
	int64_t tenth = every_ms / 10;
	return tenth ? every_ms - tenth + (noise[0] | noise[1] << 8) % (2 * tenth + 1) : every_ms;
}

/* A place that did not take a checkpoint is asked again soon, then less and less often. */
static int64_t wait_of(const Asker *asker) {
	int64_t every = every_of(asker), wait = PLACE_RETRY_MS;
	if (!asker->failures || !keeps_checkpoints(asker))
		return jittered(every);
	for (int i = 1; i < asker->failures && wait < every; i++)
		wait *= 2;
	return jittered(wait < every ? wait : every);
}

static void sleep_until_wanted(Asker *asker, int64_t wait_ms) {
	Prober *prober = asker->prober;
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += wait_ms / 1000;
	until.tv_nsec += (wait_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&prober->lock);
	int status = 0;
	while (!asker->wanted && status != ETIMEDOUT)
		status = pthread_cond_timedwait(&prober->wake, &prober->lock, &until);
	asker->wanted = false;
	asker->asking = true;
	asker->asked_ms = mono_now().ms;
	pthread_mutex_unlock(&prober->lock);
}

static void *asker_thread(void *userdata) {
	Asker *asker = userdata;
	sleep_until_wanted(asker, 0);
	for (;;) {
		ask_once(asker);
		sleep_until_wanted(asker, wait_of(asker));
	}
	return NULL;
}

/* ---- what cannot be asked at all ---- */

static void report_problem(Asker *asker) {
	AUTO_CLEAR(Reading) reading = {0};
	reading_set_error(&reading, &asker->problem);
	pthread_mutex_lock(&asker->prober->lock);
	send_reading(asker, &reading);
	pthread_mutex_unlock(&asker->prober->lock);
}

static void prepare(Asker *asker) {
	asker->probe = probe_find(asker->spec->probe);
	if (!asker->probe) {
		error_set(&asker->problem, ERROR_INVALID, "there is no probe %s", asker->spec->probe);
		error_hint(&asker->problem, "breakglass check says which there are");
		return;
	}
	if (asker->spec->system && *asker->spec->system)
		asker->system = environment_find_system(asker->prober->environment, asker->spec->system);
	else if (!provider_choose_system(asker->prober->environment, asker->spec->probe, asker->spec->args, &asker->system,
			&asker->problem))
		return;
	if (!provider_check_args(&asker->probe->spec, asker->spec->args, &asker->problem))
		return;
}

static void start_thread(Asker *asker) {
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, THREAD_STACK);
	int status = pthread_create(&asker->thread, &attributes, asker_thread, asker);
	pthread_attr_destroy(&attributes);
	if (status != 0) {
		error_errno(&asker->problem, status, "cannot start a thread for it");
		error_hint(&asker->problem, "look at the limits of this login (ulimit -u), then breakglass engine stop and open the console again");
		report_problem(asker);
	}
}

/* ---- main thread ---- */

static void report_late(Prober *prober) {
	pthread_mutex_lock(&prober->lock);
	for (size_t i = 0; i < prober->count; i++) {
		Asker *asker = &prober->askers[i];
		int64_t waited = mono_now().ms - asker->asked_ms;
		if (!asker->asking || asker->reported_late || waited < deadline_of(asker) + DEADLINE_SLACK_MS)
			continue;
		asker->reported_late = true;
		AUTO_CLEAR(Reading) reading = {0};
		char span[SPAN_TEXT_SIZE];
		reading_set(&reading, READING_UNKNOWN, "no answer for %s", span_format(waited, span));
		reading_because(&reading, "it is past its deadline and still waits");
		send_reading(asker, &reading);
	}
	pthread_mutex_unlock(&prober->lock);
}

/* ---- nodes ---- */

static void found_node(void *userdata, size_t index, Reading *reading) {
	Prober *prober = userdata;
	pthread_mutex_lock(&prober->lock);
	send_reading(prober->swept[index], reading);
	pthread_mutex_unlock(&prober->lock);
}

/* All that can be asked are put into one sweep, in their order. */
static void start_sweep(Prober *prober) {
	AUTO_FREE NodeSweepItem *items = bg_calloc(prober->count + 1, sizeof(*items));
	NodeSweepOwner owner = {.found = found_node, .userdata = prober};
	size_t count = 0;
	prober->swept = bg_calloc(prober->count + 1, sizeof(Asker *));
	for (size_t i = 0; i < prober->count; i++) {
		Asker *asker = &prober->askers[i];
		if (!is_node(asker) || error_is_set(&asker->problem))
			continue;
		const EnvironmentNode *node = environment_find_node(prober->environment, json_get_string(asker->spec->args, "node"));
		if (!node) {
			error_set(&asker->problem, ERROR_MISSING, "there is no node of that name");
			error_hint(&asker->problem, "add it under nodes:");
			report_problem(asker);
			continue;
		}
		items[count] = (NodeSweepItem){.node = node, .every_ms = every_of(asker), .deadline_ms = deadline_of(asker)};
		prober->swept[count++] = asker;
		asker->swept = count;
	}
	Error err = {0};
	if (!count || node_sweep_start(prober->environment, items, count, &owner, &prober->sweep, &err))
		return;
	for (size_t i = 0; i < count; i++) {
		prober->swept[i]->problem = err;
		report_problem(prober->swept[i]);
	}
}

static void refresh(Prober *prober, const char *name) {
	pthread_mutex_lock(&prober->lock);
	for (size_t i = 0; i < prober->count; i++)
		if (!prober->askers[i].asking && (!name || text_eq(prober->askers[i].spec->name, name)))
			prober->askers[i].wanted = true;
	pthread_cond_broadcast(&prober->wake);
	pthread_mutex_unlock(&prober->lock);
	for (size_t i = 0; prober->sweep && i < prober->count; i++)
		if (prober->askers[i].swept && (!name || text_eq(prober->askers[i].spec->name, name)))
			node_sweep_want(prober->sweep, prober->askers[i].swept - 1);
}

static bool start(Prober *prober, const char *path) {
	Error err = {0};
	if (prober->environment || !environment_load(path, &prober->environment, &err))
		return false;
	AUTO(Json) *confined = prober_confine(prober->environment);
	tell(confined);
	prober->count = prober->environment->probe_count;
	prober->askers = bg_calloc(prober->count + 1, sizeof(*prober->askers));
	size_t threads = 0;
	for (size_t i = 0; i < prober->count; i++) {
		Asker *asker = &prober->askers[i];
		asker->prober = prober;
		asker->spec = &prober->environment->probes[i];
		prepare(asker);
		if (!error_is_set(&asker->problem) && !is_node(asker) && ++threads > PROBES_MAX)
			error_set(&asker->problem, ERROR_INVALID, "more than %d probes are not asked", PROBES_MAX);
		if (error_is_set(&asker->problem))
			report_problem(asker);
		else if (!is_node(asker))
			start_thread(asker);
	}
	start_sweep(prober);
	return true;
}

/* A place that is failing keeps to its waiting: it takes the newest then. */
static void take_checkpoint(Prober *prober, const Json *frame) {
	pthread_mutex_lock(&prober->lock);
	free(prober->incident);
	free(prober->note);
	prober->incident = bg_strdup(json_get_string_or(frame, "incident", ""));
	prober->note = bg_strdup(json_get_string_or(frame, "note", ""));
	prober->seq = json_get_int(frame, "seq", 0);
	for (size_t i = 0; i < prober->count; i++)
		if (keeps_checkpoints(&prober->askers[i]) && !prober->askers[i].failures)
			prober->askers[i].wanted = true;
	pthread_cond_broadcast(&prober->wake);
	pthread_mutex_unlock(&prober->lock);
}

/* Where nobody can be asked, nothing is posted. */
static void take_announce(Prober *prober, const Json *frame) {
	bool can = false;
	pthread_mutex_lock(&prober->lock);
	for (size_t i = 0; i < prober->count; i++) {
		Asker *asker = &prober->askers[i];
		if (!announces(asker) || error_is_set(&asker->problem))
			continue;
		can = asker->wanted = true;
	}
	json_free(prober->announce);
	prober->announce = can ? json_copy(frame) : NULL;
	if (!can)
		tell_announced(frame, NULL);
	pthread_cond_broadcast(&prober->wake);
	pthread_mutex_unlock(&prober->lock);
}

static bool take(Prober *prober, const Json *frame) {
	const char *type = json_get_string_or(frame, "t", "");
	if (text_eq(type, "start")) {
		prober->incidents_folder = bg_strdup_or_null(json_get_string(frame, "incidents"));
		return start(prober, json_get_string_or(frame, "environment", ""));
	}
	if (text_eq(type, "checkpoint"))
		take_checkpoint(prober, frame);
	if (text_eq(type, "announce"))
		take_announce(prober, frame);
	if (text_eq(type, "refresh"))
		refresh(prober, json_get_string(frame, "name"));
	return true;
}

static bool read_frames(Prober *prober, Buf *in) {
	char block[4096];
	ssize_t got = read(PROBER_FD, block, sizeof(block));
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (got <= 0)
		return false;
	buf_append(in, block, (size_t) got);
	Str rest = buf_str(in);
	for (;;) {
		AUTO(Json) *frame = NULL;
		FrameStatus status = frame_take(&rest, FRAME_MAX_FROM_CLIENT, &frame, NULL);
		if (status == FRAME_INCOMPLETE)
			break;
		if (status == FRAME_BROKEN || !take(prober, frame))
			return false;
	}
	buf_consume(in, in->len - rest.len);
	return true;
}

#define LEAVE_S 10               /* after being told to end, whatever its threads do: on a busy machine each connection takes a while to end */

static int leave_pipe[2] = {-1, -1};     /* for the handler, which has no other way to it */

static void on_end(int number) {
	(void) number;
	(void) !write(leave_pipe[1], "", 1);   /* full: it has been told already */
	alarm(LEAVE_S);
}

/* SIGTERM, of the engine or because it died: there is time to end what the ssh program keeps. */
static void watch_end(void) {
	struct sigaction action = {.sa_handler = on_end, .sa_flags = SA_RESTART};
	if (pipe2(leave_pipe, O_CLOEXEC | O_NONBLOCK) == 0)
		sigaction(SIGTERM, &action, NULL);
}

int prober_main(void) {
	signal(SIGPIPE, SIG_IGN);
	watch_end();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	confine_begin();
	static Prober prober;
	pthread_condattr_t clock;
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_mutex_init(&prober.lock, NULL);
	pthread_cond_init(&prober.wake, &clock);
	Buf in = {0};
	for (;;) {
		struct pollfd wanted[] = {{.fd = PROBER_FD, .events = POLLIN}, {.fd = leave_pipe[0], .events = POLLIN}};
		int ready = poll(wanted, BG_LENGTH(wanted), 1000);
		if (ready > 0 && (wanted[1].revents || (wanted[0].revents && !read_frames(&prober, &in))))
			break;
		report_late(&prober);
	}
	node_sweep_leave(prober.sweep);
	/* Threads may sit in a library call: the process ends under them, and nothing of theirs outlives it. */
	_exit(0);
}
