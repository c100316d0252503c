/* sim_program.h: what the pretended programs do: a table of them. What one does not know it refuses in words, and never pretends that it worked. */
#pragma once
#include "core/sandbox/sim_cluster.h"
#include "core/sandbox/sim_pretend.h"

typedef struct SimProgram {
	const char *name;
	const char *path;                  /* where it is, below the sandbox's folder: "bin/kubectl", "machine-bin/systemctl" */
	void (*run)(SimCluster *cluster, SimRun *run, WallTime now);
} SimProgram;
const SimProgram *sim_program_at(size_t index);        /* NULL past the last */
/* Runs it; false when there is none of that name. */
bool sim_program_run(SimCluster *cluster, SimRun *run, WallTime now);

/* ---- what they share ---- */

/* The word after the options: NULL past the last. An option that takes a value has it behind "=", or is in `with_value` ("-n\0--namespace\0"). */
const char *sim_run_word(const SimRun *run, size_t index, const char *with_value);
/* The value of --name=VALUE or of --name VALUE; NULL if it is not there. */
const char *sim_run_option(const SimRun *run, const char *name);
bool sim_run_has(const SimRun *run, const char *word);
/* "node1 systemctl stop k3s 0": where it was run, what, and how it ended. */
void sim_run_tell(const SimRun *run, Buf *out);
/* "the practice kubectl does not know ...", on stderr; its status is then not 0. */
void sim_run_refuse(SimRun *run, int status, const char *format, ...) BG_PRINTF(3, 4);

/* ---- the programs ---- */

void sim_kubectl_run(SimCluster *cluster, SimRun *run, WallTime now);
void sim_systemctl_run(SimCluster *cluster, SimRun *run, WallTime now);
void sim_ping_run(SimCluster *cluster, SimRun *run, WallTime now);
/* Of the practice domain: what is published. */
void sim_registrar_run(SimCluster *cluster, SimRun *run, WallTime now);
/* Its k3s starts, and reads its configuration. */
void sim_machine_start_k3s(SimNode *node);
/* On machines, as root: nothing of the real machine is touched. */
void sim_sudo_run(SimCluster *cluster, SimRun *run, WallTime now);
void sim_k3s_run(SimCluster *cluster, SimRun *run, WallTime now);
void sim_df_run(SimCluster *cluster, SimRun *run, WallTime now);
