/* sim_github_practice.h: the repository that the scenarios of a service have. */
#pragma once
#include "core/sandbox/sim_github.h"

#define SIM_GITHUB_REPOSITORY "practice-digital/apply-for-a-place"

/* The short workflows take `step_ms`, the others two or three times that. Its token is an administrator's. */
SimGithub *sim_github_practice(const char *token, int64_t step_ms, WallTime now);
