/* sim_crypto.h: what the sandbox needs from OpenSSL beside core/base/digest.h: MD5 for ETags, and fresh SSH keys for the
 * practice signers, written in OpenSSH's own formats. */
#pragma once
#include "core/base/buf.h"
#include "core/base/error.h"

/* MD5 is what S3 calls a simple upload's ETag; it protects nothing here. */
void sim_md5_hex(Str bytes, char ret[static 33]);

/* Makes an ed25519 key pair. `ret_private` gets the text of an unencrypted openssh-key-v1 file, `ret_public` the one line
 * "ssh-ed25519 BASE64 comment" without newline. Both are appended to. */
BG_CHECK bool sim_make_ssh_key(const char *comment, Buf *ret_private, Buf *ret_public, Error *err);
