/* faults_shim.c: preloaded into engine, workers and prober (LD_PRELOAD), it stands between them and the C library's write, fdatasync, send,
 * recv, fork and clock. At each place that matters it counts, and where the test wants it, it holds the process still so that somebody
 * can be killed exactly there, or lets the call fail. It only uses memory that it shares with the test, and futex; nothing in it kills,
 * and it lets go when the test is gone. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdarg.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/faults_state.h"

#define WORKER_LOG_FD 3
#define SOCKETS_MAX 1024
#define LOCK_TURNS 1024             /* between two looks whether the test is still there */
#define HOLD_SECONDS 1

static FaultsState *state;
static int role = -1;                /* FaultRole; -1: a process that is let alone */
static char job[64];                 /* of a worker: "apply fastly.clone" */
static char request_text[64 * 1024]; /* of a worker: what came on its stdin */
static size_t request_len;
static __thread char journal_label[104];   /* of the record that was written and not confirmed yet */
static bool stuck;                   /* FAULT_SYNC_EIO_STUCK has happened: nothing can be taken back while it lasts */
static bool sync_fails;

typedef enum SocketPhase { SOCKET_IDLE, SOCKET_SENDING, SOCKET_WAITING } SocketPhase;
static struct { SocketPhase phase; bool change; size_t left; char label[80]; } sockets[SOCKETS_MAX];   /* left: of the request, in bytes */

/* ---- start ---- */

static void find_role(void) {
	static const char *const WORDS[] = {[FAULT_ENGINE] = "__engine", [FAULT_WORKER] = "__worker", [FAULT_PROBER] = "__prober"};
	char line[4096];
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : syscall(SYS_read, fd, line, sizeof(line) - 1);
	if (fd >= 0)
		close(fd);
	line[got > 0 ? got : 0] = '\0';
	const char *second = line + strlen(line) + 1;
	for (int i = 0; got > 0 && second < line + got && i < FAULT_ROLE_COUNT; i++)
		if (strcmp(second, WORDS[i]) == 0)
			role = i;
}

__attribute__((constructor)) static void begin(void) {
	const char *path = getenv(FAULTS_FILE);
	find_role();
	int fd = path && role >= 0 ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(FaultsState), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	if (mapped == MAP_FAILED) {
		role = -1;
		return;
	}
	state = mapped;
	__atomic_store_n(&state->pids[role], (int32_t) getpid(), __ATOMIC_SEQ_CST);
}

/* ---- points ---- */

static bool is_owner_gone(void) { return kill(state->owner, 0) != 0 && errno == ESRCH; }

/* A test that died may have died with the lock. */
static void lock_points(void) {
	for (unsigned turns = 1; __atomic_exchange_n(&state->lock, 1, __ATOMIC_ACQUIRE); turns++) {
		if (turns % LOCK_TURNS == 0 && is_owner_gone())
			return;
		sched_yield();
	}
}

static void unlock_points(void) { __atomic_store_n(&state->lock, 0, __ATOMIC_RELEASE); }

static uint32_t mixed(const char *label, uint32_t passage, uint32_t victim) {
	uint32_t hash = 2166136261u ^ state->seed * 2654435761u;
	for (; *label; label++)
		hash = (hash ^ (unsigned char) *label) * 16777619u;
	hash = (hash ^ passage) * 16777619u;
	hash = (hash ^ victim) * 16777619u;
	return hash ^ hash >> 15;
}

static uint32_t find_point(FaultKind kind, const char *label) {
	uint32_t i = 0;
	while (i < state->point_count && strcmp(state->points[i].label, label) != 0)
		i++;
	if (i == state->point_count && i < FAULTS_POINTS_MAX) {
		memcpy(state->points[i].label, label, FAULTS_LABEL_SIZE);
		state->points[i].kind = kind;
		state->point_count++;
	}
	return i;
}

/* Holds still until the test lets it go on: whoever is to die here is dead then, if it is not this process itself. */
static void hold(void) {
	static const struct timespec LOOK = {.tv_sec = HOLD_SECONDS};
	syscall(SYS_futex, &state->armed, FUTEX_WAKE, 1000, NULL, NULL, 0);
	while (__atomic_load_n(&state->armed, __ATOMIC_SEQ_CST) == FAULTS_HELD && !is_owner_gone())
		syscall(SYS_futex, &state->armed, FUTEX_WAIT, FAULTS_HELD, &LOOK, NULL, 0);
}

static bool is_chosen(const FaultPoint *point, uint32_t passage) {
	uint32_t victim = state->victim;
	return __atomic_load_n(&state->armed, __ATOMIC_SEQ_CST) == FAULTS_ARMED && victim < FAULT_ROLE_COUNT && passage < FAULTS_PASSAGES_MAX
		&& passage < point->known && !(point->tried[victim] & 1u << passage)
		&& (state->stride[point->kind] < 2 || mixed(point->label, passage, victim) % state->stride[point->kind] == 0);
}

static void pass(FaultKind kind, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void pass(FaultKind kind, const char *format, ...) {
	char label[FAULTS_LABEL_SIZE] = "";
	va_list args;
	va_start(args, format);
	vsnprintf(label, sizeof(label), format, args);
	va_end(args);
	int kept = errno;
	lock_points();
	uint32_t at = find_point(kind, label);
	bool held = false;
	if (at < FAULTS_POINTS_MAX) {
		FaultPoint *point = &state->points[at];
		uint32_t passage = point->passed++;
		held = is_chosen(point, passage);
		if (held) {
			point->tried[state->victim] |= 1u << passage;
			state->held_point = at;
			state->held_passage = passage;
			__atomic_store_n(&state->armed, FAULTS_HELD, __ATOMIC_SEQ_CST);
		}
	}
	unlock_points();
	if (held)
		hold();
	errno = kept;
}

/* Which fault, if any, happens at this passage of a place of `kind`. */
static FaultAct fault_at(FaultKind kind, const char *label) {
	FaultAct act = FAULT_NONE;
	lock_points();
	if (state->act && state->act_at == kind && (!state->act_label[0] || strstr(label, state->act_label))) {
		uint32_t passage = state->act_passed++;
		if (passage >= state->act_from && passage - state->act_from < state->act_times) {
			act = state->act;
			state->act_done++;
		}
	}
	unlock_points();
	return act;
}

/* ---- what is being written ---- */

static bool is_journal(int fd) {
	char link[64], path[4096];
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t len = readlink(link, path, sizeof(path) - 1);
	return len > 14 && memcmp(path + len - 14, "/journal.jsonl", 14) == 0;
}

/* The text after `key` until a quote or comma; "" when it is not there. */
static void cut_field(const char *bytes, size_t len, const char *key, char *ret, size_t room) {
	const char *found = memmem(bytes, len, key, strlen(key));
	size_t n = 0;
	if (found)
		for (const char *c = found + strlen(key); c < bytes + len && *c != '"' && *c != ',' && *c != '}' && n + 1 < room; c++)
			ret[n++] = *c;
	ret[n] = '\0';
}

static void describe_record(const char *bytes, size_t len) {
	char type[32], step[24], index[8], role_name[16], gate[20];
	cut_field(bytes, len, "\"type\":\"", type, sizeof(type));
	cut_field(bytes, len, "\"step\":\"", step, sizeof(step));
	cut_field(bytes, len, "\"index\":", index, sizeof(index));
	cut_field(bytes, len, "\"gate\":\"", gate, sizeof(gate));
	cut_field(bytes, len, "\"role\":\"", role_name, sizeof(role_name));
	snprintf(journal_label, sizeof(journal_label), "%s %s %s%s%s", type, step, index, gate, role_name);
}

static void describe_request(void) {
	char kind[16], verb[40];
	cut_field(request_text, request_len, "\"kind\":\"", kind, sizeof(kind));
	cut_field(request_text, request_len, "\"verb\":\"", verb, sizeof(verb));
	snprintf(job, sizeof(job), "%s %s", kind, verb);
}

/* ---- files ---- */

static ssize_t plain_write(int fd, const void *bytes, size_t len) { return syscall(SYS_write, fd, bytes, len); }

/* True when the fault stands in for the call, with its result in *ret. */
static bool write_goes_wrong(FaultAct act, int fd, const void *bytes, size_t len, ssize_t *ret) {
	switch (act) {
	case FAULT_ENOSPC: errno = ENOSPC; *ret = -1; return true;
	case FAULT_EIO: errno = EIO; *ret = -1; return true;
	case FAULT_SHORT: *ret = plain_write(fd, bytes, len / 2); return true;
	case FAULT_TORN_ENOSPC:
		(void) plain_write(fd, bytes, len / 2);
		errno = ENOSPC;
		*ret = -1;
		return true;
	case FAULT_TORN_KILL:
		(void) plain_write(fd, bytes, len / 2);
		(void) syscall(SYS_kill, getpid(), 9);
		return true;
	case FAULT_SYNC_EIO: case FAULT_SYNC_EIO_STUCK: sync_fails = true; stuck = act == FAULT_SYNC_EIO_STUCK; return false;
	case FAULT_NONE: case FAULT_RESET: case FAULT_ACT_COUNT: return false;
	}
	return false;
}

static ssize_t write_record(int fd, const void *bytes, size_t len) {
	ssize_t done;
	describe_record(bytes, len);
	if (write_goes_wrong(fault_at(FAULT_JOURNAL_BEFORE, journal_label), fd, bytes, len, &done))
		return done;
	pass(FAULT_JOURNAL_BEFORE, "journal before %s", journal_label);
	done = plain_write(fd, bytes, len);
	pass(FAULT_JOURNAL_WRITTEN, "journal written %s", journal_label);
	return done;
}

static ssize_t write_log_line(int fd, const void *bytes, size_t len) {
	char kind[24];
	ssize_t done;
	cut_field(bytes, len, "\"k\":\"", kind, sizeof(kind));
	char label[FAULTS_LABEL_SIZE];
	snprintf(label, sizeof(label), "%s %s", job, kind);
	if (write_goes_wrong(fault_at(FAULT_LINE_BEFORE, label), fd, bytes, len, &done))
		return done;
	pass(FAULT_LINE_BEFORE, "line before %s", label);
	done = plain_write(fd, bytes, len);
	pass(FAULT_LINE_AFTER, "line after %s", label);
	return done;
}

ssize_t write(int fd, const void *bytes, size_t len) {
	if (role == FAULT_ENGINE && len > 8 && memcmp(bytes, "{\"seq\":", 7) == 0 && is_journal(fd))
		return write_record(fd, bytes, len);
	if (role == FAULT_WORKER && fd == WORKER_LOG_FD)
		return write_log_line(fd, bytes, len);
	return plain_write(fd, bytes, len);
}

int fdatasync(int fd) {
	bool ours = (role == FAULT_ENGINE && is_journal(fd)) || (role == FAULT_WORKER && fd == WORKER_LOG_FD);
	if (ours && sync_fails) {
		sync_fails = false;
		errno = EIO;
		return -1;
	}
	int status = (int) syscall(SYS_fdatasync, fd);
	if (ours && role == FAULT_ENGINE && journal_label[0]) {
		pass(FAULT_JOURNAL_SYNCED, "journal synced %s", journal_label);
		journal_label[0] = '\0';
	}
	return status;
}

int ftruncate(int fd, off_t len) {
	if (stuck && state->act == FAULT_SYNC_EIO_STUCK && role == FAULT_ENGINE && is_journal(fd)) {
		errno = EIO;
		return -1;
	}
	return (int) syscall(SYS_ftruncate, fd, len);
}

ssize_t read(int fd, void *bytes, size_t len) {
	ssize_t got = syscall(SYS_read, fd, bytes, len);
	if (role == FAULT_WORKER && fd == 0 && got > 0) {
		size_t room = sizeof(request_text) - request_len;
		size_t kept = (size_t) got < room ? (size_t) got : room;
		memcpy(request_text + request_len, bytes, kept);
		request_len += kept;
		describe_request();
	}
	return got;
}

ssize_t __read_chk(int fd, void *bytes, size_t len, size_t room);
ssize_t __read_chk(int fd, void *bytes, size_t len, size_t room) {
	if (len > room)
		abort();
	return read(fd, bytes, len);
}

/* ---- HTTP ---- */

static bool is_http(int fd) {
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	return (role == FAULT_WORKER || role == FAULT_PROBER) && fd >= 0 && fd < SOCKETS_MAX
		&& getsockname(fd, (struct sockaddr *) &address, &size) == 0
		&& (address.ss_family == AF_INET || address.ss_family == AF_INET6);
}

static const char *who(void) { return role == FAULT_WORKER ? job : "prober"; }

/* "PUT /service/X/version/#/clone": numbers differ from run to run. */
static void describe_http(int fd, const char *bytes, size_t len) {
	char *out = sockets[fd].label;
	size_t n = 0;
	for (size_t i = 0; i < len && bytes[i] != '\r' && bytes[i] != '?' && n + 2 < sizeof(sockets[fd].label); i++) {
		/* The pages of the site are one kind of request. */
		if (n == 13 && memcmp(out, "GET /courses/", 13) == 0) {
			out[n++] = '*';
			break;
		}
		bool digit = bytes[i] >= '0' && bytes[i] <= '9';
		if (bytes[i] == ' ' && memchr(bytes, ' ', i))
			break;
		if (digit && n && out[n - 1] == '#')
			continue;
		out[n++] = digit ? '#' : bytes[i];
	}
	out[n] = '\0';
	sockets[fd].change = len > 4 && memcmp(bytes, "GET ", 4) != 0 && memcmp(bytes, "HEAD", 4) != 0;
}

static bool begins_request(const char *bytes, size_t len) {
	static const char *const METHODS[] = {"GET ", "PUT ", "POST ", "DELETE ", "HEAD ", "PATCH "};
	for (size_t i = 0; i < sizeof(METHODS) / sizeof(*METHODS); i++)
		if (len > strlen(METHODS[i]) && memcmp(bytes, METHODS[i], strlen(METHODS[i])) == 0)
			return true;
	return false;
}

/* Bytes of the request with its body: libcurl gives all headers to its first send. */
static size_t request_size(const char *bytes, size_t len) {
	static const char KEY[] = "\r\nContent-Length: ";
	const char *end = memmem(bytes, len, "\r\n\r\n", 4), *found = memmem(bytes, len, KEY, sizeof(KEY) - 1);
	size_t body = 0;
	for (const char *c = found && end && found < end ? found + sizeof(KEY) - 1 : NULL; c && *c >= '0' && *c <= '9'; c++)
		body = body * 10 + (size_t) (*c - '0');
	return end ? (size_t) (end - bytes) + 4 + body : len;
}

/* The request has left whole: the server has it, or finds it in its socket. */
static void note_sent(int fd) {
	sockets[fd].phase = SOCKET_WAITING;
	if (sockets[fd].change && role == FAULT_WORKER)
		__atomic_add_fetch(&state->changes_sent, 1, __ATOMIC_SEQ_CST);
	pass(FAULT_HTTP_SENT, "http sent %s: %s", who(), sockets[fd].label);
}

ssize_t send(int fd, const void *bytes, size_t len, int flags) {
	bool http = is_http(fd);
	if (http && begins_request(bytes, len)) {
		describe_http(fd, bytes, len);
		pass(FAULT_HTTP_BEFORE, "http before %s: %s", who(), sockets[fd].label);
		sockets[fd].phase = SOCKET_SENDING;
		sockets[fd].left = request_size(bytes, len);
	}
	ssize_t sent = syscall(SYS_sendto, fd, bytes, len, flags, NULL, 0);
	if (http && sent > 0 && sockets[fd].phase == SOCKET_SENDING) {
		sockets[fd].left -= (size_t) sent < sockets[fd].left ? (size_t) sent : sockets[fd].left;
		if (!sockets[fd].left)
			note_sent(fd);
	}
	return sent;
}

ssize_t recv(int fd, void *bytes, size_t len, int flags) {
	char peeked;
	if (is_http(fd) && sockets[fd].phase == SOCKET_WAITING && syscall(SYS_recvfrom, fd, &peeked, 1, MSG_PEEK | MSG_DONTWAIT, NULL, NULL) == 1) {
		sockets[fd].phase = SOCKET_IDLE;
		if (fault_at(FAULT_HTTP_ANSWERED, sockets[fd].label) == FAULT_RESET) {
			errno = ECONNRESET;
			return -1;
		}
		pass(FAULT_HTTP_ANSWERED, "http answered %s: %s", who(), sockets[fd].label);
		ssize_t got = syscall(SYS_recvfrom, fd, bytes, len, flags, NULL, NULL);
		pass(FAULT_HTTP_TAKEN, "http taken %s: %s", who(), sockets[fd].label);
		return got;
	}
	return syscall(SYS_recvfrom, fd, bytes, len, flags, NULL, NULL);
}

ssize_t __recv_chk(int fd, void *bytes, size_t len, size_t room, int flags);
ssize_t __recv_chk(int fd, void *bytes, size_t len, size_t room, int flags) {
	if (len > room)
		abort();
	return recv(fd, bytes, len, flags);
}

/* ---- forks, the loop and the clock ---- */

int epoll_pwait(int fd, struct epoll_event *events, int room, int wait_ms, const sigset_t *mask) {
	if (role == FAULT_ENGINE)
		__atomic_add_fetch(&state->engine_turns, 1, __ATOMIC_RELAXED);
	return (int) syscall(SYS_epoll_pwait, fd, events, room, wait_ms, mask, (size_t) 8);
}

int epoll_wait(int fd, struct epoll_event *events, int room, int wait_ms) { return epoll_pwait(fd, events, room, wait_ms, NULL); }

pid_t fork(void) {
	static pid_t (*real)(void);
	if (!real)
		real = (pid_t (*)(void)) dlsym(RTLD_NEXT, "fork");
	if (role >= 0 && (uint32_t) role == state->fork_role) {
		uint32_t left = __atomic_load_n(&state->forks_to_fail, __ATOMIC_SEQ_CST);
		if (left) {
			__atomic_store_n(&state->forks_to_fail, left - 1, __ATOMIC_SEQ_CST);
			__atomic_add_fetch(&state->forks_failed, 1, __ATOMIC_SEQ_CST);
			errno = EAGAIN;
			return -1;
		}
	}
	return real();
}

int clock_gettime(clockid_t clock, struct timespec *ret) {
	static int (*real)(clockid_t, struct timespec *);
	if (!real)
		real = (int (*)(clockid_t, struct timespec *)) dlsym(RTLD_NEXT, "clock_gettime");
	int status = real(clock, ret);
	int64_t shift = status == 0 && clock == CLOCK_REALTIME && state ? state->clock_shift_ms : 0;
	if (shift) {
		int64_t ms = (int64_t) ret->tv_sec * 1000 + ret->tv_nsec / 1000000 + shift;
		ret->tv_sec = ms / 1000;
		ret->tv_nsec = ms % 1000 * 1000000;
	}
	return status;
}
