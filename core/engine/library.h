/* library.h: the playbooks of an environment, parsed, and the exact bytes that runs are pinned to. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/str.h"
#include "core/engine/incident_file.h"
#include "core/playbook/model.h"

typedef struct Library Library;

/* `places`: files and folders, absolute. A file that cannot be read is listed with its problem. */
Library *library_new(const StrList *places, const Vocabulary *vocabulary);
Library *library_free(Library *library);
BG_DEFINE_FREEP(Library, library_free)
/* Reads everything again. */
void library_reload(Library *library);
/* By path, by id, by file name. NULL when there is none that could be parsed. Re-read when the file has changed. */
const Playbook *library_find(Library *library, const char *name);
/* For clients: [{path,title,id,sha256,problem,errors,warnings,review,procedures[{id,title,steps,gates,actions}]}]. Owned. */
Json *library_list(const Library *library);

/* The incident's playbooks/SHA256.md holds the bytes from now on; on a full disk they are held in memory with its records. */
BG_CHECK bool library_pin(Library *library, IncidentFile *file, const Playbook *playbook, Error *err);
/* The playbook that a run is pinned to, from its copy; checked against its digest. Kept for the life of the library. */
BG_CHECK bool library_pinned(Library *library, const char *incident_folder, const char *sha256, const Playbook **ret, Error *err);
