/* sim_folder.c: see sim_folder.h. Secrets stand in files of their own that only their owner can read. */
#include "core/sandbox/sim_folder.h"
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/sandbox/sim_crypto.h"
#include "core/sandbox/sim_hosted_programs.h"
#include "core/sandbox/sim_openedx.h"
#include "core/sandbox/sim_service_programs.h"

#define MANIFEST_MAX (1024u * 1024)
#define NOBODY_ANSWERS "\"an invented number: say aloud what you would ask for\""

static bool write_text(const SimFolder *folder, const char *name, const char *text, unsigned mode, Error *err) {
	AUTO_FREE char *path = path_join(folder->folder, name);
	return file_write_atomic(path, text, strlen(text), mode, err);
}

/* The practice signers are people of this folder alone: their keys are made now and count nowhere else. */
static bool write_signer(const SimFolder *folder, const char *name, Buf *allowed, Error *err) {
	AUTO_CLEAR(Buf) private_key = {0};
	AUTO_CLEAR(Buf) public_key = {0};
	AUTO_FREE char *path = bg_asprintf("signers/%s", name);
	AUTO_FREE char *public_path = bg_asprintf("signers/%s.pub", name);
	AUTO_FREE char *comment = bg_asprintf("%s@sandbox", name);
	if (!sim_make_ssh_key(comment, &private_key, &public_key, err) || !write_text(folder, path, buf_text(&private_key), 0600, err))
		return false;
	buf_printf(allowed, "%s namespaces=\"signoff@breakglass,badge@breakglass\" %s\n", name, buf_text(&public_key));
	buf_putc(&public_key, '\n');
	return write_text(folder, public_path, buf_text(&public_key), 0644, err);
}

static void login_name(Buf *out) {
	const struct passwd *entry = getpwuid(getuid());   /* before any server thread could ask: the folder is written by one thread */
	if (entry)
		buf_puts(out, entry->pw_name);
	else
		buf_printf(out, "uid-%u", (unsigned) getuid());
}

static void describe_ocw(const SimFolder *folder, Buf *out) {
	buf_printf(out, "systems:\n"
		"  ci:      { provider: concourse, url: \"%s\", team: main, token: { file: secrets/concourse-token } }\n"
		"  cdn:     { provider: fastly, url: \"%s\", service: " SIM_SERVICE ", token: { file: secrets/fastly-key } }\n"
		"  content: { provider: s3, endpoint: \"%s\", region: " SIM_REGION ", access-key-id: { file: secrets/s3-key-id },\n"
		"             secret-access-key: { file: secrets/s3-secret } }\n"
		"  site:    { provider: http, url: \"%s\" }\n\n", folder->urls[SIM_SYSTEM_CONCOURSE], folder->urls[SIM_SYSTEM_FASTLY],
		folder->urls[SIM_SYSTEM_S3], folder->urls[SIM_SYSTEM_SITE]);
	buf_puts(out, "probes:\n"
		"  - { name: site pages, probe: http, system: site, sample: 40, text: Course Description, every: 10s, budget: 60s }\n"
		"  - { name: backup job, probe: concourse.job, system: ci, pipeline: " SIM_PIPELINE_NAME ", job: " SIM_JOB_NAME ", every: 10s, max-age: 26h }\n"
		"  - { name: backup pipeline, probe: concourse.pipeline, system: ci, pipeline: " SIM_PIPELINE_NAME ", every: 10s }\n"
		"  - { name: backup bucket, probe: s3.bucket, system: content, bucket: " SIM_BACKUP_BUCKET ", every: 20s }\n"
		"  - { name: live bucket, probe: s3.bucket, system: content, bucket: " SIM_LIVE_BUCKET ", every: 20s }\n"
		"  - { name: fastly live, probe: fastly.service, system: cdn, service: " SIM_SERVICE ", serves: " SIM_LIVE_BUCKET ", backup: " SIM_BACKUP_BUCKET ", every: 10s }\n"
		SIM_FOLDER_READINESS "\n");
	buf_printf(out, "values: { site: live, env: production, service: " SIM_SERVICE ", ocw_url: \"%s\" }\n\n"
		"damage: { live: live bucket, backup: backup job, bucket: backup bucket, since: published }\n", folder->urls[SIM_SYSTEM_SITE]);
}

/* Numbers that are set aside for stories: whoever dials one disturbs nobody. */
static const char OCW_CONTACTS[] =
	"contacts:\n"
	"  - { name: CDN support (practice), role: whose service the site goes through, phone: \"+1 555 0161\", hours: always, note: " NOBODY_ANSWERS " }\n"
	"  - { name: Content team (practice), role: who published, phone: \"+1 555 0162\", hours: Mon-Fri 13-22 UTC, note: " NOBODY_ANSWERS " }\n\n";
static const char OPENEDX_CONTACTS[] =
	"contacts:\n"
	"  - { name: Website admin (practice), role: the emergency contact of both guides, phone: \"+1 555 0102\", hours: always, note: " NOBODY_ANSWERS " }\n"
	"  - { name: Domain registrar (practice), role: publishes the records of the domain, phone: \"+1 555 0150\", note: " NOBODY_ANSWERS " }\n"
	"  - { name: Beside the machines (practice), role: can see whether one has power, phone: \"+1 555 0160\", hours: Mon-Fri 8-18 UTC, note: " NOBODY_ANSWERS " }\n\n";

static const char SERVICE_CONTACTS[] =
	"contacts:\n"
	"  - { name: Repository administrators (practice), role: may change the rules of main, phone: \"+1 555 0163\", hours: always, note: " NOBODY_ANSWERS " }\n"
	"  - { name: Developers on call (practice), role: who must not merge now, phone: \"+1 555 0164\", hours: Mon-Fri 8-18 UTC, note: " NOBODY_ANSWERS " }\n\n";

static const char HOSTED_CONTACTS[] =
	"contacts:\n"
	"  - { name: Project's developers (practice), role: know what the site should show, phone: \"+1 555 0165\", hours: Mon-Fri 13-22 UTC, note: " NOBODY_ANSWERS " }\n\n";

/* The screen tells it too: a terminal's text is gone as soon as the screen is there. */
static void put_briefing(const SimFolder *folder, Buf *out) {
	const SimScenario *scenario = sim_scenario_find(folder->scenario);
	Str rest = str_from(scenario->story), line;
	buf_puts(out, "briefing:\n  story: >-\n");
	while (str_split(&rest, '\n', &line))
		buf_printf(out, "    %.*s\n", STR_ARG(line));
	if (scenario->procedure)
		buf_printf(out, "  procedure: %s\n", scenario->procedure);
	buf_putc(out, '\n');
}

static void write_yaml(const SimFolder *folder, Buf *out) {
	AUTO_CLEAR(Buf) login = {0};
	login_name(&login);
	buf_printf(out, "# Made by breakglass for a drill (scenario %s). Everything in it is simulated on this machine; keys and tokens count nowhere else.\n"
		"name: %s\nkind: drill\n", folder->scenario, folder->drill);
	if (folder->playbooks) {
		/* Those of the systems that are played; another folder is taken as it is. */
		static const char *const FAMILIES[] = {[SIM_ESTATE_OCW] = "ocw-content", [SIM_ESTATE_OPENEDX] = "openedx-ha", [SIM_ESTATE_SERVICE] = "teacher-services",
			[SIM_ESTATE_HOSTED] = "hosted-projects"};
		AUTO_FREE char *family = path_join(folder->playbooks, FAMILIES[folder->world->estate]);
		buf_printf(out, "playbooks: [\"%s\"]\n", file_is_folder(family) ? family : folder->playbooks);
	}
	/* The teams of these two work in London; those who type a time see it there, too. */
	if (folder->world->estate == SIM_ESTATE_SERVICE || folder->world->estate == SIM_ESTATE_HOSTED)
		buf_puts(out, "zones: [Europe/London]\n");
	buf_printf(out, "objective: 60m\n\npeople:\n"
		"  - { name: eng-practice, login: \"%s\", roles: [engineering], contact: \"practice signer of this drill\" }\n"
		"  - { name: prod-practice, roles: [product], contact: \"practice signer of this drill\" }\n\n"
		"signers: allowed_signers\nsignoff:\n  validity: 15m\n  plan-age: 10m\n  keys: [signers/eng-practice, signers/prod-practice]\n\n", buf_text(&login));
	static const char *const CONTACTS[] = {[SIM_ESTATE_OCW] = OCW_CONTACTS, [SIM_ESTATE_OPENEDX] = OPENEDX_CONTACTS, [SIM_ESTATE_SERVICE] = SERVICE_CONTACTS,
		[SIM_ESTATE_HOSTED] = HOSTED_CONTACTS};
	buf_puts(out, CONTACTS[folder->world->estate]);
	if (folder->openedx) {
		put_briefing(folder, out);
		sim_openedx_describe(folder->openedx, folder, buf_text(&login), out);
	} else if (folder->world->github) {
		put_briefing(folder, out);
		sim_service_describe(folder, out);
	} else if (folder->world->hosted) {
		put_briefing(folder, out);
		sim_hosted_describe(folder, out);
	} else {
		describe_ocw(folder, out);   /* its board tells by itself what is damaged, and what to do first */
	}
}

/* What a team keeps beside its runbook: the pipeline to set anew when it was destroyed, and the values of its variables. */
static const char PIPELINE[] =
	"# concourse.set-pipeline, or: fly set-pipeline -p " SIM_PIPELINE_NAME " -c this file -l vars-backup-production.yml\n"
	"resources:\n"
	"- name: schedule\n"
	"  type: time\n"
	"  source: { interval: ((interval)) }\n"
	"jobs:\n"
	"- name: " SIM_JOB_NAME "\n"
	"  plan:\n"
	"  - { get: schedule, trigger: true }\n"
	"  - task: sync\n"
	"    config:\n"
	"      platform: linux\n"
	"      run: { path: aws, args: [s3, sync, --delete] }\n"
	"    params:\n"
	"      SOURCE_BUCKET: ocw-content-live-((env))\n"
	"      TARGET_BUCKET: ocw-content-backup-live-((env))\n";

static bool write_pipeline(const SimFolder *folder, Error *err) {
	const SimPipeline *pipeline = sim_pipeline_find(&folder->world->pipelines, SIM_CONCOURSE_TEAM, SIM_PIPELINE_NAME);
	const SimJob *job = pipeline ? sim_job_find(pipeline, SIM_JOB_NAME) : NULL;
	AUTO_FREE char *vars = bg_asprintf("env: production\ninterval: %llds\n", job ? (long long) job->interval_ms / 1000 : 86400LL);
	return write_text(folder, SIM_PIPELINE_NAME ".yml", PIPELINE, 0644, err)
		&& write_text(folder, "vars-backup-production.yml", vars, 0644, err);
}

static bool write_ocw(const SimFolder *folder, Error *err) {
	return write_text(folder, "secrets/concourse-token", folder->world->concourse_token, 0600, err)
		&& write_text(folder, "secrets/fastly-key", folder->world->fastly_key, 0600, err)
		&& write_text(folder, "secrets/s3-key-id", folder->world->access_key, 0600, err)
		&& write_text(folder, "secrets/s3-secret", folder->world->secret_key, 0600, err)
		&& write_pipeline(folder, err);
}

/* Beside the environment file, where the playbook looks for it; another folder of playbooks may have none. */
static bool copy_restore_job(const SimFolder *folder, Error *err) {
	AUTO_CLEAR(Buf) text = {0};
	AUTO_FREE char *path = bg_asprintf("%s/openedx-ha/restore-job.yaml", folder->playbooks ? folder->playbooks : "");
	if (!folder->openedx || !file_exists(path))
		return true;
	return file_read(path, MANIFEST_MAX, &text, err) && write_text(folder, "restore-job.yaml", buf_text(&text), 0600, err);
}

bool sim_folder_write(const SimFolder *folder, Error *err) {
	static const char *const PARTS[] = { "secrets", "signers" };
	AUTO_CLEAR(Buf) allowed = {0};
	AUTO_CLEAR(Buf) yaml = {0};
	for (size_t i = 0; i < BG_LENGTH(PARTS); i++) {
		AUTO_FREE char *path = path_join(folder->folder, PARTS[i]);
		if (!file_make_folder(path, 0700, err))
			return false;
	}
	write_yaml(folder, &yaml);
	return write_signer(folder, "eng-practice", &allowed, err) && write_signer(folder, "prod-practice", &allowed, err)
		&& write_text(folder, "allowed_signers", buf_text(&allowed), 0644, err)
		&& (!folder->world->concourse || write_ocw(folder, err))
		&& (!folder->world->github || write_text(folder, "secrets/github-token", folder->world->github_token, 0600, err))
		&& (!folder->world->service || sim_service_write(folder, err)) && copy_restore_job(folder, err)
		&& write_text(folder, "environment.yaml", buf_text(&yaml), 0600, err);
}
