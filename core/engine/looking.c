/* looking.c: asks that change nothing: playbooks, what a step would run, whole outputs, processes, and looking again. */
#include "core/engine/looking.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/engine_state.h"
#include "core/engine/processes.h"
#include "core/engine/walk.h"

bool looking_refresh(Ask *ask, Error *err) {
	(void) err;
	prober_link_refresh(ask->engine->prober, json_get_string(ask->args, "name"));
	return true;
}

bool looking_playbook(Ask *ask, Error *err) {
	const Playbook *playbook = NULL;
	const char *path = json_get_string(ask->args, "path");
	if (path) {
		playbook = library_find(ask->engine->library, path);
		if (!playbook) {
			error_set(err, ERROR_MISSING, "the playbook cannot be read");
			return error_where(err, "%s", path);
		}
	} else {
		Walk walk;
		if (!ask_find_walk(ask, &walk, NULL, err))
			return false;
		playbook = walk.playbook;
	}
	ask->data = json_new_object();
	json_add_string(ask->data, "path", playbook->path);
	json_add_string(ask->data, "sha256", playbook->sha256);
	json_add_string(ask->data, "bytes", playbook->bytes);
	return true;
}

static void preview_row(const Walk *walk, const Step *step, size_t index, const WalkRow *row, Json *rows) {
	AUTO_CLEAR(WalkCall) call = {0};
	Error why = {0};
	bool ok = walk_call(walk, step, index, false, &call, &why);
	Json *item = json_append(rows, json_new_object());
	json_add_int(item, "index", (int64_t) index);
	json_add_string(item, "verb", call.verb);
	json_add_string(item, "label", call.label);
	json_add_string(item, "risk", risk_name(call.risk));
	json_add_bool(item, "also", row->also);
	json_add(item, "args", json_copy(call.args));
	json_add_bool(item, "ready", ok);
	Json *missing = json_add(item, "missing", json_new_array());
	for (size_t i = 0; i < call.missing.count; i++)
		json_append_string(missing, call.missing.items[i]);
	if (!ok)
		json_add_string(item, "why", why.why);
}

/* What a value comes to: of a default that is made of others, too. */
static void preview_filled(const Walk *walk, const char *name, Json *value) {
	AUTO_FREE char *text = bg_asprintf("${%s}", name);
	AUTO_CLEAR(Buf) filled = {0};
	AUTO_CLEAR(StrList) missing = {0};
	const Variable *variable = playbook_find_variable(walk->playbook, name);
	if (walk_expand(walk, text, &filled, &missing))
		json_add_string(value, "filled", variable && variable->type == VARIABLE_SECRET ? "set, not shown" : buf_text(&filled));
}

bool looking_titles(Ask *ask, Error *err) {
	Walk walk;
	if (!ask_find_walk(ask, &walk, NULL, err))
		return false;
	ask->data = json_new_object();
	Json *titles = json_add(ask->data, "titles", json_new_object());
	for (size_t i = 0; i < walk.procedure->step_count; i++) {
		AUTO_CLEAR(Buf) title = {0};
		walk_fill_prose(&walk, walk.procedure->steps[i]->title, &title);
		json_add_string(titles, walk.procedure->steps[i]->id, buf_text(&title));
	}
	return true;
}

bool looking_preview(Ask *ask, Error *err) {
	Walk walk;
	const IncidentStep *state;
	const Step *step;
	if (!ask_find_step(ask, &walk, &state, &step, err))
		return false;
	WalkRow rows[WALK_ROWS_MAX];
	size_t count = walk_rows(step, rows, WALK_ROWS_MAX);
	ask->data = json_new_object();
	Json *list = json_add(ask->data, "rows", json_new_array());
	for (size_t i = 0; i < count; i++)
		preview_row(&walk, step, i, &rows[i], list);
	AUTO_CLEAR(Buf) title = {0};
	walk_fill_prose(&walk, step->title, &title);
	json_add_string(ask->data, "title", buf_text(&title));
	Json *values = json_add(ask->data, "values", json_new_array());
	for (size_t i = 0; i < step->placeholder_count; i++) {
		Json *value = json_append(values, json_new_object());
		json_add_string(value, "name", step->placeholders[i]);
		json_add(value, "value", json_new_string(walk_value(&walk, step->placeholders[i])));
		preview_filled(&walk, step->placeholders[i], value);
		const NamedValue *known = run_find_value(walk.run, step->placeholders[i]);
		if (known && known->from) {
			json_add_string(value, "from", known->from);
			json_add_int(value, "set", known->set.ms);
		}
	}
	json_add(ask->data, "failed_guards", walk_failed_guards(&walk, step, false));
	return true;
}

#define OUTPUT_TAIL_MAX (1024 * 1024)

/* The end of a file: a log can be larger than an engine should ever hold. *ret_cut: there is more before it. */
static bool read_tail(const char *path, Buf *out, bool *ret_cut, Error *err) {
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat info;
	if (fd < 0 || fstat(fd, &info) < 0) {
		error_errno(err, errno, "cannot read it");
		return error_where(err, "%s", path);
	}
	*ret_cut = info.st_size > OUTPUT_TAIL_MAX;
	if (*ret_cut && lseek(fd, info.st_size - OUTPUT_TAIL_MAX, SEEK_SET) < 0)
		return error_errno(err, errno, "cannot read %s", path);
	/* A worker may write on while we read: twice the tail is more than that. */
	return file_read_fd(fd, path, OUTPUT_TAIL_MAX * 2, out, err);
}

bool looking_output(Ask *ask, Error *err) {
	if (!ask_need_incident(ask, err))
		return false;
	int64_t number = json_get_int(ask->args, "action", 0);
	AUTO_FREE char *path = incident_file_action_log(ask->engine->file, number);
	AUTO_FREE char *name = bg_asprintf("actions/%lld.log", (long long) number);
	AUTO_CLEAR(Buf) text = {0};
	Str held;
	bool cut = false;
	if (incident_file_held_bytes(ask->engine->file, name, &held))
		buf_put_str(&text, held);
	else if (!read_tail(path, &text, &cut, err))
		return error_what(err, "read the output of an action");
	Str rest = buf_str(&text), line;
	if (cut)
		(void) str_next_line(&rest, &line);
	ask->data = json_new_object();
	Json *lines = json_add(ask->data, "lines", json_new_array());
	while (str_next_line(&rest, &line)) {
		Json *json = NULL;
		if (json_parse(line, &json, NULL))
			json_append(lines, json);
	}
	json_add_bool(ask->data, "cut", cut);
	return true;
}

bool looking_reload(Ask *ask, Error *err) {
	(void) err;
	library_reload(ask->engine->library);
	publish_playbooks(ask->engine);
	return true;
}

bool looking_processes(Ask *ask, Error *err) {
	(void) err;
	ask->data = engine_processes(ask->engine);
	return true;
}
