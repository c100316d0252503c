/* shelter.h: records that the disk did not take and that an engine which is ended still holds. They are put into one private file elsewhere, on a
 * run-time folder or in shared memory, and the next engine takes them up before anything else: as held records, in their order and only where
 * they continue the chain. The file goes when all of it is on disk. */
#pragma once
#include "core/base/json.h"
#include "core/engine/incident_file.h"
#include "core/engine/paths.h"

/* All that `file` holds. *ret_path is owned. */
BG_CHECK bool shelter_keep(const StatePaths *paths, const IncidentFile *file, char **ret_path, Error *err);
/* What an earlier engine of this state folder kept, and where; NULL: nothing. Both owned. */
Json *shelter_find(const StatePaths *paths, char **ret_path);
/* The incident's folder that it belongs to. */
const char *shelter_folder(const Json *sheltered);
