/* backup_set.h: a set of backups as the team's script makes it, in a folder of the test's own; and what is done to it. */
#pragma once
#include "tests/support/support.h"

/* FOLDER/NAME: two dumps, configmaps.yaml, secrets.yaml, uploads.tar.gz and, last, the manifest, whose checksum is that of `told_as`/...; NULL = the one that the
 * script takes on the wrong machine. Path, borrowed from the folder. */
const char *backup_set_make(TempFolder *folder, const char *name, const char *told_as);
/* A shell command in a folder; the test fails when it does. */
void backup_set_run(const char *folder, const char *command);
