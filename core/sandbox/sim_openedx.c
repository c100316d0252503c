/* sim_openedx.c: see sim_openedx.h. */
#include "core/sandbox/sim_openedx.h"
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/sandbox/sim_openedx_parts.h"
#include "core/sandbox/sim_program.h"

static void tell_change(const SimOpenedx *openedx, const SimRun *run) {
	AUTO_CLEAR(Buf) line = {0};
	sim_run_tell(run, &line);
	openedx->owner.changed(openedx->owner.userdata, buf_text(&line));
}

static void on_run(void *userdata, SimRun *run) {
	SimOpenedx *openedx = userdata;
	pthread_mutex_lock(&openedx->world->lock);
	if (!sim_program_run(openedx->world->cluster, run, wall_now()))
		sim_run_refuse(run, 127, "the sandbox pretends no program %s", run->program);
	else if (run->changes)
		tell_change(openedx, run);
	sim_openedx_settle(openedx);
	pthread_mutex_unlock(&openedx->world->lock);
}

void sim_openedx_settle(SimOpenedx *openedx) {
	SimCluster *cluster = openedx->world->cluster;
	Error err = {0};
	sim_cluster_settle(cluster);
	for (size_t i = 0; i < cluster->node_count; i++) {
		const SimNode *node = &cluster->nodes[i];
		bool is_new = !sim_machines_port(openedx->machines, node->name);
		if (is_new && (!sim_machines_add(openedx->machines, node->name, &err) || !sim_openedx_write_machines(openedx, &err)))
			continue;   /* it stays a machine that nobody can reach, as whoever tries is told */
		sim_machines_power(openedx->machines, node->name, node->is_up);
	}
	sim_machines_overlay(openedx->machines, sim_cluster_is_near(cluster));
}

static bool write_programs(const SimOpenedx *openedx, Error *err) {
	const SimProgram *program;
	for (size_t i = 0; (program = sim_program_at(i)); i++) {
		AUTO_FREE char *path = path_join(openedx->folder, program->path);
		AUTO_FREE char *folder = path_folder(path);
		if (!file_make_folder(folder, 0700, err) || !sim_pretend_write(openedx->folder, openedx->self, path, program->name, err))
			return false;
	}
	return true;
}

/* Machines that cannot be made are told here, and by the board where one comes later. */
static bool make_machines(SimOpenedx *openedx, Error *err) {
	const SimCluster *cluster = openedx->world->cluster;
	for (size_t i = 0; i < cluster->node_count; i++)
		if (!sim_machines_add(openedx->machines, cluster->nodes[i].name, err))
			return false;
	sim_openedx_settle(openedx);
	return true;
}

bool sim_openedx_start(const char *folder, const char *self, SimWorld *world, const SimOpenedxOwner *owner, SimOpenedx **ret_openedx, Error *err) {
	AUTO(SimOpenedx) *openedx = bg_calloc(1, sizeof(*openedx));
	*openedx = (SimOpenedx){.folder = bg_strdup(folder), .self = bg_strdup(self), .world = world, .owner = *owner};
	world->cluster->folder = bg_strdup(folder);
	if (!sim_dns_start(&world->cluster->zone, &world->lock, &openedx->dns, err))
		return false;
	if (!sim_machines_start(folder, self, SIM_SSHD_PLACES, &openedx->machines, err) || !make_machines(openedx, err) || !write_programs(openedx, err)
		|| !sim_openedx_write(openedx, err) || !sim_pretend_start(folder, on_run, openedx, &openedx->pretend, err))
		return false;
	*ret_openedx = TAKE(openedx);
	return true;
}

SimOpenedx *sim_openedx_stop(SimOpenedx *openedx) {
	if (!openedx)
		return NULL;
	sim_pretend_stop(openedx->pretend);
	sim_machines_stop(openedx->machines);
	sim_dns_stop(openedx->dns);
	free(openedx->folder);
	free(openedx->self);
	free(openedx);
	return NULL;
}

