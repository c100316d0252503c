/* Answers beside yes and no, end to end: taken back, alone where the environment allows it, countersigned afterwards. */
#include "core/base/alloc.h"
#include "gated_scene.h"

Test(answers, one_that_was_taken_back_opens_nothing) {
	AUTO_CLEAR(Scene) scene = gated_scene("");
	scene_ok(&scene, "sign", "1", "--role", "product", "--key", scene_key(&scene, "ann"));
	scene_ok(&scene, "sign", "1", "--role", "engineering", "--key", scene_key(&scene, "bob"));
	scene_ok(&scene, "sign", "danger", "--role", "product", "--key", scene_key(&scene, "ann"), "--withdraw", "the backup is older");
	scene_refused(&scene, 1, "needs product", "apply", "1", "--yes");
	scene_ok(&scene, "timeline");
	cr_assert(scene_says(&scene, "took the answer back as product, the backup is older"), "%s", scene.said);
	scene_ok(&scene, "sign", "1", "--role", "product", "--key", scene_key(&scene, "ann"));
	scene_ok(&scene, "apply", "1", "--yes");
	scene_ok(&scene, "verify");
}

Test(answers, nobody_goes_on_alone_where_the_environment_does_not_say_so) {
	AUTO_CLEAR(Scene) scene = gated_scene("");
	scene_refused(&scene, 1, "lets nobody go on alone", "sign", "1", "--role", "product", "--key", scene_key(&scene, "ann"), "--alone",
		"bob sleeps");
	/* Nor by changing the file in the middle of a run. */
	AUTO_FREE char *text = read_text(scene.environment);
	AUTO_FREE char *more = bg_asprintf("%ssignoff: { solo: yes }\n", text);
	temp_write(&scene.folder, "environment.yaml", more);
	scene_ok(&scene, "engine", "stop");
	scene_refused(&scene, 1, "lets nobody go on alone", "sign", "1", "--role", "product", "--key", scene_key(&scene, "ann"), "--alone",
		"bob sleeps");
	scene_refused(&scene, 1, "needs product and engineering", "apply", "1", "--yes");
	cr_assert_eq(scene_lines(&scene, "one"), 0);
}

/* Both may be declared in one second: then their names tell nothing. */
Test(answers, the_newest_incident_is_the_one_that_was_declared_last) {
	AUTO_CLEAR(Scene) scene = gated_scene("");
	scene_ok(&scene, "end");
	scene_ok(&scene, "declare", "zebra");
	scene_ok(&scene, "end");
	scene_ok(&scene, "declare", "ape");
	scene_ok(&scene, "report");
	cr_assert(scene_says(&scene, "# ape\n"), "%s", scene.said);
	scene_ok(&scene, "incidents");
	cr_assert(strstr(scene.said, "-ape") < strstr(scene.said, "-zebra"), "%s", scene.said);
}

Test(answers, one_person_goes_on_alone_and_the_other_countersigns_afterwards) {
	AUTO_CLEAR(Scene) scene = gated_scene("signoff: { solo: yes }\n");
	scene_refused(&scene, 1, "without a reason", "sign", "1", "--role", "product", "--key", scene_key(&scene, "ann"), "--alone", "");
	scene_ok(&scene, "sign", "1", "--role", "product", "--key", scene_key(&scene, "ann"), "--alone", "bob sleeps");
	scene_ok(&scene, "steps");
	cr_assert(scene_says(&scene, "gate danger: signed ALONE by ann as product: bob sleeps"), "%s", scene.said);
	scene_ok(&scene, "apply", "1", "--yes");
	cr_assert_eq(scene_lines(&scene, "one"), 1);
	scene_ok(&scene, "ledger");
	cr_assert(scene_says(&scene, "signed alone: danger"), "%s", scene.said);
	scene_ok(&scene, "report");
	cr_assert(scene_says(&scene, "**Signed ALONE** by ann") && scene_says(&scene, "Not countersigned by engineering"), "%s", scene.said);
	scene_ok(&scene, "report", "--format", "html");
	cr_assert(scene_says(&scene, "signed ALONE") && scene_says(&scene, "Not countersigned by engineering"), "%s", scene.said);
	scene_ok(&scene, "report", "--format", "json");
	cr_assert(scene_says(&scene, "\"alone\":") && scene_says(&scene, "\"overrides\":") && scene_says(&scene, "\"missing\":"), "%s", scene.said);
	scene_ok(&scene, "sitrep");
	cr_assert(scene_says(&scene, "Signed ALONE: ") || scene_says(&scene, "signed alone: danger"), "%s", scene.said);
	scene_ok(&scene, "tick", "2");
	scene_refused(&scene, 1, "still open", "end");
	/* ann cannot be the second pair of eyes; bob can, the run being over already. */
	scene_refused(&scene, 1, "does not hold the role", "sign", "danger", "--role", "engineering", "--key", scene_key(&scene, "ann"), "--countersign");
	scene_refused(&scene, 1, "ann went on alone and cannot countersign", "sign", "danger", "--role", "product", "--key",
		scene_key(&scene, "ann"), "--countersign");
	scene_ok(&scene, "sign", "danger", "--role", "engineering", "--key", scene_key(&scene, "bob"), "--countersign");
	scene_ok(&scene, "report", "--format", "html");
	cr_assert(!scene_says(&scene, "Not countersigned") && scene_says(&scene, "signed alone, countersigned or taken back"), "%s", scene.said);
	scene_ok(&scene, "report");
	cr_assert(!scene_says(&scene, "Not countersigned") && scene_says(&scene, "countersigned"), "%s", scene.said);
	scene_ok(&scene, "verify");
	scene_check_journal(&scene, NULL);
	scene_ok(&scene, "end");
}
