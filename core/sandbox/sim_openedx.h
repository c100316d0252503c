/* sim_openedx.h: the pretended cluster as somebody meets it: machines to log in to, programs to run, and the folder with all that a console needs.
 * The state itself is SimCluster. */
#pragma once
#include "core/sandbox/sim_folder.h"

typedef struct SimOpenedx SimOpenedx;

/* Starts the machines and the pretended programs of folder->world. Under the world's lock is what changes its state; `changed` is called there
 * after each program that did: "add-node.sh node5 ... 0". */
typedef struct SimOpenedxOwner { void (*changed)(void *userdata, const char *line); void *userdata; } SimOpenedxOwner;
BG_CHECK bool sim_openedx_start(const char *folder, const char *self, SimWorld *world, const SimOpenedxOwner *owner, SimOpenedx **ret_openedx, Error *err);
SimOpenedx *sim_openedx_stop(SimOpenedx *openedx);      /* NULL ok; returns NULL */
BG_DEFINE_FREEP(SimOpenedx, sim_openedx_stop)
/* The machines become as the state says. Under the world's lock. */
void sim_openedx_settle(SimOpenedx *openedx);
/* Its part of environment.yaml. */
void sim_openedx_describe(const SimOpenedx *openedx, const SimFolder *folder, const char *login, Buf *out);
