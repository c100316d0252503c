/* sim_program.c: see sim_program.h. */
#include "core/sandbox/sim_program.h"
#include "core/sandbox/sim_scripts.h"
#include <stdarg.h>
#include <string.h>

static const SimProgram PROGRAMS[] = {
	{"kubectl", "bin/kubectl", sim_kubectl_run},
	{"deploy.sh", SIM_CHECKOUT "/deploy.sh", sim_deploy_run},
	{"add-node.sh", SIM_CHECKOUT "/scripts/cluster/add-node.sh", sim_add_node_run},
	{"remove-node.sh", SIM_CHECKOUT "/scripts/cluster/remove-node.sh", sim_remove_node_run},
	{"generate-configs.sh", SIM_CHECKOUT "/scripts/generate-configs.sh", sim_generate_configs_run},
	{"setup-couchdb-cluster.sh", SIM_CHECKOUT "/scripts/setup-couchdb-cluster.sh", sim_setup_couchdb_run},
	{"ping", "bin/ping", sim_ping_run},
	{"registrar", "bin/registrar", sim_registrar_run},
	{"sudo", "machine-bin/sudo", sim_sudo_run},
	{"k3s", "machine-bin/k3s", sim_k3s_run},
	{"systemctl", "machine-bin/systemctl", sim_systemctl_run},
	{"df", "machine-bin/df", sim_df_run},
};

const SimProgram *sim_program_at(size_t index) { return index < BG_LENGTH(PROGRAMS) ? &PROGRAMS[index] : NULL; }

bool sim_program_run(SimCluster *cluster, SimRun *run, WallTime now) {
	for (size_t i = 0; i < BG_LENGTH(PROGRAMS); i++) {
		if (!text_eq(PROGRAMS[i].name, run->program))
			continue;
		PROGRAMS[i].run(cluster, run, now);
		return true;
	}
	return false;
}

static bool takes_value(const char *word, const char *with_value) {
	for (; with_value && *with_value; with_value += strlen(with_value) + 1)
		if (text_eq(word, with_value))
			return true;
	return false;
}

const char *sim_run_word(const SimRun *run, size_t index, const char *with_value) {
	for (size_t i = 0; i < run->args.count; i++) {
		const char *word = run->args.items[i];
		if (takes_value(word, with_value))
			i++;
		else if ((*word != '-' || text_eq(word, "-")) && index-- == 0)
			return word;
	}
	return NULL;
}

const char *sim_run_option(const SimRun *run, const char *name) {
	size_t len = strlen(name);
	for (size_t i = 0; i < run->args.count; i++) {
		const char *word = run->args.items[i];
		if (text_eq(word, name))
			return i + 1 < run->args.count ? run->args.items[i + 1] : NULL;
		if (strncmp(word, name, len) == 0 && word[len] == '=')
			return word + len + 1;
	}
	return NULL;
}

void sim_run_tell(const SimRun *run, Buf *out) {
	buf_printf(out, "%s%s%s", run->machine, *run->machine ? " " : "", run->program);
	for (size_t i = 0; i < run->args.count; i++)
		buf_printf(out, " %s", run->args.items[i]);
	buf_printf(out, " %d", run->status);
}

bool sim_run_has(const SimRun *run, const char *word) { return strlist_has(&run->args, word); }

void sim_run_refuse(SimRun *run, int status, const char *format, ...) {
	va_list args;
	va_start(args, format);
	buf_vprintf(&run->err, format, args);
	va_end(args);
	buf_putc(&run->err, '\n');
	run->status = status;
}
