/* worker_confine.h: what a worker gives up, decided from what it was asked to do. */
#pragma once
#include "core/providers/provider.h"

/* `verb` NULL: it only looks. The call's state_folder: where an apply may keep things for the run; NULL: nowhere. Says in the log what then holds. */
void worker_confine(const Call *call, const char *verb);
