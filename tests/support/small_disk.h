/* small_disk.h: a disk of its own for one test, so small that it can be filled: a tmpfs in a mount namespace that only the test and what it
 * starts can see. Nothing has to be taken away afterwards: it goes with the last process in it. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Mounts it over `folder`, which must be there. False: this machine lets nobody do that, and *ret_why says what was refused (static text; after
 * true it means nothing). The first call moves the test into namespaces of its own. */
bool small_disk_mount(const char *folder, size_t bytes, const char **ret_why);
/* The same, or the test is skipped and says why. */
void small_disk_need(const char *folder, size_t bytes);
/* Takes all that is left of it, and gives it back. */
void small_disk_fill(const char *folder);
void small_disk_free(const char *folder);
/* Whatever is still open on it goes on; nobody finds it any more. */
void small_disk_unmount(const char *folder);
/* Only readable from now on, or writable again. Fails the test when something is open for writing on it. */
void small_disk_read_only(const char *folder, bool read_only);
/* Nothing of the machine's network is left in this test and what it starts, not even loopback. False as above. */
bool no_network(const char **ret_why);
/* Whoever reads `path` in this test reads the file `with`. False as above. */
bool cover_file(const char *path, const char *with, const char **ret_why);
