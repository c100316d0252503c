/* sim_hosted_programs.c: `kubectl` of two namespaces, and `inv` as the project's tasks speak. What one does not know it refuses. */
#include "core/sandbox/sim_hosted_programs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/sandbox/sim_program.h"

#define CHECKOUT "project"
#define ARCHIVE_MAX (64 * 1024)
#define HEADER "-- pages: "

static void run_kubectl(void *system, SimRun *run, WallTime now) {
	const char *space = sim_run_option(run, "-n");
	space = space ? space : sim_run_option(run, "--namespace");
	SimCluster *cluster = sim_hosted_namespace(system, space ? space : "default");
	if (cluster)
		sim_kubectl_run(cluster, run, now);
	else if (sim_run_has(run, "version"))
		sim_kubectl_run(((SimHosted *) system)->dr, run, now);
	else
		sim_run_refuse(run, 1, "Error from server (NotFound): namespaces \"%s\" not found", space ? space : "default");
}

/* ---- inv ---- */

static char *archive_path(const SimRun *run, const char *name) { return path_join(run->folder, name); }

static void fetch_backup(SimRun *run, WallTime now) {
	char iso[WALL_TEXT_SIZE];
	AUTO_FREE char *name = bg_asprintf("project-production-%.10s.dump", wall_format_iso(now, iso));
	AUTO_FREE char *path = archive_path(run, name);
	AUTO_FREE char *text = bg_asprintf(HEADER "%d\n", SIM_HOSTED_PAGES);
	Error err = {0};
	if (file_write_atomic(path, text, strlen(text), 0600, &err))
		buf_printf(&run->out, "downloading the newest archive of production\nwrote %s\n", name);
	else
		sim_run_refuse(run, 1, "cannot write %s: %s", name, err.why);
}

static void restore(SimHosted *hosted, SimRun *run) {
	const char *name = sim_run_option(run, "--filename");
	AUTO_FREE char *path = archive_path(run, name ? name : "");
	AUTO_CLEAR(Buf) text = {0};
	Str line = {0}, rest;
	if (!name || !*name || strchr(name, '/') || !file_read(path, ARCHIVE_MAX, &text, NULL)) {
		sim_run_refuse(run, 1, "there is no archive %s here: inv utils.get-db-backup fetches one", name ? name : "");
		return;
	}
	rest = buf_str(&text);
	if (!str_starts(rest, HEADER) || !str_split(&rest, '\n', &line) || !str_parse_int(str_slice(line, strlen(HEADER), line.len), &hosted->pages)) {
		sim_run_refuse(run, 1, "pg_restore: error: input file does not appear to be a valid archive");
		return;
	}
	buf_printf(&run->out, "restored %s into the database of " SIM_HOSTED_DR "\n", name);
	run->changes = true;
}

static void deploy(SimHosted *hosted, SimRun *run) {
	const char *tag = sim_run_option(run, "--tag");
	run->changes = tag && sim_hosted_deploy(hosted, tag);
	if (run->changes)
		buf_printf(&run->out, "deployed registry.sandbox/project:%s to " SIM_HOSTED_DR "\n", tag);
	else
		sim_run_refuse(run, 1, "registry.sandbox/project has no image %s", tag ? tag : "without a tag");
}

static void run_inv(void *system, SimRun *run, WallTime now) {
	const char *first = sim_run_word(run, 0, ""), *second = sim_run_word(run, 1, "");
	if (text_eq(first, "utils.get-db-backup"))
		fetch_backup(run, now);
	else if (text_eq(first, "dr") && text_eq(second, "deploy.db-restore"))
		restore(system, run);
	else if (text_eq(first, "dr") && text_eq(second, "deploy"))
		deploy(system, run);
	else
		sim_run_refuse(run, 1, "the practice inv knows utils.get-db-backup, dr deploy.db-restore and dr deploy only");
}

static const SimCommand PROGRAMS[] = { { "kubectl", "bin/kubectl", run_kubectl }, { "inv", "bin/inv", run_inv } };

bool sim_hosted_start(const char *folder, const char *self, SimHosted *hosted, const SimCommandsOwner *owner, SimCommands **ret_commands, Error *err) {
	AUTO_FREE char *checkout = path_join(folder, CHECKOUT);
	return file_make_folder(checkout, 0700, err) && sim_commands_start(folder, self, PROGRAMS, BG_LENGTH(PROGRAMS), hosted, owner, ret_commands, err);
}

/* ---- the environment file ---- */

void sim_hosted_describe(const SimFolder *folder, Buf *out) {
	buf_printf(out, "dedicated: true\n\nsystems:\n  cluster: { provider: k8s, program: [\"%s/bin/kubectl\"], namespace: " SIM_HOSTED_DR " }\n\n", folder->folder);
	buf_puts(out, "probes:\n"
		"  - { name: disaster recovery, probe: k8s.deployment, system: cluster, namespace: " SIM_HOSTED_DR ", deployment: app, every: 10s }\n"
		"  - { name: production, probe: k8s.deployment, system: cluster, namespace: " SIM_HOSTED_PRODUCTION ", deployment: app, every: 10s }\n"
		SIM_FOLDER_READINESS "\n");
	buf_printf(out, "commands: { path: [bin], home: home }\n\n"
		"values:\n  checkout: \"%s/" CHECKOUT "\"\n  namespace: " SIM_HOSTED_DR "\n  production: " SIM_HOSTED_PRODUCTION "\n  dr_url: \"%s/\"\n", folder->folder, folder->urls[SIM_SYSTEM_DR]);
}
