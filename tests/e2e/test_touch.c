/* Security keys: the screen says when one waits to be touched, a signature without a touch never counts, and that it was touched is told
 * wherever the signature is. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "scene.h"
#include "tests/support/terminal.h"
#include "token_agent.h"

static const char BOOK[] =
	"# Signing\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Count once.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/one\n"
	"   ```\n"
	"   <!-- bg gate danger roles=product,engineering distinct=yes -->\n"
	"2. Rest.\n";

/* `person` has no other key than the token. */
static Scene token_scene(const char *person, const TokenAgent *agent) {
	Scene scene = scene_new(BOOK, "");
	scene_make_keys(&scene);
	AUTO_CLEAR(Buf) line = {0};
	AUTO_CLEAR(Buf) out = {0};
	AUTO_FREE char *allowed = read_text(temp_path(&scene.folder, "allowed_signers"));
	token_agent_write_line(agent, &line);
	Str rest = str_from(allowed), each;
	while (str_next_line(&rest, &each)) {
		if (str_starts(each, person))
			buf_printf(&out, "%s@example.org %s token\n", person, buf_text(&line));
		else
			buf_printf(&out, "%.*s\n", STR_ARG(each));
	}
	temp_write(&scene.folder, "allowed_signers", buf_text(&out));
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "plan", "1");
	return scene;
}

static Terminal *console(const Scene *scene, const char *socket_path, const char *keys, const char *text) {
	const char *argv[] = {scene->program, "--env", scene->environment, "--state", scene->state, NULL};
	AUTO_FREE char *agent = bg_asprintf("SSH_AUTH_SOCK=%s", socket_path);
	const char *environment[] = {agent, NULL};
	Terminal *terminal = terminal_start(&(TerminalOptions) {.argv = argv, .columns = 80, .rows = 24, .environment = environment});
	terminal_wait_text(terminal, "T+");
	terminal_keys(terminal, keys);
	terminal_wait_text(terminal, text);
	return terminal;
}

static void expect_report(Scene *scene, const char *format, const char *words) {
	scene_ok(scene, "report", "--format", format);
	cr_expect(scene_says(scene, words), "the %s report does not say \"%s\":\n%s", format, words, scene->said);
}

Test(touch, is_waited_for_with_a_word_and_told_in_every_report) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const char *socket_path = temp_path(&folder, "token");
	AUTO(TokenAgent) *agent = token_agent_start(socket_path, TOKEN_TOUCHED | TOKEN_VERIFIED);
	AUTO_CLEAR(Scene) scene = token_scene("ann", agent);
	AUTO(Terminal) *terminal = console(&scene, socket_path, "4", "it wants to be touched");
	terminal_type(terminal, "sign\n");
	terminal_wait_text(terminal, "touch your key");
	/* Nobody waits with them: another screen is there at once. */
	terminal_keys(terminal, "5");
	terminal_wait_text(terminal, "sign-off asked");
	token_agent_touch(agent);
	terminal_keys(terminal, "4");
	terminal_wait_text(terminal, "touched, with PIN or finger");
	expect_report(&scene, "md", "agent, key touched, with PIN or finger");
	expect_report(&scene, "html", "from a security key that was touched, with PIN or finger");
	expect_report(&scene, "json", "\"touched\": true");
	scene_ok(&scene, "timeline");
	cr_assert(scene_says(&scene, "signed as product, key touched"), "%s", scene.said);
	scene_ok(&scene, "sign", "1", "--role", "engineering", "--key", scene_key(&scene, "bob"));
	scene_ok(&scene, "apply", "1", "--yes");
	scene_ok(&scene, "verify");
}

Test(touch, must_have_been) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const char *socket_path = temp_path(&folder, "token");
	AUTO(TokenAgent) *agent = token_agent_start(socket_path, TOKEN_VERIFIED);
	AUTO_CLEAR(Scene) scene = token_scene("ann", agent);
	AUTO(Terminal) *terminal = console(&scene, socket_path, "4", "You are asked to sign, as PRODUCT");
	terminal_type(terminal, "sign\n");
	token_agent_touch(agent);
	terminal_wait_text(terminal, "Refused: the FIDO key signed without a touch");
	cr_assert(!terminal_shows(terminal, "Signed as product"));
	scene_ok(&scene, "steps");
	cr_assert(scene_says(&scene, "gate danger: waiting"), "%s", scene.said);
}

Test(touch, is_asked_for_a_badge_and_on_the_command_line) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const char *socket_path = temp_path(&folder, "token");
	AUTO(TokenAgent) *agent = token_agent_start(socket_path, TOKEN_TOUCHED);
	AUTO_CLEAR(Scene) scene = token_scene("bob", agent);
	AUTO(Terminal) *terminal = console(&scene, socket_path, "B", "Who is at the keys?");
	terminal_keys(terminal, "enter");
	terminal_wait_text(terminal, "Touch your key, bob.");
	terminal_wait_text(terminal, "touch your key");
	/* Nothing is done in between: it would bear another name. */
	terminal_type(terminal, ":note by whom\n");
	terminal_wait_text(terminal, "the badge is being put on");
	token_agent_touch(agent);
	terminal_wait_text(terminal, "badge: bob/E");
	AUTO_FREE char *at = bg_asprintf("SSH_AUTH_SOCK=%s", socket_path);
	const char *const environment[] = {at, NULL};
	token_agent_touch(agent);
	cr_assert_eq(scene_run_with(&scene, environment, (const char *const[]){"sign", "1", "--role", "engineering", NULL}), 0, "%s", scene.said);
	cr_assert(scene_says(&scene, "touch your key") && scene_says(&scene, "signed as bob for engineering"), "%s", scene.said);
}
