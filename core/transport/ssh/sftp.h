/* sftp.h: files of a machine over SSH: listed, and read from any place on. Blocking, for a worker or a thread: each call returns within the deadline, and soon
 * after a cancel. Reading asks ahead, so that a long way costs no speed. The same connection runs commands, too. */
#pragma once
#include "core/transport/ssh/ssh.h"

typedef struct Sftp Sftp;

typedef enum SftpKind { SFTP_FILE, SFTP_FOLDER, SFTP_OTHER } SftpKind;
typedef struct SftpEntry { char *name; SftpKind kind; int64_t bytes, changed_s; } SftpEntry;
typedef struct SftpEntries { SftpEntry *items; size_t count, capacity; } SftpEntries;
void sftp_entries_clear(SftpEntries *entries);
BG_DEFINE_CLEARP(SftpEntries, sftp_entries_clear)

typedef struct SftpOptions {
	MonoTime deadline;
	bool (*cancelled)(void *userdata);     /* NULL = never */
	void *userdata;
	int64_t near_ms;                       /* much is to be read: through the ssh program where an answer comes within that; 0 = never by choice */
} SftpOptions;

/* From there on what ssh lets be under way (2 MiB) is less than what libssh2 can take in by computing. */
#define SFTP_NEAR_MS 15

/* What libssh2 cannot do goes through the ssh program by itself: its command must then be on PATH, and the target's known_files live as long as this. */
BG_CHECK bool sftp_open(const SshTarget *target, const SftpOptions *options, Sftp **ret_sftp, Error *err);
Sftp *sftp_free(Sftp *sftp);
BG_DEFINE_FREEP(Sftp, sftp_free)
/* Sorted by name, without "." and "..". A name that holds a slash or cannot be shown is an error. *ret_there false: there is no such folder. */
BG_CHECK bool sftp_list(Sftp *sftp, const char *folder, SftpEntries *ret, bool *ret_there, Error *err);
/* One file at a time. */
BG_CHECK bool sftp_begin_file(Sftp *sftp, const char *path, int64_t offset, Error *err);
BG_CHECK bool sftp_next(Sftp *sftp, char *bytes, size_t size, size_t *ret_got, Error *err);   /* *ret_got 0: the end */
void sftp_end_file(Sftp *sftp);
/* A command that changes nothing, over the same connection. False when it could not be run, or failed. Appends what it said. */
BG_CHECK bool sftp_run(Sftp *sftp, const char *command, Buf *out, Error *err);
