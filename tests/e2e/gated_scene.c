/* gated_scene.c: see gated_scene.h. */
#include "gated_scene.h"

static const char BOOK[] =
	"# Signing\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Count once.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/one\n"
	"   ```\n"
	"   <!-- bg gate danger roles=product,engineering distinct=yes -->\n"
	"2. Rest.\n";

Scene gated_scene_new(const char *more) {
	Scene scene = scene_new(BOOK, more);
	scene_make_keys(&scene);
	return scene;
}

void gated_scene_begin(Scene *scene) {
	scene_ok(scene, "declare", "it broke");
	scene_ok(scene, "start", "walk");
	scene_ok(scene, "plan", "1");
}

Scene gated_scene(const char *more) {
	Scene scene = gated_scene_new(more);
	gated_scene_begin(&scene);
	return scene;
}
