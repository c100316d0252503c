/* Every document below playbooks/ as `check` sees it, and every example environment beside one: nothing to say about any of them. */
#include <dirent.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/environment/environment.h"
#include "core/playbook/lint.h"
#include "core/playbook/model.h"
#include "core/playbook/show.h"
#include "core/providers/provider.h"
#include "tests/support/support.h"

#define TODAY ((WallTime) { INT64_C(1795302000000) })   /* 2026-11-21 */
#define DEPTH_MAX 4

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

/* Files of that ending below `folder`, in order. */
static void collect(const char *folder, const char *ending, int depth, StrList *paths)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, NULL, by_name);
	cr_assert(count > 0, "cannot read %s", folder);
	for (int i = 0; i < count; i++) {
		AUTO_FREE char *path = path_join(folder, entries[i]->d_name);
		struct stat info;
		if (entries[i]->d_name[0] != '.' && stat(path, &info) == 0) {
			if (S_ISDIR(info.st_mode) && depth < DEPTH_MAX)
				collect(path, ending, depth + 1, paths);
			else if (str_ends(str_from(path), ending) && !text_eq(entries[i]->d_name, "README.md"))   /* about a folder; check passes it by, too */
				strlist_add(paths, path);
		}
		free(entries[i]);
	}
	free(entries);
}

static void shipped(const char *ending, StrList *paths)
{
	AUTO_FREE char *folder = source_path("playbooks");
	collect(folder, ending, 0, paths);
}

Test(shipped_playbooks, leave_check_with_nothing_to_say)
{
	AUTO_CLEAR(StrList) paths = { 0 };
	size_t procedures = 0;
	shipped(".md", &paths);
	cr_assert_gt(paths.count, 12u, "only %zu documents were found", paths.count);
	for (size_t i = 0; i < paths.count; i++) {
		AUTO(Playbook) *playbook = NULL;
		AUTO_CLEAR(Buf) said = { 0 };
		Error err = { 0 };
		assert_ok(playbook_load(paths.items[i], provider_vocabulary(), &playbook, &err), &err);
		lint_advice(playbook, TODAY, true, &playbook->diagnostics);
		diagnostic_render_all(&playbook->diagnostics, &said);
		cr_expect_eq(playbook->diagnostics.count, 0u, "%s", buf_text(&said));
		procedures += playbook->procedure_count;
	}
	cr_expect_geq(procedures, 20u);
}

/* A placeholder that no value can fill, an ellipsis: such a command is found here and not at night. */
Test(shipped_playbooks, hold_no_command_that_cannot_be_run_as_it_stands)
{
	AUTO_CLEAR(StrList) paths = { 0 };
	shipped(".md", &paths);
	for (size_t i = 0; i < paths.count; i++) {
		AUTO(Playbook) *playbook = NULL;
		Error err = { 0 };
		assert_ok(playbook_load(paths.items[i], provider_vocabulary(), &playbook, &err), &err);
		for (size_t k = 0; k < playbook->command_count; k++) {
			const StepCommand *command = playbook->commands[k];
			for (size_t line = 0; line < command->line_count && !command->offer; line++)
				cr_expect(!command->lines[line].why_not, "%s:%u: %s", paths.items[i], command->line, command->lines[line].why_not);
		}
	}
}

/* A word in capitals that only looks like a placeholder (`dig CNAME`) would be asked for, and stand in the command as whatever is answered. */
Test(shipped_playbooks, ask_for_no_value_that_they_do_not_declare)
{
	AUTO_CLEAR(StrList) paths = { 0 };
	size_t declared = 0;
	shipped(".md", &paths);
	for (size_t i = 0; i < paths.count; i++) {
		AUTO(Playbook) *playbook = NULL;
		Error err = { 0 };
		assert_ok(playbook_load(paths.items[i], provider_vocabulary(), &playbook, &err), &err);
		for (size_t k = 0; k < playbook->variable_count; k++) {
			const Variable *variable = playbook->variables[k];
			cr_expect(!variable->implicit, "%s:%u: asks for %s, which it does not declare", paths.items[i], variable->line, variable->name);
			declared += !variable->implicit;
		}
	}
	cr_expect_geq(declared, 60u, "only %zu are declared", declared);
}

Test(shipped_playbooks, stand_beside_environments_that_load)
{
	AUTO_CLEAR(StrList) paths = { 0 };
	shipped(".yaml", &paths);
	size_t loaded = 0;
	for (size_t i = 0; i < paths.count; i++) {
		AUTO(Environment) *environment = NULL;
		Error err = { 0 };
		if (!str_ends(str_from(paths.items[i]), "/environment.yaml"))
			continue;
		assert_ok(environment_load(paths.items[i], &environment, &err), &err);
		assert_ok(provider_check_environment(environment, &err), &err);
		loaded++;
	}
	cr_expect_geq(loaded, 4u);
}

/* The example of the team's file may be drilled with, and never be taken for the real one. */
Test(shipped_playbooks, refuse_the_example_cluster_where_it_is_live)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_FREE char *cluster = source_path("playbooks/openedx-ha/cluster-config.json");
	AUTO_FREE char *example = read_text(cluster);
	AUTO(Environment) *environment = NULL;
	Error err = { 0 };
	(void) temp_write(&folder, "cluster-config.json", example);
	const char *drill = temp_write(&folder, "drill.yaml", "name: x\nkind: drill\nnodes: { cluster: cluster-config.json }\n");
	assert_ok(environment_load(drill, &environment, &err), &err);
	cr_expect_eq(environment->node_count, 4u);
	const char *live = temp_write(&folder, "live.yaml", "name: x\nkind: live\nnodes: { cluster: cluster-config.json }\n");
	AUTO(Environment) *refused = NULL;
	cr_assert(!environment_load(live, &refused, &err));
	cr_expect(strstr(err.why, "the value of the example"), "%s", err.why);
}

/* The four steps of the README: each is a page that can be walked as it stands there. */
Test(shipped_playbooks, the_steps_of_the_readme_can_be_walked)
{
	static const char FENCE[] = "````markdown\n";
	AUTO_FREE char *path = source_path("playbooks/README.md");
	AUTO_FREE char *text = read_text(path);
	size_t steps = 0;
	for (const char *at = text; (at = strstr(at, FENCE)); steps++) {
		at += sizeof(FENCE) - 1;
		const char *end = strstr(at, "\n````");
		AUTO(Playbook) *playbook = NULL;
		AUTO_CLEAR(Buf) said = { 0 };
		Error err = { 0 };
		cr_assert(end, "step %zu does not end", steps + 1);
		assert_ok(playbook_parse((Str){ at, (size_t) (end - at) + 1 }, "loss.md", provider_vocabulary(), &playbook, &err), &err);
		diagnostic_render_all(&playbook->diagnostics, &said);
		cr_expect_not(playbook_has_errors(playbook), "step %zu: %s", steps + 1, buf_text(&said));
		cr_expect_gt(playbook->procedure_count, 0u, "step %zu", steps + 1);
	}
	cr_expect_eq(steps, 4u);
}
