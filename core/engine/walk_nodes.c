/* walk_nodes.c: a command on machines as the run has it: which ones host= and each= name, and those where it was done already. */
#include "core/base/alloc.h"
#include "core/engine/walk.h"

_Static_assert((int) ENVIRONMENT_NODE_NAME_MAX <= (int) INCIDENT_WHO_MAX, "a node that has a name has a place in the record");

bool walk_host(const Walk *walk, const StepCommand *command, StrList *missing, char **ret_host, Error *err) {
	AUTO_CLEAR(Buf) host = {0};
	AUTO_CLEAR(Buf) each = {0};
	BG_IGNORE(walk_expand(walk, command->host ? command->host : "local", &host, missing));   /* what is missing is named by the caller */
	if (command->each)
		BG_IGNORE(walk_expand(walk, command->each, &each, missing));
	if (command->each && !str_eq_c(buf_str(&host), "ssh")) {
		error_set(err, ERROR_INVALID, "each= names the nodes of host=ssh, and this is host=%.60s", buf_text(&host));
		return error_hint(err, "write host=ssh each=%.80s", buf_text(&each));
	}
	if (command->each)
		buf_printf(&host, ":%s", buf_text(&each));
	*ret_host = buf_take(&host);
	return true;
}

void walk_leave_out_done(const Walk *walk, const IncidentStep *step, size_t index, int64_t before, WalkCall *call) {
	AUTO_CLEAR(StrList) done = {0};
	if (!text_eq(call->verb, COMMAND_VERB) || !str_starts(str_from(json_get_string_or(call->args, "host", "")), "ssh:"))
		return;
	step_nodes_done(walk->incident, walk->run, step, index, json_get_string_or(call->args, "text", ""), before, &done);
	if (!done.count)
		return;
	AUTO_FREE char *names = strlist_join(&done, ",");
	json_add_string(call->args, "except", names);
}
