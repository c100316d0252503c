/* remote.c: see remote.h. One loop drives the sessions; a thread stands for each ssh program, and tells its end through a pipe. */
#include "core/providers/command/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/command/expected.h"
#include "core/providers/command/folding.h"
#include "core/providers/node/node.h"
#include "core/transport/ssh/loop.h"
#include "core/transport/ssh/program.h"

#define EACH_MS (10 * 60 * 1000)     /* one machine may take so long, unless timeout= says otherwise */
#define CONNECT_MS 10000
#define CANCEL_MS 250                /* a person's wish to stop is noticed within */
#define OUTPUT_MAX (64u * 1024)      /* of a stream of one machine, */
#define OUTPUT_LEAST (4u * 1024)
#define OUTPUT_ALL (8u * 1024 * 1024)   /* of all of them together */

typedef enum Stage { STAGE_WAITING, STAGE_SESSION, STAGE_PROGRAM, STAGE_OVER } Stage;

typedef struct Sending Sending;

typedef struct Lane {
	Sending *sending;
	Machine *machine;
	Stage stage;
	SshSession *session;
	pthread_t thread;                /* STAGE_PROGRAM */
	SshResult by_program;
} Lane;

struct Sending {
	const Call *call;
	Machines *machines;
	const KnownHosts *known;
	char *text;
	Lane *lanes;
	SshSession **sessions;           /* room for those under way */
	size_t next, under_way, over;    /* of the lanes */
	int64_t each_ms;
	size_t max_output;
	int told[2];                     /* programs that ended: indexes of lanes */
	bool stopping;
};

/* What its login's shell is given behind -c: the text as it is shown. One that begins with a dash would be options of that shell; behind a blank it is
 * the command that it is. Owned. */
static char *text_to_send(const Call *call) {
	const char *text = call_arg(call, "text");
	return bg_asprintf("%s%s", *text == '-' || *text == '+' ? " " : "", text);
}

/* ---- plan ---- */

static int64_t each_ms_of(const Call *call) {
	int64_t ms = EACH_MS;
	const char *given = call_arg(call, "timeout");
	if (given)
		(void) span_parse(str_from(given), &ms);   /* checked when the playbook was read */
	return ms;
}

static bool check_text(const Call *call, Error *err) {
	size_t len = strlen(call_arg(call, "text"));
	if (call_arg(call, "cwd")) {
		error_set(err, ERROR_INVALID, "cwd= is a folder of this machine, and the command runs on others");
		return error_hint(err, "write cd FOLDER && in front of the command");
	}
	if (len <= REMOTE_TEXT_MAX)
		return true;
	error_set(err, ERROR_INVALID, "the command has %zu bytes; %u are sent at most", len, REMOTE_TEXT_MAX);
	return error_hint(err, "put it into a script on the nodes, and run that");
}

static void describe_target(const Machines *machines, const char *confirm, Plan *plan) {
	AUTO_CLEAR(Buf) names = {0};
	for (size_t i = 0; i < machines->count && names.len < 80; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", machines->items[i].node->name);
	if (confirm)
		plan_set(&plan->confirm_name, "%s", confirm);
	else if (machines->count > 1)
		plan_set(&plan->confirm_name, "%zu nodes", machines->count);
	else
		plan_set(&plan->confirm_name, "%s", machines->count ? machines->items[0].node->name : "nothing");
	if (machines->count > 1)
		plan_set(&plan->target, "%zu nodes: %s%s", machines->count, buf_text(&names), names.len < 80 ? "" : ", ...");
	else
		plan_set(&plan->target, "%s", machines->count ? buf_text(&names) : "no node");
}

/* Every machine by its name, address and login; what will not work for lack of a host key is said before. */
static void describe_machines(const Call *call, const Machines *machines, const KnownHosts *known, Plan *plan) {
	Json *names = json_add(plan->basis, "nodes", json_new_array());
	for (size_t i = 0; i < machines->count; i++) {
		const EnvironmentNode *node = machines->items[i].node;
		HostKeyCheck first = {0};
		AUTO_FREE char *what = machine_words(call->environment, node);
		plan_add_change(plan, what, NULL, NULL);
		json_append_string(names, node->name);
		if (!node->by_name && !known_hosts_first(known, node->address, node->port, &first) && !known_hosts_has_authority(known, node->address, node->port))
			strlist_add_take(&plan->warnings, bg_asprintf("no host key of %s is known: it will not be started there", node->name));
	}
}

bool remote_plan(const Call *call, Plan *plan, Error *err) {
	AUTO_CLEAR(Machines) machines = {0};
	AUTO(KnownHosts) *known = NULL;
	char span[SPAN_TEXT_SIZE];
	const char *text = call_arg(call, "text");
	if (!check_text(call, err) || !machines_choose(call->environment, call_arg(call, "host"), call_arg(call, "except"), &machines, err)
		|| !node_known_hosts(call->environment, &known, err))
		return false;
	plan->action = bg_strdup("command.run");
	plan->args = json_copy(call->args);
	plan->basis = json_new_object();
	json_add_int(plan->basis, "at_once", REMOTE_AT_ONCE);
	json_add_int(plan->basis, "each_ms", each_ms_of(call));
	describe_target(&machines, call_arg(call, "confirm"), plan);
	AUTO_FREE char *what = bg_asprintf("run %s", text);
	plan_add_change(plan, what, NULL, NULL);
	describe_machines(call, &machines, known, plan);
	for (size_t i = 0; i < machines.left_out.count; i++)
		strlist_add_take(&plan->warnings, bg_asprintf("%s is left out: it was done there before", machines.left_out.items[i]));
	plan->nothing_to_do = machines.count == 0;
	plan_set(&plan->request, "%s\n(to the login's shell on %zu node%s, %d at once, each for at most %s)", text, machines.count, machines.count == 1 ? "" : "s",
		REMOTE_AT_ONCE, span_format(each_ms_of(call), span));
	AUTO_CLEAR(Buf) quoted = {0};
	shell_quote(str_from(text), &quoted);
	plan_set(&plan->manual, "ssh NODE %s", buf_text(&quoted));
	return true;
}

/* ---- the end of one ---- */

static void tell_progress(const Sending *sending) {
	AUTO_CLEAR(Buf) words = {0};
	machines_score(sending->machines, &words);
	call_progress(sending->call, (int64_t) sending->over, (int64_t) sending->machines->count, "%s; %zu under way", buf_text(&words), sending->under_way);
}

static void judge(const Sending *sending, const SshResult *result, Machine *machine) {
	if (result->outcome == SSH_RAN) {
		machine->exit_code = result->exit_code;
		machine->end = !*result->signal && exit_is_expected(sending->call, result->exit_code) ? MACHINE_DONE : MACHINE_FAILED;
		if (*result->signal)
			machine->why = bg_asprintf("ended by signal %s", result->signal);
		else if (machine->end == MACHINE_FAILED)
			machine->why = bg_asprintf("exit %d", result->exit_code);
		return;
	}
	/* Who runs no commands for this user has run none. */
	bool sent = result->began && result->outcome != SSH_NOT_ADMITTED;
	machine->end = sent ? MACHINE_IN_DOUBT : MACHINE_NOT_STARTED;
	machine->why = bg_strdup(*result->error.why ? result->error.why : ssh_outcome_words(result->outcome));
}

/* What came of it goes into the log at once: the action's own result may never come. */
static void end_lane(Sending *sending, Lane *lane, const SshResult *result) {
	Machine *machine = lane->machine;
	judge(sending, result, machine);
	buf_put_str(&machine->out, buf_str(&result->out));
	buf_put_str(&machine->err, buf_str(&result->err));
	machine->out.overflowed = result->out.overflowed;
	machine->err.overflowed = result->err.overflowed;
	lane->session = ssh_session_free(lane->session);
	lane->stage = STAGE_OVER;
	sending->under_way--;
	sending->over++;
	if (sending->call->fact) {
		AUTO(Json) *fact = machine_fact(machine);
		sending->call->fact(sending->call->userdata, fact);
	}
	tell_progress(sending);
}

static void end_unsent(Sending *sending, Lane *lane, const char *why) {
	SshResult result = {.outcome = SSH_BROKEN};
	error_set(&result.error, ERROR_CANCELLED, "%s", why);
	end_lane(sending, lane, &result);
}

/* ---- under way ---- */

static bool is_stopped(void *userdata) { return call_is_cancelled(((const Lane *) userdata)->sending->call); }

static SshCommand command_of(const Sending *sending) {
	return (SshCommand){.text = sending->text, .deadline_ms = sending->each_ms, .max_output = sending->max_output};
}

static void target_of(const Sending *sending, const Lane *lane, SshTarget *ret) {
	node_target(sending->call->environment, lane->machine->node, sending->known, sending->each_ms, ret);
	ret->connect_ms = CONNECT_MS;
}

static void *program_thread(void *userdata) {
	Lane *lane = userdata;
	Sending *sending = lane->sending;
	SshTarget target;
	SshCommand command = command_of(sending);
	size_t index = (size_t) (lane - sending->lanes);
	target_of(sending, lane, &target);
	ssh_program_run(&target, &command, is_stopped, lane, &lane->by_program);
	BG_ASSERT(write(sending->told[1], &index, sizeof(index)) == (ssize_t) sizeof(index));   /* a pipe takes more of them than are under way */
	return NULL;
}

static void begin_program(Sending *sending, Lane *lane) {
	lane->session = ssh_session_free(lane->session);
	lane->stage = STAGE_PROGRAM;
	if (pthread_create(&lane->thread, NULL, program_thread, lane) != 0)
		end_unsent(sending, lane, "no thread could be had for the ssh program");
}

static void begin(Sending *sending, Lane *lane) {
	SshTarget target;
	SshCommand command = command_of(sending);
	target_of(sending, lane, &target);
	sending->under_way++;
	lane->session = ssh_session_new(&target);
	lane->stage = STAGE_SESSION;
	ssh_session_begin(lane->session, &command);
}

/* Whoever finds that and no end knows that it may have been sent there; where it does not stand, nothing was sent. */
static bool announce(const Sending *sending, size_t first, size_t count, Error *err) {
	AUTO(Json) *nodes = json_new_array();
	if (!sending->call->sending)
		return true;
	for (size_t i = first; i < first + count; i++)
		json_append(nodes, machine_fact(sending->lanes[i].machine));
	return sending->call->sending(sending->call->userdata, nodes, err);
}

/* As many as there is room for. */
static void begin_next(Sending *sending) {
	size_t first = sending->next, left = sending->machines->count - first, room = REMOTE_AT_ONCE - sending->under_way;
	size_t count = left < room ? left : room;
	Error err = {0};
	bool told = announce(sending, first, count, &err);
	for (; sending->next < first + count; sending->next++) {
		Lane *lane = &sending->lanes[sending->next];
		if (told) {
			begin(sending, lane);
			continue;
		}
		sending->under_way++;
		end_unsent(sending, lane, err.why);
	}
}

static void take_programs(Sending *sending) {
	size_t index;
	while (read(sending->told[0], &index, sizeof(index)) == (ssize_t) sizeof(index)) {
		Lane *lane = &sending->lanes[index];
		pthread_join(lane->thread, NULL);
		end_lane(sending, lane, &lane->by_program);
	}
}

static void take_sessions(Sending *sending) {
	for (size_t i = 0; i < sending->next; i++) {
		Lane *lane = &sending->lanes[i];
		if (lane->stage != STAGE_SESSION || ssh_session_is_busy(lane->session))
			continue;
		const SshResult *result = ssh_session_result(lane->session);
		if (result->outcome == SSH_NOT_POSSIBLE && !result->began && !sending->stopping)
			begin_program(sending, lane);
		else
			end_lane(sending, lane, result);
	}
}

/* What is under way is broken off: whether it was done is open wherever it had been sent. The rest is not begun. */
static void stop(Sending *sending) {
	if (sending->stopping || !call_is_cancelled(sending->call))
		return;
	sending->stopping = true;
	for (size_t i = 0; i < sending->next; i++)
		if (sending->lanes[i].stage == STAGE_SESSION)
			ssh_session_close(sending->lanes[i].session);
	for (; sending->next < sending->machines->count; sending->next++) {
		sending->under_way++;
		end_unsent(sending, &sending->lanes[sending->next], "stopped before its turn came");
	}
}

static void send_all(Sending *sending) {
	size_t count = sending->machines->count;
	while (sending->over < count) {
		size_t active = 0;
		while (sending->next < count && sending->under_way < REMOTE_AT_ONCE)
			begin_next(sending);
		for (size_t i = 0; i < sending->next; i++)
			if (sending->lanes[i].stage == STAGE_SESSION)
				sending->sessions[active++] = sending->lanes[i].session;
		(void) ssh_sessions_wait(sending->sessions, active, sending->told[0], CANCEL_MS);   /* who told is asked below */
		stop(sending);
		take_programs(sending);
		take_sessions(sending);
	}
}

/* ---- apply ---- */

static void clear_sending(Sending *sending) {
	for (size_t i = 0; sending->lanes && i < sending->machines->count; i++) {
		ssh_session_free(sending->lanes[i].session);
		ssh_result_clear(&sending->lanes[i].by_program);
	}
	free(sending->text);
	free(sending->lanes);
	free(sending->sessions);
	for (size_t i = 0; i < BG_LENGTH(sending->told); i++)
		if (sending->told[i] > 0)
			close(sending->told[i]);
}

static bool run_on(const Call *call, Machines *machines, const KnownHosts *known, Error *err) {
	size_t share = machines->count ? OUTPUT_ALL / machines->count : OUTPUT_MAX;
	Sending sending = {.call = call, .machines = machines, .known = known, .each_ms = each_ms_of(call),
		.max_output = share > OUTPUT_MAX ? OUTPUT_MAX : share < OUTPUT_LEAST ? OUTPUT_LEAST : share};
	if (pipe2(sending.told, O_CLOEXEC | O_NONBLOCK) != 0)
		return error_errno(err, errno, "no pipe could be made");
	sending.text = text_to_send(call);
	sending.lanes = bg_calloc(machines->count + 1, sizeof(*sending.lanes));
	sending.sessions = bg_calloc(REMOTE_AT_ONCE + 1, sizeof(SshSession *));
	for (size_t i = 0; i < machines->count; i++)
		sending.lanes[i] = (Lane){.sending = &sending, .machine = &machines->items[i]};
	send_all(&sending);
	clear_sending(&sending);
	return true;
}

/* One that is in doubt makes the whole in doubt, whatever the others came to. */
static bool judge_all(const Machines *machines, ActionResult *result, Error *err) {
	AUTO_CLEAR(Buf) score = {0};
	AUTO_CLEAR(Buf) named = {0};
	size_t doubtful = machines_count(machines, MACHINE_IN_DOUBT), failed = machines_count(machines, MACHINE_FAILED),
		unsent = machines_count(machines, MACHINE_NOT_STARTED);
	result->began = unsent < machines->count;
	result->exit_code = machines->count == 1 ? machines->items[0].exit_code : doubtful || failed || unsent ? -1 : 0;
	machines_score(machines, &score);
	if (doubtful) {
		machines_name(machines, MACHINE_IN_DOUBT, &named);
		result->evidence = bg_asprintf("%s; in doubt: %s", buf_text(&score), buf_text(&named));
		error_set(err, ERROR_IO, "nobody knows whether it was done on %zu of %zu nodes", doubtful, machines->count);
		return error_hint(err, "look there, then say ran or not-run");
	}
	result->evidence = bg_strdup(buf_text(&score));
	if (!failed && !unsent)
		return true;
	machines_name(machines, failed ? MACHINE_FAILED : MACHINE_NOT_STARTED, &named);
	error_set(err, ERROR_REMOTE, "%s: %.120s", failed ? "it failed" : "not started", buf_text(&named));
	error_where(err, "%s", buf_text(&score));
	return error_hint(err, "plan again: it is then sent only to those where it is not done");
}

bool remote_apply(const Call *call, ActionResult *result, Error *err) {
	AUTO_CLEAR(Machines) machines = {0};
	AUTO(KnownHosts) *known = NULL;
	if (!check_text(call, err) || !machines_choose(call->environment, call_arg(call, "host"), call_arg(call, "except"), &machines, err)
		|| !node_known_hosts(call->environment, &known, err) || !run_on(call, &machines, known, err))
		return false;
	folding_tell(call, &machines);
	result->nodes = machines_facts(&machines);
	return judge_all(&machines, result, err);
}
