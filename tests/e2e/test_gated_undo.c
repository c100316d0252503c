/* The way back of a step that two people had to sign is signed by two people as well. */
#include "core/base/alloc.h"
#include "scene.h"

static const char BOOK[] =
	"# Door\n\n"
	"## Open it\n"
	"<!-- bg procedure id=open -->\n\n"
	"1. Open it.\n"
	"   <!-- bg\n"
	"   gate door roles=product,engineering distinct=yes\n"
	"   -->\n\n"
	"   ```sh {risk=change}\n"
	"   echo x >> SCENE/opened\n"
	"   echo x >> SCENE/wide\n"
	"   ```\n\n"
	"   The way back:\n\n"
	"   ```sh {undo=yes}\n"
	"   echo x >> SCENE/closed\n"
	"   ```\n"
	"   ```sh\n"
	"   rm SCENE/wide\n"
	"   ```\n"
	"   <!-- bg cmd undo confirm=door -->\n"
	"2. Look around.\n\n"
	"## Open another\n"
	"<!-- bg procedure id=other -->\n\n"
	"1. Open it.\n"
	"   <!-- bg gate other roles=product,engineering distinct=yes -->\n\n"
	"   ```sh {risk=change}\n"
	"   echo x >> SCENE/opened\n"
	"   echo x >> SCENE/<how>\n"
	"   ```\n";

static void both_sign(Scene *scene)
{
	scene_ok(scene, "sign", "1", "--role", "product", "--person", "ann", "--key", scene_key(scene, "ann"));
	scene_ok(scene, "sign", "1", "--role", "engineering", "--person", "bob", "--key", scene_key(scene, "bob"));
}

/* What the console says to these lines. */
static Buf in_lines(const Scene *scene, const char *lines)
{
	AUTO_CLEAR(ProgramRun) run = { 0 };
	AUTO_FREE char *script = bg_asprintf("%snote over\n", lines);
	run_program((const char *const[]) { scene->program, "--env", scene->environment, "--state", scene->state, "--line", NULL }, script, NULL, &run);
	Buf out = run.out;
	run.out = (Buf) { 0 };
	return out;
}

Test(gated_undo, is_signed_like_the_way_there)
{
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_make_keys(&scene);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "open");
	AUTO_CLEAR(Buf) walked = in_lines(&scene, "walk\n");
	cr_assert(strstr(buf_text(&walked), "the way back, which u plans:\n  echo x >> "), "%s", buf_text(&walked));
	scene_ok(&scene, "plan", "1");
	scene_refused(&scene, 1, "product and engineering", "apply", "1", "--yes");
	both_sign(&scene);
	scene_ok(&scene, "apply", "1", "--yes");
	scene_ok(&scene, "apply", "1", "--yes");
	cr_assert(scene_lines(&scene, "opened") == 1 && scene_lines(&scene, "wide") == 1);
	scene_refused(&scene, 1, "it is done", "plan", "1");
	scene_ok(&scene, "undo", "1");
	cr_assert(scene_says(&scene, "closed") && !scene_says(&scene, "wide") && scene_says(&scene, "risk change"), "%s", scene.said);
	scene_refused(&scene, 1, "product and engineering", "undo", "1", "--yes");
	cr_assert_eq(scene_lines(&scene, "closed"), 0);
	both_sign(&scene);
	scene_ok(&scene, "undo", "1", "--yes");
	cr_assert(scene_lines(&scene, "closed") == 1 && scene_lines(&scene, "opened") == 1 && scene_lines(&scene, "wide") == 1);
	/* The second of the ways back loses something: it is signed on its own, and its name is typed. */
	scene_ok(&scene, "undo", "1");
	cr_assert(scene_says(&scene, "rm ") && scene_says(&scene, "risk destructive"), "%s", scene.said);
	both_sign(&scene);
	scene_refused(&scene, 1, "the name \"door\" must be typed", "undo", "1", "--confirm", "");
	scene_refused(&scene, 1, "is not \"door\"", "undo", "1", "--yes");
	cr_assert_eq(scene_lines(&scene, "wide"), 1);
	scene_ok(&scene, "undo", "1", "--confirm", "door");
	cr_assert(scene_lines(&scene, "wide") == 0 && scene_lines(&scene, "closed") == 1);
	scene_ok(&scene, "steps");
	cr_assert(scene_says(&scene, "undone"), "%s", scene.said);
	scene_ok(&scene, "report");
	cr_assert(scene_says(&scene, "undo: ") && scene_says(&scene, "run rm "), "%s", scene.said);
	scene_refused(&scene, 1, "it was undone already", "undo", "1");
	scene_check_journal(&scene, NULL);
}

/* A step of several commands: one key plans them all, since all of them are signed, and they are done in their order. */
Test(gated_undo, of_several_commands_is_planned_with_one_key_and_signed_once)
{
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_make_keys(&scene);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "open");
	AUTO_CLEAR(Buf) planned = in_lines(&scene, "walk\nplan 1\n");
	both_sign(&scene);
	AUTO_CLEAR(Buf) first = in_lines(&scene, "walk\napply 1\nyes\n");
	cr_assert(scene_lines(&scene, "opened") == 1 && scene_lines(&scene, "wide") == 0, "%s", buf_text(&first));
	AUTO_CLEAR(Buf) second = in_lines(&scene, "walk\nplan 1\napply 1\nyes\n");
	cr_assert(scene_lines(&scene, "opened") == 1 && scene_lines(&scene, "wide") == 1, "%s", buf_text(&second));
	scene_check_journal(&scene, NULL);
}

Test(gated_undo, that_cannot_be_planned_is_named_where_it_is_signed)
{
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_make_keys(&scene);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "other");
	scene_refused(&scene, 1, "there is no plan of echo x >> ", "statement", "1", "--role", "product", "--person", "ann");
	cr_assert(scene_says(&scene, "breakglass plan 1 makes the plans of the step"), "%s", scene.said);
	scene_refused(&scene, 1, "not known yet: how", "plan", "1");
	cr_assert(scene_says(&scene, "opened"), "%s", scene.said);
	scene_refused(&scene, 1, "to sign: not known yet: how", "statement", "1", "--role", "product", "--person", "ann");
	cr_assert(scene_says(&scene, "then breakglass plan 1"), "%s", scene.said);
	scene_ok(&scene, "set", "how", "wide");
	scene_ok(&scene, "plan", "1");
	cr_assert(scene_says(&scene, "opened") && scene_says(&scene, "wide"), "%s", scene.said);
	both_sign(&scene);
	scene_ok(&scene, "apply", "1", "--yes");
	scene_ok(&scene, "apply", "1", "--yes");
	cr_assert(scene_lines(&scene, "opened") == 1 && scene_lines(&scene, "wide") == 1);
}
