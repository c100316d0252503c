/* provider.c: node.machine, and one look at one node. */
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/node/node.h"
#include "core/transport/ssh/loop.h"
#include "core/transport/ssh/program.h"

#define CANCEL_MS 500                /* a person's wish to stop is noticed within */

void node_target(const Environment *environment, const EnvironmentNode *node, const KnownHosts *known, int64_t deadline_ms, SshTarget *ret) {
	*ret = (SshTarget){.host = node->address, .port = node->port, .user = node->user, .key_path = node->key, .jump = node->jump, .known = known,
		.connect_ms = deadline_ms / 2,
		.known_files = environment->known_hosts.count ? &environment->known_hosts : NULL};
}

bool node_lan_target(const Environment *environment, const EnvironmentNode *node, const KnownHosts *known, int64_t deadline_ms, SshTarget *ret) {
	HostKeyCheck first = {0};
	if (!*node->lan)
		return false;
	node_target(environment, node, known, deadline_ms, ret);
	ret->host = node->lan;
	ret->jump = NULL;
	if (known_hosts_first(known, node->address, node->port, &first))
		ret->known_as = node->address;
	return true;
}

bool node_is_unreached(SshOutcome outcome) {
	return outcome == SSH_NO_ROUTE || outcome == SSH_REFUSED || outcome == SSH_TIMED_OUT || outcome == SSH_NO_BANNER || outcome == SSH_BROKEN;
}

bool node_is_unanswered(const EnvironmentNode *node, SshOutcome outcome) {
	return overlay_has_address(node->address) && (outcome == SSH_NO_ROUTE || outcome == SSH_TIMED_OUT || outcome == SSH_BROKEN);
}

const EnvironmentSystem *node_overlay_system(const Environment *environment) { return environment_only_system(environment, MYCELIUM_PROVIDER.name); }

void node_known_hosts_paths(const Environment *environment, StrList *ret) {
	static const char *const usual[] = {"~/.ssh/known_hosts", "~/.ssh/known_hosts2", "/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"};
	for (size_t i = 0; i < environment->known_hosts.count; i++)
		strlist_add(ret, environment->known_hosts.items[i]);
	for (size_t i = 0; !environment->known_hosts.count && i < BG_LENGTH(usual); i++)
		strlist_add_take(ret, path_expand_home(usual[i]));
}

bool node_known_hosts(const Environment *environment, KnownHosts **ret, Error *err) {
	AUTO(KnownHosts) *known = known_hosts_new();
	AUTO_CLEAR(StrList) paths = {0};
	node_known_hosts_paths(environment, &paths);
	for (size_t i = 0; i < paths.count; i++)
		if (!known_hosts_load(known, paths.items[i], err))
			return false;
	*ret = TAKE(known);
	return true;
}

uint64_t node_known_hosts_stamp(const Environment *environment) {
	AUTO_CLEAR(StrList) paths = {0};
	uint64_t stamp = 1469598103934665603u;   /* FNV-1a over what tells one version of a file from the next */
	node_known_hosts_paths(environment, &paths);
	for (size_t i = 0; i < paths.count; i++) {
		struct stat status = {0};
		bool there = stat(paths.items[i], &status) == 0;
		uint64_t parts[] = {there, (uint64_t) status.st_ino, (uint64_t) status.st_size, (uint64_t) status.st_mtim.tv_sec,
			(uint64_t) status.st_mtim.tv_nsec};
		for (size_t k = 0; k < BG_LENGTH(parts); k++)
			stamp = (stamp ^ parts[k]) * 1099511628211u;
	}
	return stamp;
}

static bool is_cancelled(void *userdata) { return call_is_cancelled(userdata); }

static void run_session(const Call *call, SshSession *session, const SshCommand *command) {
	ssh_session_begin(session, command);
	while (ssh_session_is_busy(session)) {
		ssh_sessions_wait(&session, 1, -1, CANCEL_MS);
		if (call_is_cancelled(call))
			ssh_session_close(session);
	}
}

/* What stands beside a machine that was not reached: its address in the local network, what the overlay says. */
static void look_beside(const Call *call, const EnvironmentNode *node, const KnownHosts *known, const SshCommand *command, NodeLook *look, Reading *ret) {
	SshTarget target;
	AUTO_CLEAR(Overlay) overlay = {0};
	AUTO(SshSession) *session = NULL;
	const EnvironmentSystem *system = node_overlay_system(call->environment);
	if (node_is_unreached(look->result->outcome) && call_remaining_ms(call) > 0 && node_lan_target(call->environment, node, known, call_remaining_ms(call), &target)) {
		SshCommand again = *command;
		again.deadline_ms = call_remaining_ms(call);
		session = ssh_session_new(&target);
		run_session(call, session, &again);
		look->lan = ssh_session_result(session);
	}
	if (system && node_is_unanswered(node, look->result->outcome)) {
		Call ask = {.environment = call->environment, .system = system, .deadline = {mono_now().ms + NODE_OVERLAY_MS}};
		(void) overlay_read(&ask, &overlay);   /* its problem is told, too */
		look->overlay = &overlay;
	}
	node_judge(node, look, wall_now(), ret);
}

static void look(const Call *call, const EnvironmentNode *node, const KnownHosts *known, Reading *ret) {
	SshTarget target;
	node_target(call->environment, node, known, call_remaining_ms(call) / (*node->lan ? 2 : 1), &target);
	AUTO_CLEAR(Buf) text = {0};
	node_command(node, &text);
	SshCommand command = {.text = buf_text(&text), .deadline_ms = call_remaining_ms(call), .repeatable = true};
	AUTO(SshSession) *session = ssh_session_new(&target);
	run_session(call, session, &command);
	const SshResult *result = ssh_session_result(session);
	NodeLook seen = {.result = result};
	AUTO_CLEAR(SshResult) by_program = {0};
	if (result->outcome == SSH_NOT_POSSIBLE) {
		command.deadline_ms = call_remaining_ms(call);
		union { const Call *call; void *userdata; } asked = {.call = call};
		ssh_program_run(&target, &command, is_cancelled, asked.userdata, &by_program);
		seen = (NodeLook){.result = &by_program, .why_program = result->error.why};
	}
	look_beside(call, node, known, &command, &seen, ret);
}

static void read_machine(const Call *call, Reading *ret) {
	Error err = {0};
	AUTO(KnownHosts) *known = NULL;
	const char *name = call_arg(call, "node");
	const EnvironmentNode *node = environment_find_node(call->environment, name);
	if (!node) {
		error_set(&err, ERROR_MISSING, "the environment has no node %.60s", name ? name : "");
		error_hint(&err, "add it under nodes:");
		reading_set_error(ret, &err);
	} else if (!node_known_hosts(call->environment, &known, &err)) {
		reading_set_error(ret, &err);
	} else {
		look(call, node, known, ret);
	}
}

static const Probe PROBES[] = {
	{.spec = {.name = "node.machine", .kind = VERB_PROBE, .subject = "${node}",
			.help = "a machine over SSH: load, memory, disks, clock, k3s and mycelium, newest backup",
			.VERB_PARAMS({"node", PARAM_TEXT, true, NULL, "name of a node of the environment"}),
			.VERB_FIELDS({"address", PARAM_TEXT, "where it is looked for"}, {"role", PARAM_TEXT, "master+worker, master, worker or backup"}, {"outcome", PARAM_TEXT, "answered, refused, timed out, no route, host key changed, ..."},
				{"load", PARAM_INT, "of one minute, in percent of its processors"}, {"memory", PARAM_INT, "percent in use"},
				{"disk", PARAM_INT, "percent in use of the fullest disk"}, {"disk_name", PARAM_TEXT, "where that is mounted"},
				{"clock", PARAM_INT, "its clock minus ours, in ms"}, {"uptime", PARAM_INT, "ms since it was started"},
				{"k3s", PARAM_TEXT, "active, failed, ..., absent"}, {"mycelium", PARAM_TEXT, "active, failed, ..., absent"},
				{"backups", PARAM_INT, "how many a backup node holds"}, {"backup", PARAM_TEXT, "name of the newest"},
				{"newest", PARAM_TIME, "when that was written"}, {"host_key", PARAM_TEXT, "fingerprint that it showed, where it is not as known"},
				{"host_key_line", PARAM_TEXT, "that key as known_hosts has it, where accepting it can be decided"}, {"host_key_known", PARAM_TEXT, "fingerprint that is known"},
				{"host_key_of", PARAM_TEXT, "whose key that is, as known_hosts names it, where it is the jump host's"}, {"via_ssh", PARAM_TEXT, "why it is asked through the ssh program"},
				{"lan", PARAM_TEXT, "how its address in the local network answers, once the usual one does not"},
				{"overlay", PARAM_TEXT, "what the Mycelium daemon of this machine says of the way to it: no route, peer dead, ..."})},
		.every_ms = NODE_EVERY_MS, .deadline_ms = NODE_DEADLINE_MS, .budget_ms = NODE_BUDGET_MS, .read = read_machine},
};

const Provider NODE_PROVIDER = {.name = "node", .title = "machines over SSH", .needs_no_system = true, .probes = PROBES,
	.probe_count = BG_LENGTH(PROBES)};
