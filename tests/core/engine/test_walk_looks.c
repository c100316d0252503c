/* Which values a step needs, and what probes are to be asked for them. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/engine/walk.h"
#include "core/providers/provider.h"
#include "tests/support/support.h"

static const char BOOK[] = "# Book\n\n## Walk\n<!-- bg\nprocedure id=walk\n"
	"var down type=host from=k8s.nodes.down\n"
	"var role choice=master+worker|backup from=k8s.node.role name=${down} default=backup\n"
	"var fresh type=host default=${down}-new\n"
	"var web type=int from=k8s.deployment.replicas deployment=web\n"
	"var restore_time type=time oldest=-7d newest=-5m format=\"%H:%M on %d.%m.\"\n"
	"guard role=backup\n-->\n\n"
	"1. Note the number.\n   <!-- bg do k8s.scale deployment=web replicas=${web} -->\n"
	"2. Look.\n   <!-- bg verify k8s.node name=${fresh} ready=yes -->\n"
	"3. Nothing.\n"
	"4. Restore.\n   <!-- bg do k8s.scale deployment=${restore_time} replicas=1 -->\n";

typedef struct Scene { Playbook *playbook; Environment *environment; Run run; NamedValue values[4]; Walk walk; } Scene;

static void scene_begin(Scene *scene)
{
	Error err = { 0 };
	*scene = (Scene){ 0 };
	assert_ok(playbook_parse(str_from(BOOK), "book.md", provider_vocabulary(), &scene->playbook, &err), &err);
	assert_ok(environment_parse(STR("name: test\nkind: drill\n"), "e.yaml", &scene->environment, &err), &err);
	scene->run.values = scene->values;
	scene->walk = (Walk){ scene->environment, NULL, &scene->run, scene->playbook, playbook_find_procedure(scene->playbook, "walk") };
}

static void scene_clear(Scene *scene)
{
	for (size_t i = 0; i < scene->run.value_count; i++) {
		free(scene->values[i].name);
		free(scene->values[i].value);
	}
	playbook_free(scene->playbook);
	environment_free(scene->environment);
}
BG_DEFINE_CLEARP(Scene, scene_clear)

static void know(Scene *scene, const char *name, const char *value)
{
	scene->values[scene->run.value_count++] = (NamedValue){ .name = bg_strdup(name), .value = bg_strdup(value), .set = { 77 } };
}

static void expect(const char *name, const Json *looks, const char *wanted)
{
	AUTO_FREE char *text = json_text(looks);
	assert_text(name, text, wanted);
}

static void expect_needs(Scene *scene, size_t step, const char *wanted)
{
	AUTO_CLEAR(StrList) names = { 0 };
	walk_needs(&scene->walk, scene->walk.procedure->steps[step], &names);
	AUTO(Json) *looks = walk_looks(&scene->walk, &names);
	expect(scene->walk.procedure->steps[step]->title, looks, wanted);
}

#define DOWN "{\"name\":\"down\",\"probe\":\"k8s.nodes\",\"args\":{},\"field\":\"down\",\"from\":\"k8s.nodes down\",\"seen\":0}"
#define ROLE "{\"name\":\"role\",\"probe\":\"k8s.node\",\"args\":{\"name\":\"node2\"},\"field\":\"role\",\"from\":\"k8s.node role\",\"seen\":0}"
#define WEB(seen) "{\"name\":\"web\",\"probe\":\"k8s.deployment\",\"args\":{\"deployment\":\"web\"},\"field\":\"replicas\",\"from\":\"k8s.deployment replicas\",\"seen\":" seen "}"

Test(walk_looks, what_a_question_needs_is_asked_for_first)
{
	AUTO_CLEAR(Scene) scene;
	scene_begin(&scene);
	/* The section's guard stands before its first step: the role, and for that the node. */
	expect_needs(&scene, 0, "[" WEB("0") "," DOWN "]");
	expect_needs(&scene, 1, "[" DOWN "]");
	expect_needs(&scene, 2, "[]");
	know(&scene, "down", "node2");
	expect_needs(&scene, 0, "[" WEB("0") "," ROLE "]");
	expect_needs(&scene, 1, "[]");
	know(&scene, "role", "backup");
	know(&scene, "web", "3");
	expect_needs(&scene, 0, "[]");
}

Test(walk_looks, no_default_stands_in_for_what_a_probe_tells)
{
	AUTO_CLEAR(Scene) scene;
	scene_begin(&scene);
	cr_assert_null(walk_value(&scene.walk, "role"));
	assert_text("one without a probe keeps its own", walk_value(&scene.walk, "fresh"), "${down}-new");
}

Test(walk_looks, the_day_of_the_run_is_known)
{
	AUTO_CLEAR(Scene) scene;
	AUTO_CLEAR(Buf) out = { 0 };
	AUTO_CLEAR(StrList) missing = { 0 };
	scene_begin(&scene);
	scene.run.id = (char *) (uintptr_t) "r1";
	(void) snprintf(scene.run.date, sizeof scene.run.date, "2026-11-21");
	cr_expect(walk_expand(&scene.walk, "damaged-${run_date}-${run_id}", &out, &missing));
	assert_text("filled", buf_text(&out), "damaged-2026-11-21-r1");
}

Test(walk_looks, one_can_be_asked_again)
{
	AUTO_CLEAR(Scene) scene;
	AUTO(Json) *looks = NULL;
	Json *none = NULL;
	Error err = { 0 };
	scene_begin(&scene);
	know(&scene, "web", "3");
	assert_ok(walk_look_again(&scene.walk, "web", &looks, &err), &err);
	expect("again", looks, "[" WEB("77") "]");
	assert_refused(walk_look_again(&scene.walk, "fresh", &none, &err), &err, ERROR_INVALID, "no probe tells fresh");
	assert_refused(walk_look_again(&scene.walk, "nothing", &none, &err), &err, ERROR_MISSING, "asks for no value nothing");
	assert_refused(walk_look_again(&scene.walk, "role", &none, &err), &err, ERROR_MISSING, "what role is asked with is not known yet: down");
	assert_text("hint", err.hint, "breakglass set down --from-probe");
}

/* ---- times that can no longer be used ---- */

#define NOW ((WallTime){ INT64_C(1795230000000) })   /* 2026-11-21 03:00Z */
#define DAY_MS INT64_C(86400000)

static void know_time(Scene *scene, WallTime time)
{
	know(scene, "restore_time", "whatever its format makes of it");
	scene->values[scene->run.value_count - 1].utc = time;
}

Test(walk_looks, a_time_is_judged_again_when_it_is_used)
{
	AUTO_CLEAR(Scene) scene;
	Error err = { 0 };
	scene_begin(&scene);
	Step *const *steps = scene.walk.procedure->steps;
	cr_expect(walk_windows(&scene.walk, steps[3], NOW, &err), "one that is not set is asked for elsewhere: %s", err.why);
	know_time(&scene, (WallTime){ NOW.ms - 7 * DAY_MS + 60000 });
	cr_expect(walk_windows(&scene.walk, steps[3], NOW, &err), "%s", err.why);
	assert_refused(walk_windows(&scene.walk, steps[3], (WallTime){ NOW.ms + 120000 }, &err), &err, ERROR_DENIED,
		"restore_time can no longer be used: Nov 14 03:01Z is too old: the oldest that can be used is Nov 14 03:02Z, the newest 02:57Z");
	cr_expect(strstr(err.hint, "breakglass set restore_time TIME"), "%s", err.hint);
	cr_expect(walk_windows(&scene.walk, steps[0], (WallTime){ NOW.ms + 120000 }, &err), "another step does not need it: %s", err.why);
	/* A clock that was set back: it is too new then. */
	assert_refused(walk_windows(&scene.walk, steps[3], (WallTime){ NOW.ms - 8 * DAY_MS }, &err), &err, ERROR_DENIED, "is too new");
}
