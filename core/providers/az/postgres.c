/* postgres.c: a database server (Azure Database for PostgreSQL, flexible server): does it run, and how far back can it be restored? A restore to a point
 * in time always makes a new server; it reaches from the server's earliest moment to five minutes ago. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/environment/environment.h"
#include "core/providers/az/az.h"

#define DAYS_MAX 36500

/* ---- reading it ---- */

static const Json *part(const Json *json, const char *key) {
	const Json *found = json_get(json, key);
	return found && !json_is_null(found) ? found : json_get(json_get(json, "properties"), key);
}

static bool copy_word(const Json *from, char to[static AZ_NAME_MAX]) {
	static const char ALLOWED[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
	const char *word = json_string(from);
	size_t len = word ? strlen(word) : 0;
	if (!len || len >= AZ_NAME_MAX || strspn(word, ALLOWED) != len)
		return false;
	memcpy(to, word, len + 1);
	return true;
}

bool az_postgres_parse(const Json *json, const char *name, AzPostgres *ret) {
	const Json *backup = part(json, "backup"), *earliest = json_get(backup, "earliestRestoreDate");
	const char *called = json_get_string(json, "name"), *geo = json_get_string(backup, "geoRedundantBackup");
	AzPostgres server = {.retention_days = json_get_int(backup, "backupRetentionDays", 0)};
	if (!called || !str_eq_nocase(str_from(called), str_from(name)) || !copy_word(part(json, "state"), server.state)
		|| !copy_word(part(json, "version"), server.version) || server.retention_days < 1
		|| server.retention_days > DAYS_MAX)
		return false;
	if (earliest && !json_is_null(earliest) && (!json_string(earliest) || !wall_parse_iso(str_from(json_string(earliest)), &server.earliest)))
		return false;
	server.geo_redundant = text_eq(geo, "Enabled");
	*ret = server;
	return true;
}

/* ---- judging it ---- */

/* As the service calls them (ServerState of its API). One that is not here is told and is not green. */
static const struct { const char *name; ReadingState state; const char *means; } STATES[] = {
	{"Ready", READING_OK, NULL},
	{"Updating", READING_WARN, "it is being changed: wait until that has ended"},
	{"Provisioning", READING_WARN, "it is being made: wait until that has ended"},
	{"Starting", READING_WARN, "it starts: wait until that has ended"},
	{"Restarting", READING_WARN, "it starts anew: wait until that has ended"},
	{"Stopping", READING_FAIL, "somebody stops it: look who, and why"},
	{"Stopped", READING_FAIL, "it is stopped, and cannot be restored while it is: start it"},
	{"Disabled", READING_FAIL, "it is disabled: look at its subscription in the portal"},
	{"Inaccessible", READING_FAIL, "its key cannot be read: look at its key vault"},
	{"Dropping", READING_FAIL, "it is being deleted"},
};

static ReadingState state_of(const AzPostgres *server, const char **ret_means) {
	for (size_t i = 0; i < BG_LENGTH(STATES); i++) {
		if (!text_eq(STATES[i].name, server->state))
			continue;
		*ret_means = STATES[i].means;
		return STATES[i].state;
	}
	*ret_means = "this state is not known here: look at it in the portal";
	return READING_WARN;
}

static void facts(const AzPostgres *server, Reading *ret) {
	reading_fact_bool(ret, "exists", true);
	reading_fact_string(ret, "state", server->state);
	reading_fact_string(ret, "version", server->version);
	reading_fact_int(ret, "retention", server->retention_days);
	reading_fact_bool(ret, "geo_redundant", server->geo_redundant);
	if (wall_known(server->earliest))
		reading_fact_int(ret, "earliest", server->earliest.ms);
}

/* Whether the moment that is asked for lies in what can be restored. */
static void judge_moment(const AzPostgres *server, WallTime at, WallTime now, Reading *ret) {
	char first[WALL_TEXT_SIZE], moment[WALL_TEXT_SIZE];
	bool early = !wall_known(server->earliest) || at.ms < server->earliest.ms, late = at.ms > now.ms - AZ_NEWEST_MS;
	reading_fact_bool(ret, "reaches", !early && !late);
	if (!early && !late)
		return;
	reading_set(ret, READING_FAIL, "%s cannot be restored: %s", wall_format_dated(at, now, moment), late ? "it is less than 5 minutes ago"
		: wall_known(server->earliest) ? "it is before what the server keeps" : "the server has no backup yet");
	if (late)
		reading_because(ret, "wait, or choose an earlier moment");
	else if (wall_known(server->earliest))
		reading_because(ret, "the first moment is %s; for an earlier one there are the nightly backups", wall_format_dated(server->earliest, now, first));
	else
		reading_because(ret, "wait for its first one, some minutes after it was made");
}

void az_postgres_judge(const AzPostgres *server, const AzWanted *wanted, WallTime now, Reading *ret) {
	char first[WALL_TEXT_SIZE];
	const char *means = NULL;
	ReadingState state = state_of(server, &means);
	facts(server, ret);
	if (!wall_known(server->earliest))
		reading_set(ret, state == READING_OK ? READING_WARN : state, "%s, no moment can be restored yet", server->state);
	else
		reading_set(ret, state, "%s, restorable since %s", server->state, wall_format_dated(server->earliest, now, first));
	if (means)
		reading_because(ret, "%s", means);
	else if (!wall_known(server->earliest))
		reading_because(ret, "its first backup is made some minutes after the server: look again");
	else if (server->earliest.ms > now.ms)
		reading_because(ret, "its first moment lies in the future: a clock is wrong");
	else if (server->retention_days < wanted->retention_days)
		reading_because(ret, "it keeps %lld days, %lld are promised: raise its backup retention (7 to 35 days)", (long long) server->retention_days,
			(long long) wanted->retention_days);
	if (!means && ret->reason && ret->state == READING_OK)
		ret->state = READING_WARN;
	if (wall_known(wanted->at))
		judge_moment(server, wanted->at, now, ret);
}

/* ---- the probe ---- */

/* Names of Azure: they become words of a command line, and must not be taken for options. */
static bool fits(const char *what, const char *name, Error *err) {
	static const char ALLOWED[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.()";
	size_t len = strlen(name);
	if (len && len <= 90 && strspn(name, ALLOWED) == len && *name != '-')
		return true;
	error_set(err, ERROR_INVALID, "\"%.60s\" cannot be the name of a %s", name, what);
	return error_hint(err, "write letters, digits, dashes and dots");
}

static bool read_wanted(const Call *call, AzWanted *ret, Error *err) {
	const char *days = call_arg(call, "retention"), *at = call_arg(call, "at");
	if (days && (!str_parse_int(str_from(days), &ret->retention_days) || ret->retention_days < 1 || ret->retention_days > DAYS_MAX)) {
		error_set(err, ERROR_INVALID, "retention is %.20s", days);
		return error_hint(err, "write a number of days: Azure keeps 7 to 35");
	}
	if (at && !wall_parse_iso(str_from(at), &ret->at)) {
		error_set(err, ERROR_INVALID, "\"%.40s\" is no moment", at);
		return error_hint(err, "write it as 2026-11-21T03:04:05Z; without a zone it is UTC");
	}
	return true;
}

static bool look(const Call *call, const char *name, const char *group, Reading *ret, Error *err) {
	AUTO(Json) *json = NULL;
	AzWanted wanted = {0};
	AzPostgres server;
	if (!group) {
		error_set(err, ERROR_MISSING, "no resource group is named");
		return error_hint(err, "write resource-group: into the environment file, or group= behind the probe");
	}
	AUTO_FREE char *name_word = bg_asprintf("--name=%s", name);
	AUTO_FREE char *group_word = bg_asprintf("--resource-group=%s", group);
	const char *words[] = {"postgres", "flexible-server", "show", group_word, name_word, NULL};
	if (!fits("server", name, err) || !fits("resource group", group, err) || !read_wanted(call, &wanted, err) || !az_ask(call, words, &json, err))
		return false;
	if (az_postgres_parse(json, name, &server)) {
		az_postgres_judge(&server, &wanted, wall_now(), ret);
		return true;
	}
	error_set(err, ERROR_PROTOCOL, "az tells of the server what cannot be");
	return error_hint(err, "run it by hand and look: az postgres flexible-server show");
}

void az_probe_postgres(const Call *call, Reading *ret) {
	Error err = {0};
	const char *name = call_arg(call, "server"), *group = call_arg(call, "group") ? call_arg(call, "group") : system_setting(call->system, "resource-group");
	AUTO_FREE char *place = bg_asprintf("server %s, resource group %s", name, group ? group : "not named");
	ret->by_name = true;
	if (!look(call, name, group, ret, &err)) {
		reading_set_error(ret, &err);
		if (err.kind == ERROR_MISSING && err.os_code == 404) {   /* Azure itself said that there is none: that is seen */
			ret->state = READING_FAIL;
			reading_fact_bool(ret, "exists", false);
			reading_fact_bool(ret, "reaches", false);
		}
	}
	reading_at_place(ret, NULL, place);
}
