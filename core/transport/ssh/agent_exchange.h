/* agent_exchange.h: one question to an ssh-agent without waiting for it: an agent may wait for a person's touch. signoff/agent.h builds the
 * question and reads the answer. */
#pragma once
#include <stdbool.h>
#include "core/base/buf.h"
#include "core/base/error.h"

typedef struct AgentExchange {
	int fd;                  /* to wait for: readable. Only while `asking` */
	bool asking;
	Buf in;
} AgentExchange;

typedef enum AgentStep { AGENT_WAIT, AGENT_ANSWERED, AGENT_FAILED } AgentStep;

/* Sends a whole frame. */
BG_CHECK bool agent_exchange_begin(AgentExchange *exchange, const char *socket_path, Str request, Error *err);
/* ANSWERED: the frame's body is appended to `ret_body`, and the exchange is over, as it is after FAILED. */
AgentStep agent_exchange_step(AgentExchange *exchange, Buf *ret_body, Error *err);
void agent_exchange_clear(AgentExchange *exchange);
BG_DEFINE_CLEARP(AgentExchange, agent_exchange_clear)
