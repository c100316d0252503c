/* shell_begin.c: how a console begins: its keys, its client, and what it does by itself when the engine answers. */
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "tui/view/shell.h"

#define SETTINGS_MAX_BYTES (64 * 1024)

char *shell_settings_path(const char *name)
{
	const char *home = getenv("XDG_CONFIG_HOME");
	AUTO_FREE char *folder = home && *home == '/' ? path_join(home, "breakglass") : path_expand_home("~/.config/breakglass");
	return path_join(folder, name);
}

void shell_read_keys(Shell *shell, Error *err)
{
	AUTO_FREE char *path = shell_settings_path("keys");
	AUTO_CLEAR(Buf) text = { 0 };
	Keymap keymap = shell->keymap;
	if (!file_exists(path))
		return;
	if (file_read(path, SETTINGS_MAX_BYTES, &text, err) && keymap_read(&keymap, path, buf_str(&text), err) && keymap_check(&keymap, err))
		shell->keymap = keymap;
}

bool shell_connect(Shell *shell, Error *err)
{
	const ConsoleSettings *settings = shell->settings;
	ClientOptions options = { .environment_path = settings->environment_path, .environment_name = settings->environment_name,
		.environment_group = settings->environment_group,
		.state = settings->state, .self = settings->self, .console = true, .start_engine = true };
	return client_begin(&options, &shell->client, err);
}

/* ---- what happens by itself ---- */

static void notice_connection(Shell *shell)
{
	const ClientModel *model = shell_model(shell);
	ViewContext context = shell_context(shell, shell->shown, NULL);
	if (model->connected) {
		if (shell->was_connected && wall_known(shell->lost))
			view_say(&context, ROLE_OK, "The engine is back.");
		shell->was_connected = true;
		shell->lost = (WallTime) { 0 };
	} else if (shell->was_connected && !wall_known(shell->lost)) {
		shell->lost = context.wall;
	}
}

/* `try` comes with an incident to declare. */
static void declare_first(Shell *shell)
{
	const ClientModel *model = shell_model(shell);
	if (!shell->settings->first_incident || shell->declared_first || !model->caught_up)
		return;
	shell->declared_first = true;
	if (model->incident)
		return;
	ViewContext context = shell_context(shell, shell->shown, NULL);
	Json *args = json_new_object();
	json_add_string(args, "title", shell->settings->first_incident);
	json_add_bool(args, "drill", shell->settings->drill);
	view_ask(&context, ASK_DECLARE, args, NULL);
}

/* That all is written is worth a word: somebody has just freed the space. Line mode has its own. */
static void notice_disk(Shell *shell)
{
	const ClientModel *model = shell_model(shell);
	bool troubled = model->held.troubled;
	if (shell->disk_troubled && model->caught_up && !troubled && !model->lost.records && !shell->hear) {
		ViewContext context = shell_context(shell, shell->shown, NULL);
		view_say(&context, ROLE_OK, "ON DISK AGAIN: everything that was held in memory is written");
	}
	if (model->caught_up)
		shell->disk_troubled = troubled;
}

/* A value that this person had asked of its probe: that it could not be told must not go unseen. Line mode has its own. */
static void notice_looks(Shell *shell)
{
	const ClientModel *model = shell_model(shell);
	ViewContext context = shell_context(shell, shell->shown, NULL);
	if (shell->looks_pid != model->engine_pid)
		shell->told_look = 0;
	shell->looks_pid = model->engine_pid;
	for (size_t i = 0; i < model->job_count; i++) {
		const ClientJob *job = &model->jobs[i];
		if (job->running || job->id <= shell->told_look || !text_eq(job->kind, "look") || !text_eq(job->who, model->who))
			continue;
		shell->told_look = job->id;
		if (error_is_set(&job->error) && !shell->hear)
			view_error(&context, &job->error);
	}
}

bool shell_notice(Shell *shell)
{
	const ClientModel *model = shell_model(shell);
	bool badge = badge_service(shell);
	if (model->version == shell->version)
		return badge;
	shell->version = model->version;
	notice_connection(shell);
	notice_disk(shell);
	notice_looks(shell);
	declare_first(shell);
	return true;
}
