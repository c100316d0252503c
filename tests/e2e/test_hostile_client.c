/* Clients that mean harm on the engine's socket, one after another, while somebody else works: each is refused or dropped with a word why, the
 * other's keys are answered, and the engine is afterwards as it was: its memory, its descriptors, its record. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/connection.h"
#include "core/engine/engine_state.h"
#include "core/engine/frame.h"
#include "stranger.h"
#include "tests/support/told.h"

static const char BOOK[] = "# Waiting\n\n## Walk it\n<!-- bg procedure id=walk -->\n\n1. Close the door.\n";

#ifdef __SANITIZE_ADDRESS__
#define MEMORY_ROOM_KB (512 * 1024)   /* freed memory is kept for a while */
#else
#define MEMORY_ROOM_KB (24 * 1024)
#endif

/* ---- what the engine holds ---- */

static int64_t resident_kb(int pid) {
	AUTO_FREE char *path = bg_asprintf("/proc/%d/status", pid);
	AUTO_CLEAR(Buf) text = {0};
	Error err = {0};
	assert_ok(file_read(path, 65536, &text, &err), &err);
	Str rest = buf_str(&text), line;
	int64_t kb = 0;
	while (str_next_line(&rest, &line))
		if (str_starts(line, "VmRSS:") && str_parse_int(str_trim(str_slice(line, 6, line.len - 9)), &kb))
			return kb;
	cr_assert_fail("no VmRSS in %s", buf_text(&text));
	return 0;
}

static size_t descriptors(int pid) {
	AUTO_FREE char *path = bg_asprintf("/proc/%d/fd", pid);
	AUTO_CLEAR(StrList) names = {0};
	Error err = {0};
	assert_ok(file_list_folder(path, &names, &err), &err);
	return names.count;
}

/* ---- the table ---- */

/* Somebody who works meanwhile: an act of theirs is answered. */
static void work_on(Client *friend, const char *what) {
	Error err = {0};
	assert_ok(scene_ask(friend, ASK_NOTE, scene_args("{'text':'during: %s'}", what), NULL, &err), &err);
}

/* A frame of `len` bytes that holds one long text. */
static char *long_frame(size_t len) {
	Buf text = {0};
	buf_puts(&text, "{\"t\":\"ask\",\"id\":1,\"name\":\"note\",\"args\":{\"text\":\"");
	while (text.len < len - 3)
		buf_putc(&text, 'x');
	buf_puts(&text, "\"}}");
	return buf_take(&text);
}

typedef struct Attack {
	const char *name;
	void (*run)(Scene *scene, Client *friend, const struct Attack *attack);
	const char *bytes;               /* what is sent */
	size_t len;
	const char *why;                 /* part of what the engine says */
} Attack;

static void before_hello(Scene *scene, Client *friend, const Attack *attack) {
	AUTO_CLOSE int fd = stranger_knock(scene);
	AUTO_CLEAR(Buf) in = {0};
	(void) stranger_send_bytes(fd, attack->bytes, attack->len);
	work_on(friend, attack->name);
	stranger_expect_refused(fd, &in, attack->name, attack->why);
}

static void after_hello(Scene *scene, Client *friend, const Attack *attack) {
	AUTO_CLOSE int fd = stranger_knock(scene);
	AUTO_CLEAR(Buf) in = {0};
	stranger_enter(fd, &in);
	(void) stranger_send_bytes(fd, attack->bytes, attack->len);
	work_on(friend, attack->name);
	stranger_expect_refused(fd, &in, attack->name, attack->why);
}

static void another_version(Scene *scene, Client *friend, const Attack *attack) {
	AUTO_CLOSE int fd = stranger_knock(scene);
	AUTO_CLEAR(Buf) in = {0};
	cr_assert(stranger_send(fd, "{\"t\":\"hello\",\"protocol\":999}"));
	AUTO(Json) *welcome = stranger_wait(fd, &in, "welcome", 0);
	cr_expect_eq(json_get_int(welcome, "protocol", 0), PROTOCOL_VERSION, "%s", attack->name);
	cr_expect_null(json_get(welcome, "environment"));
	work_on(friend, attack->name);
	stranger_expect_refused(fd, &in, attack->name, NULL);
}

/* Whatever a client calls itself, the record names the login. */
static void forged_actor(Scene *scene, Client *friend, const Attack *attack) {
	static const char *const asks[] = {
		"{\"t\":\"ask\",\"id\":1,\"name\":\"note\",\"who\":\"bob\",\"how\":\"key\",\"args\":{\"text\":\"forged\",\"who\":\"bob\",\"how\":\"key\",\"actor\":\"bob\",\"uid\":0}}",
		"{\"t\":\"hello\",\"protocol\":1,\"you\":{\"who\":\"bob\"}}",
	};
	AUTO_CLOSE int fd = stranger_knock(scene);
	AUTO_CLEAR(Buf) in = {0};
	cr_assert(stranger_send(fd, "{\"t\":\"hello\",\"protocol\":1,\"kind\":\"console\",\"who\":\"bob\",\"you\":{\"who\":\"bob\",\"roles\":[\"engineering\"]}}"));
	AUTO(Json) *welcome = stranger_wait(fd, &in, "welcome", 0);
	assert_text(attack->name, json_get_string(json_get(welcome, "you"), "who"), "ann");
	cr_assert(stranger_send(fd, asks[0]));
	AUTO(Json) *reply = stranger_wait(fd, &in, "reply", 1);
	cr_assert(json_get_bool(reply, "ok", false));
	AUTO_FREE char *folder = scene_incident(scene);
	AUTO_FREE char *path = path_join(folder, "journal.jsonl");
	AUTO_FREE char *journal = read_text(path);
	const char *forged = strstr(journal, "\"forged\"");
	cr_assert(forged && !strstr(journal, "bob"), "the record believes it: %s", forged ? forged : journal);
	(void) stranger_send(fd, asks[1]);
	work_on(friend, attack->name);
	stranger_expect_refused(fd, &in, attack->name, "only asks");
}

/* A frame as long as one may be is taken, and the ask in it refused for what it is. */
static void longest_frame(Scene *scene, Client *friend, const Attack *attack) {
	AUTO_CLOSE int fd = stranger_knock(scene);
	AUTO_CLEAR(Buf) in = {0};
	AUTO_FREE char *text = long_frame(FRAME_MAX_FROM_CLIENT);
	stranger_enter(fd, &in);
	cr_assert(stranger_send(fd, text));
	AUTO(Json) *reply = stranger_wait(fd, &in, "reply", 1);
	cr_expect(reply && !json_get_bool(reply, "ok", true), "%s: taken", attack->name);
	work_on(friend, attack->name);
}

static void byte_by_byte(Scene *scene, Client *friend, const Attack *attack) {
	static const char ask[] = "{\"t\":\"ask\",\"id\":9,\"name\":\"note\",\"args\":{\"text\":\"in pieces\"}}";
	AUTO_CLOSE int fd = stranger_knock(scene);
	AUTO_CLEAR(Buf) in = {0};
	AUTO_CLEAR(Buf) out = {0};
	stranger_enter(fd, &in);
	frame_write_text(str_from(ask), &out);
	for (size_t i = 0; i < out.len; i++) {
		cr_assert(stranger_send_bytes(fd, out.data + i, 1));
		if (i % 16 == 0)
			work_on(friend, attack->name);
	}
	AUTO(Json) *reply = stranger_wait(fd, &in, "reply", 9);
	cr_expect(json_get_bool(reply, "ok", false), "%s: refused", attack->name);
}

/* Thousands of asks at once. Who reads the answers gets them all, and the others are served in between. */
static void flood(Scene *scene, Client *friend, const Attack *attack) {
	enum { ASKS = 3000 };
	AUTO_CLOSE int fd = stranger_knock(scene);
	AUTO_CLEAR(Buf) in = {0};
	AUTO_CLEAR(Buf) out = {0};
	stranger_enter(fd, &in);
	for (int i = 1; i <= ASKS; i++) {
		AUTO_FREE char *ask = bg_asprintf("{\"t\":\"ask\",\"id\":%d,\"name\":\"signers\",\"args\":{\"keys\":[]}}", i);
		frame_write_text(str_from(ask), &out);
	}
	pid_t sender = fork();
	cr_assert(sender >= 0);
	if (sender == 0)
		_exit(stranger_send_bytes(fd, out.data, out.len) ? 0 : 1);
	work_on(friend, attack->name);
	AUTO(Json) *last = stranger_wait(fd, &in, "reply", ASKS);
	cr_expect(last, "%s: not all were answered", attack->name);
	scene_wait_gone((int) sender);
}

/* Asks and never reads: it is not served on, and what waits for it stays small. Nobody else notices. */
static void slow_reader(Scene *scene, Client *friend, const Attack *attack) {
	AUTO_CLOSE int fd = stranger_knock(scene);
	AUTO_CLEAR(Buf) in = {0};
	int pid = scene_engine_pid(scene);
	stranger_enter(fd, &in);
	int64_t before = resident_kb(pid);
	pid_t sender = fork();
	cr_assert(sender >= 0);
	if (sender == 0) {
		AUTO_CLEAR(Buf) out = {0};
		for (int i = 0; i < 1000; i++)
			frame_write_text(STR("{\"t\":\"ask\",\"id\":1,\"name\":\"playbook\",\"args\":{\"path\":\"book.md\"}}"), &out);
		for (int i = 0; i < 200; i++)
			(void) stranger_send_bytes(fd, out.data, out.len);
		_exit(0);
	}
	for (int i = 0; i < 200; i++)
		work_on(friend, attack->name);
	int64_t more = resident_kb(pid) - before;
	cr_expect(more < MEMORY_ROOM_KB, "%s: the engine grew by %lld KB", attack->name, (long long) more);
	(void) kill(sender, SIGKILL);
	scene_wait_gone((int) sender);
}

static void thousand_connections(Scene *scene, Client *friend, const Attack *attack) {
	enum { STRANGERS = 1000 };
	int *fds = bg_calloc(STRANGERS, sizeof(*fds));
	int came = 0;
	for (int i = 0; i < STRANGERS; i++) {
		fds[i] = stranger_try(scene);
		came += fds[i] >= 0;
		if (i % 100 == 0)
			work_on(friend, attack->name);
	}
	cr_expect(came > ENGINE_CONNECTIONS_MAX, "%s: only %d could connect", attack->name, came);
	size_t open = descriptors(scene_engine_pid(scene));
	cr_expect(open < ENGINE_CONNECTIONS_MAX + 64, "%s: the engine holds %zu descriptors", attack->name, open);
	/* None of them said anything: somebody who does gets in. */
	AUTO(Client) *late = scene_client(scene, false);
	work_on(late, attack->name);
	for (int i = 0; i < STRANGERS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(fds);
}

/* All places are taken by clients that did say hello: one more is told so, those that are there go on. */
static void full_house(Scene *scene, Client *friend, const Attack *attack) {
	enum { PLACES = ENGINE_CONNECTIONS_MAX - 1 };   /* the friend has one */
	int fds[PLACES];
	AUTO_CLEAR(Buf) in = {0};
	for (int i = 0; i < PLACES; i++) {
		buf_truncate(&in, 0);
		fds[i] = stranger_knock(scene);
		stranger_enter(fds[i], &in);
	}
	buf_truncate(&in, 0);
	AUTO_CLOSE int late = stranger_knock(scene);
	stranger_expect_refused(late, &in, attack->name, attack->why);
	scene_refused(scene, 1, "64 clients are connected already", "engine", "status");
	work_on(friend, attack->name);
	for (int i = 0; i < PLACES; i++)
		close(fds[i]);
}

static void storm(Scene *scene, Client *friend, const Attack *attack) {
	for (int i = 0; i < 2000; i++) {
		AUTO_CLOSE int fd = stranger_try(scene);
		if (fd >= 0 && i % 3 == 0)
			(void) stranger_send(fd, "{\"t\":\"hello\",\"protocol\":1,\"kind\":\"console\"}");
		if (i % 200 == 0)
			work_on(friend, attack->name);
	}
}

#define BYTES(literal) .bytes = literal, .len = sizeof(literal) - 1
static const Attack ATTACKS[] = {
	{"another version", another_version, .why = NULL},
	{"an ask before hello", before_hello, BYTES("\0\0\0\x0b{\"t\":\"ask\"}"), .why = "first message must be hello"},
	{"no JSON", before_hello, BYTES("\0\0\0\x04nope"), .why = "JSON"},
	{"no object", before_hello, BYTES("\0\0\0\x02[]"), .why = "not a JSON object"},
	{"a length of nothing", before_hello, BYTES("\0\0\0\0"), .why = ""},
	{"a length of 4 GB", before_hello, BYTES("\xff\xff\xff\xff"), .why = "over the limit"},
	{"a hello of 9000 bytes", before_hello, BYTES("\0\0\x23\x28"), .why = "over the limit of 8192"},
	{"HTTP", before_hello, BYTES("GET / HTTP/1.1\r\n\r\n"), .why = "over the limit"},
	{"garbage of a terminal", before_hello, BYTES("\x1b[2J\x1b]0;x\x07\x80\xff\xfe\x00\x01"), .why = "over the limit"},
	{"a frame over the limit", after_hello, BYTES("\x00\x20\x00\x01{"), .why = "over the limit of 2097152"},
	{"a second hello", after_hello, BYTES("\0\0\0\x0d{\"t\":\"hello\"}"), .why = "only asks"},
	{"nesting without end", after_hello, BYTES("\0\0\0\x64"
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["), .why = "n"},
	{"invalid UTF-8", after_hello, BYTES("\0\0\0\x0a{\"t\":\"\xff\xfe\"}"), .why = "UTF-8"},
	{"a forged actor", forged_actor, .why = NULL},
	{"the longest frame", longest_frame, .why = NULL},
	{"byte by byte", byte_by_byte, .why = NULL},
	{"a flood", flood, .why = NULL},
	{"a slow reader", slow_reader, .why = NULL},
	{"a thousand connections", thousand_connections, .why = NULL},
	{"a full house", full_house, .why = "64 clients are connected already"},
	{"a storm", storm, .why = NULL},
};

/* What was closed is gone from the engine after some more of its turns: each ask and its answer is one at least. */
static size_t descriptors_in_the_end(int pid, Client *friend, size_t enough) {
	size_t count = descriptors(pid);
	for (int turns = 0; turns < 200 && count > enough; turns++) {
		work_on(friend, "what is left");
		count = descriptors(pid);
	}
	return count;
}

Test(hostile_client, is_refused_or_dropped_and_harms_nobody) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_ok(&scene, "declare", "it broke");
	AUTO(Client) *friend = scene_client(&scene, false);
	int pid = scene_engine_pid(&scene);
	size_t open = 0;
	int64_t kb = 0;
	for (size_t i = 0; i < BG_LENGTH(ATTACKS); i++) {
		ATTACKS[i].run(&scene, friend, &ATTACKS[i]);
		cr_assert_eq(scene_engine_pid(&scene), pid, "%s: the engine is another one", ATTACKS[i].name);
		if (i == 0) {
			open = descriptors(pid);
			kb = resident_kb(pid);
		}
	}
	size_t still_open = descriptors_in_the_end(pid, friend, open);
	int64_t now_kb = resident_kb(pid);
	tell("%zu attacks: the engine held %zu descriptors and %lld KB, and holds %zu and %lld KB", BG_LENGTH(ATTACKS), open, (long long) kb, still_open,
		(long long) now_kb);
	cr_expect(still_open <= open, "descriptors leak: %zu, now %zu", open, still_open);
	cr_expect(now_kb - kb < MEMORY_ROOM_KB, "memory grew from %lld to %lld KB", (long long) kb, (long long) now_kb);
	scene_check_journal(&scene, friend);
}

Test(hostile_client, silence_and_half_messages_are_not_waited_for) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_start_engine(&scene, NULL);
	AUTO_CLOSE int silent = stranger_knock(&scene);
	AUTO_CLOSE int half_hello = stranger_knock(&scene);
	AUTO_CLOSE int half = stranger_knock(&scene);
	AUTO_CLEAR(Buf) silent_in = {0};
	AUTO_CLEAR(Buf) half_hello_in = {0};
	AUTO_CLEAR(Buf) half_in = {0};
	stranger_enter(half, &half_in);
	cr_assert(stranger_send_bytes(half, "\0\0\0\x64{\"t\":", 9) && stranger_send_bytes(half_hello, "\0\0", 2));
	AUTO(Client) *friend = scene_client(&scene, false);
	stranger_expect_refused(half, &half_in, "half a message", "not ended within 10 s");
	stranger_expect_refused(silent, &silent_in, "silence", "nothing was said for 10 s");
	stranger_expect_refused(half_hello, &half_hello_in, "half a hello", "nothing was said for 10 s");
	Error err = {0};
	assert_ok(scene_ask(friend, ASK_REFRESH, NULL, NULL, &err), &err);   /* who is silent after hello is not meant */
}
