/* errand.c: see errand.h. What is written is read again by the parser of every playbook, and must come out as the very command and machines that were
 * asked for: so nothing in the command can become anything but the command. */
#include "core/engine/errand.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/engine/walk.h"
#include "core/providers/provider.h"

#define TITLE_COMMAND_MAX 40         /* bytes of the command that stand in the title */

/* ---- what is asked for ---- */

static bool check_nodes(const Environment *environment, const StrList *nodes, Error *err) {
	for (size_t i = 0; i < nodes->count; i++) {
		const char *name = nodes->items[i];
		if (!environment_find_node(environment, name)) {
			error_set(err, ERROR_MISSING, "the environment has no node \"%.60s\"", name);
			return error_hint(err, environment->node_count ? "breakglass nodes lists them" : "name the machines under nodes: in its file");
		}
		if (strchr(name, ',')) {
			error_set(err, ERROR_INVALID, "a comma stands between names, and %.60s holds one", name);
			return error_hint(err, "call the node something else");
		}
	}
	if (nodes->count && nodes->count <= ACTION_NODES_MAX)
		return true;
	error_set(err, ERROR_INVALID, nodes->count ? "%zu nodes are more than the %d that one command is sent to" : "%zu nodes are marked or named; %d can be at most",
		nodes->count, ACTION_NODES_MAX);
	return error_hint(err, "mark some with space, or name them: breakglass nodes PATTERN -- COMMAND");
}

static bool check_command(const char *command, Error *err) {
	size_t len = strlen(command);
	if (!len || len > ERRAND_COMMAND_MAX) {
		error_set(err, ERROR_INVALID, len ? "the command has %zu bytes; %u are sent at most" : "the command is empty: %zu bytes of at most %u", len,
			ERRAND_COMMAND_MAX);
		return error_hint(err, len ? "put it into a script on the nodes, and run that" : "say what is to be run");
	}
	AUTO_FREE char *clean = text_sanitised_line(command);
	if (text_eq(clean, command))
		return true;
	error_set(err, ERROR_INVALID, "the command holds a line end, a tab or something that cannot be seen");
	return error_hint(err, "write it on one line, with ; between commands; a longer one belongs into a playbook");
}

/* ---- the document ---- */

static size_t longest_run(const char *text, char c) {
	size_t longest = 0, run = 0;
	for (; *text; text++) {
		run = *text == c ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

/* Its beginning, as far as nothing in it means anything to Markdown. */
static void write_title(const char *command, size_t nodes, Buf *out) {
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ./-";
	size_t len = strspn(command, plain);
	size_t shown = len < TITLE_COMMAND_MAX ? len : TITLE_COMMAND_MAX;
	Str begin = str_trim(str_slice(str_from(command), 0, shown));
	if (begin.len && *begin.ptr != '-')
		buf_printf(out, "%.*s%s on %zu node%s", STR_ARG(begin), shown < strlen(command) ? " ..." : "", nodes, nodes == 1 ? "" : "s");
	else
		buf_printf(out, "A command on %zu node%s", nodes, nodes == 1 ? "" : "s");
}

static void write_gate(const Environment *environment, Buf *out) {
	if (!environment->node_signoff.count)
		return;
	AUTO_FREE char *roles = strlist_join(&environment->node_signoff, ",");
	buf_printf(out, "   gate nodes roles=\"%s\"\n", roles);
}

static void write_document(const Environment *environment, const StrList *nodes, const char *command, int64_t timeout_ms, Buf *out) {
	AUTO_FREE char *names = strlist_join(nodes, ",");
	AUTO_CLEAR(Buf) fence = {0};
	for (size_t i = longest_run(command, '`') + 1; i > 0 || fence.len < 3; i -= i > 0)
		buf_putc(&fence, '`');
	buf_puts(out, "# Command on nodes\n\n## ");
	write_title(command, nodes->count, out);
	buf_printf(out, "\n<!-- bg procedure id=%s -->\n\n1. Run it on %zu node%s.\n\n   %ssh\n   %s\n   %s\n   <!-- bg\n", ERRAND_PROCEDURE, nodes->count,
		nodes->count == 1 ? "" : "s", buf_text(&fence), command, buf_text(&fence));
	write_gate(environment, out);
	buf_printf(out, "   cmd host=ssh:%s literal=yes%s", names, errand_reads(command) ? "" : " risk=change");
	if (timeout_ms)
		buf_printf(out, " timeout=%lldms", (long long) timeout_ms);
	buf_puts(out, "\n   -->\n");
}

bool errand_write(const Environment *environment, const StrList *nodes, const char *command, int64_t timeout_ms, Buf *out, Error *err) {
	if (!check_nodes(environment, nodes, err) || !check_command(command, err))
		return false;
	write_document(environment, nodes, command, timeout_ms, out);
	return true;
}

/* ---- read again ---- */

static bool not_the_same(Error *err) {
	error_set(err, ERROR_INVALID, "it does not read as one whole command");
	return error_hint(err, "a prompt, a comment or an unfinished line is none: write the command alone");
}

/* By the very roles that the environment names, or by nobody. */
static bool is_gated(const Walk *walk) {
	const StrList *roles = &walk->environment->node_signoff;
	if (!roles->count || walk->procedure->gate_count != 1)
		return !roles->count && !walk->procedure->gate_count;
	const PlaybookGate *gate = walk->procedure->gates[0];
	bool same = gate->role_count == roles->count && gate->cover_count == 1;
	for (size_t i = 0; same && i < roles->count; i++)
		same = text_eq(gate->roles[i], roles->items[i]);
	return same;
}

/* One step with one row, and that is the command on the machines, as they were given. */
static bool is_the_same(const Walk *walk, const StrList *nodes, const char *command, Error *err) {
	WalkRow rows[2];
	AUTO_CLEAR(WalkCall) call = {0};
	if (walk->playbook->procedure_count != 1 || playbook_has_errors(walk->playbook) || walk->procedure->step_count != 1
		|| walk_rows(walk->procedure->steps[0], rows, BG_LENGTH(rows)) != 1)
		return not_the_same(err);
	if (!walk_call(walk, walk->procedure->steps[0], 0, false, &call, err))
		return false;
	AUTO_FREE char *names = strlist_join(nodes, ",");
	AUTO_FREE char *host = bg_asprintf("ssh:%s", names);
	if (!text_eq(json_get_string(call.args, "text"), command) || !text_eq(json_get_string(call.args, "host"), host))
		return not_the_same(err);
	return is_gated(walk) || not_the_same(err);
}

static void take_names(const Json *list, StrList *names) {
	JSON_EACH(item, list)
		if (json_string(item) && !strlist_has(names, json_string(item)))
			strlist_add(names, json_string(item));
}

static bool read_timeout(const Json *args, int64_t *ret_ms, Error *err) {
	const char *text = json_get_string(args, "timeout");
	bool is_time = text && span_parse(str_from(text), ret_ms) && *ret_ms > 0;
	if (!text || (is_time && *ret_ms <= COMMAND_TIMEOUT_MAX_MS))
		return true;
	if (is_time) {
		error_set(err, ERROR_INVALID, "\"%.40s\" is more than the 24h that a command may take", text);
		return error_hint(err, "what takes longer is started there as a service, and looked at by further commands");
	}
	error_set(err, ERROR_INVALID, "\"%.40s\" is no time", text);
	return error_hint(err, "such as 30s or 10m: what one node may take");
}

bool errand_start(Ask *ask, Error *err) {
	Engine *engine = ask->engine;
	AUTO_CLEAR(StrList) nodes = {0};
	AUTO_CLEAR(Buf) text = {0};
	AUTO(Playbook) *playbook = NULL;
	int64_t timeout_ms = 0;
	AUTO_FREE char *command = str_dup(str_trim(str_from(json_get_string_or(ask->args, "command", ""))));
	if (!engine->file) {
		error_set(err, ERROR_MISSING, "no incident is declared: a command on machines stands in a record");
		return error_hint(err, "breakglass declare TITLE, or --drill to practise; then again");
	}
	take_names(json_get(ask->args, "nodes"), &nodes);
	if (!read_timeout(ask->args, &timeout_ms, err) || !errand_write(engine->environment, &nodes, command, timeout_ms, &text, err)
		|| !playbook_parse(buf_str(&text), ERRAND_FILE, provider_vocabulary(), &playbook, err))
		return false;
	Walk walk = {engine->environment, incident_file_model(engine->file), NULL, playbook, playbook_find_procedure(playbook, ERRAND_PROCEDURE)};
	if (!walk.procedure)
		return not_the_same(err);
	if (!is_the_same(&walk, &nodes, command, err) || !library_pin(engine->library, engine->file, playbook, err))
		return false;
	AUTO(Json) *outline = walk_outline(&walk);
	json_add_bool(outline, "aside", true);
	Request request = {REQUEST_START, ask->who, ask->how, outline};
	if (!incident_file_request(engine->file, &request, err))
		return false;
	const Incident *incident = incident_file_model(engine->file);
	const Run *run = &incident->runs[incident->run_count - 1];
	ask->data = json_new_object();
	json_add_string(ask->data, "run", run->id);
	json_add_string(ask->data, "step", run->steps[0].id);
	return true;
}

void errand_settle(Engine *engine, const Run *run) {
	if (!run->aside || run->state != RUN_WALKING || run->step_count != 1 || run->steps[0].action_count != 1 || !run->steps[0].actions[0].done)
		return;
	AUTO(Json) *args = json_new_object();
	json_add_string(args, "run", run->id);
	json_add_string(args, "how", "done");
	if (run->steps[0].state != STEP_DONE)
		json_add_string(args, "reason", "its command ran, as a person saw");
	BG_IGNORE(engine_request(engine, REQUEST_FINISH, args, NULL));   /* it stays open then, and a person can end it */
}
