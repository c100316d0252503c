/* program_sftp.c: files through the ssh program, for what libssh2 cannot do (RSA keys, certificates, jump hosts): `ssh -s HOST sftp`, spoken with over
 * its pipes. Pieces are asked for ahead; their answers may come in any order. In their usual order no byte is copied but to who reads. */
#include "core/transport/ssh/sftp_internal.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/transport/process.h"
#include "core/transport/process_stream.h"
#include "core/transport/ssh/program.h"

#define WINDOW 64
#define AHEAD_BYTES (4u * 1024 * 1024) /* twice what ssh lets be under way: its window is 2 MiB */
#define PIECE_LEAST 32768u            /* what every server gives at once */
#define PIECE_MOST (SFTP_PACKET_MAX - 1024)
#define READ_BYTES (1024u * 1024)     /* what a pipe may hold at most without privileges */

typedef struct Asked {
	uint32_t id;
	uint64_t offset;
	bool answered, ended;
	Buf bytes;
} Asked;

struct SftpProgram {
	ProcessStream *stream;
	Buf out, in;
	size_t used;                      /* bytes of `in` that were read as packets */
	uint32_t next_id;
	Buf handle;                       /* empty: no file or folder is open */
	uint32_t piece;                   /* bytes that are asked for at once */
	Asked asked[WINDOW];              /* a ring: `count` from `first` on */
	size_t first, count;
	uint64_t offset;                  /* of the next piece to be asked for */
	bool ended;                       /* the end of the file was told */
	Str ready;                        /* bytes of it for who reads: in `in`, or in the piece that was asked for before the first */
};

/* ---- the pipes ---- */

/* The program ended, or stopped reading: what it said tells why. */
static bool gone(const Sftp *sftp, const char *doing, Error *err) {
	const SftpProgram *program = sftp->program;
	(void) process_stream_wait(program->stream, false, 0);   /* its last words */
	Str said = process_stream_said(program->stream);
	if (str_find(said, "subsystem request failed") >= 0)
		return sftp_offers_none(sftp, err);
	return sftp_broke(sftp, NULL, doing, said, err);
}

/* One that reads no more may still have said something: reading tells the end. */
static void write_some(SftpProgram *program) {
	while (program->out.len) {
		ssize_t written = process_stream_write(program->stream, buf_str(&program->out));
		if (written < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		buf_consume(&program->out, written > 0 ? (size_t) written : program->out.len);
	}
}

/* *ret_some: something came. */
static bool read_some(Sftp *sftp, const char *doing, bool *ret_some, Error *err) {
	SftpProgram *program = sftp->program;
	/* Only what is left of a packet moves, and only where there is no room behind it. */
	if (program->used == program->in.len || program->in.capacity - program->in.len < READ_BYTES / 2) {
		buf_consume(&program->in, program->used);
		program->used = 0;
	}
	buf_reserve(&program->in, READ_BYTES / 2);
	ssize_t got = process_stream_read(program->stream, program->in.data + program->in.len, program->in.capacity - program->in.len - 1);
	*ret_some = got > 0;
	if (got > 0) {
		program->in.len += (size_t) got;
		program->in.data[program->in.len] = '\0';
		sftp->heard = mono_now();
		return true;
	}
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	return gone(sftp, doing, err);
}

/* The next answer, whatever it answers. It is good until the next call. */
static bool take_reply(Sftp *sftp, const char *doing, SftpReply *ret, Error *err) {
	SftpProgram *program = sftp->program;
	for (;;) {
		Str rest = str_slice(buf_str(&program->in), program->used, program->in.len - program->used);
		size_t size = 0;
		if (!sftp_packet_size(rest, &size) || (size && !sftp_reply_parse(str_slice(rest, 0, size), ret)))
			return sftp_broke(sftp, NULL, doing, STR("what came is no SFTP: look whether a start-up file of its shell says something"), err);
		program->used += size;
		if (size)
			return true;
		bool some = false;
		write_some(program);
		if (!read_some(sftp, doing, &some, err))
			return false;
		if (!some)
			process_stream_wait(program->stream, program->out.len > 0, SFTP_SLICE_MS);
		if (!sftp_may_go_on(sftp, err))
			return sftp_at_place(sftp, NULL, err);
	}
}

/* The answer to one question; those to earlier ones that nobody waits for any more go by. */
static bool await(Sftp *sftp, uint32_t id, const char *doing, SftpReply *ret, Error *err) {
	do
		if (!take_reply(sftp, doing, ret, err))
			return false;
	while (ret->type == SFTP_VERSION_IS || ret->id != id);
	return true;
}

static bool unexpected(const Sftp *sftp, const SftpReply *reply, const char *path, const char *doing, Error *err) {
	if (reply->type == SFTP_STATUS && sftp_status_error(sftp, reply->status, path, err))
		return false;
	return sftp_broke(sftp, path, doing, reply->type == SFTP_STATUS ? reply->bytes : STR("the answer is to another question"), err);
}

/* ---- beginning and end ---- */

/* The larger the pieces, the fewer there are to ask for and to take apart. */
static bool ask_limits(Sftp *sftp, const SftpReply *version, Error *err) {
	SftpProgram *program = sftp->program;
	SftpReply reply = {0};
	program->piece = PIECE_LEAST;
	if (!sftp_reply_has_extension(version, SFTP_LIMITS))
		return true;
	uint32_t id = program->next_id++;
	sftp_put_limits(&program->out, id);
	if (!await(sftp, id, "its limits were asked for", &reply, err))
		return false;
	uint64_t limit = reply.type == SFTP_EXTENDED_REPLY ? sftp_reply_read_limit(&reply) : 0;
	if (limit > PIECE_LEAST)
		program->piece = limit < PIECE_MOST ? (uint32_t) limit : PIECE_MOST;
	return true;
}

static bool start(Sftp *sftp, const SshTarget *target, Error *err) {
	AUTO_CLEAR(StrList) argv = {0};
	AUTO_CLEAR(StrList) environment = {0};
	SftpReply reply = {0};
	ssh_program_argv(target, SFTP_CONNECT_MS, &argv);
	strlist_add(&argv, "-o");
	strlist_add(&argv, "LogLevel=INFO");
	strlist_add(&argv, "-s");
	strlist_add(&argv, "--");
	strlist_add(&argv, target->host);
	strlist_add(&argv, "sftp");
	process_environment(NULL, &environment);
	if (target->agent)
		process_environment_set(&environment, "SSH_AUTH_SOCK", target->agent);
	if (!process_stream_open(strlist_argv(&argv), strlist_argv(&environment), &sftp->program->stream, err))
		return false;
	sftp_put_init(&sftp->program->out);
	if (!take_reply(sftp, "SFTP was started", &reply, err))
		return false;
	if (reply.type == SFTP_VERSION_IS && reply.id >= SFTP_VERSION)   /* a newer server speaks what was asked for */
		return ask_limits(sftp, &reply, err);
	error_set(err, ERROR_PROTOCOL, "it speaks another SFTP than version %d", SFTP_VERSION);
	return sftp_at_place(sftp, NULL, err);
}

bool sftp_program_open(Sftp *sftp, const SshTarget *target, const char *why, Error *err) {
	AUTO_CLEAR(SshResult) result = {0};
	sftp->program = bg_calloc(1, sizeof(*sftp->program));
	sftp->session->target.known_files = target->known_files;
	if (!why)
		return start(sftp, &sftp->session->target, err);
	int64_t left = sftp->options.deadline.ms - mono_now().ms;
	SshCommand command = {.text = ":", .deadline_ms = left < SFTP_CONNECT_MS ? left : SFTP_CONNECT_MS, .repeatable = true};
	/* It knows every reason why a machine is not to be had, and tries again where that helps. */
	sftp_program_run(sftp, &command, &result);
	sftp->heard = mono_now();
	if (result.outcome == SSH_RAN)
		return start(sftp, &sftp->session->target, err);
	if (result.outcome != SSH_NOT_POSSIBLE) {
		if (err)
			*err = result.error;
		return false;
	}
	error_set(err, ERROR_INVALID, "files cannot be had from it here: %.100s; %.100s", why, result.error.why);
	error_hint(err, "install the ssh program, or give it an ed25519 or ECDSA key and a known host key");
	return sftp_at_place(sftp, NULL, err);
}

SftpProgram *sftp_program_free(SftpProgram *program) {
	if (!program)
		return NULL;
	process_stream_free(program->stream);
	for (size_t i = 0; i < WINDOW; i++)
		buf_clear(&program->asked[i].bytes);
	buf_clear(&program->out);
	buf_clear(&program->in);
	buf_clear(&program->handle);
	free(program);
	return NULL;
}

void sftp_program_run(Sftp *sftp, const SshCommand *command, SshResult *ret) {
	ssh_program_run(&sftp->session->target, command, sftp->options.cancelled, sftp->options.userdata, ret);
}

static void forget_asked(SftpProgram *program) {
	for (; program->count; program->count--, program->first = (program->first + 1) % WINDOW)
		buf_truncate(&program->asked[program->first].bytes, 0);
}

bool sftp_program_begin(Sftp *sftp, const char *path, bool folder, int64_t offset, Error *err) {
	SftpProgram *program = sftp->program;
	const char *doing = folder ? "a folder was opened" : "a file was opened";
	uint32_t id = program->next_id++;
	SftpReply reply = {0};
	BG_ASSERT(!program->handle.len);
	(folder ? sftp_put_open_folder : sftp_put_open)(&program->out, id, path);
	if (!await(sftp, id, doing, &reply, err))
		return false;
	if (reply.type != SFTP_HANDLE)
		return unexpected(sftp, &reply, path, doing, err);
	buf_put_str(&program->handle, reply.bytes);
	program->offset = (uint64_t) offset;
	program->ended = false;
	return true;
}

/* Nobody waits for the answer. */
void sftp_program_end(Sftp *sftp) {
	SftpProgram *program = sftp->program;
	if (program->handle.len)
		sftp_put_handle(&program->out, SFTP_CLOSE, program->next_id++, buf_str(&program->handle));
	buf_truncate(&program->handle, 0);
	program->ready = (Str){0};
	forget_asked(program);
}

/* ---- folders ---- */

bool sftp_program_read_folder(Sftp *sftp, const char *folder, SftpEntries *ret, Error *err) {
	SftpProgram *program = sftp->program;
	static const char DOING[] = "a folder was read";
	for (;;) {
		uint32_t id = program->next_id++;
		SftpReply reply = {0};
		sftp_put_handle(&program->out, SFTP_READDIR, id, buf_str(&program->handle));
		if (!await(sftp, id, DOING, &reply, err))
			return false;
		if (reply.type == SFTP_STATUS && reply.status == SFTP_EOF)
			return true;
		if (reply.type != SFTP_NAME)
			return unexpected(sftp, &reply, folder, DOING, err);
		for (uint32_t i = 0; i < reply.names; i++) {
			SftpAttributes attributes;
			Str name;
			if (!sftp_reply_name(&reply, &name, &attributes))
				return sftp_broke(sftp, folder, DOING, STR("what came is no SFTP"), err);
			if (!sftp_add_entry(sftp, folder, name, &attributes, ret, err))
				return false;
		}
	}
}

/* ---- files ---- */

static void ask_ahead(SftpProgram *program) {
	while (!program->ended && program->count < WINDOW && program->count * program->piece < AHEAD_BYTES) {
		Asked *asked = &program->asked[(program->first + program->count++) % WINDOW];
		Buf kept = asked->bytes;
		buf_truncate(&kept, 0);
		*asked = (Asked){.id = program->next_id++, .offset = program->offset, .bytes = kept};
		sftp_put_read(&program->out, asked->id, buf_str(&program->handle), asked->offset, program->piece);
		program->offset += program->piece;
	}
}

/* The first piece goes to who reads. One that is shorter than asked for leaves a gap: what comes behind it is asked for anew. */
static void deliver(SftpProgram *program, Str bytes) {
	const Asked *asked = &program->asked[program->first];
	program->ready = bytes;
	program->ended = asked->ended;
	uint64_t behind = asked->offset + bytes.len;
	program->first = (program->first + 1) % WINDOW;
	program->count--;
	if (bytes.len == program->piece)
		return;
	forget_asked(program);
	program->offset = behind;
}

static bool take_answer(Sftp *sftp, Error *err) {
	SftpProgram *program = sftp->program;
	static const char DOING[] = "a file was read";
	SftpReply reply = {0};
	if (!take_reply(sftp, DOING, &reply, err))
		return false;
	for (size_t i = 0; i < program->count; i++) {
		Asked *asked = &program->asked[(program->first + i) % WINDOW];
		if (asked->id != reply.id || asked->answered || reply.type == SFTP_VERSION_IS)
			continue;
		asked->ended = reply.type == SFTP_STATUS && reply.status == SFTP_EOF;
		if (!asked->ended && (reply.type != SFTP_DATA || !reply.bytes.len || reply.bytes.len > program->piece))
			return unexpected(sftp, &reply, NULL, DOING, err);
		asked->answered = true;
		if (i == 0)
			deliver(program, asked->ended ? (Str){0} : reply.bytes);
		else
			buf_put_str(&asked->bytes, asked->ended ? (Str){0} : reply.bytes);
		return true;
	}
	return true;   /* to a question that nobody waits for any more */
}

bool sftp_program_next(Sftp *sftp, char *bytes, size_t size, size_t *ret_got, Error *err) {
	SftpProgram *program = sftp->program;
	while (!program->ready.len && !program->ended) {
		ask_ahead(program);
		const Asked *first = &program->asked[program->first];
		if (first->answered)
			deliver(program, buf_str(&first->bytes));
		else if (!take_answer(sftp, err))
			return false;
	}
	*ret_got = program->ready.len < size ? program->ready.len : size;
	if (*ret_got)
		memcpy(bytes, program->ready.ptr, *ret_got);
	program->ready = str_slice(program->ready, *ret_got, program->ready.len);
	return sftp_may_go_on(sftp, err) || sftp_at_place(sftp, NULL, err);
}
