/* session_memory.c: libssh2's memory, which sees the messages that libssh2 gives up after it has read them. An exit status of 0 and none at all are the same
 * number to libssh2; only the message that brings one tells them apart, and no call hands that out (libssh2 1.10 and 1.11). A session that never sees its
 * message takes no end for a good one. */
#include "core/transport/ssh/session_internal.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_CHANNEL_REQUEST 98   /* RFC 4254, 9 */
#define STATUS_NAME "exit-status"
#define STATUS_BYTES (1 + 4 + 4 + sizeof(STATUS_NAME) - 1 + 1 + 4)   /* type, channel, length, name, want reply, status */

static void *take(size_t size, void **session) {
	(void) session;
	return malloc(size);
}

static void *resize(void *block, size_t size, void **session) {
	(void) session;
	return realloc(block, size);
}

bool session_is_exit_status(const void *block, size_t size) {
	static const unsigned char name_length[4] = {0, 0, 0, sizeof(STATUS_NAME) - 1};
	const unsigned char *bytes = block;
	return size >= STATUS_BYTES && bytes[0] == MESSAGE_CHANNEL_REQUEST && memcmp(bytes + 5, name_length, sizeof(name_length)) == 0
		&& memcmp(bytes + 9, STATUS_NAME, sizeof(STATUS_NAME) - 1) == 0;
}

static void give_back(void *block, void **session) {
	if (block && session_is_exit_status(block, malloc_usable_size(block))) {
		((SshSession *) *session)->status_came = true;
		memset(block, 0, STATUS_BYTES);   /* whoever gets this memory next has brought no status */
	}
	free(block);
}

LIBSSH2_SESSION *session_make_library(SshSession *session) { return libssh2_session_init_ex(take, give_back, resize, session); }
