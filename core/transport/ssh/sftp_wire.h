/* sftp_wire.h: the messages of SFTP version 3 (draft-ietf-secsh-filexfer-02), which OpenSSH's server speaks, as far as reading needs them. Pure. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/signoff/wire.h"

#define SFTP_VERSION 3
#define SFTP_PACKET_MAX (256u * 1024)     /* as sshd's own limit */
#define SFTP_HANDLE_MAX 256u              /* as the draft says */

typedef enum SftpType {
	SFTP_INIT = 1, SFTP_VERSION_IS = 2, SFTP_OPEN = 3, SFTP_CLOSE = 4, SFTP_READ = 5, SFTP_OPENDIR = 11, SFTP_READDIR = 12,
	SFTP_STATUS = 101, SFTP_HANDLE = 102, SFTP_DATA = 103, SFTP_NAME = 104, SFTP_EXTENDED = 200, SFTP_EXTENDED_REPLY = 201
} SftpType;

typedef enum SftpStatus { SFTP_OK = 0, SFTP_EOF = 1, SFTP_NO_SUCH_FILE = 2, SFTP_PERMISSION_DENIED = 3 } SftpStatus;

/* Each appends one whole packet. */
void sftp_put_init(Buf *out);
void sftp_put_open(Buf *out, uint32_t id, const char *path);                        /* a file, for reading */
void sftp_put_open_folder(Buf *out, uint32_t id, const char *path);
void sftp_put_handle(Buf *out, SftpType type, uint32_t id, Str handle);             /* SFTP_CLOSE, SFTP_READDIR */
void sftp_put_read(Buf *out, uint32_t id, Str handle, uint64_t offset, uint32_t len);
#define SFTP_LIMITS "limits@openssh.com"
void sftp_put_limits(Buf *out, uint32_t id);                                        /* only to a server that said SFTP_LIMITS */

/* An answer; borrows from the packet. */
typedef struct SftpReply {
	uint8_t type;
	uint32_t id;             /* SFTP_VERSION_IS: the version */
	uint32_t status;         /* SFTP_STATUS */
	Str bytes;               /* SFTP_HANDLE: it; SFTP_DATA: the bytes; SFTP_STATUS: what it says, of any bytes;
	                            SFTP_VERSION_IS: its extensions; SFTP_EXTENDED_REPLY: all of it */
	uint32_t names;          /* SFTP_NAME: how many follow */
	WireReader rest;
} SftpReply;

/* How many bytes of `bytes` are one whole packet, its length field included; 0 = not all of it is there yet. False: it is longer than any may be, or empty. */
BG_CHECK bool sftp_packet_size(Str bytes, size_t *ret_size);
/* `packet` as sftp_packet_size() cut it. False when it is no answer that is known. */
BG_CHECK bool sftp_reply_parse(Str packet, SftpReply *ret);

/* Does the server of an SFTP_VERSION_IS say that it has this extension? */
bool sftp_reply_has_extension(const SftpReply *reply, const char *name);
/* The most bytes that are read at once, of an SFTP_EXTENDED_REPLY to sftp_put_limits(); 0 = it does not say. */
uint64_t sftp_reply_read_limit(const SftpReply *reply);

typedef struct SftpAttributes { bool has_size, has_mode, has_time; uint64_t size; uint32_t mode, time; } SftpAttributes;
/* The next name of an SFTP_NAME; call it `names` times. False when the packet holds less than it says. */
BG_CHECK bool sftp_reply_name(SftpReply *reply, Str *ret_name, SftpAttributes *ret);
