/* command.c: command.run: one logical line of a code block, run by sh on this machine, as the playbook shows it with its values filled in
 * and quoted. Environment and working directory are carried from command to command of a run: the wrapper writes both to an extra
 * descriptor when the command ends. There is nothing to look at afterwards but the exit status, so verify is the exit status itself, and
 * a command that was cut off is in doubt. On other machines it is remote.c that runs it. */
#include "core/providers/command/command.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/command/carried.h"
#include "core/providers/command/expected.h"
#include "core/providers/command/remote.h"
#include "core/providers/command/rights.h"
#include "core/transport/process.h"

#define DEFAULT_TIMEOUT_MS (10 * 60 * 1000)

static const char *given_or(const char *text, const char *fallback) { return text && *text ? text : fallback; }

static bool is_local(const Call *call, Error *err) {
	const char *host = given_or(call_arg(call, "host"), "local");
	if (text_eq(host, "local"))
		return true;
	error_set(err, ERROR_INVALID, "host=%.100s is neither local nor ssh:NAME", host);
	return error_hint(err, "name nodes of the environment: host=ssh:node1,node2");
}

static void login_name(char *ret, size_t size) {
	char buffer[4096];
	struct passwd entry, *found = NULL;
	(void) getpwuid_r(getuid(), &entry, buffer, sizeof(buffer), &found);   /* no entry: the number is the name */
	if (found)
		snprintf(ret, size, "%s", found->pw_name);
	else
		snprintf(ret, size, "uid %u", (unsigned) getuid());
}

static bool keeps_record(const Call *call) { return !text_eq(call_arg(call, "record"), "no"); }

static bool command_plan(const Call *call, Plan *plan, Error *err) {
	char host[256] = "this machine", user[128];
	if (machines_are_wanted(call_arg(call, "host")))
		return remote_plan(call, plan, err);
	AUTO_CLEAR(Carried) carried = {0};
	if (!is_local(call, err) || !carried_load(call->environment, call->state_folder, &carried, err))
		return false;
	(void) gethostname(host, sizeof(host) - 1);   /* the words above stand in for a name that cannot be had */
	login_name(user, sizeof(user));
	const char *folder = given_or(call_arg(call, "cwd"), carried.folder);
	plan->action = bg_strdup("command.run");
	bool in_terminal = text_eq(call_arg(call, "terminal"), "yes");
	if (in_terminal)
		plan_set(&plan->target, "your own terminal on %s:%s", host, folder);
	else
		plan_set(&plan->target, "%s@%s:%s", user, host, folder);
	plan_set(&plan->confirm_name, "%s", given_or(call_arg(call, "confirm"), host));
	plan->args = json_copy(call->args);
	AUTO_FREE char *what = bg_asprintf("run %s", call_arg(call, "text"));
	plan_add_change(plan, what, NULL, NULL);
	plan_set(&plan->request, "%s", call_arg(call, "text"));
	plan_set(&plan->manual, "%s", call_arg(call, "text"));
	if (in_terminal)
		strlist_add(&plan->warnings, keeps_record(call) ? "it runs in your own terminal, with your own rights; what it prints is recorded: keep secrets off the screen"
			: "it runs in your own terminal, with your own rights; what it prints is not recorded, since the playbook says so");
	const char *wanted = rights_are_missing() && !in_terminal ? rights_wanted(str_from(call_arg(call, "text"))) : NULL;
	if (wanted)
		strlist_add_take(&plan->warnings, bg_asprintf("%s gains no rights here and will fail: run it in a shell of your own, then tick the step "
			"with a reason", wanted));
	return true;
}

/* ---- apply ---- */

/* The command is an argument of its own, not spliced into the wrapper: whatever it holds, the wrapper stays what it is. */
static const char WRAPPER[] =
	"eval \"$BREAKGLASS_COMMAND\"\n"
	"breakglass_status=$?\n"
	"{ pwd; export -p; } >&3 2>/dev/null\n"
	"exit $breakglass_status\n";

typedef struct Running { const Call *call; } Running;

static bool is_cancelled(void *userdata) { return call_is_cancelled(((Running *) userdata)->call); }

static void on_output(void *userdata, bool is_stderr, Str piece) {
	const Call *call = ((Running *) userdata)->call;
	if (call->output)
		call->output(call->userdata, is_stderr, piece);
}

static bool judge(const Call *call, const ProcessResult *ended, ActionResult *result, Error *err) {
	char span[SPAN_TEXT_SIZE];
	result->exit_code = ended->exit_code;
	result->evidence = ended->signal ? bg_asprintf("ended by signal %d after %s", ended->signal, span_format(ended->elapsed_ms, span))
		: bg_asprintf("exit %d after %s", ended->exit_code, span_format(ended->elapsed_ms, span));
	if (!ended->signal && exit_is_expected(call, ended->exit_code))
		return true;
	if (ended->signal)
		error_set(err, ERROR_REMOTE, "the command was ended by signal %d after %s", ended->signal, span);
	else
		error_set(err, ERROR_REMOTE, "the command exited with %d after %s", ended->exit_code, span);
	error_where(err, "%.120s", call_arg(call, "text"));
	const char *wanted = rights_are_missing() ? rights_wanted(str_from(call_arg(call, "text"))) : NULL;
	if (wanted)
		return error_hint(err, "%s gains no rights here: run it in a shell of your own, then tick the step with a reason", wanted);
	return error_hint(err, "its output says more; mend it and plan again, or do it by hand and tick with a reason");
}

/* In the terminal of a person: nothing that it exports is carried on, since what their shell leaves is theirs. */
static bool apply_in_terminal(const Call *call, const Carried *carried, ActionResult *result, Error *err) {
	char span[SPAN_TEXT_SIZE];
	TerminalCommand command = {.text = call_arg(call, "text"), .folder = given_or(call_arg(call, "cwd"), ""), .usual_folder = carried->folder, .record = keeps_record(call),
		.environment = &carried->environment, .path = &call->environment->command_path};
	TerminalEnd end = {0};
	if (!call->in_terminal) {
		error_set(err, ERROR_DENIED, "it runs in the terminal of whoever starts it, and none was lent");
		return error_hint(err, "start it in the console, or with breakglass apply in a terminal");
	}
	bool ran = call->in_terminal(call->userdata, &command, &end, err);
	result->began = end.began;
	if (!ran)
		return false;
	result->exit_code = end.exit_code;
	(void) span_format(end.elapsed_ms, span);
	result->evidence = end.signal ? bg_asprintf("ended by signal %d after %s, %s", end.signal, span, end.recording)
		: bg_asprintf("exit %d after %s, %s", end.exit_code, span, end.recording);
	if (!end.signal && exit_is_expected(call, end.exit_code))
		return true;
	if (end.signal)
		error_set(err, ERROR_REMOTE, "the command was ended by signal %d after %s", end.signal, span);
	else
		error_set(err, ERROR_REMOTE, "the command exited with %d after %s", end.exit_code, span);
	error_where(err, "%.120s", command.text);
	return error_hint(err, "plan it again to do it again, or go on and tick with a reason");
}

static bool command_apply(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	(void) plan;
	if (machines_are_wanted(call_arg(call, "host")))
		return remote_apply(call, result, err);
	AUTO_CLEAR(Carried) carried = {0};
	if (!is_local(call, err) || !carried_load(call->environment, call->state_folder, &carried, err))
		return false;
	if (text_eq(call_arg(call, "terminal"), "yes"))
		return apply_in_terminal(call, &carried, result, err);
	process_environment_set(&carried.environment, "BREAKGLASS_COMMAND", call_arg(call, "text"));
	char shell[] = "/bin/sh", flag[] = "-c", name[] = "breakglass";
	AUTO_FREE char *wrapper = bg_strdup(WRAPPER);
	char *argv[] = {shell, flag, wrapper, name, NULL};
	Running running = {call};
	ProcessRequest request = {.argv = argv, .environment = strlist_argv(&carried.environment),
		.folder = given_or(call_arg(call, "cwd"), carried.folder), .deadline_ms = call_remaining_ms(call), .want_extra = true,
		.cancelled = is_cancelled, .on_output = on_output, .userdata = &running};
	AUTO_CLEAR(ProcessResult) ended = {0};
	bool ran = process_run(&request, &ended, err);
	result->began = ended.started;   /* no process could be had: then nothing was done, and nothing is in doubt */
	if (!ran)
		return false;
	BG_IGNORE(carried_save(call->state_folder, buf_str(&ended.extra), NULL));   /* the next command then starts where this one started */
	return judge(call, &ended, result, err);
}

static const Action ACTIONS[] = {
	{
		.spec = {.name = "command.run", .kind = VERB_ACTION, .risk = RISK_CHANGE, .help = "run a visible command of the playbook", .visible_only = true,
			.VERB_PARAMS({"text", PARAM_TEXT, true, NULL, "the command, values filled in"},
				{"host", PARAM_TEXT, false, NULL, "local, or ssh:NAME,NAME"},
				{"except", PARAM_TEXT, false, NULL, "nodes of these where it was done before"}, {"cwd", PARAM_TEXT, false, NULL, "the folder to run it in"},
				{"timeout", PARAM_SPAN, false, NULL, "when to end it"}, {"confirm", PARAM_TEXT, false, NULL, "what is typed before it, if not the machine's name"}, {"expect", PARAM_TEXT, false, NULL, "the exit status that is right"},
				{"terminal", PARAM_BOOL, false, NULL, "it wants a terminal: that of whoever starts it"},
				{"record", PARAM_BOOL, false, NULL, "no: what it prints there is not kept"})},
		.plan = command_plan, .apply = command_apply, .manual = "paste the command into a shell",
	},
};

const Provider COMMAND_PROVIDER = {.name = "command", .title = "commands", .needs_no_system = true, .actions_are_programs = true, .actions = ACTIONS,
	.action_count = BG_LENGTH(ACTIONS)};
