/* gated_scene.h: a scene whose first step waits for product and engineering. */
#pragma once
#include "scene.h"

/* Nothing is declared yet, so that files that the environment names can still be written. `more` as in scene_new(). */
Scene gated_scene_new(const char *more);
/* Declares, starts, and plans step 1 ("echo x >> SCENE/one", gate "danger"). Step 2 is to rest. */
void gated_scene_begin(Scene *scene);
/* Both. */
Scene gated_scene(const char *more);
