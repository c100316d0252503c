/* couch_scene.h: a set of dumps, a CouchDB of the tests' own, and what a worker does with an action of the couchdb provider. */
#pragma once
#include "couch_server.h"

typedef struct CouchScene {
	CouchServer *server;
	Environment *environment;
	TempFolder folder;
	Json *args;
	Buf output, progress;     /* what the action told */
	Call call;
} CouchScene;
/* `nodes`: YAML of the setting, or NULL. */
void couch_scene_begin(CouchScene *scene, const char *nodes);
void couch_scene_clear(CouchScene *scene);
BG_DEFINE_CLEARP(CouchScene, couch_scene_clear)
void couch_scene_args(CouchScene *scene, ...) __attribute__((sentinel));
bool couch_scene_plan(CouchScene *scene, const char *action, Plan *ret, Error *err);
/* Plans, applies and verifies; the plan's own failure ends the test. */
bool couch_scene_run(CouchScene *scene, const char *action, Plan *plan, ActionResult *result, Error *err);
