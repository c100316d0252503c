/* program.c: the program az: what it is given, and its refusals, which only its words tell apart. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/az/az.h"

#define GRACE_MS 500
#define SAID_MAX 300
#define LOGIN "log in, as the user that this runs as: az login"
#define REACH "look whether login.microsoftonline.com and management.azure.com are reached from here"

static const struct { const char *said; ErrorKind kind; int code; bool retryable; const char *why, *hint; } REFUSALS[] = {
	{"(ResourceGroupNotFound)", ERROR_MISSING, 0, false, "there is no such resource group", "look at resource-group and subscription: az group list --output table"},
	{"(ResourceNotFound)", ERROR_MISSING, 404, false, "there is none of that name", "look at the name: az postgres flexible-server list --output table"},
	{"(SubscriptionNotFound)", ERROR_MISSING, 0, false, "there is no such subscription", "look at subscription: in the environment file: az account list --output table"},
	{"The subscription of", ERROR_MISSING, 0, false, "this login has no such subscription", "look at subscription: in the environment file: az account list --output table"},
	{"(AuthorizationFailed)", ERROR_DENIED, 0, false, "403, not allowed", "ask for the role Reader on the resource group"},
	{"az login", ERROR_DENIED, 0, false, "nobody is logged in to Azure here, or the login ran out", LOGIN},
	{"AADSTS", ERROR_DENIED, 0, false, "the login is not taken", LOGIN},
	{"(ExpiredAuthenticationToken)", ERROR_DENIED, 0, false, "the login ran out", LOGIN},
	{"(TooManyRequests)", ERROR_REMOTE, 0, true, "429, asked too often", "wait a little, then ask again"},
	{"misspelled or not recognized", ERROR_INVALID, 0, false, "this az is too old for it", "update az: az upgrade"},
	{"CERTIFICATE_VERIFY_FAILED", ERROR_DENIED, 0, false, "its certificate is not good", "behind a proxy that opens TLS, az needs REQUESTS_CA_BUNDLE"},
	{"name resolution", ERROR_IO, 0, true, "its name is not known (DNS)", "look at DNS; az speaks to Azure by name only"},
	{"Name or service not known", ERROR_IO, 0, true, "its name is not known (DNS)", "look at DNS; az speaks to Azure by name only"},
	{"Connection refused", ERROR_IO, 0, true, "connection refused", REACH},
	{"Connection aborted", ERROR_IO, 0, true, "the connection broke off", REACH},
	{"timed out", ERROR_TIMEOUT, 0, true, "no answer in time", REACH},
	{"Max retries exceeded", ERROR_IO, 0, true, "it is not reached", REACH},
};

/* The first line that is meant for people, without "ERROR: ". Owned. */
static char *said_line(Str said) {
	Str line = {0}, found = {0};
	while (!found.len && str_next_line(&said, &line))
		found = str_starts(str_trim(line), "WARNING: ") ? (Str){0} : str_trim(line);
	if (str_starts(found, "ERROR: "))
		found = str_slice(found, 7, found.len);
	AUTO_FREE char *raw = str_dup(str_slice(found, 0, SAID_MAX));
	return text_sanitised_line(raw);
}

bool az_refused(Str said, int exit_code, Error *err) {
	AUTO_FREE char *line = said_line(said);
	for (size_t i = 0; i < BG_LENGTH(REFUSALS); i++) {
		if (str_find(said, REFUSALS[i].said) < 0)
			continue;
		error_set(err, REFUSALS[i].kind, "%s: %s", REFUSALS[i].why, line);
		if (err) {
			err->retryable = REFUSALS[i].retryable;
			err->os_code = REFUSALS[i].code;
		}
		return error_hint(err, "%s", REFUSALS[i].hint);
	}
	error_set(err, ERROR_REMOTE, "az ended with exit code %d%s%s", exit_code, *line ? ": " : "", *line ? line : " and no word");
	return error_hint(err, "run it by hand and look");
}

static void put_program(const Call *call, const char *const *words, StrList *argv) {
	const Json *given = json_get(call->system->settings, "program");
	const char *subscription = system_setting(call->system, "subscription");
	JSON_EACH(word, given)
		strlist_add(argv, json_string(word));
	if (json_is_string(given))
		strlist_add(argv, json_string(given));
	if (!argv->count)
		strlist_add(argv, "az");
	for (; *words; words++)
		strlist_add(argv, *words);
	if (subscription)
		strlist_add_take(argv, bg_asprintf("--subscription=%s", subscription));
	strlist_add(argv, "--only-show-errors");
	strlist_add(argv, "--output=json");
}

static bool is_cancelled(void *userdata) { return call_is_cancelled(userdata); }

/* What has ended. */
static bool take_answer(const ProcessResult *ended, Json **ret, Error *err) {
	Error why = {0};
	if (ended->signal) {
		error_set(err, ERROR_REMOTE, "az was ended by signal %d", ended->signal);
		return error_hint(err, "run it by hand and look");
	}
	if (ended->exit_code != 0)
		return az_refused(buf_str(&ended->err), ended->exit_code, err);
	if (!ended->out.overflowed && json_parse(buf_str(&ended->out), ret, &why))
		return true;
	error_set(err, ERROR_PROTOCOL, "az answers with what is not JSON: %s", ended->out.overflowed ? "it does not end" : why.why);
	return error_hint(err, "run it by hand and look what is said: it may be another program, or another version");
}

bool az_ask(const Call *call, const char *const *words, Json **ret, Error *err) {
	AUTO_CLEAR(StrList) argv = {0};
	AUTO_CLEAR(StrList) environment = {0};
	AUTO_CLEAR(ProcessResult) ended = {0};
	int64_t left_ms = call_remaining_ms(call);
	union { const Call *call; void *userdata; } asked = {.call = call};
	put_program(call, words, &argv);
	process_environment(NULL, &environment);
	process_environment_set(&environment, "LC_ALL", "C.UTF-8");   /* refusals are told apart by their words */
	ProcessRequest request = {.argv = strlist_argv(&argv), .environment = strlist_argv(&environment), .deadline_ms = left_ms < 1 ? 1 : left_ms,
		.grace_ms = GRACE_MS, .max_output = AZ_ANSWER_MAX, .cancelled = is_cancelled, .userdata = asked.userdata};
	if (process_run(&request, &ended, err))
		return take_answer(&ended, ret, err);
	if (ended.started && err && err->kind == ERROR_TIMEOUT) {
		AUTO_FREE char *line = said_line(buf_str(&ended.err));
		AUTO_FREE char *before = bg_strdup(err->why);
		error_set(err, ERROR_TIMEOUT, "az was %s%s%s", before, *line ? "; it said: " : "", line);
		error_hint(err, REACH);
	}
	return false;
}
