/* One-time codes end to end: only where they are allowed, each once, and said to be weaker wherever they stand. */
#include <stdio.h>
#include <signal.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/signoff/totp.h"
#include "gated_scene.h"

#define SECRET_TEXT "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

static Scene coded_scene(const char *more) {
	Scene scene = gated_scene_new(more);
	const char *path = temp_write(&scene.folder, "codes", "ann " SECRET_TEXT "\n");
	cr_assert_eq(chmod(path, 0600), 0);
	gated_scene_begin(&scene);
	return scene;
}

/* The code of the step `away` from the present one. */
static void code_of(int away, char ret[static TOTP_CODE_SIZE]) {
	AUTO_CLEAR(Totp) totp = {0};
	Error err = {0};
	assert_ok(totp_parse(STR(SECRET_TEXT), "test", &totp, &err), &err);
	totp_code(&totp, totp_step(&totp, wall_now()) + away, ret);
}

Test(codes, are_not_taken_where_the_environment_does_not_name_them) {
	AUTO_CLEAR(Scene) scene = coded_scene("");
	char code[TOTP_CODE_SIZE];
	code_of(0, code);
	scene_refused(&scene, 1, "takes no one-time codes", "sign", "1", "--role", "product", "--code", code);
}

Test(codes, count_once_and_are_said_to_be_weaker) {
	AUTO_CLEAR(Scene) scene = coded_scene("signoff: { codes: codes }\n");
	char code[TOTP_CODE_SIZE];
	scene_refused(&scene, 1, "does not hold the role", "sign", "1", "--role", "engineering", "--code", "123456");
	scene_refused(&scene, 1, "bob has no one-time codes", "sign", "1", "--role", "engineering", "--person", "bob", "--code", "123456");
	code_of(9, code);
	scene_refused(&scene, 1, "not one of ann's of this minute", "sign", "1", "--role", "product", "--code", code);
	/* The next one, which counts as long as the test needs, whatever second it begins in. */
	code_of(1, code);
	scene_ok(&scene, "sign", "1", "--role", "product", "--code", code);
	cr_assert(scene_says(&scene, "by one-time code (weaker)"), "%s", scene.said);
	scene_refused(&scene, 1, "was used already", "sign", "1", "--role", "product", "--code", code);
	/* Nor in another engine, nor in another incident. */
	scene_end_engine(&scene, SIGKILL);
	scene_refused(&scene, 1, "was used already", "sign", "1", "--role", "product", "--code", code);
	scene_refused(&scene, 1, "engineering", "apply", "1", "--yes");
	scene_ok(&scene, "sign", "1", "--role", "engineering", "--key", scene_key(&scene, "bob"));
	scene_ok(&scene, "steps");
	cr_assert(scene_says(&scene, "by one-time code (weaker)"), "%s", scene.said);
	scene_ok(&scene, "apply", "1", "--yes");
	scene_ok(&scene, "timeline");
	cr_assert(scene_says(&scene, "ann signed as product by one-time code (weaker)"), "%s", scene.said);
	scene_ok(&scene, "report");
	cr_assert(scene_says(&scene, "one-time code (weaker)"), "%s", scene.said);
	scene_ok(&scene, "verify");
	cr_assert(scene_says(&scene, "by one-time code: weaker, nobody can check it now"), "%s", scene.said);
	AUTO_FREE char *incident = scene_incident(&scene);
	cr_assert(scene_verdict(&scene, "by code", incident, NULL, NULL), "both verifiers");
	AUTO_FREE char *journal = bg_asprintf("%s/journal.jsonl", incident);
	AUTO_FREE char *text = read_text(journal);
	cr_assert(!strstr(text, SECRET_TEXT) && !strstr(text, code), "neither secret nor code stand in the record");
	scene_ok(&scene, "end");
	scene_ok(&scene, "declare", "again");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "plan", "1");
	scene_refused(&scene, 1, "was used already", "sign", "1", "--role", "product", "--code", code);
}

Test(codes, are_not_taken_from_a_file_that_others_can_read) {
	AUTO_CLEAR(Scene) scene = coded_scene("signoff: { codes: codes }\n");
	char code[TOTP_CODE_SIZE];
	code_of(1, code);
	cr_assert_eq(chmod(temp_path(&scene.folder, "codes"), 0644), 0);
	scene_refused(&scene, 1, "codes", "sign", "1", "--role", "product", "--code", code);
	scene_refused(&scene, 1, "needs product and engineering", "apply", "1", "--yes");
}

Test(codes, are_not_taken_for_a_while_after_many_wrong_ones) {
	AUTO_CLEAR(Scene) scene = coded_scene("signoff: { codes: codes }\n");
	char code[TOTP_CODE_SIZE];
	code_of(9, code);
	for (int i = 0; i < 5; i++)
		scene_refused(&scene, 1, "not one of ann's", "sign", "1", "--role", "product", "--code", code);
	code_of(1, code);
	scene_refused(&scene, 1, "wrong codes were typed", "sign", "1", "--role", "product", "--code", code);
	scene_ok(&scene, "sign", "1", "--role", "product", "--key", scene_key(&scene, "ann"));
}
