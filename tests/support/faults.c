/* faults.c: see faults.h. A thread waits for a process to hold still at its point, kills whom the test wants to be killed there, waits until
 * that one is gone, and lets the other go on. */
#include "tests/support/faults.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "tests/support/support.h"

#define GONE_MS 20000
#define FAULTS_ROUNDS 4u

struct Faults {
	FaultsState *state;
	TempFolder folder;
	pthread_t thread;
	uint32_t ends, fired;              /* atomic */
	bool alive;
	char where[FAULTS_LABEL_SIZE + 16];
	size_t absent[FAULT_KIND_COUNT][FAULT_ROLE_COUNT];
	char *asan_options;                /* as they were; NULL = none */
};

/* ---- killing ---- */

/* A number may have been given to somebody else since: only a process in that very role is ours. */
static bool is_in_role(int pid, FaultRole role) {
	static const char *const WORDS[] = {[FAULT_ENGINE] = "__engine", [FAULT_WORKER] = "__worker", [FAULT_PROBER] = "__prober"};
	AUTO_FREE char *path = bg_asprintf("/proc/%d/cmdline", pid);
	AUTO_CLEAR(Buf) line = {0};
	/* Who is dead but not waited for has an empty command line. */
	return pid > 0 && file_read(path, 65536, &line, NULL) && line.len && memmem(line.data, line.len, WORDS[role], strlen(WORDS[role]));
}

static bool kill_role(FaultsState *state, FaultRole role) {
	int pid = __atomic_load_n(&state->pids[role], __ATOMIC_SEQ_CST);
	AUTO_CLOSE int process = pid > 0 ? (int) syscall(SYS_pidfd_open, pid, 0) : -1;
	if (process < 0 || !is_in_role(pid, role))
		return false;
	(void) kill(pid, SIGKILL);
	struct pollfd gone = {.fd = process, .events = POLLIN};
	return poll(&gone, 1, GONE_MS) == 1;
}

static void wait_while(uint32_t *word, uint32_t value) { syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0); }
static void wake(uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE, 1000, NULL, NULL, 0); }

static void take_lock(FaultsState *state) {
	while (__atomic_exchange_n(&state->lock, 1, __ATOMIC_ACQUIRE))
		sched_yield();
}

static void kill_at_point(Faults *faults) {
	FaultsState *state = faults->state;
	const FaultPoint *point = &state->points[state->held_point];
	snprintf(faults->where, sizeof(faults->where), "%.100s #%u", point->label, state->held_passage + 1);
	/* Nobody who holds the lock may die with it. */
	take_lock(state);
	faults->alive = kill_role(state, (FaultRole) state->victim);
	__atomic_store_n(&state->lock, 0, __ATOMIC_RELEASE);
	if (!faults->alive)
		faults->absent[point->kind][state->victim]++;
	__atomic_store_n(&faults->fired, 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&state->armed, FAULTS_OFF, __ATOMIC_SEQ_CST);
	wake(&state->armed);
}

static void *wait_for_points(void *userdata) {
	Faults *faults = userdata;
	while (!__atomic_load_n(&faults->ends, __ATOMIC_SEQ_CST)) {
		uint32_t armed = __atomic_load_n(&faults->state->armed, __ATOMIC_SEQ_CST);
		if (armed == FAULTS_HELD)
			kill_at_point(faults);
		else
			wait_while(&faults->state->armed, armed);
	}
	return NULL;
}

/* ---- begin and end ---- */

Faults *faults_begin(void) {
	/* Systems simulated in this process answer those who were killed meanwhile. */
	(void) signal(SIGPIPE, SIG_IGN);
	AUTO_FREE char *shim = build_path("tests/support/libfaults.so");
	if (!file_exists(shim))
		return NULL;
	Faults *faults = bg_calloc(1, sizeof(*faults));
	faults->folder = temp_folder();
	const char *path = temp_path(&faults->folder, "faults");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	cr_assert(fd >= 0 && ftruncate(fd, sizeof(FaultsState)) == 0, "no shared file");
	faults->state = mmap(NULL, sizeof(FaultsState), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	cr_assert(faults->state != MAP_FAILED);
	close(fd);
	faults->state->owner = getpid();
	const char *options = getenv("ASAN_OPTIONS");
	faults->asan_options = bg_strdup_or_null(options);
	AUTO_FREE char *more = bg_asprintf("%s:verify_asan_link_order=0", options ? options : "");
	setenv("ASAN_OPTIONS", more, 1);
	setenv(FAULTS_FILE, path, 1);
	setenv("LD_PRELOAD", shim, 1);
	cr_assert(pthread_create(&faults->thread, NULL, wait_for_points, faults) == 0);
	return faults;
}

Faults *faults_end(Faults *faults) {
	if (!faults)
		return NULL;
	unsetenv("LD_PRELOAD");
	unsetenv(FAULTS_FILE);
	if (faults->asan_options)
		setenv("ASAN_OPTIONS", faults->asan_options, 1);
	else
		unsetenv("ASAN_OPTIONS");
	__atomic_store_n(&faults->ends, 1, __ATOMIC_SEQ_CST);
	/* A value that nobody waits for, so that the thread cannot miss it. */
	__atomic_store_n(&faults->state->armed, FAULTS_OFF + 100, __ATOMIC_SEQ_CST);
	wake(&faults->state->armed);
	pthread_join(faults->thread, NULL);
	munmap(faults->state, sizeof(FaultsState));
	temp_folder_clear(&faults->folder);
	free(faults->asan_options);
	free(faults);
	return NULL;
}

FaultsState *faults_state(Faults *faults) { return faults->state; }

/* ---- points ---- */

void faults_count_anew(Faults *faults) {
	for (uint32_t i = 0; i < faults->state->point_count; i++)
		faults->state->points[i].passed = 0;
	faults->state->changes_sent = 0;
}

void faults_learn(Faults *faults) {
	for (uint32_t i = 0; i < faults->state->point_count; i++) {
		FaultPoint *point = &faults->state->points[i];
		/* The prober asks the same again and again: its first rounds stand for all. */
		uint32_t most = strstr(point->label, " prober: ") ? FAULTS_ROUNDS : FAULTS_PASSAGES_MAX;
		point->known = point->passed < most ? point->passed : most;
	}
}

void faults_arm(Faults *faults, FaultRole victim) {
	__atomic_store_n(&faults->fired, 0, __ATOMIC_SEQ_CST);
	faults->state->victim = victim;
	__atomic_store_n(&faults->state->armed, FAULTS_ARMED, __ATOMIC_SEQ_CST);
	wake(&faults->state->armed);
}

void faults_disarm(Faults *faults) {
	uint32_t armed = FAULTS_ARMED;
	/* One that is held just now is dealt with first. */
	if (!__atomic_compare_exchange_n(&faults->state->armed, &armed, FAULTS_OFF, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		while ((armed = __atomic_load_n(&faults->state->armed, __ATOMIC_SEQ_CST)) == FAULTS_HELD)
			wait_while(&faults->state->armed, FAULTS_HELD);
	wake(&faults->state->armed);
}

const char *faults_fired(Faults *faults, bool *ret_alive) {
	if (!__atomic_load_n(&faults->fired, __ATOMIC_SEQ_CST))
		return NULL;
	*ret_alive = faults->alive;
	return faults->where;
}

size_t faults_known(Faults *faults, FaultKind kind) {
	size_t count = 0;
	for (uint32_t i = 0; i < faults->state->point_count; i++)
		if (faults->state->points[i].kind == kind)
			count += faults->state->points[i].known;
	return count;
}

size_t faults_tried(Faults *faults, FaultKind kind, FaultRole victim, size_t *ret_absent) {
	size_t count = 0;
	for (uint32_t i = 0; i < faults->state->point_count; i++)
		if (faults->state->points[i].kind == kind)
			count += (size_t) __builtin_popcount(faults->state->points[i].tried[victim]);
	*ret_absent = faults->absent[kind][victim];
	return count - *ret_absent;
}

const char *faults_kind_name(FaultKind kind) {
	static const char *const NAMES[] = {
		[FAULT_JOURNAL_BEFORE] = "before a record is written", [FAULT_JOURNAL_WRITTEN] = "record written, not confirmed",
		[FAULT_JOURNAL_SYNCED] = "record confirmed, nobody told", [FAULT_LINE_BEFORE] = "before a worker's line",
		[FAULT_LINE_AFTER] = "after a worker's line", [FAULT_HTTP_BEFORE] = "before a request is sent",
		[FAULT_HTTP_SENT] = "request sent", [FAULT_HTTP_ANSWERED] = "answered, answer not read", [FAULT_HTTP_TAKEN] = "answer read",
	};
	return NAMES[kind];
}

const char *faults_role_name(FaultRole role) {
	static const char *const NAMES[] = {[FAULT_ENGINE] = "engine", [FAULT_WORKER] = "worker", [FAULT_PROBER] = "prober"};
	return NAMES[role];
}

/* ---- faults ---- */

void faults_let_fail(Faults *faults, FaultAct act, FaultKind at, const char *label, uint32_t from, uint32_t times) {
	FaultsState *state = faults->state;
	take_lock(state);
	state->act = act;
	state->act_at = at;
	state->act_from = from;
	state->act_times = times;
	state->act_passed = state->act_done = 0;
	memset(state->act_label, 0, sizeof(state->act_label));
	memcpy(state->act_label, label, strnlen(label, sizeof(state->act_label) - 1));
	__atomic_store_n(&state->lock, 0, __ATOMIC_RELEASE);
}

uint32_t faults_done(const Faults *faults) { return faults->state->act_done; }
