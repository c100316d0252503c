/* sim_folder.h: what a console needs to work on the sandbox: the environment file, secrets, and two practice signers with fresh keys. */
#pragma once
#include "core/base/error.h"
#include "core/sandbox/sim_fault.h"

/* A row of its probes: what a made place can be asked about itself. Tools, people, drills and systems that are not played here are for the real place. */
#define SIM_FOLDER_READINESS "  - { name: readiness, probe: readiness.environment, of: [credentials, permissions, expiry, files, reviews], every: 60s }\n"

typedef struct SimFolder {
	const char *folder, *playbooks, *scenario;
	const char *urls[SIM_SYSTEM_COUNT];
	const char *drill;           /* name of the environment */
	const SimWorld *world;
	const struct SimOpenedx *openedx;   /* NULL: it is the OCW sites */
} SimFolder;
BG_CHECK bool sim_folder_write(const SimFolder *folder, Error *err);
