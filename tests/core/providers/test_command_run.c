/* command.run: what one command leaves for the next, and how its end is judged. */
#include <signal.h>

#include "core/base/alloc.h"
#include "fixture.h"

typedef struct Shell {
	TempFolder folder;
	Buf out;
} Shell;

static void shell_clear(Shell *shell) {
	temp_folder_clear(&shell->folder);
	buf_clear(&shell->out);
}
BG_DEFINE_CLEARP(Shell, shell_clear)

static void add_output(void *userdata, bool is_stderr, Str bytes) {
	Shell *shell = userdata;
	(void) is_stderr;
	buf_put_str(&shell->out, bytes);
}

static bool run(Shell *shell, const char *text, const char *expect, int64_t deadline_ms, ActionResult *result, Error *err) {
	const Action *action = action_find("command.run");
	AUTO(Json) *args = json_new_object();
	json_add_string(args, "text", text);
	json_add_string(args, "expect", expect);
	Call call = {.args = args, .state_folder = shell->folder.path, .deadline = {mono_now().ms + deadline_ms}, .output = add_output,
		.userdata = shell};
	AUTO_CLEAR(Plan) plan = {0};
	buf_truncate(&shell->out, 0);
	return action->plan(&call, &plan, err) && action->apply(&call, &plan, result, err);
}

Test(command, folder_and_variables_are_carried_to_the_next_command) {
	static const struct { const char *text, *output; } cases[] = {
		{"cd / && export GREETING=\"it's \\\"quoted\\\" \\$HOME\n2nd line\"", ""},
		{"pwd; echo \"$GREETING\"", "/\nit's \"quoted\" $HOME\n2nd line\n"},
		{"plain=1; unset GREETING", ""},
		{"echo \"[$GREETING][$plain]\"", "[][]\n"},
	};
	AUTO_CLEAR(Shell) shell = {.folder = temp_folder()};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err;
		AUTO_CLEAR(ActionResult) result = {0};
		assert_ok(run(&shell, cases[i].text, NULL, 20000, &result, &err), &err);
		assert_text(cases[i].text, buf_text(&shell.out), cases[i].output);
		cr_expect(result.began);
	}
}

Test(command, the_exit_status_judges_unless_another_one_is_expected) {
	static const struct { const char *text, *expect; bool ok; int code; } cases[] = {
		{"true", NULL, true, 0},
		{"(exit 3)", NULL, false, 3},
		{"(exit 3)", "3", true, 3},
		{"true", "3", false, 0},
		{"exit 4", NULL, false, 4},
	};
	AUTO_CLEAR(Shell) shell = {.folder = temp_folder()};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err;
		AUTO_CLEAR(ActionResult) result = {0};
		bool ok = run(&shell, cases[i].text, cases[i].expect, 20000, &result, &err);
		cr_expect_eq(ok, cases[i].ok, "%s: %s", cases[i].text, ok ? "" : err.why);
		cr_expect_eq(result.exit_code, cases[i].code, "%s: %d", cases[i].text, result.exit_code);
	}
}

Test(command, that_takes_too_long_ends_in_a_timeout_after_it_began) {
	Error err;
	AUTO_CLEAR(Shell) shell = {.folder = temp_folder()};
	AUTO_CLEAR(ActionResult) result = {0};
	assert_refused(run(&shell, "echo begun; sleep 1000", NULL, 300, &result, &err), &err, ERROR_TIMEOUT, "not done within");
	cr_expect(result.began);
	assert_text("output", buf_text(&shell.out), "begun\n");
}
