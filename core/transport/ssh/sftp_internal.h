/* sftp_internal.h: what both ways to files share: over a session of ours (session_sftp.c), or through the ssh program (program_sftp.c). */
#pragma once
#include "core/transport/ssh/session_internal.h"
#include "core/transport/ssh/sftp.h"
#include "core/transport/ssh/sftp_wire.h"

#include <libssh2_sftp.h>

#define SFTP_SLICE_MS 200                 /* a cancel is noticed within */
#define SFTP_CONNECT_MS 60000             /* connecting and being admitted, all together */

typedef struct SftpProgram SftpProgram;

struct Sftp {
	SftpOptions options;
	MonoTime heard;                       /* when something came last */
	char *where;                          /* "user@[4a1:b2::14]" */
	SftpProgram *program;                 /* not NULL: through the ssh program; the rest is not used then */
	SshSession *session;
	LIBSSH2_SFTP *lib;
	LIBSSH2_SFTP_HANDLE *handle;
};

/* False: stopped, too late, or silent for too long. */
BG_CHECK bool sftp_may_go_on(const Sftp *sftp, Error *err);
bool sftp_at_place(const Sftp *sftp, const char *path, Error *err);      /* false */
/* In words what a status of SFTP says; false when it is none that has some of its own. */
bool sftp_status_error(const Sftp *sftp, unsigned long status, const char *path, Error *err);
bool sftp_broke(const Sftp *sftp, const char *path, const char *doing, Str said, Error *err);      /* false */
bool sftp_offers_none(const Sftp *sftp, Error *err);                     /* false */
/* What the other side says is a name becomes one here. */
BG_CHECK bool sftp_add_entry(const Sftp *sftp, const char *folder, Str name, const SftpAttributes *attributes, SftpEntries *ret, Error *err);

/* ---- program_sftp.c: the same as in sftp.h, through the program ---- */

/* `why` is what libssh2 cannot do with it; NULL: it could, and the machine is there. */
BG_CHECK bool sftp_program_open(Sftp *sftp, const SshTarget *target, const char *why, Error *err);
SftpProgram *sftp_program_free(SftpProgram *program);
BG_CHECK bool sftp_program_begin(Sftp *sftp, const char *path, bool folder, int64_t offset, Error *err);
BG_CHECK bool sftp_program_read_folder(Sftp *sftp, const char *folder, SftpEntries *ret, Error *err);
BG_CHECK bool sftp_program_next(Sftp *sftp, char *bytes, size_t size, size_t *ret_got, Error *err);
void sftp_program_end(Sftp *sftp);
void sftp_program_run(Sftp *sftp, const SshCommand *command, SshResult *ret);
