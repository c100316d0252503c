/* Every way to sign, end to end: agents of the environment beside the own one, a certificate beside a key file; and the last look at
 * who agreed, by the worker itself. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "gated_scene.h"
#include "tests/support/agent.h"

static void run_ok(const char *const *argv, const char *const *env) {
	AUTO_CLEAR(ProgramRun) run = {0};
	run_program(argv, NULL, env, &run);
	cr_assert_eq(run.status, 0, "%s: %s%s", argv[0], buf_text(&run.out), buf_text(&run.err));
}
#define RUN(env, ...) run_ok((const char *const[]){__VA_ARGS__, NULL}, (env))

/* ann's key is in the agent that is at hand, bob's in one that only the environment names: a forwarded one, say. */
Test(ways, several_agents_are_asked) {
	if (!have_program("ssh-agent") || !have_program("ssh-add"))
		cr_skip_test("ssh-agent or ssh-add is not installed");
	AUTO_CLEAR(Scene) scene = gated_scene("signoff: { agents: [SCENE/gone, SCENE/other] }\n");
	const char *own_socket = temp_path(&scene.folder, "own"), *other_socket = temp_path(&scene.folder, "other");
	AUTO_CLEAR(TestAgent) own = test_agent_start(own_socket);
	AUTO_CLEAR(TestAgent) other = test_agent_start(other_socket);
	AUTO_FREE char *at_own = bg_asprintf("SSH_AUTH_SOCK=%s", own_socket);
	AUTO_FREE char *at_other = bg_asprintf("SSH_AUTH_SOCK=%s", other_socket);
	const char *const own_env[] = {at_own, NULL}, *const other_env[] = {at_other, NULL};
	RUN(own_env, "ssh-add", "-q", scene_key(&scene, "ann"));
	RUN(other_env, "ssh-add", "-q", scene_key(&scene, "bob"));
	cr_assert_eq(scene_run_with(&scene, own_env, (const char *const[]){"sign", "1", "--role", "product", NULL}), 0, "%s", scene.said);
	cr_assert(scene_says(&scene, "signed as ann for product"), "%s", scene.said);
	cr_assert_eq(scene_run_with(&scene, own_env, (const char *const[]){"sign", "1", "--role", "engineering", NULL}), 0, "%s", scene.said);
	cr_assert(scene_says(&scene, "signed as bob for engineering"), "%s", scene.said);
	scene_ok(&scene, "apply", "1", "--yes");
	scene_ok(&scene, "verify");
}

/* bob has no line of his own any more: an authority vouches for him, in the file beside his key. */
Test(ways, a_certificate_beside_the_key_counts_until_it_is_revoked) {
	AUTO_CLEAR(Scene) scene = gated_scene("signoff: { revoked: revoked }\n");
	temp_write(&scene.folder, "revoked", "# nobody\n");
	const char *ca = temp_path(&scene.folder, "ca");
	AUTO_FREE char *ca_public = bg_asprintf("%s.pub", ca);
	AUTO_FREE char *bob_public = bg_asprintf("%s.pub", scene_key(&scene, "bob"));
	RUN(NULL, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", ca);
	RUN(NULL, "ssh-keygen", "-q", "-s", ca, "-I", "bob at work", "-n", "bob@example.org", "-z", "7", bob_public);
	AUTO_FREE char *authority = read_text(ca_public);
	AUTO_FREE char *allowed = read_text(temp_path(&scene.folder, "allowed_signers"));
	*strstr(allowed, "bob@") = '\0';
	AUTO_FREE char *with_authority = bg_asprintf("%s*@example.org cert-authority,namespaces=\"signoff@breakglass\" %s", allowed, authority);
	temp_write(&scene.folder, "allowed_signers", with_authority);
	scene_ok(&scene, "sign", "1", "--role", "product", "--key", scene_key(&scene, "ann"));
	scene_ok(&scene, "sign", "1", "--role", "engineering", "--key", scene_key(&scene, "bob"));
	scene_ok(&scene, "verify");
	const char *spec = temp_write(&scene.folder, "spec", "serial: 7\n");
	RUN(NULL, "ssh-keygen", "-q", "-k", "-f", temp_path(&scene.folder, "revoked"), "-s", ca_public, spec);
	scene_refused(&scene, 1, "is revoked", "apply", "1", "--yes");
	scene_refused(&scene, 1, "does not count now", "sign", "1", "--role", "engineering", "--key", scene_key(&scene, "bob"));
	cr_assert_eq(scene_lines(&scene, "one"), 0);
}

/* The engine has read its environment when it began; the worker reads it anew. So what changes in between is seen by the worker alone. */
Test(ways, the_worker_asks_once_more_before_the_first_change) {
	AUTO_CLEAR(Scene) scene = gated_scene("");
	scene_ok(&scene, "sign", "1", "--role", "product", "--key", scene_key(&scene, "ann"));
	scene_ok(&scene, "sign", "1", "--role", "engineering", "--key", scene_key(&scene, "bob"));
	AUTO_FREE char *allowed = read_text(temp_path(&scene.folder, "allowed_signers"));
	AUTO_FREE char *text = read_text(scene.environment);
	*strstr(allowed, "bob@") = '\0';
	temp_write(&scene.folder, "later_signers", allowed);
	char *signers = strstr(text, "signers: allowed_signers");
	AUTO_FREE char *later = bg_asprintf("%.*ssigners: later_signers\n", (int) (signers - text), text);
	temp_write(&scene.folder, "environment.yaml", later);
	scene_refused(&scene, 1, "the sign-off of bob as engineering no longer counts", "apply", "1", "--yes");
	cr_assert(scene_says(&scene, "action 1: stopped"), "%s", scene.said);
	cr_assert_eq(scene_lines(&scene, "one"), 0);
	scene_ok(&scene, "steps");
	cr_assert(scene_says(&scene, "stopped"), "%s", scene.said);
	/* Agreed again, it runs. */
	temp_write(&scene.folder, "environment.yaml", text);
	scene_ok(&scene, "plan", "1");
	scene_ok(&scene, "apply", "1", "--yes");
	cr_assert_eq(scene_lines(&scene, "one"), 1);
}

/* The agent holds the key and its certificate; the roster knows the authority only. */
Test(ways, an_agent_offers_a_certificate) {
	if (!have_program("ssh-agent") || !have_program("ssh-add"))
		cr_skip_test("ssh-agent or ssh-add is not installed");
	AUTO_CLEAR(Scene) scene = gated_scene("");
	const char *socket_path = temp_path(&scene.folder, "own"), *ca = temp_path(&scene.folder, "ca");
	AUTO_CLEAR(TestAgent) agent = test_agent_start(socket_path);
	AUTO_FREE char *at = bg_asprintf("SSH_AUTH_SOCK=%s", socket_path);
	const char *const env[] = {at, NULL};
	AUTO_FREE char *bob_public = bg_asprintf("%s.pub", scene_key(&scene, "bob"));
	AUTO_FREE char *ca_public = bg_asprintf("%s.pub", ca);
	RUN(NULL, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", ca);
	RUN(NULL, "ssh-keygen", "-q", "-s", ca, "-I", "bob at work", "-n", "bob@example.org", bob_public);
	RUN(env, "ssh-add", "-q", scene_key(&scene, "bob"));
	AUTO_FREE char *authority = read_text(ca_public);
	AUTO_FREE char *allowed = read_text(temp_path(&scene.folder, "allowed_signers"));
	*strstr(allowed, "bob@") = '\0';
	AUTO_FREE char *with_authority = bg_asprintf("%s*@example.org cert-authority %s", allowed, authority);
	temp_write(&scene.folder, "allowed_signers", with_authority);
	cr_assert_eq(scene_run_with(&scene, env, (const char *const[]){"sign", "1", "--role", "engineering", NULL}), 0, "%s", scene.said);
	cr_assert(scene_says(&scene, "signed as bob for engineering"), "%s", scene.said);
	cr_assert_eq(scene_run_with(&scene, env, (const char *const[]){"--as", "bob", "note", "by bob", NULL}), 0, "%s", scene.said);
	scene_ok(&scene, "sign", "1", "--role", "product", "--key", scene_key(&scene, "ann"));
	scene_ok(&scene, "apply", "1", "--yes");
	scene_ok(&scene, "verify");
}

/* ~/ in the environment is the home of whoever signs: the engine was started from another login. */
Test(ways, keys_of_the_environment_are_found_in_ones_own_home) {
	AUTO_CLEAR(Scene) scene = gated_scene_new("signoff: { keys: [~/key], agents: [~/agent.sock] }\n");
	const char *first = temp_path(&scene.folder, "first"), *second = temp_path(&scene.folder, "second");
	AUTO_FREE char *first_home = bg_asprintf("HOME=%s", first);
	AUTO_FREE char *second_home = bg_asprintf("HOME=%s", second);
	const char *const first_env[] = {first_home, NULL}, *const second_env[] = {second_home, NULL};
	RUN(NULL, "mkdir", first, second);
	RUN(NULL, "cp", scene_key(&scene, "ann"), temp_path(&scene.folder, "first/key"));
	RUN(NULL, "cp", scene_key(&scene, "bob"), temp_path(&scene.folder, "second/key"));
	cr_assert_eq(scene_run_with(&scene, first_env, (const char *const[]){"declare", "it broke", NULL}), 0, "%s", scene.said);
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "plan", "1");
	cr_assert_eq(scene_run_with(&scene, first_env, (const char *const[]){"sign", "1", "--role", "product", NULL}), 0, "%s", scene.said);
	cr_assert_eq(scene_run_with(&scene, second_env, (const char *const[]){"sign", "1", "--role", "engineering", NULL}), 0, "%s", scene.said);
	cr_assert(scene_says(&scene, "signed as bob for engineering"), "%s", scene.said);
	/* A console gets the paths from the engine, whose home is not bob's. */
	AUTO_CLEAR(ProgramRun) run = {0};
	run_program((const char *const[]){scene.program, "--env", scene.environment, "--state", scene.state, "--line", "--as", "bob", NULL}, "note by bob\n",
		second_env, &run);
	cr_assert(run.status == 0 && strstr(buf_text(&run.out), "record: bob: note: by bob"), "%s%s", buf_text(&run.out), buf_text(&run.err));
}
