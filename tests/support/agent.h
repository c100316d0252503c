/* agent.h: a real ssh-agent of the test's own. It lives as long as the pipe to the shell that it started: if the test dies, both end. */
#pragma once
#include <sys/types.h>
#include "core/base/cleanup.h"

typedef struct TestAgent { pid_t shell; int pipe; } TestAgent;

TestAgent test_agent_start(const char *socket_path);
void test_agent_clear(TestAgent *agent);
BG_DEFINE_CLEARP(TestAgent, test_agent_clear)
