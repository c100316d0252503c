/* token_agent.c: see token_agent.h. One thread for each connection, as long as it lasts: while one waits for a touch, others may list. */
#include "token_agent.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/signoff/wire.h"
#include "tests/support/support.h"

#define TYPE "sk-ssh-ed25519@openssh.com"
#define CONNECTIONS_MAX 64

/* The agent protocol's numbers (draft-ietf-sshm-ssh-agent). */
enum { AGENT_FAILURE = 5, REQUEST_IDENTITIES = 11, IDENTITIES_ANSWER = 12, SIGN_REQUEST = 13, SIGN_RESPONSE = 14, FRAME_MAX = 256 * 1024 };

struct TokenAgent {
	EVP_PKEY *key;
	Buf blob;
	uint8_t flags;
	int listener, touch[2];
	pthread_t acceptor, threads[CONNECTIONS_MAX];
	int fds[CONNECTIONS_MAX];
	size_t count;
};

typedef struct Served { TokenAgent *agent; int fd; } Served;

/* ---- the key ---- */

static void sign_bytes(const TokenAgent *agent, Str data, Buf *raw) {
	unsigned char signature[64];
	size_t len = sizeof(signature);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	cr_assert(EVP_DigestSignInit_ex(context, NULL, NULL, NULL, NULL, agent->key, NULL) == 1
		&& EVP_DigestSign(context, signature, &len, (const unsigned char *) data.ptr, data.len) == 1);
	EVP_MD_CTX_free(context);
	buf_append(raw, signature, len);
}

/* As a device does (PROTOCOL.u2f): the application, the flags, a counter and the hash of the data. */
static void sign(const TokenAgent *agent, Str data, Buf *signature) {
	AUTO_CLEAR(Buf) bytes = {0};
	AUTO_CLEAR(Buf) raw = {0};
	unsigned char digest[SHA256_BYTES];
	sha256_bytes("ssh:", 4, digest);
	buf_append(&bytes, digest, sizeof(digest));
	wire_put_byte(&bytes, agent->flags);
	wire_put_u32(&bytes, 1);
	sha256_bytes(data.ptr, data.len, digest);
	buf_append(&bytes, digest, sizeof(digest));
	sign_bytes(agent, buf_str(&bytes), &raw);
	wire_put_string(signature, STR(TYPE));
	wire_put_string(signature, buf_str(&raw));
	wire_put_byte(signature, agent->flags);
	wire_put_u32(signature, 1);
}

static void make_key(TokenAgent *agent) {
	unsigned char point[32];
	size_t len = sizeof(point);
	agent->key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	cr_assert(agent->key && EVP_PKEY_get_raw_public_key(agent->key, point, &len) == 1);
	wire_put_string(&agent->blob, STR(TYPE));
	wire_put_string(&agent->blob, (Str){(char *) point, len});
	wire_put_string(&agent->blob, STR("ssh:"));
}

void token_agent_write_line(const TokenAgent *agent, Buf *out) {
	buf_puts(out, TYPE " ");
	base64_encode(agent->blob.data, agent->blob.len, out);
}

/* ---- the protocol ---- */

static void answer(TokenAgent *agent, Str request, Buf *out) {
	WireReader reader = wire_reader(request);
	AUTO_CLEAR(Buf) signature = {0};
	char byte;
	switch (wire_byte(&reader)) {
	case REQUEST_IDENTITIES:
		wire_put_byte(out, IDENTITIES_ANSWER);
		wire_put_u32(out, 1);
		wire_put_string(out, buf_str(&agent->blob));
		wire_put_string(out, STR("a token"));
		return;
	case SIGN_REQUEST:
		(void) wire_string(&reader);
		/* Nobody touches it any more when the test is over. */
		if (read(agent->touch[0], &byte, 1) == 1) {
			wire_put_byte(out, SIGN_RESPONSE);
			sign(agent, wire_string(&reader), &signature);
			wire_put_string(out, buf_str(&signature));
			return;
		}
		break;
	default:
		break;
	}
	wire_put_byte(out, AGENT_FAILURE);
}

static bool receive(int fd, void *ret, size_t len) {
	for (size_t have = 0; have < len;) {
		ssize_t got = recv(fd, (char *) ret + have, len - have, 0);
		if (got <= 0)
			return false;
		have += (size_t) got;
	}
	return true;
}

static void *serve(void *userdata) {
	Served *served = userdata;
	unsigned char head[4];
	while (receive(served->fd, head, sizeof(head))) {
		size_t len = (size_t) head[0] << 24 | (size_t) head[1] << 16 | (size_t) head[2] << 8 | head[3];
		if (len == 0 || len > FRAME_MAX)
			break;
		AUTO_FREE char *request = bg_calloc(1, len);
		AUTO_CLEAR(Buf) body = {0};
		AUTO_CLEAR(Buf) frame = {0};
		if (!receive(served->fd, request, len))
			break;
		answer(served->agent, (Str){request, len}, &body);
		wire_put_string(&frame, buf_str(&body));
		if (send(served->fd, frame.data, frame.len, MSG_NOSIGNAL) != (ssize_t) frame.len)
			break;
	}
	(void) shutdown(served->fd, SHUT_RDWR);   /* closed when the agent ends */
	free(served);
	return NULL;
}

static void *accept_all(void *userdata) {
	TokenAgent *agent = userdata;
	int fd;
	while (agent->count < CONNECTIONS_MAX && (fd = accept4(agent->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		Served *served = bg_calloc(1, sizeof(*served));
		*served = (Served){agent, fd};
		agent->fds[agent->count] = fd;
		cr_assert_eq(pthread_create(&agent->threads[agent->count], NULL, serve, served), 0);
		agent->count++;
	}
	return NULL;
}

/* ---- its life ---- */

TokenAgent *token_agent_start(const char *socket_path, uint8_t flags) {
	TokenAgent *agent = bg_calloc(1, sizeof(*agent));
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	cr_assert(strlen(socket_path) < sizeof(address.sun_path));
	memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
	agent->flags = flags;
	make_key(agent);
	cr_assert_eq(pipe2(agent->touch, O_CLOEXEC), 0);
	agent->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(bind(agent->listener, (struct sockaddr *) &address, sizeof(address)) == 0 && listen(agent->listener, 8) == 0);
	cr_assert_eq(pthread_create(&agent->acceptor, NULL, accept_all, agent), 0);
	return agent;
}

void token_agent_touch(TokenAgent *agent) { cr_assert_eq(write(agent->touch[1], "t", 1), 1); }

TokenAgent *token_agent_free(TokenAgent *agent) {
	if (!agent)
		return NULL;
	close(agent->touch[1]);
	(void) shutdown(agent->listener, SHUT_RDWR);   /* wakes accept() */
	(void) pthread_join(agent->acceptor, NULL);
	for (size_t i = 0; i < agent->count; i++) {
		(void) shutdown(agent->fds[i], SHUT_RDWR);
		(void) pthread_join(agent->threads[i], NULL);
		close(agent->fds[i]);
	}
	close(agent->listener);
	close(agent->touch[0]);
	EVP_PKEY_free(agent->key);
	buf_clear(&agent->blob);
	free(agent);
	return NULL;
}
