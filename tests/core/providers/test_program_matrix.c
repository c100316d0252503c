/* Every probe that asks a program against every fault of that program: never green, the right state, one line that helps. And answers of the wrong
 * shape, node by node, which are refused, not green, or tell the very same. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/providers/az/az.h"
#include "core/providers/k8s/k8s.h"
#include "mutate.h"
#include "program_rows.h"

#define NOW "1795230000000"

typedef enum Wrong { NOTHING_WRONG, NOT_THERE, NOT_EXECUTABLE, SAYS } Wrong;

typedef struct ProgramFault {
	const char *name;
	Wrong wrong;
	const char *script;        /* after "#!/bin/sh"; GOOD stands for a file with the good answer */
	const char *says;          /* what the beginning of the text must say; NULL = anything */
	bool slow, silent, spoils_a_line;
} ProgramFault;

static const ProgramFault FAULTS[] = {
	{"not there", NOT_THERE, NULL, "there is no program", false, false, false},
	{"not executable", NOT_EXECUTABLE, "cat GOOD", "there is no program", false, false, false},
	{"exit 1 without a word", SAYS, "exit 1", NULL, false, false, false},
	{"exit 1 with noise", SAYS, "printf '\\033[31mred\\033[0m\\r\\nmore\\a' >&2; exit 1", NULL, false, false, false},
	{"exit 1 after a whole answer", SAYS, "cat GOOD; echo 'Error from server (Forbidden): no' >&2; exit 1", NULL, false, false, false},
	{"exit 255 without a word", SAYS, "exit 255", NULL, false, false, false},
	{"exit 0 without a word", SAYS, "exit 0", NULL, false, true, false},
	{"killed", SAYS, "kill -9 $$", NULL, false, false, false},
	{"killed after half of an answer", SAYS, "head -c 60 GOOD; kill -9 $$", NULL, false, false, false},
	{"hangs", SAYS, "exec sleep 1000", NULL, true, false, false},
	{"hangs and ignores its end", SAYS, "trap '' TERM; while :; do sleep 1000; done", NULL, true, false, false},
	{"hangs after a whole answer", SAYS, "cat GOOD; exec sleep 1000", NULL, true, false, false},
	{"floods", SAYS, "exec yes", NULL, true, false, false},
	{"says something else", SAYS, "echo hello", NULL, false, false, false},
	{"half of an answer", SAYS, "head -c 60 GOOD", NULL, false, false, false},
	{"an answer without its last byte", SAYS, "s=$(wc -c <GOOD); head -c $((s - 1)) GOOD | tr -d '\\n'", NULL, false, false, false},
	{"the answer of something else", SAYS, "echo '{\"kind\":\"Status\",\"status\":\"Failure\",\"metadata\":{\"name\":\"web\"}}'", NULL, false, false, false},
	{"a NUL", SAYS, "printf '\\000'; cat GOOD", NULL, false, false, true},
	{"HTML", SAYS, "echo '<html>log in</html>'", NULL, false, false, false},
};

static void write_program(TempFolder *folder, const ProgramRow *row, const ProgramFault *fault) {
	const char *good = temp_write(folder, "good", row->good);
	AUTO_CLEAR(Buf) text = {0};
	Str rest = str_from(fault ? fault->script : "cat GOOD");
	buf_puts(&text, "#!/bin/sh\n");
	for (ptrdiff_t at; (at = str_find(rest, "GOOD")) >= 0; rest = str_slice(rest, (size_t) at + 4, rest.len)) {
		buf_put_str(&text, str_slice(rest, 0, (size_t) at));
		buf_puts(&text, good);
	}
	buf_put_str(&text, rest);
	buf_putc(&text, '\n');
	AUTO_FREE char *name = bg_asprintf("bin/%s", fault && fault->wrong == NOT_THERE ? "another" : row->program);
	const char *path = temp_write(folder, name, buf_text(&text));
	cr_assert(chmod(path, fault && fault->wrong == NOT_EXECUTABLE ? 0600 : 0700) == 0);
}

/* Only the program is looked for in this folder; what its script needs is linked there. */
static void link_tools(TempFolder *folder) {
	static const char *const TOOLS[] = {"cat", "head", "sleep", "yes", "tr", "wc"};
	for (size_t i = 0; i < BG_LENGTH(TOOLS); i++) {
		AUTO_FREE char *name = bg_asprintf("bin/%s", TOOLS[i]);
		AUTO_FREE char *target = bg_asprintf("/usr/bin/%s", TOOLS[i]);
		cr_assert(symlink(target, temp_path(folder, name)) == 0);
	}
	cr_assert(setenv("PATH", temp_path(folder, "bin"), 1) == 0);
}

static void look(const ProgramRow *row, const ProgramFault *fault, Reading *ret) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Buf) text = {0};
	AUTO(Json) *args = json_new_object();
	Environment *environment = NULL;
	Error err;
	write_program(&folder, row, fault);
	link_tools(&folder);
	setenv("BREAKGLASS_TEST_CLOCK", NOW, 1);
	buf_printf(&text, "name: test\nkind: live\n%s", row->environment);
	assert_ok(environment_parse(buf_str(&text), temp_path(&folder, "environment.yaml"), &environment, &err), &err);
	for (size_t i = 0; row->args[i]; i += 2)
		json_add_string(args, row->args[i], row->args[i + 1]);
	const Probe *probe = probe_find(row->probe);
	Call call = {.environment = environment, .system = environment->system_count ? &environment->systems[0] : NULL, .args = args,
		.deadline = {mono_now().ms + (fault && fault->slow ? MATRIX_SLOW_MS : MATRIX_LONG_MS)}};
	probe->read(&call, ret);
	ret->taken = wall_now();
	environment_free(environment);
}

static void try_row(const ProgramRow *row) {
	AUTO_CLEAR(Reading) good = {0};
	MatrixRow place = {.probe = row->probe, .provider = NULL, .place = row->place};
	look(row, NULL, &good);
	cr_assert_eq(good.state, READING_OK, "%s is not green when all is well: %s: %s", row->probe, good.text, good.reason ? good.reason : "-");
	for (size_t i = 0; i < BG_LENGTH(FAULTS); i++) {
		AUTO_CLEAR(Reading) bad = {0};
		if (FAULTS[i].spoils_a_line && row->lines)
			continue;
		MatrixLook seen = {.row = &place};
		AUTO_FREE char *name = bg_asprintf("%s, %s", row->probe, FAULTS[i].name);
		MonoTime begun = mono_now();
		look(row, &FAULTS[i], &bad);
		cr_expect(!FAULTS[i].slow || mono_now().ms - begun.ms < MATRIX_LONG_MS, "%s: was kept waiting", name);
		matrix_check(name, &seen, FAULTS[i].silent ? row->silent : READING_UNKNOWN, FAULTS[i].says, &good, &bad);
		matrix_count(row->probe, FAULTS[i].name);
	}
}

Test(program_matrix, a_program_at_fault_is_never_green) {
	for (size_t i = 0; i < PROGRAM_ROW_COUNT; i++)
		try_row(&PROGRAM_ROWS[i]);
	matrix_print_counts("programs");
}

/* ---- shapes: what was parsed is judged without a program ---- */

static bool judge_node(const Json *json, Reading *ret) {
	K8sNode node;
	if (!k8s_node_parse(json, &node))
		return false;
	k8s_node_judge(&node, wall_now(), ret);
	return true;
}

static bool judge(const ProgramRow *row, const Json *json, Reading *ret) {
	bool set = text_eq(row->probe, "k8s.statefulset");
	K8sWorkload workload;
	AzPostgres server;
	if (text_eq(row->probe, "az.postgres")) {
		if (!az_postgres_parse(json, "web", &server))
			return false;
		az_postgres_judge(&server, &(AzWanted){0}, wall_now(), ret);
		return true;
	}
	if (text_eq(row->probe, "k8s.node"))
		return judge_node(json, ret);
	if (text_eq(row->probe, "k8s.nodes"))
		return k8s_nodes_judge(json, 0, wall_now(), ret);
	if (text_eq(row->probe, "k8s.pods"))
		return k8s_pods_judge(json, 3600000, wall_now(), ret);
	if (!k8s_workload_parse(json, set ? &KUBE_STATEFULSETS : &KUBE_DEPLOYMENTS, &workload))
		return false;
	k8s_workload_judge(&workload, set ? &KUBE_STATEFULSETS : &KUBE_DEPLOYMENTS, ret);
	return true;
}

static void try_shape(const ProgramRow *row, const Reading *good, Str text, const char *name) {
	AUTO(Json) *json = NULL;
	AUTO_CLEAR(Reading) bad = {0};
	if (!json_parse(text, &json, NULL) || !judge(row, json, &bad))
		return;
	if (bad.state == READING_OK)
		cr_expect(text_eq(bad.text, good->text) && json_equal(bad.facts, good->facts), "%s: FALSE GREEN: %s", name, bad.text);
	else
		cr_expect(bad.text && bad.reason, "%s: %s", name, bad.text);
}

Test(program_matrix, an_answer_of_another_shape_is_not_green) {
	setenv("BREAKGLASS_TEST_CLOCK", NOW, 1);
	int tried = 0;
	for (size_t r = 0; r < PROGRAM_ROW_COUNT; r++) {
		const ProgramRow *row = &PROGRAM_ROWS[r];
		AUTO(Json) *json = NULL;
		AUTO_CLEAR(Reading) good = {0};
		if (!json_parse(str_from(row->good), &json, NULL))
			continue;   /* not JSON: the tables of its own tests */
		cr_assert(judge(row, json, &good) && good.state == READING_OK);
		bool end = false;
		for (size_t target = 0; !end; target++) {
			for (int mutation = 0; mutation < MUTATIONS; mutation++) {
				AUTO_CLEAR(Buf) text = {0};
				AUTO_CLEAR(Buf) path = {0};
				if (!mutate(json, target, (Mutation) mutation, &text, &path, &end))
					continue;
				AUTO_FREE char *name = bg_asprintf("%s, %s of %s", row->probe, mutation_name((Mutation) mutation), buf_text(&path));
				try_shape(row, &good, buf_str(&text), name);
				tried++;
			}
		}
	}
	cr_assert(tried > 300, "%d", tried);
}
