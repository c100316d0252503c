/* sim_service_programs.h: the pretended programs of a service's scenario, and its part of the environment file. */
#pragma once
#include "core/sandbox/sim_folder.h"

typedef struct SimServicePrograms SimServicePrograms;
/* Writes them into `folder` and answers them. Under the world's lock, `changed` is called after each that changed something. */
typedef struct SimServiceOwner { void (*changed)(void *userdata, const char *line); void *userdata; } SimServiceOwner;
BG_CHECK bool sim_service_programs_start(const char *folder, const char *self, SimWorld *world, const SimServiceOwner *owner, SimServicePrograms **ret_programs, Error *err);
SimServicePrograms *sim_service_programs_stop(SimServicePrograms *programs);   /* NULL ok; returns NULL */
BG_DEFINE_FREEP(SimServicePrograms, sim_service_programs_stop)

void sim_service_describe(const SimFolder *folder, Buf *out);
/* The SAS by which the console may list the container. */
BG_CHECK bool sim_service_write(const SimFolder *folder, Error *err);
