/* trust.c: a host key that changed, or is new, is a person's decision: it stands in the record with both fingerprints before known_hosts is changed. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/engine/trust.h"
#include "core/providers/node/node.h"
#include "core/transport/ssh/known_hosts_accept.h"

static bool find_shown(const Ask *ask, const char *name, const Reading **ret, Error *err) {
	for (size_t i = 0; i < ask->engine->reading_count; i++) {
		const Reading *reading = &ask->engine->readings[i];
		const char *outcome = json_get_string_or(reading->facts, "outcome", "");
		if (!text_eq(reading->name, name))
			continue;
		*ret = reading;
		if (text_eq(outcome, ssh_outcome_words(SSH_HOST_CHANGED)) || text_eq(outcome, ssh_outcome_words(SSH_HOST_UNKNOWN)))
			return true;
		error_set(err, ERROR_CONFLICT, "there is nothing to decide about the host key of %.60s: %s", name, *outcome ? outcome : "it was not looked at yet");
		return error_hint(err, "look again: breakglass nodes %.60s", name);
	}
	return error_set(err, ERROR_MISSING, "nothing looks at %.60s", name);
}

/* The person decides on what they saw: another key meanwhile is another decision. */
static bool check_shown(const Ask *ask, const EnvironmentNode *node, const Reading *reading, const char **ret_key, Error *err) {
	const char *shown = json_get_string_or(reading->facts, "host_key", ""), *seen = json_get_string_or(ask->args, "fingerprint", "");
	*ret_key = json_get_string(reading->facts, "host_key_line");
	if (!*ret_key && !*shown && *node->jump) {   /* it is the jump host's that stands in the way */
		error_set(err, ERROR_CONFLICT, "%s", reading->text ? reading->text : "its key was not seen");
		return error_hint(err, "%s", reading->reason ? reading->reason : "look again: breakglass nodes");
	}
	if (!*ret_key) {
		error_set(err, ERROR_INVALID, "its key itself could not be had: it did not answer twice alike, or ssh_config looks it up under another name");
		return error_hint(err, "look again: breakglass nodes; or compare on its console, then add the key to known_hosts");
	}
	if (text_eq(seen, shown))
		return true;
	error_set(err, ERROR_CONFLICT, "it shows %s now, and that is not what you accept", shown);
	return error_hint(err, "compare with ssh-keygen -lf on its console");
}

static bool must_be_on_disk(const Ask *ask, Error *err) {
	const JournalHeld *held = ask->engine->file ? incident_file_held(ask->engine->file) : NULL;
	if (!ask->engine->file) {
		error_set(err, ERROR_MISSING, "no incident is declared, and the decision belongs into the record");
		return error_hint(err, "declare one first, or a drill: breakglass declare --drill TITLE");
	}
	if (held && held->count) {
		error_set(err, ERROR_IO, "the record is not on disk, and the decision belongs there first");
		return error_hint(err, "free space there, then once more");
	}
	return true;
}

/* Whose key it is: the node's, or that of the jump host on the way to it. */
typedef struct Shown { char *host; int port; bool jump; } Shown;

static void shown_clear(Shown *shown) { free(shown->host); }
BG_DEFINE_CLEARP(Shown, shown_clear)

/* "[10.0.0.1]:2222" of a jump host, as ssh calls it: it becomes a line of known_hosts. */
static bool read_jump(const EnvironmentNode *node, const char *name, Shown *ret, Error *err) {
	static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:_-%";
	Str host = str_from(name);
	int64_t port = 22;
	ptrdiff_t end = str_find(host, "]:");
	bool bracketed = str_starts(host, "[") && end > 0 && str_parse_int(str_slice(host, (size_t) end + 2, host.len), &port);
	if (bracketed)
		host = str_slice(host, 1, (size_t) end - 1);
	AUTO_FREE char *plain = str_dup(host);
	if (!*node->jump || !*plain || strspn(plain, PLAIN) != strlen(plain) || port < 1 || port > 65535) {
		error_set(err, ERROR_INVALID, "%.80s is no name of a jump host of %.60s", name, node->name);
		return error_hint(err, "look again: breakglass nodes %.60s", node->name);
	}
	*ret = (Shown){TAKE(plain), (int) port, true};
	return true;
}

static bool find_whose(const EnvironmentNode *node, const Reading *reading, Shown *ret, Error *err) {
	const char *jump = json_get_string(reading->facts, "host_key_of");
	if (jump)
		return read_jump(node, jump, ret, err);
	*ret = (Shown){bg_strdup(node->address), node->port, false};
	return true;
}

static bool record(const Ask *ask, const EnvironmentNode *node, const Shown *shown, const Reading *reading, const StrList *removed, Error *err) {
	AUTO(Json) *args = json_new_object();
	AUTO_CLEAR(Buf) text = {0};
	AUTO_FREE char *name = known_hosts_name(shown->host, shown->port);
	AUTO_FREE char *lines = strlist_join(removed, ", ");
	const char *known = json_get_string(reading->facts, "host_key_known");
	if (shown->jump)
		buf_printf(&text, "host key of the jump host %s (%s), on the way to %s,", node->jump, name, node->name);
	else
		buf_printf(&text, "host key of %s (%s)", node->name, name);
	buf_printf(&text, " accepted: it shows %s, ", json_get_string_or(reading->facts, "host_key", ""));
	buf_printf(&text, known ? "known was %s" : "none was known%s", known ? known : "");
	if (removed->count)
		buf_printf(&text, "; taken out: %s", lines);
	json_add_string(args, "text", buf_text(&text));
	Request request = {REQUEST_NOTE, ask->who, ask->how, args};
	return incident_file_request(ask->engine->file, &request, err);
}

bool trust_accept(Ask *ask, Error *err) {
	const char *name = json_get_string_or(ask->args, "node", "");
	const EnvironmentNode *node = environment_find_node(ask->engine->environment, name);
	const Reading *reading = NULL;
	const char *key = NULL;
	AUTO_CLEAR(StrList) files = {0};
	AUTO_CLEAR(StrList) removed = {0};
	AUTO_CLEAR(StrList) again = {0};
	AUTO_CLEAR(Shown) shown = {0};
	if (!node) {
		error_set(err, ERROR_MISSING, "there is no node %.60s", name);
		return error_hint(err, "breakglass nodes lists them");
	}
	if (!text_eq(json_get_string(ask->args, "confirm"), "yes"))
		return error_set(err, ERROR_DENIED, "a host key is accepted by typing yes, nothing else");
	node_known_hosts_paths(ask->engine->environment, &files);
	if (!find_shown(ask, name, &reading, err) || !check_shown(ask, node, reading, &key, err) || !find_whose(node, reading, &shown, err)
		|| !must_be_on_disk(ask, err) || !known_hosts_accept(&files, shown.host, shown.port, key, false, &removed, err)
		|| !record(ask, node, &shown, reading, &removed, err)
		|| !known_hosts_accept(&files, shown.host, shown.port, key, true, &again, err))
		return false;
	prober_link_refresh(ask->engine->prober, name);
	return true;
}
