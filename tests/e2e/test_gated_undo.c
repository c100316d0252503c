/* The way back of a step that two people had to sign is signed by two people as well. */
#include "scene.h"

static const char BOOK[] =
	"# Door\n\n"
	"## Open it\n"
	"<!-- bg procedure id=open -->\n\n"
	"1. Open it.\n"
	"   <!-- bg\n"
	"   gate door roles=product,engineering distinct=yes\n"
	"   undo command.run text=\"echo x >> SCENE/closed\"\n"
	"   -->\n\n"
	"   ```sh {risk=change}\n"
	"   echo x >> SCENE/opened\n"
	"   ```\n"
	"2. Look around.\n";

static void both_sign(Scene *scene)
{
	scene_ok(scene, "sign", "1", "--role", "product", "--person", "ann", "--key", scene_key(scene, "ann"));
	scene_ok(scene, "sign", "1", "--role", "engineering", "--person", "bob", "--key", scene_key(scene, "bob"));
}

Test(gated_undo, is_signed_like_the_way_there)
{
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_make_keys(&scene);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "open");
	scene_ok(&scene, "plan", "1");
	scene_refused(&scene, 1, "product and engineering", "apply", "1", "--yes");
	both_sign(&scene);
	scene_ok(&scene, "apply", "1", "--yes");
	cr_assert_eq(scene_lines(&scene, "opened"), 1);
	scene_ok(&scene, "undo", "1");
	scene_refused(&scene, 1, "product and engineering", "undo", "1", "--yes");
	cr_assert_eq(scene_lines(&scene, "closed"), 0);
	both_sign(&scene);
	scene_ok(&scene, "undo", "1", "--yes");
	cr_assert_eq(scene_lines(&scene, "closed"), 1);
	cr_assert_eq(scene_lines(&scene, "opened"), 1);
	scene_check_journal(&scene, NULL);
}
