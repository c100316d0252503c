#include "tests/support/agent.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/support.h"

void test_agent_clear(TestAgent *agent)
{
	close(agent->pipe);
	waitpid(agent->shell, NULL, 0);
}

TestAgent test_agent_start(const char *socket_path)
{
	int in[2], out[2];
	cr_assert(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in[0], 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	const char *const argv[] = { "ssh-agent", "-a", socket_path, "sh", "-c", "echo ready; read x; kill $SSH_AGENT_PID", NULL };
	TestAgent agent = { .pipe = in[1] };
	cr_assert_eq(posix_spawnp(&agent.shell, argv[0], &actions, NULL, (char *const *) (uintptr_t) argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(in[0]);
	close(out[1]);
	char byte = 0;
	cr_assert_eq(read(out[0], &byte, 1), 1, "the agent did not start");
	close(out[0]);
	return agent;
}
