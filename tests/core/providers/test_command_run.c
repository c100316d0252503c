/* command.run: what one command leaves for the next, and how its end is judged. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/command/rights.h"
#include "fixture.h"

typedef struct Shell {
	TempFolder folder;
	Environment *environment;
	Buf out;
} Shell;

static void shell_clear(Shell *shell) {
	environment_free(shell->environment);
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
	Call call = {.environment = shell->environment, .args = args, .state_folder = shell->folder.path, .deadline = {mono_now().ms + deadline_ms}, .output = add_output,
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

/* What is typed before it: the machine's name, or what the playbook says. */
Test(command, the_playbook_may_say_what_is_typed_before_it) {
	AUTO_CLEAR(Shell) shell = {.folder = temp_folder()};
	const Action *action = provider_find("command")->actions;
	const char *const confirms[] = {NULL, "node2"};
	for (size_t i = 0; i < BG_LENGTH(confirms); i++) {
		AUTO(Json) *args = json_new_object();
		AUTO_CLEAR(Plan) plan = {0};
		char host[256] = "";
		Error err = {0};
		json_add_string(args, "text", "true");
		if (confirms[i])
			json_add_string(args, "confirm", confirms[i]);
		Call call = {.args = args, .state_folder = shell.folder.path, .deadline = {mono_now().ms + 20000}};
		assert_ok(action->plan(&call, &plan, &err), &err);
		cr_assert(gethostname(host, sizeof(host) - 1) == 0);
		assert_text("typed", plan.confirm_name, confirms[i] ? confirms[i] : host);
	}
}

/* A drill has programs and a home of its own, so that nobody's real ones are touched. */
Test(command, programs_and_home_may_be_those_of_the_environment) {
	AUTO_CLEAR(Shell) shell = {.folder = temp_folder()};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err;
	const char *path = temp_write(&shell.folder, "environment.yaml", "name: test\nkind: drill\ncommands: { path: [bin, more], home: house }\n");
	assert_ok(file_make_folder(temp_path(&shell.folder, "bin"), 0700, &err), &err);
	assert_ok(file_make_folder(temp_path(&shell.folder, "house"), 0700, &err), &err);
	cr_assert_eq(chmod(temp_write(&shell.folder, "bin/kubectl", "#!/bin/sh\necho of the drill\n"), 0700), 0);
	assert_ok(environment_load(path, &shell.environment, &err), &err);
	assert_ok(run(&shell, "kubectl; pwd; echo $HOME; true", NULL, 20000, &result, &err), &err);
	AUTO_FREE char *expected = bg_asprintf("of the drill\n%s\n%s\n", temp_path(&shell.folder, "house"), temp_path(&shell.folder, "house"));
	assert_text("programs and home", buf_text(&shell.out), expected);
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

/* ---- rights ---- */

Test(command, words_that_want_more_rights_are_seen_where_a_program_is_named) {
	static const struct { const char *text, *wanted; } cases[] = {
		{"sudo systemctl restart nginx", "sudo"},
		{"/usr/bin/sudo -n true", "sudo"},
		{"cd /tmp && sudo rm x", "sudo"},
		{"true; doas true", "doas"},
		{"A=1 env B=2 sudo true", "sudo"},
		{"echo $(sudo cat /etc/shadow)", "sudo"},
		{"if true; then su -c id; fi", "su"},
		{"yes | pkexec tee /etc/x", "pkexec"},
		{"echo sudo is not run here", NULL},
		{"grep su /etc/passwd", NULL},
		{"kubectl get pods -n sudo", NULL},
		{"./sudo-like", NULL},
		{"", NULL},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		const char *wanted = rights_wanted(str_from(cases[i].text));
		cr_expect(wanted == cases[i].wanted || text_eq(wanted, cases[i].wanted), "%s: %s", cases[i].text, wanted ? wanted : "none");
	}
}

/* In a process of its own that has given up gaining rights and is not root. Its status: bit 0: the plan warns; bit 1: the failure hints. */
static int plan_without_rights(Shell *shell) {
	pid_t child = fork();
	cr_assert(child >= 0);
	if (child == 0) {
		static const char TEXT[] = "sudo --no-such-option-of-sudo";
		const Action *action = action_find("command.run");
		AUTO(Json) *args = json_new_object();
		json_add_string(args, "text", TEXT);
		Call call = {.args = args, .state_folder = shell->folder.path, .deadline = {mono_now().ms + 20000}};
		Plan plan = {0};
		ActionResult result = {0};
		Error err = {0};
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || (getuid() == 0 && setuid(65534) < 0) || !action->plan(&call, &plan, &err))
			_exit(64);
		int status = plan.warnings.count == 1 && strstr(plan.warnings.items[0], "sudo gains no rights") ? 1 : 0;
		status |= !action->apply(&call, &plan, &result, &err) && strstr(err.hint, "sudo gains no rights") ? 2 : 0;
		_exit(status);
	}
	int status = -1;
	cr_assert(waitpid(child, &status, 0) == child && WIFEXITED(status));
	return WEXITSTATUS(status);
}

Test(command, sudo_is_warned_of_in_the_plan_and_explained_when_it_failed) {
	AUTO_CLEAR(Shell) shell = {.folder = temp_folder()};
	cr_assert_eq(plan_without_rights(&shell), 3);
}
