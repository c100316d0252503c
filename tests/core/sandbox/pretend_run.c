/* pretend_run.c: see pretend_run.h. */
#include "pretend_run.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/sandbox/sim_scripts.h"

static const WallTime NOW = {1790000000000};

void pretend_begin(Pretend *pretend) {
	Error err = {0};
	*pretend = (Pretend){.cluster = sim_cluster_new(NOW), .folder = temp_folder()};
	pretend->cluster->folder = bg_strdup(pretend->folder.path);
	sim_cluster_add_node(pretend->cluster, "node2-new", "4a1:b2:11::10");
	assert_ok(sim_checkout_write(pretend->cluster, "node1 node2 node3 node4", "admin", "/key", &err), &err);
}

void pretend_clear(Pretend *pretend) {
	free(pretend->said);
	sim_cluster_free(pretend->cluster);
	temp_folder_clear(&pretend->folder);
}

int pretend_run(Pretend *pretend, const char *machine, const char *line, const char *input) {
	SimRun run = {.machine = machine, .folder = pretend->folder.path, .input = str_from(input)};
	strlist_split(&run.args, str_from(line), ' ');
	AUTO_FREE char *program = bg_strdup(run.args.items[0]);
	strlist_remove(&run.args, 0);
	run.program = program;
	cr_assert(sim_program_run(pretend->cluster, &run, NOW), "no program %s", program);
	sim_cluster_settle(pretend->cluster);
	free(pretend->said);
	pretend->said = bg_asprintf("%s%s", buf_text(&run.out), buf_text(&run.err));
	pretend->status = run.status;
	pretend->changed = run.changes;
	strlist_clear(&run.args);
	buf_clear(&run.out);
	buf_clear(&run.err);
	return run.status;
}
