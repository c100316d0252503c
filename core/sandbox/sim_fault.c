/* sim_fault.c: see sim_fault.h. */
#include "core/sandbox/sim_fault.h"
#include <stdio.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_cluster_fault.h"

/* Members of CouchDB are told apart by their host, as in their cluster. */
static const struct { const char *name, *host; SimEstate estate; } SYSTEMS[] = {
	[SIM_SYSTEM_CONCOURSE] = { "concourse", "127.0.0.1", SIM_ESTATE_OCW }, [SIM_SYSTEM_FASTLY] = { "fastly", "127.0.0.1", SIM_ESTATE_OCW },
	[SIM_SYSTEM_S3] = { "s3", "127.0.0.1", SIM_ESTATE_OCW }, [SIM_SYSTEM_SITE] = { "site", "127.0.0.1", SIM_ESTATE_OCW },
	[SIM_SYSTEM_COUCH_0] = { "couchdb-0", "127.0.0.1", SIM_ESTATE_OPENEDX }, [SIM_SYSTEM_COUCH_1] = { "couchdb-1", "127.0.0.2", SIM_ESTATE_OPENEDX },
	[SIM_SYSTEM_COUCH_2] = { "couchdb-2", "127.0.0.3", SIM_ESTATE_OPENEDX }, [SIM_SYSTEM_SCHOOL] = { "school", "127.0.0.1", SIM_ESTATE_OPENEDX },
	[SIM_SYSTEM_OVERLAY] = { "overlay", "127.0.0.1", SIM_ESTATE_OPENEDX }, [SIM_SYSTEM_GITHUB] = { "github", "127.0.0.1", SIM_ESTATE_SERVICE },
	[SIM_SYSTEM_GITHUB_LOGS] = { "github-logs", "127.0.0.2", SIM_ESTATE_SERVICE }, [SIM_SYSTEM_AZURE] = { "azure", "127.0.0.1", SIM_ESTATE_SERVICE },
	[SIM_SYSTEM_SERVICE] = { "service", "127.0.0.1", SIM_ESTATE_SERVICE }, [SIM_SYSTEM_SERVICE_TEMPORARY] = { "service-temp", "127.0.0.1", SIM_ESTATE_SERVICE },
	[SIM_SYSTEM_SLACK] = { "slack", "127.0.0.1", SIM_ESTATE_SERVICE }, [SIM_SYSTEM_TRELLO] = { "trello", "127.0.0.1", SIM_ESTATE_SERVICE },
	[SIM_SYSTEM_DR] = { "dr", "127.0.0.1", SIM_ESTATE_HOSTED },
};

const char *sim_system_name(SimSystem system) { return SYSTEMS[system].name; }
const char *sim_system_host(SimSystem system) { return SYSTEMS[system].host; }
SimEstate sim_system_estate(SimSystem system) { return SYSTEMS[system].estate; }

bool sim_system_parse(Str name, SimSystem *ret_system) {
	for (size_t i = 0; i < BG_LENGTH(SYSTEMS); i++) {
		if (str_eq_c(name, SYSTEMS[i].name)) {
			*ret_system = (SimSystem) i;
			return true;
		}
	}
	return false;
}

/* ---- setting them ---- */

typedef struct Setting { SimFaults *faults; SimWorld *world; SimSystem system; bool alone; Str argument; } Setting;

static bool set_latency(Setting *setting) { return span_parse(setting->argument, &setting->faults->latency_ms[setting->system]); }

static bool set_status(Setting *setting) {
	int64_t status;
	if (!str_parse_int(setting->argument, &status) || status < 200 || status > 599)
		return false;
	setting->faults->status[setting->system] = (int) status;
	return true;
}

#define FLAG(name, field) \
	static bool name(Setting *setting) { return !setting->argument.len && (setting->faults->field[setting->system] = true); }
FLAG(set_truncate, truncate)
FLAG(set_garbage, garbage)
FLAG(set_token_expired, token_expired)
FLAG(set_rate_limit, rate_limit)
FLAG(set_hang, hang)
FLAG(set_reset, reset)
#undef FLAG

/* Only Concourse has builds, and GitHub runs: said of all systems it means those, said of another it is a mistake. */
static bool takes_build(const Setting *setting) {
	return !setting->argument.len && (!setting->alone || setting->system == SIM_SYSTEM_CONCOURSE || setting->system == SIM_SYSTEM_GITHUB);
}

static bool set_build_hang(Setting *setting) {
	if (!takes_build(setting))
		return false;
	setting->world->pipelines.builds_hang = true;
	if (setting->world->github)
		sim_github_hang_runs(setting->world->github, true);
	return true;
}

static bool set_build_fail(Setting *setting) {
	if (!takes_build(setting))
		return false;
	setting->world->pipelines.builds_fail = true;
	if (setting->world->github)
		sim_github_fail_runs(setting->world->github, true);
	return true;
}

/* Only GitHub may keep to itself which run it has begun. */
static bool set_no_details(Setting *setting) {
	if (setting->argument.len || !setting->world->github || (setting->alone && setting->system != SIM_SYSTEM_GITHUB))
		return false;
	sim_github_tell_no_details(setting->world->github, true);
	return true;
}

static bool set_none(Setting *setting) {
	SimFaults *faults = setting->faults;
	SimSystem system = setting->system;
	faults->latency_ms[system] = faults->status[system] = 0;
	faults->truncate[system] = faults->garbage[system] = faults->token_expired[system] = faults->rate_limit[system] = false;
	faults->hang[system] = faults->reset[system] = false;
	if (system == SIM_SYSTEM_CONCOURSE)
		setting->world->pipelines.builds_hang = setting->world->pipelines.builds_fail = false;
	if (system == SIM_SYSTEM_GITHUB && setting->world->github) {
		sim_github_hang_runs(setting->world->github, false);
		sim_github_fail_runs(setting->world->github, false);
		sim_github_tell_no_details(setting->world->github, false);
	}
	return !setting->argument.len;
}

static const struct { const char *name; bool (*set)(Setting *); } FAULTS[] = {
	{ "latency", set_latency }, { "status", set_status }, { "truncate", set_truncate }, { "garbage", set_garbage },
	{ "token-expired", set_token_expired }, { "rate-limit", set_rate_limit }, { "hang", set_hang }, { "reset", set_reset },
	{ "build-hang", set_build_hang }, { "build-fail", set_build_fail }, { "no-details", set_no_details }, { "none", set_none },
};

static const char HELP[] =
	"  latency=TIME     every answer comes so much later\n"
	"  status=NNN       every answer is this status\n"
	"  token-expired    credentials are no longer good\n"
	"  rate-limit       too many requests (429, 503 for s3 and azure, 403 for github)\n"
	"  truncate         bodies break off in the middle\n"
	"  garbage          bodies are not what they should be\n"
	"  hang             no answer ever comes\n"
	"  reset            connections are dropped\n"
	"  build-hang       builds of Concourse, runs of GitHub do not end\n"
	"  build-fail       builds of Concourse, runs of GitHub fail\n"
	"  no-details       GitHub does not say which run it has begun\n"
	"  none             all faults are taken away\n"
	"  each may end in @SYSTEM, as concourse, fastly, s3, site; couchdb-0 to couchdb-2, school, overlay; github, github-logs, azure,\n"
	"  service, service-temp, slack, trello; dr; without it, all\n";

const char *sim_fault_help(void) {
	static char text[3200];
	snprintf(text, sizeof(text), "%sof the cluster, in the scenarios of Open edX:\n%s", HELP, sim_cluster_fault_help());
	return text;
}

static bool strike_cluster(SimWorld *world, const char *text, bool at, Str name, Str argument, Error *err) {
	if (world->cluster && !at)
		return sim_cluster_fault(world->cluster, name, argument, err);
	error_set(err, ERROR_INVALID, "%s: there is no cluster in this scenario%s", text, at ? ", or it is said of a system" : "");
	return error_hint(err, "breakglass sandbox openedx has one");
}

static const char *const NAMES[] = {
	[SIM_ESTATE_OCW] = "concourse, fastly, s3 or site", [SIM_ESTATE_OPENEDX] = "couchdb-0, couchdb-1, couchdb-2, school or overlay",
	[SIM_ESTATE_SERVICE] = "github, github-logs, azure, service, service-temp, slack or trello", [SIM_ESTATE_HOSTED] = "dr",
};

bool sim_fault_add(SimFaults *faults, SimWorld *world, const char *text, Error *err) {
	Str rest = str_from(text), name = {0}, argument = {0}, system_name = {0};
	ptrdiff_t at = str_find_char(rest, '@'), equals;
	if (at >= 0) {
		system_name = str_slice(rest, (size_t) at + 1, rest.len);
		rest = str_slice(rest, 0, (size_t) at);
	}
	equals = str_find_char(rest, '=');
	name = equals >= 0 ? str_slice(rest, 0, (size_t) equals) : rest;
	argument = equals >= 0 ? str_slice(rest, (size_t) equals + 1, rest.len) : STR("");
	SimSystem only = SIM_SYSTEM_COUNT;
	if (sim_cluster_fault_is(name))
		return strike_cluster(world, text, at >= 0, name, argument, err);
	if (world->cluster && str_eq_c(name, "none"))
		sim_cluster_mend(world->cluster);
	if (at >= 0 && (!sim_system_parse(system_name, &only) || sim_system_estate(only) != world->estate)) {
		error_set(err, ERROR_INVALID, "there is no system %.*s in the sandbox", STR_ARG(system_name));
		return error_hint(err, "%s", NAMES[world->estate]);
	}
	for (size_t i = 0; i < BG_LENGTH(FAULTS); i++) {
		if (!str_eq_c(name, FAULTS[i].name))
			continue;
		for (int system = 0; system < SIM_SYSTEM_COUNT; system++) {
			Setting setting = { faults, world, (SimSystem) system, only != SIM_SYSTEM_COUNT, argument };
			if ((only != SIM_SYSTEM_COUNT && only != (SimSystem) system) || FAULTS[i].set(&setting))
				continue;
			error_set(err, ERROR_INVALID, "%s: %s does not take that", text, FAULTS[i].name);
			return error_hint(err, "breakglass sandbox --list tells what each takes");
		}
		return true;
	}
	error_set(err, ERROR_INVALID, "there is no fault %.*s", STR_ARG(name));
	return error_hint(err, "breakglass sandbox --list names them");
}

/* ---- acting by them ---- */

static bool has_login(SimSystem system) {
	return system != SIM_SYSTEM_SITE && system != SIM_SYSTEM_SCHOOL && system != SIM_SYSTEM_OVERLAY && system != SIM_SYSTEM_GITHUB_LOGS
		&& system != SIM_SYSTEM_SERVICE && system != SIM_SYSTEM_SERVICE_TEMPORARY && system != SIM_SYSTEM_DR;
}

static void expired(SimSystem system, SimReply *reply) {
	if (system == SIM_SYSTEM_CONCOURSE)
		sim_concourse_refuse_token(reply);
	else if (system == SIM_SYSTEM_FASTLY)
		sim_fastly_refuse_token(reply);
	else if (system >= SIM_SYSTEM_COUCH_0 && system <= SIM_SYSTEM_COUCH_2)
		sim_couch_refuse_login(reply);
	else if (system == SIM_SYSTEM_GITHUB)
		sim_github_refuse_token(reply);
	else if (system == SIM_SYSTEM_AZURE)
		sim_azure_refuse(reply, "AuthenticationFailed");
	else if (system == SIM_SYSTEM_SLACK)
		sim_slack_refuse_token(reply);
	else if (system == SIM_SYSTEM_TRELLO)
		sim_trello_refuse_token(reply);
	else
		sim_s3_error(reply, 400, "ExpiredToken", "The provided token has expired.", NULL, NULL);
}

static void limited(SimSystem system, SimReply *reply) {
	if (system == SIM_SYSTEM_S3)
		sim_s3_error(reply, 503, "SlowDown", "Please reduce your request rate.", NULL, NULL);
	else if (system == SIM_SYSTEM_GITHUB)
		sim_github_refuse_limit(reply);
	else if (system == SIM_SYSTEM_AZURE)
		sim_azure_refuse(reply, "ServerBusy");
	else if (system == SIM_SYSTEM_TRELLO)
		sim_trello_limited(reply);
	else
		sim_reply_text(reply, 429, "application/json", "{\"msg\":\"You have exceeded your hourly rate limit\"}");
}

bool sim_fault_answers(const SimFaults *faults, SimSystem system, SimReply *reply) {
	if (faults->status[system])
		sim_reply_text(reply, faults->status[system], "text/html", "<html><body>the sandbox was told to answer so</body></html>");
	else if (faults->token_expired[system] && has_login(system))
		expired(system, reply);
	else if (faults->rate_limit[system])
		limited(system, reply);
	else if (faults->garbage[system])
		sim_reply_text(reply, 200, "text/html", "<html><body>Welcome to the hotel network. Please log in.</body></html>");
	else
		return false;
	return true;
}

void sim_fault_spoil(const SimFaults *faults, SimSystem system, SimReply *reply) {
	reply->delay_ms = faults->latency_ms[system];
	if (reply->ending != SIM_ENDING_WHOLE)
		return;   /* a server that does not run drops the connection already */
	reply->ending = faults->hang[system] ? SIM_ENDING_HANG : faults->reset[system] ? SIM_ENDING_RESET
		: faults->truncate[system] ? SIM_ENDING_TRUNCATED : SIM_ENDING_WHOLE;
}
