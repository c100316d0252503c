/* looking.h: the asks that change nothing, as rows of the table in services.c. */
#pragma once
#include "core/engine/services.h"

bool looking_refresh(Ask *ask, Error *err);
bool looking_playbook(Ask *ask, Error *err);
bool looking_preview(Ask *ask, Error *err);
bool looking_titles(Ask *ask, Error *err);
bool looking_output(Ask *ask, Error *err);
bool looking_reload(Ask *ask, Error *err);
bool looking_processes(Ask *ask, Error *err);
