/* school.c: see school.h. */
#include "school.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/file.h"
#include "tests/support/sshd.h"

void school_begin(School *school, const char *scenario) {
	if (!have_sshd() || !have_program("ssh") || !have_program("jq"))
		cr_skip_test("sshd, ssh and jq are not all there");
	school_open(school, scenario);
}

void school_open(School *school, const char *scenario) {
	Error err = {0};
	school->scene = (Scene){.folder = temp_folder(), .name = sandbox_drill_name(scenario), .program = build_path("breakglass")};
	AUTO_FREE char *playbooks = source_path("playbooks");
	AUTO_FREE char *drill = path_join(school->scene.folder.path, "drill");
	SandboxOptions options = {.scenario = scenario, .folder = drill, .playbooks = playbooks, .self = school->scene.program, .build_ms = 1};
	assert_ok(sandbox_start(&options, &school->sandbox, &err), &err);
	school->scene.environment = sandbox_environment(school->sandbox);
	school->scene.state = path_join(school->scene.folder.path, "state");
}

void school_clear(School *school) {
	if (!school->sandbox)
		return;
	scene_end_engine(&school->scene, SIGTERM);
	sandbox_stop(school->sandbox);
	scene_clear(&school->scene);
}

static char *newest_set(const School *school) {
	AUTO_CLEAR(StrList) sets = {0};
	Error err = {0};
	AUTO_FREE char *folder = path_join(sandbox_folder(school->sandbox), "openedx-backups");
	assert_ok(file_list_folder(folder, &sets, &err), &err);
	cr_assert(sets.count > 0);
	return bg_strdup(sets.items[sets.count - 1]);
}

static void fill(const School *school, const char *word, StrList *words) {
	char host[256] = "";
	cr_assert(gethostname(host, sizeof(host) - 1) == 0);
	if (text_eq(word, "HOST"))
		strlist_add(words, host);
	else if (text_eq(word, "SET"))
		strlist_add_take(words, newest_set(school));
	else if (str_starts(str_from(word), "KEY:"))
		strlist_add_take(words, bg_asprintf("%s/signers/%s", sandbox_folder(school->sandbox), word + 4));
	else {
		char *text = bg_strdup(word);
		for (char *c = text; *c; c++)
			*c = *c == '~' ? ' ' : *c;
		strlist_add_take(words, text);
	}
}

void school_line(School *school, const Line *line) {
	AUTO_CLEAR(StrList) given = {0};
	AUTO_CLEAR(StrList) words = {0};
	strlist_split(&given, str_from(line->words), ' ');
	for (size_t i = 0; i < given.count; i++)
		fill(school, given.items[i], &words);
	int status = scene_run_with(&school->scene, NULL, (const char *const *) strlist_argv(&words));
	cr_assert(status == line->status && scene_says(&school->scene, line->part), "%s: status %d, expected \"%s\":\n%s", line->words, status, line->part,
		school->scene.said);
}

void school_publish(School *school) {
	AUTO_CLEAR(ProgramRun) run = {0};
	AUTO_FREE char *registrar = path_join(sandbox_folder(school->sandbox), "bin/registrar");
	school_line(school, &(Line){"nodes --dns", "; not yet on 127.0.0.1:", 0});
	run_program((const char *const[]){registrar, "publish", "-", NULL}, school->scene.said, NULL, &run);
	cr_assert(run.status == 0 && strstr(buf_text(&run.out), "published: school.sandbox, 3 addresses"), "%s%s", buf_text(&run.out), buf_text(&run.err));
}

void school_walk(School *school, const Line *lines, size_t count) {
	for (size_t i = 0; i < count; i++)
		school_line(school, &lines[i]);
}

void school_tell(School *school, const char *words) {
	Error err = {0};
	assert_ok(sandbox_command(school->sandbox, words, &err), &err);
}
