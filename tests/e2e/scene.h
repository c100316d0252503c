/* scene.h: a whole house of its own for one test: an environment, a playbook, people with keys, a state folder, and the real program in
 * all its roles. No waiting by the clock: processes are waited for by their descriptors, states by what the engine tells. */
#pragma once
#include "core/engine/client.h"
#include "tests/support/process.h"
#include "tests/support/support.h"

#define SCENE_WAIT_MS 45000      /* only ever reached by a failing test */

typedef struct Scene {
	TempFolder folder;
	const char *name;            /* of the environment */
	char *program, *environment, *state;
	bool own_disk;               /* the state folder is a small disk: see small_disk.h */
	char *said;                  /* stdout and stderr of the last program */
	int status;
} Scene;

/* `playbook` is the text of book.md; `more` further lines of the environment ("" = none). In both, SCENE stands for the scene's folder
 * and LOGIN for whoever runs the test. The environment is named "trial"; it knows ann (product, LOGIN) and bob (engineering), who sign as
 * ann@example.org and bob@example.org. */
Scene scene_new(const char *playbook, const char *more);
/* Ends the engine, as a person would, and waits until it is gone. */
void scene_clear(Scene *scene);
BG_DEFINE_CLEARP(Scene, scene_clear)

/* Runs breakglass with the scene's --env and --state; returns its exit status. What it said is in scene->said. */
int scene_run_with(Scene *scene, const char *const env[], const char *const words[]);
#define scene_run(scene, ...) scene_run_with((scene), NULL, (const char *const[]){__VA_ARGS__, NULL})
/* The same, and it must succeed. */
#define scene_ok(scene, ...) do { \
		int status_ = scene_run((scene), __VA_ARGS__); \
		cr_assert(status_ == 0, "status %d: %s", status_, (scene)->said); \
	} while (0)
/* It must end with `expected` and say `part`. */
#define scene_refused(scene, expected, part, ...) do { \
		int status_ = scene_run((scene), __VA_ARGS__); \
		cr_assert(status_ == (expected), "status %d, expected %d: %s", status_, (expected), (scene)->said); \
		cr_assert(strstr((scene)->said, (part)), "said \"%s\", expected \"%s\"", (scene)->said, (part)); \
	} while (0)
bool scene_says(const Scene *scene, const char *part);

/* ---- engine ---- */

/* Starts an engine with BREAKGLASS_CRASH=`crash` (NULL = none). */
void scene_start_engine(Scene *scene, const char *crash);
/* The process number of the engine that holds the lock; 0 = none. */
int scene_engine_pid(const Scene *scene);
/* Sends `signal` to the engine and waits until it is gone. Nothing when none runs. */
void scene_end_engine(const Scene *scene, int signal);
/* Waits until process `pid` is gone. */
void scene_wait_gone(int pid);

/* A client of this very process. It must connect; `start`: starts an engine when there is none. */
Client *scene_client(const Scene *scene, bool start);
bool scene_ask(Client *client, AskName name, Json *args, Json **ret_data, Error *err);
/* {"a":"b"} with ' for ": arguments of an ask. */
Json *scene_args(const char *format, ...) BG_PRINTF(1, 2);
/* The step of the current run, by number. */
const IncidentStep *scene_step(const Client *client, const char *number);
void scene_wait_step(Client *client, const char *number, StepState state);
void scene_wait_action(Client *client, int64_t number, ActionState state);

/* ---- files ---- */

/* Lines of NAME in the scene's folder; 0 when it is not there. */
size_t scene_lines(const Scene *scene, const char *name);
/* The folder of the only incident (or of the newest). Owned. */
char *scene_incident(const Scene *scene);
/* Lines of its journal. */
size_t scene_records(const Scene *scene);
/* The journal is sound, and folding it anew gives what `client` (NULL: nobody) has folded. */
void scene_check_journal(const Scene *scene, Client *client);

/* What `breakglass verify` and verify.sh say of a record. They must agree; the test ends when they do not. `name` says which case it is.
 * `signers` and `anchors` (a folder) may be NULL. */
bool scene_verdict(const Scene *scene, const char *name, const char *incident, const char *signers, const char *anchors);

/* ---- people ---- */

/* Makes keys for ann and bob and the file of allowed signers. Skips the test when ssh-keygen is not there. */
void scene_make_keys(Scene *scene);
const char *scene_key(Scene *scene, const char *person);
