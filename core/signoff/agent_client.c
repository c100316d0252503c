/* agent_client.c: the one file of this layer that opens a socket. Non-blocking underneath, so that the deadline holds at every step. */
#include "core/signoff/agent_client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/signoff/sshsig.h"

static bool wait_for(int fd, short events, MonoTime deadline, Error *err)
{
	for (;;) {
		int64_t left = deadline.ms - mono_now().ms;
		if (left <= 0) {
			error_set(err, ERROR_TIMEOUT, "the agent did not answer in time");
			return error_hint(err, "it may wait for a touch or a confirmation; try again");
		}
		struct pollfd poll_fd = { .fd = fd, .events = events };
		int ready = poll(&poll_fd, 1, left > 60000 ? 60000 : (int) left);
		if (ready > 0)
			return true;
		if (ready < 0 && errno != EINTR)
			return error_errno(err, errno, "waiting for the agent failed");
	}
}

static bool connect_to(const char *path, MonoTime deadline, int *ret_fd, Error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof address.sun_path)
		return error_set(err, ERROR_INVALID, "the path of the agent's socket is too long");
	memcpy(address.sun_path, path, strlen(path) + 1);
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_errno(err, errno, "no socket could be made");
	/* A unix socket connects at once; EAGAIN means that the agent's queue is full. */
	while (connect(fd, (const struct sockaddr *) &address, sizeof address) != 0) {
		if (errno != EAGAIN && errno != EINTR) {
			error_errno(err, errno, "the agent cannot be reached");
			return error_hint(err, "is it still running? eval $(ssh-agent), ssh-add, then open the console again");
		}
		if (mono_now().ms >= deadline.ms)
			return error_set(err, ERROR_TIMEOUT, "the agent is busy");
		(void) poll(NULL, 0, 10);
	}
	*ret_fd = TAKE_FD(fd);
	return true;
}

static bool send_all(int fd, Str bytes, MonoTime deadline, Error *err)
{
	while (bytes.len) {
		ssize_t sent = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
		if (sent > 0)
			bytes = str_slice(bytes, (size_t) sent, bytes.len);
		else if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return error_errno(err, errno, "the agent hung up");
		else if (!wait_for(fd, POLLOUT, deadline, err))
			return false;
	}
	return true;
}

static bool receive_exactly(int fd, unsigned char *ret, size_t len, MonoTime deadline, Error *err)
{
	for (size_t have = 0; have < len;) {
		ssize_t got = recv(fd, ret + have, len - have, 0);
		if (got > 0)
			have += (size_t) got;
		else if (got == 0)
			return error_set(err, ERROR_PROTOCOL, "the agent hung up in the middle of its answer");
		else if (errno != EAGAIN && errno != EINTR)
			return error_errno(err, errno, "the agent's answer cannot be read");
		else if (!wait_for(fd, POLLIN, deadline, err))
			return false;
	}
	return true;
}

static bool exchange(const char *socket_path, Str request, MonoTime deadline, Buf *ret_body, Error *err)
{
	AUTO_CLOSE int fd = -1;
	unsigned char header[4];
	size_t len = 0;
	if (!connect_to(socket_path, deadline, &fd, err) || !send_all(fd, request, deadline, err)
		|| !receive_exactly(fd, header, sizeof header, deadline, err) || !agent_frame_length(header, &len, err))
		return false;
	AUTO_FREE unsigned char *body = bg_malloc(len);
	if (!receive_exactly(fd, body, len, deadline, err))
		return false;
	buf_append(ret_body, body, len);
	return true;
}

/* Finds the socket, and names it in errors. */
static bool ask(const char *socket_path, Str request, MonoTime deadline, Buf *ret_body, Error *err)
{
	const char *path = socket_path && *socket_path ? socket_path : getenv("SSH_AUTH_SOCK");
	if (!path || !*path) {
		error_set(err, ERROR_MISSING, "there is no ssh-agent here: SSH_AUTH_SOCK is not set");
		return error_hint(err, "log in with agent forwarding (ssh -A), start ssh-agent, or sign elsewhere and paste");
	}
	if (exchange(path, request, deadline, ret_body, err))
		return true;
	return error_where(err, "%s", path);
}

bool agent_list(const char *socket_path, MonoTime deadline, AgentIdentities *ret_identities, Error *err)
{
	AUTO_CLEAR(Buf) request = { 0 };
	AUTO_CLEAR(Buf) body = { 0 };
	agent_request_identities(&request);
	if (ask(socket_path, buf_str(&request), deadline, &body, err) && agent_reply_identities(buf_str(&body), ret_identities, err))
		return true;
	return error_what(err, "list the agent's keys");
}

bool agent_sign(const char *socket_path, const PublicKey *key, Str data, MonoTime deadline, Buf *ret_signature, Error *err)
{
	AUTO_CLEAR(Buf) request = { 0 };
	AUTO_CLEAR(Buf) body = { 0 };
	agent_request_sign(key, data, &request);
	if (ask(socket_path, buf_str(&request), deadline, &body, err) && agent_reply_signature(buf_str(&body), ret_signature, err))
		return true;
	return error_what(err, "sign with the agent");
}

bool agent_sign_message(const char *socket_path, const PublicKey *key, const char *name_space, Str message,
	MonoTime deadline, Buf *ret_armoured, Error *err)
{
	AUTO_CLEAR(Buf) data = { 0 };
	AUTO_CLEAR(Buf) signature = { 0 };
	SignatureFacts facts = { 0 };
	sshsig_signed_bytes(name_space, message, &data);
	if (!agent_sign(socket_path, key, buf_str(&data), deadline, &signature, err))
		return false;
	/* An agent that answers with another key's signature, or with SHA-1, is caught here and not an hour later. */
	if (!public_key_verify(key, buf_str(&signature), buf_str(&data), &facts, err))
		return error_what(err, "sign with the agent");
	sshsig_armour(public_key_blob(key), name_space, buf_str(&signature), ret_armoured);
	return true;
}
