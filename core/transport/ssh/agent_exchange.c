/* agent_exchange.c: see agent_exchange.h. */
#include "core/transport/ssh/agent_exchange.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/signoff/agent.h"

bool agent_exchange_begin(AgentExchange *exchange, const char *socket_path, Str request, Error *err) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(socket_path) >= sizeof(address.sun_path))
		return error_set(err, ERROR_INVALID, "the path of the agent's socket is too long");
	memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *) &address, sizeof(address)) != 0)
		return error_errno(err, errno, "the ssh-agent cannot be reached");
	/* A question is small beside the socket's buffer: what does not fit at once is not taken at all. */
	ssize_t sent = send(fd, request.ptr, request.len, MSG_NOSIGNAL);
	if (sent < 0 || (size_t) sent != request.len)
		return error_errno(err, sent < 0 ? errno : EMSGSIZE, "the ssh-agent does not take the question");
	buf_clear(&exchange->in);
	exchange->fd = TAKE_FD(fd);
	exchange->asking = true;
	return true;
}

static AgentStep end(AgentExchange *exchange, AgentStep step) {
	agent_exchange_clear(exchange);
	return step;
}

AgentStep agent_exchange_step(AgentExchange *exchange, Buf *ret_body, Error *err) {
	for (;;) {
		unsigned char block[4096];
		size_t len = 0;
		if (exchange->in.len >= 4) {
			if (!agent_frame_length((const unsigned char *) exchange->in.data, &len, err))
				return end(exchange, AGENT_FAILED);
			if (exchange->in.len - 4 >= len) {
				buf_append(ret_body, exchange->in.data + 4, len);
				return end(exchange, AGENT_ANSWERED);
			}
		}
		ssize_t got = recv(exchange->fd, block, sizeof(block), 0);
		if (got > 0) {
			buf_append(&exchange->in, block, (size_t) got);
			continue;
		}
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return AGENT_WAIT;
		if (got == 0)
			error_set(err, ERROR_PROTOCOL, "the ssh-agent hung up before it answered");
		else
			error_errno(err, errno, "the ssh-agent's answer cannot be read");
		return end(exchange, AGENT_FAILED);
	}
}

void agent_exchange_clear(AgentExchange *exchange) {
	if (exchange->asking)
		close(exchange->fd);
	buf_clear(&exchange->in);
	*exchange = (AgentExchange){0};
}
