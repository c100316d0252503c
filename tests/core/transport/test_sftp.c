/* Files of a machine: over a session of ours, and through the ssh program for a server that libssh2 cannot be admitted to. Then what no server should say. */
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/signoff/wire.h"
#include "core/transport/ssh/sftp.h"
#include "core/transport/ssh/sftp_wire.h"
#include "ssh_fixture.h"
#include "tests/support/loopback.h"
#include "tests/support/overlay_net.h"
#include "tests/support/process.h"

#define FILE_BYTES 2600000
#define LONG_MS 60000

/* ---- real servers ---- */

typedef struct Files {
	TempFolder keys;
	SshFixture *fixture;
	StrList known;
	char *bytes;
	const char *folder;
} Files;

static void files_begin(Files *files, const char *key_type) {
	if (!have_program("ssh"))
		cr_skip_test("there is no ssh here");
	files->keys = temp_folder();
	const char *key = test_key(&files->keys, "client", key_type, "");
	AUTO_FREE char *authorized = bg_asprintf("%s.pub", key);
	TestSshdOptions options = {.authorized = authorized, .config = "Subsystem sftp internal-sftp\n"};
	files->fixture = ssh_fixture_new(&options);
	if (!files->fixture)
		cr_skip_test("there is no sshd here");
	TempFolder *folder = &files->fixture->folder;
	AUTO_FREE char *lines = test_sshd_known_line(files->fixture->sshd);
	strlist_add(&files->known, temp_write(folder, "known_hosts", lines));
	files->fixture->target.known_files = &files->known;
	files->fixture->target.key_path = key;
	files->bytes = bg_malloc(FILE_BYTES + 1);
	for (size_t i = 0; i < FILE_BYTES; i++)
		files->bytes[i] = (char) ('a' + (i * 7 + i / 1000) % 26);
	files->bytes[FILE_BYTES] = '\0';
	files->folder = temp_path(folder, "there");
	Error err = {0};
	assert_ok(file_make_folder(files->folder, 0700, &err), &err);
	temp_write(folder, "there/big", files->bytes);
	temp_write(folder, "there/empty", "");
	assert_ok(file_make_folder(temp_path(folder, "there/below"), 0700, &err), &err);
}

static void files_clear(Files *files) {
	ssh_fixture_free(files->fixture);
	if (files->keys.path)
		temp_folder_clear(&files->keys);
	strlist_clear(&files->known);
	free(files->bytes);
}
BG_DEFINE_CLEARP(Files, files_clear)

static char *path_of(const Files *files, const char *name) { return bg_asprintf("%s/%s", files->folder, name); }

static void expect_file(Sftp *sftp, const Files *files, const char *name, int64_t offset, Str expected) {
	AUTO_CLEAR(Buf) all = {0};
	AUTO_FREE char *path = path_of(files, name);
	static char piece[100000];
	size_t got = 1;
	Error err = {0};
	assert_ok(sftp_begin_file(sftp, path, offset, &err), &err);
	while (got) {
		assert_ok(sftp_next(sftp, piece, sizeof(piece), &got, &err), &err);
		buf_append(&all, piece, got);
	}
	sftp_end_file(sftp);
	cr_assert(all.len == expected.len && (!all.len || memcmp(all.data, expected.ptr, all.len) == 0), "%s from %lld: %zu of %zu bytes, or others", name,
		(long long) offset, all.len, expected.len);
}

static void expect_all(Sftp *sftp, const Files *files) {
	AUTO_CLEAR(SftpEntries) entries = {0};
	AUTO_CLEAR(Buf) said = {0};
	AUTO_FREE char *missing = path_of(files, "missing");
	bool there = false;
	Error err = {0};
	assert_ok(sftp_list(sftp, files->folder, &entries, &there, &err), &err);
	cr_assert(there && entries.count == 3, "%zu entries", entries.count);
	assert_text("first", entries.items[0].name, "below");
	assert_text("second", entries.items[1].name, "big");
	cr_assert(entries.items[0].kind == SFTP_FOLDER && entries.items[1].kind == SFTP_FILE && entries.items[1].bytes == FILE_BYTES && entries.items[1].changed_s > 0);
	Str whole = {files->bytes, FILE_BYTES};
	expect_file(sftp, files, "big", 0, whole);
	expect_file(sftp, files, "big", 2500001, str_slice(whole, 2500001, whole.len));
	expect_file(sftp, files, "big", FILE_BYTES + 5, (Str){0});
	expect_file(sftp, files, "empty", 0, (Str){0});
	AUTO_FREE char *big = path_of(files, "big");
	char few[10];
	size_t got = 0;
	assert_ok(sftp_begin_file(sftp, big, 0, &err), &err);   /* left in the middle, with answers under way */
	assert_ok(sftp_next(sftp, few, sizeof(few), &got, &err), &err);
	sftp_end_file(sftp);
	SftpEntries none = {0};
	assert_ok(sftp_list(sftp, missing, &none, &there, &err), &err);
	cr_assert(!there && !none.count);
	assert_refused(sftp_begin_file(sftp, missing, 0, &err), &err, ERROR_MISSING, "there is no such file");
	cr_assert(strstr(err.where, "missing"), "%s", err.where);
	assert_ok(sftp_run(sftp, "echo said", &said, &err), &err);
	assert_text("a command", buf_text(&said), "said\n");
	assert_refused(sftp_run(sftp, "echo no >&2; exit 4", &said, &err), &err, ERROR_REMOTE, "status 4: no");
}

/* `logins`: how often the server has admitted somebody by then; the ssh program makes a connection for each thing that it does. */
static void walk(const char *key_type, int64_t near_ms, size_t logins) {
	AUTO_CLEAR(Files) files = {0};
	files_begin(&files, key_type);
	AUTO(Sftp) *sftp = NULL;
	SftpOptions options = {.deadline = {mono_now().ms + LONG_MS}, .near_ms = near_ms};
	Error err = {0};
	assert_ok(sftp_open(&files.fixture->target, &options, &sftp, &err), &err);
	cr_assert_eq(test_sshd_logged(files.fixture->sshd, "Accepted publickey"), logins);
	expect_all(sftp, &files);
}

Test(sftp, over_a_session) { walk("ed25519", 0, 1); }

Test(sftp, an_rsa_key_works_through_ssh) { walk("rsa", 0, 2); }

Test(sftp, much_goes_through_ssh) { walk("ed25519", LONG_MS, 2); }

Test(sftp, much_goes_over_a_session_where_ssh_is_not_there) {
	AUTO_CLEAR(Files) files = {0};
	files_begin(&files, "ed25519");
	cr_assert(setenv("PATH", files.folder, 1) == 0);
	AUTO(Sftp) *sftp = NULL;
	SftpOptions options = {.deadline = {mono_now().ms + LONG_MS}, .near_ms = LONG_MS};
	Error err = {0};
	assert_ok(sftp_open(&files.fixture->target, &options, &sftp, &err), &err);
	cr_assert_eq(test_sshd_logged(files.fixture->sshd, "Accepted publickey"), 1);
	expect_all(sftp, &files);
}

/* What ssh lets be under way is little for a long way. */
Test(sftp, far_away_it_stays_with_the_session) {
	AUTO_CLEAR(Files) files = {0};
	files_begin(&files, "ed25519");
	int port = loopback_unused_port();
	AUTO_FREE char *lines = test_sshd_known_line(files.fixture->sshd);
	for (Str rest = str_from(lines), line; str_next_line(&rest, &line);) {
		AUTO_FREE char *known = bg_asprintf("[::1]:%d %.*s\n", port, STR_ARG(str_slice(line, (size_t) str_find_char(line, ' ') + 1, line.len)));
		ssh_fixture_know(files.fixture, known);
	}
	SlowRelay *relay = slow_relay_start("::1", port, files.fixture->target.port, SFTP_NEAR_MS);   /* each way */
	files.fixture->target.host = "::1";
	files.fixture->target.port = port;
	SftpOptions options = {.deadline = {mono_now().ms + LONG_MS}, .near_ms = SFTP_NEAR_MS};
	Sftp *sftp = NULL;
	Error err = {0};
	bool ok = sftp_open(&files.fixture->target, &options, &sftp, &err);
	size_t logins = test_sshd_logged(files.fixture->sshd, "Accepted publickey");
	sftp_free(sftp);
	slow_relay_free(relay);
	assert_ok(ok, &err);
	cr_assert_eq(logins, 1);
}

/* ---- what no server should say ---- */

static void put_packet(Buf *out, uint8_t type, uint32_t number, Str rest) {
	wire_put_u32(out, (uint32_t) (5 + rest.len));
	wire_put_byte(out, type);
	wire_put_u32(out, number);
	buf_put_str(out, rest);
}

static void put_bytes(Buf *out, uint8_t type, uint32_t id, Str bytes) {
	AUTO_CLEAR(Buf) body = {0};
	wire_put_string(&body, bytes);
	put_packet(out, type, id, buf_str(&body));
}

static void put_status(Buf *out, uint32_t id, uint32_t status, const char *words) {
	AUTO_CLEAR(Buf) body = {0};
	wire_put_u32(&body, status);
	wire_put_string(&body, str_from(words));
	wire_put_string(&body, STR("en"));
	put_packet(out, SFTP_STATUS, id, buf_str(&body));
}

static void put_begin(Buf *out) {
	put_packet(out, SFTP_VERSION_IS, 3, (Str){0});
	put_bytes(out, SFTP_HANDLE, 0, STR("handle"));
}

/* An ssh that admits everybody, and says `answers` when it is asked for files. */
static void pretend(TempFolder *folder, Str answers, const char *last_words) {
	Error err = {0};
	assert_ok(file_write_atomic(temp_path(folder, "answers"), answers.ptr, answers.len, 0600, &err), &err);
	AUTO_FREE char *script = bg_asprintf("#!/bin/sh\nfor word; do last=$word; done\n[ \"$last\" = sftp ] || exit 0\ncat %s\necho '%s' >&2\n",
		temp_path(folder, "answers"), last_words);
	AUTO_FREE char *path = bg_asprintf("%s:%s", folder->path, getenv("PATH"));
	cr_assert(chmod(temp_write(folder, "ssh", script), 0700) == 0 && setenv("PATH", path, 1) == 0);
}

/* Reads one file. False: why not. */
static bool fetch(Buf *ret, Error *err) {
	AUTO(Sftp) *sftp = NULL;
	SshTarget target = {.host = "10.0.0.1", .user = "admin", .jump = "bastion", .agent = ""};   /* a jump host: libssh2 cannot */
	SftpOptions options = {.deadline = {mono_now().ms + LONG_MS}};
	char piece[4096];
	size_t got = 1;
	if (!sftp_open(&target, &options, &sftp, err) || !sftp_begin_file(sftp, "file", 0, err))
		return false;
	while (got) {
		if (!sftp_next(sftp, piece, sizeof(piece), &got, err))
			return false;
		buf_append(ret, piece, got);
	}
	return true;
}

static void expect_fetched(Str answers, const char *expected) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Buf) got = {0};
	Error err = {0};
	pretend(&folder, answers, "");
	assert_ok(fetch(&got, &err), &err);
	assert_text("what was fetched", buf_text(&got), expected);
}

Test(sftp, answers_come_in_any_order_and_short) {
	AUTO_CLEAR(Buf) answers = {0};
	AUTO_CLEAR(Buf) whole = {0};
	for (size_t i = 0; i < 32768; i++)
		buf_putc(&whole, 'w');
	put_begin(&answers);
	put_status(&answers, 3, SFTP_EOF, "");
	put_bytes(&answers, SFTP_DATA, 2, STR("end"));    /* short: what comes behind it is asked for anew, when 65 has been asked for, too */
	put_bytes(&answers, SFTP_DATA, 1, buf_str(&whole));
	put_bytes(&answers, SFTP_DATA, 66, STR(" of it"));
	put_status(&answers, 130, SFTP_EOF, "");
	buf_puts(&whole, "end of it");
	expect_fetched(buf_str(&answers), buf_text(&whole));
}

static void put_limits_begin(Buf *out, uint64_t read_limit) {
	AUTO_CLEAR(Buf) extensions = {0};
	AUTO_CLEAR(Buf) limits = {0};
	wire_put_string(&extensions, STR("posix-rename@openssh.com"));
	wire_put_string(&extensions, STR("1"));
	wire_put_string(&extensions, str_from(SFTP_LIMITS));
	wire_put_string(&extensions, STR("1"));
	put_packet(out, SFTP_VERSION_IS, 3, buf_str(&extensions));
	uint64_t numbers[] = {1u << 20, read_limit, read_limit, 100};
	for (size_t i = 0; i < BG_LENGTH(numbers); i++) {
		wire_put_u32(&limits, (uint32_t) (numbers[i] >> 32));
		wire_put_u32(&limits, (uint32_t) numbers[i]);
	}
	put_packet(out, SFTP_EXTENDED_REPLY, 0, buf_str(&limits));
	put_bytes(out, SFTP_HANDLE, 1, STR("handle"));
}

/* The server's limit is the size of a piece, as far as one packet has room for it; a silly one changes nothing. */
Test(sftp, pieces_are_as_large_as_the_server_gives) {
	static const struct { uint64_t limit; size_t piece; } CASES[] = {
		{100000, 100000}, {UINT64_MAX, SFTP_PACKET_MAX - 1024}, {0, 32768}, {10, 32768},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_CLEAR(Buf) answers = {0};
		AUTO_CLEAR(Buf) whole = {0};
		while (whole.len < CASES[i].piece)
			buf_putc(&whole, 'w');
		put_limits_begin(&answers, CASES[i].limit);
		put_bytes(&answers, SFTP_DATA, 2, buf_str(&whole));
		put_status(&answers, 3, SFTP_EOF, "");   /* of what was asked for ahead: a shorter piece would have been asked for behind it */
		expect_fetched(buf_str(&answers), buf_text(&whole));
	}
}

Test(sftp, an_empty_file) {
	AUTO_CLEAR(Buf) answers = {0};
	put_begin(&answers);
	put_status(&answers, 1, SFTP_EOF, "End of file");
	expect_fetched(buf_str(&answers), "");
}

static void expect_refused(const char *name, const Buf *answers, const char *last_words, const char *why) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Buf) got = {0};
	Error err = {0};
	pretend(&folder, buf_str(answers), last_words);
	cr_assert(!fetch(&got, &err), "%s: it was taken", name);
	cr_expect(strstr(err.why, why), "%s: %s", name, err.why);
	cr_expect(strstr(err.where, "10.0.0.1"), "%s: %s", name, err.where);
	for (const char *at = err.why; *at; at++)
		cr_expect((unsigned char) *at >= ' ', "%s: a control byte in its words", name);
}

Test(sftp, what_is_no_sftp_is_told) {
	static const char BANNER[] = "Welcome to node4!\nPlease behave.\n";
	AUTO_CLEAR(Buf) none = {0};
	AUTO_CLEAR(Buf) banner = {0};
	AUTO_CLEAR(Buf) old = {0};
	AUTO_CLEAR(Buf) cut = {0};
	AUTO_CLEAR(Buf) denied = {0};
	AUTO_CLEAR(Buf) words = {0};
	AUTO_CLEAR(Buf) more = {0};
	AUTO_CLEAR(Buf) empty = {0};
	AUTO_CLEAR(Buf) wrong = {0};
	buf_puts(&banner, BANNER);
	put_packet(&old, SFTP_VERSION_IS, 2, (Str){0});
	put_begin(&cut);
	put_bytes(&cut, SFTP_DATA, 1, STR("half a file"));
	buf_truncate(&cut, cut.len - 3);
	put_packet(&denied, SFTP_VERSION_IS, 3, (Str){0});
	put_status(&denied, 0, SFTP_PERMISSION_DENIED, "Permission denied");
	put_packet(&words, SFTP_VERSION_IS, 3, (Str){0});
	put_status(&words, 0, 4, "no \033]0;space\007 left");
	put_begin(&more);
	AUTO_CLEAR(Buf) flood = {0};
	for (size_t i = 0; i < 40000; i++)
		buf_putc(&flood, 'f');
	put_bytes(&more, SFTP_DATA, 1, buf_str(&flood));
	put_begin(&empty);
	put_bytes(&empty, SFTP_DATA, 1, (Str){0});
	put_packet(&wrong, SFTP_VERSION_IS, 3, (Str){0});
	put_bytes(&wrong, SFTP_DATA, 0, STR("no handle"));
	expect_refused("nothing", &none, "the machine went away", "the machine went away");
	expect_refused("no subsystem", &none, "subsystem request failed on channel 0", "it offers no SFTP");
	expect_refused("a banner", &banner, "", "what came is no SFTP");
	expect_refused("an old version", &old, "", "another SFTP than version 3");
	expect_refused("half an answer", &cut, "Connection reset", "Connection reset");
	expect_refused("denied", &denied, "", "may not read it");
	expect_refused("words of the other side", &words, "", "no ");
	expect_refused("more than was asked for", &more, "", "another question");
	expect_refused("no bytes", &empty, "", "another question");
	expect_refused("no handle", &wrong, "", "another question");
}
