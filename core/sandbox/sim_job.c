/* sim_job.c: see sim_job.h. */
#include "core/sandbox/sim_job.h"
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/sandbox/sim_backup.h"

/* Of the backup's cronjob, by its container's name: a set on the backup node, as its script makes one. */
static bool is_backup(const SimResource *job) {
	const Json *template = json_get(json_get(json_get(job->manifest, "spec"), "template"), "spec");
	return text_eq(json_get_string(json_at(json_get(template, "containers"), 0), "name"), "backup");
}

static const SimNode *backup_node(const SimCluster *cluster) {
	for (size_t i = 0; i < cluster->node_count; i++)
		if (text_eq(cluster->nodes[i].role, "backup") && sim_node_is_ready(cluster, &cluster->nodes[i]))
			return &cluster->nodes[i];
	return NULL;
}

static void end(SimResource *job, bool failed, char *said_take) {
	job->ended = true;
	job->failed = failed;
	free(job->said);
	job->said = said_take;
}

static void back_up(SimCluster *cluster, SimResource *job, WallTime now) {
	const SimNode *node = backup_node(cluster);
	char text[WALL_TEXT_SIZE];
	Error err = {0};
	if (!node) {
		end(job, true, bg_strdup("no node is there for backups\n"));
		return;
	}
	wall_format_iso(now, text);
	job->place = bg_strdup(node->name);
	AUTO_FREE char *name = bg_asprintf("%.4s%.2s%.2s", text, text + 5, text + 8);
	AUTO_FREE char *root = sim_cluster_backups(cluster, node);
	AUTO_FREE char *daily = path_join(root, "daily");
	SimBackup backup = {.root = daily, .name = name, .type = "daily", .made = now};
	if (file_make_folder(daily, 0700, &err) && sim_backup_write(cluster->couch, &backup, &err))
		end(job, false, bg_asprintf("backup %s is made\n", name));
	else
		end(job, true, bg_asprintf("backup %s failed: %s\n", name, err.why));
}

void sim_job_start(SimCluster *cluster, SimResource *job, WallTime now) {
	if (is_backup(job))
		back_up(cluster, job, now);
	else if (sim_job_is_restore(job))
		sim_job_step_restore(cluster, job);
	else
		end(job, true, bg_strdup("the practice cluster runs no container of this job; it plays the daily backup and the restore Job only\n"));
}

void sim_job_look(SimCluster *cluster, SimResource *job) {
	if (job->kind == SIM_JOB && !job->ended)
		sim_job_step_restore(cluster, job);
}

bool sim_job_finish(SimCluster *cluster, SimResource *job) {
	size_t before = 0, after = 1;
	while (!job->ended && before != after) {
		before = job->step + (job->said != NULL);
		sim_job_look(cluster, job);
		after = job->step + (job->said != NULL);
	}
	return job->ended;
}
