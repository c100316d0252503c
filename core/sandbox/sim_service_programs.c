/* sim_service_programs.c: kubectl of the service's cluster, `az` for its database servers, and what its checkout has. What one does not know it refuses. */
#include "core/sandbox/sim_service_programs.h"
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/sandbox/sim_github_practice.h"
#include "core/sandbox/sim_program.h"

#define AZ_WITH_VALUE "--resource-group\0-g\0--name\0-n\0--output\0-o\0"
#define CHECKOUT "service"
#define CONFIG "terraform/application/config/production.tfvars.json"
#define CONFIG_MAX (64 * 1024)
#define SAS_DAYS 30
#define PG_DAYS 7
#define DAY_MS (24 * 60 * 60 * 1000LL)

/* ---- what they do ---- */

static void run_kubectl(void *system, SimRun *run, WallTime now) { sim_kubectl_run(((SimService *) system)->cluster, run, now); }

static const char *option(const SimRun *run, const char *name, const char *brief) {
	const char *value = sim_run_option(run, name);
	return value ? value : sim_run_option(run, brief);
}

static void delete_server(SimService *service, SimRun *run) {
	const char *group = option(run, "--resource-group", "-g"), *name = option(run, "--name", "-n");
	if (!group || !name)
		sim_run_refuse(run, 2, "the following arguments are required: --resource-group/-g, --name/-n");
	else if (!text_eq(group, SIM_SERVICE_GROUP))
		sim_run_refuse(run, 3, "(ResourceGroupNotFound) Resource group '%s' could not be found.", group);
	else if (!sim_run_has(run, "--yes") && !sim_run_has(run, "-y"))
		sim_run_refuse(run, 1, "Unable to prompt for confirmation as no tty available. Use --yes.");
	else if (!sim_service_delete_database(service, name))
		sim_run_refuse(run, 3, "(ResourceNotFound) The Resource 'Microsoft.DBforPostgreSQL/flexibleServers/%s' under resource group '%s' was not found.", name, group);
	else
		run->changes = true;
}

/* As az prints the resource, or the part of it that is read. A copy of a server can be restored only from its own first moment on. */
static void show_server(const SimService *service, SimRun *run, WallTime now) {
	const char *group = option(run, "--resource-group", "-g"), *name = option(run, "--name", "-n");
	const SimDatabase *database = name ? sim_service_database(service, name) : NULL;
	char first[WALL_TEXT_SIZE];
	if (!group || !name) {
		sim_run_refuse(run, 2, "the following arguments are required: --resource-group/-g, --name/-n");
	} else if (!text_eq(group, SIM_SERVICE_GROUP)) {
		sim_run_refuse(run, 3, "ERROR: (ResourceGroupNotFound) Resource group '%s' could not be found.", group);
	} else if (!database) {
		sim_run_refuse(run, 3, "ERROR: (ResourceNotFound) The Resource 'Microsoft.DBforPostgreSQL/flexibleServers/%s' under resource group '%s' was not found.", name, group);
	} else {
		WallTime kept = {now.ms - PG_DAYS * DAY_MS};
		buf_printf(&run->out, "{ \"name\": \"%s\", \"state\": \"Ready\", \"version\": \"14\", \"location\": \"UK South\", \"backup\": { \"backupRetentionDays\": %d, "
			"\"earliestRestoreDate\": \"%s\", \"geoRedundantBackup\": \"Disabled\" } }\n", database->name, PG_DAYS,
			wall_format_iso(database->made.ms > kept.ms ? database->made : kept, first));
	}
}

static void run_az(void *system, SimRun *run, WallTime now) {
	SimService *service = system;
	static const char *const PLACE[] = {"postgres", "flexible-server"};
	const char *verb = sim_run_word(run, 2, AZ_WITH_VALUE);
	sim_github_advance(service->github, now);   /* a run that has ended meanwhile has done its work */
	for (size_t i = 0; i < BG_LENGTH(PLACE); i++)
		if (!text_eq(sim_run_word(run, i, AZ_WITH_VALUE), PLACE[i]))
			verb = NULL;
	if (text_eq(verb, "delete"))
		delete_server(service, run);
	else if (text_eq(verb, "show"))
		show_server(service, run, now);
	else if (text_eq(verb, "list"))
		for (size_t i = 0; i < service->database_count; i++)
			buf_printf(&run->out, "%s\n", service->databases[i].name);
	else
		sim_run_refuse(run, 2, "the practice az knows postgres flexible-server list, show and delete only");
}

static void run_make(void *system, SimRun *run, WallTime now) {
	(void) system, (void) now;
	if (run->args.count == 1 && text_eq(run->args.items[0], "install-konduit"))
		buf_puts(&run->out, "konduit is in bin/konduit.sh\n");
	else
		sim_run_refuse(run, 2, "the practice make knows install-konduit only");
}

static void tell_count(const SimDatabase *database, SimRun *run) {
	buf_printf(&run->out, " applications\n--------------\n %12lld\n(1 row)\n", (long long) database->applications);
}

/* A session with a person: one question is understood, and how it is left. What else is typed is refused in words. */
static void talk(const SimDatabase *database, SimRun *run) {
	AUTO_FREE char *line = bg_strdup(run->line ? run->line : "");
	for (char *c = line; *c; c++)
		*c = (char) (*c >= 'A' && *c <= 'Z' ? *c + 'a' - 'A' : *c);
	Str words = str_trim(str_from(line));
	run->prompt = "=> ";
	if (!run->line)
		buf_puts(&run->out, "psql, as this drill plays it. SELECT count(*) FROM applications; tells how many there are, \\q leaves.\n");
	else if (str_eq_c(words, "\\q") || str_eq_c(words, "exit") || str_eq_c(words, "quit"))
		run->prompt = NULL;
	else if (str_starts(words, "select count(*)") && str_find(words, "from applications") >= 0)
		tell_count(database, run);
	else if (words.len)
		buf_puts(&run->err, "ERROR:  the practice psql knows SELECT count(*) FROM applications; and \\q only\n");
}

/* "konduit.sh -x [-s SERVER] DEPLOYMENT -- psql": a session where somebody sits, else what a look at its tables would tell. */
static void run_konduit(void *system, SimRun *run, WallTime now) {
	SimService *service = system;
	const char *server = sim_run_option(run, "-s"), *deployment = sim_run_word(run, 0, "-s\0");
	sim_github_advance(service->github, now);
	const SimDatabase *database = sim_service_database(service, server ? server : SIM_SERVICE_DATABASE);
	if (!text_eq(deployment, SIM_SERVICE_WEB) || !sim_run_has(run, "psql"))
		sim_run_refuse(run, 1, "the practice konduit knows -x [-s SERVER] " SIM_SERVICE_WEB " -- psql only");
	else if (!database)
		sim_run_refuse(run, 1, "there is no database server %s", server ? server : SIM_SERVICE_DATABASE);
	else if (run->terminal)
		talk(database, run);
	else {
		buf_puts(&run->out, "=> SELECT count(*) AS applications FROM applications;\n");
		tell_count(database, run);
	}
}

/* ---- git: of the checkout is played which branch it is on, and one file ---- */

static void push(SimService *service, SimRun *run) {
	const char *branch = sim_run_word(run, 2, "");
	AUTO_CLEAR(Buf) text = {0};
	AUTO_FREE char *path = path_join(run->folder, CONFIG);
	if (!branch || !text_eq(sim_run_word(run, 1, ""), "origin") || !text_eq(branch, service->branch)) {
		sim_run_refuse(run, 1, "error: src refspec %s does not match any", branch ? branch : "");
		return;
	}
	if (!file_read(path, CONFIG_MAX, &text, NULL)) {
		sim_run_refuse(run, 128, "fatal: not a git repository: %s is not here", CONFIG);
		return;
	}
	for (size_t i = service->keeping.count; i > 0; i--)
		if (text_eq(service->keeping.items[i - 1], branch))
			strlist_remove(&service->keeping, i - 1);
	if (str_find(buf_str(&text), "\"send_traffic_to_maintenance_page\": true") >= 0)
		strlist_add(&service->keeping, branch);
	if (!sim_github_has_branch(service->github, branch))
		sim_github_add_branch(service->github, branch);
	buf_printf(&run->err, "To github.com:" SIM_GITHUB_REPOSITORY ".git\n * [new branch]      %s -> %s\n", branch, branch);
	run->changes = true;
}

static void run_git(void *system, SimRun *run, WallTime now) {
	SimService *service = system;
	const char *verb = sim_run_word(run, 0, ""), *branch = sim_run_option(run, "--create");
	(void) now;
	if (text_eq(verb, "fetch") || text_eq(verb, "add") || text_eq(verb, "commit"))
		return;   /* what is pushed is the file as it is then */
	if (text_eq(verb, "push")) {
		push(service, run);
	} else if (text_eq(verb, "switch") && branch) {
		free(service->branch);
		service->branch = bg_strdup(branch);
		buf_printf(&run->err, "Switched to a new branch '%s'\n", branch);
	} else {
		sim_run_refuse(run, 1, "the practice git knows fetch, switch --create, add, commit and push only");
	}
}

static const SimCommand PROGRAMS[] = {
	{ "kubectl", "bin/kubectl", run_kubectl }, { "az", "bin/az", run_az }, { "make", "bin/make", run_make },
	{ "git", "bin/git", run_git }, { "konduit.sh", CHECKOUT "/bin/konduit.sh", run_konduit },
};

bool sim_service_start(const char *folder, const char *self, SimService *service, const SimCommandsOwner *owner, SimCommands **ret_commands, Error *err) {
	static const char TEXT[] = "{\n  \"environment\": \"production\",\n  \"send_traffic_to_maintenance_page\": false\n}\n";
	AUTO_FREE char *config = path_join(folder, CHECKOUT "/" CONFIG);
	AUTO_FREE char *place = path_folder(config);
	return file_make_folder(place, 0700, err) && file_write_atomic(config, TEXT, sizeof(TEXT) - 1, 0600, err)
		&& sim_commands_start(folder, self, PROGRAMS, BG_LENGTH(PROGRAMS), service, owner, ret_commands, err);
}

/* ---- the environment file ---- */

/* The day of last night's backup. */
static const char *newest_night(const SimService *service, char ret[static WALL_TEXT_SIZE]) {
	const SimBucket *bucket = sim_store_find(service->store, STR(SIM_SERVICE_CONTAINER));
	return wall_format_iso(bucket->objects[bucket->count - 1].modified, ret);
}

void sim_service_describe(const SimFolder *folder, Buf *out) {
	char day[WALL_TEXT_SIZE];
	const char *public_url = folder->urls[SIM_SYSTEM_SERVICE], *temporary = folder->urls[SIM_SYSTEM_SERVICE_TEMPORARY];
	buf_printf(out, "systems:\n"
		"  code:    { provider: github, url: \"%s\", repository: " SIM_GITHUB_REPOSITORY ", token: { file: secrets/github-token } }\n"
		"  cluster: { provider: k8s, program: [\"%s/bin/kubectl\"], namespace: " SIM_SERVICE_NAMESPACE " }\n"
		"  backups: { provider: azure, url: \"%s/" SIM_SERVICE_ACCOUNT "\", account: " SIM_SERVICE_ACCOUNT ", sas: { file: secrets/backups-sas } }\n"
		"  azure:   { provider: az, program: \"%s/bin/az\", resource-group: " SIM_SERVICE_GROUP " }\n"
		"  chat:    { provider: slack, url: \"%s/api\", token: { file: secrets/slack-token } }\n"
		"  cards:   { provider: trello, url: \"%s\", board: " SIM_TRELLO_BOARD ", list: To do, key: { file: secrets/trello-key }, token: { file: secrets/trello-token } }\n\n"
		"announce: { system: chat, channel: C0GENERAL }\n\n",
		folder->urls[SIM_SYSTEM_GITHUB], folder->folder, folder->urls[SIM_SYSTEM_AZURE], folder->folder, folder->urls[SIM_SYSTEM_SLACK], folder->urls[SIM_SYSTEM_TRELLO]);
	buf_printf(out, "probes:\n"
		"  - { name: main branch, probe: github.protection, system: code, branch: main, every: 10s }\n"
		"  - { name: nightly backup, probe: github.workflow, system: code, workflow: database-backup.yml, max-age: 26h, every: 10s }\n"
		"  - { name: backup files, probe: azure.container, system: backups, container: " SIM_SERVICE_CONTAINER ", max-age: 26h, retention: \"7\", shrink: \"50\", every: 20s }\n"
		"  - { name: database server, probe: az.postgres, system: azure, server: " SIM_SERVICE_DATABASE ", every: 10s }\n"
		"  - { name: web, probe: k8s.deployment, system: cluster, deployment: " SIM_SERVICE_WEB ", every: 10s }\n"
		"  - { name: worker, probe: k8s.deployment, system: cluster, deployment: " SIM_SERVICE_WORKER ", every: 10s }\n"
		"  - { name: site, probe: http, url: \"%s/\", text: applications are in work, absent: cannot be found, every: 10s }\n"
		SIM_FOLDER_READINESS "\n", public_url);
	buf_printf(out, "commands: { path: [bin], home: home }\n\n"
		"values:\n  repo: " SIM_GITHUB_REPOSITORY "\n  env: production\n  branch: main\n  namespace: " SIM_SERVICE_NAMESPACE "\n  deployment: " SIM_SERVICE_WEB "\n"
		"  pg_server: " SIM_SERVICE_DATABASE "\n  resource_group: " SIM_SERVICE_GROUP "\n  service_short: afap\n  env_short: prod\n"
		"  backup_day: \"%.10s\"\n  commit: " SIM_SERVICE_COMMIT "\n"
		"  public_url: \"%s/\"\n  temp_url: \"%s/\"\n  checkout: \"%s/" CHECKOUT "\"\n", newest_night(folder->world->service, day), public_url, temporary, folder->folder);
}

static bool write_secret(const SimFolder *folder, const char *name, const char *secret, Error *err) {
	AUTO_FREE char *path = path_join(folder->folder, name);
	return file_write_atomic(path, secret, strlen(secret), 0600, err);
}

bool sim_service_write(const SimFolder *folder, Error *err) {
	AUTO_FREE char *sas = sim_azure_sas(&folder->world->service->azure, SIM_SERVICE_CONTAINER, "rl", (WallTime) { wall_now().ms + SAS_DAYS * DAY_MS });
	const SimWorld *world = folder->world;
	return write_secret(folder, "secrets/backups-sas", sas, err) && write_secret(folder, "secrets/slack-token", world->slack_token, err)
		&& write_secret(folder, "secrets/trello-key", world->trello_key, err) && write_secret(folder, "secrets/trello-token", world->trello_token, err);
}
