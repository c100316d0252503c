/* machines.c: see machines.h. */
#include "core/providers/command/machines.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/node/node.h"

#define PREFIX "ssh:"
#define NAMED_MAX 6                  /* in a line of words */

static const char *const NAMES[MACHINE_END_COUNT] = {"open", "done", "failed", "in-doubt", "not-started"};
static const char *const WORDS[MACHINE_END_COUNT] = {"open", "done", "failed", "in doubt", "not started"};

const char *machine_end_name(MachineEnd end) { return NAMES[end]; }
const char *machine_end_words(MachineEnd end) { return WORDS[end]; }

void machines_clear(Machines *machines) {
	for (size_t i = 0; i < machines->count; i++) {
		free(machines->items[i].why);
		buf_clear(&machines->items[i].out);
		buf_clear(&machines->items[i].err);
	}
	free(machines->items);
	strlist_clear(&machines->left_out);
	*machines = (Machines){0};
}

bool machines_are_wanted(const char *host) { return host && str_starts(str_from(host), PREFIX); }

/* ---- names ---- */

static bool has_name(const Machines *machines, const char *name) {
	for (size_t i = 0; i < machines->count; i++)
		if (text_eq(machines->items[i].node->name, name))
			return true;
	return strlist_has(&machines->left_out, name);
}

static bool add_name(const Environment *environment, const char *name, const StrList *except, Machines *machines, Error *err) {
	const EnvironmentNode *node = environment_find_node(environment, name);
	if (!node) {
		error_set(err, ERROR_MISSING, "the environment has no node \"%.60s\"", name);
		return error_hint(err, environment->node_count ? "breakglass nodes lists them" : "name the machines under nodes: in its file");
	}
	if (has_name(machines, name)) {
		error_set(err, ERROR_INVALID, "%.60s stands there twice", name);
		return error_hint(err, "name each node once: a command is sent to it once");
	}
	if (strlist_has(except, name))
		strlist_add(&machines->left_out, name);
	else
		machines->items[machines->count++] = (Machine){.node = node, .exit_code = -1};
	return true;
}

bool machines_choose(const Environment *environment, const char *host, const char *except, Machines *ret, Error *err) {
	AUTO_CLEAR(StrList) names = {0};
	AUTO_CLEAR(StrList) done = {0};
	AUTO_CLEAR(Machines) machines = {0};
	Str list = str_from(host);
	strlist_split(&names, str_slice(list, strlen(PREFIX), list.len - strlen(PREFIX)), ',');
	strlist_split(&done, str_from(except ? except : ""), ',');
	if (!names.count) {
		error_set(err, ERROR_INVALID, "the command names no node");
		return error_hint(err, "host=ssh:node1 or host=ssh:node1,node2");
	}
	if (names.count > MACHINES_MAX) {
		error_set(err, ERROR_INVALID, "%zu nodes are more than the %d that one command is sent to", names.count, MACHINES_MAX);
		return error_hint(err, "name fewer, and send it again to the rest");
	}
	machines.items = bg_calloc(names.count + 1, sizeof(*machines.items));
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *name = str_dup(str_trim(str_from(names.items[i])));
		if (!add_name(environment, name, &done, &machines, err))
			return error_where(err, "host=%.100s", host);
	}
	*ret = machines;
	machines = (Machines){0};
	return true;
}

char *machine_words(const Environment *environment, const EnvironmentNode *node) {
	SshTarget target;
	node_target(environment, node, NULL, 0, &target);
	AUTO_FREE char *words = ssh_target_words(&target);
	return bg_asprintf("on %s (%s)%s%s", node->name, words, *node->jump ? " through " : "", node->jump);
}

/* ---- the box score ---- */

size_t machines_count(const Machines *machines, MachineEnd end) {
	size_t count = 0;
	for (size_t i = 0; i < machines->count; i++)
		count += machines->items[i].end == end;
	return count;
}

void machines_score(const Machines *machines, Buf *out) {
	const char *separator = ": ";
	buf_printf(out, "%zu node%s", machines->count, machines->count == 1 ? "" : "s");
	for (MachineEnd end = MACHINE_DONE; end < MACHINE_END_COUNT; end++) {
		size_t count = machines_count(machines, end);
		if (!count)
			continue;
		buf_printf(out, "%s%zu %s", separator, count, WORDS[end]);
		separator = ", ";
	}
}

void machines_name(const Machines *machines, MachineEnd end, Buf *out) {
	size_t named = 0, all = machines_count(machines, end);
	for (size_t i = 0; i < machines->count && named < NAMED_MAX; i++) {
		const Machine *machine = &machines->items[i];
		if (machine->end != end)
			continue;
		buf_printf(out, "%s%s", named++ ? ", " : "", machine->node->name);
		if (machine->why && *machine->why)
			buf_printf(out, " (%s)", machine->why);
	}
	if (all > named)
		buf_printf(out, " and %zu more", all - named);
}

Json *machine_fact(const Machine *machine) {
	Json *fact = json_new_object();
	json_add_string(fact, "name", machine->node->name);
	json_add_string(fact, "end", NAMES[machine->end]);
	if (machine->exit_code >= 0)
		json_add_int(fact, "exit", machine->exit_code);
	if (machine->why) {
		size_t width;
		AUTO_FREE char *why = bg_strndup(machine->why, text_fit(str_from(machine->why), MACHINES_WHY_MAX, &width));
		json_add_string(fact, "why", why);
	}
	if (machine->output)
		json_add_int(fact, "output", (int64_t) machine->output);
	return fact;
}

Json *machines_facts(const Machines *machines) {
	Json *facts = json_new_array();
	for (size_t i = 0; i < machines->count; i++)
		json_append(facts, machine_fact(&machines->items[i]));
	return facts;
}
