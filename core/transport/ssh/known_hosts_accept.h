/* known_hosts_accept.h: a person decided that a key is a host's: the files are changed so that it is, as ssh-keygen -R and one more line would. */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"
#include "core/base/str.h"

/* Makes `key` ("ssh-ed25519 AAAA...") the key of the host. Lines that hold another key of its type, or it as revoked, are in the way:
 *   - one that names this host alone and no marker is taken out, and told in *ret_removed as "FILE:LINE: FINGERPRINT";
 *   - one that names other hosts too, by a comma or a wildcard, is refused: whoever wrote it has to take it apart;
 *   - @revoked is refused: that was a decision, too.
 * The new line goes to the file of the one that was taken out, else to the first. Each file is replaced as a whole, and keeps its mode. `write` false: only
 * says whether it could be done. */
BG_CHECK bool known_hosts_accept(const StrList *files, const char *host, int port, const char *key, bool write, StrList *ret_removed, Error *err);
