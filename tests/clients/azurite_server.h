/* azurite_server.h: Microsoft's emulator of Azure's blobs on a free loopback port, with its state in memory. One server a test program: what
 * runs the tests starts it before the first and ends it after the last; should the program itself be killed, the system ends the process.
 * It is spoken to by curl, with signatures that are made here and share no code with the provider. */
#pragma once
#include "core/base/moment.h"
#include "core/base/str.h"

#define AZURITE_ACCOUNT "devstoreaccount1"
#define AZURITE_KEY "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="   /* known to all */

/* From the hooks of Criterion before and after all tests. */
void azurite_start(void);
void azurite_stop(void);

/* "http://127.0.0.1:PORT/devstoreaccount1", borrowed. Skips the test, with the reason, where there is no Azurite; fails it where it did not start. */
const char *azurite_url(void);
void azurite_make_container(const char *container);
/* Every name is a new blob with the same bytes. */
void azurite_put(const char *container, const char *const names[], size_t count, const char *bytes);
void azurite_set_tier(const char *container, const char *name, const char *tier);
/* A SAS of the container with these permissions until `expires`. Owned. */
char *azurite_sas(const char *container, const char *permissions, WallTime expires);
