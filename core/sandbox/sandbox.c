/* sandbox.c: the four servers over one world, behind one lock. Time passes for the world whenever somebody asks it something: nothing can
 * tell the difference, and there is no clock thread. */
#include "core/sandbox/sandbox.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/sandbox/sim_content.h"
#include "core/sandbox/sim_control.h"
#include "core/sandbox/sim_fault.h"
#include "core/sandbox/sim_folder.h"
#include "core/sandbox/sim_hosted_programs.h"
#include "core/sandbox/sim_http.h"
#include "core/sandbox/sim_login.h"
#include "core/sandbox/sim_openedx.h"
#include "core/sandbox/sim_pretend.h"
#include "core/sandbox/sim_school.h"
#include "core/sandbox/sim_service_programs.h"
#include "core/sandbox/sim_world.h"

#define BUILD_MS (20 * 1000)
#define ANY_ESTATE ((SimEstate) -1)

typedef struct Server { Sandbox *sandbox; SimSystem system; SimHttp *http; char *url; } Server;

struct Sandbox {
	SimWorld world;
	SimFaults faults;
	Server servers[SIM_SYSTEM_COUNT];
	char *folder;
	const SimScenario *scenario;
	SimControl control;
	SimOpenedx *openedx;             /* NULL in a scenario of another estate, as is: */
	SimCommands *commands;
	StrList changes;                 /* under the world's lock */
	bool remove_folder;
};

static void ask_world(Sandbox *sandbox, SimSystem system, const SimRequest *request, SimReply *reply, WallTime now) {
	switch (system) {
	case SIM_SYSTEM_CONCOURSE: sim_concourse_handle(sandbox->world.concourse, request, reply, now); break;
	case SIM_SYSTEM_FASTLY: sim_fastly_handle(sandbox->world.fastly, request, reply, now); break;
	case SIM_SYSTEM_S3: sim_s3_handle(&sandbox->world.s3, request, reply, now); break;
	case SIM_SYSTEM_SITE: sim_site_handle(&sandbox->world, request, reply); break;
	case SIM_SYSTEM_COUCH_0: case SIM_SYSTEM_COUCH_1: case SIM_SYSTEM_COUCH_2:
		sim_couch_handle(sandbox->world.cluster->couch, system - SIM_SYSTEM_COUCH_0, request, reply, now);
		break;
	case SIM_SYSTEM_SCHOOL: sim_school_handle(sandbox->world.cluster, request, reply); break;
	case SIM_SYSTEM_GITHUB: sim_github_handle(sandbox->world.github, request, reply, now); break;
	case SIM_SYSTEM_GITHUB_LOGS: sim_github_handle_logs(sandbox->world.github, request, reply); break;
	case SIM_SYSTEM_OVERLAY: sim_overlay_handle(sandbox->world.cluster, request, reply); break;
	case SIM_SYSTEM_AZURE: sim_azure_handle(&sandbox->world.service->azure, request, reply, now); break;
	case SIM_SYSTEM_SERVICE: case SIM_SYSTEM_SERVICE_TEMPORARY:
		sim_service_handle(sandbox->world.service, system == SIM_SYSTEM_SERVICE_TEMPORARY, request, reply);
		break;
	case SIM_SYSTEM_SLACK: sim_slack_handle(sandbox->world.slack, request, reply, now); break;
	case SIM_SYSTEM_TRELLO: sim_trello_handle(sandbox->world.trello, request, reply, now); break;
	case SIM_SYSTEM_DR: sim_hosted_handle(sandbox->world.hosted, request, reply); break;
	case SIM_SYSTEM_COUNT: break;
	}
}

static void note_change(Sandbox *sandbox, SimSystem system, const SimRequest *request, int status) {
	if (!text_eq(request->method, "GET") && !text_eq(request->method, "HEAD"))
		strlist_add_take(&sandbox->changes, bg_asprintf("%s %s %s %d", sim_system_name(system), request->method, request->path, status));
}

static void on_request(void *userdata, const SimRequest *request, SimReply *reply) {
	Server *server = userdata;
	Sandbox *sandbox = server->sandbox;
	WallTime now = wall_now();
	pthread_mutex_lock(&sandbox->world.lock);
	sim_pipelines_advance(&sandbox->world.pipelines, now);
	if (sandbox->world.github)
		sim_github_advance(sandbox->world.github, now);
	if (!sim_fault_answers(&sandbox->faults, server->system, reply))
		ask_world(sandbox, server->system, request, reply, now);
	note_change(sandbox, server->system, request, reply->status);
	sim_fault_spoil(&sandbox->faults, server->system, reply);
	pthread_mutex_unlock(&sandbox->world.lock);
}

static bool start_servers(Sandbox *sandbox, Error *err) {
	for (int i = 0; i < SIM_SYSTEM_COUNT; i++) {
		Server *server = &sandbox->servers[i];
		if (sim_system_estate((SimSystem) i) != sandbox->scenario->estate)
			continue;
		*server = (Server) { .sandbox = sandbox, .system = (SimSystem) i };
		const char *host = sim_system_host(server->system);
		if (!sim_http_start_on(host, on_request, server, &server->http, err))
			return false;
		server->url = bg_asprintf("http://%s:%u", host, sim_http_port(server->http));
		if (server->system >= SIM_SYSTEM_COUCH_0 && server->system <= SIM_SYSTEM_COUCH_2)
			sim_couch_set_place(sandbox->world.cluster->couch, server->system - SIM_SYSTEM_COUCH_0, host, sim_http_port(server->http));
	}
	if (sandbox->world.github) {
		sim_github_set_url(sandbox->world.github, sandbox->servers[SIM_SYSTEM_GITHUB].url);
		sim_github_set_logs_url(sandbox->world.github, sandbox->servers[SIM_SYSTEM_GITHUB_LOGS].url);
	}
	if (!sandbox->world.concourse)
		return true;
	sim_concourse_set_url(sandbox->world.concourse, sandbox->servers[SIM_SYSTEM_CONCOURSE].url);
	sim_fastly_set_url(sandbox->world.fastly, sandbox->servers[SIM_SYSTEM_FASTLY].url);
	return true;
}

/* ---- machines and their programs ---- */

static void on_changed(void *userdata, const char *line) { strlist_add(&((Sandbox *) userdata)->changes, line); }

static bool start_programs(Sandbox *sandbox, const SandboxOptions *options, Error *err) {
	SimOpenedxOwner owner = {on_changed, sandbox};
	SimCommandsOwner commands_owner = {&sandbox->world.lock, on_changed, sandbox};
	SimWorld *world = &sandbox->world;
	if (!world->cluster && !world->service && !world->hosted)
		return true;
	if (options->self && world->service)
		return sim_service_start(sandbox->folder, options->self, world->service, &commands_owner, &sandbox->commands, err);
	if (options->self && world->hosted)
		return sim_hosted_start(sandbox->folder, options->self, world->hosted, &commands_owner, &sandbox->commands, err);
	if (options->self)
		return sim_openedx_start(sandbox->folder, options->self, &sandbox->world, &owner, &sandbox->openedx, err);
	error_set(err, ERROR_INVALID, "this scenario's machines and programs run the program itself");
	return error_hint(err, "give its path");
}

/* What has happened: of the scenario, and what else was asked for. */
static bool strike(Sandbox *sandbox, const SandboxOptions *options, Error *err) {
	pthread_mutex_lock(&sandbox->world.lock);
	sim_world_strike(&sandbox->world, sandbox->scenario);
	if (sandbox->openedx)
		sim_openedx_settle(sandbox->openedx);
	pthread_mutex_unlock(&sandbox->world.lock);
	for (size_t i = 0; options->faults && i < options->faults->count; i++)
		if (!sandbox_fault(sandbox, options->faults->items[i], err))
			return false;
	return true;
}

/* ---- the folder ---- */

static bool make_folder(Sandbox *sandbox, const SandboxOptions *options, Error *err) {
	if (options->folder) {
		sandbox->remove_folder = !options->keep && !file_exists(options->folder);
		sandbox->folder = path_expand_home(options->folder);
		return file_make_folder(sandbox->folder, 0700, err);
	}
	const char *base = getenv("TMPDIR");
	AUTO_FREE char *template = bg_asprintf("%s/breakglass-drill-XXXXXX", base && *base == '/' ? base : "/tmp");
	if (!mkdtemp(template)) {
		error_set(err, ERROR_IO, "cannot make a folder for the drill");
		error_where(err, "%s", template);
		return error_hint(err, "give one with --folder DIR");
	}
	sandbox->remove_folder = !options->keep;
	sandbox->folder = TAKE(template);
	return true;
}

static bool write_folder(const Sandbox *sandbox, const SandboxOptions *options, Error *err) {
	SimFolder folder = { .folder = sandbox->folder, .playbooks = options->playbooks, .scenario = sandbox->scenario->name,
		.world = &sandbox->world, .openedx = sandbox->openedx, .drill = sandbox->scenario->drill };
	for (int i = 0; i < SIM_SYSTEM_COUNT; i++)
		folder.urls[i] = sandbox->servers[i].url;
	return sim_folder_write(&folder, err);
}

bool sandbox_start(const SandboxOptions *options, Sandbox **ret_sandbox, Error *err) {
	const SimScenario *scenario = sim_scenario_find(options->scenario);
	if (!scenario) {
		error_set(err, ERROR_MISSING, "there is no scenario %s", options->scenario);
		return error_hint(err, "breakglass sandbox --list names them");
	}
	AUTO(Sandbox) *sandbox = bg_calloc(1, sizeof(*sandbox));
	sandbox->scenario = scenario;
	sandbox->control.fd = -1;
	sim_world_init(&sandbox->world, scenario, options->backup_every_ms, options->build_ms ? options->build_ms : BUILD_MS, wall_now());
	if (!make_folder(sandbox, options, err) || !sim_control_open(&sandbox->control, sandbox->folder, err) || !start_servers(sandbox, err)
		|| !start_programs(sandbox, options, err) || !write_folder(sandbox, options, err) || !strike(sandbox, options, err))
		return error_what(err, "open the sandbox");
	*ret_sandbox = TAKE(sandbox);
	return true;
}

Sandbox *sandbox_stop(Sandbox *sandbox) {
	if (!sandbox)
		return NULL;
	sim_openedx_stop(sandbox->openedx);
	sim_commands_stop(sandbox->commands);
	for (int i = 0; i < SIM_SYSTEM_COUNT; i++) {
		sim_http_stop(sandbox->servers[i].http);
		free(sandbox->servers[i].url);
	}
	sim_control_close(&sandbox->control);
	/* What cannot be removed is a folder of throwaway keys below the temporary folder: it is named so that anybody can. */
	if (sandbox->remove_folder && sandbox->folder)
		BG_IGNORE(file_remove_tree(sandbox->folder, NULL));
	sim_world_clear(&sandbox->world);
	strlist_clear(&sandbox->changes);
	free(sandbox->folder);
	free(sandbox);
	return NULL;
}

/* ---- asking and telling ---- */

const char *sandbox_folder(const Sandbox *sandbox) { return sandbox->folder; }
char *sandbox_environment(const Sandbox *sandbox) { return path_join(sandbox->folder, "environment.yaml"); }
const char *sandbox_story(const Sandbox *sandbox) { return sandbox->scenario->story; }
const char *sandbox_fault_help(void) { return sim_fault_help(); }

const char *sandbox_url(const Sandbox *sandbox, const char *system) {
	SimSystem which;
	return sim_system_parse(str_from(system), &which) ? sandbox->servers[which].url : NULL;
}

char *sandbox_addresses(const Sandbox *sandbox) {
	Buf text = {0};
	for (int i = 0; i < SIM_SYSTEM_COUNT; i++)
		if (sandbox->servers[i].url)
			buf_printf(&text, "%-10s %s\n", sim_system_name((SimSystem) i), sandbox->servers[i].url);
	return buf_take(&text);
}

bool sandbox_fault(Sandbox *sandbox, const char *text, Error *err) {
	pthread_mutex_lock(&sandbox->world.lock);
	bool ok = sim_fault_add(&sandbox->faults, &sandbox->world, text, err);
	if (sandbox->openedx)
		sim_openedx_settle(sandbox->openedx);
	pthread_mutex_unlock(&sandbox->world.lock);
	return ok;
}

static void run_now(Sandbox *sandbox, const char *pipeline_name, const char *job_name) {
	pthread_mutex_lock(&sandbox->world.lock);
	SimPipeline *pipeline = sim_pipeline_find(&sandbox->world.pipelines, SIM_CONCOURSE_TEAM, pipeline_name);
	SimJob *job = pipeline ? sim_job_find(pipeline, job_name) : NULL;
	if (job && !pipeline->paused)
		(void) sim_job_run_now(&sandbox->world.pipelines, job, wall_now());
	pthread_mutex_unlock(&sandbox->world.lock);
}

void sandbox_run_backup_now(Sandbox *sandbox) { run_now(sandbox, SIM_PIPELINE_NAME, SIM_JOB_NAME); }

static void publish_repair(Sandbox *sandbox) { run_now(sandbox, "publish-ocw", "mass-publish"); }

/* Every run that waits. */
static void approve(Sandbox *sandbox) {
	pthread_mutex_lock(&sandbox->world.lock);
	sim_github_approve(sandbox->world.github, wall_now());
	pthread_mutex_unlock(&sandbox->world.lock);
}

/* Somebody without further rights tries it, as GitHub lets him. */
static bool merge(Sandbox *sandbox, const char *approvals, Error *err) {
	int64_t count = 0;
	if (!str_parse_int(str_from(approvals), &count) || count < 0 || count > 100) {
		error_set(err, ERROR_INVALID, "%s is no number of approvals", approvals);
		return error_hint(err, "merge 1");
	}
	pthread_mutex_lock(&sandbox->world.lock);
	AUTO_FREE char *why = bg_strdup_or_null(sim_github_why_no_merge(sandbox->world.github, "main", "somebody", (int) count));
	pthread_mutex_unlock(&sandbox->world.lock);
	if (!why)
		return true;
	error_set(err, ERROR_DENIED, "GitHub refuses the merge into main: %s", why);
	return error_hint(err, "that is what a freeze is for");
}

/* What can be said to a running sandbox: of `run` the name alone, of `say` with an argument. */
static const struct { const char *name, *help; SimEstate estate; void (*run)(Sandbox *sandbox); bool (*say)(Sandbox *sandbox, const char *argument, Error *err); } WORDS[] = {
	{ "fault", "fault SPEC: fail from now on, as --fault does; fault none ends it", ANY_ESTATE, NULL, sandbox_fault },
	{ "backup-now", "the backup job runs at once, if its pipeline is not paused", SIM_ESTATE_OCW, sandbox_run_backup_now, NULL },
	{ "publish-repair", "the content team publishes the damaged courses again, whole", SIM_ESTATE_OCW, publish_repair, NULL },
	{ "approve", "runs at GitHub that wait for somebody's approval get it", SIM_ESTATE_SERVICE, approve, NULL },
	{ "merge", "merge N: somebody merges into main with N approvals, if GitHub lets him", SIM_ESTATE_SERVICE, NULL, merge },
};

const char *sandbox_command_help(void) {
	static char text[600];
	size_t used = 0;
	for (size_t i = 0; i < BG_LENGTH(WORDS); i++)
		used += (size_t) snprintf(text + used, sizeof(text) - used, "  %-24s %s\n", WORDS[i].name, WORDS[i].help);
	return text;
}

static ptrdiff_t find_word(Str text) {
	ptrdiff_t blank = str_find_char(text, ' ');
	Str first = blank < 0 ? text : str_slice(text, 0, (size_t) blank);
	for (size_t i = 0; i < BG_LENGTH(WORDS); i++)
		if (str_eq_c(first, WORDS[i].name) && (blank < 0) == (WORDS[i].run != NULL))
			return (ptrdiff_t) i;
	return -1;
}

bool sandbox_knows(const char *line, Error *err) {
	if (find_word(str_trim(str_from(line))) >= 0)
		return true;
	error_set(err, ERROR_INVALID, "there is no command %s", line);
	return error_hint(err, "breakglass sandbox --list names them");
}

bool sandbox_command(Sandbox *sandbox, const char *line, Error *err) {
	Str text = str_trim(str_from(line));
	ptrdiff_t word = find_word(text);
	if (word < 0)
		return sandbox_knows(line, err);
	if (WORDS[word].estate != ANY_ESTATE && WORDS[word].estate != sandbox->world.estate) {
		error_set(err, ERROR_INVALID, "%s is a word to the systems of another scenario, and this one has none of them", WORDS[word].name);
		return error_hint(err, "breakglass sandbox --list names what can be said");
	}
	if (WORDS[word].run) {
		WORDS[word].run(sandbox);
		return true;
	}
	AUTO_FREE char *argument = str_dup(str_trim(str_slice(text, strlen(WORDS[word].name), text.len)));
	return WORDS[word].say(sandbox, argument, err);
}

void sandbox_obey_control(Sandbox *sandbox, Buf *ret_said) {
	while (true) {
		AUTO_CLEAR(Buf) line = {0};
		Error err = {0};
		if (!sim_control_line(&sandbox->control, &line))
			return;
		AUTO_FREE char *shown = text_sanitised_line(buf_text(&line));
		if (sandbox_command(sandbox, shown, &err))
			buf_printf(ret_said, "done: %s\n", shown);
		else
			buf_printf(ret_said, "not done: %s\n", err.why);
	}
}

size_t sandbox_damaged_courses(Sandbox *sandbox) {
	pthread_mutex_lock(&sandbox->world.lock);
	const SimBucket *bucket = sandbox->world.fastly ? sim_site_bucket(&sandbox->world) : NULL;
	size_t damaged = bucket ? sim_content_damaged_count(bucket) : SIM_COURSE_COUNT;
	pthread_mutex_unlock(&sandbox->world.lock);
	return damaged;
}

void sandbox_changes(Sandbox *sandbox, StrList *ret_changes) {
	pthread_mutex_lock(&sandbox->world.lock);
	for (size_t i = 0; i < sandbox->changes.count; i++)
		strlist_add(ret_changes, sandbox->changes.items[i]);
	pthread_mutex_unlock(&sandbox->world.lock);
}

const SandboxScenario *sandbox_scenario_at(size_t index) {
	static SandboxScenario shown;
	const SimScenario *scenario = sim_scenario_at(index);
	shown = scenario ? (SandboxScenario) { scenario->name, scenario->summary } : (SandboxScenario) {0};
	return scenario ? &shown : NULL;
}

const char *sandbox_drill_name(const char *scenario) {
	const SimScenario *found = sim_scenario_find(scenario);
	return found ? found->drill : SIM_DRILL_OCW;
}

const char *sandbox_scenario_story(const char *scenario) {
	const SimScenario *found = sim_scenario_find(scenario);
	return found ? found->story : "";
}

int sandbox_role(int argc, char **argv, bool *ret_known) {
	*ret_known = true;
	if (argc > 1 && text_eq(argv[1], "__login"))
		return sim_login_main(argc - 2, argv + 2);
	if (argc > 1 && text_eq(argv[1], "__pretend"))
		return sim_pretend_main(argc - 2, argv + 2);
	*ret_known = false;
	return 0;
}
